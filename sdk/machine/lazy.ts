/**
 * When sums must be made small again, decided once and for all by the operations of a block: for compiled machines whose sums and differences carry nothing.
 * Of every local two bounds are known, whatever its value: of its limbs, in units of a fresh limb, and of its integer, in multiples of p. Build time only.
 */
import { local, operation, type ProgramBlock } from "./program.ts"

/** Operations beyond program.ts's, on one local: limbs small again; limbs and integer small again. */
export const mending = { CARRY: 32, RENEW: 33 } as const

/** An operation with numbered locals; the same number as in program.ts, or one of `mending`. */
export interface Lowered {
  readonly op: number
  readonly d: number
  readonly a: number
  readonly b: number
}

/** What a machine can bear. */
export interface Limits {
  /** Products of limbs' bounds, summed over the products that meet in a column. */
  readonly most: number
  /** A limb's bound of any sum. */
  readonly sum: number
  /** A product's integer is below 1 + `ratio` times the product of its factors'. */
  readonly ratio: number
  /** The integer's bound of what blocks take and give; their limbs are fresh. */
  readonly border: number
}

const FRESH = 1.00001
const RENEWED = 0.6
/** Integers stay below so many p: renewal finds the multiple of p from the top. */
const INTEGER = 100

/** The operations of a block over Fp (degree 1) or Fp2, mended. */
export function lowered(block: ProgramBlock, degree: number, limits: Limits): Lowered[] {
  const own = new Bounds(limits, degree)
  let elements = 0
  let results = 0
  for (let i = 0; i < block.operands.length; i++) {
    elements += block.operands[i]!
    if (i < block.results) results += block.operands[i]!
  }
  for (let i = 0; i < elements; i++) own.put(i, FRESH, limits.border)
  for (let i = 0; i < block.operations.length; i += 3)
    own.operation(block.operations[i]! >> 2, local(block.operations, i, 0), local(block.operations, i, 1), local(block.operations, i, 2))
  for (let i = 0; i < results; i++) {
    if (own.integer[i]! > limits.border) own.renew(i)
    else if (own.limb[i]! > FRESH) own.carry(i)
  }
  return own.out
}

/** Bounds of the locals while a block is gone through. */
class Bounds {
  readonly limits: Limits
  readonly degree: number
  readonly limb: number[]
  readonly integer: number[]
  readonly out: Lowered[]
  constructor(limits: Limits, degree: number) {
    this.limits = limits
    this.degree = degree
    this.limb = []
    this.integer = []
    this.out = []
  }
  put(d: number, limb: number, integer: number): void {
    this.limb[d] = limb
    this.integer[d] = integer
  }
  carry(a: number): void {
    this.out.push({ op: mending.CARRY, d: a, a, b: 0 })
    this.limb[a] = FRESH
  }
  renew(a: number): void {
    this.out.push({ op: mending.RENEW, d: a, a, b: 0 })
    this.put(a, FRESH, RENEWED)
  }
  operation(op: number, d: number, a: number, b: number): void {
    if (op === operation.ADD || op === operation.SUB) this.sum(a, b)
    else if (op === operation.XI && this.degree === 2) this.sum(a, a)
    else if (op === operation.MUL) this.product(a, b, this.degree)
    else if (op === operation.SQUARE) this.product(a, a, this.degree === 1 ? 1 : 4)
    else if (op === operation.SCALE_RE || op === operation.SCALE_IM) this.product(a, b, 1)
    else if (op === operation.TIMES) this.product(a, -1, this.degree)
    else if (this.limb[a]! > this.limits.most && (op === operation.IS_ZERO || op === operation.IS_ODD)) this.carry(a)
    const was = this.bounds(op, a, b)
    this.out.push({ op, d, a, b })
    if (op !== operation.IS_ZERO && op !== operation.IS_ODD) this.put(d, was[0]!, was[1]!)
  }
  /** Of the result. */
  bounds(op: number, a: number, b: number): readonly number[] {
    const r = this.limits.ratio
    const x = this.integer[a]!
    const y = this.integer[b]!
    if (op === operation.ADD || op === operation.SUB) return [this.limb[a]! + this.limb[b]!, x + y]
    if (op === operation.XI && this.degree === 2) return [2 * this.limb[a]!, 2 * x]
    if (op === operation.MUL) return [FRESH, 1 + this.degree * r * x * y]
    if (op === operation.SQUARE) return [FRESH, 1 + (this.degree === 1 ? 1 : 4) * r * x * x]
    if (op === operation.SCALE_RE || op === operation.SCALE_IM) return [FRESH, 1 + r * x * y]
    if (op === operation.TIMES) return [FRESH, 1 + this.degree * r * x]
    if (op === operation.LOAD) return [FRESH, 1]
    if (op === operation.SELECT) return [Math.max(this.limb[a]!, this.limb[b]!), Math.max(x, y)]
    return [this.limb[a]!, x]
  }
  /** Operands of a sum: small enough for it. */
  sum(a: number, b: number): void {
    for (let i = 0; i < 2 && this.integer[a]! + this.integer[b]! > INTEGER; i++) this.renew(this.integer[a]! > this.integer[b]! ? a : b)
    for (let i = 0; i < 2 && this.limb[a]! + this.limb[b]! > this.limits.sum; i++) this.carry(this.limb[a]! > this.limb[b]! ? a : b)
  }
  /** Operands of `count` products in one column; b is -1 for a constant, which is fresh. */
  product(a: number, b: number, count: number): void {
    const of = (list: readonly number[], fresh: number): number => list[a]! * (b < 0 ? fresh : list[b]!)
    const greater = (list: readonly number[]): number => (b < 0 || list[a]! >= list[b]! ? a : b)
    // a product that is much above p spoils the next
    for (let i = 0; i < 2 && of(this.integer, 1) * count * this.limits.ratio > 2; i++) this.renew(greater(this.integer))
    for (let i = 0; i < 2 && of(this.limb, FRESH) * count > this.limits.most; i++) this.carry(greater(this.limb))
  }
}
