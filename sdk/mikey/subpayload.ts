/** Sub-payloads: they stand only inside what is encrypted. RFC 6267 sections 6.1.3 to 6.1.5, RFC 3830 sections 6.13 and 6.14. */
import { concat, u16, u32, u8 } from "../base/bytes.ts"
import type { Reader } from "../base/cursor.ts"
import { keyType, kvType, payloadType, pointOctets, skType } from "./numbers.ts"
import { len16, type Codec } from "./payload.ts"

/** An EC Diffie-Hellman value to be sent. */
export interface Eccpt {
  /** ECC curve: 8, 11 or 240. */
  readonly curve: number
  /** 65, 97 or 32 octets. */
  readonly point: Uint8Array
  /** KV data of KV = SPI: the MKI of an SRTP-ID map, 1 to 255 octets; undefined when KV is null. */
  readonly spi?: Uint8Array
}

/** A received ECCPT; whether `point` is on the curve is the group's to judge. */
export interface ReadEccpt extends Eccpt {
  /** The sub-payload less its Next payload octet: what an echo repeats. */
  readonly raw: Uint8Array
}

/** The codec of ECCPT: what it reads also says how it stood on the wire. */
export interface EccptCodec {
  readonly type: number
  decode(r: Reader): ReadEccpt
  encode(p: Eccpt): Uint8Array
}

/**
 * ECCPT sub-payload, RFC 6267 section 6.1.4. Next payload, ECC curve and point are padded with zeros to a multiple of four:
 * 72, 104 or 40 octets without KV data. Auth alg, TGK len and Reserved are sent 0 and ignored. Another curve is Fault curve/refused.
 */
export const eccptPayload: EccptCodec = {
  type: payloadType.ECCPT,
  decode(r: Reader): ReadEccpt {
    const start = r.at
    const curve = r.u8("ECCPT.ECC Curve")
    const length = pointOctets(curve)
    if (length === 0) r.fail("curve/refused", "ECCPT.ECC Curve")
    const point = r.take(length, "ECCPT.ECC Point")
    if (!zero(r.take(padding(length), "ECCPT.padding"))) r.fail("wire/value", "ECCPT.padding")
    r.take(3, "ECCPT.TGK len")
    const kv = r.u8("ECCPT.KV") & 15
    if (kv !== kvType.Null && kv !== kvType.SPI) r.fail("wire/value", "ECCPT.KV")
    const spi = kv === kvType.SPI ? r.take(r.u8("ECCPT.SPI Length"), "ECCPT.SPI") : undefined
    if (spi !== undefined && spi.length === 0) r.fail("wire/value", "ECCPT.SPI Length")
    return { curve, point, spi, raw: r.octets.subarray(start, r.at) }
  },
  encode(p: Eccpt): Uint8Array {
    const length = pointOctets(p.curve)
    if (length === 0 || p.point.length !== length) throw new Error(`ECCPT: expected a point of curve 8, 11 or 240, got curve ${p.curve} with ${p.point.length} octets`)
    const head = [u8(p.curve), p.point, new Uint8Array(padding(length)), new Uint8Array(3)]
    if (p.spi === undefined) return concat([concat(head), u8(kvType.Null)])
    if (p.spi.length < 1 || p.spi.length > 255) throw new Error(`ECCPT: expected an SPI of 1 to 255 octets, got ${p.spi.length}`)
    return concat([concat(head), u8(kvType.SPI), u8(p.spi.length), p.spi])
  },
}

/** Zero octets after a point: Next payload and ECC curve are two octets before it. */
function padding(length: number): number {
  return (4 - ((2 + length) % 4)) % 4
}

function zero(octets: Uint8Array): boolean {
  for (let i = 0; i < octets.length; i++) if (octets[i] !== 0) return false
  return true
}

/** SK sub-payload, RFC 6267 section 6.1.5: type 1, KV null, a secret key of 32 octets; encoded octets hold the secret and are wiped by the caller. */
export const skPayload: Codec<Uint8Array> = {
  type: payloadType.SK,
  decode(r: Reader): Uint8Array {
    if (r.u8("SK.Type") !== ((skType.SK << 4) | kvType.Null)) r.fail("wire/value", "SK.Type")
    if (r.u16("SK.Key data len") !== 32) r.fail("wire/value", "SK.Key data len")
    return r.take(32, "SK.Key data")
  },
  encode(key: Uint8Array): Uint8Array {
    if (key.length !== 32) throw new Error(`SK: expected 32 octets, got ${key.length}`)
    return concat([u8((skType.SK << 4) | kvType.Null), u16(32), key])
  },
}

/** A private key of one key period: `from` is included, `to` is not; seconds from 1900-01-01 modulo 2^32. */
export interface KeyData {
  readonly key: Uint8Array
  readonly from: number
  readonly to: number
}

/** Key data sub-payload, RFC 3830 section 6.13: K_PR (7), KV interval with VF and VT of four octets; encoded octets hold the secret and are wiped by the caller. */
export const keyDataPayload: Codec<KeyData> = {
  type: payloadType.KeyData,
  decode(r: Reader): KeyData {
    if (r.u8("Key data.Type") !== ((keyType.K_PR << 4) | kvType.Interval)) r.fail("wire/value", "Key data.Type")
    const key = r.take(r.u16("Key data.Key data len"), "Key data.Key data")
    if (r.u8("Key data.VF Length") !== 4) r.fail("wire/value", "Key data.VF Length")
    const from = r.u32("Key data.Valid From")
    if (r.u8("Key data.VT Length") !== 4) r.fail("wire/value", "Key data.VT Length")
    return { key, from, to: r.u32("Key data.Valid To") }
  },
  encode(p: KeyData): Uint8Array {
    const type = u8((keyType.K_PR << 4) | kvType.Interval)
    return concat([type, len16(p.key, 65535, "Key data"), p.key, u8(4), u32(p.from), u8(4), u32(p.to)])
  },
}
