/** A program for ARM (host.c) under qemu that lends memory and calls to the blob, with a pipe each way: asked and answered in place, as a board's E.nativeCall is. */
import { execFileSync, spawn } from "node:child_process"
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** An ARM to call. */
export interface Arm {
  /** Octets at an address that were not lent before; a board has them in any case. */
  lend(address: number, octets: number): void
  write(address: number, octets: Uint8Array): void
  read(address: number, octets: number): Uint8Array
  call(address: number, a: number, b: number, c: number, d: number): Called
  close(): void
}

/** What a call left. */
export interface Called {
  readonly r0: number
  /** Octets below the stack's pointer that were touched. */
  readonly stack: number
  /** Of these, octets that it left there, in whole words. */
  readonly dirty: number
  /** Instructions in steps of 40, on the board. */
  readonly instructions: number
}

/** `user` is qemu-arm, Linux; `board` a Cortex-M4 of qemu-system-arm that counts instructions. */
export type Kind = "user" | "board"

const SOURCE = fileURLToPath(new URL("host.c", import.meta.url))
const CC = ["-mcpu=cortex-m4", "-mthumb", "-O1", "-ffreestanding", "-fno-tree-loop-distribute-patterns", "-nostdlib", "-Wall", "-Wextra", "-Wno-main"]
const LAYOUT = ["-DSYSTEM", "-Wl,--section-start=.vectors=0,-Ttext=0x400,-Tbss=0x20000000,-e,main"]
/** A test that hangs ends by this. */
const SECONDS = "110"
/** Words that a switch of the user's qemu may add: a trace. */
const RUN: Readonly<Record<Kind, readonly string[]>> = {
  user: ["qemu-arm"],
  board: ["qemu-system-arm", "-M", "mps2-an386", "-nographic", "-monitor", "none", "-serial", "none", "-semihosting", "-icount", "shift=0", "-kernel"],
}

/** Starts one; whoever asked closes it. */
export function arm(kind: Kind, words: readonly string[] = []): Arm {
  const folder = mkdtempSync(join(tmpdir(), "ibake-arm-"))
  const program = join(folder, "host.elf")
  execFileSync("arm-none-eabi-gcc", [...CC, ...(kind === "board" ? LAYOUT : []), SOURCE, "-o", program])
  execFileSync("mkfifo", [join(folder, "in"), join(folder, "out")])
  const [theirIn, ourOut] = pipe(join(folder, "in"))
  const [ourIn, theirOut] = pipe(join(folder, "out"))
  const run = [...RUN[kind], ...words, program]
  // the board opens the pipes by their names
  const child = spawn("timeout", ["-k", "1", SECONDS, ...run], { cwd: folder, stdio: kind === "user" ? [theirIn, theirOut, "inherit"] : ["ignore", "ignore", "inherit"] })
  const lives = new Lines(ourOut, ourIn)
  let held = kind === "board" ? [theirIn, theirOut] : []
  if (kind === "user") [theirIn, theirOut].forEach(closeSync)
  return {
    lend: (address, octets) => lives.send([1, address, octets]),
    write(address, octets): void {
      lives.send([2, address, octets.length])
      lives.octets(octets)
    },
    read(address, octets): Uint8Array {
      lives.send([3, address, octets])
      return lives.receive(octets)
    },
    call(address, a, b, c, d): Called {
      lives.send([4, address, a, b, c, d])
      const answer = Buffer.from(lives.receive(16))
      // it has opened both: ours may go, so that its end is seen
      held.forEach(closeSync)
      held = []
      return { r0: answer.readUInt32LE(0), stack: answer.readUInt32LE(4), dirty: answer.readUInt32LE(8), instructions: 40 * answer.readUInt32LE(12) }
    },
    close(): void {
      // the end of what it reads ends it, and what it wrote by itself, a trace, is whole then
      ;[ourOut, ...held].forEach(closeSync)
      while (readSync(ourIn, new Uint8Array(64)) > 0) continue
      closeSync(ourIn)
      child.kill()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Both ends of a named pipe, that wait as files do: the first reads, the second writes. */
function pipe(path: string): [number, number] {
  const early = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const write = openSync(path, constants.O_WRONLY)
  const read = openSync(path, constants.O_RDONLY)
  closeSync(early)
  return [read, write]
}

class Lines {
  readonly to: number
  readonly from: number
  constructor(to: number, from: number) {
    this.to = to
    this.from = from
  }
  send(words: readonly number[]): void {
    this.octets(new Uint8Array(Uint32Array.from(words, (word) => word >>> 0).buffer))
  }
  octets(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; ) at += writeSync(this.to, octets, at)
  }
  receive(octets: number): Uint8Array {
    const out = new Uint8Array(octets)
    for (let at = 0; at < octets; ) {
      const got = readSync(this.from, out, at, octets - at, null)
      if (got === 0) throw new Error("the ARM has ended")
      at += got
    }
    return out
  }
}
