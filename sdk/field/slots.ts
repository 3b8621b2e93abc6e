/** Slots over any Field: slow, for every result is a new object, and wiped only as far as that Field's elements can be. */
import type { Field, Slots, SlotsMaker } from "./field.ts"

/** Memories of a Field's elements. */
export function fieldSlots<E>(F: Field<E>): SlotsMaker {
  return (count) => {
    const held: E[] = []
    for (let i = 0; i < count; i++) held.push(F.zero)
    return slotsOf(F, held)
  }
}

function slotsOf<E>(F: Field<E>, held: E[]): Slots {
  return {
    add(to: number, a: number, b: number): void {
      held[to] = F.add(held[a]!, held[b]!)
    },
    sub(to: number, a: number, b: number): void {
      held[to] = F.sub(held[a]!, held[b]!)
    },
    mul(to: number, a: number, b: number): void {
      held[to] = a === b ? F.sqr(held[a]!) : F.mul(held[a]!, held[b]!)
    },
    /** Karatsuba. */
    mul2(to: number, a: number, b: number): void {
      const low = F.mul(held[a]!, held[b]!)
      const high = F.mul(held[a + 1]!, held[b + 1]!)
      const cross = F.mul(F.add(held[a]!, held[a + 1]!), F.add(held[b]!, held[b + 1]!))
      held[to] = F.sub(low, high)
      held[to + 1] = F.sub(F.sub(cross, low), high)
    },
    sqr2(to: number, a: number): void {
      const cross = F.mul(held[a]!, held[a + 1]!)
      held[to] = F.mul(F.add(held[a]!, held[a + 1]!), F.sub(held[a]!, held[a + 1]!))
      held[to + 1] = F.add(cross, cross)
    },
    neg(to: number, a: number): void {
      held[to] = F.neg(held[a]!)
    },
    copy(to: number, from: number): void {
      held[to] = held[from]!
    },
    select(to: number, bit: number, yes: number, no: number): void {
      held[to] = F.select(bit, held[no]!, held[yes]!)
    },
    isZero: (a) => (F.isZero(held[a]!) ? 1 : 0),
    isOdd: (a) => F.toOctets(held[a]!)[F.octets - 1]! & 1,
    read(to: number, octets: Uint8Array): boolean {
      const value = F.fromOctets(octets)
      if (value !== undefined) held[to] = value
      return value !== undefined
    },
    write: (from, octets) => octets.set(F.toOctets(held[from]!)),
    wipe(): void {
      for (let i = 0; i < held.length; i++) held[i] = F.zero
    },
  }
}
