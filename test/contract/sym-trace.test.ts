/** Constant time of the symmetric code for small boards, exactly: which elements of which arrays are touched, in which order, is the same for every secret. */
import assert from "node:assert/strict"
import { createCipheriv } from "node:crypto"
import { readFileSync } from "node:fs"
import { hex } from "../../sdk/base/bytes.ts"
import { plainSym } from "../../sdk/sym/plain.ts"
import { octets } from "./octets.ts"
import { conditions, different, SECRETS, secretWords, traces } from "./touches.ts"

const SIZES = [0, 1, 15, 16, 31, 32, 33, 80]

/** Counters and lengths. */
const told = secretWords(["at", "i", "k", "last", "n", "size", "SLICES"])

describe("constant time of sym/plain.ts", () => {
  for (const size of [16, 32])
    it(`AES-CTR touches the same elements for every key of ${size} octets, counter and data, and leaves none but its output`, () => {
      for (const length of SIZES) {
        const all = traces(plainSym.aesCtr, [size, 16, length])
        assert.equal(different(all), 1, `${length} octets`)
        // the key schedule alone has more
        assert(all[0]!.touches > 2000)
        assert.deepEqual(all.filter(({ left }) => left > 0), [])
      }
    })
  it("SHA-256 and HMAC-SHA-256 touch the same elements for every key and data, and leave none but their output", () => {
    for (const length of [0, 55, 56, 64, 130]) {
      for (const all of [traces(plainSym.sha256, [length]), traces(plainSym.hmacSha256, [32, length]), traces(plainSym.hmacSha256, [65, length])]) {
        assert.equal(different(all), 1, `${length} octets`)
        assert(all[0]!.touches > 500)
        assert.deepEqual(all.filter(({ left }) => left > 0), [])
      }
    }
  })
  it("is not what a key schedule has that looks its S-box up, and this test finds it, and the table that is left", () => {
    assert.equal(hex(looking(octets("key", 32))).slice(0, 64), hex(octets("key", 32)))
    for (const size of [16, 32]) {
      const all = traces(looking, [size])
      assert.equal(different(all), SECRETS)
      assert(all.every(({ left }) => left === 1))
    }
  })
  it("is not what a sum has that ends with its carry, and this test finds it", () => assert(different(traces(hasty, [16])) > 1))
  it("holds where nothing is touched too: conditions of the AES name lengths, and what counts up to them", () => {
    const source = readFileSync(new URL("../../sdk/sym/plain-aes.ts", import.meta.url), "utf8")
    assert(conditions(source).length > 20)
    assert.deepEqual(conditions(source).flatMap(told), [])
    const leaky = source.replace("let word = 0\n", "let word = 0\n  const x = key[0]!\n  if (x > 7) word = key[1]! > 0 ? 1 : 2\n")
    assert.deepEqual(conditions(leaky).flatMap(told), ["x > 7", "key[1]! > 0"])
  })
  it("is worth tracing because it is AES: any key, counter and data, as Node has it", () => {
    for (let n = 0; n < 400; n++) {
      const [key, data] = [octets(`key ${n}`, n % 2 === 0 ? 16 : 32), octets(`data ${n}`, n % 81)]
      const counter = octets(`counter ${n}`, 16).fill(0xff, n % 17)
      const want = createCipheriv(`aes-${key.length * 8}-ctr`, key, counter).update(data).toString("hex")
      assert.equal(hex(plainSym.aesCtr(key, counter, data)), want, `${n}`)
    }
  })
})

/** x times y in GF(2^8), FIPS 197 section 4.2. */
function product(x: number, y: number): number {
  let out = 0
  for (let a = x, b = y; b > 0; b >>= 1, a = (a << 1) ^ ((a >> 7) * 0x11b)) out ^= (b & 1) * a
  return out
}

/** A leak of old: the key schedule of FIPS 197 section 5.2 with its S-box in a table. */
function looking(key: Uint8Array): Uint8Array {
  const box = new Uint8Array(256)
  for (let x = 0; x < 256; x++) {
    let inverse = 0
    for (let y = 0; y < 256; y++) if (product(x, y) === 1) inverse = y
    const twice = inverse * 0x101
    box[x] = 0x63 ^ inverse ^ (twice >> 7) ^ (twice >> 6) ^ (twice >> 5) ^ (twice >> 4)
  }
  const out = new Uint8Array(16 * (key.length / 4 + 7))
  out.set(key)
  let constant = 1
  for (let at = key.length; at < out.length; at += 4) {
    const first = at % key.length === 0
    const substituted = first || (key.length === 32 && at % 32 === 16)
    for (let i = 0; i < 4; i++) {
      const from = out[at - 4 + (first ? (i + 1) & 3 : i)]!
      out[at + i] = out[at + i - key.length]! ^ (substituted ? box[from]! : from)
    }
    if (!first) continue
    out[at]! ^= constant
    constant = product(constant, 2)
  }
  return out
}

/** Another: one is added to a counter, and no octet is touched that stays. */
function hasty(counter: Uint8Array): Uint8Array {
  for (let i = 15, carry = 1; i >= 0 && carry > 0; i--) {
    carry += counter[i]!
    counter[i] = carry
    carry >>= 8
  }
  return counter
}
