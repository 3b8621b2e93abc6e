/**
 * The line to a board: a serial port, or a console over TCP. EspruinoTools has lines of its own; they find no port that udev does not list, end the process when a
 * port does not open, write octets above 127 to a socket as UTF-8, and load native code. This one is a file descriptor that `stty` has set up.
 */
import { spawnSync } from "node:child_process"
import { close, constants, openSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync, write } from "node:fs"
import { connect, type Socket } from "node:net"
import { ReadStream } from "node:tty"
import { flashTrouble } from "./flash-trouble.ts"

/** An open line; it is closed once. */
export interface Line {
  /** Calls back when all octets have left, and never when the line is gone. */
  write(octets: Uint8Array, written: () => void): void
  close(): void
}

/** What a line says. */
export interface LineEvents {
  onData(octets: Uint8Array): void
  /** The other end is gone, or the line broke. */
  onGone(): void
}

/** How long a stopped line (XOFF, or a full buffer) is left alone, milliseconds. */
const AGAIN_MS = 5

/** Opens `/dev/...` or `tcp://host:port`; rejects with a FlashTrouble. */
export function openLine(port: string, baud: number, events: LineEvents): Promise<Line> {
  return port.startsWith("tcp://") ? openSocket(port, events) : Promise.resolve().then(() => openSerial(port, baud, events))
}

/** Whether this file knows such a port; others are for EspruinoTools' own lines. */
export function isLine(port: string): boolean {
  return port.startsWith("tcp://") || port.startsWith("/")
}

function openSerial(port: string, baud: number, events: LineEvents): Line {
  const path = devicePath(port)
  const holder = holderOf(path)
  if (holder !== undefined) throw flashTrouble("port/busy", `${port} is in use by ${holder}: end that, then flash again`)
  const fd = openDevice(port)
  // flock is how picocom, tio, pyserial and we say that a port is taken; where the program is missing nobody says it
  if (spawnSync("flock", ["-n", "0"], { stdio: [fd, "ignore", "ignore"] }).status === 1) throw flashTrouble("port/busy", `${port} is locked by another program: end that, then flash again`)
  const set = spawnSync("stty", [`${baud}`, "raw", "-echo", "clocal", "-hupcl", "ixon", "-ixoff"], { stdio: [fd, "ignore", "pipe"], encoding: "utf8" })
  if (set.status !== 0) throw flashTrouble("port/missing", `${port} cannot be set to ${baud} baud: ${set.error?.message ?? set.stderr.trim()}`)
  const input = new ReadStream(fd)
  let open = true
  const gone = (): void => {
    if (open) events.onGone()
    open = false
  }
  input.on("data", (octets: Buffer) => open && events.onData(octets))
  input.once("end", gone).once("error", gone).once("close", gone)
  const shut = (): void => {
    open = false
    input.destroy()
    close(fd, () => undefined)
  }
  return { write: (octets, written) => push(fd, octets, () => open, written, gone), close: shut }
}

/** Writes to a descriptor that never blocks. */
function push(fd: number, octets: Uint8Array, open: () => boolean, written: () => void, gone: () => void): void {
  if (!open()) return
  write(fd, octets, (error, count) => {
    if (error !== null && error.code !== "EAGAIN") return gone()
    const rest = octets.subarray(error === null ? count : 0)
    if (rest.length === 0) written()
    else setTimeout(() => push(fd, rest, open, written, gone), error === null ? 0 : AGAIN_MS)
  })
}

function devicePath(port: string): string {
  try {
    const path = realpathSync(port)
    if (statSync(path).isCharacterDevice()) return path
  } catch {
    throw flashTrouble("port/missing", `There is no port ${port}: plug the board in, and see ls /dev/tty*`)
  }
  throw flashTrouble("port/missing", `${port} is no serial port: see ls /dev/tty*`)
}

function openDevice(port: string): number {
  try {
    return openSync(port, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "EBUSY") throw flashTrouble("port/busy", `${port} is in use by another program: end that, then flash again`)
    if (code === "EACCES" || code === "EPERM") throw flashTrouble("port/denied", `${port} may not be opened: join the group that owns it, on Debian dialout`)
    throw flashTrouble("port/missing", `${port} cannot be opened (${code}): plug the board in again`)
  }
}

/** A process that has the device open, as `name (process 1)`, where the system tells: on Linux, of one's own processes. */
function holderOf(path: string): string | undefined {
  const pid = list("/proc").find((each) => {
    if (!/^\d+$/.test(each)) return false
    const open = list(`/proc/${each}/fd`).map((fd) => linked(`/proc/${each}/fd/${fd}`))
    // who has the other end of a pty too has made it, and is the board
    return open.includes(path) && !(path.startsWith("/dev/pts/") && open.some((each) => each?.endsWith("/ptmx")))
  })
  if (pid === undefined) return undefined
  try {
    return `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (process ${pid})`
  } catch {
    return `process ${pid}`
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function linked(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}

function openSocket(port: string, events: LineEvents): Promise<Line> {
  const parts = /^tcp:\/\/(\[[0-9a-fA-F:]+\]|[^:/]+)(?::(\d{1,5}))?$/.exec(port)
  if (parts === null) return Promise.reject(flashTrouble("port/missing", `${port} is no address: expected tcp://host:port`))
  return new Promise((opened, failed) => {
    const socket: Socket = connect(Number(parts[2] ?? "23"), parts[1]!.replace(/[[\]]/g, ""))
    socket.setNoDelay(true)
    let open = false
    const gone = (): void => {
      if (open) events.onGone()
      open = false
    }
    socket.once("error", (error: NodeJS.ErrnoException) => (open ? gone() : failed(flashTrouble("port/missing", `Nothing answers at ${port} (${error.code}): is the board on the network?`))))
    socket.on("data", (octets: Buffer) => open && events.onData(octets)).once("end", gone).once("close", gone)
    socket.once("connect", () => {
      open = true
      opened({
        write: (octets, written) => void socket.write(octets, (error) => (error === undefined || error === null ? written() : gone())),
        close: () => ((open = false), void socket.destroy()),
      })
    })
  })
}
