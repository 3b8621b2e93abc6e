/** Everything that suite 0x01 computes over the prime of BLS12-381, in the order of `entry`. */
import { unhex } from "../base/bytes.ts"
import type { Plan } from "../machine/formula.ts"
import { multiple1, multiple2, multipleOfGenerator } from "./bls12381-curve.ts"
import { decode1, decode2 } from "./bls12381-decode.ts"
import { hashToG2 } from "./bls12381-hash.ts"
import { linesOf, pairing, pairingQuotient, pairingWithLines } from "./bls12381-miller.ts"
import { P_HEX } from "./bls12381-numbers.ts"
import { powerGT } from "./bls12381-power.ts"

/** The plan that bls12381.ts runs. */
export function bls12381Plan(): Plan {
  return {
    modulus: unhex(P_HEX)!,
    entries: [pairing(), pairingQuotient(), hashToG2(), multipleOfGenerator(), multiple1(), multiple2(), powerGT(), decode1(), decode2(), linesOf(), pairingWithLines()],
  }
}
