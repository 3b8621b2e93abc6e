/** A device of a rig: found, flashed, asked. What it does wrong is told, never thrown. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { flash, usualBaud } from "../espruino/flash.ts"
import { house, type NamedBoard } from "../find.ts"
import type { Answer, Provided } from "./agent/agent.ts"
import { portChannel, processChannel } from "./channel.ts"
import type { Engine } from "./engine.ts"
import { Lines, type Manner } from "./lines.ts"

/** How a device is reached. */
export type Reach =
  /** `/dev/...` or `tcp://host:port`; `baud` is of a serial port. */
  | { readonly kind: "port"; readonly port: string; readonly baud?: number; readonly flash: boolean }
  /** A program that speaks lines; the words `{script}` and `{heap}` stand for the path of the board's script and the octets of its heap budget. */
  | { readonly kind: "command"; readonly words: readonly string[] }
  /** A simulator that the rig's file names. */
  | { readonly kind: "simulated"; readonly engine: Engine }

/** A device as the rig's file has it. */
export interface DeviceSpec {
  readonly name: string
  readonly board: NamedBoard
  readonly reach: Reach
  /** How long it may take for an answer, milliseconds. */
  readonly patience: number
}

/** What a rig lends to its devices. */
export interface Bench {
  /** A folder of the run. */
  readonly home: string
  /** The text of a board's script with the agent in it. */
  script(board: NamedBoard): Promise<string>
}

/** A device that answers. */
export interface Connected {
  readonly lines: Lines
  /** Asks a case or a step of a call; rejects in words when the device is lost. */
  ask(line: object): Promise<Answer>
  readonly provided: Provided
}

/** Most milliseconds that a device may take to say what its profile is. */
const HELLO_MS = 60000

/** Finds a device, flashes it where it is to be flashed, and hears what its profile provides; rejects in words. */
export async function connected(spec: DeviceSpec, bench: Bench): Promise<Connected> {
  const lines = await opened(spec, bench)
  const ask = async (line: object, patience: number): Promise<Answer> => answerOf(await lines.ask(JSON.stringify(line), patience))
  try {
    const hello = await ask({ op: "profile" }, Math.min(spec.patience, HELLO_MS))
    const provided = providedOf(hello)
    if (provided === undefined) throw new Error(`it does not say what its profile provides: ${JSON.stringify(hello).slice(0, 200)}`)
    const { profile } = spec.board.manifest
    if (provided.name !== profile) throw new Error(`another script is on it: its profile is ${provided.name}, that of ${spec.board.name} is ${profile}`)
    return { lines, provided, ask: (line) => ask(line, spec.patience) }
  } catch (error) {
    await lines.end()
    throw error
  }
}

/** In words for people. */
export function reached({ reach }: DeviceSpec): string {
  switch (reach.kind) {
    case "port": return reach.port
    case "command": return reach.words.join(" ")
    case "simulated": return `simulated by ${reach.engine.name}`
  }
}

async function opened({ name, board, reach, patience }: DeviceSpec, bench: Bench): Promise<Lines> {
  const heap = board.manifest.budgets.heapKb * 1024
  const stored = async (): Promise<string> => {
    const file = join(bench.home, `${name}.js`)
    writeFileSync(file, await bench.script(board))
    return file
  }
  switch (reach.kind) {
    case "port": {
      const baud = reach.baud ?? usualBaud(board.manifest.firmware?.board ?? "ESP32")
      if (reach.flash) await flashed(board, reach.port, baud, patience, await bench.script(board))
      return portChannel(reach.port, baud).then((channel) => new Lines(channel, mannerOf(board)), (error: { message: string }) => Promise.reject(new Error(error.message)))
    }
    case "command": {
      const script = reach.words.includes("{script}") ? await stored() : ""
      const words = reach.words.map((word) => (word === "{script}" ? script : word === "{heap}" ? String(heap) : word))
      return new Lines(processChannel(words[0]!, words.slice(1)), mannerOf(board))
    }
    case "simulated": {
      if (!reach.engine.present()) throw new Error(`${reach.engine.wants} is not installed`)
      const script = await stored()
      reach.engine.prepare(bench.home)
      return reach.engine.start(bench.home, script, heap)
    }
  }
}

async function flashed({ name, manifest }: NamedBoard, port: string, baud: number, patience: number, script: string): Promise<void> {
  const { firmware, memory } = manifest
  if (firmware === undefined) throw new Error(`${name} cannot be flashed from here: see ibake flash --help`)
  if (script.length > memory.codeKb * 1024) throw new Error(`not flashed: the script with the agent has ${script.length} octets, ${name} has ${memory.codeKb * 1024} for code`)
  const seconds = Math.min(120, Math.ceil(patience / 1000))
  const trouble = await flash({ port, baud, board: firmware.board, versions: firmware.versions, script, patience: seconds, dry: false }, () => undefined)
  if (trouble !== undefined) throw new Error(`not flashed: ${trouble.message}`)
}

/** An agent's answer is a JSON object; Espruino's console has a prompt, and echoes a line that does not begin with 0x10. */
function mannerOf({ manifest }: NamedBoard): Manner {
  const answers = (line: string): boolean => line.startsWith("{")
  return manifest.engine === "espruino" ? { answers, prompt: ">", wrap: (line) => `\u0010print(ibake.answer(${JSON.stringify(line)}))` } : { answers }
}

function answerOf(line: string): Answer {
  try {
    const value = JSON.parse(line) as unknown
    if (typeof value === "object" && value !== null && ["out", "fault", "error"].some((name) => name in value)) return value as Answer
  } catch {
    // below
  }
  throw new Error(`it said what is no answer: ${line.slice(0, 80)}`)
}

function providedOf(hello: Answer): Provided | undefined {
  const out = "out" in hello ? (hello.out as Partial<Provided> | null) : undefined
  return typeof out === "object" && out !== null && typeof out.name === "string" && Array.isArray(out.suites) && Array.isArray(out.curves) ? (out as Provided) : undefined
}

/** The board that a simulator stands for, as a path from the folder of the package. */
export function boardOfEngine(engine: Engine): string {
  return join(house, engine.board)
}
