/** Octet strings: the few operations that the rest of the SDK is written in. Nothing here allocates behind the caller's back but results. */

/**
 * Zeros in memory that stays where it is. Engines keep short arrays among their own objects, and move them when they tidy up or when a view of them is
 * asked for: what is left behind nobody can wipe. Whatever may hold a secret is made here; V8 moves what is made by length alone up to 64 octets.
 */
export function blank(length: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(length))
}

/** The same in words of 32 bits. */
export function blankWords(length: number): Int32Array {
  return new Int32Array(new ArrayBuffer(4 * length))
}

/** Joins octet strings in order. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (let i = 0; i < parts.length; i++) length += parts[i]!.length
  const out = blank(length)
  let at = 0
  for (let i = 0; i < parts.length; i++) {
    out.set(parts[i]!, at)
    at += parts[i]!.length
  }
  return out
}

/** A copy that shares no memory with its source: typed array `slice` is a plain Array on Espruino. */
export function copy(octets: Uint8Array): Uint8Array {
  const out = blank(octets.length)
  out.set(octets)
  return out
}

/** One octet. */
export function u8(value: number): Uint8Array {
  const out = new Uint8Array(1)
  out[0] = value
  return out
}

/** Two octets, big-endian. */
export function u16(value: number): Uint8Array {
  const out = new Uint8Array(2)
  out[0] = value >>> 8
  out[1] = value
  return out
}

/** Four octets, big-endian; `value` is 0 to 2^32 - 1. */
export function u32(value: number): Uint8Array {
  const out = new Uint8Array(4)
  out[0] = value >>> 24
  out[1] = value >>> 16
  out[2] = value >>> 8
  out[3] = value
  return out
}

/** The number in the first four octets, big-endian. */
export function number32(octets: Uint8Array): number {
  return octets[0]! * 0x1000000 + ((octets[1]! << 16) | (octets[2]! << 8) | octets[3]!)
}

/** Equal length and octets; leaves at the first difference, so never for secrets. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Equal length and octets, in time that depends on the length only. */
export function equalCt(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}

/** XORs `b` into `a`, octet by octet, over the length of the shorter. */
export function xorInto(a: Uint8Array, b: Uint8Array): void {
  const n = a.length < b.length ? a.length : b.length
  for (let i = 0; i < n; i++) a[i]! ^= b[i]!
}

/** Overwrites a secret with zeros; call it where the owner lets go. */
export function wipe(secret: Uint8Array | Int32Array | undefined): void {
  if (secret !== undefined) for (let i = 0; i < secret.length; i++) secret[i] = 0
}

/** ASCII text as octets; what is not ASCII is Misuse, for only constants and enrolment come this way. */
export function ascii(text: string): Uint8Array {
  const out = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c > 127) throw new Error("ascii: expected ASCII text, found a character above U+007F")
    out[i] = c
  }
  return out
}

const HEX = "0123456789abcdef"

/** Lower-case hexadecimal. */
export function hex(octets: Uint8Array): string {
  let out = ""
  for (let i = 0; i < octets.length; i++) out += HEX.charAt(octets[i]! >> 4) + HEX.charAt(octets[i]! & 15)
  return out
}

/** Octets of a hexadecimal string of either case, or undefined. */
export function unhex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0) return undefined
  const lower = text.toLowerCase()
  const out = new Uint8Array(text.length / 2)
  for (let i = 0; i < out.length; i++) {
    const high = HEX.indexOf(lower.charAt(2 * i))
    const low = HEX.indexOf(lower.charAt(2 * i + 1))
    if (high < 0 || low < 0) return undefined
    out[i] = high * 16 + low
  }
  return out
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

/** base64url without padding, RFC 4648 section 5. */
export function base64url(octets: Uint8Array): string {
  let out = ""
  for (let i = 0; i < octets.length; i += 3) {
    const left = octets.length - i
    const word = (octets[i]! << 16) | ((left > 1 ? octets[i + 1]! : 0) << 8) | (left > 2 ? octets[i + 2]! : 0)
    out += BASE64URL.charAt(word >> 18) + BASE64URL.charAt((word >> 12) & 63)
    if (left > 1) out += BASE64URL.charAt((word >> 6) & 63)
    if (left > 2) out += BASE64URL.charAt(word & 63)
  }
  return out
}
