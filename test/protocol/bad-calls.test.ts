/** Bad input of calls: what neither profile allows, and floods. Each gives a named Fault, what is held stays bounded, and the honest call completes. */
import assert from "node:assert/strict"
import { ascii, hex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { encodeInner, type Clear } from "../../sdk/ibake/exchange.ts"
import type { Identity } from "../../sdk/ibake/identity.ts"
import type { Initiator } from "../../sdk/ibake/initiator.ts"
import { Responder } from "../../sdk/ibake/responder.ts"
import { Gate, type Now } from "../../sdk/ibake/session.ts"
import { parse } from "../../sdk/mikey/message.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { agreed, answerer, caller, changed, converse, enrolled, fastKit, good, named, NOW, party, radio, refused, seeded, sent, testKms, UTC, type Radio } from "../fixture.ts"
import { answerByHand, clearOf, openByHand, pair, sealByHand, subPayload, team, unreadByHand } from "./by-hand.ts"

const kit = fastKit()
const kms = testKms(kit)
const member = (name: string, of = kms): Radio => radio(of, `sip:${name}@police.example`, { identities: [team] })
const [alice, bob, mallory] = [radio(kms, "sip:alice@police.example"), member("bob"), enrolled(kms, "sip:mallory@police.example")]
const MANY = 10_000
/** When a minute of the rate limit has passed. */
const LATER: Now = { utc: UTC + 60, ticks: 60_000 }

/** The rest of a call whose R_MESSAGE_1 is there. */
function completes(I: Initiator, R: Responder, R_MESSAGE_1: Uint8Array, now: Now = NOW): void {
  const { agreement, octets } = agreed(R.receive(sent(I.receive(R_MESSAGE_1, now, "")), now, ""))
  assert.equal(hex(agreed(I.receive(octets!, now, "")).agreement.TGK), hex(agreement.TGK))
}

describe("a curve of RFC 6267 table 5 that nobody takes", () => {
  // 192, 163, 224, 233, 283, 409, 521 and 571 bits, and numbers of no curve
  const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 13, 14, 15, 16, 17, 239, 241, 255]
  const on = (curve: number): Uint8Array => subPayload(mallory, pair(mallory)).map((o, i) => (i === 0 ? curve : o))

  for (const curve of numbers)
    it(`${curve}: is refused in every message that brings a point, and the call completes`, () => {
      const I = caller(alice, bob.me, { onRetarget: () => true })
      const R = answerer(bob)
      const I_MESSAGE_1 = sent(I.start(NOW))
      const call = openByHand(bob, bob.me, I_MESSAGE_1)!
      const letter = { type: dataType.I_MESSAGE_1, clear: clearOf(call.m, call.m.RAND!), to: bob.me, plain: encodeInner(alice.me, on(curve), bob.me, undefined) }
      assert.equal(refused(R.receive(sealByHand(alice, letter).octets, NOW, "")), "curve/refused at I_MESSAGE_1.IBAKE.ECCPTi.ECC Curve")
      assert.equal(refused(I.receive(answerByHand(bob, call, { ECCPTr: on(curve) }).octets, NOW, "")), "curve/refused at R_MESSAGE_1.IBAKE.ECCPTr.ECC Curve")
      assert.equal(refused(I.receive(unreadByHand(mallory, I_MESSAGE_1, mallory.me, { ECCPTr: on(curve) }), NOW, "")), "curve/refused at R_MESSAGE_1.IBAKE.ECCPTr.ECC Curve")
      completes(I, R, sent(R.receive(I_MESSAGE_1, NOW, "")))
    })
})

describe("a policy without encryption or authentication", () => {
  const GCM = kit.profile.srtp.offers[0]!
  const none: readonly (readonly [string, Uint8Array])[] = [["NULL encryption", Uint8Array.of(0, 1, 0)], ["encryption off", Uint8Array.of(0, 1, 1, 7, 1, 0)], ["RTCP encryption off", Uint8Array.of(0, 1, 6, 8, 1, 0)], ["NULL authentication", Uint8Array.of(0, 1, 1, 2, 1, 0)], ["authentication off", Uint8Array.of(0, 1, 1, 10, 1, 0)]]
  const offering = (...offers: Uint8Array[]): Radio => ({ ...alice, profile: changed(kit, () => ({ srtp: { offers, allows: () => true } })).profile })

  for (const [what, param] of none)
    it(`${what}: is not chosen, alone or first of two, and not taken from one who answers with it`, () => {
      assert.equal(refused(answerer(bob).receive(sent(caller(offering(param), bob.me).start(NOW)), NOW, "")), "policy/none at I_MESSAGE_1.SP")
      const both = converse(caller(offering(param, GCM), bob.me), answerer(bob)).responder
      assert.deepEqual(both.policies.map((p) => hex(p.param)), [hex(GCM)])
      const I = caller(alice, bob.me)
      const I_MESSAGE_1 = sent(I.start(NOW))
      const weak = (clear: Clear): Partial<Clear> => ({ SP: [{ no: clear.SP[0]!.no, protType: 0, param }] })
      assert.equal(refused(I.receive(answerByHand(bob, openByHand(bob, bob.me, I_MESSAGE_1)!, { clear: weak }).octets, NOW, "")), "policy/none at R_MESSAGE_1.SP")
      const R = answerer(bob)
      completes(I, R, sent(R.receive(I_MESSAGE_1, NOW, "")))
    })
})

describe("an ESK to a radio that forbids it", () => {
  it("goes no further there, and the caller who leaves nothing is answered", () => {
    const stand = new Responder(party(bob), { me: [bob.me], onUnread: () => true })
    const called = named("sip:away@police.example")
    const I = caller(alice, called, { onRetarget: () => true, onDeferred: () => true })
    const I_MESSAGE_2 = sent(I.receive(sent(stand.receive(sent(I.start(NOW)), NOW, "")), NOW, ""))
    assert.equal(refused(stand.receive(I_MESSAGE_2, NOW, "")), "wire/chain at I_MESSAGE_2.ESK")
    assert.equal(converse(caller(alice, called, { onRetarget: () => true }), stand).responder.unread?.I_MESSAGE_2, undefined)
  })
})

/** Octets of all typed arrays that something holds, but for what it shares with `others`. */
function held(of: object, ...others: object[]): number {
  const seen = new Set<unknown>()
  const walk = (value: unknown): number => {
    if (typeof value !== "object" || value === null || seen.has(value)) return 0
    seen.add(value)
    return value instanceof Uint8Array ? value.buffer.byteLength : Object.values(value).reduce((sum: number, each) => sum + walk(each), 0)
  }
  for (const other of others) walk(other)
  return walk(of)
}

/** Anybody of ten thousand. */
const nobody = (i: number): Identity => ({ type: 1, data: ascii(`sip:n${i}@police.example`) })

describe("ten thousand forks", () => {
  const point = subPayload(mallory, pair(mallory))

  /** A call of the same octets each time, at a rate of its own. */
  const begun = (taken: (id: Identity) => boolean, boxes: number): { readonly I: Initiator; readonly own: object } => {
    const own = party(alice, { draw: seeded("a call to a team"), gate: new Gate(boxes) })
    return { own, I: caller(alice, team, { onRetarget: taken }, own) }
  }
  const isBob = (id: Identity): boolean => hex(id.data) === hex(bob.me.data)
  const I_MESSAGE_1 = sent(begun(isBob, 1).I.start(NOW))

  /** R_MESSAGE_1 of many members, in their own names, all of them good. */
  const answers: Uint8Array[] = []
  before(() => {
    const call = openByHand(bob, team, I_MESSAGE_1)!
    const { clear } = answerByHand(bob, call)
    for (let i = 0; i < MANY; i++) {
      const plain = encodeInner(clear.IDRi, call.inner.ECCPTi!.raw, nobody(i), point)
      answers.push(sealByHand(mallory, { type: dataType.R_MESSAGE_1, clear: { ...clear, IDRr: nobody(i) }, to: alice.me, before: [I_MESSAGE_1], plain }).octets)
    }
  })

  function flood(I: Initiator): [string, number][] {
    const counts = new Map<string, number>()
    for (const octets of answers) {
      const why = refused(I.receive(octets, NOW, ""))
      counts.set(why, (counts.get(why) ?? 0) + 1)
    }
    return [...counts]
  }

  const responder = (): Responder => new Responder(party(bob), { me: [bob.me], shared: [team] })

  it("answer one call, and the policy takes the last: each of the others is refused, the caller holds no more than before", () => {
    const { I, own } = begun(isBob, 1e9)
    assert.equal(hex(sent(I.start(NOW))), hex(I_MESSAGE_1))
    const before = held(I, own)
    assert.deepEqual(flood(I), [["identity/refused at R_MESSAGE_1.IDRr", MANY]])
    assert.equal(held(I, own), before)
    const R = responder()
    completes(I, R, sent(R.receive(I_MESSAGE_1, NOW, "")))
  })

  it("answer one call at a radio's own rate limit: so many boxes are opened in a minute, and the member who answers in the next is taken", () => {
    const most = kit.profile.limits.boxesPerMinute
    const { I } = begun(isBob, most)
    sent(I.start(NOW))
    assert.deepEqual(flood(I), [["identity/refused at R_MESSAGE_1.IDRr", most], ["rate/limited at R_MESSAGE_1", MANY - most]])
    const R = responder()
    completes(I, R, sent(R.receive(I_MESSAGE_1, LATER, "")), LATER)
  })

  it("answer one call that a member has taken: not one of their boxes is opened", () => {
    const { I, own } = begun(() => true, 1)
    sent(I.start(NOW))
    const R = responder()
    const I_MESSAGE_2 = sent(I.receive(sent(R.receive(I_MESSAGE_1, NOW, "")), NOW, ""))
    const before = held(I, own)
    assert.deepEqual(flood(I), [["session/state at session.R_MESSAGE_2", MANY]])
    assert.equal(held(I, own), before)
    agreed(I.receive(agreed(R.receive(I_MESSAGE_2, NOW, "")).octets!, NOW, ""))
  })
})

describe("ten thousand calls at once", () => {
  const m = good(parse(sent(caller(alice, bob.me).start(NOW)), 65535))
  const clear = clearOf(m, m.RAND!)
  const ECCPTi = subPayload(mallory, pair(mallory))
  const away = named("sip:away@police.example")
  const made = new Map<Identity, Uint8Array[]>()
  /** Calls of as many people, all of them good. */
  const calls = (to: Identity): Uint8Array[] => {
    const call = (i: number): Uint8Array => sealByHand(mallory, { type: dataType.I_MESSAGE_1, clear: { ...clear, csbId: i, IDRi: nobody(i), IDRr: to }, to, plain: encodeInner(nobody(i), ECCPTi, to, undefined) }).octets
    if (!made.has(to)) made.set(to, Array.from({ length: MANY }, (_, i) => call(i)))
    return made.get(to)!
  }

  /** What comes of all of them, and the most that was held meanwhile. */
  function flood(R: Responder, own: object, to: Identity): { readonly answered: number; readonly limited: number; readonly most: number } {
    const out = { answered: 0, limited: 0, most: 0 }
    for (const [i, octets] of calls(to).entries()) {
      const outcome = run(R.receive(octets, NOW, `n${i}`))
      if (outcome.kind === "send") out.answered++
      else if (outcome.kind === "ignored" && outcome.fault.fault === "rate/limited") out.limited++
      if (outcome.kind === "send" || i % 1000 === 999) out.most = Math.max(out.most, held(R, own, kit.profile))
    }
    return out
  }

  const { boxesPerMinute, halfOpen } = kit.profile.limits
  /** Octets of one half-open exchange and of the hash of a message, with room to spare. */
  const bound = (remembered: number): number => halfOpen * 4096 + remembered * 64

  for (const [what, to] of [["to a radio", bob.me], ["to one for whom it stands in", away]] as const)
    it(`${what}: it opens as many as its rate allows, keeps ${halfOpen}, and answers who calls a minute later`, () => {
      const own = party(bob, { gate: new Gate(boxesPerMinute) })
      const R = new Responder(own, { me: [bob.me], onUnread: () => true, mailbox: true })
      const { answered, limited, most } = flood(R, own, to)
      assert.deepEqual([answered, limited, R.pending()], [boxesPerMinute, MANY - boxesPerMinute, halfOpen])
      assert(most < bound(boxesPerMinute), String(most))
      const I = caller(alice, to, { onRetarget: () => true })
      completes(I, R, sent(R.receive(sent(I.start(LATER)), LATER, "alice")), LATER)
    })

  it("over a path without a rate limit: its memory against replay is full, and it takes no more until that ends", () => {
    const remembered = 128
    const { profile } = changed(kit, (p) => ({ limits: { ...p.limits, remembered } }))
    const own = party(bob, { profile })
    const R = new Responder(own, { me: [bob.me] })
    const { answered, limited, most } = flood(R, own, bob.me)
    assert.deepEqual([answered, limited, R.pending()], [remembered, MANY - remembered, halfOpen])
    assert(most < bound(remembered), String(most))
    const later = { utc: UTC + 301, ticks: 301_000 }
    const I = caller(alice, bob.me)
    completes(I, R, sent(R.receive(sent(I.start(later)), later, "")), later)
  })

  it("are seen by what counts them", () => {
    const hoard: Uint8Array[] = []
    const before = held(hoard)
    for (let i = 0; i < 10; i++) hoard.push(new Uint8Array(1000))
    assert.equal(held(hoard) - before, 10_000)
  })
})
