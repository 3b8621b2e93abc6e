/**
 * What stands in an engine while the bench asks it for sides of a call: takes a line, a case of `call` with `fresh`, gives a line. Keys are read and machines made
 * before the time is taken, as they are in a device that is up; `fresh` makes all of that anew, so that no pairing of the peer's identity is held.
 */
import { initiatorSide, responderSide } from "../boards/rig/agent/case-calls.ts"
import type { Case, Result } from "../boards/rig/agent/cases.ts"
import type { Answer, Instruments } from "../boards/rig/agent/agent.ts"
import type { Profile } from "../sdk/suite.ts"

/** A line to it. */
export interface Asked extends Case {
  /** Whether the peer is a new one; otherwise it is the one of the last line. */
  readonly fresh: boolean
}

/** Gives a line with `ms` and `heap` for each line. */
export function stopwatch(maker: () => Profile, own: Instruments): (line: string) => string {
  let side: (() => Result) | undefined
  return (line) => {
    const asked = JSON.parse(line) as Asked
    own.heap()
    if (asked.fresh || side === undefined) {
      const profile = maker()
      const suite = profile.suites[0]!
      side = asked.op === "initiator" ? initiatorSide(asked.in, profile, suite) : responderSide(asked.in, profile, suite)
    }
    const began = own.ticks()
    const answer: Answer = side()
    answer.ms = own.ticks() - began
    answer.heap = own.heap()
    return JSON.stringify(answer)
  }
}
