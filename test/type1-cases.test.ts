/** Cases of suites 0x02 and 0x03, which a script computes without our code, under the profile that has every suite. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { nobleAll } from "../boards/profiles/noble-all.ts"
import { judge, type CaseFile } from "../boards/rig/agent/cases.ts"
import { type1Files } from "./cases/make-type1.ts"

const profile = nobleAll()
const committed = (name: string): string => readFileSync(new URL(`cases/${name}`, import.meta.url), "utf8")

for (const name of ["ibe-02.json", "ibe-03.json"])
  describe(`a case of ${name}`, () => {
    for (const one of (JSON.parse(committed(name)) as CaseFile).cases) it(`${one.op} ${one.fault === undefined ? "takes" : "refuses"}: ${one.why}`, () => assert.equal(judge(one, profile), undefined))
  })

describe("the cases of suites 0x02 and 0x03", () => {
  it("are what their script makes anew", () => {
    for (const [name, text] of Object.entries(type1Files())) assert.equal(committed(name), text, `${name}: run npx tsx test/cases/make-type1.ts`)
  })
  it("do not pass with another value or fault", () => {
    const good = (JSON.parse(committed("ibe-03.json")) as CaseFile).cases.find((one) => one.op === "ibe.decapsulate" && one.fault === undefined)!
    for (const spoilt of [{ ...good, out: `00${(good.out as string).slice(2)}` }, { ...good, out: undefined, fault: "auth/failed" }, { ...good, suite: 2 }])
      assert.notEqual((() => { try { return judge(spoilt, profile) } catch (e) { return String(e) } })(), undefined)
  })
})
