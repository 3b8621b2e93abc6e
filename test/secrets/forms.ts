/** The forms in which a machine may hold a secret: octets either way round, words of hashes and of divisions, and limbs of elements, plain or Montgomery's. */
import { bytesToNumberBE } from "@noble/curves/utils.js"
import { hex } from "../../sdk/base/bytes.ts"

/** Octets that memory must not hold, and what they are. */
export interface Pattern {
  readonly name: string
  readonly octets: Uint8Array
}

/** Octets that are looked for at once: so many are nowhere by chance. */
const WINDOW = 16

/** Windows over what a secret is in one form, `step` octets apart: a piece that is left is found too. */
function windows(name: string, held: Uint8Array, step: number, size: number = WINDOW): Pattern[] {
  const out: Pattern[] = []
  for (let at = 0; at + size <= held.length; at += step) out.push({ name, octets: Uint8Array.from(held.subarray(at, at + size)) })
  return out
}

/** Octets as they are, back to front, as a key within HMAC's two pads (RFC 2104), and in words as a hash takes them in, wherever a word begins. */
export function octetForms(name: string, secret: Uint8Array): Pattern[] {
  const out = [...windows(`${name}, octets`, secret, 8), ...windows(`${name}, octets back to front`, Uint8Array.from(secret).reverse(), 8)]
  for (const pad of [0x36, 0x5c]) out.push(...windows(`${name}, in a pad of HMAC`, secret.map((octet) => octet ^ pad), 8))
  for (let from = 0; from < 4; from++) {
    const words = Buffer.from(secret.subarray(from, from + 4 * Math.floor((secret.length - from) / 4))).swap32()
    out.push(...windows(`${name}, words`, words, 8))
  }
  return out
}

/** Digits that a machine picks by: four bits of a secret in each octet. */
export function digitForms(name: string, digits: Uint8Array): Pattern[] {
  return windows(`${name}, octets`, digits, 16, 32)
}

/** A scalar in words of 14 bits, as digits.ts divides. */
export function scalarForms(name: string, scalar: Uint8Array): Pattern[] {
  return windows(`${name}, words of 14 bits`, octetsOf(limbs(bytesToNumberBE(scalar), 14, Math.ceil((8 * scalar.length) / 14), "plain"), "words"), 8)
}

/** An element: limbs of 23 bits in doubles and in words, and of 28 bits in words; itself and its Montgomery form, and what they are less or more p. */
export function elementForms(name: string, element: Uint8Array, modulus: Uint8Array): Pattern[] {
  const p = bytesToNumberBE(modulus)
  const out: Pattern[] = []
  for (const bits of [23, 28] as const) {
    const n = limbCount(modulus, bits)
    const value = bytesToNumberBE(element)
    for (const [form, v] of [["plain", value], ["Montgomery's", (value << BigInt(bits * n)) % p]] as const)
      for (const more of [0n, -p, p])
        for (const digits of ["plain", "balanced"] as const) {
          if (digits === "plain" && v + more < 0n) continue
          const list = limbs(v + more, bits, n, digits)
          const what = `${name}, ${form} limbs of ${bits} bits`
          out.push(...windows(`${what} in words`, octetsOf(list, "words"), 4))
          if (bits === 23) out.push(...windows(`${what} in doubles`, octetsOf(list, "doubles"), 8, 24))
        }
  }
  return out
}

/** As limbs.ts and wasm-prime.ts count them. */
function limbCount(modulus: Uint8Array, bits: 23 | 28): number {
  const length = bytesToNumberBE(modulus).toString(2).length + 8
  return bits === 23 ? Math.ceil(length / 23) : 2 * Math.ceil(length / 56)
}

function limbs(value: bigint, bits: number, count: number, form: "plain" | "balanced"): number[] {
  const base = 1n << BigInt(bits)
  const out: number[] = []
  for (let left = value, k = 0; k < count; k++) {
    let limb = k === count - 1 ? left : ((left % base) + base) % base
    if (form === "balanced" && k < count - 1 && limb >= base / 2n) limb -= base
    out.push(Number(limb))
    left = (left - limb) / base
  }
  return out
}

function octetsOf(list: readonly number[], as: "words" | "doubles"): Uint8Array {
  return new Uint8Array(as === "words" ? Int32Array.from(list).buffer : Float64Array.from(list).buffer)
}

/** Many patterns at once, in one pass: where three octets of a pattern stand, the rest is compared. */
export class Finder {
  private readonly marks = new Uint8Array(1 << 21)
  private readonly byMark = new Map<number, { readonly pattern: Pattern; readonly anchor: number }[]>()
  constructor(patterns: readonly Pattern[]) {
    const known = new Set<string>()
    for (const pattern of patterns) {
      const text = hex(pattern.octets)
      // a piece of a secret that is all zeros, or twice there, says nothing
      if (known.has(text) || new Set(pattern.octets).size < 5) continue
      known.add(text)
      const anchor = richest(pattern.octets)
      const mark = markAt(pattern.octets, anchor)
      this.marks[mark >> 3]! |= 1 << (mark & 7)
      const list = this.byMark.get(mark) ?? []
      this.byMark.set(mark, [...list, { pattern, anchor }])
    }
  }
  /** Adds the names of what `memory` holds. */
  search(memory: Uint8Array, found: Set<string>): void {
    const { marks } = this
    let mark = memory[0]! | (memory[1]! << 8)
    for (let at = 0; at + 2 < memory.length; at++) {
      mark |= memory[at + 2]! << 16
      if ((marks[mark >> 3]! & (1 << (mark & 7))) !== 0) this.compare(memory, at, mark, found)
      mark >>>= 8
    }
  }
  private compare(memory: Uint8Array, at: number, mark: number, found: Set<string>): void {
    for (const { pattern, anchor } of this.byMark.get(mark)!) {
      const from = at - anchor
      let k = from < 0 || from + pattern.octets.length > memory.length ? -1 : 0
      while (k >= 0 && k < pattern.octets.length && memory[from + k] === pattern.octets[k]) k++
      if (k === pattern.octets.length) found.add(pattern.name)
    }
  }
}

function markAt(octets: Uint8Array, at: number): number {
  return octets[at]! | (octets[at + 1]! << 8) | (octets[at + 2]! << 16)
}

/** Where three octets stand that are least like zeros and each other. */
function richest(octets: Uint8Array): number {
  let best = 0
  let most = 0
  for (let at = 0; at + 2 < octets.length; at++) {
    const distinct = new Set([0, 0xff, octets[at]!, octets[at + 1]!, octets[at + 2]!]).size
    if (distinct > most) [best, most] = [at, distinct]
  }
  return best
}
