/** The parts of the four messages that both roles write and check alike: headers, clear identities, sub-payloads, boxes. */
import { ascii, concat, copy, equal, equalCt } from "../base/bytes.ts"
import { refuse, type Fault } from "../base/fault.ts"
import type { CsMap } from "../mikey/csmap.ts"
import { build, buildChain, parse, parseChain, type Header, type Message } from "../mikey/message.ts"
import { dataType, idRole, idType, macAlg, payloadType, prfFunc, tsType } from "../mikey/numbers.ts"
import { eskPayload, extensionPayload, ibakePayload, idrPayload, part, randPayload, spPayload, timestampPayload, verificationPayload } from "../mikey/payload.ts"
import type { Extension, Idr, Part, SecurityPolicy } from "../mikey/payload.ts"
import { eccptPayload, type ReadEccpt } from "../mikey/subpayload.ts"
import type { Box, BoxKeys, DhGroup, PrivateKey, Profile, Sym } from "../suite.ts"
import { isNormal, ntpSeconds, period, uid, type Identity, type Kms } from "./identity.ts"
import { verification } from "./keys.ts"
import type { Keyring } from "./session.ts"

/** What stands in clear in all four messages of an exchange. */
export interface Clear {
  readonly csbId: number
  /** NTP-UTC timestamp, 8 octets. */
  readonly T: Uint8Array
  readonly RAND: Uint8Array
  readonly IDRi: Identity
  readonly IDRr: Identity
  /** The KMSs of both, where I_MESSAGE_1 names them. */
  readonly IDRkmsi: Uint8Array | undefined
  readonly IDRkmsr: Uint8Array | undefined
  readonly map: CsMap
  readonly SP: readonly SecurityPolicy[]
  /** The Initiator's list of protocols offered in SDP; it goes into both I messages. */
  readonly extension: Extension | undefined
}

/** The header of a call message. */
export function header(type: number, clear: Clear): Header {
  return { dataType: type, vFlag: type === dataType.R_MESSAGE_2 ? 0 : 1, prfFunc, csbId: clear.csbId, map: clear.map }
}

/** Everything of a message before IBAKE. */
export function clearParts(type: number, clear: Clear): Part[] {
  const parts: Part[] = [part(timestampPayload, { type: tsType.NTP_UTC, value: clear.T })]
  if (type === dataType.I_MESSAGE_1 || type === dataType.I_MESSAGE_2) parts.push(part(randPayload, clear.RAND))
  parts.push(idr(idRole.IDRi, clear.IDRi), idr(idRole.IDRr, clear.IDRr))
  if (type === dataType.R_MESSAGE_2) return parts
  if (clear.IDRkmsi !== undefined && clear.IDRkmsr !== undefined) {
    parts.push(idr(idRole.IDRkmsi, { type: idType.URI, data: clear.IDRkmsi }), idr(idRole.IDRkmsr, { type: idType.URI, data: clear.IDRkmsr }))
  }
  for (let i = 0; i < clear.SP.length; i++) parts.push(part(spPayload, clear.SP[i]!))
  if (clear.extension !== undefined && type !== dataType.R_MESSAGE_1) parts.push(part(extensionPayload, clear.extension))
  return parts
}

/** An IDR payload. */
export function idr(role: number, id: Identity): Part {
  return part(idrPayload, { role, type: id.type, data: id.data })
}

/** The contents of an IBAKE box: `IDRi [ECCPTi] IDRr [ECCPTr]`. */
export interface Inner {
  readonly IDRi: Identity
  readonly ECCPTi: ReadEccpt | undefined
  readonly IDRr: Identity
  readonly ECCPTr: ReadEccpt | undefined
}

/** The plaintext of an IBAKE box; the sub-payloads of points are given less their Next payload octet. */
export function encodeInner(IDRi: Identity, ECCPTi: Uint8Array | undefined, IDRr: Identity, ECCPTr: Uint8Array | undefined): Uint8Array {
  const parts = [idr(idRole.IDRi, IDRi)]
  if (ECCPTi !== undefined) parts.push({ type: payloadType.ECCPT, body: ECCPTi })
  parts.push(idr(idRole.IDRr, IDRr))
  if (ECCPTr !== undefined) parts.push({ type: payloadType.ECCPT, body: ECCPTr })
  return buildChain(parts)
}

/** What goes into a sealed box, and the keys that seal it; both stay the asker's to wipe. */
export interface Sealing {
  readonly box: Box
  readonly keys: BoxKeys
  readonly plain: Uint8Array
}

/** A message around a box that is sealed last: its AAD is what came before, then the message itself up to the ciphertext, then the ESK payload, if any. */
export function seal(type: number, clear: Clear, ibake: Sealing, before: Uint8Array, esk: Sealing | undefined): Uint8Array {
  const parts = clearParts(type, clear)
  parts.push(part(ibakePayload, { encrData: room(ibake) }))
  if (esk !== undefined) parts.push(part(eskPayload, { encrData: room(esk) }))
  const built = build(header(type, clear), parts)
  const octets = built.octets
  const prefix = octets.subarray(0, built.ibakeAt)
  if (esk !== undefined) octets.set(esk.box.seal(esk.keys, concat([ascii("ESK"), prefix]), esk.plain), built.eskAt + 3)
  const after = octets.subarray(esk === undefined ? octets.length : built.eskAt)
  octets.set(ibake.box.seal(ibake.keys, concat([before, prefix, after]), ibake.plain), built.ibakeAt)
  return octets
}

/** Zero octets in the place of a box. */
function room(of: Sealing): Uint8Array {
  return new Uint8Array(of.box.octets(of.keys, of.plain.length))
}

/** R_MESSAGE_2, with a box where ECCPTi has come in I_MESSAGE_2 only: V covers all before its MAC, then the identities of both. */
export function verified(sym: Sym, clear: Clear, authKey: Uint8Array, ibake: Sealing | undefined, before: Uint8Array): Uint8Array {
  const parts = clearParts(dataType.R_MESSAGE_2, clear)
  if (ibake !== undefined) parts.push(part(ibakePayload, { encrData: room(ibake) }))
  parts.push(part(verificationPayload, { authAlg: macAlg.HMAC_SHA_256_256, mac: new Uint8Array(32) }))
  const built = build(header(dataType.R_MESSAGE_2, clear), parts)
  const octets = built.octets
  if (ibake !== undefined) octets.set(ibake.box.seal(ibake.keys, concat([before, octets.subarray(0, built.ibakeAt)]), ibake.plain), built.ibakeAt)
  octets.set(verification(sym, authKey, octets.subarray(0, built.macAt), clear.IDRi.data, clear.IDRr.data), built.macAt)
  return octets
}

/** The plaintext of a message's IBAKE box, or undefined when these keys or what came before are not the sender's. */
export function open(m: Message, box: Box, keys: BoxKeys, before: Uint8Array): Uint8Array | undefined {
  const after = m.ESK === undefined ? new Uint8Array(0) : m.ESK.payload
  return box.open(keys, concat([before, m.octets.subarray(0, m.ibakeAt), after]), m.IBAKE!)
}

/** The box's contents, if its identities are those in clear; a box that contradicts its message goes no further. */
export function inner(plain: Uint8Array, m: Message, at: string): Inner | Fault {
  const chain = parseChain(plain, m.header.dataType)
  if ("fault" in chain) return chain
  if (!sameIdr(chain.IDRi!, m.IDRi!)) return refuse("identity/mismatch", at + ".IBAKE.IDRi")
  if (!sameIdr(chain.IDRr!, m.IDRr!)) return refuse("identity/mismatch", at + ".IBAKE.IDRr")
  return { IDRi: chain.IDRi!, ECCPTi: chain.ECCPTi, IDRr: chain.IDRr!, ECCPTr: chain.ECCPTr }
}

function sameIdr(a: Idr, b: Idr): boolean {
  return a.role === b.role && a.type === b.type && equal(a.data, b.data)
}

/** Parses a call message in memory of its own: a Job outlives the buffer that a link lends. */
export function parseOwn(octets: Uint8Array, cap: number): Message | Fault {
  return octets.length > cap ? refuse("wire/size", "message") : parse(copy(octets), cap)
}

/** The identity of an IDR payload; forms that are not normal are refused. */
export function identityOf(payload: Idr, at: string): Identity | Fault {
  if (!isNormal(payload.type, payload.data)) return refuse("identity/form", at)
  return { type: payload.type, data: payload.data }
}

/** What contradicts the table of KMSs in a message that names them: IDRkmsi and IDRkmsr are checked, never believed. */
export function kmsFault(m: Message, initiators: Kms, responders: Kms, at: string): Fault | undefined {
  if (m.IDRkmsi === undefined || m.IDRkmsr === undefined) return undefined
  if (!names(m.IDRkmsi, initiators)) return refuse("identity/mismatch", at + ".IDRkmsi")
  if (!names(m.IDRkmsr, responders)) return refuse("identity/mismatch", at + ".IDRkmsr")
  return undefined
}

/** Whether IDRkmsi or IDRkmsr stands where the exchange began with it, and is the same. */
export function sameKms(payload: Idr | undefined, uri: Uint8Array | undefined): boolean {
  if (payload === undefined || uri === undefined) return payload === undefined && uri === undefined
  return payload.type === idType.URI && equal(payload.data, uri)
}

function names(payload: Idr, kms: Kms): boolean {
  return payload.type === idType.URI && equal(payload.data, kms.set.kmsUri)
}

/** The UID of an identity under its KMS in the period of T, or undefined before the KMS's first period. */
export function uidAt(profile: Profile, id: Identity, kms: Kms, stamp: Uint8Array): Uint8Array | undefined {
  const number = period(ntpSeconds(stamp), kms.set)
  return number === undefined ? undefined : uid(profile.sym, id, kms.set, number)
}

/** An own private key for the period of T, with the UID it belongs to. */
export interface OwnKey {
  readonly key: PrivateKey
  readonly uid: Uint8Array
}

/** The own private key of the period of T, or Fault key/none. */
export function ownKey(profile: Profile, keys: Keyring, me: Identity, kms: Kms, stamp: Uint8Array): OwnKey | Fault {
  const number = period(ntpSeconds(stamp), kms.set)
  const key = number === undefined ? undefined : keys.privateKey(me, number)
  if (number === undefined || key === undefined) return refuse("key/none", "keyring")
  return { key, uid: uid(profile.sym, me, kms.set, number) }
}

/** The profile's group of an ECC curve number, or undefined. */
export function groupOf(profile: Profile, curve: number): DhGroup | undefined {
  for (let i = 0; i < profile.groups.length; i++) if (profile.groups[i]!.curve === curve) return profile.groups[i]
  return undefined
}

/** The sub-payload of an own point; with an SRTP-ID map the Initiator's carries the MKI. */
export function eccpt(curve: number, point: Uint8Array, spi: Uint8Array | undefined): Uint8Array {
  return eccptPayload.encode({ curve, point, spi })
}

/** Whether a point that comes back is the one sent, octet for octet and in constant time. */
export function echoes(got: ReadEccpt, sent: Uint8Array): boolean {
  return equalCt(got.raw, sent)
}

/** Faults of a message that must carry what the exchange began with: CSB ID, T, and RAND where it has one. */
export function continuityFault(m: Message, clear: Clear, at: string): Fault | undefined {
  if (m.header.csbId !== clear.csbId) return refuse("session/state", at + ".CSB ID")
  if (!equal(m.T.value, clear.T)) return refuse("session/state", at + ".T")
  if (m.RAND !== undefined && !equal(m.RAND, clear.RAND)) return refuse("auth/failed", at + ".RAND")
  return undefined
}
