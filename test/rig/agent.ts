/**
 * What stands in a device beside the SDK while a rig tests it: takes a line, does what it says, gives a line. A line is a case (test/cases.ts), one JSON object,
 * or `{"op":"profile"}`; the answer is `{"out":...}`, `{"fault":"..."}`, or `{"error":"..."}` where the case could not be asked, with `ms`, and with `heap`
 * where the device can tell. Whether an answer is right is for whoever sent the line to say. The dialect is the device's.
 */
import type { Result } from "../case-input.ts"
import { perform, type Case } from "../cases.ts"
import type { Profile } from "../../sdk/suite.ts"

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
  return (line) => {
    own.heap()
    const began = own.ticks()
    const answer = answered(line, profile)
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

function answered(line: string, profile: Profile): Answer {
  try {
    const asked = JSON.parse(line) as Case
    return asked.op === "profile" ? { out: provided(profile) } : perform(asked, profile)
  } catch (error) {
    // out of memory, or a case that its author got wrong
    return { error: String(error) }
  }
}
