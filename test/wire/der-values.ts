/** Random values of the structures of RFC 5091 section 8, integers of every form among them, with what writes and reads each. */
import fc from "fast-check"
import { concat } from "../../sdk/base/bytes.ts"
import { readCiphertextBlock, readKeyBlock, readPublicBlock, writeCiphertextBlock, writeKeyBlock, writePublicBlock, type CiphertextBlock, type PublicBlock } from "../../sdk/ibe/bf1-blocks.ts"
import { exactly } from "./arbitraries.ts"

/** A structure with its values; `integers` are those of a value in the order of the DER. */
export interface Structure<X> {
  readonly name: string
  readonly values: fc.Arbitrary<X>
  readonly write: (value: X) => Uint8Array
  readonly read: (octets: Uint8Array) => X | undefined
  readonly integers: (value: X) => readonly Uint8Array[]
}

/** Unsigned integers in so many octets: of any value, with leading zero octets before a top bit that is set or clear, 0, 1, 127, 128, and all ones. */
function unsigned(n: number): fc.Arbitrary<Uint8Array> {
  const zeros = fc.tuple(exactly(n), fc.nat(n), fc.constantFrom(0x7f, 0x80, 0xff, 0x01)).map(([octets, count, first]) => {
    octets.fill(0, 0, count)
    if (count < n) octets[count] = first
    return octets
  })
  const small = fc.constantFrom(0, 1, 127, 128, 255).map((value) => concat([new Uint8Array(n - 1), Uint8Array.of(value)]))
  return fc.oneof(exactly(n), zeros, small, fc.constant(new Uint8Array(n).fill(0xff)))
}

const coordinate = unsigned(192)
const point = fc.tuple(coordinate, coordinate).map(concat)
const topBit = (n: number): fc.Arbitrary<Uint8Array> => unsigned(n).map((octets) => {
  octets[0]! |= 0x80
  return octets
})
const halves = (xy: Uint8Array): Uint8Array[] => [xy.subarray(0, 192), xy.subarray(192)]
const TWO = Uint8Array.of(2)

const structure = <X>(of: Structure<X>): Structure<unknown> => of as unknown as Structure<unknown>

/** All that is written. There is no DER of a master secret: it is s in 32 octets, then BFPublicParameters. */
export const structures: readonly Structure<unknown>[] = [
  structure<Uint8Array>({ name: "BFPrivateKeyBlock", values: point, write: writeKeyBlock, read: readKeyBlock, integers: (xy) => [TWO, ...halves(xy)] }),
  structure<CiphertextBlock>({
    name: "BFCiphertextBlock",
    values: fc.record({ U: point, V: exactly(32), W: exactly(32) }),
    write: writeCiphertextBlock,
    read: readCiphertextBlock,
    integers: ({ U }) => [TWO, ...halves(U)],
  }),
  structure<PublicBlock>({
    name: "BFPublicParameters",
    // p and q are of 1536 and 256 bits
    values: fc.record({ p: topBit(192), q: topBit(32), P: point, Ppub: point }),
    write: writePublicBlock,
    read: readPublicBlock,
    integers: ({ p, q, P, Ppub }) => [TWO, p, q, ...halves(P), ...halves(Ppub)],
  }),
]
