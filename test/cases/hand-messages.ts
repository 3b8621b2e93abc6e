/**
 * MIKEY messages a second time, for vectors only: HDR and payloads of RFC 3830, 6043 and 6267 with the figures of PROTOCOL, each payload less its Next
 * payload octet. Nothing of sdk/ is imported.
 */
import { join, u16, u32, type HandCurve } from "./by-hand.ts"

type Octets = Uint8Array

/** A payload or sub-payload: the number that what stands before it names it by, and what follows its own Next payload octet. */
export interface Payload {
  readonly type: number
  readonly body: Octets
}

/** Octets of a text in UTF-8. */
export const text = (value: string): Octets => Uint8Array.from(Buffer.from(value))

/** Roles of IDR. */
export const role = { IDRi: 1, IDRr: 2, IDRkms: 3, IDRpsk: 4, IDRkmsi: 6, IDRkmsr: 7 } as const

/** A timestamp: NTP-UTC (0) of eight octets, COUNTER (2) of four. */
export const T = (value: Octets, type: number = 0): Payload => ({ type: 5, body: join(type, value) })
export const RAND = (value: Octets): Payload => ({ type: 11, body: join(value.length, value) })
export const IDR = (of: number, data: Octets, type: number = 1): Payload => ({ type: 14, body: join(of, type, u16(data.length), data) })
/** General Extension: Vendor ID (0) or SDP IDs (1). */
export const extension = (data: Octets, type: number = 0): Payload => ({ type: 21, body: join(type, u16(data.length), data) })
/** K_PR (7) with a key validity interval (2). */
export const keyData = (key: Octets, from: number, to: number): Payload => ({ type: 20, body: join((7 << 4) | 2, u16(key.length), key, 4, u32(from % 2 ** 32), 4, u32(to % 2 ** 32)) })
export const KEMAC = (data: Octets): Payload => ({ type: 1, body: join(3, u16(data.length), data, 0) })
export const V = (mac: Octets): Payload => ({ type: 9, body: join(2, mac) })
export const ERR = (no: number): Payload => ({ type: 12, body: join(no, u16(0)) })
export const IBAKE = (encrData: Octets): Payload => ({ type: 22, body: join(u16(encrData.length), encrData) })
export const ESK = (encrData: Octets): Payload => ({ type: 23, body: join(u16(encrData.length), encrData) })
/** SK (1), KV null. */
export const SK = (key: Octets): Payload => ({ type: 24, body: join(1 << 4, u16(key.length), key) })

/** Next payload, ECC curve and point end on a multiple of four; then Auth alg, TGK len, Reserved and KV: null (0), or SPI (1) with the MKI. */
export function ECCPT(curve: HandCurve, point: Octets, mki?: Octets): Payload {
  const zeros = new Uint8Array((4 - ((2 + point.length) % 4)) % 4)
  return { type: 25, body: join(curve.number, point, zeros, 0, u16(0), ...(mki === undefined ? [0] : [1, mki.length, mki])) }
}

/** SRTP ciphers: what SP says of each, type by type, and the octets of TEK and salt. */
export const ciphers = {
  AEAD_AES_128_GCM: { param: [[0, 6], [1, 16], [4, 12], [7, 1], [8, 1], [20, 16]], TEK: 16, salt: 12 },
  AEAD_AES_256_GCM: { param: [[0, 6], [1, 32], [4, 12], [7, 1], [8, 1], [20, 16]], TEK: 32, salt: 12 },
  AES_CM_128_HMAC_SHA1_80: { param: [[0, 1], [1, 16], [2, 1], [3, 20], [4, 14], [7, 1], [8, 1], [10, 1], [11, 10]], TEK: 16, salt: 14 },
  AES_256_CM_HMAC_SHA1_80: { param: [[0, 1], [1, 32], [2, 1], [3, 20], [4, 14], [7, 1], [8, 1], [10, 1], [11, 10]], TEK: 32, salt: 14 },
} as const
export type Cipher = keyof typeof ciphers

/** SP number `no`, SRTP (0). */
export function SP(no: number, cipher: Cipher): Payload {
  const param = ciphers[cipher].param.flatMap(([type, value]) => [type, 1, value])
  return { type: 10, body: join(no, 0, u16(param.length), ...param) }
}

/** One session of a CS ID map. `ssrc` undefined is left empty; `roc` and `seq` stand where S is 1. */
export interface MapSession {
  readonly csId: number
  readonly policies: readonly number[]
  readonly S: 0 | 1
  readonly ssrc?: Octets
  readonly roc: number
  readonly seq: number
}

/** #CS, CS ID map type and CS ID map info: GENERIC-ID (2), with the MKI as SPI. */
export function genericMap(mki: Octets, sessions: readonly MapSession[]): Octets {
  const data = (s: MapSession): Octets => (s.ssrc === undefined ? new Uint8Array(0) : s.S === 0 ? s.ssrc : join(s.ssrc, u32(s.roc), u16(s.seq)))
  return join(sessions.length, 2, ...sessions.map((s) => join(s.csId, 0, (s.S << 7) | s.policies.length, ...s.policies, u16(data(s).length), data(s), mki.length, mki)))
}

/** The same of an SRTP-ID map (0): policy, SSRC, ROC. */
export function srtpMap(sessions: readonly MapSession[]): Octets {
  return join(sessions.length, 0, ...sessions.map((s) => join(s.policies[0]!, s.ssrc ?? u32(0), u32(s.roc))))
}

/** No sessions: the Empty map (1). */
export const emptyMap: Octets = join(0, 1)

/** Next payload octets in front of the bodies. */
export function chain(payloads: readonly Payload[]): Octets {
  return join(...payloads.flatMap(({ body }, i) => [i + 1 < payloads.length ? payloads[i + 1]!.type : 0, body]))
}

/** What of a message is not payload; `map` is #CS, CS ID map type and CS ID map info. */
export interface Head {
  readonly dataType: number
  readonly csbId: Octets
  readonly map: Octets
}

/** HDR and payloads; the V flag is 0 in types 6, 21 and 25. */
export function message({ dataType, csbId, map }: Head, payloads: readonly Payload[]): Octets {
  const vFlag = [6, 21, 25].includes(dataType) ? 0 : 1
  return join(1, dataType, payloads[0]!.type, (vFlag << 7) | 1, csbId, map, chain(payloads))
}

/** A message closed by V: its octets before the MAC. */
export function beforeMac(head: Head, payloads: readonly Payload[]): Octets {
  return message(head, [...payloads, V(new Uint8Array(32))]).slice(0, -32)
}

/** The label of a PRF: constant, CS ID (0xff for none), CSB ID, and what follows it. */
export const label = (constant: number, csId: number, csbId: Octets, rest: Octets): Octets => join(u32(constant), csId, csbId, rest)
