/** Public numbers as big-endian octets: the exponents that a curve's primes give, without BigInt. Variable in time; nothing here is secret. */

/** Bit `i`, 0 the least significant; 0 beyond the number. */
export function bitOf(n: Uint8Array, i: number): number {
  const at = n.length - 1 - (i >> 3)
  return at < 0 ? 0 : (n[at]! >> (i & 7)) & 1
}

/** Position of the highest bit that is 1, plus 1; 0 for zero. */
export function bitLength(n: Uint8Array): number {
  for (let i = 8 * n.length; i > 0; i--) if (bitOf(n, i - 1) === 1) return i
  return 0
}

/** n * factor + plus for 0 <= factor < 2^16 and -1 <= plus < 2^16, as long as n and two octets more; the result is not negative. */
export function scaled(n: Uint8Array, factor: number, plus: number): Uint8Array {
  const out = new Uint8Array(n.length + 2)
  let carry = plus
  for (let i = out.length - 1, k = n.length - 1; i >= 0; i--, k--) {
    const sum = (k < 0 ? 0 : n[k]! * factor) + carry
    carry = Math.floor(sum / 256)
    out[i] = sum - carry * 256
  }
  return out
}

/** What a division leaves: `quotient` as long as the dividend, `rest` as long as the divisor. */
export interface Division {
  readonly quotient: Uint8Array
  readonly rest: Uint8Array
}

/** Long division, bit by bit; `d` is not zero. */
export function divide(n: Uint8Array, d: Uint8Array): Division {
  const quotient = new Uint8Array(n.length)
  const rest = new Uint8Array(d.length + 1)
  for (let i = 8 * n.length - 1; i >= 0; i--) {
    shiftIn(rest, bitOf(n, i))
    if (subtracted(rest, d)) quotient[n.length - 1 - (i >> 3)]! |= 1 << (i & 7)
  }
  return { quotient, rest: rest.subarray(1) }
}

function shiftIn(n: Uint8Array, bit: number): void {
  let carry = bit
  for (let i = n.length - 1; i >= 0; i--) {
    const twice = n[i]! * 2 + carry
    n[i] = twice
    carry = twice >> 8
  }
}

/** Takes `d` from `n`, which is one octet longer, where it is not greater. */
function subtracted(n: Uint8Array, d: Uint8Array): boolean {
  if (n[0] === 0) {
    let i = 0
    while (i < d.length && n[i + 1] === d[i]) i++
    if (i < d.length && n[i + 1]! < d[i]!) return false
  }
  let borrow = 0
  for (let i = n.length - 1; i >= 0; i--) {
    const left = n[i]! - (i > 0 ? d[i - 1]! : 0) - borrow
    borrow = left < 0 ? 1 : 0
    n[i] = left + 256 * borrow
  }
  return true
}

/** True when every octet is 0. */
export function isZero(n: Uint8Array): boolean {
  for (let i = 0; i < n.length; i++) if (n[i] !== 0) return false
  return true
}

/** The non-adjacent form: digits -1, 0, 1, least significant first, the last one 1. */
export function nafOf(n: Uint8Array): number[] {
  const digits: number[] = []
  const length = bitLength(n)
  let carry = 0
  for (let i = 0; i < length || carry > 0; i++) {
    const sum = bitOf(n, i) + carry
    const digit = sum === 1 ? (bitOf(n, i + 1) === 1 ? -1 : 1) : 0
    carry = digit === -1 || sum === 2 ? 1 : 0
    digits.push(digit)
  }
  return digits
}

/** n without its leading zero octets. */
export function trimmed(n: Uint8Array): Uint8Array {
  let at = 0
  while (at < n.length - 1 && n[at] === 0) at++
  return n.subarray(at)
}
