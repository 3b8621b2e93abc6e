/**
 * QuickJS as a Linux radio with a heap limit: a script, then lines in and lines out. quickjs-host SCRIPT HEAP_OCTETS (0: no cap). Compiled to WebAssembly it does not
 * know the sizes of its allocations, so its own limit counts some ten octets for each, and its own figures leave BigInts out. Here the heap is how far its
 * memory was ever written, less what compiling the script left free, which nothing else gets: a board may bring the script compiled. An answer that
 * took more than the cap ends the life.
 */
import { readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import variant from "@jitl/quickjs-wasmfile-release-sync"
import { newQuickJSWASMModuleFromVariant, type EmscriptenModule, type EmscriptenModuleLoader, type QuickJSContext, type QuickJSSyncVariant } from "quickjs-emscripten-core"

/** What emscripten has beside the engine. */
interface Memory {
  readonly HEAPU8: Uint8Array
  _malloc(octets: number): number
  _free(at: number): void
}

let memory: Memory | undefined
const module = await newQuickJSWASMModuleFromVariant(watched(variant as unknown as QuickJSSyncVariant))
const runtime = module.newRuntime()
runtime.setMaxStackSize(256 * 1024)
const context = runtime.newContext()
let top = 0
let ballast = 0
const empty = written()
const cap = Number(process.argv[3])
lend(context)
load(context, readFileSync(process.argv[2]!, "utf8"))
ballast = filled()
withinCap()
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const out = answer(context, line)
  withinCap()
  process.stdout.write(`${out}\n`)
}

/** The same engine, its memory in `memory`. */
function watched(of: QuickJSSyncVariant): QuickJSSyncVariant {
  const importModuleLoader = async (): ReturnType<typeof of.importModuleLoader> => {
    const loader = await (of.importModuleLoader as () => Promise<EmscriptenModuleLoader<EmscriptenModule>>)()
    return (async (options) => {
      const made = await loader(options)
      memory = made as unknown as Memory
      return made
    }) as Awaited<ReturnType<typeof of.importModuleLoader>>
  }
  return { ...of, importModuleLoader }
}

function withinCap(): void {
  if (cap > 0 && heap() > cap) throw new Error(`out of memory: ${heap()} octets of heap, the cap is ${cap}`)
}

/** The end of what is not zero; it never goes down. */
function written(): number {
  const all = memory!.HEAPU8
  const words = new BigUint64Array(all.buffer, 0, all.length >> 3)
  let at = words.length
  while (8 * at > top && words[at - 1] === 0n) at--
  return (top = Math.max(top, 8 * at))
}

/** Takes all holes between what is in use, the largest first; their octets. */
function filled(): number {
  const end = written()
  let octets = 0
  for (let size = 65536; size >= 8; size /= 2) {
    let at = memory!._malloc(size)
    // each with its own length before it, in eights
    for (; at < end; at = memory!._malloc(size)) octets += size + 8
    memory!._free(at)
  }
  return octets
}

/** Octets over the empty engine, the most so far. */
function heap(): number {
  return written() - empty - ballast
}

function lend(to: QuickJSContext): void {
  const host = to.newObject()
  for (const [name, value] of [["ticks", () => performance.now()], ["heap", heap]] as const) to.newFunction(name, () => to.newNumber(value())).consume((made) => to.setProp(host, name, made))
  host.consume((made) => to.setProp(to.global, "host", made))
}

function load(into: QuickJSContext, script: string): void {
  into.unwrapResult(into.evalCode(script, "script.js")).dispose()
}

function answer(of: QuickJSContext, line: string): string {
  return of.getProp(of.global, "ibake").consume((ibake) => of.getProp(ibake, "answer").consume((method) => of.newString(line).consume((argument) =>
    of.unwrapResult(of.callFunction(method, ibake, argument)).consume((out) => of.getString(out)))))
}
