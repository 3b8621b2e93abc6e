/**
 * Mocha's spec report, and its counts in one last line: `N passed, N failed, N skipped`. Into the file of `COUNTS` too, where that is set, after
 * what failed and why, so that a log whose beginning is lost still tells.
 */
import { writeFileSync } from "node:fs"
import Mocha from "mocha"
import { missing } from "./tools.ts"

const { EVENT_RUN_END, EVENT_TEST_FAIL } = Mocha.Runner.constants

export default class Counts extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    const failed: string[] = []
    runner.on(EVENT_TEST_FAIL, (test, why: Error) => failed.push(`failed: ${test.fullTitle()}\n${why.stack ?? why.message}\n`))
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats!
      const line = `${passes} passed, ${failures} failed, ${pending} skipped`
      for (const name of missing) process.stdout.write(`skipped for want of ${name}\n`)
      process.stdout.write(`${line}\n`)
      const file = process.env["COUNTS"]
      if (file !== undefined) writeFileSync(file, `${failed.join("")}${line}\n`)
    })
  }
}
