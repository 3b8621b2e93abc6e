/** The control of the escrow search: a call of which the KMS is handed x. If the search did not find that key, finding none would say nothing. */
import { randomBytes } from "node:crypto"
import { run } from "../base/job.ts"
import type { IbeMaster } from "../ibe/ibe.ts"
import { identity, uid, type Identity, type Kms } from "../ibake/identity.ts"
import { Initiator } from "../ibake/initiator.ts"
import { Responder } from "../ibake/responder.ts"
import { Gate, type Outcome, type Party } from "../ibake/session.ts"
import { contexts } from "../srtp/contexts.ts"
import type { Profile } from "../suite.ts"
import type { CallMessages } from "./escrow.ts"
import { fingerprint } from "./radio.ts"

/** A call in this process, with the secret x that nobody is told otherwise. */
export interface ControlCall {
  readonly messages: CallMessages
  readonly x: Uint8Array
  readonly fingerprints: readonly string[]
}

/** Calls from one made-up radio of `host` to another, and keeps x. */
export function controlCall(profile: Profile, master: IbeMaster, secret: Uint8Array, kms: Kms, host: string, utc: number): ControlCall {
  const me = identity(`sip:control-1@${host}`, 1) as Identity
  const peer = identity(`sip:control-2@${host}`, 1) as Identity
  const keys = {
    kmsOf: () => kms,
    privateKey: (id: Identity, number: number) => run(kms.suite.ibe.privateKey(run(master.extract(secret, uid(profile.sym, id, kms.set, number))), kms.par)),
  }
  const draws: Uint8Array[] = []
  const draw = (octets: number): Uint8Array => {
    const drawn = new Uint8Array(randomBytes(octets))
    draws.push(drawn.slice())
    return drawn
  }
  const party: Party = { profile, keys, draw, gate: new Gate(10) }
  const now = { utc, ticks: 0 }
  const initiator = new Initiator(party, { me, peer, streams: [{ csId: 1, from: "initiator" }] })
  const responder = new Responder({ ...party, draw: (octets) => new Uint8Array(randomBytes(octets)) }, { me: [peer] })
  const I_MESSAGE_1 = octetsOf(run(initiator.start(now)))
  const group = profile.groups[0]!
  const { secret: x } = run(group.keygen(draws.find((d) => d.length === group.seedOctets)!))
  const R_MESSAGE_1 = octetsOf(run(responder.receive(I_MESSAGE_1, now, "")))
  const I_MESSAGE_2 = octetsOf(run(initiator.receive(R_MESSAGE_1, now, "")))
  const answered = run(responder.receive(I_MESSAGE_2, now, ""))
  if (answered.kind !== "established") throw new Error("control: the exchange did not complete")
  const a = answered.agreement
  const made = contexts({ prf: profile.prf, TGK: a.TGK, csbId: a.csbId, RAND: a.RAND, map: a.agreed, offered: a.offered, policies: a.policies })
  if ("fault" in made) throw new Error(`control: ${made.fault}`)
  return { messages: { I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2 }, x, fingerprints: made.map((c) => fingerprint(profile, c.masterKey, c.masterSalt)) }
}

function octetsOf(outcome: Outcome): Uint8Array {
  if (outcome.kind !== "send") throw new Error(`control: the exchange stopped (${JSON.stringify(outcome)})`)
  return outcome.octets
}
