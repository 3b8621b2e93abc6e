/** What a listener on the air sees of key transfers: every block that left, the messages they make, and whether any of it should never have left. */
import type { VirtualBoard } from "../boards/virtual/port.ts"
import { concat, hex } from "../sdk/base/bytes.ts"
import { isFault } from "../sdk/base/fault.ts"
import { decodeFrame } from "../sdk/keys/frames.ts"
import { parse, type Message } from "../sdk/mikey/message.ts"
import type { Board } from "../sdk/port.ts"
import type { Sym } from "../sdk/sym/sym.ts"

/** The blocks of one transfer number on one topic; several contents of a block are a breach. */
interface Transfer {
  readonly topic: string
  readonly number: number
  readonly last: number
  readonly blocks: Map<number, Uint8Array[]>
}

export class Tap {
  readonly transfers: Map<string, Transfer> = new Map()
  /** DATA and ACK frames that left, by topic. */
  readonly frames: { readonly topic: string; readonly octets: Uint8Array }[] = []
  private readonly sym: Sym

  constructor(sym: Sym) {
    this.sym = sym
  }

  /** The board as code in its present life sees it, with every publish noted. */
  on(board: VirtualBoard): Board {
    const { link } = board
    const heard = (topic: string, payload: Uint8Array): void => this.hear(topic, payload)
    const publish = (topic: string, payload: Uint8Array): boolean => {
      let left = true
      try {
        left = link.publish(topic, payload)
      } finally {
        // a power cut in the middle may have let it out
        if (left) heard(topic, new Uint8Array(payload))
      }
      return left
    }
    const tapped = { mtu: link.mtu, publish, open: link.open.bind(link), subscribe: link.subscribe.bind(link), close: link.close.bind(link) }
    return { name: board.name, clock: board.clock, entropy: board.entropy, store: board.store, link: tapped, rest: () => board.rest!() }
  }

  private hear(topic: string, octets: Uint8Array): void {
    this.frames.push({ topic, octets })
    const frame = decodeFrame(octets)
    if (isFault(frame) || frame.kind !== "data") return
    const key = `${topic} ${frame.transfer}`
    let transfer = this.transfers.get(key)
    if (transfer === undefined) this.transfers.set(key, (transfer = { topic, number: frame.transfer, last: frame.last, blocks: new Map() }))
    const contents = transfer.blocks.get(frame.index) ?? []
    if (!contents.some((c) => Buffer.compare(c, frame.octets) === 0)) contents.push(frame.octets)
    transfer.blocks.set(frame.index, contents)
  }

  /** The whole messages that left under topics with this ending (`/up`, `/down`), one for each transfer. */
  messages(ending: string): Message[] {
    const out: Message[] = []
    for (const t of this.transfers.values()) {
      if (!t.topic.endsWith(ending) || t.blocks.size !== t.last + 1) continue
      const octets = concat([...Array(t.last + 1).keys()].map((i) => t.blocks.get(i)![0]!))
      const m = parse(octets, octets.length)
      if (!isFault(m)) out.push(m)
    }
    return out
  }

  /** Blocks that left with two contents under one number: of an answer, one key and IV over two texts. */
  changedBlocks(): string[] {
    const out: string[] = []
    for (const [key, t] of this.transfers) for (const [index, contents] of t.blocks) if (contents.length > 1) out.push(`${key} block ${index}`)
    return out
  }

  /** Times that more than one request of a device carried, by TS type. */
  reusedTimes(): string[] {
    const out: string[] = []
    const seen = new Map<string, string>()
    for (const m of this.messages("/up")) {
      const T = `${hex(m.IDRpsk!.data)} ${m.T.type} ${hex(m.T.value)}`
      const hash = hex(this.sym.sha256(m.octets))
      if (seen.has(T) && seen.get(T) !== hash) out.push(T)
      seen.set(T, hash)
    }
    return out
  }
}
