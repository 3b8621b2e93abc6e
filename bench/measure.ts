/** Timing for ratios: every contestant takes its turn in each round, so that what else the machine does falls on all alike. */

/** One contestant; `prepare` is not timed. */
export interface Contestant {
  readonly name: string
  run(): void
  prepare?(): void
}

/** Medians in milliseconds by name, over `rounds` interleaved rounds after `warm` that do not count. */
export function interleaved(contestants: readonly Contestant[], rounds: number, warm: number): Map<string, number> {
  const times = new Map(contestants.map((c) => [c.name, [] as number[]]))
  for (let i = 0; i < warm + rounds; i++) {
    for (const c of contestants) {
      c.prepare?.()
      const from = performance.now()
      c.run()
      const took = performance.now() - from
      if (i >= warm) times.get(c.name)!.push(took)
    }
  }
  return new Map([...times].map(([name, list]) => [name, median(list)]))
}

/** The middle of a list. */
export function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
