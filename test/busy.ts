/**
 * A virtual board whose work takes time: while its code runs nothing else on it does, and what comes meanwhile waits for the end of that, as on a board of one
 * thread. How long work takes is for a meter to say: simulated milliseconds, or true ones.
 */
import type { Board, LinkEvents } from "../sdk/port.ts"

/** Milliseconds of work that were done so far. */
export type Meter = () => number

/** Work between two rests of the board, or before it ends without one. */
export interface Slice {
  readonly ms: number
  readonly rested: boolean
}

export class BusyBoard {
  /** The board as a device sees it. */
  readonly board: Board
  /** All stretches of work so far, those of no time left out. */
  readonly slices: Slice[] = []
  private readonly inner: Board
  private readonly meter: Meter
  /** What is to run, the first of it now or when the board is free. */
  private readonly queue: (() => void)[] = []
  private freeAt = 0
  private base = 0
  private began: number | undefined
  private marked = 0

  constructor(inner: Board, meter: Meter) {
    this.inner = inner
    this.meter = meter
    const { link, clock } = inner
    const publish = (topic: string, payload: Uint8Array): boolean => this.soon(() => link.publish(topic, payload))
    const later = (ms: number, wake: () => void): void => clock.after(this.ticks() - clock.ticks() + ms, () => this.enter(wake))
    this.board = {
      name: inner.name,
      entropy: inner.entropy,
      store: inner.store,
      clock: { ticks: () => this.ticks(), utc: () => clock.utc(), after: later },
      link: { mtu: link.mtu, publish, open: (events) => link.open(this.waiting(events)), subscribe: (topic) => link.subscribe(topic), close: () => link.close() },
      rest: () => {
        this.mark(true)
        inner.rest?.()
      },
    }
  }

  private ticks(): number {
    return this.began === undefined ? this.inner.clock.ticks() : Math.floor(this.base + this.meter() - this.began)
  }

  private waiting(events: LinkEvents): LinkEvents {
    return {
      onReady: () => this.enter(() => events.onReady()),
      onMessage: (topic, payload) => this.enter(() => events.onMessage(topic, payload)),
      onWritable: () => this.enter(() => events.onWritable()),
      onClosed: () => this.enter(() => events.onClosed()),
    }
  }

  /** Runs the board's code, after all that waits already. */
  private enter(act: () => void): void {
    this.queue.push(act)
    if (this.queue.length === 1) this.next()
  }

  private next(): void {
    const now = this.inner.clock.ticks()
    if (now < this.freeAt) return this.inner.clock.after(this.freeAt - now, () => this.next())
    this.base = now
    this.began = this.marked = this.meter()
    this.queue[0]!()
    this.mark(false)
    this.freeAt = now + this.meter() - this.began
    this.began = undefined
    this.queue.shift()
    if (this.queue.length > 0) this.next()
  }

  /** What happens after some work happens that much later. */
  private soon(act: () => boolean): boolean {
    const ahead = this.ticks() - this.inner.clock.ticks()
    if (ahead <= 0) return act()
    this.inner.clock.after(ahead, act)
    return true
  }

  private mark(rested: boolean): void {
    const ms = this.meter() - this.marked
    this.marked += ms
    if (ms > 0) this.slices.push({ ms, rested })
  }
}
