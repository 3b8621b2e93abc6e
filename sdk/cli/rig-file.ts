/** The hardware map of a rig, a JSON file: devices, how each is reached, and which cases they are asked. Every wrong field is named. */
import { readFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { boardAt, boardNamed, type NamedBoard } from "../../boards/find.ts"
import { groups, type Group } from "../../boards/rig/case-files.ts"
import { boardOfEngine, type DeviceSpec, type Reach } from "../../boards/rig/device.ts"
import type { Engine } from "../../boards/rig/engine.ts"
import type { RigPlan } from "../../boards/rig/rig.ts"
import { Fields } from "./fields.ts"

/** Reads a rig's file; throws in words that name the field. `cases` is another folder of cases than the package's. */
export async function rigPlan(file: string, cases: string | undefined): Promise<RigPlan> {
  const rig = new Fields(JSON.parse(readFileSync(file, "utf8")), "")
  const all = groups(cases)
  const wanted = rig.has("cases") ? rig.list("cases", 0, (value, at) => groupNamed(value, at, all)) : all
  const calls = !rig.has("calls") || rig.flag("calls")
  const faults = rig.flag("faults")
  const folder = dirname(resolve(file))
  const engines = rig.has("simulators") ? await enginesOf(resolve(folder, rig.text("simulators"))) : []
  const devices = rig.list("devices", 1, (value, at) => deviceOf(new Fields(value, at), at, folder, engines))
  rig.close()
  const twice = devices.find(({ name }, i) => devices.findIndex((each) => each.name === name) < i)
  if (twice !== undefined) throw new Error(`devices: there are two of the name ${twice.name}`)
  return { devices, groups: wanted, faults, ...(calls ? { call: groupNamed("call", "calls", all) } : {}) }
}

function groupNamed(value: unknown, at: string, all: readonly Group[]): Group {
  const found = all.find(({ name }) => name === value)
  if (found === undefined) throw new Error(`${at}: expected one of ${all.map(({ name }) => name).join(", ")}`)
  return found
}

/** A module of the rig's owner, which exports `engines`. */
async function enginesOf(path: string): Promise<readonly Engine[]> {
  const module = (await import(pathToFileURL(path).href)) as { engines?: readonly Engine[] }
  if (!Array.isArray(module.engines)) throw new Error(`simulators: expected ${path} to export engines`)
  return module.engines
}

function deviceOf(fields: Fields, at: string, folder: string, engines: readonly Engine[]): DeviceSpec {
  const name = fields.text("name")
  if (!/^[A-Za-z0-9][A-Za-z0-9._ -]{0,31}$/.test(name) || name === "host" || name === "calls") throw new Error(`${at}.name: expected 1 to 32 letters, digits, spaces, ., _ and -, and not host or calls`)
  const reach = reachOf(fields, at, engines)
  const board = boardOf(fields, at, folder, reach)
  // a responder's side is the longest answer; a busy machine takes several times as long
  const usual = Math.max(60, 2 * board.manifest.budgets.callSetupS)
  const patience = 1000 * (fields.has("patienceS") ? fields.whole("patienceS", 1, 86400) : usual)
  fields.close()
  return { name, board, reach, patience }
}

function reachOf(fields: Fields, at: string, engines: readonly Engine[]): Reach {
  const ways = (["port", "command", "simulated"] as const).filter((way) => fields.has(way))
  if (ways.length !== 1) throw new Error(`${at}: expected one of port, command and simulated`)
  if (ways[0] === "command") return { kind: "command", words: fields.list("command", 1, (value, where) => wordOf(value, where)) }
  if (ways[0] === "port") {
    const port = fields.text("port")
    if (!/^(tcp:\/\/|\/)/.test(port)) throw new Error(`${at}.port: expected /dev/... or tcp://host:port`)
    return { kind: "port", port, flash: fields.flag("flash"), ...(fields.has("baud") ? { baud: fields.whole("baud", 300, 4000000) } : {}) }
  }
  const name = fields.text("simulated")
  const engine = engines.find((each) => each.name === name)
  if (engine === undefined) throw new Error(`${at}.simulated: ${engines.length === 0 ? "expected simulators, a module that exports engines, in the file" : `expected one of ${engines.map((each) => each.name).join(", ")}`}`)
  return { kind: "simulated", engine }
}

/** A simulator brings its board; others have to say theirs. */
function boardOf(fields: Fields, at: string, folder: string, reach: Reach): NamedBoard {
  if (fields.has("board")) return boardNamed(fields.text("board"))
  if (fields.has("boardFile")) return boardAt(resolve(folder, fields.text("boardFile")))
  if (reach.kind !== "simulated") throw new Error(`${at}: expected board or boardFile`)
  return boardAt(boardOfEngine(reach.engine), reach.engine.board.replace(/^boards\/|\.json$/g, ""))
}

function wordOf(value: unknown, at: string): string {
  if (typeof value !== "string" || value === "") throw new Error(`${at}: expected a word`)
  return value
}
