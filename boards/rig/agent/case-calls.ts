/** Operations of cases that are whole exchanges: one end of a call, with what the other end said, and a fetch. The dialect is the device's. */
import { copy, hex } from "../../../sdk/base/bytes.ts"
import { isFault } from "../../../sdk/base/fault.ts"
import { run, type Job } from "../../../sdk/base/job.ts"
import { same, type Identity, type Kms, type ParameterSet } from "../../../sdk/ibake/identity.ts"
import { Initiator } from "../../../sdk/ibake/initiator.ts"
import { readResponse, requestMessage } from "../../../sdk/ibake/keyrequest.ts"
import type { Stream } from "../../../sdk/ibake/offer.ts"
import { Responder } from "../../../sdk/ibake/responder.ts"
import { Gate, type Agreement, type Draw, type Keyring, type Now, type Outcome, type Party } from "../../../sdk/ibake/session.ts"
import { build, parse } from "../../../sdk/mikey/message.ts"
import { contexts } from "../../../sdk/srtp/contexts.ts"
import type { Profile, Suite } from "../../../sdk/suite.ts"
import { count, octets, octetsOfText, refused, type Input, type Result } from "./case-input.ts"
import { partsOf } from "./reencode.ts"

const URI = 1
/** One crypto session each way. */
export const streams: readonly Stream[] = [{ csId: 1, from: "initiator" }, { csId: 2, from: "responder" }]
/** Longest message of a case. */
const CAP = 16384

/** A message of the wire, parsed and put together again from its fields; a Fault as the parser has it. */
export function rebuilt(message: Uint8Array): Result {
  const m = parse(message, CAP)
  return isFault(m) ? refused(m.fault) : { out: hex(build(m.header, partsOf(m)).octets) }
}

/** An Initiator's side of a call: what it sends and what it ends with, given its draws and what the Responder sent. */
export function calling(input: Input, profile: Profile, suite: Suite): Result {
  return initiatorSide(input, profile, suite)()
}

/** The same with its keys read and nothing begun; each time that it is called it is the whole side again. */
export function initiatorSide(input: Input, profile: Profile, suite: Suite): () => Result {
  const me = named(input, "initiator")
  const keys = keysOf(input, suite, me)
  return () => {
    const now = moment(input)
    const I = new Initiator(partyOf(input, profile, keys), { me, peer: named(input, "responder"), streams })
    const I_MESSAGE_1 = sent(I.start(now))
    const I_MESSAGE_2 = sent(I.receive(octets(input, "R_MESSAGE_1"), now, ""))
    const end = agreed(I.receive(octets(input, "R_MESSAGE_2"), now, ""))
    return { out: { I_MESSAGE_1: hex(I_MESSAGE_1), I_MESSAGE_2: hex(I_MESSAGE_2), TGK: hex(end.agreement.TGK), contexts: keying(end.agreement, profile) } }
  }
}

/** A Responder's side, likewise. */
export function answering(input: Input, profile: Profile, suite: Suite): Result {
  return responderSide(input, profile, suite)()
}

/** The same with its keys read and nothing begun. */
export function responderSide(input: Input, profile: Profile, suite: Suite): () => Result {
  const me = named(input, "responder")
  const keys = keysOf(input, suite, me)
  return () => {
    const now = moment(input)
    const R = new Responder(partyOf(input, profile, keys), { me: [me] })
    const R_MESSAGE_1 = sent(R.receive(octets(input, "I_MESSAGE_1"), now, ""))
    const end = agreed(R.receive(octets(input, "I_MESSAGE_2"), now, ""))
    return { out: { R_MESSAGE_1: hex(R_MESSAGE_1), R_MESSAGE_2: hex(end.octets!), TGK: hex(end.agreement.TGK), contexts: keying(end.agreement, profile) } }
  }
}

/** A device's side of a key request under a PSK: the request, and the keys of the response. */
export function fetching(input: Input, profile: Profile): Result {
  const set = setOf(input)
  const asked = {
    identities: [named(input, "identity")], kmsUri: set.kmsUri, pskId: octets(input, "pskId"), T: { type: 0, value: octets(input, "T") },
    csbId: count(input, "csbId"), RAND: octets(input, "RAND"),
    periods: count(input, "count") === 0 ? undefined : { first: count(input, "first"), count: count(input, "count") },
  }
  const psk = octets(input, "psk")
  const request = requestMessage(profile, psk, asked)
  const read = readResponse(profile, psk, request, octets(input, "response"), set, CAP)
  if (isFault(read)) return refused(read.fault)
  if (read.kind === "error") return refused(read.fault.fault)
  const keys: string[] = []
  for (let i = 0; i < read.keys.length; i++) keys.push(read.keys[i]!.period + " " + hex(read.keys[i]!.key))
  return { out: { request: hex(request), keys } }
}

/** Time as a case says it. */
export function moment(input: Input): Now {
  return { utc: count(input, "utc"), ticks: 0 }
}

/** The identity that a field of a case names. */
export function named(input: Input, name: string): Identity {
  return { type: URI, data: octetsOfText(input, name) }
}

function setOf(input: Input): ParameterSet {
  return {
    suite: count(input, "suite"), version: count(input, "version"), periodLength: count(input, "periodLength"), periodOffset: count(input, "periodOffset"),
    kmsUri: octetsOfText(input, "uri"), hosts: [octetsOfText(input, "host")], publicParameter: octets(input, "publicParameter"),
  }
}

/** One parameter set and one key of it, read. */
export function keysOf(input: Input, suite: Suite, me: Identity): Keyring {
  const set = setOf(input)
  const par = run(suite.ibe.parameters(set.publicParameter))
  if (par === undefined) throw new Error("case: expected good parameters")
  const kms: Kms = { set, suite, par }
  const key = run(suite.ibe.privateKey(octets(input, "key"), par))
  return { kmsOf: () => kms, privateKey: (id, period) => (same(id, me) && period === count(input, "period") ? key : undefined) }
}

/** A party that draws what its case says, in order. */
export function partyOf(input: Input, profile: Profile, keys: Keyring): Party {
  return { profile, keys, draw: draws(octets(input, "draws")), gate: new Gate(60) }
}

function draws(all: Uint8Array): Draw {
  let at = 0
  return (length) => {
    at += length
    return at > all.length ? undefined : copy(all.subarray(at - length, at))
  }
}

function sent(job: Job<Outcome>): Uint8Array {
  const outcome = run(job)
  if (outcome.kind !== "send") throw new Error("expected a message to send: " + why(outcome))
  return outcome.octets
}

function agreed(job: Job<Outcome>): { readonly agreement: Agreement; readonly octets: Uint8Array | undefined } {
  const outcome = run(job)
  if (outcome.kind !== "established") throw new Error("expected an agreement: " + why(outcome))
  return outcome
}

function why(outcome: Outcome): string {
  return outcome.kind === "ignored" ? outcome.fault.fault + " at " + outcome.fault.at : outcome.kind
}

/** Master key and salt of each crypto session, in the order of the map. */
export function keying(a: Agreement, profile: Profile): string[] {
  const made = contexts({ prf: profile.prf, TGK: a.TGK, csbId: a.csbId, RAND: a.RAND, map: a.agreed, offered: a.offered, policies: a.policies, spi: a.spi })
  if (isFault(made)) throw new Error("expected contexts: " + made.fault + " at " + made.at)
  const out: string[] = []
  for (let i = 0; i < made.length; i++) out.push(hex(made[i]!.masterKey) + " " + hex(made[i]!.masterSalt))
  return out
}
