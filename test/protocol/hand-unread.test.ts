/** Messages of a call that is not read, made by hand: their boxes open, their tags verify, and they are wrong in one thing. */
import assert from "node:assert/strict"
import { ascii, concat, equal } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { run } from "../../sdk/base/job.ts"
import { eccpt, encodeInner, type Clear } from "../../sdk/ibake/exchange.ts"
import { openDeferred } from "../../sdk/ibake/esk.ts"
import type { CallOptions, Initiator } from "../../sdk/ibake/initiator.ts"
import { verification } from "../../sdk/ibake/keys.ts"
import { Responder } from "../../sdk/ibake/responder.ts"
import { parse } from "../../sdk/mikey/message.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { agreed, caller, fastKit, good, named, NOW, octetsOf, party, refused, sent, testKms } from "../fixture.ts"
import { clearOf, leftContents, openByHand, pair, sealByHand, subPayload, unreadByHand, verifiedByHand, type Letter } from "./by-hand.ts"
import { knower } from "./knower.ts"
import { allOf, witness, type Witness } from "./witness.ts"

const kit = fastKit()
const kms = testKms(kit)
const [alice, bob, mailbox] = ["alice", "bob", "mailbox"].map((name) => witness(kms, `sip:${name}@police.example`)) as [Witness, Witness, Witness]
const leaving = { onRetarget: () => true, onDeferred: () => true }
const P = subPayload(bob, pair(bob))
const { point } = pair(bob)
const off = eccpt(8, point.map((o, i) => (i === 64 ? o ^ 1 : o)), undefined)
const infinity = eccpt(8, new Uint8Array(65), undefined)
const otherCurves = [eccpt(11, new Uint8Array(97).fill(4), undefined), eccpt(240, new Uint8Array(32).fill(9), undefined)]
const asNai = { type: 0, data: alice.me.data }

function stand(): Responder {
  return new Responder(party(mailbox), { me: [mailbox.me], onUnread: () => true, mailbox: true })
}

/** A call up to I_MESSAGE_2, with what each message has in clear. */
interface Begun {
  readonly I: Initiator
  readonly M: Responder
  readonly all: readonly [Uint8Array, Uint8Array, Uint8Array]
  readonly clear: Clear
}

function begun(options: Partial<CallOptions> = leaving): Begun {
  const [I, M] = [caller(alice, bob.me, options), stand()]
  const I_MESSAGE_1 = sent(I.start(NOW))
  const R_MESSAGE_1 = sent(M.receive(I_MESSAGE_1, NOW, ""))
  const I_MESSAGE_2 = sent(I.receive(R_MESSAGE_1, NOW, ""))
  const m = good(parse(I_MESSAGE_2, 65535))
  return { I, M, all: [I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2], clear: clearOf(m, m.RAND!) }
}

function completes({ I, M, all }: Begun): void {
  agreed(I.receive(agreed(M.receive(all[2], NOW, "")).octets!, NOW, ""))
}

describe("an R_MESSAGE_1 that does not echo and is wrong", () => {
  const said = (answer: (I_MESSAGE_1: Uint8Array) => Uint8Array, options: Partial<CallOptions> = leaving): string => {
    const I = caller(alice, bob.me, options)
    const I_MESSAGE_1 = sent(I.start(NOW))
    const why = refused(I.receive(answer(I_MESSAGE_1), NOW, ""))
    assert.equal(I.awaits(), "R_MESSAGE_1")
    const M = stand()
    if (options === leaving) agreed(I.receive(agreed(M.receive(sent(I.receive(sent(M.receive(I_MESSAGE_1, NOW, "")), NOW, "")), NOW, "")).octets!, NOW, ""))
    return why
  }
  const answer = (change: Parameters<typeof unreadByHand>[3], as = mailbox.me) => (I_MESSAGE_1: Uint8Array): Uint8Array => unreadByHand(mailbox, I_MESSAGE_1, as, change)

  it("in its point goes no further, and the right one completes the call", () => {
    for (const ECCPTr of [off, infinity, ...otherCurves]) assert.equal(said(answer({ ECCPTr })), "curve/refused at R_MESSAGE_1.ECCPTr")
    assert.equal(said(answer({ ECCPTr: eccpt(8, point, ascii("mki")) })), "wire/value at R_MESSAGE_1.ECCPTr.KV")
  })
  it("in whom it is from goes no further: the caller herself, somebody of no known KMS, the called one under another type", () => {
    assert.equal(said(answer({}, alice.me)), "identity/mismatch at R_MESSAGE_1.IDRr")
    assert.equal(said(answer({}, named("sip:x@elsewhere.example"))), "identity/unknown at R_MESSAGE_1.IDRr")
    assert.equal(said(answer({}, { type: 0, data: bob.me.data })), "identity/refused at R_MESSAGE_1.IDRr")
  })
  it("in whom it is sealed to does not open", () => assert.equal(said(answer({ to: mailbox.me })), "auth/failed at R_MESSAGE_1.IBAKE"))
  it("and in the called one's own name is refused where nothing may be left for him", () => {
    assert.equal(said(answer({}, bob.me), { onRetarget: () => true }), "auth/failed at R_MESSAGE_1.ECCPTi")
    assert.equal(said(answer({}, bob.me), { onDeferred: () => false }), "identity/refused at R_MESSAGE_1.ECCPTi")
  })
})

describe("an I_MESSAGE_2 that brings ECCPTi and is wrong", () => {
  /** Alice herself seals another in its place. */
  const said = (change: { IDRi?: Clear["IDRi"]; ECCPTi?: Uint8Array | "none"; ECCPTr?: Uint8Array; esk?: Letter["esk"] }): string => {
    const of = begun()
    const { inner } = openByHand(alice, alice.me, of.all[1], of.all[0])!
    const ECCPTi = change.ECCPTi === "none" ? undefined : (change.ECCPTi ?? P)
    const plain = encodeInner(change.IDRi ?? alice.me, ECCPTi, mailbox.me, change.ECCPTr ?? inner.ECCPTr!.raw)
    const letter = { type: dataType.I_MESSAGE_2, clear: of.clear, to: mailbox.me, before: of.all.slice(0, 2), plain, esk: change.esk }
    const why = refused(of.M.receive(sealByHand(alice, letter).octets, NOW, ""))
    assert.equal(of.M.pending(), 1)
    completes(of)
    return why
  }

  it("in its points goes no further, and the right one completes the call", () => {
    assert.equal(said({ ECCPTi: "none" }), "wire/chain at I_MESSAGE_2.ECCPTi")
    for (const ECCPTi of [off, infinity, ...otherCurves]) assert.equal(said({ ECCPTi }), "curve/refused at I_MESSAGE_2.ECCPTi")
    assert.equal(said({ ECCPTi: eccpt(8, point, ascii("mki")) }), "wire/value at I_MESSAGE_2.ECCPTi.KV")
    for (const ECCPTr of [P, eccpt(8, point, ascii("mki"))]) assert.equal(said({ ECCPTr }), "auth/failed at I_MESSAGE_2.ECCPTr")
  })
  it("in its identities goes no further", () => {
    for (const IDRi of [bob.me, asNai]) assert.equal(said({ IDRi }), "identity/mismatch at I_MESSAGE_2.IBAKE.IDRi")
  })
  it("is judged by its own box, whatever ESK it brings", () => assert.equal(said({ ECCPTi: off, esk: { to: bob.me, plain: new Uint8Array(1) } }), "curve/refused at I_MESSAGE_2.ECCPTi"))
})

describe("an R_MESSAGE_2 with a box that verifies and is wrong", () => {
  it("goes no further, and the right one does", () => {
    const of = begun()
    const right = agreed(of.M.receive(of.all[2], NOW, "")).octets!
    const m = good(parse(right, 65535))
    const { authKeys } = knower({ profile: kit.profile, air: of.all }, allOf(mailbox))
    const authKey = authKeys.find((key) => equal(verification(kit.profile.sym, key, right.subarray(0, m.macAt), alice.me.data, mailbox.me.data), m.V!.mac))!
    const ECCPTi = openByHand(mailbox, mailbox.me, of.all[2], of.all[0], of.all[1])!.inner.ECCPTi!.raw
    const box = (plain: Uint8Array, change: Partial<Letter> = {}): Parameters<typeof verifiedByHand>[3] => ({ to: alice.me, before: of.all, plain, ...change })
    const echo = encodeInner(alice.me, ECCPTi, mailbox.me, undefined)
    for (const [made, why] of [
      [undefined, "wire/chain at R_MESSAGE_2.IBAKE"],
      [box(echo, { to: mailbox.me }), "auth/failed at R_MESSAGE_2.IBAKE"],
      [box(echo, { before: of.all.slice(0, 2) }), "auth/failed at R_MESSAGE_2.IBAKE"],
      [box(encodeInner(alice.me, P, mailbox.me, undefined)), "auth/failed at R_MESSAGE_2.ECCPTi"],
      [box(encodeInner(bob.me, ECCPTi, mailbox.me, undefined)), "identity/mismatch at R_MESSAGE_2.IBAKE.IDRi"],
      [box(encodeInner(alice.me, ECCPTi, bob.me, undefined)), "identity/mismatch at R_MESSAGE_2.IBAKE.IDRr"],
    ] as const)
      assert.equal(refused(of.I.receive(verifiedByHand(mailbox, of.clear, authKey, made), NOW, "")), why)
    for (const plain of [encodeInner(alice.me, undefined, mailbox.me, undefined), encodeInner(alice.me, ECCPTi, mailbox.me, P), concat([echo, ascii("x")])])
      assert.match(refused(of.I.receive(verifiedByHand(mailbox, of.clear, authKey, box(plain)), NOW, "")), /^wire\//)
    agreed(of.I.receive(verifiedByHand(mailbox, of.clear, authKey, box(echo)), NOW, ""))
  })
})

describe("an ESK that opens and is wrong", () => {
  const SK = octetsOf("SK", 32)
  const { clear } = begun()
  const said = (plain: Uint8Array, change: Partial<Clear> = {}, me = [bob.me]): string => {
    const letter = { type: dataType.I_MESSAGE_2, clear: { ...clear, ...change }, to: mailbox.me, plain: encodeInner(alice.me, P, mailbox.me, P), esk: { to: bob.me, plain } }
    const left = run(openDeferred(party(bob), me, sealByHand(alice, letter).octets))
    return isFault(left) ? `${left.fault} at ${left.at}` : "opened"
  }
  const inside = leftContents(alice.me, SK)
  /** The SK sub-payload begins 36 octets before the end: Next payload, Type, Key data len, Key data. */
  const at = inside.length - 36

  it("in its contents is refused: another sender, no SK, another Type, KV or length, octets after it", () => {
    assert.equal(said(inside), "opened")
    for (const IDRi of [bob.me, asNai]) assert.equal(said(leftContents(IDRi, SK)), "identity/mismatch at I_MESSAGE_2.ESK.IDRi")
    for (const [index, value] of [[1, 0x00], [1, 0x20], [1, 0x11], [1, 0x12], [3, 16], [3, 33], [2, 1], [0, 20]] as const) {
      const changed = inside.slice()
      changed[at + index] = value
      assert.match(said(changed), /^wire\//, `${index} ${value}`)
    }
    for (const plain of [concat([inside, ascii("x")]), new Uint8Array(0)]) assert.match(said(plain), /^wire\//)
    for (let length = 0; length < inside.length; length++) assert.match(said(inside.subarray(0, length)), /^wire\//)
  })
  it("in what stands around it is refused: names in another form, a time whose key is gone, nobody to open it", () => {
    const odd = { type: 1, data: ascii("sip:alice@POLICE.example") }
    assert.equal(said(leftContents(odd, SK), { IDRi: odd }), "identity/form at I_MESSAGE_2.IDRi")
    assert.equal(said(inside, { IDRr: odd }), "identity/form at I_MESSAGE_2.IDRr")
    const years = clear.T.slice()
    years[0]! -= 1
    assert.equal(said(inside, { T: years }), "key/none at keyring")
    assert.equal(said(inside, {}, []), "key/none at keyring")
  })
})
