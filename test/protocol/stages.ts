/** The six messages of a first call, each with the party that waits for it: what is given to it must do nothing, and then the good one must do all. */
import assert from "node:assert/strict"
import { equal, hex } from "../../sdk/base/bytes.ts"
import { isFault, type Fault } from "../../sdk/base/fault.ts"
import type { Job } from "../../sdk/base/job.ts"
import type { Identity } from "../../sdk/ibake/identity.ts"
import type { Initiator } from "../../sdk/ibake/initiator.ts"
import type { Responder } from "../../sdk/ibake/responder.ts"
import type { Agreement, Outcome } from "../../sdk/ibake/session.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { contexts } from "../../sdk/srtp/contexts.ts"
import { answerer, caller, changed, converse, decide, enrolled, fetchKeys, good, keyRequest, NOW, radio, readAnswer, sent, testKms, UTC, type Kit, type Radio } from "../fixture.ts"

/** Names of the six messages, in the order in which they are sent. */
export const messages = ["REQUEST_KEY_INIT", "REQUEST_KEY_RESP", "I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2"] as const

type CallMessage = Exclude<(typeof messages)[number], "REQUEST_KEY_INIT" | "REQUEST_KEY_RESP">

/** A party that waits for a message. */
export interface Stage {
  readonly name: string
  readonly type: number
  /** Who waits for it: its box, if any, is sealed to him. */
  readonly to: Identity
  /** The Responder has not read I_MESSAGE_1: ECCPTi comes in I_MESSAGE_2, and R_MESSAGE_2 has a box. */
  readonly unread?: true
  /** What anybody seals may be taken here: nothing has authenticated anybody yet. */
  readonly open?: true
  /** The message that it waits for. */
  readonly good: Uint8Array
  /** Both ends; the KMS is behind them. */
  readonly alice: Radio
  readonly bob: Radio
  /** What came before in the transcript, for whoever seals. */
  readonly before: readonly Uint8Array[]
  /** Gives octets to the party and answers what came of it: a FaultCode (of the KMS that answers with an error, too), or `answered`. It fails the test if a key came of it. */
  give(octets: Uint8Array): string
  /** Gives the good message and goes on to the end: the call is established with equal contexts at both ends. */
  finish(): void
}

/** Runs a Job that must end: a thousand steps are more than any has. */
export function bounded<T>(job: Job<T>): T {
  for (let steps = 0; steps < 1000; steps++) {
    const out = job.step()
    if (out !== undefined) return out.value
  }
  throw new Error("a Job that does not end")
}

/** A kit whose guards are so wide that nothing is refused for being too much. */
export function wide(kit: Kit): Kit {
  return changed(kit, (p) => ({ limits: { ...p.limits, halfOpen: 1e6, remembered: 1e6 } }))
}

/** The six stages of one call under a kit. */
export function stages(base: Kit): Stage[] {
  const kms = testKms(wide(base))
  return messages.map((name) => {
    const alice = enrolled(kms, "sip:alice@police.example")
    const bob = radio(kms, "sip:bob@police.example")
    if (name === "REQUEST_KEY_INIT") return requestStage(alice, bob)
    if (name === "REQUEST_KEY_RESP") return responseStage(alice, bob)
    fetchKeys(alice)
    return callStage(name, alice, bob)
  })
}

function requestStage(alice: Radio, bob: Radio): Stage {
  const asked = keyRequest(alice)
  return {
    name: "REQUEST_KEY_INIT",
    type: dataType.REQUEST_KEY_PSK,
    to: alice.me,
    good: asked,
    alice,
    bob,
    before: [],
    give(octets: Uint8Array): string {
      const peeked = alice.kms.core.peek(octets)
      const decision = bounded(alice.kms.core.decide(octets, alice.subscriber, undefined, UTC, alice.kms.state))
      if (isFault(decision)) return decision.fault
      assert(!isFault(peeked))
      assert(decision.record === undefined || decision.audit.keys.every((key) => alice.subscriber.identities.some((own) => equal(own.data, key.identity.data))), "a key of somebody else")
      return decision.audit.fault ?? "answered"
    },
    finish(): void {
      const read = good(readAnswer(alice, asked, decide(alice, asked).answer))
      assert(read.kind === "keys")
      assert.equal(bounded(alice.ring.install(read.keys, [])), undefined)
      converse(caller(alice, bob.me), answerer(bob))
    },
  }
}

function responseStage(alice: Radio, bob: Radio): Stage {
  const asked = keyRequest(alice)
  const answer = decide(alice, asked).answer
  const take = (octets: Uint8Array): Fault | "installed" | "error" => {
    const read = readAnswer(alice, asked, octets)
    if (isFault(read)) return read
    return read.kind === "error" ? "error" : (bounded(alice.ring.install(read.keys, read.notice?.sets ?? [])) ?? "installed")
  }
  return {
    name: "REQUEST_KEY_RESP",
    type: dataType.REQUEST_KEY_RESP,
    to: alice.me,
    good: answer,
    alice,
    bob,
    before: [asked],
    give(octets: Uint8Array): string {
      const taken = take(octets)
      return isFault(taken) ? taken.fault : taken
    },
    finish(): void {
      assert.equal(take(answer), "installed")
      converse(caller(alice, bob.me), answerer(bob))
    },
  }
}

/** The party that waits for one of the four messages of a call between two radios. */
export function callStage(name: CallMessage, alice: Radio, bob: Radio): Stage {
  const I = caller(alice, bob.me)
  const R = answerer(bob)
  const all: Uint8Array[] = [sent(I.start(NOW))]
  if (name !== "I_MESSAGE_1") all.push(sent(R.receive(all[0]!, NOW, "")))
  if (name === "I_MESSAGE_2" || name === "R_MESSAGE_2") all.push(sent(I.receive(all[1]!, NOW, "")))
  const established = name === "R_MESSAGE_2" ? bounded(R.receive(all[2]!, NOW, "")) : undefined
  const R_MESSAGE_2 = established?.kind === "established" ? established : undefined
  const expected = R_MESSAGE_2?.octets ?? all[all.length - 1]!
  const waits = name === "I_MESSAGE_1" || name === "I_MESSAGE_2" ? R : I
  return {
    name,
    type: dataType[name],
    to: waits === R ? bob.me : alice.me,
    good: expected,
    alice,
    bob,
    before: name === "R_MESSAGE_2" ? all : all.slice(0, -1),
    give: (octets) => judged(bounded(waits.receive(octets, NOW, "")), all),
    finish: () => (R_MESSAGE_2 === undefined ? rest(I, R, expected, waits) : confirmed(bounded(I.receive(expected, NOW, "")), R_MESSAGE_2)),
  }
}

/** What came of a message that is not the one awaited. */
export function judged(outcome: Outcome, before: readonly Uint8Array[]): string {
  assert(outcome.kind !== "established", "a key came of it")
  if (outcome.kind === "ignored") return outcome.fault.fault
  return before.some((octets) => hex(octets) === hex(outcome.octets)) ? "repeated" : "answered"
}

/** The way from a message that one of the two waits for to the end of the call. */
export function rest(I: Initiator, R: Responder, octets: Uint8Array, waits: Initiator | Responder): void {
  const outcome = bounded(waits.receive(octets, NOW, ""))
  assert(outcome.kind !== "ignored", outcome.kind === "ignored" ? `the good message: ${outcome.fault.fault} at ${outcome.fault.at}` : "")
  if (outcome.kind === "send") return rest(I, R, outcome.octets, waits === I ? R : I)
  confirmed(bounded(I.receive(outcome.octets!, NOW, "")), outcome)
}

/** Both ends of a call, which must hold the same contexts. */
export function confirmed(outcome: Outcome, responder: Outcome): void {
  assert(outcome.kind === "established" && responder.kind === "established")
  assert.deepEqual(srtp(outcome.agreement), srtp(responder.agreement))
}

const prf = { func: 1, derive: (inkey: Uint8Array, label: Uint8Array) => new Uint8Array([...inkey, ...label]).subarray(0, 16) }

function srtp(a: Agreement): unknown {
  return good(contexts({ prf, TGK: a.TGK, csbId: a.csbId, RAND: a.RAND, map: a.agreed, offered: a.offered, policies: a.policies, spi: a.spi }))
}
