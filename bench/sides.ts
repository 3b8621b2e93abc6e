/** A whole call under every suite, side by side: ms of the Initiator and of the Responder, and the octets of the messages for identities of 30 octets. */
import { nobleAll } from "../boards/profiles/noble-all.ts"
import { hex } from "../sdk/base/bytes.ts"
import { agreed, answerer, caller, converse, enrolled, fetchKeys, keyRequest, NOW, seeded, sent, testKms, type Radio } from "../test/fixture.ts"
import { again, kits, suiteNames, type SuiteName } from "../test/suites.ts"
import { median } from "./measure.ts"

/** Both sides of a call in ms. */
export interface Sides {
  readonly initiator: number
  readonly responder: number
}

/** Octets of the six messages, and the goal that they are held to. */
export interface Octets {
  readonly [message: string]: number
}

/** A suite's calls in a process that is warm: to a peer called before (the pairing of its identity is held), and to a new one each time. */
export interface Warm {
  readonly known: Sides
  readonly stranger: Sides
  readonly octets: Octets
}

/** The goal of each message of suite 0x01, octets. */
export const GOAL = 480

const ALICE = "sip:alice-radio@police.example"
const BOB = "sip:bob-radio-1@police.example"

/** Alice and Bob. */
export type Pair = readonly [Radio, Radio]

const pairs = new Map<SuiteName, Pair>()

/** Two radios with their keys, the same two each time. */
export function pair(suite: SuiteName): Pair {
  const made = pairs.get(suite) ?? newPair(suite)
  pairs.set(suite, made)
  return made
}

function newPair(suite: SuiteName): Pair {
  const kms = testKms(kits()[suite])
  const [alice, bob] = [enrolled(kms, ALICE), enrolled(kms, BOB)]
  fetchKeys(alice)
  fetchKeys(bob)
  return [alice, bob]
}

function timed<T>(add: (ms: number) => void, act: () => T): T {
  const from = performance.now()
  const value = act()
  add(performance.now() - from)
  return value
}

/** One call; the time of each side and the messages. */
export function call(alice: Radio, bob: Radio): Sides & { readonly octets: Octets } {
  let initiator = 0
  let responder = 0
  const i = (ms: number): void => void (initiator += ms)
  const r = (ms: number): void => void (responder += ms)
  const I = caller(alice, bob.me)
  const R = answerer(bob)
  const I_MESSAGE_1 = timed(i, () => sent(I.start(NOW)))
  const R_MESSAGE_1 = timed(r, () => sent(R.receive(I_MESSAGE_1, NOW, "")))
  const I_MESSAGE_2 = timed(i, () => sent(I.receive(R_MESSAGE_1, NOW, "")))
  const R_MESSAGE_2 = timed(r, () => agreed(R.receive(I_MESSAGE_2, NOW, "")).octets!)
  timed(i, () => agreed(I.receive(R_MESSAGE_2, NOW, "")))
  const lengths = { I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2, R_MESSAGE_2 }
  return { initiator, responder, octets: Object.fromEntries(Object.entries(lengths).map(([name, o]) => [name, o.length])) }
}

/** Warm sides of every suite; each round has a call of each, so that what else the machine does falls on all alike. */
export function sides(rounds: number): Readonly<Record<SuiteName, Warm>> {
  const work = suiteNames.map((suite) => {
    const radios = pair(suite)
    const known: Sides[] = []
    const stranger: Sides[] = []
    // before the rounds: the octets of a seeded call are the same each time
    return { suite, radios, known, stranger, octets: { ...call(radios[0], radios[1]).octets, ...requestOctets(radios[0]) } }
  })
  for (let n = 0; n < rounds; n++)
    for (const of of work) {
      of.known.push(call(of.radios[0], of.radios[1]))
      // a new profile has a cache of pairings that is new
      const profile = nobleAll()
      of.stranger.push(call(again(of.radios[0], profile), again(of.radios[1], profile)))
    }
  return Object.fromEntries(work.map((of) => [of.suite, { known: middle(of.known), stranger: middle(of.stranger), octets: of.octets }])) as Record<SuiteName, Warm>
}

function requestOctets(alice: Radio): Octets {
  const request = keyRequest(alice, { periods: { first: 46342, count: 7 } })
  const fetched = fetchKeys(enrolled(alice.kms, ALICE))
  return { REQUEST_KEY_INIT: request.length, REQUEST_KEY_RESP: fetched.response.length }
}

function middle(list: readonly Sides[]): Sides {
  return { initiator: median(list.map((s) => s.initiator)), responder: median(list.map((s) => s.responder)) }
}

/** What a fresh process needs for one side of a call whose octets are known: its keys, and the messages of both. */
export function givenTo(suite: SuiteName): string {
  const [alice, bob] = pair(suite)
  const made = converse(caller(alice, bob.me, {}, { draw: seeded("cold initiator") }), answerer(bob, { draw: seeded("cold responder") }))
  const { I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2, R_MESSAGE_2 } = made
  const keys = { initiator: alice.store.get("keys")!, responder: bob.store.get("keys")! }
  const given = { set: alice.kms.state.own, keys, messages: { I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2, R_MESSAGE_2 } }
  return JSON.stringify({ ...given, me: ALICE, peer: BOB }, (_name, value: unknown) => (value instanceof Uint8Array ? hex(value) : value))
}
