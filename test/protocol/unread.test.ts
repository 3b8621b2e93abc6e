/** Retargeting to a radio that cannot open I_MESSAGE_1, and deferred delivery through a mailbox: RFC 6267 sections 3.2, 3.3 and 7.4, 7.5. */
import assert from "node:assert/strict"
import { ascii, hex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { run } from "../../sdk/base/job.ts"
import type { AnswerOptions } from "../../sdk/ibake/called.ts"
import { openDeferred } from "../../sdk/ibake/esk.ts"
import type { CallOptions, Initiator } from "../../sdk/ibake/initiator.ts"
import { Responder } from "../../sdk/ibake/responder.ts"
import { parse } from "../../sdk/mikey/message.ts"
import { groupOf } from "../../sdk/ibake/exchange.ts"
import { noble } from "../../boards/profiles/noble.ts"
import { p384 } from "../../sdk/group/p384-noble.ts"
import { agreed, caller, changed, converse, fastKit, good, NOW, party, radio, realKit, refused, sent, testKms, type Kit, type Radio } from "../fixture.ts"

const anybody = { onRetarget: () => true }
const leaving = { onRetarget: () => true, onDeferred: () => true }

interface People {
  readonly alice: Radio
  readonly bob: Radio
  readonly carol: Radio
  readonly mailbox: Radio
}

function people(kit: Kit): People {
  const kms = testKms(kit)
  const [alice, bob, carol, mailbox] = ["alice", "bob", "carol", "mailbox"].map((name) => radio(kms, `sip:${name}@police.example`)) as [Radio, Radio, Radio, Radio]
  return { alice, bob, carol, mailbox }
}

/** Stands in for whoever is called. */
function standIn(of: Radio, more: Partial<AnswerOptions> = {}): Responder {
  return new Responder(party(of), { me: [of.me], onUnread: () => true, ...more })
}

function mailboxOf(of: Radio): Responder {
  return standIn(of, { mailbox: true })
}

for (const [suite, kit] of [["the test KEM", fastKit()], ["suite 0x01", realKit()]] as const)
  describe(`a call that is sent on to somebody who cannot read it, over ${suite}`, () => {
    const { alice, bob, carol, mailbox } = people(kit)
    const call = (I: Initiator, R: Responder) => converse(I, R)

    it("is established with him under his own name, and R_MESSAGE_2 has a box", () => {
      const made = call(caller(alice, bob.me, anybody), standIn(carol))
      assert.equal(hex(made.initiator.TGK), hex(made.responder.TGK))
      assert.deepEqual(made.initiator.peer, carol.me)
      assert.deepEqual([made.initiator.unread?.called, made.responder.unread?.called], [bob.me, bob.me])
      assert.notEqual(good(parse(made.R_MESSAGE_2, 65535)).IBAKE, undefined)
      assert.equal(good(parse(made.I_MESSAGE_2, 65535)).ESK, undefined)
      assert.deepEqual([made.initiator.unread?.SK, made.responder.unread?.I_MESSAGE_2], [undefined, undefined])
    })

    it("leaves an ESK with a mailbox where both want it, and the called one opens it later with his own key", () => {
      const made = call(caller(alice, bob.me, leaving), mailboxOf(mailbox))
      assert.equal(hex(made.initiator.TGK), hex(made.responder.TGK))
      const passedOn = made.responder.unread!.I_MESSAGE_2!
      assert.equal(hex(passedOn), hex(made.I_MESSAGE_2))
      const left = good(run(openDeferred(party(bob), [bob.me], passedOn)))
      assert.equal(hex(left.SK), hex(made.initiator.unread!.SK!))
      assert.deepEqual([left.from, left.mailbox, left.me], [alice.me, mailbox.me, bob.me])
      assert.notEqual(hex(left.SK), hex(made.initiator.TGK))
    })
  })

describe("an R_MESSAGE_1 that does not echo our point", () => {
  const kit = fastKit()
  const { alice, bob, carol, mailbox } = people(kit)
  const unread = (I: Initiator, R: Responder): Uint8Array => sent(R.receive(sent(I.start(NOW)), NOW, ""))

  it("is refused of another identity without a policy, or one that says no", () => {
    for (const options of [{}, { onRetarget: () => false }] as Partial<CallOptions>[]) {
      const I = caller(alice, bob.me, options)
      assert.equal(refused(I.receive(unread(I, standIn(carol)), NOW, "")), "identity/refused at R_MESSAGE_1.IDRr")
      assert.equal(I.awaits(), "R_MESSAGE_1")
    }
  })

  it("authenticates nobody: one who echoes it takes the place, and the unread run is dropped", () => {
    const I = caller(alice, bob.me, leaving)
    const I_MESSAGE_1 = sent(I.start(NOW))
    const M = mailboxOf(mailbox)
    const toMailbox = sent(I.receive(sent(M.receive(I_MESSAGE_1, NOW, "")), NOW, ""))
    const late = agreed(M.receive(toMailbox, NOW, "")).octets!
    const B = new Responder(party(bob), { me: [bob.me] })
    const toBob = sent(I.receive(sent(B.receive(I_MESSAGE_1, NOW, "")), NOW, ""))
    assert.equal(good(parse(toBob, 65535)).ESK, undefined)
    assert.match(refused(I.receive(late, NOW, "")), /^identity\/mismatch at R_MESSAGE_2.IDRr$/)
    const bobs = agreed(B.receive(toBob, NOW, ""))
    const made = agreed(I.receive(bobs.octets!, NOW, "")).agreement
    assert.deepEqual([made.peer, made.unread], [bob.me, undefined])
    assert.equal(hex(made.TGK), hex(bobs.agreement.TGK))
  })

  it("gives way to no second one of its kind", () => {
    const I = caller(alice, bob.me, anybody)
    const I_MESSAGE_1 = sent(I.start(NOW))
    const first = sent(standIn(carol).receive(I_MESSAGE_1, NOW, ""))
    const second = sent(standIn(mailbox).receive(I_MESSAGE_1, NOW, ""))
    const I_MESSAGE_2 = sent(I.receive(first, NOW, ""))
    assert.equal(refused(I.receive(second, NOW, "")), "session/state at R_MESSAGE_1")
    assert.equal(hex(sent(I.receive(first, NOW, ""))), hex(I_MESSAGE_2))
  })

  it("is not asked about when somebody who has read it was taken already", () => {
    const asked: string[] = []
    const I = caller(alice, bob.me, { onRetarget: (id) => asked.push(hex(id.data)) > 0, onDeferred: () => assert.fail("asked") })
    const I_MESSAGE_1 = sent(I.start(NOW))
    sent(I.receive(sent(new Responder(party(bob), { me: [bob.me] }).receive(I_MESSAGE_1, NOW, "")), NOW, ""))
    assert.equal(refused(I.receive(sent(standIn(carol).receive(I_MESSAGE_1, NOW, "")), NOW, "")), "session/state at session.R_MESSAGE_2")
    assert.deepEqual(asked, [])
  })
})

describe("deferred delivery", () => {
  const kit = fastKit()
  const { alice, bob, carol, mailbox } = people(kit)

  it("is off by default: nobody outside provokes an ESK", () => {
    const made = converse(caller(alice, bob.me, anybody), mailboxOf(mailbox))
    assert.equal(good(parse(made.I_MESSAGE_2, 65535)).ESK, undefined)
    const no = converse(caller(alice, bob.me, { ...anybody, onDeferred: () => false }), mailboxOf(mailbox))
    assert.equal(good(parse(no.I_MESSAGE_2, 65535)).ESK, undefined)
  })

  it("asks about the called one, whoever answers", () => {
    const asked: unknown[] = []
    converse(caller(alice, bob.me, { ...anybody, onDeferred: (called) => asked.push(called) > 0 }), mailboxOf(mailbox))
    assert.deepEqual(asked, [bob.me])
  })

  it("sends no ESK to a radio that forbids it: there the message goes no further", () => {
    const I = caller(alice, bob.me, leaving)
    const R = standIn(carol)
    const I_MESSAGE_2 = sent(I.receive(sent(R.receive(sent(I.start(NOW)), NOW, "")), NOW, ""))
    assert.equal(refused(R.receive(I_MESSAGE_2, NOW, "")), "wire/chain at I_MESSAGE_2.ESK")
    assert.equal(R.pending(), 1)
  })

  it("opens for the called one only, and unchanged only", () => {
    const made = converse(caller(alice, bob.me, leaving), mailboxOf(mailbox))
    const open = (of: Radio, octets: Uint8Array): string => {
      const left = run(openDeferred(party(of), [of.me], octets))
      return isFault(left) ? `${left.fault} at ${left.at}` : "opened"
    }
    assert.equal(open(bob, made.I_MESSAGE_2), "opened")
    for (const of of [carol, mailbox, alice]) assert.equal(open(of, made.I_MESSAGE_2), "auth/failed at I_MESSAGE_2.ESK")
    assert.equal(open(bob, made.I_MESSAGE_1), "wire/type at ESK")
    const plain = converse(caller(alice, bob.me), new Responder(party(bob), { me: [bob.me] }))
    assert.equal(open(bob, plain.I_MESSAGE_2), "wire/chain at I_MESSAGE_2.ESK")
    // every bit before the box of IBAKE, and of the ESK, is bound; those of the box itself are the mailbox's to judge
    const m = good(parse(made.I_MESSAGE_2, 65535))
    const eskAt = made.I_MESSAGE_2.length - m.ESK!.encrData.length
    for (let bit = 0; bit < made.I_MESSAGE_2.length * 8; bit++) {
      const at = bit >> 3
      if (at >= m.ibakeAt && at < eskAt) continue
      const flipped = made.I_MESSAGE_2.slice()
      flipped[at]! ^= 1 << (bit & 7)
      assert.notEqual(open(bob, flipped), "opened", `bit ${bit}`)
    }
  })

  it("goes under no name but the sender's own: what is claimed inside is what stands outside", () => {
    const made = converse(caller(alice, bob.me, leaving), mailboxOf(mailbox))
    const left = good(run(openDeferred(party(bob), [bob.me], made.I_MESSAGE_2)))
    assert.deepEqual(left.from, alice.me)
    assert.deepEqual([left.csbId, hex(left.RAND)], [made.initiator.csbId, hex(made.initiator.RAND)])
  })

  it("finds the identity among several that a radio has", () => {
    const kms = testKms(kit)
    const pair = radio(kms, "sip:dora@police.example", { identities: [bob.me] })
    const made = converse(caller(alice, bob.me, leaving), mailboxOf(mailbox))
    const left = good(run(openDeferred(party(pair), [pair.me, bob.me], made.I_MESSAGE_2)))
    assert.deepEqual(left.me, bob.me)
  })
})

describe("an unread call", () => {
  it("uses P-256, with a fresh x where it began on another curve, and that one is echoed", () => {
    const kit = changed(fastKit(), (profile) => ({ groups: [p384, groupOf(noble(), 8)!, ...profile.groups.filter((g) => g.curve !== 8)] }))
    const { alice, bob, mailbox } = people(kit)
    const made = converse(caller(alice, bob.me, leaving), mailboxOf(mailbox))
    assert.equal(hex(made.initiator.TGK), hex(made.responder.TGK))
    const read = converse(caller(alice, bob.me, leaving), new Responder(party(bob), { me: [bob.me] }))
    assert.equal(hex(read.initiator.TGK), hex(read.responder.TGK))
  })

  it("takes an SRTP-ID map, its MKI in the ECCPTi of I_MESSAGE_2", () => {
    const { alice, bob, mailbox } = people(fastKit())
    const made = converse(caller(alice, bob.me, { ...leaving, map: "SRTP-ID" }), mailboxOf(mailbox))
    assert.equal(hex(made.initiator.spi), hex(made.responder.spi))
    assert.equal(made.responder.spi.length, 4)
  })

  it("is answered for nobody without a policy, nor under an own name of another type", () => {
    const { alice, bob, carol } = people(fastKit())
    const I_MESSAGE_1 = sent(caller(alice, bob.me).start(NOW))
    for (const options of [{}, { onUnread: () => false }]) {
      const R = new Responder(party(carol), { me: [carol.me], ...options })
      assert.equal(refused(R.receive(I_MESSAGE_1, NOW, "")), "identity/mismatch at I_MESSAGE_1.IDRr")
    }
  })

  it("that comes again gets the same R_MESSAGE_1, and after it the same R_MESSAGE_2", () => {
    const { alice, bob, mailbox } = people(fastKit())
    const [I, M] = [caller(alice, bob.me, leaving), mailboxOf(mailbox)]
    const I_MESSAGE_1 = sent(I.start(NOW))
    const R_MESSAGE_1 = sent(M.receive(I_MESSAGE_1, NOW, ""))
    assert.equal(hex(sent(M.receive(I_MESSAGE_1, NOW, ""))), hex(R_MESSAGE_1))
    const I_MESSAGE_2 = sent(I.receive(R_MESSAGE_1, NOW, ""))
    const R_MESSAGE_2 = agreed(M.receive(I_MESSAGE_2, NOW, "")).octets!
    assert.equal(hex(sent(M.receive(I_MESSAGE_2, NOW, ""))), hex(R_MESSAGE_2))
    assert.equal(refused(M.receive(I_MESSAGE_1, NOW, "")), "replay/seen at I_MESSAGE_1")
    agreed(I.receive(R_MESSAGE_2, NOW, ""))
  })

  it("goes nowhere when a bit of any message is changed on the way, and then on with the good one", () => {
    const { alice, bob, mailbox } = people(fastKit())
    const [I, M] = [caller(alice, bob.me, leaving), mailboxOf(mailbox)]
    const flip = (octets: Uint8Array, take: (octets: Uint8Array) => unknown): void => {
      for (let bit = 0; bit < octets.length * 8; bit++) {
        const flipped = octets.slice()
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        take(flipped)
      }
      for (let length = 0; length < octets.length; length++) take(octets.subarray(0, length))
    }
    const R_MESSAGE_1 = sent(M.receive(sent(I.start(NOW)), NOW, ""))
    flip(R_MESSAGE_1, (octets) => refused(I.receive(octets, NOW, "")))
    const I_MESSAGE_2 = sent(I.receive(R_MESSAGE_1, NOW, ""))
    flip(I_MESSAGE_2, (octets) => refused(M.receive(octets, NOW, "")))
    const { agreement, octets } = agreed(M.receive(I_MESSAGE_2, NOW, ""))
    flip(octets!, (changed) => refused(I.receive(changed, NOW, "")))
    assert.equal(hex(agreed(I.receive(octets!, NOW, "")).agreement.TGK), hex(agreement.TGK))
  })
})

describe("the protocols of an SDP", () => {
  it("reach the Responder bound into both I messages", () => {
    const { alice, bob } = people(fastKit())
    const protocols = { type: 1, data: ascii("mikey;keyp1") }
    const made = converse(caller(alice, bob.me, { protocols }), new Responder(party(bob), { me: [bob.me] }))
    for (const of of [made.initiator, made.responder]) assert.deepEqual([of.protocols.I_MESSAGE_1, of.protocols.I_MESSAGE_2].map((e) => e && hex(e.data)), [hex(protocols.data), hex(protocols.data)])
  })
})
