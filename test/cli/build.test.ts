/** `ibake build` as vendors run it: sizes beside budgets, refusals by name, the same octets each time, from a checkout and from an installed package. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { SourceMap, type SourceMapPayload } from "node:module"
import { dirname, join } from "node:path"
import { runInNewContext } from "node:vm"
import { boardAt, boardNames, code } from "../../boards/find.ts"
import { recipeOf } from "../../boards/script.ts"
import { endAll, ibake, lines, oneLine, type Line } from "../ibake.ts"
import { folder } from "../processes.ts"

let home = ""
before(() => void (home = folder("vendor")))
after(() => {
  endAll()
  rmSync(home, { recursive: true, force: true })
})
const at = (name: string): string => join(home, name)

/** A vendor's board: a profile without groups, which is quickly built, and a port of its own. */
function vendor(name: string, change: Record<string, unknown> = {}): string {
  const of = at(name)
  mkdirSync(of, { recursive: true })
  const manifest = {
    title: "Acme radio", engine: "acme", profile: "own-bare", language: "es5", memory: { ramKb: 512, flashKb: 512, codeKb: 256 }, provides: ["trng"],
    budgets: { bundleKb: 120, heapKb: 512, sliceMs: 100, callSetupS: 10 }, console: "serial", flash: "copy", ...change,
  }
  writeFileSync(join(of, "radio.json"), JSON.stringify(manifest))
  writeFileSync(join(of, "own-bare.ts"), 'export { bare as ownBare } from "ibake/profiles/bare"\n')
  writeFileSync(join(of, "port.ts"), "/** The chip. */\nexport interface AcmeChip { readRegister(at: number): number }\nexport const acmeBoard = (chip: AcmeChip): number => chip.readRegister(7)\n")
  mkdirSync(join(of, "node_modules"), { recursive: true })
  if (!existsSync(join(of, "node_modules/ibake"))) symlinkSync(process.cwd(), join(of, "node_modules/ibake"))
  return join(of, "radio.json")
}

describe("ibake build", function () {
  this.timeout(240000)

  it("of a vendor's board: its port and profile, a table beside the budget, script and map; again the same octets", async () => {
    const file = vendor("acme")
    const [first, second] = [await ibake("build", "--board-file", file, "--out", at("1.js"), "--json"), await ibake("build", "--board-file", file, "--out", at("2.js"))]
    assert.deepEqual([first.code, second.code], [0, 0], first.out + second.errors.join())
    const [weighed, built] = lines(first) as [Line, Line]
    assert.deepEqual([weighed.event, built.event, built.file, weighed.budgetKb, weighed.codeKb], ["weighed", "built", at("1.js"), 120, 256])
    const text = readFileSync(at("1.js"), "utf8")
    assert.equal(text, readFileSync(at("2.js"), "utf8"))
    assert.equal(readFileSync(at("1.js.map"), "utf8"), readFileSync(at("2.js.map"), "utf8"))
    assert.equal(weighed.octets, text.length)
    assert.equal((weighed.modules as { octets: number }[]).reduce((sum, each) => sum + each.octets, 0), text.length)
    const frame = (weighed.modules as { file: string; octets: number }[]).find((each) => each.file === "(frame)")!
    assert(frame.octets < text.length / 20, `${frame.octets} octets come from no file`)
    assert.match(second.out, /^ +octets +budget {2}radio\n +\d+ +\d+\.\d % {2}/)
    assert.match(second.out, new RegExp(`\\n +${text.length} +\\d+\\.\\d % {2}of 120 kB\\n`))
    const { acmeBoard, profile } = runInNewContext(`${text}; ibake`) as { acmeBoard(chip: object): number; profile(): { name: string } }
    assert.equal(acmeBoard({ readRegister: (n: number) => n * 2 }), 14, "what a port asks of its chip keeps its name")
    assert.equal(profile().name, "bare")
  })

  it("writes a map that leads from each place of the script to its source", () => {
    const text = readFileSync(at("1.js"), "utf8")
    const payload = JSON.parse(readFileSync(at("1.js.map"), "utf8")) as SourceMapPayload
    assert(payload.sources.every((each) => !each.startsWith("/")), "no path of the machine that built it")
    const map = new SourceMap(payload)
    const words = ["The board gives no cryptographic entropy", "expected ASCII text", "No offered SRTP policy"]
    for (const word of words) {
      const entry = map.findEntry(0, text.indexOf(word)) as { originalSource: string; originalLine: number }
      const source = payload.sourcesContent[payload.sources.indexOf(entry.originalSource)]
      assert(source !== undefined, `${word} at column ${text.indexOf(word)}: ${JSON.stringify(entry)}`)
      assert(source.split("\n").slice(entry.originalLine, entry.originalLine + 2).join("\n").includes(word), `${word} is not at ${entry.originalSource}:${entry.originalLine + 1}`)
    }
  })

  it("writes no script that the flash cannot hold, is over its budget or holds a forbidden word, and names each", async () => {
    const file = vendor("refused", { memory: { ramKb: 512, flashKb: 512, codeKb: 40 }, budgets: { bundleKb: 20, heapKb: 512, sliceMs: 100, callSetupS: 100 } })
    writeFileSync(join(dirname(file), "port.ts"), "export const acmeBoard = (): unknown => BigInt(1)\n")
    const ended = await ibake("build", "--board-file", file, "--out", at("no.js"))
    assert.equal(ended.code, 1)
    assert.equal(ended.errors.length, 3, ended.errors.join("\n"))
    assert.match(ended.errors[0]!, /^ibake build: does not fit: the script of Acme radio needs \d+\.\d kB, flash for code is 40 kB \(memory\.codeKb of radio\)\.$/)
    assert.match(ended.errors[1]!, /^ibake build: over budget: the script has \d+\.\d kB, budgets\.bundleKb of radio is 20\.$/)
    assert.match(ended.errors[2]!, /^ibake build: forbidden: the script holds "BigInt", which no script of radio may hold\.$/)
    assert.match(ended.out, /a call may take 100 s of work on this board/)
    assert(!existsSync(at("no.js")) && !existsSync(at("no.js.map")))
  })

  it("writes no script whose own code is wrong, and says where", async () => {
    const file = vendor("broken")
    writeFileSync(join(dirname(file), "port.ts"), 'export { x } from "./nowhere.ts"\n')
    const ended = await ibake("build", "--board-file", file, "--out", at("no.js"), "--json")
    assert.equal(ended.code, 1)
    assert.match(String(lines(ended).find((each) => each.event === "trouble")!.line), /Could not resolve "\.\/nowhere\.ts"/)
    assert(!existsSync(at("no.js")))
  })

  const wrong: readonly (readonly [string, () => string[], RegExp])[] = [
    ["no board", () => [], /say one of --board and --board-file/],
    ["both", () => ["--board", "puckjs", "--board-file", "x"], /say one of/],
    ["a board that is none", () => ["--board", "nope"], /there is no board nope\. Boards are espruino\/bangle2, .*--board-file/],
    ["a name of two boards", () => ["--board", "radio"], /several boards radio\. Say node\/radio or quickjs\/radio/],
    ["a file that is not there", () => ["--board-file", "/nowhere/x.json"], /\/nowhere\/x\.json cannot be read: ENOENT/],
    ["a manifest that is wrong", () => ["--board-file", vendor("bad", { console: "telepathy" })], /radio\.json is wrong at console: expected stdout, serial, ble-uart or none, got "telepathy"/],
  ]
  for (const [what, words, said] of wrong)
    it(`with ${what} says so and ends with 2`, async () => oneLine(await ibake("build", ...words()), 2, said))

  it("with a profile or engine that nobody has names the field", () => {
    assert.throws(() => recipeOf(boardAt(vendor("noprofile", { profile: "nothing" }))), /is wrong at profile: neither the package nor/)
    const file = vendor("noport")
    rmSync(join(dirname(file), "port.ts"))
    assert.throws(() => recipeOf(boardAt(file)), /is wrong at engine: neither the package nor .* has a port for acme/)
  })
})

describe("the package as npm packs it", function () {
  this.timeout(240000)
  let installed = ""
  before(() => {
    const packed = spawnSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", home], { encoding: "utf8", timeout: 120000 })
    assert.equal(packed.status, 0, packed.stderr)
    const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }]
    assert.equal(spawnSync("tar", ["xzf", join(home, filename), "-C", home]).status, 0)
    installed = at("vendor/node_modules/ibake")
    mkdirSync(dirname(installed), { recursive: true })
    cpSync(at("package"), installed, { recursive: true })
    for (const name of ["@noble", "commander", "mqtt"]) symlinkSync(join(process.cwd(), "node_modules", name), at(`vendor/node_modules/${name}`))
  })
  const run = (...words: string[]): { status: number | null; stderr: string } => spawnSync(process.execPath, [join(installed, "dist/sdk/cli/main.js"), "build", ...words], { encoding: "utf8", timeout: 200000, cwd: at("vendor") })

  it("has the manifests of all boards, and no compiler", () => {
    const there = readdirSync(join(installed, "boards"), { recursive: true, encoding: "utf8" }).filter((each) => each.endsWith(".json")).map((each) => each.slice(0, -5))
    assert.deepEqual(there.sort(), boardNames())
  })

  it("without compilers says in one line what to install", () => {
    const { status, stderr } = run("--board", "bangle2")
    assert.equal(status, 1)
    assert.match(stderr, /^ibake build: esbuild, terser, typescript are missing, which only this command needs\. .*npm install --save-dev esbuild@0\.\d+\.\d+ terser@5\.\d+\.\d+ typescript@5\.\d+\.\d+\.\n$/)
  })

  it("with them makes the script of a vendor's board, octet for octet what a checkout makes, and that of its own", () => {
    for (const name of ["esbuild", "terser", "typescript"]) if (!existsSync(at(`vendor/node_modules/${name}`))) symlinkSync(join(process.cwd(), "node_modules", name), at(`vendor/node_modules/${name}`))
    const own = at("vendor/radio")
    cpSync(dirname(vendor("acme")), own, { recursive: true, filter: (path) => !path.includes("node_modules") })
    const vendors = run("--board-file", "radio/radio.json", "--out", "radio.js")
    assert.equal(vendors.status, 0, vendors.stderr)
    assert.equal(readFileSync(at("vendor/radio.js"), "utf8"), readFileSync(at("1.js"), "utf8"))
    const ours = run("--board", "node/gateway")
    assert.equal(ours.status, 0, ours.stderr)
    assert.match(readFileSync(at("vendor/gateway.js"), "utf8"), /^var ibake=/)
    assert.equal(code, process.cwd(), "the tests themselves run from a checkout")
  })
})
