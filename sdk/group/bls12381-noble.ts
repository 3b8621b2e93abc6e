/** BLS12-381 as a pairing group through noble. Points in the compressed ZCash format, decoded strictly; every Job's steps are single noble calls. */
import { bytesToNumberBE, numberToBytesBE } from "@noble/curves/utils.js"
import { concat, copy, wipe } from "../base/bytes.ts"
import { chain, work, workOn, type Done, type Job } from "../base/job.ts"
import { fieldOrder, groupOrder, makeParts, type Fp12, type Fp2, type P1, type P2, type Parts } from "./bls12381-parts-noble.ts"
import type { PairingGroup } from "./group.ts"

export type { Fp12, Fp2, P1, P2 } from "./bls12381-parts-noble.ts"

let kept: Parts | undefined

/** The parts, made on first use and kept: loading a module does nothing. */
function made(): Parts {
  if (kept === undefined) kept = makeParts()
  return kept
}

const COORDINATE_OCTETS = 48
const G1_OCTETS = 48
const G2_OCTETS = 96
const SCALAR_OCTETS = 32

/** BLS12-381: G1 48 octets, G2 96, GT 576, scalars 32. Secret scalars are never branched on by us; BigInts leak timing of their size and stay unwiped. */
export const bls12381: PairingGroup<P1, P2, Fp12> = {
  g1Octets: G1_OCTETS,
  g2Octets: G2_OCTETS,
  scalarOctets: SCALAR_OCTETS,
  reduce: (wide) => numberToBytesBE(bytesToNumberBE(wide) % groupOrder(), SCALAR_OCTETS),
  validScalar: (scalar) => below(scalar, SCALAR_OCTETS, groupOrder()) !== undefined && bytesToNumberBE(scalar) !== BigInt(0),
  decodeG1: (octets) => workOn(octets, (own) => decode(own, G1_OCTETS, pointOfX1)),
  encodeG1(point: P1): Uint8Array {
    const to = point.toAffine()
    return encode([coordinate(to.x)], greater(to.y))
  },
  decodeG2: (octets) => workOn(octets, (own) => decode(own, G2_OCTETS, pointOfX2)),
  encodeG2(point: P2): Uint8Array {
    const to = point.toAffine()
    return encode([coordinate(to.x.c1), coordinate(to.x.c0)], greater2(to.y))
  },
  mapToG2,
  mulG1: (scalar) => workOn(scalar, (own) => made().pairing.G1.Point.BASE.multiply(scalarOf(own))),
  mulG2: (scalar, point) => workOn(scalar, (own) => point.multiply(scalarOf(own))),
  pair(p: P1, q: P2): Job<Fp12> {
    const lines = work(() => made().pairing.utils.calcPairingPrecomputes(q))
    const miller = chain(lines, (ell) => work(() => made().pairing.millerLoopBatch([[ell, p.x, p.y]])))
    return chain(miller, (f) => work(() => made().pairing.fields.Fp12.finalExponentiate(f)))
  },
  powGT,
  /** e(-P, s) e(p, q) = 1: two Miller loops share one final exponentiation. */
  sameSecret(s: P2, p: P1, q: P2): Job<boolean> {
    const ells = chain(
      work(() => made().pairing.utils.calcPairingPrecomputes(s)),
      (first) => work(() => ({ first, second: made().pairing.utils.calcPairingPrecomputes(q) })),
    )
    const miller = chain(ells, (ell) =>
      work(() => {
        const minus = made().pairing.G1.Point.BASE.negate()
        return made().pairing.millerLoopBatch([[ell.first, minus.x, minus.y], [ell.second, p.x, p.y]])
      }),
    )
    return chain(miller, (f) =>
      work(() => {
        const F = made().pairing.fields.Fp12
        return F.eql(F.finalExponentiate(f), F.ONE)
      }),
    )
  },
  /** As noble's own, but coefficient by coefficient: noble leaves its joins of two and six in memory. */
  encodeGT(x: Fp12): Uint8Array {
    const of = [x.c0.c0, x.c0.c1, x.c0.c2, x.c1.c0, x.c1.c1, x.c1.c2]
    const parts: Uint8Array[] = []
    for (let i = 0; i < of.length; i++) parts.push(coordinate(of[i]!.c0), coordinate(of[i]!.c1))
    return joinAndWipe(parts)
  },
  /** BigInts cannot be wiped. */
  wipe: () => undefined,
}

function scalarOf(octets: Uint8Array): bigint {
  if (!bls12381.validScalar(octets)) throw new Error("bls12381: expected a scalar of 32 octets, above 0 and below r")
  return bytesToNumberBE(octets)
}

/** OS2IP of exactly so many octets when it is below `order`. */
function below(octets: Uint8Array, length: number, order: bigint): bigint | undefined {
  if (octets.length !== length) return undefined
  const value = bytesToNumberBE(octets)
  return value < order ? value : undefined
}

function coordinate(value: bigint): Uint8Array {
  return numberToBytesBE(value, COORDINATE_OCTETS)
}

/** Flags 4: compressed; 5: compressed, and y the greater of the two; all others (infinity, uncompressed, undefined) are refused. */
function decode<T>(octets: Uint8Array, length: number, pointOfX: (x: Uint8Array, great: boolean) => T | undefined): T | undefined {
  if (octets.length !== length) return undefined
  const flags = octets[0]! >> 5
  if (flags !== 4 && flags !== 5) return undefined
  const x = copy(octets)
  x[0]! &= 0x1f
  try {
    return pointOfX(x, flags === 5)
  } catch {
    return undefined // noble throws where there is no square root and for y = 0
  } finally {
    wipe(x)
  }
}

function pointOfX1(octets: Uint8Array, great: boolean): P1 | undefined {
  const F = made().pairing.fields.Fp
  const Point = made().pairing.G1.Point
  const x = below(octets, COORDINATE_OCTETS, fieldOrder())
  if (x === undefined) return undefined
  const y = F.sqrt(F.add(F.mul(F.sqr(x), x), Point.CURVE().b))
  const point = Point.fromAffine({ x, y: greater(y) === great ? y : F.neg(y) })
  return point.isTorsionFree() ? point : undefined
}

/** The coefficient of u stands first. */
function pointOfX2(octets: Uint8Array, great: boolean): P2 | undefined {
  const F = made().pairing.fields.Fp2
  const Point = made().pairing.G2.Point
  const c1 = below(octets.subarray(0, 48), COORDINATE_OCTETS, fieldOrder())
  const c0 = below(octets.subarray(48), COORDINATE_OCTETS, fieldOrder())
  if (c0 === undefined || c1 === undefined) return undefined
  const x = F.create({ c0, c1 })
  const y = F.sqrt(F.add(F.mul(F.sqr(x), x), Point.CURVE().b))
  const point = Point.fromAffine({ x, y: greater2(y) === great ? y : F.neg(y) })
  return point.isTorsionFree() ? point : undefined
}

/** y > -y as integers. */
function greater(y: bigint): boolean {
  return y + y > fieldOrder()
}

/** The coefficient of u decides, unless it is 0. */
function greater2(y: Fp2): boolean {
  return y.c1 === BigInt(0) ? greater(y.c0) : greater(y.c1)
}

function encode(x: readonly Uint8Array[], great: boolean): Uint8Array {
  const out = joinAndWipe(x)
  out[0]! |= great ? 0xa0 : 0x80
  return out
}

function joinAndWipe(parts: readonly Uint8Array[]): Uint8Array {
  const out = concat(parts)
  for (let i = 0; i < parts.length; i++) wipe(parts[i])
  return out
}

/** hash_to_field's reduction (L = 64), both maps, the sum, and the cofactor. */
function mapToG2(uniform: Uint8Array): Job<P2> {
  if (uniform.length !== 256) throw new Error(`mapToG2: expected 256 octets, got ${uniform.length}`)
  const own = copy(uniform)
  const mapped = (at: number): P2 => {
    const F = made().pairing.fields.Fp
    return made().map({ c0: F.create(bytesToNumberBE(own.subarray(at, at + 64))), c1: F.create(bytesToNumberBE(own.subarray(at + 64, at + 128))) })
  }
  const both = chain(work(() => mapped(0)), (q0) => work(() => q0.add(mapped(128))))
  return chain(both, (q) => work(() => q.clearCofactor()))
}

/** Windows of four bits from the top; a table entry is multiplied in for 0 too, so that the operations are the same for every scalar. */
function powGT(x: Fp12, scalar: Uint8Array): Job<Fp12> {
  const F = made().pairing.fields.Fp12
  scalarOf(scalar)
  const own = copy(scalar)
  const table: Fp12[] = [F.ONE]
  let value = F.ONE
  let at = 0
  return {
    step(): Done<Fp12> | undefined {
      while (table.length < 16) table.push(F.mul(table[table.length - 1]!, x))
      for (const end = at + 8; at < end; at++) {
        value = F.mul(fourSquares(value), table[own[at]! >> 4]!)
        value = F.mul(fourSquares(value), table[own[at]! & 15]!)
      }
      if (at < own.length) return undefined
      wipe(own)
      return { value }
    },
    drop: () => wipe(own),
  }
}

function fourSquares(x: Fp12): Fp12 {
  const F = made().pairing.fields.Fp12
  return F._cyclotomicSquare(F._cyclotomicSquare(F._cyclotomicSquare(F._cyclotomicSquare(x))))
}
