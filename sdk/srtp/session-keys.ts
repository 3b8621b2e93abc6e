/** Session keys for a media stack that takes no master key: RFC 3711 section 4.3, RFC 6188 section 3, RFC 7714 section 11. */
import { wipe } from "../base/bytes.ts"
import type { Sym } from "../suite.ts"
import type { SrtpContext } from "./contexts.ts"
import { longTagOf, transformSizes } from "./policy.ts"

/** Session keys of SRTP, or of SRTCP. All three are secret. */
export interface SessionKeys {
  /** Session encryption key: 16 or 32 octets. */
  readonly encryption: Uint8Array
  /** Session authentication key: 20 octets for HMAC-SHA1, none for GCM. */
  readonly authentication: Uint8Array
  /** Session salting key: 12 octets for GCM, 14 for AES-CM. */
  readonly salting: Uint8Array
}

/** What both packet kinds of one context are protected with; wiped by whoever asked for them. */
export interface SrtpSessionKeys {
  readonly srtp: SessionKeys
  readonly srtcp: SessionKeys
  /** Authentication tag on an SRTCP packet, octets: 16 for GCM, 10 for HMAC-SHA1 whatever the tag of SRTP (RFC 3711 section 5.2). */
  readonly srtcpTagOctets: number
}

/** Labels of RFC 3711 section 4.3.1 and 4.3.2: encryption; authentication and salting follow. */
const SRTP = 0
const SRTCP = 3
/** HMAC-SHA1, RFC 3711 section 5.2. */
const AUTH_OCTETS = 20
/** The salt of AES-CM; a shorter one, as GCM's, is followed by zeros. */
const SALT_OCTETS = 14

/**
 * The session keys of a context. Its policy names no key derivation rate, which is then 0: the keys serve for the whole life of the master key,
 * and no packet index enters them.
 */
export function sessionKeys(sym: Sym, context: SrtpContext): SrtpSessionKeys {
  const negotiated = longTagOf(context.cipher)
  const srtcpTagOctets = transformSizes(negotiated === undefined ? context.cipher : negotiated).tagOctets
  return { srtp: keysFrom(sym, context, SRTP), srtcp: keysFrom(sym, context, SRTCP), srtcpTagOctets }
}

/** Overwrites session keys. */
export function wipeSessionKeys(keys: SrtpSessionKeys): void {
  wipeKeys(keys.srtp)
  wipeKeys(keys.srtcp)
}

/**
 * AES_CM_PRF of RFC 3711 section 4.3.3, and AES_256_CM_PRF of RFC 6188 section 3 where the master key has 32 octets: `octets` octets for a label of one octet.
 * `masterSalt` has up to 14 octets. The caller owns and wipes what comes.
 */
export function srtpKdf(sym: Sym, masterKey: Uint8Array, masterSalt: Uint8Array, label: number, octets: number): Uint8Array {
  if (masterSalt.length > SALT_OCTETS) throw new Error(`srtpKdf: expected a salt of at most 14 octets, got ${masterSalt.length}`)
  // x = key_id XOR master_salt with key_id = label || r, r = 0 in six octets; the counter block is x * 2^16
  const x = new Uint8Array(16)
  x.set(masterSalt)
  x[7]! ^= label
  const out = sym.aesCtr(masterKey, x, new Uint8Array(octets))
  wipe(x)
  return out
}

function keysFrom(sym: Sym, context: SrtpContext, label: number): SessionKeys {
  const sizes = transformSizes(context.cipher)
  // an AEAD has a tag as long as its block and no key of its own for it
  const authOctets = sizes.tagOctets === 16 ? 0 : AUTH_OCTETS
  return {
    encryption: srtpKdf(sym, context.masterKey, context.masterSalt, label, sizes.keyOctets),
    authentication: srtpKdf(sym, context.masterKey, context.masterSalt, label + 1, authOctets),
    salting: srtpKdf(sym, context.masterKey, context.masterSalt, label + 2, sizes.saltOctets),
  }
}

function wipeKeys(keys: SessionKeys): void {
  wipe(keys.encryption)
  wipe(keys.authentication)
  wipe(keys.salting)
}
