/** IBE suites on the command line. */
import { InvalidArgumentError } from "commander"
import { servedSuites } from "../kms/masters.ts"

/** How a suite is named: in help, and where a word is none. */
export const suiteWords = "1 (bf), 2 (rfc5091) or 3 (sakke)"

/** A suite octet from its number or its name, for an option's parser. */
export function suite(word: string): number {
  const found = servedSuites.find((s) => word === `${s.id}` || word === `0x0${s.id}` || word === s.name)
  if (found === undefined) throw new InvalidArgumentError(`Expected ${suiteWords}.`)
  return found.id
}

/** A suite octet with its name. */
export function suiteName(id: number): string {
  return `${id} (${servedSuites.find((s) => s.id === id)?.name ?? "unknown"})`
}
