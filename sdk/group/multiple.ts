/** Multiples and powers, once for points, GT and F_p: fixed windows of four bits, the same operations for every scalar of one length. */
import { copy, wipe } from "../base/bytes.ts"
import type { Done, Job } from "../base/job.ts"

/** What can be doubled and joined; complete: every operand is taken, the neutral element too. */
export interface Monoid<T> {
  readonly neutral: T
  twice(a: T): T
  join(a: T, b: T): T
  /** `a` when `bit` is 0, `b` when it is 1. */
  select(bit: number, a: T, b: T): T
}

/** Octets of the scalar that a step takes: 32 doublings and 8 additions. */
const OCTETS_A_STEP = 4

/** [scalar]x. The scalar may be secret: a table entry is found by selects over all sixteen, and joined for a zero digit too. */
export function multiple<T>(M: Monoid<T>, x: T, scalar: Uint8Array): Job<T> {
  const own = copy(scalar)
  const table: T[] = [M.neutral, x]
  let value = M.neutral
  let at = 0
  const digit = (d: number): void => {
    for (let i = 0; i < 4; i++) value = M.twice(value)
    value = M.join(value, entry(M, table, d))
  }
  return {
    step(): Done<T> | undefined {
      while (table.length < 16) table.push(M.join(table[table.length - 1]!, x))
      for (const end = at + OCTETS_A_STEP; at < end && at < own.length; at++) {
        digit(own[at]! >> 4)
        digit(own[at]! & 15)
      }
      if (at < own.length) return undefined
      wipe(own)
      return { value }
    },
    drop: () => wipe(own),
  }
}

function entry<T>(M: Monoid<T>, table: readonly T[], d: number): T {
  let out: T = M.neutral
  for (let i = 1; i < 16; i++) out = M.select(((i ^ d) - 1) >>> 31, out, table[i]!)
  return out
}
