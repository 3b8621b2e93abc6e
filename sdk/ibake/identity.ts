/** Identities, key periods and the UID: PROTOCOL section 1, 3GPP TS 33.180 F.2.1, NTP time of RFC 4330. */
import { ascii, concat, equal, number32, u16, u32 } from "../base/bytes.ts"
import { refuse, type Fault } from "../base/fault.ts"
import { text, utf8 } from "../base/utf8.ts"
import type { ParameterSet } from "../mikey/vendor.ts"
import type { Params, Suite, Sym } from "../suite.ts"

export type { ParameterSet } from "../mikey/vendor.ts"

/** An identity as it stands on the wire: ID type 1 (URI) or 0 (NAI) and 1 to 255 octets in normal form. */
export interface Identity {
  readonly type: number
  readonly data: Uint8Array
}

/** A KMS that is held: its parameter set with the suite it serves, parsed. */
export interface Kms {
  readonly set: ParameterSet
  readonly suite: Suite
  readonly par: Params
}

const NAI = 0
const URI = 1

/** An identity from text, normalised once at the API (RFC 3986 scheme and host in lower case), or Fault identity/form. */
export function identity(value: string, type: number): Identity | Fault {
  const data = utf8(normal(value, type))
  if (data === undefined || !fits(data, type)) return refuse("identity/form", "identity")
  return { type, data }
}

/** Whether octets from the wire are an identity in normal form; other forms are refused, never mended. */
export function isNormal(type: number, data: Uint8Array): boolean {
  if (!fits(data, type)) return false
  const value = text(data)
  return value !== undefined && normal(value, type) === value
}

function fits(data: Uint8Array, type: number): boolean {
  return (type === URI || type === NAI) && data.length >= 1 && data.length <= 255
}

/** Same octets; the type is judged apart. */
export function sameName(a: Identity, b: Identity): boolean {
  return equal(a.data, b.data)
}

/** Same type and octets. */
export function same(a: Identity, b: Identity): boolean {
  return a.type === b.type && equal(a.data, b.data)
}

/** The host of a normal identity, or empty where it has none. */
export function host(id: Identity): Uint8Array {
  const value = text(id.data)
  if (value === undefined) return new Uint8Array(0)
  const span = hostSpan(value, id.type)
  return utf8(value.substring(span.from, span.to))!
}

/** Whether an entry of a parameter set covers an identity: it equals it, or its host. */
export function covers(entry: Uint8Array, id: Identity): boolean {
  const of = host(id)
  return equal(entry, id.data) || (of.length > 0 && equal(entry, of))
}

function normal(value: string, type: number): string {
  const scheme = type === URI ? schemeEnd(value) : 0
  const span = hostSpan(value, type)
  if (span.from === span.to) return lower(value.substring(0, scheme)) + value.substring(scheme)
  return lower(value.substring(0, scheme)) + value.substring(scheme, span.from) + lower(value.substring(span.from, span.to)) + value.substring(span.to)
}

/** Where the scheme ends (its colon), or 0 when there is none: RFC 3986 section 3.1. */
function schemeEnd(value: string): number {
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i)
    if (c === 0x3a) return i
    const letter = (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a)
    const other = (c >= 0x30 && c <= 0x39) || c === 0x2b || c === 0x2d || c === 0x2e
    if (!letter && (i === 0 || !other)) return 0
  }
  return 0
}

interface Span {
  readonly from: number
  readonly to: number
}

function hostSpan(value: string, type: number): Span {
  if (type === NAI) {
    const at = value.lastIndexOf("@")
    return at < 0 ? { from: 0, to: 0 } : { from: at + 1, to: value.length }
  }
  const colon = schemeEnd(value)
  const scheme = lower(value.substring(0, colon))
  if (scheme === "tel") return { from: 0, to: 0 }
  const from = hostStart(value, colon, scheme)
  return from < 0 ? { from: 0, to: 0 } : { from, to: hostEnd(value, from) }
}

function hostStart(value: string, colon: number, scheme: string): number {
  let end = value.length
  for (let i = 0; i < value.length; i++) {
    const c = value.charAt(i)
    if (c === ";" || c === "?") {
      end = i
      break
    }
  }
  const at = value.substring(0, end).lastIndexOf("@")
  if (at >= 0) return at + 1
  if (colon === 0) return 0
  if (value.substring(colon, colon + 3) === "://") return colon + 3
  return scheme === "sip" || scheme === "sips" ? colon + 1 : -1
}

function hostEnd(value: string, from: number): number {
  // an IPv6 address stands in brackets and holds colons of its own
  let i = from
  if (value.charAt(i) === "[") while (i < value.length && value.charAt(i) !== "]") i++
  while (i < value.length) {
    const c = value.charAt(i)
    if (c === ":" || c === "/" || c === ";" || c === "?") break
    i++
  }
  return i
}

/** ASCII letters in lower case; `toLowerCase` would change others too. */
function lower(value: string): string {
  let out = ""
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i)
    out += c >= 0x41 && c <= 0x5a ? String.fromCharCode(c + 32) : value.charAt(i)
  }
  return out
}

/** Seconds from 1900-01-01 to 1970-01-01. */
const NTP_EPOCH = 2208988800

/** NTP-UTC timestamp of 8 octets for UTC seconds; the fraction is kept to a millisecond. */
export function ntp(utc: number): Uint8Array {
  const seconds = Math.floor(utc)
  const milliseconds = Math.floor((utc - seconds) * 1000)
  return concat([u32((seconds + NTP_EPOCH) % 4294967296), u32(Math.floor((milliseconds * 4294967296) / 1000))])
}

/** Seconds from 1900-01-01 of a timestamp: with its top bit clear it is of the era that begins in 2036 (RFC 4330). */
export function ntpSeconds(stamp: Uint8Array): number {
  const seconds = number32(stamp)
  return seconds < 0x80000000 ? seconds + 4294967296 : seconds
}

/** UTC seconds, with their fraction, of a timestamp. */
export function utcOf(stamp: Uint8Array): number {
  const fraction = number32(stamp.subarray(4))
  return ntpSeconds(stamp) - NTP_EPOCH + fraction / 4294967296
}

/** The key period of a moment in NTP seconds, or undefined before the offset. */
export function period(seconds: number, set: ParameterSet): number | undefined {
  if (seconds < set.periodOffset) return undefined
  return Math.floor((seconds - set.periodOffset) / set.periodLength)
}

/** First NTP second of a period. */
export function periodStart(number: number, set: ParameterSet): number {
  return set.periodOffset + number * set.periodLength
}

/** The 32-octet UID of an identity in a key period: TS 33.180 F.2.1 with `"MIKEY-IBAKE-UID"`. */
export function uid(sym: Sym, id: Identity, set: ParameterSet, number: number): Uint8Array {
  return uidAs(sym, "MIKEY-IBAKE-UID", [id.data, set.kmsUri, integer(set.periodLength), integer(set.periodOffset), integer(number)])
}

/** The UID hash under any first parameter: H(0x00 || P0 || L0 || ... || P5 || L5). */
export function uidAs(sym: Sym, P0: string, rest: readonly Uint8Array[]): Uint8Array {
  const first = ascii(P0)
  const parts = [new Uint8Array(1), first, u16(first.length)]
  for (let i = 0; i < rest.length; i++) parts.push(rest[i]!, u16(rest[i]!.length))
  return sym.sha256(concat(parts))
}

/** An integer in the fewest octets; 0 is one 00 octet. */
export function integer(value: number): Uint8Array {
  const out: number[] = []
  let left = value
  do {
    out.unshift(left % 256)
    left = Math.floor(left / 256)
  } while (left > 0)
  return new Uint8Array(out)
}
