/** How long a path takes from a block to its ACK: what a sender waits at least before it sends a block again. */

/** So many blocks in a row that had to be resent: the estimate is too short for this path. */
const VAGUE = 6

/**
 * The least time of this message's blocks that were sent once (Karn's rule: the ACK of one that was resent does not say of which sending it is);
 * until there is one, that of the message before.
 */
export class RoundTrip {
  /** Milliseconds; 0 while nothing is known. */
  least: number
  private firstAt: Float64Array
  private lastAt: Float64Array
  private measured: boolean
  private vague: number

  constructor() {
    this.least = 0
    this.firstAt = new Float64Array(0)
    this.lastAt = new Float64Array(0)
    this.measured = false
    this.vague = 0
  }

  /** A message of so many blocks begins. */
  start(blocks: number): void {
    this.firstAt = new Float64Array(blocks)
    this.lastAt = new Float64Array(blocks)
    this.measured = false
  }

  /** Block `index` leaves, for the first time or again. */
  sent(index: number, how: "first" | "again", now: number): void {
    if (how === "first") this.firstAt[index] = now
    this.lastAt[index] = now
  }

  /** The first ACK of block `index`; `retryMs` is what was waited while nothing was known. */
  heard(index: number, now: number, retryMs: number): void {
    if (this.lastAt[index] === this.firstAt[index]) {
      const took = now - this.firstAt[index]!
      if (!this.measured || took < this.least) this.least = took
      this.measured = true
      this.vague = 0
    } else if (++this.vague >= VAGUE) {
      this.vague = 0
      this.least = 2 * this.least > retryMs ? 2 * this.least : retryMs
    }
  }
}
