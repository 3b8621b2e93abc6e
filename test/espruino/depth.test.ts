/** Espruino's stack: a recursion of 100 works there and one of 1000 fails. What a device does in fetches and calls stays below 100, counted in every function of ours. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import ts from "typescript"
import { nodes } from "../../boards/shrink.ts"
import { scriptOf, type Script } from "../script.ts"

const MOST = 100

/** A bundle whose functions with a body, of files that `counted` names, count how deep they are called. */
function counting(bundle: string, counted: (file: string) => boolean): string {
  const file = ts.createSourceFile("bundle.mjs", bundle, ts.ScriptTarget.ES2022, true)
  // esbuild names each module in a comment of a line
  const modules = [...bundle.matchAll(/^\/\/ (\S+)$/gm)].map((each) => ({ at: each.index, name: each[1]! }))
  const moduleOf = (at: number): string => modules.filter((each) => each.at < at).at(-1)?.name ?? ""
  const bodies = nodes(file, ts.isBlock).filter((each) => ts.isFunctionLike(each.parent) && !ts.isConstructorDeclaration(each.parent) && each.parent.getText().indexOf("yield") < 0 && counted(moduleOf(each.getStart())))
  const edits = bodies.flatMap((each) => [
    { at: each.getStart() + 1, text: " const $before = depth.now; depth.calls++; if (++depth.now > depth.most) depth.most = depth.now; try {" },
    { at: each.getEnd() - 1, text: "} finally { depth.now = $before } " },
  ])
  let out = ""
  let at = 0
  for (const edit of edits.sort((a, b) => a.at - b.at)) {
    out += bundle.slice(at, edit.at) + edit.text
    at = edit.at
  }
  return out + bundle.slice(at)
}

describe("calls within calls on a device", function () {
  this.timeout(120000)
  let script: Script
  before(async () => {
    script = await scriptOf("test/espruino/depth-worker.ts", [])
    const ours = (file: string): boolean => /^(sdk\/(?!kms\/)|boards\/profiles\/|test\/espruino\/)/.test(file)
    writeFileSync(script.path, counting(readFileSync(script.path, "utf8"), ours))
  })
  after(() => script?.remove())

  const run = (...words: string[]): { most: number; calls: number; after: number } => {
    const done = spawnSync(process.execPath, [script.path, ...words], { encoding: "utf8", timeout: 100000 })
    assert.equal(done.status, 0, done.stderr.slice(-2000))
    return JSON.parse(done.stdout) as { most: number; calls: number; after: number }
  }

  it(`are less than ${MOST} deep in key fetches and calls`, () => {
    const { most, calls } = run()
    assert(calls > 100000, `${calls} calls were counted`)
    assert(most > 10 && most < MOST, `${most} deep`)
  })

  it("are found when they are deeper", () => {
    const { most, after } = run("control")
    assert(most < MOST && after >= 150, `${most}, then ${after}`)
  })
})
