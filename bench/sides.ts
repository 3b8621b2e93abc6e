/** A whole call, side by side: ms of the Initiator and of the Responder, and the octets of the messages for identities of 30 octets. */
import { hex } from "../sdk/base/bytes.ts"
import { agreed, answerer, caller, converse, enrolled, fetchKeys, keyRequest, NOW, realKit, seeded, sent, testKms, type Radio } from "../test/fixture.ts"
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

/** The goal of each message, octets. */
export const GOAL = 480

const ALICE = "sip:alice-radio@police.example"
const BOB = "sip:bob-radio-1@police.example"

function pair(): readonly [Radio, Radio] {
  const kms = testKms(realKit())
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

/** Warm sides: to a peer called before (g_ID is held), and to a new one each time. */
export function sides(rounds: number): { readonly known: Sides; readonly stranger: Sides; readonly octets: Octets } {
  const [alice, bob] = pair()
  call(alice, bob)
  const known: Sides[] = []
  const stranger: Sides[] = []
  let octets: Octets = {}
  for (let n = 0; n < rounds; n++) {
    const made = call(alice, bob)
    octets = made.octets
    known.push(made)
    // a new pair has a profile, and so a cache, of its own
    const [anna, ben] = pair()
    stranger.push(call(anna, ben))
  }
  const request = keyRequest(alice, { periods: { first: 46342, count: 7 } })
  const fetched = fetchKeys(enrolled(alice.kms, ALICE))
  const all = { ...octets, REQUEST_KEY_INIT: request.length, REQUEST_KEY_RESP: fetched.response.length }
  return { known: middle(known), stranger: middle(stranger), octets: all }
}

function middle(list: readonly Sides[]): Sides {
  return { initiator: median(list.map((s) => s.initiator)), responder: median(list.map((s) => s.responder)) }
}

/** What a fresh process needs for one side of a call whose octets are known: its keys, and the messages of both. */
export function givenTo(): string {
  const [alice, bob] = pair()
  const made = converse(caller(alice, bob.me, {}, { draw: seeded("cold initiator") }), answerer(bob, { draw: seeded("cold responder") }))
  const { I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2, R_MESSAGE_2 } = made
  const keys = { initiator: alice.store.get("keys")!, responder: bob.store.get("keys")! }
  const given = { set: alice.kms.state.own, keys, messages: { I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2, R_MESSAGE_2 } }
  return JSON.stringify({ ...given, me: ALICE, peer: BOB }, (_name, value: unknown) => (value instanceof Uint8Array ? hex(value) : value))
}
