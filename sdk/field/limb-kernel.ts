/** The two loops of limbs.ts that take the time, and what they know of a prime. */

/** Bits of a limb. */
export const LIMB_BITS = 23
/** 2^23. */
export const LIMB_BASE = 8388608
const DOWN = 1 / LIMB_BASE
const ROUND = 1.5 * 37778931862957161709568

/** The loops that take the time, on places of limbs in one memory; `t` is 2 n of their own. Constant time. */
export interface LimbKernel {
  /** a b / R. */
  product(memory: Float64Array, to: number, a: number, b: number, t: Float64Array, prime: LimbPrime): void
  /** (a b + sign c d) / R for a sign of 1 or -1: one reduction for both. */
  products(memory: Float64Array, to: number, a: number, b: number, c: number, d: number, sign: number, t: Float64Array, prime: LimbPrime): void
  /** a + sign b for a sign of 1 or -1, which is public. */
  sum(memory: Float64Array, to: number, a: number, b: number, sign: number, prime: LimbPrime): void
  /** Balanced limbs of what is in the first n of `t`. */
  carried(memory: Float64Array, to: number, t: Float64Array, prime: LimbPrime): void
}

/** What is known of a prime. */
export interface LimbPrime {
  /** Octets of an element. */
  readonly octets: number
  /** Limbs: eight bits and more above the prime. */
  readonly n: number
  /** Balanced limbs of p, and plain ones from 0 to 2^23 - 1. */
  readonly p: Float64Array
  readonly plain: Int32Array
  /** -1/p mod 2^23, balanced. */
  readonly factor: number
  /** (factor p + 1) / 2^23, balanced. */
  readonly next: Float64Array
  /** 1/p in units of the last limb but one. */
  readonly inverseTop: number
  /** size(a) size(b) of a product at most. */
  readonly sizeOfProduct: number
  /** R^2 mod p, fresh. */
  readonly square: Float64Array
  /** R mod p, fresh. */
  readonly one: Float64Array
}

/** Montgomery's product, row by row (CIOS), with carries only out of the first column. */
function loopProduct(memory: Float64Array, to: number, a: number, b: number, t: Float64Array, prime: LimbPrime): void {
  const n = prime.n
  const p = prime.p
  const factor = prime.factor
  for (let j = 0; j <= n; j++) t[j] = 0
  for (let i = 0; i < n; i++) {
    const x = memory[a + i]!
    const column = t[0]! + x * memory[b]!
    const low = (column - (column + ROUND - ROUND)) * factor
    const q = low - (low + ROUND - ROUND)
    const carry = (column + q * p[0]!) * DOWN
    t[0] = t[1]! + x * memory[b + 1]! + q * p[1]! + carry
    for (let j = 2; j < n; j++) t[j - 1] = t[j]! + x * memory[b + j]! + q * p[j]!
    t[n - 1] = 0
  }
  carried(memory, to, t, n)
}

/** Both products, row by row. */
export function loopProducts(memory: Float64Array, to: number, a: number, b: number, c: number, d: number, sign: number, t: Float64Array, prime: LimbPrime): void {
  const n = prime.n
  const p = prime.p
  const factor = prime.factor
  for (let j = 0; j <= n; j++) t[j] = 0
  for (let i = 0; i < n; i++) {
    const x = memory[a + i]!
    const y = sign * memory[c + i]!
    const column = t[0]! + x * memory[b]! + y * memory[d]!
    const low = (column - (column + ROUND - ROUND)) * factor
    const q = low - (low + ROUND - ROUND)
    const carry = (column + q * p[0]!) * DOWN
    t[0] = t[1]! + x * memory[b + 1]! + y * memory[d + 1]! + q * p[1]! + carry
    for (let j = 2; j < n; j++) t[j - 1] = t[j]! + x * memory[b + j]! + y * memory[d + j]! + q * p[j]!
    t[n - 1] = 0
  }
  carried(memory, to, t, n)
}

/** a + sign b, the sign 1 or -1 and public. */
export function loopSum(memory: Float64Array, to: number, a: number, b: number, sign: number, prime: LimbPrime): void {
  const n = prime.n
  if (sign > 0) for (let i = to, k = 0; k < n; i++, k++) memory[i] = memory[a + k]! + memory[b + k]!
  else for (let i = to, k = 0; k < n; i++, k++) memory[i] = memory[a + k]! - memory[b + k]!
}

/** Balanced limbs, column after column. */
export function loopCarried(memory: Float64Array, to: number, t: Float64Array, prime: LimbPrime): void {
  carried(memory, to, t, prime.n)
}

/** All in loops, for any prime. */
export const loopKernel: LimbKernel = { product: loopProduct, products: loopProducts, sum: loopSum, carried: loopCarried }

/** Balanced limbs of the columns in `t`. */
export function carried(memory: Float64Array, to: number, t: Float64Array, n: number): void {
  let carry = 0
  for (let j = 0; j < n - 1; j++) {
    const value = t[j]! + carry
    const high = value + ROUND - ROUND
    memory[to + j] = value - high
    carry = high * DOWN
  }
  memory[to + n - 1] = t[n - 1]! + carry
}
