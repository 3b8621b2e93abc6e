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
  /** Random octets that `keygen` takes: 48 for P-256 and 72 for P-384, so that the bias is below 2^-64; 32 for X25519, whose secret they are. */
  readonly seedOctets: number
  /** Octets of [x]P and of x; never fails for a seed of that length. */
  keygen(seed: Uint8Array): Job<DhKey>
  /** K_SESSION: the encoded point [secret]`point`, or undefined when `point` is no valid public point of this group or the result is none. */
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
  decodeG1(octets: Uint8Array): Job<G1 | undefined>
  encodeG1(point: G1): Uint8Array
  decodeG2(octets: Uint8Array): Job<G2 | undefined>
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
  /** Wipes a secret element that its owner lets go, as far as the implementation can: its encodings stay. */
  wipe(element: G1 | G2 | GT): void
}

/**
 * A type-1 pairing e: G x G -> GT on a supersingular curve with p + 1 points, G its subgroup of prime order q; points are opaque handles.
 * Scalars may be secret and are big-endian octets of any length, below q in value; coordinates are public until a scheme says otherwise.
 */
export interface Type1Group<P, GT> {
  /** Octets of a coordinate, and of q. */
  readonly coordinateOctets: number
  readonly scalarOctets: number
  /** OS2IP(wide) mod q. */
  reduce(wide: Uint8Array): Uint8Array
  /** True for `scalarOctets` octets with 0 < scalar < q. */
  validScalar(scalar: Uint8Array): boolean
  /** The point of x || y, or undefined: another length, a coordinate of p or more, off the curve, or not of order q. Takes q's bits of doublings at once. */
  decode(xy: Uint8Array): P | undefined
  /** x || y; of infinity, which no good scalar gives, zeros. */
  encode(point: P): Uint8Array
  mul(scalar: Uint8Array, point: P): Job<P>
  add(a: P, b: P): P
  pair(a: P, b: P): Job<GT>
  /** e(a, b) of a stranger's a = x || y, or undefined as `decode`: one loop for both. */
  pairStranger(xy: Uint8Array, b: P): Job<GT | undefined>
  powGT(x: GT, scalar: Uint8Array): Job<GT>
  /** RFC 5091: both coefficients, real part first. RFC 6508: the representative in F_p. */
  encodeGT(x: GT): Uint8Array
}

/** What RFC 5091 needs beside: points that hashes give. `wide` is what HashToRange reduces mod p, and public. */
export interface HashedGroup<P, GT> extends Type1Group<P, GT> {
  /** HashToPoint1 (RFC 5091 section 4.4.2) of the y that is `wide` mod p. */
  hashed(wide: Uint8Array): Job<P>
  /** e(a, hashed(wide)), for less than both. */
  pairHashed(a: P, wide: Uint8Array): Job<GT>
  /** e(p, s) = e(ppub, hashed(wide)): whether `s` is the hashed point multiplied by the secret behind `ppub`. */
  sameSecret(s: P, p: P, ppub: P, wide: Uint8Array): Job<boolean>
}

/** The type-1 curve y^2 = x^3 + 1 of p and q, or undefined when they define none that RFC 5091 section 5.1.2 could have made. */
export type HashedGroupMaker<P, GT> = (p: Uint8Array, q: Uint8Array) => HashedGroup<P, GT> | undefined

/** What RFC 6508 needs beside: its public constants, and the one inversion of its KMS. */
export interface SakkeGroup<P, GT> extends Type1Group<P, GT> {
  /** P, and g = <P, P>. */
  readonly base: P
  readonly basePair: GT
  /** 1 / (a + z) mod q, or undefined where there is none: secret, wiped by the asker. */
  inverseOfSum(a: Uint8Array, z: Uint8Array): Uint8Array | undefined
}
