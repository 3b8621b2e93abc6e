/**
 * The symmetric contract in the language of small engines: SHA-256 (FIPS 180-4) here, AES in counter mode in plain-aes.ts. Working values
 * are wiped; no index or branch depends on a secret.
 */
import { blank, blankWords, wipe } from "../base/bytes.ts"
import { hmacOver } from "./hmac.ts"
import { aesCtr } from "./plain-aes.ts"
import type { Sym } from "./sym.ts"

const BLOCK = 64
const DIGEST = 32

/** SHA-256, HMAC-SHA-256 and AES-CTR without typed array methods, BigInt or anything else that engines lack. */
export const plainSym: Sym = {
  sha256: (data) => hash([data]),
  hmacSha256: (key, data) => hmacOver(hash, key, data),
  aesCtr,
}

/** FIPS 180-4 section 4.2.2. */
const K = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74,
  0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d,
  0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e,
  0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
  0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]
/** FIPS 180-4 section 5.3.3. */
const START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]

/** SHA-256 of octet strings one after another. */
function hash(parts: readonly Uint8Array[]): Uint8Array {
  const state = blankWords(START.length)
  const words = blankWords(64)
  const block = blank(BLOCK)
  state.set(START)
  let filled = 0
  let length = 0
  for (let p = 0; p < parts.length; p++) {
    const part = parts[p]!
    let from = 0
    while (filled + part.length - from >= BLOCK) {
      // a block that lies in one piece is taken from where it is
      const whole = filled === 0
      for (; !whole && filled < BLOCK; filled++) block[filled] = part[from++]!
      compress(state, whole ? part : block, whole ? from : 0, words)
      from += whole ? BLOCK : 0
      filled = 0
    }
    block.set(part.subarray(from), filled)
    filled += part.length - from
    length += part.length
  }
  close(state, block, words, filled, length)
  const out = blank(DIGEST)
  for (let i = 0; i < DIGEST; i++) out[i] = state[i >> 2]! >>> (24 - 8 * (i & 3))
  wipe(words)
  wipe(state)
  wipe(block)
  return out
}

/** The padding of FIPS 180-4 section 5.1.1; a length in octets is below 2^53. */
function close(state: Int32Array, block: Uint8Array, words: Int32Array, filled: number, length: number): void {
  block[filled] = 0x80
  for (let i = filled + 1; i < BLOCK; i++) block[i] = 0
  if (filled >= BLOCK - 8) {
    compress(state, block, 0, words)
    wipe(block)
  }
  for (let i = BLOCK - 1, left = length * 8; i >= BLOCK - 8; i--) {
    block[i] = left % 256
    left = Math.floor(left / 256)
  }
  compress(state, block, 0, words)
}

/** FIPS 180-4 section 6.2.2, of 64 octets from `at` on. Rotations are written out, for an interpreter pays for each call. */
function compress(state: Int32Array, octets: Uint8Array, at: number, W: Int32Array): void {
  for (let t = 0, i = at; t < 16; t++, i += 4) W[t] = (octets[i]! << 24) | (octets[i + 1]! << 16) | (octets[i + 2]! << 8) | octets[i + 3]!
  for (let t = 16; t < 64; t++) {
    const x = W[t - 15]!
    const y = W[t - 2]!
    W[t] = W[t - 16]! + (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) + W[t - 7]! + (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10))
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!, e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!
  for (let t = 0; t < 64; t++) {
    const S1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const S0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const T1 = (h + S1 + (g ^ (e & (f ^ g))) + K[t]! + W[t]!) | 0
    h = g
    g = f
    f = e
    e = (d + T1) | 0
    d = c
    const T2 = S0 + ((a & b) ^ (c & (a ^ b)))
    c = b
    b = a
    a = (T1 + T2) | 0
  }
  state[0]! += a
  state[1]! += b
  state[2]! += c
  state[3]! += d
  state[4]! += e
  state[5]! += f
  state[6]! += g
  state[7]! += h
}
