import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { hmac } from "@noble/hashes/hmac.js"
import { sha1 } from "@noble/hashes/legacy.js"
import { concat, copy, hex } from "../../sdk/base/bytes.ts"
import { prf256, prfLabel } from "../../sdk/mikey/prf.ts"
import { prfConstant } from "../../sdk/mikey/numbers.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import type { Sym } from "../../sdk/sym/sym.ts"
import { octets } from "./samples.ts"

interface Vectors {
  prf_hmac_sha256: { derived: string; inkey: string; cs_id: number; csb_id: string; rand: string; constant: string; key: string; salt: string }[]
  own_mikey1_sha1: { cases: { name: string; inkey: string; label: string; out: string }[] }
}

const vectors = JSON.parse(readFileSync(new URL("../cases/mikey_prf.json", import.meta.url), "utf8")) as Vectors
const prf = prf256(nobleSym)

/** RFC 3830 section 4.1.2 read plainly, over any HMAC: the oracle of the tests, and MIKEY-1, which exists here only. */
function oracle(mac: (key: Uint8Array, data: Uint8Array) => Uint8Array, inkey: Uint8Array, label: Uint8Array, n: number): Uint8Array {
  const P = (s: Uint8Array): Uint8Array => {
    const out: Uint8Array[] = []
    for (let A = mac(s, label), length = 0; length < n; A = mac(s, A)) {
      out.push(mac(s, concat([A, label])))
      length += out.at(-1)!.length
    }
    return concat(out).subarray(0, n)
  }
  const out = new Uint8Array(n)
  for (let at = 0; at < inkey.length; at += 32) P(inkey.subarray(at, at + 32)).forEach((octet, i) => (out[i]! ^= octet))
  return out
}

describe("the MIKEY PRF", () => {
  vectors.prf_hmac_sha256.forEach((v, i) => {
    it(`PRF-HMAC-SHA-256 gives vector ${i + 1}: ${v.derived} under CS ID ${v.cs_id}`, () => {
      const label = (constant: number): Uint8Array => prfLabel(constant, v.cs_id, parseInt(v.csb_id, 16), octets(v.rand))
      assert.equal(hex(prf.derive(octets(v.inkey), label(parseInt(v.constant, 16)), v.key.length / 2)), v.key)
      assert.equal(hex(prf.derive(octets(v.inkey), label(prfConstant.salt), v.salt.length / 2)), v.salt)
    })
  })

  for (const v of vectors.own_mikey1_sha1.cases) {
    it(`MIKEY-1 gives the ${v.name} that SRTP was made with`, () => {
      assert.equal(hex(oracle((key, data) => hmac(sha1, key, data), octets(v.inkey), octets(v.label), v.out.length / 2)), v.out)
    })
  }

  it("has PRF func 1 and the labels of RFC 3830 and RFC 6267", () => {
    assert.equal(prf.func, 1)
    assert.equal(hex(prfLabel(prfConstant.TEK, 4, 0x0633f457, octets("aabb"))), "2ad01c64" + "04" + "0633f457" + "aabb")
    const { TEK, salt, encr_key, auth_key, salt_key, MPK, TGK } = prfConstant
    assert.deepEqual([TEK, salt, encr_key, auth_key, salt_key, MPK, TGK].map((c) => c.toString(16)), ["2ad01c64", "39a2c14b", "150533e1", "2d22ac75", "29b88916", "220e99a2", "1f4d675b"])
  })

  it("cuts inkey into blocks of 256 bits: 32 + 32 + 1 octets for a point of P-256", () => {
    for (const [inkey, out] of [[1, 32], [31, 16], [32, 32], [33, 14], [65, 32], [97, 96], [64, 1]] as const) {
      const key = Uint8Array.from({ length: inkey }, (_, i) => 255 - i)
      const label = octets("220e99a2ffffffffff00112233")
      assert.equal(hex(prf.derive(key, label, out)), hex(oracle(nobleSym.hmacSha256, key, label, out)))
    }
  })

  it("a longer outkey begins with the shorter one", () => {
    const key = octets("01".repeat(32))
    assert.equal(hex(prf.derive(key, octets("02"), 70)).slice(0, 28), hex(prf.derive(key, octets("02"), 14)))
  })

  it("wipes every block that it made on the way, and changes neither inkey nor label", () => {
    const given: Uint8Array[] = []
    const values: Uint8Array[] = []
    const spy: Sym = {
      ...nobleSym,
      hmacSha256(key, data) {
        const out = nobleSym.hmacSha256(key, data)
        given.push(out)
        values.push(copy(out))
        return out
      },
    }
    const inkey = octets("11".repeat(65))
    const label = octets("220e99a2ff")
    const out = prf256(spy).derive(inkey, label, 64)
    assert.equal(given.length, 3 * 2 * 2)
    // the watch sees secrets where they are not wiped
    assert(values.every((value) => value.some((octet) => octet !== 0)))
    assert(given.every((block) => block.every((octet) => octet === 0)))
    assert.equal(hex(inkey) + hex(label), "11".repeat(65) + "220e99a2ff")
    assert.equal(hex(out), hex(prf.derive(inkey, label, 64)))
  })

  it("without an inkey is Misuse", () => {
    assert.throws(() => prf.derive(new Uint8Array(0), octets("00"), 16), /at least one octet/)
  })
})
