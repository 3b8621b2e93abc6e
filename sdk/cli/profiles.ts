/** Profiles on the command line: what a radio's arithmetic runs on. */
import { Option } from "commander"
import { nobleAll } from "../../boards/profiles/noble-all.ts"
import { wasmAll } from "../../boards/profiles/wasm-all.ts"
import type { Profile } from "../suite.ts"

/** A profile's name, as `--profile` takes it. */
export type ProfileName = "wasm" | "noble"

const makers: Readonly<Record<ProfileName, () => Profile>> = { wasm: wasmAll, noble: nobleAll }

/** `--profile`, for every command that is a radio; the KMS computes on noble. */
export function profileOption(): Option {
  const words = "arithmetic of suite 0x01 and P-256: our own compiled to WebAssembly, or noble over BigInt"
  return new Option("--profile <name>", words).choices(Object.keys(makers)).default("wasm")
}

/** The profile of that name, with every suite; throws where the engine has no WebAssembly. */
export function profileNamed(name: ProfileName): Profile {
  return makers[name]()
}
