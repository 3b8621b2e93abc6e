/**
 * Each code block of each README runs.
 *
 * Every README gets a copy of the repository of its own in a temporary folder (node_modules is a link), and its blocks run there in order, so that
 * a block may use what one before it has made, and nothing is left behind. `sh` blocks run under `bash -euo pipefail` with `ibake` on the PATH,
 * as after `npm install -g`; what they start is ended with them. `npm ci` and `npm test` are taken out (markdown.ts says why). `ts` and `js` blocks
 * are checked by tsc under the repository's own options and then run. `json` must parse; `text` is shown, not run. A fence names its language.
 * Other Markdown files take part when they hold the comment `<!-- each block runs -->`.
 */
import assert from "node:assert/strict"
import { execFile, spawn } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, delimiter, join } from "node:path"
import { promisify } from "node:util"
import { callSvg } from "../docs/make-call-svg.ts"
import { blocks, shell, type Block } from "./markdown.ts"

const run = promisify(execFile)
const MARK = "<!-- each block runs -->"
/** Longest that one block may take, seconds; the promise of `npm start` is a minute. */
const LIMIT = 60

function markdown(): string[] {
  const skip = ["node_modules", ".git", "dist", "coverage"]
  const top = readdirSync(".", { withFileTypes: true }).filter((each) => !skip.includes(each.name))
  const all = top.flatMap((each) => (each.isDirectory() ? readdirSync(each.name, { recursive: true, encoding: "utf8" }).map((name) => join(each.name, name)) : [each.name]))
  return all.filter((path) => path.endsWith(".md") && (basename(path) === "README.md" || readFileSync(path, "utf8").includes(MARK))).sort()
}

/** A copy of the repository that a README may use up. */
function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), "ibake-docs-"))
  for (const name of ["package.json", "tsconfig.json", "tsconfig.build.json", "README.md", "sdk", "boards", "examples", "bench", "docs", "test", "dist"])
    if (existsSync(name)) cpSync(name, join(folder, name), { recursive: true })
  symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"))
  mkdirSync(join(folder, ".bin"))
  writeFileSync(join(folder, ".bin", "ibake"), `#!/bin/sh\nexec "${process.execPath}" "${folder}/dist/sdk/cli/main.js" "$@"\n`, { mode: 0o755 })
  return folder
}

/** Runs a program in its own process group and ends the group with it; answers what went wrong, or undefined. */
function watch(folder: string, command: string, args: readonly string[], seconds: number): Promise<string | undefined> {
  const PATH = `${join(folder, ".bin")}${delimiter}${process.env["PATH"]}`
  const child = spawn(command, args, { cwd: folder, detached: true, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, PATH, FORCE_COLOR: "0", NODE_V8_COVERAGE: "" } })
  let output = ""
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-4000))
  child.stdout.on("data", keep)
  child.stderr.on("data", keep)
  const end = (): void => {
    try {
      process.kill(-child.pid!, "SIGKILL")
    } catch {
      // the group has ended by itself
    }
  }
  return new Promise((done) => {
    let late = false
    const timer = setTimeout(() => {
      late = true
      end()
    }, seconds * 1000)
    child.once("error", (error) => done(error.message))
    child.once("exit", (code, signal) => {
      clearTimeout(timer)
      end()
      child.stdout.destroy()
      child.stderr.destroy()
      done(late ? `not done after ${seconds} s\n${output}` : code === 0 ? undefined : `ended with ${code ?? signal}\n${output}`)
    })
  })
}

async function types(folder: string, file: string): Promise<string | undefined> {
  const project = { extends: "./tsconfig.json", compilerOptions: { noUnusedLocals: false, isolatedDeclarations: false, declaration: false }, include: [], files: [file] }
  writeFileSync(join(folder, "tsconfig.docs.json"), JSON.stringify(project))
  const failed = await run(process.execPath, [join("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.docs.json"], { cwd: folder }).then(() => undefined, (error: { stdout: string }) => error.stdout)
  return failed
}

/** What is wrong with a block, or undefined. */
async function trouble(folder: string, block: Block): Promise<string | undefined> {
  switch (block.language) {
    case "sh":
    case "bash":
      return watch(folder, "bash", ["-euo", "pipefail", "-c", shell(block.text).run], LIMIT)
    case "ts":
    case "js": {
      const file = `readme-${block.line}.${block.language}`
      writeFileSync(join(folder, file), block.text)
      return (block.language === "ts" ? await types(folder, file) : undefined) ?? watch(folder, process.execPath, ["--import", "tsx", file], LIMIT)
    }
    case "json":
      try {
        return void JSON.parse(block.text)
      } catch (error) {
        return (error as Error).message
      }
    case "text":
      return undefined
    default:
      return `expected a fence of sh, ts, js, json or text, got "${block.language}"`
  }
}

async function check(folder: string, path: string, block: Block): Promise<void> {
  const wrong = await trouble(folder, block)
  assert(wrong === undefined, `${path}:${block.line}: ${wrong}`)
}

describe("each code block of", () => {
  for (const path of markdown())
    describe(path, () => {
      let folder = ""
      before(() => void (folder = copy()))
      after(() => rmSync(folder, { recursive: true, force: true }))
      for (const block of blocks(readFileSync(path, "utf8")))
        it(`line ${block.line} (${block.language}) runs`, async function () {
          this.timeout((LIMIT + 60) * 1000)
          await check(folder, path, block)
        })
    })
})

describe("the README", () => {
  it("names the test command that CI runs", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> }
    assert(blocks(readFileSync("README.md", "utf8")).some((block) => shell(block.text).tests), "README.md: no block with npm test")
    assert.equal(scripts["coverage"], "c8 npm test")
    assert.match(readFileSync(".ci/run", "utf8"), /npm run coverage/)
  })
  it("shows the picture that its script makes", () => {
    assert.equal(readFileSync("docs/call.svg", "utf8"), callSvg(), "run: npx tsx docs/make-call-svg.ts")
  })
  it("links only to files that are there", () => {
    for (const path of [...markdown(), "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"])
      for (const [, target] of readFileSync(path, "utf8").matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)) assert(existsSync(join(path, "..", target!)), `${path} links to ${target}`)
  })
})

describe("the runner of code blocks", () => {
  let folder = ""
  before(() => void (folder = copy()))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const fence = (language: string, text: string): Block => blocks(`# Title\n\n\`\`\`${language}\n${text}\n\`\`\`\n`)[0]!
  const bad: readonly (readonly [string, Block, RegExp])[] = [
    ["a command that fails", fence("sh", "echo so far && false"), /X\.md:3: ended with 1\nso far/],
    ["a failure before the last line", fence("sh", "false\ntrue"), /X\.md:3: ended with 1/],
    ["a type that is wrong", fence("ts", "const a: number = 'text'\nconsole.log(a)"), /X\.md:3: .*TS2322/s],
    ["a script that throws", fence("ts", "throw new Error('as planned')"), /X\.md:3: ended with 1.*as planned/s],
    ["JSON that is none", fence("json", "{,}"), /X\.md:3: /],
    ["a fence without a language", fence("", "npm start"), /X\.md:3: expected a fence/],
  ]
  for (const [what, block, message] of bad)
    it(`finds ${what}`, async () => {
      await assert.rejects(check(folder, "X.md", block), message)
    })
  it("finds a command that does not end, and ends it with all that it started", async () => {
    const wrong = await watch(folder, "bash", ["-c", "sleep 600 & echo $! > pid; wait"], 1)
    assert.match(wrong!, /not done after 1 s/)
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"))
    const gone = (): boolean => !existsSync(`/proc/${pid}`) || /\nState:\s+[ZX]/.test(readFileSync(`/proc/${pid}/status`, "utf8"))
    // the signal is out; a busy machine takes its time to carry it out
    for (let i = 0; i < 100 && !gone(); i++) await new Promise((resolve) => setTimeout(resolve, 50))
    assert(gone(), `process ${pid} is still there`)
  })
  it("takes npm ci and npm test out of a block, and nothing else", () => {
    assert.deepEqual(shell("npm ci && npm start\n"), { run: "npm start\n", tests: false })
    assert.deepEqual(shell("npm ci && npm test\necho npm ci\n"), { run: "\necho npm ci\n", tests: true })
  })
  it("lets good blocks pass", async () => {
    await check(folder, "X.md", fence("sh", "npm ci && test -f package.json"))
    await check(folder, "X.md", fence("ts", "const a: number = 1\nif (a !== 1) throw new Error('no')"))
    await check(folder, "X.md", fence("json", "{}"))
    await check(folder, "X.md", fence("text", "whatever"))
  })
})
