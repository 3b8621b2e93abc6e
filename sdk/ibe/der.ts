/**
 * Strict DER (X.690) for the three structures of RFC 5091 section 8 that devices meet: SEQUENCE, INTEGER, OCTET STRING and fixed OBJECT IDENTIFIERs.
 * Read is exactly what written would be: minimal lengths and integers, nothing negative, nothing oversized, nothing after.
 */
import { concat, copy, u16, u8, wipe } from "../base/bytes.ts"

const INTEGER = 0x02
const OCTET_STRING = 0x04
const SEQUENCE = 0x30

/** Reads elements in order; the first that is not as expected sticks, and what is read after it is empty. */
export class DerReader {
  private readonly octets: Uint8Array
  private at: number
  private good: boolean
  constructor(octets: Uint8Array) {
    this.octets = octets
    this.at = 0
    this.good = true
  }
  /** A reader of what a SEQUENCE holds. */
  sequence(): DerReader {
    const inner = new DerReader(this.content(SEQUENCE))
    inner.good = this.good
    return inner
  }
  /** An INTEGER of 0 or more, as `width` octets; of a greater one nothing. */
  integer(width: number): Uint8Array {
    const content = this.content(INTEGER)
    const first = content.length > 0 ? content[0]! : 0x80
    const padded = first === 0 && content.length > 1
    const magnitude = padded ? content.subarray(1) : content
    if (first >= 0x80 || (padded && content[1]! < 0x80) || magnitude.length > width) this.good = false
    const out = new Uint8Array(width)
    if (this.good) out.set(magnitude, width - magnitude.length)
    return out
  }
  /** A view of an OCTET STRING of exactly so many octets. */
  octetString(length: number): Uint8Array {
    const content = this.content(OCTET_STRING)
    if (content.length !== length) this.good = false
    return content
  }
  /** An element that can only be these octets. */
  constant(element: Uint8Array): void {
    for (let i = 0; i < element.length; i++) if (this.octets[this.at + i] !== element[i]) this.good = false
    this.at += element.length
  }
  /** Whether all was as expected, and nothing is left. */
  ended(): boolean {
    return this.good && this.at === this.octets.length
  }
  private content(tag: number): Uint8Array {
    const header = headerOf(this.octets, this.at)
    if (this.octets[this.at] !== tag || header.content < 0 || this.at + header.length + header.content > this.octets.length) this.good = false
    if (!this.good) return new Uint8Array(0)
    const from = this.at + header.length
    this.at = from + header.content
    return this.octets.subarray(from, this.at)
  }
}

interface Header {
  /** Octets of tag and length. */
  readonly length: number
  /** Octets of the content, or -1 where the length is not minimal, beyond 65535 or cut. */
  readonly content: number
}

function headerOf(octets: Uint8Array, at: number): Header {
  const first = at + 1 < octets.length ? octets[at + 1]! : 0x80
  if (first < 0x80) return { length: 2, content: first }
  const more = first - 0x80
  if ((more !== 1 && more !== 2) || at + 2 + more > octets.length) return { length: 2, content: -1 }
  const content = more === 1 ? octets[at + 2]! : octets[at + 2]! * 256 + octets[at + 3]!
  return { length: 2 + more, content: content < (more === 1 ? 0x80 : 0x100) ? -1 : content }
}

/** Octets of the SEQUENCE that begins here, header and all, or 0 when none stands here whole. */
export function sequenceOctets(octets: Uint8Array): number {
  const header = headerOf(octets, 0)
  const whole = header.length + header.content
  return octets[0] === SEQUENCE && header.content >= 0 && whole <= octets.length ? whole : 0
}

/** A SEQUENCE of elements, which are used up and wiped: they may be pieces of a secret. */
export function derSequence(elements: readonly Uint8Array[]): Uint8Array {
  const content = concat(elements)
  for (let i = 0; i < elements.length; i++) wipe(elements[i])
  return element(SEQUENCE, content)
}

/** An INTEGER of 0 or more from its octets, leading zeros allowed. */
export function derInteger(n: Uint8Array): Uint8Array {
  let at = 0
  while (at < n.length - 1 && n[at] === 0) at++
  const magnitude = n.subarray(at)
  return element(INTEGER, magnitude.length === 0 || magnitude[0]! >= 0x80 ? concat([u8(0), magnitude]) : copy(magnitude))
}

/** An OCTET STRING. */
export function derOctetString(octets: Uint8Array): Uint8Array {
  return element(OCTET_STRING, copy(octets))
}

/** Content of at most 65535 octets under a tag; wipes it. */
function element(tag: number, content: Uint8Array): Uint8Array {
  const length = content.length
  const written = length < 0x80 ? u8(length) : length < 0x100 ? concat([u8(0x81), u8(length)]) : concat([u8(0x82), u16(length)])
  const out = concat([u8(tag), written, content])
  wipe(content)
  return out
}
