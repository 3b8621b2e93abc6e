/** Properties are tried on values that a seed gives, and one that does not hold says how to see it again. */
import assert from "node:assert/strict"
import fc from "fast-check"
import { seedOf } from "./properties.ts"

const failing = (): string => {
  try {
    fc.assert(fc.property(fc.nat(), (n) => assert.ok(n < 1000)))
  } catch (error) {
    return (error as Error).message
  }
  return ""
}

describe("a property that does not hold", () => {
  it("fails with its smallest value and the seed that replays it", () => assert.match(failing(), /Counterexample: \[1000\][\s\S]*Got AssertionError[\s\S]*replay it with IBAKE_SEED=-?\d+$/))
  it("fails on the same values again", () => assert.equal(failing(), failing()))
  it("and on others under another seed", () => {
    const values = (seed: number): string => JSON.stringify(fc.sample(fc.nat(), { seed, numRuns: 20 }))
    assert.equal(values(seedOf("7")), values(7))
    assert.notEqual(values(seedOf("7")), values(seedOf(undefined)))
    for (const bad of ["", "x", "1.5"]) assert.throws(() => seedOf(bad), /expected a whole number/)
  })
})
