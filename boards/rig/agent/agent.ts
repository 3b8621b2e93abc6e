/**
 * What stands in a device beside the SDK while a rig tests it: takes a line, does what it says, gives a line. A line is a case (cases.ts), one JSON object,
 * `{"op":"profile"}`, or a step of a call, `call.begin` and `call.hear`; the answer is `{"out":...}`, `{"fault":"..."}`, or `{"error":"..."}` where the case could not be asked, with `ms`, and with `heap`
 * where the device can tell. Whether an answer is right is for whoever sent the line to say. The dialect is the device's.
 */
import { octets, type Result } from "./case-input.ts"
import { perform, suiteOf, type Case } from "./cases.ts"
import { begun, type End } from "./live.ts"
import type { Profile } from "../../../sdk/suite.ts"

/** What a rig wants to know of the device, beyond answers. */
export interface Instruments {
  /** Milliseconds since some moment. */
  ticks(): number
  /** Most octets of heap that were in use at once since the last call, or a negative number where nobody can tell. */
  heap(): number
}

/** What an agent answers. */
export type Answer = (Result | { readonly error: string }) & { ms?: number; heap?: number }

/** What a profile provides for, as `{"op":"profile"}` answers it. */
export interface Provided {
  readonly name: string
  /** Suite octets. */
  readonly suites: readonly number[]
  /** ECC curve numbers. */
  readonly curves: readonly number[]
}

/** The agent of a device: gives a line for each line; nothing that it is told makes it throw. */
export function agent(profile: Profile, own: Instruments): (line: string) => string {
  const call: { end?: End } = {}
  return (line) => {
    own.heap()
    const began = own.ticks()
    const answer = answered(line, profile, call)
    answer.ms = own.ticks() - began
    const heap = own.heap()
    if (heap >= 0) answer.heap = heap
    return JSON.stringify(answer)
  }
}

/** What a profile provides for. */
export function provided(profile: Profile): Provided {
  return { name: profile.name, suites: profile.suites.map((suite) => suite.id), curves: profile.groups.map((group) => group.curve) }
}

function answered(line: string, profile: Profile, call: { end?: End }): Answer {
  try {
    const asked = JSON.parse(line) as Case
    if (asked.op === "profile") return { out: provided(profile) }
    if (asked.op === "call.begin") return begin(asked, profile, call)
    if (asked.op === "call.hear") return call.end === undefined ? { error: "no call is under way" } : call.end(octets(asked.in, "message"))
    return perform(asked, profile)
  } catch (error) {
    // out of memory, or a case that its author got wrong
    return { error: String(error) }
  }
}

/** One call at a time: another one ends it. */
function begin(asked: Case, profile: Profile, call: { end?: End }): Answer {
  const suite = suiteOf(asked, profile)
  if (suite === undefined) return { error: "the profile has no suite " + asked.suite }
  call.end = begun(asked.in, profile, suite)
  return call.end(undefined)
}
