/** CS ID map of the header: SRTP-ID (RFC 3830 section 6.1.1), Empty (RFC 4563 section 5), GENERIC-ID (RFC 6043 section 6.1.1); form rules of PROTOCOL section 4. */
import { concat, u16, u32, u8 } from "../base/bytes.ts"
import type { Reader } from "../base/cursor.ts"
import { mapType, protType } from "./numbers.ts"

/** One SRTP stream to be. What the Initiator leaves out (`ssrc` undefined) is the Responder's to fill in, and to send. */
export interface CryptoSession {
  /** CS ID, one octet; in an SRTP-ID map 1, 2, ... */
  readonly csId: number
  /** Policy numbers of SP payloads, 0 to 127 of them; SRTP-ID has exactly one. */
  readonly policies: readonly number[]
  /** SSRC; in an SRTP-ID map the wire's 0 is undefined here. */
  readonly ssrc?: number
  /** Rollover counter; always there in an SRTP-ID map. */
  readonly roc?: number
  readonly seq?: number
  /** S flag: Session Data, where it is there, has ROC and SEQ. */
  readonly withRoc: boolean
  /** SPI: the MKI, 1 to 255 octets; empty in an SRTP-ID map, which has none. */
  readonly spi: Uint8Array
}

/** A CS ID map with its type; the Empty map has no sessions, the others 1 to 16. */
export interface CsMap {
  readonly type: number
  readonly sessions: readonly CryptoSession[]
}

/** Crypto sessions of one message at most. */
const CAP = 16

/** Reads CS ID map info of `count` (#CS) sessions; what breaks the form rules is noted in the reader. */
export function decodeMap(r: Reader, count: number, type: number): CsMap {
  const sessions: CryptoSession[] = []
  if (type !== mapType.Empty && type !== mapType.SRTP_ID && type !== mapType.GENERIC_ID) r.fail("wire/value", "HDR.CS ID map type")
  if (type === mapType.Empty ? count !== 0 : count === 0) r.fail("wire/value", "HDR.#CS")
  if (count > CAP) r.fail("wire/size", "HDR.#CS")
  for (let i = 0; i < count && r.fault === undefined; i++) {
    const session = type === mapType.SRTP_ID ? decodeSrtpId(r, i + 1) : decodeGenericId(r)
    if (holds(sessions, session.csId)) r.fail("wire/value", "HDR.CS ID")
    sessions.push(session)
  }
  return { type, sessions }
}

/** CS ID map info of a map; #CS and CS ID map type stand in the header. */
export function encodeMap(map: CsMap): Uint8Array {
  const parts: Uint8Array[] = []
  if (map.type === mapType.Empty ? map.sessions.length !== 0 : map.sessions.length < 1 || map.sessions.length > CAP) {
    throw new Error(`CS ID map: expected no sessions in an Empty map and 1 to ${CAP} in others, got ${map.sessions.length}`)
  }
  for (let i = 0; i < map.sessions.length; i++) {
    parts.push(map.type === mapType.SRTP_ID ? encodeSrtpId(map.sessions[i]!, i + 1) : encodeGenericId(map.sessions[i]!))
  }
  return concat(parts)
}

function holds(sessions: readonly CryptoSession[], csId: number): boolean {
  for (let i = 0; i < sessions.length; i++) if (sessions[i]!.csId === csId) return true
  return false
}

function decodeSrtpId(r: Reader, csId: number): CryptoSession {
  const policies = [r.u8("HDR.Policy_no")]
  const ssrc = r.u32("HDR.SSRC")
  const roc = r.u32("HDR.ROC")
  return { csId, policies, ssrc: ssrc === 0 ? undefined : ssrc, roc, withRoc: false, spi: new Uint8Array(0) }
}

function encodeSrtpId(s: CryptoSession, csId: number): Uint8Array {
  if (s.csId !== csId || s.policies.length !== 1) throw new Error(`SRTP-ID map: expected CS ID ${csId} with one policy, got CS ID ${s.csId} with ${s.policies.length}`)
  return concat([u8(s.policies[0]!), u32(s.ssrc === undefined ? 0 : s.ssrc), u32(s.roc === undefined ? 0 : s.roc)])
}

function decodeGenericId(r: Reader): CryptoSession {
  const csId = r.u8("HDR.CS ID")
  if (r.u8("HDR.Prot type") !== protType.SRTP) r.fail("wire/value", "HDR.Prot type")
  const flags = r.u8("HDR.#P")
  const withRoc = flags >= 0x80
  const Ps = r.take(flags & 0x7f, "HDR.Ps")
  const policies: number[] = []
  for (let i = 0; i < Ps.length; i++) policies.push(Ps[i]!)
  const length = r.u16("HDR.Session Data Length")
  if (length !== 0 && length !== (withRoc ? 10 : 4)) r.fail("wire/value", "HDR.Session Data Length")
  const filled = length !== 0
  const ssrc = filled ? r.u32("HDR.SSRC") : undefined
  const roc = filled && withRoc ? r.u32("HDR.ROC") : undefined
  const seq = filled && withRoc ? r.u16("HDR.SEQ") : undefined
  const spi = r.take(r.u8("HDR.SPI Length"), "HDR.SPI")
  if (spi.length === 0) r.fail("wire/value", "HDR.SPI Length")
  return { csId, policies, ssrc, roc, seq, withRoc, spi }
}

function encodeGenericId(s: CryptoSession): Uint8Array {
  if (s.policies.length > 127) throw new Error(`GENERIC-ID map: expected at most 127 policies, got ${s.policies.length}`)
  if (s.spi.length < 1 || s.spi.length > 255) throw new Error(`GENERIC-ID map: expected an SPI of 1 to 255 octets, got ${s.spi.length}`)
  const data = sessionData(s)
  const flags = u8((s.withRoc ? 0x80 : 0) | s.policies.length)
  return concat([u8(s.csId), u8(protType.SRTP), flags, new Uint8Array(s.policies), u16(data.length), data, u8(s.spi.length), s.spi])
}

function sessionData(s: CryptoSession): Uint8Array {
  if (s.ssrc === undefined) return new Uint8Array(0)
  if (!s.withRoc) return u32(s.ssrc)
  return concat([u32(s.ssrc), u32(s.roc === undefined ? 0 : s.roc), u16(s.seq === undefined ? 0 : s.seq)])
}
