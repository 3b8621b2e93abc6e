/** The symmetric contract through @noble/hashes and @noble/ciphers. */
import { ctr } from "@noble/ciphers/aes.js"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import type { Sym } from "./sym.ts"

/** SHA-256, HMAC-SHA-256 and AES-CTR of noble; AES works with tables, so its time may depend on the key where caches are shared. */
export const nobleSym: Sym = {
  sha256: (data) => sha256(data),
  hmacSha256: (key, data) => hmac(sha256, key, data),
  aesCtr(key: Uint8Array, counter: Uint8Array, data: Uint8Array): Uint8Array {
    if (key.length !== 16 && key.length !== 32) throw new Error(`aesCtr: expected a key of 16 or 32 octets, got ${key.length}`)
    return ctr(key, counter).encrypt(data)
  },
}
