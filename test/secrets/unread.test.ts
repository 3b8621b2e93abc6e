/** What is left in memory of calls that are not read, of content that is left, and of new keys for a live call. */
import assert from "node:assert/strict"
import { wipe } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { map, run } from "../../sdk/base/job.ts"
import { openDeferred } from "../../sdk/ibake/esk.ts"
import { encodeInner } from "../../sdk/ibake/exchange.ts"
import type { CallOptions, Initiator } from "../../sdk/ibake/initiator.ts"
import { Responder } from "../../sdk/ibake/responder.ts"
import type { Agreement, Outcome, Party } from "../../sdk/ibake/session.ts"
import { parse } from "../../sdk/mikey/message.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { agreed, answerer, caller, converse, enrolled, good, NOW, party, realKit, refused, seeded, sent, testKms, UTC, type Call, type Radio } from "../fixture.ts"
import { clearOf, leftContents, pair, sealByHand, subPayload, unreadByHand } from "../protocol/by-hand.ts"
import { recordedDraw } from "./recorder.ts"
import { dropped, none, srtpOf, World } from "./world.ts"

const leaving = { onRetarget: () => true, onDeferred: () => true }

/** Alice, Bob who is away, and a mailbox that stands in for him. */
class Mail extends World {
  readonly mailbox: Radio
  private readonly encs: readonly Uint8Array[]
  constructor() {
    const encs: Uint8Array[] = []
    super((box) => ({ ...box, encapsulate: (uid, par, seed) => map(box.encapsulate(uid, par, seed), (keys) => (encs.push(keys.enc), keys)) }))
    this.encs = encs
    this.mailbox = this.radio("sip:mailbox@police.example")
  }
  /** An encapsulation is for the air, though the message that it was made for may have been dropped. */
  override left(): string[] {
    this.air.push(...this.encs)
    return super.left()
  }
  call(options: Partial<CallOptions> = leaving): Initiator {
    return caller(this.alice, this.bob.me, options)
  }
  stand(): Responder {
    return new Responder(party(this.mailbox), { me: [this.mailbox.me], onUnread: () => true, mailbox: true })
  }
  /** Notes the copies that the two sessions hold now: x, SK, and y or K_SESSION. */
  watch(I: Initiator, M: Responder): void {
    const { state } = I as unknown as { state: { x?: Uint8Array; called?: { x: Uint8Array }; agreement?: Agreement } }
    for (const x of [state.x, state.called?.x]) this.recorder.keep("x of the caller", x)
    this.recorder.keep("SK of the caller", state.agreement?.unread?.SK)
    for (const { secret } of (M as unknown as { halfOpen: { list: { secret: Uint8Array }[] } }).halfOpen.list) this.recorder.keep("y of the mailbox", secret)
  }
  sentOf(outcome: Outcome): Uint8Array {
    assert(outcome.kind !== "ignored" && outcome.octets !== undefined)
    return this.aired(outcome.octets)
  }
  airedAll(call: Call): void {
    for (const name of ["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2"] as const) this.aired(call[name])
    srtpOf(this, call.initiator)
    srtpOf(this, call.responder)
  }
}

/** A stranger who is not watched: what he leaves in his memory is his. */
const stranger = enrolled(testKms(realKit()), "sip:stranger@police.example")
const flipped = (octets: Uint8Array): Uint8Array => octets.map((o, i) => (i === octets.length - 1 ? o ^ 1 : o))

describe("what is left of a call that is not read", () => {
  it("and of content that was left and opened is nothing", () => {
    const world = new Mail()
    const call = converse(world.call(), world.stand())
    const left = good(run(openDeferred(party(world.bob), [world.alice.me, world.bob.me], call.I_MESSAGE_2)))
    assert(left.SK.some((o) => o !== 0))
    wipe(left.SK)
    world.airedAll(call)
    none(world.left())
    const seen = new Set(world.recorder.secrets(world.air).map((each) => each.what))
    for (const what of ["draw of 32", "x or y", "K_SESSION", "ke", "kc", "plaintext of a box", "plaintext of an opened box"]) assert(seen.has(what), `never saw ${what}`)
  })

  it("without an ESK, or with an SRTP-ID map, or when messages come again, is nothing", () => {
    const world = new Mail()
    for (const options of [{ onRetarget: () => true }, { ...leaving, map: "SRTP-ID" as const }]) {
      const [I, M] = [world.call(options), world.stand()]
      const call = converse(I, M)
      for (const octets of [call.I_MESSAGE_1, call.I_MESSAGE_2]) run(M.receive(octets, NOW, ""))
      run(I.receive(call.R_MESSAGE_2, NOW, ""))
      world.airedAll(call)
    }
    none(world.left())
  })

  it("that ends at either end in any state is nothing, y and SK included", () => {
    const world = new Mail()
    for (const steps of [1, 2, 3]) {
      const [I, M] = [world.call(), world.stand()]
      const I_MESSAGE_1 = world.aired(sent(I.start(NOW)))
      const R_MESSAGE_1 = world.aired(sent(M.receive(I_MESSAGE_1, NOW, "")))
      if (steps > 1) world.aired(sent(I.receive(R_MESSAGE_1, NOW, "")))
      world.watch(I, M)
      if (steps > 2) M.expire({ utc: UTC, ticks: 1e9 })
      I.end()
      M.end()
    }
    none(world.left())
  })

  it("that gives way to one who has read it is nothing", () => {
    const world = new Mail()
    const [I, M, R] = [world.call(), world.stand(), answerer(world.bob)]
    const I_MESSAGE_1 = world.aired(sent(I.start(NOW)))
    world.aired(sent(I.receive(world.aired(sent(M.receive(I_MESSAGE_1, NOW, ""))), NOW, "")))
    world.watch(I, M)
    const I_MESSAGE_2 = world.aired(sent(I.receive(world.aired(sent(R.receive(I_MESSAGE_1, NOW, ""))), NOW, "")))
    const bobs = agreed(R.receive(I_MESSAGE_2, NOW, ""))
    srtpOf(world, bobs.agreement)
    srtpOf(world, agreed(I.receive(world.aired(bobs.octets!), NOW, "")).agreement)
    M.end()
    none(world.left())
  })
})

describe("what is left of unread work that is dropped", () => {
  it("after any of its steps, at caller, mailbox and called one, is nothing", () => {
    const world = new Mail()
    const [I, M] = [world.call(), world.stand()]
    const I_MESSAGE_1 = world.aired(sent(I.start(NOW)))
    const R_MESSAGE_1 = world.sentOf(dropped(() => M.receive(I_MESSAGE_1, NOW, "")))
    const I_MESSAGE_2 = world.sentOf(dropped(() => I.receive(R_MESSAGE_1, NOW, "")))
    world.watch(I, M)
    const left = dropped(() => openDeferred(party(world.bob), [world.alice.me, world.bob.me], I_MESSAGE_2))
    assert(!isFault(left))
    wipe(left.SK)
    const mailboxes = dropped(() => M.receive(I_MESSAGE_2, NOW, ""))
    assert(mailboxes.kind === "established")
    const R_MESSAGE_2 = world.sentOf(mailboxes)
    const alices = dropped(() => I.receive(R_MESSAGE_2, NOW, ""))
    assert(alices.kind === "established")
    for (const { agreement } of [mailboxes, alices]) srtpOf(world, agreement)
    none(world.left())
  })

  it("by the end of the session that it belongs to is nothing", () => {
    const world = new Mail()
    for (let steps = 1; steps < 40; steps += 3) {
      const [I, M] = [world.call(), world.stand()]
      const I_MESSAGE_1 = world.aired(sent(I.start(NOW)))
      const job = I.receive(world.aired(sent(M.receive(I_MESSAGE_1, NOW, ""))), NOW, "")
      let out: ReturnType<typeof job.step>
      for (let i = 0; i < steps && out === undefined; i++) out = job.step()
      if (out !== undefined) world.sentOf(out.value)
      I.end()
      M.end()
      if (out === undefined) assert.equal(refused(job), "session/ended at session")
      else break
    }
    none(world.left())
  })
})

describe("what is left of unread messages that go no further", () => {
  it("is nothing: flipped, forged, not taken", () => {
    const world = new Mail()
    const { bob, mailbox } = world
    const [I, M] = [world.call({ ...leaving, onRetarget: (id) => id.data[4] === 0x6d }), world.stand()]
    const I_MESSAGE_1 = world.aired(sent(I.start(NOW)))
    assert.equal(refused(I.receive(world.aired(unreadByHand(stranger, I_MESSAGE_1, stranger.me)), NOW, "")), "identity/refused at R_MESSAGE_1.IDRr")
    const R_MESSAGE_1 = world.aired(sent(M.receive(I_MESSAGE_1, NOW, "")))
    assert.equal(refused(I.receive(flipped(R_MESSAGE_1), NOW, "")), "auth/failed at R_MESSAGE_1.IBAKE")
    const I_MESSAGE_2 = world.aired(sent(I.receive(R_MESSAGE_1, NOW, "")))
    assert.equal(refused(M.receive(flipped(I_MESSAGE_2), NOW, "")), "auth/failed at I_MESSAGE_2.IBAKE")
    const m = good(parse(I_MESSAGE_2, 65535))
    const forged = { type: dataType.I_MESSAGE_2, clear: clearOf(m, m.RAND!), to: mailbox.me, before: [I_MESSAGE_1, R_MESSAGE_1], plain: encodeInner(world.alice.me, subPayload(stranger, pair(stranger)), mailbox.me, subPayload(stranger, pair(stranger))) }
    assert.equal(refused(M.receive(world.aired(sealByHand(stranger, forged).octets), NOW, "")), "auth/failed at I_MESSAGE_2.ECCPTr")
    const { agreement, octets } = agreed(M.receive(I_MESSAGE_2, NOW, ""))
    assert.equal(refused(I.receive(flipped(world.aired(octets!)), NOW, "")), "auth/failed at R_MESSAGE_2.V")
    srtpOf(world, agreement)
    I.end()
    for (const bad of [flipped(I_MESSAGE_2), I_MESSAGE_1]) assert(isFault(run(openDeferred(party(bob), [bob.me], bad))))
    assert(isFault(run(openDeferred(party(world.alice), [world.alice.me], I_MESSAGE_2))))
    none(world.left())
  })

  it("of an ESK that opens and contradicts is nothing, nor of one with octets after it", () => {
    const world = new Mail()
    const I_MESSAGE_1 = good(parse(world.aired(sent(world.call().start(NOW))), 65535))
    const clear = clearOf(I_MESSAGE_1, I_MESSAGE_1.RAND!)
    const inside = leftContents(stranger.me, new Uint8Array(32).fill(7))
    for (const plain of [inside, inside.subarray(0, inside.length - 3)]) {
      const letter = { type: dataType.I_MESSAGE_2, clear, to: world.mailbox.me, plain: encodeInner(world.alice.me, undefined, world.bob.me, subPayload(stranger, pair(stranger))), esk: { to: world.bob.me, plain } }
      assert(isFault(run(openDeferred(party(world.bob), [world.bob.me], world.aired(sealByHand(stranger, letter).octets)))))
    }
    none(world.left().filter((what) => !what.startsWith("x or y")))
  })

  it("where the board gives no entropy at any of the draws is nothing", () => {
    const world = new Mail()
    let count = 0
    let refusedAt = 0
    const scarce = (of: Radio): Partial<Party> => ({ draw: (octets) => (count++ === refusedAt ? undefined : of.draw(octets)) })
    for (; refusedAt < 6; refusedAt++, count = 0) assert.match(refused(caller(world.alice, world.bob.me, leaving, scarce(world.alice)).start(NOW)), /^entropy\/none/)
    for (refusedAt = 0; refusedAt < 4; refusedAt++) {
      count = -100
      const I = caller(world.alice, world.bob.me, leaving, scarce(world.alice))
      const M = new Responder(party(world.mailbox, scarce(world.mailbox)), { me: [world.mailbox.me], onUnread: () => true, mailbox: true })
      const I_MESSAGE_1 = world.aired(sent(I.start(NOW)))
      count = 0
      const answered = run(M.receive(I_MESSAGE_1, NOW, ""))
      if (answered.kind === "send") {
        count = 0
        const confirmed = run(I.receive(world.aired(answered.octets), NOW, ""))
        if (confirmed.kind === "send") world.aired(confirmed.octets)
      }
      I.end()
      M.end()
    }
    none(world.left())
  })
})

describe("what is left where a live call gets new keys", () => {
  it("is nothing of either exchange", () => {
    const world = new Mail()
    const first = converse(caller(world.alice, world.bob.me), answerer(world.bob))
    world.airedAll(first)
    world.airedAll(converse(caller(world.alice, world.bob.me, { rekeys: first.initiator.agreed.sessions[0]!.spi }), answerer(world.bob)))
    none(world.left())
  })
})

describe("the finder of leaks in calls that are not read", () => {
  it("finds an SK, an x and a y that nobody has wiped yet", () => {
    const world = new Mail()
    const [I, M] = [world.call(), world.stand()]
    world.aired(sent(I.receive(world.aired(sent(M.receive(world.aired(sent(I.start(NOW))), NOW, ""))), NOW, "")))
    world.watch(I, M)
    const found = world.left()
    for (const what of ["SK of the caller, 32 octets", "x of the caller, 32 octets", "y of the mailbox, 32 octets"]) assert(found.includes(what), what)
  })

  it("finds a board's octets that were drawn for nothing", () => {
    const world = new Mail()
    const draw = recordedDraw(world.recorder, seeded("drawn"))
    draw(32)
    assert.deepEqual(world.left(), ["draw of 32, 32 octets"])
  })
})
