/** The laws of sdk/sym/sym.ts, for any implementation; Node's crypto is the oracle beyond the published vectors. */
import assert from "node:assert/strict"
import { createCipheriv, createHash, createHmac } from "node:crypto"
import { readFileSync } from "node:fs"
import { hex, unhex } from "../../sdk/base/bytes.ts"
import type { Sym } from "../../sdk/sym/sym.ts"
import { octets } from "./octets.ts"

interface Vectors {
  readonly sha256: readonly { message: string; digest: string }[]
  readonly hmac: readonly { key: string; message: string; tag: string }[]
  readonly aesCtr: readonly { key: string; counter: string; plain: string; cipher: string }[]
}

const vectors = JSON.parse(readFileSync(new URL("../cases/sym.json", import.meta.url), "utf8")) as Vectors

/** Declares the tests of one implementation. */
export function symLaws(name: string, sym: Sym): void {
  describe(`symmetric primitives: ${name}`, () => {
    hashLaws(sym)
    counterLaws(sym)
    ownershipLaws(sym)
  })
}

function hashLaws(sym: Sym): void {
  it("SHA-256 gives the digests of FIPS 180-4, and of a million a", () => {
    for (const v of vectors.sha256) assert.equal(hex(sym.sha256(unhex(v.message)!)), v.digest)
    assert.equal(hex(sym.sha256(new Uint8Array(1000000).fill(0x61))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  })
  it("SHA-256 agrees with Node at every length around its blocks", () => {
    for (let n = 0; n < 200; n++) assert.equal(hex(sym.sha256(octets("sha", n))), createHash("sha256").update(octets("sha", n)).digest("hex"))
  })
  it("HMAC-SHA-256 gives the tags of RFC 4231", () => {
    for (const v of vectors.hmac) assert.equal(hex(sym.hmacSha256(unhex(v.key)!, unhex(v.message)!)).substring(0, v.tag.length), v.tag)
  })
  it("HMAC-SHA-256 agrees with Node for keys of 0 to 130 octets", () => {
    for (let n = 0; n <= 130; n++)
      assert.equal(hex(sym.hmacSha256(octets("key", n), octets("m", n))), createHmac("sha256", octets("key", n)).update(octets("m", n)).digest("hex"))
  })
}

function counterLaws(sym: Sym): void {
  it("AES-CTR gives the ciphertexts of SP 800-38A, and back", () => {
    for (const v of vectors.aesCtr) {
      assert.equal(hex(sym.aesCtr(unhex(v.key)!, unhex(v.counter)!, unhex(v.plain)!)), v.cipher)
      assert.equal(hex(sym.aesCtr(unhex(v.key)!, unhex(v.counter)!, unhex(v.cipher)!)), v.plain)
    }
  })
  it("AES-CTR counts up as one 128-bit integer, across 32, 64 and 128 bits", () => {
    for (const counter of ["000000000000000000000000fffffffe", "0000000000000000fffffffffffffffe", "fffffffffffffffffffffffffffffffe"])
      for (const k of [16, 32]) {
        const key = octets("ctr", k)
        const cipher = createCipheriv(k === 16 ? "aes-128-ctr" : "aes-256-ctr", key, unhex(counter)!)
        assert.equal(hex(sym.aesCtr(key, unhex(counter)!, octets("data", 80))), cipher.update(octets("data", 80)).toString("hex"))
      }
  })
  it("AES-CTR takes every length, and data that does not begin at a word", () => {
    const key = octets("len", 32)
    for (let n = 0; n < 70; n++) {
      const data = octets("unaligned", n + 3).subarray(3)
      const want = createCipheriv("aes-256-ctr", key, new Uint8Array(16)).update(data).toString("hex")
      assert.equal(hex(sym.aesCtr(key, new Uint8Array(16), data)), want)
    }
  })
  it("AES-CTR with a key of 24 octets is our caller's mistake", () => {
    assert.throws(() => sym.aesCtr(new Uint8Array(24), new Uint8Array(16), new Uint8Array(1)), /16 or 32/)
  })
}

function ownershipLaws(sym: Sym): void {
  it("outputs are fresh, and inputs are neither kept nor changed", () => {
    const key = octets("own", 32)
    const data = octets("own data", 48)
    const counter = octets("own ctr", 16)
    const outs = [sym.sha256(data), sym.hmacSha256(key, data), sym.aesCtr(key, counter, data)]
    const before = outs.map(hex)
    for (const out of [sym.sha256(data), sym.hmacSha256(key, data), sym.aesCtr(key, counter, data)]) out.fill(0)
    assert.deepEqual([key, data, counter].map(hex), [octets("own", 32), octets("own data", 48), octets("own ctr", 16)].map(hex))
    for (const input of [key, data, counter]) input.fill(0xff)
    assert.deepEqual(outs.map(hex), before)
  })
}
