/**
 * QuickJS as a board of Linux: files, /dev/urandom and a line to a gateway through the modules `std` and `os`, as bellard.org/quickjs/quickjs.html and
 * quickjs-ng.github.io/quickjs/stdlib document them. It has no sockets: the line is a serial port, a pty or a FIFO that the application has opened.
 * `ibake.quickjsBoard({ std, os }, { name: "radio", folder: "/var/ibake", line: os.open("/dev/ttyS1", os.O_RDWR), mtu: 128 })`.
 */
import type { Entropy } from "../../sdk/port.ts"
import { clockOver, type SettableBoard } from "../parts/clock.ts"
import { linkOver } from "../parts/link.ts"
import { copied, wipe } from "../parts/octets.ts"
import { serialPipe, type Wire } from "../parts/serial.ts"
import { slotStore, type Files } from "../parts/slots.ts"

/** What of `import * as os from "os"` the port uses; calls answer a count or 0, or a negative error number. */
export interface QuickjsOs {
  readonly O_RDONLY: number
  readonly O_WRONLY: number
  readonly O_CREAT: number
  readonly O_TRUNC: number
  open(path: string, flags: number, mode?: number): number
  close(file: number): number
  read(file: number, buffer: ArrayBuffer, offset: number, length: number): number
  write(file: number, buffer: ArrayBuffer, offset: number, length: number): number
  remove(path: string): number
  /** Calls back whenever the file has something to read; null ends that. */
  setReadHandler(file: number, act: (() => void) | null): void
  setTimeout(act: () => void, ms: number): unknown
  /** Milliseconds that no setting of the clock changes. */
  now(): number
}

/** What a board is made of. */
export interface QuickjsOptions {
  readonly name: string
  /** A folder that is there, and that only this radio's user enters. */
  readonly folder: string
  /** The folder lies on storage that whoever holds the radio cannot read out. */
  readonly sealed?: true
  /** The system's clock is right: NTP, GPS or a battery sets it. */
  readonly clockIsSet?: true
  /** The open file of the line to the gateway. */
  readonly line: number
  /** Longest payload, octets; 32 to 65535. */
  readonly mtu: number
  /** Open flag under which a write is on the disk when it returns; 0x101000 unless given, which is right on Linux but for MIPS and SPARC. */
  readonly sync?: number
}

const O_SYNC = 0x101000
const OWNER_ONLY = 0x180
const CHUNK = 256

/** A board on QuickJS. */
export function quickjsBoard(os: QuickjsOs, options: QuickjsOptions): SettableBoard {
  const clock = clockOver({
    milliseconds: () => os.now(),
    utc: () => (options.clockIsSet === true ? Date.now() / 1000 : undefined),
    wake: (ms, act) => void os.setTimeout(act, ms),
  })
  return {
    name: options.name,
    clock,
    entropy: urandom(os),
    link: linkOver(serialPipe(lineOf(os, options.line), clock, options.mtu), clock, { mtu: options.mtu, window: 8, retryMs: 0 }),
    store: slotStore(filesOf(os, options.folder, options.sync === undefined ? O_SYNC : options.sync), options.sealed === true),
  }
}

/** The kernel's generator; nothing is kept of it. */
function urandom(os: QuickjsOs): Entropy {
  return {
    fill(out): boolean {
      const fresh = new Uint8Array(out.length)
      const file = os.open("/dev/urandom", os.O_RDONLY)
      if (file < 0) return false
      const whole = all(fresh, (at) => os.read(file, fresh.buffer, at, fresh.length - at))
      os.close(file)
      if (whole) out.set(fresh)
      wipe(fresh)
      return whole
    },
  }
}

function filesOf(os: QuickjsOs, folder: string, sync: number): Files {
  const path = (name: string): string => folder + "/v-" + name + ".bin"
  return {
    read(name): Uint8Array | undefined {
      const file = os.open(path(name), os.O_RDONLY)
      if (file < 0) return undefined
      const octets = whole(os, file)
      os.close(file)
      return octets
    },
    write(name, octets): boolean {
      const file = os.open(path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | sync, OWNER_ONLY)
      if (file < 0) return false
      const own = copied(octets)
      const written = all(own, (at) => os.write(file, own.buffer, at, own.length - at))
      wipe(own)
      return os.close(file) >= 0 && written
    },
    erase: (name) => void os.remove(path(name)),
  }
}

/** All that a file has; undefined when it cannot be read. */
function whole(os: QuickjsOs, file: number): Uint8Array | undefined {
  let held = new Uint8Array(0)
  const part = new Uint8Array(CHUNK)
  for (;;) {
    const count = os.read(file, part.buffer, 0, CHUNK)
    if (count <= 0) {
      wipe(part)
      return count < 0 ? undefined : held
    }
    const more = new Uint8Array(held.length + count)
    more.set(held)
    more.set(part.subarray(0, count), held.length)
    wipe(held)
    held = more
  }
}

/** Goes on until all octets are through, for a call may take some of them. */
function all(octets: Uint8Array, step: (at: number) => number): boolean {
  for (let at = 0; at < octets.length; ) {
    const count = step(at)
    if (count <= 0) return false
    at += count
  }
  return true
}

function lineOf(os: QuickjsOs, line: number): Wire {
  return {
    write(octets): void {
      all(octets, (at) => os.write(line, octets.buffer as ArrayBuffer, at, octets.length - at))
    },
    listen(heard): void {
      if (heard === undefined) return os.setReadHandler(line, null)
      os.setReadHandler(line, () => {
        const octets = new Uint8Array(CHUNK)
        const count = os.read(line, octets.buffer, 0, CHUNK)
        if (count > 0) heard(octets.subarray(0, count))
      })
    },
  }
}
