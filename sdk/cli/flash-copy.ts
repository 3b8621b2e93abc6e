/** A script onto a board that has a file system: written beside its place, flushed, read back, and then moved there in one step. */
import { createHash } from "node:crypto"
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { flashTrouble, isFlashTrouble, type FlashCode, type FlashEvent, type FlashTrouble } from "../../boards/espruino/flash.ts"

/** Copies octets, a character each, to a file; answers the trouble, after which the file is as it was. */
export function copyScript(file: string, script: string, dry: boolean, heard: (event: FlashEvent) => void): FlashTrouble | undefined {
  const part = `${file}.part`
  try {
    if (!statSync(dirname(file)).isDirectory()) return flashTrouble("port/missing", `${dirname(file)} is no folder: is the board mounted?`)
    const old = statSync(file, { throwIfNoEntry: false })
    if (old !== undefined && !old.isFile()) return flashTrouble("port/missing", `${file} is no file: name the file that the board runs`)
    if (dry) return void heard({ event: "plan", steps: [`write ${script.length} octets to ${part} and flush them`, "read them back", `move them to ${file}, ${old === undefined ? "which is not there" : `in place of ${old.size} octets`}`] })
    store(part, Buffer.from(script, "latin1"))
    const [own, there] = [Buffer.from(script, "latin1"), readFileSync(part)].map((octets) => createHash("sha256").update(octets).digest("hex"))
    if (own !== there) throw flashTrouble("verify/differs", `${part} does not hold what was written: is its medium worn?`)
    renameSync(part, file)
    heard({ event: "verified", by: "SHA-256", hash: own! })
    return undefined
  } catch (error) {
    rmSync(part, { force: true })
    return isFlashTrouble(error) ? error : named(file, error as NodeJS.ErrnoException)
  }
}

function store(file: string, octets: Uint8Array): void {
  const fd = openSync(file, "w")
  try {
    writeFileSync(fd, octets)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Codes of a file system's errors. */
const causes: Readonly<Record<string, readonly [FlashCode, string]>> = {
  ENOENT: ["port/missing", "its folder is not there: is the board mounted?"],
  EACCES: ["port/denied", "it may not be written"],
  EPERM: ["port/denied", "it may not be written"],
  EROFS: ["port/denied", "its file system is read-only"],
  EBUSY: ["port/busy", "it is in use: end the script that runs"],
  ENOSPC: ["store/full", "there is no space left"],
  EFBIG: ["store/full", "there is no space left"],
}

function named(file: string, { code, message }: NodeJS.ErrnoException): FlashTrouble {
  const [trouble, words] = causes[code ?? ""] ?? ["tools/failed", message]
  return flashTrouble(trouble, `${file} was not written: ${words}`)
}
