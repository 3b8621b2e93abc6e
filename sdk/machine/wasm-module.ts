/** Makes the WebAssembly module of a Program, at build time: kernels for its prime, a function for each of its blocks, its constants in Montgomery's form. */
import { callsOf, type Call } from "./calls.ts"
import { lowered, mending, type Limits, type Lowered } from "./lazy.ts"
import { operation, type Program, type ProgramConstant } from "./program.ts"
import { SELF_TEST_SLOTS } from "./self-test.ts"
import { step } from "./wasm-course.ts"
import { Assembly, memory, moduleOf, op, type, vector, type Exported } from "./wasm-emit.ts"
import { enter, FRAMES, type CoursePlaces } from "./wasm-frames.ts"
import { integer1, isOdd1, isZero1, read1, write1 } from "./wasm-integer.ts"
import { BITS, shifted, wasmPrime, type WasmPrime } from "./wasm-prime.ts"
import { mul1, renew1 } from "./wasm-scalar.ts"
import { mul2, scale2, sqr2 } from "./wasm-vector.ts"
import { carry, copied, moved, pick, selected, wordwise, xi2 } from "./wasm-words.ts"

/** Octets of memory: the flag, addresses of a block's operands, an element going in or out, what wasm.ts reads, and constants; see wasm.ts. */
export const place = { FLAG: 0, OPERANDS: 16, OCTETS: 48, SLOTS: 112, WIDTH: 116, STATE: 120, STREAMS: 124, P: 128, UNIT: 256, SQUARE: 320, CONSTANTS: 384 } as const

/** Integers that blocks take and give, in multiples of p; fewest renewals in a pairing. */
const BORDER = 12

/** The module: exports m (memory), e (enter a routine), s (step), r (read), o (write), p (pick), c (copy), w (wipe), and b with its number for each of callsOf. */
export function wasmModule(program: Program): Uint8Array {
  const draft = new Draft(program)
  const first = draft.functions.length
  for (let i = 0; i < draft.calls.length; i++) draft.block(draft.calls[i]!, `b${i}`)
  return moduleOf(draft.functions, Math.ceil(draft.end / 65536), draft.data, first)
}

/** Names of kernels for both degrees, by opcode. */
const kernels = ["MOVE", "ADD", "SUB", "MUL", "SQUARE", "NEGATE", "CONJUGATE", "XI", "SCALE", "", "", "", "IS_ZERO", "IS_ODD", "SELECT"]

/** A module under construction. */
class Draft {
  readonly program: Program
  readonly prime: WasmPrime
  readonly limits: Limits
  readonly calls: readonly Call[]
  readonly functions: Exported[]
  readonly numbers: { [name: string]: number }
  readonly data: number[]
  /** Address of each constant, or 0 until it is needed; over Fp2 it has two elements. */
  readonly constants: number[]
  readonly work: number
  readonly slots: number
  readonly streams: number
  readonly end: number
  readonly course: CoursePlaces
  constructor(program: Program) {
    const w = wasmPrime(program.modulus)
    this.program = program
    this.prime = w
    this.limits = { most: w.most, sum: w.sum, ratio: w.ratio, border: BORDER }
    this.calls = callsOf(program)
    this.functions = []
    this.numbers = {}
    this.data = []
    this.constants = []
    let most = SELF_TEST_SLOTS
    for (let i = 0; i < program.entries.length; i++) most = Math.max(most, program.entries[i]!.slots)
    this.constant(place.UNIT, shifted(one(program.octets), 0, w))
    this.constant(place.SQUARE, shifted(one(program.octets), 2 * BITS * w.n, w))
    for (let j = 0; j < w.n; j++) for (let k = 0; k < 2; k++) this.word(place.P + 8 * j + 4 * k, w.p[j]!)
    let at: number = place.CONSTANTS
    for (let i = 0; i < program.constants.length; i++) {
      const c = program.constants[i]!
      this.constants.push(at)
      at = this.constant(at, shifted(c.re, BITS * w.n, w))
      if (this.isLoaded2(i) || !isZero(c.im)) at = this.constant(at, shifted(c.im, BITS * w.n, w))
    }
    const tables = this.tables(at)
    this.work = 16 * Math.ceil(this.data.length / 16)
    const state = this.work + w.width + 32 * w.n
    this.slots = 64 * Math.ceil((state + 16 + FRAMES) / 64)
    this.streams = this.slots + most * w.width
    let stream = 0
    for (let i = 0; i < program.entries.length; i++) {
      const e = program.entries[i]!
      stream = Math.max(stream, (e.reads + e.writes) * program.octets + e.picks)
    }
    this.end = this.streams + 16 * Math.ceil(stream / 16)
    this.word(place.SLOTS, this.slots)
    this.word(place.WIDTH, w.width)
    this.word(place.STATE, state)
    this.word(place.STREAMS, this.streams)
    this.course = {
      state, frames: state + 16, blocks: tables.blocks, routines: tables.routines, exponents: tables.exponents,
      operands: place.OPERANDS, octets: place.OCTETS, slots: this.slots, width: w.width, element: program.octets,
    }
    this.kernels()
  }
  /** What the course goes by, from an address on: blocks, routines, exponents, then code and digits. */
  tables(from: number): { readonly blocks: number; readonly routines: number; readonly exponents: number } {
    const p = this.program
    const routines = from + 8 * p.blocks.length
    const exponents = routines + 12 * p.routines.length
    let text = exponents + 8 * p.exponents.length
    for (let i = 0; i < p.blocks.length; i++) {
      const length = p.blocks[i]!.operations.length
      const row = [p.blocks[i]!.operands.length, length >> 3, length >> 2, this.number(i, 1), this.number(i, 2)]
      for (let k = 0; k < 5; k++) this.octet(from + 8 * i + k, row[k]!)
    }
    const put = (octets: Uint8Array): number => {
      for (let i = 0; i < octets.length; i++) this.octet(text++, octets[i]!)
      return text - octets.length
    }
    for (let i = 0; i < p.routines.length; i++) {
      const words = [put(p.routines[i]!.code), p.routines[i]!.code.length, p.routines[i]!.temporaries]
      for (let k = 0; k < 3; k++) this.word(routines + 12 * i + 4 * k, words[k]!)
    }
    for (let i = 0; i < p.exponents.length; i++) {
      const words = [put(p.exponents[i]!), p.exponents[i]!.length]
      for (let k = 0; k < 2; k++) this.word(exponents + 8 * i + 4 * k, words[k]!)
    }
    return { blocks: from, routines, exponents }
  }
  /** The place of a call in the table of functions; 0 for what is not called. */
  number(block: number, degree: number): number {
    for (let i = 0; i < this.calls.length; i++) if (this.calls[i]!.block === block && this.calls[i]!.degree === degree) return i
    return 0
  }
  octet(at: number, value: number): void {
    while (this.data.length <= at) this.data.push(0)
    this.data[at] = value
  }
  /** Whether a block over Fp2 loads the constant: then its second coefficient is wanted even if it is 0. */
  isLoaded2(constant: number): boolean {
    for (let i = 0; i < this.calls.length; i++) {
      const text = this.program.blocks[this.calls[i]!.block]!.operations
      if (this.calls[i]!.degree === 2) for (let k = 0; k < text.length; k += 3) if (text[k]! >> 2 === operation.LOAD && (text[k + 2]! & 63) === constant) return true
    }
    return false
  }
  word(at: number, value: number): void {
    for (let k = 0; k < 4; k++) this.octet(at + k, (value >> (8 * k)) & 255)
  }
  /** Puts limbs at an address, and answers the next. */
  constant(at: number, value: readonly number[]): number {
    for (let j = 0; j < this.prime.width / 4; j++) this.word(at + 4 * j, j < value.length ? value[j]! : 0)
    return at + this.prime.width
  }
  add(name: string, of: Assembly, exported: string): number {
    this.numbers[name] = this.functions.length
    this.functions.push({ of, name: exported })
    return this.numbers[name]!
  }
  kernels(): void {
    const w = this.prime
    const pairs = 16 * Math.ceil(w.n / 2)
    const places = { p: place.P, one: this.work + w.width, other: this.work + w.width + pairs }
    const multiply = this.add("MUL1", mul1(w), "")
    this.add("CARRY1", carry(w, 1), "")
    const renew = this.add("RENEW1", renew1(w), "")
    const integer = this.add("INTEGER1", integer1(w, multiply, this.work, place.UNIT), "")
    const zero = this.add("IS_ZERO1", isZero1(w, integer, this.work), "")
    this.add("IS_ODD1", isOdd1(integer, this.work), "")
    const read = this.add("READ", read1(w, multiply, this.work, place.SQUARE, place.OCTETS), "r")
    const write = this.add("WRITE", write1(w, integer, this.work, place.OCTETS), "o")
    const picked = this.add("PICK", pick(), "p")
    const copy = this.add("COPY", moved(), "c")
    this.add("WIPE", this.wipe(), "w")
    const entered = this.add("ENTER", enter(this.course), "e")
    this.add("STEP", step(this.course, { enter: entered, copy, pick: picked, read, write }), "s")
    this.words(1)
    if (!this.hasDegree2()) return
    this.words(2)
    this.add("MUL2", mul2(w, places), "")
    this.add("SQUARE2", sqr2(w, places), "")
    this.add("SCALE2", scale2(w, places), "")
    this.add("CARRY2", carry(w, 2), "")
    this.add("RENEW2", twice(w, renew), "")
    this.add("XI2", xi2(w), "")
    this.add("CONJUGATE2", copied(2 * w.width, w.width), "")
    this.add("IS_ZERO2", bothZero(w, zero), "")
  }
  hasDegree2(): boolean {
    for (let i = 0; i < this.calls.length; i++) if (this.calls[i]!.degree === 2) return true
    return false
  }
  words(degree: number): void {
    const octets = degree * this.prime.width
    this.add(`ADD${degree}`, wordwise(octets, vector.I32_ADD), "")
    this.add(`SUB${degree}`, wordwise(octets, vector.I32_SUB), "")
    this.add(`MOVE${degree}`, copied(octets, octets), "")
    this.add(`NEGATE${degree}`, copied(octets, 0), "")
    this.add(`SELECT${degree}`, selected(octets), "")
  }
  /** All but constants becomes 0. */
  wipe(): Assembly {
    const f = new Assembly(0, 0)
    const ranges = [place.FLAG, place.SLOTS, this.work, this.end]
    for (let i = 0; i < 4; i += 2) {
      f.i32(ranges[i]!)
      f.i32(0)
      f.i32(ranges[i + 1]! - ranges[i]!)
      f.fill()
    }
    return f
  }
  /** The function of a block: addresses of its operands are at OPERANDS, that of its temporaries is the parameter. */
  block(call: Call, name: string): void {
    const f = new Assembly(1, 0)
    const block = this.program.blocks[call.block]!
    const size = call.degree * this.prime.width
    const bases: number[] = []
    const offsets: number[] = []
    for (let i = 0; i < block.operands.length; i++) {
      const base = f.local(type.I32)
      f.i32(0)
      f.at(memory.I32_LOAD, place.OPERANDS + 4 * i)
      f.set(base)
      for (let k = 0; k < block.operands[i]!; k++) {
        bases.push(base)
        offsets.push(k * size)
      }
    }
    for (let i = bases.length, k = 0; i < block.locals; i++, k++) {
      bases.push(0)
      offsets.push(k * size)
    }
    const address = (local: number): void => {
      f.get(bases[local]!)
      if (offsets[local] === 0) return
      f.i32(offsets[local]!)
      f.do(op.I32_ADD)
    }
    const operations = lowered(block, call.degree, this.limits)
    for (let i = 0; i < operations.length; i++) this.operation(f, call.degree, operations[i]!, address)
    this.add(name, f, name)
  }
  operation(f: Assembly, degree: number, o: Lowered, address: (local: number) => void): void {
    if (o.op === mending.CARRY || o.op === mending.RENEW) {
      address(o.a)
      f.call(this.numbers[`${o.op === mending.CARRY ? "CARRY" : "RENEW"}${degree}`]!)
    } else if (o.op === operation.IS_ZERO || o.op === operation.IS_ODD) {
      f.i32(0)
      address(o.a)
      f.call(this.numbers[`${kernels[o.op]!}${degree}`]!)
      f.at(memory.I32_STORE, place.FLAG)
    } else {
      address(o.d)
      if (o.op !== operation.LOAD) address(o.a)
      f.call(this.kernel(f, degree, o, address))
    }
  }
  /** Puts what remains of the operands on the stack, and answers the function. */
  kernel(f: Assembly, degree: number, o: Lowered, address: (local: number) => void): number {
    const named = (name: string): number => this.numbers[name + String(degree)]!
    if (o.op === operation.TIMES || o.op === operation.LOAD) {
      f.i32(this.constants[o.b]!)
      if (o.op === operation.LOAD) return named("MOVE")
      return named(degree === 2 && isZero(this.program.constants[o.b]!.im) ? "SCALE" : "MUL")
    }
    if (o.op === operation.SCALE_RE || o.op === operation.SCALE_IM) {
      address(o.b)
      if (o.op === operation.SCALE_IM) {
        f.i32(this.prime.width)
        f.do(op.I32_ADD)
      }
      return named(degree === 1 ? "MUL" : "SCALE")
    }
    if (o.op === operation.ADD || o.op === operation.SUB || o.op === operation.MUL || o.op === operation.SELECT) address(o.b)
    if (degree === 1 && (o.op === operation.CONJUGATE || o.op === operation.XI)) return named("MOVE")
    if (degree === 1 && o.op === operation.SQUARE) {
      address(o.a)
      return named("MUL")
    }
    return named(kernels[o.op]!)
  }
}

function one(octets: number): Uint8Array {
  const out = new Uint8Array(octets)
  out[octets - 1] = 1
  return out
}

function isZero(part: ProgramConstant["im"]): boolean {
  for (let i = 0; i < part.length; i++) if (part[i] !== 0) return false
  return true
}

/** A function of one element for two. */
function twice(w: WasmPrime, number: number): Assembly {
  const f = new Assembly(1, 0)
  f.get(0)
  f.call(number)
  f.get(0)
  f.i32(w.width)
  f.do(op.I32_ADD)
  f.call(number)
  return f
}

function bothZero(w: WasmPrime, number: number): Assembly {
  const f = new Assembly(1, 1)
  f.get(0)
  f.call(number)
  f.get(0)
  f.i32(w.width)
  f.do(op.I32_ADD)
  f.call(number)
  f.do(op.I32_AND)
  return f
}
