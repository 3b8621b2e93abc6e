/** A Link over whatever carries an engine's messages: what every link owes its user, so that a port writes only what its engine does. */
import type { Clock, Link, LinkEvents } from "../../sdk/port.ts"
import { copied } from "./octets.ts"

/** What a pipe tells. */
export interface PipeEvents {
  /** Connected: it takes subscriptions and messages. */
  ready(): void
  /** The payload is handed over. */
  message(topic: string, payload: Uint8Array): void
  /** Takes messages again, having refused one. */
  writable(): void
  /** No longer connected. */
  closed(): void
}

/** How an engine reaches its broker or gateway. */
export interface Pipe {
  /** Begins to connect. */
  open(to: PipeEvents): void
  /** Takes a message whose payload stays as it is; calls `gone` when there is room for another. False when it cannot. */
  publish(topic: string, payload: Uint8Array, gone: () => void): boolean
  subscribe(topic: string): boolean
  close(): void
}

/** What a link is held to. */
export interface LinkLimits {
  /** Octets, 32 to 65535. */
  readonly mtu: number
  /** Messages that may be under way before one is refused. */
  readonly window: number
  /** Milliseconds until a pipe that has closed is opened again; 0 where it does so itself. */
  readonly retryMs: number
}

/** A link over a pipe; throws at an mtu that no link may have. */
export function linkOver(pipe: Pipe, clock: Clock, limits: LinkLimits): Link {
  if (!(limits.mtu >= 32 && limits.mtu <= 65535)) throw new Error("mtu: expected 32 to 65535 octets, got " + limits.mtu)
  return new PipedLink(pipe, clock, limits)
}

class PipedLink implements Link {
  readonly mtu: number
  private readonly pipe: Pipe
  private readonly clock: Clock
  private readonly limits: LinkLimits
  private events: LinkEvents | undefined
  /** Counts openings: whatever an earlier one still has to say is for nobody. */
  private life: number
  private ready: boolean
  private waiting: number
  private starved: boolean
  /** Calls of ours that have not returned: nobody is called back before they have. */
  private within: number

  constructor(pipe: Pipe, clock: Clock, limits: LinkLimits) {
    this.mtu = limits.mtu
    this.pipe = pipe
    this.clock = clock
    this.limits = limits
    this.events = undefined
    this.life = 0
    this.ready = false
    this.waiting = 0
    this.starved = false
    this.within = 0
  }

  open(events: LinkEvents): void {
    if (this.events !== undefined) return
    this.events = events
    this.connect()
  }

  publish(topic: string, payload: Uint8Array): boolean {
    if (!this.ready || payload.length > this.mtu || topic.indexOf("+") >= 0 || topic.indexOf("#") >= 0) return false
    if (this.waiting >= this.limits.window) {
      this.starved = true
      return false
    }
    const own = copied(payload)
    const life = this.life
    this.waiting++
    this.within++
    const taken = this.pipe.publish(topic, own, () => this.gone(life))
    this.within--
    if (!taken) {
      this.waiting--
      this.starved = true
    }
    return taken
  }

  subscribe(topic: string): boolean {
    if (!this.ready) return false
    this.within++
    const taken = this.pipe.subscribe(topic)
    this.within--
    return taken
  }

  close(): void {
    if (this.events === undefined) return
    this.events = undefined
    this.reset()
    this.pipe.close()
  }

  private connect(): void {
    this.reset()
    const life = this.life
    this.within++
    this.pipe.open({
      ready: () => this.tell(life, (to) => {
        this.ready = true
        to.onReady()
      }),
      message: (topic, payload) => this.tell(life, (to) => (this.ready ? to.onMessage(topic, payload) : undefined)),
      writable: () => this.fed(life),
      closed: () => this.tell(life, (to) => this.closed(to)),
    })
    this.within--
  }

  private closed(to: LinkEvents): void {
    const was = this.ready
    this.ready = false
    this.waiting = 0
    this.starved = false
    if (this.limits.retryMs > 0) {
      const life = this.life
      this.clock.after(this.limits.retryMs, () => (life === this.life ? this.connect() : undefined))
    }
    if (was) to.onClosed()
  }

  private gone(life: number): void {
    if (life !== this.life || this.waiting === 0) return
    this.waiting--
    this.fed(life)
  }

  private fed(life: number): void {
    if (life !== this.life || !this.starved) return
    this.starved = false
    this.tell(life, (to) => (this.ready ? to.onWritable() : undefined))
  }

  /** Tells the user now or, from within a call of theirs, later. */
  private tell(life: number, act: (to: LinkEvents) => void): void {
    const now = (): void => {
      if (life === this.life && this.events !== undefined) act(this.events)
    }
    if (this.within === 0) now()
    else this.clock.after(0, now)
  }

  private reset(): void {
    this.life++
    this.ready = false
    this.waiting = 0
    this.starved = false
  }
}
