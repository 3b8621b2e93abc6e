/**
 * The profile of Node's radios that take every suite: 0x01 and P-256 by our Programs in WebAssembly, in memories that are wiped. Suites 0x02 and 0x03 are computed
 * on BigInt, as in `noble-all`.
 */
import type { Profile } from "../../sdk/suite.ts"
import { withEverySuite } from "./noble-all.ts"
import { wasm } from "./wasm.ts"

/** Suites 0x01, 0x02 and 0x03, and all else as `wasm`. Throws where the engine has no WebAssembly, or the machine fails its self-test. */
export function wasmAll(): Profile {
  return withEverySuite("wasm-all", wasm())
}
