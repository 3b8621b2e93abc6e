/** A Clock over what an engine has: counters that start anew or jump, timers that fire early, a wall clock that stands at 1970 until somebody sets it. */
import type { Board, Clock } from "../../sdk/port.ts"

/** 2020-01-01 UTC. A clock before it was never set. */
const FLOOR = 1577836800
/** The longest wait that setTimeout takes on every engine, milliseconds. */
const LONGEST = 2147483647

/** An engine's time. */
export interface TimeSource {
  /** Milliseconds since some moment. */
  milliseconds(): number
  /** Seconds since 1970-01-01 UTC where the engine's clock is trusted from boot on, else undefined. */
  utc(): number | undefined
  /** Calls `act` after some `ms` milliseconds, perhaps a little early; not before it has returned. */
  wake(ms: number, act: () => void): void
}

/** A clock that whoever has heard the time can set. */
export interface SettableClock extends Clock {
  /** Makes UTC trusted: seconds since 1970-01-01, from GPS, a phone or an operator. Throws at times before 2020: that clock was never set. */
  setUtc(seconds: number): void
}

/** A board whose clock can be set. */
export interface SettableBoard extends Board {
  readonly clock: SettableClock
}

/** The clock of an engine. A source that goes back is counted on from where it was; `utc` is undefined while the source stands before 2020. */
export function clockOver(source: TimeSource): SettableClock {
  let base = -source.milliseconds()
  let last = -base
  let offset: number | undefined
  const exact = (): number => {
    const now = source.milliseconds()
    if (now < last) base += last - now
    last = now
    return base + now
  }
  const ticks = (): number => Math.floor(exact())
  const wait = (until: number, wake: () => void): void => {
    const left = until - exact()
    source.wake(left > LONGEST ? LONGEST : left > 0 ? Math.ceil(left) : 0, () => (exact() < until ? wait(until, wake) : wake()))
  }
  return {
    ticks,
    utc(): number | undefined {
      if (offset !== undefined) return offset + exact() / 1000
      const own = source.utc()
      return own !== undefined && own >= FLOOR ? own : undefined
    },
    // one more, for ticks are whole
    after: (ms, wake) => wait(exact() + (ms > 0 ? ms : 0) + 1, wake),
    setUtc(seconds): void {
      if (!(seconds >= FLOOR)) throw new Error("setUtc: expected seconds of 2020 or later, got " + seconds + ": that clock was never set")
      offset = seconds - exact() / 1000
    },
  }
}
