/** A simulated MQTT broker: it knows who subscribed what, forgets a client's subscriptions with its connection, and lies as told. */
import { matches, type Lies, type Traffic } from "./air.ts"
import type { Dice } from "./random.ts"

/** One connection of a board. */
export interface Client {
  readonly filters: string[]
  /** Sends a message down to the board. */
  deliver(topic: string, payload: Uint8Array): void
  /** The connection went, or may come back. */
  changed(): void
}

export class Broker {
  readonly lies: Lies
  readonly traffic: Map<string, Traffic>
  up: boolean
  private clients: Client[]
  private readonly source: Dice
  constructor(source: Dice) {
    this.lies = { drop: 0, double: 0, swap: 0 }
    this.traffic = new Map()
    this.up = true
    this.clients = []
    this.source = source
  }

  connect(client: Client): void {
    this.clients.push(client)
  }

  disconnect(client: Client): void {
    this.clients = this.clients.filter((other) => other !== client)
  }

  /** Goes down or comes up; every connection hears of it. */
  turn(state: "up" | "down", everyone: readonly Client[]): void {
    this.up = state === "up"
    this.clients = []
    for (const client of everyone) client.changed()
  }

  /** Counts a publish on the air. */
  count(topic: string, octets: number): void {
    const traffic = this.of(topic)
    traffic.frames++
    traffic.octets += octets
  }

  /** Takes a message that arrived and passes it on to each subscriber once, or does what a liar does. */
  take(topic: string, payload: Uint8Array): void {
    const dropped = this.source.chance(this.lies.drop)
    const times = this.source.chance(this.lies.double) ? 2 : 1
    const swapped = this.source.chance(this.lies.swap)
    const known = [...this.traffic.keys()]
    const other = known[Math.floor(this.source.roll() * known.length)]
    if (!this.up || dropped) return
    for (let i = 0; i < times; i++) this.pass(swapped && other !== undefined ? other : topic, payload)
  }

  /** Traffic of a topic so far. */
  of(topic: string): Traffic {
    let traffic = this.traffic.get(topic)
    if (traffic === undefined) this.traffic.set(topic, (traffic = { frames: 0, octets: 0, delivered: 0 }))
    return traffic
  }

  private pass(topic: string, payload: Uint8Array): void {
    for (const client of this.clients) if (client.filters.some((filter) => matches(filter, topic))) client.deliver(topic, payload)
  }
}
