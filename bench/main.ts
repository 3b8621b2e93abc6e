/** `npm run bench`: one command, one table. Ratios and octets mean something everywhere; milliseconds only beside each other, in one run. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "esbuild"
import { transfer, type Transfer } from "./air.ts"
import { median } from "./measure.ts"
import { givenTo, GOAL, sides } from "./sides.ts"
import { units } from "./units.ts"

const words = process.argv.slice(2)
if (words.includes("--help")) {
  console.log("npm run bench -- [--quick] [--json] [--out FILE]\n\n  --quick     few rounds: does it run?\n  --json      the results as JSON\n  --out FILE  writes them there too, for docs/make-bench-svg.ts")
  process.exit(0)
}
const quick = words.includes("--quick")
const rounds = quick ? 2 : 15

interface First {
  readonly ms: number
  readonly peakKb: number
  readonly heldKb: number
}

/** One side of the first call of fresh processes, all of its messages. */
function firsts(role: "initiator" | "responder", count: number): First {
  const folder = mkdtempSync(join(tmpdir(), "ibake-bench-"))
  const file = join(folder, "given.json")
  writeFileSync(file, givenTo())
  const all = Array.from({ length: count }, () => {
    const out = execFileSync(process.execPath, ["--expose-gc", "--import=tsx", "bench/first.ts", file, role], { encoding: "utf8" })
    return JSON.parse(out) as First
  })
  rmSync(folder, { recursive: true })
  return { ms: median(all.map((f) => f.ms)), peakKb: median(all.map((f) => f.peakKb)), heldKb: median(all.map((f) => f.heldKb)) }
}

/** The whole device SDK with the noble profile, minified. */
async function bundle(): Promise<number> {
  const contents = `export * from "./sdk/index.ts"; export { noble } from "./boards/profiles/noble.ts"`
  const built = await build({ stdin: { contents, resolveDir: process.cwd() }, bundle: true, minify: true, format: "esm", write: false, logLevel: "silent" })
  return built.outputFiles[0]!.contents.length
}

const progress = (what: string): void => void (process.stderr.isTTY && process.stderr.write(`\r\u001b[K${what} ...`))
progress("unit costs")
const unitCosts = units(rounds)
progress("sides of a call")
const warm = sides(rounds)
progress("first calls")
const cold = { initiator: firsts("initiator", quick ? 1 : 5), responder: firsts("responder", quick ? 1 : 5) }
progress("key transfers")
const days = quick ? [7] : [7, 30]
const transfers: Transfer[] = days.flatMap((d) => [0, 0.05].map((loss) => transfer(d, loss, 1)))
progress("bundle")
const bundleOctets = await bundle()
if (process.stderr.isTTY) process.stderr.write("\r\u001b[K")
const machine = `${cpus()[0]?.model ?? "?"}, ${cpus().length} cores, Node ${process.versions.node}`
const results = { machine, rounds, units: unitCosts, warm, cold, transfers, bundleOctets, goal: GOAL }

const at = words.indexOf("--out")
if (at >= 0) writeFileSync(words[at + 1]!, `${JSON.stringify(results, undefined, 2)}\n`)
if (words.includes("--json")) console.log(JSON.stringify(results))
else print()

function print(): void {
  const ms = (n: number): string => n.toFixed(2)
  const rows: string[][] = [["what", "ours", "noble", "ratio"]]
  for (const u of unitCosts) rows.push([`${u.operation}, ms`, ms(u.ours), ms(u.noble), (u.ours / u.noble).toFixed(2)])
  rows.push(["Initiator, warm, peer known, ms", ms(warm.known.initiator), "", ""])
  rows.push(["Responder, warm, peer known, ms", ms(warm.known.responder), "", ""])
  rows.push(["Initiator, warm, new peer, ms", ms(warm.stranger.initiator), "", ""])
  rows.push(["Responder, warm, new peer, ms", ms(warm.stranger.responder), "", ""])
  for (const [role, first] of Object.entries(cold)) {
    rows.push([`${role}, first call in a fresh process, ms`, ms(first.ms), "", ""])
    rows.push(["  heap at its end, kB (held after gc)", `${first.peakKb} (${first.heldKb})`, "", ""])
  }
  for (const [name, octets] of Object.entries(warm.octets)) rows.push([`${name}, octets`, String(octets), "", goal(name, octets)])
  for (const t of transfers) rows.push([`${t.days} daily keys, mtu 128, ${t.loss * 100} % loss, octets on air`, String(t.onAir), `keys ${t.keys}`, (t.onAir / t.keys).toFixed(2)])
  rows.push(["bundle of the device SDK and noble, octets", String(bundleOctets), "", ""])
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((r) => r[i]!.length)))
  console.log(machine)
  for (const r of rows) console.log(r.map((c, i) => (i === 0 ? c.padEnd(widths[i]!) : c.padStart(widths[i]!))).join("  "))
}

function goal(name: string, octets: number): string {
  const of = name === "REQUEST_KEY_RESP" ? ", with two keys" : ""
  return (octets < GOAL ? `< ${GOAL}` : `MISSES ${GOAL}`) + of
}
