/** What the `ibake kms` subcommands have in common: which store, what unlocks it, numbers and files on the command line. */
import { existsSync } from "node:fs"
import { open, readFile } from "node:fs/promises"
import { join } from "node:path"
import { InvalidArgumentError, type Command } from "commander"
import { wipe } from "../base/bytes.ts"
import { isKmsName } from "../keys/topics.ts"
import type { Driver } from "../kms/driver.ts"
import { openKms, type OpenKms } from "../kms/kms.ts"
import { everyMaster } from "../kms/masters.ts"
import { pgliteDriver } from "../kms/pglite.ts"
import { postgresDriver } from "../kms/postgres.ts"
import { borrow } from "../kms/share.ts"
import { openStore, type Store } from "../kms/store.ts"
import { isTrouble, trouble, words } from "../kms/trouble.ts"
import { readKeyFile, type Unlock } from "../kms/vault.ts"
import { exit, type Screen } from "./screen.ts"

/** Which store, and how it speaks. */
export interface StoreOptions {
  readonly dir?: string
  readonly database?: string
  readonly json?: true
}

/** What unlocks the vault. */
export interface UnlockOptions {
  readonly passphraseFile?: string
  readonly keyFile?: string
}

/** Name of the socket in a data folder by which its holder lends the database. */
export const SOCKET = "socket"

const PASSPHRASE_OCTETS = 12

/** Adds the options that name a store. */
export function storeOptions(command: Command): Command {
  return command
    .option("--dir <folder>", "data folder of an embedded database; made by init")
    .option("--database <url>", "a PostgreSQL server: postgres://... (or set IBAKE_DATABASE, which no process list shows)")
    .option("--json", "one JSON object a line")
}

/** Adds the options that unlock it. */
export function unlockOptions(command: Command): Command {
  return command
    .option("--passphrase-file <file>", "the passphrase is this file's first line (or set IBAKE_PASSPHRASE, or be asked)")
    .option("--key-file <file>", "a file of 32 random octets, mode 0600, in place of a passphrase")
}

/** A whole number within bounds, for an option's parser. */
export function number(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN
    if (!(value >= from && value <= to)) throw new InvalidArgumentError(`Expected a whole number from ${from} to ${to}.`)
    return value
  }
}

/** A KMS name, for an option's parser. */
export function kmsName(name: string): string {
  if (!isKmsName(name)) throw new InvalidArgumentError("Expected 1 to 64 characters of A-Z a-z 0-9 . _ - and not `call`.")
  return name
}

/** One more of a repeatable option. */
export function more(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value]
}

/** The driver of the named store; a folder that a serving KMS holds is reached through it. */
export async function driverOf(o: StoreOptions, command: Command, making: "may be made" | "must be there"): Promise<Driver> {
  const url = o.database ?? (o.dir === undefined ? process.env["IBAKE_DATABASE"] : undefined)
  if (url !== undefined && o.dir !== undefined) command.error("error: --dir and --database are two stores: name one")
  if (url !== undefined) return postgresDriver(url)
  if (o.dir === undefined) return command.error("error: name a store: --dir FOLDER or --database URL")
  if (making === "must be there" && !existsSync(join(o.dir, "db"))) throw trouble("store/empty", `There is no data folder ${o.dir}`)
  try {
    return await pgliteDriver(o.dir)
  } catch (error) {
    const socket = join(o.dir, SOCKET)
    if (isTrouble(error) && error.code === "store/busy" && existsSync(socket)) return borrow(socket)
    throw error
  }
}

/** Does work; a trouble becomes one line and exit code 1, a value that cannot be exit code 2. */
export async function attempt(out: Screen, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    // founding, enrolling and vouching call what the operator gave them wrong by its name
    const usage = error instanceof Error && /^(init|enrol|vouch): /.test(error.message)
    if (!isTrouble(error) && !usage) throw error
    out.trouble(`ibake kms: ${words(error)}`, { event: "trouble", code: isTrouble(error) ? error.code : "usage", line: words(error) })
    process.exitCode = isTrouble(error) ? exit.fault : exit.usage
  }
}

/** Does work with the named store and closes it. */
export async function withStore(o: StoreOptions, command: Command, out: Screen, making: "may be made" | "must be there", work: (store: Store, driver: Driver) => Promise<void>): Promise<void> {
  out.progress("opening the store")
  const driver = await driverOf(o, command, making)
  try {
    await work(await openStore(driver), driver)
  } finally {
    await driver.close()
  }
}

/** Does work with the KMS of the named store, unlocked. */
export async function withKms(o: StoreOptions & UnlockOptions, command: Command, out: Screen, work: (store: Store, open: OpenKms, driver: Driver) => Promise<void>): Promise<void> {
  const unlock = await unlockOf(o, "once")
  try {
    await withStore(o, command, out, "must be there", async (store, driver) => {
      out.progress("unlocking the KMS")
      const open = await openKms(store, everyMaster(), unlock).finally(() => wipe(unlock.octets))
      await work(store, open, driver).finally(() => open.close())
    })
  } finally {
    wipe(unlock.octets)
  }
}

/** What unlocks the vault, by option, environment or question; `asked` twice where it is new. Its taker wipes it. */
export async function unlockOf(o: UnlockOptions, asked: "once" | "twice"): Promise<Unlock> {
  if (o.keyFile !== undefined) return { kind: "key", octets: await readKeyFile(o.keyFile) }
  const octets = await passphrase(o, asked)
  if (asked === "twice" && octets.length < PASSPHRASE_OCTETS) {
    wipe(octets)
    throw new Error(`init: expected a passphrase of ${PASSPHRASE_OCTETS} octets or more`)
  }
  return { kind: "passphrase", octets }
}

async function passphrase(o: UnlockOptions, asked: "once" | "twice"): Promise<Uint8Array> {
  if (o.passphraseFile !== undefined) return firstLine(o.passphraseFile)
  const set = process.env["IBAKE_PASSPHRASE"]
  if (set !== undefined) return new TextEncoder().encode(set)
  if (process.stdin.isTTY !== true) throw trouble("vault/closed", "No passphrase was given: use --passphrase-file, --key-file or IBAKE_PASSPHRASE")
  const first = await ask("Passphrase: ")
  if (asked === "once") return first
  const second = await ask("Once more: ")
  const same = Buffer.compare(first, second) === 0
  wipe(second)
  if (!same) throw new Error("init: expected the same passphrase twice")
  return first
}

async function firstLine(path: string): Promise<Uint8Array> {
  const file = await open(path, "r").catch((e: unknown) => Promise.reject(trouble("file/failed", `Passphrase file ${path} cannot be read: ${words(e)}`)))
  try {
    const { mode } = await file.stat()
    if (process.platform !== "win32" && (mode & 0o077) !== 0) throw trouble("file/failed", `Passphrase file ${path} can be read by others: chmod 600`)
    const all = await file.readFile()
    const end = all.findIndex((o) => o === 0x0a || o === 0x0d)
    const out = new Uint8Array(all.subarray(0, end < 0 ? all.length : end))
    wipe(all)
    return out
  } finally {
    await file.close()
  }
}

/** Reads octets from the terminal without showing them. */
function ask(prompt: string): Promise<Uint8Array> {
  const typed: number[] = []
  // who answers at once is not shown either
  process.stdin.setRawMode(true).resume()
  process.stderr.write(prompt)
  return new Promise((resolve, reject) => {
    const end = (): void => {
      process.stdin.setRawMode(false).pause().removeListener("data", heard)
      process.stderr.write("\n")
    }
    const heard = (chunk: Buffer): void => {
      for (const o of chunk) {
        if (o === 0x03) return end(), reject(trouble("vault/closed", "No passphrase was given"))
        if (o === 0x0d || o === 0x0a) return end(), resolve(new Uint8Array(typed))
        if (o === 0x7f || o === 0x08) typed.pop()
        else typed.push(o)
      }
    }
    process.stdin.on("data", heard)
  })
}

/** A text file, or Trouble file/failed. */
export async function textFile(path: string): Promise<string> {
  return readFile(path, "utf8").catch((e: unknown) => Promise.reject(trouble("file/failed", `${path} cannot be read: ${words(e)}`)))
}
