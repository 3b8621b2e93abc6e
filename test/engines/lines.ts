/** A process that answers each line with a line: how an engine is spoken to, as a device would be over its serial port. */
import { spawn, type ChildProcess } from "node:child_process"
import { createInterface, type Interface } from "node:readline"

/** What an engine wants said, and says beside. */
export interface Manner {
  /** What it prints after each answer, and is passed over. */
  readonly echo?: string
  /** A line of ours as the engine takes it. */
  wrap?(line: string): string
}

/** A child of ours; lines are asked one after another. */
export class Lines {
  private readonly manner: Manner
  private readonly child: ChildProcess
  private readonly input: Interface
  private readonly waiting: { done(line: string): void; fail(error: Error): void }[] = []
  private readonly kill: () => void
  private log = ""
  private over: string | undefined

  constructor(command: string, args: readonly string[], manner: Manner = {}) {
    this.manner = manner
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] })
    this.kill = () => void this.child.kill("SIGKILL")
    process.once("exit", this.kill)
    this.child.stderr!.on("data", (chunk: Buffer) => { this.log = (this.log + chunk.toString()).slice(-2000) })
    // the child may be gone before it has read all; that it is gone is told by `close`
    this.child.stdin!.on("error", () => undefined)
    this.input = createInterface({ input: this.child.stdout!, crlfDelay: Infinity })
    this.input.on("line", (line) => {
      if (line === manner.echo) return
      const next = this.waiting.shift()
      if (next === undefined) this.log += line
      else next.done(line)
    })
    const ended = (why: string): void => {
      this.over = `${command} ended with ${why}: ${this.log.trim()}`
      for (const each of this.waiting.splice(0)) each.fail(new Error(this.over))
    }
    this.child.once("error", (error) => ended(error.message))
    this.child.once("close", (code, signal) => ended(String(code ?? signal)))
  }

  /** Sends a line that has no answer. */
  tell(line: string): void {
    this.child.stdin!.write(`${line}\n`)
  }

  /** The answer to a line; rejects with the process's last words when it ends instead. */
  ask(line: string): Promise<string> {
    return new Promise((done, fail) => {
      if (this.over !== undefined) return fail(new Error(this.over))
      this.waiting.push({ done, fail })
      this.tell(this.manner.wrap === undefined ? line : this.manner.wrap(line))
    })
  }

  /** Ends the process. */
  async end(): Promise<void> {
    process.removeListener("exit", this.kill)
    if (this.over !== undefined) return
    const closed = new Promise((done) => this.child.once("close", done))
    this.kill()
    await closed
  }
}
