/** Encodings of BLS12-381 points that must be refused, made with noble's ready-made curve; each with its reason. */
import assert from "node:assert/strict"
import { bls12_381 } from "@noble/curves/bls12-381.js"
import { concat, unhex } from "../../sdk/base/bytes.ts"

const Fp = bls12_381.fields.Fp
const Fp2 = bls12_381.fields.Fp2
const G1: typeof bls12_381.G1.Point = bls12_381.G1.Point
const G2: typeof bls12_381.G2.Point = bls12_381.G2.Point
const r = bls12_381.fields.Fr.ORDER

/** Reason and octets. */
export type Refused = readonly [string, Uint8Array]

const octetsOf = (n: bigint): Uint8Array => unhex(n.toString(16).padStart(96, "0"))!

/** Coordinates from the top, under flags (4 compressed, 2 infinity, 1 greater y). */
function under(flags: number, ...parts: bigint[]): Uint8Array {
  const out = concat(parts.map(octetsOf))
  out[0]! |= flags << 5
  return out
}

const high = (n: bigint): boolean => n > (Fp.ORDER - 1n) / 2n

/** ZCash's compressed form of any point of the curve, in the subgroup or not. */
export function zcash1(p: { x: bigint; y: bigint }): Uint8Array {
  return under(high(p.y) ? 5 : 4, p.x)
}

/** The same on the twist. */
export function zcash2(q: { x: { c0: bigint; c1: bigint }; y: { c0: bigint; c1: bigint } }): Uint8Array {
  return under(high(q.y.c1 === 0n ? q.y.c0 : q.y.c1) ? 5 : 4, q.x.c1, q.x.c0)
}

/** Points of E(Fp) outside the subgroup: one of order 3, some of composite order, one whose order divides the cofactor. */
export function outside1(): InstanceType<typeof G1>[] {
  const out = [G1.fromAffine({ x: 0n, y: 2n })]
  for (let x = 1n; out.length < 4; x++) {
    const yy = Fp.add(Fp.pow(x, 3n), 4n)
    try {
      out.push(G1.fromAffine({ x, y: Fp.sqrt(yy) }))
    } catch {
      continue
    }
  }
  out.push(torsion(out[1]!), torsion(out[1]!).add(G1.BASE), out[0]!.add(G1.BASE))
  for (const p of out) assert.ok(!p.isTorsionFree(), "a point outside is outside")
  return out
}

/** The same on the twist. */
export function outside2(): InstanceType<typeof G2>[] {
  const out: InstanceType<typeof G2>[] = []
  for (let x = 0n; out.length < 3; x++) {
    const at = Fp2.fromBigTuple([x, 1n])
    try {
      out.push(G2.fromAffine({ x: at, y: Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(at), at), Fp2.fromBigTuple([4n, 4n]))) }))
    } catch {
      continue
    }
  }
  out.push(torsion(out[0]!), torsion(out[0]!).add(G2.BASE))
  for (const q of out) assert.ok(!q.isTorsionFree(), "a point outside is outside")
  return out
}

/** [r]P of a point outside the subgroup: not infinity, its order divides the cofactor. */
function torsion<P extends { multiplyUnsafe(n: bigint): P; add(p: P): P; is0(): boolean }>(p: P): P {
  const out = p.multiplyUnsafe(r - 1n).add(p)
  assert.ok(!out.is0())
  return out
}

/** What decodeG1 must refuse. */
export function refused1(): Refused[] {
  const good = G1.BASE.toAffine()
  let k = 2n
  let room = G1.BASE.multiply(k).toAffine()
  while (room.x + Fp.ORDER >= 1n << 381n) room = G1.BASE.multiply(++k).toAffine()
  const list: Refused[] = outside1().map((p, i) => [`G1 outside the subgroup ${i}`, zcash1(p.toAffine())])
  return list.concat([
    ["G1 at infinity", under(6, 0n)],
    ["G1 at infinity, other flags", under(7, 0n)],
    ["G1 infinity flag on a point", under(6, good.x)],
    ["G1 uncompressed flag", under(0, good.x)],
    ["G1 sign without compression", under(1, good.x)],
    ["G1 infinity without compression", under(2, 0n)],
    ["G1 all flags off, all zero", new Uint8Array(48)],
    ["G1 all ones", new Uint8Array(48).fill(0xff)],
    ["G1 x = p", under(4, Fp.ORDER)],
    ["G1 x of a good point plus p", under(high(room.y) ? 5 : 4, room.x + Fp.ORDER)],
    ["G1 not on the curve", under(4, 1n)],
    ["G1 uncompressed", concat([octetsOf(good.x), octetsOf(good.y)])],
    ["G1 short", zcash1(good).subarray(1)],
    ["G1 long", concat([zcash1(good), new Uint8Array(1)])],
    ["G1 empty", new Uint8Array(0)],
  ])
}

/** What decodeG2 must refuse. */
export function refused2(): Refused[] {
  const good = G2.BASE.toAffine()
  const sign = high(good.y.c1) ? 5 : 4
  let k = 2n
  let room = G2.BASE.multiply(k).toAffine()
  while (room.x.c1 + Fp.ORDER >= 1n << 381n) room = G2.BASE.multiply(++k).toAffine()
  const list: Refused[] = outside2().map((q, i) => [`G2 outside the subgroup ${i}`, zcash2(q.toAffine())])
  return list.concat([
    ["G2 at infinity", under(6, 0n, 0n)],
    ["G2 infinity flag on a point", under(6, good.x.c1, good.x.c0)],
    ["G2 uncompressed flag", under(0, good.x.c1, good.x.c0)],
    ["G2 sign without compression", under(1, good.x.c1, good.x.c0)],
    ["G2 all zero", new Uint8Array(96)],
    ["G2 all ones", new Uint8Array(96).fill(0xff)],
    ["G2 real part plus p", under(sign, good.x.c1, good.x.c0 + Fp.ORDER)],
    ["G2 u part plus p", under(high(room.y.c1) ? 5 : 4, room.x.c1 + Fp.ORDER, room.x.c0)],
    ["G2 parts exchanged", under(sign, good.x.c0, good.x.c1)],
    ["G2 flags in the second part", concat([octetsOf(good.x.c1), zcash1({ x: good.x.c0, y: 0n })])],
    ["G2 uncompressed", concat([octetsOf(good.x.c1), octetsOf(good.x.c0), octetsOf(good.y.c1), octetsOf(good.y.c0)])],
    ["G2 short", zcash2(good).subarray(1)],
    ["G2 long", concat([zcash2(good), new Uint8Array(1)])],
    ["G2 of G1's length", zcash1(G1.BASE.toAffine())],
  ])
}
