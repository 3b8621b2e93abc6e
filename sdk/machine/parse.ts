/** Parses a Program; parsing is validating. The format stands in program.ts. */
import { unbase64 } from "../base/base64.ts"
import { entriesOf } from "./check.ts"
import { adler32, local, operation, type Program, type ProgramBlock, type ProgramConstant, type ProgramRoutine } from "./program.ts"

/** The Program in these octets, or undefined where any rule of the format is broken. Its arrays are views of `octets`, which must stay as they are. */
export function parseProgram(octets: Uint8Array): Program | undefined {
  const r = new ProgramReader(octets)
  if (octets.length < 8 || !r.is([0x49, 0x50, 1]) || !sumIsRight(octets)) return undefined
  const width = r.next()
  const modulus = r.take(width)
  if (width < 1 || width > 63 || r.broken || modulus[0] === 0 || (modulus[width - 1]! & 3) !== 3) return undefined
  const constants = r.list(() => constantOf(r, modulus))
  const exponents = r.list(() => digitsOf(r))
  const blocks = r.list(() => blockOf(r, constants.length))
  const routines = r.list(() => routineOf(r))
  const entries = r.list(() => r.next())
  if (r.broken || r.at !== octets.length - 4) return undefined
  const checked = entriesOf({ exponents, blocks, routines }, entries)
  return checked === undefined ? undefined : { octets: width, modulus, constants, exponents, blocks, routines, entries: checked }
}

/** The Program in base64, as it is shipped; what is not one is our build's mistake, or a broken flash, and throws. */
export function programOf(text: string): Program {
  const octets = unbase64(text)
  const program = octets === undefined ? undefined : parseProgram(octets)
  if (program === undefined) throw new Error("programOf: this is no Program, or it is damaged")
  return program
}

function sumIsRight(octets: Uint8Array): boolean {
  const end = octets.length - 4
  const sum = adler32(octets, end)
  return octets[end]! * 0x1000000 + octets[end + 1]! * 65536 + octets[end + 2]! * 256 + octets[end + 3]! === sum
}

/** Reads in order; once anything is wrong it stays `broken`, and whoever asked for the list sees it at the end. */
class ProgramReader {
  readonly octets: Uint8Array
  at: number
  broken: boolean
  constructor(octets: Uint8Array) {
    this.octets = octets
    this.at = 0
    this.broken = false
  }
  next(): number {
    if (this.at >= this.octets.length - 4) this.broken = true
    return this.broken ? 0 : this.octets[this.at++]!
  }
  take(count: number): Uint8Array {
    if (this.at + count > this.octets.length - 4) this.broken = true
    if (this.broken) return this.octets.subarray(0, 0)
    this.at += count
    return this.octets.subarray(this.at - count, this.at)
  }
  is(expected: readonly number[]): boolean {
    for (let i = 0; i < expected.length; i++) if (this.next() !== expected[i]) this.broken = true
    return !this.broken
  }
  list<T>(item: () => T | undefined): T[] {
    const out: T[] = []
    for (let n = this.next(); n > 0 && !this.broken; n--) {
      const value = item()
      if (value === undefined) this.broken = true
      else out.push(value)
    }
    return out
  }
}

function constantOf(r: ProgramReader, modulus: Uint8Array): ProgramConstant | undefined {
  const re = partOf(r, r.next(), modulus)
  const form = r.next()
  const im = form === 0x80 ? re : form === 0x81 && re !== undefined ? negative(re, modulus) : partOf(r, form, modulus)
  return re === undefined || im === undefined ? undefined : { re, im }
}

function partOf(r: ProgramReader, form: number, modulus: Uint8Array): Uint8Array | undefined {
  const length = form & 0x3f
  const out = new Uint8Array(modulus.length)
  if (form === 0) return out
  if (form > 0x7f || length === 0 || length > modulus.length) return undefined
  const given = r.take(length)
  if (r.broken || given[0] === 0) return undefined
  out.set(given, modulus.length - length)
  if (!below(out, modulus)) return undefined
  return form < 0x40 ? out : negative(out, modulus)
}

function below(a: Uint8Array, b: Uint8Array): boolean {
  let i = 0
  while (i < a.length && a[i] === b[i]) i++
  return i < a.length && a[i]! < b[i]!
}

/** p - a, and 0 for 0; public. */
function negative(a: Uint8Array, modulus: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length)
  let any = 0
  for (let i = 0; i < a.length; i++) any |= a[i]!
  let borrow = 0
  for (let i = a.length - 1; i >= 0 && any !== 0; i--) {
    const left = modulus[i]! - a[i]! - borrow
    borrow = left < 0 ? 1 : 0
    out[i] = left + 256 * borrow
  }
  return out
}

function digitsOf(r: ProgramReader): Uint8Array | undefined {
  const bits = r.next()
  const count = r.next() * 256 + r.next()
  if (bits < 1 || bits > 4 || count === 0) return undefined
  const packed = r.take((count * bits + 7) >> 3)
  if (r.broken) return undefined
  const bit = (i: number): number => (packed[i >> 3]! >> (7 - (i & 7))) & 1
  const out = new Uint8Array(count)
  for (let i = 0; i < count * bits; i++) {
    const at = (i - (i % bits)) / bits
    out[at] = 2 * out[at]! + bit(i)
  }
  for (let i = count * bits; i < 8 * packed.length; i++) if (bit(i) !== 0) return undefined
  return out
}

function blockOf(r: ProgramReader, constants: number): ProgramBlock | undefined {
  const operands = r.take(r.next())
  const results = r.next()
  const locals = r.next()
  const operations = r.take(3 * r.next())
  let elements = 0
  for (let i = 0; i < operands.length; i++) elements += operands[i]!
  if (r.broken || locals > 64 || elements > locals || results > operands.length) return undefined
  const block: ProgramBlock = { operands, results, locals, operations }
  return operationsAreRight(block, constants) ? block : undefined
}

/** What a and b of each opcode are: a local (L), a constant (K), nothing (0). */
const OPERANDS = ["L0", "LL", "LL", "LL", "L0", "L0", "L0", "L0", "LL", "LL", "LK", "0K", "L0", "L0", "LL"]

/** Locals in range, nothing written but results and temporaries, and no temporary read before it is written. */
function operationsAreRight(block: ProgramBlock, constants: number): boolean {
  let elements = 0
  let results = 0
  for (let i = 0; i < block.operands.length; i++) {
    elements += block.operands[i]!
    if (i < block.results) results += block.operands[i]!
  }
  const written = new Uint8Array(64)
  for (let i = 0; i < elements; i++) written[i] = 1
  const fits = (kind: string, field: number): boolean => (kind === "L" ? field < block.locals && written[field] === 1 : kind === "K" ? field < constants : field === 0)
  for (let i = 0; i < block.operations.length; i += 3) {
    const op = block.operations[i]! >> 2
    const d = local(block.operations, i, 0)
    if (op >= OPERANDS.length || !fits(OPERANDS[op]!.charAt(0), local(block.operations, i, 1)) || !fits(OPERANDS[op]!.charAt(1), local(block.operations, i, 2))) return false
    if (op === operation.IS_ZERO || op === operation.IS_ODD) {
      if (d !== 0) return false
    } else {
      if (d >= block.locals || (d >= results && d < elements)) return false
      written[d] = 1
    }
  }
  return true
}

function routineOf(r: ProgramReader): ProgramRoutine | undefined {
  const temporaries = r.next()
  const length = r.next() * 256 + r.next()
  const text = r.take(length)
  return r.broken || temporaries % 2 !== 0 ? undefined : { temporaries, code: text }
}
