/** The KMS's side of the key request, sans-IO: request octets in, response octets out. RFC 6267 section 4.2.1, PROTOCOL section 6. */
import { copy, equal, wipe } from "../base/bytes.ts"
import { isFault, type Fault, type FaultCode } from "../base/fault.ts"
import { done, map, sequence, type Job } from "../base/job.ts"
import type { IbeMaster } from "../ibe/ibe.ts"
import { idr } from "../ibake/exchange.ts"
import { ntp, ntpSeconds, period, periodStart, uid, utcOf, type Identity } from "../ibake/identity.ts"
import { withV, type RequestTools } from "../ibake/keyrequest.ts"
import { kemacCipher, wipeRequestKeys, type RequestKeys } from "../ibake/keys.ts"
import { buildChain, type Message, type Part } from "../mikey/message.ts"
import { dataType, encrAlg, errorNo, idRole, idType, macAlg, tsType } from "../mikey/numbers.ts"
import { errPayload, extensionPayload, idrPayload, kemacPayload, part, timestampPayload } from "../mikey/payload.ts"
import { keyDataPayload } from "../mikey/subpayload.ts"
import { decodePeriods, encodeLastT, encodeNotice } from "../mikey/vendor.ts"
import type { Certifier } from "./certifier.ts"
import { openRequest, readRequest, senderOf } from "./opening.ts"
import type { Decision, EnvelopeUse, IssuedKey, Issuer, Kms, Peeked, Record_, Subscriber } from "./types.ts"

/** The keys that T and H of a request are compared under: COUNTER is padded with zeros in front. */
const STAMP_OCTETS = 8

/** A request whose V or SIGN verifies, with what answers it. */
interface Verified {
  readonly m: Message
  readonly keys: RequestKeys
  readonly subscriber: Subscriber
  readonly record: Record_ | undefined
  readonly hash: Uint8Array
  readonly stamp: Uint8Array
  /** H of the envelope of a request by certificate, and whether it was answered before. */
  readonly envelope: Uint8Array | undefined
  readonly envelopeUse: EnvelopeUse | undefined
  readonly utc: number
  readonly kms: Kms
}

/** The core under an algorithm set; `masters` holds the master side of each suite that this KMS may serve, and without a certifier no request by certificate is answered. */
export function issuer(tools: RequestTools, masters: readonly IbeMaster[], certifier?: Certifier): Issuer {
  return {
    peek(request: Uint8Array): Peeked | Fault {
      const m = readRequest(request, certifier)
      if (isFault(m)) return m
      const sender = senderOf(m, certifier)
      return isFault(sender) ? sender : { pskId: copy(sender), tsType: m.T.type, ...envelopeOf(tools, m) }
    },
    decide(request: Uint8Array, subscriber: Subscriber, record: Record_ | undefined, utc: number, kms: Kms, envelopeUse?: EnvelopeUse): Job<Decision | Fault> {
      const m = readRequest(copy(request), certifier)
      if (isFault(m)) return done<Decision | Fault>(m)
      const keys = openRequest(tools, certifier, m, subscriber, utc, kms)
      if (isFault(keys)) return done<Decision | Fault>(keys)
      const { envelope } = envelopeOf(tools, m)
      const v: Verified = { m, keys, subscriber, record, hash: tools.sym.sha256(m.octets), stamp: padded(m.T.value), envelope, envelopeUse, utc, kms }
      const wiped = (): void => wipeRequestKeys(keys)
      return map(
        answer(tools, masters, v),
        (decision): Decision | Fault => {
          wiped()
          return decision
        },
        wiped,
      )
    },
  }
}

function envelopeOf(tools: RequestTools, m: Message): { envelope?: Uint8Array } {
  return m.PKE === undefined ? {} : { envelope: tools.sym.sha256(m.PKE.data) }
}

function padded(stamp: Uint8Array): Uint8Array {
  const out = new Uint8Array(STAMP_OCTETS)
  out.set(stamp, STAMP_OCTETS - stamp.length)
  return out
}

function answer(tools: RequestTools, masters: readonly IbeMaster[], v: Verified): Job<Decision> {
  if (v.subscriber.revoked) return done(refusal(tools, v, errorNo.InvalidID, "kms/identity"))
  const time = timeFault(v)
  if (time === "repeated") return done({ answer: v.record!.response, audit: { event: "repeated", keys: [] } })
  if (time === "refused") return done(refusal(tools, v, errorNo.InvalidTS, "kms/time"))
  // key and IV follow from the envelope, RAND, CSB ID and T, and no name of the sender's is in them: whoever sends another's envelope under these,
  // and knows the keys that come to himself, would have the pad of the other's response
  if (v.envelope !== undefined && v.envelopeUse !== "fresh") return done(refusal(tools, v, errorNo.UnspecifiedError, "kms/refused"))
  const identities = owned(v)
  if (identities === undefined) return done(refusal(tools, v, errorNo.InvalidID, "kms/identity"))
  const master = masterOf(masters, v.kms.own.suite)
  const wanted = issuable(v, identities)
  if (master === undefined || wanted === undefined) return done(refusal(tools, v, errorNo.UnspecifiedError, "kms/refused"))
  const count = fitting(tools, v, wanted, master.keyOctets)
  if (count === 0) return done(refusal(tools, v, errorNo.UnspecifiedError, "kms/refused"))
  const issued = wanted.slice(0, count)
  const extracted = sequence(count, (i) => extract(tools, master, v.kms, issued[i]!), wipeAll)
  return map(extracted, (keys) => respond(tools, v, issued, keys))
}

/** PROTOCOL section 6: a greater T is new, the same T with the same H gets the stored octets, all else is refused. */
function timeFault(v: Verified): "new" | "repeated" | "refused" {
  if (v.record !== undefined) {
    const order = compare(v.stamp, v.record.lastT, v.m.T.type)
    if (order === 0 && equal(v.hash, v.record.requestHash)) return "repeated"
    if (order <= 0) return "refused"
  }
  if (v.m.T.type === tsType.NTP_UTC && Math.abs(utcOf(v.stamp) - v.utc) > v.kms.skewSeconds) return "refused"
  return "new"
}

/** Order of two timestamps of one type; NTP seconds with the top bit clear are of the era that begins in 2036. */
function compare(a: Uint8Array, b: Uint8Array, type: number): number {
  const eras = type === tsType.NTP_UTC ? ntpSeconds(a) - ntpSeconds(b) : 0
  if (eras !== 0) return eras
  for (let i = 0; i < STAMP_OCTETS; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return 0
}

/** The identities asked for, if every one is this device's and none is named twice. */
function owned(v: Verified): Identity[] | undefined {
  const names = new Set<string>()
  const own = new Set(v.subscriber.identities.map(key))
  for (const id of v.m.identities) {
    if (!own.has(key(id)) || names.has(key(id))) return undefined
    names.add(key(id))
  }
  return v.m.identities.map((id) => ({ type: id.type, data: id.data }))
}

function key(id: Identity): string {
  return `${id.type}:${Buffer.from(id.data).toString("hex")}`
}

/** Every identity and period asked for that is neither past nor beyond the horizon, by identity, then by period; undefined for periods that do not parse. */
function issuable(v: Verified, identities: readonly Identity[]): IssuedKey[] | undefined {
  const current = period(ntpSeconds(ntp(v.utc)), v.kms.own)
  if (current === undefined) return undefined
  const asked = v.m.extension === undefined ? { first: current, count: 2 } : decodePeriods(v.m.extension)
  if (isFault(asked)) return undefined
  const out: IssuedKey[] = []
  for (const identity of identities) {
    for (let n = asked.first; n < asked.first + asked.count; n++) {
      if (n >= current && n <= current + v.kms.horizonPeriods) out.push({ identity, period: n })
    }
  }
  return out
}

function masterOf(masters: readonly IbeMaster[], suite: number): IbeMaster | undefined {
  return masters.find((m) => m.suiteId === suite)
}

function extract(tools: RequestTools, master: IbeMaster, kms: Kms, of: IssuedKey): Job<Uint8Array> {
  return master.extract(kms.master, uid(tools.sym, of.identity, kms.own, of.period))
}

function wipeAll(keys: readonly Uint8Array[]): void {
  for (const k of keys) wipe(k)
}

/** How many of the keys go into the longest response that the device takes. */
function fitting(tools: RequestTools, v: Verified, wanted: readonly IssuedKey[], keyOctets: number): number {
  let octets = response(tools, v, new Uint8Array(0)).length
  let count = 0
  for (const of of wanted) {
    octets += buildChain(pair(v, of, new Uint8Array(keyOctets))).length
    if (octets > v.subscriber.transferOctets) break
    count++
  }
  return count
}

function pair(v: Verified, of: IssuedKey, secret: Uint8Array): Part[] {
  const from = periodStart(of.period, v.kms.own) % 4294967296
  const to = periodStart(of.period + 1, v.kms.own) % 4294967296
  return [part(idrPayload, { role: idRole.IDRi, type: of.identity.type, data: of.identity.data }), part(keyDataPayload, { key: secret, from, to })]
}

function respond(tools: RequestTools, v: Verified, issued: readonly IssuedKey[], secrets: readonly Uint8Array[]): Decision {
  const parts = issued.flatMap((of, i) => pair(v, of, secrets[i]!))
  const plain = buildChain(parts)
  for (const p of parts) wipe(p.body)
  wipeAll(secrets)
  const encrData = kemacCipher(tools.sym, v.keys, v.m.header.csbId, v.m.T.value, plain)
  wipe(plain)
  const octets = response(tools, v, encrData)
  const record: Record_ = { tsType: v.m.T.type, lastT: v.stamp, requestHash: v.hash, response: octets, ...(v.envelope === undefined ? {} : { envelope: v.envelope }) }
  return { answer: octets, record, audit: { event: "issued", keys: issued } }
}

/** REQUEST_KEY_RESP around the encrypted keys. */
function response(tools: RequestTools, v: Verified, encrData: Uint8Array): Uint8Array {
  const parts: Part[] = [part(timestampPayload, v.m.T)]
  for (const id of v.m.identities) parts.push(idr(idRole.IDRi, id))
  parts.push(idr(idRole.IDRkms, { type: idType.URI, data: v.kms.own.kmsUri }))
  parts.push(part(extensionPayload, encodeNotice({ time: ntp(v.utc), sets: [v.kms.own, ...v.kms.vouched] })))
  parts.push(part(kemacPayload, { encrAlg: encrAlg.AES_CM_256, encrData, macAlg: macAlg.NULL }))
  return close(tools, v, dataType.REQUEST_KEY_RESP, parts)
}

/** An Error message; one about T says which was the last, so that a board that lost its counter can go on. */
function refusal(tools: RequestTools, v: Verified, no: number, fault: FaultCode): Decision {
  const parts: Part[] = [part(timestampPayload, v.m.T), part(errPayload, no)]
  if (no === errorNo.InvalidTS) parts.push(part(extensionPayload, encodeLastT(v.record === undefined ? new Uint8Array(STAMP_OCTETS) : v.record.lastT)))
  return { answer: close(tools, v, dataType.Error, parts), audit: { event: "refused", keys: [], fault } }
}

function close(tools: RequestTools, v: Verified, type: number, parts: readonly Part[]): Uint8Array {
  return withV(tools.sym, type, v.m.header.csbId, parts, v.keys.authKey, v.m.identities[0]!.data, v.m.IDRkms!.data)
}
