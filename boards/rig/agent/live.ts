/** One end of a call that is under way: it is given what the other end said, and says what goes back. The dialect is the device's. */
import { hex } from "../../../sdk/base/bytes.ts"
import { run, type Job } from "../../../sdk/base/job.ts"
import { Initiator } from "../../../sdk/ibake/initiator.ts"
import { Responder } from "../../../sdk/ibake/responder.ts"
import type { Outcome } from "../../../sdk/ibake/session.ts"
import type { Profile, Suite } from "../../../sdk/suite.ts"
import { keying, keysOf, moment, named, partyOf, streams } from "./case-calls.ts"
import { string, type Input, type Result } from "./case-input.ts"

/** What came of a message: `message` for the other end, and, when this end has keys, `TGK` and `contexts`. */
export interface Heard {
  message?: string
  TGK?: string
  contexts?: readonly string[]
}

/** An end of a call; an Initiator's begins by hearing nothing. */
export type End = (message: Uint8Array | undefined) => Result

/** Begins the end that `role` says, with key and draws of its input. */
export function begun(input: Input, profile: Profile, suite: Suite): End {
  const me = named(input, string(input, "role"))
  const party = partyOf(input, profile, keysOf(input, suite, me))
  const now = moment(input)
  if (string(input, "role") === "responder") {
    const R = new Responder(party, { me: [me] })
    return (message) => (message === undefined ? { out: {} } : told(R.receive(message, now, ""), profile))
  }
  const I = new Initiator(party, { me, peer: named(input, "responder"), streams })
  return (message) => told(message === undefined ? I.start(now) : I.receive(message, now, ""), profile)
}

function told(job: Job<Outcome>, profile: Profile): Result {
  const outcome = run(job)
  if (outcome.kind === "send") return { out: { message: hex(outcome.octets) } }
  if (outcome.kind === "ignored") return { fault: outcome.fault.fault }
  const heard: Heard = { TGK: hex(outcome.agreement.TGK), contexts: keying(outcome.agreement, profile) }
  if (outcome.octets !== undefined) heard.message = hex(outcome.octets)
  return { out: heard }
}
