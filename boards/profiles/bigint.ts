/**
 * The profile of engines with BigInt and no WebAssembly (QuickJS, Hermes, XS): our own Programs of BLS12-381 and P-256 as JavaScript made at build time.
 * Hashes and ciphers are ours too: noble's cost half of the heap of a small engine. Keys live as BigInts while used, which cannot be wiped and are not constant in time.
 */
import { bls12381Blocks } from "../../sdk/group/bls12381-bigint.ts"
import { bls12381Text } from "../../sdk/group/bls12381-program.ts"
import { bls12381 } from "../../sdk/group/bls12381.ts"
import { p256Blocks } from "../../sdk/group/p256-bigint.ts"
import { p256Text } from "../../sdk/group/p256-program.ts"
import { p256 } from "../../sdk/group/p256.ts"
import { bf } from "../../sdk/ibe/bf.ts"
import { gidCache } from "../../sdk/ibe/gid-cache.ts"
import { seal } from "../../sdk/ibe/seal.ts"
import { bigintMachine, type BigintText } from "../../sdk/machine/bigint.ts"
import { programOf } from "../../sdk/machine/parse.ts"
import type { Machine } from "../../sdk/machine/program.ts"
import { prf256 } from "../../sdk/mikey/prf.ts"
import { srtpRules } from "../../sdk/srtp/policy.ts"
import type { Profile } from "../../sdk/suite.ts"
import { plainSym } from "../../sdk/sym/plain.ts"
import { limits } from "../limits.ts"

/** Products of Fp in a step of a Job: some milliseconds on a phone. */
const SLICE = 1000

/** Suite 0x01 and P-256; remembers g_ID of the 16 peers called last. Throws where the machine fails its self-test. */
export function bigint(): Profile {
  const ibe = bf(bls12381(machineOf(bls12381Text, bls12381Blocks)), plainSym, gidCache<Uint8Array>(16))
  return {
    name: "bigint",
    suites: [{ id: ibe.suiteId, ibe, box: seal(ibe, plainSym) }],
    groups: [p256(machineOf(p256Text, p256Blocks))],
    prf: prf256(plainSym),
    sym: plainSym,
    srtp: srtpRules(["AEAD_AES_128_GCM"]),
    limits: limits(),
  }
}

function machineOf(program: string, text: BigintText): Machine {
  const machine = bigintMachine(programOf(program), text, SLICE)
  if (machine === undefined) throw new Error("bigint: this engine's BigInt does not compute what it should: take another profile")
  return machine
}
