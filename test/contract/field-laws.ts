/** The laws of sdk/field/field.ts, for any implementation, beside plain BigInt arithmetic. */
import assert from "node:assert/strict"
import { hex, unhex } from "../../sdk/base/bytes.ts"
import type { Field } from "../../sdk/field/field.ts"
import { octets } from "./octets.ts"

/** Declares the tests of one implementation over the prime `p`. */
export function fieldLaws<E>(name: string, F: Field<E>, p: bigint): void {
  const number = (a: E): bigint => BigInt(`0x${hex(F.toOctets(a))}`)
  const encode = (n: bigint): Uint8Array => unhex(n.toString(16).padStart(2 * F.octets, "0"))!
  const element = (n: bigint): E => F.fromOctets(encode(n))!
  const edges = [0n, 1n, 2n, p - 1n, p - 2n, (p - 1n) / 2n, (p + 1n) / 2n]
  const some = edges.concat(Array.from({ length: 12 }, (_, i) => BigInt(`0x${hex(octets(`${name}${i}`, F.octets + 8))}`) % p))
  describe(`field: ${name}`, () => {
    it("agrees with integers modulo p", () => {
      for (const a of some) {
        assert.equal(number(F.sqr(element(a))), (a * a) % p)
        assert.equal(number(F.neg(element(a))), (p - a) % p)
        for (const b of some) {
          assert.equal(number(F.add(element(a), element(b))), (a + b) % p)
          assert.equal(number(F.sub(element(a), element(b))), (a + p - b) % p)
          assert.equal(number(F.mul(element(a), element(b))), (a * b) % p)
          assert.equal(F.equal(element(a), element(b)), a === b)
        }
      }
    })
    it("inverts all but zero, whose inverse is zero", () => {
      for (const a of some) assert.equal(number(F.mul(F.inv(element(a)), element(a))), a === 0n ? 0n : 1n)
      assert.ok(F.isZero(F.inv(F.zero)))
    })
    it("selects by a bit, and knows zero and one", () => {
      assert.equal(number(F.select(0, F.zero, F.one)), 0n)
      assert.equal(number(F.select(1, F.zero, F.one)), 1n)
      for (const a of some) assert.equal(F.isZero(element(a)), a === 0n)
    })
    encodingLaws(F, p, encode)
  })
}

function encodingLaws<E>(F: Field<E>, p: bigint, encode: (n: bigint) => Uint8Array): void {
  it("decodes canonical octets of its one length only", () => {
    assert.equal(hex(F.toOctets(F.fromOctets(encode(p - 1n))!)), hex(encode(p - 1n)))
    for (const bad of [encode(p), encode(p + 1n), new Uint8Array(F.octets).fill(0xff), new Uint8Array(F.octets - 1), new Uint8Array(F.octets + 1), new Uint8Array(0)])
      assert.equal(F.fromOctets(bad), undefined)
  })
  it("reduces wide octets of any length", () => {
    for (let n = 0; n < 100; n++) {
      const wide = octets("wide", n)
      assert.equal(hex(F.toOctets(F.reduce(wide))), hex(encode(BigInt(`0x0${hex(wide)}`) % p)))
    }
  })
}
