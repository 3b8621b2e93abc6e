/**
 * BLS12-381 as a pairing group over whatever Machine runs its Program: points and elements of GT are the octets that go in and out of the machine, so they
 * can be wiped. Encodings are the compressed ZCash format, decoded strictly (PROTOCOL section 2).
 */
import { concat, copy, equalCt, unhex, wipe } from "../base/bytes.ts"
import { done, map, type Job } from "../base/job.ts"
import type { Machine } from "../machine/program.ts"
import { P_HEX, R_HEX, X_HEX, X2_HEX } from "./bls12381-numbers.ts"
import { divideSecret, isScalar, jointDigits, oddOf, restOf } from "./digits.ts"
import type { PairingGroup } from "./group.ts"

/** Places of the entries in bls12381-plan.ts. */
export const entry = {
  pair: 0, sameSecret: 1, mapToG2: 2, mulGenerator: 3, mulG1: 4, mulG2: 5, powGT: 6, decodeG1: 7, decodeG2: 8, lines: 9, pairLines: 10,
} as const

const W = 48
const SCALAR = 32

/** The group, with what the contract does not ask for: a pairing whose second argument stays, and multiples of any point of G1. */
export interface Bls12381 extends PairingGroup<Uint8Array, Uint8Array, Uint8Array> {
  /** Lines of q for pairLines: 19584 octets, as secret as q; wiped by the asker. */
  lines(q: Uint8Array): Job<Uint8Array>
  /** pair(p, q) from the lines of q. */
  pairLines(p: Uint8Array, lines: Uint8Array): Job<Uint8Array>
  /** [scalar]p, 0 < scalar < r. */
  mulPointG1(scalar: Uint8Array, p: Uint8Array): Job<Uint8Array>
}

/** G1 48 octets, G2 96, GT 576, scalars 32. Handles: x and y, 96 and 192 octets; 576 octets. Nothing branches on a secret; decoding branches on validity. */
export function bls12381(machine: Machine): Bls12381 {
  const none = new Uint8Array(0)
  const order = unhex(R_HEX)!
  const prime = unhex(P_HEX)!
  /** A run whose digits, which are secret, are wiped once the machine has its copy. */
  const started = (what: number, input: Uint8Array, digits: Uint8Array): Job<Uint8Array> => {
    const job = machine.run(what, input, digits)
    wipe(digits)
    return job
  }
  /** The same on an input that is made for it. */
  const startedOn = (what: number, parts: readonly Uint8Array[], digits: Uint8Array): Job<Uint8Array> => {
    const input = concat(parts)
    const job = started(what, input, digits)
    wipe(input)
    return job
  }
  const pairLines = (p: Uint8Array, lines: Uint8Array): Job<Uint8Array> => startedOn(entry.pairLines, [p, lines], none)
  return {
    g1Octets: W,
    g2Octets: 2 * W,
    scalarOctets: SCALAR,
    reduce: (wide) => restOf(wide, order),
    validScalar: (scalar) => isScalar(scalar, order) === 1,
    decodeG1: (octets) => decode(octets, 1, prime, (x) => machine.run(entry.decodeG1, x, none)),
    encodeG1: (point) => encode(point, 1, prime),
    decodeG2: (octets) => decode(octets, 2, prime, (x) => machine.run(entry.decodeG2, x, none)),
    encodeG2: (point) => encode(point, 2, prime),
    mapToG2: (uniform) => startedOn(entry.mapToG2, eighths(uniform), none),
    mulG1: (scalar) => started(entry.mulGenerator, none, digits1(scalar, order)),
    mulG2: (scalar, point) => started(entry.mulG2, point, digits2(scalar, order)),
    pair: (p, q) => startedOn(entry.pair, [p, q], none),
    powGT: (x, scalar) => started(entry.powGT, x, digits2(scalar, order)),
    sameSecret: (s, p, q) => map(startedOn(entry.sameSecret, [s, p, q], none), isOne),
    encodeGT: (x) => copy(x),
    wipe,
    lines: (q) => machine.run(entry.lines, q, none),
    pairLines,
    mulPointG1: (scalar, p) => started(entry.mulG1, p, digits1(scalar, order)),
  }
}

/** k0 + 2^64 k1 + x^2 k2 + 2^64 x^2 k3, the last two [x^2] of the first: no endomorphism is dearer than a change of sign and a product. */
function digits1(scalar: Uint8Array, order: Uint8Array): Uint8Array {
  const odd = oddScalar(scalar, order)
  const by = divideSecret(odd.k, unhex(X2_HEX)!)
  const low = by.rest
  const high = by.quotient
  const out = jointDigits([low.subarray(8), low.subarray(0, 8), high.subarray(24), high.subarray(16, 24)], odd.negative)
  wipe(odd.k)
  wipe(low)
  wipe(high)
  return out
}

/** k0 + |x| k1 + |x|^2 k2 + |x|^3 k3. */
function digits2(scalar: Uint8Array, order: Uint8Array): Uint8Array {
  const odd = oddScalar(scalar, order)
  const x = unhex(X_HEX)!
  const parts: Uint8Array[] = []
  let left = odd.k
  for (let j = 0; j < 3; j++) {
    const by = divideSecret(left, x)
    wipe(left)
    parts.push(by.rest)
    left = by.quotient
  }
  parts.push(left.subarray(24))
  const out = jointDigits(parts, odd.negative)
  for (let j = 0; j < 4; j++) wipe(parts[j])
  return out
}

/** x is even, so k0 is as odd as k. */
function oddScalar(scalar: Uint8Array, order: Uint8Array): { readonly k: Uint8Array; readonly negative: number } {
  if (isScalar(scalar, order) !== 1) throw new Error("bls12381: expected a scalar of 32 octets, above 0 and below r")
  return oddOf(scalar, order)
}

/** Numbers below 2^256 as elements. */
function eighths(uniform: Uint8Array): Uint8Array[] {
  if (uniform.length !== 256) throw new Error(`mapToG2: expected 256 octets, got ${uniform.length}`)
  const out: Uint8Array[] = []
  for (let at = 0; at < 256; at += 32) out.push(new Uint8Array(W - 32), uniform.subarray(at, at + 32))
  return out
}

function isOne(x: Uint8Array): boolean {
  const one = new Uint8Array(x.length)
  one[W - 1] = 1
  return equalCt(x, one)
}

/** Flags 4: compressed; 5: compressed, and y the greater of the two; all others (infinity, uncompressed, undefined) are refused. The coefficient of u stands first. */
function decode(octets: Uint8Array, degree: number, prime: Uint8Array, root: (x: Uint8Array) => Job<Uint8Array>): Job<Uint8Array | undefined> {
  if (octets.length !== degree * W) return done(undefined)
  const flags = octets[0]! >> 5
  if (flags !== 4 && flags !== 5) return done(undefined)
  const x = turned(octets, degree)
  x[(degree - 1) * W]! &= 0x1f
  for (let i = 0; i < degree; i++) if (minus(prime, x.subarray(i * W, i * W + W), new Uint8Array(W)) !== 0 || equalCt(prime, x.subarray(i * W, i * W + W))) return done(undefined)
  return map(
    root(x),
    (found) => {
      const y = found.subarray(0, degree * W)
      let wrong = 0
      for (let i = y.length; i < found.length; i++) wrong |= found[i]!
      negateIf(y, isGreater(y, prime) ^ (flags & 1), prime)
      const out = concat([x, y])
      wipe(x)
      wipe(found)
      return wrong === 0 ? out : undefined
    },
    () => wipe(x),
  )
}

function encode(point: Uint8Array, degree: number, prime: Uint8Array): Uint8Array {
  const out = turned(point.subarray(0, degree * W), degree)
  out[0]! |= 0x80 | (isGreater(point.subarray(degree * W), prime) << 5)
  return out
}

/** Coefficients in the other order. */
function turned(x: Uint8Array, degree: number): Uint8Array {
  return degree === 1 ? copy(x) : concat([x.subarray(W), x.subarray(0, W)])
}

/** 1 when y > -y as integers: the coefficient of u decides, unless it is 0. */
function isGreater(y: Uint8Array, prime: Uint8Array): number {
  let decided = 0
  let out = 0
  const other = new Uint8Array(W)
  for (let at = y.length - W; at >= 0; at -= W) {
    const part = y.subarray(at, at + W)
    let any = 0
    for (let i = 0; i < W; i++) any |= part[i]!
    minus(prime, part, other)
    out |= minus(other, part, other) & ~decided & 1
    decided |= -any >> 31
  }
  wipe(other)
  return out
}

/** y becomes -y where `bit` is 1; zero stays zero. */
function negateIf(y: Uint8Array, bit: number, prime: Uint8Array): void {
  const other = new Uint8Array(W)
  for (let at = 0; at < y.length; at += W) {
    let any = 0
    for (let i = at; i < at + W; i++) any |= y[i]!
    minus(prime, y.subarray(at, at + W), other)
    const mask = -bit & (-any >> 31)
    for (let i = 0; i < W; i++) y[at + i]! ^= (y[at + i]! ^ other[i]!) & mask
  }
  wipe(other)
}

/** out = a - b mod 256^W; -1 when a < b, else 0. Constant time. */
function minus(a: Uint8Array, b: Uint8Array, out: Uint8Array): number {
  let borrow = 0
  for (let i = W - 1; i >= 0; i--) {
    const left = a[i]! - b[i]! + borrow
    out[i] = left
    borrow = left >> 8
  }
  return borrow
}
