/** Every entry of every machine beside noble, at the edges and on random inputs: IBAKE_MACHINE_ROUNDS says how many, 1000 for a release. */
import assert from "node:assert/strict"
import { bls12_381 } from "@noble/curves/bls12-381.js"
import { p256 as nobleP256 } from "@noble/curves/nist.js"
import { bytesToNumberBE, concatBytes, numberToBytesBE } from "@noble/curves/utils.js"
import { hex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { bls12381, entry } from "../../sdk/group/bls12381.ts"
import { divideSecret, isScalar, jointDigits, oddDigits, oddOf, restOf } from "../../sdk/group/digits.ts"
import { p256 } from "../../sdk/group/p256.ts"
import { octets } from "../contract/octets.ts"
import { machines, plans, programs } from "./machines.ts"

const ROUNDS = Number(process.env.IBAKE_MACHINE_ROUNDS ?? "3")
const { G1, G2, fields } = bls12_381
const r = fields.Fr.ORDER
const p = fields.Fp.ORDER
const n = nobleP256.Point.Fn.ORDER
const none = new Uint8Array(0)
const x = 0xd201000000010000n

const be = (value: bigint, length: number): Uint8Array => numberToBytesBE(value, length)
const big = (from: Uint8Array): bigint => bytesToNumberBE(from)
const handle1 = (P: { x: bigint; y: bigint }): Uint8Array => concatBytes(be(P.x, 48), be(P.y, 48))
const handle2 = (Q: { x: { c0: bigint; c1: bigint }; y: { c0: bigint; c1: bigint } }): Uint8Array =>
  concatBytes(be(Q.x.c0, 48), be(Q.x.c1, 48), be(Q.y.c0, 48), be(Q.y.c1, 48))

/** noble's map to the curve with the cofactor cleared; its types say less than it gives. */
const mapped = (c0: bigint, c1: bigint): typeof G2.Point.BASE => G2.mapToCurve([c0, c1]) as unknown as typeof G2.Point.BASE

/** Edges of an exponent: the ends, both parities, and what makes parts of a decomposition zero or all ones. */
function scalars(order: bigint, name: string): bigint[] {
  const edges = [1n, 2n, 3n, order - 1n, order - 2n, order >> 1n, (order >> 1n) + 1n, x, x - 1n, x * x, x * x - 1n, x * x * x, (1n << 64n) - 1n, 1n << 64n, (1n << 128n) - 1n, 1n << 192n]
  for (let i = 0; i < ROUNDS; i++) edges.push((big(octets(`${name} ${i}`, 48)) % (order - 1n)) + 1n)
  return edges
}

describe("scalars and digits", () => {
  it("divides as integers do, whatever the lengths", () => {
    for (let i = 0; i < 200; i++) {
      const a = octets(`a${i}`, i % 49)
      const d = octets(`d${i}`, 1 + (i % 33)).map((octet, at) => (at === 0 ? octet | 1 : octet))
      const by = divideSecret(a, d)
      assert.equal(by.quotient.length, a.length)
      assert.equal(big(by.quotient), big(concatBytes(Uint8Array.of(0), a)) / big(d))
      assert.equal(hex(by.rest), hex(be(big(concatBytes(Uint8Array.of(0), a)) % big(d), d.length)))
      assert.equal(hex(restOf(a, d)), hex(by.rest))
    }
  })
  it("knows the numbers from 1 to the order less 1", () => {
    for (const [value, good] of [[0n, 0], [1n, 1], [r - 1n, 1], [r, 0], [r + 1n, 0], [(1n << 256n) - 1n, 0]] as const) assert.equal(isScalar(be(value, 32), be(r, 32)), good)
    assert.equal(isScalar(be(1n, 31), be(r, 32)), 0)
  })
  it("the digits of a number are that number, and none is zero", () => {
    for (const k of scalars(r, "digits")) {
      const odd = oddOf(be(k, 32), be(r, 32))
      assert.equal(big(odd.k) % 2n, 1n)
      assert.equal(odd.negative === 0 ? big(odd.k) : r - big(odd.k), k)
      const parts = [0, 1, 2, 3].map((i) => odd.k.subarray(24 - 8 * i, 32 - 8 * i))
      const sums = [0n, 0n, 0n, 0n]
      for (const digit of jointDigits(parts, odd.negative)) {
        const sign = (digit & 0x80) === 0 ? 1n : -1n
        for (let j = 0; j < 4; j++) sums[j] = 2n * sums[j]! + (j === 0 || ((digit >> (j - 1)) & 1) === 1 ? sign : 0n)
      }
      const sign = odd.negative === 0 ? 1n : -1n
      assert.deepEqual(sums, parts.map((part) => sign * big(part)))
      let whole = 0n
      for (const digit of oddDigits(odd.k, odd.negative)) whole = 16n * whole + BigInt(2 * (digit & 7) + 1) * ((digit & 0x80) === 0 ? 1n : -1n)
      assert.equal(whole, sign * big(odd.k))
    }
  })
})

for (const each of machines) {
  const group = bls12381(each.bls12381)
  const dh = p256(each.p256)
  describe(`beside noble: ${each.name}`, function () {
    this.timeout(0)
    const Q = G2.Point.BASE.multiply(987654321n)
    it("multiples of the generator, of any point of G1 and of G2, at the edges of a scalar", () => {
      const P = G1.Point.BASE.multiply(31n)
      for (const k of scalars(r, "multiples")) {
        const scalar = be(k, 32)
        assert.equal(hex(run(group.mulG1(scalar))), hex(handle1(G1.Point.BASE.multiply(k).toAffine())), `G1 ${k}`)
        assert.equal(hex(run(group.mulPointG1(scalar, handle1(P.toAffine())))), hex(handle1(P.multiply(k).toAffine())), `point of G1 ${k}`)
        assert.equal(hex(run(group.mulG2(scalar, handle2(Q.toAffine())))), hex(handle2(Q.multiply(k).toAffine())), `G2 ${k}`)
      }
    })
    it("pairings, with and without lines, of points and their negatives", () => {
      for (let i = 0; i < 2 + ROUNDS; i++) {
        const P = i < 2 ? G1.Point.BASE : G1.Point.BASE.multiply(big(octets(`P${i}`, 31)) + 1n)
        const R = i === 0 ? G2.Point.BASE : i === 1 ? G2.Point.BASE.negate() : G2.Point.BASE.multiply(big(octets(`R${i}`, 31)) + 1n)
        const want = hex(fields.Fp12.toBytes(bls12_381.pairing(P, R)))
        assert.equal(hex(run(group.pair(handle1(P.toAffine()), handle2(R.toAffine())))), want)
        const lines = run(group.lines(handle2(R.toAffine())))
        assert.equal(lines.length, 19584)
        assert.equal(hex(run(group.pairLines(handle1(P.toAffine()), lines))), want)
      }
    })
    it("powers in GT, of one too", () => {
      const e = bls12_381.pairing(G1.Point.BASE, Q)
      const one = fields.Fp12.toBytes(fields.Fp12.ONE)
      for (const k of scalars(r, "powers").slice(ROUNDS > 9 ? 0 : 8)) {
        assert.equal(hex(run(group.powGT(fields.Fp12.toBytes(e), be(k, 32)))), hex(fields.Fp12.toBytes(fields.Fp12.pow(e, k))), `${k}`)
        assert.equal(hex(run(group.powGT(one, be(k, 32)))), hex(one))
      }
    })
    it("hash to G2 of zeros, ones, p, halves of them, and any octets", () => {
      const wide = (value: bigint): Uint8Array => be(value, 64)
      const parts = [wide(0n), wide(1n), wide(p - 1n), wide(p), wide((1n << 512n) - 1n)]
      const list: Uint8Array[] = parts.flatMap((a) => parts.slice(0, 2).map((b) => concatBytes(a, b, b, a)))
      for (let i = 0; i < ROUNDS; i++) list.push(octets(`uniform ${i}`, 256))
      for (const uniform of list) {
        const u = [0, 64, 128, 192].map((at) => big(uniform.subarray(at, at + 64)) % p)
        const sum = mapped(u[0]!, u[1]!).add(mapped(u[2]!, u[3]!))
        assert.equal(hex(run(group.mapToG2(uniform))), hex(sum.is0() ? new Uint8Array(192) : handle2(sum.toAffine())))
      }
    })
    it("compressed points of both signs, decoded; and whether two multiples are by one secret", () => {
      for (let i = 0; i < ROUNDS; i++) {
        const [k, s] = [big(octets(`decoded ${i}`, 31)) + 1n, big(octets(`secret ${i}`, 31)) + 1n]
        const [P, R] = [G1.Point.BASE.multiply(k), G2.Point.BASE.multiply(k)]
        for (const [one, two] of [[P, R], [P.negate(), R.negate()]] as const) {
          assert.equal(hex(run(group.decodeG1(one.toBytes(true)))!), hex(handle1(one.toAffine())))
          assert.equal(hex(run(group.decodeG2(two.toBytes(true)))!), hex(handle2(two.toAffine())))
        }
        const [S, sP] = [handle2(R.multiply(s).toAffine()), G1.Point.BASE.multiply(s)]
        assert.equal(run(group.sameSecret(S, handle1(sP.toAffine()), handle2(R.toAffine()))), true)
        assert.equal(run(group.sameSecret(S, handle1(sP.negate().toAffine()), handle2(R.toAffine()))), false)
      }
    })
    it("roots of real and of imaginary numbers, squares in Fp or not", () => {
      const Fp2 = fields.Fp2
      const b = Fp2.fromBigTuple([4n, 4n])
      let checked = 0
      for (let i = 0n; checked < 12; i++) {
        // x^3 = a - b for a real or imaginary a, where it has a cube root: p^2 - 1 is divisible by 9 once, so by trial
        const a = Fp2.fromBigTuple(i % 2n === 0n ? [i + 1n, 0n] : [0n, i + 1n])
        const cube = Fp2.sub(a, b)
        const root = cubeRoot(cube)
        if (root === undefined) continue
        checked++
        const out = run(each.bls12381.run(entry.decodeG2, concatBytes(be(root.c0, 48), be(root.c1, 48)), none))
        const y = Fp2.fromBigTuple([big(out.subarray(0, 48)), big(out.subarray(48, 96))])
        assert.equal(Fp2.eql(Fp2.sqr(y), a), isSquare(a), `root of ${a.c0} + ${a.c1} u`)
        assert.equal(big(out.subarray(96, 192)) === 0n, isSquare(a))
      }
    })
    it("P-256 at the edges of a scalar and of x", () => {
      for (const k of scalars(n, "p256")) {
        const point = nobleP256.Point.BASE.multiply(k)
        const seed = be(k - 1n, 48)
        const pair = run(dh.keygen(seed))
        assert.equal(hex(pair.secret), hex(be(k, 32)))
        assert.equal(hex(pair.point), hex(point.toBytes(false)))
        const other = nobleP256.Point.BASE.multiply(77n)
        assert.equal(hex(run(dh.agree(pair.secret, other.toBytes(false)))!), hex(other.multiply(k).toBytes(false)))
      }
    })
    it("what its plan gives for 0, 1 and p - 1 wherever an element goes in", () => {
      for (const of of ["bls12381", "p256"] as const)
        programs[of].entries.forEach((one, at) => {
          const W = programs[of].octets
          for (const value of [0n, 1n, big(programs[of].modulus) - 1n]) {
            const input = concatBytes(...Array.from({ length: one.reads }, () => be(value, W)))
            const digits = octets(`edge ${value}`, one.picks).map((digit) => digit & 0x87)
            assert.equal(hex(run(each[of].run(at, input, digits))), hex(run(machines[0]![of].run(at, input, digits))), plans[of].entries[at]!.name)
          }
        })
    })
  })
}

function isSquare(a: { c0: bigint; c1: bigint }): boolean {
  const Fp2 = fields.Fp2
  return Fp2.eql(Fp2.pow(a, (p * p - 1n) / 2n), Fp2.ONE)
}

/** A cube root in Fp2, if there is one: with p^2 - 1 = 3^k m, a^(1/3 mod m) is one up to a 3^k-th root of unity. */
function cubeRoot(a: { c0: bigint; c1: bigint }): { c0: bigint; c1: bigint } | undefined {
  const Fp2 = fields.Fp2
  let m = p * p - 1n
  while (m % 3n === 0n) m /= 3n
  const third = m % 3n === 1n ? (2n * m + 1n) / 3n : (m + 1n) / 3n
  const unit = Fp2.pow(Fp2.fromBigTuple([2n, 1n]), m)
  let candidate = Fp2.pow(a, third)
  for (let i = 0; i < 81; i++) {
    if (Fp2.eql(Fp2.mul(Fp2.sqr(candidate), candidate), a)) return candidate
    candidate = Fp2.mul(candidate, unit)
  }
  return undefined
}
