/** `npm run bench`: one command, one table. Ratios and octets mean something everywhere; milliseconds only beside each other, in one run. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "esbuild"
import { sizeTable, suiteNames, type SuiteName } from "../test/suites.ts"
import { transfer, type Transfer } from "./air.ts"
import { codecs, codecTable } from "./codec.ts"
import { machineCell, machineNames, machineRows } from "./machines.ts"
import { median } from "./measure.ts"
import { givenTo, GOAL, sides, type Warm } from "./sides.ts"
import { units } from "./units.ts"

const words = process.argv.slice(2)
if (words.includes("--help")) {
  console.log("npm run bench -- [--quick] [--json] [--out FILE]\n\n  --quick     few rounds: does it run?\n  --json      the results as JSON\n  --out FILE  writes them there too, for docs/make-bench-svg.ts")
  process.exit(0)
}
const quick = words.includes("--quick")
const rounds = quick ? 1 : 15

interface First {
  readonly ms: number
  readonly peakKb: number
  readonly heldKb: number
}

interface Suite extends Warm {
  readonly first: { readonly initiator: First; readonly responder: First }
  readonly transfers: readonly Transfer[]
}

/** Both sides of the first call of fresh processes. */
function firsts(suite: SuiteName, count: number): Suite["first"] {
  const folder = mkdtempSync(join(tmpdir(), "ibake-bench-"))
  const file = join(folder, "given.json")
  writeFileSync(file, givenTo(suite))
  const both = { initiator: first(file, "initiator", count), responder: first(file, "responder", count) }
  rmSync(folder, { recursive: true })
  return both
}

function first(file: string, role: "initiator" | "responder", count: number): First {
  const all = Array.from({ length: count }, () => {
    const out = execFileSync(process.execPath, ["--expose-gc", "--import=tsx", "bench/first.ts", file, role], { encoding: "utf8" })
    return JSON.parse(out) as First
  })
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
progress("sizes on every curve")
const sizes = sizeTable()
progress("codecs")
const codec = codecs(rounds)
progress("bundles")
const bundleOctets = { noble: await bundle("noble", "noble"), "noble-all": await bundle("noble-all", "nobleAll") }
if (process.stderr.isTTY) process.stderr.write("\r\u001b[K")
const machine = `${cpus()[0]?.model ?? "?"}, ${cpus().length} cores, Node ${process.versions.node}`
const results = { machine, rounds, units: unitCosts, suites, machines, sizes, codec, bundleOctets, goal: GOAL }

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
