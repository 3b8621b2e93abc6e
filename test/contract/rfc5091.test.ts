/** RFC 5091 section 7, every value, with the corrections that PROTOCOL section 9 names; BB1 stands here alone, to pin the pairing and Canonical by 7.8. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { ascii, concat, hex, unhex, xorInto } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import type { Field, FieldMaker } from "../../sdk/field/field.ts"
import { limbField } from "../../sdk/field/limb-field.ts"
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
type Group<E> = HashedGroup<Point<E>, Fp2<E>>

const file = JSON.parse(readFileSync(new URL("../cases/rfc5091.json", import.meta.url), "utf8")) as { vectors: Vector[] }
const vector = (id: string): Vector => file.vectors.find((v) => v["id"] === id)!
const sha1 = (data: Uint8Array): Uint8Array => new Uint8Array(createHash("sha1").update(data).digest())

/** Octets of 0x..., in as many as it needs or as told. */
function number(text: string, octets?: number): Uint8Array {
  const digits = text.replace("0x", "").replace(/^0+/, "")
  return unhex(digits.padStart(2 * (octets ?? Math.ceil(digits.length / 2)), "0"))!
}

const xy = <E>(g: Group<E>, pair: readonly string[]): Uint8Array => concat(pair.map((each) => number(each, g.coordinateOctets)))
const point = <E>(g: Group<E>, pair: readonly string[]): Point<E> => g.decode(xy(g, pair))!
const whole = (octets: Uint8Array): bigint => BigInt(`0x${hex(octets)}`)

section7("noble's BigInt", nobleFieldOf)
section7("limbs in doubles", limbField)

/** Every value, with all arithmetic in one kind of field. */
function section7<E>(name: string, fieldOf: FieldMaker<E>): void {
  const makeGroup = rfc5091Curves(fieldOf)
  const groupOf = (v: Vector): Group<E> => makeGroup(number(v["p"]!), number(v["q"]!))!
  const element = (F: Field<E>, text: string): E => F.fromOctets(number(text, F.octets))!
  const gt = (v: Vector, pair: readonly string[]): Fp2<E> => {
    const F = fieldOf(number(v["p"]!))
    return { a: element(F, pair[0]!), b: element(F, pair[1]!) }
  }

  describe(`RFC 5091 section 7, with the corrections of its errors, over ${name}`, () => {
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
      const scheme: Scheme<Point<E>, Fp2<E>> = { group: g, hash: sha1, P: point(g, v["P"]!) }
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
      const made = bbEncrypt(g, gt(v, v["v"]!), v, s, ascii(v["m"]!))
      assert.deepEqual([made.C0, made.C1, made.y, made.u].map(hex), [hex(xy(g, v["C_0"]!)), hex(xy(g, v["C_1"]!)), v["y"], hex(number(v["u"]!, g.scalarOctets))])
      // w = e'(C_0, D_0) / e'(C_1, D_1): the keys of 7.7 see what the sender saw
      const [left, right] = [g.pair(point(g, v["C_0"]!), point(g, v["D_0"]!)), g.pair(point(g, v["C_1"]!), point(g, v["D_1"]!))].map(run)
      const F = fieldOf(number(v["p"]!))
      const w = { a: F.add(F.mul(left!.a, right!.a), F.mul(left!.b, right!.b)), b: F.sub(F.mul(left!.b, right!.a), F.mul(left!.a, right!.b)) }
      assert.equal(hex(canonical1(g, w)), hex(canonical1(g, run(g.powGT(gt(v, v["v"]!), s)))))
    })
  })
}

/** Canonical1 of order 1: the coefficient of i first. */
function canonical1<E>(g: Group<E>, x: Fp2<E>): Uint8Array {
  const both = g.encodeGT(x)
  return concat([both.subarray(g.coordinateOctets), both.subarray(0, g.coordinateOctets)])
}

/** Algorithm 6.4.1. */
function bbEncrypt<E>(g: Group<E>, base: Fp2<E>, v: Vector, s: Uint8Array, m: Uint8Array): { C0: Uint8Array; C1: Uint8Array; y: Uint8Array; u: Uint8Array } {
  const Fq = nobleField(BigInt(v["q"]!))
  const psi = canonical1(g, run(g.powGT(base, s)))
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
