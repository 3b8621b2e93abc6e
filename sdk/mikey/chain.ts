/** Chains: payloads one after another, each naming the type of the next, RFC 3830 section 6. Messages and the lists inside what is encrypted are such chains. */
import { concat, u8 } from "../base/bytes.ts"
import { Reader } from "../base/cursor.ts"
import { refuse, type Fault } from "../base/fault.ts"
import { eskChain, innerChainOf, type Chain, type Slot } from "./grammar.ts"
import { idRole, payloadType } from "./numbers.ts"
import { idrPayload, type Idr, type Part } from "./payload.ts"
import { eccptPayload, keyDataPayload, skPayload, type KeyData, type ReadEccpt } from "./subpayload.ts"

/** Decodes the payload of a slot; `start` is the offset of its first octet (Next payload, or S type of SIGN). */
export type Take = (slot: Slot, start: number) => void

/** Walks `chain` once, with `first` as the type of the first payload, and answers the type that follows; what breaks the grammar is noted in the reader. */
export function walk(r: Reader, first: number, chain: Chain, take: Take): number {
  let next = first
  let before = false
  for (let i = 0; i < chain.slots.length; i++) {
    const slot = chain.slots[i]!
    let count = 0
    while (matches(r, next, slot) && (count === 0 || slot.occurs === "many")) {
      const start = r.at
      next = slot.type === payloadType.SIGN ? payloadType.last : r.u8("chain.Next payload")
      take(slot, start)
      count++
      if (r.fault !== undefined) return broken(r, r.fault, chain, slot)
    }
    const wanted = slot.occurs === "one" || slot.occurs === "many" || (slot.occurs === "paired" && before)
    if (count === 0 ? wanted : slot.occurs === "paired" && !before) r.fail("wire/chain", chain.name + "." + slot.name)
    if (r.fault !== undefined) return payloadType.last
    before = count > 0
  }
  return next
}

function matches(r: Reader, next: number, slot: Slot): boolean {
  if (next !== slot.type) return false
  if (slot.role === undefined) return true
  // the role is the octet after Next payload; where it is cut off, decoding says so
  const role = r.octets[r.at + 1]
  return role === undefined || role === slot.role
}

/** Gives a Fault of a codec (`IDR.ID len`) its place in the message (`I_MESSAGE_1.IDRr.ID len`). */
function broken(r: Reader, fault: Fault, chain: Chain, slot: Slot): number {
  const dot = fault.at.indexOf(".")
  r.fault = refuse(fault.fault, chain.name + "." + slot.name + fault.at.substring(dot))
  return payloadType.last
}

/** Notes what stands after the end of a chain: another payload, or octets. */
export function close(r: Reader, next: number, chain: Chain): void {
  if (next !== payloadType.last) r.fail("wire/chain", chain.name + ".Next payload")
  if (r.at < r.octets.length) r.fail("wire/trailing", chain.name)
}

/** One private key of REQUEST_KEY_RESP with the identity that it is for. */
export interface IssuedKey {
  readonly IDRi: Idr
  readonly key: KeyData
}

/** What stood in a box or KEMAC: views into the plaintext, which its owner wipes. The grammar says which of them are there. */
export interface Inner {
  readonly IDRi: Idr
  readonly ECCPTi?: ReadEccpt
  readonly IDRr?: Idr
  readonly ECCPTr?: ReadEccpt
  readonly SK?: Uint8Array
  /** KEMAC only: every key, in the order of the wire. */
  readonly keys: readonly IssuedKey[]
}

/**
 * Parses the plaintext of the IBAKE box of a message of types 22 to 25, or of KEMAC of type 21; the first sub-payload is an IDR, its type is implied.
 * Faults: wire/short, wire/trailing, wire/chain, wire/value, curve/refused.
 */
export function parseChain(plain: Uint8Array, type: number): Inner | Fault {
  const chain = innerChainOf(type)
  if (chain === undefined) throw new Error(`parseChain: expected a data type of 21 to 25, got ${type}`)
  return parseInner(plain, chain)
}

/** Parses the plaintext of the ESK box of I_MESSAGE_2: `IDRi SK`. Faults as `parseChain`. */
export function parseEsk(plain: Uint8Array): Inner | Fault {
  return parseInner(plain, eskChain)
}

interface Draft {
  IDRi: Idr
  ECCPTi?: ReadEccpt
  IDRr?: Idr
  ECCPTr?: ReadEccpt
  SK?: Uint8Array
  keys: IssuedKey[]
}

function parseInner(plain: Uint8Array, chain: Chain): Inner | Fault {
  const r = new Reader(plain)
  const draft: Draft = { IDRi: { role: idRole.IDRi, type: 0, data: new Uint8Array(0) }, keys: [] }
  const take: Take = (slot) => fill(draft, slot, r)
  let next = walk(r, payloadType.IDR, chain, take)
  if (chain.repeats) while (next !== payloadType.last && r.fault === undefined) next = walk(r, next, chain, take)
  if (r.fault === undefined) close(r, next, chain)
  return r.fault === undefined ? draft : r.fault
}

function fill(draft: Draft, slot: Slot, r: Reader): void {
  if (slot.type === payloadType.SK) draft.SK = skPayload.decode(r)
  else if (slot.type === payloadType.KeyData) draft.keys.push({ IDRi: draft.IDRi, key: keyDataPayload.decode(r) })
  else if (slot.name === "ECCPTi") draft.ECCPTi = eccptPayload.decode(r)
  else if (slot.name === "ECCPTr") draft.ECCPTr = eccptPayload.decode(r)
  else if (slot.role === idRole.IDRr) draft.IDRr = idrPayload.decode(r)
  else draft.IDRi = idrPayload.decode(r)
}

/** Joins sub-payloads into the plaintext of a box or KEMAC: the first is an IDR, the last has Next payload 0. The result and the bodies are the caller's to wipe. */
export function buildChain(parts: readonly Part[]): Uint8Array {
  if (parts.length === 0 || parts[0]!.type !== payloadType.IDR) throw new Error("buildChain: expected an IDR as the first sub-payload")
  return concat(link(parts))
}

/** Payload octets of parts, each but SIGN with its Next payload octet before it. */
export function link(parts: readonly Part[]): Uint8Array[] {
  const out: Uint8Array[] = []
  for (let i = 0; i < parts.length; i++) {
    const sign = parts[i]!.type === payloadType.SIGN
    if (sign && i + 1 < parts.length) throw new Error("SIGN has no Next payload: expected it last")
    out.push(sign ? new Uint8Array(0) : u8(i + 1 < parts.length ? parts[i + 1]!.type : payloadType.last), parts[i]!.body)
  }
  return out
}
