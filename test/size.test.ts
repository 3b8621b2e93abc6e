/** Each board's bundle is held to the budget of its manifest, and holds nothing of the server, the command or another profile. */
import assert from "node:assert/strict"
import { build } from "esbuild"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { isManifestError, parseManifest, type Manifest } from "../boards/manifest.ts"

const KB = 1024

/** Words that no device bundle may hold: server libraries, a host's modules, the command, the master side of IBE. */
const never = ["pglite", "aedes", "node:", "commander", "mqtt-packet", "IbeMaster", "bf-master", "bf1-master", "sakke-master"]

/** What a profile promises not to contain, beyond that; a profile without an entry is noble's, which lives on BigInt. */
const promised: Readonly<Record<string, readonly string[]>> = {
  noble: [],
  "noble-all": [],
}

/** The whole door of the SDK and one profile, as a vendor's bundler would make them at worst: nothing unused dropped from the door. */
async function bundle(profile: string, extra: string): Promise<{ text: string; files: string[] }> {
  const entry = `export * from "./sdk/index.ts"\nexport * from "./boards/profiles/${profile}.ts"\n${extra}`
  const made = await build({
    stdin: { contents: entry, resolveDir: process.cwd(), loader: "ts" },
    bundle: true, minify: true, write: false, metafile: true, legalComments: "none",
    format: "iife", globalName: "ibake", platform: "neutral", target: "es2020", mainFields: ["module", "main"], logLevel: "silent",
    external: ["node:*"],
  })
  const used = Object.values(made.metafile.outputs).flatMap((each) => Object.entries(each.inputs).filter(([, input]) => input.bytesInOutput > 0).map(([file]) => file))
  return { text: made.outputFiles[0]!.text, files: used }
}

/** What of `words` a bundle holds, in its text or in the names of the files it was made of. */
function held(made: { text: string; files: string[] }, words: readonly string[]): string[] {
  return words.filter((word) => made.text.includes(word) || made.files.some((file) => file.includes(word)))
}

function manifests(): [path: string, manifest: Manifest][] {
  const paths = readdirSync("boards", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"))
  return paths.sort().map((name) => {
    const parsed = parseManifest(readFileSync(`boards/${name}`, "utf8"))
    assert(!isManifestError(parsed), isManifestError(parsed) ? `boards/${name}: ${parsed.field}: ${parsed.problem}` : "")
    return [`boards/${name}`, parsed]
  })
}

describe("a bundle", () => {
  for (const [path, { profile, budgets }] of manifests())
    it(`of ${path} stays within ${budgets.bundleKb} kB`, async () => {
      const made = await bundle(profile, "")
      const octets = Buffer.byteLength(made.text)
      assert(octets <= budgets.bundleKb * KB, `${path}: the bundle has ${octets} octets (${(octets / KB).toFixed(1)} kB), the budget is ${budgets.bundleKb} kB; measured plus 3 % would be ${Math.ceil((octets * 1.03) / KB)}`)
      assert.deepEqual(held(made, [...never, ...(promised[profile] ?? ["BigInt"])]), [])
    })

  it("is weighed for every profile, and every manifest names a port and a profile that are there", () => {
    const all = manifests()
    for (const file of readdirSync("boards/profiles").filter((name) => name.endsWith(".ts"))) assert(all.some(([, each]) => `${each.profile}.ts` === file), `boards/profiles/${file} has no manifest`)
    for (const [path, each] of all) {
      assert(existsSync(`boards/profiles/${each.profile}.ts`), `${path}: profile ${each.profile}`)
      assert(existsSync(`boards/${each.engine}/port.ts`), `${path}: engine ${each.engine}`)
    }
  })

  it("is searched by a search that can find", async () => {
    const made = await bundle("noble", 'export { readFileSync } from "node:fs"\nexport const word = "aedes"\nexport { bfMaster } from "./sdk/ibe/bf-master.ts"')
    assert.deepEqual(held(made, never), ["aedes", "node:", "bf-master"])
    assert.deepEqual(held(made, ["BigInt"]), ["BigInt"])
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
