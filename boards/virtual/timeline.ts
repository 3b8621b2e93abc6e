/** Simulated time: events in a heap, by time and then by the order in which they were set. */

/** How a run ended: nothing is left to happen, its time is over, or its `stop` said so. */
export type RunEnd = "idle" | "until" | "stopped"

/** When a run ends. */
export interface RunLimits {
  /** World time in milliseconds; what happens at it still happens. */
  readonly until?: number
  /** Asked after every event. */
  readonly stop?: () => boolean
  /** Events after which the world is taken to have run away; default 5,000,000. */
  readonly most?: number
}

interface Entry {
  readonly at: number
  readonly order: number
  readonly act: () => void
}

export class Timeline {
  now: number
  private heap: Entry[]
  private orders: number
  constructor() {
    this.now = 0
    this.heap = []
    this.orders = 0
  }

  /** Lets something happen at world time `at`, or now if that has passed. */
  at(at: number, act: () => void): void {
    const heap = this.heap
    const entry = { at: at > this.now ? at : this.now, order: this.orders++, act }
    let i = heap.length
    heap.push(entry)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (before(heap[parent]!, entry)) break
      heap[i] = heap[parent]!
      i = parent
    }
    heap[i] = entry
  }

  /** Lets things happen until the end; an error names the seed and the time that replay it. */
  run(limits: RunLimits, label: string): RunEnd {
    const most = limits.most ?? 5_000_000
    for (let count = 0; this.heap.length > 0; count++) {
      if (limits.until !== undefined && this.heap[0]!.at > limits.until) break
      if (count >= most) throw new Error(`the world ran away: ${most} events (${label}, ${this.now} ms)`)
      const entry = this.pop()
      this.now = entry.at
      try {
        entry.act()
      } catch (error) {
        if (error instanceof Error) error.message += ` (${label}, ${this.now} ms)`
        throw error
      }
      if (limits.stop?.()) return "stopped"
    }
    if (this.heap.length === 0 && limits.until === undefined) return "idle"
    if (limits.until! > this.now) this.now = limits.until!
    return this.heap.length === 0 ? "idle" : "until"
  }

  private pop(): Entry {
    const heap = this.heap
    const top = heap[0]!
    const entry = heap.pop()!
    if (heap.length === 0) return top
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      if (before(entry, heap[child]!)) break
      heap[i] = heap[child]!
      i = child
    }
    heap[i] = entry
    return top
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
