/** Cases against what a device provides for and what it answers. */
import type { Answer, Provided } from "./agent/agent.ts"
import { judged, type Case } from "./agent/cases.ts"
import type { Group } from "./case-files.ts"
import type { Lines } from "./lines.ts"

/** Why a board does not provide for a group, or undefined when it does. */
export function lacking(group: Group, of: Provided): string | undefined {
  if (group.suite !== undefined && !of.suites.includes(group.suite)) return `profile ${of.name} has no suite 0x0${group.suite}`
  if (group.curve !== undefined && !of.curves.includes(group.curve)) return `profile ${of.name} has no curve ${group.curve}`
  return undefined
}

/** The answer of a device to a line. */
export async function asked(lines: Lines, one: Case | { readonly op: "profile" }): Promise<Answer> {
  return JSON.parse(await lines.ask(JSON.stringify(one))) as Answer
}

/** What is wrong with an answer, under the case's name. */
export function wrong(one: Case, answer: Answer): string | undefined {
  const result = "out" in answer ? { out: answer.out } : "fault" in answer ? { fault: answer.fault } : { error: answer.error }
  const problem = judged(one, result)
  return problem === undefined ? undefined : `${one.op}, ${one.why}: ${problem}`
}
