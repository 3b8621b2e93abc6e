/**
 * A prime as the WebAssembly machine sees it, at build time: Montgomery's form with R = 2^(28 n), n limbs of 28 bits in words of 32, four words to a vector.
 * Limbs are signed and balanced, so sums and differences carry nothing; how large they may grow is lazy.ts's matter, by the operations alone.
 *
 * A column of a product is a sum of k n products of limbs and n of a digit q < 2^28 by a limb of p, |limb| <= 2^27. With operands whose limbs are at most la
 * and lb times 2^27 it stays below 2^63 where k n la lb 2^54 + n 2^55 < 2^63: k la lb <= 34 for 14 limbs.
 */

/** Bits of a limb. */
export const BITS = 28
const BASE = 0x10000000

/** A prime, its limbs least first. */
export interface WasmPrime {
  readonly octets: number
  readonly n: number
  /** Octets of a slot: whole vectors. */
  readonly width: number
  /** From 0 to 2^28 - 1, and balanced. */
  readonly plain: readonly number[]
  readonly p: readonly number[]
  /** -1/p mod 2^28. */
  readonly factor: number
  /** k la lb at most, and limbs of a sum in units of 2^27. */
  readonly most: number
  readonly sum: number
  /** p/R: a product's value is below 1 + k va vb of it. */
  readonly ratio: number
}

/** The prime of a big-endian modulus of whole vectors. */
export function wasmPrime(modulus: Uint8Array): WasmPrime {
  if (modulus.length % 16 !== 0) throw new Error(`wasmPrime: expected a multiple of 16 octets, got ${modulus.length}`)
  let bits = 8 * modulus.length
  for (let top = modulus[0]!; top < 128; top = 2 * top) bits--
  const n = 2 * Math.ceil((bits + 8) / (2 * BITS))
  const plain = limbs(modulus, n)
  return {
    octets: modulus.length, n, width: 16 * Math.ceil(n / 4), plain, p: balanced(plain), factor: minusInverse(plain[0]!),
    most: Math.floor((512 - 2 * n) / n) - 1, sum: 14, ratio: ratioOf(plain),
  }
}

function ratioOf(plain: readonly number[]): number {
  let out = 0
  for (let k = 0; k < plain.length; k++) out = (out + plain[k]!) / BASE
  return out
}

/** Octets as limbs, least first. */
function limbs(octets: Uint8Array, n: number): number[] {
  const out: number[] = []
  for (let k = 0; k < n; k++) out.push(0)
  for (let bit = 0; bit < 8 * octets.length; bit++) {
    const set = (octets[octets.length - 1 - (bit >> 3)]! >> (bit & 7)) & 1
    out[Math.floor(bit / BITS)]! += set << (bit % BITS)
  }
  return out
}

/** The same number with limbs from -2^27 to 2^27 - 1; the last is what is left. */
function balanced(plain: readonly number[]): number[] {
  const out: number[] = []
  let carry = 0
  for (let k = 0; k < plain.length; k++) {
    const value = plain[k]! + carry
    carry = k < plain.length - 1 && value >= BASE / 2 ? 1 : 0
    out.push(value - carry * BASE)
  }
  return out
}

/** a 2^bits mod p in balanced limbs, of octets below p. */
export function shifted(octets: Uint8Array, bits: number, prime: WasmPrime): number[] {
  const value = limbs(octets, prime.n)
  for (let i = 0; i < bits; i++) {
    for (let k = 0, carry = 0; k < prime.n; k++) {
      const twice = 2 * value[k]! + carry
      carry = twice >= BASE && k < prime.n - 1 ? 1 : 0
      value[k] = twice - carry * BASE
    }
    const less: number[] = []
    let borrow = 0
    for (let k = 0; k < prime.n; k++) {
      const left = value[k]! - prime.plain[k]! - borrow
      borrow = left < 0 ? 1 : 0
      less.push(left + borrow * BASE)
    }
    if (borrow === 0) for (let k = 0; k < prime.n; k++) value[k] = less[k]!
  }
  return balanced(value)
}

/** Newton's iteration for -1/a mod 2^28, a odd: products of halves, for they must stay below 2^53. */
function minusInverse(a: number): number {
  const times = (x: number, y: number): number => ((x * (y % 16384)) % BASE + ((x * Math.floor(y / 16384)) % BASE) * 16384) % BASE
  let x = 1
  for (let i = 0; i < 5; i++) x = times(x, (BASE + 2 - times(a, x)) % BASE)
  return BASE - x
}
