/**
 * A simulated Espruino board: its console as EspruinoTools sees it, its Storage and its boot.
 *
 * The console is that of https://github.com/espruino/Espruino/blob/master/README_Protocol.md: characters are echoed and `>` is the prompt; a line is executed when its
 * brackets are closed; 3 clears the line; 16 at its beginning turns echo off for that line; 16 1 begins a packet, type in 3 bits and length in 13, answered by
 * 6 (ACK) or 21 (NAK), after a second at the latest. FILE_SEND names a file and its size, DATA fills it. Packets are there from 2v25 on.
 * Storage (https://www.espruino.com/Reference#Storage): `write(name, data, offset, size)` allots a file of that size when the offset is 0 and answers whether it could;
 * erased files are trash until `compact`. A boot (https://www.espruino.com/Saving) runs `.bootrst`, or `.bootcde` when there is none, unless `reset()` made it;
 * Bangle.js runs `.boot1` first. 19 (XOFF) asks for silence until 17 (XON). What the console is told to execute, and what boots, is executed, by JavaScript with the globals named here.
 */
import { createHash } from "node:crypto"
import { createContext, runInContext } from "node:vm"
import { crc32 } from "node:zlib"

const DLE = 0x10
const SOH = 0x01
const ACK = 0x06
const NAK = 0x15
const XON = 0x11
const XOFF = 0x13
const packetType = { FILE_SEND: 3, DATA: 4 }
/** What a file costs beside its octets. */
const HEADER = 32

/** What a board is, and what is wrong with it. */
export interface Wiring {
  readonly board?: string
  readonly version?: string
  /** process.env.CONSOLE. */
  readonly console?: string
  /** Octets of Storage in all. */
  readonly storage?: number
  readonly files?: Readonly<Record<string, string>>
  /** Firmware without SHA-256. */
  readonly sha256?: false
  /** What happens to the packet of this number, the first is 0, counted over all attempts. */
  readonly packet?: (number: number, board: Board) => "refuse" | "swallow" | "damage" | undefined
  /** What each Storage.write of a console line answers, where it is not as it should be. */
  readonly write?: (name: string) => boolean | undefined
  /** Never says anything. */
  readonly dead?: true
  /** Says this to every octet, and does nothing. */
  readonly chatter?: string
}

/** The octets go out here. */
export type Speak = (octets: Uint8Array) => void

/** A board with power. */
export class Board {
  readonly files: Map<string, string>
  /** What ran at boot, names of files. */
  readonly started: string[] = []
  packets = 0
  /** Octets that came while the board had said XOFF: a real one would have lost them. */
  overrun = 0
  private readonly wiring: Wiring
  private readonly speak: Speak
  private trash = 0
  private line = ""
  private echo = true
  private packet: number[] | undefined
  private pending: { name: string; at: number } | undefined
  private globals: object = {}
  private stopped = false

  constructor(wiring: Wiring, speak: Speak) {
    this.wiring = wiring
    this.speak = speak
    this.files = new Map(Object.entries(wiring.files ?? {}))
    this.forget()
  }

  /** Power comes back: what was in RAM is gone, and what is in Storage starts. */
  boot(): void {
    this.forget()
    this.say("\r\n ____                 _\r\n|  __|___ ___ ___ _ _|_|___ ___\r\n|_____|___|  _|_| |___|_|_|_|___|\r\n         |_| espruino.com\r\n")
    const first = this.name.startsWith("BANGLEJS") ? ".boot1" : this.files.has(".bootrst") ? ".bootrst" : ".bootcde"
    const code = this.files.get(first)
    if (code !== undefined) this.start(first, code)
    this.say("\r\n>")
  }

  /** XOFF, and XON after so many milliseconds: flash that is slow to write. */
  pause(ms: number): void {
    this.stopped = true
    this.speak(Uint8Array.of(XOFF))
    setTimeout(() => ((this.stopped = false), this.speak(Uint8Array.of(XON))), ms)
  }

  /** Octets from the host. */
  hear(octets: Uint8Array): void {
    if (this.stopped) this.overrun += octets.length
    if (this.wiring.dead === true) return
    if (this.wiring.chatter !== undefined) return this.say(this.wiring.chatter.repeat(octets.length))
    for (const octet of octets) {
      if (this.packet !== undefined) this.inPacket(octet)
      else this.key(octet)
    }
  }

  get free(): number {
    let used = this.trash
    for (const text of this.files.values()) used += text.length + HEADER
    return (this.wiring.storage ?? 262144) - used
  }

  private get name(): string {
    return this.wiring.board ?? "PICO_R1_3"
  }

  private get version(): string {
    return this.wiring.version ?? "2v26"
  }

  private say(text: string): void {
    this.speak(Buffer.from(text, "latin1"))
  }

  private key(octet: number): void {
    const text = String.fromCharCode(octet)
    if (octet === SOH && this.line === "" && !this.echo && !/^2v(1?\d|2[0-4])(\D|$)/.test(this.version)) this.packet = []
    else if (octet === DLE && this.line === "") this.echo = false
    else if (octet === 0x03) this.clear()
    else if (octet === 0x0a) this.enter()
    else if (octet >= 0x20 || octet === 0x09) {
      this.line += text
      if (this.echo) this.say(text)
    }
  }

  private clear(): void {
    const had = this.line !== ""
    this.line = ""
    this.echo = true
    if (had) this.say("\r\n>")
  }

  private enter(): void {
    if (depth(this.line) > 0) {
      this.line += "\n"
      return
    }
    const { line, echo } = this
    this.line = ""
    this.echo = true
    if (echo) this.say("\r\n")
    const value = this.run(line)
    if (echo) this.say(`=${value}\r\n>`)
  }

  /** Executes a line as the REPL does; what it throws is printed. */
  private run(code: string): string {
    try {
      return String(runInContext(code, this.globals))
    } catch (error) {
      this.say(`Uncaught ${String(error)}\r\n at line 1 col 1\r\n>`)
      return "undefined"
    }
  }

  private start(name: string, code: string): void {
    this.started.push(name)
    this.run(code)
  }

  private inPacket(octet: number): void {
    const packet = this.packet!
    packet.push(octet)
    const length = ((packet[0]! << 8) | (packet[1] ?? 0)) & 0x1fff
    if (packet.length < 2 || packet.length < length + 2) return
    this.packet = undefined
    this.echo = true
    const fate = this.wiring.packet?.(this.packets++, this)
    if (fate === "swallow") return
    const data = Buffer.from(packet.slice(2)).toString("latin1")
    const stored = fate !== "refuse" && this.take(packet[0]! >> 5, fate === "damage" ? damaged(data) : data)
    this.speak(Uint8Array.of(stored ? ACK : NAK))
  }

  private take(type: number, data: string): boolean {
    if (type === packetType.FILE_SEND) {
      const { fn, s } = JSON.parse(data) as { fn: string; s: number }
      this.pending = { name: fn, at: 0 }
      return this.write(fn, "", 0, s)
    }
    // a board that was reset knows nothing of a file
    if (type !== packetType.DATA || this.pending === undefined) return false
    const { name, at } = this.pending
    this.pending.at += data.length
    return this.write(name, data, at, 0)
  }

  private write(name: string, data: string, offset: number, size: number): boolean {
    if (offset === 0 && size > 0) {
      this.erase(name)
      if (size + HEADER > this.free) return false
      this.files.set(name, "\xff".repeat(size))
    }
    const file = this.files.get(name)
    if (file === undefined || offset + data.length > file.length) return false
    this.files.set(name, file.slice(0, offset) + data + file.slice(offset + data.length))
    return true
  }

  private erase(name: string): void {
    const file = this.files.get(name)
    if (file === undefined) return
    this.trash += file.length + HEADER
    this.files.delete(name)
  }

  /** What a reset forgets. */
  private forget(): void {
    this.line = ""
    this.echo = true
    this.packet = undefined
    this.pending = undefined
    const Storage = {
      read: (name: string) => this.files.get(name),
      write: (name: string, data: string, offset = 0, size = data.length) => this.wiring.write?.(name) ?? this.write(name, data, offset, size),
      erase: (name: string) => this.erase(name),
      compact: () => void (this.trash = 0),
      getFree: () => this.free,
      getStats: () => ({ freeBytes: this.free, trashBytes: this.trash }),
    }
    const SHA256 = (text: string): ArrayBuffer => new Uint8Array(createHash("sha256").update(text, "latin1").digest()).buffer
    const modules: Readonly<Record<string, object>> = { Storage, crypto: this.wiring.sha256 === false ? {} : { SHA256 } }
    const print = (...words: unknown[]): void => this.say(words.join(" ") + "\r\n>")
    this.globals = createContext({
      process: { env: { BOARD: this.name, VERSION: this.version, CONSOLE: this.wiring.console ?? "USB" } },
      require: (name: string) => modules[name],
      E: { CRC32: (text: string) => crc32(Buffer.from(text, "latin1")), toString: (octets: ArrayBuffer) => Buffer.from(octets).toString("latin1") },
      atob: (text: string) => Buffer.from(text, "base64").toString("latin1"),
      btoa: (text: string) => Buffer.from(text, "latin1").toString("base64"),
      print,
      console: { log: print },
      reset: () => (this.forget(), undefined),
      load: () => this.boot(),
    })
  }
}

function depth(line: string): number {
  const outside = line.replace(/"(\\.|[^"\\])*"/g, "")
  return (outside.match(/[({[]/g) ?? []).length - (outside.match(/[)}\]]/g) ?? []).length
}

/** One bit of the middle octet differs. */
function damaged(data: string): string {
  const at = data.length >> 1
  return data.slice(0, at) + String.fromCharCode(data.charCodeAt(at) ^ 1) + data.slice(at + 1)
}
