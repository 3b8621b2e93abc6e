/** `ibake rig`: the cases and calls that boards provide for, on every device of a hardware map at once. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Command } from "commander"
import { junit } from "../../boards/rig/junit.ts"
import { page } from "../../boards/rig/page.ts"
import { callName, checks, counts, type RigResult } from "../../boards/rig/result.ts"
import { runRig, type RigEvent, type RigPlan } from "../../boards/rig/rig.ts"
import { tap } from "../../boards/rig/tap.ts"
import { rigPlan } from "./rig-file.ts"
import { exit, screen, type Screen } from "./screen.ts"

interface RigOptions {
  readonly rig: string
  readonly out?: string
  readonly cases?: string
  readonly json?: true
}

const help = `
A hardware map is a JSON file:
  {
    "cases": ["symmetric", "suite 0x01"],            groups of cases; all, if not given
    "calls": true,                                   calls host to device and back, and each device to the next; true, if not given
    "faults": true,                                  calls with the host over links that spoil, double and cut, too; false, if not given
    "simulators": "engines.ts",                      a module that exports engines, for devices that are simulated
    "devices": [
      { "name": "pico 1", "board": "espruino/pico", "port": "/dev/ttyACM0", "flash": true },
      { "name": "linux", "board": "quickjs/radio", "port": "tcp://10.0.0.7:2270", "patienceS": 120 },
      { "name": "ours", "boardFile": "our-board.json", "command": ["./simulator", "{script}", "{heap}"] }
    ]
  }
Each device runs a script with the agent, which answers a line with a line. "flash" puts it onto an Espruino board first; {script} is the path of the board's
script, {heap} the octets of its heap budget. baud is of a serial port, patienceS how long one answer may take.
What a board's profile has not is left out, and named. A device that goes, stalls or floods is lost; the others go on.
With --out the folder gets results.tap, junit.xml, report.html and results.json; times are held against the results.json that is there.

Examples:
  $ ibake rig --rig rig.json
  $ ibake rig --rig rig.json --out results --json

Exit codes: 0 all that was asked came out well; 1 a case or call failed, a device was lost or went over a budget; 2 wrong usage.`

/** The `rig` subcommand. */
export function rigCommand(): Command {
  return new Command("rig")
    .description("cases and calls on every device of a hardware map")
    .requiredOption("--rig <file>", "the hardware map")
    .option("--out <folder>", "where results.tap, junit.xml, report.html and results.json go")
    .option("--cases <folder>", "other cases than the package's")
    .option("--json", "one JSON object a line")
    .addHelpText("after", help)
    .action(async (o: RigOptions) => {
      process.exitCode = await run(o, screen(o.json === true))
    })
}

/** Runs and tells; answers the exit code. */
async function run(o: RigOptions, out: Screen): Promise<number> {
  let plan: RigPlan
  let last: RigResult | undefined
  try {
    plan = await rigPlan(o.rig, o.cases)
    last = o.out === undefined ? undefined : lastRun(o.out)
  } catch (error) {
    return told(out, `${o.rig}: ${(error as Error).message}`)
  }
  const result = await runRig(plan, (event) => show(event, out))
  if (o.out !== undefined) keep(o.out, result, last)
  const all = checks(result)
  const { passed, failed, left } = counts(all)
  for (const each of all) if (each.outcome === "failed") out.trouble(`ibake rig: ${each.of}: ${each.group}: ${each.name}: ${each.words}.`, { event: "failed", ...each })
  out.say(`${passed} passed, ${failed} failed, ${left} left out`, { event: "done", passed, failed, left, lost: result.devices.filter((each) => each.lost !== undefined).map((each) => each.name) })
  return failed === 0 ? exit.ok : exit.fault
}

/** The results that a folder holds, if any; a file of another format is refused rather than written over. */
function lastRun(folder: string): RigResult | undefined {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, "results.json")
  if (!existsSync(file)) return undefined
  const last = JSON.parse(readFileSync(file, "utf8")) as Partial<RigResult>
  if (last.format !== 1 || !Array.isArray(last.devices)) throw new Error(`${file} is not of a rig: say another folder`)
  return last as RigResult
}

function keep(folder: string, result: RigResult, last: RigResult | undefined): void {
  const all = checks(result)
  const files = { "results.tap": tap(all), "junit.xml": junit(all), "report.html": page(result, last), "results.json": `${JSON.stringify(result, undefined, 1)}\n` }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
}

function show(event: RigEvent, out: Screen): void {
  switch (event.event) {
    case "connected":
      return out.say(`${event.device}: profile ${event.profile}`, { ...event })
    case "group":
      return out.say(`${event.device}: ${event.group}: ${event.left === undefined || event.passed + event.failed > 0 ? `${event.passed} passed, ${event.failed} failed${event.left === undefined ? "" : `; ${event.left}`}` : `left out: ${event.left}`}`, { ...event })
    case "lost":
      return out.say(`${event.device}: lost: ${event.line}`, { ...event })
    case "call":
      return out.say(`${callName(event)}: ${event.left ?? event.problem ?? `${Math.round(event.ms.initiator)} and ${Math.round(event.ms.responder)} ms`}`, { ...event })
  }
}

function told(out: Screen, line: string): number {
  out.trouble(`ibake rig: ${line.replaceAll("\n", " ")}.`, { event: "trouble", line })
  return exit.usage
}
