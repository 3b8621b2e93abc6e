/** Secret scalars as the digits that Programs pick by. Octets are big-endian; the steps depend on lengths alone. */
import { copy, wipe } from "../base/bytes.ts"
import { bitOf } from "./integer.ts"

/** The sign of a digit, as `pick` of formula.ts reads it. */
const NEGATIVE = 0x80
const WORD = 24
const MASK = 0xffffff

/** Quotient as long as `n`, rest as long as `d`; the caller wipes both. */
export interface SecretDivision {
  readonly quotient: Uint8Array
  readonly rest: Uint8Array
}

/** n / d for secret n and public d, not zero: bit by bit, with the same steps for every n of its length. */
export function divideSecret(n: Uint8Array, d: Uint8Array): SecretDivision {
  const count = Math.ceil((8 * d.length + 1) / WORD)
  const divisor = wordsOf(d, count)
  const rest = new Int32Array(count)
  const less = new Int32Array(count)
  const quotient = new Uint8Array(n.length)
  for (let i = 0; i < 8 * n.length; i++) {
    let carry = (n[i >> 3]! >> (7 - (i & 7))) & 1
    for (let k = 0; k < count; k++) {
      const twice = 2 * rest[k]! + carry
      rest[k] = twice & MASK
      carry = twice >> WORD
    }
    const borrow = lessBy(rest, divisor, less)
    for (let k = 0; k < count; k++) rest[k]! ^= (rest[k]! ^ less[k]!) & ~borrow
    quotient[i >> 3]! |= (1 + borrow) << (7 - (i & 7))
  }
  const out = octetsOf(rest, d.length)
  wipeWords(rest)
  wipeWords(less)
  return { quotient, rest: out }
}

/** n mod d. */
export function restOf(n: Uint8Array, d: Uint8Array): Uint8Array {
  const division = divideSecret(n, d)
  wipe(division.quotient)
  return division.rest
}

/** 1 when 0 < k < d for secret k and public d of one length, else 0. */
export function isScalar(k: Uint8Array, d: Uint8Array): number {
  if (k.length !== d.length) return 0
  let any = 0
  let borrow = 0
  for (let i = k.length - 1; i >= 0; i--) {
    any |= k[i]!
    borrow = (k[i]! - d[i]! + borrow) >> 8
  }
  return ((any | -any) >>> 31) & -borrow
}

/** k where it is odd, else order - k, which is then; and the sign that goes with it. 0 < k < order, the order odd. */
export function oddOf(k: Uint8Array, order: Uint8Array): { readonly k: Uint8Array; readonly negative: number } {
  const out = copy(k)
  const even = ((k[k.length - 1]! & 1) - 1) & 0xff
  let borrow = 0
  for (let i = k.length - 1; i >= 0; i--) {
    const minus = order[i]! - k[i]! + borrow
    out[i] = k[i]! ^ ((k[i]! ^ minus) & even)
    borrow = minus >> 8
  }
  return { k: out, negative: even & NEGATIVE }
}

/**
 * Digits of the sum of parts[j] P_j for four parts of one length, the first odd: one for each bit of a part and one more, the most significant first. A
 * digit's low bits name an entry of joint.ts's table, and none is zero: Faz-Hernandez, Longa and Sanchez, eprint 2013/158, algorithm 1.
 */
export function jointDigits(parts: readonly Uint8Array[], negative: number): Uint8Array {
  const length = parts[0]!.length
  const out = new Uint8Array(8 * length + 1)
  const left: Uint8Array[] = []
  for (let j = 0; j < 4; j++) left.push(copy(parts[j]!))
  for (let i = 0; i <= 8 * length; i++) {
    const minus = i === 8 * length ? 0 : 1 - bitOf(left[0]!, i + 1)
    let digit = (minus * NEGATIVE) ^ negative
    for (let j = 1; j < 4; j++) {
      const bit = left[j]![length - 1]! & 1
      digit |= bit << (j - 1)
      halved(left[j]!, bit & minus)
    }
    out[8 * length - i] = digit
  }
  for (let j = 0; j < 4; j++) wipe(left[j])
  return out
}

/** Digits of odd k in base 16, all odd: a digit's low bits n stand for 2n + 1. Two for an octet and one more, the most significant first. */
export function oddDigits(k: Uint8Array, negative: number): Uint8Array {
  const count = 2 * k.length
  const out = new Uint8Array(count + 1)
  out[0] = negative
  for (let i = 0; i < count; i++) {
    let four = 0
    for (let bit = 4; bit > 0; bit--) four = 2 * four + bitOf(k, 4 * i + bit)
    const minus = 1 - (four >> 3)
    // 8 to 15 are 2(four - 8) + 1; 0 to 7 are -(2(7 - four) + 1)
    out[count - i] = ((four ^ (7 * minus)) & 7) | ((minus * NEGATIVE) ^ negative)
  }
  return out
}

/** n / 2 rounded down, plus `more`, in place. */
function halved(n: Uint8Array, more: number): void {
  for (let i = n.length - 1; i > 0; i--) n[i] = (n[i]! >> 1) | (n[i - 1]! << 7)
  n[0] = n[0]! >> 1
  let carry = more
  for (let i = n.length - 1; i >= 0; i--) {
    const sum = n[i]! + carry
    n[i] = sum
    carry = sum >> 8
  }
}

/** less = a - b; -1 when a < b, else 0. */
function lessBy(a: Int32Array, b: Int32Array, less: Int32Array): number {
  let borrow = 0
  for (let k = 0; k < a.length; k++) {
    const left = a[k]! - b[k]! + borrow
    less[k] = left & MASK
    borrow = left >> WORD
  }
  return borrow
}

function wordsOf(octets: Uint8Array, count: number): Int32Array {
  const out = new Int32Array(count)
  for (let i = 0; i < octets.length; i++) {
    const place = octets.length - 1 - i
    out[Math.floor(i / 3)]! |= octets[place]! << (8 * (i % 3))
  }
  return out
}

function octetsOf(words: Int32Array, length: number): Uint8Array {
  const out = new Uint8Array(length)
  for (let i = 0; i < length; i++) out[length - 1 - i] = words[Math.floor(i / 3)]! >> (8 * (i % 3))
  return out
}

function wipeWords(words: Int32Array): void {
  for (let k = 0; k < words.length; k++) words[k] = 0
}
