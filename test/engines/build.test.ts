/** How a board's script is made: the same each time, names kept that others say, nothing changed in what it does; and that old engines load it. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { runInNewContext } from "node:vm"
import ts from "typescript"
import { buildScript, recipeFor, type Recipe, type Script } from "../../boards/build.ts"
import { publicNames } from "../../boards/names.ts"
import { shrink } from "../../boards/shrink.ts"
import { elsewhere, groups } from "../../boards/rig/case-files.ts"
import { folder, program } from "../processes.ts"
import { tool } from "../tools.ts"
import { engines } from "./engines.ts"
import { manifestAt, pool, ready } from "./run.ts"

const root = process.cwd()
const es5 = (entry: string, change: Partial<Recipe> = {}): Promise<Script> => buildScript({ entry, root, global: "made", language: "es5", keep: [], forbidden: [], ...change })
const made = <T>(script: Script): T => (runInNewContext(`${script.text}; made`) as T)

describe("a script for a board", () => {
  it("is the same octets each time, and its modules are all of it", async () => {
    const [first, second] = await Promise.all([1, 2].map(() => es5('export { parse } from "./sdk/mikey/message.ts"')))
    assert.equal(first!.text, second!.text)
    assert.equal(first!.octets, Buffer.byteLength(first!.text))
    assert.equal(first!.modules.reduce((sum, each) => sum + each.octets, 0), first!.octets)
    const message = first!.modules.find((each) => each.file === "sdk/mikey/message.ts")
    assert(message !== undefined && message.octets > 1000, JSON.stringify(first!.modules))
    assert(first!.modules.every((each) => /^(sdk\/|\(frame\)|entry)/.test(each.file)), JSON.stringify(first!.modules))
  })

  it("has one global", async () => {
    const script = await es5("export class A { a: number\n constructor() { this.a = 2 ** 3 } }")
    const scope: Record<string, unknown> = {}
    runInNewContext(script.text, scope)
    assert.deepEqual(Object.keys(scope), ["made"])
  })

  it("does what its source does: absent values, methods, strings, powers of numbers and BigInts", async () => {
    const entry = `
      class Pair { first: number | undefined
        constructor(first: number | undefined) { this.first = first }
        none(): boolean { return this.first === undefined }
        words(): string { return this.none() ? "nothing of that kind" : "something of that kind" }
        again(): string { return ["nothing of that kind", "something of that kind", "nothing of that kind"].concat(["something of that kind"]).join() } }
      export function answers(of: number, big: bigint): string {
        return [new Pair(undefined).words(), new Pair(of).words(), new Pair(of).again(), String(new Pair(void 0).none()), String(of ** 3), String(2 ** 10), String(big ** big), String(big ** (big - big))].join("|")
      }`
    const { answers } = made<{ answers(of: number, big: bigint): string }>(await es5(entry))
    const again = "nothing of that kind,something of that kind,nothing of that kind,something of that kind"
    assert.equal(answers(7, 12n), `nothing of that kind|something of that kind|${again}|true|343|1024|8916100448256|1`)
  })

  it("has other names for properties than its source, but for those that others say", async () => {
    const entry = "export const f = (of: { inner: { deep: number } }): number => of.inner.deep + [1, 2].length\nexport const g = (): object => ({ outer: { deep: 1 } })"
    type Made = { f(of: unknown): number; g(): object }
    const kept = made<Made>(await es5(entry, { keep: ["inner", "deep"] }))
    assert.equal(kept.f({ inner: { deep: 5 } }), 7)
    assert.notDeepEqual(Object.keys(kept.g()), ["outer"])
    const changed = made<Made>(await es5(entry))
    assert.throws(() => changed.f({ inner: { deep: 5 } }), "a name that was not kept is another's")
    assert.deepEqual(Object.keys(made<Made>(await es5(entry, { keep: "all" })).g()), ["outer"])
  })

  it("is searched for what it may not hold, in its text and in its files' names", async () => {
    const { found } = await es5('export { nobleField } from "./sdk/field/noble.ts"', { forbidden: ["field/noble", "pglite", "BigInt"], keep: "all" })
    assert.deepEqual(found, ["field/noble", "BigInt"])
  })

  it("is refused when its source is wrong", async () => {
    await assert.rejects(es5('export { nothing } from "./sdk/base/nothing.ts"'), /Could not resolve/)
    await assert.rejects(es5("const a = 1"), /expected an entry that exports something/)
  })
})

describe("a shortened script", () => {
  it("knows where each place was before", () => {
    const body = 'var C = (function () { function C() {} C.prototype.a = function () { return "a long string" }; C.prototype.b = function () { return void 0 === "a long string" }; return C }());\nreturn new C().a() + "a long string" + new C().b()'
    const { text, before } = shrink(body, "made")
    assert.equal(runInNewContext(`${text}; made`), "a long stringa long stringfalse")
    for (const word of ["function C", "new C().a", "return C "]) assert.equal(before(text.indexOf(word)), body.indexOf(word), word)
    assert.equal(before(text.indexOf("undefined")), -1)
    assert(!text.includes("void 0"))
    assert.equal(text.split("prototype").length, 2)
  })
})

describe("the public names", () => {
  const names = publicNames([join(root, "sdk/index")])
  it("are what an application may say of a Device, a Board, a Profile, a Fault", () => {
    for (const name of ["fetchKeys", "onSecured", "publish", "suites", "encapsulate", "fault", "masterKey", "step"]) assert(names.includes(name), name)
  })
  it("are neither private names, nor the language's, nor those of messages inside", () => {
    for (const name of ["party", "turn", "subarray", "ibakeAt", "identities_"]) assert(!names.includes(name), name)
  })
})

/** Where code calls a property by a string that it computes: what a minifier cannot see. Objects that are tables of names are another thing. */
function computedNames(files: readonly string[]): string[] {
  const program = ts.createProgram([...files], { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, allowImportingTsExtensions: true, noEmit: true, strict: true, types: [] })
  const checker = program.getTypeChecker()
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isElementAccessExpression(node) && !ts.isStringLiteralLike(node.argumentExpression)) {
      const name = checker.getBaseConstraintOfType(checker.getTypeAtLocation(node.argumentExpression))
      const byString = name !== undefined && (name.isUnion() ? name.types : [name]).some((each) => (each.flags & ts.TypeFlags.StringLike) !== 0)
      if (byString && checker.getTypeAtLocation(node.expression).getStringIndexType() === undefined) found.push(`${node.getSourceFile().fileName}: ${node.getText()}`)
    }
    ts.forEachChild(node, visit)
  }
  for (const file of files) visit(program.getSourceFile(file)!)
  return found
}

describe("what a script of short names is made of", () => {
  it("calls no property by a string that it computes", async () => {
    const manifest = manifestAt("test/engines/duktape.json")
    const { modules } = await buildScript(recipeFor(manifest, { entry: 'export * from "./sdk/index.ts"\nexport { profile }', root, names: [] }))
    const shipped = modules.map((each) => each.file).filter((file) => file.endsWith(".ts"))
    assert(shipped.length > 70, `${shipped.length} files`)
    assert.deepEqual(computedNames(shipped.map((file) => join(root, file))), [])
  })
  it("would be found out", () => {
    const home = folder("names")
    const file = join(home, "sample.ts")
    writeFileSync(file, 'export const f = (a: { x: number; y: number }, of: "x" | "y", t: { [name: string]: number }): number => a[of] + a["x"] + t[of] + [1][0]')
    try {
      assert.deepEqual(computedNames([file]), [`${file}: a[of]`])
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  })
})

describe("cases", () => {
  it("are read from every file of test/cases, or are known to be read elsewhere", () => {
    const all = readdirSync(join(root, "test/cases")).filter((name) => name.endsWith(".json"))
    const read = new Set(groups().flatMap((each) => each.files))
    assert.deepEqual([...read, ...Object.keys(elsewhere)].sort(), all.sort())
    assert.equal(new Set(groups().map((each) => each.name)).size, groups().length)
  })
})

describe("a pool", () => {
  it("runs so many at once and no more, in order, whatever comes of them", async () => {
    const inTurn = pool(2)
    let running = 0
    const seen: number[] = []
    const work = (i: number) => inTurn(async () => {
      seen.push(i)
      assert(++running <= 2)
      await new Promise((done) => setImmediate(done))
      running--
      if (i === 1) throw new Error("one")
      return i
    })
    assert.deepEqual((await Promise.allSettled([0, 1, 2, 3, 4].map(work))).map((each) => each.status), ["fulfilled", "rejected", "fulfilled", "fulfilled", "fulfilled"])
    assert.deepEqual(seen, [0, 1, 2, 3, 4])
  })
})

describe("the whole SDK without a group", () => {
  let home = ""
  let script: Script
  before(async () => {
    home = folder("dialect")
    const manifest = manifestAt("test/engines/bare.json")
    script = await buildScript(recipeFor(manifest, { entry: 'export * from "./sdk/index.ts"\nexport { profile }', root, names: [] }))
    assert.deepEqual(script.found, [])
  })
  after(() => { if (home !== "") rmSync(home, { recursive: true, force: true }) })

  describe("in Duktape", () => {
    const duktape = engines.find((each) => each.name === "Duktape")!
    before(tool(duktape.wants, () => duktape.present()))
    it("loads, and has its door", async () => {
      const file = join(home, "door.js")
      writeFileSync(file, `${script.text}\nibake.answer = function () { return typeof ibake.Device + " " + ibake.hex(new Uint8Array([1, 171])) + " " + ibake.profile().prf }`)
      duktape.prepare(home)
      const lines = duktape.start(home, file, 0)
      try {
        assert.match(await lines.ask("{}"), /^function 01ab /)
      } finally {
        await lines.end()
      }
    })
    it("says in words that its heap is too small", async () => {
      const board = await ready(duktape, home)
      const lines = board.start(200 * 1024)
      try {
        await assert.rejects(lines.ask('{"op":"profile"}'), /ended with 3: .*(alloc failed|error in error handling)/)
      } finally {
        await lines.end()
      }
    })
  })

  describe("in QuickJS", () => {
    const quickjs = engines.find((each) => each.name === "QuickJS")!
    before(tool(quickjs.wants, () => quickjs.present()))
    it("is ended, in words, when it takes more heap than its cap", async () => {
      const file = join(home, "small.js")
      writeFileSync(file, script.text)
      const lines = quickjs.start(home, file, 100 * 1024)
      try {
        await assert.rejects(lines.ask("{}"), /ended with 1: [^]*out of memory: \d+ octets of heap, the cap is 102400/)
      } finally {
        await lines.end()
      }
    })
  })

  describe("in MuJS, which has no typed arrays", () => {
    const path = (): string | undefined => program("mujs")
    before(tool("mujs", path))
    it("loads, for loading does nothing", () => {
      const file = join(home, "mujs.js")
      writeFileSync(file, `${script.text}\nprint(typeof ibake.Device)\n`)
      const done = spawnSync(path()!, [file], { timeout: 20000, encoding: "utf8" })
      assert.equal(done.stdout + done.stderr, "function\n")
    })
  })
})
