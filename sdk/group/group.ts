/**
 * The group contracts: a Diffie-Hellman group for ECCPT, and a pairing group for IBE. Outside this folder only these are named.
 * Laws: decoding is validating (canonical, on the curve, right prime-order subgroup, not infinity, or undefined). Scalars are big-endian octets.
 */
import type { Job } from "../base/job.ts"

/** A group for ephemeral Diffie-Hellman, by its ECC curve number (RFC 6267 table 5). */
export interface DhGroup {
  /** ECC curve octet of the ECCPT sub-payload. */
  readonly curve: number
  /** Octets of an encoded point: 65 (P-256), 97 (P-384), 32 (X25519). */
  readonly pointOctets: number
  /** Random octets that `keygen` takes: 48 for P-256, so that the bias is below 2^-64. */
  readonly seedOctets: number
  /** Octets of [x]P and of x; never fails for a seed of that length. */
  keygen(seed: Uint8Array): Job<DhKey>
  /** True when `point` is a valid public point of this group. */
  valid(point: Uint8Array): boolean
  /** K_SESSION: the encoded point [secret]`point`, or undefined when `point` is not valid or the result is none. */
  agree(secret: Uint8Array, point: Uint8Array): Job<Uint8Array | undefined>
}

/** An ephemeral pair; `secret` is wiped by whoever asked for it. */
export interface DhKey {
  readonly secret: Uint8Array
  readonly point: Uint8Array
}

/** A type-3 pairing G1 x G2 -> GT of prime order r; points are opaque handles of the implementation. */
export interface PairingGroup<G1, G2, GT> {
  /** Octets of encoded elements and of a scalar. */
  readonly g1Octets: number
  readonly g2Octets: number
  readonly scalarOctets: number
  /** Reduces wide big-endian octets modulo r. */
  reduce(wide: Uint8Array): Uint8Array
  /** True for 0 < scalar < r. */
  validScalar(scalar: Uint8Array): boolean
  decodeG1(octets: Uint8Array): G1 | undefined
  encodeG1(point: G1): Uint8Array
  decodeG2(octets: Uint8Array): G2 | undefined
  encodeG2(point: G2): Uint8Array
  /** RFC 9380 steps 2 to 4 of hash_to_curve to G2: `uniform` is the 256 octets of expand_message for two elements of Fp2. */
  mapToG2(uniform: Uint8Array): Job<G2>
  /** [scalar]P of the generator of G1, 0 < scalar < r. */
  mulG1(scalar: Uint8Array): Job<G1>
  /** [scalar]Q, 0 < scalar < r. */
  mulG2(scalar: Uint8Array, point: G2): Job<G2>
  pair(p: G1, q: G2): Job<GT>
  /** x^scalar, 0 < scalar < r. */
  powGT(x: GT, scalar: Uint8Array): Job<GT>
  /** e(P, s) = e(p, q) with P the generator of G1: whether `s` is q multiplied by the secret behind `p`. */
  sameSecret(s: G2, p: G1, q: G2): Job<boolean>
  /** 576 octets, PROTOCOL section 2. */
  encodeGT(x: GT): Uint8Array
}
