/**
 * Jobs: long work in steps, so that a watchdog is fed and a radio keeps listening. A Job is done once; whoever runs it to its value owns that value.
 * Laws: `step` answers undefined until it is done and is not called again after; `drop` may come at any time instead, and wipes what the Job holds.
 * A Job works on its own copies of secret octets: who made it may wipe his at once.
 */
import { copy, wipe } from "./bytes.ts"

/** Work that is done by stepping it to its value. */
export interface Job<T> {
  step(): Done<T> | undefined
  drop(): void
}

/** What a finished Job leaves. */
export interface Done<T> {
  readonly value: T
}

/** A Job that is done at once. */
export function done<T>(value: T): Job<T> {
  return { step: () => ({ value }), drop: () => undefined }
}

/** A Job of one indivisible piece of work. */
export function work<T>(piece: () => T): Job<T> {
  return { step: () => ({ value: piece() }), drop: () => undefined }
}

/** A Job of one indivisible piece of work on its own copy of a secret, wiped when done or dropped: the asker may wipe his at once. */
export function workOn<T>(secret: Uint8Array, piece: (own: Uint8Array) => T): Job<T> {
  const own = copy(secret)
  return {
    step(): Done<T> {
      try {
        return { value: piece(own) }
      } finally {
        wipe(own)
      }
    },
    drop: () => wipe(own),
  }
}

/** First `job`, then the Job that `next` makes of its value; `dropped` wipes what `next` would have used when the chain is dropped before. */
export function chain<A, B>(job: Job<A>, next: (value: A) => Job<B>, dropped?: () => void): Job<B> {
  let first: Job<A> | undefined = job
  let second: Job<B> | undefined
  return {
    step(): Done<B> | undefined {
      if (second !== undefined) return second.step()
      const out = first!.step()
      if (out === undefined) return undefined
      first = undefined
      second = next(out.value)
      return undefined
    },
    drop(): void {
      if (second !== undefined) second.drop()
      else {
        if (first !== undefined) first.drop()
        if (dropped !== undefined) dropped()
      }
    },
  }
}

/** A Job's value, changed in the step that yields it; `dropped` wipes what `change` would have used when the Job is dropped before. */
export function map<A, B>(job: Job<A>, change: (value: A) => B, dropped?: () => void): Job<B> {
  return {
    step(): Done<B> | undefined {
      const out = job.step()
      return out === undefined ? undefined : { value: change(out.value) }
    },
    drop(): void {
      job.drop()
      if (dropped !== undefined) dropped()
    },
  }
}

/** Runs a Job to its end in one go: for hosts and tests, which may block. */
export function run<T>(job: Job<T>): T {
  for (;;) {
    const out = job.step()
    if (out !== undefined) return out.value
  }
}

/** Jobs one after another, their values in order; `dropped` gets those there are when the sequence is dropped. */
export function sequence<T>(count: number, make: (index: number) => Job<T>, dropped: (values: readonly T[]) => void): Job<T[]> {
  const values: T[] = []
  let current: Job<T> | undefined
  return {
    step(): Done<T[]> | undefined {
      if (values.length === count) return { value: values }
      if (current === undefined) current = make(values.length)
      const out = current.step()
      if (out === undefined) return undefined
      current = undefined
      values.push(out.value)
      return undefined
    },
    drop(): void {
      if (current !== undefined) current.drop()
      dropped(values)
    },
  }
}
