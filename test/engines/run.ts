/** Cases in engines: a board's script with an agent in it, the groups that its profile provides for, and what came of each. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { makerOf, type Script } from "../../boards/build.ts"
import { isManifestError, parseManifest, type Manifest } from "../../boards/manifest.ts"
import { provided, type Answer, type Provided } from "../../boards/rig/agent/agent.ts"
import type { Group } from "../../boards/rig/case-files.ts"
import type { Engine } from "../../boards/rig/engine.ts"
import { asked, lacking, wrong } from "../../boards/rig/judge.ts"
import type { Lines } from "../../boards/rig/lines.ts"
import { agentScript } from "../../boards/rig/script.ts"
import type { Profile } from "../../sdk/suite.ts"

export { asked, lacking, wrong } from "../../boards/rig/judge.ts"
export { speaking } from "../../boards/rig/script.ts"

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
  const script = await agentScript(manifest)
  const file = join(home, `${engine.name}.js`)
  writeFileSync(file, script.text)
  engine.prepare(home)
  return { engine, manifest, script, provided: await providedBy(manifest), start: (heapOctets) => engine.start(home, file, heapOctets ?? manifest.budgets.heapKb * 1024) }
}

/** What the profile of a manifest provides for. */
export async function providedBy(manifest: Manifest): Promise<Provided> {
  return provided(await profileOf(manifest))
}

async function profileOf(manifest: Manifest): Promise<Profile> {
  const file = (await import(`../../boards/profiles/${manifest.profile}.ts`)) as Record<string, () => Profile>
  return file[makerOf(manifest.profile)]!()
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

/** Keeps the outcomes of a run for whoever prints them: a bench, a page. */
export function keep(outcomes: readonly Outcome[], sizes: Readonly<Record<string, number>>): void {
  const file = join(root, "node_modules/.cache/ibake/engines.json")
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify({ outcomes, scriptOctets: sizes }, undefined, 1))
}
