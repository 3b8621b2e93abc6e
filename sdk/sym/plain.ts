/**
 * The symmetric contract in the language of small engines: SHA-256 (FIPS 180-4) and HMAC (RFC 2104) here, AES in counter mode in plain-aes.ts. Working values
 * are wiped; no index or branch depends on a secret.
 */
import { wipe } from "../base/bytes.ts"
import { aesCtr } from "./plain-aes.ts"
import type { Sym } from "./sym.ts"

const BLOCK = 64
const DIGEST = 32

/** SHA-256, HMAC-SHA-256 and AES-CTR without typed array methods, BigInt or anything else that engines lack. */
export const plainSym: Sym = {
  sha256: (data) => hash([data]),
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
    const pad = new Uint8Array(BLOCK)
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
  },
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
  const state = new Int32Array(START)
  const words = new Int32Array(64)
  const block = new Uint8Array(BLOCK)
  let filled = 0
  let length = 0
  for (let p = 0; p < parts.length; p++) {
    const part = parts[p]!
    for (let i = 0; i < part.length; i++) {
      block[filled++] = part[i]!
      if (filled < BLOCK) continue
      compress(state, block, words)
      filled = 0
    }
    length += part.length
  }
  close(state, block, words, filled, length)
  const out = new Uint8Array(DIGEST)
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
    compress(state, block, words)
    wipe(block)
  }
  for (let i = BLOCK - 1, left = length * 8; i >= BLOCK - 8; i--) {
    block[i] = left % 256
    left = Math.floor(left / 256)
  }
  compress(state, block, words)
}

function rotated(x: number, n: number): number {
  return (x >>> n) | (x << (32 - n))
}

/** FIPS 180-4 section 6.2.2. */
function compress(state: Int32Array, block: Uint8Array, W: Int32Array): void {
  for (let t = 0; t < 16; t++) W[t] = (block[4 * t]! << 24) | (block[4 * t + 1]! << 16) | (block[4 * t + 2]! << 8) | block[4 * t + 3]!
  for (let t = 16; t < 64; t++) {
    const x = W[t - 15]!
    const y = W[t - 2]!
    W[t] = W[t - 16]! + (rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3)) + W[t - 7]! + (rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10))
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!, e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!
  for (let t = 0; t < 64; t++) {
    const T1 = (h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & f) ^ (~e & g)) + K[t]! + W[t]!) | 0
    const T2 = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
    h = g
    g = f
    f = e
    e = (d + T1) | 0
    d = c
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
