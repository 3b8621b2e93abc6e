/** Forking, RFC 6267 section 3.1: one I_MESSAGE_1 to a name that several hold, each answers under its own, one wins. */
import assert from "node:assert/strict"
import { hex } from "../../sdk/base/bytes.ts"
import { Responder } from "../../sdk/ibake/responder.ts"
import { agreed, caller, enrolled, fastKit, fetchKeys, named, NOW, party, radio, realKit, refused, seeded, sent, testKms, type Kit, type Radio } from "../fixture.ts"

const TEAM = "sip:team@police.example"
const anybody = { onRetarget: () => true }

interface Team {
  readonly alice: Radio
  readonly bob: Radio
  readonly carol: Radio
}

/** Alice, and a team of two: both hold the team's private key beside their own. */
function team(kit: Kit): Team {
  const kms = testKms(kit)
  const identities = [named(TEAM)]
  return { alice: radio(kms, "sip:alice@police.example"), bob: radio(kms, "sip:bob@police.example", { identities }), carol: radio(kms, "sip:carol@police.example", { identities }) }
}

function member(of: Radio): Responder {
  return new Responder(party(of), { me: [of.me], shared: [named(TEAM)] })
}

for (const [suite, kit] of [["the test KEM", fastKit()], ["suite 0x01", realKit()]] as const)
  describe(`a call to a team, over ${suite}`, () => {
    const { alice, bob, carol } = team(kit)

    it("is established with the member whose answer is taken, under his own name", () => {
      const I = caller(alice, named(TEAM), anybody)
      const [B, C] = [member(bob), member(carol)]
      const I_MESSAGE_1 = sent(I.start(NOW))
      const fromBob = sent(B.receive(I_MESSAGE_1, NOW, ""))
      const fromCarol = sent(C.receive(I_MESSAGE_1, NOW, ""))
      const I_MESSAGE_2 = sent(I.receive(fromCarol, NOW, ""))
      const carols = agreed(C.receive(I_MESSAGE_2, NOW, ""))
      const alices = agreed(I.receive(carols.octets!, NOW, ""))
      assert.equal(hex(alices.agreement.TGK), hex(carols.agreement.TGK))
      assert.deepEqual(alices.agreement.peer, carol.me)
      assert.equal(refused(I.receive(fromBob, NOW, "")), "session/state at session.established")
    })

    it("goes on with the first answer and ignores the others", () => {
      const I = caller(alice, named(TEAM), anybody)
      const I_MESSAGE_1 = sent(I.start(NOW))
      const [fromBob, fromCarol] = [sent(member(bob).receive(I_MESSAGE_1, NOW, "")), sent(member(carol).receive(I_MESSAGE_1, NOW, ""))]
      sent(I.receive(fromBob, NOW, ""))
      assert.equal(refused(I.receive(fromCarol, NOW, "")), "session/state at session.R_MESSAGE_2")
    })

    it("is not established where the caller's policy does not take the member", () => {
      const I_MESSAGE_1 = (I: ReturnType<typeof caller>): Uint8Array => sent(I.start(NOW))
      const strict = caller(alice, named(TEAM))
      assert.equal(refused(strict.receive(sent(member(bob).receive(I_MESSAGE_1(strict), NOW, "")), NOW, "")), "identity/refused at R_MESSAGE_1.IDRr")
      const choosy = caller(alice, named(TEAM), { onRetarget: (id) => hex(id.data) === hex(carol.me.data) })
      assert.equal(refused(choosy.receive(sent(member(bob).receive(I_MESSAGE_1(choosy), NOW, "")), NOW, "")), "identity/refused at R_MESSAGE_1.IDRr")
    })

    // what a member could compute who had [x]P and a K_SESSION of his own: attacks.test.ts, a member of a group who passes for another
    it("is not open to a loser: neither message to or of the winner leads him anywhere", () => {
      const I = caller(alice, named(TEAM), anybody)
      const [B, C] = [member(bob), member(carol)]
      const I_MESSAGE_1 = sent(I.start(NOW))
      const fromBob = sent(B.receive(I_MESSAGE_1, NOW, ""))
      const fromCarol = sent(C.receive(I_MESSAGE_1, NOW, ""))
      const I_MESSAGE_2 = sent(I.receive(fromCarol, NOW, ""))
      // all that the loser saw goes to his own machine: none of it leads him anywhere
      assert.match(refused(B.receive(I_MESSAGE_2, NOW, "")), /^auth\/failed at I_MESSAGE_2/)
      assert.match(refused(B.receive(fromCarol, NOW, "")), /^session\/state/)
      // his own half of an exchange with Alice is worth nothing either: she is at another point
      assert.equal(refused(I.receive(fromBob, NOW, "")), "session/state at session.R_MESSAGE_2")
      const carols = agreed(C.receive(I_MESSAGE_2, NOW, "")).agreement
      assert.deepEqual(carols.peer, alice.me)
    })

    it("is not answered by a member for another member", () => {
      // Bob claims to be Carol: he can make R_MESSAGE_1, for he knows [x]P, but cannot open what comes back to her
      const I = caller(alice, named(TEAM), anybody)
      const I_MESSAGE_1 = sent(I.start(NOW))
      const asCarol = new Responder(party(bob, { keys: withOwnKeysAs(bob, carol) }), { me: [carol.me], shared: [named(TEAM)] })
      const I_MESSAGE_2 = sent(I.receive(sent(asCarol.receive(I_MESSAGE_1, NOW, "")), NOW, ""))
      assert.equal(refused(asCarol.receive(I_MESSAGE_2, NOW, "")), "auth/failed at I_MESSAGE_2.IBAKE")
      assert.equal(I.awaits(), "R_MESSAGE_2")
    })
  })

describe("a member of a team", () => {
  const kit = fastKit()
  const { alice, bob, carol } = team(kit)

  it("takes no call that comes from the team's name or from its own", () => {
    for (const name of [TEAM, "sip:bob@police.example"]) {
      const from = enrolled(testKms(kit), name, { draw: seeded(`caller ${name}`) })
      fetchKeys(from)
      const called = name === TEAM ? bob.me : named(TEAM)
      assert.equal(refused(member(bob).receive(sent(caller(from, called, anybody).start(NOW)), NOW, "")), "identity/mismatch at I_MESSAGE_1.IDRi")
    }
  })

  it("that holds no key of its own, or none of the team's, says which is missing by answering nothing", () => {
    const I_MESSAGE_1 = sent(caller(alice, named(TEAM), anybody).start(NOW))
    const keyless = new Responder(party(alice), { me: [alice.me], shared: [named(TEAM)] })
    assert.match(refused(keyless.receive(I_MESSAGE_1, NOW, "")), /^identity\/mismatch/)
    const teamless = new Responder(party(radio(testKms(kit), "sip:dave@police.example")), { me: [named("sip:dave@police.example")], shared: [named(TEAM)] })
    assert.equal(refused(teamless.receive(I_MESSAGE_1, NOW, "")), "key/none at keyring")
  })

  it("answers under its own name where that is called", () => {
    const I = caller(alice, carol.me)
    const C = member(carol)
    const R_MESSAGE_1 = sent(C.receive(sent(I.start(NOW)), NOW, ""))
    const { agreement, octets } = agreed(C.receive(sent(I.receive(R_MESSAGE_1, NOW, "")), NOW, ""))
    assert.equal(hex(agreed(I.receive(octets!, NOW, "")).agreement.TGK), hex(agreement.TGK))
  })
})

/** A keyring that lends one's own private keys under another's name: all that a cheat has. */
function withOwnKeysAs(own: Radio, other: Radio): ReturnType<typeof party>["keys"] {
  const ring = own.ring
  return {
    kmsOf: (id) => ring.kmsOf(id),
    privateKey: (id, number) => ring.privateKey(hex(id.data) === hex(other.me.data) ? own.me : id, number),
  }
}
