/** Captures for `ibake decode`: datagrams out of a pcap or pcapng file, and a pcap of UDP datagrams that Wireshark opens. */
import { concat, u16, u32, u8 } from "../base/bytes.ts"

/** UDP and TCP port of MIKEY, RFC 3830 section 11. */
export const MIKEY_PORT = 2269

/** What one packet carried. */
export interface Datagram {
  /** Number of the packet in its file, from 1. */
  readonly packet: number
  readonly sourcePort: number
  readonly port: number
  readonly payload: Uint8Array
}

/** A file's datagrams, and what could not be read of it. */
export interface Capture {
  readonly datagrams: readonly Datagram[]
  readonly troubles: readonly string[]
}

const PCAP_US = 0xa1b2c3d4
const PCAP_NS = 0xa1b23c4d
const PCAPNG = 0x0a0d0d0a
const RAW_IP = 101

/** Reads pcap and pcapng of either byte order; undefined when `octets` begin like neither. */
export function readCapture(octets: Uint8Array): Capture | undefined {
  if (octets.length < 4) return undefined
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length)
  const magics = [PCAP_US, PCAP_NS]
  if (view.getUint32(0) === PCAPNG) return readPcapng(octets, view)
  if (magics.includes(view.getUint32(0))) return readPcap(octets, view, false)
  return magics.includes(view.getUint32(0, true)) ? readPcap(octets, view, true) : undefined
}

class Collector implements Capture {
  readonly datagrams: Datagram[] = []
  readonly troubles: string[] = []
  private packet = 0

  add(linkType: number, frame: Uint8Array): void {
    this.packet++
    const ip = ipOf(linkType, frame)
    const found = ip === undefined ? `link type ${linkType} is not known here` : datagramOf(ip)
    if (typeof found === "string") this.troubles.push(`packet ${this.packet}: ${found}`)
    else if (found !== undefined && found.payload.length > 0) this.datagrams.push({ packet: this.packet, ...found })
  }
}

function readPcap(octets: Uint8Array, view: DataView, little: boolean): Capture {
  const out = new Collector()
  if (octets.length < 24) out.troubles.push(`expected a file header of 24 octets, ${octets.length} came`)
  const linkType = octets.length < 24 ? 0 : view.getUint32(20, little) & 0xffff
  for (let at = 24; at < octets.length; ) {
    const length = at + 16 > octets.length ? -1 : view.getUint32(at + 8, little)
    if (length < 0 || at + 16 + length > octets.length) {
      out.troubles.push(`offset ${at}: expected a whole packet record, ${octets.length - at} octets came`)
      break
    }
    out.add(linkType, octets.subarray(at + 16, at + 16 + length))
    at += 16 + length
  }
  return out
}

/** Section header, interface description, enhanced and simple packet blocks of draft-ietf-opsawg-pcapng. */
function readPcapng(octets: Uint8Array, view: DataView): Capture {
  const out = new Collector()
  let little = false
  let linkTypes: number[] = []
  for (let at = 0; at < octets.length; ) {
    const whole = at + 12 <= octets.length
    const type = whole ? view.getUint32(at, little) : 0
    if (whole && type === PCAPNG) little = view.getUint32(at + 8) !== 0x1a2b3c4d
    const length = whole ? view.getUint32(at + 4, little) : 0
    if (length < 12 || length % 4 !== 0 || at + length > octets.length) {
      out.troubles.push(`offset ${at}: expected a whole pcapng block, ${octets.length - at} octets came`)
      break
    }
    if (type === PCAPNG) linkTypes = []
    if (type === 1 && length >= 20) linkTypes.push(view.getUint16(at + 8, little))
    if (type === 6 && length >= 32) {
      const captured = Math.min(view.getUint32(at + 20, little), length - 32)
      out.add(linkTypes[view.getUint32(at + 8, little)] ?? -1, octets.subarray(at + 28, at + 28 + captured))
    }
    if (type === 3 && length >= 16) out.add(linkTypes[0] ?? -1, octets.subarray(at + 12, at + Math.min(length - 4, 12 + view.getUint32(at + 8, little))))
    at += length
  }
  return out
}

/** The network packet of a frame, or undefined for a link layer that is not known. */
function ipOf(linkType: number, frame: Uint8Array): Uint8Array | undefined {
  switch (linkType) {
    case 0: // BSD loopback
      return frame.subarray(4)
    case 1: {
      // Ethernet, with or without VLAN tags
      let at = 12
      while (frame[at] === 0x81 && frame[at + 1] === 0) at += 4
      return frame.subarray(at + 2)
    }
    case RAW_IP:
    case 12:
    case 228:
    case 229:
      return frame
    case 113: // Linux cooked
      return frame.subarray(16)
    case 276: // Linux cooked v2
      return frame.subarray(20)
    default:
      return undefined
  }
}

type Carried = Omit<Datagram, "packet">

/** UDP or one TCP segment of an IP packet; undefined for what carries neither, words for what carries half of one. */
function datagramOf(ip: Uint8Array): Carried | string | undefined {
  const version = (ip[0] ?? 0) >> 4
  if (version === 6) return ip.length < 40 ? "an IPv6 header is cut off" : transport(ip[6]!, ip.subarray(40, 40 + number16(ip, 4)))
  if (version !== 4) return undefined
  const header = (ip[0]! & 15) * 4
  if (ip.length < 20 || ip.length < header) return "an IPv4 header is cut off"
  if ((number16(ip, 6) & 0x3fff) !== 0) return "an IP fragment: reassemble it first"
  return transport(ip[9]!, ip.subarray(header, number16(ip, 2)))
}

function transport(protocol: number, octets: Uint8Array): Carried | string | undefined {
  if (protocol !== 17 && protocol !== 6) return undefined
  const header = protocol === 17 ? 8 : ((octets[12] ?? 0) >> 4) * 4
  if (header < 8 || octets.length < header) return "a UDP or TCP header is cut off"
  const end = protocol === 17 ? number16(octets, 4) : octets.length
  if (end > octets.length) return `a datagram is cut off: expected ${end} octets, ${octets.length} came`
  return { sourcePort: number16(octets, 0), port: number16(octets, 2), payload: octets.subarray(header, end) }
}

function number16(octets: Uint8Array, at: number): number {
  return octets[at]! * 256 + octets[at + 1]!
}

/** A datagram to be written: from one of two hosts, 1 and 2, to the other. */
export interface Sent {
  readonly from: 1 | 2
  readonly port: number
  /** At most 65507 octets. */
  readonly payload: Uint8Array
  /** UTC seconds. */
  readonly utc: number
}

/** A pcap file of UDP datagrams between 192.0.2.1 and 192.0.2.2 (RFC 5737), link type raw IP. */
export function writeCapture(datagrams: readonly Sent[]): Uint8Array {
  const header = concat([u32(PCAP_US), u16(2), u16(4), u32(0), u32(0), u32(262144), u32(RAW_IP)])
  const records = datagrams.flatMap((sent, i) => {
    const packet = udpPacket(sent, i + 1)
    // packets of one second stay in order
    return [u32(Math.floor(sent.utc)), u32(i), u32(packet.length), u32(packet.length), packet]
  })
  return concat([header, ...records])
}

function udpPacket(sent: Sent, id: number): Uint8Array {
  const length = 8 + sent.payload.length
  if (length > 65515) throw new Error(`capture: expected a message of at most 65507 octets, got ${sent.payload.length}`)
  const hosts = [1, 2].map((n) => new Uint8Array([192, 0, 2, n]))
  const [source, target] = sent.from === 1 ? hosts : hosts.reverse()
  const addresses = concat([source!, target!])
  const ip = concat([u8(0x45), u8(0), u16(20 + length), u16(id), u16(0x4000), u8(64), u8(17), u16(0), addresses])
  ip.set(u16(checksum([ip])), 10)
  const udp = concat([u16(sent.port), u16(sent.port), u16(length), u16(0)])
  const sum = checksum([addresses, u8(0), u8(17), u16(length), udp, sent.payload])
  // a sum of zero goes as its other form, for zero means none (RFC 768)
  udp.set(u16(sum === 0 ? 0xffff : sum), 6)
  return concat([ip, udp, sent.payload])
}

/** The Internet checksum, RFC 1071. */
function checksum(parts: readonly Uint8Array[]): number {
  const octets = concat(parts)
  let sum = 0
  for (const [i, o] of octets.entries()) sum += i % 2 === 0 ? o * 256 : o
  while (sum > 0xffff) sum = (sum % 65536) + Math.floor(sum / 65536)
  return 0xffff - sum
}
