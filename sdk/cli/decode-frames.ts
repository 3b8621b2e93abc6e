/** Frames of the constrained channel for `ibake decode --frames`: what each says, and the messages that their blocks make up. */
import { hex, concat } from "../base/bytes.ts"
import { isFault } from "../base/fault.ts"
import { decodeFrame, type DataFrame } from "../keys/frames.ts"
import type { Found } from "./decode-input.ts"
import { count } from "./decode-walk.ts"
import type { Screen } from "./screen.ts"

/** Says what each frame is and answers the messages that are whole; blocks may come doubled and in any order. */
export function reassemble(frames: readonly Found[], out: Screen): Found[] {
  const transfers = new Map<number, DataFrame[]>()
  for (const { from, octets } of frames) {
    const frame = decodeFrame(octets)
    if (isFault(frame)) out.say(`${from}: expected a DATA or ACK frame, came ${hex(octets.subarray(0, 12))} (${frame.at})`, { event: "frame", from, ...frame })
    else if (frame.kind === "ack") out.say(`${from}: ACK of transfer 0x${hex4(frame.transfer)}, next ${frame.next}, bitmap ${hex(frame.bitmap) || "empty"}`, { event: "frame", from, ...frame, bitmap: hex(frame.bitmap) })
    else {
      out.say(`${from}: DATA of transfer 0x${hex4(frame.transfer)}, block ${frame.index} of 0 to ${frame.last}, ${count(frame.octets.length)}`, { event: "frame", from, ...frame, octets: hex(frame.octets) })
      transfers.set(frame.transfer, [...(transfers.get(frame.transfer) ?? []), frame])
    }
  }
  return [...transfers].flatMap(([transfer, blocks]) => whole(transfer, blocks, out))
}

/** A request and its answer have one number; their counts of blocks tell them apart where they differ. */
function whole(transfer: number, blocks: readonly DataFrame[], out: Screen): Found[] {
  return [...new Set(blocks.map((b) => b.last))].flatMap((last) => {
    const held = Array.from({ length: last + 1 }, (_, index) => blocks.find((b) => b.last === last && b.index === index))
    const missing = held.flatMap((b, index) => (b === undefined ? [index] : []))
    const from = `transfer 0x${hex4(transfer)}`
    if (missing.length === 0) return [{ from, octets: concat(held.map((b) => b!.octets)) }]
    out.say(`${from}: expected blocks 0 to ${last}, missing are ${missing.join(", ")}`, { event: "transfer", transfer, last, missing })
    return []
  })
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, "0")
}
