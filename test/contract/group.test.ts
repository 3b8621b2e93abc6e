/** Our groups and noble's against the contract, published vectors and noble's ready-made curves. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { bls12_381 } from "@noble/curves/bls12-381.js"
import { ascii, concat, hex, unhex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { bls12381 as blsOnMachine } from "../../sdk/group/bls12381.ts"
import { bls12381 as blsOfNoble } from "../../sdk/group/bls12381-noble.ts"
import type { DhGroup, PairingGroup } from "../../sdk/group/group.ts"
import { p256 as p256OnMachine } from "../../sdk/group/p256.ts"
import { p256 as p256OfNoble } from "../../sdk/group/p256-noble.ts"
import { expandMessageXmd } from "../../sdk/ibe/xmd.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { outside1, outside2, refused1, refused2, zcash1, zcash2, type Refused } from "./bls-points.ts"
import { dhLaws, pairingLaws } from "./group-laws.ts"
import { machines } from "../machine/machines.ts"
import { octets } from "./octets.ts"

const P256_P = BigInt("0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff")
const P256_N = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
const cases = (name: string): unknown => JSON.parse(readFileSync(new URL(`../cases/${name}.json`, import.meta.url), "utf8"))
const one = unhex("01".padStart(64, "0"))!

/** Points that SEC1 or our profile of it refuses. */
function refusedP256(p256: DhGroup): Refused[] {
  const good = run(p256.keygen(octets("good", 48))).point
  const x0 = unhex(`04${"00".repeat(32)}66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4`)!
  assert.ok(run(p256.agree(one, x0)) !== undefined, "x = 0 is a good point")
  const withX = (x: bigint): Uint8Array => concat([new Uint8Array([4]), unhex(x.toString(16).padStart(64, "0"))!, x0.subarray(33)])
  const compressed = concat([new Uint8Array([2 + (good[64]! & 1)]), good.subarray(1, 33)])
  const hybrid = concat([new Uint8Array([6 + (good[64]! & 1)]), good.subarray(1)])
  return [
    ["compressed", compressed], ["hybrid", hybrid], ["x = p for x = 0", withX(P256_P)], ["infinity, one octet", new Uint8Array(1)],
    ["infinity as zeros", new Uint8Array(65)], ["infinity as 04 and zeros", concat([new Uint8Array([4]), new Uint8Array(64)])],
    ["not on the curve", withX(1n)], ["short", good.subarray(0, 64)], ["long", concat([good, new Uint8Array(1)])], ["empty", new Uint8Array(0)],
    ["all ones", concat([new Uint8Array([4]), new Uint8Array(64).fill(0xff)])],
  ]
}

function p256Tests(name: string, p256: DhGroup): void {
  dhLaws(`P-256, ${name}`, p256, refusedP256(p256))
  describe(`P-256, ${name}, beside others`, () => p256Beside(p256))
}

function blsTests<G1, G2, GT>(name: string, bls12381: PairingGroup<G1, G2, GT>): void {
  pairingLaws(`BLS12-381, ${name}`, bls12381, bls12_381.fields.Fr.ORDER, refused1, refused2)
  describe(`BLS12-381, ${name}, beside others`, () => blsBeside(bls12381))
}

function p256Beside(p256: DhGroup): void {
  it("x of the agreed point is that of every wycheproof case, and its invalid points are refused", () => {
    const list = (cases("wycheproof_ecdh_p256") as { tests: { tcId: number; public: string; private: string; shared: string; result: string }[] }).tests
    let refused = 0
    for (const t of list) {
      const secret = unhex(BigInt(`0x${t.private}`).toString(16).padStart(64, "0"))!
      const K = run(p256.agree(secret, unhex(t.public)!))
      assert.equal(K === undefined ? undefined : hex(K).substring(2, 66), t.result === "valid" ? t.shared : undefined, `tcId ${t.tcId}`)
      if (K === undefined) refused++
    }
    assert.deepEqual([list.length, refused], [178, 12])
  })
  it("K_SESSION is the whole uncompressed point: with the generator it is the public point", () => {
    const G = run(p256.keygen(new Uint8Array(48))).point
    const key = run(p256.keygen(octets("whole", 48)))
    assert.equal(hex(run(p256.agree(key.secret, G))!), hex(key.point))
  })
  it("keygen is x = OS2IP(seed) mod (n - 1) + 1", () => {
    for (const seed of [new Uint8Array(48), new Uint8Array(48).fill(0xff), octets("x", 48)])
      assert.equal(BigInt(`0x${hex(run(p256.keygen(seed)).secret)}`), (BigInt(`0x${hex(seed)}`) % (P256_N - 1n)) + 1n)
  })
}

function blsBeside<G1, G2, GT>(bls12381: PairingGroup<G1, G2, GT>): void {
  const generators = (): Uint8Array => bls12381.encodeGT(run(bls12381.pair(run(bls12381.mulG1(one)), run(bls12381.decodeG2(zcash2(bls12_381.G2.Point.BASE.toAffine())))!)))
  it("e of the generators has the digest of PROTOCOL section 2, with the cube and the sign", () => {
    const digest = createHash("sha256").update(generators()).digest("hex")
    assert.equal(digest, "06fa588b89fdfb034dbc1c163ecb3dfac228f552b643c7294cc5f2c4dc170b84")
    assert.notEqual(digest, "70f0561453673ff155a40ba3618727f8a411c492748d845280dd71dce099905a")
  })
  it("the digest without cube and sign is that of the root of our value, so the pins tell them apart", () => {
    const Fp12 = bls12_381.fields.Fp12
    const third = bls12_381.fields.Fr.inv(3n)
    const root = Fp12.conjugate(Fp12.pow(Fp12.fromBytes(generators()), third))
    const digest = createHash("sha256").update(Fp12.toBytes(root)).digest("hex")
    assert.equal(digest, "70f0561453673ff155a40ba3618727f8a411c492748d845280dd71dce099905a")
  })
  it("pairs and multiplies as noble's ready-made curve", () => {
    for (let i = 0; i < 4; i++) {
      const s = bls12381.reduce(octets(`s${i}`, 48))
      const n = BigInt(`0x${hex(s)}`)
      const P = bls12_381.G1.Point.BASE.multiply(n)
      const Q = bls12_381.G2.Point.BASE.multiply(n + 1n)
      assert.equal(hex(bls12381.encodeG1(run(bls12381.mulG1(s)))), P.toHex())
      const base = run(bls12381.decodeG2(bls12_381.G2.Point.BASE.toBytes()))!
      assert.equal(hex(bls12381.encodeG2(run(bls12381.mulG2(s, base)))), bls12_381.G2.Point.BASE.multiply(n).toHex())
      const ours = run(bls12381.pair(run(bls12381.decodeG1(P.toBytes()))!, run(bls12381.decodeG2(Q.toBytes()))!))
      assert.equal(hex(bls12381.encodeGT(ours)), hex(bls12_381.fields.Fp12.toBytes(bls12_381.pairing(P, Q))))
    }
  })
  it("hash to G2 gives the points of RFC 9380 J.10.1 under the RFC's tag", () => {
    const v = cases("rfc9380_g2") as { dst: string; tests: { message: string; x: [string, string]; y: [string, string] }[] }
    for (const t of v.tests) {
      const Q = run(bls12381.mapToG2(expandMessageXmd(nobleSym, ascii(t.message), ascii(v.dst), 256)))
      const fp2 = (c: [string, string]): { c0: bigint; c1: bigint } => ({ c0: BigInt(`0x${c[0]}`), c1: BigInt(`0x${c[1]}`) })
      assert.equal(hex(bls12381.encodeG2(Q)), hex(zcash2({ x: fp2(t.x), y: fp2(t.y) })), t.message.substring(0, 20))
    }
    assert.equal(v.tests.length, 5)
  })
  it("hash to G2 survives the exceptional inputs of the map: u = 0 and equal halves", () => {
    const half = octets("half", 128)
    for (const uniform of [new Uint8Array(256), concat([half, half]), concat([half, new Uint8Array(128)])])
      assert.ok(run(bls12381.decodeG2(bls12381.encodeG2(run(bls12381.mapToG2(uniform))))) !== undefined)
  })
  it("our short subgroup checks agree with multiplication by r, inside and outside", () => {
    const base = bls12_381.G1.Point.BASE
    for (const p of outside1().concat([base, base.double(), base.negate()]))
      assert.equal(run(bls12381.decodeG1(zcash1(p.toAffine()))) !== undefined, p.multiplyUnsafe(bls12_381.fields.Fr.ORDER - 1n).add(p).is0())
    const base2 = bls12_381.G2.Point.BASE
    for (const q of outside2().concat([base2, base2.double(), base2.negate()]))
      assert.equal(run(bls12381.decodeG2(zcash2(q.toAffine()))) !== undefined, q.multiplyUnsafe(bls12_381.fields.Fr.ORDER - 1n).add(q).is0())
  })
}

p256Tests("noble", p256OfNoble)
blsTests("noble", blsOfNoble)
for (const each of machines) {
  p256Tests(each.name, p256OnMachine(each.p256))
  blsTests(each.name, blsOnMachine(each.bls12381))
}

describe("expand_message_xmd", () => {
  it("gives the octets of RFC 9380 K.1", () => {
    const v = cases("rfc9380_xmd") as { dst: string; tests: { message: string; octets: number; uniform: string }[] }
    for (const t of v.tests) assert.equal(hex(expandMessageXmd(nobleSym, ascii(t.message), ascii(v.dst), t.octets)), t.uniform)
    assert.equal(v.tests.length, 10)
  })
  it("an empty or overlong tag, or too long an output, is our caller's mistake", () => {
    assert.throws(() => expandMessageXmd(nobleSym, new Uint8Array(1), new Uint8Array(0), 32), /tag/)
    assert.throws(() => expandMessageXmd(nobleSym, new Uint8Array(1), new Uint8Array(256), 32), /tag/)
    assert.throws(() => expandMessageXmd(nobleSym, new Uint8Array(1), new Uint8Array(1), 8161), /8160/)
  })
})
