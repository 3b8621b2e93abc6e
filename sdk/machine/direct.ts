/** A Plan computed as it stands, over any Field: the reference of every Program. It makes objects by the thousand, and wipes nothing but octets. */
import { copy, unhex, wipe } from "../base/bytes.ts"
import type { Done, Job } from "../base/job.ts"
import type { Field } from "../field/field.ts"
import type { Arithmetic, Constant, Plan, Step } from "./formula.ts"
import type { Machine } from "./program.ts"

/** An element of Fp2; over Fp the second is not looked at. */
interface Pair<E> {
  readonly re: E
  readonly im: E
}

/** A call, a copy or the like, loops undone; `digit` is that of the walk around it. */
interface Deed {
  readonly step: Step
  readonly digit: number
}

/** The Machine of a Plan over a Field of the same modulus; a step of its Jobs does `slice` Blocks. */
export function direct<E>(plan: Plan, F: Field<E>, slice: number): Machine {
  return {
    octets: F.octets,
    run(entry: number, input: Uint8Array, digits: Uint8Array): Job<Uint8Array> {
      const deeds: Deed[] = []
      flatten(plan.entries[entry]!.steps, 0, deeds)
      const desk = new Desk(F, copy(input), copy(digits))
      let at = 0
      return {
        step(): Done<Uint8Array> | undefined {
          for (const end = at + slice; at < end && at < deeds.length; at++) desk.deed(deeds[at]!)
          return at < deeds.length ? undefined : { value: desk.close() }
        },
        drop: () => wipe(desk.close()),
      }
    },
  }
}

function flatten(steps: readonly Step[], digit: number, out: Deed[]): void {
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!
    if (step.do === "routine") flatten(step.routine.steps, digit, out)
    else if (step.do === "repeat") for (let k = 0; k < step.times; k++) flatten(step.steps, digit, out)
    else if (step.do === "walk") {
      for (let k = 0; k < step.exponent.digits.length; k++) {
        flatten(step.each, digit, out)
        if (step.exponent.digits[k] !== 0) flatten(step.nonzero, step.exponent.digits[k]!, out)
      }
    } else out.push({ step, digit })
  }
}

/** Slots and streams of one run. */
class Desk<E> {
  readonly F: Field<E>
  readonly K: readonly Arithmetic<Pair<E>>[]
  readonly slots: E[]
  readonly input: Uint8Array
  readonly digits: Uint8Array
  readonly output: Uint8Array[]
  inputAt: number
  digitAt: number
  negative: number
  constructor(F: Field<E>, input: Uint8Array, digits: Uint8Array) {
    const negative = (): number => this.negative
    this.F = F
    this.K = [arithmetic1(F, negative), arithmetic2(F, negative)]
    this.slots = []
    this.input = input
    this.digits = digits
    this.output = []
    this.inputAt = 0
    this.digitAt = 0
    this.negative = 0
  }
  /** What was written; all octets that the run had are wiped. */
  close(): Uint8Array {
    const out = new Uint8Array(this.output.length * this.F.octets)
    for (let i = 0; i < this.output.length; i++) {
      out.set(this.output[i]!, i * this.F.octets)
      wipe(this.output[i])
    }
    wipe(this.input)
    wipe(this.digits)
    return out
  }
  deed(of: Deed): void {
    const step = of.step
    if (step.do === "call") this.call(step)
    else if (step.do === "copy") this.move(step.to, step.from, step.count)
    else if (step.do === "take") this.move(step.to, step.table + of.digit * step.count, step.count)
    else if (step.do === "pick") this.pick(step)
    else if (step.do === "read") for (let i = 0; i < step.count; i++) this.slots[step.to + i] = this.read()
    else if (step.do === "write") for (let i = 0; i < step.count; i++) this.output.push(this.F.toOctets(this.at(step.from + i)))
  }
  at(slot: number): E {
    const value = this.slots[slot]
    if (value === undefined) throw new Error(`direct: slot ${slot} is read before it is written`)
    return value
  }
  move(to: number, from: number, count: number): void {
    for (let i = 0; i < count; i++) this.slots[to + i] = this.at(from + i)
  }
  read(): E {
    const value = this.F.fromOctets(this.input.subarray(this.inputAt, this.inputAt + this.F.octets))
    this.inputAt += this.F.octets
    if (value === undefined) throw new Error("direct: the input is too short, or holds p or more")
    return value
  }
  pick(step: Extract<Step, { do: "pick" }>): void {
    const digit = this.digits[this.digitAt++]!
    this.negative = digit >> 7
    for (let i = 0; i < step.count; i++) {
      let value = this.at(step.table + i)
      for (let k = 1; k < step.entries; k++) value = this.F.select((((digit & 127) ^ k) - 1) >>> 31, value, this.at(step.table + k * step.count + i))
      this.slots[step.to + i] = value
    }
  }
  call(step: Extract<Step, { do: "call" }>): void {
    const operands: Pair<E>[][] = []
    for (let i = 0; i < step.block.operands.length; i++) {
      const operand: Pair<E>[] = []
      for (let k = 0; k < step.block.operands[i]!; k++) operand.push(this.pair(step.over, step.at[i]! + k))
      operands.push(operand)
    }
    const results = step.block.formula(this.K[step.over - 1]!, operands)
    for (let i = 0; i < results.length; i++)
      for (let k = 0; k < results[i]!.length; k++) {
        const slot = step.over * (step.at[i]! + k)
        this.slots[slot] = results[i]![k]!.re
        if (step.over === 2) this.slots[slot + 1] = results[i]![k]!.im
      }
  }
  /** An operand that the Block only writes may not be there yet. */
  pair(over: number, at: number): Pair<E> {
    return over === 1 ? { re: this.slots[at]!, im: this.F.zero } : { re: this.slots[2 * at]!, im: this.slots[2 * at + 1]! }
  }
}

function constantOf<E>(F: Field<E>, hex: string): E {
  const digits = hex.charAt(0) === "-" ? hex.substring(1) : hex
  const value = F.reduce(unhex(digits.length % 2 === 0 ? digits : `0${digits}`)!)
  return hex === digits ? value : F.neg(value)
}

function arithmetic1<E>(F: Field<E>, isNegative: () => number): Arithmetic<Pair<E>> {
  const of = (re: E): Pair<E> => ({ re, im: F.zero })
  const constant = (c: Constant): Pair<E> => of(constantOf(F, c.re))
  return {
    add: (a, b) => of(F.add(a.re, b.re)),
    sub: (a, b) => of(F.sub(a.re, b.re)),
    mul: (a, b) => of(F.mul(a.re, b.re)),
    sqr: (a) => of(F.sqr(a.re)),
    neg: (a) => of(F.neg(a.re)),
    conj: (a) => a,
    xi: (a) => a,
    scaleRe: (a, b) => of(F.mul(a.re, b.re)),
    scaleIm(): Pair<E> {
      throw new Error("scaleIm: an element of Fp has no second coefficient")
    },
    constant,
    times: (a, c) => of(F.mul(a.re, constant(c).re)),
    isZero: (a) => (F.isZero(a.re) ? 1 : 0),
    isOdd: (a) => F.toOctets(a.re)[F.octets - 1]! & 1,
    isNegative,
    select: (flag, yes, no) => of(F.select(flag, no.re, yes.re)),
  }
}

function arithmetic2<E>(F: Field<E>, isNegative: () => number): Arithmetic<Pair<E>> {
  const constant = (c: Constant): Pair<E> => ({ re: constantOf(F, c.re), im: constantOf(F, c.im) })
  const scale = (a: Pair<E>, by: E): Pair<E> => ({ re: F.mul(a.re, by), im: F.mul(a.im, by) })
  const mul = (a: Pair<E>, b: Pair<E>): Pair<E> => {
    const low = F.mul(a.re, b.re)
    const high = F.mul(a.im, b.im)
    const cross = F.mul(F.add(a.re, a.im), F.add(b.re, b.im))
    return { re: F.sub(low, high), im: F.sub(F.sub(cross, low), high) }
  }
  return {
    add: (a, b) => ({ re: F.add(a.re, b.re), im: F.add(a.im, b.im) }),
    sub: (a, b) => ({ re: F.sub(a.re, b.re), im: F.sub(a.im, b.im) }),
    mul,
    sqr: (a) => ({ re: F.mul(F.add(a.re, a.im), F.sub(a.re, a.im)), im: F.mul(F.add(a.re, a.re), a.im) }),
    neg: (a) => ({ re: F.neg(a.re), im: F.neg(a.im) }),
    conj: (a) => ({ re: a.re, im: F.neg(a.im) }),
    xi: (a) => ({ re: F.sub(a.re, a.im), im: F.add(a.re, a.im) }),
    scaleRe: (a, b) => scale(a, b.re),
    scaleIm: (a, b) => scale(a, b.im),
    constant,
    times: (a, c) => mul(a, constant(c)),
    isZero: (a) => (F.isZero(a.re) && F.isZero(a.im) ? 1 : 0),
    isOdd(): number {
      throw new Error("isOdd: an element of Fp2 has no parity")
    },
    isNegative,
    select: (flag, yes, no) => ({ re: F.select(flag, no.re, yes.re), im: F.select(flag, no.im, yes.im) }),
  }
}
