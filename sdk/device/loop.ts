/** The one loop of a device: Jobs in slices, frames as the link takes them, and one wake-up at the time that comes next. */
import type { Job } from "../base/job.ts"
import type { Board } from "../port.ts"

/** What the loop asks when it turns: publish what is due, and say when to come back. */
export interface Part {
  turn(now: number): void
  wakeAt(): number | undefined
}

interface Task {
  /** Makes the Job when its turn comes: a session takes one Job at a time. */
  readonly begin: () => Job<unknown>
  readonly done: (value: unknown) => void
  /** Wipes what the Job was to be made of, when it never comes to its end. */
  readonly dropped: (() => void) | undefined
}

/** Jobs that wait at most; a flood of messages is dropped at the door. */
const WAITING = 32

export class Loop {
  private readonly board: Board
  private readonly sliceMs: number
  private readonly parts: Part[]
  private tasks: Task[]
  private tellings: (() => void)[]
  private job: Job<unknown> | undefined
  private armed: number | undefined
  private alarms: number
  private stopped: boolean

  constructor(board: Board, sliceMs: number) {
    this.board = board
    this.sliceMs = sliceMs
    this.parts = []
    this.tasks = []
    this.tellings = []
    this.job = undefined
    this.armed = undefined
    this.alarms = 0
    this.stopped = false
  }

  add(part: Part): void {
    this.parts.push(part)
  }

  /** Queues a Job; false when too many wait. Its value goes to `done` from within the loop; if the loop stops before, `dropped` is called instead. */
  run<T>(begin: () => Job<T>, done: (value: T) => void, dropped: (() => void) | undefined): boolean {
    if (this.stopped || this.tasks.length >= WAITING) return false
    this.tasks.push({ begin, done: done as (value: unknown) => void, dropped })
    this.soon()
    return true
  }

  /** Does something in the next turn: what an application is told is never told from within the call that led to it. */
  later(act: () => void): void {
    this.tellings.push(act)
    this.soon()
  }

  /** Nothing is being computed. */
  idle(): boolean {
    return this.job === undefined && this.tasks.length === 0
  }

  /** Turns soon: something changed. */
  soon(): void {
    this.arm(this.board.clock.ticks())
  }

  /** Drops what runs and what waits; the loop turns no more. */
  stop(): void {
    this.stopped = true
    const tasks = this.tasks
    const job = this.job
    this.tasks = []
    this.tellings = []
    this.job = undefined
    if (job !== undefined) job.drop()
    for (let i = 0; i < tasks.length; i++) {
      const dropped = tasks[i]!.dropped
      if (dropped !== undefined) dropped()
    }
  }

  private turn(): void {
    while (!this.stopped && this.tellings.length > 0) this.tellings.shift()!()
    if (this.stopped) return
    this.slice()
    const now = this.board.clock.ticks()
    let next: number | undefined = this.job !== undefined || this.tasks.length > 0 ? now : undefined
    for (let i = 0; i < this.parts.length && !this.stopped; i++) {
      this.parts[i]!.turn(now)
      const at = this.parts[i]!.wakeAt()
      if (at !== undefined && (next === undefined || at < next)) next = at
    }
    if (next !== undefined) this.arm(next)
    if (this.board.rest !== undefined) this.board.rest()
  }

  /** Steps of the Job at hand for as long as a slice lasts; what it makes is told at once. */
  private slice(): void {
    const until = this.board.clock.ticks() + this.sliceMs
    do {
      const task = this.tasks[0]
      if (task === undefined) return
      if (this.job === undefined) this.job = task.begin()
      const out = this.job.step()
      if (this.stopped) return
      if (out === undefined) continue
      this.job = undefined
      this.tasks.shift()
      task.done(out.value)
    } while (!this.stopped && this.board.clock.ticks() < until)
  }

  /** One wake-up counts, the earliest; those that it overtakes find themselves out of date. */
  private arm(at: number): void {
    if (this.stopped || (this.armed !== undefined && this.armed <= at)) return
    this.armed = at
    this.alarms++
    const alarm = this.alarms
    const now = this.board.clock.ticks()
    this.board.clock.after(at > now ? at - now : 0, () => {
      if (alarm !== this.alarms) return
      this.armed = undefined
      this.turn()
    })
  }
}
