/** What simulated devices of other engines share: one simulated time, one broker, and the gateway that a serial line ends at. Equal seeds give equal runs. */
import { Broker, type Client } from "../../boards/virtual/broker.ts"
import { dice, type Dice } from "../../boards/virtual/random.ts"
import { Timeline } from "../../boards/virtual/timeline.ts"
import { addressed, deframer, framed, kind, spelled, unaddressed, type Frame } from "../../boards/parts/frames.ts"

/** Enough for a law, milliseconds: what takes longer never comes. */
const MOST_MS = 60000
/** One way through the air or the line, milliseconds. */
const LATENCY = 3

/** A world of simulated devices. */
export class DeviceWorld {
  readonly time: Timeline
  readonly broker: Broker
  readonly source: Dice
  private readonly label: string

  constructor(seed: number) {
    this.time = new Timeline()
    this.broker = new Broker(dice(seed, "broker"))
    this.source = dice(seed, "devices")
    this.label = `seed ${seed}`
  }

  after(ms: number, act: () => void): void {
    this.time.at(this.time.now + Math.max(ms, 0), act)
  }

  /** A 32-bit number as a generator of a chip gives it. */
  word(): number {
    return (this.source.roll() * 0x100000000) | 0
  }

  /** Lets the world go on until this is so; throws, with the seed, when it never is. */
  until(done: () => boolean): void {
    const end = this.time.now + MOST_MS
    for (; !done(); this.time.run({ until: this.time.now + 1, stop: done }, this.label)) if (this.time.now >= end) throw new Error(`it never came to be (${this.label})`)
  }

  /** A client of the broker: what it subscribes, and where its messages go. */
  client(deliver: (topic: string, payload: Uint8Array) => void): Client {
    const client: Client = { filters: [], deliver: (topic, payload) => this.after(LATENCY, () => deliver(topic, payload)), changed: () => undefined }
    this.broker.connect(client)
    return client
  }

  publish(topic: string, payload: Uint8Array): void {
    const own = new Uint8Array(payload)
    this.broker.count(topic, own.length)
    this.after(LATENCY, () => this.broker.take(topic, own))
  }
}

/** The gateway's end of a serial line, as boards/parts/frames.ts describes it. `garble` may change octets that come over the line. */
export class Gateway {
  private readonly world: DeviceWorld
  private readonly down: (octets: Uint8Array) => void
  private readonly deframe: (octets: Uint8Array) => void
  private client: Client | undefined
  readonly opens: Uint8Array[]
  garble: (octets: Uint8Array) => Uint8Array

  constructor(world: DeviceWorld, down: (octets: Uint8Array) => void) {
    this.world = world
    this.down = down
    this.opens = []
    this.client = undefined
    this.garble = (octets) => octets
    this.deframe = deframer(70000, (frame) => this.heard(frame))
  }

  /** Octets from the board. */
  take(octets: Uint8Array): void {
    const own = this.garble(new Uint8Array(octets))
    this.world.after(LATENCY, () => this.deframe(own))
  }

  /** Loses the broker, and says so. */
  hangUp(): void {
    this.drop()
    this.send(kind.CLOSED, 0, new Uint8Array(0))
  }

  private drop(): void {
    if (this.client !== undefined) this.world.broker.disconnect(this.client)
    this.client = undefined
  }

  private heard({ kind: of, number, body }: Frame): void {
    if (of === kind.OPEN) {
      this.opens.push(body)
      this.drop()
      this.client = this.world.client((topic, payload) => this.send(kind.MESSAGE, 0, addressed(topic, payload)!))
      this.send(kind.READY, 0, new Uint8Array(0))
    } else if (of === kind.CLOSE) this.drop()
    else if (of === kind.SUBSCRIBE) this.client?.filters.push(spelled(body))
    else if (of === kind.PUBLISH) {
      const message = unaddressed(body)
      if (message === undefined || this.client === undefined) return
      this.world.publish(message.topic, message.payload)
      this.send(kind.TAKEN, number, new Uint8Array(0))
    }
  }

  private send(of: number, number: number, body: Uint8Array): void {
    const octets = this.garble(framed(of, number, body))
    this.world.after(LATENCY, () => this.down(octets))
  }
}
