/**
 * A prime field in doubles, without BigInt: what engines run that have none, and what can be wiped. Montgomery's form with R = 2^(23 n), n limbs of 23 bits.
 *
 * Limbs are signed and balanced: a fresh value has |limb| <= 2^22 + 2^8 and lies between -0.8 p and 0.8 p. Sums and differences carry nothing: they only grow,
 * and `size` counts how many fresh values a slot is made of, by the operations alone, never by values. A product wants size(a) size(b) <= 512/n - 1 and at
 * most 29: then a column, n products of limbs and n of q p, stays below 2^53, and the result is fresh again. Operands that are too large are renewed first,
 * by one multiple of p and a carry, at a sixth of a product's cost.
 * Rounding is by adding and taking away 1.5 * 2^75: the sum's last place is 2^23. It needs float64 that rounds to nearest, as ECMAScript demands.
 */
import { blankWords } from "../base/bytes.ts"
import type { Slots, SlotsMaker } from "./field.ts"
import { carried, LIMB_BASE, LIMB_BITS, loopKernel, type LimbKernel, type LimbPrime } from "./limb-kernel.ts"

/** Fresh values in a sum at most: its multiple of p, for renewal, is below 2^10. */
const SIZE_OF_SUM = 1000

/** Slots of n limbs each, and their sizes. */
export class LimbMemory implements Slots {
  readonly prime: LimbPrime
  readonly kernel: LimbKernel
  readonly count: number
  /** Two slots more than asked for, to work in. */
  readonly memory: Float64Array
  readonly sizes: Uint16Array
  readonly t: Float64Array
  constructor(prime: LimbPrime, kernel: LimbKernel, count: number) {
    this.prime = prime
    this.kernel = kernel
    this.count = count
    this.memory = new Float64Array((count + 2) * prime.n)
    this.sizes = new Uint16Array(count + 2)
    this.t = new Float64Array(2 * prime.n)
    for (let i = 0; i < count + 2; i++) this.sizes[i] = 1
  }
  add(to: number, a: number, b: number): void {
    this.fit(a, b)
    const n = this.prime.n
    this.kernel.sum(this.memory, to * n, a * n, b * n, 1, this.prime)
    this.sizes[to] = this.sizes[a]! + this.sizes[b]!
  }
  sub(to: number, a: number, b: number): void {
    this.fit(a, b)
    const n = this.prime.n
    this.kernel.sum(this.memory, to * n, a * n, b * n, -1, this.prime)
    this.sizes[to] = this.sizes[a]! + this.sizes[b]!
  }
  mul(to: number, a: number, b: number): void {
    const sizes = this.sizes
    const most = this.prime.sizeOfProduct
    if (sizes[a]! * sizes[b]! > most) this.renew(sizes[a]! > sizes[b]! ? a : b)
    if (sizes[a]! * sizes[b]! > most) this.renew(sizes[a]! > sizes[b]! ? a : b)
    const n = this.prime.n
    this.kernel.product(this.memory, to * n, a * n, b * n, this.t, this.prime)
    sizes[to] = 1
  }
  mul2(to: number, a: number, b: number): void {
    const n = this.prime.n
    const m = this.memory
    this.fit2(a, b)
    this.fit2(a, b)
    const work = this.count * n
    this.kernel.products(m, work, a * n, b * n, (a + 1) * n, (b + 1) * n, -1, this.t, this.prime)
    this.kernel.products(m, (to + 1) * n, a * n, (b + 1) * n, (a + 1) * n, b * n, 1, this.t, this.prime)
    for (let i = to * n, k = 0; k < n; i++, k++) m[i] = m[work + k]!
    this.sizes[to] = 1
    this.sizes[to + 1] = 1
  }
  sqr2(to: number, a: number): void {
    const n = this.prime.n
    const work = this.count
    if (4 * this.larger(a) * this.larger(a) > this.prime.sizeOfProduct) this.renew2(a)
    this.add(work, a, a + 1)
    this.sub(work + 1, a, a + 1)
    this.kernel.product(this.memory, (to + 1) * n, a * n, (a + 1) * n, this.t, this.prime)
    this.sizes[to + 1] = 1
    this.add(to + 1, to + 1, to + 1)
    this.kernel.product(this.memory, to * n, work * n, (work + 1) * n, this.t, this.prime)
    this.sizes[to] = 1
  }
  neg(to: number, a: number): void {
    const m = this.memory
    const n = this.prime.n
    const from = a * n
    for (let i = to * n, k = 0; k < n; i++, k++) m[i] = -m[from + k]!
    this.sizes[to] = this.sizes[a]!
  }
  copy(to: number, from: number): void {
    const m = this.memory
    const n = this.prime.n
    const at = from * n
    for (let i = to * n, k = 0; k < n; i++, k++) m[i] = m[at + k]!
    this.sizes[to] = this.sizes[from]!
  }
  select(to: number, bit: number, yes: number, no: number): void {
    const m = this.memory
    const n = this.prime.n
    const one = yes * n
    const other = no * n
    for (let i = to * n, k = 0; k < n; i++, k++) m[i] = m[other + k]! + bit * (m[one + k]! - m[other + k]!)
    this.sizes[to] = this.sizes[yes]! > this.sizes[no]! ? this.sizes[yes]! : this.sizes[no]!
  }
  isZero(a: number): number {
    // times 1 it lies between -p and p, where zero has one form
    this.times(this.prime.one, a)
    let any = 0
    for (let i = this.count * this.prime.n, k = 0; k < this.prime.n; k++) any |= this.memory[i + k]!
    return ((any | -any) >>> 31) ^ 1
  }
  isOdd(a: number): number {
    return this.integer(a)[0]! & 1
  }
  read(to: number, octets: Uint8Array): boolean {
    if (octets.length !== this.prime.octets) throw new Error(`limbs: expected ${this.prime.octets} octets, got ${octets.length}`)
    const n = this.prime.n
    const at = (this.count + 1) * n
    limbsOf(octets, this.memory, at, n)
    // below p: what is left of it minus p is negative
    let borrow = 0
    for (let k = 0; k < n; k++) borrow = (this.memory[at + k]! - this.prime.plain[k]! + borrow) >> LIMB_BITS
    if (borrow === 0) return false
    this.sizes[this.count + 1] = 2
    this.times(this.prime.square, this.count + 1)
    this.copy(to, this.count)
    return true
  }
  write(from: number, octets: Uint8Array): void {
    const limbs = this.integer(from)
    let held = 0
    let bits = 0
    let at = octets.length - 1
    for (let k = 0; k < this.prime.n; k++) {
      for (held += limbs[k]! << bits, bits += LIMB_BITS; bits >= 8 && at >= 0; bits -= 8, held >>>= 8) octets[at--] = held
    }
    for (let k = 0; k < limbs.length; k++) limbs[k] = 0
  }
  wipe(): void {
    for (let i = 0; i < this.memory.length; i++) this.memory[i] = 0
    for (let i = 0; i < this.t.length; i++) this.t[i] = 0
  }
  /** A value of size 1 in the same slot: the multiple of p next to it, known from its two top limbs, is taken away. */
  renew(a: number): void {
    const n = this.prime.n
    const p = this.prime.p
    const m = this.memory
    const at = a * n
    const quotient = (m[at + n - 1]! * LIMB_BASE + m[at + n - 2]!) * this.prime.inverseTop
    const q = quotient + 6755399441055744 - 6755399441055744
    for (let k = 0; k < n; k++) this.t[k] = m[at + k]! - q * p[k]!
    this.kernel.carried(m, at, this.t, this.prime)
    this.sizes[a] = 1
  }
  fit(a: number, b: number): void {
    if (this.sizes[a]! + this.sizes[b]! <= SIZE_OF_SUM) return
    this.renew(a)
    this.renew(b)
  }
  larger(pair: number): number {
    return this.sizes[pair]! > this.sizes[pair + 1]! ? this.sizes[pair]! : this.sizes[pair + 1]!
  }
  renew2(pair: number): void {
    if (this.sizes[pair]! > 1) this.renew(pair)
    if (this.sizes[pair + 1]! > 1) this.renew(pair + 1)
  }
  /** Renews the larger of two pairs where their product in Fp2 would be too large. */
  fit2(a: number, b: number): void {
    if (2 * this.larger(a) * this.larger(b) > this.prime.sizeOfProduct) this.renew2(this.larger(a) > this.larger(b) ? a : b)
  }
  /** constant * a in the working slot. */
  times(constant: Float64Array, a: number): void {
    const n = this.prime.n
    const work = this.count
    if (this.sizes[a]! > this.prime.sizeOfProduct) this.renew(a)
    for (let k = 0; k < n; k++) this.memory[work * n + k] = constant[k]!
    this.kernel.product(this.memory, work * n, a * n, work * n, this.t, this.prime)
    this.sizes[work] = 1
  }
  /** The integer below p of a slot, in limbs from 0 to 2^23 - 1; secret as the slot is. */
  integer(a: number): Int32Array {
    const n = this.prime.n
    const one = new Float64Array(n)
    one[0] = 1
    this.times(one, a)
    const out = blankWords(n)
    let carry = 0
    for (let k = 0; k < n; k++) {
      const sum = this.memory[this.count * n + k]! + carry
      out[k] = k < n - 1 ? sum & (LIMB_BASE - 1) : sum
      carry = sum >> LIMB_BITS
    }
    const negative = out[n - 1]! >> 31
    carry = 0
    for (let k = 0; k < n; k++) {
      const sum = out[k]! + (this.prime.plain[k]! & negative) + carry
      out[k] = sum & (LIMB_BASE - 1)
      carry = sum >> LIMB_BITS
    }
    return out
  }
}

/** Limbs from 0 to 2^23 - 1 of big-endian octets, `n` of them from `at` on. */
function limbsOf(octets: Uint8Array, out: Float64Array | Int32Array, at: number, n: number): void {
  let held = 0
  let bits = 0
  let next = octets.length - 1
  for (let k = 0; k < n; k++) {
    for (; bits < LIMB_BITS; bits += 8) held += (next >= 0 ? octets[next--]! : 0) * (1 << bits)
    const high = Math.floor(held / LIMB_BASE)
    out[at + k] = held - high * LIMB_BASE
    held = high
    bits -= LIMB_BITS
  }
}

/** What a product needs to know of a big-endian modulus. */
export function limbPrime(modulus: Uint8Array, kernel: LimbKernel): LimbPrime {
  let bits = 8 * modulus.length
  for (let top = modulus[0]!; top < 128; top = 2 * top) bits--
  const n = bits + 8 <= LIMB_BITS ? 2 : Math.ceil((bits + 8) / LIMB_BITS)
  const plain = new Int32Array(n)
  limbsOf(modulus, plain, 0, n)
  const p = new Float64Array(n)
  for (let k = 0; k < n; k++) p[k] = plain[k]!
  carried(p, 0, p, n)
  const most = Math.floor(512 / n) - 1
  const top = p[n - 1]! * LIMB_BASE + p[n - 2]!
  const factor = minusInverse(plain[0]!)
  const next = new Float64Array(n)
  for (let k = 1; k < n; k++) next[k - 1] = factor * p[k]!
  next[0]! += (factor * p[0]! + 1) / LIMB_BASE
  carried(next, 0, next, n)
  const draft: LimbPrime = {
    octets: modulus.length, n, p, plain, factor, next, inverseTop: 1 / top, sizeOfProduct: most < 29 ? most : 29,
    square: new Float64Array(n), one: new Float64Array(n),
  }
  powersOfR(draft, new LimbMemory(draft, kernel, 3))
  return draft
}

/** -1/p mod 2^23 from p's lowest limb, by Newton's iteration: products stay below 2^46. */
function minusInverse(lowest: number): number {
  let x = 1
  for (let i = 0; i < 5; i++) {
    const twoLess = (2 - ((lowest * x) % LIMB_BASE) + LIMB_BASE) % LIMB_BASE
    x = (x * twoLess) % LIMB_BASE
  }
  return x > LIMB_BASE / 2 ? LIMB_BASE - x : -x
}

/** R mod p by doubling 1, 23 n times; R^2 = R 2^(23 n) by Montgomery's squares, which double the exponent, and doublings. */
function powersOfR(prime: LimbPrime, own: LimbMemory): void {
  const n = prime.n
  own.memory[0] = 1
  for (let i = 0; i < LIMB_BITS * n; i++) doubled(own, 0)
  for (let k = 0; k < n; k++) prime.one[k] = own.memory[k]!
  const exponent = LIMB_BITS * n
  let bit = 1
  while (bit * 2 <= exponent) bit *= 2
  for (; bit >= 1; bit = bit / 2) {
    own.mul(0, 0, 0)
    if (Math.floor(exponent / bit) % 2 === 1) doubled(own, 0)
  }
  own.renew(0)
  for (let k = 0; k < n; k++) prime.square[k] = own.memory[k]!
}

function doubled(own: LimbMemory, slot: number): void {
  own.add(slot, slot, slot)
  own.renew(slot)
}

/** Memories of a prime's elements: big-endian modulus, odd, first octet not 0, at most 1700 bits. */
export function limbSlots(modulus: Uint8Array): SlotsMaker {
  return limbSlotsBy(modulus, loopKernel)
}

/** The same with another multiplication: one that is unrolled for this number of limbs. */
export function limbSlotsBy(modulus: Uint8Array, kernel: LimbKernel): SlotsMaker {
  const prime = limbPrime(modulus, kernel)
  return (count) => new LimbMemory(prime, kernel, count)
}
