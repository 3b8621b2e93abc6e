/** A board behind a real pseudo-terminal. Node makes none; `script` of util-linux does, and is part of every Debian. */
import { spawn, type ChildProcess } from "node:child_process"
import { createServer, type AddressInfo, type Socket } from "node:net"
import { program } from "../processes.ts"
import { Board, type Wiring } from "./console.ts"

/** A board on a line. */
export interface Plugged {
  /** What `--port` takes. */
  readonly port: string
  readonly board: Board
  /** Pulls the plug: the other end is gone at once. */
  unplug(): Promise<void>
}

/** Those that still run: they end with the tests. */
const children = new Set<ChildProcess>()

/** The program, or undefined: only util-linux's `script` takes our words. */
export function scriptProgram(): string | undefined {
  return process.platform === "linux" ? program("script") : undefined
}

/**
 * Puts a board behind a pty. The command that `script` runs sets the terminal to let all octets pass, says its name, and closes it, so that nobody holds the port.
 */
export function plug(wiring: Wiring): Promise<Plugged> {
  const child = spawn(scriptProgram()!, ["-qfc", "stty raw -echo; tty; exec sleep 600 <&- >&- 2>&-", "/dev/null"], { stdio: ["pipe", "pipe", "ignore"] })
  if (children.size === 0) process.once("exit", () => children.forEach((each) => each.kill("SIGKILL")))
  children.add(child)
  const board = new Board(wiring, (octets) => void (child.stdin.writable && child.stdin.write(octets)))
  const ended = new Promise<void>((done) => child.once("close", () => (children.delete(child), done())))
  child.stdin.on("error", () => undefined)
  return new Promise((plugged, failed) => {
    let named = ""
    child.once("error", failed)
    child.stdout.on("data", (octets: Buffer) => {
      if (named.endsWith("\n")) return board.hear(octets)
      named += octets.toString()
      if (named.endsWith("\n")) plugged({ port: named.trim(), board, unplug: () => (child.kill("SIGKILL"), ended) })
    })
    void ended.then(() => failed(new Error(`script ended: ${named}`)))
  })
}

/** A board with its console on the network. */
export async function online(wiring: Wiring): Promise<Plugged> {
  const sockets: Socket[] = []
  const board = new Board(wiring, (octets) => sockets.forEach((each) => each.write(octets)))
  const server = createServer((socket) => void sockets.push(socket.on("error", () => undefined).on("data", (octets: Buffer) => board.hear(octets))))
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const { port } = server.address() as AddressInfo
  const unplug = (): Promise<void> => {
    sockets.forEach((each) => each.destroy())
    return new Promise((done) => void server.close(() => done()))
  }
  return { port: `tcp://127.0.0.1:${port}`, board, unplug }
}
