/**
 * Payloads of a message, RFC 3830 section 6, RFC 6043 section 6, RFC 6267 section 6.1: one codec each, decoder and encoder side by side,
 * in the order of the octets. A codec stands behind the Next payload octet, which `chain.ts` reads and writes; SIGN has none.
 */
import { concat, u16, u8 } from "../base/bytes.ts"
import type { Reader } from "../base/cursor.ts"
import { cacheType, encrAlg, hashFunc, macAlg, payloadType, signType, tsType } from "./numbers.ts"

/** Reads and writes one kind of payload, less its Next payload octet; values of decoders are views into what was read. */
export interface Codec<P> {
  readonly type: number
  decode(r: Reader): P
  encode(p: P): Uint8Array
}

/** A payload to be chained: its type and its octets less the Next payload octet. */
export interface Part {
  readonly type: number
  readonly body: Uint8Array
}

/** A Part of a value, by its codec. */
export function part<P>(codec: Codec<P>, p: P): Part {
  return { type: codec.type, body: codec.encode(p) }
}

/** Length of a field in two octets; too long a field is Misuse. `max` is 65535 less what the format takes away. */
export function len16(data: Uint8Array, max: number, field: string): Uint8Array {
  if (data.length > max) throw new Error(`${field}: expected at most ${max} octets, got ${data.length}`)
  return u16(data.length)
}

/** Timestamp: TS type 0 (NTP-UTC, 8 octets) or 2 (COUNTER, 4 octets). */
export interface Timestamp {
  readonly type: number
  readonly value: Uint8Array
}

/** T payload, RFC 3830 section 6.6; other TS types than NTP-UTC and COUNTER are refused. */
export const timestampPayload: Codec<Timestamp> = {
  type: payloadType.T,
  decode(r: Reader): Timestamp {
    const type = r.u8("T.TS type")
    if (type !== tsType.NTP_UTC && type !== tsType.COUNTER) r.fail("wire/value", "T.TS type")
    return { type, value: r.take(type === tsType.COUNTER ? 4 : 8, "T.TS value") }
  },
  encode(p: Timestamp): Uint8Array {
    return concat([u8(p.type), p.value])
  },
}

/** RAND payload, RFC 3830 section 6.11; 16 to 64 octets are taken. */
export const randPayload: Codec<Uint8Array> = {
  type: payloadType.RAND,
  decode(r: Reader): Uint8Array {
    const length = r.u8("RAND.len")
    if (length < 16 || length > 64) r.fail("wire/value", "RAND.len")
    return r.take(length, "RAND.RAND")
  },
  encode(RAND: Uint8Array): Uint8Array {
    return concat([u8(RAND.length), RAND])
  },
}

/** Identity with its role; its form is judged by the floor that knows identities. */
export interface Idr {
  readonly role: number
  readonly type: number
  readonly data: Uint8Array
}

/** IDR payload, RFC 6043 section 6.6. */
export const idrPayload: Codec<Idr> = {
  type: payloadType.IDR,
  decode(r: Reader): Idr {
    const role = r.u8("IDR.ID Role")
    const type = r.u8("IDR.ID Type")
    return { role, type, data: r.take(r.u16("IDR.ID len"), "IDR.ID Data") }
  },
  encode(p: Idr): Uint8Array {
    return concat([u8(p.role), u8(p.type), len16(p.data, 65535, "ID Data"), p.data])
  },
}

/** Security policy; `param` is the Type/Length/Value list that sdk/srtp reads. */
export interface SecurityPolicy {
  readonly no: number
  readonly protType: number
  readonly param: Uint8Array
}

/** SP payload, RFC 3830 section 6.10. */
export const spPayload: Codec<SecurityPolicy> = {
  type: payloadType.SP,
  decode(r: Reader): SecurityPolicy {
    const no = r.u8("SP.Policy no")
    const protType = r.u8("SP.Prot type")
    return { no, protType, param: r.take(r.u16("SP.Policy param length"), "SP.Policy param") }
  },
  encode(p: SecurityPolicy): Uint8Array {
    return concat([u8(p.no), u8(p.protType), len16(p.param, 65535, "Policy param"), p.param])
  },
}

/** General Extension: Vendor ID (0) or SDP IDs (1); other types are carried and ignored. */
export interface Extension {
  readonly type: number
  readonly data: Uint8Array
}

/** General Extension payload, RFC 3830 section 6.15. */
export const extensionPayload: Codec<Extension> = {
  type: payloadType.GeneralExt,
  decode(r: Reader): Extension {
    const type = r.u8("General Extension.Type")
    return { type, data: r.take(r.u16("General Extension.Length"), "General Extension.Data") }
  },
  encode(p: Extension): Uint8Array {
    return concat([u8(p.type), len16(p.data, 65535, "General Extension"), p.data])
  },
}

/** What an IBAKE or ESK payload carries: a sealed box of PROTOCOL section 3. */
export interface Sealed {
  readonly encrData: Uint8Array
}

/** IBAKE payload, RFC 6267 section 6.1.1. */
export const ibakePayload: Codec<Sealed> = {
  type: payloadType.IBAKE,
  decode(r: Reader): Sealed {
    return { encrData: r.take(r.u16("IBAKE.Encr data len"), "IBAKE.Encr data") }
  },
  encode(p: Sealed): Uint8Array {
    return concat([len16(p.encrData, 65535, "IBAKE Encr data"), p.encrData])
  },
}

/** ESK payload, RFC 6267 section 6.1.2. */
export const eskPayload: Codec<Sealed> = {
  type: payloadType.ESK,
  decode(r: Reader): Sealed {
    return { encrData: r.take(r.u16("ESK.Encr data len"), "ESK.Encr data") }
  },
  encode(p: Sealed): Uint8Array {
    return concat([len16(p.encrData, 65535, "ESK Encr data"), p.encrData])
  },
}

/** Verification message; Auth alg is always 2 when it was received. */
export interface Verification {
  readonly authAlg: number
  readonly mac: Uint8Array
}

/** V payload, RFC 3830 section 6.9: HMAC-SHA-256-256 only, 32 octets. */
export const verificationPayload: Codec<Verification> = {
  type: payloadType.V,
  decode(r: Reader): Verification {
    const authAlg = r.u8("V.Auth alg")
    if (authAlg !== macAlg.HMAC_SHA_256_256) r.fail("wire/value", "V.Auth alg")
    return { authAlg, mac: r.take(32, "V.Ver data") }
  },
  encode(p: Verification): Uint8Array {
    return concat([u8(p.authAlg), p.mac])
  },
}

/** Encrypted private keys; Encr alg is always 3 and MAC alg 0 when it was received. */
export interface Kemac {
  readonly encrAlg: number
  readonly encrData: Uint8Array
  readonly macAlg: number
}

/** KEMAC payload, RFC 3830 section 6.2: AES-CM-256 and the NULL MAC only, for V covers it. */
export const kemacPayload: Codec<Kemac> = {
  type: payloadType.KEMAC,
  decode(r: Reader): Kemac {
    const encr = r.u8("KEMAC.Encr alg")
    if (encr !== encrAlg.AES_CM_256) r.fail("wire/value", "KEMAC.Encr alg")
    const encrData = r.take(r.u16("KEMAC.Encr data len"), "KEMAC.Encr data")
    const mac = r.u8("KEMAC.Mac alg")
    if (mac !== macAlg.NULL) r.fail("wire/value", "KEMAC.Mac alg")
    return { encrAlg: encr, encrData, macAlg: mac }
  },
  encode(p: Kemac): Uint8Array {
    return concat([u8(p.encrAlg), len16(p.encrData, 65535, "KEMAC Encr data"), p.encrData, u8(p.macAlg)])
  },
}

/** ERR payload, RFC 3830 section 6.12: the Error no; the Reserved octets are sent 0 and ignored. */
export const errPayload: Codec<number> = {
  type: payloadType.ERR,
  decode(r: Reader): number {
    const no = r.u8("ERR.Error no")
    r.u16("ERR.Reserved")
    return no
  },
  encode(no: number): Uint8Array {
    return concat([u8(no), u16(0)])
  },
}

/** A certificate; in a chain each has its own payload. */
export interface Cert {
  readonly type: number
  readonly data: Uint8Array
}

/** CERT payload, RFC 3830 section 6.7. */
export const certPayload: Codec<Cert> = {
  type: payloadType.CERT,
  decode(r: Reader): Cert {
    const type = r.u8("CERT.Cert Type")
    return { type, data: r.take(r.u16("CERT.Cert len"), "CERT.Certificate Data") }
  },
  encode(p: Cert): Uint8Array {
    return concat([u8(p.type), len16(p.data, 65535, "Certificate Data"), p.data])
  },
}

/** CHASH payload, RFC 3830 section 6.8: SHA-256 (2) only; its 32 octets. */
export const chashPayload: Codec<Uint8Array> = {
  type: payloadType.CHASH,
  decode(r: Reader): Uint8Array {
    if (r.u8("CHASH.Hash func") !== hashFunc.SHA_256) r.fail("wire/value", "CHASH.Hash func")
    return r.take(32, "CHASH.Hash")
  },
  encode(hash: Uint8Array): Uint8Array {
    return concat([u8(hashFunc.SHA_256), hash])
  },
}

/** An encrypted envelope key; `cache` is the C field. */
export interface Pke {
  readonly cache: number
  readonly data: Uint8Array
}

/** PKE payload, RFC 3830 section 6.3: two bits of C, then 14 of length. */
export const pkePayload: Codec<Pke> = {
  type: payloadType.PKE,
  decode(r: Reader): Pke {
    const word = r.u16("PKE.Data len")
    if (word >> 14 > cacheType.CacheForCsb) r.fail("wire/value", "PKE.C")
    return { cache: word >> 14, data: r.take(word & 0x3fff, "PKE.Data") }
  },
  encode(p: Pke): Uint8Array {
    len16(p.data, 0x3fff, "PKE Data")
    return concat([u16((p.cache << 14) | p.data.length), p.data])
  },
}

/** SIGN payload, RFC 3830 section 6.5: the signature; RSA/PSS (1) only, four bits of S type, then 12 of length, and no Next payload. */
export const signPayload: Codec<Uint8Array> = {
  type: payloadType.SIGN,
  decode(r: Reader): Uint8Array {
    const word = r.u16("SIGN.Signature len")
    if (word >> 12 !== signType.RSA_PSS) r.fail("wire/value", "SIGN.S type")
    return r.take(word & 0xfff, "SIGN.Signature")
  },
  encode(signature: Uint8Array): Uint8Array {
    len16(signature, 0xfff, "Signature")
    return concat([u16((signType.RSA_PSS << 12) | signature.length), signature])
  },
}
