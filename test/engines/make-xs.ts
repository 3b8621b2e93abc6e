/**
 * Makes XS with our host, once: npx tsx test/engines/make-xs.ts. Its sources come in the package @agoric/xsnap, which is no dependency of ours, for it would be
 * compiled wherever we are installed. Takes half a minute of a processor.
 */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { folder } from "../processes.ts"
import { xsPath } from "./engines.ts"

const NAME = "@agoric/xsnap@0.15.0"
/** Of the tarball, as the registry has it. */
const INTEGRITY = "sha512-ZBm4DZxbtfacxMHVVdJjZi0Y8zOxN77vpu1WwI5RWfPkaRh0aHkz/dVdTGKXalDNzWfz183lljKxlxl3/h0n+A=="

function run(command: string, args: readonly string[], cwd: string): string {
  const done = spawnSync(command, args, { cwd, timeout: 300000, encoding: "utf8", maxBuffer: 1 << 24 })
  if (done.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${done.error?.message ?? done.stdout + done.stderr}`)
  return done.stdout
}

function make(home: string, to: string): void {
  const tarball = run("npm", ["pack", NAME, "--silent"], home).trim()
  const integrity = `sha512-${createHash("sha512").update(readFileSync(join(home, tarball))).digest("base64")}`
  if (integrity !== INTEGRITY) throw new Error(`${NAME}: expected ${INTEGRITY}, got ${integrity}`)
  run("tar", ["xzf", tarball], home)
  const snap = join(home, "package/xsnap-native/xsnap")
  copyFileSync(fileURLToPath(new URL("xs.c", import.meta.url)), join(snap, "sources/xsnap.c"))
  const moddable = join(home, "package/moddable")
  run("make", ["-j2", "-f", "xsnap.mk", "GOAL=release", `MODDABLE=${moddable}`], join(snap, "makefiles/lin"))
  mkdirSync(dirname(to), { recursive: true })
  // whoever looks for it meanwhile finds all of it or nothing
  copyFileSync(join(moddable, "build/bin/lin/release/xsnap"), `${to}.${process.pid}`)
  renameSync(`${to}.${process.pid}`, to)
}

const to = xsPath()
if (!existsSync(to)) {
  const home = folder("xs")
  try {
    make(home, to)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
process.stdout.write(`${to}\n`)
