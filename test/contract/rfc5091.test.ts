/** RFC 5091 section 7, every value, with the corrections that PROTOCOL section 9 names; BB1 stands here alone, to pin the pairing and Canonical by 7.8. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { ascii, concat, hex, unhex, xorInto } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { nobleField, nobleFieldOf } from "../../sdk/field/noble.ts"
import type { Fp2 } from "../../sdk/group/fp2.ts"
import type { HashedGroup } from "../../sdk/group/group.ts"
import { rfc5091Curves } from "../../sdk/group/rfc5091-curve.ts"
import type { Point } from "../../sdk/group/supersingular.ts"
import { hashBytes, hashToRange } from "../../sdk/ibe/hash-bytes.ts"
import { bfDecrypt, bfEncrypt, type Scheme } from "../../sdk/ibe/rfc5091.ts"
import { flip } from "./octets.ts"

type Value = string & readonly string[]
type Vector = Readonly<Record<string, Value>>
type Group = HashedGroup<Point<bigint>, Fp2<bigint>>

const file = JSON.parse(readFileSync(new URL("../cases/rfc5091.json", import.meta.url), "utf8")) as { vectors: Vector[] }
const vector = (id: string): Vector => file.vectors.find((v) => v["id"] === id)!
const sha1 = (data: Uint8Array): Uint8Array => new Uint8Array(createHash("sha1").update(data).digest())
const makeGroup = rfc5091Curves(nobleFieldOf)

/** Octets of 0x..., in as many as it needs or as told. */
function number(text: string, octets?: number): Uint8Array {
  const digits = text.replace("0x", "").replace(/^0+/, "")
  return unhex(digits.padStart(2 * (octets ?? Math.ceil(digits.length / 2)), "0"))!
}

const groupOf = (v: Vector): Group => makeGroup(number(v["p"]!), number(v["q"]!))!
const xy = (g: Group, pair: readonly string[]): Uint8Array => concat(pair.map((each) => number(each, g.coordinateOctets)))
const point = (g: Group, pair: readonly string[]): Point<bigint> => g.decode(xy(g, pair))!
const whole = (octets: Uint8Array): bigint => BigInt(`0x${hex(octets)}`)

describe("RFC 5091 section 7, with the corrections of its errors", () => {
  it("7.1 PointMultiply", () => {
    const v = vector("7.1")
    const g = groupOf(v)
    assert.equal(hex(g.encode(run(g.mul(number(v["l"]!), point(g, v["A"]!))))), hex(xy(g, v["out"]!)))
  })
  it("7.2 HashToRange, for the n that the output fits, and for the printed one", () => {
    const v = vector("7.2")
    for (const [n, out] of [["n_corrected", "v"], ["n_printed", "v_for_printed_n"]] as const) {
      const F = nobleField(BigInt(v[n]!))
      assert.equal(hex(F.toOctets(F.reduce(hashToRange(sha1, ascii(v["s"]!))))), hex(number(v[out]!, 20)))
    }
  })
  it("7.3 Pairing, with the corrected zeta", () => {
    const v = vector("7.3")
    const g = groupOf(v)
    const want = hex(xy(g, v["out"]!))
    assert.equal(hex(g.encodeGT(run(g.pair(point(g, v["A"]!), point(g, v["B"]!))))), want)
    assert.equal(hex(g.encodeGT(run(g.pairStranger(xy(g, v["A"]!), point(g, v["B"]!)))!)), want)
    assert.equal(hex(g.encodeGT(run(g.pair(point(g, v["B"]!), point(g, v["A"]!))))), want, "e' is symmetric")
  })
  it("7.4 BFderivePubl of \"Bob\"", () => {
    const v = vector("7.4")
    const g = groupOf(v)
    assert.equal(hex(g.encode(run(g.hashed(hashToRange(sha1, unhex(v["id_hex"]!)!))))), hex(xy(g, v["Q_id"]!)))
  })
  it("7.5 BFextractPriv: the output is S_id, and P_pub = [s]P", () => {
    const v = { ...vector("7.4"), ...vector("7.5") }
    const g = groupOf(v)
    const s = number(v["s"]!)
    assert.equal(hex(g.encode(run(g.mul(s, point(g, v["Q_id"]!))))), hex(xy(g, v["S_id"]!)))
    assert.equal(hex(g.encode(run(g.mul(s, point(g, v["P"]!))))), hex(xy(g, v["Ppub"]!)))
    const wide = hashToRange(sha1, unhex(v["id_hex"]!)!)
    const holds = (S: readonly string[]): boolean => run(g.sameSecret(point(g, S), point(g, v["P"]!), point(g, v["Ppub"]!), wide))
    assert.equal(holds(v["S_id"]!), true)
    assert.equal(holds(v["Q_id"]!), false)
  })
  it("7.6 BFencrypt: W as printed; U and V of the repaired vector, which BFdecrypt opens", () => {
    const v = { ...vector("7.4"), ...vector("7.5"), ...vector("7.6"), ...vector("7.6-repaired") }
    const g = groupOf(v)
    const scheme: Scheme<Point<bigint>, Fp2<bigint>> = { group: g, hash: sha1, P: point(g, v["P"]!) }
    const rho = unhex(vector("7.6")["rho"]!)!
    const m = ascii(vector("7.6")["m"]!)
    const theta = g.pairHashed(point(g, v["Ppub"]!), hashToRange(sha1, unhex(v["id_hex"]!)!))
    const made = run(bfEncrypt(scheme, theta, m, rho))
    assert.deepEqual([made.U, made.V, made.W].map(hex), [hex(xy(g, v["U"]!)), v["V"], v["W"]])
    const printed = hashBytes(sha1, m.length, rho)
    xorInto(printed, m)
    assert.equal(hex(printed), vector("7.6")["W"])
    const S = point(g, v["S_id"]!)
    assert.equal(hex(run(bfDecrypt(scheme, S, made))!), hex(m))
    for (const bad of [{ ...made, V: flip(made.V, 0) }, { ...made, W: flip(made.W, 71) }, { ...made, U: flip(made.U, 383) }, { ...made, U: xy(g, v["P"]!) }]) assert.equal(run(bfDecrypt(scheme, S, bad)), undefined)
  })
  it("7.7 BBextractPriv", () => {
    const v = vector("7.7")
    const g = groupOf(v)
    const Fq = nobleField(BigInt(v["q"]!))
    const [alpha, beta, gamma, r] = ["alpha", "beta", "gamma", "r"].map((name) => BigInt(v[name]!)) as [bigint, bigint, bigint, bigint]
    const times = (n: bigint): string => hex(g.encode(run(g.mul(Fq.toOctets(n), point(g, v["P"]!)))))
    assert.deepEqual([alpha, beta, gamma].map(times), ["P_1", "P_2", "P_3"].map((name) => hex(xy(g, v[name]!))))
    assert.equal(hex(g.encodeGT(run(g.pair(point(g, v["P_1"]!), point(g, v["P_2"]!))))), hex(xy(g, v["v"]!)))
    const h = Fq.reduce(hashToRange(sha1, unhex(v["id_hex"]!)!))
    const y = Fq.add(Fq.mul(alpha, beta), Fq.mul(r, Fq.add(Fq.mul(alpha, h), gamma)))
    assert.deepEqual([times(y), times(r)], [hex(xy(g, v["D_0"]!)), hex(xy(g, v["D_1"]!))])
  })
  it("7.8 BBencrypt: C_0, C_1, y and u, and BBdecrypt opens it", () => {
    const v = { ...vector("7.7"), ...vector("7.8") }
    const g = groupOf(v)
    const s = number(v["s"]!, g.scalarOctets)
    const made = bbEncrypt(g, v, s, ascii(v["m"]!))
    assert.deepEqual([made.C0, made.C1, made.y, made.u].map(hex), [hex(xy(g, v["C_0"]!)), hex(xy(g, v["C_1"]!)), v["y"], hex(number(v["u"]!, g.scalarOctets))])
    // w = e'(C_0, D_0) / e'(C_1, D_1): the keys of 7.7 see what the sender saw
    const [left, right] = [g.pair(point(g, v["C_0"]!), point(g, v["D_0"]!)), g.pair(point(g, v["C_1"]!), point(g, v["D_1"]!))].map(run)
    const F = nobleField(BigInt(v["p"]!))
    const w = { a: F.add(F.mul(left!.a, right!.a), F.mul(left!.b, right!.b)), b: F.sub(F.mul(left!.b, right!.a), F.mul(left!.a, right!.b)) }
    assert.equal(hex(canonical1(g, w)), hex(canonical1(g, run(g.powGT({ a: BigInt(v["v"]![0]!), b: BigInt(v["v"]![1]!) }, s)))))
  })
})

/** Canonical1 of order 1: the coefficient of i first. */
function canonical1(g: Group, x: Fp2<bigint>): Uint8Array {
  const both = g.encodeGT(x)
  return concat([both.subarray(g.coordinateOctets), both.subarray(0, g.coordinateOctets)])
}

/** Algorithm 6.4.1. */
function bbEncrypt(g: Group, v: Vector, s: Uint8Array, m: Uint8Array): { C0: Uint8Array; C1: Uint8Array; y: Uint8Array; u: Uint8Array } {
  const Fq = nobleField(BigInt(v["q"]!))
  const psi = canonical1(g, run(g.powGT({ a: BigInt(v["v"]![0]!), b: BigInt(v["v"]![1]!) }, s)))
  const h = Fq.reduce(hashToRange(sha1, unhex(v["id_hex"]!)!))
  const C0 = g.encode(run(g.mul(s, point(g, v["P"]!))))
  const C1 = g.encode(g.add(run(g.mul(Fq.toOctets(Fq.mul(whole(s), h)), point(g, v["P_1"]!))), run(g.mul(s, point(g, v["P_3"]!)))))
  const twice = (of: Uint8Array): Uint8Array => concat([sha1(concat([sha1(of), of])), sha1(of)])
  const y = hashBytes(sha1, m.length, twice(psi))
  xorInto(y, m)
  const half = g.coordinateOctets
  const sigma = concat([C1.subarray(half), C1.subarray(0, half), C0.subarray(half), C0.subarray(0, half), y, psi])
  const u = Fq.toOctets(Fq.add(whole(s), Fq.reduce(hashToRange(sha1, twice(sigma)))))
  return { C0, C1, y, u }
}
