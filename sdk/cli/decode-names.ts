/** Words for the numbers of the MIKEY wire, beyond those that this SDK takes: RFC 3830, 4563, 4567, 6043, 6267, 6509, 7714. */
import { text } from "../base/utf8.ts"
import { ntpSeconds, utcOf } from "../ibake/identity.ts"
import { curve, dataType, extType, idRole, payloadType, tsType } from "../mikey/numbers.ts"
import type { Telling } from "./decode-walk.ts"

/** Number to word. */
export type Names = { readonly [number: number]: string }

const inverse = (table: Readonly<Record<string, number>>): Names => Object.fromEntries(Object.entries(table).map(([name, value]) => [value, name]))

/** RFC 3830 table 6.1.a, RFC 6043 table 6.1, RFC 6267 table 2. */
export const dataTypes: Names = {
  0: "Pre-shared", 1: "PSK ver msg", 2: "Public key", 3: "PK ver msg", 4: "D-H init", 5: "D-H resp", 7: "DHHMAC init", 8: "DHHMAC resp", 9: "RSA-R I_MSG", 10: "RSA-R R_MSG",
  11: "REQUEST_INIT_PSK", 12: "REQUEST_INIT_PK", 13: "REQUEST_RESP", 14: "TRANSFER_INIT", 15: "TRANSFER_RESP", 16: "RESOLVE_INIT_PSK", 17: "RESOLVE_INIT_PK", 18: "RESOLVE_RESP",
  26: "SAKKE", ...inverse(dataType),
}

/** RFC 3830 table 6.1.b, RFC 6043 section 6.1, RFC 6267 table 3; as the fields are called in trees. */
export const payloads: Names = {
  3: "DH", 6: "ID", 13: "TR", 15: "RANDR", 16: "TP", 17: "TICKET", 26: "SAKKE", ...inverse(payloadType),
  0: "last payload", 20: "Key data", 21: "General Extension",
}

/** RFC 3830 table 6.1.c, RFC 6043 table 6.3. */
export const prfFuncs: Names = { 0: "MIKEY-1", 1: "PRF-HMAC-SHA-256" }
export const mapTypes: Names = { 0: "SRTP-ID", 1: "Empty map", 2: "GENERIC-ID" }
export const protTypes: Names = { 0: "SRTP" }
export const tsTypes: Names = { [tsType.NTP_UTC]: "NTP-UTC", 1: "NTP", [tsType.COUNTER]: "COUNTER", 3: "NTP-UTC-32" }
export const idTypes: Names = { 0: "NAI", 1: "URI", 2: "byte string" }
export const idRoles: Names = { 5: "IDRapp", ...inverse(idRole) }
export const extTypes: Names = { [extType.VendorId]: "Vendor ID", [extType.SdpIds]: "SDP IDs" }
export const encrAlgs: Names = { 0: "NULL", 1: "AES-CM-128", 2: "AES-KW-128", 3: "AES-CM-256" }
export const macAlgs: Names = { 0: "NULL", 1: "HMAC-SHA-1-160", 2: "HMAC-SHA-256-256" }
export const macOctets: { readonly [alg: number]: number } = { 0: 0, 1: 20, 2: 32 }
export const hashFuncs: Names = { 0: "SHA-1", 1: "MD5", 2: "SHA-256" }
export const hashOctets: { readonly [func: number]: number } = { 0: 20, 1: 16, 2: 32 }
export const signTypes: Names = { 0: "RSA/PKCS#1/1.5", 1: "RSA/PSS" }
export const certTypes: Names = { 0: "X.509v3", 1: "X.509v3 URL", 2: "X.509v3 Sign", 3: "X.509v3 Encr" }
export const cacheTypes: Names = { 0: "no cache", 1: "cache", 2: "cache for CSB" }
export const keyTypes: Names = { 0: "TGK", 1: "TGK+SALT", 2: "TEK", 3: "TEK+SALT", 4: "GTGK", 5: "GTGK+SALT", 6: "MPK", 7: "K_PR, an IBE private key" }
export const kvTypes: Names = { 0: "Null", 1: "SPI", 2: "Interval" }
export const curves: Names = { [curve.P256]: "P-256", [curve.P384]: "P-384", [curve.X25519]: "X25519 (private use)" }
export const suites: Names = { 1: "BF over BLS12-381", 2: "BF over a type-1 curve, RFC 5091", 3: "SAKKE, RFC 6508" }

/** RFC 3830 table 6.12, RFC 6043. */
export const errorNos: Names = {
  0: "Auth failure", 1: "Invalid TS", 2: "Invalid PRF", 3: "Invalid MAC", 4: "Invalid EA", 5: "Invalid HA", 6: "Invalid DH", 7: "Invalid ID", 8: "Invalid Cert",
  9: "Invalid SP", 10: "Invalid SPpar", 11: "Invalid DT", 12: "Unspecified error", 14: "Invalid TICKET", 15: "Invalid TPpar",
}

const offOn: Names = { 0: "off", 1: "on" }

/** SRTP parameters of an SP payload, RFC 3830 section 6.10.1 and RFC 7714 section 15.1. */
export const srtpParameters: { readonly [type: number]: { readonly name: string; readonly values?: Names; readonly unit?: string } } = {
  0: { name: "Encryption algorithm", values: { 0: "NULL", 1: "AES-CM", 2: "AES-F8", 6: "AES-GCM" } },
  1: { name: "Session Encr. key length", unit: "octets" },
  2: { name: "Authentication algorithm", values: { 0: "NULL", 1: "HMAC-SHA-1" } },
  3: { name: "Session Auth. key length", unit: "octets" },
  4: { name: "Session Salt key length", unit: "octets" },
  5: { name: "SRTP PRF", values: { 0: "AES-CM" } },
  6: { name: "Key derivation rate" },
  7: { name: "SRTP encryption", values: offOn },
  8: { name: "SRTCP encryption", values: offOn },
  9: { name: "Sender's FEC order", values: { 0: "FEC before SRTP" } },
  10: { name: "SRTP authentication", values: offOn },
  11: { name: "Authentication tag length", unit: "octets" },
  12: { name: "SRTP prefix length", unit: "octets" },
  20: { name: "AEAD authentication tag length", unit: "octets" },
}

/** Tells a number by its name; one without a name is wrong. */
export function named(names: Names): (value: number) => Telling {
  return (value) => {
    if (names[value] !== undefined) return { meaning: names[value] }
    return { meaning: "unknown", wrong: `expected ${ranges(Object.keys(names).map(Number))}, came ${value}` }
  }
}

/** Ascending numbers in words: `0 to 17, 20 to 26`. */
function ranges(numbers: readonly number[]): string {
  const starts = numbers.filter((n) => !numbers.includes(n - 1))
  const ends = numbers.filter((n) => !numbers.includes(n + 1))
  return starts.map((from, i) => (from === ends[i] ? `${from}` : `${from} to ${ends[i]}`)).join(", ")
}

/** Tells text, where the octets are any. */
export function worded(octets: Uint8Array): Telling {
  const value = text(octets)
  const shown = value !== undefined && !/[\u0000-\u001f\u007f-\u009f]/.test(value)
  return shown ? { value } : { meaning: "no text" }
}

/** Tells an NTP-UTC timestamp of 8 octets. */
export function clock(octets: Uint8Array): Telling {
  return { meaning: iso(utcOf(octets)) }
}

/** Tells seconds from 1900-01-01 of 4 octets. */
export function seconds(octets: Uint8Array): Telling {
  return { value: ntpSeconds(octets) % 4294967296, meaning: iso(ntpSeconds(octets) - 2208988800) }
}

function iso(utc: number): string {
  return new Date(utc * 1000).toISOString()
}
