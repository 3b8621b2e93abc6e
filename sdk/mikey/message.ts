/** MIKEY messages, RFC 3830 section 6.1 and RFC 6267 section 6: the common header and the chain of `grammar.ts`, in and out. */
import { concat, u32, u8 } from "../base/bytes.ts"
import { Reader } from "../base/cursor.ts"
import { refuse, type Fault } from "../base/fault.ts"
import { close, link, walk } from "./chain.ts"
import { decodeMap, encodeMap, type CsMap } from "./csmap.ts"
import { chainOf, type Slot } from "./grammar.ts"
import { dataType, idRole, idType, mapType, payloadType, prfFunc, tsType, version } from "./numbers.ts"
import { certPayload, chashPayload, errPayload, eskPayload, extensionPayload, ibakePayload, idrPayload } from "./payload.ts"
import { kemacPayload, pkePayload, randPayload, signPayload, spPayload, timestampPayload, verificationPayload } from "./payload.ts"
import type { Cert, Extension, Idr, Kemac, Part, Pke, SecurityPolicy, Timestamp, Verification } from "./payload.ts"

export { buildChain, parseChain, parseEsk, type Inner, type IssuedKey } from "./chain.ts"
export type { Part } from "./payload.ts"

/** Common header, RFC 3830 section 6.1. */
export interface Header {
  readonly dataType: number
  /** V flag: 0 or 1; ignored on receipt. */
  readonly vFlag: number
  /** PRF func: 1. */
  readonly prfFunc: number
  /** CSB ID, 32 bits. */
  readonly csbId: number
  readonly map: CsMap
}

/** An ESK payload: its Encr data, and the whole payload as the AAD of I_MESSAGE_2's box takes it. */
export interface EskPayload {
  readonly encrData: Uint8Array
  readonly payload: Uint8Array
}

/** A message that fits its grammar; every octet string is a view into `octets`. What the grammar requires of a data type is there. */
export interface Message {
  readonly octets: Uint8Array
  readonly header: Header
  readonly T: Timestamp
  readonly RAND?: Uint8Array
  /** The first IDRi. */
  readonly IDRi?: Idr
  readonly IDRr?: Idr
  readonly IDRkmsi?: Idr
  readonly IDRkmsr?: Idr
  readonly IDRkms?: Idr
  readonly IDRpsk?: Idr
  /** Every IDRi, in order: types 19 to 21 may have several. Their form is judged by the floor that knows identities. */
  readonly identities: readonly Idr[]
  /** Policies under distinct numbers, in order. */
  readonly SP: readonly SecurityPolicy[]
  readonly extension?: Extension
  /** Encr data of IBAKE. */
  readonly IBAKE?: Uint8Array
  readonly ESK?: EskPayload
  readonly KEMAC?: Kemac
  readonly V?: Verification
  /** Error no. */
  readonly ERR?: number
  readonly CERT: readonly Cert[]
  readonly CHASH?: Uint8Array
  readonly PKE?: Pke
  /** Signature. */
  readonly SIGN?: Uint8Array
  /** Offset of IBAKE's Encr data: prefix(M) of PROTOCOL section 3 is what stands before it; 0 without IBAKE. */
  readonly ibakeAt: number
  /** Offset of V's MAC or SIGN's signature, where their coverage ends; 0 without either. */
  readonly macAt: number
}

type Mutable<X> = { -readonly [K in keyof X]: X[K] }

interface Draft extends Mutable<Omit<Message, "identities" | "SP" | "CERT">> {
  identities: Idr[]
  SP: SecurityPolicy[]
  CERT: Cert[]
}

/**
 * Parses a message of at most `cap` octets; strangers' octets, so never throws.
 * Faults: wire/size (over `cap`, over 16 crypto sessions), wire/type (version, data type, PRF func), wire/short, wire/trailing,
 * wire/chain (payload missing, doubled or out of order), wire/value.
 */
export function parse(octets: Uint8Array, cap: number): Message | Fault {
  if (octets.length > cap) return refuse("wire/size", "message")
  const r = new Reader(octets)
  if (r.u8("HDR.version") !== version) r.fail("wire/type", "HDR.version")
  const type = r.u8("HDR.data type")
  const chain = chainOf(type)
  if (chain === undefined) return r.fault === undefined ? refuse("wire/type", "HDR.data type") : r.fault
  const next = r.u8("HDR.next payload")
  const header = decodeHeader(r, type)
  const draft = blank(octets, header)
  const last = r.fault === undefined ? walk(r, next, chain, (slot, start) => fill(draft, slot, r, start)) : payloadType.last
  if (r.fault === undefined) close(r, last, chain)
  return r.fault === undefined ? draft : r.fault
}

function decodeHeader(r: Reader, type: number): Header {
  const flags = r.u8("HDR.PRF func")
  if ((flags & 0x7f) !== prfFunc) r.fail("wire/type", "HDR.PRF func")
  const csbId = r.u32("HDR.CSB ID")
  const count = r.u8("HDR.#CS")
  const map = r.u8("HDR.CS ID map type")
  if ((map === mapType.Empty) === isCall(type)) r.fail("wire/value", "HDR.CS ID map type")
  return { dataType: type, vFlag: flags >> 7, prfFunc: flags & 0x7f, csbId, map: decodeMap(r, count, map) }
}

/** Types 22 to 25 set up crypto sessions; the others must not. */
function isCall(type: number): boolean {
  return type >= dataType.I_MESSAGE_1
}

function blank(octets: Uint8Array, header: Header): Draft {
  const none: Timestamp = { type: tsType.NTP_UTC, value: new Uint8Array(0) }
  return { octets, header, T: none, identities: [], SP: [], CERT: [], ibakeAt: 0, macAt: 0 }
}

function fill(m: Draft, slot: Slot, r: Reader, start: number): void {
  switch (slot.type) {
    case payloadType.T:
      m.T = timestampPayload.decode(r)
      if (isCall(m.header.dataType) && m.T.type !== tsType.NTP_UTC) r.fail("wire/value", "T.TS type")
      return
    case payloadType.RAND:
      m.RAND = randPayload.decode(r)
      return
    case payloadType.IDR:
      return identity(m, idrPayload.decode(r), r)
    case payloadType.SP:
      return policy(m, spPayload.decode(r), r)
    case payloadType.GeneralExt:
      m.extension = extensionPayload.decode(r)
      return
    case payloadType.IBAKE:
      m.ibakeAt = start + 3
      m.IBAKE = ibakePayload.decode(r).encrData
      return
    case payloadType.ESK:
      m.ESK = { encrData: eskPayload.decode(r).encrData, payload: r.octets.subarray(start, r.at) }
      return
    default:
      proof(m, slot, r, start)
  }
}

/** The payloads of the key request, and V. */
function proof(m: Draft, slot: Slot, r: Reader, start: number): void {
  switch (slot.type) {
    case payloadType.V:
      m.macAt = start + 2
      m.V = verificationPayload.decode(r)
      return
    case payloadType.SIGN:
      m.macAt = start + 2
      m.SIGN = signPayload.decode(r)
      return
    case payloadType.KEMAC:
      m.KEMAC = kemacPayload.decode(r)
      return
    case payloadType.ERR:
      m.ERR = errPayload.decode(r)
      return
    case payloadType.CERT:
      m.CERT.push(certPayload.decode(r))
      return
    case payloadType.CHASH:
      m.CHASH = chashPayload.decode(r)
      return
    case payloadType.PKE:
      m.PKE = pkePayload.decode(r)
  }
}

function identity(m: Draft, id: Idr, r: Reader): void {
  if (id.role === idRole.IDRi) {
    if (m.IDRi === undefined) m.IDRi = id
    m.identities.push(id)
  } else if (id.role === idRole.IDRr) m.IDRr = id
  else if (id.role === idRole.IDRkms) m.IDRkms = id
  else if (id.role === idRole.IDRkmsi) m.IDRkmsi = id
  else if (id.role === idRole.IDRkmsr) m.IDRkmsr = id
  else {
    // PROTOCOL section 6: a PSK is named by a byte string
    if (id.type !== idType.byteString) r.fail("wire/value", "IDR.ID Type")
    m.IDRpsk = id
  }
}

function policy(m: Draft, sp: SecurityPolicy, r: Reader): void {
  for (let i = 0; i < m.SP.length; i++) if (m.SP[i]!.no === sp.no) r.fail("wire/value", "SP.Policy no")
  m.SP.push(sp)
}

/** A message that was put together, with the places of what is filled in afterwards. */
export interface Built {
  readonly octets: Uint8Array
  /** Offset of each part's body, in the order of the parts. */
  readonly offsets: readonly number[]
  /** Offset of IBAKE's Encr data, as in Message. */
  readonly ibakeAt: number
  /** Offset of the ESK payload's first octet; 0 without ESK. Its Encr data stands 3 octets further. */
  readonly eskAt: number
  /** Offset of V's MAC or SIGN's signature, as in Message. */
  readonly macAt: number
}

/** Puts a message together; what is sealed or computed over the message goes in as zero octets of its length and is set in place afterwards. */
export function build(header: Header, parts: readonly Part[]): Built {
  const first = parts.length === 0 ? payloadType.last : parts[0]!.type
  const flags = u8((header.vFlag << 7) | header.prfFunc)
  const head = [u8(version), u8(header.dataType), u8(first), flags, u32(header.csbId), u8(header.map.sessions.length), u8(header.map.type), encodeMap(header.map)]
  const payloads = link(parts)
  const start = concat(head)
  const offsets: number[] = []
  let at = start.length
  let ibakeAt = 0
  let eskAt = 0
  let macAt = 0
  for (let i = 0; i < parts.length; i++) {
    const type = parts[i]!.type
    const body = at + payloads[2 * i]!.length
    if (type === payloadType.IBAKE) ibakeAt = body + 2
    if (type === payloadType.ESK) eskAt = at
    if (type === payloadType.V) macAt = body + 1
    if (type === payloadType.SIGN) macAt = body + 2
    offsets.push(body)
    at = body + parts[i]!.body.length
  }
  return { octets: concat([start, concat(payloads)]), offsets, ibakeAt, eskAt, macAt }
}
