/** The script of a board with what answers lines in it. */
import { buildScript, recipeFor, type Script } from "../build.ts"
import { code } from "../find.ts"
import type { Manifest } from "../manifest.ts"
import { groups } from "./case-files.ts"

/** Instruments of engines whose scripts find none: Espruino's clock in seconds, its heap in blocks (reference of `getTime` and `process.memory`). */
const instruments: Readonly<Record<string, string>> = {
  espruino: [
    "declare const process: { memory(): { usage: number; blocksize: number } }",
    "declare function getTime(): number",
    "const host: Instruments = { ticks: () => getTime() * 1000, heap: () => { const m = process.memory(); return m.usage * m.blocksize } }",
  ].join("\n"),
}

/** A board's script with the agent in it, as `ibake.answer`; who starts it lends `host`, where the engine has no instruments of its own. */
export function agentScript(manifest: Manifest): Promise<Script> {
  const host = instruments[manifest.engine] ?? "declare const host: Instruments"
  return speaking(manifest, `import { agent, type Instruments } from "./boards/rig/agent/agent"\n${host}\nexport const answer = agent(profile(), host)`)
}

/** A board's script with what speaks lines of cases in it: TypeScript that may use `profile` and exports `answer`. */
export async function speaking(manifest: Manifest, entry: string): Promise<Script> {
  const script = await buildScript(recipeFor(manifest, { entry, root: code, names: spoken() }))
  if (script.found.length > 0) throw new Error(`${manifest.engine}, ${manifest.profile}: the script holds ${script.found.join(", ")}`)
  return script
}

/** Every property name in lines to and from an agent, and of its instruments. */
function spoken(): string[] {
  const lines = ["op", "suite", "in", "out", "fault", "error", "ms", "heap", "ticks", "name", "suites", "curves", "fresh", "role", "message", "TGK", "contexts"]
  const names = new Set([...lines, "memory", "usage", "blocksize"])
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
