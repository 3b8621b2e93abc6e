/** The Programs that are shipped, and the checker that takes them and nothing broken. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { unbase64 } from "../../sdk/base/base64.ts"
import { run } from "../../sdk/base/job.ts"
import type { Slots, SlotsMaker } from "../../sdk/field/field.ts"
import { bls12381Text } from "../../sdk/group/bls12381-program.ts"
import { p256Text } from "../../sdk/group/p256-program.ts"
import { copyTo, over1, over2, read, repeat, write, type Block, type Plan, type Routine, type Step } from "../../sdk/machine/formula.ts"
import { parseProgram, programOf } from "../../sdk/machine/parse.ts"
import { adler32, operation, type Program } from "../../sdk/machine/program.ts"
import { record } from "../../sdk/machine/record.ts"
import { interpreted } from "../../sdk/machine/run.ts"
import { octets } from "../contract/octets.ts"
import { moduleOf, shipped } from "./make-programs.ts"
import { plans, programs } from "./machines.ts"

const bls = unbase64(bls12381Text)!
const p256 = unbase64(p256Text)!

/** The same octets under a right sum, so that only the checks behind it are left. */
function summed(text: Uint8Array): Uint8Array {
  const out = Uint8Array.from(text)
  new DataView(out.buffer).setUint32(out.length - 4, adler32(out, out.length - 4))
  return out
}

const square: Block = { name: "square", operands: [1], formula: (K, x) => [[K.sqr(x[0]![0]!)]] }
const sum: Block = { name: "sum", operands: [1, 1], formula: (K, x) => [[K.add(K.mul(x[0]![0]!, x[1]![0]!), K.sqr(x[1]![0]!))]] }
const second: Block = { name: "second", operands: [1], formula: (K, x) => [[K.scaleIm(x[0]![0]!, x[0]![0]!)]] }
const parity: Block = { name: "parity", operands: [1], formula: (K, x) => [[K.select(K.isOdd(x[0]![0]!), x[0]![0]!, K.neg(x[0]![0]!))]] }

/** A plan of one entry over the prime 11, with temporaries from slot 8 on. */
function plan(...steps: Step[]): Plan {
  return { modulus: Uint8Array.of(11), entries: [{ name: "test", temporaries: 8, steps }] }
}

const taken = (of: Plan): Program | undefined => parseProgram(record(of))

describe("a shipped Program", function () {
  this.timeout(120000)
  for (const one of shipped)
    it(`of ${one.of} is what its plan gives today`, () => assert.equal(readFileSync(new URL(one.path, import.meta.url), "utf8"), moduleOf(one)))
  it("keeps to the sizes that were promised: 8 kB for all with their constants, 80 slots for a pairing", () => {
    assert(bls.length + p256.length <= 8192, `${bls.length} + ${p256.length} octets`)
    assert(programs.bls12381.entries[0]!.slots <= 80, `${programs.bls12381.entries[0]!.slots} slots`)
  })
  it("has an entry for each of its plan, over the plan's prime", () => {
    for (const of of ["bls12381", "p256"] as const) {
      assert.equal(programs[of].entries.length, plans[of].entries.length)
      assert.deepEqual(programs[of].modulus, plans[of].modulus)
    }
  })
  it("is no Program any more with one bit turned, anywhere", () => {
    for (const text of [bls, p256])
      for (let bit = 0; bit < 8 * text.length; bit++) {
        const bad = Uint8Array.from(text)
        bad[bit >> 3]! ^= 0x80 >> (bit & 7)
        assert.equal(parseProgram(bad), undefined, `bit ${bit}`)
      }
  })
  it("is none when it is cut short at any octet, or longer, with whatever sum", () => {
    for (let length = 0; length < bls.length; length++) {
      assert.equal(parseProgram(bls.subarray(0, length)), undefined, `cut at ${length}`)
      if (length >= 4) assert.equal(parseProgram(summed(bls.subarray(0, length))), undefined, `cut at ${length}, right sum`)
    }
    const longer = new Uint8Array(bls.length + 1)
    longer.set(bls)
    assert.equal(parseProgram(longer), undefined)
    assert.equal(parseProgram(summed(longer)), undefined)
  })
  it("throws from programOf when the build or the flash is broken", () => {
    assert.throws(() => programOf(bls12381Text.replace("SVAB", "SVAC")), /no Program/)
    assert.throws(() => programOf("?"), /no Program/)
  })
})

describe("the checker", () => {
  it("takes a good plan, and counts what it needs", () => {
    const program = taken(plan(read(0, 2), repeat(3, [over1(square, [0])]), over1(sum, [1, 0]), write(1, 1), write(0, 1)))!
    assert.deepEqual(program.entries, [{ routine: 0, slots: 9, reads: 2, writes: 2, picks: 0 }])
  })
  const bad: readonly (readonly [why: string, plan: Plan])[] = [
    ["a slot at the temporaries", plan(read(0, 1), copyTo(8, 0, 1))],
    ["an operand of Fp2 that reaches into the temporaries", plan(read(0, 2), over2(square, [4]))],
    ["a slot that is read before it is written", plan(read(0, 1), copyTo(1, 2, 1))],
    ["an operand that is not there", plan(read(0, 1), over1(sum, [0, 1]))],
    ["half an element of Fp2", plan(read(0, 1), over2(square, [0]))],
    ["an output that was never written", plan(read(0, 1), write(0, 2))],
    ["a result over another operand", plan(read(0, 1), over1(sum, [0, 0]))],
    ["a copy over itself", plan(read(0, 2), copyTo(1, 0, 2))],
    ["a copy of nothing", plan(read(0, 1), copyTo(1, 0, 0))],
    ["a table that is not all there", plan(read(0, 2), { do: "pick", to: 4, table: 0, count: 1, entries: 3 })],
    ["a pick into its own table", plan(read(0, 4), { do: "pick", to: 1, table: 0, count: 1, entries: 4 })],
    ["a pick of 17 entries", { modulus: Uint8Array.of(11), entries: [{ name: "test", temporaries: 30, steps: [read(0, 17), { do: "pick", to: 20, table: 0, count: 1, entries: 17 }] }] }],
    ["a public table outside of a walk", plan(read(0, 2), { do: "take", to: 3, table: 0, count: 1 })],
    ["a public table that is too short for a digit", plan(read(0, 3), { do: "walk", exponent: { bits: 2, digits: [1, 3] }, each: [], nonzero: [{ do: "take", to: 5, table: 0, count: 1 }] })],
    ["the second coefficient in Fp", plan(read(0, 1), over1(second, [0]))],
    ["the parity of an element of Fp2", plan(read(0, 2), over2(parity, [0]))],
    ["odd temporaries", { modulus: Uint8Array.of(11), entries: [{ name: "test", temporaries: 7, steps: [read(0, 1)] }] }],
    ["a modulus of 1 mod 4", { modulus: Uint8Array.of(13), entries: plan(read(0, 1)).entries }],
    ["a modulus that begins with 0", { modulus: Uint8Array.of(0, 11), entries: plan(read(0, 1)).entries }],
  ]
  for (const [why, of] of bad) it(`refuses ${why}`, () => assert.equal(taken(of), undefined))
  it("refuses a constant of p, and takes p - 1", () => {
    const of = (re: string): Plan => plan(over1({ name: "constant", operands: [1], formula: (K) => [[K.constant({ re, im: "0" })]] }, [0]), write(0, 1))
    assert(taken(of("a")) !== undefined)
    assert.equal(taken(of("b")), undefined)
  })
  it("refuses loops within each other without end", () => {
    const nested = (depth: number): Step[] => (depth === 0 ? [over1(square, [0])] : [repeat(2, nested(depth - 1))])
    assert(taken(plan(read(0, 1), ...nested(8))) !== undefined)
    assert.equal(taken(plan(read(0, 1), ...nested(16))), undefined)
  })
  it("refuses a routine that calls itself or a later one", () => {
    const inner: Routine = { name: "inner", temporaries: 8, steps: [over1(square, [0])] }
    const text = record(plan(read(0, 1), { do: "routine", routine: inner }, write(0, 1)))
    const at = text.indexOf(4, text.length - 16)
    assert.deepEqual([...text.subarray(at, at + 2)], [4, 0])
    for (const routine of [1, 2]) {
      const circle = Uint8Array.from(text)
      circle[at + 1] = routine
      assert.equal(parseProgram(summed(circle)), undefined)
    }
    assert(parseProgram(summed(text)) !== undefined)
  })
  it("refuses an opcode that there is none of", () => {
    const text = record(plan(read(0, 1), over1(square, [0]), write(0, 1)))
    const at = text.findIndex((octet, i) => i > 6 && octet === operation.SQUARE << 2)
    for (let op = 15; op < 64; op++) {
      const bad = Uint8Array.from(text)
      bad[at] = op << 2
      assert.equal(parseProgram(summed(bad)), undefined)
    }
  })
  it("never takes what would leave its slots or not end: thousands of broken Programs under right sums", () => {
    const rounds = Number(process.env.IBAKE_MACHINE_ROUNDS ?? "3000")
    let accepted = 0
    for (let i = 0; i < rounds; i++) {
      const bad = Uint8Array.from(p256)
      const noise = octets(`broken ${i}`, 12)
      for (let k = 0; k < 1 + (noise[0]! & 3); k++) bad[(noise[1 + 3 * k]! * 256 + noise[2 + 3 * k]!) % bad.length] = noise[3 + 3 * k]!
      const program = parseProgram(summed(bad))
      if (program === undefined) continue
      accepted++
      for (let entry = 0; entry < program.entries.length; entry++) follow(program, entry)
    }
    assert(accepted > rounds / 50 && accepted < rounds * 0.9, `${accepted} of ${rounds} are Programs still`)
  })
})

/** Runs an entry on slots that do nothing but watch their numbers. */
function follow(program: Program, entry: number): void {
  const of = program.entries[entry]!
  // an accepted loop may be long: what matters is that every slot is in range, and the counts agree
  if (of.reads > 5000 || of.writes > 5000 || of.picks > 5000) return
  const job = interpreted(program, watched, 1e9).run(entry, new Uint8Array(of.reads * program.octets), new Uint8Array(of.picks))
  assert.equal(run(job).length, of.writes * program.octets)
}

const watched: SlotsMaker = (count) => {
  const at = (...slots: number[]): void => {
    for (const slot of slots) if (!(slot >= 0 && slot < count)) throw new Error(`slot ${slot} of ${count}`)
  }
  const slots: Slots = {
    add: at, sub: at, mul: at, mul2: (to, a, b) => at(to, to + 1, a, a + 1, b, b + 1), sqr2: (to, a) => at(to, to + 1, a, a + 1), neg: at, copy: at,
    select: (to, _, yes, no) => at(to, yes, no),
    isZero(a) {
      at(a)
      return 0
    },
    isOdd(a) {
      at(a)
      return 0
    },
    read(to) {
      at(to)
      return true
    },
    write: (from) => at(from),
    wipe: () => undefined,
  }
  return slots
}
