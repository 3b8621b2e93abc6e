/** Secret scalars as the digits that Programs pick by. Octets are big-endian; the steps depend on lengths alone. */
import { blank, blankWords, copy, wipe } from "../base/bytes.ts"
import { bitOf } from "./integer.ts"

/** The sign of a digit, as `pick` of formula.ts reads it. */
const NEGATIVE = 0x80
/** Bits of a word: products stay integers that no engine boxes. */
const WORD = 14
const BASE = 16384
const MASK = 16383
const UNIT = 1 / BASE
/** One, less what keeps a guess from being more than one too large: what it leaves out, and rounding, weigh less than 2^-12. */
const MORE = 1 - 1 / 1024

/** Quotient as long as `n`, rest as long as `d`; the caller wipes both. */
export interface SecretDivision {
  readonly quotient: Uint8Array
  readonly rest: Uint8Array
}

/**
 * n / d for secret n and public d, not zero: word by word, with the same steps for every n of its length. A word of the quotient is guessed from the three
 * leading words of rest and divisor, right or one too large (Knuth, The Art of Computer Programming, 4.3.1), and the divisor given back where it was.
 */
export function divideSecret(n: Uint8Array, d: Uint8Array): SecretDivision {
  const count = wordCount(d) + 1
  const divisor = wordsOf(d, count)
  const by = leading(divisor)
  const rest = blankWords(count)
  const quotient = wordsOf(n, wordCount(n))
  for (let i = quotient.length - 1; i >= 0; i--) {
    for (let k = count - 1; k > 0; k--) rest[k] = rest[k - 1]!
    rest[0] = quotient[i]!
    const guess = ((rest[by.top + 1]! * BASE + rest[by.top]! + wordAt(rest, by.top - 1) * UNIT) * by.inverse + MORE) | 0
    const borrow = takeTimes(rest, guess, divisor)
    takeTimes(rest, borrow, divisor)
    quotient[i] = guess + borrow
  }
  const out = { quotient: octetsOf(quotient, n.length), rest: octetsOf(rest, d.length) }
  wipe(quotient)
  wipe(rest)
  return out
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
  const out = blank(8 * length + 1)
  const left: Int32Array[] = []
  for (let j = 1; j < 4; j++) left.push(wordsOf(parts[j]!, wordCount(parts[j]!)))
  for (let i = 0; i <= 8 * length; i++) {
    const minus = i === 8 * length ? 0 : 1 - bitOf(parts[0]!, i + 1)
    let digit = (minus * NEGATIVE) ^ negative
    for (let j = 0; j < 3; j++) {
      const bit = left[j]![0]! & 1
      digit |= bit << j
      halve(left[j]!, bit & minus)
    }
    out[8 * length - i] = digit
  }
  for (let j = 0; j < 3; j++) wipe(left[j])
  return out
}

/** Digits of odd k in base 16, all odd: a digit's low bits n stand for 2n + 1. Two for an octet and one more, the most significant first. */
export function oddDigits(k: Uint8Array, negative: number): Uint8Array {
  const count = 2 * k.length
  const out = blank(count + 1)
  out[0] = negative
  for (let i = 0; i < count; i++) {
    const at = k.length - 1 - (i >> 1)
    const four = (i & 1) === 0 ? (k[at]! >> 1) & 15 : (k[at]! >> 5) | (at === 0 ? 0 : (k[at - 1]! & 1) << 3)
    const minus = 1 - (four >> 3)
    // 8 to 15 are 2(four - 8) + 1; 0 to 7 are -(2(7 - four) + 1)
    out[count - i] = ((four ^ (7 * minus)) & 7) | ((minus * NEGATIVE) ^ negative)
  }
  return out
}

/** n / 2 rounded down, plus `more`, in place. */
function halve(n: Int32Array, more: number): void {
  let carry = more
  for (let k = 0; k < n.length; k++) {
    const sum = (n[k]! >> 1) + (k + 1 === n.length ? 0 : (n[k + 1]! & 1) << (WORD - 1)) + carry
    n[k] = sum & MASK
    carry = sum >> WORD
  }
}

/** The place of the highest word of a public number that is not 0, and one by the number, counted from that place. */
function leading(d: Int32Array): { readonly top: number; readonly inverse: number } {
  let top = d.length - 1
  while (top > 0 && d[top] === 0) top--
  return { top, inverse: 1 / (d[top]! + (wordAt(d, top - 1) + wordAt(d, top - 2) * UNIT) * UNIT) }
}

function wordAt(words: Int32Array, place: number): number {
  return place < 0 ? 0 : words[place]!
}

/** a -= times b for -1 <= times <= 2^14; -1 when that left a negative, whose words are then those of a and a power of two above it. */
function takeTimes(a: Int32Array, times: number, b: Int32Array): number {
  let carry = 0
  for (let k = 0; k < a.length; k++) {
    const left = a[k]! - times * b[k]! + carry
    a[k] = left & MASK
    carry = left >> WORD
  }
  return carry
}

function wordCount(octets: Uint8Array): number {
  return Math.ceil((8 * octets.length) / WORD)
}

/** The least significant first. */
function wordsOf(octets: Uint8Array, count: number): Int32Array {
  const out = blankWords(count)
  let held = 0
  let bits = 0
  for (let i = octets.length - 1, k = 0; k < count; bits -= WORD, held >>= WORD) {
    for (; bits < WORD; bits += 8) held |= (i < 0 ? 0 : octets[i--]!) << bits
    out[k++] = held & MASK
  }
  return out
}

function octetsOf(words: Int32Array, length: number): Uint8Array {
  const out = blank(length)
  let held = 0
  let bits = 0
  for (let i = length - 1, k = 0; i >= 0; bits -= 8, held >>= 8) {
    if (bits < 8) {
      held |= words[k++]! << bits
      bits += WORD
    }
    out[i--] = held
  }
  return out
}
