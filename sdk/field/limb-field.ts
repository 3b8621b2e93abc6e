/** A prime field in doubles as a Field: fresh arrays for every result, for schemes whose curve comes with its parameters. The arithmetic is that of limbs.ts. */
import type { Field } from "./field.ts"
import { loopKernel } from "./limb-kernel.ts"
import { LimbMemory, limbPrime } from "./limbs.ts"

/** The field of a big-endian odd modulus whose first octet is not 0; `inv` depends on the modulus alone. */
export function limbField(modulus: Uint8Array): Field<Float64Array> {
  const own = new Bench(modulus)
  return {
    octets: modulus.length,
    zero: new Float64Array(own.n),
    one: own.one,
    add: (a, b) => own.joined("add", a, b),
    sub: (a, b) => own.joined("sub", a, b),
    mul: (a, b) => own.joined("mul", a, b),
    sqr: (a) => own.joined("mul", a, a),
    neg: (a) => own.joined("sub", new Float64Array(own.n), a),
    inv: (a) => own.inverse(a),
    select: (bit, a, b) => own.select(bit, a, b),
    isZero: (a) => own.isZero(a),
    equal: (a, b) => own.isZero(own.joined("sub", a, b)),
    fromOctets: (octets) => (octets.length === modulus.length ? own.read(octets) : undefined),
    toOctets: (a) => own.write(a),
    reduce: (wide) => own.reduce(wide),
  }
}

/** Slots to work in: two operands, a result, a constant. */
class Bench {
  readonly slots: LimbMemory
  readonly modulus: Uint8Array
  readonly n: number
  readonly one: Float64Array
  constructor(modulus: Uint8Array) {
    const prime = limbPrime(modulus, loopKernel)
    this.slots = new LimbMemory(prime, loopKernel, 4)
    this.modulus = modulus
    this.n = prime.n
    this.one = this.fresh(this.put(0, prime.one))
  }
  put(slot: number, a: Float64Array): number {
    for (let k = 0; k < this.n; k++) this.slots.memory[slot * this.n + k] = a[k]!
    this.slots.sizes[slot] = 1
    return slot
  }
  fresh(slot: number): Float64Array {
    if (this.slots.sizes[slot]! > 1) this.slots.renew(slot)
    const out = new Float64Array(this.n)
    for (let k = 0; k < this.n; k++) out[k] = this.slots.memory[slot * this.n + k]!
    return out
  }
  joined(of: "add" | "sub" | "mul", a: Float64Array, b: Float64Array): Float64Array {
    this.slots[of](2, this.put(0, a), this.put(1, b))
    return this.fresh(2)
  }
  select(bit: number, a: Float64Array, b: Float64Array): Float64Array {
    this.slots.select(2, bit, this.put(1, b), this.put(0, a))
    return this.fresh(2)
  }
  isZero(a: Float64Array): boolean {
    return this.slots.isZero(this.put(0, a)) === 1
  }
  read(octets: Uint8Array): Float64Array | undefined {
    return this.slots.read(0, octets) ? this.fresh(0) : undefined
  }
  write(a: Float64Array): Uint8Array {
    const out = new Uint8Array(this.modulus.length)
    this.slots.write(this.put(0, a), out)
    return out
  }
  /** a^(p-2). */
  inverse(a: Float64Array): Float64Array {
    const exponent = lessTwo(this.modulus)
    this.put(0, this.one)
    this.put(1, a)
    for (let i = 0; i < 8 * exponent.length; i++) {
      this.slots.mul(0, 0, 0)
      if (((exponent[i >> 3]! >> (7 - (i & 7))) & 1) === 1) this.slots.mul(0, 0, 1)
    }
    return this.fresh(0)
  }
  /** Pieces that are an octet shorter than p, from the top: each shifts what is there by 256^(octets - 1). */
  reduce(wide: Uint8Array): Float64Array {
    const length = this.modulus.length
    const shift = new Uint8Array(length)
    shift[0] = 1
    this.slots.read(3, shift)
    this.put(2, new Float64Array(this.n))
    for (let at = 0, take = wide.length % (length - 1); at < wide.length; at += take, take = length - 1) {
      const piece = new Uint8Array(length)
      piece.set(wide.subarray(at, at + take), length - take)
      this.slots.mul(2, 2, 3)
      this.slots.read(0, piece)
      this.slots.add(2, 2, 0)
      for (let i = 0; i < length; i++) piece[i] = 0
    }
    return this.fresh(2)
  }
}

function lessTwo(modulus: Uint8Array): Uint8Array {
  const out = new Uint8Array(modulus.length)
  out.set(modulus)
  let borrow = 2
  for (let i = out.length - 1; i >= 0 && borrow > 0; i--) {
    const left = out[i]! - borrow
    borrow = left < 0 ? 1 : 0
    out[i] = left + 256 * borrow
  }
  return out
}
