/** A tolerant walk over strangers' octets for `ibake decode`: what is wrong is noted where it stands, and the rest is still read. */
import { createHash } from "node:crypto"
import { hex } from "../base/bytes.ts"

/** A field, or a group of fields; leaves cover the octets they were read from once and in order. */
export interface Field {
  field: string
  /** Offset of the first octet in its message, or in the plaintext that it is of. */
  readonly at: number
  length: number
  /** In hex; of leaves only, and not of secrets. */
  readonly octets?: string
  value?: string | number
  meaning?: string
  /** Where the field is specified. */
  readonly section?: string
  /** What was expected and what came. */
  wrong?: string
  readonly fields?: Field[]
  /** What a key opened in it; offsets begin anew. */
  opened?: Opened
}

/** The plaintext of a sealed field, or what came of trying. */
export interface Opened {
  /** Which key, or why none. */
  readonly by: string
  readonly fields: readonly Field[]
}

/** What a field says. */
export interface Telling {
  readonly value?: string | number
  readonly meaning?: string
  readonly wrong?: string
}

/** Something wrong in a tree, with its place. */
export interface Trouble {
  readonly at: number
  /** Names of the groups and the field, as in `I_MESSAGE_1.IDRr.ID len`. */
  readonly field: string
  readonly wrong: string
}

/** Reads fields into a tree. After a shortfall nothing more is read within the same bounds. */
export class Walk {
  readonly octets: Uint8Array
  at: number
  private end: number
  private short: boolean
  private out: Field[]
  private readonly sections: string[]

  constructor(octets: Uint8Array) {
    this.octets = octets
    this.at = 0
    this.end = octets.length
    this.short = false
    this.out = []
    this.sections = []
  }

  /** What was read so far. */
  get fields(): readonly Field[] {
    return this.out
  }

  /** Octets that are left within the present bounds. */
  left(): number {
    return this.short ? 0 : this.end - this.at
  }

  /** Whether reading came to an end too early. */
  get ended(): boolean {
    return this.short
  }

  /** An octet string; fewer than `n` come back where they are missing, and none after that. */
  take(field: string, n: number, tell?: (octets: Uint8Array) => Telling): Uint8Array {
    const octets = this.next(n)
    if (octets !== undefined) this.leaf(field, octets, n, hex(octets), tell)
    return octets ?? new Uint8Array(0)
  }

  /** As `take`, for what must not be shown: its SHA-256 tells two of them apart. */
  secret(field: string, n: number, meaning: string): void {
    const octets = this.next(n)
    if (octets === undefined) return
    const print = createHash("sha256").update(octets).digest("hex").slice(0, 16)
    this.leaf(field, octets, n, undefined, () => ({ value: "(secret)", meaning: `${meaning}; SHA-256 begins ${print}` }))
  }

  /** An unsigned number of `n` octets, up to 6; 0 where octets are missing. */
  number(field: string, n: number, tell?: (value: number) => Telling): number {
    const octets = this.take(field, n, (o) => ({ value: unsigned(o), ...tell?.(unsigned(o)) }))
    return octets.length === n ? unsigned(octets) : 0
  }

  /** A group of fields in a section of an RFC; within `limit` octets, if given, so that what follows is read where it should be. */
  group(field: string, section: string | undefined, body: () => string | void, limit?: number): void {
    if (this.short) return
    const [outer, end] = [this.out, this.end]
    const group: Field = { field, at: this.at, length: 0, section: section ?? this.sections.at(-1), fields: [] }
    const missing = limit === undefined ? 0 : this.at + limit - end
    if (missing > 0) group.wrong = `expected ${count(limit!)}, ${count(end - this.at)} came`
    if (limit !== undefined) this.end = Math.min(this.at + limit, end)
    this.out = group.fields!
    this.sections.push(group.section ?? "")
    // what a group is called may be known only when it was read
    group.field = body() ?? field
    if (limit !== undefined) this.leftOver(`expected the end of ${group.field} here`)
    this.sections.pop()
    outer.push(group)
    group.length = this.at - group.at
    this.out = outer
    this.end = end
    if (limit !== undefined) this.short = missing > 0
  }

  /** Octets that nothing claims, as one leaf. */
  leftOver(wrong: string, field: string = "octets left over"): void {
    const n = this.end - this.at
    if (n === 0) return
    this.short = false
    this.take(field, n, () => ({ wrong: `${wrong}, ${count(n)} came` }))
    this.short = true
  }

  /** Notes that something is not there. */
  missing(field: string, wrong: string): void {
    this.out.push({ field, at: this.at, length: 0, octets: "", section: this.sections.at(-1), wrong })
    this.short = true
  }

  private next(n: number): Uint8Array | undefined {
    if (this.short) return undefined
    const octets = this.octets.subarray(this.at, Math.min(this.at + n, this.end))
    this.at += octets.length
    return octets
  }

  private leaf(field: string, octets: Uint8Array, n: number, shown: string | undefined, tell?: (octets: Uint8Array) => Telling): void {
    const leaf: Field = { field, at: this.at - octets.length, length: octets.length, octets: shown, section: this.sections.at(-1) }
    this.short = octets.length < n
    const told = this.short ? { wrong: `expected ${count(n)}, ${octets.length === 0 ? "none" : octets.length} came` } : tell?.(octets)
    this.out.push(Object.assign(leaf, told))
  }
}

/** An unsigned big-endian number. */
export function unsigned(octets: Uint8Array): number {
  return octets.reduce((sum, o) => sum * 256 + o, 0)
}

/** So many octets, in words. */
export function count(n: number): string {
  return n === 0 ? "no octet" : n === 1 ? "1 octet" : `${n} octets`
}

/** Leaves of a tree, in order. */
export function leaves(fields: readonly Field[]): Field[] {
  return fields.flatMap((f) => (f.fields === undefined ? [f] : leaves(f.fields)))
}

/** All that is wrong in a tree, with its place. */
export function troubles(fields: readonly Field[], path: string): Trouble[] {
  return fields.flatMap((f) => {
    const field = `${path}.${f.field}`
    const own = f.wrong === undefined ? [] : [{ at: f.at, field, wrong: f.wrong }]
    return [...own, ...troubles(f.fields ?? [], field), ...troubles(f.opened?.fields ?? [], `${field} opened`)]
  })
}
