/**
 * The self-test of a compiled machine: every block that its Program calls, over chosen and over edge values, with copies and picks between. Its sum depends on
 * the Program alone; a machine whose sum is another computes something else, and is refused. It finds what is always or often wrong; what goes wrong once in
 * a million is caught by those who check results (ibe/bf.ts, the V of R_MESSAGE_2).
 */
import { callsOf } from "./calls.ts"
import type { Slate } from "./course.ts"
import type { Program } from "./program.ts"

/** Slots that a self-test takes: the pool, one to pick into, operands and temporaries. */
export const SELF_TEST_SLOTS = 120
const POOL = 8
const PICKED = 8
const OPERANDS = 10
const ROUNDS = 2

/** A block that is called, over Fp (1) or Fp2 (2): elements of its operands, and how many of those are results. */
export interface TestedCall {
  readonly block: number
  readonly degree: number
  readonly operands: ArrayLike<number>
  readonly results: number
}

/** What a self-test has to know of a Program. */
export interface Tested {
  readonly modulus: Uint8Array
  readonly calls: readonly TestedCall[]
}

/** Of a Program. */
export function testedOf(program: Program): Tested {
  const calls = callsOf(program)
  const out: TestedCall[] = []
  for (let i = 0; i < calls.length; i++) {
    const block = program.blocks[calls[i]!.block]!
    out.push({ block: calls[i]!.block, degree: calls[i]!.degree, operands: block.operands, results: block.results })
  }
  return { modulus: program.modulus, calls: out }
}

/** The sum, below 2^32; the Slate is closed. That p is refused and p - 1 is not is part of it. */
export function selfTest(tested: Tested, slate: Slate): number {
  const test = new SelfTest(tested.modulus, slate)
  test.fill()
  for (let round = 0; round < ROUNDS; round++) for (let i = 0; i < tested.calls.length; i++) test.call(tested.calls[i]!, round)
  slate.close()
  return test.b * 65536 + test.a
}

class SelfTest {
  readonly modulus: Uint8Array
  readonly slate: Slate
  readonly octets: Uint8Array
  state: number
  /** Adler-32's two sums, RFC 1950. */
  a: number
  b: number
  constructor(modulus: Uint8Array, slate: Slate) {
    this.modulus = modulus
    this.slate = slate
    this.octets = new Uint8Array(modulus.length)
    this.state = 1
    this.a = 1
    this.b = 0
  }
  next(): number {
    this.state = (this.state * 251 + 97) % 65521
    return this.state
  }
  /** The pool: five elements below p, then 0, 1 and p - 1. */
  fill(): void {
    const W = this.octets.length
    for (let slot = 0; slot < POOL; slot++) {
      for (let i = 0; i < W; i++) this.octets[i] = slot > 4 ? 0 : i === 0 ? this.next() % this.modulus[0]! : this.next()
      if (slot === POOL - 2) this.octets[W - 1] = 1
      if (slot === POOL - 1) {
        this.octets.set(this.modulus)
        this.add(this.slate.read(slot, this.octets) ? 1 : 0)
        this.octets[W - 1]! -= 1
      }
      this.add(this.slate.read(slot, this.octets) ? 1 : 0)
    }
    for (let slot = 0; slot < POOL; slot++) this.answer(slot, 1)
  }
  /** A block on copies of the pool; in the second round the flag is set, and the edges are left out: zero has no sign. */
  call(of: TestedCall, round: number): void {
    const text = new Uint8Array(of.operands.length)
    let slot = OPERANDS
    let results = OPERANDS
    for (let i = 0; i < of.operands.length; i++) {
      text[i] = slot / of.degree
      for (const end = slot + of.degree * of.operands[i]!; slot < end; slot++) this.slate.copy(slot, this.next() % (POOL - 3 * round), 1)
      if (i < of.results) results = slot
    }
    // a digit reads all of the pool and sets the flag: one operand is picked
    this.slate.pick(PICKED, 0, 1, POOL, (this.next() % (POOL - 3 * round)) + 128 * round)
    this.slate.copy(slot - 1, PICKED, 1)
    this.slate.call(of.block, of.degree, text, 0, slot + (slot % 2))
    for (let at = OPERANDS; at < results; at++) this.answer(at, 11)
  }
  /** One octet of a slot in `step`, the last among them: a value that is wrong is so in most of them, for writing multiplies. */
  answer(slot: number, step: number): void {
    this.slate.write(slot, this.octets)
    let a = this.a
    let b = this.b
    for (let i = this.octets.length - 1; i >= 0; i -= step) {
      a += this.octets[i]!
      b += a
    }
    this.a = a % 65521
    this.b = b % 65521
  }
  add(octet: number): void {
    this.a += octet
    this.b += this.a
  }
}
