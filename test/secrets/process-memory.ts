/** A child process that stands still while all of its memory is read: the engine's heaps, WebAssembly's, stacks, and what was given back but not cleared. */
import { spawn, type ChildProcess } from "node:child_process"
import { closeSync, openSync, readFileSync, readSync } from "node:fs"
import { createInterface } from "node:readline"
import type { Finder } from "./forms.ts"

/** Runs a script that stands still after each line it says, and gives the child's pid at each. */
export async function standing(script: string, argument: string, at: (line: string, pid: number) => void): Promise<void> {
  const child = spawn(process.execPath, [script, argument], { stdio: ["pipe", "pipe", "inherit"] })
  const kill = (): void => void child.kill("SIGKILL")
  process.once("exit", kill)
  try {
    const ended = new Promise<number | null>((done) => child.once("close", done))
    for await (const line of createInterface({ input: child.stdout! })) answered(child, line, at)
    const code = await ended
    if (code !== 0) throw new Error(`the script ended with ${code}`)
  } finally {
    kill()
    process.removeListener("exit", kill)
  }
}

function answered(child: ChildProcess, line: string, at: (line: string, pid: number) => void): void {
  at(line, child.pid!)
  child.stdin!.write("\n")
}

/** Whether this machine lets us read a child's memory: Linux, and no stricter than its usual rules. */
export function readable(): boolean {
  const child = spawn("sleep", ["5"])
  try {
    closeSync(openSync(`/proc/${child.pid}/mem`, "r"))
    return true
  } catch {
    return false
  } finally {
    child.kill()
  }
}

/** Octets that are read at once; windows over their borders overlap by more than any pattern has. */
const PIECE = 16 << 20
const OVERLAP = 64

/** The names of what a process's memory holds anywhere that it may write, and how many octets that is. */
export function searched(pid: number, finder: Finder): { readonly found: string[]; readonly octets: number } {
  const found = new Set<string>()
  const memory = openSync(`/proc/${pid}/mem`, "r")
  const piece = Buffer.alloc(PIECE)
  let octets = 0
  try {
    for (const [from, to] of writable(pid))
      for (let at = from; at < to; at += PIECE - OVERLAP) {
        const length = readSync(memory, piece, 0, Math.min(PIECE, to - at), at)
        finder.search(piece.subarray(0, length), found)
        octets += length
      }
  } finally {
    closeSync(memory)
  }
  return { found: [...found].sort(), octets }
}

function writable(pid: number): (readonly [number, number])[] {
  const lines = readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")
  return lines.flatMap((line) => {
    const of = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line)
    return of === null ? [] : [[Number.parseInt(of[1]!, 16), Number.parseInt(of[2]!, 16)] as const]
  })
}
