/**
 * Which sums of a block over Fp2 need not reduce. How large a value of 381 bits may get is known here: operands and results of blocks are below 2p, each kernel
 * has its bounds, and a sum stays plain as long as everything that is made of it keeps them. Bounds are in p; 2^384 is 9.84 p.
 */
import { local, operation as op, type ProgramBlock } from "../../../sdk/machine/program.ts"
import { DIFFERENCE_TENTHS } from "./sums.ts"

/** R / p, rounded down, and what kernels need below it. */
const R = 9.84
const WIDEST = 9.8
const DIFFERENCE = Number(DIFFERENCE_TENTHS) / 10
/** What a sum leaves that reduces, and a constant. */
const REDUCED = 1.03
const CONSTANT = 1.2
/** What a block gets and leaves, and the first factor of a product. */
const HELD = 2

/** A value: its bound, and the last plain sum in it that can be made to reduce. */
interface Value {
  readonly below: number
  readonly sum: number
}

/** Places (octets into the operations) of the sums that may stay plain. */
export function plainSums(block: ProgramBlock): number[] {
  const plain = new Set<number>()
  for (let i = 0; i < block.operations.length; i += 3) if (block.operations[i]! >> 2 === op.ADD) plain.add(i)
  for (;;) {
    const wrong = broken(block, plain)
    if (wrong === undefined) return [...plain]
    if (!plain.delete(wrong)) throw new Error("plainSums: a block breaks the bounds with all its sums reduced")
  }
}

/** A plain sum that must not be, or nothing. */
function broken(block: ProgramBlock, plain: ReadonlySet<number>): number | undefined {
  const values: Value[] = Array.from({ length: 64 }, () => ({ below: HELD, sum: -1 }))
  for (let i = 0; i < block.operations.length; i += 3) {
    const [a, b] = [values[local(block.operations, i, 1)]!, values[local(block.operations, i, 2)]!]
    const opcode = block.operations[i]! >> 2
    const swapped = opcode === op.MUL && local(block.operations, i, 0) === local(block.operations, i, 2)
    const out = plain.has(i) ? { below: a.below + b.below, sum: i } : swapped ? after(opcode, b, a) : after(opcode, a, b)
    if (typeof out === "number") return out
    if (out.below > WIDEST) return out.sum
    if (opcode !== op.IS_ZERO) values[local(block.operations, i, 0)] = out
  }
  let results = 0
  for (let i = 0; i < block.results; i++) results += block.operands[i]!
  return values.slice(0, results).find((value) => value.below > HELD)?.sum
}

/** What an operation leaves, or the sum that is to blame if it cannot be done. */
function after(opcode: number, a: Value, b: Value): Value | number {
  const larger = a.below > b.below ? a : b
  switch (opcode) {
    case op.ADD: return a.below + b.below > WIDEST ? larger.sum : { below: REDUCED, sum: -1 }
    case op.SUB: return larger.below > DIFFERENCE ? larger.sum : { below: Math.max(a.below, REDUCED), sum: a.sum }
    case op.MUL: return product(a, b.below, larger.sum)
    case op.TIMES: return product(a, CONSTANT, a.sum)
    case op.SCALE_RE:
    case op.SCALE_IM: return a.below > HELD ? a.sum : { below: 1 + (a.below * b.below) / R, sum: larger.sum }
    case op.SQUARE: return 2 * a.below + 1 > WIDEST ? a.sum : { below: 1 + (2 * a.below * Math.max(a.below, REDUCED)) / R, sum: a.sum }
    case op.NEGATE: return a.below > DIFFERENCE ? a.sum : { below: REDUCED, sum: -1 }
    case op.CONJUGATE:
    case op.XI: return a.below > DIFFERENCE ? a.sum : { below: Math.max(a.below, REDUCED), sum: a.sum }
    case op.SELECT: return larger
    case op.LOAD: return { below: CONSTANT, sum: -1 }
    default: return a
  }
}

/** 2p less the second half of `a` is a factor: hence HELD; the sum of both products is below a.below b + 2 b, or 2 a.below b. */
function product(a: Value, b: number, sum: number): Value | number {
  return a.below > HELD ? a.sum : { below: 1 + (Math.max(a.below + HELD, 2 * a.below) * b) / R, sum }
}
