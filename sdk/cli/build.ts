/** `ibake build`: the one script of a board, from its manifest; what it weighs beside its budget, and a source map. The same input gives the same octets. */
import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { basename } from "node:path"
import { Command } from "commander"
import type { Script } from "../../boards/build.ts"
import { boardAt, boardNamed, boardNames, type NamedBoard } from "../../boards/find.ts"
import { exit, screen, type Screen } from "./screen.ts"

interface BuildOptions {
  readonly board?: string
  readonly boardFile?: string
  readonly out?: string
  readonly json?: true
}

/** What makes scripts. The package leaves it out: a radio or a KMS needs none of it. */
const compilers = ["esbuild", "terser", "typescript"]

/** A board whose calls may take longer is said to be slow, seconds. */
const PATIENCE_S = 60

const help = (): string => `
Boards: ${boardNames().join(", ")}.
A board is named with its engine, or without where only one engine has one of the name. A vendor's board is a manifest of the same shape in a file of its own:
a profile (<profile>.ts or .js) and a port (port.ts or .js) beside it go before those of the package. The script is one global, ibake: the SDK, its board's
profile and its port. The source map is beside it (.map). Nothing is written that does not fit, is over budget or holds a forbidden word.

Examples:
  $ ibake build --board espruino/bangle2 --out bangle2.js
  $ ibake build --board-file ours/radio.json --out radio.js --json

Exit codes: 0 the script is written, 1 it may not go onto its board, or a compiler is missing, 2 wrong usage or a wrong manifest.`

/** The `build` subcommand. */
export function buildCommand(): Command {
  return new Command("build")
    .description("the script of a board, within its budget")
    .option("--board <name>", "one of the boards below")
    .option("--board-file <file>", "the manifest of another board")
    .option("--out <file>", "where the script goes; the board's name with .js if not given")
    .option("--json", "one JSON object a line")
    .addHelpText("after", help)
    .action(async (o: BuildOptions) => {
      process.exitCode = await build(o, screen(o.json === true))
    })
}

/** Builds and tells; answers the exit code. */
async function build(o: BuildOptions, out: Screen): Promise<number> {
  let board: NamedBoard
  try {
    if ((o.board === undefined) === (o.boardFile === undefined)) return told(out, "say one of --board and --board-file", exit.usage)
    board = o.boardFile === undefined ? boardNamed(o.board!) : boardAt(o.boardFile)
  } catch (error) {
    return told(out, (error as Error).message, exit.usage)
  }
  const missing = missingCompilers()
  if (missing !== undefined) return told(out, missing, exit.fault)
  try {
    return await made(board, o.out ?? `${basename(board.name)}.js`, out)
  } catch (error) {
    // esbuild's and TypeScript's words about a vendor's files, or a file that cannot be written
    return told(out, (error as Error).message.trim().replaceAll("\n", " "), exit.fault)
  }
}

/** Which compilers are not installed, and how to, in words; undefined when all are. */
export function missingCompilers(): string | undefined {
  const missing = compilers.filter((name) => !present(name))
  return missing.length === 0 ? undefined : `${list(missing)} missing, which only this command needs. Install what this version was tested with: npm install --save-dev ${compilers.map(pinned).join(" ")}`
}

async function made(board: NamedBoard, file: string, out: Screen): Promise<number> {
  const { buildScript } = await import("../../boards/build.ts")
  const { recipeOf, refusals } = await import("../../boards/script.ts")
  out.progress(`building ${board.name}`)
  const script = await buildScript(recipeOf(board))
  const refused = refusals(board, script)
  const { bundleKb } = board.manifest.budgets
  const fields = { board: board.name, octets: script.octets, budgetKb: bundleKb, codeKb: board.manifest.memory.codeKb, sha256: createHash("sha256").update(script.text).digest("hex"), modules: script.modules }
  out.say(table(board, script), { event: "weighed", ...fields })
  const { callSetupS } = board.manifest.budgets
  if (callSetupS > PATIENCE_S) out.say(`a call may take ${callSetupS} s of work on this board (budgets.callSetupS)`, { event: "slow", board: board.name, callSetupS })
  for (const line of refused) told(out, line, exit.fault)
  if (refused.length > 0) return exit.fault
  writeFileSync(file, script.text)
  writeFileSync(`${file}.map`, script.map)
  out.say(`${file}, ${file}.map`, { event: "built", board: board.name, file, map: `${file}.map`, sha256: fields.sha256 })
  return exit.ok
}

/** Octets by module, beside what part of the budget each takes. */
function table({ name, manifest }: NamedBoard, { octets, modules }: Script): string {
  const budget = manifest.budgets.bundleKb * 1024
  const row = (file: string, of: number): string => `${String(of).padStart(8)} ${((100 * of) / budget).toFixed(1).padStart(6)} %  ${file}`
  return [`${"octets".padStart(8)} ${"budget".padStart(8)}  ${name}`, ...modules.map((each) => row(each.file, each.octets)), row(`of ${manifest.budgets.bundleKb} kB`, octets)].join("\n")
}

function list(names: readonly string[]): string {
  return `${names.join(", ")} ${names.length === 1 ? "is" : "are"}`
}

function present(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name)
    return true
  } catch {
    return false
  }
}

/** A compiler with the version that our tests ran with: other versions make other octets. */
function pinned(name: string): string {
  const path = createRequire(import.meta.url).resolve("ibake/package.json")
  const { devDependencies } = JSON.parse(readFileSync(path, "utf8")) as { devDependencies: Record<string, string> }
  return `${name}@${devDependencies[name]!}`
}

function told(out: Screen, line: string, code: number): number {
  out.trouble(`ibake build: ${line}.`, { event: "trouble", line })
  return code
}
