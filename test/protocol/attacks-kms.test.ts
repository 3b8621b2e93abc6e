import assert from "node:assert/strict"
import { bls12_381 } from "@noble/curves/bls12-381.js"
import { ascii, concat, hex, u32, xorInto } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { done, run } from "../../sdk/base/job.ts"
import { bls12381, type Fp12, type P1, type P2 } from "../../sdk/group/bls12381-noble.ts"
import type { PairingGroup } from "../../sdk/group/group.ts"
import { bf } from "../../sdk/ibe/bf.ts"
import { ntp, same, type Identity } from "../../sdk/ibake/identity.ts"
import { kemacCipher, requestKeys } from "../../sdk/ibake/keys.ts"
import type { Keyring, Now } from "../../sdk/ibake/session.ts"
import { parse } from "../../sdk/mikey/message.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { outside1, zcash1 } from "../contract/bls-points.ts"
import { agreed, answerer, caller, changed, converse, decide, enrolled, fastKit, good, keyRequest, named, NOW, octetsOf, radio, readAnswer, realKit, refused, seeded, sent, testKms, UTC, type Radio } from "../fixture.ts"
import { repeating } from "./weak.ts"

const kit = fastKit()
const county = testKms(kit, { uri: "kms.county.example", hosts: ["county.example"] })
const kms = testKms(kit, { vouched: [county.state.own] })
const bob = radio(kms, "sip:bob@police.example")

describe("a vouched KMS that speaks for a host that is not its own", () => {
  // The county's KMS is vouched for. It issues itself a key of alice@police.example under its own secret, and calls Bob as Alice.
  // A Bob who finds her KMS in the message, or under whoever he trusts at all, seals to the county's Alice and is established with it.
  // Ours asks the table: Alice is of police.example, for which police alone speaks, so the county cannot open the answer.
  const alice = named("sip:alice@police.example")
  const rogue = testKms(kit, { uri: "kms.county.example", hosts: ["sip:alice@police.example"] })
  const impostor = radio(rogue, "sip:alice@police.example")
  const believing = (ring: Keyring): Keyring => ({
    kmsOf: (id: Identity) => (same(id, alice) ? impostor.ring.kmsOf(id) : bob.ring.kmsOf(id)),
    privateKey: (id, number) => ring.privateKey(id, number),
  })
  const asAlice = { keys: believing(impostor.ring) }

  it("is Alice for a Bob who believes the message", () => {
    const call = converse(caller(impostor, bob.me, { kms: "named" }, asAlice), answerer(bob, { keys: believing(bob.ring) }))
    assert.deepEqual(call.responder.peer, alice)
  })
  it("cannot open what ours answers, and is refused when it names itself", () => {
    const I = caller(impostor, bob.me, {}, asAlice)
    const R = answerer(bob)
    assert.equal(refused(I.receive(sent(R.receive(sent(I.start(NOW)), NOW, "")), NOW, "")), "auth/failed at R_MESSAGE_1.IBAKE")
    assert.equal(refused(R.receive(sent(caller(impostor, bob.me, { kms: "named" }, asAlice).start(NOW)), NOW, "")), "identity/mismatch at I_MESSAGE_1.IDRkmsi")
  })
  it("gets no entry in the table for her, by a new set or a higher version", () => {
    for (const hosts of [["police.example"], ["sip:alice@police.example"], ["county.example", "police.example"]])
      assert.equal(run(bob.ring.parameters.take({ ...county.state.own, version: 99, hosts: hosts.map(ascii) }))?.fault, "parameters/refused")
    assert.equal(hex(bob.ring.kmsOf(alice)!.set.kmsUri), hex(ascii("kms.police.example")))
  })
})

describe("a second response to one request", () => {
  // Key and IV of KEMAC follow from the request: two responses computed for one request share their keystream.
  // Whoever records both, and knows the keys in the one (they are of a past day, or his own), reads those in the other.
  // The KMS answers an equal request with the stored octets, and another one of the same T not at all.
  const alice = enrolled(kms, "sip:alice@police.example")
  const request = keyRequest(alice, { T: { type: 2, value: u32(9) } })
  const kemac = (response: Uint8Array): Uint8Array => good(parse(response, 65535)).KEMAC!.encrData

  it("computed by a KMS that keeps no record gives away tomorrow's key to who knows today's", () => {
    const first = decide(alice, request).answer
    const second = decide(alice, request, undefined, UTC + 5 * 86400).answer
    const m = good(parse(request, 65535))
    const keys = requestKeys(kit.profile.prf, alice.subscriber.psk, m.header.csbId, m.RAND!)
    const known = kemacCipher(kit.profile.sym, keys, m.header.csbId, m.T.value, kemac(first))
    const read = concat([kemac(first)])
    xorInto(read, kemac(second))
    xorInto(read, known)
    assert.equal(hex(read), hex(kemacCipher(kit.profile.sym, keys, m.header.csbId, m.T.value, kemac(second))))
    assert.notEqual(hex(read), hex(known))
  })
  it("is not computed by ours, today or later", () => {
    const { answer, record } = decide(alice, request)
    for (const utc of [UTC, UTC + 5 * 86400]) assert.equal(hex(decide(alice, request, record, utc).answer), hex(answer))
    const other = decide(alice, keyRequest(alice, { T: { type: 2, value: u32(9) } }), record)
    assert.deepEqual([other.record, other.audit.fault], [undefined, "kms/time"])
  })
})

describe("a KMS response that is replayed to another request", () => {
  // Somebody keeps an old response and gives it to the radio that asks anew: old keys, and an old time in its notice.
  // A board whose RAND and CSB ID repeat and whose counter was lost makes the old request again, and takes it: its clock goes back.
  // A fresh RAND is in the key of V, and T is never used twice.
  const ask = (of: Radio, counter: number): Uint8Array => keyRequest(of, { T: { type: 2, value: u32(counter) } })

  it("turns back the clock of a board whose draws and counter repeat", () => {
    const { draw, again } = repeating(() => seeded("no entropy"))
    const alice = enrolled(kms, "sip:alice@police.example", { draw })
    const old = decide(alice, ask(alice, 1)).answer
    again()
    const read = good(readAnswer(alice, ask(alice, 1), old))
    assert(read.kind === "keys")
    assert.equal(hex(read.notice!.time), hex(ntp(UTC)))
  })
  it("is not taken by ours: not with a greater T, and not with the same T by mishap", () => {
    const alice = enrolled(kms, "sip:alice@police.example")
    const old = decide(alice, ask(alice, 1)).answer
    for (const [counter, why] of [[2, "session/state"], [1, "auth/failed"]] as const) {
      const read = readAnswer(alice, ask(alice, counter), old)
      assert(isFault(read) && read.fault === why)
    }
  })
})

describe("a key of the wrong period", () => {
  // T of I_MESSAGE_1 chooses the period whose keys count. A thief of last week's key of Alice sets T to last week and calls as Alice.
  // A Bob who takes any T, and has not deleted his own old key, is established with the thief.
  // Ours takes T within the skew window only, and deletes old keys.
  const later: Now = { utc: UTC + 7 * 86400, ticks: 0 }
  const thief = radio(kms, "sip:alice@police.example")

  it("opens a Bob who takes any T", () => {
    const careless = changed(kit, (p) => ({ limits: { ...p.limits, skewSeconds: 1e9 } })).profile
    const R = answerer(bob, { profile: careless })
    const I = caller(thief, bob.me)
    const I_MESSAGE_2 = sent(I.receive(sent(R.receive(sent(I.start(NOW)), later, "")), NOW, ""))
    assert.deepEqual(agreed(R.receive(I_MESSAGE_2, later, "")).agreement.peer, thief.me)
  })
  it("opens nothing of ours, though he still held his key", () => {
    assert.equal(refused(answerer(bob).receive(sent(caller(thief, bob.me).start(NOW)), later, "")), "time/skew at I_MESSAGE_1.T")
    assert.equal(refused(caller(thief, bob.me).start(later)), "key/none at keyring")
  })

  // A KMS, or who speaks for it, labels today's key as tomorrow's: the radio would find out when it calls.
  it("is installed by a keyring that proves nothing, and by ours not", () => {
    const blind = changed(kit, (p) => ({ suites: p.suites.map((s) => ({ ...s, ibe: { ...s.ibe, verify: () => done(true) } })) })).profile
    for (const [profile, fault] of [[blind, undefined], [kit.profile, "key/invalid"]] as const) {
      const alice = enrolled(kms, "sip:alice@police.example", { profile })
      const request = keyRequest(alice)
      const read = good(readAnswer(alice, request, decide(alice, request).answer))
      assert(read.kind === "keys")
      const [today, tomorrow] = read.keys
      assert.equal(run(alice.ring.install([{ ...today!, period: tomorrow!.period }], []))?.fault, fault)
    }
  })
})

/** The point of the curve of this x and sign, in the subgroup or not. */
function pointOfX(octets: Uint8Array): P1 {
  const Fp = bls12_381.fields.Fp
  const x = BigInt("0x" + hex(octets)) & ((1n << 381n) - 1n)
  const y = Fp.sqrt(Fp.add(Fp.pow(x, 3n), 4n))
  const greater = y > Fp.ORDER / 2n
  return bls12_381.G1.Point.fromAffine({ x, y: greater === (octets[0]! & 0x20) > 0 ? y : Fp.neg(y) }) as unknown as P1
}

/** BLS12-381 whose decoding checks neither for infinity nor for the subgroup; a pairing with infinity is 1, as it should be. */
function careless(): PairingGroup<P1, P2, Fp12> {
  const one = bls12_381.fields.Fp12.ONE as Fp12
  const infinite = (octets: Uint8Array): boolean => octets[0] === 0xc0
  const O = { infinity: true } as unknown as P1
  return {
    ...bls12381,
    decodeG1: (octets) => done(infinite(octets) ? O : pointOfX(octets)),
    decodeG2: (octets) => (infinite(octets) ? done(O as unknown as P2) : bls12381.decodeG2(octets)),
    pair: (p, q) => (p === O || q === (O as unknown as P2) ? done(one) : bls12381.pair(p, q)),
  }
}

describe("points that are no keys", () => {
  // e(O, Q) = 1 for every Q: under a P_pub at infinity the mask of V is a constant, and everybody reads every box.
  // The same holds for a private key at infinity. A P_pub outside the subgroup is the same KMS under other octets.
  // Decoding is validating: infinity and what is outside the subgroup is no point.
  const weak = bf(careless(), nobleSym)
  const ours = bf(bls12381, nobleSym)
  const infinity = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i === 0 ? 0xc0 : 0))
  const id = octetsOf("a UID", 32)
  const rho = octetsOf("rho", 32)
  /** What anyone computes from `enc` alone: rho under the mask of 1, and the secret. */
  const readByAnyone = (enc: Uint8Array): Uint8Array => {
    const one = bls12_381.fields.Fp12.toBytes(bls12_381.fields.Fp12.ONE)
    const got = nobleSym.sha256(concat([ascii("IBAKE-V01-V"), one]))
    xorInto(got, enc.subarray(48))
    return nobleSym.sha256(concat([ascii("IBAKE-V01-K"), got, id, enc]))
  }

  it("a P_pub at infinity lets everybody read what is sealed, where it is taken", () => {
    const made = run(weak.encapsulate(id, run(weak.parameters(infinity(48)))!, rho))
    assert.equal(hex(readByAnyone(made.enc)), hex(made.secret))
  })
  it("a private key at infinity opens what is readable by anyone, where it is taken", () => {
    const par = run(weak.parameters(infinity(48)))!
    const made = run(weak.encapsulate(id, par, rho))
    const opened = run(weak.decapsulate(made.enc, run(weak.privateKey(infinity(96), par))!, id, par))
    assert.equal(hex(opened!), hex(readByAnyone(made.enc)))
  })
  it("a P_pub outside the subgroup is a second name of the same KMS, where it is taken", () => {
    const own = testKms(realKit()).state.own.publicParameter
    // [r]P of a point outside: its order divides the cofactor, and the pairing does not see it
    const some = outside1()[1]!
    const unseen = some.multiplyUnsafe(bls12_381.fields.Fr.ORDER - 1n).add(some)
    const twin = zcash1(bls12_381.G1.Point.fromHex(hex(own)).add(unseen).toAffine())
    const sealed = run(weak.encapsulate(id, run(weak.parameters(twin))!, rho))
    assert.notEqual(hex(twin), hex(own))
    assert.deepEqual(sealed, run(weak.encapsulate(id, run(weak.parameters(own))!, rho)))
    assert.equal(run(ours.parameters(twin)), undefined)
  })
  it("are none for ours", () => {
    const par = run(ours.parameters(testKms(realKit()).state.own.publicParameter))!
    assert.equal(run(ours.parameters(infinity(48))), undefined)
    assert.equal(run(ours.privateKey(infinity(96), par)), undefined)
    for (const point of outside1()) assert.equal(run(ours.parameters(zcash1(point.toAffine()))), undefined)
  })
})
