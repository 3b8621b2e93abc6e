/** P-384 and X25519 of noble against the contract, RFC 7748's values and OpenSSL, edges included. */
import assert from "node:assert/strict"
import { createECDH, createPrivateKey, createPublicKey, diffieHellman } from "node:crypto"
import { concat, hex, unhex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { limbSlots } from "../../sdk/field/limbs.ts"
import type { DhGroup } from "../../sdk/group/group.ts"
import { p384 as p384OnMachine } from "../../sdk/group/p384.ts"
import { p384 as p384OfNoble } from "../../sdk/group/p384-noble.ts"
import { p384Text } from "../../sdk/group/p384-program.ts"
import { x25519 } from "../../sdk/group/x25519-noble.ts"
import { programOf } from "../../sdk/machine/parse.ts"
import { interpreted } from "../../sdk/machine/run.ts"
import type { Refused } from "./bls-points.ts"
import { dhLaws } from "./group-laws.ts"
import { octets } from "./octets.ts"
import { little, P25519, smallOrder } from "./x25519-points.ts"

const P384_P = 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n
const P384_N = BigInt("0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973")
const P384_B = BigInt("0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef")

/** OpenSSL's x of [secret]point, or undefined where it refuses the point. */
function opensslP384(secret: Uint8Array, point: Uint8Array): string | undefined {
  const ecdh = createECDH("secp384r1")
  ecdh.setPrivateKey(secret)
  try {
    return ecdh.computeSecret(point).toString("hex")
  } catch {
    return undefined
  }
}

/** OpenSSL's X25519, or undefined where it refuses the point. */
function opensslX25519(secret: Uint8Array, point: Uint8Array): string | undefined {
  const privateKey = createPrivateKey({ key: Buffer.from(`302e020100300506032b656e04220420${hex(secret)}`, "hex"), format: "der", type: "pkcs8" })
  const publicKey = createPublicKey({ key: Buffer.from(`302a300506032b656e032100${hex(point)}`, "hex"), format: "der", type: "spki" })
  try {
    return diffieHellman({ privateKey, publicKey }).toString("hex")
  } catch {
    return undefined
  }
}

const wide = (n: bigint): Uint8Array => unhex(n.toString(16).padStart(96, "0"))!

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let out = 1n
  for (let b = base % modulus, e = exponent; e > 0n; e >>= 1n, b = (b * b) % modulus) if (e & 1n) out = (out * b) % modulus
  return out
}

/** The y of an x on P-384 that makes it a point, or undefined. */
function yOf(x: bigint): bigint | undefined {
  const square = (((x * x - 3n) * x + P384_B) % P384_P + P384_P) % P384_P
  const y = power(square, (P384_P + 1n) / 4n, P384_P)
  return (y * y) % P384_P === square ? y : undefined
}

/** The first x from `from` on that has a y, and 04 || x + add || y. */
function pointFrom(from: bigint, add: bigint): Uint8Array {
  for (let x = from; ; x++) {
    const y = yOf(x)
    if (y !== undefined) return concat([new Uint8Array([4]), wide(x + add), wide(y)])
  }
}

function refusedP384(p384: DhGroup): Refused[] {
  const good = pointFrom(0n, 0n)
  assert.ok(run(p384.agree(wide(1n), good)) !== undefined, "the least x with a y is a good point")
  const compressed = concat([new Uint8Array([2 + (good[96]! & 1)]), good.subarray(1, 49)])
  const off = Uint8Array.from(good)
  off[96]! ^= 1
  return [
    ["compressed", compressed], ["hybrid", concat([new Uint8Array([6 + (good[96]! & 1)]), good.subarray(1)])], ["x + p for x", pointFrom(0n, P384_P)],
    ["infinity, one octet", new Uint8Array(1)], ["infinity as zeros", new Uint8Array(97)], ["infinity as 04 and zeros", concat([new Uint8Array([4]), new Uint8Array(96)])],
    ["not on the curve", off], ["short", good.subarray(0, 96)], ["long", concat([good, new Uint8Array(1)])], ["empty", new Uint8Array(0)],
    ["all ones", concat([new Uint8Array([4]), new Uint8Array(96).fill(0xff)])], ["of P-256's length", good.subarray(0, 65)],
  ]
}

dhLaws("X25519 of noble", x25519, [...smallOrder(), ["short", new Uint8Array(31).fill(9)], ["long", new Uint8Array(33).fill(9)], ["empty", new Uint8Array(0)]])

function p384Tests(name: string, p384: DhGroup): void {
  dhLaws(`P-384, ${name}`, p384, refusedP384(p384))
  describe(`P-384, ${name}, beside others`, () => p384Beside(p384))
}

function p384Beside(p384: DhGroup): void {
  const G = run(p384.keygen(new Uint8Array(72))).point

  it("x of the agreed point is OpenSSL's, for secrets at the edges and points with small, great and odd coordinates", () => {
    const secrets = [1n, 2n, 3n, 0xffffn, 2n ** 383n, P384_N - 1n, P384_N - 2n].map(wide).concat([0, 1, 2].map((i) => run(p384.keygen(octets(`s${i}`, 72))).secret))
    const points = [G, pointFrom(0n, 0n), pointFrom(2n ** 128n, 0n), pointFrom(2n ** 383n, 0n), pointFrom(P384_P - 100n, 0n), run(p384.keygen(octets("p", 72))).point]
    for (const secret of secrets)
      for (const point of points) assert.equal(hex(run(p384.agree(secret, point))!).substring(2, 98), opensslP384(secret, point), `${hex(secret)} ${hex(point)}`)
  })
  it("keygen is x = OS2IP(seed) mod (n - 1) + 1, and OpenSSL has the same public point", () => {
    for (const seed of [new Uint8Array(72), new Uint8Array(72).fill(0xff), octets("x", 72)]) {
      const key = run(p384.keygen(seed))
      assert.equal(BigInt(`0x${hex(key.secret)}`), (BigInt(`0x${hex(seed)}`) % (P384_N - 1n)) + 1n)
      const ecdh = createECDH("secp384r1")
      ecdh.setPrivateKey(key.secret)
      assert.equal(ecdh.getPublicKey("hex"), hex(key.point))
    }
  })
  it("K_SESSION is the whole uncompressed point, 97 octets", () => {
    const key = run(p384.keygen(octets("whole", 72)))
    assert.equal(hex(run(p384.agree(key.secret, G))!), hex(key.point))
  })
  it("OpenSSL refuses what we refuse, compressed and hybrid points aside", () => {
    const secret = run(p384.keygen(octets("a", 72))).secret
    for (const [why, point] of refusedP384(p384)) if (why !== "compressed" && why !== "hybrid") assert.equal(opensslP384(secret, point), undefined, why)
  })
}

p384Tests("noble", p384OfNoble)
const p384Program = programOf(p384Text)
p384Tests("its Program on limbs", p384OnMachine(interpreted(p384Program, limbSlots(p384Program.modulus), 2000)))

describe("X25519 of noble beside others", () => {
  it("gives the values of RFC 7748 section 5.2, the second with a top bit to ignore", () => {
    const list = [
      ["a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4", "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c", "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"],
      ["4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d", "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493", "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"],
    ]
    for (const [k, u, out] of list) assert.equal(hex(run(x25519.agree(unhex(k!)!, unhex(u!)!))!), out)
  })
  it("gives the values of RFC 7748 section 5.2 after 1 and 1000 rounds", () => {
    let k = little(9n)
    let u = k
    for (let round = 1; round <= 1000; round++) {
      const next = run(x25519.agree(k, u))!
      u = k
      k = next
      if (round === 1) assert.equal(hex(k), "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")
    }
    assert.equal(hex(k), "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")
  })
  it("agrees with OpenSSL on any 32 octets: points of the curve and of its twist, and those that are not reduced", () => {
    const points = Array.from({ length: 40 }, (_, i) => octets(`u${i}`, 32)).concat(Array.from({ length: 19 }, (_, i) => little(P25519 + BigInt(i))), [little(2n), little(9n), little(P25519 - 2n)])
    let none = 0
    for (const [i, point] of points.entries()) {
      const secret = octets(`k${i}`, 32)
      const got = run(x25519.agree(secret, point))
      if (got === undefined) none++
      assert.equal(got === undefined ? undefined : hex(got), opensslX25519(secret, point), hex(point))
    }
    assert.deepEqual([points.length, none], [62, 2], "p and p + 1 are 0 and 1")
  })
  it("refuses each point of small order that OpenSSL refuses", () => {
    for (const [why, point] of smallOrder()) assert.equal(opensslX25519(octets("k", 32), point), undefined, why)
    assert.equal(smallOrder().length, 14)
  })
  it("keygen takes the seed as the secret, and OpenSSL has the same public point", () => {
    for (const seed of [new Uint8Array(32), new Uint8Array(32).fill(0xff), octets("x", 32)]) {
      const key = run(x25519.keygen(seed))
      assert.equal(hex(key.secret), hex(seed))
      assert.equal(hex(key.point), opensslX25519(seed, little(9n)))
    }
  })
})
