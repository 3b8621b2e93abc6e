/** What carries a device's octets: a process that we start, a serial port, a pty, a TCP socket. */
import { spawn, type ChildProcess } from "node:child_process"
import { openLine } from "../espruino/flash-line.ts"

/** What a channel says. */
export interface ChannelEvents {
  onData(octets: Uint8Array): void
  /** The other end is gone, with its last words; nothing comes after it. */
  onGone(why: string): void
}

/** An open channel. */
export interface Channel {
  /** Of a process that we started. */
  readonly pid?: number
  /** Says once to whom it speaks; what came before is lost. */
  listen(events: ChannelEvents): void
  write(text: string): void
  /** Ends it; resolves when nothing of it is left. */
  close(): Promise<void>
}

/** Those that run: none outlives us. */
const children: Set<ChildProcess> = new Set()
const killAll = (): void => children.forEach((child) => child.kill("SIGKILL"))

/** A child of ours, spoken to over its standard input and output. */
export function processChannel(command: string, args: readonly string[]): Channel {
  // counting lines would slow an engine that is Node, and is lost when it is killed
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, NODE_V8_COVERAGE: "" } })
  if (children.size === 0) process.once("exit", killAll)
  children.add(child)
  let log = ""
  let over = false
  const closed = new Promise<string>((done) => {
    child.once("error", (error) => done(error.message))
    child.once("close", (code, signal) => done(String(code ?? signal)))
  })
  void closed.then(() => {
    over = true
    children.delete(child)
    if (children.size === 0) process.removeListener("exit", killAll)
  })
  child.stderr.on("data", (chunk: Buffer) => { log = (log + chunk.toString()).slice(-2000) })
  // the child may be gone before it has read all; that it is gone is told by `close`
  child.stdin.on("error", () => undefined)
  return {
    pid: child.pid,
    listen(events) {
      child.stdout.on("data", (octets: Buffer) => events.onData(octets))
      void closed.then((why) => events.onGone(`${command} ended with ${why}: ${log.trim()}`))
    },
    write: (text) => void (over || child.stdin.write(text)),
    async close() {
      // what still comes of a flood is nobody's
      child.stdout.destroy()
      child.kill("SIGKILL")
      await closed
    },
  }
}

/** A serial port or `tcp://host:port`; rejects with an object that has a `message`, when nobody is there. */
export async function portChannel(port: string, baud: number): Promise<Channel> {
  let heard: ChannelEvents | undefined
  let gone = false
  const line = await openLine(port, baud, {
    onData: (octets) => heard?.onData(octets),
    onGone: () => {
      gone = true
      heard?.onGone(`${port} is gone: was it unplugged, or did it reset?`)
    },
  })
  return {
    listen(events) {
      heard = events
      if (gone) events.onGone(`${port} is gone: was it unplugged, or did it reset?`)
    },
    write: (text) => void (gone || line.write(Buffer.from(text), () => undefined)),
    async close() {
      heard = undefined
      if (!gone) line.close()
      gone = true
      return Promise.resolve()
    },
  }
}
