/** PRF-HMAC-SHA-256: RFC 3830 section 4.1.2 with HMAC-SHA-256 and 256 in place of 160, RFC 6043 section 6.1. */
import { blank, concat, copy, u32, u8, wipe, xorInto } from "../base/bytes.ts"
import type { Sym } from "../sym/sym.ts"
import { prfFunc } from "./numbers.ts"

/** A MIKEY PRF; structurally the Prf that a profile names. */
export interface MikeyPrf {
  readonly func: number
  derive(inkey: Uint8Array, label: Uint8Array, octets: number): Uint8Array
}

/** Octets of a block of inkey and of an HMAC: both 256 bits. */
const BLOCK = 32

/** PRF func 1. `inkey` is cut into blocks of 32 octets, the last may be shorter; the result is the caller's to wipe, what comes between is wiped here. */
export function prf256(sym: Sym): MikeyPrf {
  return { func: prfFunc, derive: (inkey, label, octets) => derive(sym, inkey, label, octets) }
}

/** Label of a derivation: constant || cs_id || csb_id || RAND; cs_id is 0xFF where no crypto session is meant. */
export function prfLabel(constant: number, csId: number, csbId: number, RAND: Uint8Array): Uint8Array {
  return concat([u32(constant), u8(csId), u32(csbId), RAND])
}

function derive(sym: Sym, inkey: Uint8Array, label: Uint8Array, octets: number): Uint8Array {
  if (inkey.length === 0) throw new Error("PRF: expected an inkey of at least one octet, got none")
  const m = Math.ceil(octets / BLOCK)
  const wide = blank(m * BLOCK)
  for (let at = 0; at < inkey.length; at += BLOCK) {
    const end = at + BLOCK < inkey.length ? at + BLOCK : inkey.length
    addP(sym, inkey.subarray(at, end), label, wide)
  }
  const out = copy(wide.subarray(0, octets))
  wipe(wide)
  return out
}

/** XORs P(s, label, m) into `wide`, m blocks long. */
function addP(sym: Sym, s: Uint8Array, label: Uint8Array, wide: Uint8Array): void {
  let A = copy(label)
  for (let at = 0; at < wide.length; at += BLOCK) {
    const next = sym.hmacSha256(s, A)
    wipe(A)
    A = next
    const data = concat([A, label])
    const block = sym.hmacSha256(s, data)
    xorInto(wide.subarray(at, at + BLOCK), block)
    wipe(data)
    wipe(block)
  }
  wipe(A)
}
