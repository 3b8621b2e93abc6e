/** One life of a virtual board, from power on to power cut: nothing that was set in it happens after its end. */
import type { Timeline } from "./timeline.ts"
import type { Dice } from "./random.ts"

/** Where a power cut can strike: in a put, a removal or a publish, before a message is heard, before a timer fires. */
export type CutPoint = "put" | "remove" | "publish" | "message" | "wake"

/** Unwinds whatever a board was doing when its power went; only the world catches it. */
export class PowerCut extends Error {
  readonly life: Life
  constructor(life: Life) {
    super("power cut")
    this.life = life
  }
}

/** Whether the operation that a cut strikes in was done; without a word the dice decide. */
export type CutSide = "before" | "after"

interface Cut {
  readonly point: CutPoint
  readonly side: CutSide | undefined
  left: number
  readonly then: (() => void) | undefined
}

export class Life {
  alive: boolean
  readonly bootAt: number
  private readonly time: Timeline
  private readonly source: Dice
  private readonly end: () => void
  private cut: Cut | undefined
  constructor(time: Timeline, source: Dice, end: () => void) {
    this.alive = true
    this.bootAt = time.now
    this.time = time
    this.source = source
    this.end = end
    this.cut = undefined
  }

  /** Lets something happen at world time `at` if the board still lives then. */
  at(at: number, act: () => void): void {
    this.time.at(at, () => {
      if (this.alive) this.guard(act)
    })
  }

  /** Runs the board's code up to its end or a power cut. */
  guard(act: () => void): void {
    try {
      act()
    } catch (error) {
      if (!(error instanceof PowerCut) || error.life !== this) throw error
    }
  }

  /** Arms a cut at the nth operation of a kind from now on; `then` happens after it, in the world's time. */
  arm(point: CutPoint, nth: number, then: (() => void) | undefined, side: CutSide | undefined): void {
    this.cut = { point, side, left: nth, then }
  }

  /** Does an operation; a cut strikes before or after it, so that it is wholly done or not at all. */
  through<T>(point: CutPoint, operation: () => T): T {
    const cut = this.cut
    if (cut === undefined || cut.point !== point || --cut.left > 0) return operation()
    this.cut = undefined
    const tossed = this.source.chance(0.5) ? "after" : "before"
    if ((cut.side ?? tossed) === "after") operation()
    this.end()
    if (cut.then !== undefined) this.time.at(this.time.now, cut.then)
    throw new PowerCut(this)
  }
}
