/** The hashes of RFC 5091 sections 4.1 and 4.2; the second is also the body of HashToIntegerRange, RFC 6508 section 5.1. Inputs may be secret. */
import { concat, wipe } from "../base/bytes.ts"

/** A hash function of octets to fresh octets. */
export type Hash = (data: Uint8Array) => Uint8Array

/** HashToRange before its last step: h_1 || h_2, twice the hash's octets, to be reduced mod n. The caller wipes. */
export function hashToRange(hash: Hash, s: Uint8Array): Uint8Array {
  const none = new Uint8Array(hash(new Uint8Array(0)).length)
  const h1 = joined(hash, none, s)
  const h2 = joined(hash, h1, s)
  const out = concat([h1, h2])
  wipe(h1)
  wipe(h2)
  return out
}

/** HashBytes(octets, p, hashfcn). The caller wipes. */
export function hashBytes(hash: Hash, octets: number, p: Uint8Array): Uint8Array {
  const K = hash(p)
  const out = new Uint8Array(octets)
  let h: Uint8Array = new Uint8Array(K.length)
  for (let at = 0; at < octets; at += K.length) {
    h = hash(h)
    const r = joined(hash, h, K)
    out.set(octets - at < r.length ? r.subarray(0, octets - at) : r, at)
    wipe(r)
  }
  wipe(K)
  return out
}

function joined(hash: Hash, a: Uint8Array, b: Uint8Array): Uint8Array {
  const input = concat([a, b])
  const out = hash(input)
  wipe(input)
  return out
}
