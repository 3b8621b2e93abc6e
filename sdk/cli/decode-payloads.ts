/** Payloads for `ibake decode`, in the order of their octets: RFC 3830 section 6, RFC 6043 section 6, RFC 6267 section 6.1. Tolerant: what is wrong is noted and read on. */
import { X509Certificate } from "node:crypto"
import { payloadType } from "../mikey/numbers.ts"
import * as names from "./decode-names.ts"
import { named, worded } from "./decode-names.ts"
import { extension } from "./decode-vendor.ts"
import { count, unsigned, type Telling, type Walk } from "./decode-walk.ts"

interface Payload {
  readonly section: string
  /** Reads what stands behind the Next payload octet; answers a better name than the payload's, if there is one. */
  read(w: Walk): string | void
}

/** Payloads of a message and of what is sealed in it, by type. */
const payloads: { readonly [type: number]: Payload } = {
  [payloadType.KEMAC]: { section: "RFC 3830 6.2", read: kemac },
  [payloadType.PKE]: { section: "RFC 3830 6.3", read: (w) => flagged(w, "C", names.cacheTypes, 14, "Data") },
  [payloadType.SIGN]: { section: "RFC 3830 6.5", read: (w) => flagged(w, "S type", names.signTypes, 12, "Signature") },
  [payloadType.T]: { section: "RFC 3830 6.6", read: timestamp },
  6: { section: "RFC 3830 6.7", read: (w) => (w.number("ID Type", 1, named(names.idTypes)), sized(w, "ID", "ID Data", worded)) },
  [payloadType.CERT]: { section: "RFC 3830 6.7", read: (w) => (w.number("Cert Type", 1, named(names.certTypes)), sized(w, "Cert", "Certificate Data", certificate)) },
  [payloadType.CHASH]: { section: "RFC 3830 6.8", read: (w) => void w.take("Hash", names.hashOctets[w.number("Hash func", 1, named(names.hashFuncs))] ?? 0) },
  [payloadType.V]: { section: "RFC 3830 6.9", read: (w) => void w.take("Ver data", names.macOctets[w.number("Auth alg", 1, named(names.macAlgs))] ?? 0) },
  [payloadType.SP]: { section: "RFC 3830 6.10", read: policy },
  [payloadType.RAND]: { section: "RFC 3830 6.11", read: (w) => void w.take("RAND", w.number("len", 1, between(16, 64))) },
  [payloadType.ERR]: { section: "RFC 3830 6.12", read: (w) => (w.number("Error no", 1, named(names.errorNos)), void w.take("Reserved", 2)) },
  [payloadType.IDR]: { section: "RFC 6043 6.6", read: identity },
  [payloadType.KeyData]: { section: "RFC 3830 6.13, RFC 6267 6.1.3", read: keyData },
  [payloadType.GeneralExt]: { section: "RFC 3830 6.15", read: extension },
  [payloadType.IBAKE]: { section: "RFC 6267 6.1.1", read: sealed },
  [payloadType.ESK]: { section: "RFC 6267 6.1.2", read: sealed },
  [payloadType.SK]: { section: "RFC 6267 6.1.5", read: secretKey },
  [payloadType.ECCPT]: { section: "RFC 6267 6.1.4", read: point },
}

/** Reads a chain of payloads, the first of type `first`, to the end of the walk. */
export function readChain(w: Walk, first: number): void {
  let next = first
  while (next !== payloadType.last && !w.ended) {
    const payload = payloads[next]
    const name = names.payloads[next] ?? `payload ${next}`
    if (payload === undefined) return w.leftOver(`expected a payload that is known, ${name} is not`, `${name} and what follows`)
    if (w.left() === 0) return w.missing(name, `expected the payload ${name} that Next payload names, the end came`)
    next = readPayload(w, next, name, payload)
  }
  if (!w.ended) w.leftOver("expected the end after the last payload", "octets after the last payload")
}

function readPayload(w: Walk, type: number, name: string, payload: Payload): number {
  let next: number = payloadType.last
  w.group(name, payload.section, () => {
    // SIGN is always last and has no such octet
    if (type !== payloadType.SIGN) next = nextPayload(w)
    return payload.read(w)
  })
  return next
}

/** A Next payload octet. */
export function nextPayload(w: Walk): number {
  return w.number("Next payload", 1, named(names.payloads))
}

/** A length of two octets and so much data. */
function sized(w: Walk, length: string, data: string, tell?: (octets: Uint8Array) => Telling): void {
  w.take(data, w.number(`${length} len`, 2, fits(w)), tell)
}

/** Whose certificate it is, and whose word that is; nothing of it is verified here. */
function certificate(octets: Uint8Array): Telling {
  try {
    const { subject, issuer, validTo } = new X509Certificate(octets)
    // Node escapes control characters in names
    const line = (name: string | undefined): string => (name ?? "").split("\n").reverse().join(", ")
    return { value: line(subject), meaning: `issued by ${line(issuer)}, until ${validTo}; not verified` }
  } catch {
    return { meaning: "no X.509 certificate" }
  }
}

/** A length that more octets must follow than there are is noted where it stands too. */
function fits(w: Walk): (length: number) => Telling {
  return (length) => (length > w.left() ? { wrong: `expected at most ${w.left()}, the octets that follow, came ${length}` } : {})
}

function between(from: number, to: number): (value: number) => Telling {
  return (value) => (value < from || value > to ? { wrong: `expected ${from} to ${to}, came ${value}` } : {})
}

/** A few bits with a meaning in front of a length, then the data. */
function flagged(w: Walk, flag: string, words: names.Names, bits: number, data: string): void {
  const word = w.number(`${flag}, ${data} len`, 2, (value) => {
    const told = named(words)(value >> bits)
    return { ...told, meaning: `${flag} ${told.meaning}, ${count(value % 2 ** bits)}` }
  })
  w.take(data, word % 2 ** bits)
}

function timestamp(w: Walk): void {
  const type = w.number("TS type", 1, named(names.tsTypes))
  if (type === 2) w.number("TS value", 4)
  else if (type === 3) w.take("TS value", 4, names.seconds)
  else w.take("TS value", 8, names.clock)
}

function identity(w: Walk): string | void {
  const role = w.number("ID Role", 1, named(names.idRoles))
  w.number("ID Type", 1, named(names.idTypes))
  sized(w, "ID", "ID Data", worded)
  return names.idRoles[role]
}

function kemac(w: Walk): void {
  w.number("Encr alg", 1, named(names.encrAlgs))
  sized(w, "Encr data", "Encr data")
  const mac = names.macOctets[w.number("Mac alg", 1, named(names.macAlgs))] ?? 0
  if (mac > 0) w.take("MAC", mac)
}

function policy(w: Walk): void {
  w.number("Policy no", 1)
  w.number("Prot type", 1, named(names.protTypes))
  const length = w.number("Policy param length", 2, fits(w))
  w.group("Policy param", "RFC 3830 6.10.1, RFC 7714 15.1", () => {
    while (w.left() > 0) parameter(w)
  }, length)
}

/** Type, Length and Value in one leaf: no reader asks for less. */
function parameter(w: Walk): void {
  const type = w.octets[w.at]!
  const known = names.srtpParameters[type]
  const length = w.octets[w.at + 1]
  const room = w.left()
  w.take(known?.name ?? `parameter ${type}`, 2 + (length ?? 0), (octets) => {
    const value = unsigned(octets.subarray(2))
    if (known === undefined) return { value, meaning: "unknown" }
    return { value, ...(known.values === undefined ? { meaning: known.unit } : named(known.values)(value)), ...(room < 3 ? { wrong: "expected a value" } : {}) }
  })
}

const enc: { readonly [suite: number]: (octets: Uint8Array) => number } = {
  1: () => 48 + 32,
  // RFC 5091 BFCiphertextBlock: a DER SEQUENCE tells its length in two octets
  2: (o) => (o[0] === 0x30 && o[1] === 0x82 ? 4 + (o[2] ?? 0) * 256 + (o[3] ?? 0) : 0),
  3: () => 257 + 16,
}

/** The sealed box: suite, encapsulation, ciphertext, tag. What is in it a key may open. */
function sealed(w: Walk): void {
  const length = w.number("Encr data len", 2, fits(w))
  w.group("Encr data", "PROTOCOL 3", () => {
    const suite = w.number("suite", 1, named(names.suites))
    const octets = enc[suite]?.(w.octets.subarray(w.at)) ?? 0
    if (suite === 1) w.group("enc", undefined, () => (w.take("U", 48), void w.take("V", 32)))
    else if (suite === 3) w.group("enc", "RFC 6508 6.2.1", () => (w.take("R", 257), void w.take("H", 16)))
    else if (octets > 0) w.take("enc", octets)
    if (octets > 0) w.take("ciphertext", Math.max(0, w.left() - 16))
    w.take(octets > 0 ? "tag" : "unread", octets > 0 ? 16 : w.left())
  }, length)
}

function secretKey(w: Walk): void {
  w.number("Type, KV", 1, (value) => ({ meaning: `type ${value >> 4}${value >> 4 === 1 ? " (SK)" : ""}, KV ${names.kvTypes[value & 15] ?? "unknown"}` }))
  w.secret("Key data", w.number("Key data len", 2, fits(w)), "SK, the TGK of a deferred delivery")
}

function keyData(w: Walk): void {
  const flags = w.number("Type, KV", 1, (value) => ({ meaning: `type ${names.keyTypes[value >> 4] ?? "unknown"}, KV ${names.kvTypes[value & 15] ?? "unknown"}` }))
  w.secret("Key data", w.number("Key data len", 2, fits(w)), "private key")
  const salted = [1, 3, 5].includes(flags >> 4)
  if (salted) w.secret("Salt data", w.number("Salt len", 2, fits(w)), "salt")
  validity(w, flags & 15)
}

/** KV data, RFC 3830 section 6.14. */
function validity(w: Walk, kv: number): void {
  if (kv === 1) w.take("SPI", w.number("SPI Length", 1))
  if (kv !== 2) return
  const from = w.number("VF Length", 1)
  w.take("Valid From", from, from === 4 ? names.seconds : undefined)
  const to = w.number("VT Length", 1)
  w.take("Valid To", to, to === 4 ? names.seconds : undefined)
}

const pointOctets: { readonly [curve: number]: number } = { 8: 65, 11: 97, 240: 32 }

function point(w: Walk): void {
  const curve = w.number("ECC Curve", 1, named(names.curves))
  const octets = pointOctets[curve]
  if (octets === undefined) return
  w.take("ECC Point", octets)
  // Next payload, ECC Curve and point fill a multiple of four
  const padding = (4 - ((2 + octets) % 4)) % 4
  if (padding > 0) w.take("padding", padding, (o) => (unsigned(o) === 0 ? {} : { wrong: `expected zeros, came ${unsigned(o)}` }))
  w.number("Auth alg", 1)
  w.number("TGK len", 2)
  const kv = w.number("Reserved, KV", 1, (value) => ({ meaning: `KV ${names.kvTypes[value & 15] ?? "unknown"}` }))
  validity(w, kv & 15)
}
