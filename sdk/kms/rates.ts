/** Rates: a token bucket, and the line in which requests of many devices wait their turn. */

/** So many a second on average, so many at once. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** A bucket that is full at first. Answers false when it is empty; `now` is in milliseconds and never goes back. */
export function bucket(rate: Rate, from: number): (now: number) => boolean {
  let tokens = rate.burst
  let at = from
  return (now) => {
    tokens = Math.min(rate.burst, tokens + ((now - at) * rate.perSecond) / 1000)
    at = now
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}

/** A line of work of bounded length, of which so many run at once. */
export interface Line {
  /** Puts work at the end, or answers false when the line is full. The work never throws. */
  enter(work: () => Promise<void>): boolean
  /** Lets nothing more begin; resolves when what runs has ended. */
  stop(): Promise<void>
}

/** First come, first served; fair among devices because each stands in it at most once, which its user sees to. */
export function line(atOnce: number, longest: number): Line {
  const waiting: (() => Promise<void>)[] = []
  const running = new Set<Promise<void>>()
  const next = (): void => {
    const work = running.size < atOnce ? waiting.shift() : undefined
    if (work === undefined) return
    const mine: Promise<void> = work().finally(() => {
      running.delete(mine)
      next()
    })
    running.add(mine)
  }
  return {
    enter(work: () => Promise<void>): boolean {
      if (waiting.length >= longest) return false
      waiting.push(work)
      next()
      return true
    },
    async stop(): Promise<void> {
      waiting.length = 0
      await Promise.all(running)
    },
  }
}
