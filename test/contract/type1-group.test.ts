/** The type-1 groups: laws, beside line-by-line BigInt of the RFCs; the constants of RFC 6509; and one trace of operations for every secret. */
import assert from "node:assert/strict"
import { checkPrimeSync } from "node:crypto"
import { concat, hex, unhex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import type { Field } from "../../sdk/field/field.ts"
import { nobleFieldOf } from "../../sdk/field/noble.ts"
import { powers2, unitary, type Fp2 } from "../../sdk/group/fp2.ts"
import type { Type1Group } from "../../sdk/group/group.ts"
import { bitLength, divide, nafOf, scaled } from "../../sdk/group/integer.ts"
import { multiple, type Monoid } from "../../sdk/group/multiple.ts"
import { rfc5091Curves } from "../../sdk/group/rfc5091-curve.ts"
import { parameterSet1 } from "../../sdk/group/rfc6509-set1.ts"
import type { Point } from "../../sdk/group/supersingular.ts"
import { pairing5091, pairing6508, plus, power, times, type Curve } from "../cases/type1-by-hand.ts"
import { curve5091, set1 } from "../cases/make-type1.ts"
import { madeCurve, makeCurve, set1Group } from "../type1.ts"
import { fieldLaws } from "./field-laws.ts"
import { octets } from "./octets.ts"

type Group = Type1Group<Point<bigint>, Fp2<bigint>>

const encode = (n: bigint, length: number): Uint8Array => unhex(n.toString(16).padStart(2 * length, "0"))!
const whole = (of: Uint8Array): bigint => BigInt(`0x0${hex(of)}`)
const fewest = (n: bigint): Uint8Array => encode(n, Math.ceil(n.toString(16).length / 2))
const xy = (g: Group, A: readonly [bigint, bigint]): Uint8Array => concat(A.map((each) => encode(each, g.coordinateOctets)))

fieldLaws("noble, p of a type-1 curve of 1536 bits", nobleFieldOf(madeCurve().p), whole(madeCurve().p))
fieldLaws("noble, p of RFC 6509's parameter set 1", nobleFieldOf(unhex(parameterSet1.p)!), BigInt(`0x${parameterSet1.p}`))

function laws(name: string, make: () => { g: Group; c: Curve; a: bigint; P: Point<bigint> }): void {
  describe(`type-1 group: ${name}`, () => {
    let g: Group
    let c: Curve
    let a: bigint
    let P: Point<bigint>
    const scalar = (n: bigint): Uint8Array => encode(((n % c.q) + c.q) % c.q, g.scalarOctets)
    const at = (n: bigint): Point<bigint> => run(g.mul(scalar(n), P))
    before(() => void ({ g, c, a, P } = make()))
    it("multiples are those of affine arithmetic, at the edges of the scalar and of its windows", () => {
      for (const n of [1n, 2n, 3n, 15n, 16n, 17n, c.q - 1n, c.q - 2n, whole(octets("n", g.scalarOctets)) % c.q]) assert.equal(hex(g.encode(at(n))), hex(xy(g, times(n, c.P, a, c.p)!)))
    })
    it("addition is complete: to itself, to its negative, to infinity and to another", () => {
      const [one, two, minus, none] = [at(1n), at(2n), at(-1n), at(0n)]
      assert.equal(hex(g.encode(g.add(one, one))), hex(g.encode(two)))
      assert.equal(hex(g.encode(g.add(one, two))), hex(xy(g, times(3n, c.P, a, c.p)!)))
      assert.equal(hex(g.encode(g.add(none, two))), hex(g.encode(two)))
      assert.equal(hex(g.encode(g.add(two, none))), hex(g.encode(two)))
      assert.ok(g.encode(g.add(one, minus)).every((o) => o === 0))
      assert.equal(g.decode(g.encode(g.add(one, minus))), undefined, "infinity has no encoding")
    })
    it("e([x]P, [y]P) = e(P, P)^(xy), symmetric, and not degenerate", () => {
      const x = whole(octets("x", 20))
      const e = run(g.pair(P, P))
      const left = hex(g.encodeGT(run(g.pair(at(x), at(c.q - 5n)))))
      assert.equal(left, hex(g.encodeGT(run(g.powGT(e, scalar(-5n * x))))))
      assert.equal(left, hex(g.encodeGT(run(g.pair(at(-5n), at(x))))))
      assert.equal(left, hex(g.encodeGT(run(g.pairStranger(g.encode(at(x)), at(-5n)))!)))
      assert.notEqual(left, hex(g.encodeGT(run(g.powGT(e, scalar(1n - 5n * x))))))
      assert.notEqual(hex(g.encodeGT(e)), hex(g.encodeGT(run(g.powGT(e, scalar(0n))))))
    })
    it("decode and pairStranger take the points of order q and no other", () => {
      const good = g.encode(at(7n))
      assert.equal(hex(g.encode(g.decode(good)!)), hex(good))
      const order2: readonly [bigint, bigint] = a === 0n ? [c.p - 1n, 0n] : [0n, 0n]
      for (const bad of [xy(g, order2), xy(g, plus(c.P, order2, a, c.p)!), good.subarray(1), concat([good, new Uint8Array(1)]), new Uint8Array(good.length), new Uint8Array(0)]) {
        assert.equal(g.decode(bad), undefined)
        assert.equal(run(g.pairStranger(bad, P)), undefined)
      }
    })
    it("reduces modulo q, and knows the scalars from 1 to q - 1", () => {
      for (const n of [0, 1, 31, 64, 200]) assert.equal(hex(g.reduce(octets("wide", n))), hex(scalar(whole(octets("wide", n)))))
      for (const good of [1n, c.q - 1n]) assert.ok(g.validScalar(scalar(good)))
      for (const bad of [scalar(0n), encode(c.q, g.scalarOctets), scalar(1n).subarray(1)]) assert.equal(g.validScalar(bad), false)
    })
    it("a Job works on its own copy of a scalar, and may be dropped", () => {
      const own = scalar(99n)
      const jobs = [g.mul(own, P), g.powGT(run(g.pair(P, P)), own)] as const
      own.fill(0)
      assert.equal(hex(g.encode(run(jobs[0]))), hex(g.encode(at(99n))))
      assert.equal(hex(g.encodeGT(run(jobs[1]))), hex(g.encodeGT(run(g.pair(at(99n), P)))))
      const dropped = g.mul(scalar(99n), P)
      dropped.step()
      dropped.drop()
    })
  })
}

laws("RFC 5091, n = 3072", () => {
  const of = madeCurve()
  const g = makeCurve(of.p, of.q)!
  return { g, c: curve5091(), a: 0n, P: g.decode(of.P)! }
})
laws("RFC 6508, parameter set 1", () => {
  const g = set1Group()
  return { g, c: set1(), a: -3n, P: g.base }
})

/** Small curves of RFC 5091 for each form of q = 2^a + s 2^b + c. */
function smallCurves(): (Curve & { readonly form: string })[] {
  const found: (Curve & { form: string })[] = []
  for (const s of [1n, -1n])
    for (const c of [1n, -1n])
      for (let b = 1n; b < 13n && !found.some((f) => f.form === `s = ${s}, c = ${c}`); b++) {
        const q = (1n << 13n) + s * (1n << b) + c
        if (q > 5000n && checkPrimeSync(q)) found.push({ ...smallCurve(q), form: `s = ${s}, c = ${c}` })
      }
  return found
}

function smallCurve(q: bigint): Curve {
  let r = 3n
  while (r % q === 0n || !checkPrimeSync(12n * r * q - 1n)) r++
  const p = 12n * r * q - 1n
  for (let y = 2n; ; y++) {
    const P = times(12n * r, [power(y * y - 1n, (2n * p - 1n) / 3n, p), y], 0n, p)
    if (P !== undefined) return { p, q, P }
  }
}

describe("the pairings, beside the RFCs' own algorithms line by line", () => {
  it("RFC 5091 for every form of a Solinas prime, of which section 7 has one", () => {
    const curves = smallCurves()
    assert.equal(curves.length, 4)
    for (const c of curves) {
      const g = makeCurve(fewest(c.p), fewest(c.q))!
      assert.ok(g !== undefined, c.form)
      for (const n of [1n, 2n, 77n, c.q - 1n]) {
        const B = times(n, c.P, 0n, c.p)!
        const want = pairing5091(c, c.P, B).map((each) => encode(each, g.coordinateOctets))
        assert.equal(hex(g.encodeGT(run(g.pair(g.decode(xy(g, c.P))!, g.decode(xy(g, B))!)))), hex(concat(want)), c.form)
      }
    }
  })
  it("RFC 6508 under parameter set 1", () => {
    const g = set1Group()
    const c = set1()
    const B = times(5n, c.P, -3n, c.p)!
    assert.equal(whole(g.encodeGT(run(g.pair(g.base, g.decode(xy(g, B))!)))), pairing6508(c, c.P, B))
  })
  it("pairHashed and sameSecret are the pairing of the hashed point", () => {
    const of = madeCurve()
    const g = makeCurve(of.p, of.q)!
    const P = g.decode(of.P)!
    const wide = octets("y", 64)
    const Q = run(g.hashed(wide))
    assert.ok(g.decode(g.encode(Q)) !== undefined)
    assert.equal(hex(g.encodeGT(run(g.pairHashed(P, wide)))), hex(g.encodeGT(run(g.pair(P, Q)))))
    const s = octets("s", 31)
    const [S, Ppub] = [run(g.mul(s, Q)), run(g.mul(s, P))]
    assert.equal(run(g.sameSecret(S, P, Ppub, wide)), true)
    assert.equal(run(g.sameSecret(Q, P, Ppub, wide)), false)
    assert.equal(run(g.sameSecret(S, P, Ppub, octets("other y", 64))), false)
  })
})

describe("parameter set 1 of RFC 6509", () => {
  const [p, q, x, y, g] = [parameterSet1.p, parameterSet1.q, parameterSet1.Px, parameterSet1.Py, parameterSet1.g].map((text) => BigInt(`0x${text}`)) as [bigint, bigint, bigint, bigint, bigint]
  it("has primes p = 3 mod 4 of 1024 bits and q = (p + 1) / 4", () => {
    assert.equal(p.toString(2).length, 1024)
    assert.equal(p % 4n, 3n)
    assert.equal(q, (p + 1n) / 4n)
    assert.ok(checkPrimeSync(p, { checks: 20 }) && checkPrimeSync(q, { checks: 20 }))
  })
  it("has P on the curve, of order q", () => {
    assert.equal((y * y - (x * x * x - 3n * x)) % p, 0n)
    assert.ok(set1Group().decode(concat([encode(x, 128), encode(y, 128)])) !== undefined)
    assert.equal(times(q, [x, y], -3n, p), undefined)
  })
  it("has g = <P, P>, by both readings", () => {
    const group = set1Group()
    assert.equal(whole(group.encodeGT(run(group.pair(group.base, group.base)))), g)
    assert.equal(pairing6508({ p, q, P: [x, y] }, [x, y], [x, y]), g)
    assert.equal(whole(group.encodeGT(group.basePair)), g)
  })
})

describe("numbers as octets", () => {
  it("divide, scale and recode as BigInt does", () => {
    for (const [n, d] of [[17, 5], [192, 32], [32, 1], [8, 8], [3, 8]] as const) {
      const [a, b] = [octets(`n${n}`, n), octets(`d${d}`, d)]
      const { quotient, rest } = divide(a, b)
      assert.deepEqual([whole(quotient), whole(rest)], [whole(a) / whole(b), whole(a) % whole(b)])
      assert.equal(whole(scaled(a, 2, -1)), 2n * whole(a) - 1n)
      assert.equal(whole(scaled(a, 12, 65535)), 12n * whole(a) + 65535n)
      assert.equal(bitLength(a), whole(a).toString(2).length)
      const digits = nafOf(a)
      assert.equal(digits.reduceRight((sum, each) => 2n * sum + BigInt(each), 0n), whole(a))
      assert.ok(digits.every((each, i) => each === 0 || digits[i + 1] !== each && digits[i + 1] !== -each))
    }
  })
  it("carry through ff and borrow through 00", () => {
    assert.equal(hex(scaled(unhex("ffff")!, 1, 1)), "00010000")
    assert.equal(hex(scaled(unhex("010000")!, 1, -1)), "000000ffff")
    assert.deepEqual(nafOf(new Uint8Array(2)), [])
  })
})

/** A field that writes down what it is asked for. */
function traced(trace: string[]): (modulus: Uint8Array) => Field<bigint> {
  return (modulus) => {
    const F = nobleFieldOf(modulus)
    const note = <A extends unknown[], R>(name: string, f: (...args: A) => R) => (...args: A): R => (trace.push(name), f(...args))
    return { ...F, add: note("add", F.add), sub: note("sub", F.sub), mul: note("mul", F.mul), sqr: note("sqr", F.sqr), neg: note("neg", F.neg), inv: note("inv", F.inv), select: note("select", F.select), isZero: note("isZero", F.isZero), equal: note("equal", F.equal) }
  }
}

describe("what secrets meet", () => {
  const c = smallCurves()[0]!
  const secrets = [1n, 2n, 0x0fffn, 0x1000n, c.q - 1n, c.q - 2n].map((n) => encode(n, 2))
  const traces = (work: (s: Uint8Array, g: ReturnType<typeof makeCurve> & object, P: Point<bigint>) => void): number => {
    const trace: string[] = []
    const g = rfc5091Curves(traced(trace))(fewest(c.p), fewest(c.q))!
    const P = g.decode(xy(g, c.P))!
    return new Set(secrets.map((s) => ((trace.length = 0), work(s, g, P), trace.join()))).size
  }
  it("is one sequence of operations for every scalar, in the curve and in GT, and for every private key in the pairing", () => {
    assert.equal(traces((s, g, P) => void g.encode(run(g.mul(s, P)))), 1)
    const e = run(makeCurve(fewest(c.p), fewest(c.q))!.pair(pointOf(c), pointOf(c)))
    assert.equal(traces((s, g) => void run(g.powGT(e, s))), 1)
    assert.equal(traces((s, g, P) => void run(g.pairStranger(xy(g, c.P), { ...P, ...pointOf({ ...c, P: times(whole(s), c.P, 0n, c.p)! }) }))), 1)
  })
  it("would show as many, if a digit were branched on", () => {
    const leaky = <T>(M: Monoid<T>, x: T, s: Uint8Array): T => [...whole(s).toString(2)].reduce((v, bit) => (bit === "1" ? M.join(M.twice(v), x) : M.twice(v)), M.neutral)
    const trace: string[] = []
    const F = traced(trace)(fewest(c.p))
    const u = unitary(F, { a: 3n, b: 4n })
    assert.ok(new Set(secrets.map((s) => ((trace.length = 0), leaky(powers2(F), u, s), trace.join()))).size > 1)
    assert.equal(new Set(secrets.map((s) => ((trace.length = 0), run(multiple(powers2(F), u, s)), trace.join()))).size, 1)
  })
})

function pointOf(c: Curve): Point<bigint> {
  return { X: c.P[0], Y: c.P[1], Z: 1n }
}
