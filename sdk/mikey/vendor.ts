/** Our Vendor ID extensions, PROTOCOL section 6: `"ibake"`, a kind octet, then the fields. They stand in the data of a General Extension of type 0. */
import { ascii, concat, u32, u8 } from "../base/bytes.ts"
import { Reader } from "../base/cursor.ts"
import type { Fault } from "../base/fault.ts"
import { extType } from "./numbers.ts"
import { len16, type Extension } from "./payload.ts"

/** Key periods that a request asks for: `count`, 1 to 16, from period number `first` under the KMS's length and offset. */
export interface Periods {
  readonly first: number
  readonly count: number
}

/** What a KMS publishes of itself; the first set comes by enrolment, later ones in notices. */
export interface ParameterSet {
  readonly suite: number
  readonly version: number
  /** Key period: length and offset in seconds from 1900-01-01. */
  readonly periodLength: number
  readonly periodOffset: number
  /** KMS URI in normal form. */
  readonly kmsUri: Uint8Array
  /** Hosts and whole identities that this KMS speaks for, in normal form. */
  readonly hosts: readonly Uint8Array[]
  readonly publicParameter: Uint8Array
}

/** The notice of a response: the KMS's time and parameter sets, its own first. */
export interface Notice {
  /** NTP-UTC, 8 octets. */
  readonly time: Uint8Array
  readonly sets: readonly ParameterSet[]
}

const PERIODS = 1
const NOTICE = 2
const LAST_T = 3

/** Extension of a request: `"ibake" 0x01 first(u32) count(u8)`. */
export function encodePeriods(p: Periods): Extension {
  if (p.count < 1 || p.count > 16) throw new Error(`periods: expected a count of 1 to 16, got ${p.count}`)
  return ours(PERIODS, concat([u32(p.first), u8(p.count)]))
}

/** Periods of an extension. Faults: wire/value (another extension, count 0 or above 16), wire/short, wire/trailing. */
export function decodePeriods(extension: Extension): Periods | Fault {
  const r = open(extension, PERIODS, "periods")
  const first = r.u32("periods.first")
  const count = r.u8("periods.count")
  if (count < 1 || count > 16) r.fail("wire/value", "periods.count")
  const fault = ended(r, "periods")
  return fault === undefined ? { first, count } : fault
}

/** Extension of an Invalid TS error: `"ibake" 0x03 lastT(u64)`, 8 octets, zero when the KMS holds none. */
export function encodeLastT(lastT: Uint8Array): Extension {
  if (lastT.length !== 8) throw new Error(`lastT: expected 8 octets, got ${lastT.length}`)
  return ours(LAST_T, lastT)
}

/** lastT of an extension, a view of 8 octets. Faults: wire/value, wire/short, wire/trailing. */
export function decodeLastT(extension: Extension): Uint8Array | Fault {
  const r = open(extension, LAST_T, "lastT")
  const lastT = r.take(8, "lastT.lastT")
  const fault = ended(r, "lastT")
  return fault === undefined ? lastT : fault
}

/** Extension of a response: `"ibake" 0x02 time(u64) count(u8) set...`. */
export function encodeNotice(notice: Notice): Extension {
  if (notice.time.length !== 8) throw new Error(`notice: expected a time of 8 octets, got ${notice.time.length}`)
  const parts = [notice.time, len8(notice.sets.length, "parameter sets")]
  for (let i = 0; i < notice.sets.length; i++) parts.push(encodeSet(notice.sets[i]!))
  return ours(NOTICE, concat(parts))
}

/**
 * Notice of an extension, with views into it. A set that does not parse makes the notice not parse; whether a set is believed is the keyring's to judge.
 * Faults: wire/value (another extension, no set, an empty name, period length 0), wire/short, wire/trailing.
 */
export function decodeNotice(extension: Extension): Notice | Fault {
  const r = open(extension, NOTICE, "notice")
  const time = r.take(8, "notice.time")
  const count = r.u8("notice.count")
  if (count === 0) r.fail("wire/value", "notice.count")
  const sets: ParameterSet[] = []
  for (let i = 0; i < count && r.fault === undefined; i++) sets.push(decodeSet(r))
  const fault = ended(r, "notice")
  return fault === undefined ? { time, sets } : fault
}

/** One set: `suite(u8) version(u32) length(u32) offset(u32) len8 KMS-URI n(u8) (len8 host-or-identity)... len16 public-parameter`. */
export function encodeSet(set: ParameterSet): Uint8Array {
  const parts = [u8(set.suite), u32(set.version), u32(set.periodLength), u32(set.periodOffset)]
  parts.push(len8(set.kmsUri.length, "KMS URI"), set.kmsUri, len8(set.hosts.length, "hosts"))
  for (let i = 0; i < set.hosts.length; i++) parts.push(len8(set.hosts[i]!.length, "host"), set.hosts[i]!)
  parts.push(len16(set.publicParameter, 65535, "public parameter"), set.publicParameter)
  return concat(parts)
}

/** Reads one set; what does not parse is noted in the reader. */
export function decodeSet(r: Reader): ParameterSet {
  const suite = r.u8("set.suite")
  const version = r.u32("set.version")
  const periodLength = r.u32("set.length")
  // a period of no seconds would divide by zero
  if (periodLength === 0) r.fail("wire/value", "set.length")
  const periodOffset = r.u32("set.offset")
  const kmsUri = name(r, "set.KMS-URI")
  const n = r.u8("set.n")
  const hosts: Uint8Array[] = []
  for (let i = 0; i < n && r.fault === undefined; i++) hosts.push(name(r, "set.host"))
  const publicParameter = r.take(r.u16("set.public-parameter"), "set.public-parameter")
  return { suite, version, periodLength, periodOffset, kmsUri, hosts, publicParameter }
}

function name(r: Reader, place: string): Uint8Array {
  const octets = r.take(r.u8(place), place)
  if (octets.length === 0) r.fail("wire/value", place)
  return octets
}

function len8(length: number, field: string): Uint8Array {
  if (length > 255) throw new Error(`${field}: expected at most 255, got ${length}`)
  return u8(length)
}

function ours(kind: number, fields: Uint8Array): Extension {
  return { type: extType.VendorId, data: concat([ascii("ibake"), u8(kind), fields]) }
}

function open(extension: Extension, kind: number, place: string): Reader {
  const r = new Reader(extension.data)
  const vendor = concat([ascii("ibake"), u8(kind)])
  if (extension.type !== extType.VendorId) r.fail("wire/value", place + ".Type")
  for (let i = 0; i < vendor.length; i++) if (r.u8(place + ".Vendor ID") !== vendor[i]) r.fail("wire/value", place + ".Vendor ID")
  return r
}

function ended(r: Reader, place: string): Fault | undefined {
  if (r.fault === undefined && r.at < r.octets.length) r.fail("wire/trailing", place)
  return r.fault
}
