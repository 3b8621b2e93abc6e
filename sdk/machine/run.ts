/**
 * Runs a Program on any memory of slots: every operation of a block by itself, over the course of course.ts.
 */
import type { Slots, SlotsMaker } from "../field/field.ts"
import { coursing, type Cost, type Slate } from "./course.ts"
import { code, local, operation, type Machine, type Program, type ProgramBlock } from "./program.ts"

/** Slots to work in, after an entry's own. */
const WORK = 5

/** The Machine of a Program: `memory` makes slots of its prime; a step of a Job ends with the block that brings it to `slice` products of Fp, or about that. */
export function interpreted(program: Program, memory: SlotsMaker, slice: number): Machine {
  return coursing(program, (slots) => new SlotSlate(program, memory(slots + WORK), slots), slice, products(program))
}

/** What a call of each block costs: a product in Fp2 counts for three in Fp, a square or a scaling for two, all sums of a block for one. */
function products(program: Program): Cost {
  const counts: number[] = []
  for (let i = 0; i < program.blocks.length; i++) counts.push(counted(program.blocks[i]!, code.CALL1), counted(program.blocks[i]!, code.CALL2))
  return (block, degree) => counts[2 * block + degree - 1]!
}

function counted(block: ProgramBlock, degree: number): number {
  let count = 1
  for (let i = 0; i < block.operations.length; i += 3) {
    const op = block.operations[i]! >> 2
    if (op === operation.MUL || op === operation.TIMES) count += degree === code.CALL1 ? 1 : 3
    else if (op === operation.SQUARE || op === operation.SCALE_RE || op === operation.SCALE_IM) count += degree
  }
  return count
}

/** A Slate over a memory of slots. */
class SlotSlate implements Slate {
  readonly program: Program
  readonly slots: Slots
  readonly work: number
  /** Slots of a block's locals. */
  readonly map: number[]
  flag: number
  constructor(program: Program, slots: Slots, work: number) {
    this.program = program
    this.slots = slots
    this.work = work
    this.map = []
    this.flag = 0
  }
  call(block: number, degree: number, text: Uint8Array, at: number, top: number): void {
    const of = this.program.blocks[block]!
    this.place(of, text, at, degree, top)
    if (degree === code.CALL1) this.block1(of.operations)
    else this.block2(of.operations)
  }
  copy(to: number, from: number, count: number): void {
    for (let i = 0; i < count; i++) this.slots.copy(to + i, from + i)
  }
  pick(to: number, table: number, count: number, entries: number, digit: number): void {
    this.flag = digit >> 7
    for (let i = 0; i < count; i++) {
      this.slots.copy(to + i, table + i)
      for (let k = 1; k < entries; k++) this.slots.select(to + i, (((digit & 127) ^ k) - 1) >>> 31, table + k * count + i, to + i)
    }
  }
  read(to: number, octets: Uint8Array): boolean {
    return this.slots.read(to, octets)
  }
  write(from: number, octets: Uint8Array): void {
    this.slots.write(from, octets)
  }
  close(): void {
    this.slots.wipe()
    this.flag = 0
  }
  place(block: ProgramBlock, text: Uint8Array, at: number, degree: number, top: number): void {
    let n = 0
    for (let i = 0; i < block.operands.length; i++) for (let k = 0; k < block.operands[i]!; k++) this.map[n++] = degree * (text[at + i]! + k)
    for (let slot = top; n < block.locals; slot += degree) this.map[n++] = slot
  }
  block1(operations: Uint8Array): void {
    const S = this.slots
    const map = this.map
    for (let i = 0; i < operations.length; i += 3) {
      const op = operations[i]! >> 2
      const d = map[local(operations, i, 0)]!
      const a = map[local(operations, i, 1)]!
      const which = local(operations, i, 2)
      const b = map[which]!
      if (op === operation.ADD) S.add(d, a, b)
      else if (op === operation.SUB) S.sub(d, a, b)
      else if (op === operation.MUL || op === operation.SCALE_RE) S.mul(d, a, b)
      else if (op === operation.SQUARE) S.mul(d, a, a)
      else if (op === operation.NEGATE) S.neg(d, a)
      else if (op === operation.SELECT) S.select(d, this.flag, a, b)
      else if (op === operation.IS_ZERO) this.flag = S.isZero(a)
      else if (op === operation.IS_ODD) this.flag = S.isOdd(a)
      else if (op === operation.LOAD) S.read(d, this.program.constants[which]!.re)
      else if (op === operation.TIMES) {
        S.read(this.work, this.program.constants[which]!.re)
        S.mul(d, a, this.work)
      } else S.copy(d, a)
    }
  }
  block2(operations: Uint8Array): void {
    const S = this.slots
    const map = this.map
    const w = this.work
    for (let i = 0; i < operations.length; i += 3) {
      const op = operations[i]! >> 2
      const d = map[local(operations, i, 0)]!
      const a = map[local(operations, i, 1)]!
      const which = local(operations, i, 2)
      const b = map[which]!
      if (op === operation.ADD) {
        S.add(d, a, b)
        S.add(d + 1, a + 1, b + 1)
      } else if (op === operation.SUB) {
        S.sub(d, a, b)
        S.sub(d + 1, a + 1, b + 1)
      } else if (op === operation.MUL) S.mul2(d, a, b)
      else if (op === operation.SQUARE) S.sqr2(d, a)
      else if (op === operation.XI) {
        S.add(w, a, a + 1)
        S.sub(d, a, a + 1)
        S.copy(d + 1, w)
      } else this.rare2(op, d, a, b, which)
    }
  }
  rare2(op: number, d: number, a: number, b: number, which: number): void {
    const S = this.slots
    const w = this.work
    if (op === operation.SCALE_RE || op === operation.SCALE_IM) {
      const by = op === operation.SCALE_RE ? b : b + 1
      S.mul(w, a, by)
      S.mul(d + 1, a + 1, by)
      S.copy(d, w)
    } else if (op === operation.TIMES) {
      S.read(w + 3, this.program.constants[which]!.re)
      S.read(w + 4, this.program.constants[which]!.im)
      S.mul2(d, a, w + 3)
    } else if (op === operation.LOAD) {
      S.read(d, this.program.constants[which]!.re)
      S.read(d + 1, this.program.constants[which]!.im)
    } else if (op === operation.IS_ZERO) this.flag = S.isZero(a) & S.isZero(a + 1)
    else if (op === operation.SELECT) {
      S.select(d, this.flag, a, b)
      S.select(d + 1, this.flag, a + 1, b + 1)
    } else {
      if (op === operation.NEGATE) S.neg(d, a)
      else S.copy(d, a)
      if (op === operation.MOVE) S.copy(d + 1, a + 1)
      else S.neg(d + 1, a + 1)
    }
  }
}
