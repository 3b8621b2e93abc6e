/** First sides of fresh processes: the script of first.ts, made as a board's is, and what it tells. */
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { buildSync } from "esbuild"

/** What a fresh process tells. The clock starts with all modules loaded and octets of keys and messages in memory; it stops when keys are agreed. */
export interface First {
  readonly ms: number
  readonly peakKb: number
  readonly heldKb: number
}

/** One script, minified, in this folder: sources that a loader has changed on the way would be measured with the loader's marks in them. */
export function firstScript(folder: string): string {
  const outfile = join(folder, "first.mjs")
  buildSync({ entryPoints: ["bench/first.ts"], outfile, bundle: true, minify: true, platform: "node", format: "esm", target: "es2020", logLevel: "silent" })
  return outfile
}

/** One side of a call that sides.ts has recorded in `given`, in a process of its own; `profile` is noble's of that suite unless it says "wasm". */
export function firstSide(script: string, given: string, role: "initiator" | "responder", profile: string): First {
  return JSON.parse(execFileSync(process.execPath, ["--expose-gc", script, given, role, profile], { encoding: "utf8" })) as First
}
