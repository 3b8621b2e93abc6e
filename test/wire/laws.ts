/** What holds for every codec, tried on random values and on octets of strangers: nothing throws, and nothing that is read says another thing than was written. */
import assert from "node:assert/strict"
import fc from "fast-check"
import { concat, hex } from "../../sdk/base/bytes.ts"
import { Reader } from "../../sdk/base/cursor.ts"

/** A codec with the values that it is for. */
export interface Codec<X> {
  readonly values: fc.Arbitrary<X>
  readonly encode: (value: X) => Uint8Array
  /** Undefined for octets that are refused. */
  readonly decode: (octets: Uint8Array) => X | undefined
  /** The octets as they are written where a reader ignores some of them; absent: as they stand. */
  readonly written?: (octets: Uint8Array) => Uint8Array
  /** `one`: a value has one form, and no other is read; `many`: other forms of it are read too, as JSON's; `sealed`: no change goes unseen. */
  readonly form: "one" | "many" | "sealed"
  /** Values of each law. */
  readonly runs: number
}

/** A decoder of octets from one that reads on: what is noted in the reader, or left in it, is refused. */
export function wholly<X>(decode: (r: Reader) => X): (octets: Uint8Array) => X | undefined {
  return (octets) => {
    const r = new Reader(octets)
    const value = decode(r)
    return r.fault === undefined && r.at === octets.length ? value : undefined
  }
}

/** One change of octets at a place that is counted round. */
export interface Edit {
  readonly at: number
  readonly octet: number
  readonly kind: "set" | "flip" | "insert" | "remove" | "splice"
}

/** One to four changes. */
export const edits: fc.Arbitrary<Edit[]> = fc.array(fc.record({ at: fc.nat(), octet: fc.nat(255), kind: fc.constantFrom("set", "flip", "insert", "remove", "splice") }), { minLength: 1, maxLength: 4 })

/** Octets with changes. */
export function edited(octets: Uint8Array, changes: readonly Edit[]): Uint8Array {
  const list = Array.from(octets)
  for (const { at, octet, kind } of changes) {
    const i = at % (list.length || 1)
    if (kind === "set") list[i] = octet
    if (kind === "flip") list[i] = (list[i] ?? 0) ^ (1 << (octet & 7))
    if (kind === "insert") list.splice(i, 0, octet)
    if (kind === "remove") list.splice(i, 1)
    if (kind === "splice") list.splice(i, octet % 32)
  }
  return Uint8Array.from(list)
}

/** Values without typed arrays, so that views and copies compare alike; what is undefined is not there. */
export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, each: unknown) => (each instanceof Uint8Array ? hex(each) : each)) ?? "null")
}

/** decode(encode(x)) = x, and again encode of that. */
export function comesBack<X>(codec: Codec<X>): void {
  fc.assert(fc.property(codec.values, (value) => {
    const octets = codec.encode(value)
    const back = codec.decode(octets)
    assert.ok(back !== undefined, `refused: ${hex(octets)}`)
    assert.deepEqual(plain(back), plain(value))
    assert.equal(hex(codec.encode(back)), hex(octets))
  }), { numRuns: codec.runs })
}

/** encode(decode(b)) = b, or b is refused: for what was written and then changed, and for noise. */
export function standsOrFalls<X>(codec: Codec<X>): void {
  let taken = 0
  const changed = fc.tuple(codec.values, edits).map(([value, changes]) => edited(codec.encode(value), changes))
  fc.assert(fc.property(fc.oneof({ weight: 4, arbitrary: changed }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) }), (octets) => {
    const before = hex(octets)
    const value = codec.decode(octets)
    assert.equal(hex(octets), before, "a decoder changes nothing")
    if (value === undefined) return
    taken++
    const again = codec.encode(value)
    if (codec.form === "many") assert.deepEqual(plain(codec.decode(again)), plain(value))
    else assert.equal(hex(again), hex(codec.written === undefined ? octets : codec.written(octets)))
  }), { numRuns: codec.runs })
  // an edit may put back what it took away, so the sealed are not counted: what they take they wrote
  if (codec.form !== "sealed") assert.ok(taken > 0 && taken < codec.runs, `${taken} of ${codec.runs} were read`)
}

/** A value never holds for a part of its octets, nor for more of them. */
export function isWhole<X>(codec: Codec<X>): void {
  fc.assert(fc.property(codec.values, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 }), (value, cut, more) => {
    const octets = codec.encode(value)
    if (octets.length > 0) assert.equal(codec.decode(octets.subarray(0, cut % octets.length)), undefined, `cut to ${cut % octets.length}`)
    assert.equal(codec.decode(concat([octets, more])), undefined, "with more")
  }), { numRuns: codec.runs })
}

/** The laws of a codec as tests; `ends` says whether octets tell their own end. */
export function codecLaws<X>(name: string, codec: Codec<X>, ends: "whole" | "open" = "whole"): void {
  it(`${name} comes back as it was written`, () => comesBack(codec))
  it(`${name}, changed in any way, is refused or written back as it stands`, () => standsOrFalls(codec))
  if (ends === "whole") it(`${name} is refused when it is cut or goes on`, () => isWhole(codec))
}
