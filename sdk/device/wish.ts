/** Which periods a fetch wishes for, and what of it goes into one request. */
import type { Periods } from "../mikey/vendor.ts"

/** Periods of one request at most: PROTOCOL section 6. */
const MOST = 16

/** What of a wish goes into one request; undefined is the current period and the next. */
export function firstOf(wish: Periods | undefined): Periods | undefined {
  return wish === undefined || wish.count <= MOST ? wish : { first: wish.first, count: MOST }
}

/** All periods of two wishes, and what lies between them. */
export function both(a: Periods | undefined, b: Periods | undefined): Periods | undefined {
  if (a === undefined || b === undefined) return a === undefined ? b : a
  const first = a.first < b.first ? a.first : b.first
  const endA = a.first + a.count
  const endB = b.first + b.count
  return { first, count: (endA > endB ? endA : endB) - first }
}

/** The first period of a wish that is not held. */
export function firstMissing(wish: Periods, held: readonly number[]): number | undefined {
  for (let n = wish.first; n < wish.first + wish.count; n++) if (held.indexOf(n) < 0) return n
  return undefined
}
