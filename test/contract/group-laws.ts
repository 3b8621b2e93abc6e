/** The laws of sdk/group/group.ts, for any implementation. */
import assert from "node:assert/strict"
import { hex, unhex } from "../../sdk/base/bytes.ts"
import { run, type Job } from "../../sdk/base/job.ts"
import type { DhGroup, PairingGroup } from "../../sdk/group/group.ts"
import type { Refused } from "./bls-points.ts"
import { octets } from "./octets.ts"

/** A Diffie-Hellman group; `refused` are points that it must not take. */
export function dhLaws(name: string, group: DhGroup, refused: readonly Refused[]): void {
  const pair = (seed: string): { secret: Uint8Array; point: Uint8Array } => run(group.keygen(octets(seed, group.seedOctets)))
  const valid = (point: Uint8Array): boolean => run(group.agree(pair("a").secret, point)) !== undefined
  describe(`Diffie-Hellman group: ${name}`, () => {
    it("both ends agree on one point, and a third does not", () => {
      const a = pair("a")
      const b = pair("b")
      assert.equal(a.point.length, group.pointOctets)
      assert.ok(valid(a.point))
      const K = run(group.agree(a.secret, b.point))!
      assert.ok(valid(K))
      assert.equal(hex(K), hex(run(group.agree(b.secret, a.point))!))
      assert.notEqual(hex(K), hex(run(group.agree(pair("c").secret, a.point))!))
    })
    it("equal seeds give equal pairs, and every seed of its length gives one", () => {
      assert.deepEqual(pair("a"), pair("a"))
      for (const fill of [0, 0xff]) assert.ok(valid(run(group.keygen(new Uint8Array(group.seedOctets).fill(fill))).point))
    })
    it("refuses what is no valid point, without throwing", () => {
      for (const [why, point] of refused) assert.equal(valid(point), false, why)
    })
    it("a Job works on its own copy of seed and secret", () => {
      const seed = octets("a", group.seedOctets)
      const secret = Uint8Array.from(pair("a").secret)
      const jobs = [group.keygen(seed), group.agree(secret, pair("b").point)] as const
      seed.fill(0)
      secret.fill(0)
      assert.deepEqual(run(jobs[0]), pair("a"))
      assert.deepEqual(run(jobs[1]), run(group.agree(pair("b").secret, pair("a").point)))
    })
    it("a seed of another length is our caller's mistake", () => {
      assert.throws(() => run(group.keygen(new Uint8Array(group.seedOctets - 1))), /seed/)
    })
  })
}

/** A pairing group of order `r`; `refused1` and `refused2` are encodings that it must not take. */
export function pairingLaws<G1, G2, GT>(
  name: string, group: PairingGroup<G1, G2, GT>, r: bigint, refused1: () => readonly Refused[], refused2: () => readonly Refused[],
): void {
  const scalar = (n: bigint): Uint8Array => unhex((((n % r) + r) % r).toString(16).padStart(2 * group.scalarOctets, "0"))!
  describe(`pairing group: ${name}`, () => {
    it("e([a]P, [b]Q) = e(P, Q)^(ab), and differs for another exponent", () => {
      const P = run(group.mulG1(scalar(1n)))
      const Q = run(group.mapToG2(octets("Q", 256)))
      const a = 0x1234567890abcdef1234567890abcdefn
      const b = r - 5n
      const left = group.encodeGT(run(group.pair(run(group.mulG1(scalar(a))), run(group.mulG2(scalar(b), Q)))))
      const e = run(group.pair(P, Q))
      assert.equal(hex(left), hex(group.encodeGT(run(group.powGT(e, scalar(a * b))))))
      assert.notEqual(hex(left), hex(group.encodeGT(run(group.powGT(e, scalar(a * b + 1n))))))
    })
    it("a power of GT is the pairing of a multiple, at the edges of the exponent and of its windows", () => {
      const Q = run(group.mapToG2(octets("Q2", 256)))
      const x = run(group.pair(run(group.mulG1(scalar(1n))), Q))
      for (const n of [1n, 2n, 15n, 16n, 17n, r - 1n, r - 2n, 0xf0f0f0f0f0f0f0f0n])
        assert.equal(hex(group.encodeGT(run(group.powGT(x, scalar(n))))), hex(group.encodeGT(run(group.pair(run(group.mulG1(scalar(n))), Q)))))
    })
    encodingLaws(group, r, scalar, refused1, refused2)
    secretLaws(group, scalar)
  })
}

function encodingLaws<G1, G2, GT>(
  group: PairingGroup<G1, G2, GT>, r: bigint, scalar: (n: bigint) => Uint8Array, refused1: () => readonly Refused[], refused2: () => readonly Refused[],
): void {
  it("encodings come back, whichever y is the greater", () => {
    const Q = run(group.mapToG2(octets("Q3", 256)))
    for (const n of [1n, 2n, 3n, 4n, 5n, 6n, r - 1n, r - 2n]) {
      const one = group.encodeG1(run(group.mulG1(scalar(n))))
      assert.equal(one.length, group.g1Octets)
      assert.equal(hex(group.encodeG1(run(group.decodeG1(one))!)), hex(one))
      const two = group.encodeG2(run(group.mulG2(scalar(n), Q)))
      assert.equal(two.length, group.g2Octets)
      assert.equal(hex(group.encodeG2(run(group.decodeG2(two))!)), hex(two))
    }
  })
  it("refuses what is not canonical, not on the curve, outside the subgroup or infinity, without throwing", () => {
    for (const [why, encoded] of refused1()) assert.equal(run(group.decodeG1(encoded)), undefined, why)
    for (const [why, encoded] of refused2()) assert.equal(run(group.decodeG2(encoded)), undefined, why)
  })
  it("reduces wide octets modulo r, and knows the scalars from 1 to r - 1", () => {
    for (const n of [0, 1, 31, 32, 33, 48, 64]) {
      const wide = octets("wide scalar", n)
      assert.equal(hex(group.reduce(wide)), hex(scalar(BigInt(`0x0${hex(wide)}`))))
    }
    const whole = (n: bigint): Uint8Array => unhex(n.toString(16).padStart(2 * group.scalarOctets, "0"))!
    for (const good of [1n, 2n, r - 1n]) assert.ok(group.validScalar(whole(good)))
    for (const bad of [whole(0n), whole(r), whole(r + 1n), whole(1n).subarray(1), new Uint8Array(0)]) assert.equal(group.validScalar(bad), false)
    assert.throws(() => run(group.mulG1(whole(0n))), /scalar/)
  })
}

function secretLaws<G1, G2, GT>(group: PairingGroup<G1, G2, GT>, scalar: (n: bigint) => Uint8Array): void {
  it("sameSecret tells the secret behind p from every other", () => {
    const s = scalar(0xabcdef0123456789n)
    const Q = run(group.mapToG2(octets("Q4", 256)))
    const Ppub = run(group.mulG1(s))
    assert.equal(run(group.sameSecret(run(group.mulG2(s, Q)), Ppub, Q)), true)
    assert.equal(run(group.sameSecret(run(group.mulG2(scalar(2n), Q)), Ppub, Q)), false)
    assert.equal(run(group.sameSecret(run(group.mulG2(s, Q)), Ppub, run(group.mapToG2(octets("Q5", 256))))), false)
  })
  it("a Job works on its own copy of a scalar, and may be dropped at any step", () => {
    const Q = run(group.mapToG2(octets("Q6", 256)))
    const x = run(group.pair(run(group.mulG1(scalar(7n))), Q))
    const own = scalar(77n)
    const jobs = [group.powGT(x, own), group.mulG1(own), group.mulG2(own, Q)] as const
    own.fill(0)
    assert.equal(hex(group.encodeGT(run(jobs[0]))), hex(group.encodeGT(run(group.powGT(x, scalar(77n))))))
    assert.equal(hex(group.encodeG1(run(jobs[1]))), hex(group.encodeG1(run(group.mulG1(scalar(77n))))))
    assert.equal(hex(group.encodeG2(run(jobs[2]))), hex(group.encodeG2(run(group.mulG2(scalar(77n), Q)))))
    const long: (() => Job<unknown>)[] = [() => group.powGT(x, scalar(9n)), () => group.pair(run(group.mulG1(scalar(3n))), Q), () => group.mapToG2(octets("d", 256))]
    for (const make of long)
      for (let steps = 0; steps < 4; steps++) {
        const job = make()
        for (let i = 0; i < steps; i++) if (job.step() !== undefined) break
        job.drop()
      }
  })
}
