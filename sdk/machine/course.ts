/**
 * The course of a Program: routines, walks and picks, with a Slate doing what they call, compiled or operation by operation. Where it stands is in a few
 * numbers, so a Job may rest between any two of them.
 */
import { blank, copy, wipe } from "../base/bytes.ts"
import type { Done, Job } from "../base/job.ts"
import { code, type Machine, type Program } from "./program.ts"

/** Slots of Fp, numbered as in program.ts, and what is done to them. Compiled blocks are constant in time. */
export interface Slate {
  /** A block over Fp (degree 1) or Fp2 (2): `text` has from `at` on where its operands lie, temporaries begin at slot `top`. */
  call(block: number, degree: number, text: Uint8Array, at: number, top: number): void
  copy(to: number, from: number, count: number): void
  /** Entry (digit & 127) of those from `table` on, `count` slots each, read by reading all; the flag becomes digit >> 7. */
  pick(to: number, table: number, count: number, entries: number, digit: number): void
  /** W octets; false for p or more. */
  read(to: number, octets: Uint8Array): boolean
  write(from: number, octets: Uint8Array): void
  /** Wipes everything and gives the Slate back: it is not used after. */
  close(): void
}

/** Products of Fp in a call of a block. */
export type Cost = (block: number, degree: number) => number

/** About as many as a block's length says: the measure of compiled machines, whose modules have it too. */
function byLength(program: Program): Cost {
  return (block, degree) => program.blocks[block]!.operations.length >> (degree === code.CALL1 ? 3 : 2)
}

/** The Machine of a Program on fresh Slates of so many slots. A step of a Job ends with the call that brings it to `slice` products of Fp by `cost`. */
export function coursing(program: Program, slate: (slots: number) => Slate, slice: number, cost?: Cost): Machine {
  const products = cost === undefined ? byLength(program) : cost
  return {
    octets: program.octets,
    run(entry: number, input: Uint8Array, digits: Uint8Array): Job<Uint8Array> {
      const of = program.entries[entry]
      if (of === undefined || input.length !== of.reads * program.octets || digits.length !== of.picks)
        throw startRefusal(entry, input, digits)
      const course = new Course(program, products, slate(of.slots), copy(input), copy(digits), blank(of.writes * program.octets))
      course.enter(of.routine)
      return {
        step: () => course.slice(slice),
        drop(): void {
          course.close()
          wipe(course.output)
        },
      }
    },
  }
}

/** Misuse: an entry was given what is not as long as it says. */
export function startRefusal(entry: number, input: Uint8Array, digits: Uint8Array): Error {
  return new Error(`machine: entry ${entry} takes other input: got ${input.length} octets and ${digits.length} digits`)
}

/** Misuse: an element was not reduced. */
export function refusedInput(): Error {
  return new Error("machine: an element of the input is p or more")
}

/** A stretch of code that is under way, and how often it is to be done again. */
interface Stretch {
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
class Course {
  readonly program: Program
  readonly cost: Cost
  readonly slate: Slate
  readonly input: Uint8Array
  readonly digits: Uint8Array
  readonly output: Uint8Array
  readonly open: Stretch[]
  read: number
  written: number
  picked: number
  spent: number
  constructor(program: Program, cost: Cost, slate: Slate, input: Uint8Array, digits: Uint8Array, output: Uint8Array) {
    this.program = program
    this.cost = cost
    this.slate = slate
    this.input = input
    this.digits = digits
    this.output = output
    this.open = []
    this.read = 0
    this.written = 0
    this.picked = 0
    this.spent = 0
  }
  close(): void {
    this.slate.close()
    wipe(this.input)
    wipe(this.digits)
  }
  enter(routine: number): void {
    const of = this.program.routines[routine]!
    this.open.push({ text: of.code, top: of.temporaries, from: 0, middle: of.code.length, to: of.code.length, digits: undefined, times: 1, at: 0, stop: of.code.length, round: 0 })
  }
  slice(products: number): Done<Uint8Array> | undefined {
    this.spent = 0
    while (this.spent < products) {
      const s = this.open[this.open.length - 1]!
      if (s.at < s.stop) this.instruction(s)
      else if (!again(s)) {
        this.open.pop()
        if (this.open.length === 0) {
          this.close()
          return { value: this.output }
        }
      }
    }
    return undefined
  }
  instruction(s: Stretch): void {
    const text = s.text
    const op = text[s.at]!
    const a = text[s.at + 1]!
    const b = text[s.at + 2]!
    const c = text[s.at + 3]!
    if (op === code.CALL1 || op === code.CALL2) {
      this.slate.call(a, op, text, s.at + 2, s.top)
      s.at += 2 + this.program.blocks[a]!.operands.length
      this.spent += this.cost(a, op)
    } else if (op === code.COPY) {
      s.at += 4
      this.slate.copy(a, b, c)
    } else if (op === code.ROUTINE) {
      s.at += 2
      this.enter(a)
    } else if (op === code.REPEAT) {
      s.at += 3 + b
      this.open.push({ text, top: s.top, from: s.at - b, middle: s.at, to: s.at, digits: undefined, times: a, at: s.at - b, stop: s.at, round: 0 })
    } else if (op === code.WALK) {
      const digits = this.program.exponents[a]!
      const from = s.at + 4
      s.at = from + b + c
      this.open.push({ text, top: s.top, from, middle: from + b, to: s.at, digits, times: digits.length, at: from, stop: from + b, round: 0 })
    } else if (op === code.TAKE) {
      s.at += 4
      this.slate.copy(a, b + this.digit() * c, c)
    } else if (op === code.PICK) {
      this.slate.pick(a, b, c, text[s.at + 4]!, this.digits[this.picked++]!)
      s.at += 5
    } else {
      s.at += 3
      this.stream(op, a, b)
    }
  }
  /** The digit of the innermost walk. */
  digit(): number {
    let i = this.open.length - 1
    while (this.open[i]!.digits === undefined) i--
    return this.open[i]!.digits![this.open[i]!.round]!
  }
  refuse(): void {
    this.close()
    throw refusedInput()
  }
  stream(op: number, at: number, count: number): void {
    const width = this.program.octets
    for (let i = 0; i < count; i++) {
      if (op === code.READ) {
        if (!this.slate.read(at + i, this.input.subarray(this.read, this.read + width))) this.refuse()
        this.read += width
      } else {
        this.slate.write(at + i, this.output.subarray(this.written, this.written + width))
        this.written += width
      }
    }
    this.spent += count
  }
}

/** Whether the stretch is to be done once more: the second half of a walk, its next digit, the next time of a repetition. */
function again(s: Stretch): boolean {
  if (s.digits !== undefined && s.stop === s.middle && s.middle < s.to && s.digits[s.round] !== 0) {
    s.stop = s.to
    return true
  }
  s.round++
  s.at = s.from
  s.stop = s.middle
  return s.round < s.times
}
