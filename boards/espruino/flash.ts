/**
 * Puts a script into the flash of an Espruino board, over its console. The work is done by EspruinoTools in a process of its own (flash-process.ts), which is
 * watched, and killed when nothing more comes from it.
 */
import { fork } from "node:child_process"
import { extname } from "node:path"
import { fileURLToPath } from "node:url"
import type { Verified } from "./flash-questions.ts"
import { flashTrouble, type FlashCode, type FlashTrouble } from "./flash-trouble.ts"

export { flashTrouble, flashTroubles, isFlashTrouble, type FlashCode, type FlashTrouble } from "./flash-trouble.ts"

/** What goes where. */
export interface FlashJob {
  /** `/dev/...`, `tcp://host:port`, or a name of one of EspruinoTools' own lines, as the address of a Bluetooth device. */
  readonly port: string
  /** Of a serial port; USB does not mind. */
  readonly baud: number
  /** process.env.BOARD that the script is for, and the values of process.env.VERSION that are known. */
  readonly board: string
  readonly versions: readonly string[]
  /** The script, a character for each octet. */
  readonly script: string
  /** How long the board may take to answer, seconds. */
  readonly patience: number
  /** Looks at the board and changes nothing. */
  readonly dry: boolean
}

/** What is heard while a board is flashed. */
export type FlashEvent =
  | { readonly event: "board"; readonly board: string; readonly version: string; readonly free: number }
  | { readonly event: "warning"; readonly words: string }
  /** The old script is removed now: from here to the end of the job the board starts nothing. */
  | { readonly event: "emptying" }
  | { readonly event: "plan"; readonly steps: readonly string[] }
  | { readonly event: "progress"; readonly sent: number; readonly octets: number }
  | ({ readonly event: "verified" } & Verified)
  | { readonly event: "done" }
  | { readonly event: "trouble"; readonly code: FlashCode; readonly words: string }

/** Longest silence of the process: it waits two minutes for a large flash to be tidied up. */
const SILENCE_MS = 150000

/** Baud rate of a board's serial console as it comes: 115200 on ESP32 and ESP8266, 9600 elsewhere. */
export function usualBaud(board: string): number {
  return /^ESP(32|8266)/.test(board) ? 115200 : 9600
}

/**
 * Does a job and tells what happens; `done` and `trouble` are not told but answered: undefined when the script is on the board, its hash was read back and it starts
 * at boot (of a dry run: when it could be), else the trouble.
 */
export function flash(job: FlashJob, heard: (event: FlashEvent) => void): Promise<FlashTrouble | undefined> {
  const here = fileURLToPath(import.meta.url)
  const child = fork(here.replace(/flash\.[jt]s$/, `flash-process${extname(here)}`), [], { stdio: ["ignore", "ignore", "pipe", "ipc"], execArgv: process.execArgv })
  let errors = ""
  child.stderr!.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)))
  const kill = (): void => void child.kill("SIGKILL")
  process.once("exit", kill)
  return new Promise((answer) => {
    let last: FlashEvent | undefined
    let board: "as it was" | "emptied" = "as it was"
    let watch = setTimeout(kill, SILENCE_MS)
    child.on("message", (message) => {
      last = message as FlashEvent
      clearTimeout(watch)
      watch = setTimeout(kill, SILENCE_MS)
      if (last.event === "emptying") board = "emptied"
      if (last.event !== "done" && last.event !== "trouble") heard(last)
    })
    // its last message may come after its end
    let open = 2
    const over = (): void => {
      if (--open > 0) return
      clearTimeout(watch)
      process.removeListener("exit", kill)
      if (last?.event === "done") answer(undefined)
      else if (last?.event === "trouble") answer(flashTrouble(last.code, last.words, board))
      else answer(flashTrouble("tools/failed", `The process that flashes ended without a word: flash again. ${errors.trim()}`.trim(), board))
    }
    child.once("close", over).once("disconnect", over)
    child.send(job)
  })
}
