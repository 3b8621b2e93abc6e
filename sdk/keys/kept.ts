/** Values in a board's store with 8 octets of their hash before them: what a worn or damaged store gives back is then never taken for what was put. */
import { concat, copy, equal, wipe } from "../base/bytes.ts"
import type { Store } from "../port.ts"
import type { Sym } from "../suite.ts"

const CHECK = 8

/** Keeps a value; false when the store does not take it. The copy that is made of it is wiped. */
export function keep(store: Store, sym: Sym, name: string, value: Uint8Array): boolean {
  const kept = concat([check(sym, value), value])
  const stored = store.put(name, kept)
  wipe(kept)
  return stored
}

/** A value that was kept; undefined if there is none. */
export function kept(store: Store, sym: Sym, name: string): Uint8Array | "damaged" | undefined {
  const found = store.get(name)
  if (found === undefined) return undefined
  const value = found.subarray(CHECK)
  if (found.length >= CHECK && equal(check(sym, value), found.subarray(0, CHECK))) return value
  wipe(found)
  return "damaged"
}

/** The first octets of the hash; the rest of it is wiped, for the value may be secret. */
function check(sym: Sym, value: Uint8Array): Uint8Array {
  const hash = sym.sha256(value)
  const out = copy(hash.subarray(0, CHECK))
  wipe(hash)
  return out
}
