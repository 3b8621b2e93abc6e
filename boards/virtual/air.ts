/** The simulated path: a narrow link from each board to one MQTT broker, both as bad as asked for. */
import type { Dice } from "./random.ts"
import type { Timeline } from "./timeline.ts"

/** How one board's link behaves, up and down alike. */
export interface Air {
  /** Probabilities 0 to 1 for each frame and way. */
  loss: number
  duplicate: number
  reorder: number
  /** Shortest and longest time of one way, milliseconds. */
  latencyMs: readonly [number, number]
  /** Up only; 0 is without limit. */
  octetsPerSecond: number
  /** Frames that wait for the air before publish refuses. */
  queue: number
}

/** What a lying broker does to a message, each with a probability 0 to 1. */
export interface Lies {
  drop: number
  double: number
  /** Delivers it under the topic of an earlier message. */
  swap: number
}

/** What went over the air under one topic; `frames` and `octets` count each publish, also those that were lost. */
export interface Traffic {
  frames: number
  octets: number
  /** Frames that reached a subscriber, each copy counted. */
  delivered: number
}

/** A good link: nothing lost, 20 to 40 ms, no limit. */
export const clearAir: Air = { loss: 0, duplicate: 0, reorder: 0, latencyMs: [20, 40], octetsPerSecond: 0, queue: 16 }

/** One way of one link. */
export class Way {
  readonly air: Air
  private readonly source: Dice
  private readonly time: Timeline
  private lastArrival: number
  /** Frames are lost until this world time. */
  silentUntil: number
  constructor(air: Air, source: Dice, time: Timeline) {
    this.air = air
    this.source = source
    this.time = time
    this.lastArrival = 0
    this.silentUntil = 0
  }

  /** Carries one frame that leaves at world time `leaves`: lost, once or twice, in order unless the dice reorder it. */
  carry(leaves: number, arrive: () => void): void {
    const lost = this.source.chance(this.air.loss) || leaves < this.silentUntil
    const copies = this.source.chance(this.air.duplicate) ? 2 : 1
    for (let i = 0; i < copies; i++) {
      const overtaken = this.source.chance(this.air.reorder)
      let at = leaves + this.latency()
      if (overtaken) at += this.source.between(0, 4 * this.air.latencyMs[1] + 20)
      else if (at < this.lastArrival) at = this.lastArrival
      if (lost) continue
      if (!overtaken) this.lastArrival = at
      this.time.at(at, arrive)
    }
  }

  latency(): number {
    return this.source.between(this.air.latencyMs[0], this.air.latencyMs[1])
  }
}

/** Whether a topic falls under an MQTT filter: `+` is one level, `#` at the end the rest. */
export function matches(filter: string, topic: string): boolean {
  const f = filter.split("/")
  const t = topic.split("/")
  for (let i = 0; i < f.length; i++) {
    if (f[i] === "#") return true
    if (i >= t.length || (f[i] !== "+" && f[i] !== t[i])) return false
  }
  return f.length === t.length
}
