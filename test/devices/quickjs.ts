/**
 * A simulated module `os` of QuickJS, as bellard.org/quickjs/quickjs.html section 4.2.3 and quickjs-ng.github.io/quickjs/stdlib document it: calls answer a count
 * or 0, or -errno; `read` and `write` may take less than asked; a read handler is called while there is something to read.
 */
import type { QuickjsOs } from "../../boards/quickjs/port.ts"
import { Gateway, type DeviceWorld } from "./world.ts"

const ENOENT = -2
const ENOSPC = -28
/** The file of the line. */
export const LINE = 3

interface Open {
  readonly path: string
  at: number
}

/** The module and what is behind it. */
export class OsDevice implements QuickjsOs {
  readonly O_RDONLY = 0
  readonly O_WRONLY = 1
  readonly O_CREAT = 0o100
  readonly O_TRUNC = 0o1000
  readonly files: Map<string, Uint8Array> = new Map()
  readonly gateway: Gateway
  readonly flags: number[] = []
  full = false
  urandom = true
  private readonly world: DeviceWorld
  private readonly opened: Map<number, Open> = new Map()
  private readonly came: number[] = []
  private handler: (() => void) | null = null
  private next = 10

  constructor(world: DeviceWorld) {
    this.world = world
    this.gateway = new Gateway(world, (octets) => {
      this.came.push(...octets)
      while (this.handler !== null && this.came.length > 0) this.handler()
    })
  }

  open(path: string, flags: number): number {
    if (path === "/dev/urandom" ? !this.urandom : (flags & this.O_CREAT) === 0 && !this.files.has(path)) return ENOENT
    if ((flags & this.O_TRUNC) !== 0) this.files.set(path, new Uint8Array(0))
    if ((flags & this.O_WRONLY) !== 0) this.flags.push(flags)
    this.opened.set(this.next, { path, at: 0 })
    return this.next++
  }

  close(file: number): number {
    return this.opened.delete(file) ? 0 : -9
  }

  read(file: number, buffer: ArrayBuffer, offset: number, length: number): number {
    const some = Math.min(length, 100)
    const out = new Uint8Array(buffer, offset, some)
    if (file === LINE) {
      const octets = this.came.splice(0, some)
      out.set(octets)
      return octets.length
    }
    const of = this.opened.get(file)!
    if (of.path === "/dev/urandom") {
      for (let i = 0; i < some; i++) out[i] = this.world.word()
      return some
    }
    const octets = this.files.get(of.path)!.subarray(of.at, of.at + some)
    out.set(octets)
    of.at += octets.length
    return octets.length
  }

  write(file: number, buffer: ArrayBuffer, offset: number, length: number): number {
    const octets = new Uint8Array(buffer, offset, Math.min(length, 100))
    if (file === LINE) {
      this.gateway.take(octets)
      return octets.length
    }
    if (this.full) return ENOSPC
    const { path } = this.opened.get(file)!
    this.files.set(path, new Uint8Array([...this.files.get(path)!, ...octets]))
    return octets.length
  }

  remove(path: string): number {
    return this.files.delete(path) ? 0 : ENOENT
  }

  setReadHandler(_file: number, act: (() => void) | null): void {
    this.handler = act
  }

  setTimeout(act: () => void, ms: number): void {
    // a timer may be early by what rounding takes
    this.world.after(Math.max(ms - 0.5, 0), act)
  }

  now(): number {
    return 5000.25 + this.world.time.now
  }
}
