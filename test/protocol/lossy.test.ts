/**
 * 1,000 calls in bad worlds, 500 of them losing up to 40 % of frames on each link and 500 up to 20 %: each link loses, doubles, reorders and delays, and every frame crosses two of them. Whatever happens, both ends agree or the
 * caller is told why not; what must never be is an end that holds another key. `IBAKE_SEED=n npx mocha test/protocol/lossy.test.ts` replays one run.
 */
import assert from "node:assert/strict"
import { dice } from "../../boards/virtual/random.ts"
import type { Air } from "../../boards/virtual/port.ts"
import { isFault } from "../../sdk/base/fault.ts"
import type { Fetched, Secured } from "../../sdk/device.ts"
import { realKit } from "../fixture.ts"
import { keysOf, sizedKit, Town, type Later } from "../world.ts"

const RUNS = 1000
const GROUP = 50

/** Seeds up to this lose up to 40 % on each link, and the caller may give up; those after it up to 20 %, and all must agree. */
const BAD = 500
const MTUS = [32, 48, 64, 96, 128, 256, 512]

/** Suite 0x01 in every tenth and then every fiftieth run, the test KEM with the same sizes in all others: a pairing changes nothing that the air could see. */
const REAL = 10
const LATER_REAL = 50

/** A week of daily keys instead of the current and the next in every seventh run. */
const WEEK = 7

/** What a seed makes of the world. */
interface Shape {
  readonly seed: number
  readonly mtu: number
  readonly loss: number
  readonly air: Partial<Air>
  readonly suite: "0x01" | "test KEM"
  readonly periods: number
}

/** What became of a run; times are the world's. */
interface Run {
  readonly shape: Shape
  readonly fetched: readonly Later<Fetched>[]
  readonly fetchMs: number
  readonly called: Later<Secured>
  readonly callMs: number
  readonly answered: readonly Secured[]
  readonly changedBlocks: readonly string[]
  readonly reusedTimes: readonly string[]
}

function shapeOf(seed: number): Shape {
  const source = dice(seed, "lossy world")
  const mtu = MTUS[seed % MTUS.length]!
  const loss = source.between(0, seed > BAD ? 0.2 : 0.4)
  const shortest = source.between(1, 100)
  const air = {
    loss,
    duplicate: source.between(0, 0.2),
    reorder: source.between(0, 0.3),
    latencyMs: [shortest, shortest + source.between(0, 300)] as const,
  }
  return { seed, mtu, loss, air, suite: seed % (seed > BAD ? LATER_REAL : REAL) === 0 ? "0x01" : "test KEM", periods: seed % WEEK === 3 ? 7 : 2 }
}

function play(shape: Shape): Run {
  const town = new Town({ seed: shape.seed, mtu: shape.mtu, air: shape.air, kit: shape.suite === "0x01" ? realKit() : sizedKit() })
  const [caller, called] = [town.radio("alice"), town.radio("bob")]
  const periods = shape.periods === 2 ? undefined : { first: town.period(), count: shape.periods }
  const fetched = [caller.fetch(periods), called.fetch(periods)]
  town.until(() => fetched.every((f) => f.value !== undefined), 7_200_000, "the fetch")
  const fetchMs = town.world.now()
  const call = caller.call(called.uri)
  town.until(() => call.value !== undefined, 61_000, "the call's end")
  const callMs = town.world.now() - fetchMs
  // what is still in the air may arrive
  town.pass(30_000)
  return {
    shape, fetched, fetchMs, called: call, callMs, answered: called.secured,
    changedBlocks: town.tap.changedBlocks(), reusedTimes: town.tap.reusedTimes(),
  }
}

/** What is wrong with a run, in words. */
function complaints(run: Run): string[] {
  const out: string[] = [...run.changedBlocks.map((b) => `two contents of ${b}`), ...run.reusedTimes.map((t) => `T twice: ${t}`)]
  const value = run.called.value
  for (const later of [...run.fetched, run.called]) if (later.times !== 1) out.push(`told ${later.times} times`)
  for (const later of run.fetched) {
    if (isFault(later.value) && later.value.fault !== "channel/gave-up") out.push(`fetch: ${later.value.fault}`)
    if (!isFault(later.value) && later.value!.periods.length !== run.shape.periods) out.push(`fetched ${later.value!.periods.length} periods`)
  }
  const ready = run.fetched.every((later) => !isFault(later.value))
  if (isFault(value)) {
    if (ready && value.fault !== "session/timeout") out.push(`call: ${value.fault}`)
    if (run.shape.loss <= 0.2) out.push(`${value.fault} at a loss of ${run.shape.loss}`)
    // I_MESSAGE_2 may have arrived though R_MESSAGE_2 did not: one end that waits for the first packet, and no key that differs
    if (run.answered.length > 1) out.push("answered twice")
    return out
  }
  if (run.answered.length !== 1) return [...out, `the caller is established, the called one ${run.answered.length} times`]
  if (keysOf(value!) !== keysOf(run.answered[0]!)) out.push("the ends hold different keys")
  return out
}

const line = (run: Run): string =>
  `seed ${run.shape.seed}: mtu ${run.shape.mtu}, loss ${run.shape.loss.toFixed(3)} on each link, ${run.shape.suite}, ` +
  `fetched ${run.shape.periods} periods in ${Math.round(run.fetchMs)} ms, call ${isFault(run.called.value) ? run.called.value.fault : "secured"} after ${Math.round(run.callMs)} ms`

/** Worst call by mtu and loss, for whoever asks with FIGURES=1. */
function figures(runs: readonly Run[]): void {
  const rows = MTUS.map((mtu) => {
    const of = (low: number, high: number): string => {
      const some = runs.filter((r) => r.shape.mtu === mtu && r.shape.loss > low && r.shape.loss <= high)
      const good = some.filter((r) => !isFault(r.called.value))
      return `${good.length}/${some.length} ${Math.round(Math.max(0, ...good.map((r) => r.callMs)) / 100) / 10} s`
    }
    return { mtu, "0-10 %": of(-1, 0.1), "10-20 %": of(0.1, 0.2), "20-30 %": of(0.2, 0.3), "30-40 %": of(0.3, 0.4) }
  })
  console.table(rows)
}

describe("500 calls at 0 to 40 % loss and 500 at 0 to 20 %, suite 0x01 in sixty of them and a KEM of its sizes in the others", () => {
  const only = process.env["IBAKE_SEED"]
  const runs: Run[] = []

  function check(seed: number): void {
    const run = play(shapeOf(seed))
    runs.push(run)
    assert.deepEqual(complaints(run), [], `${line(run)}\nreplay it with IBAKE_SEED=${seed} npx mocha test/protocol/lossy.test.ts\n`)
  }

  if (only !== undefined) {
    it(`seed ${only} alone: both ends agree or give up cleanly`, () => {
      check(Number(only))
      console.log(line(runs[0]!))
    })
    return
  }

  for (let first = 1; first <= RUNS; first += GROUP) {
    it(`seeds ${first} to ${first + GROUP - 1}: both ends agree or the caller gives up in time; at a loss of 20 % or less on each link all agree`, () => {
      for (let seed = first; seed < first + GROUP; seed++) check(seed)
    })
  }

  it("a run is the same each time", () => {
    const again = play(shapeOf(7))
    const before = runs.find((run) => run.shape.seed === 7)!
    assert.equal(line(again), line(before))
    assert.deepEqual(again.answered, before.answered)
  })

  it("the judge finds a differing key, a missing end, a Fault at low loss and a result that came twice", () => {
    const good = runs.find((run) => run.shape.loss <= 0.2)!
    const call = good.answered[0]!
    const other = { ...call, contexts: call.contexts.map((c) => ({ ...c, masterKey: c.masterKey.map((o, i) => (i === 0 ? o ^ 1 : o)) })) }
    assert.deepEqual(complaints(good), [])
    assert.deepEqual(complaints({ ...good, answered: [other] }), ["the ends hold different keys"])
    assert.equal(complaints({ ...good, answered: [] }).length, 1)
    assert.equal(complaints({ ...good, called: { value: { fault: "session/timeout", at: "call" }, times: 1 } }).length, 1)
    assert.deepEqual(complaints({ ...good, called: { ...good.called, times: 2 } }), ["told 2 times"])
  })

  after(() => {
    if (process.env["FIGURES"] !== undefined) figures(runs)
  })
})
