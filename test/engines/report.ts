/** Engines beside groups of cases, for people: what came of a run, and what every run has to come to. */
import { readFileSync } from "node:fs"
import { engineCells, sideNames, type EngineRow, type HeapRow } from "../../bench/engines.ts"
import { elsewhere, groups, type Group } from "../../boards/rig/case-files.ts"
import { engines } from "./engines.ts"
import { lacking, manifestAt, providedBy, type Outcome } from "./run.ts"

/** A cell's text, or why the engine is not asked. */
type Cell = string | { readonly left: string }

interface Grid {
  /** The head, then a row for each group. */
  readonly rows: readonly (readonly string[])[]
  /** What the numbers in brackets stand for. */
  readonly notes: readonly string[]
}

/** Outcomes of a run as text: cases passed of all, the engine's own milliseconds, the most of its heap where that can be told; or why it was left out. */
export function table(outcomes: readonly Outcome[]): string {
  const names = [...new Set(outcomes.map((each) => each.engine))]
  const { rows, notes } = grid(names, (group, engine) => {
    const of = outcomes.find((each) => each.group === group.name && each.engine === engine)
    if (of === undefined) return "no answer"
    if (of.left !== undefined) return { left: of.left }
    return `${of.cases - of.failures.length}/${of.cases} ${Math.round(of.ms)} ms${of.heap === undefined ? "" : ` ${Math.ceil(of.heap.most / 1024)} kB`}`
  })
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  return [...rows.map((row) => row.map((text, i) => text.padEnd(widths[i]!)).join("  ").trimEnd()), ...notes].join("\n")
}

/** The page of what every engine has to pass: numbers of cases, or why it is left out. */
export async function page(): Promise<string> {
  const of = new Map(await Promise.all(engines.map(async (engine) => [engine.name, await providedBy(manifestAt(engine.board))] as const)))
  const { rows, notes } = grid([...of.keys()], (group, engine) => {
    const left = lacking(group, of.get(engine)!)
    return left === undefined ? String(group.cases.length) : { left }
  })
  const boards = engines.map((engine) => `* ${engine.name}: \`${engine.board}\`, profile \`${manifestAt(engine.board).profile}\``)
  return [
    "# Cases in engines",
    "",
    "The same cases run in every engine, each through the script that a board of that engine gets, under the heap of its manifest's budget. A number is how many cases",
    "must pass, and in CI do: `npx mocha test/engines/engines.test.ts`. Made by `npx tsx docs/make-engines-md.ts`; a test compares.",
    "",
    ...boards,
    "",
    ...tabled(rows),
    "",
    ...notes.map((note) => `* ${note}`),
    "",
    ...measured(),
    "",
  ].join("\n")
}

/** What the committed bench says of engines. */
function measured(): string[] {
  const { engines: sides, heaps } = JSON.parse(readFileSync(new URL("../../bench/results.json", import.meta.url), "utf8")) as { engines: EngineRow[]; heaps: HeapRow[] }
  return [
    "## What a side of a call takes",
    "",
    "Milliseconds of a whole side by the engine's own clock; in brackets the ratio to the same board with noble, in turns within one process. `npm run bench`.",
    "",
    ...tabled([["", ...sideNames], ...sides.map(engineCells)]),
    "",
    "The smallest heap in which either side completes: all of the engine's on XS and Duktape; on QuickJS what it takes over the empty engine, less what compiling took.",
    "",
    ...tabled([["", "kB"], ...heaps.map(({ engine, profile, kb }) => [`${engine}, ${profile}`, String(kb)])]),
  ]
}

function tabled([head, ...body]: readonly (readonly string[])[]): string[] {
  return [head!, head!.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`)
}

function grid(names: readonly string[], cell: (group: Group, engine: string) => Cell): Grid {
  const reasons: string[] = []
  const text = (of: Cell): string => {
    if (typeof of === "string") return of
    if (!reasons.includes(of.left)) reasons.push(of.left)
    return `(${reasons.indexOf(of.left) + 1})`
  }
  const rows = groups().map((group) => [group.name, group.files.join(", "), ...names.map((name) => text(cell(group, name)))])
  const others = Object.entries(elsewhere).map(([file, what]) => `${file}: no engine is asked, tests of its own read it on Node: ${what}`)
  return { rows: [["cases", "from", ...names], ...rows], notes: [...reasons.map((reason, i) => `(${i + 1}) left out: ${reason}`), ...others] }
}
