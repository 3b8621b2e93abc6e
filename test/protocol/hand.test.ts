import assert from "node:assert/strict"
import { ascii, concat } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { clearParts, eccpt, encodeInner, header, type Clear } from "../../sdk/ibake/exchange.ts"
import type { Identity } from "../../sdk/ibake/identity.ts"
import type { CallOptions } from "../../sdk/ibake/initiator.ts"
import { verification } from "../../sdk/ibake/keys.ts"
import type { CryptoSession, CsMap } from "../../sdk/mikey/csmap.ts"
import { build, parse } from "../../sdk/mikey/message.ts"
import { dataType, macAlg } from "../../sdk/mikey/numbers.ts"
import { eskPayload, ibakePayload, part, verificationPayload } from "../../sdk/mikey/payload.ts"
import { policyParam, srtpRules } from "../../sdk/srtp/policy.ts"
import { agreed, answerer, caller, changed, fastKit, good, NOW, radio, refused, sent, testKms } from "../fixture.ts"
import { answerByHand, clearOf, confirmByHand, openByHand, pair, sealByHand, subPayload, type AnswerChange } from "./by-hand.ts"
import { rewritten } from "./weak.ts"

/** Three policies are offered, so that there is something to choose wrongly. */
const kit = changed(fastKit(), () => ({ srtp: srtpRules(["AEAD_AES_128_GCM", "AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80"]) }))
const kms = testKms(kit)
const alice = radio(kms, "sip:alice@police.example")
const bob = radio(kms, "sip:bob@police.example")
const P = subPayload(bob, pair(bob))

/** What Alice says of an R_MESSAGE_1 whose sender has opened hers, and is wrong in one thing. */
function answeredWith(change: AnswerChange, options: Partial<CallOptions> = {}): string {
  const I = caller(alice, bob.me, options)
  const call = openByHand(bob, bob.me, sent(I.start(NOW)))!
  const why = refused(I.receive(answerByHand(bob, call, change).octets, NOW, ""))
  sent(I.receive(answerByHand(bob, call).octets, NOW, ""))
  return why
}

/** The same of one session of the map, or of the policies. */
function sessionWith(index: number, change: Partial<CryptoSession>): string {
  const map = (from: CsMap): CsMap => ({ type: from.type, sessions: from.sessions.map((s, i) => (i === index ? { ...s, ...change } : s)) })
  return answeredWith({ clear: (clear) => ({ map: map(clear.map) }) })
}

/** What Bob says of an I_MESSAGE_1 that anyone may have sealed. */
function calledWith(ECCPTi: Uint8Array, change: (clear: Clear) => Partial<Clear> = () => ({}), options: Partial<CallOptions> = {}): string {
  const m = good(parse(sent(caller(alice, bob.me, options).start(NOW)), 65535))
  const clear = clearOf(m, m.RAND!)
  const letter = { type: dataType.I_MESSAGE_1, clear: { ...clear, ...change(clear) }, to: bob.me, plain: encodeInner(alice.me, ECCPTi, bob.me, undefined) }
  return refused(answerer(bob).receive(sealByHand(alice, letter).octets, NOW, ""))
}

describe("an I_MESSAGE_1 that opens and is wrong", () => {
  const point = pair(alice).point
  it("in its point is refused: off the curve, of another curve", () => {
    assert.equal(calledWith(eccpt(8, point.map((o, i) => (i === 64 ? o ^ 1 : o)), undefined)), "curve/refused at I_MESSAGE_1.ECCPTi")
    assert.equal(calledWith(eccpt(8, concat([Uint8Array.of(3), point.subarray(1)]), undefined)), "curve/refused at I_MESSAGE_1.ECCPTi")
    for (const [curve, length] of [[11, 97], [240, 32]] as const) assert.equal(calledWith(eccpt(curve, new Uint8Array(length), undefined)), "curve/refused at I_MESSAGE_1.ECCPTi")
  })
  it("in where its MKI stands is refused, under either map", () => {
    assert.equal(calledWith(eccpt(8, point, ascii("mki"))), "wire/value at I_MESSAGE_1.ECCPTi.KV")
    assert.equal(calledWith(eccpt(8, point, undefined), () => ({}), { map: "SRTP-ID" }), "wire/value at I_MESSAGE_1.ECCPTi.KV")
  })
  it("in a policy number that no SP has is refused", () => {
    assert.equal(calledWith(P, (clear) => ({ SP: clear.SP.slice(1) })), "wire/value at I_MESSAGE_1.Ps")
  })
})

describe("a box whose identities are not those in clear", () => {
  const mallory = { type: 1, data: ascii("sip:mallory@police.example") }
  const [I, R] = [caller(alice, bob.me), answerer(bob)]
  const sealed = (type: number, clear: Clear, to: Identity, IDRi: Identity, IDRr: Identity, ECCPTi: Uint8Array | undefined, ECCPTr: Uint8Array | undefined, before?: Uint8Array[]): Uint8Array =>
    sealByHand(bob, { type, clear, to, before, plain: encodeInner(IDRi, ECCPTi, IDRr, ECCPTr) }).octets
  const asNai = { type: 0, data: alice.me.data }

  it("goes no further in any message: another name, or another type of it", () => {
    const I_MESSAGE_1 = sent(I.start(NOW))
    const m = good(parse(I_MESSAGE_1, 65535))
    const clear = clearOf(m, m.RAND!)
    for (const IDRi of [mallory, asNai]) assert.equal(refused(R.receive(sealed(22, clear, bob.me, IDRi, bob.me, P, undefined), NOW, "")), "identity/mismatch at I_MESSAGE_1.IBAKE.IDRi")
    assert.equal(refused(R.receive(sealed(22, clear, bob.me, alice.me, mallory, P, undefined), NOW, "")), "identity/mismatch at I_MESSAGE_1.IBAKE.IDRr")
    const R_MESSAGE_1 = sent(R.receive(I_MESSAGE_1, NOW, ""))
    const answer = clearOf(good(parse(R_MESSAGE_1, 65535)), clear.RAND)
    for (const IDRi of [mallory, asNai]) assert.equal(refused(I.receive(sealed(23, answer, alice.me, IDRi, bob.me, P, P, [I_MESSAGE_1]), NOW, "")), "identity/mismatch at R_MESSAGE_1.IBAKE.IDRi")
    assert.equal(refused(I.receive(sealed(23, answer, alice.me, alice.me, mallory, P, P, [I_MESSAGE_1]), NOW, "")), "identity/mismatch at R_MESSAGE_1.IBAKE.IDRr")
    for (const IDRi of [mallory, asNai]) assert.equal(refused(R.receive(sealed(24, answer, bob.me, IDRi, bob.me, undefined, P, [I_MESSAGE_1, R_MESSAGE_1]), NOW, "")), "identity/mismatch at I_MESSAGE_2.IBAKE.IDRi")
    agreed(R.receive(sent(I.receive(R_MESSAGE_1, NOW, "")), NOW, ""))
  })
})

describe("an R_MESSAGE_1 that opens, echoes and is wrong", () => {
  it("in T goes no further", () => assert.equal(answeredWith({ clear: () => ({ T: new Uint8Array(8).fill(255) }) }), "session/state at R_MESSAGE_1.T"))
  const point = pair(bob).point
  it("in its point goes no further, and the right one does", () => {
    assert.equal(answeredWith({ ECCPTr: eccpt(8, point, ascii("mki")) }), "wire/value at R_MESSAGE_1.ECCPTr.KV")
    assert.equal(answeredWith({ ECCPTr: eccpt(240, new Uint8Array(32).fill(9), undefined) }), "curve/refused at R_MESSAGE_1.ECCPTr")
    assert.equal(answeredWith({ ECCPTr: eccpt(8, point.map((o, i) => (i === 64 ? o ^ 1 : o)), undefined) }), "curve/refused at R_MESSAGE_1.ECCPTr")
  })
  it("in its echo goes no further: another point, another KV, none at all", () => {
    assert.equal(answeredWith({ ECCPTi: P }), "auth/failed at R_MESSAGE_1.ECCPTi")
    const I = caller(alice, bob.me, { onRetarget: () => true })
    const call = openByHand(bob, bob.me, sent(I.start(NOW)))!
    const answered = answerByHand(bob, call)
    const plain = encodeInner(alice.me, undefined, bob.me, P)
    const letter = { type: dataType.R_MESSAGE_1, clear: answered.clear, to: alice.me, before: [call.m.octets], plain }
    assert.equal(refused(I.receive(sealByHand(bob, letter).octets, NOW, "")), "auth/failed at R_MESSAGE_1.ECCPTi")
    assert.equal(answeredWith({ ECCPTi: eccpt(8, call.inner.ECCPTi!.point, ascii("mki")) }), "auth/failed at R_MESSAGE_1.ECCPTi")
  })
  it("in the KMSs that it names goes no further", () => {
    const named = (IDRkmsi: string, IDRkmsr: string): AnswerChange => ({ clear: () => ({ IDRkmsi: ascii(IDRkmsi), IDRkmsr: ascii(IDRkmsr) }) })
    const [own, other] = ["kms.police.example", "kms.county.example"]
    assert.equal(answeredWith(named(own, own)), "wire/chain at R_MESSAGE_1.IDRkmsi")
    assert.equal(answeredWith({ clear: () => ({ IDRkmsi: undefined }) }, { kms: "named" }), "wire/chain at R_MESSAGE_1.IDRkmsi")
    assert.equal(answeredWith(named(own, other), { kms: "named" }), "identity/mismatch at R_MESSAGE_1.IDRkmsr")
    assert.equal(answeredWith(named(other, own), { kms: "named" }), "identity/mismatch at R_MESSAGE_1.IDRkmsi")
  })
  it("in the sessions goes no further: another CS ID, SPI, S flag or value, an empty one, more, fewer, in another order", () => {
    const wrong: readonly (readonly [number, Partial<CryptoSession>])[] = [[0, { csId: 9 }], [0, { spi: ascii("else") }], [0, { ssrc: 5 }], [0, { ssrc: undefined }], [1, { ssrc: undefined }], [0, { withRoc: true, roc: 0, seq: 0 }], [1, { withRoc: true, roc: 0, seq: 0 }]]
    for (const [index, change] of wrong) assert.equal(sessionWith(index, change), "policy/none at R_MESSAGE_1.SP")
    for (const change of [(s: readonly CryptoSession[]) => s.slice(1), (s: readonly CryptoSession[]) => [...s, { ...s[0]!, csId: 7 }], (s: readonly CryptoSession[]) => s.slice().reverse()])
      assert.equal(answeredWith({ clear: ({ map }) => ({ map: { type: map.type, sessions: change(map.sessions) } }) }), "policy/none at R_MESSAGE_1.SP")
  })
  it("in the policies goes no further: none or two for a session, one not offered, changed, superfluous, missing", () => {
    for (const policies of [[], [0, 1], [7], [1]]) assert.equal(sessionWith(0, { policies }), "policy/none at R_MESSAGE_1.SP")
    const more = { no: 7, protType: 0, param: policyParam("AEAD_AES_128_GCM") }
    for (const change of [(SP: Clear["SP"]) => [...SP, more], (SP: Clear["SP"]) => [{ ...SP[0]!, param: policyParam("AEAD_AES_256_GCM") }], (SP: Clear["SP"]) => [{ ...SP[0]!, protType: 1 }], (SP: Clear["SP"]) => [{ ...SP[0]!, no: 1 }]])
      assert.equal(answeredWith({ clear: ({ SP }) => ({ SP: change(SP) }) }), "policy/none at R_MESSAGE_1.SP")
  })
  it("in an RTP policy that the Initiator offered and no longer allows goes no further", () => {
    const strict = { ...alice, profile: { ...kit.profile, srtp: { offers: kit.profile.srtp.offers, allows: () => false } } }
    const I = caller(strict, bob.me)
    assert.equal(refused(I.receive(sent(answerer(bob).receive(sent(I.start(NOW)), NOW, "")), NOW, "")), "policy/none at R_MESSAGE_1.SP")
  })
})

describe("an I_MESSAGE_2 that opens and is wrong", () => {
  /** A call up to I_MESSAGE_2; `of` seals another in its place. */
  const confirmedWith = (parts: { clear?: Partial<Clear>; ECCPTi?: Uint8Array; ECCPTr?: Uint8Array }, options: Partial<CallOptions> = {}): string => {
    const [I, R] = [caller(alice, bob.me, options), answerer(bob)]
    const I_MESSAGE_1 = sent(I.start(NOW))
    const R_MESSAGE_1 = sent(R.receive(I_MESSAGE_1, NOW, ""))
    const { inner, m } = openByHand(alice, alice.me, R_MESSAGE_1, I_MESSAGE_1)!
    const clear = { ...clearOf(m, good(parse(I_MESSAGE_1, 65535)).RAND!), ...parts.clear }
    const plain = encodeInner(clear.IDRi, parts.ECCPTi, clear.IDRr, parts.ECCPTr ?? inner.ECCPTr!.raw)
    const why = refused(R.receive(sealByHand(alice, { type: dataType.I_MESSAGE_2, clear, to: bob.me, before: [I_MESSAGE_1, R_MESSAGE_1], plain }).octets, NOW, ""))
    agreed(R.receive(sent(I.receive(R_MESSAGE_1, NOW, "")), NOW, ""))
    return why
  }

  it("in its points goes no further, and the right one does", () => {
    assert.equal(confirmedWith({ ECCPTi: P }), "wire/chain at I_MESSAGE_2.ECCPTi")
    assert.equal(confirmedWith({ ECCPTr: P }), "auth/failed at I_MESSAGE_2.ECCPTr")
  })
  it("in what it should repeat goes no further", () => {
    const map = (change: Partial<CryptoSession>): Partial<Clear> => ({ map: { type: 2, sessions: [1, 2].map((csId) => ({ csId, policies: [0], ssrc: 1, withRoc: false, spi: ascii("spi!"), ...change })) } })
    const SP = [{ no: 0, protType: 0, param: policyParam("AEAD_AES_256_GCM") }]
    const other = { type: 1, data: ascii("sip:mallory@police.example") }
    for (const clear of [map({}), map({ ssrc: undefined }), { SP }, { SP: [] as Clear["SP"] }, { RAND: new Uint8Array(16) }, { IDRi: other }, { IDRr: other }, { IDRkmsi: ascii("kms.police.example"), IDRkmsr: ascii("kms.police.example") }])
      assert.match(confirmedWith({ clear }), /^(auth\/failed|wire\/chain) at I_MESSAGE_2(\.SP)?$/)
    for (const clear of [{ IDRkmsr: ascii("kms.county.example") }, { IDRkmsi: ascii("kms.county.example") }, { IDRkmsi: undefined }]) assert.equal(confirmedWith({ clear }, { kms: "named" }), "auth/failed at I_MESSAGE_2")
    assert.equal(confirmedWith({ clear: { T: new Uint8Array(8).fill(255) } }), "session/state at I_MESSAGE_2")
    assert.equal(confirmedWith({ clear: { csbId: 1 } }), "session/state at I_MESSAGE_2")
  })
  it("in an ESK that nobody asked for goes no further", () => {
    const [I, R] = [caller(alice, bob.me), answerer(bob)]
    const m = good(parse(sent(I.receive(sent(R.receive(sent(I.start(NOW)), NOW, "")), NOW, "")), 65535))
    const clear = clearOf(m, m.RAND!)
    const parts = clearParts(dataType.I_MESSAGE_2, clear).concat([part(ibakePayload, { encrData: m.IBAKE! }), part(eskPayload, { encrData: new Uint8Array(99) })])
    assert.equal(refused(R.receive(build(header(dataType.I_MESSAGE_2, clear), parts).octets, NOW, "")), "wire/chain at I_MESSAGE_2.ESK")
    agreed(R.receive(m.octets, NOW, ""))
  })
})

describe("an R_MESSAGE_2 that verifies and is wrong", () => {
  it("in its map, its identities or a box that it has goes no further, and the right one does", () => {
    const I = caller(alice, bob.me)
    const answered = answerByHand(bob, openByHand(bob, bob.me, sent(I.start(NOW)))!)
    const I_MESSAGE_2 = sent(I.receive(answered.octets, NOW, ""))
    const { kc } = openByHand(bob, bob.me, I_MESSAGE_2, answered.I_MESSAGE_1, answered.octets)!.keys
    const { octets, made } = confirmByHand(bob, answered, I_MESSAGE_2, kc)
    const verified = (message: Uint8Array): Uint8Array => {
      const m = good(parse(message, 65535))
      const out = message.slice()
      out.set(verification(bob.profile.sym, made.authKey, out.subarray(0, m.macAt), alice.me.data, bob.me.data), m.macAt)
      return out
    }
    const { map } = answered.clear
    const swapped = { type: map.type, sessions: map.sessions.slice().reverse() }
    const mallory = { type: 1, data: ascii("sip:mallory@police.example") }
    for (const [change, why] of [[{ map: swapped }, "wire/value at R_MESSAGE_2.CS ID map"], [{ IDRi: mallory }, "identity/mismatch at R_MESSAGE_2.IDRi"], [{ IDRr: mallory }, "identity/mismatch at R_MESSAGE_2.IDRr"], [{ csbId: 3 }, "session/state at R_MESSAGE_2.CSB ID"]] as const)
      assert.equal(refused(I.receive(verified(rewritten(octets, change)), NOW, "")), why)
    const withBox = clearParts(dataType.R_MESSAGE_2, answered.clear).concat([part(ibakePayload, { encrData: new Uint8Array(99) }), part(verificationPayload, { authAlg: macAlg.HMAC_SHA_256_256, mac: new Uint8Array(32) })])
    assert.equal(refused(I.receive(verified(build(header(dataType.R_MESSAGE_2, answered.clear), withBox).octets), NOW, "")), "wire/chain at R_MESSAGE_2.IBAKE")
    agreed(I.receive(octets, NOW, ""))
    assert(isFault(parse(octets.subarray(1), 65535)))
  })
})
