/**
 * An atomic store over files that are not: Espruino's Storage erases a file before it writes it anew, and a Linux without fsync promises no order. Each value
 * has two files; a put writes the one that is not current, reads it back, and only then lets go of the other. A file is `count(4) || CRC-32(4) || value`; of
 * two good files that of the higher count is the value. A power cut leaves the old value or the new.
 */
import type { Store } from "../../sdk/port.ts"
import { isName } from "./names.ts"
import { wipe } from "./octets.ts"

/** What holds files; names are at most 28 ASCII characters, upper and lower case apart. */
export interface Files {
  /** Octets of a file, in memory that is the caller's; undefined where there is none. */
  read(name: string): Uint8Array | undefined
  /** Makes or replaces a file; false when it could not, whatever the file is then. */
  write(name: string, octets: Uint8Array): boolean
  erase(name: string): void
}

const HEAD = 8
const LOWER = "abcdefghijklmnopqrstuvwxyz0123456789._-"
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!$%&()+,;=@^~"

interface Found {
  readonly file: string
  readonly count: number
  readonly value: Uint8Array
}

/** The store; `sealed` is what the board says of its files. */
export function slotStore(files: Files, sealed: boolean): Store {
  return {
    sealed,
    get(name): Uint8Array | undefined {
      const found = isName(name) ? current(files, name) : undefined
      return found === undefined ? undefined : found.value
    },
    put: (name, value) => isName(name) && put(files, name, value),
    remove(name): void {
      if (!isName(name)) return
      // the stale one first, or a power cut between the two would bring it back
      const found = current(files, name)
      const first = found === undefined || found.file !== name ? name : other(name)
      files.erase(first)
      files.erase(first === name ? other(name) : name)
    },
  }
}

function put(files: Files, name: string, value: Uint8Array): boolean {
  const old = current(files, name)
  const file = old !== undefined && old.file === name ? other(name) : name
  const count = old === undefined ? 1 : (old.count + 1) >>> 0
  const octets = new Uint8Array(HEAD + value.length)
  octets.set(value, HEAD)
  put32(octets, 0, count)
  put32(octets, 4, crc32(octets, value.length))
  const written = files.write(file, octets)
  const back = written ? read(files, file) : undefined
  const good = back !== undefined && back.count === count && same(back.value, value)
  wipe(octets)
  if (back !== undefined) wipe(back.value)
  if (good && old !== undefined) files.erase(old.file)
  if (!good) files.erase(file)
  if (old !== undefined) wipe(old.value)
  return good
}

/** The good file of a name with the higher count. */
function current(files: Files, name: string): Found | undefined {
  const a = read(files, name)
  const b = read(files, other(name))
  if (a === undefined || b === undefined) return a === undefined ? b : a
  // counts are one apart, across 2^32 too
  const later = ((a.count - b.count) | 0) > 0 ? a : b
  wipe(later === a ? b.value : a.value)
  return later
}

function read(files: Files, file: string): Found | undefined {
  const octets = files.read(file)
  if (octets === undefined) return undefined
  const good = octets.length >= HEAD && get32(octets, 4) === crc32(octets, octets.length - HEAD)
  const value = new Uint8Array(good ? octets.length - HEAD : 0)
  for (let i = 0; i < value.length; i++) value[i] = octets[HEAD + i]!
  const count = good ? get32(octets, 0) : 0
  wipe(octets)
  return good ? { file, count, value } : undefined
}

/** The other file of a name: its first character in another alphabet, which no name has. */
function other(name: string): string {
  return UPPER.charAt(LOWER.indexOf(name.charAt(0))) + name.substring(1)
}

/** CRC-32 of the count and the value, as in zip. */
function crc32(octets: Uint8Array, length: number): number {
  let sum = -1
  for (let i = -4; i < length; i++) {
    sum ^= i < 0 ? octets[i + 4]! : octets[HEAD + i]!
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return ~sum >>> 0
}

function put32(octets: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) octets[at + i] = value >>> (24 - 8 * i)
}

function get32(octets: Uint8Array, at: number): number {
  let out = 0
  for (let i = 0; i < 4; i++) out = out * 256 + octets[at + i]!
  return out
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}
