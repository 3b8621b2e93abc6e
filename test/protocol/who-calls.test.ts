/** Who learns what of a plain call, and what a KMS can: RFC 6267 section 7.2, PROTOCOL section 8. */
import assert from "node:assert/strict"
import { hex } from "../../sdk/base/bytes.ts"
import { same } from "../../sdk/ibake/identity.ts"
import { Initiator } from "../../sdk/ibake/initiator.ts"
import { Responder } from "../../sdk/ibake/responder.ts"
import type { Keyring } from "../../sdk/ibake/session.ts"
import { contexts } from "../../sdk/srtp/contexts.ts"
import { agreed, answerer, caller, converse, enrolled, fastKit, fetchKeys, good, NOW, party, realKit, refused, sent, streams, testKms, type Call, type Kit, type Radio } from "../fixture.ts"
import { unreadByHand } from "./by-hand.ts"
import { knower, lacks, type Scene } from "./knower.ts"
import { allOf, boxKeysOf, issuing, masterOf, pending, privateKeysOf, secretOf, witness, type Asset, type Witness } from "./witness.ts"

/** A run with both its ends. */
interface Run extends Scene {
  readonly alice: Witness
  readonly bob: Witness
  readonly call: Call
}

function between(kit: Kit, alice: Witness, bob: Witness): Run {
  const call = converse(caller(alice, bob.me), answerer(bob))
  return { profile: kit.profile, air: [call.I_MESSAGE_1, call.R_MESSAGE_1, call.I_MESSAGE_2, call.R_MESSAGE_2], alice, bob, call }
}

/** The SRTP master keys of a call, which the media stacks hold. */
function mediaKeys(kit: Kit, { initiator: a }: Call): Uint8Array[] {
  return good(contexts({ prf: kit.profile.prf, TGK: a.TGK, csbId: a.csbId, RAND: a.RAND, map: a.agreed, offered: a.offered, policies: a.policies, spi: a.spi })).map((c) => c.masterKey)
}

/** Which messages of a run a party can open. */
function readable(run: Run, ...has: readonly Asset[]): string[] {
  const by = knower(run, ...has)
  return (["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2"] as const).filter((name) => by.reads(run.call[name]) !== undefined)
}

/** The points of a run as their box says them. */
function points(run: Run): readonly [Uint8Array, Uint8Array] {
  const { ECCPTi, ECCPTr } = knower(run, allOf(run.alice)).reads(run.call.R_MESSAGE_1)!
  return [ECCPTi!.point, ECCPTr!.point]
}

const all = ["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2"]

for (const [suite, kit] of [["the test KEM", fastKit()], ["suite 0x01", realKit()]] as const) {
  describe(`what is learned of a call, over ${suite}`, () => {
    const kms = testKms(kit)
    const run = between(kit, witness(kms, "sip:alice@police.example"), witness(kms, "sip:bob@police.example"))
    const { alice, bob, call } = run
    const keys = [call.initiator.TGK, ...mediaKeys(kit, call)]
    const [xP, yP] = points(run)

    it("each end holds the key, and whoever listens holds nothing", () => {
      for (const end of [alice, bob]) lacks(run, [], [allOf(end)], ...keys)
      assert.deepEqual(readable(run), [])
      const listener = knower(run)
      for (const point of [xP, yP]) assert(!listener.knows(point))
    })

    it("who steals the private keys of both afterwards reads every message and not the key: x and y are gone", () => {
      const thief = [privateKeysOf(alice), privateKeysOf(bob)]
      assert.deepEqual(readable(run, ...thief), all)
      for (const end of [alice, bob]) lacks(run, thief, [secretOf(end)], ...keys)
    })

    it("who steals a PSK reads the private keys in recorded responses, and with them no more than their thief", () => {
      const { request, response } = fetchKeys(bob)
      const recorded = { ...run, air: [...run.air, request, response] }
      const thief: Asset = { psk: bob }
      assert.equal(knower(recorded, thief).reads(call.R_MESSAGE_1), undefined)
      assert.equal(hex(knower(recorded, thief).reads(call.I_MESSAGE_1)!.ECCPTi!.point), hex(xP))
      lacks(recorded, [thief], [secretOf(alice)], ...keys)
      assert.deepEqual(readable(run, thief), [], "without the response the PSK opens nothing")
    })

    it("who gets K_SESSION alone lacks kc, which is for the called one's key", () => {
      const leaked: Asset = { memory: { secrets: [], kSessions: alice.memory.kSessions, boxes: [] } }
      lacks(run, [leaked], [privateKeysOf(bob)], ...keys)
      lacks(run, [leaked, privateKeysOf(alice)], [boxKeysOf(bob)], ...keys)
    })

    it("the KMS that only watches reads all names and both points, and not the key", () => {
      const watching = knower(run, masterOf(kms))
      assert.deepEqual(readable(run, masterOf(kms)), all)
      for (const name of ["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2"] as const) {
        const inside = watching.reads(call[name])!
        assert.deepEqual([hex(inside.IDRi!.data), hex(inside.IDRr!.data)], [hex(alice.me.data), hex(bob.me.data)])
      }
      assert(watching.knows(xP) && watching.knows(yP))
      for (const end of [alice, bob]) lacks(run, [masterOf(kms)], [secretOf(end)], ...keys)
    })

    it("a vouched KMS that is nobody's here opens nothing, whatever it issues itself", () => {
      const county = testKms(kit, { uri: "kms.county.example", hosts: ["police.example"] })
      assert.deepEqual(readable(run, masterOf(county)), [])
      assert.deepEqual(readable(run, masterOf(county), masterOf(kms)), all)
      lacks(run, [masterOf(county), secretOf(alice)], [masterOf(kms)], ...keys)
    })
  })

  describe(`what is learned of a call across two KMSs, over ${suite}`, () => {
    const county = testKms(kit, { uri: "kms.county.example", hosts: ["county.example"] })
    const police = testKms(kit, { vouched: [county.state.own] })
    const run = between(kit, witness(police, "sip:alice@police.example"), witness(county, "sip:dan@county.example", { vouched: [police.state.own] }))
    const { alice, bob, call } = run
    const keys = [call.initiator.TGK, ...mediaKeys(kit, call)]

    it("each KMS reads what is sealed to its own side, and the two together not the key", () => {
      assert.deepEqual(readable(run, masterOf(police)), ["R_MESSAGE_1"])
      assert.deepEqual(readable(run, masterOf(county)), ["I_MESSAGE_1", "I_MESSAGE_2"])
      for (const end of [alice, bob]) lacks(run, [masterOf(police), masterOf(county)], [secretOf(end)], ...keys)
    })

    it("the caller's KMS lacks kc even where it has x: that was for the other's", () => {
      lacks(run, [masterOf(police), secretOf(alice)], [masterOf(county)], ...keys)
    })
  })

  describe(`a KMS that takes part in a call, over ${suite}`, () => {
    const county = testKms(kit, { uri: "kms.county.example", hosts: ["county.example"] })
    const police = testKms(kit, { vouched: [county.state.own] })
    const alice = witness(police, "sip:alice@police.example")
    const bob = witness(police, "sip:bob@police.example")
    const inside: Radio = enrolled(police, "sip:desk@police.example")
    const outside = witness(county, "sip:eve@county.example", { vouched: [police.state.own] })

    /** Both calls of a man in the middle: he answers Alice as Bob, and calls Bob as Alice. */
    const asBob = (of: Radio, keys: Keyring): Responder => new Responder(party(of, { keys }), { me: [bob.me] })
    const asAlice = (of: Radio, keys: Keyring): Initiator => new Initiator(party(of, { keys }), { me: alice.me, peer: bob.me, streams })

    it("sits in the middle where it is the KMS of both: the one door there is", () => {
      const keys = issuing(police, inside.ring)
      const left = converse(caller(alice, bob.me), asBob(inside, keys))
      const right = converse(asAlice(inside, keys), answerer(bob))
      assert.deepEqual([left.initiator.peer, right.responder.peer], [bob.me, alice.me])
      assert.deepEqual([left, right].map((c) => hex(c.initiator.TGK)), [left, right].map((c) => hex(c.responder.TGK)))
    })

    it("passes for nobody of another's hosts: not as the caller, for it cannot read the answer", () => {
      const keys = issuing(county, { kmsOf: (id) => outside.ring.kmsOf(same(id, alice.me) ? outside.me : id) })
      const I = asAlice(outside, keys)
      const I_MESSAGE_1 = sent(I.start(NOW))
      const R_MESSAGE_1 = sent(answerer(bob).receive(I_MESSAGE_1, NOW, ""))
      assert.equal(refused(I.receive(R_MESSAGE_1, NOW, "")), "auth/failed at R_MESSAGE_1.IBAKE")
      const scene = { profile: kit.profile, air: [I_MESSAGE_1, R_MESSAGE_1] }
      assert.equal(knower(scene, allOf(outside), masterOf(county)).reads(R_MESSAGE_1), undefined)
      assert.notEqual(knower(scene, allOf(outside), masterOf(police)).reads(R_MESSAGE_1), undefined)
    })

    it("nor as the called one, though it may say that it could not read the call", () => {
      const I = caller(alice, bob.me, { onRetarget: () => true, onDeferred: () => true })
      const I_MESSAGE_1 = sent(I.start(NOW))
      assert.equal(refused(asBob(outside, issuing(county, { kmsOf: (id) => outside.ring.kmsOf(same(id, bob.me) ? outside.me : id) })).receive(I_MESSAGE_1, NOW, "")), "auth/failed at I_MESSAGE_1.IBAKE")
      const R_MESSAGE_1 = unreadByHand(outside, I_MESSAGE_1, bob.me)
      const I_MESSAGE_2 = sent(I.receive(R_MESSAGE_1, NOW, ""))
      const scene = { profile: kit.profile, air: [I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2] }
      const { TGK, unread } = pending(I)
      lacks(scene, [allOf(outside), masterOf(county)], [masterOf(police)], TGK, unread!.SK!)
      // and Bob himself takes its place
      const R = answerer(bob)
      const bobs = agreed(R.receive(sent(I.receive(sent(R.receive(I_MESSAGE_1, NOW, "")), NOW, "")), NOW, ""))
      assert.equal(hex(agreed(I.receive(bobs.octets!, NOW, "")).agreement.TGK), hex(bobs.agreement.TGK))
    })

    it("is somebody of its own hosts, and the caller is told so", () => {
      const made = converse(caller(outside, bob.me), answerer(bob))
      assert.deepEqual([made.responder.peer, hex(made.responder.peerKms)], [outside.me, hex(county.state.own.kmsUri)])
    })
  })
}
