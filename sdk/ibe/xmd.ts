/** expand_message_xmd of RFC 9380 section 5.3.1 over SHA-256. */
import { blank, concat, u16, u8, wipe, xorInto } from "../base/bytes.ts"
import type { Sym } from "../sym/sym.ts"

/** `octets` uniform octets (at most 8160) of a message, which may be secret, under a domain separation tag of 1 to 255 octets. The caller wipes. */
export function expandMessageXmd(sym: Sym, message: Uint8Array, tag: Uint8Array, octets: number): Uint8Array {
  if (tag.length < 1 || tag.length > 255) throw new Error(`expandMessageXmd: expected a tag of 1 to 255 octets, got ${tag.length}`)
  if (octets < 1 || octets > 8160) throw new Error(`expandMessageXmd: expected 1 to 8160 octets to be asked for, got ${octets}`)
  const tagPrime = concat([tag, u8(tag.length)])
  const b0 = hashAndWipe(sym, concat([new Uint8Array(64), message, u16(octets), u8(0), tagPrime]))
  const out = blank(octets)
  let bi: Uint8Array = new Uint8Array(32)
  for (let i = 1, at = 0; at < octets; i++, at += 32) {
    xorInto(bi, b0)
    const input = concat([bi, u8(i), tagPrime])
    wipe(bi)
    bi = hashAndWipe(sym, input)
    out.set(octets - at < 32 ? bi.subarray(0, octets - at) : bi, at)
  }
  wipe(b0)
  wipe(bi)
  return out
}

/** The hash of an input that is used up. */
export function hashAndWipe(sym: Sym, input: Uint8Array): Uint8Array {
  const out = sym.sha256(input)
  wipe(input)
  return out
}
