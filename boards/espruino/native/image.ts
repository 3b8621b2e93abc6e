/**
 * A Program (sdk/machine/program.ts) as the blob has it, little-endian: tables of offsets instead of lengths, operations that one load and four fields take apart, all else as it was.
 *
 *   words, constants, exponents, blocks, routines, entries    two octets each: words of an element, then offsets from the start of the image
 *   constants     as in the Program, one after another
 *   exponents     an offset of each; there: bits of a digit (1, 2 or 4), digits (one octet), the digits packed
 *   blocks        an offset of each; there: operands, locals, operations, elements of each operand, then operations: opcode, d, a, b in 24 bits, the least first
 *   routines      an offset of each and the end of the last; there: temporaries, then code
 *   entries       the number of a routine
 */
import { plainSums } from "./bounds.ts"
import { local, operation, type Program, type ProgramConstant } from "../../../sdk/machine/program.ts"

/** An addition that need not reduce, for the loop over Fp2; over Fp it is an addition. */
const PLAIN = 15

/** The image of a Program. */
export function imageOf(program: Program): Uint8Array {
  const out = new Image()
  for (let i = 0; i < 6; i++) out.u16(0)
  out.set(0, program.octets / 4)
  out.set(1, out.here())
  for (const constant of program.constants) constantTo(out, constant, program.modulus)
  out.table(2, program.exponents, (digits) => exponentTo(out, digits))
  out.table(3, program.blocks, (block) => {
    out.push(block.operands.length, block.locals, block.operations.length / 3, ...block.operands)
    const plain = program.octets === 48 ? plainSums(block) : []
    for (let i = 0; i < block.operations.length; i += 3) operationTo(out, block.operations, i, plain.includes(i))
  })
  out.table(4, program.routines, (routine) => out.push(routine.temporaries, ...routine.code))
  out.set(5, out.here())
  out.push(...program.entries.map((entry) => entry.routine))
  out.align(4)
  return Uint8Array.from(out.octets)
}

/** A product has no result where its second factor is: the factors change places. */
function operationTo(out: Image, operations: Uint8Array, at: number, plain: boolean): void {
  const [d, a, b] = [local(operations, at, 0), local(operations, at, 1), local(operations, at, 2)]
  const opcode = operations[at]! >> 2
  const square = opcode === operation.MUL && a === b
  const factors = square ? [a, 0] : opcode === operation.MUL && d === b ? [b, a] : [a, b]
  const word = (plain ? PLAIN : square ? operation.SQUARE : opcode) | (d << 6) | (factors[0]! << 12) | (factors[1]! << 18)
  out.push(word & 255, (word >> 8) & 255, word >> 16)
}

class Image {
  readonly octets: number[]
  constructor() {
    this.octets = []
  }
  here(): number {
    return this.octets.length
  }
  push(...octets: readonly number[]): void {
    this.octets.push(...octets)
  }
  align(to: number): void {
    while (this.here() % to !== 0) this.push(0)
  }
  u16(value: number): void {
    if (value > 0xffff) throw new Error(`imageOf: ${value} does not fit`)
    this.push(value & 255, value >> 8)
  }
  /** Field number `field` of the header, or of a table from `base` on. */
  set(field: number, value: number, base: number = 0): void {
    this.octets.splice(base + 2 * field, 2, value & 255, value >> 8)
  }
  /** A table of offsets, the end being the last, and what it points to. */
  table<T>(field: number, items: readonly T[], write: (item: T) => void): void {
    this.align(2)
    const base = this.here()
    this.set(field, base)
    for (let i = 0; i <= items.length; i++) this.u16(0)
    items.forEach((item, i) => {
      this.set(i, this.here(), base)
      write(item)
    })
    this.set(items.length, this.here(), base)
  }
}

/** Both parts in their shortest forms: the Program's parser has the full numbers. */
function constantTo(out: Image, { re, im }: ProgramConstant, modulus: Uint8Array): void {
  const [a, b, p] = [re, im, modulus].map((part) => BigInt(`0x${Buffer.from(part).toString("hex")}`)) as [bigint, bigint, bigint]
  partTo(out, a, p)
  if (b !== 0n && b === a) out.push(0x80)
  else if (b !== 0n && b === p - a) out.push(0x81)
  else partTo(out, b, p)
}

function partTo(out: Image, value: bigint, p: bigint): void {
  const least = 2n * value > p ? p - value : value
  const text = least.toString(16)
  const octets = least === 0n ? [] : [...Buffer.from(text.padStart(text.length + (text.length % 2), "0"), "hex")]
  out.push(octets.length | (least === value ? 0 : 0x40), ...octets)
}

function exponentTo(out: Image, digits: Uint8Array): void {
  const most = Math.max(...digits)
  const bits = most > 3 ? 4 : most > 1 ? 2 : 1
  if (most > 15 || digits.length > 255) throw new Error("imageOf: the exponent does not fit")
  out.push(bits, digits.length)
  for (let i = 0; i < digits.length; i += 8 / bits) {
    let octet = 0
    for (let k = 0; k < 8 / bits; k++) octet = (octet << bits) | (digits[i + k] ?? 0)
    out.push(octet)
  }
}
