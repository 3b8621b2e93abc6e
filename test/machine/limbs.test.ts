/** Limbs at their bounds: what limbs.ts promises of columns, sizes and renewals, beside integers. */
import assert from "node:assert/strict"
import { bytesToNumberBE, numberToBytesBE } from "@noble/curves/utils.js"
import { unhex } from "../../sdk/base/bytes.ts"
import { compiled12 } from "../../sdk/field/compiled12.ts"
import { compiled17 } from "../../sdk/field/compiled17.ts"
import { LIMB_BASE, LIMB_BITS, loopKernel, type LimbKernel } from "../../sdk/field/limb-kernel.ts"
import { limbKernelText } from "../../sdk/field/limb-text.ts"
import { LimbMemory, limbPrime } from "../../sdk/field/limbs.ts"
import { kernel12 } from "../../sdk/field/limbs12.ts"
import { kernel17 } from "../../sdk/field/limbs17.ts"
import { parameterSet1 } from "../../sdk/group/rfc6509-set1.ts"
import { octets } from "../contract/octets.ts"
import { programs } from "./machines.ts"

const LIMB = LIMB_BASE / 2 + 256
const ROUNDS = Number(process.env.IBAKE_MACHINE_ROUNDS ?? "300")

const primes: readonly (readonly [name: string, modulus: Uint8Array, kernel: LimbKernel])[] = [
  ["BLS12-381, loops", programs.bls12381.modulus, loopKernel],
  ["BLS12-381, unrolled", programs.bls12381.modulus, kernel17],
  ["BLS12-381, compiled", programs.bls12381.modulus, compiled17],
  ["P-256, loops", programs.p256.modulus, loopKernel],
  ["P-256, unrolled", programs.p256.modulus, kernel12],
  ["P-256, compiled", programs.p256.modulus, compiled12],
  ["RFC 6509, 1024 bits", unhex(parameterSet1.p)!, loopKernel],
  ["2^31 - 1", Uint8Array.of(0x7f, 0xff, 0xff, 0xff), loopKernel],
]

for (const [name, modulus, kernel] of primes) {
  const p = bytesToNumberBE(modulus)
  const prime = limbPrime(modulus, kernel)
  const R = 1n << BigInt(LIMB_BITS * prime.n)
  const memory = new LimbMemory(prime, kernel, 6)
  const value = (slot: number): bigint => {
    let out = 0n
    for (let k = prime.n - 1; k >= 0; k--) out = out * BigInt(LIMB_BASE) + BigInt(memory.memory[slot * prime.n + k]!)
    return out
  }
  const mod = (v: bigint): bigint => ((v % p) + p) % p
  const same = (slot: number, v: bigint, what: string): void => assert.equal(mod(value(slot)), mod(v), what)
  /** A fresh value: between -0.8 p and 0.8 p, limbs of 2^22 + 2^8 at most. */
  const fresh = (slot: number): void => {
    const v = value(slot)
    assert(10n * (v < 0n ? -v : v) <= 8n * p, `slot ${slot}: ${(Number((1000n * v) / p) / 1000).toFixed(3)} p`)
    for (let k = 0; k < prime.n; k++) assert(Math.abs(memory.memory[slot * prime.n + k]!) <= LIMB)
    assert.equal(memory.sizes[slot], 1)
  }
  /** Puts a value of `size` at its extreme: near size * 0.8 p, with limbs as near as can be to size * (2^22 + 2^8), all of one sign or turn about. */
  const extreme = (slot: number, size: number, seed: string): void => {
    const noise = octets(seed, 64)
    let v = (8n * BigInt(size) * p) / 10n - BigInt(noise[0]!)
    if (noise[1]! & 1) v = -v
    for (let k = 0; k < prime.n; k++) {
      const want = noise[2]! & 1 ? 1 : k & 1 ? 1 : -1
      let limb = Number(((v % BigInt(LIMB_BASE)) + BigInt(LIMB_BASE)) % BigInt(LIMB_BASE)) - (want < 0 ? LIMB_BASE : 0)
      const most = size * LIMB
      while (Math.abs(limb + want * LIMB_BASE) <= most) limb += want * LIMB_BASE
      if (Math.abs(limb) > most) limb -= want * LIMB_BASE
      if (k === prime.n - 1) limb = Number(v)
      memory.memory[slot * prime.n + k] = limb
      v = (v - BigInt(limb)) / BigInt(LIMB_BASE)
    }
    memory.sizes[slot] = size
  }
  describe(`limbs, ${name}`, () => {
    const most = prime.sizeOfProduct
    it("a product of the largest operands is right, and fresh", () => {
      for (let i = 0; i < ROUNDS; i++)
        for (const [a, b] of [[1, most], [most, 1], [Math.floor(Math.sqrt(most)), Math.floor(Math.sqrt(most))]] as const) {
          extreme(0, a, `a${i}`)
          extreme(1, b, `b${i}`)
          const want = value(0) * value(1)
          memory.mul(2, 0, 1)
          assert.equal(mod(value(2) * R), mod(want))
          fresh(2)
        }
    })
    it("so are both parts of a product in Fp2", () => {
      for (let i = 0; i < ROUNDS; i++) {
        const half = Math.floor(most / 2)
        const [a, b] = i % 3 === 0 ? [1, half] : i % 3 === 1 ? [half, 1] : [Math.floor(Math.sqrt(half)), Math.floor(Math.sqrt(half))]
        for (let slot = 0; slot < 4; slot++) extreme(slot, slot < 2 ? a : b, `${i} ${slot}`)
        const re = value(0) * value(2) - value(1) * value(3)
        const im = value(0) * value(3) + value(1) * value(2)
        memory.mul2(i % 2 === 0 ? 4 : 0, 0, 2)
        const at = i % 2 === 0 ? 4 : 0
        assert.equal(mod(value(at) * R), mod(re))
        assert.equal(mod(value(at + 1) * R), mod(im))
        fresh(at)
        fresh(at + 1)
      }
    })
    it("renewing changes no value, and what is renewed is fresh, from every size", () => {
      for (let i = 0; i < ROUNDS; i++) {
        const size = 1 + ((i * 37) % 1000)
        extreme(0, size, `renew ${i}`)
        const before = value(0)
        memory.renew(0)
        same(0, before, `size ${size}`)
        fresh(0)
      }
    })
    it("long courses of sums, differences, products and squares stay right", () => {
      const model: bigint[] = []
      for (let slot = 0; slot < 6; slot++) {
        const v = mod(bytesToNumberBE(octets(`start ${slot}`, 200)))
        assert(memory.read(slot, numberToBytesBE(v, modulus.length)))
        model.push(v)
      }
      const noise = octets("course", 5 * ROUNDS)
      const set = (to: number, v: bigint): void => void (model[to] = mod(v))
      for (let i = 0; i < ROUNDS; i++) {
        const [op, x, y, z] = [...noise.subarray(5 * i, 5 * i + 4)] as [number, number, number, number]
        const [to, a, b] = [x % 6, y % 6, z % 6]
        const [to2, a2, b2] = [2 * (x % 3), 2 * (y % 3), 2 * (z % 3)]
        const m = (slot: number): bigint => model[slot]!
        if (op % 8 < 3) {
          memory.add(to, a, b)
          set(to, m(a) + m(b))
        } else if (op % 8 < 5) {
          memory.sub(to, a, b)
          set(to, m(a) - m(b))
        } else if (op % 8 === 5) {
          memory.mul(to, a, b)
          set(to, m(a) * m(b))
        } else {
          const other = op % 8 === 6 ? b2 : a2
          const [re, im] = [m(a2) * m(other) - m(a2 + 1) * m(other + 1), m(a2) * m(other + 1) + m(a2 + 1) * m(other)]
          if (op % 8 === 6) memory.mul2(to2, a2, b2)
          else memory.sqr2(to2, a2)
          set(to2, re)
          set(to2 + 1, im)
        }
        const out = new Uint8Array(modulus.length)
        memory.write(to, out)
        assert.equal(bytesToNumberBE(out), model[to], `step ${i}`)
        assert.equal(memory.isZero(to), model[to] === 0n ? 1 : 0)
        assert.equal(memory.isOdd(to), Number(model[to]! & 1n))
      }
    })
    it("p, 2p and p + 1 are zero, zero and one where they come about", () => {
      const minusOne = numberToBytesBE(p - 1n, modulus.length)
      memory.read(0, minusOne)
      memory.neg(1, 0)
      memory.add(2, 0, 1)
      assert.equal(memory.isZero(2), 1)
      memory.add(3, 1, 1)
      memory.add(3, 3, 0)
      const out = new Uint8Array(modulus.length)
      memory.write(3, out)
      assert.equal(bytesToNumberBE(out), 1n)
      for (let i = 0; i < 12; i++) memory.add(2, 2, 2)
      assert.equal(memory.isZero(2), 1)
    })
  })
}

describe("a compiled kernel", () => {
  /** What could depend on a value: branches, loops, and indices other than a place and a number. */
  const suspects = (text: string): string[] => {
    const code = text.replace(/\/\*\*.*?\*\//gs, "")
    const indices = [...code.matchAll(/\[([^\]]*)\]/g)].filter(([, index]) => !/^((to|a|b)( \+ \d+)?|\d+)$/.test(index!))
    return [...(code.match(/\b(if|for|while|do|switch|Math)\b|\?|&&|\|\|/g) ?? []), ...indices.map(([whole]) => whole)]
  }
  it("branches on nothing and addresses by nothing but places and numbers", () => {
    for (const n of [12, 17]) assert.deepEqual(suspects(limbKernelText(n, "", "")), [])
  })
  it("would be found if it did", () => {
    const text = limbKernelText(12, "", "")
    assert.deepEqual(suspects(text.replace("c0 = t[0]!", "c0 = t[a0]!")), ["[a0]"])
    assert.deepEqual(suspects(text.replace("u0 = c0 - r0", "u0 = c0 > 0 ? c0 - r0 : c0")), ["?"])
  })
})
