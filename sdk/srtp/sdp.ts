/**
 * MIKEY in SDP: `a=key-mgmt:mikey`, RFC 4567 sections 3.1, 4.1 and 7, and where the four messages of a call stand in SIP.
 * An SDP is text of a stranger: reading never throws. Writing puts a line into the caller's own text.
 */
import { ascii, equal } from "../base/bytes.ts"
import { base64, unbase64 } from "../base/base64.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { dataType, extType } from "../mikey/numbers.ts"
import type { Extension } from "../mikey/payload.ts"

/** One `a=key-mgmt` attribute: protocol identifier (case counts), and its data as it stands, base64 where the protocol is `mikey`. */
export interface KeyMgmt {
  readonly protocol: string
  readonly data: string
}

/** The attributes of an SDP: at session level, and for each media description. */
export interface KeyMgmtLines {
  readonly session: readonly KeyMgmt[]
  readonly media: readonly (readonly KeyMgmt[])[]
}

/** Session level, or the number of a media description, from 0. */
export type Level = "session" | number

/** Longest SDP that is read, in characters. */
export const SDP_LENGTH: number = 65536

const MIKEY = "mikey"
const ATTRIBUTE = "a=key-mgmt"

/**
 * The key-mgmt attributes of an SDP. Lines end in CRLF or LF, the last too (RFC 4566 section 5).
 * Faults: wire/size (longer than SDP_LENGTH), wire/short (the last line is cut), wire/value (a line or attribute that is none), wire/chain (two of one
 * protocol at one level: they are alternatives, and MIKEY is one).
 */
export function readKeyMgmt(sdp: string): KeyMgmtLines | Fault {
  const lines = linesOf(sdp)
  if (isFault(lines)) return lines
  const session: KeyMgmt[] = []
  const media: KeyMgmt[][] = []
  let level = session
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    if (line.charAt(0) === "m") {
      level = []
      media.push(level)
    }
    const attribute = keyMgmt(line)
    if (attribute === undefined) continue
    if (isFault(attribute)) return attribute
    for (let k = 0; k < level.length; k++) if (level[k]!.protocol === attribute.protocol) return refuse("wire/chain", "SDP.key-mgmt")
    level.push(attribute)
  }
  return { session, media }
}

/**
 * The MIKEY message for a level, or undefined where there is none. A media description that has key-mgmt attributes has only these (RFC 4567 section
 * 3.1), else those of the session. Faults: wire/value (no base64 in its one form, or a media description that is not there).
 */
export function mikeyOf(lines: KeyMgmtLines, level: Level): Uint8Array | undefined | Fault {
  if (level !== "session" && lines.media[level] === undefined) return refuse("wire/value", "SDP.m")
  const own = level === "session" ? lines.session : lines.media[level]!
  const list = own.length > 0 ? own : lines.session
  for (let i = 0; i < list.length; i++) {
    if (list[i]!.protocol !== MIKEY) continue
    const octets = unbase64(list[i]!.data)
    return octets === undefined || octets.length === 0 ? refuse("wire/value", "SDP.keymgmt-data") : octets
  }
  return undefined
}

/** The attribute line of a MIKEY message, without its line end. */
export function mikeyLine(message: Uint8Array): string {
  return `${ATTRIBUTE}:${MIKEY} ${base64(message)}`
}

/**
 * The caller's own SDP with a MIKEY message as the last line of a level: one message for all streams stands at session level, before the first `m=`.
 * Lines end as the first one does.
 */
export function writeMikey(sdp: string, level: Level, message: Uint8Array): string {
  const lines = linesOf(sdp)
  const read = readKeyMgmt(sdp)
  if (isFault(lines) || isFault(read)) throw new Error("writeMikey: expected an SDP that readKeyMgmt takes")
  const at = level === "session" ? read.session : read.media[level]
  if (at === undefined) throw new Error(`writeMikey: expected one of ${read.media.length} media descriptions, got ${level}`)
  for (let i = 0; i < at.length; i++) if (at[i]!.protocol === MIKEY) throw new Error("writeMikey: expected no MIKEY message at this level yet")
  const end = sdp.indexOf("\r\n") === sdp.indexOf("\n") - 1 ? "\r\n" : "\n"
  let out = ""
  let media = -1
  for (let i = 0; i <= lines.length; i++) {
    if (i === lines.length || lines[i]!.charAt(0) === "m") {
      if (media === (level === "session" ? -1 : level)) out += mikeyLine(message) + end
      media++
    }
    if (i < lines.length) out += lines[i]! + end
  }
  return out
}

/** `prtcl-list` of RFC 4567 section 4.1.4: every offered protocol identifier in the order of the SDP, as often as it stands there, `;` between. */
export function protocolList(lines: KeyMgmtLines): string {
  let out = listed("", lines.session)
  for (let i = 0; i < lines.media.length; i++) out = listed(out, lines.media[i]!)
  return out
}

/** The General Extension that binds the offered protocols into I_MESSAGE_1 and I_MESSAGE_2, RFC 4567 section 7: the sealed box covers it. */
export function sdpIds(protocols: string): Extension {
  return { type: extType.SdpIds, data: ascii(protocols) }
}

/**
 * Whether a message whose box has opened names the very protocols of the SDP that it came in: undefined when it does. Before the box has opened this
 * says nothing. Faults: wire/chain (the message has no list: whether that is taken is the user's policy), auth/failed (somebody changed the offer).
 */
export function boundProtocols(extension: Extension | undefined, lines: KeyMgmtLines): Fault | undefined {
  if (extension === undefined || extension.type !== extType.SdpIds) return refuse("wire/chain", "General Extension.SDP IDs")
  return equal(extension.data, ascii(protocolList(lines))) ? undefined : refuse("auth/failed", "General Extension.SDP IDs")
}

/** Where a message of a call stands in SIP. */
export interface SipStep {
  readonly dataType: number
  /** The request, or the response and the request that it answers. */
  readonly sip: "INVITE" | "183 to INVITE" | "PRACK" | "200 to PRACK" | "UPDATE" | "200 to UPDATE"
  readonly sdp: "offer" | "answer"
}

/**
 * Two offers and two answers before the call rings (RFC 3264, RFC 3262: the 183 is sent reliably, `Require: 100rel`). PRACK carries the second offer;
 * a stack that puts none into PRACK answers it empty and sends the same two messages in UPDATE (RFC 3311) and its 200.
 */
export const sipSteps: { readonly prack: readonly SipStep[]; readonly update: readonly SipStep[] } = {
  prack: [
    { dataType: dataType.I_MESSAGE_1, sip: "INVITE", sdp: "offer" },
    { dataType: dataType.R_MESSAGE_1, sip: "183 to INVITE", sdp: "answer" },
    { dataType: dataType.I_MESSAGE_2, sip: "PRACK", sdp: "offer" },
    { dataType: dataType.R_MESSAGE_2, sip: "200 to PRACK", sdp: "answer" },
  ],
  update: [
    { dataType: dataType.I_MESSAGE_1, sip: "INVITE", sdp: "offer" },
    { dataType: dataType.R_MESSAGE_1, sip: "183 to INVITE", sdp: "answer" },
    { dataType: dataType.I_MESSAGE_2, sip: "UPDATE", sdp: "offer" },
    { dataType: dataType.R_MESSAGE_2, sip: "200 to UPDATE", sdp: "answer" },
  ],
}

/**
 * The MIKEY message of an SDP that came in a step. Faults: those of readKeyMgmt and mikeyOf, wire/chain (no MIKEY message), wire/type (of another step).
 */
export function mikeyIn(sdp: string, level: Level, step: SipStep): Uint8Array | Fault {
  const lines = readKeyMgmt(sdp)
  if (isFault(lines)) return lines
  const message = mikeyOf(lines, level)
  if (message === undefined) return refuse("wire/chain", "SDP.key-mgmt")
  if (!isFault(message) && message[1] !== step.dataType) return refuse("wire/type", "SDP.key-mgmt")
  return message
}

/** The lines of an SDP without their ends. */
function linesOf(sdp: string): string[] | Fault {
  if (sdp.length > SDP_LENGTH) return refuse("wire/size", "SDP")
  const lines = sdp.split("\n")
  if (lines[lines.length - 1] !== "") return refuse("wire/short", "SDP")
  lines.pop()
  for (let i = 0; i < lines.length; i++) {
    let line = lines[i]!
    if (line.charAt(line.length - 1) === "\r") line = line.substring(0, line.length - 1)
    const type = line.charCodeAt(0)
    if (line.length < 2 || type < 97 || type > 122 || line.charAt(1) !== "=" || line.indexOf("\r") >= 0 || line.indexOf("\0") >= 0) return refuse("wire/value", "SDP.line")
    lines[i] = line
  }
  return lines[0] === "v=0" ? lines : refuse("wire/value", "SDP.v")
}

/** `key-mgmt ":" 0*1SP prtcl-id SP keymgmt-data`, or undefined for a line of something else. */
function keyMgmt(line: string): KeyMgmt | Fault | undefined {
  if (line === ATTRIBUTE) return refuse("wire/value", "SDP.key-mgmt")
  if (line.substring(0, ATTRIBUTE.length + 1) !== ATTRIBUTE + ":") return undefined
  let value = line.substring(ATTRIBUTE.length + 1)
  if (value.charAt(0) === " ") value = value.substring(1)
  const space = value.indexOf(" ")
  const protocol = value.substring(0, space < 0 ? 0 : space)
  const data = value.substring(space + 1)
  if (!isKmpid(protocol)) return refuse("wire/value", "SDP.prtcl-id")
  return data === "" ? refuse("wire/value", "SDP.keymgmt-data") : { protocol, data }
}

/** KMPID = 1*(ALPHA / DIGIT). */
function isKmpid(protocol: string): boolean {
  for (let i = 0; i < protocol.length; i++) {
    const c = protocol.charCodeAt(i)
    if (!((c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122))) return false
  }
  return protocol !== ""
}

function listed(list: string, attributes: readonly KeyMgmt[]): string {
  let out = list
  for (let i = 0; i < attributes.length; i++) out += (out === "" ? "" : ";") + attributes[i]!.protocol
  return out
}
