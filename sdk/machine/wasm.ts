/**
 * The WebAssembly machine: a module that wasm-module.ts made of a Program at build time runs its entries, in slices, with where it stands in its memory. The
 * engine needs vectors of 128 bits, as all have had since 2021. A Job has an instance, hence a memory, to itself; it is wiped before another Job gets it.
 */
import { unbase64 } from "../base/base64.ts"
import { blank, unhex } from "../base/bytes.ts"
import type { Done, Job } from "../base/job.ts"
import { refusedInput, startRefusal, type Slate } from "./course.ts"
import { adler32, type Machine } from "./program.ts"
import { selfTest, type Tested, type TestedCall } from "./self-test.ts"

/** What is shipped of a Program that has been compiled: there is no need of the Program itself. */
export interface CompiledText {
  /** The module in base64, Adler-32 of its octets, and the sum of the self-test. */
  readonly module: string
  readonly sum: number
  readonly selfTest: number
  /** Hexadecimal. */
  readonly modulus: string
  /** Of each entry: its routine, elements read and written, digits picked. */
  readonly entries: readonly (readonly number[])[]
  /** Of each call: block, degree, results, then elements of each operand. */
  readonly calls: readonly (readonly number[])[]
}

/** A machine whose memories a test may search. */
export interface WasmMachine extends Machine {
  /** Every memory that there is, those of finished Jobs too. */
  memories(): readonly Uint8Array[]
}

/** What we use of the engine's WebAssembly. */
interface Engine {
  readonly Module: new (octets: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: Functions }
}

/** Exports of a module, wasm-module.ts. */
interface Functions {
  readonly m: { readonly buffer: ArrayBuffer }
  r(slot: number): number
  o(slot: number): void
  p(to: number, table: number, octets: number, entries: number, digitAt: number): void
  c(to: number, from: number, octets: number): void
  w(): void
  e(routine: number): void
  s(products: number): number
  readonly [block: string]: unknown
}

declare const WebAssembly: Engine

/** Places in memory, as wasm-module.ts has them: octets, or words of four. */
const OPERANDS = 4
const OCTETS = 48
const SLOTS = 28
const WIDTH = 29
const STATE = 30
const STREAMS = 31

/** The machine; undefined where the engine has no WebAssembly or refuses the module, or what runs is not what was built: then another machine must serve. */
export function wasmMachine(text: CompiledText, slice: number): WasmMachine | undefined {
  const octets = unbase64(text.module)
  const tested = testedOf(text)
  if (octets === undefined || tested === undefined || adler32(octets, octets.length) !== text.sum) return undefined
  const stable = stableOf(tested, octets, text.selfTest)
  if (stable === undefined) return undefined
  return { octets: tested.modulus.length, run: (entry, input, digits) => jobOf(text.entries[entry], stable, slice, entry, input, digits), memories: () => stable.memories() }
}

function testedOf(text: CompiledText): Tested | undefined {
  const modulus = unhex(text.modulus)
  const calls: TestedCall[] = []
  for (let i = 0; i < text.calls.length; i++) {
    const row = text.calls[i]!
    calls.push({ block: row[0]!, degree: row[1]!, results: row[2]!, operands: row.slice(3) })
  }
  return modulus === undefined ? undefined : { modulus, calls }
}

/** Compiled and tested; a damaged module may be refused, lack a function, or leave its memory. */
function stableOf(tested: Tested, octets: Uint8Array, expected: number): Stable | undefined {
  try {
    const stable = new Stable(tested, new WebAssembly.Module(octets))
    return selfTest(tested, slateOf(stable)) === expected ? stable : undefined
  } catch {
    return undefined
  }
}

function slateOf(stable: Stable): Slate {
  const own = stable.take()
  return {
    call: (block, degree, text, at, top) => own.call(block, degree, text, at, top),
    copy: (to, from, count) => own.copy(to, from, count),
    pick: (to, table, count, entries, digit) => own.pick(to, table, count, entries, digit),
    read: (to, octets) => own.read(to, octets),
    write: (from, octets) => own.write(from, octets),
    close: () => stable.giveBack(own),
  }
}

function jobOf(of: readonly number[] | undefined, stable: Stable, slice: number, entry: number, input: Uint8Array, digits: Uint8Array): Job<Uint8Array> {
  const W = stable.tested.modulus.length
  if (of === undefined || input.length !== of[1]! * W || digits.length !== of[3]!) throw startRefusal(entry, input, digits)
  let own: Instance | undefined = stable.take()
  const output = own.begin(of[0]!, input, digits)
  const end = own.octets.subarray(output, output + of[2]! * W)
  const close = (): void => {
    if (own !== undefined) stable.giveBack(own)
    own = undefined
  }
  return {
    step(): Done<Uint8Array> | undefined {
      const state = own!.functions.s(slice)
      if (state === 1) return undefined
      const value = blank(end.length)
      value.set(end)
      close()
      if (state === 2) throw refusedInput()
      return { value }
    },
    drop: close,
  }
}

/** Instances of a module. */
class Stable {
  readonly tested: Tested
  readonly module: object
  readonly idle: Instance[]
  readonly all: Instance[]
  constructor(tested: Tested, module: object) {
    this.tested = tested
    this.module = module
    this.idle = []
    this.all = []
    this.idle.push(this.made())
  }
  made(): Instance {
    const out = new Instance(this.tested, new WebAssembly.Instance(this.module).exports)
    this.all.push(out)
    return out
  }
  take(): Instance {
    const waiting = this.idle.pop()
    return waiting === undefined ? this.made() : waiting
  }
  giveBack(one: Instance): void {
    one.functions.w()
    this.idle.push(one)
  }
  memories(): readonly Uint8Array[] {
    const out: Uint8Array[] = []
    for (let i = 0; i < this.all.length; i++) out.push(this.all[i]!.octets)
    return out
  }
}

/** One memory and its functions. */
class Instance {
  readonly functions: Functions
  /** Of each block, over Fp and over Fp2. */
  readonly blocks: readonly [((top: number) => void)[], ((top: number) => void)[]]
  readonly octets: Uint8Array
  /** Where an element goes in or out. */
  readonly element: Uint8Array
  readonly words: Int32Array
  readonly slots: number
  readonly width: number
  constructor(tested: Tested, functions: Functions) {
    this.functions = functions
    this.blocks = [[], []]
    for (let i = 0; i < tested.calls.length; i++) this.blocks[tested.calls[i]!.degree === 1 ? 0 : 1][tested.calls[i]!.block] = functions[`b${i}`] as (top: number) => void
    this.octets = new Uint8Array(functions.m.buffer)
    this.element = this.octets.subarray(OCTETS, OCTETS + tested.modulus.length)
    this.words = new Int32Array(functions.m.buffer)
    this.slots = this.words[SLOTS]!
    this.width = this.words[WIDTH]!
  }
  /** Puts the input and then the digits before the output, and answers where that will be. */
  begin(routine: number, input: Uint8Array, digits: Uint8Array): number {
    const state = this.words[STATE]! >> 2
    const streams = this.words[STREAMS]!
    this.octets.set(input, streams)
    this.octets.set(digits, streams + input.length)
    this.words[state] = this.words[STATE]! + 16
    this.words[state + 1] = streams
    this.words[state + 2] = streams + input.length + digits.length
    this.words[state + 3] = streams + input.length
    this.functions.e(routine)
    return streams + input.length + digits.length
  }
  slot(number: number): number {
    return this.slots + number * this.width
  }
  /** `text` holds the operands from `at` to its end. */
  call(block: number, degree: number, text: Uint8Array, at: number, top: number): void {
    for (let i = at; i < text.length; i++) this.words[OPERANDS + i - at] = this.slot(degree * text[i]!)
    this.blocks[degree === 1 ? 0 : 1][block]!(this.slot(top))
  }
  copy(to: number, from: number, count: number): void {
    this.functions.c(this.slot(to), this.slot(from), count * this.width)
  }
  pick(to: number, table: number, count: number, entries: number, digit: number): void {
    this.octets[OCTETS] = digit
    this.functions.p(this.slot(to), this.slot(table), count * this.width, entries, OCTETS)
  }
  read(to: number, octets: Uint8Array): boolean {
    this.element.set(octets)
    return this.functions.r(this.slot(to)) === 1
  }
  write(from: number, octets: Uint8Array): void {
    this.functions.o(this.slot(from))
    octets.set(this.element)
  }
}
