/** The same cases in every engine, each through the script that a board of that engine would get, under the heap of its budget. */
import assert from "node:assert/strict"
import { readFileSync, rmSync } from "node:fs"
import { elsewhere, groups } from "../../boards/rig/case-files.ts"
import { folder } from "../processes.ts"
import { tool } from "../tools.ts"
import { engines, type Engine } from "./engines.ts"
import { page, table } from "./report.ts"
import { asked, keep, manifestAt, perform, pool, ready, wrong, type Outcome, type Ready } from "./run.ts"

const all = groups()
const outcomes: Outcome[] = []
const sizes: Record<string, number> = {}
/** Engines run in processes of their own, two at a time. */
const turns = pool(2)
/** Nobody waits for what has not begun. */
let over = false

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  return turns(() => (over ? Promise.reject(new Error("the run is over")) : work()))
}

/** An engine under way: its board, and what will come of each group. */
interface Course {
  readonly board: Promise<Ready>
  readonly groups: ReadonlyMap<string, Promise<Outcome>>
}

/** All engines are set going before the first is asked for, so that no processor waits. */
function begun(engine: Engine, home: string): Course {
  const board = inTurn(() => ready(engine, home))
  const slowFirst = [...all].reverse()
  const course = slowFirst.map((group) => [group.name, board.then((of) => inTurn(() => perform(of, group)))] as const)
  // whoever waits for one hears of it
  for (const each of [board, ...course.map(([, outcome]) => outcome)]) each.catch(() => undefined)
  return { board, groups: new Map(course) }
}

describe("an engine", function () {
  // the first test of an engine waits for most of its course: a minute here, and other machines are slower
  this.timeout(1200000)
  let home = ""
  const courses = new Map<string, Course>()
  before(() => {
    home = folder("engines")
    for (const engine of engines) if (engine.present()) courses.set(engine.name, begun(engine, home))
  })
  after(() => {
    over = true
    if (home !== "") rmSync(home, { recursive: true, force: true })
    if (outcomes.length > 0) process.stdout.write(`\n${table(outcomes)}\n\n`)
    keep(outcomes, sizes)
  })

  for (const engine of engines)
    describe(`named ${engine.name}, with the script of ${engine.board}`, () => {
      let board: Ready
      before(tool(engine.wants, () => engine.present()))
      before(async () => {
        board = await courses.get(engine.name)!.board
        sizes[engine.name] = board.script.octets
      })

      it("has what the profile of its manifest has", async () => {
        const lines = board.start()
        try {
          const answer = await asked(lines, { op: "profile" })
          assert("out" in answer)
          assert.deepEqual(answer.out, board.provided)
          assert.equal(board.provided.name, manifestAt(engine.board).profile)
        } finally {
          await lines.end()
        }
      })

      for (const group of all)
        it(`passes the cases of ${group.name}, or its profile does not have them`, async () => {
          const outcome = await courses.get(engine.name)!.groups.get(group.name)!
          outcomes.push(outcome)
          assert.deepEqual(outcome.failures, [])
        })

      it("is found out when it answers anything else, and when it leaves out what it could do", async () => {
        const lines = board.start()
        try {
          const one = all[0]!.cases[0]!
          const answer = await asked(lines, one)
          assert.equal(wrong(one, answer), undefined)
          for (const spoilt of [{ ...one, out: `00${(one.out as string).slice(2)}` }, { ...one, out: undefined, fault: "auth/failed" }]) assert.match(wrong(spoilt, answer)!, /expected/)
          for (const group of all.filter((each) => outcomes.some((of) => of.engine === engine.name && of.group === each.name && of.left !== undefined)))
            assert.match(wrong(group.cases[0]!, await asked(lines, group.cases[0]!))!, /the profile has no/)
          assert.match(wrong(one, await asked(lines, { ...one, op: "guess" }))!, /there is no operation/)
        } finally {
          await lines.end()
        }
      })
    })
})

describe("the page of engines", () => {
  it("is what its script makes anew, and has every engine, group and file that is left out", async () => {
    const made = await page()
    assert.equal(readFileSync("docs/engines.md", "utf8"), made, "run: npx tsx docs/make-engines-md.ts")
    for (const name of [...engines.map((each) => each.name), ...all.flatMap((each) => [each.name, ...each.files]), ...Object.keys(elsewhere)]) assert(made.includes(name), name)
  })
})
