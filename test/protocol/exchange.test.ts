import assert from "node:assert/strict"
import { ascii, hex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { ntp, type Identity } from "../../sdk/ibake/identity.ts"
import type { Stream } from "../../sdk/ibake/offer.ts"
import type { Agreement, Now } from "../../sdk/ibake/session.ts"
import { parse } from "../../sdk/mikey/message.ts"
import { mapType } from "../../sdk/mikey/numbers.ts"
import { contexts, type SrtpContext } from "../../sdk/srtp/contexts.ts"
import { srtpRules, type SrtpCipher } from "../../sdk/srtp/policy.ts"
import { agreed, answerer, caller, changed, converse, fastKit, good, named, NOW, octetsOf, radio, realKit, refused, sent, testKms, UTC, wholeRun } from "../fixture.ts"
import { answerByHand, confirmByHand, openByHand, team } from "./by-hand.ts"

const kit = fastKit()
const kms = testKms(kit)
const alice = radio(kms, "sip:alice@police.example")
const bob = radio(kms, "sip:bob@police.example", { identities: [team] })

function srtp(a: Agreement): SrtpContext[] {
  return good(contexts({ prf: kit.profile.prf, TGK: a.TGK, csbId: a.csbId, RAND: a.RAND, map: a.agreed, offered: a.offered, policies: a.policies, spi: a.spi }))
}

function both(call: { initiator: Agreement; responder: Agreement }): SrtpContext[] {
  assert.deepEqual(srtp(call.initiator), srtp(call.responder))
  return srtp(call.initiator)
}

function at(utc: number): Now {
  return { utc, ticks: 0 }
}

describe("a call", () => {
  for (const [name, made] of [["suite 0x01", realKit], ["the test KEM", fastKit]] as const)
    it(`ends with one TGK at both ends, each knowing the other and his KMS, over ${name}`, () => {
      const { initiator, responder, alice, bob } = wholeRun(made())
      assert.equal(hex(initiator.TGK), hex(responder.TGK))
      assert.equal(initiator.TGK.length, 32)
      assert.deepEqual([initiator.me, initiator.peer, responder.me, responder.peer], [alice.me, bob.me, bob.me, alice.me])
      for (const of of [initiator, responder]) assert.equal(hex(of.peerKms), hex(ascii("kms.police.example")))
      assert.equal(both({ initiator, responder }).length, 2)
    })

  it("gives each stream its own key, from who offered to send in it, under the MKI of the map", () => {
    const call = converse(caller(alice, bob.me), answerer(bob))
    const list = both(call)
    assert.deepEqual(list.map((each) => each.from), ["initiator", "responder"])
    assert.notEqual(hex(list[0]!.masterKey), hex(list[1]!.masterKey))
    assert.equal(list[0]!.mki.length, 4)
  })

  it("sets up sixteen streams, some with a rollover counter that runs", () => {
    const streams: Stream[] = Array.from({ length: 16 }, (_, i) => ({ csId: i * 3, from: i % 2 ? "responder" : "initiator", ssrc: i % 4 ? undefined : i + 100 }))
    streams[2] = { csId: 6, from: "initiator", ssrc: 7, roc: 5, seq: 65535 }
    const list = both(converse(caller(alice, bob.me, { streams }), answerer(bob)))
    assert.deepEqual(list.map((each) => each.csId), streams.map((each) => each.csId))
    assert.deepEqual([list[2]!.ssrc, list[2]!.roc, list[2]!.seq, list[4]!.ssrc], [7, 5, 65535, 104])
    assert.equal(new Set(list.map((each) => hex(each.masterKey))).size, 16)
  })

  it("takes an SRTP-ID map, whose MKI stands in ECCPTi", () => {
    const call = converse(caller(alice, bob.me, { map: "SRTP-ID" }), answerer(bob))
    const list = both(call)
    assert.equal(call.initiator.agreed.type, mapType.SRTP_ID)
    assert.deepEqual(list.map((each) => each.from), ["initiator", "responder"])
    assert.deepEqual([hex(list[0]!.mki), list[0]!.mki.length], [hex(call.responder.spi), 4])
  })

  it("keeps SSRC and ROC of a stream in an SRTP-ID map", () => {
    const streams: Stream[] = [{ csId: 1, from: "initiator", ssrc: 9, roc: 3 }, { csId: 2, from: "initiator" }, { csId: 3, from: "responder" }]
    const list = both(converse(caller(alice, bob.me, { map: "SRTP-ID", streams }), answerer(bob)))
    assert.deepEqual(list.map((each) => [each.from, each.roc]), [["initiator", 3], ["initiator", 0], ["responder", 0]])
    assert.equal(list[0]!.ssrc, 9)
  })

  it("names both KMSs in three messages when asked to, and in none otherwise", () => {
    for (const [choice, wanted] of [["named", [true, true, true, false]], [undefined, [false, false, false, false]]] as const) {
      const call = converse(caller(alice, bob.me, { kms: choice }), answerer(bob))
      const there = [call.I_MESSAGE_1, call.R_MESSAGE_1, call.I_MESSAGE_2, call.R_MESSAGE_2].map((octets) => good(parse(octets, 65535)).IDRkmsr !== undefined)
      assert.deepEqual(there, wanted)
    }
  })

  it("draws fresh values for every run", () => {
    const first = converse(caller(alice, bob.me), answerer(bob))
    const second = converse(caller(alice, bob.me), answerer(bob))
    assert.notEqual(first.initiator.csbId, second.initiator.csbId)
    for (const name of ["RAND", "TGK"] as const) assert.notEqual(hex(first.initiator[name]), hex(second.initiator[name]))
  })
})

describe("the SRTP policy", () => {
  const ciphers = (...list: SrtpCipher[]) => ({ srtp: srtpRules(list) })
  const offers = radio(testKms(changed(kit, () => ciphers("AEAD_AES_256_GCM", "AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80"))), "sip:offers@police.example")
  const answers = (...list: SrtpCipher[]) => answerer(bob, { profile: { ...kit.profile, ...ciphers(...list) } })

  it("is the first of the Initiator's that the Responder allows, whatever the Responder likes best", () => {
    const call = converse(caller(offers, bob.me), answers("AES_CM_128_HMAC_SHA1_80", "AEAD_AES_128_GCM"))
    assert.deepEqual([...new Set(both(call).map((each) => each.cipher))], ["AEAD_AES_128_GCM"])
    assert.equal(call.initiator.policies.length, 1)
    assert.equal(call.initiator.policies[0]!.no, 1)
  })

  it("is none when nothing offered is allowed, and the call is not answered", () => {
    const I_MESSAGE_1 = sent(caller(offers, bob.me).start(NOW))
    assert.equal(refused(answers("AES_256_CM_HMAC_SHA1_80").receive(I_MESSAGE_1, NOW, "")), "policy/none at I_MESSAGE_1.SP")
  })
})

describe("an answer by another than the called one", () => {
  const answered = (I_MESSAGE_1: Uint8Array) => answerByHand(bob, openByHand(bob, team, I_MESSAGE_1)!, { IDRr: bob.me })
  const toTeam = (onRetarget?: (id: Identity) => boolean) => caller(alice, team, { onRetarget })

  it("is refused unless a policy takes it", () => {
    for (const policy of [undefined, () => false]) {
      const I = toTeam(policy)
      const R_MESSAGE_1 = answered(sent(I.start(NOW))).octets
      assert.equal(refused(I.receive(R_MESSAGE_1, NOW, "")), "identity/refused at R_MESSAGE_1.IDRr")
      assert.equal(I.awaits(), "R_MESSAGE_1")
    }
  })

  it("is taken under the policy, and it is he who is authenticated", () => {
    const asked: Identity[] = []
    const I = toTeam((id) => asked.push(id) > 0)
    const by = answered(sent(I.start(NOW)))
    const I_MESSAGE_2 = sent(I.receive(by.octets, NOW, ""))
    const { kc } = openByHand(bob, bob.me, I_MESSAGE_2, by.I_MESSAGE_1, by.octets)!.keys
    const { agreement } = agreed(I.receive(confirmByHand(bob, by, I_MESSAGE_2, kc).octets, NOW, ""))
    assert.deepEqual(agreement.peer, bob.me)
    assert.deepEqual(asked, [bob.me])
  })

  it("under the called octets with another type is nobody, and no policy is asked", () => {
    const I = toTeam(() => assert.fail("asked"))
    const call = openByHand(bob, team, sent(I.start(NOW)))!
    const R_MESSAGE_1 = answerByHand(bob, call, { IDRr: { type: 0, data: team.data } }).octets
    assert.match(refused(I.receive(R_MESSAGE_1, NOW, "")), /^identity\/(refused|form) at R_MESSAGE_1.IDRr$/)
  })
})

describe("a message that comes again", () => {
  const I = caller(alice, bob.me)
  const R = answerer(bob)
  const call = converse(I, R)

  it("R_MESSAGE_1 gets the same I_MESSAGE_2, and draws nothing", () => {
    const drawn: number[] = []
    const I = caller(alice, bob.me, {}, { draw: (n) => (drawn.push(n), alice.draw(n)) })
    const R_MESSAGE_1 = sent(answerer(bob).receive(sent(I.start(NOW)), NOW, ""))
    const first = sent(I.receive(R_MESSAGE_1, NOW, ""))
    const before = drawn.length
    assert.equal(hex(sent(I.receive(R_MESSAGE_1, NOW, ""))), hex(first))
    assert.equal(drawn.length, before)
  })

  it("I_MESSAGE_1 gets the same R_MESSAGE_1 while the exchange is half open, and nothing after", () => {
    const R = answerer(bob)
    const I = caller(alice, bob.me)
    const I_MESSAGE_1 = sent(I.start(NOW))
    const first = sent(R.receive(I_MESSAGE_1, NOW, ""))
    assert.equal(hex(sent(R.receive(I_MESSAGE_1, NOW, ""))), hex(first))
    assert.equal(R.pending(), 1)
    agreed(R.receive(sent(I.receive(first, NOW, "")), NOW, ""))
    assert.equal(refused(R.receive(I_MESSAGE_1, NOW, "")), "replay/seen at I_MESSAGE_1")
  })

  it("I_MESSAGE_2 gets the same R_MESSAGE_2 over the skew window, without a second agreement", () => {
    assert.equal(hex(sent(R.receive(call.I_MESSAGE_2, NOW, ""))), hex(call.R_MESSAGE_2))
    assert.equal(hex(sent(R.receive(call.I_MESSAGE_2, at(UTC + 300), ""))), hex(call.R_MESSAGE_2))
    assert.equal(refused(R.receive(call.I_MESSAGE_2, at(UTC + 301), "")), "session/state at I_MESSAGE_2")
  })

  it("R_MESSAGE_2 changes nothing", () => {
    assert.equal(refused(I.receive(call.R_MESSAGE_2, NOW, "")), "session/state at session.established")
    assert.equal(I.awaits(), "established")
  })
})

describe("who is called, and by whom", () => {
  it("the Initiator calls nobody whose KMS it does not hold, and not itself", () => {
    assert.equal(refused(caller(alice, named("sip:x@elsewhere.example")).start(NOW)), "identity/unknown at I_MESSAGE_1.IDRr")
    assert.equal(refused(caller(alice, alice.me).start(NOW)), "identity/mismatch at I_MESSAGE_1.IDRr")
    const foreign = { ...alice, me: named("sip:x@elsewhere.example") }
    assert.equal(refused(caller(foreign, bob.me).start(NOW)), "identity/unknown at I_MESSAGE_1.IDRi")
  })

  it("the Responder answers as itself only, and to those whose KMS it holds", () => {
    const I_MESSAGE_1 = sent(caller(alice, named("sip:carol@police.example")).start(NOW))
    assert.equal(refused(answerer(bob).receive(I_MESSAGE_1, NOW, "")), "identity/mismatch at I_MESSAGE_1.IDRr")
    const wide = testKms(kit, { hosts: ["police.example", "fire.example"] })
    const stranger = radio(wide, "sip:dan@fire.example")
    assert.equal(refused(answerer(bob).receive(sent(caller(stranger, bob.me).start(NOW)), NOW, "")), "identity/unknown at I_MESSAGE_1.IDRi")
  })

  it("a Responder that is called by one of its own names does not answer itself", () => {
    const I_MESSAGE_1 = sent(caller(bob, team).start(NOW))
    assert.equal(refused(answerer(bob).receive(I_MESSAGE_1, NOW, "")), "identity/mismatch at I_MESSAGE_1.IDRi")
  })

  it("two KMSs of which each vouches for the other let their radios call", () => {
    const county = testKms(kit, { uri: "kms.county.example", hosts: ["county.example"], periodLength: 7 * 86400, periodOffset: 3600 })
    const erin = radio(county, "sip:erin@county.example", { vouched: [kms.state.own] })
    const carl = radio(testKms(kit, { vouched: [county.state.own] }), "sip:carl@police.example")
    const call = converse(caller(carl, erin.me, { kms: "named" }), answerer(erin))
    assert.equal(hex(call.initiator.peerKms), hex(ascii("kms.county.example")))
    assert.equal(hex(call.responder.peerKms), hex(ascii("kms.police.example")))
    assert.deepEqual([erin.ring.periods(erin.me).length, carl.ring.periods(carl.me).length], [2, 2])
    converse(caller(erin, carl.me), answerer(carl))
  })
})

describe("time", () => {
  it("without which a radio neither calls nor answers", () => {
    const none: Now = { utc: undefined, ticks: 0 }
    const I = caller(alice, bob.me)
    assert.equal(refused(I.start(none)), "time/none at clock")
    assert.equal(refused(answerer(bob).receive(sent(I.start(NOW)), none, "")), "time/none at clock")
  })

  it("of a caller may be off by the skew window, and no more", () => {
    for (const [off, taken] of [[-300, true], [300, true], [-300.5, false], [300.5, false]] as const) {
      const I_MESSAGE_1 = sent(caller(alice, bob.me).start(NOW))
      const outcome = run(answerer(bob).receive(I_MESSAGE_1, at(UTC + off), ""))
      assert.equal(outcome.kind === "ignored" ? outcome.fault.fault : outcome.kind, taken ? "send" : "time/skew")
    }
  })

  it("of the call names the period, at both ends of it and on both sides of midnight", () => {
    const midnight = UTC - ((UTC + 2208988800) % 86400) + 86400
    for (const [called, answered] of [[midnight - 1, midnight + 1], [midnight + 1, midnight - 1], [midnight, midnight], [midnight - 0.001, midnight]] as const) {
      const I = caller(alice, bob.me)
      const R = answerer(bob)
      const I_MESSAGE_1 = sent(I.start(at(called)))
      assert.equal(hex(good(parse(I_MESSAGE_1, 2048)).T.value), hex(ntp(called)))
      const I_MESSAGE_2 = sent(I.receive(sent(R.receive(I_MESSAGE_1, at(answered), "")), at(answered), ""))
      agreed(I.receive(agreed(R.receive(I_MESSAGE_2, at(answered), "")).octets!, at(answered), ""))
    }
  })

  it("of a period without a key lets nobody call or answer", () => {
    const later = at(UTC + 5 * 86400)
    assert.equal(refused(caller(alice, bob.me).start(later)), "key/none at keyring")
    const old = radio(kms, "sip:old@police.example")
    old.ring.expire(UTC + 2208988800 + 2 * 86400)
    assert.deepEqual(old.ring.periods(old.me), [])
    assert.equal(refused(answerer(old).receive(sent(caller(alice, old.me).start(NOW)), NOW, "")), "key/none at keyring")
  })

  it("before a KMS's first period is nobody's", () => {
    const late = testKms(kit, { uri: "kms.late.example", hosts: ["late.example"], periodOffset: 4294967295 })
    assert.equal(run(alice.ring.parameters.take(late.state.own)), undefined)
    assert.equal(refused(caller(alice, named("sip:l@late.example")).start(NOW)), "time/skew at I_MESSAGE_1.T")
  })
})

describe("a board without entropy", () => {
  it("sends nothing that needs a draw, and goes on when it has entropy again", () => {
    let left = 0
    const draw = (from: (n: number) => Uint8Array | undefined) => (n: number) => (left-- > 0 ? from(n) : undefined)
    const I = caller(alice, bob.me, {}, { draw: draw(alice.draw) })
    const R = answerer(bob, { draw: draw(bob.draw) })
    const upTo = (count: number, step: () => ReturnType<typeof R.receive>): Uint8Array => {
      for (let have = 0; have < count; have++) {
        left = have
        assert.match(refused(step()), /^entropy\/none at /)
      }
      left = count
      return sent(step())
    }
    // CSB ID, RAND, MKI, SSRC, x, rho; a box that opened is remembered, so the Responder gets another I_MESSAGE_1 each time
    const I_MESSAGE_1 = upTo(6, () => I.start(NOW))
    left = 2
    assert.match(refused(R.receive(sent(caller(alice, bob.me).start(NOW)), NOW, "")), /^entropy\/none at R_MESSAGE_1$/)
    left = 3
    const R_MESSAGE_1 = sent(R.receive(I_MESSAGE_1, NOW, ""))
    const I_MESSAGE_2 = upTo(1, () => I.receive(R_MESSAGE_1, NOW, ""))
    agreed(I.receive(agreed(R.receive(I_MESSAGE_2, NOW, "")).octets!, NOW, ""))
  })
})

describe("seeded draws of the fixture", () => {
  it("are the same for a name and differ between names and draws", () => {
    assert.equal(hex(octetsOf("a", 8)), hex(octetsOf("a", 8)))
    assert.notEqual(hex(octetsOf("a", 8)), hex(octetsOf("b", 8)))
  })
})
