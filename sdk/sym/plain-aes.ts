/**
 * AES in counter mode (FIPS 197, SP 800-38A) for small engines, bitsliced: there is no table, and no index, branch or count depends on key, counter or data.
 * Two blocks go together in eight words: slice k holds bit k of their 32 octets, that of row r, column c and block b at bit 24 - 8r + 4b + c.
 */
import { blankWords, copy, wipe } from "../base/bytes.ts"

const SLICES = 8

/** AES-CTR as sdk/sym/sym.ts has it; lengths are public. Round keys, slices and counter are wiped; local numbers are the engine's. */
export function aesCtr(key: Uint8Array, counter: Uint8Array, data: Uint8Array): Uint8Array {
  if (key.length !== 16 && key.length !== 32) throw new Error("aesCtr: expected a key of 16 or 32 octets, got " + key.length)
  const keys = roundKeys(key)
  const slices = blankWords(SLICES)
  const next = copy(counter)
  const out = copy(data)
  for (let at = 0; at < out.length; at += 32) {
    for (let i = 0; i < 32; i++) {
      // a word is a column, big-endian
      slices[i >> 2] = (slices[i >> 2]! << 8) | next[i & 15]!
      if ((i & 15) === 15) countUp(next)
    }
    transpose(slices)
    encrypt(slices, keys)
    transpose(slices)
    for (let i = 0; i < 32 && at + i < out.length; i++) out[at + i]! ^= slices[i >> 2]! >>> (24 - 8 * (i & 3))
  }
  wipe(keys)
  wipe(slices)
  wipe(next)
  return out
}

/** One integer of 128 bits, big-endian; all octets are gone through, for a counter may come of a secret salt (RFC 3711 section 4.1.1). */
function countUp(counter: Uint8Array): void {
  for (let i = 15, carry = 1; i >= 0; i--) {
    carry += counter[i]!
    counter[i] = carry
    carry >>= 8
  }
}

/** Words become slices, slices words: in each octet of eight words, bit j of word k and bit k of word j change places. */
function transpose(words: Int32Array): void {
  for (let n = 4, mask = 0x0f0f0f0f; n > 0; n >>= 1, mask ^= mask << n)
    for (let k = 0; k < SLICES; k++) {
      if (k & n) continue
      const swap = ((words[k]! >>> n) ^ words[k + n]!) & mask
      words[k]! ^= swap << n
      words[k + n]! ^= swap
    }
}

/** The key schedule of FIPS 197 section 5.2: 11 or 15 round keys of eight slices. Four words of a round key are for one block, and again for the other. */
function roundKeys(key: Uint8Array): Int32Array {
  const size = key.length / 2
  const keys = blankWords(4 * size + 56)
  const slices = blankWords(SLICES)
  let word = 0
  let constant = 1
  for (let i = 0, from = 0; i < keys.length; i += i % 4 === 3 ? 5 : 1) {
    if (i < size) for (let k = 0; k < 4; k++) word = (word << 8) | key[from++]!
    else {
      // for Nk = 4 and 8 alike; SubWord and RotWord may change places
      if (i % 8 === 0) {
        slices[0] = word
        transpose(slices)
        substitute(slices)
        transpose(slices)
        word = slices[0]!
      }
      if (i % size === 0) {
        word = (word << 8) ^ (word >>> 24) ^ (constant << 24)
        constant = (constant << 1) ^ ((constant >> 7) * 0x11b)
      }
      word ^= keys[i - size]!
    }
    keys[i] = word
    keys[i + 4] = word
  }
  for (let at = 0; at < keys.length; at += SLICES) transpose(keys.subarray(at, at + SLICES))
  wipe(slices)
  return keys
}

/** Two blocks of FIPS 197 section 5.1, with ShiftRows before SubBytes, which comes to the same. */
function encrypt(slices: Int32Array, keys: Int32Array): void {
  const last = keys.length - SLICES
  for (let at = 0; at < last; at += SLICES) {
    for (let k = 0; k < SLICES; k++) {
      const x = slices[k]! ^ keys[at + k]!
      // row r goes r columns to the left: in rows 1 and 3 neighbours change places, then columns two apart where they must
      const near = (x ^ (x >>> 1)) & 0x550055
      const y = x ^ near ^ (near << 1)
      const far = (y ^ (y >>> 2)) & 0x223311
      slices[k] = y ^ far ^ (far << 2)
    }
    substitute(slices)
    if (at + SLICES < last) mixColumns(slices)
  }
  for (let k = 0; k < SLICES; k++) slices[k]! ^= keys[last + k]!
}

/** MixColumns, FIPS 197 section 5.1.3: a becomes 2(a + b) + b + c + d, where b, c, d are the octets below; 8 bits on is one row down. */
function mixColumns(slices: Int32Array): void {
  const high = slices[7]!
  const carry = high ^ (high << 8) ^ (high >>> 24)
  let lower = 0
  for (let k = 0; k < SLICES; k++) {
    const x = slices[k]!
    const below = (x << 8) | (x >>> 24)
    const both = x ^ below
    slices[k] = below ^ (both << 16) ^ (both >>> 16) ^ lower ^ (carry & -((0x1b >> k) & 1))
    lower = both
  }
}

/**
 * SubBytes, FIPS 197 section 5.1.1, by the circuit of J. Boyar and R. Peralta, "A New Combinational Logic Minimization Technique with Applications to
 * Cryptology" (SEA 2010, IACR ePrint 2009/191): 115 gates under the paper's names, those that are used once written where they are used.
 */
function substitute(slices: Int32Array): void {
  const x0 = slices[7]!, x1 = slices[6]!, x2 = slices[5]!, x3 = slices[4]!, x4 = slices[3]!, x5 = slices[2]!, x6 = slices[1]!, x7 = slices[0]!
  // the linear layer before
  const y14 = x3 ^ x5, y13 = x0 ^ x6, y9 = x0 ^ x3, y8 = x0 ^ x5, t0 = x1 ^ x2, y1 = t0 ^ x7, y4 = y1 ^ x3, y12 = y13 ^ y14
  const y2 = y1 ^ x0, y5 = y1 ^ x6, y3 = y5 ^ y8, t1 = x4 ^ y12, y15 = t1 ^ x5, y20 = t1 ^ x1, y6 = y15 ^ x7, y10 = y15 ^ t0
  const y11 = y20 ^ y9, y7 = x7 ^ y11, y17 = y10 ^ y11, y16 = t0 ^ y11
  // the inverse in GF(2^8), through GF(2^4)
  const t2 = y12 & y15, t7 = y13 & y16, t12 = y9 & y11, t14 = (y14 & y17) ^ t12, t16 = (y8 & y10) ^ t12
  const t21 = (y3 & y6) ^ t2 ^ t14 ^ y20, t22 = (y4 & x7) ^ t2 ^ t16 ^ y10 ^ y8
  const t23 = (y5 & y1) ^ t7 ^ t14 ^ y13 ^ y16, t24 = (y2 & y7) ^ t7 ^ t16 ^ x0 ^ y16
  const t25 = t21 ^ t22, t26 = t21 & t23, t27 = t24 ^ t26, t29 = (t25 & t27) ^ t22, t33 = ((t22 ^ t26) & (t23 ^ t24)) ^ t24
  const t36 = t24 & (t27 ^ t33), t37 = t36 ^ t23 ^ t33, t40 = t25 ^ (t29 & (t27 ^ t36))
  const t41 = t40 ^ t37, t42 = t29 ^ t33, t43 = t29 ^ t40, t44 = t33 ^ t37, t45 = t42 ^ t41
  // the linear layer after
  const z2 = t33 & x7, z3 = t43 & y16, z4 = t40 & y1, z5 = t29 & y7, z7 = t45 & y17, z10 = t37 & y3, z12 = t43 & y13, z16 = t45 & y14
  const t46 = (t42 & y9) ^ z16, t48 = z5 ^ (t40 & y5), t53 = (t44 & y15) ^ z3, t57 = z2 ^ z12 ^ t53, t58 = z4 ^ t46, t59 = z3 ^ (t42 & y11) ^ z7
  const t62 = z7 ^ (t41 & y10) ^ t58, t63 = (t44 & y12) ^ z10 ^ t58, t65 = (t29 & y2) ^ t57 ^ t62, t66 = (t37 & y6) ^ t63, t64 = z4 ^ t59, s3 = t53 ^ t66
  slices[7] = t59 ^ t63
  slices[6] = ~(t64 ^ s3)
  slices[5] = ~(z16 ^ (t41 & y8) ^ t64 ^ t65)
  slices[4] = s3
  slices[3] = z2 ^ z5 ^ t66
  slices[2] = z10 ^ (t33 & y4) ^ t65
  slices[1] = ~(z12 ^ t48 ^ t62)
  slices[0] = ~(t48 ^ t46 ^ t57)
}
