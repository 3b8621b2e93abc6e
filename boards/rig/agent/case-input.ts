/** What a case gives to its operation and what comes of it. The dialect is the device's. */
import { unhex } from "../../../sdk/base/bytes.ts"
import { utf8 } from "../../../sdk/base/utf8.ts"

/** Octets in hex, text, numbers. */
export type Input = { readonly [name: string]: string | number }

/** What an operation came to: `out`, or a fault. */
export type Result = { readonly out: unknown } | { readonly fault: string }

/** The fault of a case. */
export function refused(fault: string): Result {
  return { fault }
}

// a case whose input lacks something is the author's mistake, and thrown

/** Octets in hex of an input. */
export function octets(input: Input, name: string): Uint8Array {
  const out = unhex(string(input, name))
  if (out === undefined) throw new Error("case: expected hex in " + name)
  return out
}

/** A text of an input. */
export function string(input: Input, name: string): string {
  const value = input[name]
  if (typeof value !== "string") throw new Error("case: expected a string in " + name)
  return value
}

/** A number of an input. */
export function count(input: Input, name: string): number {
  const value = input[name]
  if (typeof value !== "number") throw new Error("case: expected a number in " + name)
  return value
}

/** A text of an input, in UTF-8. */
export function octetsOfText(input: Input, name: string): Uint8Array {
  const id = utf8(string(input, name))
  if (id === undefined) throw new Error("case: expected text in " + name)
  return id
}
