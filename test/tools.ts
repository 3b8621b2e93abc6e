/** Programs that are not npm packages: on a user's machine a missing one skips its tests, by name; in CI it fails them. */

/** Why a test was skipped, once each; the reporter prints them beside the count. */
export const missing: Set<string> = new Set()

/**
 * A `before` hook that goes on when `probe` finds the program, and otherwise skips the whole `describe` or, where `CI` is set, fails it.
 * `probe` answers a path, true, or nothing when the program is not there.
 */
export function tool(name: string, probe: () => string | boolean | undefined): (this: Mocha.Context) => void {
  return function (this: Mocha.Context): void {
    const found = probe()
    if (found !== undefined && found !== false) return
    if (process.env["CI"] !== undefined && process.env["CI"] !== "") throw new Error(`${name} is not installed, and CI must have it`)
    missing.add(name)
    this.skip()
  }
}
