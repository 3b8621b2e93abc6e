/** Servers that tests start: children of ours on loopback, in folders of their own, ended by their own pid. */
import { spawn, type ChildProcess } from "node:child_process"
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createServer, type AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"

/** A running server and its folder. */
export interface Server {
  readonly port: number
  readonly folder: string
  /** Ends the process and removes its folder. */
  stop(): Promise<void>
}

/** How a server is started and how its log says that it is ready. */
export interface Start {
  readonly command: string
  readonly arguments: readonly string[]
  readonly folder: string
  readonly port: number
  readonly ready: RegExp
  /** What ends it in good order. */
  readonly signal: NodeJS.Signals
  readonly uid?: number
  readonly gid?: number
}

/** The first of `names` in PATH, the usual system folders or `more`, or undefined. */
export function program(name: string, more: readonly string[] = []): string | undefined {
  const folders = [...more, ...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin", "/usr/bin"]
  return folders.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Folders that match `before*after`, the highest number first: where Debian keeps the programs of a PostgreSQL version. */
export function versions(before: string, after: string): string[] {
  try {
    return readdirSync(before).sort((a, b) => Number(b) - Number(a)).map((version) => join(before, version, after))
  } catch {
    return []
  }
}

/** A TCP port of loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done, fail) => server.once("error", fail).listen(0, "127.0.0.1", done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

/** A new folder below the system's temporary one, owned by `uid` where given. */
export function folder(name: string, uid?: number, gid?: number): string {
  const path = mkdtempSync(join(tmpdir(), `ibake-${name}-`))
  if (uid !== undefined) chownSync(path, uid, gid ?? uid)
  return path
}

/** Starts a server and waits for its own word that it listens; its log is the error when it ends instead. */
export async function start(how: Start): Promise<Server> {
  const child = spawn(how.command, how.arguments, { cwd: how.folder, stdio: ["ignore", "pipe", "pipe"], uid: how.uid, gid: how.gid })
  const kill = (): void => void child.kill("SIGKILL")
  process.once("exit", kill)
  const ended = new Promise<void>((done) => child.once("close", () => done()))
  const stop = async (): Promise<void> => {
    // mosquitto forgets a signal that comes between its word that it runs and its loop, so it is said again
    child.kill(how.signal)
    const again = setInterval(() => child.kill(how.signal), 500)
    const last = setTimeout(kill, 10000)
    await ended
    clearInterval(again)
    clearTimeout(last)
    process.removeListener("exit", kill)
    rmSync(how.folder, { recursive: true, force: true })
  }
  try {
    await ready(child, how.ready)
  } catch (error) {
    await stop()
    throw error
  }
  return { port: how.port, folder: how.folder, stop }
}

function ready(child: ChildProcess, word: RegExp): Promise<void> {
  return new Promise((done, fail) => {
    let log = ""
    const more = (chunk: Buffer): void => {
      log += chunk.toString()
      if (word.test(log)) done()
    }
    child.stdout!.on("data", more)
    child.stderr!.on("data", more)
    child.once("error", fail)
    child.once("close", (code) => fail(new Error(`${child.spawnfile} ended with ${code}: ${log}`)))
  })
}
