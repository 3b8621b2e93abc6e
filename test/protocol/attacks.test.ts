import assert from "node:assert/strict"
import { equal, hex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { encodeInner } from "../../sdk/ibake/exchange.ts"
import type { Initiator } from "../../sdk/ibake/initiator.ts"
import { Responder } from "../../sdk/ibake/responder.ts"
import type { Agreement, Outcome } from "../../sdk/ibake/session.ts"
import { parse } from "../../sdk/mikey/message.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { policyOf, srtpRules } from "../../sdk/srtp/policy.ts"
import { agreed, answerer, caller, changed, converse, enrolled, fastKit, good, NOW, octetsOf, party, radio, refused, seeded, sent, testKms, type Kit, type Radio } from "../fixture.ts"
import { answerByHand, clearOf, confirmByHand, H, openByHand, pair, sealByHand, subPayload, team } from "./by-hand.ts"
import { believingClear, repeating, rewritten, rfcLabels, watched, withoutAad, withoutEcho, withoutKc } from "./weak.ts"

/** Alice, Bob and Mallory, an insider with keys of her own, under the KMS of a kit. */
interface Cast {
  readonly alice: Radio
  readonly bob: Radio
  readonly mallory: Radio
}

function cast(kit: Kit): Cast {
  const kms = testKms(kit)
  return {
    alice: radio(kms, "sip:alice@police.example", { identities: [team] }),
    bob: radio(kms, "sip:bob@police.example", { identities: [team] }),
    mallory: radio(kms, "sip:mallory@police.example", { identities: [team] }),
  }
}

const ours = cast(fastKit())

/** The Fault that stopped an attack, or what it won. */
type Result = string | Agreement

function won(result: Result): Agreement {
  assert(typeof result !== "string", `the attack was stopped: ${String(result)}`)
  return result
}

/** The next step of a path, or the Fault that ends it. */
function next(job: ReturnType<Initiator["receive"]>): { readonly fault: string; readonly octets: Uint8Array; readonly outcome: Outcome } {
  const outcome = run(job)
  if (outcome.kind === "ignored") return { fault: `${outcome.fault.fault} at ${outcome.fault.at}`, octets: new Uint8Array(0), outcome }
  return { fault: "", octets: outcome.octets ?? new Uint8Array(0), outcome }
}

/** A call of Alice to Bob whose messages pass through somebody's hands. */
interface Hands {
  I_MESSAGE_1(octets: Uint8Array): Uint8Array
  R_MESSAGE_1(octets: Uint8Array): Uint8Array
  I_MESSAGE_2(octets: Uint8Array): Uint8Array
}

/** What Bob established, or where the call stopped. */
function carried(I: Initiator, R: Responder, by: Hands): Result {
  const first = next(R.receive(by.I_MESSAGE_1(sent(I.start(NOW))), NOW, ""))
  if (first.fault !== "") return first.fault
  const second = next(I.receive(by.R_MESSAGE_1(first.octets), NOW, ""))
  if (second.fault !== "") return second.fault
  const last = next(R.receive(by.I_MESSAGE_2(second.octets), NOW, ""))
  return last.outcome.kind === "established" ? last.outcome.agreement : last.fault
}

describe("Lowe's attack on Needham-Schroeder", () => {
  // Alice calls Mallory. Mallory seals Alice's ECCPTi to Bob in Alice's name, and hands Bob's answer to Alice as her own.
  // Alice confirms it to Mallory, who passes the confirmation on: Bob has a call from Alice, who never called him.
  // The inner identities, compared with those in clear, stop it; the AAD stops it before they are read.
  const attack = ({ alice, bob, mallory }: Cast): Result => {
    const seen: { I_MESSAGE_1?: Uint8Array; R_MESSAGE_1?: Uint8Array } = {}
    return carried(caller(alice, mallory.me), answerer(bob), {
      I_MESSAGE_1(octets: Uint8Array): Uint8Array {
        const { m, inner } = openByHand(mallory, mallory.me, octets)!
        const clear = { ...clearOf(m, m.RAND!), IDRr: bob.me }
        return (seen.I_MESSAGE_1 = sealByHand(mallory, { type: dataType.I_MESSAGE_1, clear, to: bob.me, plain: encodeInner(alice.me, inner.ECCPTi!.raw, bob.me, undefined) }).octets)
      },
      R_MESSAGE_1: (octets) => rewritten((seen.R_MESSAGE_1 = octets), { IDRr: mallory.me }),
      I_MESSAGE_2(octets: Uint8Array): Uint8Array {
        const { m, inner } = openByHand(mallory, mallory.me, octets)!
        const clear = { ...clearOf(m, m.RAND!), IDRr: bob.me }
        const before = [seen.I_MESSAGE_1!, seen.R_MESSAGE_1!]
        return sealByHand(mallory, { type: dataType.I_MESSAGE_2, clear, to: bob.me, before, plain: encodeInner(alice.me, undefined, bob.me, inner.ECCPTr!.raw) }).octets
      },
    })
  }

  it("gives a Bob who believes what stands in clear a call from Alice, who called Mallory", () => {
    const weak = cast(believingClear(fastKit()))
    assert.deepEqual(won(attack(weak)).peer, weak.alice.me)
  })
  it("fails at the inner identities even where boxes bind no transcript", () => assert.equal(attack(cast(withoutAad(fastKit()))), "identity/mismatch at R_MESSAGE_1.IBAKE.IDRr"))
  it("fails against ours", () => assert.equal(attack(ours), "auth/failed at R_MESSAGE_1.IBAKE"))
})

describe("unknown key share", () => {
  // Alice calls Bob. Mallory puts her own name into the clear IDRi; Bob, who believes it, seals his answer to Mallory.
  // She opens it and seals it to Alice. Bob now holds Alice's key and takes her for Mallory; Mallory knows no key.
  // Bob's words to "Mallory" are heard by Alice. Inner identities and the AAD stop it, and the transcript in TGK would part the keys.
  const attack = ({ alice, bob, mallory }: Cast): Result =>
    carried(caller(alice, bob.me), answerer(bob), {
      I_MESSAGE_1: (octets) => rewritten(octets, { IDRi: mallory.me }),
      R_MESSAGE_1(octets: Uint8Array): Uint8Array {
        const { m, inner } = openByHand(mallory, mallory.me, octets)!
        const clear = { ...clearOf(m, new Uint8Array(0)), IDRi: alice.me }
        return sealByHand(mallory, { type: dataType.R_MESSAGE_1, clear, to: alice.me, plain: encodeInner(alice.me, inner.ECCPTi!.raw, bob.me, inner.ECCPTr!.raw) }).octets
      },
      I_MESSAGE_2: (octets) => rewritten(octets, { IDRi: mallory.me }),
    })

  it("makes a Bob who believes what stands in clear share Alice's key with `Mallory`, under the labels of RFC 6267", () => {
    const TGKs: Uint8Array[] = []
    const weak = cast(rfcLabels(believingClear(fastKit()), TGKs))
    const bobs = won(attack(weak))
    assert.deepEqual(bobs.peer, weak.mallory.me)
    assert.deepEqual(TGKs.map(hex), [hex(bobs.TGK), hex(bobs.TGK)])
  })
  it("parts the keys where the transcript is in the labels", () => {
    const TGKs: Uint8Array[] = []
    const bobs = won(attack(cast(watched(believingClear(fastKit()), TGKs))))
    assert.equal(TGKs.length, 2)
    assert.notEqual(hex(TGKs[0]!), hex(bobs.TGK))
  })
  it("fails against ours", () => assert.equal(attack(ours), "auth/failed at I_MESSAGE_1.IBAKE"))
})

describe("a member of a group who passes for another", () => {
  // Alice calls her team, whose key Mallory holds too: she reads ECCPTi and answers in Bob's name with a y of her own.
  // Alice takes an answer by Bob and confirms to Bob alone: Mallory cannot open I_MESSAGE_2, but knows all else of it.
  // kc in the labels makes MPK depend on opening that box; without it Mallory computes V and Alice talks to her as Bob.
  const attack = ({ alice, bob, mallory }: Cast): Result => {
    const I = caller(alice, team, { onRetarget: (id) => equal(id.data, bob.me.data) })
    const call = openByHand(mallory, team, sent(I.start(NOW)))!
    const answered = answerByHand(mallory, call, { IDRr: bob.me })
    const I_MESSAGE_2 = sent(I.receive(answered.octets, NOW, ""))
    const last = next(I.receive(confirmByHand(mallory, answered, I_MESSAGE_2, octetsOf("no kc", 32)).octets, NOW, ""))
    return last.outcome.kind === "established" ? last.outcome.agreement : last.fault
  }

  it("wins where kc is not in the labels, though the transcript is", () => {
    const weak = cast(withoutKc(fastKit()))
    assert.deepEqual(won(attack(weak)).peer, weak.bob.me)
  })
  it("fails against ours", () => assert.equal(attack(ours), "auth/failed at R_MESSAGE_2.V"))
})

describe("reflection", () => {
  // Alice calls her team, whose key her own radio holds. Somebody carries her message back to her.
  // If her radio answers it, she is established with herself, hears her own voice and believes that the team is there.
  // A radio does not answer a call from one of its own names, and takes no answer in its own name.
  it("establishes a radio with itself where it does not know its own name", () => {
    const R = new Responder(party(ours.alice), { me: [team] })
    const { initiator, responder } = converse(caller(ours.alice, team), R)
    assert.equal(hex(initiator.TGK), hex(responder.TGK))
    assert.deepEqual([initiator.me, responder.peer, initiator.peer], [ours.alice.me, ours.alice.me, team])
  })
  it("is not answered by ours", () => {
    assert.equal(refused(answerer(ours.alice).receive(sent(caller(ours.alice, team).start(NOW)), NOW, "")), "identity/mismatch at I_MESSAGE_1.IDRi")
  })
  it("under the own name is not taken by ours, though its policy takes anybody", () => {
    const I = caller(ours.alice, team, { onRetarget: () => true })
    const call = openByHand(ours.alice, team, sent(I.start(NOW)))!
    assert.equal(refused(I.receive(answerByHand(ours.alice, call, { IDRr: ours.alice.me }).octets, NOW, "")), "identity/mismatch at R_MESSAGE_1.IDRr")
  })
  it("of a message to its sender leads nowhere", () => {
    const I = caller(ours.alice, ours.bob.me)
    const I_MESSAGE_1 = sent(I.start(NOW))
    assert.equal(refused(I.receive(I_MESSAGE_1, NOW, "")), "session/state at session.R_MESSAGE_1")
    assert.equal(refused(answerer(ours.alice).receive(I_MESSAGE_1, NOW, "")), "identity/mismatch at I_MESSAGE_1.IDRi")
    assert.equal(refused(answerer(ours.alice).receive(rewritten(I_MESSAGE_1, { IDRi: ours.bob.me, IDRr: ours.alice.me }), NOW, "")), "auth/failed at I_MESSAGE_1.IBAKE")
    const R = answerer(ours.bob)
    assert.equal(refused(R.receive(sent(R.receive(I_MESSAGE_1, NOW, "")), NOW, "")), "session/state at responder")
  })
})

describe("a policy downgrade", () => {
  // Alice offers AES-256-GCM, then AES-128-GCM. A man in the middle takes the first out of I_MESSAGE_1 and of its map.
  // Bob chooses what is left, Alice finds it among what she offered. Nothing but the AAD authenticates I_MESSAGE_1.
  const attack = (kit: Kit): Result => {
    const both = changed(kit, () => ({ srtp: srtpRules(["AEAD_AES_256_GCM", "AEAD_AES_128_GCM"]) }))
    const { alice, bob } = cast(both)
    return carried(caller(alice, bob.me), answerer(bob), {
      I_MESSAGE_1(octets: Uint8Array): Uint8Array {
        const m = good(parse(octets, 65535))
        const sessions = m.header.map.sessions.map((session) => ({ ...session, policies: [1] }))
        return rewritten(octets, { SP: m.SP.slice(1), map: { type: m.header.map.type, sessions } })
      },
      R_MESSAGE_1: (octets) => octets,
      I_MESSAGE_2: (octets) => octets,
    })
  }

  it("wins where boxes bind no transcript", () => assert.equal(policyOf(won(attack(withoutAad(fastKit()))).policies[0]!.param), "AEAD_AES_128_GCM"))
  it("fails against ours", () => assert.equal(attack(fastKit()), "auth/failed at I_MESSAGE_1.IBAKE"))
})

describe("a swap of what stands in clear", () => {
  // RAND and CSB ID go into every key, and nothing in the box repeats them. A man in the middle puts his own into both I messages.
  // Bob establishes keys under values that Alice never drew: of another call, or repeated ones. The AAD stops it.
  const swaps = { RAND: { RAND: octetsOf("RAND of an old call", 16) }, "CSB ID": { csbId: 7 } } as const
  for (const [name, change] of Object.entries(swaps)) {
    const attack = ({ alice, bob }: Cast): Result => {
      const I = caller(alice, bob.me)
      let csbId = 0
      return carried(I, answerer(bob), {
        I_MESSAGE_1: (octets) => ((csbId = good(parse(octets, 65535)).header.csbId), rewritten(octets, change)),
        R_MESSAGE_1: (octets) => rewritten(octets, { csbId }),
        I_MESSAGE_2: (octets) => rewritten(octets, change),
      })
    }

    it(`of ${name} wins where boxes bind no transcript`, () => {
      const bobs = won(attack(cast(withoutAad(fastKit()))))
      for (const [field, value] of Object.entries(change)) assert.deepEqual(bobs[field as "RAND" | "csbId"], value)
    })
    it(`of ${name} fails against ours`, () => assert.equal(attack(ours), "auth/failed at I_MESSAGE_1.IBAKE"))
  }

  it("of an identity in any of the four messages fails against ours", () => {
    const { alice, bob, mallory } = ours
    const I = caller(alice, bob.me, { onRetarget: () => true })
    const R = answerer(bob)
    const I_MESSAGE_1 = sent(I.start(NOW))
    assert.equal(refused(R.receive(rewritten(I_MESSAGE_1, { IDRi: mallory.me }), NOW, "")), "auth/failed at I_MESSAGE_1.IBAKE")
    assert.equal(refused(R.receive(rewritten(I_MESSAGE_1, { IDRr: team }), NOW, "")), "auth/failed at I_MESSAGE_1.IBAKE")
    const R_MESSAGE_1 = sent(R.receive(I_MESSAGE_1, NOW, ""))
    assert.equal(refused(I.receive(rewritten(R_MESSAGE_1, { IDRr: mallory.me }), NOW, "")), "auth/failed at R_MESSAGE_1.IBAKE")
    assert.equal(refused(I.receive(rewritten(R_MESSAGE_1, { IDRi: mallory.me }), NOW, "")), "identity/mismatch at R_MESSAGE_1.IDRi")
    const I_MESSAGE_2 = sent(I.receive(R_MESSAGE_1, NOW, ""))
    for (const change of [{ IDRi: mallory.me }, { IDRr: team }]) assert.equal(refused(R.receive(rewritten(I_MESSAGE_2, change), NOW, "")), "auth/failed at I_MESSAGE_2")
    const R_MESSAGE_2 = agreed(R.receive(I_MESSAGE_2, NOW, "")).octets!
    assert.equal(refused(I.receive(rewritten(R_MESSAGE_2, { IDRi: mallory.me }), NOW, "")), "identity/mismatch at R_MESSAGE_2.IDRi")
    assert.equal(refused(I.receive(rewritten(R_MESSAGE_2, { IDRr: mallory.me }), NOW, "")), "identity/mismatch at R_MESSAGE_2.IDRr")
    agreed(I.receive(R_MESSAGE_2, NOW, ""))
  })
})

describe("a replay", () => {
  // I_MESSAGE_1 and I_MESSAGE_2 of an old call are given to Bob once more, within the skew window.
  // If he has forgotten them and his y comes again, the old keys come again, and SRTP begins anew on a used keystream.
  // His memory stops it while it lasts; a fresh y stops it for ever.
  const call = (R: Responder): Agreement & { first: Uint8Array; second: Uint8Array } => {
    const made = converse(caller(ours.alice, ours.bob.me), R)
    return { ...made.responder, first: made.I_MESSAGE_1, second: made.I_MESSAGE_2 }
  }

  it("of both I messages wins against a Responder that forgets and whose draws repeat", () => {
    const { draw, again } = repeating(() => seeded("the same again"))
    const old = call(answerer(ours.bob, { draw }))
    again()
    const R = answerer(ours.bob, { draw })
    sent(R.receive(old.first, NOW, ""))
    assert.equal(hex(agreed(R.receive(old.second, NOW, "")).agreement.TGK), hex(old.TGK))
  })
  it("of both I messages fails against ours, with its memory and after it was lost", () => {
    const R = answerer(ours.bob)
    const old = call(R)
    assert.equal(refused(R.receive(old.first, NOW, "")), "replay/seen at I_MESSAGE_1")
    assert.equal(run(R.receive(old.second, NOW, "")).kind, "send")
    const rebooted = answerer(ours.bob)
    assert.notEqual(hex(sent(rebooted.receive(old.first, NOW, ""))), "")
    assert.equal(refused(rebooted.receive(old.second, NOW, "")), "auth/failed at I_MESSAGE_2")
  })

  // Both R messages of an old call are given to an Alice who calls again, while nobody is there.
  // If her draws repeat, she is established with nobody, on old keys that she has used.
  it("of both R messages wins against an Initiator whose draws repeat", () => {
    const { draw, again } = repeating(() => seeded("the same again"))
    const old = converse(caller(ours.alice, ours.bob.me, {}, { draw }), answerer(ours.bob))
    again()
    const I = caller(ours.alice, ours.bob.me, {}, { draw })
    sent(I.start(NOW))
    sent(I.receive(old.R_MESSAGE_1, NOW, ""))
    assert.equal(hex(agreed(I.receive(old.R_MESSAGE_2, NOW, "")).agreement.TGK), hex(old.initiator.TGK))
  })
  it("of both R messages fails against ours, even under an equal CSB ID", () => {
    const old = converse(caller(ours.alice, ours.bob.me), answerer(ours.bob))
    const I = caller(ours.alice, ours.bob.me)
    const { csbId } = good(parse(sent(I.start(NOW)), 65535)).header
    assert.equal(refused(I.receive(old.R_MESSAGE_1, NOW, "")), "session/state at R_MESSAGE_1.CSB ID")
    const map = good(parse(old.I_MESSAGE_1, 65535)).header.map
    assert.match(refused(I.receive(rewritten(old.R_MESSAGE_1, { csbId, map }), NOW, "")), /^(auth\/failed|policy\/none) at/)
    assert.equal(refused(I.receive(old.R_MESSAGE_2, NOW, "")), "session/state at session.R_MESSAGE_1")
  })
})

describe("a stranger's message in the middle of a session", () => {
  // Anyone who holds Alice's KMS's parameters can seal her an answer in Bob's name, knowing nothing.
  // RFC 6539 says that she halts on what contradicts: then any stranger can end every call.
  // Ours goes no further with the message, and on with the session.
  const stranger = enrolled(ours.bob.kms, "sip:stranger@police.example")
  const forged = (of: Radio, I_MESSAGE_1: Uint8Array): Uint8Array => {
    const m = good(parse(I_MESSAGE_1, 65535))
    const map = { type: m.header.map.type, sessions: m.header.map.sessions.map((s, i) => ({ ...s, policies: [0], ssrc: s.ssrc ?? i + 1 })) }
    const plain = encodeInner(ours.alice.me, subPayload(of, pair(of)), ours.bob.me, subPayload(of, pair(of)))
    return sealByHand(of, { type: dataType.R_MESSAGE_1, clear: { ...clearOf(m, m.RAND!), map }, to: ours.alice.me, before: [I_MESSAGE_1], plain }).octets
  }

  it("ends the call of an Initiator that halts", () => {
    const I = caller(ours.alice, ours.bob.me)
    const I_MESSAGE_1 = sent(I.start(NOW))
    const halting = (octets: Uint8Array): string => {
      const { fault } = next(I.receive(octets, NOW, ""))
      if (fault !== "") I.end()
      return fault
    }
    halting(forged(stranger, I_MESSAGE_1))
    assert.equal(halting(sent(answerer(ours.bob).receive(I_MESSAGE_1, NOW, ""))), "session/state at session.ended")
  })
  it("takes the place of Bob's answer at an Initiator that does not compare the echo", () => {
    const weak = cast(withoutEcho(fastKit()))
    const I = caller(weak.alice, weak.bob.me)
    const I_MESSAGE_1 = sent(I.start(NOW))
    sent(I.receive(forged(enrolled(weak.bob.kms, "sip:stranger@police.example"), I_MESSAGE_1), NOW, ""))
    assert.equal(refused(I.receive(sent(answerer(weak.bob).receive(I_MESSAGE_1, NOW, "")), NOW, "")), "session/state at session.R_MESSAGE_2")
  })
  it("is ignored by ours at every step, and the call is established", () => {
    const { alice, bob } = ours
    const I = caller(alice, bob.me)
    const R = answerer(bob)
    const I_MESSAGE_1 = sent(I.start(NOW))
    assert.equal(refused(I.receive(forged(stranger, I_MESSAGE_1), NOW, "")), "auth/failed at R_MESSAGE_1.ECCPTi")
    const R_MESSAGE_1 = sent(R.receive(I_MESSAGE_1, NOW, ""))
    const m = good(parse(R_MESSAGE_1, 65535))
    const clear = clearOf(m, good(parse(I_MESSAGE_1, 65535)).RAND!)
    const confirmation = { type: dataType.I_MESSAGE_2, clear, to: bob.me, before: [I_MESSAGE_1, R_MESSAGE_1], plain: encodeInner(alice.me, undefined, bob.me, subPayload(stranger, pair(stranger))) }
    assert.equal(refused(R.receive(sealByHand(stranger, confirmation).octets, NOW, "")), "auth/failed at I_MESSAGE_2.ECCPTr")
    const I_MESSAGE_2 = sent(I.receive(R_MESSAGE_1, NOW, ""))
    assert.equal(refused(I.receive(forged(stranger, I_MESSAGE_1), NOW, "")), "session/state at session.R_MESSAGE_2")
    const R_MESSAGE_2 = agreed(R.receive(I_MESSAGE_2, NOW, "")).octets!
    const noise = R_MESSAGE_2.slice()
    noise.set(H(noise), noise.length - 32)
    assert.equal(refused(I.receive(noise, NOW, "")), "auth/failed at R_MESSAGE_2.V")
    agreed(I.receive(R_MESSAGE_2, NOW, ""))
  })
})
