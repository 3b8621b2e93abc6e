/** A simulated store: it outlives power cuts, and can be small, full or damaged. */
import type { Store } from "../../sdk/port.ts"
import type { Dice } from "./random.ts"

/** The store of a virtual board, with what a test may do to it and read off it. */
export interface Flash extends Store {
  /** Octets of names and values together; a put beyond it is refused. */
  capacity: number
  /** While true every put is refused. */
  full: boolean
  /** Writes and removals so far: wear. */
  puts: number
  removes: number
  /** Names that hold a value, sorted. */
  names(): string[]
  /** Flips a bit or cuts the end off a value, as the dice fall; false when there is none. */
  damage(name: string): boolean
}

/** Names are at most 28 characters of [a-z0-9._-]. */
const NAME = /^[a-z0-9._-]{1,28}$/

/** An empty store; `sealed` is what it claims to be. */
export function flash(sealed: boolean, capacity: number, source: Dice): Flash {
  const values = new Map<string, Uint8Array>()
  const size = (name: string): number => (values.has(name) ? name.length + values.get(name)!.length : 0)
  const used = (): number => [...values.keys()].reduce((sum, name) => sum + size(name), 0)
  return {
    sealed, capacity, full: false, puts: 0, removes: 0,
    get(name): Uint8Array | undefined {
      const value = values.get(name)
      return value === undefined ? undefined : new Uint8Array(value)
    },
    put(name, value): boolean {
      if (!NAME.test(name) || this.full) return false
      if (used() - size(name) + name.length + value.length > this.capacity) return false
      values.set(name, new Uint8Array(value))
      this.puts++
      return true
    },
    remove(name): void {
      if (values.delete(name)) this.removes++
    },
    names: () => [...values.keys()].sort(),
    damage(name): boolean {
      const value = values.get(name)
      if (value === undefined || value.length === 0) return false
      const at = Math.floor(source.roll() * value.length)
      if (source.chance(0.5)) values.set(name, value.slice(0, at))
      else value[at]! ^= 1 << Math.floor(source.roll() * 8)
      return true
    },
  }
}
