/** `ibake flash`: a script onto a board, by the method that the board's manifest names, verified by reading back its hash. */
import { readFileSync } from "node:fs"
import { Command } from "commander"
import { flash, flashTroubles, usualBaud, type FlashEvent, type FlashTrouble } from "../../boards/espruino/flash.ts"
import { boardAt, boardNamed, boardNames, type NamedBoard } from "../../boards/find.ts"
import type { FlashMethod } from "../../boards/manifest.ts"
import { missingCompilers } from "./build.ts"
import { copyScript } from "./flash-copy.ts"
import { number } from "./kms-options.ts"
import { exit, screen, type Screen } from "./screen.ts"

interface FlashOptions {
  readonly board?: string
  readonly boardFile?: string
  readonly port?: string
  readonly script?: string
  readonly baud?: number
  readonly patience: number
  readonly dryRun?: true
  readonly json?: true
}

/** What to do for boards that this command does not flash. */
const elsewhere: Readonly<Partial<Record<FlashMethod, string>>> = {
  mcconfig: "is flashed by Moddable's own tool, with your application: build the script, name it in your application's manifest.json, and run mcconfig -d -m -p esp32",
  bundle: "takes its script in the bundle of your application: build the script, import it there, and run your application's own build (npx react-native run-android or run-ios)",
  none: "runs from the npm package, there is nothing to flash: npm install ibake there",
}

const help = (): string => `
Boards: ${boardNames().join(", ")}.
PORT is /dev/ttyACM0 or another serial port, tcp://host:port, or what EspruinoTools knows besides, as the address of a Bluetooth board; for a board whose manifest
says copy it is the file to write. Espruino boards need npm install espruino. Without --script the script is built first, as ibake build does.
What started the old script is removed first, and what starts the new one is stored last, when its hash has been read back: no part of a script ever runs.

Examples:
  $ ibake flash --board espruino/pico --port /dev/ttyACM0
  $ ibake flash --board espruino/pico --port /dev/ttyACM0 --script radio.js --dry-run
  $ ibake flash --board quickjs/radio --port /media/radio/ibake.js --script radio.js

Exit codes: 0 stored, verified and started; 1 EspruinoTools or a compiler is missing or failed; 2 wrong usage; 3 no port; 4 port in use, or not allowed; 5 nothing
there answers as such a board does; 6 another board, or firmware that is too old; 7 no space; 8 refused, stalled, gone or not what was sent.`

/** The `flash` subcommand. */
export function flashCommand(): Command {
  return new Command("flash")
    .description("a script onto a board, verified")
    .option("--board <name>", "one of the boards below")
    .option("--board-file <file>", "the manifest of another board")
    .option("--port <port>", "where the board is")
    .option("--script <file>", "the script; built if not given")
    .option("--baud <baud>", "of a serial port; 115200 for ESP32 and 9600 for others if not given", number(300, 4000000))
    .option("--patience <seconds>", "how long the board may take for an answer", number(1, 120), 10)
    .option("--dry-run", "look at the board, say what would be done, change nothing")
    .option("--json", "one JSON object a line")
    .addHelpText("after", help)
    .action(async (o: FlashOptions) => {
      process.exitCode = await run(o, screen(o.json === true))
    })
}

/** Flashes and tells; answers the exit code. */
async function run(o: FlashOptions, out: Screen): Promise<number> {
  let board: NamedBoard
  let script: string | undefined
  try {
    if ((o.board === undefined) === (o.boardFile === undefined)) return told(out, "say one of --board and --board-file", exit.usage)
    board = o.boardFile === undefined ? boardNamed(o.board!) : boardAt(o.boardFile)
    const other = elsewhere[board.manifest.flash]
    if (other !== undefined) return told(out, `${board.manifest.title} ${other}`, exit.usage)
    if (o.port === undefined) return told(out, "say --port, where the board is", exit.usage)
    if (o.script !== undefined) script = readFileSync(o.script, "latin1")
  } catch (error) {
    return told(out, (error as Error).message, exit.usage)
  }
  if (script === undefined) {
    const built = await build(board, out)
    if (typeof built === "number") return built
    script = built.text
  }
  if (script === "") return told(out, "the script is empty", exit.usage)
  return put(board, script, o, out)
}

/** The board's script, or the exit code of why there is none. */
async function build(board: NamedBoard, out: Screen): Promise<{ text: string } | number> {
  const missing = missingCompilers()
  if (missing !== undefined) return told(out, missing, exit.fault)
  try {
    const { buildScript } = await import("../../boards/build.ts")
    const { recipeOf, refusals } = await import("../../boards/script.ts")
    out.progress(`building ${board.name}`)
    const script = await buildScript(recipeOf(board))
    const refused = refusals(board, script)
    if (refused.length === 0) return script
    const fits = script.octets <= board.manifest.memory.codeKb * 1024
    return fits ? told(out, refused.join("; "), exit.fault) : told(out, refused.join("; "), flashTroubles["store/full"], "store/full")
  } catch (error) {
    return told(out, (error as Error).message.trim().replaceAll("\n", " "), exit.fault)
  }
}

async function put({ name, manifest }: NamedBoard, script: string, o: FlashOptions, out: Screen): Promise<number> {
  const most = manifest.memory.codeKb * 1024
  if (script.length > most) return told(out, `does not fit: the script has ${script.length} octets, ${name} has ${most} for code`, flashTroubles["store/full"], "store/full")
  const heard = (event: FlashEvent): void => show(event, o, out)
  const { firmware, flash: method } = manifest
  const trouble =
    method === "copy"
      ? copyScript(o.port!, script, o.dryRun === true, heard)
      : await flash({ port: o.port!, baud: o.baud ?? usualBaud(firmware!.board), board: firmware!.board, versions: firmware!.versions, script, patience: o.patience, dry: o.dryRun === true }, heard)
  if (trouble !== undefined) return failed(out, trouble)
  if (o.dryRun !== true) out.say(`${name} at ${o.port}: done`, { event: "done", board: name, port: o.port, octets: script.length })
  return exit.ok
}

function show(event: FlashEvent, { json }: FlashOptions, out: Screen): void {
  switch (event.event) {
    case "board":
      return out.say(`${event.board}, firmware ${event.version}, ${event.free} octets of Storage free`, { ...event })
    case "emptying":
      return json === true ? out.say("", { ...event }) : out.progress("removing the old script")
    case "warning":
      return out.trouble(`ibake flash: warning: ${event.words}.`, { ...event })
    case "plan":
      return out.say(["would", ...event.steps.map((step, i) => `${i + 1}. ${step}`)].join("\n  "), { ...event })
    case "progress":
      return json === true ? out.say("", { ...event }) : out.progress(`sending: ${event.sent} of ${event.octets} octets`)
    case "verified":
      return out.say(`read back: ${event.by} ${event.hash}, as sent`, { ...event })
  }
}

function failed(out: Screen, { code, message, emptied }: FlashTrouble): number {
  out.trouble(`ibake flash: ${message}.`, { event: "trouble", code, line: message, emptied })
  return flashTroubles[code]
}

function told(out: Screen, line: string, status: number, code: string = status === exit.usage ? "usage" : "build/failed"): number {
  out.trouble(`ibake flash: ${line}.`, { event: "trouble", code, line, emptied: false })
  return status
}
