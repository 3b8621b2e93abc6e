/** A narrow, lossy channel in front of a real link, for trials: what a radio on the edge of its cell sees. Counts what it sends. */
import { decodeFrame } from "../keys/frames.ts"
import type { Link, LinkEvents } from "../port.ts"

/** How narrow, and what share of frames is lost each way, 0 to 1. */
export interface Narrow {
  readonly mtu: number
  readonly loss: number
}

/** A link of which frames are lost at random, with counts. */
export interface CountedLink extends Link {
  /** DATA frames sent, by transfer number; those of the frame count that were lost are among them. */
  readonly sent: ReadonlyMap<number, number>
  /** Frames lost, both ways. */
  lost(): number
}

/** The channel; `chance` answers 0 to 1. */
export function narrowed(link: Link, narrow: Narrow, chance: () => number): CountedLink {
  const sent = new Map<number, number>()
  let lost = 0
  const drops = (): boolean => {
    const gone = chance() < narrow.loss
    if (gone) lost++
    return gone
  }
  return {
    mtu: Math.min(link.mtu, narrow.mtu),
    sent,
    lost: () => lost,
    open: (events: LinkEvents) =>
      link.open({
        onReady: () => events.onReady(),
        onMessage: (topic, payload) => (drops() ? undefined : events.onMessage(topic, payload)),
        onWritable: () => events.onWritable(),
        onClosed: () => events.onClosed(),
      }),
    publish: (topic, payload) => {
      const frame = decodeFrame(payload)
      if ("kind" in frame && frame.kind === "data") sent.set(frame.transfer, (sent.get(frame.transfer) ?? 0) + 1)
      return drops() ? true : link.publish(topic, payload)
    },
    subscribe: (topic) => link.subscribe(topic),
    close: () => link.close(),
  }
}
