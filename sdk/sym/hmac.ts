/** HMAC (RFC 2104) over SHA-256 in memory of our own: libraries leave a key in pads that the engine has moved, where nobody can wipe it. */
import { blank, wipe } from "../base/bytes.ts"

const BLOCK = 64

/** SHA-256 of octet strings one after another, in memory made by `blank`. */
export type HashOf = (parts: readonly Uint8Array[]) => Uint8Array

/** HMAC-SHA-256, 32 octets; pads and the inner hash are wiped. */
export function hmacOver(hash: HashOf, key: Uint8Array, data: Uint8Array): Uint8Array {
  const pad = blank(BLOCK)
  const short = key.length > BLOCK ? hash([key]) : key
  pad.set(short)
  if (short !== key) wipe(short)
  for (let i = 0; i < BLOCK; i++) pad[i]! ^= 0x36
  const inner = hash([pad, data])
  for (let i = 0; i < BLOCK; i++) pad[i]! ^= 0x36 ^ 0x5c
  const tag = hash([pad, inner])
  wipe(pad)
  wipe(inner)
  return tag
}
