/**
 * A store of files in one folder: each value is written to a new file, made durable, and renamed over the old one, so that a power cut leaves the old
 * value or the new. The folder is made with mode 0700, files with 0600. Whatever the disk refuses answers false and leaves the old value.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import type { Store } from "../../sdk/port.ts"

/** What the process may do to a file system, as far as a store needs it: a test puts a broken disk in its place. */
export interface Disk {
  openSync: typeof openSync
  writeSync: typeof writeSync
  fsyncSync: typeof fsyncSync
  closeSync: typeof closeSync
  renameSync: typeof renameSync
  rmSync: typeof rmSync
  readFileSync: typeof readFileSync
  readdirSync: typeof readdirSync
  mkdirSync: typeof mkdirSync
}

/** The real one. */
export const realDisk: Disk = { openSync, writeSync, fsyncSync, closeSync, renameSync, rmSync, readFileSync, readdirSync, mkdirSync }

/** Names of a store: at most 28 characters of [a-z0-9._-]. */
const NAME = /^[a-z0-9._-]{1,28}$/

/** A half-written file: its name is none of ours, so that it is never read as a value. */
const UNFINISHED = "~"

/** A store in `folder`, which is made if it is missing; throws in plain words when that fails, for only whoever set the board up can mend it. */
export function fileStore(folder: string, sealed: boolean, disk: Disk): Store {
  try {
    disk.mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const name of disk.readdirSync(folder)) if (name.endsWith(UNFINISHED)) disk.rmSync(join(folder, name), { force: true })
  } catch (error) {
    throw new Error(`store: cannot use the folder ${folder}: ${error instanceof Error ? error.message : String(error)}`)
  }
  return {
    sealed,
    get: (name) => (NAME.test(name) ? read(disk, pathOf(folder, name)) : undefined),
    put: (name, value) => NAME.test(name) && write(disk, folder, pathOf(folder, name), value),
    remove(name): void {
      if (!NAME.test(name)) return
      attempt(() => {
        disk.rmSync(pathOf(folder, name), { force: true })
        syncFolder(disk, folder)
      })
    },
  }
}

/** `.` and `..` are names of values too, and never of files. */
function pathOf(folder: string, name: string): string {
  return join(folder, `v-${name}.bin`)
}

function read(disk: Disk, path: string): Uint8Array | undefined {
  try {
    // a copy: small files are read into a pool that Node shares
    return new Uint8Array(disk.readFileSync(path))
  } catch {
    return undefined
  }
}

function write(disk: Disk, folder: string, path: string, value: Uint8Array): boolean {
  const unfinished = path + UNFINISHED
  if (!attempt(() => writeFile(disk, unfinished, value))) {
    attempt(() => disk.rmSync(unfinished, { force: true }))
    return false
  }
  const old = read(disk, path)
  const done = attempt(() => {
    disk.renameSync(unfinished, path)
    syncFolder(disk, folder)
  })
  if (!done) restore(disk, path, old)
  if (old !== undefined) old.fill(0)
  return done
}

/** On a refused put the old value stands, also when only the last step failed. */
function restore(disk: Disk, path: string, old: Uint8Array | undefined): void {
  const unfinished = path + UNFINISHED
  attempt(() => {
    disk.rmSync(unfinished, { force: true })
    if (old === undefined) return disk.rmSync(path, { force: true })
    writeFile(disk, unfinished, old)
    disk.renameSync(unfinished, path)
  })
}

function writeFile(disk: Disk, path: string, value: Uint8Array): void {
  const file = disk.openSync(path, "w", 0o600)
  try {
    for (let at = 0; at < value.length; ) at += disk.writeSync(file, value, at, value.length - at)
    disk.fsyncSync(file)
  } finally {
    disk.closeSync(file)
  }
}

/** A rename is durable once its folder is; Windows has no such call and needs none. */
function syncFolder(disk: Disk, folder: string): void {
  if (process.platform === "win32") return
  const handle = disk.openSync(folder, "r")
  try {
    disk.fsyncSync(handle)
  } finally {
    disk.closeSync(handle)
  }
}

function attempt(act: () => void): boolean {
  try {
    act()
    return true
  } catch {
    return false
  }
}
