/** SRTP policies as SP payloads say them: RFC 3830 section 6.10.1, RFC 7714 section 15, RFC 6188, PROTOCOL section 4. */
import { Reader } from "../base/cursor.ts"
import type { SrtpRules } from "../suite.ts"

/** The ciphers that are sent and taken; encryption or authentication NULL or off never is. */
export type SrtpCipher = "AEAD_AES_128_GCM" | "AEAD_AES_256_GCM" | "AES_CM_128_HMAC_SHA1_80" | "AES_256_CM_HMAC_SHA1_80"

/**
 * HMAC-SHA1 cut to 4 octets on SRTP packets (RFC 3711 section 5.2, RFC 6188 section 3.2). No SP payload of ours carries it, for PROTOCOL section 4 fixes
 * the tag at 10 octets: it is never offered or taken in a call, and only for a media stack that both ends are set up for by hand, by `shortTag`.
 */
export type ShortTagCipher = "AES_CM_128_HMAC_SHA1_32" | "AES_256_CM_HMAC_SHA1_32"

/** What a media stack may be handed. */
export type SrtpTransform = SrtpCipher | ShortTagCipher

/** What a cipher needs, in octets. */
export interface SrtpSizes {
  readonly keyOctets: number
  readonly saltOctets: number
  /** Authentication tag on a packet. */
  readonly tagOctets: number
}

interface Row extends SrtpSizes {
  readonly cipher: SrtpCipher
  /** Policy param types, ascending, each followed by its value. */
  readonly sent: readonly number[]
}

const rows: readonly Row[] = [
  { cipher: "AEAD_AES_128_GCM", keyOctets: 16, saltOctets: 12, tagOctets: 16, sent: [0, 6, 1, 16, 4, 12, 7, 1, 8, 1, 20, 16] },
  { cipher: "AEAD_AES_256_GCM", keyOctets: 32, saltOctets: 12, tagOctets: 16, sent: [0, 6, 1, 32, 4, 12, 7, 1, 8, 1, 20, 16] },
  { cipher: "AES_CM_128_HMAC_SHA1_80", keyOctets: 16, saltOctets: 14, tagOctets: 10, sent: [0, 1, 1, 16, 2, 1, 3, 20, 4, 14, 7, 1, 8, 1, 10, 1, 11, 10] },
  { cipher: "AES_256_CM_HMAC_SHA1_80", keyOctets: 32, saltOctets: 14, tagOctets: 10, sent: [0, 1, 1, 32, 2, 1, 3, 20, 4, 14, 7, 1, 8, 1, 10, 1, 11, 10] },
]

/** Encryption algorithm; the one type that has no default. */
const ENCRYPTION = 0
/** Session Encr. key length; 16 where it is absent. */
const KEY_LENGTH = 1
/** Highest Policy param type: AEAD authentication tag length. */
const HIGHEST = 20

/** Master key, master salt and tag of a cipher, in octets. */
export function srtpSizes(cipher: SrtpCipher): SrtpSizes {
  return rowOf(cipher)
}

/** What a media stack needs, in octets: for a short tag all but the tag as for the long one. */
export function transformSizes(cipher: SrtpTransform): SrtpSizes {
  const long = longTagOf(cipher)
  if (long === undefined) return rowOf(cipher as SrtpCipher)
  const sizes = rowOf(long)
  return { keyOctets: sizes.keyOctets, saltOctets: sizes.saltOctets, tagOctets: 4 }
}

/** The cipher that was negotiated where the tag is short, or undefined where it is not. */
export function longTagOf(cipher: SrtpTransform): SrtpCipher | undefined {
  if (cipher === "AES_CM_128_HMAC_SHA1_32") return "AES_CM_128_HMAC_SHA1_80"
  if (cipher === "AES_256_CM_HMAC_SHA1_32") return "AES_256_CM_HMAC_SHA1_80"
  return undefined
}

/** The transform of a cipher with a short tag, or undefined: GCM has none. */
export function shortTagOf(cipher: SrtpTransform): ShortTagCipher | undefined {
  if (cipher === "AES_CM_128_HMAC_SHA1_80") return "AES_CM_128_HMAC_SHA1_32"
  if (cipher === "AES_256_CM_HMAC_SHA1_80") return "AES_256_CM_HMAC_SHA1_32"
  return undefined
}

/** Policy param of an SP payload for a cipher: ascending types, one octet each. */
export function policyParam(cipher: SrtpCipher): Uint8Array {
  const sent = rowOf(cipher).sent
  const out = new Uint8Array((sent.length / 2) * 3)
  for (let i = 0; i < sent.length; i += 2) {
    const at = (i / 2) * 3
    out[at] = sent[i]!
    out[at + 1] = 1
    out[at + 2] = sent[i + 1]!
  }
  return out
}

/** The cipher that a received Policy param means, or undefined for a policy that is none of ours. */
export function policyOf(param: Uint8Array): SrtpCipher | undefined {
  const values = decodeParam(param)
  if (values === undefined) return undefined
  for (let i = 0; i < rows.length; i++) if (fits(values, rows[i]!)) return rows[i]!.cipher
  return undefined
}

/** Rules that offer `ciphers`, best first, and allow these only. */
export function srtpRules(ciphers: readonly SrtpCipher[]): SrtpRules {
  const offers: Uint8Array[] = []
  for (let i = 0; i < ciphers.length; i++) offers.push(policyParam(ciphers[i]!))
  return {
    offers,
    allows(param: Uint8Array): boolean {
      const cipher = policyOf(param)
      for (let i = 0; i < ciphers.length; i++) if (ciphers[i] === cipher) return true
      return false
    },
  }
}

function rowOf(cipher: SrtpCipher): Row {
  for (let i = 0; i < rows.length; i++) if (rows[i]!.cipher === cipher) return rows[i]!
  throw new Error(`SRTP: expected one of ${rows.length} ciphers, got ${cipher}`)
}

/** Value of each type from 0 to 20, -1 where it is absent; undefined when a type is unknown, doubled or not of one octet. */
function decodeParam(param: Uint8Array): number[] | undefined {
  const values: number[] = []
  for (let type = 0; type <= HIGHEST; type++) values.push(-1)
  const r = new Reader(param)
  while (r.left() > 0) {
    const type = r.u8("SP.Type")
    const length = r.u8("SP.Length")
    const value = r.u8("SP.Value")
    if (r.fault !== undefined || length !== 1 || type > HIGHEST || values[type] !== -1) return undefined
    values[type] = value
  }
  return values
}

function fits(values: readonly number[], row: Row): boolean {
  for (let type = 0; type <= HIGHEST; type++) {
    const value = values[type]!
    const wanted = valueOf(row, type)
    if (value === -1) {
      if (type === ENCRYPTION || (type === KEY_LENGTH && wanted !== 16)) return false
    } else if (wanted !== -1) {
      if (value !== wanted) return false
    } else if (!harmless(type) || value !== 0) return false
  }
  return true
}

function valueOf(row: Row, type: number): number {
  for (let i = 0; i < row.sent.length; i += 2) if (row.sent[i] === type) return row.sent[i + 1]!
  return -1
}

/** SRTP PRF, key derivation rate, FEC order, prefix length: with value 0 they say what SRTP does anyway. */
function harmless(type: number): boolean {
  return type === 5 || type === 6 || type === 9 || type === 12
}
