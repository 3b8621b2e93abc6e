/** Each board's script is held to the budget of its manifest, and holds nothing of the server, the command or another profile. */
import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { buildScript, never, recipeFor, type Script } from "../boards/build.ts"
import { isManifestError, parseManifest, type Manifest } from "../boards/manifest.ts"
import { publicNames } from "../boards/names.ts"

const KB = 1024
const root = process.cwd()

/** What a profile promises not to contain, beyond that; a profile without an entry has no BigInt. */
const promised: Readonly<Record<string, readonly string[]>> = {
  noble: [],
  "noble-all": [],
  bigint: [],
}

/** Engines whose ports are still to be written: their boards run in tests with a host's own lines in and out. */
const portless: readonly string[] = ["quickjs", "hermes", "moddable", "duktape"]

let names: readonly string[] | undefined

/** The whole door of the SDK and one profile, for an application that is not in the script: nothing unused dropped from the door. */
async function bundle(manifest: Manifest, extra: string): Promise<Script> {
  if (manifest.language === "es5" && names === undefined) names = publicNames(root)
  const recipe = recipeFor(manifest, { entry: `export * from "./sdk/index.ts"\nexport { profile }\n${extra}`, root, names: names ?? [] })
  return buildScript({ ...recipe, forbidden: [...recipe.forbidden, ...(promised[manifest.profile] ?? ["BigInt"])] })
}

function manifests(): [path: string, manifest: Manifest][] {
  const of = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json")).map((name) => `${folder}/${name}`)
  return [...of("boards"), ...of("test/engines")].sort().map((path) => {
    const parsed = parseManifest(readFileSync(path, "utf8"))
    assert(!isManifestError(parsed), isManifestError(parsed) ? `${path}: ${parsed.field}: ${parsed.problem}` : "")
    return [path, parsed]
  })
}

describe("a script", () => {
  for (const [path, manifest] of manifests())
    it(`of ${path} stays within ${manifest.budgets.bundleKb} kB`, async () => {
      const { octets, found } = await bundle(manifest, "")
      const { bundleKb } = manifest.budgets
      assert(octets <= bundleKb * KB, `${path}: the script has ${octets} octets (${(octets / KB).toFixed(1)} kB), the budget is ${bundleKb} kB; measured plus 3 % would be ${Math.ceil((octets * 1.03) / KB)}`)
      assert.deepEqual(found, [])
    })

  it("is weighed for every profile, and every manifest names a port and a profile that are there", () => {
    const all = manifests()
    for (const file of readdirSync("boards/profiles").filter((name) => name.endsWith(".ts"))) assert(all.some(([, each]) => `${each.profile}.ts` === file), `boards/profiles/${file} has no manifest`)
    for (const [path, each] of all) {
      assert(existsSync(`boards/profiles/${each.profile}.ts`), `${path}: profile ${each.profile}`)
      assert.notEqual(existsSync(`boards/${each.engine}/port.ts`), portless.includes(each.engine), `${path}: engine ${each.engine}`)
    }
  })

  it("is searched by a search that can find", async () => {
    const gateway = manifests().find(([path]) => path.endsWith("gateway.json"))![1]
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
    ["engine", changed((m) => delete m.engine)],
    ["profile", changed((m) => Object.assign(m, { profile: "../noble" }))],
    ["language", changed((m) => Object.assign(m, { language: "es3" }))],
    ["memory.ramKb", changed((m) => delete m.memory)],
    ["provides", changed((m) => Object.assign(m, { provides: "clock" }))],
    ["budgets.bundleKb", changed((m) => Object.assign(m.budgets!, { bundleKb: 0 }))],
    ["budgets.sliceMs", changed((m) => Object.assign(m.budgets!, { sliceMs: "60" }))],
    ["budgets.heapkb", changed((m) => Object.assign(m.budgets!, { heapkb: 1 }))],
    ["console", changed((m) => Object.assign(m, { console: "telepathy" }))],
  ]
  for (const [field, json] of bad)
    it(`that is wrong at ${field} is refused by that name`, () => {
      const parsed = parseManifest(json)
      assert(isManifestError(parsed))
      assert.equal(parsed.field, field)
    })
  it("that is right is taken", () => assert.deepEqual(parseManifest(good), JSON.parse(good)))
})
