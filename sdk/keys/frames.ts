/** Frames of the constrained channel, PROTOCOL section 7: DATA carries one block of a transfer, ACK says which blocks are held. */
import { refuse, type Fault } from "../base/fault.ts"

/** Octets of a DATA frame before its block. */
export const DATA_HEADER = 5

/** Most blocks of a transfer: index 0 to 254. */
export const MOST_BLOCKS = 255

/** Blocks that a bitmap speaks of, beyond `next`. */
export const BITMAP_BLOCKS = 64

const DATA = 0x10
const ACK = 0x20
const ACK_HEADER = 4

/** One block: `index` 0 to `last`, `last` 0 to 254, 1 or more octets (a view of the frame). */
export interface DataFrame {
  readonly kind: "data"
  readonly transfer: number
  readonly index: number
  readonly last: number
  readonly octets: Uint8Array
}

/** What a receiver holds: all below `next`, not `next`, and of the 64 after it those whose bit is set. */
export interface AckFrame {
  readonly kind: "ack"
  readonly transfer: number
  readonly next: number
  readonly bitmap: Uint8Array
}

/** A frame from a stranger's octets, or Fault channel/frame. */
export function decodeFrame(octets: Uint8Array): DataFrame | AckFrame | Fault {
  if (octets.length < ACK_HEADER) return refuse("channel/frame", "frame")
  const transfer = octets[1]! * 256 + octets[2]!
  if (octets[0] === ACK) {
    if (octets.length > ACK_HEADER + BITMAP_BLOCKS / 8) return refuse("channel/frame", "ACK.bitmap")
    return { kind: "ack", transfer, next: octets[3]!, bitmap: octets.subarray(ACK_HEADER) }
  }
  if (octets[0] !== DATA) return refuse("channel/frame", "frame.type")
  if (octets.length <= DATA_HEADER) return refuse("channel/frame", "DATA.block")
  const index = octets[3]!
  const last = octets[4]!
  if (last >= MOST_BLOCKS || index > last) return refuse("channel/frame", "DATA.index")
  return { kind: "data", transfer, index, last, octets: octets.subarray(DATA_HEADER) }
}

/** DATA 0x10 | transfer(u16) | index(u8) | last(u8) | block. */
export function dataFrame(transfer: number, index: number, last: number, block: Uint8Array): Uint8Array {
  const out = new Uint8Array(DATA_HEADER + block.length)
  out[0] = DATA
  out[1] = transfer >>> 8
  out[2] = transfer
  out[3] = index
  out[4] = last
  out.set(block, DATA_HEADER)
  return out
}

/** ACK 0x20 | transfer(u16) | next(u8) | bitmap, where `holds(i)` tells whether block i of 0 to `last` is held. */
export function ackFrame(transfer: number, last: number, holds: (index: number) => boolean): Uint8Array {
  let next = 0
  while (next <= last && holds(next)) next++
  const bits = new Uint8Array(BITMAP_BLOCKS / 8)
  let used = 0
  for (let i = 0; i < BITMAP_BLOCKS && next + 1 + i <= last; i++) {
    if (!holds(next + 1 + i)) continue
    bits[i >> 3]! |= 0x80 >> (i & 7)
    used = (i >> 3) + 1
  }
  const out = new Uint8Array(ACK_HEADER + used)
  out[0] = ACK
  out[1] = transfer >>> 8
  out[2] = transfer
  out[3] = next
  out.set(bits.subarray(0, used), ACK_HEADER)
  return out
}

/** What an ACK says of block `index`: held, missing, or nothing (beyond next + 64). */
export function saysOf(ack: AckFrame, index: number): "held" | "missing" | "nothing" {
  if (index < ack.next) return "held"
  if (index === ack.next) return "missing"
  const i = index - ack.next - 1
  if (i >= BITMAP_BLOCKS) return "nothing"
  if (i >> 3 >= ack.bitmap.length) return "missing"
  return (ack.bitmap[i >> 3]! & (0x80 >> (i & 7))) !== 0 ? "held" : "missing"
}
