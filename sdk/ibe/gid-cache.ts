/** A bounded memory of g_ID = e(P_pub, Q_id) for peers that are called again: with it an encapsulation takes neither hash nor pairing. All public. */
import { copy, equal } from "../base/bytes.ts"

/** Made by a profile and given to `bf` by value. */
export interface GidCache<GT> {
  get(parameters: Uint8Array, uid: Uint8Array): GT | undefined
  put(parameters: Uint8Array, uid: Uint8Array, gid: GT): void
}

interface Entry<GT> {
  readonly parameters: Uint8Array
  readonly uid: Uint8Array
  readonly gid: GT
}

/** Keeps the `capacity` values used last; each is 576 octets of numbers and its name. */
export function gidCache<GT>(capacity: number): GidCache<GT> {
  // used last stands first; a dozen peers are found faster by looking than by hashing
  const entries: Entry<GT>[] = []
  return {
    get(parameters: Uint8Array, uid: Uint8Array): GT | undefined {
      for (let i = 0; i < entries.length; i++) {
        const entry = entries[i]!
        if (!equal(entry.uid, uid) || !equal(entry.parameters, parameters)) continue
        entries.splice(i, 1)
        entries.unshift(entry)
        return entry.gid
      }
      return undefined
    },
    put(parameters: Uint8Array, uid: Uint8Array, gid: GT): void {
      if (capacity < 1) return
      for (let i = entries.length - 1; i >= 0; i--)
        if (equal(entries[i]!.uid, uid) && equal(entries[i]!.parameters, parameters)) entries.splice(i, 1)
      while (entries.length >= capacity) entries.pop()
      entries.unshift({ parameters: copy(parameters), uid: copy(uid), gid })
    },
  }
}
