/**
 * A whole side of a call in other engines: the script of the engine's board beside the same script with noble, in one process where the engine has BigInt, turn by
 * turn, each timed inside by the engine's own clock; and the smallest heap in which a side comes to its end.
 */
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Manifest } from "../boards/manifest.ts"
import { groups } from "../boards/rig/case-files.ts"
import type { Case } from "../boards/rig/agent/cases.ts"
import { engines, type Engine } from "../test/engines/engines.ts"
import type { Lines } from "../boards/rig/lines.ts"
import { manifestAt, speaking, wrong } from "../test/engines/run.ts"
import { folder } from "../test/processes.ts"
import type { Answer } from "../boards/rig/agent/agent.ts"
import { median } from "./measure.ts"

/** Medians of one kind of side: milliseconds of ours, and beside noble on that engine, where it can run there. */
export interface SideCost {
  readonly side: string
  readonly ms: number
  readonly noble?: number
  /** The median of each round's ratio. */
  readonly ratio?: number
}

/** What an engine's board takes for its sides of a call. */
export interface EngineRow {
  readonly engine: string
  readonly profile: string
  readonly sides: readonly SideCost[]
}

/** The smallest cap on an engine's heap, as its host counts it, under which either side completes, kilobytes of 1024 octets. */
export interface HeapRow {
  readonly engine: string
  readonly profile: string
  readonly kb: number
}

/** No engine wants more heap than this, kilobytes. */
const MOST = 8192

const cases = groups().find((each) => each.name === "call")!.cases
const byName = (names: readonly string[]): Engine[] => names.flatMap((name) => engines.filter((each) => each.name === name && each.present()))
const entry = 'import { stopwatch } from "./bench/engine-agent.ts"\nimport type { Instruments } from "./boards/rig/agent/agent.ts"\ndeclare const host: Instruments\nexport const answer = stopwatch(profile, host)'

/** Engines that are not installed have no row. Duktape, a hundred times slower, has few rounds; `quick` is Node alone, whose script is made in no time. */
export async function engineRows(rounds: number, quick: boolean): Promise<EngineRow[]> {
  const rows: EngineRow[] = []
  for (const engine of byName(quick ? ["Node with WebAssembly"] : ["Node with WebAssembly", "QuickJS", "Hermes", "XS", "Duktape"]))
    rows.push(await within(async (home) => engineRow(engine, home, engine.name === "Duktape" ? Math.min(rounds, 3) : rounds)))
  return rows
}

/** Caps of the engines that can cap their heap; `quick` asks of one whether it completes at all. */
export async function heapRows(quick: boolean): Promise<HeapRow[]> {
  const rows: HeapRow[] = []
  for (const engine of byName(quick ? ["QuickJS"] : ["QuickJS", "XS", "Duktape"])) {
    const { ours, noble } = variants(engine)
    for (const of of noble === undefined || quick ? [ours] : [ours, noble]) {
      const kb = await within(async (home) => smallestCap(engine, home, await script(of), quick ? MOST : 8))
      rows.push({ engine: engine.name, profile: of.profile, kb })
    }
  }
  return rows
}

/** Milliseconds, and in brackets the ratio to noble on the same engine. */
export function engineCells({ engine, profile, sides }: EngineRow): string[] {
  return [`${engine}, ${profile}`, ...sides.map(({ ms, ratio }) => `${ms.toFixed(1)}${ratio === undefined ? "" : ` (${ratio.toFixed(3)})`}`)]
}

/** Names of the sides, in the order of the table. */
export const sideNames: readonly string[] = ["initiator", "responder"].flatMap((role) => [`${role}, new peer`, `${role}, peer known`])

async function within<T>(work: (home: string) => Promise<T>): Promise<T> {
  const home = folder("bench")
  try {
    return await work(home)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** An engine's board, and the same with noble unless it has no BigInt. */
function variants(engine: Engine): { readonly ours: Manifest; readonly noble?: Manifest } {
  const ours = manifestAt(engine.board)
  return ours.engine === "duktape" ? { ours } : { ours, noble: { ...ours, profile: "noble", provides: ["bigint"] } }
}

const scripts = new Map<string, Promise<string>>()

/** Engines share a script where profile and language are the same. */
function script(of: Manifest): Promise<string> {
  const key = `${of.profile} ${of.language}`
  const made = scripts.get(key) ?? speaking(of, entry).then((each) => each.text)
  scripts.set(key, made)
  return made
}

async function engineRow(engine: Engine, home: string, rounds: number): Promise<EngineRow> {
  const { ours, noble } = variants(engine)
  const names = noble === undefined ? ["ours"] : ["ours", "noble"]
  const texts = await Promise.all([ours, noble].flatMap((each) => (each === undefined ? [] : script(each))))
  // each script leaves `ibake`; a line begins with the number of the one that it is for
  const both = `${texts.map((text, i) => `${text}\nvar bench${i} = ibake;\n`).join("")}var ibake = { answer: function (line) { return [${names.map((_, i) => `bench${i}`).join(", ")}][Number(line.charAt(0))].answer(line.substring(1)) } };\n`
  const lines = begin(engine, home, both, 0)
  const times = new Map(sideNames.map((side) => [side, names.map((): number[] => [])]))
  try {
    // the first round warms what is measured, and does not count
    for (let i = rounds > 1 ? -1 : 0; i < rounds; i++)
      for (const one of cases)
        for (const fresh of [true, false])
          for (const which of names.keys()) {
            const { ms } = await sided(lines, `${which}`, one, fresh)
            if (i >= 0) times.get(`${one.op}, ${fresh ? "new peer" : "peer known"}`)![which]!.push(ms!)
          }
  } finally {
    await lines.end()
  }
  return { engine: engine.name, profile: ours.profile, sides: [...times].map(([side, [own, other]]) => cost(side, own!, other)) }
}

function cost(side: string, own: readonly number[], other: readonly number[] | undefined): SideCost {
  return { side, ms: median(own), ...(other === undefined ? {} : { noble: median(other), ratio: median(own.map((ms, i) => ms / other[i]!)) }) }
}

function begin(engine: Engine, home: string, text: string, heapOctets: number): Lines {
  const file = join(home, "script.js")
  writeFileSync(file, text)
  engine.prepare(home)
  return engine.start(home, file, heapOctets)
}

/** A side that came out right; otherwise it throws. */
async function sided(lines: Lines, before: string, one: Case, fresh: boolean): Promise<Answer> {
  const answer = JSON.parse(await lines.ask(before + JSON.stringify({ ...one, fresh }))) as Answer
  const problem = wrong(one, answer)
  if (problem !== undefined) throw new Error(`bench: ${problem}`)
  return answer
}

/** By halves, to `step` kilobytes; each try is a fresh life that is one side of a call to a new peer. */
async function smallestCap(engine: Engine, home: string, text: string, step: number): Promise<number> {
  const completes = async (kb: number): Promise<boolean> => {
    for (const one of cases) {
      const lines = begin(engine, home, text, kb * 1024)
      // out of memory ends a life in each engine's own words
      const came = await sided(lines, "", one, true).then(() => true, () => false)
      await lines.end()
      if (!came) return false
    }
    return true
  }
  let low = 0
  let high = MOST
  if (!(await completes(high))) throw new Error(`bench: ${engine.name} completes no side of a call in ${high} kB`)
  while (high - low > step) {
    const middle = (low + high) / 2
    if (await completes(middle)) high = middle
    else low = middle
  }
  return high
}
