/** Channels between virtual boards: the loop that a device or a server runs, without the device. */
import { createHash } from "node:crypto"
import { createWorld, type Air, type VirtualBoard, type World } from "../../boards/virtual/port.ts"
import { Channel, byHash, transferOf, type ChannelEvent, type ChannelLimits, type ChannelOutput } from "../../sdk/keys/channel.ts"
import type { Fault } from "../../sdk/base/fault.ts"
import type { Sym } from "../../sdk/sym/sym.ts"
import { dice, type Dice } from "../../boards/virtual/random.ts"

export const limits: ChannelLimits = { transferOctets: 16384, transferSeconds: 600, retryMs: 1000, retryMaxMs: 60000 }

/** Only the hash is used by a channel. */
export const sym = { sha256: (data: Uint8Array) => new Uint8Array(createHash("sha256").update(data).digest()) } as unknown as Sym

export type Event = ChannelEvent | Extract<ChannelOutput, { kind: "gaveUp" }>

/** What both kinds of channel have in common. */
interface Loopable {
  receive(octets: Uint8Array, now: number): ChannelEvent | Fault | undefined
  poll(now: number): ChannelOutput | undefined
  wakeAt(): number | undefined
}

/** One end: a channel on a board in one life. */
export interface End<C> {
  readonly channel: C
  readonly faults: Fault[]
  /** Publishes what is due and sets the alarm; called after anything was done to the channel. */
  pump(): void
}

/** Joins a channel to a board: publishes to `out`, hears `own`. */
export function join<C extends Loopable>(board: VirtualBoard, channel: C, out: string, own: string, onEvent: (event: Event, end: End<C>) => void): End<C> {
  let alarm = 0
  let kept: Uint8Array | undefined
  let ready = false
  const { clock, link } = board
  const faults: Fault[] = []
  const publish = (frame: Uint8Array): boolean => {
    kept = link.publish(out, frame) ? undefined : frame
    return kept === undefined
  }
  const pump = (): void => {
    if (!ready || (kept !== undefined && !publish(kept))) return
    for (;;) {
      const output = channel.poll(clock.ticks())
      if (output === undefined) break
      if (output.kind === "gaveUp") onEvent(output, end)
      else if (!publish(output.frame)) return
    }
    const wake = channel.wakeAt()
    const mine = ++alarm
    if (wake !== undefined) clock.after(Math.max(0, wake - clock.ticks()), () => (mine === alarm ? pump() : undefined))
  }
  const end: End<C> = { channel, faults, pump }
  link.open({
    onReady(): void {
      ready = true
      link.subscribe(own)
      // a broker has a subscription before it has what is published after it
      clock.after(100, pump)
    },
    onMessage(topic, payload): void {
      if (topic !== own) return
      const event = channel.receive(payload, clock.ticks())
      if (event !== undefined && "fault" in event) faults.push(event)
      else if (event !== undefined) onEvent(event, end)
      pump()
    },
    onWritable: pump,
    onClosed(): void {
      ready = false
    },
  })
  return end
}

/** A channel for messages numbered by their hash. */
export function messages(mtu: number, source: Dice, changed?: Partial<ChannelLimits>): Channel {
  return new Channel({ mtu, limits: { ...limits, ...changed }, jitter: octetOf(source), admission: byHash(sym) })
}

/** Octets for jitter. */
export function octetOf(source: Dice): () => number {
  return () => Math.floor(source.roll() * 256)
}

/** A message of random octets. */
export function octets(source: Dice, length: number): Uint8Array {
  const out = new Uint8Array(length)
  for (let i = 0; i < length; i++) out[i] = Math.floor(source.roll() * 256)
  return out
}

/** So many seeds, or the one of the environment's SEED. */
export function seeds(from: number, count: number): number[] {
  const only = process.env["SEED"]
  return only === undefined ? Array.from({ length: count }, (_, i) => from + i) : [Number(only)]
}

/** How one run is set up. */
export interface Setup {
  readonly seed: number
  readonly mtu: number
  readonly air: Partial<Air>
  readonly size: number
}

/** What became of one message from a to b. */
export interface Outcome {
  readonly world: World
  readonly received: Uint8Array[]
  readonly sent: Uint8Array
  readonly delivered: number
  readonly gaveUp: number
  /** World time of the last event at the sender. */
  readonly endMs: number
}

/** Sends one message between two radios. */
export function oneMessage(setup: Setup, changed?: Partial<ChannelLimits>): Outcome {
  const world = createWorld({ seed: setup.seed })
  const source = dice(setup.seed, "test")
  // one of the two links is bad: a frame meets the loss once
  const a = world.board("a", { mtu: setup.mtu, air: setup.air })
  const b = world.board("b", { mtu: setup.mtu, air: { latencyMs: [0, 1] } })
  const sent = octets(source, setup.size)
  const received: Uint8Array[] = []
  const count = { delivered: 0, gaveUp: 0, endMs: 0 }
  join(b, messages(setup.mtu, source, changed), "to/a", "to/b", (event, end) => {
    if (event.kind !== "received") return
    received.push(event.octets)
    end.channel.accept(event.transfer, b.clock.ticks())
  })
  const end = join(a, messages(setup.mtu, source, changed), "to/b", "to/a", (event) => {
    if (event.kind === "delivered" || event.kind === "gaveUp") count[event.kind]++
    count.endMs = world.now()
  })
  end.channel.send(sent, transferOf(sym, sent), 0)
  world.run()
  return { world, received, sent, ...count }
}
