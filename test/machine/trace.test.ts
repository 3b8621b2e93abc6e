/** Constant time, exactly: what a machine does to which slots is the same for every secret. */
import assert from "node:assert/strict"
import { createHash, type Hash } from "node:crypto"
import { readFileSync } from "node:fs"
import { bytesToNumberBE, numberToBytesBE } from "@noble/curves/utils.js"
import { unhex, wipe } from "../../sdk/base/bytes.ts"
import { done, run } from "../../sdk/base/job.ts"
import type { Slots, SlotsMaker } from "../../sdk/field/field.ts"
import { loopKernel, type LimbKernel } from "../../sdk/field/limb-kernel.ts"
import { LimbMemory, limbPrime } from "../../sdk/field/limbs.ts"
import { R_HEX } from "../../sdk/group/bls12381-numbers.ts"
import { bls12381 } from "../../sdk/group/bls12381.ts"
import { divideSecret } from "../../sdk/group/digits.ts"
import { p256 } from "../../sdk/group/p256.ts"
import { interpreted } from "../../sdk/machine/run.ts"
import type { Machine, Program } from "../../sdk/machine/program.ts"
import { octets } from "../contract/octets.ts"
import { conditions, different, secretWords, traces as touchesOf } from "../contract/touches.ts"
import { plans, programs } from "./machines.ts"

const ROUNDS = Number(process.env.IBAKE_MACHINE_ROUNDS ?? "6")

/** A memory whose products and renewals go into `log`, and every call of Slots too. */
function traced(modulus: Uint8Array, log: Hash): SlotsMaker {
  const note = (...words: (string | number)[]): void => void log.update(`${words.join(" ")}\n`)
  const kernel: LimbKernel = {
    ...loopKernel,
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
  this.timeout(ROUNDS > 100 ? 0 : 120000)
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

/** A machine that does nothing: what is traced is how it is asked. */
function idle(program: Program): Machine {
  return { octets: program.octets, run: (entry) => done(new Uint8Array(program.entries[entry]!.writes * program.octets)) }
}

/** Scalars below an order: the ends, both parities, next to powers of two, and any. */
function scalarBelow(order: bigint): (round: number, i: number, length: number) => Uint8Array {
  const edges = [1n, 2n, order - 1n, order - 2n, order >> 1n, (1n << 128n) - 1n, 1n << 192n, 0xd201000000010000n]
  return (round, _, length) => numberToBytesBE(edges[round] ?? (bytesToNumberBE(octets(`scalar ${round}`, 48)) % (order - 1n)) + 1n, length)
}

/** A leak of old: digits in base 16 that end with the number. */
function endingDigits(k: Uint8Array): Uint8Array {
  const out = new Uint8Array(2 * k.length)
  for (let i = out.length - 1, left = bytesToNumberBE(k); left > 0n; i--, left >>= 4n) out[i] = Number(left & 15n)
  return out
}

/** Another: the sign is looked up. */
function lookingDigits(k: Uint8Array): Uint8Array {
  const signs = new Uint8Array(2)
  signs[0] = 0x80
  const out = new Uint8Array(1)
  out[0] = signs[k[k.length - 1]! & 1]!
  return out
}

describe("constant time of scalars on their way to digits", () => {
  const bls = bls12381(idle(programs.bls12381))
  const dh = p256(idle(programs.p256))
  const r = scalarBelow(bytesToNumberBE(unhex(R_HEX)!))
  const n = scalarBelow(0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n)
  const [G1, Q, gt, P] = [new Uint8Array(96), new Uint8Array(192), new Uint8Array(576), new Uint8Array(65)]
  P[0] = 4
  const ways: readonly (readonly [what: string, work: (secret: Uint8Array) => Uint8Array, length: number, input?: typeof r])[] = [
    ["of a wide l below r", (wide) => bls.reduce(wide), 48],
    ["of l, for a multiple in G1", (l) => run(bls.mulG1(l)), 32, r],
    ["of l, for a multiple of a point of G1", (l) => run(bls.mulPointG1(l, G1)), 32, r],
    ["of s, for a multiple in G2", (s) => run(bls.mulG2(s, Q)), 32, r],
    ["of l, for a power in GT", (l) => run(bls.powGT(gt, l)), 32, r],
    ["of a seed, for x and [x]P", (seed) => run(dh.keygen(seed)).point, 48],
    ["of x, for K_SESSION", (x) => run(dh.agree(x, P)) ?? P, 32, n],
    ["of a number of 45 octets, divided by r", (a) => divided(a), 45],
  ]
  for (const [what, work, length, input] of ways)
    it(`the digits ${what}: the same elements of the same arrays, for every secret`, () => {
      const all = touchesOf(work, [length], input)
      assert.equal(different(all), 1)
      assert(all[0]!.touches > 500, `${all[0]!.touches}`)
      // what is left is public and the same: constants of the curve, and x itself, which keygen gives
      assert.equal(new Set(all.map(({ left }) => left)).size, 1)
    })
  it("decides by lengths and counters alone", () => {
    const known = secretWords(["at", "bits", "count", "i", "j", "k", "length", "n", "place", "top", "WORD"])
    const source = readFileSync(new URL("../../sdk/group/digits.ts", import.meta.url), "utf8")
    // of a public divisor
    assert.deepEqual(conditions(source).flatMap(known), ["top > 0 && d[top] === 0"])
    assert(conditions(source).length > 15)
    const leaky = source.replace("const minus = 1 - (four >> 3)", "const minus = four < 8 ? 1 : 0")
    assert.deepEqual(conditions(leaky).flatMap(known), ["four < 8", "top > 0 && d[top] === 0"])
  })
  it("is not what digits have that end with the number or are looked up, and this test finds it", () => {
    assert(different(touchesOf(endingDigits, [32], n)) > 1)
    assert(different(touchesOf(lookingDigits, [32], n)) > 1)
  })
})

/** The rest by r. */
function divided(a: Uint8Array): Uint8Array {
  const { quotient, rest } = divideSecret(a, unhex(R_HEX)!)
  wipe(quotient)
  return rest
}
