/**
 * EspruinoTools, npm `espruino`, as the console of one board. It loads scripts into the global scope, prints to the console, listens to `uncaughtException` and asks
 * espruino.com about whatever board name a device gives: it runs in a process of its own (flash-process.ts), and is told not to ask.
 */
import { createRequire } from "node:module"
import { isLine, openLine, type Line } from "./flash-line.ts"
import { flashTrouble, type FlashTrouble } from "./flash-trouble.ts"

/** The part of EspruinoTools that we use; it has no types in its package. */
interface Tools {
  readonly Config: Record<string, unknown>
  readonly Core: {
    readonly Serial: {
      devices: Device[]
      readonly connection: { espruinoSendPacket(type: "FILE_SEND" | "DATA", data: string, options: { timeout: number }): Promise<void> }
      open(port: string, connected: (info: unknown) => void, disconnected: () => void): void
      close(): void
      startListening(heard: (data: ArrayBuffer) => void): void
      write(text: string, showStatus?: boolean): void
      setSlowWrite(isOn: boolean, force: boolean): void
    }
    readonly Utils: {
      executeExpression(expression: string, answered: (json: string | undefined) => void, options: { minTimeout: number; maxTimeout: number }): void
    }
  }
}

interface Device {
  readonly name: string
  getPorts(found: (ports: { path: string }[], instant: boolean) => void): void
  open(port: string, opened: (info: unknown) => void, received: (data: ArrayBuffer) => void, disconnected: () => void): void
  write(text: string, written: () => void): void
  close(): void
}

/** The console of a board. All of it rejects with a FlashTrouble. */
export interface BoardConsole {
  /** The value of an expression, or Trouble board/silent after so many seconds. */
  ask(expression: string, seconds: number): Promise<unknown>
  /** Sends text and looks at no answer for so long. */
  say(text: string, ms: number): Promise<void>
  /** Sends one packet (https://github.com/espruino/Espruino/blob/master/README_Protocol.md) and waits for its ACK. */
  packet(type: "FILE_SEND" | "DATA", data: string): Promise<void>
  /** Sends as fast as the line goes, for boards whose console controls the flow. */
  fast(): void
  /** What the board has said since this was asked last, 2000 octets of it at most. */
  heard(): string
  close(): void
}

/** A board that says more than this while it is flashed is out of order, or none: octets. */
const MOST_HEARD = 1 << 18
const REMEMBERED = 2000
/** Packages that EspruinoTools loads for its own lines, native code among them. */
const others = ["@abandonware/noble", "noble-winrt", "noble", "node-ble", "peerjs-on-node", "serialport", "websocket", "bluetooth-hci-socket"]

/** Opens a port. `patience` is how long the board may take for a packet, seconds. */
export async function openConsole(port: string, baud: number, patience: number): Promise<BoardConsole> {
  const tools = await load(isLine(port))
  Object.assign(tools.Config, { ENV_ON_CONNECT: false, SERIAL_IGNORE: "", STORAGE_UPLOAD_METHOD: 1, BAUD_RATE: baud })
  const end = ending()
  const ear = listener(port, end.fail)
  const { Serial } = tools.Core
  if (isLine(port)) Serial.devices = [ourDevice(port, baud, ear.take, end.fail)]
  Serial.startListening(() => undefined)
  const connected = new Promise<void>((done, fail) => {
    const opened = (info: unknown): void => (info === undefined ? fail(flashTrouble("port/missing", `There is no port ${port} that EspruinoTools can open`)) : done())
    Serial.open(port, opened, () => end.fail(gone(port)))
  })
  await end.within(connected, patience, flashTrouble("port/missing", `${port} does not open within ${patience} s`))
  return consoleOf(tools, port, patience, end, ear)
}

function consoleOf({ Core: { Serial, Utils } }: Tools, port: string, patience: number, end: Ending, ear: Listener): BoardConsole {
  return {
    ask: async (expression, seconds) => {
      const answer = new Promise<string | undefined>((done) => Utils.executeExpression(expression, done, { minTimeout: seconds, maxTimeout: seconds }))
      return parsed(port, await end.within(answer, seconds + 2, silent(port)))
    },
    say: (text, ms) => {
      Serial.write(text, false)
      return end.within(new Promise((done) => setTimeout(done, ms)), ms / 1000 + 1, silent(port))
    },
    packet: (type, data) => {
      const stalled = flashTrouble("transfer/stalled", `The board took a part of the script and then nothing for ${patience} s`)
      const sent = Serial.connection.espruinoSendPacket(type, data, { timeout: patience * 1000 }).catch((error: unknown) => {
        throw String(error).startsWith("NAK") ? flashTrouble("transfer/refused", "The board refused a part of the script (NAK)") : stalled
      })
      return end.within(sent, patience + 1, stalled)
    },
    fast: () => Serial.setSlowWrite(false, true),
    heard: ear.heard,
    close: () => Serial.close(),
  }
}

function parsed(port: string, json: string | undefined): unknown {
  if (json === undefined) throw silent(port)
  try {
    return JSON.parse(json) as unknown
  } catch {
    throw flashTrouble("board/noise", `${port} answers what is no JSON: is another program at work on it, or its script still running?`)
  }
}

interface Listener {
  /** Takes octets of the board; false when it has said too much. */
  take(octets: Uint8Array): boolean
  heard(): string
}

function listener(port: string, fail: (trouble: FlashTrouble) => void): Listener {
  let said = ""
  let count = 0
  return {
    take: (octets) => {
      count += octets.length
      said = (said + Buffer.from(octets).toString("latin1")).slice(-REMEMBERED)
      if (count > MOST_HEARD) fail(flashTrouble("board/noise", `${port} does not stop talking: this is no Espruino console, or its script floods it. Hold its button while it boots, then flash again`))
      return count <= MOST_HEARD
    },
    heard: () => {
      const all = said
      said = ""
      return all
    },
  }
}

/** Text as a person may see it. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, " ").trim()
}

function silent(port: string): FlashTrouble {
  return flashTrouble("board/silent", `Nothing at ${port} answers as an Espruino console does: is it the right port, the right --baud, and no script that has taken the console?`)
}

function gone(port: string): FlashTrouble {
  return flashTrouble("transfer/gone", `The board at ${port} went away: it was unplugged, or it was reset`)
}

/** The first trouble that ends everything, and promises that it rejects. */
interface Ending {
  fail(trouble: FlashTrouble): void
  within<T>(work: Promise<T>, seconds: number, late: FlashTrouble): Promise<T>
}

function ending(): Ending {
  let fail!: (trouble: FlashTrouble) => void
  const ended = new Promise<never>((_, reject) => (fail = reject))
  ended.catch(() => undefined)
  const within = <T>(work: Promise<T>, seconds: number, late: FlashTrouble): Promise<T> => {
    let timer: NodeJS.Timeout
    const over = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(late), seconds * 1000)))
    return Promise.race([work, over, ended]).finally(() => clearTimeout(timer))
  }
  return { fail, within }
}

/** A Line as EspruinoTools wants one. `take` answers whether there is room for more. */
function ourDevice(port: string, baud: number, take: (octets: Uint8Array) => boolean, fail: (trouble: FlashTrouble) => void): Device {
  let line: Line | undefined
  return {
    name: "ibake",
    getPorts: (found) => found([{ path: port }], true),
    open: (_port, opened, received, disconnected) => {
      const onData = (octets: Uint8Array): void => {
        // a copy, for EspruinoTools wants a whole ArrayBuffer
        if (take(octets)) received(new Uint8Array(octets).buffer)
      }
      openLine(port, baud, { onData, onGone: disconnected }).then((made) => opened((line = made)), fail)
    },
    write: (text, written) => line?.write(Buffer.from(text, "latin1"), written),
    close: () => line?.close(),
  }
}

/** EspruinoTools, loaded into this process's global scope. Of the packages that its own lines want it finds none unless they are wanted. */
async function load(bare: boolean): Promise<Tools> {
  const find = createRequire(import.meta.url)
  let path: string
  try {
    path = find.resolve("espruino")
  } catch {
    throw flashTrouble("tools/missing", "EspruinoTools is not installed: npm install espruino")
  }
  const theirs = createRequire(path)
  const allowed = (name: string): string => {
    if (bare && others.some((each) => name === each)) throw new Error(`${name} is left out`)
    return name
  }
  const guarded = Object.assign((name: string): unknown => theirs(allowed(name)), { resolve: (name: string) => theirs.resolve(allowed(name)) })
  // its own `global.require = require` is not heard
  Object.defineProperty(globalThis, "require", { configurable: true, get: () => guarded, set: () => undefined })
  const { init } = find("espruino") as { init(done: () => void): void }
  await new Promise<void>((done) => init(done))
  return (globalThis as unknown as { Espruino: Tools }).Espruino
}
