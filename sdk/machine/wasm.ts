/**
 * The WebAssembly machine: a Program's routines are followed here, its blocks are functions of a module that wasm-module.ts made of it at build time. The
 * engine needs vectors of 128 bits, as all have had since 2021. A Job has an instance, hence a memory, to itself; it is wiped before another Job gets it.
 */
import { unbase64 } from "../base/base64.ts"
import { callsOf, type Call } from "./calls.ts"
import { coursing, type Slate } from "./course.ts"
import { adler32, type Machine, type Program } from "./program.ts"
import { selfTest } from "./self-test.ts"

/** What is shipped of a module: base64 of its octets, their sum, and that of the self-test. */
export interface CompiledText {
  readonly module: string
  readonly sum: number
  readonly selfTest: number
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
  p(to: number, table: number, octets: number, entries: number, digit: number): void
  c(to: number, from: number, octets: number): void
  w(): void
  readonly [block: string]: unknown
}

declare const WebAssembly: Engine

/** Places in memory, as wasm-module.ts has them: octets, or words of four. */
const OPERANDS = 4
const OCTETS = 48
const SLOTS = 28
const WIDTH = 29

/** The machine; undefined where the engine has no WebAssembly or refuses the module, or what runs is not what was built: then another machine must serve. */
export function wasmMachine(program: Program, text: CompiledText, slice: number): WasmMachine | undefined {
  const octets = unbase64(text.module)
  if (octets === undefined || adler32(octets, octets.length) !== text.sum) return undefined
  const stable = stableOf(program, octets, text.selfTest)
  if (stable === undefined) return undefined
  const machine = coursing(program, () => stable.take(), slice)
  return { octets: machine.octets, run: (entry, input, digits) => machine.run(entry, input, digits), memories: () => stable.memories() }
}

/** Compiled and tested; a damaged module may be refused, lack a function, or leave its memory. */
function stableOf(program: Program, octets: Uint8Array, expected: number): Stable | undefined {
  try {
    const stable = new Stable(program, new WebAssembly.Module(octets))
    return selfTest(program, stable.take()) === expected ? stable : undefined
  } catch {
    return undefined
  }
}

/** Instances of a module. */
class Stable {
  readonly program: Program
  readonly module: object
  readonly calls: readonly Call[]
  readonly idle: Instance[]
  readonly all: Instance[]
  constructor(program: Program, module: object) {
    this.program = program
    this.module = module
    this.calls = callsOf(program)
    this.idle = []
    this.all = []
    this.idle.push(this.made())
  }
  made(): Instance {
    const out = new Instance(this.program, this.calls, new WebAssembly.Instance(this.module).exports)
    this.all.push(out)
    return out
  }
  take(): Slate {
    const waiting = this.idle.pop()
    const own = waiting === undefined ? this.made() : waiting
    let open = true
    return {
      call: (block, degree, text, at, top) => own.call(block, degree, text, at, top),
      copy: (to, from, count) => own.copy(to, from, count),
      pick: (to, table, count, entries, digit) => own.pick(to, table, count, entries, digit),
      read: (to, octets) => own.read(to, octets),
      write: (from, octets) => own.write(from, octets),
      close: (): void => {
        if (!open) return
        open = false
        own.functions.w()
        this.idle.push(own)
      },
    }
  }
  memories(): readonly Uint8Array[] {
    const out: Uint8Array[] = []
    for (let i = 0; i < this.all.length; i++) out.push(this.all[i]!.octets)
    return out
  }
}

/** One memory and its functions. */
class Instance {
  readonly program: Program
  readonly functions: Functions
  /** Of each block, over Fp and over Fp2. */
  readonly blocks: readonly [((top: number) => void)[], ((top: number) => void)[]]
  readonly octets: Uint8Array
  /** Where an element goes in or out. */
  readonly element: Uint8Array
  readonly words: Int32Array
  readonly slots: number
  readonly width: number
  constructor(program: Program, calls: readonly Call[], functions: Functions) {
    this.program = program
    this.functions = functions
    this.blocks = [[], []]
    for (let i = 0; i < calls.length; i++) this.blocks[calls[i]!.degree === 1 ? 0 : 1][calls[i]!.block] = functions[`b${i}`] as (top: number) => void
    this.octets = new Uint8Array(functions.m.buffer)
    this.element = this.octets.subarray(OCTETS, OCTETS + program.octets)
    this.words = new Int32Array(functions.m.buffer)
    this.slots = this.words[SLOTS]!
    this.width = this.words[WIDTH]!
  }
  slot(number: number): number {
    return this.slots + number * this.width
  }
  call(block: number, degree: number, text: Uint8Array, at: number, top: number): void {
    const count = this.program.blocks[block]!.operands.length
    for (let i = 0; i < count; i++) this.words[OPERANDS + i] = this.slot(degree * text[at + i]!)
    this.blocks[degree === 1 ? 0 : 1][block]!(this.slot(top))
  }
  copy(to: number, from: number, count: number): void {
    this.functions.c(this.slot(to), this.slot(from), count * this.width)
  }
  pick(to: number, table: number, count: number, entries: number, digit: number): void {
    this.functions.p(this.slot(to), this.slot(table), count * this.width, entries, digit)
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
