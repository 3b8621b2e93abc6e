/**
 * What a Cortex-M4 does in a piece of work, from qemu's trace of basic blocks: instructions, their places in order, and cycles by a model.
 *
 * The model is the table of ARM's Technical Reference Manual of the M4 (DDI 0439, 3.3), memory without wait states, a pipeline refill of P = 2:
 * data processing, MUL, UMULL, UMAAL 1; LDR 2, or 1 right after another LDR unless its address is what that loaded; 1 more where it is not aligned, as operations of a block are; STR 1; LDM, STM, PUSH, POP of N registers
 * 1 + N; a branch taken, BL, BX 1 + P; a branch not taken 1; LDR to pc 2 + P; POP of pc 1 + N + P; TBB 2 + P; IT 1. Flash of a part whose cache is smaller than a
 * kernel adds to it; code in RAM on the same bus as the data too.
 */
import { createHash } from "node:crypto"
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { arm } from "./host.ts"
import { PLACES, portOf, type WatchedPort } from "./port.ts"

/** Refill of the pipeline after a jump. */
const P = 2

/** What was done. */
export interface Trace {
  readonly instructions: number
  readonly cycles: number
  /** Cycles by the function they went to: address in the blob of the basic block. */
  readonly blocks: ReadonlyMap<number, number>
  /** A digest of all places in order: one and the same where nothing branches on a secret. */
  readonly places: string
}

/** Traces what `work` has the blob do on a port of its own; `code` may be another blob. */
export function traced(code: Uint8Array, work: (port: WatchedPort) => void): Trace {
  const folder = mkdtempSync(join(tmpdir(), "ibake-trace-"))
  const file = join(folder, "trace")
  const one = arm("user", ["-d", "in_asm,exec,nochain", "-dfilter", `0x${PLACES.blob.toString(16)}+0x${code.length.toString(16)}`, "-D", file])
  work(portOf(one, PLACES.blob, code))
  // the file is whole when the program has answered what came after
  one.close()
  const reader = new Reader()
  lines(file, (line) => reader.line(line))
  rmSync(folder, { recursive: true })
  return { instructions: reader.instructions, cycles: reader.cycles, blocks: reader.blocks, places: reader.hash.digest("hex") }
}

function lines(file: string, each: (line: string) => void): void {
  const handle = openSync(file, "r")
  const chunk = Buffer.alloc(1 << 20)
  let rest = ""
  for (;;) {
    const got = readSync(handle, chunk)
    if (got === 0) break
    const parts = (rest + chunk.toString("latin1", 0, got)).split("\n")
    rest = parts.pop()!
    parts.forEach(each)
  }
  closeSync(handle)
}

/** A basic block as qemu made it. */
interface Block {
  readonly instructions: number
  /** Where the next lies, and cycles if the run goes on there, or elsewhere. */
  readonly end: number
  readonly through: number
  readonly away: number
}

class Reader {
  instructions: number
  cycles: number
  readonly blocks: Map<number, number>
  readonly hash: ReturnType<typeof createHash>
  private readonly known: Map<number, Block>
  private listing: string[] | undefined
  private last: [number, Block] | undefined
  constructor() {
    this.instructions = 0
    this.cycles = 0
    this.blocks = new Map()
    this.hash = createHash("sha256")
    this.known = new Map()
  }
  line(line: string): void {
    if (line.startsWith("Trace ")) this.ran(Number.parseInt(line.substring(line.indexOf("/") + 1, line.indexOf("/") + 9), 16))
    else if (line.startsWith("IN:")) this.listing = []
    else if (line.startsWith("0x")) this.listing!.push(line)
    else if (line === "" && this.listing !== undefined) {
      this.known.set(Number.parseInt(this.listing[0]!, 16), blockOf(this.listing))
      this.listing = undefined
    }
  }
  private ran(at: number): void {
    if (this.last !== undefined) {
      const [from, block] = this.last
      const cycles = at === block.end ? block.through : block.away
      this.cycles += cycles
      this.blocks.set(from, (this.blocks.get(from) ?? 0) + cycles)
    }
    const block = this.known.get(at)!
    this.instructions += block.instructions
    this.hash.update(String(at))
    this.last = [at, block]
  }
}

/** Lines like `0x20200030:  f2af 0034  subw     r0, pc, #0x34`. */
function blockOf(listing: readonly string[]): Block {
  let cycles = 0
  let loaded: string | undefined
  let single = false
  let jump = 0
  let end = 0
  for (const line of listing) {
    const [at, code, text] = [Number.parseInt(line, 16), line.substring(13, 22).trim(), line.substring(24).trim()]
    const [name, rest] = [text.split(/\s+/)[0]!.replace(/\.[wn]$/, ""), text.substring(text.indexOf(" ")).trim()]
    const cost = costOf(name, rest, single, loaded)
    cycles += cost
    jump = jumps(name, rest)
    single = name.startsWith("ldr")
    loaded = name.startsWith("ldr") ? rest.split(",")[0] : undefined
    end = at + (code.length > 4 ? 4 : 2)
  }
  return { instructions: listing.length, end, through: cycles, away: cycles + jump }
}

function costOf(name: string, rest: string, single: boolean, loaded: string | undefined): number {
  const list = /\{(.*)\}/.exec(rest)
  if (list !== null) return 1 + list[1]!.split(",").length
  if (/^ldrd|^strd/.test(name)) return 3
  if (/, #3$/.test(rest)) return 3
  if (name.startsWith("ldr")) return single && (loaded === undefined || !rest.includes(`[${loaded}`)) ? 1 : 2
  if (/^tb[bh]/.test(name)) return 2
  if (/^[su]div/.test(name)) return 12
  return 1
}

/** Cycles more if the run does not go on at the next instruction. */
function jumps(name: string, rest: string): number {
  return /^(b|bl|blx|bx|cbz|cbnz|tbb|tbh|b[a-z]{2})$/.test(name) || /^(pop|ldr|ldm)/.test(name) || rest.startsWith("pc") ? P : 0
}
