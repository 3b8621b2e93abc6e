/** SRTP and SRTCP packets over OpenSSL's AES and SHA-1, written from RFC 3711, RFC 6188 and RFC 7714 for the tests: the SDK hands keys to a media stack and is none. */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from "node:crypto"
import type { SrtpContext } from "../sdk/srtp/contexts.ts"
import { sessionKeys, type SessionKeys } from "../sdk/srtp/session-keys.ts"
import type { Sym } from "../sdk/suite.ts"

/** What one kind of packet of one context is protected with. */
export interface Guard {
  readonly keys: SessionKeys
  readonly tagOctets: number
  /** Empty where packets carry none. */
  readonly mki: Uint8Array
}

/** Guards of SRTP and of SRTCP. */
export interface Guards {
  readonly rtp: Guard
  readonly rtcp: Guard
}

const none = new Uint8Array(0)
const E_FLAG = 0x80000000

/** Guards of a context, with its MKI on each packet or without. */
export function guards(sym: Sym, context: SrtpContext, mki: "with MKI" | "no MKI"): Guards {
  const keys = sessionKeys(sym, context)
  const own = mki === "with MKI" ? context.mki : none
  return { rtp: { keys: keys.srtp, tagOctets: context.tagOctets, mki: own }, rtcp: { keys: keys.srtcp, tagOctets: keys.srtcpTagOctets, mki: own } }
}

/** Octets of a fixed header, CSRCs and a header extension. */
export function headerOctets(packet: Uint8Array): number {
  const fixed = 12 + 4 * (packet[0]! & 15)
  return (packet[0]! & 16) === 0 ? fixed : fixed + 4 + 4 * view(packet).getUint16(fixed + 2)
}

/** RTP in, SRTP out. */
export function protectRtp(g: Guard, packet: Uint8Array, roc: number): Uint8Array {
  const at = headerOctets(packet)
  const header = packet.subarray(0, at)
  if (isGcm(g)) return Buffer.concat([header, gcmSeal(g.keys, gcmIv(g.keys.salting, ssrcAt(packet, 8), roc, seqOf(packet)), header, packet.subarray(at)), g.mki])
  const body = Buffer.concat([header, cm(g.keys, ssrcAt(packet, 8), roc * 65536 + seqOf(packet), packet.subarray(at))])
  return Buffer.concat([body, g.mki, sha1(g, body, word(roc))])
}

/** SRTP in, RTP out, or undefined when it does not verify or has another MKI. */
export function openRtp(g: Guard, packet: Uint8Array, roc: number): Uint8Array | undefined {
  const at = headerOctets(packet)
  const header = packet.subarray(0, at)
  const cut = trailer(g, packet)
  if (cut === undefined || cut.end < at) return undefined
  if (isGcm(g)) return joined(header, gcmOpen(g.keys, gcmIv(g.keys.salting, ssrcAt(packet, 8), roc, seqOf(packet)), header, packet.subarray(at, cut.end)))
  const body = packet.subarray(0, cut.end)
  if (!timingSafeEqual(sha1(g, body, word(roc)), cut.tag)) return undefined
  return joined(header, cm(g.keys, ssrcAt(packet, 8), roc * 65536 + seqOf(packet), body.subarray(at)))
}

/** RTCP in, SRTCP out, encrypted, under a packet index of 31 bits. */
export function protectRtcp(g: Guard, packet: Uint8Array, index: number): Uint8Array {
  const header = packet.subarray(0, 8)
  const e = word(E_FLAG + index)
  if (isGcm(g)) return Buffer.concat([header, gcmSeal(g.keys, rtcpIv(g.keys.salting, packet, index), Buffer.concat([header, e]), packet.subarray(8)), e, g.mki])
  const body = Buffer.concat([header, cm(g.keys, ssrcAt(packet, 4), index, packet.subarray(8)), e])
  return Buffer.concat([body, g.mki, sha1(g, body, none)])
}

/** SRTCP in, RTCP out, or undefined. */
export function openRtcp(g: Guard, packet: Uint8Array): Uint8Array | undefined {
  const header = packet.subarray(0, 8)
  const cut = trailer(g, packet)
  if (cut === undefined || cut.end < 12) return undefined
  const e = packet.subarray(cut.end - 4, cut.end)
  const index = view(e).getUint32(0) - E_FLAG
  if (index < 0) return undefined
  if (isGcm(g)) return joined(header, gcmOpen(g.keys, rtcpIv(g.keys.salting, packet, index), Buffer.concat([header, e]), packet.subarray(8, cut.end - 4)))
  const body = packet.subarray(0, cut.end)
  if (!timingSafeEqual(sha1(g, body, none), cut.tag)) return undefined
  return joined(header, cm(g.keys, ssrcAt(packet, 4), index, body.subarray(8, cut.end - 4)))
}

/** Ciphertext and tag of AEAD_AES_128_GCM or AEAD_AES_256_GCM. */
export function gcmSeal(keys: SessionKeys, iv: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv(keys.encryption.length === 16 ? "aes-128-gcm" : "aes-256-gcm", keys.encryption, iv)
  cipher.setAAD(aad)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** The IV of an SRTP packet, RFC 7714 section 8.1. */
export function gcmIv(salting: Uint8Array, ssrc: number, high: number, low: number): Uint8Array {
  const iv = new Uint8Array(12)
  view(iv).setUint32(2, ssrc)
  view(iv).setUint32(6, high)
  view(iv).setUint16(10, low)
  return iv.map((octet, i) => octet ^ salting[i]!)
}

/** RFC 7714 section 9.1: two zero octets and the index in four stand where SRTP has ROC and sequence number. */
function rtcpIv(salting: Uint8Array, packet: Uint8Array, index: number): Uint8Array {
  return gcmIv(salting, ssrcAt(packet, 4), Math.floor(index / 65536), index % 65536)
}

function gcmOpen(keys: SessionKeys, iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < 16) return undefined
  const decipher = createDecipheriv(keys.encryption.length === 16 ? "aes-128-gcm" : "aes-256-gcm", keys.encryption, iv)
  decipher.setAAD(aad)
  decipher.setAuthTag(sealed.subarray(sealed.length - 16))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - 16)), decipher.final()])
  } catch {
    return undefined
  }
}

/** AES counter mode with the IV of RFC 3711 section 4.1.1: salt * 2^16 XOR SSRC * 2^64 XOR index * 2^16. Its own inverse. */
function cm(keys: SessionKeys, ssrc: number, index: number, data: Uint8Array): Uint8Array {
  const iv = new Uint8Array(16)
  view(iv).setUint32(4, ssrc)
  view(iv).setUint16(8, Math.floor(index / 2 ** 32))
  view(iv).setUint32(10, index % 2 ** 32)
  for (let i = 0; i < 14; i++) iv[i]! ^= keys.salting[i]!
  const cipher = createCipheriv(keys.encryption.length === 16 ? "aes-128-ctr" : "aes-256-ctr", keys.encryption, iv)
  return Buffer.concat([cipher.update(data), cipher.final()])
}

/** Where MKI and, but for GCM, the tag begin; undefined for a short packet or another MKI. */
function trailer(g: Guard, packet: Uint8Array): { readonly end: number; readonly tag: Uint8Array } | undefined {
  const tagOctets = isGcm(g) ? 0 : g.tagOctets
  const end = packet.length - tagOctets - g.mki.length
  if (end < 8 || Buffer.compare(packet.subarray(end, end + g.mki.length), g.mki) !== 0) return undefined
  return { end, tag: packet.subarray(packet.length - tagOctets) }
}

const isGcm = (g: Guard): boolean => g.keys.authentication.length === 0
const view = (octets: Uint8Array): DataView => new DataView(octets.buffer, octets.byteOffset, octets.length)
const ssrcAt = (packet: Uint8Array, at: number): number => view(packet).getUint32(at)
const seqOf = (packet: Uint8Array): number => view(packet).getUint16(2)
const joined = (header: Uint8Array, rest: Uint8Array | undefined): Uint8Array | undefined => (rest === undefined ? undefined : Buffer.concat([header, rest]))

function word(value: number): Uint8Array {
  const out = new Uint8Array(4)
  view(out).setUint32(0, value)
  return out
}

function sha1(g: Guard, body: Uint8Array, more: Uint8Array): Uint8Array {
  return createHmac("sha1", g.keys.authentication).update(body).update(more).digest().subarray(0, g.tagOctets)
}
