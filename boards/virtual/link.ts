/** The link of one life of a virtual board: connects to the broker, queues for the air, refuses what it cannot take now. */
import type { Link, LinkEvents } from "../../sdk/port.ts"
import type { Way } from "./air.ts"
import type { Broker, Client } from "./broker.ts"
import type { Life } from "./life.ts"
import type { Timeline } from "./timeline.ts"

/** What a link is made of; both ways and the broker outlive it. */
export interface LinkParts {
  readonly mtu: number
  readonly up: Way
  readonly down: Way
  readonly broker: Broker
  readonly time: Timeline
  readonly life: Life
  /** World time until which the link is down. */
  readonly downUntil: () => number
  /** Counts a frame that was longer than the mtu on its way down, and lost. */
  readonly tooLong: () => void
}

export class VirtualLink implements Link, Client {
  readonly mtu: number
  readonly filters: string[]
  private readonly parts: LinkParts
  private events: LinkEvents | undefined
  private ready: boolean
  private connection: number
  private queued: number
  private busyUntil: number
  private starved: boolean

  constructor(parts: LinkParts) {
    this.mtu = parts.mtu
    this.filters = []
    this.parts = parts
    this.events = undefined
    this.ready = false
    this.connection = 0
    this.queued = 0
    this.busyUntil = 0
    this.starved = false
  }

  open(events: LinkEvents): void {
    if (!this.parts.life.alive || this.events !== undefined) return
    this.events = events
    this.reach()
  }

  publish(topic: string, payload: Uint8Array): boolean {
    if (!this.parts.life.alive || !this.ready || payload.length > this.mtu || topic.includes("+") || topic.includes("#")) return false
    if (this.queued >= this.parts.up.air.queue) {
      this.starved = true
      return false
    }
    return this.parts.life.through("publish", () => this.send(topic, new Uint8Array(payload)))
  }

  subscribe(topic: string): boolean {
    if (!this.parts.life.alive || !this.ready) return false
    const connection = this.connection
    this.parts.time.at(this.parts.time.now + this.parts.up.latency(), () => {
      if (this.ready && connection === this.connection && !this.filters.includes(topic)) this.filters.push(topic)
    })
    return true
  }

  close(): void {
    this.drop()
    this.events = undefined
  }

  deliver(topic: string, payload: Uint8Array): void {
    const { life, down, time } = this.parts
    if (payload.length > this.mtu) return this.parts.tooLong()
    const connection = this.connection
    down.carry(time.now, () => {
      if (!life.alive || !this.ready || connection !== this.connection) return
      this.parts.broker.of(topic).delivered++
      life.guard(() => life.through("message", () => this.events!.onMessage(topic, new Uint8Array(payload))))
    })
  }

  /** The broker or the path went down, or came back. */
  changed(): void {
    const was = this.ready
    this.drop()
    if (this.events === undefined) return
    const events = this.events
    if (was) this.parts.life.at(this.parts.time.now, () => events.onClosed())
    this.reach()
  }

  private drop(): void {
    this.ready = false
    this.connection++
    this.filters.length = 0
    this.queued = 0
    this.busyUntil = 0
    this.starved = false
    this.parts.broker.disconnect(this)
  }

  /** Connects once there is a path: a round trip, as the first thing in a connection's life. */
  private reach(): void {
    const { life, time, broker, up, down } = this.parts
    const connection = this.connection
    const from = Math.max(time.now, this.parts.downUntil())
    life.at(from + up.latency() + down.latency(), () => {
      if (connection !== this.connection || this.events === undefined || !broker.up) return
      this.ready = true
      broker.connect(this)
      this.events.onReady()
    })
  }

  private send(topic: string, payload: Uint8Array): boolean {
    const { up, time, broker, life } = this.parts
    const connection = this.connection
    const rate = up.air.octetsPerSecond
    const leaves = Math.max(time.now, this.busyUntil) + (rate > 0 ? (payload.length * 1000) / rate : 0)
    this.busyUntil = leaves
    this.queued++
    broker.count(topic, payload.length)
    // what is in the modem's queue goes with the power or the connection
    time.at(leaves, () => {
      if (!life.alive || connection !== this.connection) return
      this.queued--
      up.carry(leaves, () => broker.take(topic, payload))
      if (!this.starved) return
      this.starved = false
      life.at(time.now, () => {
        if (connection === this.connection && this.events !== undefined) this.events.onWritable()
      })
    })
    return true
  }
}
