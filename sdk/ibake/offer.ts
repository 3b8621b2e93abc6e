/** Crypto sessions and SRTP policies as the Initiator offers them and the Responder answers: PROTOCOL section 4, RFC 6043 section 6.1.1. */
import { equal } from "../base/bytes.ts"
import { refuse, type Fault } from "../base/fault.ts"
import { encodeMap, type CryptoSession, type CsMap } from "../mikey/csmap.ts"
import { mapType } from "../mikey/numbers.ts"
import type { SecurityPolicy } from "../mikey/payload.ts"
import type { SrtpRules } from "../suite.ts"

/** One stream of a call as the Initiator wants it. */
export interface Stream {
  /** CS ID; with an SRTP-ID map the streams are 1, 2, ... in order. */
  readonly csId: number
  /** Who sends in it. */
  readonly from: "initiator" | "responder"
  /** SSRC of a stream that the Initiator sends. */
  readonly ssrc?: number
  /** Rollover counter and sequence number of a stream that runs already; a `roc` in a stream of the Responder's asks him for both (GENERIC-ID). */
  readonly roc?: number
  readonly seq?: number
}

/** What a Responder fills a session with that was left empty. */
export interface Fill {
  readonly ssrc: number
  /** GENERIC-ID: sent where the Initiator asks for them. SRTP-ID: every session has a ROC, and none a SEQ. 0 unless given. */
  readonly roc?: number
  readonly seq?: number
}

/** What the Responder chose: the map of R_MESSAGE_1 and its SP payloads. */
export interface Answer {
  readonly map: CsMap
  readonly policies: readonly SecurityPolicy[]
}

const SRTP = 0

/** Throws Misuse for streams that no map can say. */
export function checkStreams(streams: readonly Stream[], map: "SRTP-ID" | undefined): void {
  if (streams.length < 1 || streams.length > 16) throw new Error("streams: expected 1 to 16, got " + streams.length)
  for (let i = 0; i < streams.length; i++) {
    const of = streams[i]!
    if (map === "SRTP-ID" && of.csId !== i + 1) throw new Error("streams: expected CS IDs 1, 2, ... for an SRTP-ID map, got " + of.csId)
    if (map === "SRTP-ID" && of.ssrc === 0) throw new Error("streams: expected an SSRC above 0 for an SRTP-ID map, got 0")
    if (!(of.csId >= 0 && of.csId <= 255)) throw new Error("streams: expected a CS ID of 0 to 255, got " + of.csId)
    for (let k = 0; k < i; k++) if (streams[k]!.csId === of.csId) throw new Error("streams: expected different CS IDs, got " + of.csId + " twice")
  }
}

/** SP payloads for a profile's offers, the best `most` of them, numbered from 0. */
export function offeredPolicies(rules: SrtpRules, most: number): SecurityPolicy[] {
  const out: SecurityPolicy[] = []
  for (let no = 0; no < rules.offers.length && no < most; no++) out.push({ no, protType: SRTP, param: rules.offers[no]! })
  return out
}

/** The map of I_MESSAGE_1: each GENERIC-ID session names every offered policy, an SRTP-ID session the best one. */
export function offeredMap(type: number, streams: readonly Stream[], policies: readonly SecurityPolicy[], spi: Uint8Array): CsMap {
  const numbers: number[] = []
  for (let i = 0; i < policies.length; i++) numbers.push(policies[i]!.no)
  const sessions: CryptoSession[] = []
  for (let i = 0; i < streams.length; i++) sessions.push(offeredSession(type, streams[i]!, numbers, spi))
  return { type, sessions }
}

function offeredSession(type: number, stream: Stream, numbers: readonly number[], spi: Uint8Array): CryptoSession {
  const generic = type === mapType.GENERIC_ID
  const ssrc = stream.from === "initiator" ? stream.ssrc : undefined
  const withRoc = generic && stream.roc !== undefined && (ssrc !== undefined || stream.from === "responder")
  const filled = withRoc && ssrc !== undefined
  // on the wire an SRTP-ID session always has a ROC, and R_MESSAGE_1 is compared with what was sent
  const roc = !generic && stream.roc === undefined ? 0 : stream.roc
  return {
    csId: stream.csId,
    policies: generic ? numbers : [numbers[0]!],
    ssrc,
    roc: filled || !generic ? roc : undefined,
    seq: filled ? orZero(stream.seq) : undefined,
    withRoc,
    spi: generic ? spi : new Uint8Array(0),
  }
}

function orZero(value: number | undefined): number {
  return value === undefined ? 0 : value
}

/** What an offer lacks, or undefined: an MKI in every GENERIC-ID session, and only policies that stand in the message. */
export function offerFault(map: CsMap, policies: readonly SecurityPolicy[], at: string): Fault | undefined {
  for (let i = 0; i < map.sessions.length; i++) {
    const session = map.sessions[i]!
    if (map.type === mapType.GENERIC_ID && session.spi.length === 0) return refuse("wire/value", at + ".SPI")
    for (let k = 0; k < session.policies.length; k++) if (numbered(policies, session.policies[k]!) === undefined) return refuse("wire/value", at + ".Ps")
  }
  return undefined
}

function numbered(policies: readonly SecurityPolicy[], no: number): SecurityPolicy | undefined {
  for (let i = 0; i < policies.length; i++) if (policies[i]!.no === no) return policies[i]
  return undefined
}

/** The Responder's choice, one policy a session in the order of its Ps, or Fault policy/none; `fills` fill the sessions left empty, in order. */
export function answer(offered: CsMap, policies: readonly SecurityPolicy[], rules: SrtpRules, fills: readonly Fill[], at: string): Answer | Fault {
  const sessions: CryptoSession[] = []
  let filled = 0
  for (let i = 0; i < offered.sessions.length; i++) {
    const session = offered.sessions[i]!
    const chosen = choice(session, policies, rules)
    if (chosen === undefined) return refuse("policy/none", at + ".SP")
    const fill = session.ssrc === undefined ? fills[filled++] : undefined
    const hasRoc = session.withRoc || offered.type === mapType.SRTP_ID
    sessions.push({
      csId: session.csId,
      policies: [chosen],
      ssrc: fill === undefined ? session.ssrc : fill.ssrc,
      roc: fill !== undefined && hasRoc ? orZero(fill.roc) : session.roc,
      seq: fill !== undefined && session.withRoc ? orZero(fill.seq) : session.seq,
      withRoc: session.withRoc,
      spi: session.spi,
    })
  }
  return { map: { type: offered.type, sessions }, policies: used(policies, sessions) }
}

/** Sessions that wait for the Responder's SSRC. */
export function emptySessions(map: CsMap): number {
  let count = 0
  for (let i = 0; i < map.sessions.length; i++) if (map.sessions[i]!.ssrc === undefined) count++
  return count
}

function choice(session: CryptoSession, policies: readonly SecurityPolicy[], rules: SrtpRules): number | undefined {
  if (session.policies.length === 0) {
    for (let i = 0; i < policies.length; i++) if (usable(policies[i]!, rules)) return policies[i]!.no
    return undefined
  }
  for (let i = 0; i < session.policies.length; i++) {
    const policy = numbered(policies, session.policies[i]!)
    if (policy !== undefined && usable(policy, rules)) return policy.no
  }
  return undefined
}

function usable(policy: SecurityPolicy, rules: SrtpRules): boolean {
  return policy.protType === SRTP && rules.allows(policy.param)
}

/** The policies that sessions name, in the order of I_MESSAGE_1. */
function used(policies: readonly SecurityPolicy[], sessions: readonly CryptoSession[]): SecurityPolicy[] {
  const out: SecurityPolicy[] = []
  for (let i = 0; i < policies.length; i++) {
    let named = false
    for (let k = 0; k < sessions.length; k++) if (sessions[k]!.policies[0] === policies[i]!.no) named = true
    if (named) out.push(policies[i]!)
  }
  return out
}

/** Whether R_MESSAGE_1's map and policies answer the offer: same sessions, only what was empty filled, one policy each, out of those offered. */
export function answers(offered: CsMap, offeredSP: readonly SecurityPolicy[], map: CsMap, policies: readonly SecurityPolicy[], rules: SrtpRules): boolean {
  if (map.type !== offered.type || map.sessions.length !== offered.sessions.length) return false
  for (let i = 0; i < map.sessions.length; i++) {
    const got = map.sessions[i]!
    const asked = offered.sessions[i]!
    if (got.policies.length !== 1 || !permitted(asked, got.policies[0]!, offeredSP, rules)) return false
    if (!keeps(asked, got)) return false
  }
  return samePolicies(used(offeredSP, map.sessions), policies)
}

function permitted(asked: CryptoSession, no: number, offeredSP: readonly SecurityPolicy[], rules: SrtpRules): boolean {
  const policy = numbered(offeredSP, no)
  if (policy === undefined || !usable(policy, rules)) return false
  if (asked.policies.length === 0) return true
  for (let i = 0; i < asked.policies.length; i++) if (asked.policies[i] === no) return true
  return false
}

function keeps(asked: CryptoSession, got: CryptoSession): boolean {
  if (got.csId !== asked.csId || got.withRoc !== asked.withRoc || !equal(got.spi, asked.spi) || got.ssrc === undefined) return false
  if (asked.ssrc === undefined) return true
  return got.ssrc === asked.ssrc && got.roc === asked.roc && got.seq === asked.seq
}

/** Same policies, octet for octet, under the same numbers and in the same order. */
export function samePolicies(a: readonly SecurityPolicy[], b: readonly SecurityPolicy[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    if (a[i]!.no !== b[i]!.no || a[i]!.protType !== b[i]!.protType || !equal(a[i]!.param, b[i]!.param)) return false
  }
  return true
}

/** Same map, octet for octet. */
export function sameMap(a: CsMap, b: CsMap): boolean {
  return a.type === b.type && a.sessions.length === b.sessions.length && equal(encodeMap(a), encodeMap(b))
}
