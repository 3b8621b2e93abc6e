/**
 * The profile of engines without BigInt and WebAssembly: our own Programs of BLS12-381 and P-256, interpreted over doubles in memories that are wiped. Hashes
 * and ciphers are ours too, for these engines lack what noble is written in. The smallest in octets and heap, and the slowest; products are
 * unrolled, which doubles the speed of an interpreter for 2.5 kB.
 */
import { limbSlotsBy } from "../../sdk/field/limbs.ts"
import { kernel12 } from "../../sdk/field/limbs12.ts"
import { kernel17 } from "../../sdk/field/limbs17.ts"
import { bls12381Text } from "../../sdk/group/bls12381-program.ts"
import { bls12381 } from "../../sdk/group/bls12381.ts"
import { p256Text } from "../../sdk/group/p256-program.ts"
import { p256 } from "../../sdk/group/p256.ts"
import { bf } from "../../sdk/ibe/bf.ts"
import { gidCache } from "../../sdk/ibe/gid-cache.ts"
import { seal } from "../../sdk/ibe/seal.ts"
import { programOf } from "../../sdk/machine/parse.ts"
import type { Machine } from "../../sdk/machine/program.ts"
import { interpreted } from "../../sdk/machine/run.ts"
import { prf256 } from "../../sdk/mikey/prf.ts"
import { srtpRules } from "../../sdk/srtp/policy.ts"
import type { Profile } from "../../sdk/suite.ts"
import { firmwareSym, type FirmwareCrypto } from "../../sdk/sym/firmware.ts"
import { plainSym } from "../../sdk/sym/plain.ts"
import { limits } from "../limits.ts"

/** Products of Fp in a step of a Job: a block or two, for how many of them make a slice is what the board's clock says. */
const SLICE = 16

/** Suite 0x01 and P-256; remembers g_ID of the 4 peers called last. SHA-256 and AES are those of `crypto` as far as the firmware has them: `limbs(require("crypto"))`. */
export function limbs(crypto?: FirmwareCrypto): Profile {
  const sym = crypto === undefined ? plainSym : firmwareSym(crypto, plainSym)
  const ibe = bf(bls12381(limbMachine(bls12381Text)), sym, gidCache<Uint8Array>(4))
  return {
    name: "limbs",
    suites: [{ id: ibe.suiteId, ibe, box: seal(ibe, sym) }],
    groups: [p256(limbMachine(p256Text))],
    prf: prf256(sym),
    sym,
    srtp: srtpRules(["AEAD_AES_128_GCM"]),
    limits: limits(),
  }
}

/** The machine of one of the two Programs. */
export function limbMachine(text: string): Machine {
  const program = programOf(text)
  const kernel = program.octets === 48 ? kernel17 : kernel12
  return interpreted(program, limbSlotsBy(program.modulus, kernel), SLICE)
}
