/** The symmetric contract through @noble/hashes and @noble/ciphers, with results and HMAC's pads in memory of our own, which can be wiped. */
import { ctr } from "@noble/ciphers/aes.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { blank } from "../base/bytes.ts"
import { hmacOver } from "./hmac.ts"
import type { Sym } from "./sym.ts"

/** SHA-256 and AES-CTR of noble, HMAC over the former; AES works with tables, so its time may depend on the key where caches are shared. */
export const nobleSym: Sym = {
  sha256: (data) => hash([data]),
  hmacSha256: (key, data) => hmacOver(hash, key, data),
  aesCtr(key: Uint8Array, counter: Uint8Array, data: Uint8Array): Uint8Array {
    if (key.length !== 16 && key.length !== 32) throw new Error(`aesCtr: expected a key of 16 or 32 octets, got ${key.length}`)
    return ctr(key, counter).encrypt(data, blank(data.length))
  },
}

function hash(parts: readonly Uint8Array[]): Uint8Array {
  const own = sha256.create()
  for (let i = 0; i < parts.length; i++) own.update(parts[i]!)
  const out = blank(32)
  own.digestInto(out)
  own.destroy()
  return out
}
