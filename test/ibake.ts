/** `ibake` as a process of its own, for tests that run it as its users do. */
import assert from "node:assert/strict"
import { spawn, type ChildProcess } from "node:child_process"
import { createInterface } from "node:readline"

/** What the package's `bin` names; `npm test` has built it. */
export const main: string = new URL("../dist/sdk/cli/main.js", import.meta.url).pathname

/** A line of `--json`. */
export type Line = Record<string, unknown>

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  /** Lines of standard error. */
  readonly errors: string[]
}

/** A command at work. */
export interface Running {
  readonly ended: Promise<Ended>
  /** The first JSON line of this event, of which `which` holds. */
  until(event: string, which?: (line: Line) => boolean): Promise<Line>
  stop(): void
}

const children: ChildProcess[] = []

/** Ends whatever still runs: for the `after` of whoever starts something. */
export function endAll(): void {
  children.forEach((child) => child.kill("SIGKILL"))
}

/** Starts `ibake` with these words. */
export function start(...words: readonly string[]): Running {
  const env = { ...process.env, IBAKE_PASSPHRASE: undefined, IBAKE_DATABASE: undefined }
  const child = spawn(process.execPath, [main, ...words], { env, stdio: ["ignore", "pipe", "pipe"] })
  children.push(child)
  const seen: Line[] = []
  const waiting: { event: string; which: (line: Line) => boolean; tell: (line: Line) => void; fail: (e: Error) => void }[] = []
  let out = ""
  let errors = ""
  createInterface({ input: child.stdout }).on("line", (text) => {
    out += text + "\n"
    if (!text.startsWith('{"')) return
    const line = JSON.parse(text) as Line
    seen.push(line)
    for (const w of waiting.filter((w) => w.event === line.event && w.which(line))) w.tell(line)
  })
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()))
  const ended = new Promise<Ended>((done) =>
    child.once("close", (code) => {
      for (const w of waiting) w.fail(new Error(`ended with ${code} before ${w.event}: ${errors}${out}`))
      done({ code, out, errors: errors.split("\n").filter((l) => l !== "") })
    }),
  )
  const until = (event: string, which: (line: Line) => boolean = () => true): Promise<Line> => {
    const found = seen.find((l) => l.event === event && which(l))
    return found === undefined ? new Promise((tell, fail) => waiting.push({ event, which, tell, fail })) : Promise.resolve(found)
  }
  return { ended, until, stop: () => void child.kill("SIGTERM") }
}

/** Runs `ibake` to its end. */
export function ibake(...words: readonly string[]): Promise<Ended> {
  return start(...words).ended
}

/** What it said, line by line. */
export function lines(ended: Ended): Line[] {
  return ended.out.split("\n").filter((l) => l !== "").map((l) => JSON.parse(l) as Line)
}

/** Asserts one line on standard error that names what is wrong and ends in what to do next, and this exit code. */
export function oneLine(ended: Ended, code: number, words: RegExp): void {
  assert.equal(ended.code, code, ended.errors.join("\n") + ended.out)
  assert.equal(ended.errors.length, 1, ended.errors.join("\n"))
  assert.match(ended.errors[0]!, words)
  assert.match(ended.errors[0]!, /^ibake.*[:.] .*\.$/)
}
