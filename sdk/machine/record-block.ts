/** Records one Block: its formula run with marks for values, the operations put into an order that needs few slots, and slots given out by liveness. */
import type { Arithmetic, Block, Constant, Degree } from "./formula.ts"
import { allot, type Recorded } from "./allot.ts"
import { operation } from "./program.ts"

/** The octets of a block, program.ts. */
export function recordBlock(block: Block, over: Degree, constant: (c: Constant) => number): number[] {
  const recorder = new Recorder(constant)
  const operands: number[][] = []
  for (let i = 0; i < block.operands.length; i++) {
    const operand: number[] = []
    for (let k = 0; k < block.operands[i]!; k++) operand.push(recorder.values++)
    operands.push(operand)
  }
  const inputs = recorder.values
  const results = block.formula(arithmetic(recorder, over), operands)
  const outputs: number[] = []
  for (let i = 0; i < results.length; i++) {
    if (results[i]!.length !== block.operands[i]) throw new Error(`record: ${block.name}: result ${i} has ${results[i]!.length} elements, its operand ${block.operands[i]}`)
    for (let k = 0; k < results[i]!.length; k++) outputs.push(results[i]![k]!)
  }
  const allotted = allot(recorder.list, inputs, outputs)
  if (allotted.locals > 64) throw new Error(`record: ${block.name} needs ${allotted.locals} locals`)
  const head = [block.operands.length].concat(block.operands, [results.length, allotted.locals, allotted.operations.length])
  if (allotted.operations.length > 255) throw new Error(`record: ${block.name} has ${allotted.operations.length} operations`)
  let out = head
  for (let i = 0; i < allotted.operations.length; i++) {
    const o = allotted.operations[i]!
    const word = (o.op << 18) | (o.d << 12) | (o.a << 6) | o.b
    out = out.concat([(word >> 16) & 255, (word >> 8) & 255, word & 255])
  }
  return out
}

/** What was asked for, each value with a number; equal operations are one, flags apart. */
class Recorder {
  readonly constant: (c: Constant) => number
  readonly list: Recorded[]
  readonly known: { [key: string]: number }
  values: number
  /** The flag made last, and how many there were. */
  flags: number
  constructor(constant: (c: Constant) => number) {
    this.constant = constant
    this.list = []
    this.known = {}
    this.values = 0
    this.flags = 0
  }
  value(op: number, a: number, b: number): number {
    const swap = (op === operation.ADD || op === operation.MUL) && b < a
    const key = swap ? `${op} ${b} ${a}` : `${op} ${a} ${b}`
    const known = this.known[key]
    if (known !== undefined) return known
    const d = this.values++
    this.list.push({ op, d, a, b, k: -1, flag: false })
    this.known[key] = d
    return d
  }
  withConstant(op: number, a: number, c: Constant): number {
    const k = this.constant(c)
    const key = `${op} ${a} k${k}`
    const known = this.known[key]
    if (known !== undefined) return known
    const d = this.values++
    this.list.push({ op, d, a, b: -1, k, flag: false })
    this.known[key] = d
    return d
  }
  test(op: number, a: number): number {
    this.list.push({ op, d: -1, a, b: -1, k: -1, flag: true })
    return ++this.flags
  }
  choice(flag: number, yes: number, no: number): number {
    if (flag !== this.flags) throw new Error("record: only the flag made last may be asked")
    const d = this.values++
    this.list.push({ op: operation.SELECT, d, a: yes, b: no, k: -1, flag: true })
    return d
  }
}

function arithmetic(r: Recorder, over: Degree): Arithmetic<number> {
  const one = (op: number) => (a: number): number => r.value(op, a, -1)
  const two = (op: number) => (a: number, b: number): number => r.value(op, a, b)
  const same = (a: number): number => a
  return {
    add: two(operation.ADD),
    sub: two(operation.SUB),
    mul: two(operation.MUL),
    sqr: one(operation.SQUARE),
    neg: one(operation.NEGATE),
    conj: over === 1 ? same : one(operation.CONJUGATE),
    xi: over === 1 ? same : one(operation.XI),
    scaleRe: two(operation.SCALE_RE),
    scaleIm: two(operation.SCALE_IM),
    constant: (c) => r.withConstant(operation.LOAD, -1, c),
    times: (a, c) => r.withConstant(operation.TIMES, a, c),
    isZero: (a) => r.test(operation.IS_ZERO, a),
    isOdd: (a) => r.test(operation.IS_ODD, a),
    isNegative: () => r.flags,
    select: (flag, yes, no) => r.choice(flag, yes, no),
  }
}
