/** Makes a Program of a Plan: at build time only. The octets are those that program.ts describes; parse.ts takes what comes out. */
import { concat, unhex } from "../base/bytes.ts"
import type { Block, Constant, Degree, Exponent, Plan, Routine, Step } from "./formula.ts"
import { recordBlock } from "./record-block.ts"
import { adler32, code } from "./program.ts"

/** The Program of a plan. */
export function record(plan: Plan): Uint8Array {
  const tape = new Tape()
  const entries: number[] = []
  for (let i = 0; i < plan.entries.length; i++) entries.push(tape.routine(plan.entries[i]!))
  const parts = [bytes([0x49, 0x50, 1, plan.modulus.length]), plan.modulus]
  const lists = [tape.constants, tape.exponents, tape.blocks, tape.routines]
  for (let i = 0; i < lists.length; i++) {
    parts.push(bytes([fitting(lists[i]!.length, 255, "items of a list")]))
    for (let k = 0; k < lists[i]!.length; k++) parts.push(bytes(lists[i]![k]!))
  }
  parts.push(bytes([entries.length]), bytes(entries))
  const all = concat(parts)
  const sum = adler32(all, all.length)
  return concat([all, bytes([sum / 0x1000000, (sum >>> 16) & 255, (sum >>> 8) & 255, sum & 255])])
}

function bytes(values: readonly number[]): Uint8Array {
  const out = new Uint8Array(values.length)
  for (let i = 0; i < values.length; i++) out[i] = values[i]!
  return out
}

function fitting(value: number, most: number, what: string): number {
  if (value > most) throw new Error(`record: at most ${most} ${what}, got ${value}`)
  return value
}

/** Everything once, as octets, in the order of first use. */
class Tape {
  readonly constants: number[][]
  readonly exponents: number[][]
  readonly blocks: number[][]
  readonly routines: number[][]
  constructor() {
    this.constants = []
    this.exponents = []
    this.blocks = []
    this.routines = []
  }
  routine(of: Routine): number {
    const text = this.steps(of.steps)
    return place(this.routines, [fitting(of.temporaries, 254, "slots"), text.length >> 8, text.length & 255].concat(text))
  }
  steps(steps: readonly Step[]): number[] {
    let out: number[] = []
    for (let i = 0; i < steps.length; i++) out = out.concat(this.step(steps[i]!))
    return out
  }
  step(step: Step): number[] {
    if (step.do === "call") return [step.over === 1 ? code.CALL1 : code.CALL2, this.block(step.block, step.over)].concat(step.at)
    if (step.do === "copy") return [code.COPY, step.to, step.from, step.count]
    if (step.do === "routine") return [code.ROUTINE, this.routine(step.routine)]
    if (step.do === "repeat") {
      const body = this.steps(step.steps)
      return [code.REPEAT, fitting(step.times, 255, "times"), fitting(body.length, 255, "octets of a body")].concat(body)
    }
    if (step.do === "walk") {
      const each = this.steps(step.each)
      const nonzero = this.steps(step.nonzero)
      return [code.WALK, this.exponent(step.exponent), fitting(each.length, 255, "octets of a body"), fitting(nonzero.length, 255, "octets of a body")].concat(each, nonzero)
    }
    if (step.do === "take") return [code.TAKE, step.to, step.table, step.count]
    if (step.do === "pick") return [code.PICK, step.to, step.table, step.count, step.entries]
    return step.do === "read" ? [code.READ, step.to, step.count] : [code.WRITE, step.from, step.count]
  }
  block(of: Block, over: Degree): number {
    return place(this.blocks, recordBlock(of, over, (c) => this.constant(c)))
  }
  constant(c: Constant): number {
    const second = c.im !== "0" && c.im === c.re ? [0x80] : c.im === `-${c.re}` ? [0x81] : part(c.im)
    return place(this.constants, part(c.re).concat(second))
  }
  exponent(of: Exponent): number {
    const packed: number[] = []
    for (let i = 0; i < of.digits.length * of.bits; i++) {
      const digit = of.digits[Math.floor(i / of.bits)]!
      const bit = (digit >> (of.bits - 1 - (i % of.bits))) & 1
      if (i % 8 === 0) packed.push(0)
      packed[i >> 3]! |= bit << (7 - (i & 7))
    }
    return place(this.exponents, [of.bits, of.digits.length >> 8, of.digits.length & 255].concat(packed))
  }
}

/** The place of equal octets in a list, at its end if there are none. */
function place(list: number[][], item: number[]): number {
  const name = item.join()
  for (let i = 0; i < list.length; i++) if (list[i]!.join() === name) return i
  list.push(item)
  return list.length - 1
}

function part(hex: string): number[] {
  const digits = hex.charAt(0) === "-" ? hex.substring(1) : hex
  const octets = unhex(digits.length % 2 === 0 ? digits : `0${digits}`)!
  const out: number[] = []
  for (let i = 0; i < octets.length; i++) if (out.length > 0 || octets[i] !== 0) out.push(octets[i]!)
  return out.length === 0 ? [0] : [out.length + (hex === digits ? 0 : 0x40)].concat(out)
}
