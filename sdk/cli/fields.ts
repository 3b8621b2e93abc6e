/** Reading a JSON file that a user wrote: every wrong field is named, with what was expected. Throws `Error` in one line, for the command to print. */
import { unhex } from "../base/bytes.ts"
import { identity, type Identity, type ParameterSet } from "../ibake/identity.ts"
import { setOf, whole } from "../kms/sets.ts"

/** An object of the file, by its path in it; asking for a field marks it as known. */
export class Fields {
  private readonly value: Record<string, unknown>
  private readonly path: string
  private readonly known: Set<string>

  constructor(value: unknown, path: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${path === "" ? "FILE" : path}: expected an object`)
    this.value = value as Record<string, unknown>
    this.path = path
    this.known = new Set()
  }

  has(name: string): boolean {
    this.known.add(name)
    return this.value[name] !== undefined
  }

  /** Octets in hex; so many of them, where `octets` says. */
  hex(name: string, octets?: number): Uint8Array {
    return octetsOf(this.of(name), this.at(name), octets)
  }

  whole(name: string, from: number, to: number): number {
    const value = this.of(name)
    if (!whole(value, from, to)) throw new Error(`${this.at(name)}: expected a whole number from ${from} to ${to}`)
    return value
  }

  /** UTC seconds, with a fraction if there is one. */
  seconds(name: string): number {
    const value = this.of(name)
    if (typeof value !== "number" || !(value >= 0 && value < 4294967296)) throw new Error(`${this.at(name)}: expected UTC seconds from 0 to 2^32 - 1`)
    return value
  }

  /** ASCII text, without control characters. */
  text(name: string): string {
    const value = this.of(name)
    if (typeof value !== "string" || !/^[ -~]+$/.test(value)) throw new Error(`${this.at(name)}: expected ASCII text`)
    return value
  }

  /** One of a few words. */
  word<W extends string>(name: string, words: readonly W[]): W {
    const found = words.find((word) => word === this.of(name))
    if (found === undefined) throw new Error(`${this.at(name)}: expected ${words.map((word) => `"${word}"`).join(" or ")}`)
    return found
  }

  /** True where the field says so; false or nothing is false. */
  flag(name: string): boolean {
    const value = this.has(name) ? this.of(name) : false
    if (typeof value !== "boolean") throw new Error(`${this.at(name)}: expected true or false`)
    return value
  }

  /** A URI as text, or `{"type": 0, "uri": text}` for a NAI. */
  identity(name: string): Identity {
    return identityOf(this.of(name), this.at(name))
  }

  /** The items of a list of at least `least`. */
  list<T>(name: string, least: number, item: (value: unknown, at: string) => T): T[] {
    const value = this.of(name)
    if (!Array.isArray(value) || value.length < least) throw new Error(`${this.at(name)}: expected a list${least > 0 ? ` of at least ${least}` : ""}`)
    return value.map((one, i) => item(one, `${this.at(name)}[${i}]`))
  }

  object(name: string): Fields {
    return new Fields(this.of(name), this.at(name))
  }

  /** Ends the reading: a field that nobody asked for is a slip of the pen. */
  close(): void {
    const stray = Object.keys(this.value).find((name) => !this.known.has(name))
    if (stray !== undefined) throw new Error(`${this.at(stray)}: this field is not known here; expected ${[...this.known].join(", ")}`)
  }

  private of(name: string): unknown {
    if (!this.has(name)) throw new Error(`${this.at(name)}: this field is missing`)
    return this.value[name]
  }

  private at(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`
  }
}

/** Octets of a hex string. */
export function octetsOf(value: unknown, at: string, octets?: number): Uint8Array {
  const out = typeof value === "string" ? unhex(value) : undefined
  if (out === undefined || (octets !== undefined && out.length !== octets)) throw new Error(`${at}: expected ${octets === undefined ? "octets" : `${octets} octets`} in hex`)
  return out
}

/** An identity, normalised. */
export function identityOf(value: unknown, at: string): Identity {
  if (typeof value !== "string") {
    const fields = new Fields(value, at)
    const type = fields.whole("type", 0, 1)
    const text = fields.has("uri") ? (value as { uri: unknown }).uri : undefined
    fields.close()
    return named(text, type, `${at}.uri`)
  }
  return named(value, 1, at)
}

function named(value: unknown, type: number, at: string): Identity {
  const id = typeof value === "string" ? identity(value, type) : undefined
  if (id === undefined || "fault" in id) throw new Error(`${at}: expected an identity of 1 to 255 octets`)
  return id
}

/** A parameter set, in the fields of a key fill. */
export function parameterSetOf(value: unknown, at: string): ParameterSet {
  const set = setOf(value)
  if (typeof set === "string") throw new Error(`${at}: ${set}`)
  return set
}
