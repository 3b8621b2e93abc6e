/**
 * The profile of engines with WebAssembly: our own Programs of BLS12-381 and P-256, compiled at build time, in memories that are wiped. Hashes and ciphers are
 * ours too: noble's AES makes its tables while a process starts, and its SHA-256 is slower until an engine has warmed up.
 */
import { bls12381Wasm } from "../../sdk/group/bls12381-wasm.ts"
import { bls12381 } from "../../sdk/group/bls12381.ts"
import { p256Wasm } from "../../sdk/group/p256-wasm.ts"
import { p256 } from "../../sdk/group/p256.ts"
import { bf } from "../../sdk/ibe/bf.ts"
import { gidCache } from "../../sdk/ibe/gid-cache.ts"
import { seal } from "../../sdk/ibe/seal.ts"
import type { Machine } from "../../sdk/machine/program.ts"
import { wasmMachine, type CompiledText } from "../../sdk/machine/wasm.ts"
import { prf256 } from "../../sdk/mikey/prf.ts"
import { srtpRules } from "../../sdk/srtp/policy.ts"
import type { Profile } from "../../sdk/suite.ts"
import { plainSym } from "../../sdk/sym/plain.ts"
import { limits } from "../limits.ts"

/** Products of Fp in a step of a Job: some milliseconds even before an engine has warmed up. */
const SLICE = 4000

/** Suite 0x01 and P-256; remembers g_ID of the 16 peers called last. Throws where the engine has no WebAssembly, or the machine fails its self-test. */
export function wasm(): Profile {
  const ibe = bf(bls12381(machineOf(bls12381Wasm)), plainSym, gidCache<Uint8Array>(16))
  return {
    name: "wasm",
    suites: [{ id: ibe.suiteId, ibe, box: seal(ibe, plainSym) }],
    groups: [p256(machineOf(p256Wasm))],
    prf: prf256(plainSym),
    sym: plainSym,
    srtp: srtpRules(["AEAD_AES_128_GCM"]),
    limits: limits(),
  }
}

function machineOf(text: CompiledText): Machine {
  const machine = wasmMachine(text, SLICE)
  if (machine === undefined) throw new Error("wasm: this engine has no WebAssembly with vectors, or the module is damaged: take another profile")
  return machine
}
