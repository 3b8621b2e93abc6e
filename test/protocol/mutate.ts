/** Seeded mutations of messages: of octets, of lengths, of chains of payloads. The same seed gives the same mutants for ever. */
import { createHash } from "node:crypto"
import { concat, copy } from "../../sdk/base/bytes.ts"

/** A number from 0 to below `n`. */
export type Random = (n: number) => number

/** Randomness that a name determines (xorshift32: for choosing, not for keys). */
export function randomOf(name: string): Random {
  let state = createHash("sha256").update(name).digest().readUInt32BE() || 1
  return (n) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % n
  }
}

/** One of a list. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)]!
}

/** Random octets, often with the first octets of a message of ours. */
export function noise(random: Random): Uint8Array {
  const out = Uint8Array.from({ length: random(600) }, () => random(256))
  if (out.length > 12 && random(4) > 0) out.set([1, pick(random, [6, 19, 20, 21, 22, 23, 24, 25]), pick(random, [5, 11, 14, 22]), 0x81])
  if (out.length > 12 && random(2) > 0) out.set([random(3), random(3)], 8)
  return out
}

/** One to four changes of octets: bits, extreme values, insertions, removals, copied stretches. */
export function scrambled(random: Random, octets: Uint8Array): Uint8Array {
  let out = copy(octets)
  for (let count = 1 + random(4); count > 0 && out.length > 4; count--) {
    const at = random(out.length)
    const kind = random(6)
    if (kind === 0) out[at]! ^= 1 << random(8)
    else if (kind === 1) out[at] = pick(random, [0, 1, 0x7f, 0x80, 0xff])
    else if (kind === 2) out[at]! += pick(random, [1, 255])
    else if (kind === 3) out = concat([out.subarray(0, at), noise(random).subarray(0, 1 + random(8)), out.subarray(at)])
    else if (kind === 4) out = concat([out.subarray(0, at), out.subarray(Math.min(out.length, at + 1 + random(8)))])
    else out = concat([out.subarray(0, at), out.subarray(random(at + 1))])
  }
  return out
}

/** A payload as it stands: its type, and its octets less the Next payload octet. */
export interface Raw {
  readonly type: number
  readonly body: Uint8Array
}

/** A message in pieces: header less first Next payload, then payloads. */
export interface Pieces {
  readonly head: Uint8Array
  readonly payloads: readonly Raw[]
}

/** Where a payload's two-octet length stands in its body, by type; -1: it has none. */
const lengthAt: { readonly [type: number]: number } = { 1: 1, 10: 2, 14: 2, 21: 1, 22: 0, 23: 0 }

/** Octets of a body at the start of `rest`. */
function bodyLength(type: number, rest: Uint8Array): number {
  if (type === 5) return rest[0] === 2 ? 5 : 9
  if (type === 11) return 1 + rest[0]!
  if (type === 9) return 33
  if (type === 12) return 3
  const at = lengthAt[type]!
  return at + 2 + rest[at]! * 256 + rest[at + 1]! + (type === 1 ? 1 : 0)
}

/** Takes a good message apart, knowing nothing of its grammar. */
export function apart(octets: Uint8Array, headOctets: number): Pieces {
  const payloads: Raw[] = []
  let type = octets[2]!
  for (let at = headOctets; type !== 0; ) {
    const body = octets.subarray(at + 1, at + 1 + bodyLength(type, octets.subarray(at + 1)))
    payloads.push({ type, body })
    type = octets[at]!
    at += 1 + body.length
  }
  return { head: octets.subarray(0, headOctets), payloads }
}

/** Puts pieces together; each payload names the type of the next. */
export function together(pieces: Pieces): Uint8Array {
  const head = copy(pieces.head)
  head[2] = pieces.payloads[0]?.type ?? 0
  return concat([head, ...pieces.payloads.flatMap((raw, i) => [Uint8Array.of(pieces.payloads[i + 1]?.type ?? 0), raw.body])])
}

/** A change of the chain: payloads dropped, doubled, swapped, spliced from another message, retyped, their lengths off by one, their values extreme. */
export function rechained(random: Random, pieces: Pieces, other: Pieces): Uint8Array {
  const list = pieces.payloads.slice()
  for (let count = 1 + random(2); count > 0 && list.length > 1; count--) {
    const at = random(list.length)
    const kind = random(7)
    if (kind === 0) list.splice(at, 1)
    else if (kind === 1) list.splice(random(list.length + 1), 0, list[at]!)
    else if (kind === 2) list.splice(random(list.length), 0, ...list.splice(at, 1))
    else if (kind === 3) list.splice(at, random(2), pick(random, other.payloads))
    else if (kind === 4) list[at] = { type: pick(random, [0, 1, 4, 5, 9, 10, 11, 14, 20, 21, 22, 23, 24, 25, 255]), body: list[at]!.body }
    else if (kind === 5) list[at] = lengthened(random, list[at]!)
    else list[at] = { type: list[at]!.type, body: extreme(random, list[at]!.body) }
  }
  return together({ head: random(4) === 0 ? extreme(random, pieces.head) : pieces.head, payloads: list })
}

function lengthened(random: Random, raw: Raw): Raw {
  const at = lengthAt[raw.type]
  const body = copy(raw.body)
  if (at === undefined) body[0]! += pick(random, [1, 255])
  else if (random(3) === 0) body.set(pick(random, [[0, 0], [255, 255], [128, 0]]), at)
  else body[at + 1]! += pick(random, [1, 255])
  return { type: raw.type, body }
}

function extreme(random: Random, octets: Uint8Array): Uint8Array {
  const body = copy(octets)
  const from = random(body.length)
  body.fill(pick(random, [0, 255, 128]), from, from + 1 + random(4))
  return body
}
