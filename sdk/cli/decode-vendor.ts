/** General Extensions for `ibake decode`: RFC 3830 section 6.15, RFC 4567, and this SDK's own of Vendor ID type: periods, notice, lastT. */
import { text } from "../base/utf8.ts"
import { clock, extTypes, named, suites, worded } from "./decode-names.ts"
import { count, type Walk } from "./decode-walk.ts"

const OWN = "ibake"

/** Reads a General Extension behind its Next payload octet. */
export function extension(w: Walk): void {
  const type = w.number("Type", 1, (value) => ({ meaning: extTypes[value] ?? "unknown, ignored" }))
  const length = w.number("Length", 2, (value) => (value > w.left() ? { wrong: `expected at most ${w.left()}, the octets that follow, came ${value}` } : {}))
  const vendor = type === 0 && length > OWN.length && text(w.octets.subarray(w.at, w.at + OWN.length)) === OWN
  if (vendor) return w.group("Data", "PROTOCOL 6", () => own(w), length)
  w.take("Data", length, worded)
}

const kinds: { readonly [kind: number]: { readonly name: string; read(w: Walk): void } } = {
  1: { name: "periods", read: (w) => (w.number("first", 4), void w.number("count", 1, (value) => (value < 1 || value > 16 ? { wrong: `expected 1 to 16, came ${value}` } : {}))) },
  2: { name: "notice", read: notice },
  3: { name: "lastT", read: (w) => void w.take("lastT", 8, (octets) => (octets.every((o) => o === 0) ? { meaning: "none is held" } : clock(octets))) },
}

function own(w: Walk): void {
  w.take("Vendor ID", OWN.length, worded)
  const kind = w.number("kind", 1, (value) => (kinds[value] === undefined ? { wrong: `expected 1, 2 or 3, came ${value}` } : { meaning: kinds[value].name }))
  kinds[kind]?.read(w)
}

function notice(w: Walk): void {
  w.take("time", 8, clock)
  const sets = w.number("count", 1, (value) => (value === 0 ? { wrong: "expected the KMS's own set, came none" } : {}))
  for (let i = 0; i < sets && !w.ended; i++) w.group("parameter set", undefined, () => set(w))
}

function set(w: Walk): void {
  w.number("suite", 1, named(suites))
  w.number("version", 4)
  w.number("length", 4, (value) => (value === 0 ? { wrong: "expected a period of a second or more, came 0" } : { meaning: `key periods of ${value} s` }))
  w.number("offset", 4)
  w.take("KMS-URI", w.number("KMS-URI length", 1), worded)
  const hosts = w.number("n", 1, (value) => ({ meaning: value === 1 ? "1 host or identity" : `${value} hosts or identities` }))
  for (let i = 0; i < hosts && !w.ended; i++) w.take("host-or-identity", w.number("host length", 1), worded)
  const length = w.number("public-parameter length", 2)
  w.take("public-parameter", length, () => ({ meaning: count(length) }))
}
