/**
 * The IBE contract: a KEM under an identity (PROTOCOL section 2), and the sealed box on top of it (section 3).
 * Laws: parsing is validating; what comes from strangers answers undefined, never throws; secrets are typed arrays that the asker wipes.
 */
import type { Job } from "../base/job.ts"

/** A KMS's public parameter, parsed; opaque outside its implementation. */
export interface Params {
  /** The octets it was parsed from. */
  readonly octets: Uint8Array
}

/** An identity's private key, parsed; opaque outside its implementation. */
export interface PrivateKey {
  readonly octets: Uint8Array
}

/** What an encapsulation yields: the shared secret (32 octets, the asker wipes it) and what goes on the wire. */
export interface Encapsulation {
  readonly secret: Uint8Array
  readonly enc: Uint8Array
}

/** An identity-based KEM. */
export interface Ibe {
  /** First octet of Encr data. */
  readonly suiteId: number
  /** Octets of randomness that `encapsulate` takes. */
  readonly seedOctets: number
  parameters(octets: Uint8Array): Job<Params | undefined>
  privateKey(octets: Uint8Array, par: Params): Job<PrivateKey | undefined>
  /** e(P, S_id) = e(P_pub, Q_id): the key belongs to this UID under these parameters. */
  verify(key: PrivateKey, uid: Uint8Array, par: Params): Job<boolean>
  encapsulate(uid: Uint8Array, par: Params, seed: Uint8Array): Job<Encapsulation>
  /** Octets that the encapsulation takes at the start of `data`, or 0 when none stands there. */
  encOctets(data: Uint8Array): number
  /** The secret, or undefined when `enc` is not one made for this UID. */
  decapsulate(enc: Uint8Array, key: PrivateKey, uid: Uint8Array, par: Params): Job<Uint8Array | undefined>
  wipe(key: PrivateKey): void
}

/** The master side of a suite: in a KMS and in tests only, never in a device bundle. */
export interface IbeMaster {
  readonly suiteId: number
  readonly seedOctets: number
  /** Octets of a private key, as it is sent in Key data. */
  readonly keyOctets: number
  /** A master secret from random octets. */
  setup(seed: Uint8Array): Uint8Array
  /** The public parameter of a master secret, or undefined for octets that are none. */
  publicParameter(master: Uint8Array): Job<Uint8Array | undefined>
  /** The private key of a UID, as it is sent in Key data. */
  extract(master: Uint8Array, uid: Uint8Array): Job<Uint8Array>
}

/** Keys of one box: 32 octets each, wiped by `Box.wipe`; `kc` goes into the key schedule when the box is I_MESSAGE_2's. */
export interface BoxKeys {
  readonly enc: Uint8Array
  readonly ke: Uint8Array
  readonly ka: Uint8Array
  readonly kc: Uint8Array
}

/** The sealed box of IBAKE and ESK payloads: `suite || enc || ciphertext || tag(16)`. */
export interface Box {
  readonly suiteId: number
  readonly seedOctets: number
  encapsulate(uid: Uint8Array, par: Params, seed: Uint8Array): Job<BoxKeys>
  /** undefined: another suite, or not sealed to this UID. */
  decapsulate(encrData: Uint8Array, key: PrivateKey, uid: Uint8Array, par: Params): Job<BoxKeys | undefined>
  /** Octets of Encr data for a plaintext of so many octets: needed before sealing, for the AAD ends with this length. */
  octets(keys: BoxKeys, plain: number): number
  seal(keys: BoxKeys, aad: Uint8Array, plain: Uint8Array): Uint8Array
  /** The plaintext, or undefined. The tag is compared in constant time before anything is decrypted. */
  open(keys: BoxKeys, aad: Uint8Array, encrData: Uint8Array): Uint8Array | undefined
  wipe(keys: BoxKeys): void
}
