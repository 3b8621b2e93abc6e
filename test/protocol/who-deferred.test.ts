/** Who learns what of content that is left for somebody: deferred delivery, RFC 6267 sections 3.3 and 7.5, PROTOCOL section 4. */
import assert from "node:assert/strict"
import { hex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { openDeferred, type Deferred } from "../../sdk/ibake/esk.ts"
import type { Identity } from "../../sdk/ibake/identity.ts"
import type { CallOptions } from "../../sdk/ibake/initiator.ts"
import { Responder } from "../../sdk/ibake/responder.ts"
import { encodeInner } from "../../sdk/ibake/exchange.ts"
import { parse } from "../../sdk/mikey/message.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { contexts } from "../../sdk/srtp/contexts.ts"
import { answerer, agreed, caller, converse, enrolled, fastKit, good, named, NOW, octetsOf, party, realKit, sent, testKms, type Call, type Kit, type Radio } from "../fixture.ts"
import { clearOf, leftContents, pair, sealByHand, subPayload, unreadByHand } from "./by-hand.ts"
import { knower, lacks, type Scene } from "./knower.ts"
import { allOf, boxKeysOf, masterOf, pending, privateKeysOf, secretOf, turned, witness, type Witness } from "./witness.ts"

const leaving = { onRetarget: () => true, onDeferred: () => true }

/** Master keys of content that is left under SK. */
function contentKeys(kit: Kit, call: Call): Uint8Array[] {
  const a = call.initiator
  return good(contexts({ prf: kit.profile.prf, TGK: a.unread!.SK!, csbId: a.csbId, RAND: a.RAND, map: a.agreed, offered: a.offered, policies: a.policies, spi: "none" })).map((c) => c.masterKey)
}

function sceneOf(kit: Kit, call: Call): Scene {
  return { profile: kit.profile, air: [call.I_MESSAGE_1, call.R_MESSAGE_1, call.I_MESSAGE_2, call.R_MESSAGE_2] }
}

for (const [suite, kit] of [["the test KEM", fastKit()], ["suite 0x01", realKit()]] as const)
  describe(`deferred delivery: who learns what, over ${suite}`, () => {
    const kms = testKms(kit)
    const [alice, bob, mailbox] = ["alice", "bob", "mailbox"].map((name) => witness(kms, `sip:${name}@police.example`)) as [Witness, Witness, Witness]
    const mail = (): Responder => new Responder(party(mailbox), { me: [mailbox.me], onUnread: () => true, mailbox: true })
    beforeEach(() => [alice, bob, mailbox].forEach(turned))

    it("the mailbox holds the key of its own call with the caller, and cannot read SK", () => {
      const call = converse(caller(alice, bob.me, leaving), mail())
      const scene = sceneOf(kit, call)
      assert(knower(scene, allOf(mailbox)).knows(call.initiator.TGK))
      lacks(scene, [allOf(mailbox)], [privateKeysOf(bob)], call.initiator.unread!.SK!, ...contentKeys(kit, call))
    })

    it("the called one reads SK, and not the key between caller and mailbox: the two are independent", () => {
      const call = converse(caller(alice, bob.me, leaving), mail())
      const scene = sceneOf(kit, call)
      const { TGK, unread } = call.initiator
      const called = knower(scene, allOf(bob))
      for (const key of [unread!.SK!, ...contentKeys(kit, call)]) assert(called.knows(key))
      lacks(scene, [allOf(bob)], [secretOf(mailbox), boxKeysOf(mailbox)], TGK)
      // nor does SK come of what the mailbox has, nor TGK of SK: each needs the key of its own reader
      lacks(scene, [], [allOf(bob)], unread!.SK!)
      lacks(scene, [], [allOf(mailbox)], TGK)
    })

    it("the KMS that only watches CAN read SK: an ESK has no forward secrecy and no other protection from it; TGK it cannot", () => {
      const call = converse(caller(alice, bob.me, leaving), mail())
      const scene = sceneOf(kit, call)
      lacks(scene, [], [masterOf(kms)], call.initiator.unread!.SK!, ...contentKeys(kit, call))
      for (const end of [alice, mailbox]) lacks(scene, [masterOf(kms)], [secretOf(end)], call.initiator.TGK)
    })

    it("who steals the called one's key later reads SK; once the period's key is deleted nobody does", () => {
      const away = witness(kms, "sip:away@police.example")
      const call = converse(caller(alice, away.me, leaving), mail())
      const scene = sceneOf(kit, call)
      lacks(scene, [privateKeysOf(alice), privateKeysOf(mailbox)], [privateKeysOf(away)], call.initiator.unread!.SK!)
      away.ring.wipe()
      assert(!knower(scene, allOf(away)).knows(call.initiator.unread!.SK!))
    })

    it("a vouched KMS reads the ESK to its own hosts and no other", () => {
      const county = testKms(kit, { uri: "kms.county.example", hosts: ["county.example"] })
      const vouching = testKms(kit, { vouched: [county.state.own] })
      const far = witness(county, "sip:dan@county.example", { vouched: [vouching.state.own] })
      const [from, box] = [witness(vouching, "sip:alice@police.example"), witness(vouching, "sip:mailbox@police.example")]
      const standIn = (): Responder => new Responder(party(box), { me: [box.me], onUnread: () => true, mailbox: true })
      const toCounty = converse(caller(from, far.me, leaving), standIn())
      lacks(sceneOf(kit, toCounty), [masterOf(vouching)], [masterOf(county)], toCounty.initiator.unread!.SK!)
      const toPolice = converse(caller(from, bob.me, leaving), standIn())
      lacks(sceneOf(kit, toPolice), [masterOf(county)], [masterOf(vouching)], toPolice.initiator.unread!.SK!)
    })
  })

/** A call that a stranger answers unread, in a name of his choice: what the caller sends then, and what it agreed on; or why nothing. */
interface Provoked extends Scene {
  readonly fault: string
  readonly I_MESSAGE_2: Uint8Array | undefined
  readonly SK: Uint8Array | undefined
}

function provoked(stranger: Radio, alice: Radio, called: Identity, as: Identity, options: Partial<CallOptions>): Provoked {
  const I = caller(alice, called, options)
  const I_MESSAGE_1 = sent(I.start(NOW))
  const R_MESSAGE_1 = unreadByHand(stranger, I_MESSAGE_1, as)
  const outcome = run(I.receive(R_MESSAGE_1, NOW, ""))
  const air = [I_MESSAGE_1, R_MESSAGE_1]
  if (outcome.kind !== "send") return { profile: alice.kms.kit.profile, air, fault: outcome.kind === "ignored" ? `${outcome.fault.fault} at ${outcome.fault.at}` : "", I_MESSAGE_2: undefined, SK: undefined }
  return { profile: alice.kms.kit.profile, air: [...air, outcome.octets], fault: "", I_MESSAGE_2: outcome.octets, SK: pending(I).unread!.SK }
}

for (const [suite, kit, most] of [["the test KEM", fastKit(), 4], ["suite 0x01", realKit(), 2]] as const)
  describe(`a stranger who answers unread, over ${suite}`, () => {
    const kms = testKms(kit)
    const [alice, bob, mailbox] = ["alice", "bob", "mailbox"].map((name) => witness(kms, `sip:${name}@police.example`)) as [Witness, Witness, Witness]
    // he holds the parameters that everybody holds, and no private key of anybody's
    const stranger = witness(testKms(kit), "sip:stranger@police.example")
    stranger.ring.wipe()
    const names = [named("sip:nobody@police.example"), bob.me, mailbox.me, stranger.me].slice(0, most)
    const ESK = (of: Provoked): Uint8Array | undefined => (of.I_MESSAGE_2 === undefined ? undefined : good(parse(of.I_MESSAGE_2, 65535)).ESK?.encrData)

    it("provokes no ESK while deferred delivery is off, in whatever name, under whatever policy", () => {
      for (const as of names)
        for (const options of [{}, { onRetarget: () => true }, { onRetarget: () => true, onDeferred: () => false }]) {
          const got = provoked(stranger, alice, bob.me, as, options)
          assert.deepEqual([ESK(got), got.SK], [undefined, undefined])
        }
      assert.notEqual(ESK(provoked(stranger, alice, bob.me, mailbox.me, leaving)), undefined, "the control is an ESK")
    })

    it("provokes the question when it is on, once for each call, and a no is an end of it", () => {
      const asked: Identity[] = []
      const options = { onRetarget: () => true, onDeferred: (called: Identity) => asked.push(called) < 0 }
      for (const as of names) provoked(stranger, alice, bob.me, as, options)
      assert.deepEqual(asked, names.map(() => bob.me))
    })

    it("gets by a yes what the called one and the KMS can read, and he cannot", () => {
      for (const as of names) {
        turned(stranger)
        const got = provoked(stranger, alice, bob.me, as, leaving)
        assert.notEqual(got.SK, undefined, got.fault)
        for (const reader of [privateKeysOf(bob), masterOf(kms)]) lacks(got, [allOf(stranger), privateKeysOf(mailbox)], [reader], got.SK!)
      }
    })

    it("is no mailbox that is there: the caller waits on, and the called one takes the place", () => {
      const I = caller(alice, bob.me, leaving)
      const I_MESSAGE_1 = sent(I.start(NOW))
      sent(I.receive(unreadByHand(stranger, I_MESSAGE_1, mailbox.me), NOW, ""))
      const SK = pending(I).unread!.SK!
      const R = answerer(bob)
      const I_MESSAGE_2 = sent(I.receive(sent(R.receive(I_MESSAGE_1, NOW, "")), NOW, ""))
      assert(SK.every((o) => o === 0), "what nobody took is wiped")
      assert.equal(agreed(I.receive(agreed(R.receive(I_MESSAGE_2, NOW, "")).octets!, NOW, "")).agreement.unread, undefined)
    })
  })

describe("content that is passed on", () => {
  it("may be anybody's, in anybody's name: an ESK is not authenticated by its sender, whose parameters are enough", () => {
    const kms = testKms(fastKit())
    const [alice, bob] = [named("sip:alice@police.example"), witness(kms, "sip:bob@police.example")]
    const mallory = enrolled(kms, "sip:mallory@police.example")
    const m = good(parse(sent(caller(bob, alice).start(NOW)), 65535))
    const sessions = m.header.map.sessions.map((s) => ({ ...s, policies: [0], ssrc: 1 }))
    const clear = { ...clearOf(m, m.RAND!), IDRi: alice, IDRr: mallory.me, map: { type: m.header.map.type, sessions } }
    const SK = octetsOf("SK of Mallory's", 32)
    const plain = encodeInner(alice, undefined, mallory.me, subPayload(mallory, pair(mallory)))
    const left = (IDRi: Identity): unknown => run(openDeferred(party(bob), [bob.me], sealByHand(mallory, { type: dataType.I_MESSAGE_2, clear, to: mallory.me, plain, esk: { to: bob.me, plain: leftContents(IDRi, SK) } }).octets))
    const { from, SK: got } = left(alice) as Deferred
    assert.deepEqual([from, hex(got)], [alice, hex(SK)])
    assert.deepEqual(left(mallory.me), { fault: "identity/mismatch", at: "I_MESSAGE_2.ESK.IDRi" })
  })
})
