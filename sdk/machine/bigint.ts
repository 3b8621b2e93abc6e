/**
 * The BigInt machine: a Program's routines are followed here, its blocks are functions that bigint-text.ts made of it at build time. For QuickJS, Hermes, XS
 * and other engines with BigInt and no WebAssembly. Barrett's reduction: products and sums of one scale, so that either may be added to the other.
 * No branch and no address depends on a value, but engines' BigInts are not constant in time, and cannot be wiped: where that matters, take limbs.
 */
import { callsOf } from "./calls.ts"
import { coursing, type Slate } from "./course.ts"
import type { Machine, Program } from "./program.ts"
import { SELF_TEST_SLOTS, selfTest, testedOf } from "./self-test.ts"

/** What a block works on: slots, where its operands begin, constants in pairs, the flag. */
export interface BigintDesk {
  readonly s: bigint[]
  readonly o: number[]
  readonly c: readonly bigint[]
  f: bigint
  zero(a: bigint): bigint
  odd(a: bigint): bigint
}

/** A block over Fp or Fp2; `r` takes a sum of products to what is between -p/8 and 3.1 p. */
export type BigintBlock = (g: BigintDesk, r: (wide: bigint) => bigint) => void

/** What is shipped: the blocks in the order of callsOf, and the sum of the self-test. */
export interface BigintText {
  readonly blocks: readonly BigintBlock[]
  readonly selfTest: number
}

/** The machine; undefined where the engine's arithmetic is not what the blocks were made for. */
export function bigintMachine(program: Program, text: BigintText, slice: number): Machine | undefined {
  const prime = new Prime(program)
  const calls = callsOf(program)
  const blocks: BigintBlock[][] = [[], []]
  for (let i = 0; i < calls.length; i++) blocks[calls[i]!.degree - 1]![calls[i]!.block] = text.blocks[i]!
  const slate = (slots: number): Slate => new BigintSlate(program, prime, blocks, slots)
  return selfTest(testedOf(program), slate(SELF_TEST_SLOTS)) === text.selfTest ? coursing(program, slate, slice) : undefined
}

const CHUNK = 6

/** Big-endian octets. */
function read(octets: Uint8Array): bigint {
  let out = BigInt(0)
  for (let at = 0; at < octets.length; ) {
    let chunk = 0
    const end = at + CHUNK < octets.length ? at + CHUNK : octets.length
    const bits = 8 * (end - at)
    for (; at < end; at++) chunk = chunk * 256 + octets[at]!
    out = (out << BigInt(bits)) | BigInt(chunk)
  }
  return out
}

/** A number that is not negative. */
function write(value: bigint, octets: Uint8Array): void {
  const bits = BigInt(8 * CHUNK)
  const mask = (BigInt(1) << bits) - BigInt(1)
  let left = value
  for (let at = octets.length; at > 0; left >>= bits) {
    let chunk = Number(left & mask)
    for (let i = 0; i < CHUNK && at > 0; i++) {
      const high = Math.floor(chunk / 256)
      octets[--at] = chunk - 256 * high
      chunk = high
    }
  }
}

/** A prime and a Program's constants. */
class Prime {
  readonly p: bigint
  /** A multiple of p far above any narrow value. */
  readonly lift: bigint
  readonly constants: readonly bigint[]
  readonly reduce: (wide: bigint) => bigint
  constructor(program: Program) {
    const p = read(program.modulus)
    const bits = 8 * program.octets - zeroBits(program.modulus[0]!)
    // Menezes, van Oorschot, Vanstone, "Handbook of Applied Cryptography", 14.42. Above the rest there stay half of p, for what is cut off below, and p / 2^12,
    // for the quotient of 2^20 p^2; on XS, which shifts negative numbers one too far, half of p and p more
    const low = BigInt(bits - 2)
    const high = BigInt(bits + 34)
    const inverse = quotientOf(2 * bits + 32, p)
    this.reduce = (wide) => wide - (((wide >> low) * inverse) >> high) * p
    this.p = p
    this.lift = p << BigInt(32)
    const constants: bigint[] = []
    for (let i = 0; i < program.constants.length; i++) constants.push(read(program.constants[i]!.re), read(program.constants[i]!.im))
    this.constants = constants
  }
  /** The integer of a narrow value, from 0 to p - 1. */
  integer(a: bigint): bigint {
    const out = this.reduce(a + this.lift)
    return out < this.p ? out : out - this.p
  }
}

function zeroBits(octet: number): number {
  let out = 0
  for (let top = octet; top < 128; top = 2 * top) out++
  return out
}

/** floor(2^bits / p), bit by bit. */
function quotientOf(bits: number, p: bigint): bigint {
  let rest = BigInt(1)
  let out = BigInt(0)
  for (let i = 0; i < bits; i++) {
    rest += rest
    out += out
    if (rest >= p) {
      rest -= p
      out += BigInt(1)
    }
  }
  return out
}

/** Slots of BigInts. */
class BigintSlate implements Slate, BigintDesk {
  readonly program: Program
  readonly prime: Prime
  readonly blocks: readonly (readonly BigintBlock[])[]
  readonly s: bigint[]
  readonly o: number[]
  readonly c: readonly bigint[]
  f: bigint
  constructor(program: Program, prime: Prime, blocks: readonly (readonly BigintBlock[])[], slots: number) {
    this.program = program
    this.prime = prime
    this.blocks = blocks
    this.s = []
    this.o = []
    this.c = prime.constants
    this.f = BigInt(0)
    for (let i = 0; i < slots; i++) this.s.push(this.f)
  }
  zero(a: bigint): bigint {
    return BigInt(this.prime.integer(a) === BigInt(0) ? 1 : 0)
  }
  odd(a: bigint): bigint {
    return this.prime.integer(a) & BigInt(1)
  }
  call(block: number, degree: number, text: Uint8Array, at: number): void {
    const count = this.program.blocks[block]!.operands.length
    for (let i = 0; i < count; i++) this.o[i] = degree * text[at + i]!
    this.blocks[degree - 1]![block]!(this, this.prime.reduce)
  }
  copy(to: number, from: number, count: number): void {
    for (let i = 0; i < count; i++) this.s[to + i] = this.s[from + i]!
  }
  pick(to: number, table: number, count: number, entries: number, digit: number): void {
    this.f = BigInt(digit >> 7)
    for (let i = 0; i < count; i++) {
      let sum = BigInt(0)
      for (let k = 0; k < entries; k++) sum += this.s[table + k * count + i]! * BigInt((((digit & 127) ^ k) - 1) >>> 31)
      this.s[to + i] = sum
    }
  }
  read(to: number, octets: Uint8Array): boolean {
    const value = read(octets)
    this.s[to] = value
    return value < this.prime.p
  }
  write(from: number, octets: Uint8Array): void {
    write(this.prime.integer(this.s[from]!), octets)
  }
  close(): void {
    for (let i = 0; i < this.s.length; i++) this.s[i] = BigInt(0)
    this.f = BigInt(0)
  }
}
