/** The key schedule: RFC 6267 section 5 and PROTOCOL section 5; RFC 3830 section 4.1.4 for the key request. */
import { blank, concat, u32, wipe } from "../base/bytes.ts"
import { prfConstant } from "../mikey/numbers.ts"
import { prfLabel } from "../mikey/prf.ts"
import type { Prf, Sym } from "../suite.ts"

/** Octets of MPK, TGK, auth_key and encr_key. */
const KEY_OCTETS = 32

/** Stands for the CS ID in labels of keys that are no crypto session's. */
const NO_CS = 0xff

/** What both ends must agree on before a key of an exchange is made. */
export interface Transcript {
  readonly csbId: number
  /** RAND of I_MESSAGE_1. */
  readonly RAND: Uint8Array
  readonly I_MESSAGE_1: Uint8Array
  readonly R_MESSAGE_1: Uint8Array
  readonly I_MESSAGE_2: Uint8Array
  /** kc of I_MESSAGE_2's box: whoever cannot open it shares no key, though it knew all else. */
  readonly kc: Uint8Array
}

/** TGK for the media, and auth_key for V of R_MESSAGE_2; 32 octets each, wiped by whoever asked. */
export interface ExchangeKeys {
  readonly TGK: Uint8Array
  readonly authKey: Uint8Array
}

/** MPK and TGK from K_SESSION, then auth_key from MPK; K_SESSION stays the caller's to wipe. */
export function exchangeKeys(prf: Prf, sym: Sym, kSession: Uint8Array, t: Transcript): ExchangeKeys {
  const hash = sym.sha256(concat([t.I_MESSAGE_1, t.R_MESSAGE_1, t.I_MESSAGE_2]))
  // RAND and what follows it in our labels: the transcript, and kc
  const rest = concat([t.RAND, hash, t.kc])
  const mpkLabel = prfLabel(prfConstant.MPK, NO_CS, 0xffffffff, rest)
  const tgkLabel = prfLabel(prfConstant.TGK, NO_CS, 0xffffffff, rest)
  const mpk = prf.derive(kSession, mpkLabel, KEY_OCTETS)
  const tgk = prf.derive(kSession, tgkLabel, KEY_OCTETS)
  const authKey = messageKey(prf, mpk, prfConstant.auth_key, t.csbId, t.RAND, KEY_OCTETS)
  wipe(mpk)
  wipe(rest)
  wipe(mpkLabel)
  wipe(tgkLabel)
  return { TGK: tgk, authKey }
}

/** Keys of a key request and its response, from the PSK or the envelope key; the asker wipes them with `wipeRequestKeys`. */
export interface RequestKeys {
  /** auth_key, 32 octets. */
  readonly authKey: Uint8Array
  /** encr_key, 32 octets. */
  readonly encrKey: Uint8Array
  /** Salting key, 14 octets. */
  readonly salt: Uint8Array
}

/** RFC 3830 section 4.1.4 with CSB ID and RAND of the request. */
export function requestKeys(prf: Prf, key: Uint8Array, csbId: number, RAND: Uint8Array): RequestKeys {
  return {
    authKey: messageKey(prf, key, prfConstant.auth_key, csbId, RAND, KEY_OCTETS),
    encrKey: messageKey(prf, key, prfConstant.encr_key, csbId, RAND, KEY_OCTETS),
    salt: messageKey(prf, key, prfConstant.salt_key, csbId, RAND, 14),
  }
}

/** Wipes what `requestKeys` made. */
export function wipeRequestKeys(keys: RequestKeys): void {
  wipe(keys.authKey)
  wipe(keys.encrKey)
  wipe(keys.salt)
}

function messageKey(prf: Prf, key: Uint8Array, constant: number, csbId: number, RAND: Uint8Array, octets: number): Uint8Array {
  return prf.derive(key, prfLabel(constant, NO_CS, csbId, RAND), octets)
}

/** The MAC of a V payload: the message less the MAC, then the identities of the parties (not whole payloads), RFC 6267 section 5.4. */
export function verification(sym: Sym, authKey: Uint8Array, covered: Uint8Array, first: Uint8Array, second: Uint8Array): Uint8Array {
  return sym.hmacSha256(authKey, concat([covered, first, second]))
}

/** AES-CM-256 of a KEMAC, RFC 3830 section 4.2.3; `stamp` is T of the request, 8 octets or 4 of a COUNTER. Its own inverse. */
export function kemacCipher(sym: Sym, keys: RequestKeys, csbId: number, stamp: Uint8Array, octets: Uint8Array): Uint8Array {
  const iv = blank(16)
  iv.set(u32(csbId), 2)
  iv.set(stamp, 14 - stamp.length)
  for (let i = 0; i < 14; i++) iv[i]! ^= keys.salt[i]!
  const out = sym.aesCtr(keys.encrKey, iv, octets)
  wipe(iv)
  return out
}
