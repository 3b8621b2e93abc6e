/** A board's manifest: one JSON file per board, DESIGN section 4. Budgets live there and nowhere else. */

/** What a board is, lends and may cost. */
export interface Manifest {
  /** What people call it. */
  readonly title: string
  /** Folder of boards/ that holds its port. */
  readonly engine: string
  /** File of boards/profiles/ that its bundle holds. */
  readonly profile: string
  /** What its script is written in. */
  readonly language: Language
  readonly memory: Memory
  /** What it lends beyond the Board interface's letter, for a rig to choose tests by. */
  readonly provides: readonly Provision[]
  readonly budgets: Budgets
  /** How lines of text leave it. */
  readonly console: Console
  /** How a script gets onto it. */
  readonly flash: FlashMethod
  /** What runs the script; boards of `espruino-tools` must say it. */
  readonly firmware?: Firmware
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
  /** What of the flash a script may take; a script that is longer does not fit. */
  readonly codeKb: number
}

/** What a board can have, each in words. */
export const provisions = {
  bigint: "its engine has BigInt",
  wasm: "its engine has WebAssembly",
  trng: "a true random generator that a script can read",
  entropy: "cryptographic randomness of its operating system",
  utc: "trusted time from boot on",
  "sealed-store": "a store that whoever holds the board cannot read out",
  files: "a file system",
  mqtt: "MQTT of its own, over IP",
  "ble-uart": "a Nordic UART service, to a gateway",
  serial: "a serial port, to a gateway",
  "native-sha": "SHA-256 in firmware or silicon",
  "native-aes": "AES in firmware or silicon",
  "native-pairing": "the pairing in native code",
  "native-call": "calls of Thumb-2 code from a script",
  faults: "faults at a test's wish",
  "power-cuts": "power cuts at a test's wish",
  replay: "the same run from the same seed",
} as const

export type Provision = keyof typeof provisions

/** `ble-uart` is a Nordic UART service; `none` says nothing. */
export const consoles = ["stdout", "serial", "ble-uart", "none"] as const

export type Console = (typeof consoles)[number]

/** `espruino-tools` is npm `espruino` over the console; `mcconfig` is Moddable's own; `bundle` goes into an application's bundle; `copy` is a file; `none` runs from the package. */
export const flashMethods = ["espruino-tools", "mcconfig", "bundle", "copy", "none"] as const

export type FlashMethod = (typeof flashMethods)[number]

/** What a board says of itself, and which of it is known. */
export interface Firmware {
  /** `process.env.BOARD`. */
  readonly board: string
  /** Known values of `process.env.VERSION`, oldest first; whoever flashes is warned of others. */
  readonly versions: readonly string[]
}

/** Most that the SDK may cost on this board. */
export interface Budgets {
  /** Minified script of device SDK, profile and port, kilobytes of 1024 octets. */
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

const list = (words: readonly string[]): string => `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`
const among = (words: readonly string[]): Check => (value) => (words.includes(value as string) ? undefined : `expected ${list(words)}, got ${JSON.stringify(value)}`)
const every = (of: string, check: Check): Check => (value) => {
  if (!Array.isArray(value)) return `expected an array of ${of}`
  if (new Set(value).size !== value.length) return "expected each once"
  return value.map(check).find((problem) => problem !== undefined)
}

const name: Check = (value) => (typeof value === "string" && /^[a-z0-9][a-z0-9-]*$/.test(value) ? undefined : "expected a name of a-z, 0-9 and -")
const title: Check = (value) => (typeof value === "string" && /^[\x20-\x7e]{1,64}$/.test(value) ? undefined : "expected 1 to 64 printable ASCII characters")
const positive: Check = (value) => (typeof value === "number" && Number.isFinite(value) && value > 0 ? undefined : "expected a number above 0")
const word: Check = (value) => (typeof value === "string" && /^[A-Za-z0-9_.-]{1,40}$/.test(value) ? undefined : "expected a word of A-Z, a-z, 0-9, _, . and -")

const shape: Readonly<Record<string, Check>> = {
  title,
  engine: name,
  profile: name,
  language: among(["es5", "es2020"]),
  "memory.ramKb": positive,
  "memory.flashKb": positive,
  "memory.codeKb": positive,
  provides: every("names", among(Object.keys(provisions))),
  "budgets.bundleKb": positive,
  "budgets.heapKb": positive,
  "budgets.sliceMs": positive,
  "budgets.callSetupS": positive,
  console: among(consoles),
  flash: among(flashMethods),
}

const firmware: Readonly<Record<string, Check>> = { "firmware.board": word, "firmware.versions": every("versions", word) }

/** What no board can be: fields that contradict each other. */
function contradiction({ memory, budgets }: Manifest): ManifestError | undefined {
  if (memory.codeKb > memory.flashKb) return { field: "memory.codeKb", problem: `expected at most the flash of ${memory.flashKb} kB, got ${memory.codeKb}` }
  if (budgets.heapKb > memory.ramKb) return { field: "budgets.heapKb", problem: `expected at most the RAM of ${memory.ramKb} kB, got ${budgets.heapKb}` }
  return undefined
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
  const flashed = fields.get("flash") === "espruino-tools" || [...fields.keys()].some((each) => each.startsWith("firmware"))
  const wanted = flashed ? { ...shape, ...firmware } : shape
  for (const [field, check] of Object.entries(wanted)) {
    const problem = fields.has(field) ? check(fields.get(field)) : "missing"
    if (problem !== undefined) return { field, problem }
  }
  for (const field of fields.keys()) if (!Object.hasOwn(wanted, field)) return { field, problem: "unknown field" }
  return contradiction(value as Manifest) ?? (value as Manifest)
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
