/** Properties of fast-check try the same values in every run. `IBAKE_SEED=n` gives other values; a property that fails prints the n that replays it. */
import fc from "fast-check"

/** The whole number that IBAKE_SEED holds, or 1. */
export function seedOf(environment: string | undefined): number {
  const seed = Number(environment ?? 1)
  if (!Number.isInteger(seed) || environment === "") throw new Error(`IBAKE_SEED: expected a whole number, got ${environment}`)
  return seed
}

function report<T>(run: fc.RunDetails<T>): void {
  if (run.failed) throw new Error(`${fc.defaultReportMessage(run)}\nGot ${String(run.errorInstance)}\nreplay it with IBAKE_SEED=${run.seed}`, { cause: run.errorInstance })
}

export const mochaHooks: Mocha.RootHookObject = {
  beforeAll: () => void fc.configureGlobal({ seed: seedOf(process.env["IBAKE_SEED"]), reporter: report }),
}
