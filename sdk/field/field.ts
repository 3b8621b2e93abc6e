/**
 * The contract of a prime field. Elements are opaque: BigInts, limbs, or the slots of a Program that is being recorded, so a formula written over
 * Field<E> branches on no value and secrets meet only `select`.
 * Laws: a commutative field of prime order p; results are fresh values, operands are not changed; `inv(zero)` is zero; encodings are big-endian, of
 * fixed length, and canonical: `fromOctets` takes exactly what `toOctets` gives.
 */
export interface Field<E> {
  /** Octets of an encoded element. */
  readonly octets: number
  readonly zero: E
  readonly one: E
  add(a: E, b: E): E
  sub(a: E, b: E): E
  mul(a: E, b: E): E
  sqr(a: E): E
  neg(a: E): E
  /** 1/a, and zero for zero. */
  inv(a: E): E
  /** `a` when `bit` is 0, `b` when it is 1. */
  select(bit: number, a: E, b: E): E
  isZero(a: E): boolean
  equal(a: E, b: E): boolean
  /** The element, or undefined for another length or a value of p or more. */
  fromOctets(octets: Uint8Array): E | undefined
  toOctets(a: E): Uint8Array
  /** OS2IP(wide) mod p, for any length. */
  reduce(wide: Uint8Array): E
}

/** Makes the field of a prime modulus, big-endian with a first octet that is not 0: what a scheme asks for whose curve comes with its parameters. */
export type FieldMaker<E> = (modulus: Uint8Array) => Field<E>
