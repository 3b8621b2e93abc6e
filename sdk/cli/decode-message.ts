/** A MIKEY message as an annotated tree, for `ibake decode`: RFC 3830 section 6.1 and what follows; and what the strict parser of this SDK says of it. */
import { isFault, type Fault } from "../base/fault.ts"
import { parse } from "../mikey/message.ts"
import * as names from "./decode-names.ts"
import { named } from "./decode-names.ts"
import { nextPayload, readChain } from "./decode-payloads.ts"
import { troubles, Walk, type Field, type Trouble } from "./decode-walk.ts"

/** A message that was looked at. */
export interface Decoded {
  readonly octets: Uint8Array
  /** Data type in the RFCs' words. */
  readonly name: string
  readonly fields: readonly Field[]
  /** What is wrong, in order. */
  readonly troubles: readonly Trouble[]
  /** What this SDK's own parser, which a device uses, says. */
  readonly strict: "accepted" | Refused
}

/** A Fault of the strict parser, with its offset where the tree has its field. */
export interface Refused extends Fault {
  readonly offset?: number
}

/** Looks at strangers' octets; never throws, and covers every octet with one leaf. */
export function decodeMessage(octets: Uint8Array): Decoded {
  const w = new Walk(octets)
  readChain(w, header(w))
  const name = names.dataTypes[octets[1] ?? -1] ?? "message"
  const verdict = parse(octets, octets.length)
  const strict = isFault(verdict) ? { ...verdict, offset: placeOf(w.fields, verdict.at) } : "accepted"
  return { octets, name, fields: w.fields, troubles: troubles(w.fields, name), strict }
}

function header(w: Walk): number {
  let next = 0
  w.group("HDR", "RFC 3830 6.1", () => {
    w.number("version", 1, (value) => (value === 1 ? {} : { wrong: `expected 1, came ${value}` }))
    w.number("data type", 1, named(names.dataTypes))
    next = nextPayload(w)
    w.number("V, PRF func", 1, (value) => {
      const told = named(names.prfFuncs)(value & 0x7f)
      return { ...told, meaning: `V ${value >> 7}, PRF func ${value & 0x7f} ${told.meaning}` }
    })
    w.take("CSB ID", 4)
    const count = w.number("#CS", 1)
    const type = w.number("CS ID map type", 1, named(names.mapTypes))
    map(w, count, type)
  })
  return next
}

/** CS ID map info, RFC 3830 section 6.1.1, RFC 4563, RFC 6043 section 6.1.1. */
function map(w: Walk, count: number, type: number): void {
  if (type === 1) return
  for (let i = 0; i < count && !w.ended; i++) {
    if (w.left() === 0) return w.missing(`crypto session ${i + 1}`, `expected ${count} crypto sessions as #CS says, ${i} came`)
    if (type === 0) w.group(`crypto session ${i + 1}`, "RFC 3830 6.1.1", () => srtpId(w))
    else if (type === 2) w.group(`crypto session ${i + 1}`, "RFC 6043 6.1.1", () => genericId(w))
  }
}

function srtpId(w: Walk): void {
  w.number("Policy_no", 1)
  w.take("SSRC", 4)
  w.number("ROC", 4)
}

function genericId(w: Walk): void {
  w.number("CS ID", 1)
  w.number("Prot type", 1, named(names.protTypes))
  const flags = w.number("S, #P", 1, (value) => ({ meaning: `S ${value >> 7}, ${value & 0x7f} policies` }))
  w.take("Ps", flags & 0x7f)
  const length = w.number("Session Data Length", 2, (value) => {
    const allowed = flags >= 0x80 ? [0, 10] : [0, 4]
    return allowed.includes(value) ? {} : { wrong: `expected ${allowed.join(" or ")}, came ${value}` }
  })
  if (length > 0) w.group("Session Data", undefined, () => sessionData(w, flags >= 0x80), length)
  w.take("SPI", w.number("SPI Length", 1), () => ({ meaning: "MKI" }))
}

function sessionData(w: Walk, withRoc: boolean): void {
  w.take("SSRC", 4)
  if (!withRoc) return
  w.number("ROC", 4)
  w.number("SEQ", 2)
}

/** Offset of the field that a Fault of the strict parser names, as far as both call it alike. */
function placeOf(fields: readonly Field[], at: string): number | undefined {
  const words = at.split(".").slice(at.startsWith("HDR") ? 0 : 1)
  let found: Field | undefined
  let within = fields
  for (const word of words) {
    const next: Field | undefined = deep(within, word)
    if (next === undefined) break
    found = next
    within = next.fields ?? []
  }
  return found?.at
}

function deep(fields: readonly Field[], name: string): Field | undefined {
  const here = fields.find((f) => f.field === name || f.field.split(", ").includes(name))
  if (here !== undefined) return here
  for (const f of fields) {
    const below = deep(f.fields ?? [], name)
    if (below !== undefined) return below
  }
  return undefined
}
