/**
 * Runs a Program on any memory of slots, in slices: where it stands is in a few numbers, so a Job may rest between any two calls of blocks. A product
 * in Fp2 counts for three in Fp, a square for two.
 */
import { copy, wipe } from "../base/bytes.ts"
import type { Done, Job } from "../base/job.ts"
import type { Slots, SlotsMaker } from "../field/field.ts"
import { code, local, operation, type Machine, type Program, type ProgramBlock } from "./program.ts"

/** Slots to work in, after an entry's own. */
const WORK = 5

/** The Machine of a Program: `memory` makes slots of its prime; a step of a Job ends with the block that brings it to `slice` products of Fp. */
export function interpreted(program: Program, memory: SlotsMaker, slice: number): Machine {
  return {
    octets: program.octets,
    run(entry: number, input: Uint8Array, digits: Uint8Array): Job<Uint8Array> {
      const of = program.entries[entry]
      if (of === undefined || input.length !== of.reads * program.octets || digits.length !== of.picks)
        throw new Error(`machine: entry ${entry} takes other input: got ${input.length} octets and ${digits.length} digits`)
      const running = new Running(program, memory(of.slots + WORK), of.slots, copy(input), copy(digits), new Uint8Array(of.writes * program.octets))
      running.enter(of.routine)
      return {
        step: () => running.slice(slice),
        drop(): void {
          running.close()
          wipe(running.output)
        },
      }
    },
  }
}

/** A stretch of code that is under way, and how often it is to be done again. */
interface Frame {
  readonly text: Uint8Array
  /** First slot of temporaries. */
  readonly top: number
  readonly from: number
  /** Where `each` of a walk ends; the end of the stretch otherwise. */
  readonly middle: number
  readonly to: number
  /** Digits of a walk, or none. */
  readonly digits: Uint8Array | undefined
  readonly times: number
  at: number
  stop: number
  round: number
}

/** A run of one entry. */
class Running {
  readonly program: Program
  readonly slots: Slots
  readonly work: number
  readonly input: Uint8Array
  readonly digits: Uint8Array
  readonly output: Uint8Array
  readonly frames: Frame[]
  /** Slots of a block's locals. */
  readonly map: number[]
  read: number
  written: number
  picked: number
  flag: number
  spent: number
  constructor(program: Program, slots: Slots, work: number, input: Uint8Array, digits: Uint8Array, output: Uint8Array) {
    this.program = program
    this.slots = slots
    this.work = work
    this.input = input
    this.digits = digits
    this.output = output
    this.frames = []
    this.map = []
    this.read = 0
    this.written = 0
    this.picked = 0
    this.flag = 0
    this.spent = 0
  }
  close(): void {
    this.slots.wipe()
    wipe(this.input)
    wipe(this.digits)
    this.flag = 0
  }
  enter(routine: number): void {
    const of = this.program.routines[routine]!
    this.frames.push({ text: of.code, top: of.temporaries, from: 0, middle: of.code.length, to: of.code.length, digits: undefined, times: 1, at: 0, stop: of.code.length, round: 0 })
  }
  slice(products: number): Done<Uint8Array> | undefined {
    this.spent = 0
    while (this.spent < products) {
      const frame = this.frames[this.frames.length - 1]!
      if (frame.at < frame.stop) this.instruction(frame)
      else if (!again(frame)) {
        this.frames.pop()
        if (this.frames.length === 0) {
          this.close()
          return { value: this.output }
        }
      }
    }
    return undefined
  }
  instruction(f: Frame): void {
    const text = f.text
    const op = text[f.at]!
    const a = text[f.at + 1]!
    const b = text[f.at + 2]!
    const c = text[f.at + 3]!
    if (op === code.CALL1 || op === code.CALL2) {
      const block = this.program.blocks[a]!
      this.place(block, text, f.at + 2, op, f.top)
      f.at += 2 + block.operands.length
      if (op === code.CALL1) this.block1(block.operations)
      else this.block2(block.operations)
    } else if (op === code.COPY) {
      f.at += 4
      this.move(a, b, c)
    } else if (op === code.ROUTINE) {
      f.at += 2
      this.enter(a)
    } else if (op === code.REPEAT) {
      f.at += 3 + b
      this.frames.push({ text, top: f.top, from: f.at - b, middle: f.at, to: f.at, digits: undefined, times: a, at: f.at - b, stop: f.at, round: 0 })
    } else if (op === code.WALK) {
      const digits = this.program.exponents[a]!
      const from = f.at + 4
      f.at = from + b + c
      this.frames.push({ text, top: f.top, from, middle: from + b, to: f.at, digits, times: digits.length, at: from, stop: from + b, round: 0 })
    } else if (op === code.TAKE) {
      f.at += 4
      this.move(a, b + this.digit() * c, c)
    } else if (op === code.PICK) {
      this.pick(a, b, c, text[f.at + 4]!)
      f.at += 5
    } else {
      f.at += 3
      this.stream(op, a, b)
    }
  }
  /** The digit of the innermost walk. */
  digit(): number {
    let i = this.frames.length - 1
    while (this.frames[i]!.digits === undefined) i--
    return this.frames[i]!.digits![this.frames[i]!.round]!
  }
  move(to: number, from: number, count: number): void {
    for (let i = 0; i < count; i++) this.slots.copy(to + i, from + i)
  }
  pick(to: number, table: number, count: number, entries: number): void {
    const digit = this.digits[this.picked++]!
    this.flag = digit >> 7
    for (let i = 0; i < count; i++) {
      this.slots.copy(to + i, table + i)
      for (let k = 1; k < entries; k++) this.slots.select(to + i, (((digit & 127) ^ k) - 1) >>> 31, table + k * count + i, to + i)
    }
  }
  stream(op: number, at: number, count: number): void {
    const width = this.program.octets
    for (let i = 0; i < count; i++) {
      if (op === code.READ) {
        if (!this.slots.read(at + i, this.input.subarray(this.read, this.read + width))) throw new Error("machine: an element of the input is p or more")
        this.read += width
      } else {
        this.slots.write(at + i, this.output.subarray(this.written, this.written + width))
        this.written += width
      }
    }
    this.spent += count
  }
  place(block: ProgramBlock, text: Uint8Array, at: number, degree: number, top: number): void {
    let n = 0
    for (let i = 0; i < block.operands.length; i++) for (let k = 0; k < block.operands[i]!; k++) this.map[n++] = degree * (text[at + i]! + k)
    for (let slot = top; n < block.locals; slot += degree) this.map[n++] = slot
  }
  block1(operations: Uint8Array): void {
    const S = this.slots
    const map = this.map
    this.spent++
    for (let i = 0; i < operations.length; i += 3) {
      const op = operations[i]! >> 2
      const d = map[local(operations, i, 0)]!
      const a = map[local(operations, i, 1)]!
      const which = local(operations, i, 2)
      const b = map[which]!
      if (op === operation.ADD) S.add(d, a, b)
      else if (op === operation.SUB) S.sub(d, a, b)
      else if (op === operation.MUL || op === operation.SCALE_RE) this.mul1(d, a, b)
      else if (op === operation.SQUARE) this.mul1(d, a, a)
      else if (op === operation.NEGATE) S.neg(d, a)
      else if (op === operation.SELECT) S.select(d, this.flag, a, b)
      else if (op === operation.IS_ZERO) this.flag = S.isZero(a)
      else if (op === operation.IS_ODD) this.flag = S.isOdd(a)
      else if (op === operation.LOAD) S.read(d, this.program.constants[which]!.re)
      else if (op === operation.TIMES) {
        S.read(this.work, this.program.constants[which]!.re)
        this.mul1(d, a, this.work)
      } else S.copy(d, a)
    }
  }
  mul1(d: number, a: number, b: number): void {
    this.slots.mul(d, a, b)
    this.spent++
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
      } else if (op === operation.MUL) this.mul2(d, a, b)
      else if (op === operation.SQUARE) {
        S.sqr2(d, a)
        this.spent += 2
      } else if (op === operation.XI) {
        S.add(w, a, a + 1)
        S.sub(d, a, a + 1)
        S.copy(d + 1, w)
      } else this.rare2(op, d, a, b, which)
    }
  }
  mul2(d: number, a: number, b: number): void {
    this.slots.mul2(d, a, b)
    this.spent += 3
  }
  rare2(op: number, d: number, a: number, b: number, which: number): void {
    const S = this.slots
    const w = this.work
    if (op === operation.SCALE_RE || op === operation.SCALE_IM) {
      const by = op === operation.SCALE_RE ? b : b + 1
      this.mul1(w, a, by)
      this.mul1(d + 1, a + 1, by)
      S.copy(d, w)
    } else if (op === operation.TIMES) {
      S.read(w + 3, this.program.constants[which]!.re)
      S.read(w + 4, this.program.constants[which]!.im)
      this.mul2(d, a, w + 3)
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

/** Whether the stretch is to be done once more: the second half of a walk, its next digit, the next time of a repetition. */
function again(f: Frame): boolean {
  if (f.digits !== undefined && f.stop === f.middle && f.middle < f.to && f.digits[f.round] !== 0) {
    f.stop = f.to
    return true
  }
  f.round++
  f.at = f.from
  f.stop = f.middle
  return f.round < f.times
}
