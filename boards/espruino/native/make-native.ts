/**
 * Makes the blob for Cortex-M4 and up of the sources in this folder and of the Programs: `npx tsx boards/espruino/native/make-native.ts` writes blob.ts.
 * Wants gcc-arm-none-eabi (Debian 12's, 12.2); test/native/blob.test.ts holds blob.ts to be what is made now.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { base64 } from "../../../sdk/base/base64.ts"
import { bls12381Text } from "../../../sdk/group/bls12381-program.ts"
import { p256Text } from "../../../sdk/group/p256-program.ts"
import { programOf } from "../../../sdk/machine/parse.ts"
import { adler32, type Program } from "../../../sdk/machine/program.ts"
import { imageOf } from "./image.ts"
import { kernels } from "./kernels.ts"

const FOLDER = fileURLToPath(new URL(".", import.meta.url))
/** Where blob.ts is. */
export const BLOB_PATH: string = join(FOLDER, "blob.ts")
const FLAGS = ["-mcpu=cortex-m4", "-mthumb", "-ffreestanding", "-nostdlib", "-fpie", "-fno-tree-loop-distribute-patterns", "-Wall", "-Wextra", "-Werror"]

/** What a build leaves: the octets of the blob and the linked file, which has names. */
export interface Built {
  readonly octets: Uint8Array
  /** Deleted by `clean`. */
  readonly elf: string
  clean(): void
}

/** The blob, made anew in a folder of its own; `changed` gets each source, for tests that want a bad one. */
export function builtBlob(changed: (source: string, name: string) => string = (source) => source): Built {
  const folder = mkdtempSync(join(tmpdir(), "ibake-native-"))
  const clean = (): void => rmSync(folder, { recursive: true })
  try {
    for (const name of ["machine.h", "course.c", "blocks.c", "start.s", "blob.ld"]) writeFileSync(join(folder, name), changed(readFileSync(join(FOLDER, name), "utf8"), name))
    writeFileSync(join(folder, "kernels.s"), kernels())
    writeFileSync(join(folder, "images.s"), images())
    link(folder)
  } catch (error) {
    clean()
    throw error
  }
  return { octets: new Uint8Array(readFileSync(join(folder, "blob.bin"))), elf: join(folder, "blob.elf"), clean }
}

function link(folder: string): void {
  const run = (program: string, ...words: readonly string[]): void => void execFileSync(`arm-none-eabi-${program}`, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] })
  const objects = [["-Os", "course.c"], ["-O2", "blocks.c"], ["start.s"], ["kernels.s"], ["images.s"]].map((words, i) => {
    run("gcc", ...FLAGS, "-c", ...words, "-o", `${i}.o`)
    return `${i}.o`
  })
  run("gcc", ...FLAGS, "-Wl,-T,blob.ld", "-Wl,--no-warn-rwx-segments", "-static", ...objects, "-o", "blob.elf")
  run("objcopy", "-O", "binary", "blob.elf", "blob.bin")
}

const bls12381 = (): Program => programOf(bls12381Text)
const p256 = (): Program => programOf(p256Text)

function images(): string {
  const lines: string[] = []
  for (const [name, program] of [["bls12381", bls12381()], ["p256", p256()]] as const)
    lines.push("\t.section .rodata", "\t.balign 4", `\t.global image_${name}`, `\t.hidden image_${name}`, `image_${name}:`, ...Array.from(imageOf(program), (octet) => `\t.byte ${octet}`))
  return `${lines.join("\n")}\n`
}

/** blob.ts. */
export function blobModule(octets: Uint8Array): string {
  const rows = (program: Program): string => `[${program.entries.map((e) => `[${e.slots}, ${e.reads}, ${e.writes}, ${e.picks}]`).join(", ")}]`
  const lines = base64(octets).match(/.{1,150}/g)!.map((line) => `  "${line}"`)
  return (
    `/** The Programs of BLS12-381 and P-256 with their machine for Cortex-M4 and up, as sdk/machine/native.ts calls it. Made by make-native.ts; not for editing. */\n` +
    `type Rows = readonly (readonly number[])[]\n\n/** What native.ts calls a NativeBlob. */\n` +
    `export const nativeBlob: { readonly octets: number; readonly sum: number; readonly bls12381: Rows; readonly p256: Rows } = {\n` +
    `  octets: ${octets.length},\n  sum: ${adler32(octets, octets.length)},\n  bls12381: ${rows(bls12381())},\n  p256: ${rows(p256())},\n}\n\n` +
    `/** The code in base64, ${octets.length} octets: apart, for it may lie in flash and not in the script. */\nexport const nativeCode: string =\n${lines.join(" +\n")}\n`
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = builtBlob()
  writeFileSync(BLOB_PATH, blobModule(built.octets))
  built.clean()
}
