import assert from "node:assert/strict"
import { hex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { Gate, type Now } from "../../sdk/ibake/session.ts"
import type { Limits, Profile } from "../../sdk/suite.ts"
import { agreed, answerer, caller, changed, fastKit, named, NOW, radio, refused, sent, testKms, UTC, type Radio } from "../fixture.ts"

const kit = fastKit()
const kms = testKms(kit)
const alice = radio(kms, "sip:alice@police.example")
const bob = radio(kms, "sip:bob@police.example")

function after(seconds: number): Now {
  return { utc: UTC + seconds, ticks: seconds * 1000 }
}

function limited(limits: Partial<Limits>): { profile: Profile } {
  return { profile: changed(kit, (p) => ({ limits: { ...p.limits, ...limits } })).profile }
}

/** The profile with a count of decapsulations: what the guards stand before. */
function counted(): { profile: Profile; opened: () => number } {
  let count = 0
  const suite = kit.profile.suites[0]!
  const box = { ...suite.box, decapsulate: (...a: Parameters<typeof suite.box.decapsulate>) => (count++, suite.box.decapsulate(...a)) }
  return { profile: { ...kit.profile, suites: [{ ...suite, box }] }, opened: () => count }
}

/** A radio of the same keys whose profile is another. */
function as(of: Radio, profile: Profile): Radio {
  return radio(of.kms, Buffer.from(of.me.data).toString(), { profile })
}

describe("half-open exchanges", () => {
  it("live for the profile's time; then neither message of the caller is answered", () => {
    const I = caller(alice, bob.me)
    const R = answerer(bob)
    const I_MESSAGE_1 = sent(I.start(NOW))
    const R_MESSAGE_1 = sent(R.receive(I_MESSAGE_1, NOW, ""))
    const I_MESSAGE_2 = sent(I.receive(R_MESSAGE_1, NOW, ""))
    assert.equal(hex(sent(R.receive(I_MESSAGE_1, after(29.9), ""))), hex(R_MESSAGE_1))
    assert.equal(R.pending(), 1)
    assert.equal(refused(R.receive(I_MESSAGE_2, after(30), "")), "session/state at I_MESSAGE_2")
    assert.equal(R.pending(), 0)
    assert.equal(refused(R.receive(I_MESSAGE_1, after(30), "")), "replay/seen at I_MESSAGE_1")
  })

  it("are so many at once, and the oldest goes", () => {
    const R = answerer(bob, limited({ halfOpen: 3 }))
    const calls = [0, 1, 2, 3].map(() => {
      const I = caller(alice, bob.me)
      return { I, R_MESSAGE_1: sent(R.receive(sent(I.start(NOW)), NOW, "")) }
    })
    assert.equal(R.pending(), 3)
    const [oldest, ...others] = calls.map(({ I, R_MESSAGE_1 }) => sent(I.receive(R_MESSAGE_1, NOW, "")))
    assert.equal(refused(R.receive(oldest!, NOW, "")), "session/state at I_MESSAGE_2")
    for (const I_MESSAGE_2 of others.reverse()) agreed(R.receive(I_MESSAGE_2, NOW, ""))
    assert.equal(R.pending(), 0)
  })

  it("of one CSB ID and T are told apart by their tags, with one decapsulation", () => {
    const { profile, opened } = counted()
    const R = answerer(as(bob, profile))
    const repeating = (): { draw: (n: number) => Uint8Array } => {
      let first = true
      return { draw: (n) => (n === 4 && first ? ((first = false), new Uint8Array([1, 2, 3, 4])) : alice.draw(n)!) }
    }
    const dan = radio(kms, "sip:dan@police.example")
    const calls = [caller(alice, bob.me, {}, repeating()), caller(dan, bob.me, {}, repeating()), caller(alice, bob.me, {}, repeating())]
    const seconds = calls.map((I) => sent(I.receive(sent(R.receive(sent(I.start(NOW)), NOW, "")), NOW, "")))
    const before = opened()
    seconds.reverse().forEach((I_MESSAGE_2) => agreed(R.receive(I_MESSAGE_2, NOW, "")))
    assert.equal(opened() - before, 3)
  })

  it("go with the Responder, and so does a Job of it", () => {
    const R = answerer(bob)
    const I = caller(alice, bob.me)
    const I_MESSAGE_2 = sent(I.receive(sent(R.receive(sent(I.start(NOW)), NOW, "")), NOW, ""))
    const job = R.receive(I_MESSAGE_2, NOW, "")
    R.end()
    assert.equal(R.pending(), 0)
    assert.equal(refused(job), "session/ended at session")
    assert.equal(refused(R.receive(I_MESSAGE_2, NOW, "")), "session/state at I_MESSAGE_2")
  })
})

describe("an Initiator that is ended", () => {
  it("answers nothing more, wherever it was", () => {
    for (const steps of [0, 1, 2]) {
      const I = caller(alice, bob.me)
      const R = answerer(bob)
      const I_MESSAGE_1 = steps > 0 ? sent(I.start(NOW)) : undefined
      const R_MESSAGE_1 = I_MESSAGE_1 === undefined ? undefined : sent(R.receive(I_MESSAGE_1, NOW, ""))
      if (steps > 1) sent(I.receive(R_MESSAGE_1!, NOW, ""))
      I.end()
      assert.equal(I.awaits(), "ended")
      assert.equal(refused(I.start(NOW)), "session/state at I_MESSAGE_1")
      if (R_MESSAGE_1 !== undefined) assert.equal(refused(I.receive(R_MESSAGE_1, NOW, "")), "session/state at session.ended")
    }
  })

  it("ends a Job that runs, and takes one Job at a time", () => {
    const I = caller(alice, bob.me)
    const job = I.start(NOW)
    assert.equal(job.step(), undefined)
    assert.equal(refused(I.start(NOW)), "session/state at I_MESSAGE_1")
    I.end()
    assert.equal(refused(job), "session/ended at session")
  })

  it("goes on from where it was when a Job is dropped", () => {
    const I = caller(alice, bob.me)
    const dropped = I.start(NOW)
    dropped.step()
    dropped.drop()
    const R_MESSAGE_1 = sent(answerer(bob).receive(sent(I.start(NOW)), NOW, ""))
    const again = I.receive(R_MESSAGE_1, NOW, "")
    again.step()
    again.drop()
    assert.equal(I.awaits(), "R_MESSAGE_1")
    sent(I.receive(R_MESSAGE_1, NOW, ""))
  })
})

describe("the memory against replay", () => {
  it("takes no new call when it is full, and does when the oldest has left the skew window", () => {
    const R = answerer(bob, limited({ remembered: 2 }))
    const call = (seconds: number) => R.receive(sent(caller(alice, bob.me).start(after(seconds))), after(seconds), "")
    sent(call(0))
    sent(call(100))
    assert.equal(refused(call(200)), "rate/limited at I_MESSAGE_1")
    assert.equal(refused(call(300)), "rate/limited at I_MESSAGE_1")
    sent(call(301))
  })

  it("refuses an old call as long as its time would be taken", () => {
    const R = answerer(bob)
    const I_MESSAGE_1 = sent(caller(alice, bob.me).start(after(300)))
    sent(R.receive(I_MESSAGE_1, NOW, ""))
    assert.equal(refused(R.receive(I_MESSAGE_1, after(600), "")), "replay/seen at I_MESSAGE_1")
    assert.equal(refused(R.receive(I_MESSAGE_1, after(600.1), "")), "time/skew at I_MESSAGE_1.T")
  })

  it("does not take what did not open: noise cannot fill it", () => {
    const R = answerer(bob, limited({ remembered: 1 }))
    for (let i = 0; i < 5; i++) {
      const noise = sent(caller(alice, bob.me).start(NOW))
      noise[noise.length - 1]! ^= 1
      assert.equal(refused(R.receive(noise, NOW, "")), "auth/failed at I_MESSAGE_1.IBAKE")
    }
    sent(R.receive(sent(caller(alice, bob.me).start(NOW)), NOW, ""))
  })
})

describe("the rate limit before the pairing", () => {
  it("opens so many boxes a minute, a quarter of them for one source", () => {
    const { profile, opened } = counted()
    const R = answerer(as(bob, profile), { gate: new Gate(8) })
    const noise = (): Uint8Array => {
      const octets = sent(caller(alice, bob.me).start(NOW))
      octets[octets.length - 1]! ^= 1
      return octets
    }
    const flood = (source: string, seconds: number): string[] => [1, 2, 3, 4].map(() => refused(R.receive(noise(), after(seconds), source)).split(" ")[0]!)
    const [open, shut] = ["auth/failed", "rate/limited"]
    assert.deepEqual(flood("mallory", 0), [open, open, shut, shut])
    assert.deepEqual(flood("mallet", 59.9), [open, open, shut, shut])
    assert.equal(opened(), 4)
    assert.deepEqual(flood("mallory", 60), [open, open, shut, shut])
    for (const source of ["a", "b", "c"]) flood(source, 60)
    assert.equal(opened(), 4 + 8)
    assert.equal(refused(R.receive(noise(), after(60), "d")), "rate/limited at I_MESSAGE_1")
    sent(R.receive(sent(caller(alice, bob.me).start(after(121))), after(121), "alice"))
  })

  it("counts a path that names no source as a whole", () => {
    const gate = new Gate(3)
    assert.deepEqual([1, 2, 3, 4].map(() => gate.admits("", 0)), [true, true, true, false])
    assert.equal(gate.admits("", 60000), true)
  })

  it("keeps its count of sources bounded", () => {
    const gate = new Gate(1e6)
    for (let i = 0; i < 1000; i++) assert(gate.admits(`source ${i}`, 0))
    assert((gate as unknown as { counts: unknown[] }).counts.length <= 64)
  })

  it("holds for all three messages with a box", () => {
    const shut = { gate: new Gate(0) }
    const I = caller(alice, bob.me, {}, shut)
    const I_MESSAGE_1 = sent(I.start(NOW))
    assert.equal(refused(answerer(bob, shut).receive(I_MESSAGE_1, NOW, "")), "rate/limited at I_MESSAGE_1")
    const R = answerer(bob, { gate: new Gate(1), ...limited({ halfOpenSeconds: 90 }) })
    const R_MESSAGE_1 = sent(R.receive(I_MESSAGE_1, NOW, ""))
    assert.equal(refused(I.receive(R_MESSAGE_1, NOW, "")), "rate/limited at R_MESSAGE_1")
    const other = caller(alice, bob.me)
    const I_MESSAGE_2 = sent(other.receive(sent(R.receive(sent(other.start(after(60))), after(60), "")), after(60), ""))
    assert.equal(refused(R.receive(I_MESSAGE_2, after(60), "")), "rate/limited at I_MESSAGE_2")
    agreed(R.receive(I_MESSAGE_2, after(120), ""))
  })

  it("does not stand before messages that name no exchange", () => {
    const { profile, opened } = counted()
    const R = answerer(as(bob, profile))
    const other = answerer(bob)
    const I = caller(alice, bob.me)
    const I_MESSAGE_2 = sent(I.receive(sent(other.receive(sent(I.start(NOW)), NOW, "")), NOW, ""))
    assert.equal(refused(R.receive(I_MESSAGE_2, NOW, "")), "session/state at I_MESSAGE_2")
    assert.equal(refused(R.receive(sent(caller(alice, named("sip:x@police.example")).start(NOW)), NOW, "")), "identity/mismatch at I_MESSAGE_1.IDRr")
    assert.equal(opened(), 0)
  })

  it("comes after the size cap", () => {
    assert.equal(refused(answerer(bob).receive(new Uint8Array(2049), NOW, "")), "wire/size at message")
    assert.equal(run(answerer(bob).receive(new Uint8Array(2048), NOW, "")).kind, "ignored")
  })
})

describe("a caller's streams", () => {
  const from = "initiator" as const
  const make = (streams: Parameters<typeof caller>[2]) => (): unknown => caller(alice, bob.me, streams)

  it("are refused in words when no map can say them", () => {
    assert.throws(make({ streams: [] }), /expected 1 to 16, got 0/)
    assert.throws(make({ streams: Array.from({ length: 17 }, (_, i) => ({ csId: i, from })) }), /expected 1 to 16, got 17/)
    assert.throws(make({ streams: [{ csId: 3, from }, { csId: 3, from }] }), /got 3 twice/)
    assert.throws(make({ streams: [{ csId: 256, from }] }), /CS ID of 0 to 255, got 256/)
    assert.throws(make({ streams: [{ csId: 2, from }], map: "SRTP-ID" }), /1, 2, \.\.\. for an SRTP-ID map, got 2/)
    assert.throws(make({ streams: [{ csId: 1, from, ssrc: 0 }], map: "SRTP-ID" }), /SSRC above 0/)
  })

  it("may be sixteen", () => {
    const streams = Array.from({ length: 16 }, (_, i) => ({ csId: i, from }))
    assert.equal(sent(caller(alice, bob.me, { streams }).start(NOW))[8], 16)
  })
})

describe("a policy on retargeting", () => {
  it("is not asked for a message that does not open", () => {
    let asked = 0
    const initiator = caller(alice, bob.me, { onRetarget: () => (asked++, true) })
    const R_MESSAGE_1 = sent(answerer(bob).receive(sent(initiator.start(NOW)), NOW, ""))
    const elsewhere = new Uint8Array(R_MESSAGE_1)
    const at = hex(elsewhere).indexOf(hex(bob.me.data)) / 2
    elsewhere.set([..."car"].map((c) => c.charCodeAt(0)), at + 4)
    assert.equal(refused(initiator.receive(elsewhere, NOW, "")), "auth/failed at R_MESSAGE_1.IBAKE")
    assert.equal(asked, 0)
  })
})
