/** The engines that cases run in: where each comes from, which board it stands for, and how one is started. FACTS of each are in its host's file. */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { processChannel } from "../../boards/rig/channel.ts"
import type { Engine } from "../../boards/rig/engine.ts"
import { Lines } from "../../boards/rig/lines.ts"
import { program } from "../processes.ts"

export type { Engine } from "../../boards/rig/engine.ts"

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const root = fileURLToPath(new URL("../..", import.meta.url))
const none = (): void => undefined

function hosted(host: string, args: readonly string[]): Lines {
  return new Lines(processChannel(process.execPath, ["--import", "tsx", here(host), ...args]))
}

function node(name: string, board: string): Engine {
  return { name, board, wants: "node", present: () => true, prepare: none, start: (_home, script) => hosted("node-host.ts", [script]) }
}

const quickjs: Engine = {
  name: "QuickJS", board: "boards/quickjs/radio.json", wants: "npm quickjs-emscripten-core", present: () => existsSync(join(root, "node_modules/quickjs-emscripten-core")), prepare: none,
  start: (_home, script, heapOctets) => hosted("quickjs-host.ts", [script, String(heapOctets)]),
}

/** Its command line reads no input but what its prompt evaluates, each with a line for its value; nothing tells how much of its heap is garbage. */
const hermes: Engine = {
  name: "Hermes", board: "boards/hermes/handset.json", wants: "npm hermes-engine-cli on Linux x86-64", present: () => process.platform === "linux" && process.arch === "x64" && existsSync(hermesPath()), prepare: none,
  start(_home: string, script: string): Lines {
    const lines = new Lines(processChannel(hermesPath(), ["-O", "-optimized-eval", "-prompt=", "-prompt2="]), { echo: "undefined", wrap: (line) => `print(ibake.answer(${JSON.stringify(line)}))` })
    lines.tell(`var host = { ticks: Date.now, heap: function () { return -1 } };${readFileSync(script, "utf8").replace(/\n/g, " ")}`)
    return lines
  },
}

function hermesPath(): string {
  return join(createRequire(import.meta.url).resolve("hermes-engine-cli/package.json"), "../linux64-bin/hermes")
}

const xs: Engine = {
  name: "XS", board: "boards/moddable/esp32.json", wants: `XS (npx tsx test/engines/make-xs.ts)`, present: () => existsSync(xsPath()), prepare: none,
  start: (_home, script, heapOctets) => new Lines(processChannel(xsPath(), [script, String(heapOctets)])),
}

/** Where XS with our host is kept: a changed host is another program. */
export function xsPath(): string {
  const of = createHash("sha256").update(readFileSync(here("xs.c"))).update(readFileSync(here("make-xs.ts"))).digest("hex").slice(0, 16)
  return join(root, `node_modules/.cache/ibake/xs-${of}`)
}

const duktape: Engine = {
  name: "Duktape", board: "test/engines/duktape.json", wants: "duktape-dev and gcc", present: () => existsSync("/usr/include/duktape.h") && program("gcc") !== undefined,
  prepare(home: string): void {
    const made = spawnSync(program("gcc")!, ["-O2", "-Wall", "-Werror", "-o", join(home, "duktape"), here("duktape.c"), "-lduktape", "-lm"], { timeout: 60000 })
    if (made.status !== 0) throw new Error(`duktape.c: ${made.stderr.toString()}`)
  },
  start: (home, script, heapOctets) => new Lines(processChannel(join(home, "duktape"), [script, String(heapOctets)])),
}

/** All of them, the slowest first. */
export const engines: readonly Engine[] = [duktape, xs, quickjs, hermes, node("Node", "boards/node/all-suites.json"), node("Node with WebAssembly", "boards/node/radio.json")]
