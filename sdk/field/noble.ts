/** A prime field of BigInts through noble: the reference of every test. BigInts cannot be wiped. */
import { Field as nobleFp } from "@noble/curves/abstract/modular.js"
import { bytesToNumberBE } from "@noble/curves/utils.js"
import type { Field } from "./field.ts"

/** The field of a prime `modulus`; `inv` is variable in time. */
export function nobleField(modulus: bigint): Field<bigint> {
  const F = nobleFp(modulus)
  return {
    octets: F.BYTES,
    zero: F.ZERO,
    one: F.ONE,
    add: (a, b) => F.add(a, b),
    sub: (a, b) => F.sub(a, b),
    mul: (a, b) => F.mul(a, b),
    sqr: (a) => F.sqr(a),
    neg: (a) => F.neg(a),
    inv: (a) => (F.is0(a) ? F.ZERO : F.inv(a)),
    select: (bit, a, b) => (bit === 0 ? a : b),
    isZero: (a) => F.is0(a),
    equal: (a, b) => F.eql(a, b),
    fromOctets(octets: Uint8Array): bigint | undefined {
      if (octets.length !== F.BYTES) return undefined
      const value = bytesToNumberBE(octets)
      return value < modulus ? value : undefined
    },
    toOctets: (a) => F.toBytes(a),
    reduce: (wide) => F.create(bytesToNumberBE(wide)),
  }
}

/** The field of a prime modulus in octets. */
export function nobleFieldOf(modulus: Uint8Array): Field<bigint> {
  return nobleField(bytesToNumberBE(modulus))
}
