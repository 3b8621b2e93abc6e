/** What an entry of a Program is given in tests of the native machine. */
import type { Program } from "../../sdk/machine/program.ts"
import { octets } from "../contract/octets.ts"

/** Input and digits of an entry that follow from a seed: elements below p, or, of "edges", 0, p - 1 and p - 2. */
export function given(program: Program, at: number, seed: string): readonly [Uint8Array, Uint8Array] {
  const { octets: width, modulus, entries } = program
  const input = octets(`${seed} input`, entries[at]!.reads * width)
  for (let i = 0; i < entries[at]!.reads; i++) {
    const element = input.subarray(i * width, (i + 1) * width)
    element[0]! %= modulus[0]!
    if (seed !== "edges") continue
    element.set(i % 3 === 0 ? new Uint8Array(width) : modulus)
    if (i % 3 !== 0) element[width - 1]! -= i % 3
  }
  return [input, octets(`${seed} digits`, entries[at]!.picks).map((octet) => octet & 0x87)]
}
