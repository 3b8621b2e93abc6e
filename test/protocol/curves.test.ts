/** Calls over P-384 and X25519 beside P-256: who offers what, who allows what, and points that nobody may send. */
import assert from "node:assert/strict"
import { run } from "../../sdk/base/job.ts"
import type { DhGroup } from "../../sdk/group/group.ts"
import { p256 } from "../../sdk/group/p256-noble.ts"
import { p384 } from "../../sdk/group/p384-noble.ts"
import { x25519 } from "../../sdk/group/x25519-noble.ts"
import { eccpt, encodeInner } from "../../sdk/ibake/exchange.ts"
import { contexts, type SrtpContext } from "../../sdk/srtp/contexts.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import type { Agreement } from "../../sdk/ibake/session.ts"
import { answerer, caller, changed, converse, fastKit, good, NOW, octetsOf, radio, realKit, refused, sent, testKms, wholeRun, type Call, type Kit, type Radio } from "../fixture.ts"
import { smallOrder } from "../contract/x25519-points.ts"
import { answerByHand, clearOf, openByHand, sealByHand } from "./by-hand.ts"

const named: readonly (readonly [string, DhGroup, number])[] = [["P-256", p256, 72], ["P-384", p384, 104], ["X25519", x25519, 40]]
const over = (kit: Kit, ...groups: DhGroup[]): Kit => changed(kit, () => ({ groups }))

/** Two radios of one KMS, each with its own list of groups, best first. */
function pairOf(caller: readonly DhGroup[], called: readonly DhGroup[]): { alice: Radio; bob: Radio } {
  return { alice: radio(testKms(over(fastKit(), ...caller)), "sip:alice@police.example"), bob: radio(testKms(over(fastKit(), ...called)), "sip:bob@police.example") }
}

function srtp(a: Agreement): SrtpContext[] {
  return good(contexts({ prf: fastKit().profile.prf, TGK: a.TGK, csbId: a.csbId, RAND: a.RAND, map: a.agreed, offered: a.offered, policies: a.policies, spi: a.spi }))
}

function agree(call: Call): void {
  assert.deepEqual(srtp(call.initiator), srtp(call.responder))
  assert.equal(srtp(call.initiator).length, 2)
}

/** The curve that an I_MESSAGE_1 offers, and the octets of its ECCPT with the Next payload octet. */
function offered(bob: Radio, I_MESSAGE_1: Uint8Array): readonly [number, number] {
  const ECCPTi = openByHand(bob, bob.me, I_MESSAGE_1)!.inner.ECCPTi!
  return [ECCPTi.curve, ECCPTi.raw.length + 1]
}

describe("a call over another curve", () => {
  for (const [name, group, octets] of named) {
    it(`${name}: both ends agree, and the sub-payload has ${octets} octets`, () => {
      const { alice, bob } = pairOf([group], [group])
      const call = converse(caller(alice, bob.me), answerer(bob))
      agree(call)
      assert.deepEqual(offered(bob, call.I_MESSAGE_1), [group.curve, octets])
    })
    it(`${name}: the same over suite 0x01`, () => agree(wholeRun(over(realKit(), group))))
  }

  it("takes the first of the caller's list, whatever the called likes best", () => {
    for (const [, first] of named)
      for (const [, best] of named) {
        const others = named.map(([, group]) => group)
        const { alice, bob } = pairOf([first, ...others.filter((each) => each !== first)], [best, ...others.filter((each) => each !== best)])
        const call = converse(caller(alice, bob.me), answerer(bob))
        agree(call)
        assert.equal(offered(bob, call.I_MESSAGE_1)[0], first.curve)
      }
  })

  it("is refused by one who does not allow the curve, and no other curve is tried", () => {
    for (const [name, group] of named) {
      const others = named.map(([, each]) => each).filter((each) => each !== group)
      const { alice, bob } = pairOf([group, ...others], others)
      const I = caller(alice, bob.me)
      assert.equal(refused(answerer(bob).receive(sent(I.start(NOW)), NOW, "")), "curve/refused at I_MESSAGE_1.ECCPTi", name)
      assert.equal(I.awaits(), "R_MESSAGE_1", "no other curve is tried")
    }
  })

  it("is answered on the caller's curve only", () => {
    const all = named.map(([, group]) => group)
    for (const [name, group] of named) {
      const { alice, bob } = pairOf([group, ...all], all)
      const I = caller(alice, bob.me)
      const call = openByHand(bob, bob.me, sent(I.start(NOW)))!
      const byHand = { ...bob, profile: { ...bob.profile, groups: [group] } }
      for (const other of all.filter((each) => each !== group)) {
        const point = run(other.keygen(octetsOf("other", other.seedOctets))).point
        const R_MESSAGE_1 = answerByHand(byHand, call, { ECCPTr: eccpt(other.curve, point, undefined) }).octets
        assert.equal(refused(I.receive(R_MESSAGE_1, NOW, "")), "curve/refused at R_MESSAGE_1.ECCPTr", name)
      }
      sent(I.receive(answerByHand(byHand, call).octets, NOW, ""))
    }
  })
})

describe("a point that makes no key", () => {
  // prime order leaves no point of small order on the curve; one with y = 0 has order two on another curve of the same a, and the formulas do not see b
  const uncompressed = (octets: number, y: number): Uint8Array => Uint8Array.from({ length: octets }, (_, i) => (i === 0 ? 4 : i <= octets >> 1 ? 1 : y))
  const bad: readonly (readonly [string, DhGroup, Uint8Array])[] = [
    ...smallOrder().map(([why, point]) => [`X25519, ${why}`, x25519, point] as const),
    ["P-256, off the curve", p256, uncompressed(65, 1)],
    ["P-256, of order two on another curve", p256, uncompressed(65, 0)],
    ["P-256, infinity", p256, new Uint8Array(65)],
    ["P-384, off the curve", p384, uncompressed(97, 1)],
    ["P-384, of order two on another curve", p384, uncompressed(97, 0)],
    ["P-384, infinity", p384, new Uint8Array(97)],
  ]
  for (const [name, group, point] of bad)
    it(`${name}: is refused from the caller and from the called, before anything is sent`, () => {
      const { alice, bob } = pairOf([group], [group])
      const I = caller(alice, bob.me)
      const call = openByHand(bob, bob.me, sent(I.start(NOW)))!
      const plain = encodeInner(alice.me, eccpt(group.curve, point, undefined), bob.me, undefined)
      const letter = sealByHand(alice, { type: dataType.I_MESSAGE_1, clear: clearOf(call.m, call.m.RAND!), to: bob.me, plain })
      assert.equal(refused(answerer(bob).receive(letter.octets, NOW, "")), "curve/refused at I_MESSAGE_1.ECCPTi")
      const answered = answerByHand(bob, call, { ECCPTr: eccpt(group.curve, point, undefined) })
      assert.equal(refused(I.receive(answered.octets, NOW, "")), "curve/refused at R_MESSAGE_1.ECCPTr")
      sent(I.receive(answerByHand(bob, call).octets, NOW, ""))
    })
})
