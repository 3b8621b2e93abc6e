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

/**
 * Numbered elements of one prime field in a memory that its owner wipes: what a Program runs on. Values lie in whatever form suits the engine. A result may
 * take the place of an operand. Laws: as of Field; the operations that are done, and on which slots, depend on no value.
 */
export interface Slots {
  add(to: number, a: number, b: number): void
  sub(to: number, a: number, b: number): void
  mul(to: number, a: number, b: number): void
  /** The product in Fp2 = Fp[u]/(u^2 + 1): pairs of slots, each number naming the first. Memories that reduce late gain from having it whole. */
  mul2(to: number, a: number, b: number): void
  /** The square in Fp2. */
  sqr2(to: number, a: number): void
  neg(to: number, a: number): void
  copy(to: number, from: number): void
  /** `yes` when `bit` is 1, `no` when it is 0. */
  select(to: number, bit: number, yes: number, no: number): void
  /** 1 for zero, else 0. */
  isZero(a: number): number
  /** The last bit of the integer below p. */
  isOdd(a: number): number
  /** Big-endian octets of the field's length; false for p or more, and then nothing is changed. */
  read(to: number, octets: Uint8Array): boolean
  /** Into octets of the field's length, below p. */
  write(from: number, octets: Uint8Array): void
  wipe(): void
}

/** Makes a memory of so many slots, all zero. */
export type SlotsMaker = (slots: number) => Slots
