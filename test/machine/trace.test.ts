/** Constant time, exactly: what a machine does to which slots is the same for every secret. */
import assert from "node:assert/strict"
import { createHash, type Hash } from "node:crypto"
import { run } from "../../sdk/base/job.ts"
import type { Slots, SlotsMaker } from "../../sdk/field/field.ts"
import { loopKernel, type LimbKernel } from "../../sdk/field/limb-kernel.ts"
import { LimbMemory, limbPrime } from "../../sdk/field/limbs.ts"
import { interpreted } from "../../sdk/machine/run.ts"
import type { Program } from "../../sdk/machine/program.ts"
import { octets } from "../contract/octets.ts"
import { plans, programs } from "./machines.ts"

const ROUNDS = Number(process.env.IBAKE_MACHINE_ROUNDS ?? "6")

/** A memory whose products and renewals go into `log`, and every call of Slots too. */
function traced(modulus: Uint8Array, log: Hash): SlotsMaker {
  const note = (...words: (string | number)[]): void => void log.update(`${words.join(" ")}\n`)
  const kernel: LimbKernel = {
    product(memory, to, a, b, t, prime) {
      note("product", to, a, b)
      loopKernel.product(memory, to, a, b, t, prime)
    },
    products(memory, to, a, b, c, d, sign, t, prime) {
      note("products", to, a, b, c, d, sign)
      loopKernel.products(memory, to, a, b, c, d, sign, t, prime)
    },
  }
  const prime = limbPrime(modulus, kernel)
  return (count) => {
    const inner = new LimbMemory(prime, kernel, count)
    const renew = inner.renew.bind(inner)
    inner.renew = (a) => {
      note("renew", a)
      renew(a)
    }
    return told(inner, note)
  }
}

/** Slots that tell what is asked of them, without the values. */
function told(inner: Slots, note: (...words: (string | number)[]) => void): Slots {
  return {
    add: (to, a, b) => (note("add", to, a, b), inner.add(to, a, b)),
    sub: (to, a, b) => (note("sub", to, a, b), inner.sub(to, a, b)),
    mul: (to, a, b) => (note("mul", to, a, b), inner.mul(to, a, b)),
    mul2: (to, a, b) => (note("mul2", to, a, b), inner.mul2(to, a, b)),
    sqr2: (to, a) => (note("sqr2", to, a), inner.sqr2(to, a)),
    neg: (to, a) => (note("neg", to, a), inner.neg(to, a)),
    copy: (to, from) => (note("copy", to, from), inner.copy(to, from)),
    select: (to, bit, yes, no) => (note("select", to, yes, no), inner.select(to, bit, yes, no)),
    isZero: (a) => (note("isZero", a), inner.isZero(a)),
    isOdd: (a) => (note("isOdd", a), inner.isOdd(a)),
    read: (to, from) => (note("read", to), inner.read(to, from)),
    write: (from, to) => (note("write", from), inner.write(from, to)),
    wipe: () => inner.wipe(),
  }
}

/** A leak of old: nothing is selected where the bit is 0 and the place is the same. */
function leakySelect(inner: Slots): Slots {
  return { ...told(inner, () => undefined), select: (to, bit, yes, no) => (bit === 0 && to === no ? undefined : inner.select(to, bit, yes, no)) }
}

/** Another: no product with zero. */
function leakyProduct(inner: Slots): Slots {
  return { ...told(inner, () => undefined), mul: (to, a, b) => (inner.isZero(b) === 1 ? inner.copy(to, b) : inner.mul(to, a, b)) }
}

/** Digests of the traces of an entry, for secrets that differ; the edges are among them. */
function traces(program: Program, entry: number, rounds: number, leaky?: (inner: Slots) => Slots): Set<string> {
  const of = program.entries[entry]!
  const W = program.octets
  const seen = new Set<string>()
  for (let i = 0; i < rounds; i++) {
    const input = new Uint8Array(of.reads * W)
    for (let k = 0; k < of.reads; k++) input.set(element(program, i, k), k * W)
    const digits = octets(`digits ${i}`, of.picks).map((digit) => (i === 0 ? 0 : i === 1 ? 0x87 : digit & 0x87))
    const log = createHash("sha256")
    const memory = traced(program.modulus, log)
    run(interpreted(program, leaky === undefined ? memory : (count) => leaky(memory(count)), 1e9).run(entry, input, digits))
    seen.add(log.digest("hex"))
  }
  return seen
}

/** Zero, one and p - 1 come first, then anything below 2^(8(W - 1)); never more than 32 octets, so that a hash's halves may be such. */
function element(program: Program, round: number, k: number): Uint8Array {
  const W = program.octets
  const out = new Uint8Array(W)
  if (round === 1) out[W - 1] = 1
  else if (round === 2) {
    out.set(program.modulus)
    out[W - 1]! -= 1
  } else if (round > 2) out.set(octets(`element ${round} ${k}`, Math.min(W - 1, 32)), W - Math.min(W - 1, 32))
  return out
}

describe("constant time", function () {
  this.timeout(120000)
  for (const of of ["bls12381", "p256"] as const)
    plans[of].entries.forEach((routine, entry) =>
      it(`${of}: ${routine.name} does the same for every input and every digit`, () => assert.equal(traces(programs[of], entry, ROUNDS).size, 1)),
    )
  it("is not what a machine has that selects only when it must, and this test finds it", () => {
    assert(traces(programs.p256, 0, 4, leakySelect).size > 1)
    assert(traces(programs.bls12381, 3, 4, leakySelect).size > 1)
  })
  it("is not what a machine has that knows products with zero, and this test finds it", () => assert(traces(programs.p256, 2, 4, leakyProduct).size > 1))
})
