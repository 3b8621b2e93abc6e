/** Multiples and powers with four digits at once: the table of 8 entries that weierstrass.ts, the curves and GT of BLS12-381 share. Digits: digits.ts. */
import type { Step } from "../machine/formula.ts"

/**
 * Entry i of the table is P0 and, by the bits of i, P1, P2, P3; to begin with entries 0, 1, 2 and 4 hold P0, P1, P2, P3. Seven joins.
 * `copy` and `join` take numbers of entries.
 */
export function jointTable(copy: (to: number, from: number) => Step, join: (to: number, by: number) => Step): Step[] {
  return [
    join(1, 0), copy(3, 2), join(3, 1), join(2, 0),
    copy(5, 4), join(5, 1), copy(6, 4), join(6, 2), copy(7, 4), join(7, 3), join(4, 0),
  ]
}
