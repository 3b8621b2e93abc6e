/** A board's manifest: one JSON file per board, DESIGN section 4. Budgets live there and nowhere else. */

/** What a board is, lends and may cost. */
export interface Manifest {
  /** Folder of boards/ that holds its port. */
  readonly engine: string
  /** File of boards/profiles/ that its bundle holds. */
  readonly profile: string
  /** What its script is written in. */
  readonly language: Language
  readonly memory: Memory
  /** What it lends beyond the Board interface's letter, for a rig to choose tests by. */
  readonly provides: readonly string[]
  readonly budgets: Budgets
  /** How lines of text leave it: `stdout`, `serial` or `none`. */
  readonly console: string
}

/**
 * The language of a board's script. An ES5 script goes through three compilers, which turn `**` into Math.pow: it cannot hold noble. ES2020 is for engines that
 * have all of it, block scope and BigInt among the rest.
 */
export type Language = "es5" | "es2020"

/** Kilobytes of 1024 octets. */
export interface Memory {
  readonly ramKb: number
  readonly flashKb: number
}

/** Most that the SDK may cost on this board. */
export interface Budgets {
  /** Minified bundle of device SDK and profile, kilobytes of 1024 octets. */
  readonly bundleKb: number
  /** Heap of a device in a call, kilobytes of 1024 octets. */
  readonly heapKb: number
  /** Longest step of a Job, milliseconds. */
  readonly sliceMs: number
  /** From the first octet to keys, both sides' work and no waiting, seconds. */
  readonly callSetupS: number
}

/** What is wrong with a manifest, and with which field of it. */
export interface ManifestError {
  readonly field: string
  readonly problem: string
}

type Check = (value: unknown) => string | undefined

const name: Check = (value) => (typeof value === "string" && /^[a-z0-9][a-z0-9-]*$/.test(value) ? undefined : "expected a name of a-z, 0-9 and -")
const positive: Check = (value) => (typeof value === "number" && Number.isFinite(value) && value > 0 ? undefined : "expected a number above 0")
const names: Check = (value) => (Array.isArray(value) && value.every((each) => name(each) === undefined) ? undefined : "expected an array of names of a-z, 0-9 and -")
const language: Check = (value) => (value === "es5" || value === "es2020" ? undefined : "expected es5 or es2020")
const way: Check = (value) => (value === "stdout" || value === "serial" || value === "none" ? undefined : "expected stdout, serial or none")

const shape: Readonly<Record<string, Check>> = {
  engine: name,
  profile: name,
  language,
  "memory.ramKb": positive,
  "memory.flashKb": positive,
  provides: names,
  "budgets.bundleKb": positive,
  "budgets.heapKb": positive,
  "budgets.sliceMs": positive,
  "budgets.callSetupS": positive,
  console: way,
}

/** A manifest from JSON text, or the first field that is wrong, missing or unknown. */
export function parseManifest(json: string): Manifest | ManifestError {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    return { field: "(file)", problem: `expected JSON: ${(error as Error).message}` }
  }
  const fields = flatten("", value)
  if (fields === undefined) return { field: "(file)", problem: "expected an object" }
  for (const [field, check] of Object.entries(shape)) {
    const problem = fields.has(field) ? check(fields.get(field)) : "missing"
    if (problem !== undefined) return { field, problem }
  }
  for (const field of fields.keys()) if (!(field in shape)) return { field, problem: "unknown field" }
  return value as Manifest
}

/** Tells an error from a manifest. */
export function isManifestError(value: Manifest | ManifestError): value is ManifestError {
  return "problem" in value
}

/** `{ memory: { ramKb: 1 } }` as `memory.ramKb` to 1; undefined for what is no object. */
function flatten(prefix: string, value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined
  const out = new Map<string, unknown>()
  for (const [key, inner] of Object.entries(value)) {
    const deeper = flatten(`${prefix}${key}.`, inner)
    if (deeper === undefined) out.set(prefix + key, inner)
    else for (const [path, leaf] of deeper) out.set(path, leaf)
  }
  return out
}
