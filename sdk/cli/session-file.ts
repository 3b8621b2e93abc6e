/** FILE of `ibake session`: one JSON object for each role, `session-help.ts` shows them. What is wrong with it is one line that names the field. */
import type { Identity, ParameterSet } from "../ibake/identity.ts"
import type { Fill, Stream } from "../ibake/offer.ts"
import type { NewKey } from "../keys/keyring.ts"
import type { Periods } from "../mikey/vendor.ts"
import { tsType } from "../mikey/numbers.ts"
import type { Timestamp } from "../mikey/payload.ts"
import { srtpSizes, type SrtpCipher } from "../srtp/policy.ts"
import { p256 } from "../group/p256-noble.ts"
import { p384 } from "../group/p384-noble.ts"
import { x25519 } from "../group/x25519-noble.ts"
import type { DhGroup } from "../suite.ts"
import { Fields, identityOf, octetsOf, parameterSetOf } from "./fields.ts"

/** What every role may have: its own set first, and the randomness in the order in which it is drawn. */
export interface CommonFile {
  readonly parameters: readonly ParameterSet[]
  readonly randomness?: readonly Uint8Array[]
}

/** What both ends of a call have. */
export interface CallFile extends CommonFile {
  /** NTP-UTC, 8 octets: the time of this end. */
  readonly T?: Uint8Array
  readonly privateKeys: readonly NewKey[]
  readonly offers?: readonly SrtpCipher[]
  /** Groups for ECCPT, best first. */
  readonly curves?: readonly DhGroup[]
  /** Suite octets that it knows. */
  readonly suites?: readonly number[]
}

/** FILE of an Initiator. */
export interface InitiatorFile extends CallFile {
  readonly me: Identity
  readonly peer: Identity
  readonly streams: readonly Stream[]
  readonly map?: "SRTP-ID"
  readonly kms?: "named"
  readonly retarget: readonly Identity[]
  /** For whom content may be left under an ESK. */
  readonly deferred?: readonly Identity[]
  /** SDP IDs, RFC 4567 section 4.1.4. */
  readonly protocols?: string
  /** MKI of the call that gets new keys. */
  readonly rekeys?: Uint8Array
}

/** FILE of a Responder. */
export interface ResponderFile extends CallFile {
  readonly me: readonly Identity[]
  readonly shared: readonly Identity[]
  /** Whose calls are answered unread. */
  readonly unread?: readonly Identity[]
  readonly mailbox?: true
  readonly fill?: readonly Fill[]
}

/** FILE of one for whom content was left. */
export interface DeferredFile extends CallFile {
  readonly me: readonly Identity[]
}

/** FILE of a device that asks for keys. */
export interface RequestFile extends CommonFile {
  readonly identities: readonly Identity[]
  readonly pskId: Uint8Array
  readonly psk: Uint8Array
  readonly T?: Timestamp
  readonly periods?: Periods
}

/** A device that a KMS knows. */
export interface SubscriberFields {
  readonly pskId: Uint8Array
  readonly psk: Uint8Array
  readonly identities: readonly Identity[]
  readonly revoked: boolean
  readonly transferOctets: number
}

/** FILE of a KMS. */
export interface IssueFile {
  /** UTC seconds. */
  readonly now?: number
  readonly master: Uint8Array
  readonly parameters: readonly ParameterSet[]
  readonly subscribers: readonly SubscriberFields[]
  readonly skewSeconds: number
  readonly horizonPeriods: number
}

/** Reads FILE of an Initiator. */
export function initiatorFile(value: unknown): InitiatorFile {
  const f = new Fields(value, "")
  const me = f.identity("me")
  const peer = f.identity("peer")
  const map = f.has("map") ? f.word("map", ["SRTP-ID"]) : undefined
  const streams = f.has("streams") ? f.list("streams", 1, streamOf) : twoWays
  if (streams.length > 16) throw new Error("streams: expected at most 16")
  streams.forEach((stream, i) => {
    if (map === "SRTP-ID" && stream.csId !== i + 1) throw new Error(`streams[${i}].csId: expected ${i + 1} in an SRTP-ID map`)
    if (streams.findIndex((other) => other.csId === stream.csId) !== i) throw new Error(`streams[${i}].csId: expected a number that no stream before it has`)
  })
  const kms = f.has("kms") ? f.word("kms", ["named"]) : undefined
  const retarget = f.has("retarget") ? f.list("retarget", 0, identityOf) : []
  const deferred = f.has("deferred") ? f.list("deferred", 0, identityOf) : undefined
  const protocols = f.has("protocols") ? f.text("protocols") : undefined
  const rekeys = f.has("rekeys") ? shortOctets(f, "rekeys") : undefined
  const file: InitiatorFile = { ...callFields(f), me, peer, streams, map, kms, retarget, deferred, protocols, rekeys }
  f.close()
  return file
}

/** Reads FILE of a Responder. */
export function responderFile(value: unknown): ResponderFile {
  const f = new Fields(value, "")
  const me = f.list("me", 1, identityOf)
  const shared = f.has("shared") ? f.list("shared", 0, identityOf) : []
  const unread = f.has("unread") ? f.list("unread", 0, identityOf) : undefined
  const mailbox = f.flag("mailbox") ? (true as const) : undefined
  const fill = f.has("fill") ? f.list("fill", 0, fillOf) : undefined
  const file: ResponderFile = { ...callFields(f), me, shared, unread, mailbox, fill }
  f.close()
  return file
}

/** Reads FILE of one for whom content was left. */
export function deferredFile(value: unknown): DeferredFile {
  const f = new Fields(value, "")
  const me = f.list("me", 1, identityOf)
  const file = { ...callFields(f), me }
  f.close()
  return file
}

/** Reads FILE of a device that asks for keys. */
export function requestFile(value: unknown): RequestFile {
  const f = new Fields(value, "")
  const file: RequestFile = {
    ...common(f),
    identities: f.list("identities", 1, identityOf),
    pskId: shortOctets(f, "pskId"),
    psk: f.hex("psk", 32),
    T: f.has("T") ? { type: tsType.NTP_UTC, value: f.hex("T", 8) } : f.has("counter") ? { type: tsType.COUNTER, value: f.hex("counter", 4) } : undefined,
    periods: f.has("periods") ? periodsOf(f.object("periods")) : undefined,
  }
  f.close()
  return file
}

/** Reads FILE of a KMS. */
export function issueFile(value: unknown): IssueFile {
  const f = new Fields(value, "")
  const file: IssueFile = {
    now: f.has("now") ? f.seconds("now") : undefined,
    master: f.hex("master"),
    parameters: f.list("parameters", 1, parameterSetOf),
    subscribers: f.list("subscribers", 1, subscriberOf),
    skewSeconds: f.has("skewSeconds") ? f.whole("skewSeconds", 1, 86400) : 300,
    horizonPeriods: f.has("horizonPeriods") ? f.whole("horizonPeriods", 0, 10000) : 31,
  }
  f.close()
  return file
}

const twoWays: readonly Stream[] = [
  { csId: 1, from: "initiator" },
  { csId: 2, from: "responder" },
]

function common(f: Fields): CommonFile {
  return { parameters: f.list("parameters", 1, parameterSetOf), randomness: f.has("randomness") ? f.list("randomness", 0, (value, at) => octetsOf(value, at)) : undefined }
}

function callFields(f: Fields): CallFile {
  return {
    ...common(f),
    T: f.has("T") ? f.hex("T", 8) : undefined,
    privateKeys: f.list("privateKeys", 1, privateKeyOf),
    offers: f.has("offers") ? f.list("offers", 1, cipherOf) : undefined,
    curves: f.has("curves") ? f.list("curves", 1, curveOf) : undefined,
    suites: f.has("suites") ? f.list("suites", 1, suiteOf) : undefined,
  }
}

function curveOf(value: unknown, at: string): DhGroup {
  const found = [{ name: "P-256", group: p256 }, { name: "P-384", group: p384 }, { name: "X25519", group: x25519 }].find((curve) => curve.name === value)
  if (found === undefined) throw new Error(`${at}: expected P-256, P-384 or X25519`)
  return found.group
}

function suiteOf(value: unknown, at: string): number {
  if (value !== 1 && value !== 2 && value !== 3) throw new Error(`${at}: expected 1, 2 or 3`)
  return value
}

function fillOf(value: unknown, at: string): Fill {
  const f = new Fields(value, at)
  const fill = { ssrc: f.whole("ssrc", 1, 4294967295), roc: f.has("roc") ? f.whole("roc", 0, 4294967295) : undefined, seq: f.has("seq") ? f.whole("seq", 0, 65535) : undefined }
  f.close()
  return fill
}

function privateKeyOf(value: unknown, at: string): NewKey {
  const f = new Fields(value, at)
  const key = { identity: f.identity("identity"), period: f.whole("period", 0, 4294967295), key: f.hex("key") }
  f.close()
  return key
}

function cipherOf(value: unknown, at: string): SrtpCipher {
  try {
    srtpSizes(value as SrtpCipher)
    return value as SrtpCipher
  } catch {
    throw new Error(`${at}: expected AEAD_AES_128_GCM, AEAD_AES_256_GCM, AES_CM_128_HMAC_SHA1_80 or AES_256_CM_HMAC_SHA1_80`)
  }
}

function streamOf(value: unknown, at: string): Stream {
  const f = new Fields(value, at)
  const optional = (name: string, to: number, from: number = 0): number | undefined => (f.has(name) ? f.whole(name, from, to) : undefined)
  const csId = f.whole("csId", 0, 255)
  const from = f.word("from", ["initiator", "responder"])
  const stream = { csId, from, ssrc: optional("ssrc", 4294967295, 1), roc: optional("roc", 4294967295), seq: optional("seq", 65535) }
  f.close()
  return stream
}

function subscriberOf(value: unknown, at: string): SubscriberFields {
  const f = new Fields(value, at)
  const subscriber = {
    pskId: shortOctets(f, "pskId"),
    psk: f.hex("psk", 32),
    identities: f.list("identities", 1, identityOf),
    revoked: f.flag("revoked"),
    transferOctets: f.has("transferOctets") ? f.whole("transferOctets", 512, 65535) : 16384,
  }
  f.close()
  return subscriber
}

function periodsOf(f: Fields): Periods {
  const periods = { first: f.whole("first", 0, 4294967295), count: f.whole("count", 1, 16) }
  f.close()
  return periods
}

function shortOctets(f: Fields, name: string): Uint8Array {
  const octets = f.hex(name)
  if (octets.length < 1 || octets.length > 255) throw new Error(`${name}: expected 1 to 255 octets in hex`)
  return octets
}
