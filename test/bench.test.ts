/** The bench runs, measures all that it says it does, and the picture is that of the committed results. Nothing here looks at a time. */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { benchSvg } from "../docs/make-bench-svg.ts"

/** The names in a value, all the way down; figures do not matter, lists count by their first. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])]
  if (typeof value !== "object" || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shape(inner)]))
}

describe("the bench", () => {
  const committed = JSON.parse(readFileSync("bench/results.json", "utf8")) as { goal: number; suites: Record<string, { octets: Record<string, number> }>; sizes: unknown }

  it("runs, and its results have the shape of the committed ones", function () {
    this.timeout(180_000)
    const out = execFileSync(process.execPath, ["--import", "tsx", "bench/main.ts", "--quick", "--json"], { encoding: "utf8", env: { ...process.env, NODE_V8_COVERAGE: "" } })
    const results = JSON.parse(out) as typeof committed
    assert.deepEqual(shape(results), shape(committed), "run: npm run bench -- --out bench/results.json")
    const octets = (of: typeof committed): unknown => [Object.values(of.suites).map((suite) => suite.octets), of.sizes]
    assert.deepEqual(octets(results), octets(committed), "octets have changed: run: npm run bench -- --out bench/results.json")
  })

  it("has its picture in docs, made of the committed results", () => {
    assert.equal(readFileSync("docs/bench.svg", "utf8"), benchSvg(), "run: npx tsx docs/make-bench-svg.ts")
  })
})
