/** Repeatable octets for tests: SHA-256 over a name and a counter. */
import { createHash } from "node:crypto"

/** `length` octets that depend on `name` alone. */
export function octets(name: string, length: number): Uint8Array {
  const out = new Uint8Array(length)
  for (let at = 0, i = 0; at < length; at += 32, i++)
    out.set(createHash("sha256").update(`${name}/${i}`).digest().subarray(0, Math.min(32, length - at)), at)
  return out
}

/** A copy with one bit turned; bit 0 is the top bit of the first octet. */
export function flip(from: Uint8Array, bit: number): Uint8Array {
  const out = Uint8Array.from(from)
  out[bit >> 3]! ^= 0x80 >> (bit & 7)
  return out
}
