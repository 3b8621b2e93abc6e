/** Each board's script is held to the budget of its manifest, and holds nothing of the server, the command or another profile. */
import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { buildScript, never, recipeFor, type Recipe, type Script } from "../boards/build.ts"
import { boardAt, boardNames, code, type NamedBoard } from "../boards/find.ts"
import { isManifestError, parseManifest, type Manifest } from "../boards/manifest.ts"
import { publicNames } from "../boards/names.ts"
import { recipeOf, refusals } from "../boards/script.ts"

const KB = 1024
const root = process.cwd()

/** What a profile promises not to contain, beyond that; a profile without an entry has no BigInt. */
const promised: Readonly<Record<string, readonly string[]>> = {
  noble: [],
  "noble-all": [],
  "wasm-all": [],
  bigint: [],
}

/** Engines that stand in for others in tests: no port, the tests' own lines in and out. */
const portless: readonly string[] = ["duktape"]

/** Boards whose flash cannot hold what the SDK needs today: `ibake build` refuses them. A smaller SDK takes them off this list. */
const tooSmall: readonly string[] = ["mdbt42q", "pico", "pixljs", "puckjs", "wifi"].map((name) => `boards/espruino/${name}.json`)

/** Boards of one engine have one script. */
const built = new Map<string, Promise<Script>>()

function script(recipe: Recipe): Promise<Script> {
  const key = JSON.stringify(recipe)
  const made = built.get(key) ?? buildScript(recipe)
  built.set(key, made)
  return made
}

/** The whole door of the SDK, one profile and the port, for an application that is not in the script: nothing unused dropped from the door. */
function weighed(board: NamedBoard): Promise<Script> {
  const { manifest } = board
  const door = { entry: 'export * from "./sdk/index"\nexport { profile }\n', root: code, names: portless.includes(manifest.engine) ? publicNames([`${code}/sdk/index`]) : [] }
  const recipe = portless.includes(manifest.engine) ? recipeFor(manifest, door) : recipeOf(board)
  return script({ ...recipe, forbidden: [...recipe.forbidden, ...(promised[manifest.profile] ?? ["BigInt"])] })
}

function bundle(manifest: Manifest, extra: string): Promise<Script> {
  return script(recipeFor(manifest, { entry: `export * from "./sdk/index.ts"\nexport { profile }\n${extra}`, root, names: [] }))
}

function boards(): NamedBoard[] {
  const standIns = readdirSync("test/engines").filter((name) => name.endsWith(".json")).map((name) => `test/engines/${name}`)
  return [...boardNames().map((name) => `boards/${name}.json`), ...standIns].map((path) => boardAt(path, path))
}

describe("a script", () => {
  for (const board of boards())
    it(`of ${board.name} stays within ${board.manifest.budgets.bundleKb} kB`, async () => {
      const made = await weighed(board)
      const { octets, found } = made
      const { bundleKb } = board.manifest.budgets
      assert(octets <= bundleKb * KB, `${board.name}: the script has ${octets} octets (${(octets / KB).toFixed(1)} kB), the budget is ${bundleKb} kB; measured plus 3 % would be ${Math.ceil((octets * 1.03) / KB)}`)
      assert.deepEqual(found, [])
      assert.deepEqual(refusals(board, made).map((line) => line.replace(/:.*/, "")), tooSmall.includes(board.name) ? ["does not fit"] : [])
    })

  it("is printed beside what each board can hold", async () => {
    const rows = await Promise.all(boards().map(async (board) => {
      const { octets } = await weighed(board)
      const { codeKb } = board.manifest.memory
      return `${board.name.padEnd(32)} ${(octets / KB).toFixed(1).padStart(7)} kB of ${String(board.manifest.budgets.bundleKb).padStart(4)}, flash for code ${String(codeKb).padStart(8)} kB  ${octets <= codeKb * KB ? "fits" : "does not fit"}`
    }))
    process.stdout.write(`\n${rows.join("\n")}\n\n`)
  })

  it("is weighed for every profile, and every manifest names a port and a profile that are there", () => {
    const all = boards().map((each) => each.manifest)
    for (const file of readdirSync("boards/profiles").filter((name) => name.endsWith(".ts"))) assert(all.some((each) => `${each.profile}.ts` === file), `boards/profiles/${file} has no manifest`)
    for (const each of all) {
      assert(existsSync(`boards/profiles/${each.profile}.ts`), `${each.title}: profile ${each.profile}`)
      assert.notEqual(existsSync(`boards/${each.engine}/port.ts`), portless.includes(each.engine), `${each.title}: engine ${each.engine}`)
    }
  })

  it("is searched by a search that can find", async () => {
    const gateway = boards().find(({ name }) => name.endsWith("gateway.json"))!.manifest
    const smuggled = 'export { readFileSync } from "node:fs"\nexport const word = "aedes"\nexport { bfMaster } from "./sdk/ibe/bf-master.ts"\nexport { certified } from "./sdk/ibake/certified.ts"'
    const { found } = await bundle({ ...gateway, profile: "noble" }, smuggled)
    assert.deepEqual(found, never.filter((word) => ["aedes", "node:", "bf-master", "ibake/certified"].includes(word)))
    assert.deepEqual((await bundle({ ...gateway, profile: "noble", provides: [] }, "")).found, ["BigInt"])
  })
})

describe("a manifest", () => {
  const good = readFileSync("boards/virtual/virtual.json", "utf8")
  const changed = (change: (value: Record<string, Record<string, unknown>>) => void): string => {
    const value = JSON.parse(good) as Record<string, Record<string, unknown>>
    change(value)
    return JSON.stringify(value)
  }
  const bad: readonly (readonly [field: string, json: string])[] = [
    ["(file)", "{"],
    ["(file)", "[]"],
    ["title", changed((m) => Object.assign(m, { title: "" }))],
    ["engine", changed((m) => delete m.engine)],
    ["profile", changed((m) => Object.assign(m, { profile: "../noble" }))],
    ["language", changed((m) => Object.assign(m, { language: "es3" }))],
    ["memory.ramKb", changed((m) => delete m.memory)],
    ["memory.codeKb", changed((m) => Object.assign(m.memory!, { codeKb: 1e9 }))],
    ["provides", changed((m) => Object.assign(m, { provides: "utc" }))],
    ["provides", changed((m) => Object.assign(m, { provides: ["utc", "tnrg"] }))],
    ["provides", changed((m) => Object.assign(m, { provides: ["utc", "utc"] }))],
    ["budgets.bundleKb", changed((m) => Object.assign(m.budgets!, { bundleKb: 0 }))],
    ["budgets.heapKb", changed((m) => Object.assign(m.budgets!, { heapKb: 1e9 }))],
    ["budgets.sliceMs", changed((m) => Object.assign(m.budgets!, { sliceMs: "60" }))],
    ["budgets.heapkb", changed((m) => Object.assign(m.budgets!, { heapkb: 1 }))],
    ["toString", changed((m) => Object.assign(m, { toString: 1 }))],
    ["console", changed((m) => Object.assign(m, { console: "telepathy" }))],
    ["flash", changed((m) => Object.assign(m, { flash: "solder" }))],
    ["firmware.board", changed((m) => Object.assign(m, { flash: "espruino-tools" }))],
    ["firmware.versions", changed((m) => Object.assign(m, { firmware: { board: "X", versions: ["2v20", 3] } }))],
  ]
  for (const [i, [field, json]] of bad.entries())
    it(`that is wrong at ${field} is refused by that name (${i})`, () => {
      const parsed = parseManifest(json)
      assert(isManifestError(parsed))
      assert.equal(parsed.field, field)
      assert.match(parsed.problem, /expected|missing|unknown field/)
    })
  it("that is right is taken", () => assert.deepEqual(parseManifest(good), JSON.parse(good)))
})
