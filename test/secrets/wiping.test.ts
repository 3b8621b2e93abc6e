import assert from "node:assert/strict"
import { wipe } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { run } from "../../sdk/base/job.ts"
import { encodeInner } from "../../sdk/ibake/exchange.ts"
import type { Outcome } from "../../sdk/ibake/session.ts"
import { parse } from "../../sdk/mikey/message.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { agreed, answerer, caller, converse, decide, enrolled, good, keyRequest, MemoryStore, NOW, readAnswer, realKit, refused, sent, testKms, UTC } from "../fixture.ts"
import { clearOf, pair, sealByHand, subPayload } from "../protocol/by-hand.ts"
import { Recorder } from "./recorder.ts"
import { dropped, none, srtpOf, World } from "./world.ts"

describe("what is left in memory", () => {
  it("of a fetch and a call is nothing", () => {
    const world = new World()
    const call = converse(caller(world.alice, world.bob.me), answerer(world.bob))
    for (const name of ["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2"] as const) world.aired(call[name])
    srtpOf(world, call.initiator)
    srtpOf(world, call.responder)
    none(world.left())
    const seen = new Set(world.recorder.secrets(world.air).map((each) => each.what))
    for (const what of ["draw of 48", "x or y", "K_SESSION", "rho", "l", "GT", "ke", "ka", "kc", "secret of decapsulate", "plaintext of an opened box", "private key", "issued key", "data of aesCtr", "PSK", "input of sha256", "key of label 220e99a2", "key of label 1f4d675b", "key of label 2d22ac75"])
      assert(seen.has(what), `never saw ${what}`)
  })

  it("of a call with an SRTP-ID map, and of messages that come again, is nothing", () => {
    const world = new World()
    const [I, R] = [caller(world.alice, world.bob.me, { map: "SRTP-ID", kms: "named" }), answerer(world.bob)]
    const call = converse(I, R)
    for (const name of ["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2"] as const) world.aired(call[name])
    for (const octets of [call.I_MESSAGE_1, call.I_MESSAGE_2]) run(R.receive(octets, NOW, ""))
    run(I.receive(call.R_MESSAGE_2, NOW, ""))
    srtpOf(world, call.initiator)
    srtpOf(world, call.responder)
    none(world.left())
  })

  it("of a call that ends in any state is nothing, x and y included", () => {
    for (const steps of [1, 2, 3]) {
      const world = new World()
      const [I, R] = [caller(world.alice, world.bob.me), answerer(world.bob)]
      const first = world.aired(sent(I.start(NOW)))
      const x = (I as unknown as { state: { x: Uint8Array } }).state.x
      if (steps > 1) {
        const R_MESSAGE_1 = world.aired(sent(R.receive(first, NOW, "")))
        if (steps > 2) world.aired(sent(I.receive(R_MESSAGE_1, NOW, "")))
      }
      assert(x.some((o) => o !== 0) === steps < 3)
      I.end()
      R.end()
      assert(x.every((o) => o === 0))
      none(world.left())
    }
  })

  it("of a half-open exchange that expires or is pushed out is nothing", () => {
    const world = new World()
    const R = answerer(world.bob, { profile: { ...world.bob.profile, limits: { ...world.bob.profile.limits, halfOpen: 1 } } })
    for (let i = 0; i < 2; i++) {
      const I = caller(world.alice, world.bob.me)
      world.aired(sent(R.receive(world.aired(sent(I.start(NOW))), NOW, "")))
      I.end()
    }
    assert.equal(R.pending(), 1)
    R.expire({ utc: UTC, ticks: 1e9 })
    none(world.left())
  })
})

describe("what is left of work that is dropped", () => {
  it("after any of its steps is nothing", () => {
    const world = new World()
    const [I, R] = [caller(world.alice, world.bob.me), answerer(world.bob)]
    const octetsOf = (outcome: Outcome): Uint8Array => {
      assert(outcome.kind !== "ignored")
      return world.aired(outcome.octets!)
    }
    const I_MESSAGE_1 = octetsOf(dropped(() => I.start(NOW)))
    // its hash is remembered once the box has opened: a copy of the Responder for each try
    let R_MESSAGE_1: Uint8Array | undefined
    for (let steps = 0; R_MESSAGE_1 === undefined; steps++) {
      const fresh = answerer(world.bob)
      const job = fresh.receive(I_MESSAGE_1, NOW, "")
      let out: ReturnType<typeof job.step>
      for (let i = 0; i < steps && out === undefined; i++) out = job.step()
      if (out === undefined) job.drop()
      else R_MESSAGE_1 = octetsOf(out.value)
      fresh.end()
    }
    const good = world.aired(sent(R.receive(I_MESSAGE_1, NOW, "")))
    const I_MESSAGE_2 = octetsOf(dropped(() => I.receive(good, NOW, "")))
    const established = dropped(() => R.receive(I_MESSAGE_2, NOW, ""))
    assert(established.kind === "established")
    srtpOf(world, established.agreement)
    srtpOf(world, agreed(I.receive(octetsOf(established), NOW, "")).agreement)
    none(world.left())
  })

  it("by the end of the session that it belongs to is nothing", () => {
    const world = new World()
    for (let steps = 1; steps < 12; steps++) {
      const I = caller(world.alice, world.bob.me)
      const job = I.start(NOW)
      let done = false
      for (let i = 0; i < steps; i++) done = done || job.step() !== undefined
      I.end()
      if (!done) assert.equal(refused(job), "session/ended at session")
    }
    none(world.left())
  })
})

describe("what is left of messages that go no further", () => {
  it("in a call is nothing", () => {
    const world = new World()
    const { alice, bob } = world
    const flipped = (octets: Uint8Array): Uint8Array => octets.map((o, i) => (i === octets.length - 1 ? o ^ 1 : o))
    const [I, R] = [caller(alice, bob.me), answerer(bob)]
    const I_MESSAGE_1 = world.aired(sent(I.start(NOW)))
    assert.equal(refused(R.receive(flipped(I_MESSAGE_1), NOW, "")), "auth/failed at I_MESSAGE_1.IBAKE")
    const R_MESSAGE_1 = world.aired(sent(R.receive(I_MESSAGE_1, NOW, "")))
    assert.equal(refused(I.receive(flipped(R_MESSAGE_1), NOW, "")), "auth/failed at R_MESSAGE_1.IBAKE")
    const m = good(parse(R_MESSAGE_1, 65535))
    const clear = clearOf(m, good(parse(I_MESSAGE_1, 65535)).RAND!)
    // of the same KMS, and unwatched: what a stranger leaves in his memory is his
    const stranger = enrolled(testKms(realKit()), "sip:stranger@police.example")
    const plain = encodeInner(alice.me, subPayload(stranger, pair(stranger)), bob.me, subPayload(stranger, pair(stranger)))
    const forged = sealByHand(stranger, { type: dataType.R_MESSAGE_1, clear, to: alice.me, before: [I_MESSAGE_1], plain })
    assert.equal(refused(I.receive(world.aired(forged.octets), NOW, "")), "auth/failed at R_MESSAGE_1.ECCPTi")
    const I_MESSAGE_2 = world.aired(sent(I.receive(R_MESSAGE_1, NOW, "")))
    assert.equal(refused(R.receive(flipped(I_MESSAGE_2), NOW, "")), "auth/failed at I_MESSAGE_2.IBAKE")
    const { agreement, octets } = agreed(R.receive(I_MESSAGE_2, NOW, ""))
    assert.equal(refused(I.receive(flipped(world.aired(octets!)), NOW, "")), "auth/failed at R_MESSAGE_2.V")
    srtpOf(world, agreement)
    I.end()
    R.end()
    none(world.left())
  })

  it("in a key request is nothing: bad V, a key of another period, a store that refuses", () => {
    const world = new World()
    const { alice } = world
    const request = world.aired(keyRequest(alice, { csbId: 99 }))
    const response = world.aired(decide(alice, request).answer)
    const bad = response.map((o, i) => (i === response.length - 1 ? o ^ 1 : o))
    assert(isFault(readAnswer(alice, request, bad)))
    const badRequest = request.map((o, i) => (i === request.length - 1 ? o ^ 1 : o))
    assert(isFault(run(alice.kms.core.decide(badRequest, alice.subscriber, undefined, UTC, alice.kms.state))))
    const store = new MemoryStore()
    store.refuses = (name) => name === "keys"
    const careful = enrolled(alice.kms, "sip:alice@police.example", { store })
    for (const [of, shift, fault] of [[alice, 1, "key/invalid"], [careful, 0, "store/refused"]] as const) {
      const read = good(readAnswer(alice, request, response))
      assert(read.kind === "keys")
      const keys = read.keys.map((each, i) => ({ ...each, period: each.period + (i === 0 ? shift : 0) }))
      assert.equal(run(of.ring.install(keys, []))?.fault, fault)
      for (const each of read.keys) wipe(each.key)
    }
    none(world.left())
  })

  it("in a job of the KMS that is dropped is nothing", () => {
    const world = new World()
    const request = world.aired(keyRequest(world.alice, { csbId: 98 }))
    for (let steps = 0; steps < 6; steps++) {
      const job = world.alice.kms.core.decide(request, world.alice.subscriber, undefined, UTC, world.alice.kms.state)
      for (let i = 0; i < steps; i++) job.step()
      job.drop()
    }
    none(world.left())
  })
})

describe("the finder of leaks", () => {
  it("finds a box that does not wipe its keys", () => {
    const world = new World((box) => ({ ...box, wipe: () => undefined }))
    const call = converse(caller(world.alice, world.bob.me), answerer(world.bob))
    for (const name of ["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2"] as const) world.aired(call[name])
    const found = world.left()
    for (const what of ["ke, 32 octets", "ka, 32 octets", "kc, 32 octets"]) assert(found.includes(what), what)
  })

  it("finds a TGK, a half-open exchange and an x that nobody has wiped yet", () => {
    const world = new World()
    const I = caller(world.alice, world.bob.me)
    const R = answerer(world.bob)
    const call = converse(I, R)
    for (const name of ["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2"] as const) world.aired(call[name])
    const found = world.left()
    assert(found.includes("key of label 1f4d675b, 32 octets"))
    assert(new Recorder().left([]).length === 0)
  })

  it("takes what is on the air for no secret", () => {
    const recorder = new Recorder()
    const octets = new Uint8Array(16).fill(7)
    recorder.keep("a tag", octets)
    assert.deepEqual(recorder.left([]), ["a tag, 16 octets"])
    assert.deepEqual(recorder.left([new Uint8Array(99).fill(7)]), [])
  })
})
