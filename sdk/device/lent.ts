/** What a board lends in the form that the parts of a device use: randomness, and time that is trusted. */
import { blank } from "../base/bytes.ts"
import type { Draw, Now } from "../ibake/session.ts"
import type { Board } from "../port.ts"

/** Random octets of a board. */
export function drawFrom(board: Board): Draw {
  return (octets: number): Uint8Array | undefined => {
    const out = blank(octets)
    return board.entropy.fill(out) ? out : undefined
  }
}

/** One octet of a board's randomness at a time, for jitter; 0 while it has none, for jitter is no secret. */
export function jitterFrom(board: Board): () => number {
  const one = new Uint8Array(1)
  return () => (board.entropy.fill(one) ? one[0]! : 0)
}

/** The device's time: the board's if it has one, or that of a notice, counted on in ticks until the next boot. */
export class Time {
  private readonly board: Board
  private noticed: number | undefined
  private at: number
  /** Half of the round trip that the noticed time came with, seconds; 0 for the board's own. */
  error: number

  constructor(board: Board) {
    this.board = board
    this.noticed = undefined
    this.at = 0
    this.error = 0
  }

  now(): Now {
    return { utc: this.utc(), ticks: this.board.clock.ticks() }
  }

  utc(): number | undefined {
    const own = this.board.clock.utc()
    if (own !== undefined || this.noticed === undefined) return own
    return this.noticed + (this.board.clock.ticks() - this.at) / 1000
  }

  /** Takes the time of a notice whose request was sent at tick `sent` of this boot and whose response was complete at tick `complete`. */
  take(notice: number, sent: number, complete: number): void {
    this.error = (complete - sent) / 2000
    this.noticed = notice + this.error
    this.at = complete
  }
}
