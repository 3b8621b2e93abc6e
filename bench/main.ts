/** `npm run bench`: one command, one table. Ratios and octets mean something everywhere; milliseconds only beside each other, in one run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "esbuild"
import { sizeTable, suiteNames, type SuiteName } from "../test/suites.ts"
import { transfer, type Transfer } from "./air.ts"
import { codecs, codecTable } from "./codec.ts"
import { engineCells, engineRows, heapRows, sideNames } from "./engines.ts"
import { firstScript, firstSide, type First } from "./fresh.ts"
import { machineCell, machineNames, machineRows } from "./machines.ts"
import { median } from "./measure.ts"
import { nativeFigures, nativeTable, type NativeFigures } from "./native.ts"
import { givenTo, GOAL, sides, type Warm } from "./sides.ts"
import { SLICE_GOAL, slices } from "./slices.ts"
import { units } from "./units.ts"

const words = process.argv.slice(2)
if (words.includes("--help")) {
  console.log("npm run bench -- [--quick] [--json] [--out FILE]\n\n  --quick     few rounds: does it run?\n  --json      the results as JSON\n  --out FILE  writes them there too, for docs/make-bench-svg.ts")
  process.exit(0)
}
const quick = words.includes("--quick")
const rounds = quick ? 1 : 15

interface Suite extends Warm {
  readonly first: { readonly initiator: First; readonly responder: First }
  readonly transfers: readonly Transfer[]
}

/** Both sides of the first call of fresh processes. */
function firsts(suite: SuiteName, count: number): Suite["first"] {
  const folder = mkdtempSync(join(tmpdir(), "ibake-bench-"))
  const file = join(folder, "given.json")
  writeFileSync(file, givenTo(suite))
  const script = firstScript(folder)
  const first = (role: "initiator" | "responder"): First => middle(Array.from({ length: count }, () => firstSide(script, file, role, "noble")))
  const both = { initiator: first("initiator"), responder: first("responder") }
  rmSync(folder, { recursive: true })
  return both
}

function middle(all: readonly First[]): First {
  return { ms: median(all.map((f) => f.ms)), peakKb: median(all.map((f) => f.peakKb)), heldKb: median(all.map((f) => f.heldKb)) }
}

/** The whole device SDK with a profile, minified. */
async function bundle(file: string, name: string): Promise<number> {
  const contents = `export * from "./sdk/index.ts"; export { ${name} } from "./boards/profiles/${file}.ts"`
  const built = await build({ stdin: { contents, resolveDir: process.cwd() }, bundle: true, minify: true, format: "esm", write: false, logLevel: "silent" })
  return built.outputFiles[0]!.contents.length
}

const progress = (what: string): void => void (process.stderr.isTTY && process.stderr.write(`\r\u001b[K${what} ...`))
progress("unit costs")
const unitCosts = units(rounds)
progress("sides of a call")
const warm = sides(rounds)
const airs = (quick ? [7] : [7, 30]).flatMap((days) => (quick ? [0] : [0, 0.05]).map((loss) => ({ days, loss })))
const suites = {} as Record<SuiteName, Suite>
for (const suite of suiteNames) {
  progress(`first calls of suite ${suite}`)
  const first = firsts(suite, quick ? 1 : 5)
  progress(`key transfers of suite ${suite}`)
  suites[suite] = { ...warm[suite], first, transfers: airs.map((air) => transfer(suite, air.days, air.loss, 1)) }
}
progress("machines")
const machines = await machineRows(rounds)
progress("engines")
const engines = await engineRows(rounds, quick)
progress("heaps of engines")
const heaps = await heapRows(quick)
progress("slices")
const sliced = slices(quick ? 4 : 40)
progress("a Cortex-M4")
// the same on every computer: one that cannot trace ARM code shows the committed ones
const native = nativeFigures() ?? (JSON.parse(readFileSync("bench/results.json", "utf8")) as { native: NativeFigures }).native
progress("sizes on every curve")
const sizes = sizeTable()
progress("codecs")
const codec = codecs(rounds)
progress("bundles")
const bundleOctets = { noble: await bundle("noble", "noble"), "noble-all": await bundle("noble-all", "nobleAll") }
if (process.stderr.isTTY) process.stderr.write("\r\u001b[K")
const machine = `${cpus()[0]?.model ?? "?"}, ${cpus().length} cores, Node ${process.versions.node}`
const results = { machine, rounds, units: unitCosts, suites, machines, engines, heaps, slices: sliced, native, sizes, codec, bundleOctets, goal: GOAL }

const at = words.indexOf("--out")
if (at >= 0) writeFileSync(words[at + 1]!, `${JSON.stringify(results, undefined, 2)}\n`)
if (words.includes("--json")) console.log(JSON.stringify(results))
else print()

function print(): void {
  const ms = (n: number): string => n.toFixed(2)
  console.log(machine)
  table(["what", "ours", "noble", "ratio"], unitCosts.map((u) => [`${u.operation}, ms`, ms(u.ours), ms(u.noble), (u.ours / u.noble).toFixed(2)]))
  console.log()
  table(["what", ...suiteNames], [...times(ms), ...octets(), ...transfers()])
  console.log()
  table(["machines, ms (to noble)", ...machineNames], machines.map((each) => [each.operation, ...machineNames.map((name) => machineCell(each, name))]))
  console.log()
  table(["a side in an engine, ms (to noble there)", ...sideNames], engines.map(engineCells))
  console.log()
  table(["smallest heap that a side completes in", "kB"], heaps.map(({ engine, profile, kb }) => [`${engine}, ${profile}`, String(kb)]))
  console.log()
  table(["a board of the limbs profile, slices of 5 ms", "slices", "p50, ms", `p99, ms (goal ${SLICE_GOAL})`, "longest, ms"], [["between two rests, in calls, fetches and boots", String(sliced.slices), ms(sliced.p50), ms(sliced.p99), ms(sliced.longest)]])
  console.log()
  table([`Cortex-M4, code ${native.code}, RAM ${native.ram} octets`, "M instructions", "M cycles", "ms at 64 MHz"], nativeTable(native))
  console.log()
  table(["MIKEY codec, messages per second", "octets", "read", "written"], codecTable(codec))
  console.log()
  table(["bundle of the device SDK and profile, octets", ...Object.keys(bundleOctets)], [["", ...Object.values(bundleOctets).map(String)]])
}

/** A row with a cell for each suite. */
function row(what: string, cell: (of: Suite, suite: SuiteName) => string): string[] {
  return [what, ...suiteNames.map((suite) => cell(suites[suite], suite))]
}

function times(ms: (n: number) => string): string[][] {
  return (["initiator", "responder"] as const).flatMap((role) => [
    row(`${role}, warm, peer known, ms`, (of) => ms(of.known[role])),
    row(`${role}, warm, new peer, ms`, (of) => ms(of.stranger[role])),
    row(`${role}, first call in a fresh process, ms`, (of) => ms(of.first[role].ms)),
    row("  heap at its end, kB (held after gc)", (of) => `${of.first[role].peakKb} (${of.first[role].heldKb})`),
  ])
}

/** The messages on P-256, the goal of suite 0x01 beside its own; then those of a call on the other curves. */
function octets(): string[][] {
  const names = Object.keys(suites["0x01"].octets)
  const judged = (n: number, suite: SuiteName): string => (suite === "0x01" ? `${n} ${n < GOAL ? "<" : ">"} ${GOAL}` : String(n))
  const six = names.map((name) => row(name === "REQUEST_KEY_RESP" ? `${name} with two keys, octets` : `${name}, octets`, (of, suite) => judged(of.octets[name]!, suite)))
  const curves = [...new Set(sizes.map((s) => s.curve))].slice(1)
  const of = (suite: SuiteName, curve: string): string => Object.values(sizes.find((s) => s.suite === suite && s.curve === curve)!.call).join(" ")
  return [...six, ...curves.map((curve) => row(`the four messages of a call on ${curve}, octets`, (_of, suite) => of(suite, curve))), row("REQUEST_KEY_RESP, octets for each key", (_of, suite) => String(sizes.find((s) => s.suite === suite)!.keys.each))]
}

function transfers(): string[][] {
  return suites["0x01"].transfers.map((t, i) => row(`${t.days} daily keys, mtu 128, ${t.loss * 100} % loss, octets on air (to those of the keys)`, (of) => `${of.transfers[i]!.onAir} (${(of.transfers[i]!.onAir / of.transfers[i]!.keys).toFixed(2)})`))
}

function table(head: readonly string[], body: readonly (readonly string[])[]): void {
  const rows = [head, ...body]
  const widths = head.map((_, i) => Math.max(...rows.map((r) => r[i]!.length)))
  for (const r of rows) console.log(r.map((c, i) => (i === 0 ? c.padEnd(widths[i]!) : c.padStart(widths[i]!))).join("  "))
}
