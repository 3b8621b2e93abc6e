/** What `npm run coverage` counts is true: no file with a statement is left out, and one source is one text in every process. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import ts from "typescript"

const config = JSON.parse(readFileSync(new URL("../.c8rc.json", import.meta.url), "utf8")) as { all: boolean; include: string[]; exclude: string[]; lines: number }

/** The JavaScript of a source less comments and the mark of a module: empty for types alone. */
const javascript = (source: string): string => ts.transpile(source, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, removeComments: true, verbatimModuleSyntax: true }).replace(/^export \{\};?$/m, "").trim()

describe("coverage", () => {
  it("is of all of sdk/, at least 95 % of its lines", () => {
    assert.deepEqual([config.all, config.include], [true, ["sdk/**/*.ts"]])
    assert.ok(config.lines >= 95)
  })
  it("leaves out files of types only", () => {
    for (const name of config.exclude) assert.equal(javascript(readFileSync(new URL(`../${name}`, import.meta.url), "utf8")), "", name)
    assert.notEqual(javascript("/** Types. */\nexport interface A { readonly b: number }\nexport const c = 1"), "")
  })
  it("adds up processes that were given the same text: tests are loaded as modules, as the command's are", () => {
    // of a source that require() loads, tsx makes another JavaScript than import gets, and c8 adds up counts by offsets in it
    assert.equal(typeof require, "undefined")
  })
})
