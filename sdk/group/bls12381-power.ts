/** Powers in GT of BLS12-381 as a Routine. */
import { copyTo, over2, pick, read, repeat, write, type Block, type Routine, type Step } from "../machine/formula.ts"
import { blockConj12, blockCyclotomic, blockFrobenius, blockMul12, blockSign12 } from "./bls12381-gt.ts"
import { jointTable } from "./joint.ts"

/** Pairs of slots: eight entries of a table, then these. */
const RESULT = 48
const ENTRY = 54

function call(block: Block, at: readonly number[]): Step {
  return over2(block, at)
}

function copy(to: number, from: number): Step {
  return copyTo(12 * to, 12 * from, 12)
}

/** Entry `to` becomes f^|x| of entry `from`: f^p is f^x in GT, and x = -|x|. */
function powered(to: number, from: number): Step[] {
  return [copy(to, from), call(blockFrobenius, [6 * to]), call(blockConj12, [6 * to])]
}

/** The entry of the next digit, inverted where the digit is negative. */
function picked(to: number): Step[] {
  return [pick(2 * to, 0, 12, 8), call(blockSign12, [to])]
}

/**
 * f^k from 12 elements and 65 digits of k in base |x|: Galbraith and Scott (eprint 2008/117) with four digits at once. Each digit costs one square and
 * one product, whatever it is.
 */
export function powerGT(): Routine {
  const first: Step[] = [read(0, 12)]
  const steps = first.concat(
    powered(1, 0),
    powered(2, 1),
    powered(4, 2),
    jointTable(copy, (to, by) => call(blockMul12, [6 * to, 6 * by])),
    picked(RESULT),
    [repeat(64, [call(blockCyclotomic, [RESULT])].concat(picked(ENTRY), [call(blockMul12, [RESULT, ENTRY])]))],
    [write(2 * RESULT, 12)],
  )
  return { name: "power in GT", temporaries: 120, steps }
}
