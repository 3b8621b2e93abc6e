/** Cases in engines: a board's script with an agent in it, the groups that its profile provides for, and what came of each. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { buildScript, recipeFor, type Script } from "../../boards/build.ts"
import { isManifestError, parseManifest, type Manifest } from "../../boards/manifest.ts"
import type { Profile } from "../../sdk/suite.ts"
import { groups, type Group } from "../case-files.ts"
import { judged, type Case } from "../cases.ts"
import { provided, type Answer, type Provided } from "../rig/agent.ts"
import type { Engine } from "./engines.ts"
import type { Lines } from "./lines.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** What came of one group in one engine. */
export interface Outcome {
  readonly engine: string
  readonly group: string
  readonly cases: number
  /** Why the engine was not asked. */
  readonly left?: string
  /** What did not hold, in words. */
  readonly failures: readonly string[]
  /** The engine's own time for all cases. */
  readonly ms: number
  /** Octets of heap when the script is loaded, and the most of any case. */
  readonly heap?: { readonly loaded: number; readonly most: number }
}

/** An engine that is ready to be started: its script is in a file. */
export interface Ready {
  readonly engine: Engine
  readonly manifest: Manifest
  readonly script: Script
  readonly provided: Provided
  start(heapOctets?: number): Lines
}

/** The manifest at a path of the house. */
export function manifestAt(path: string): Manifest {
  const manifest = parseManifest(readFileSync(join(root, path), "utf8"))
  if (isManifestError(manifest)) throw new Error(`${path}: ${manifest.field}: ${manifest.problem}`)
  return manifest
}

/** An engine's board with the agent in its script. */
export async function ready(engine: Engine, home: string): Promise<Ready> {
  const manifest = manifestAt(engine.board)
  const entry = 'import { agent, type Instruments } from "./test/rig/agent.ts"\ndeclare const host: Instruments\nexport const answer = agent(profile(), host)'
  const script = await buildScript(recipeFor(manifest, { entry, root, names: spoken() }))
  if (script.found.length > 0) throw new Error(`${engine.board}: the script holds ${script.found.join(", ")}`)
  const file = join(home, `${engine.name}.js`)
  writeFileSync(file, script.text)
  engine.prepare(home)
  return { engine, manifest, script, provided: provided(await profileOf(manifest)), start: (heapOctets) => engine.start(home, file, heapOctets ?? manifest.budgets.heapKb * 1024) }
}

/** The profile that a manifest names, here. */
async function profileOf(manifest: Manifest): Promise<Profile> {
  const file = (await import(`../../boards/profiles/${manifest.profile}.ts`)) as Record<string, () => Profile>
  return Object.values(file)[0]!()
}

/** Every property name in lines to and from an agent. */
function spoken(): string[] {
  const names = new Set(["op", "suite", "in", "out", "fault", "error", "ms", "heap", "ticks", "name", "suites", "curves"])
  const read = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return
    for (const [name, inner] of Object.entries(value)) {
      names.add(name)
      read(inner)
    }
  }
  for (const { cases } of groups())
    for (const one of cases) {
      // operations are called by their names
      names.add(one.op)
      read(one)
    }
  return [...names]
}

/** Why a board does not provide for a group, or undefined when it does. */
export function lacking(group: Group, of: Provided): string | undefined {
  if (group.suite !== undefined && !of.suites.includes(group.suite)) return `profile ${of.name} has no suite 0x0${group.suite}`
  if (group.curve !== undefined && !of.curves.includes(group.curve)) return `profile ${of.name} has no curve ${group.curve}`
  return undefined
}

/** Asks an engine every case of a group, in a fresh life. */
export async function perform({ engine, start, provided: of }: Ready, group: Group): Promise<Outcome> {
  const left = lacking(group, of)
  const outcome = { engine: engine.name, group: group.name, cases: group.cases.length }
  if (left !== undefined) return { ...outcome, left, failures: [], ms: 0 }
  const lines = start()
  try {
    const loaded = await asked(lines, { op: "profile" })
    const answers: Answer[] = []
    for (const one of group.cases) answers.push(await asked(lines, one))
    const failures = group.cases.flatMap((one, i) => wrong(one, answers[i]!) ?? [])
    const ms = answers.reduce((sum, each) => sum + each.ms!, 0)
    const most = Math.max(...answers.map((each) => each.heap ?? -1))
    return { ...outcome, failures, ms, ...(loaded.heap === undefined ? {} : { heap: { loaded: loaded.heap, most } }) }
  } finally {
    await lines.end()
  }
}

/** The answer of an engine to a line. */
export async function asked(lines: Lines, one: Case | { readonly op: "profile" }): Promise<Answer> {
  return JSON.parse(await lines.ask(JSON.stringify(one))) as Answer
}

/** What is wrong with an answer, under the case's name. */
export function wrong(one: Case, answer: Answer): string | undefined {
  const result = "out" in answer ? { out: answer.out } : "fault" in answer ? { fault: answer.fault } : { error: answer.error }
  const problem = judged(one, result)
  return problem === undefined ? undefined : `${one.op}, ${one.why}: ${problem}`
}

/** At most so many at once, each as it is asked for, in order. */
export function pool(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= most) await new Promise<void>((go) => waiting.push(go))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}

/** Engines beside groups, for people: cases passed and milliseconds, or why it was left out. */
export function table(outcomes: readonly Outcome[]): string {
  const engines = [...new Set(outcomes.map((each) => each.engine))]
  const names = [...new Set(outcomes.map((each) => each.group))]
  const reasons = [...new Set(outcomes.flatMap((each) => each.left ?? []))]
  const cell = (group: string, engine: string): string => {
    const of = outcomes.find((each) => each.group === group && each.engine === engine)
    if (of === undefined) return "-"
    if (of.left !== undefined) return `(${reasons.indexOf(of.left) + 1})`
    return `${of.cases - of.failures.length}/${of.cases} ${Math.round(of.ms)} ms${of.heap === undefined ? "" : ` ${Math.ceil(of.heap.most / 1024)} kB`}`
  }
  const rows = [["", ...engines], ...names.map((group) => [group, ...engines.map((engine) => cell(group, engine))])]
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  const lines = rows.map((row) => row.map((text, i) => text.padEnd(widths[i]!)).join("  ").trimEnd())
  return [...lines, ...reasons.map((reason, i) => `(${i + 1}) left out: ${reason}`)].join("\n")
}

/** Keeps the outcomes of a run for whoever prints them: a bench, a page. */
export function keep(outcomes: readonly Outcome[], sizes: Readonly<Record<string, number>>): void {
  const file = join(root, "node_modules/.cache/ibake/engines.json")
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify({ outcomes, scriptOctets: sizes }, undefined, 1))
}
