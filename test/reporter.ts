/** Mocha's spec report, and its counts in one last line: `N passed, N failed, N skipped`; in the file of `COUNTS` too, where that is set. */
import { writeFileSync } from "node:fs"
import Mocha from "mocha"
import { missing } from "./tools.ts"

export default class Counts extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats!
      const line = `${passes} passed, ${failures} failed, ${pending} skipped`
      for (const name of missing) process.stdout.write(`skipped for want of ${name}\n`)
      process.stdout.write(`${line}\n`)
      const file = process.env["COUNTS"]
      if (file !== undefined) writeFileSync(file, `${line}\n`)
    })
  }
}
