/** Passphrases that are typed: `ibake kms` on a terminal, which shows none of what is typed. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { folder, program } from "../processes.ts"
import { tool } from "../tools.ts"

const house = fileURLToPath(new URL("../../", import.meta.url))

interface Ended {
  readonly code: number | null
  /** All that the terminal showed. */
  readonly shown: string
}

/** Runs `ibake` on a terminal of its own (util-linux's script) and types an answer at each prompt. */
function typed(words: readonly string[], answers: readonly string[]): Promise<Ended> {
  const { IBAKE_PASSPHRASE: _, ...env } = process.env
  const command = [process.execPath, "--import", "tsx", "sdk/cli/main.ts", ...words].map((word) => `'${word}'`).join(" ")
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], { cwd: house, env, stdio: ["pipe", "pipe", "inherit"], timeout: 60000, killSignal: "SIGKILL" })
  let shown = ""
  let answered = 0
  child.stdout.on("data", (chunk: Buffer) => {
    shown += chunk.toString()
    const prompts = shown.match(/Passphrase: |Once more: /g)?.length ?? 0
    while (answered < Math.min(prompts, answers.length)) child.stdin.write(answers[answered++]!)
  })
  return new Promise((done) => child.once("close", (code) => done({ code, shown })))
}

describe("a passphrase on a terminal", () => {
  let home = ""
  const kms = (): string => join(home, "kms")
  const init = (): string[] => ["kms", "init", "--dir", kms(), "--name", "north", "--uri", "kms.example", "--host", "radio.example"]
  before(tool("script of util-linux", () => process.platform === "linux" && program("script")))
  before(() => { home = folder("terminal") })
  after(() => { if (home !== "") rmSync(home, { recursive: true, force: true }) })

  it("that is not the same twice founds nothing", async () => {
    const { code, shown } = await typed(init(), ["correct horse battery\r", "correct horse buttery\r"])
    assert.notEqual(code, 0)
    assert.match(shown, /expected the same passphrase twice/)
    assert.ok(!existsSync(kms()))
  })
  it("that is short founds nothing", async () => {
    const { code, shown } = await typed(init(), ["short\r", "short\r"])
    assert.notEqual(code, 0)
    assert.match(shown, /expected a passphrase of \d+ octets or more/)
    assert.ok(!existsSync(kms()))
  })
  it("that is given up with Ctrl-C founds nothing, and says so in one line", async () => {
    const { code, shown } = await typed(init(), ["correct ho\x03"])
    assert.equal(code, 1)
    assert.match(shown, /^Passphrase: \r\n\r?(\x1b\[K)?ibake kms: No passphrase was given[^\n]*\r\n$/)
    assert.ok(!existsSync(kms()))
  })
  it("founds a KMS that it opens again, slips mended with the backspace key; another opens nothing; none is ever shown", async () => {
    const founded = await typed(init(), ["correct horsx\x7fe battery\r", "correct horse battery\n"])
    assert.equal(founded.code, 0, founded.shown)
    const enrol = (name: string): string[] => ["kms", "enrol", `sip:${name}@radio.example`, "--dir", kms(), "--broker", "mqtt://127.0.0.1:1883", "--out", join(home, name)]
    const opened = await typed(enrol("alice"), ["correct horse battery\r"])
    assert.equal(opened.code, 0, opened.shown)
    assert.ok(existsSync(join(home, "alice")))
    const wrong = await typed(enrol("bob"), ["correct horse buttery\r"])
    assert.equal(wrong.code, 1, wrong.shown)
    assert.ok(!existsSync(join(home, "bob")))
    for (const { shown } of [founded, opened, wrong]) assert.doesNotMatch(shown, /horse|buttery/)
  })
})
