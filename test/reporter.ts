/**
 * Mocha's spec report, and its counts in one last line: `N passed, N failed, N skipped`. Into the file of `COUNTS` too, where that is set, after
 * what failed and why, and what passed only when it was tried again, so that a log whose beginning is lost still tells.
 */
import { writeFileSync } from "node:fs"
import Mocha from "mocha"
import { missing } from "./tools.ts"

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_RETRY } = Mocha.Runner.constants

export default class Counts extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    const trouble: string[] = []
    const note = (what: string) => (test: Mocha.Test, why: Error) => void trouble.push(`${what}: ${test.fullTitle()}\n${why.stack ?? why.message}\n`)
    runner.on(EVENT_TEST_FAIL, note("failed"))
    runner.on(EVENT_TEST_RETRY, note("tried again"))
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats!
      const line = `${passes} passed, ${failures} failed, ${pending} skipped`
      for (const each of trouble.filter((one) => one.startsWith("tried again"))) process.stdout.write(each)
      for (const name of missing) process.stdout.write(`skipped for want of ${name}\n`)
      process.stdout.write(`${line}\n`)
      const file = process.env["COUNTS"]
      if (file !== undefined) writeFileSync(file, `${trouble.join("")}${line}\n`)
    })
  }
}
