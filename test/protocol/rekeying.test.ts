/** New keys for a live call: a new exchange with a new CSB ID, RAND and MKI, the old keys in force until the new are (PROTOCOL section 4, RFC 3711 section 8.1). */
import assert from "node:assert/strict"
import { hex } from "../../sdk/base/bytes.ts"
import type { Secured, StreamCounters } from "../../sdk/device.ts"
import { LiveKeys, type Keyed, type KeyTimes } from "../../sdk/srtp/live.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { caller, converse, fastKit, answerer, radio, testKms } from "../fixture.ts"
import { guards, openRtp, protectRtp } from "../srtp-packets.ts"
import { held, sizedKit, Town, type Later, type Radio } from "../world.ts"

const times: KeyTimes = { packets: 1000, milliseconds: 60_000, overlapMs: 2_000 }
const kit = sizedKit()

/** One end of a call that sends and receives SRTP. */
class Media {
  readonly keys: LiveKeys = new LiveKeys(times)
  readonly of: Radio
  sequence = 65_000
  roc = 3
  sent = 0
  lost = 0
  constructor(of: Radio) {
    this.of = of
  }
  get at(): StreamCounters {
    return { roc: this.roc, seq: this.sequence }
  }
  /** The next packet of the own stream, and its MKI in the clear as a receiver finds it. */
  packet(csId: number): Uint8Array {
    const context = this.keys.sending(csId)!
    this.sequence++
    if (this.sequence === 65_536) {
      this.sequence = 0
      this.roc++
    }
    const rtp = Buffer.alloc(12 + 40)
    rtp.writeUInt16BE(0x8000, 0)
    rtp.writeUInt16BE(this.sequence, 2)
    rtp.writeUInt32BE(context.ssrc, 8)
    rtp.fill("words", 12)
    this.sent++
    return protectRtp(guards(nobleSym, context, "with MKI").rtp, rtp, this.roc)
  }
  /** Whether a packet opens: the MKI stands at its end (RFC 7714 section 6). */
  takes(csId: number, packet: Uint8Array, roc: number): boolean {
    const context = this.keys.receiving(csId, packet.subarray(packet.length - 4))
    const opened = context !== undefined && openRtp(guards(nobleSym, context, "with MKI").rtp, packet, roc) !== undefined
    if (opened) this.keys.verified(context.mki, this.of.town.world.now())
    else this.lost++
    return opened
  }
}

interface Talk {
  readonly town: Town
  readonly a: Media
  readonly b: Media
  readonly call: Secured
  /** Enrolled like the two, and no part of the call. */
  readonly mallory: Radio
}

/** Two radios in a call whose media both run. */
function talking(seed: number, loss: number): Talk {
  const town = new Town({ seed, kit, air: { loss } })
  const media: Media[] = []
  const make = (name: string, at: number): Radio =>
    town.radio(name, {
      answering: { counters: () => media[at]!.at },
      events: { onSecured: (s) => media[at]!.keys.add(s, town.world.now()) },
    })
  const [alice, bob, mallory] = [make("alice", 0), make("bob", 1), town.radio("mallory")]
  media.push(new Media(alice), new Media(bob))
  alice.fetched()
  bob.fetched()
  mallory.fetched()
  const [a, b] = [media[0]!, media[1]!]
  const call = alice.called(bob.uri)
  town.until(() => bob.secured.length > 0, 10_000)
  a.keys.add(call, town.world.now())
  return { town, a, b, call, mallory }
}

/** Both talk, a packet each 20 ms, until something is so. */
function talkUntil({ town, a, b }: Talk, so: () => boolean): void {
  for (let i = 0; !so(); i++) {
    assert(i < 5000, "never came to be")
    b.takes(1, a.packet(1), a.roc)
    a.takes(2, b.packet(2), b.roc)
    town.pass(20)
  }
}

function rekeyed(talk: Talk, by: Media, of: Secured): Later<Secured> {
  const later = by.of.rekey(of)
  talkUntil(talk, () => later.value !== undefined)
  by.keys.add(held(later), talk.town.world.now())
  return later
}

describe("a live call that gets new keys", () => {
  for (const loss of [0, 0.2])
    it(`loses no packet, by whichever end they are asked for, at ${loss * 100} % loss on the signalling path`, () => {
      for (let seed = 1; seed <= 3; seed++) {
        const talk = talking(seed, loss)
        const { a, b, call } = talk
        const first = held(rekeyed(talk, a, call))
        talkUntil(talk, () => a.sent % 50 === 0)
        const bobs = b.of.secured[b.of.secured.length - 1]!
        const second = held(rekeyed(talk, b, bobs))
        talkUntil(talk, () => a.sent % 50 === 0)
        assert.deepEqual([a.lost, b.lost], [0, 0])
        assert.deepEqual([first.replaces, second.replaces], [call.csbId, first.csbId])
        assert.deepEqual([a.keys.sending(1)!.mki, b.keys.sending(2)!.mki].map(hex), [1, 2].map(() => hex(second.contexts[0]!.mki)))
        talk.town.pass(times.overlapMs)
        for (const of of [a, b]) of.keys.expire(talk.town.world.now())
        assert.deepEqual([a.keys.inForce(), b.keys.inForce()], [[second.csbId], [second.csbId]])
        assert(call.contexts.every((c) => c.masterKey.every((o) => o === 0)))
      }
    })

  it("keeps both SSRCs and tells where each stream has come to", () => {
    const talk = talking(1, 0)
    const { a, b, call } = talk
    talkUntil(talk, () => a.roc === 4)
    const next = held(rekeyed(talk, a, call))
    const bobs = b.of.secured[1]!
    for (const of of [next, bobs]) {
      assert.deepEqual(of.contexts.map((c) => c.ssrc), call.contexts.map((c) => c.ssrc))
      assert.deepEqual(of.contexts.map((c) => c.roc), [4, 4])
      for (const c of of.contexts) assert(c.seq !== undefined && c.seq <= a.sequence, String(c.seq))
    }
    assert.notEqual(hex(next.contexts[0]!.mki), hex(call.contexts[0]!.mki))
    assert.notEqual(next.csbId, call.csbId)
    assert.equal(bobs.replaces, call.csbId)
  })

  it("goes on under the old keys where the new exchange fails, and a new try succeeds", () => {
    const talk = talking(1, 0)
    const { a, b, call, town } = talk
    b.of.board.silence(70_000)
    const later = a.of.rekey(call)
    talkUntil(talk, () => later.value !== undefined)
    assert.deepEqual([a.lost, b.lost, a.keys.inForce().length], [0, 0, 1])
    town.pass(30_000)
    assert.equal(held(rekeyed(talk, a, call)).replaces, call.csbId)
    assert.deepEqual([a.lost, b.lost], [0, 0])
  })

  it("is not taken for another by one who knows its SSRCs but is not the peer", () => {
    const talk = talking(1, 0)
    const { mallory, b, call } = talk
    const mine = call.contexts[0]!
    const forged = mallory.called(b.of.uri, { streams: [{ csId: 1, from: "initiator", ssrc: mine.ssrc, roc: 0, seq: 0 }, { csId: 2, from: "responder", roc: 0 }] })
    assert.equal(forged.replaces, undefined)
    assert.equal(b.of.secured[1]!.replaces, undefined)
    assert.notEqual(forged.contexts[1]!.ssrc, call.contexts[1]!.ssrc)
  })

  it("never begins again with the MKI that is in force", () => {
    const kms = testKms(fastKit())
    const [alice, bob] = [radio(kms, "sip:alice@police.example"), radio(kms, "sip:bob@police.example")]
    const mki = Uint8Array.of(9, 9, 9, 9)
    let fours = 0
    const draw = (octets: number): Uint8Array | undefined => (octets === 4 && ++fours === 2 ? mki.slice() : alice.draw(octets))
    const call = converse(caller(alice, bob.me, { rekeys: mki }, { draw }), answerer(bob))
    assert.equal(hex(call.initiator.agreed.sessions[0]!.spi), "09090908")
  })
})

describe("the keys of a live call", () => {
  const context = (csId: number, from: "initiator" | "responder", mki: number): Keyed["contexts"][number] => ({
    csId, from, ssrc: csId, roc: 0, mki: Uint8Array.of(mki), cipher: "AEAD_AES_128_GCM", masterKey: new Uint8Array(16).fill(mki), masterSalt: new Uint8Array(12).fill(mki), tagOctets: 16, lifetime: 1,
  })
  const keyed = (role: Keyed["role"], mki: number): Keyed => ({ role, csbId: mki, contexts: [context(1, "initiator", mki), context(2, "responder", mki)] })

  it("are sent under by the Responder only once the peer has shown that it holds them", () => {
    const keys = new LiveKeys(times)
    keys.add(keyed("responder", 1), 0)
    assert.deepEqual([...keys.sending(2)!.mki], [1])
    keys.add(keyed("responder", 2), 10)
    assert.deepEqual([...keys.sending(2)!.mki], [1])
    assert.deepEqual([...keys.receiving(1, Uint8Array.of(2))!.mki], [2])
    keys.verified(Uint8Array.of(2), 20)
    assert.deepEqual([...keys.sending(2)!.mki], [2])
  })

  it("are sent under by the Initiator at once", () => {
    const keys = new LiveKeys(times)
    keys.add(keyed("responder", 1), 0)
    keys.add(keyed("initiator", 2), 10)
    assert.deepEqual([...keys.sending(1)!.mki], [2])
    assert.equal(keys.sending(2), undefined)
  })

  it("open packets under way for the overlap, and are wiped after it", () => {
    const keys = new LiveKeys(times)
    const old = keyed("initiator", 1)
    keys.add(old, 0)
    keys.add(keyed("initiator", 2), 10)
    keys.expire(10 + times.overlapMs - 1)
    assert.notEqual(keys.receiving(2, Uint8Array.of(1)), undefined)
    keys.expire(10 + times.overlapMs)
    assert.equal(keys.receiving(2, Uint8Array.of(1)), undefined)
    assert(old.contexts.every((c) => c.masterKey.every((o) => o === 0)))
    const last = keyed("initiator", 3)
    keys.add(last, 20)
    keys.wipe()
    assert(last.contexts.every((c) => c.masterSalt.every((o) => o === 0)))
    assert.deepEqual(keys.inForce(), [])
  })

  it("are due for new ones by packets or by time, counted from the newest", () => {
    const keys = new LiveKeys(times)
    assert.equal(keys.due(1e9, 1e9), false)
    keys.add(keyed("initiator", 1), 0)
    assert.deepEqual([keys.due(999, 59_999), keys.due(1000, 0), keys.due(0, 60_000)], [false, true, true])
    keys.add(keyed("responder", 2), 60_000)
    assert.equal(keys.due(0, 119_999), false)
  })
})
