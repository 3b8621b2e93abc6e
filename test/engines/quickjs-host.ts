/**
 * QuickJS as a Linux radio with a heap limit: a script, then lines in and lines out. quickjs-host SCRIPT HEAP_OCTETS (0: no cap). Its garbage collector frees at
 * once, so what is in use is what is needed; the high-water mark is looked for from time to time while it runs, and comes out a little low.
 */
import { readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import variant from "@jitl/quickjs-wasmfile-release-sync"
import { newQuickJSWASMModuleFromVariant, type QuickJSContext, type QuickJSRuntime, type QuickJSSyncVariant } from "quickjs-emscripten-core"

/** Looks are expensive: one in so many of the engine's own pauses. */
const EVERY = 32

const module = await newQuickJSWASMModuleFromVariant(variant as unknown as QuickJSSyncVariant)
const runtime = module.newRuntime()
runtime.setMaxStackSize(256 * 1024)
const context = runtime.newContext()
let peak = 0
look()
const empty = peak
const cap = Number(process.argv[3])
if (cap > 0) runtime.setMemoryLimit(cap)
let pauses = 0
runtime.setInterruptHandler(() => {
  if (++pauses % EVERY === 0) look()
  return false
})
lend(context)
load(context, readFileSync(process.argv[2]!, "utf8"))
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) process.stdout.write(`${answer(context, line)}\n`)

function look(): void {
  peak = Math.max(peak, inUse(runtime))
}

function inUse(of: QuickJSRuntime): number {
  const usage = of.computeMemoryUsage()
  try {
    return context.dump(usage).memory_used_size as number
  } finally {
    usage.dispose()
  }
}

/** Octets over the empty engine since the last question. */
function heap(): number {
  look()
  const since = peak - empty
  peak = 0
  look()
  return since
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
