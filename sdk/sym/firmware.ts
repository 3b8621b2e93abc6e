/**
 * The symmetric contract through a firmware's crypto, in the shape of Espruino's `require("crypto")` (www.espruino.com/Reference#crypto). AES goes block by
 * block in ECB: that firmware's CTR begins at zero whatever `iv` says. What a build leaves out, or gets wrong, is done by another implementation.
 */
import { blank, concat, copy, equal, hex, unhex, wipe, xorInto } from "../base/bytes.ts"
import { hmacOver } from "./hmac.ts"
import type { Sym } from "./sym.ts"

/** What a firmware may have. */
export interface FirmwareCrypto {
  SHA256?(message: Uint8Array): ArrayBuffer
  readonly AES?: FirmwareAes
}

export interface FirmwareAes {
  /** `key` is of 16 or 32 octets, `message` a multiple of 16. */
  encrypt(message: Uint8Array, key: Uint8Array, options: { mode: "ECB" }): ArrayBuffer
}

const BLOCK = 16
/** Blocks in one call: less than that firmware's stack takes. */
const BLOCKS = 16

/** Each part from the firmware if it answers FIPS 180-4's and FIPS 197's own examples, else from `other`. */
export function firmwareSym(crypto: FirmwareCrypto, other: Sym): Sym {
  const hash = (parts: readonly Uint8Array[]): Uint8Array => {
    const message = concat(parts)
    const out = copy(new Uint8Array(crypto.SHA256!(message)))
    wipe(message)
    return out
  }
  const aes = (key: Uint8Array, counter: Uint8Array, data: Uint8Array): Uint8Array => {
    if (key.length !== 16 && key.length !== 32) throw new Error("aesCtr: expected a key of 16 or 32 octets, got " + key.length)
    return counted(crypto.AES!, key, counter, data)
  }
  const hashes = crypto.SHA256 !== undefined && hex(hash([unhex("616263")!])) === "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
  return {
    sha256: hashes ? (data) => hash([data]) : other.sha256,
    hmacSha256: hashes ? (key, data) => hmacOver(hash, key, data) : other.hmacSha256,
    aesCtr: crypto.AES !== undefined && enciphers(crypto.AES) ? aes : other.aesCtr,
  }
}

/** FIPS 197 appendices C.1 and C.3. */
function enciphers(aes: FirmwareAes): boolean {
  const plain = unhex("00112233445566778899aabbccddeeff")!
  const key = unhex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")!
  const short = new Uint8Array(aes.encrypt(plain, copy(key.subarray(0, 16)), { mode: "ECB" }))
  const long = new Uint8Array(aes.encrypt(plain, key, { mode: "ECB" }))
  return equal(short, unhex("69c4e0d86a7b0430d8cdb78070b4c55a")!) && equal(long, unhex("8ea2b7ca516745bfeafc49904b496089")!)
}

function counted(aes: FirmwareAes, key: Uint8Array, counter: Uint8Array, data: Uint8Array): Uint8Array {
  const out = copy(data)
  const next = copy(counter)
  for (let at = 0; at < out.length; at += BLOCKS * BLOCK) {
    const left = Math.ceil((out.length - at) / BLOCK)
    const counters = blank((left < BLOCKS ? left : BLOCKS) * BLOCK)
    for (let i = 0; i < counters.length; i += BLOCK) {
      counters.set(next, i)
      increment(next)
    }
    const stream = new Uint8Array(aes.encrypt(counters, key, { mode: "ECB" }))
    xorInto(out.subarray(at, at + stream.length), stream)
    wipe(stream)
  }
  return out
}

/** Counts up, as one 128-bit integer. */
function increment(counter: Uint8Array): void {
  let carry = 1
  for (let i = BLOCK - 1; i >= 0; i--) {
    carry += counter[i]!
    counter[i] = carry
    carry >>= 8
  }
}
