/**
 * Frames of a serial line between a board and its gateway: SLIP (RFC 1055) around `kind || number || body || CRC-16`. The CRC is CRC-16/IBM-3740, big-endian.
 * What a line garbles is dropped, as MQTT of QoS 0 may drop it; the key channel above repeats.
 *
 * | kind | from | body |
 * | --- | --- | --- |
 * | 1 OPEN | board | version 1, mtu in two octets; again every two seconds until READY |
 * | 2 PUBLISH | board | length of the topic in one octet, topic, payload |
 * | 3 SUBSCRIBE | board | topic |
 * | 4 CLOSE | board | |
 * | 5 READY | gateway | connected to the broker; subscriptions of before are gone |
 * | 6 MESSAGE | gateway | as PUBLISH |
 * | 7 TAKEN | gateway | of PUBLISH `number` and all before it |
 * | 8 CLOSED | gateway | no longer connected to the broker |
 */
import { copied } from "./octets.ts"

/** What a frame is. */
export const kind = { OPEN: 1, PUBLISH: 2, SUBSCRIBE: 3, CLOSE: 4, READY: 5, MESSAGE: 6, TAKEN: 7, CLOSED: 8 } as const

/** A frame that has come whole. */
export interface Frame {
  readonly kind: number
  readonly number: number
  readonly body: Uint8Array
}

const END = 0xc0
const ESC = 0xdb
const ESC_END = 0xdc
const ESC_ESC = 0xdd

/** The octets of a frame on the line, END at both ends so that noise before it is a frame of its own. */
export function framed(of: number, number: number, body: Uint8Array): Uint8Array {
  const plain = new Uint8Array(body.length + 4)
  plain[0] = of
  plain[1] = number
  plain.set(body, 2)
  const sum = crc(plain, body.length + 2)
  plain[body.length + 2] = sum >> 8
  plain[body.length + 3] = sum
  let length = plain.length + 2
  for (let i = 0; i < plain.length; i++) if (plain[i] === END || plain[i] === ESC) length++
  const out = new Uint8Array(length)
  let at = 0
  out[at++] = END
  for (let i = 0; i < plain.length; i++) {
    const octet = plain[i]!
    if (octet === END || octet === ESC) {
      out[at++] = ESC
      out[at++] = octet === END ? ESC_END : ESC_ESC
    } else out[at++] = octet
  }
  out[at] = END
  return out
}

/** Takes octets of a line as they come and tells the frames in them; one longer than `most` octets of body, or with a wrong CRC, is dropped. */
export function deframer(most: number, tell: (frame: Frame) => void): (octets: Uint8Array) => void {
  const held = new Uint8Array(most + 4)
  let filled = 0
  let escaped = false
  let bad = false
  const end = (): void => {
    const whole = !bad && !escaped && filled >= 4 && crc(held, filled - 2) === ((held[filled - 2]! << 8) | held[filled - 1]!)
    const length = filled
    filled = 0
    escaped = false
    bad = false
    if (!whole) return
    tell({ kind: held[0]!, number: held[1]!, body: copied(held.subarray(2, length - 2)) })
  }
  const take = (octet: number): void => {
    if (octet === END) return end()
    if (octet === ESC) {
      bad = bad || escaped
      escaped = true
      return
    }
    if (escaped && octet !== ESC_END && octet !== ESC_ESC) bad = true
    if (filled === held.length) bad = true
    else held[filled++] = !escaped ? octet : octet === ESC_END ? END : ESC
    escaped = false
  }
  return (octets) => {
    for (let i = 0; i < octets.length; i++) take(octets[i]!)
  }
}

/** The body of PUBLISH and MESSAGE; undefined for a topic that is not 1 to 255 ASCII characters. */
export function addressed(topic: string, payload: Uint8Array): Uint8Array | undefined {
  const name = named(topic)
  if (name === undefined) return undefined
  const out = new Uint8Array(1 + name.length + payload.length)
  out[0] = name.length
  out.set(name, 1)
  out.set(payload, 1 + name.length)
  return out
}

/** Topic and payload of such a body, or undefined. */
export function unaddressed(body: Uint8Array): { topic: string; payload: Uint8Array } | undefined {
  const length = body.length === 0 ? 0 : body[0]!
  if (length === 0 || body.length < 1 + length) return undefined
  const topic = spelled(body.subarray(1, 1 + length))
  return { topic, payload: copied(body.subarray(1 + length)) }
}

/** A topic of 1 to 255 ASCII characters as octets, or undefined. */
export function named(topic: string): Uint8Array | undefined {
  if (topic.length < 1 || topic.length > 255) return undefined
  const out = new Uint8Array(topic.length)
  for (let i = 0; i < out.length; i++) {
    const code = topic.charCodeAt(i)
    if (code > 127) return undefined
    out[i] = code
  }
  return out
}

/** Octets as a string of one character each. */
export function spelled(octets: Uint8Array): string {
  let out = ""
  for (let i = 0; i < octets.length; i++) out += String.fromCharCode(octets[i]!)
  return out
}

/** A string of one character each as octets. */
export function unspelled(text: string): Uint8Array {
  const out = new Uint8Array(text.length)
  for (let i = 0; i < out.length; i++) out[i] = text.charCodeAt(i)
  return out
}

function crc(octets: Uint8Array, length: number): number {
  let sum = 0xffff
  for (let i = 0; i < length; i++) {
    sum ^= octets[i]! << 8
    for (let bit = 0; bit < 8; bit++) sum = ((sum << 1) ^ (sum & 0x8000 ? 0x1021 : 0)) & 0xffff
  }
  return sum
}
