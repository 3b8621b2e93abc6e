/** The constrained channel, PROTOCOL section 7, frame by frame. */
import assert from "node:assert/strict"
import { hex, unhex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { dice } from "../../boards/virtual/random.ts"
import { Channel, byHash, longest, transferOf, type ChannelEvent, type ChannelLimits } from "../../sdk/keys/channel.ts"
import { ackFrame, dataFrame } from "../../sdk/keys/frames.ts"
import { retryWait } from "../../sdk/keys/sender.ts"
import { limits, octets, sym } from "./channel-world.ts"

const MTU = 32
const BLOCK = 27

function channel(changed?: Partial<ChannelLimits>): Channel {
  return new Channel({ mtu: MTU, limits: { ...limits, ...changed }, jitter: () => 0, admission: byHash(sym) })
}

/** Every frame that is due, in hex. */
function due(from: Channel, now: number): string[] {
  const out: string[] = []
  for (;;) {
    const output = from.poll(now)
    if (output === undefined) return out
    assert.equal(output.kind, "publish")
    if (output.kind === "publish") out.push(hex(output.frame))
  }
}

const hear = (to: Channel, frame: string, now: number): ReturnType<Channel["receive"]> => to.receive(unhex(frame)!, now)
const kind = (event: ReturnType<Channel["receive"]>): string | undefined => (event === undefined ? undefined : isFault(event) ? event.fault : (event as ChannelEvent).kind)

/** A message and its DATA frames at an mtu of 32. */
function message(length: number, seed: number): { octets: Uint8Array; transfer: number; id: string; frames: string[] } {
  const text = octets(dice(seed, "message"), length)
  const transfer = transferOf(sym, text)
  const sender = channel()
  const last = Math.ceil(length / BLOCK) - 1
  const frames: string[] = []
  for (let i = 0; i <= last; i++) frames.push(hex(dataFrame(transfer, i, last, text.subarray(i * BLOCK, (i + 1) * BLOCK))))
  assert.equal(sender.send(text, transfer, 0), undefined)
  return { octets: text, transfer, id: frames[0]!.substring(2, 6), frames }
}

/** Hands over all frames and accepts the message. */
function finish(to: Channel, m: ReturnType<typeof message>, now: number): void {
  for (const frame of m.frames) hear(to, frame, now)
  to.accept(m.transfer, now)
  assert.deepEqual(due(to, now), [`20${m.id}${hex(new Uint8Array([m.frames.length]))}`])
}

describe("a receiver", () => {
  it("answers DATA within 50 ms by one ACK, and the complete message at once when it is taken", () => {
    const m = message(100, 1)
    const b = channel()
    hear(b, m.frames[0]!, 1000)
    hear(b, m.frames[2]!, 1049)
    assert.deepEqual(due(b, 1049), [])
    assert.equal(b.wakeAt(), 1050)
    assert.deepEqual(due(b, 1050), [`20${m.id}0180`])
    hear(b, m.frames[1]!, 1051)
    const event = hear(b, m.frames[3]!, 1051)
    assert.deepEqual(event, { kind: "received", transfer: m.transfer, octets: m.octets })
    b.accept(m.transfer, 1052)
    assert.deepEqual(due(b, 1052), [`20${m.id}04`])
    assert.equal(b.wakeAt(), undefined)
    assert(b.idle())
  })

  it("keeps the first octets of a block", () => {
    const m = message(40, 2)
    const b = channel()
    hear(b, m.frames[0]!, 0)
    const other = m.frames[0]!.substring(0, 10) + "00".repeat(BLOCK)
    assert.equal(kind(hear(b, other, 0)), undefined)
    assert.equal(kind(hear(b, m.frames[1]!, 0)), "received")
  })

  it("drops a complete message whose hash is not its number, with ACK next = 0, and takes the good one after", () => {
    const m = message(40, 3)
    const b = channel()
    hear(b, m.frames[0]!.substring(0, 10) + "00".repeat(BLOCK), 0)
    assert.equal(kind(hear(b, m.frames[1]!, 0)), "channel/frame")
    assert.deepEqual(due(b, 50), [`20${m.id}00`])
    hear(b, m.frames[0]!, 100)
    assert.equal(kind(hear(b, m.frames[1]!, 100)), "received")
  })

  it("drops a message that its user rejects, with ACK next = 0", () => {
    const m = message(40, 3)
    const b = channel()
    for (const frame of m.frames) hear(b, frame, 0)
    b.reject(m.transfer, 10)
    assert.deepEqual(due(b, 60), [`20${m.id}00`])
    for (const frame of m.frames.slice(0, -1)) hear(b, frame, 100)
    assert.equal(kind(hear(b, m.frames[1]!, 100)), "received")
  })

  const contradictions: [string, (m: ReturnType<typeof message>) => string][] = [
    ["another `last`", (m) => m.frames[1]!.substring(0, 8) + "04" + m.frames[1]!.substring(10)],
    ["a shorter block", (m) => m.frames[1]!.substring(0, 40)],
    ["a longer block", (m) => m.frames[1]! + "00"],
    ["a last block longer than the others", (m) => m.frames[3]! + "00".repeat(BLOCK)],
  ]
  for (const [what, forge] of contradictions) {
    it(`starts anew with a block that contradicts: ${what}`, () => {
      const m = message(100, 4)
      const b = channel()
      hear(b, m.frames[0]!, 0)
      hear(b, m.frames[2]!, 0)
      const forged = forge(m)
      assert.equal(kind(hear(b, forged, 0)), "progress")
      assert.equal(b.receiver.heldBlocks(), 1)
      for (const frame of m.frames.slice(0, 3)) hear(b, frame, 100)
      assert.equal(kind(hear(b, m.frames[3]!, 100)), "received")
    })
  }

  it("starts anew when the last block came first and another is shorter, or it comes in another length", () => {
    const m = message(100, 4)
    const b = channel()
    hear(b, m.frames[3]!, 0)
    hear(b, m.frames[0]!.substring(0, 30), 0)
    assert.equal(b.receiver.heldBlocks(), 1)
    hear(b, m.frames[3]!, 0)
    assert.equal(b.receiver.heldBlocks(), 1)
    hear(b, m.frames[3]!.substring(0, 20), 0)
    assert.equal(b.receiver.heldBlocks(), 1)
  })

  it("ends an unfinished transfer when DATA of another number comes", () => {
    const [m, n] = [message(100, 5), message(60, 6)]
    const b = channel()
    hear(b, m.frames[0]!, 0)
    hear(b, n.frames[0]!, 0)
    assert.equal(b.receiver.heldBlocks(), 1)
    assert.deepEqual(due(b, 50), [`20${m.id}00`, `20${n.id}01`])
  })

  it("acknowledges the last four finished transfers again, hands none over twice, and leaves the running one alone", () => {
    const all = [11, 12, 13, 14, 15].map((seed) => message(40, seed))
    const b = channel()
    for (const m of all) finish(b, m, 0)
    const running = message(100, 16)
    hear(b, running.frames[0]!, 100)
    for (const m of all.slice(1)) assert.deepEqual(hear(b, m.frames[0]!, 100), { kind: "again", transfer: m.transfer })
    assert.deepEqual(due(b, 150), [running, ...all.slice(1)].map((m) => `20${m.id}${m === running ? "01" : "02"}`))
    assert.equal(b.receiver.heldBlocks(), 1)
    hear(b, all[0]!.frames[0]!, 200)
    assert.equal(kind(hear(b, all[0]!.frames[1]!, 200)), "received", "the fifth is forgotten")
  })

  it("takes nothing else while a message waits to be judged", () => {
    const [m, n] = [message(40, 7), message(60, 8)]
    const b = channel()
    for (const frame of m.frames) hear(b, frame, 0)
    assert.equal(kind(hear(b, n.frames[0]!, 0)), "session/state")
    assert.equal(kind(hear(b, m.frames[0]!, 0)), undefined)
    b.accept(m.transfer, 0)
    assert.equal(kind(hear(b, n.frames[0]!, 0)), "progress")
  })

  it("refuses at the first block what is above the cap: (last + 1) x block", () => {
    const b = channel({ transferOctets: 270 })
    const block = "aa".repeat(BLOCK)
    assert.equal(kind(hear(b, `10000100${"0a"}${block}`, 0)), "wire/size")
    assert.equal(kind(hear(b, `10000100${"09"}${block}`, 0)), "progress")
    assert.equal(kind(hear(b, `10000200fe${block}`, 0)), "wire/size")
    assert.equal(b.receiver.heldBlocks(), 1)
  })
})

describe("a sender", () => {
  it("cuts whole blocks of mtu less 5, four at first, and lets more fly as ACKs come", () => {
    const m = message(20 * BLOCK + 1, 20)
    const a = channel()
    a.send(m.octets, m.transfer, 0)
    assert.deepEqual(due(a, 0), m.frames.slice(0, 4))
    const event = hear(a, `20${m.id}04`, 100)
    assert.deepEqual(event, { kind: "progress", transfer: m.transfer, way: "out", held: 4, of: 21 })
    assert.deepEqual(due(a, 100), m.frames.slice(4, 9))
    hear(a, `20${m.id}0480`, 150)
    assert.deepEqual(due(a, 150), m.frames.slice(9, 11))
  })

  it("resends no block sooner than 1 s, doubles to 60 s while nothing is heard, and gives up", () => {
    const m = message(BLOCK, 21)
    const a = channel()
    a.send(m.octets, m.transfer, 0)
    const times: number[] = []
    let end = 0
    for (let now = 0; end === 0; now = a.wakeAt()!) {
      const output = a.poll(now)
      if (output === undefined) continue
      if (output.kind === "gaveUp") end = now
      else times.push(now)
    }
    assert.deepEqual(times.slice(0, 7), [0, 1000, 3000, 7000, 15000, 31000, 63000])
    assert.deepEqual(times.slice(7, 10).map((at, i) => at - times[6 + i]!), [40000, 40000, 40000])
    assert.equal(end, 600000)
    assert.equal(a.wakeAt(), undefined)
    assert.deepEqual(due(a, 600000), [])
    assert.equal(kind(hear(a, `20${m.id}01`, 600001)), undefined, "an ACK after the end says nothing")
  })

  it("waits between retryMs and retryMaxMs for every doubling and jitter", () => {
    for (const first of [1000, 1500, 50000, 100000])
      for (let doublings = 0; doublings < 40; doublings++)
        for (const octet of [0, 128, 255]) {
          const wait = retryWait(limits, first, doublings, () => octet)
          assert(wait >= 1000 && wait <= 60000, `${first} ${doublings} ${octet}: ${wait}`)
        }
    assert.equal(retryWait(limits, 1000, 30, () => 255), 60000)
  })

  it("resends four blocks into a silence and no more: one ACK will tell of the rest", () => {
    const m = message(20 * BLOCK, 22)
    const a = channel()
    a.send(m.octets, m.transfer, 0)
    due(a, 0)
    hear(a, `20${m.id}04`, 100)
    assert.equal(due(a, 100).length, 5)
    hear(a, `20${m.id}09`, 200)
    assert.deepEqual(due(a, 200), m.frames.slice(9, 15))
    assert.deepEqual(due(a, 1900), m.frames.slice(9, 13))
    assert.deepEqual(due(a, 1901), [])
    hear(a, `20${m.id}0d`, 1950)
    assert.deepEqual(due(a, 1950).slice(0, 2), m.frames.slice(13, 15))
  })

  it("does not send beyond what the bitmap of the next ACK can tell", () => {
    const m = message(200 * BLOCK, 23)
    const a = channel()
    a.send(m.octets, m.transfer, 0)
    const lost = m.frames[0]!
    let most = 0
    for (let now = 0; now < 900; now += 10) {
      const b = due(a, now).filter((frame) => frame !== lost)
      for (const frame of b) most = Math.max(most, parseInt(frame.substring(6, 8), 16))
      hear(a, hex(ackFrame(m.transfer, 199, (i) => i > 0 && i <= most)), now)
    }
    assert.equal(most, 64)
  })

  it("believes an ACK that goes back, and then forgets what it knew beyond next + 64", () => {
    const m = message(100 * BLOCK, 24)
    const a = channel()
    a.send(m.octets, m.transfer, 0)
    hear(a, `20${m.id}5a`, 0)
    assert.equal(a.sender.heldBlocks(), 90)
    hear(a, `20${m.id}5a80`, 0)
    assert.equal(a.sender.heldBlocks(), 91)
    hear(a, `20${m.id}02f0`, 0)
    assert.equal(a.sender.heldBlocks(), 6)
    assert.deepEqual(due(a, 0).slice(0, 3), [m.frames[2], m.frames[7], m.frames[8]])
  })

  it("begins again when a message that was complete is dropped at the other end", () => {
    const m = message(60, 25)
    const a = channel()
    a.send(m.octets, m.transfer, 0)
    due(a, 0)
    assert.deepEqual(hear(a, `20${m.id}03`, 100), { kind: "delivered", transfer: m.transfer })
    assert(a.idle())
    hear(a, `20${m.id}00`, 200)
    const again: string[] = []
    for (let now = 1000; now < 20000 && again.length < 3; now += 100) again.push(...due(a, now))
    assert.deepEqual(again[0], m.frames[0])
    assert.equal(kind(hear(a, `20${m.id}03`, 20000)), undefined, "delivered is told once")
    assert(a.idle())
  })

  it("ignores an ACK of another number, or of more blocks than there are", () => {
    const m = message(60, 26)
    const a = channel()
    a.send(m.octets, m.transfer, 0)
    assert.equal(kind(hear(a, `20${m.id}04`, 0)), "channel/frame")
    assert.equal(kind(hear(a, `20${hex(new Uint8Array([m.transfer >> 8, (m.transfer & 255) ^ 1]))}03`, 0)), "channel/frame")
    assert.equal(a.sender.heldBlocks(), 0)
  })

  it("repeats a message that was delivered or given up from one block, and leaves one on its way alone", () => {
    const m = message(100, 27)
    const a = channel()
    a.send(m.octets, m.transfer, 0)
    assert.equal(due(a, 0).length, 4)
    a.send(m.octets, m.transfer, 10)
    assert.deepEqual(due(a, 10), [])
    hear(a, `20${m.id}04`, 20)
    a.send(m.octets, m.transfer, 30)
    assert.deepEqual(due(a, 30), [m.frames[3]])
    hear(a, `20${m.id}0140`, 40)
    assert.deepEqual(due(a, 2000), [m.frames[1], m.frames[2]])
    assert(!a.repeat(m.transfer ^ 1, 40))
  })

  it("draws another number when the new message's is that of one of the last four", () => {
    const a = channel()
    const all = [31, 32, 33, 34, 35].map((seed) => message(30, seed))
    for (const m of all) {
      assert(a.free(m.transfer))
      a.send(m.octets, m.transfer, 0)
    }
    assert(a.free(all[0]!.transfer))
    for (const m of all.slice(1)) assert(!a.free(m.transfer))
  })

  it("refuses a message longer than `longest`, which the other end's cap takes, at every mtu", () => {
    for (const mtu of [32, 33, 64, 69, 70, 128, 512, 1500, 16389, 65535]) {
      const a = new Channel({ mtu, limits, jitter: () => 0, admission: byHash(sym) })
      const most = longest(mtu, limits)
      assert(most <= 16384 && most <= 255 * (mtu - 5))
      const full = octets(dice(mtu, "full"), most)
      assert.equal(kind(a.send(octets(dice(1, "x"), most + 1), 1, 0)), "wire/size")
      const [number, b] = [transferOf(sym, full), new Channel({ mtu, limits, jitter: () => 0, admission: byHash(sym) })]
      assert.equal(a.send(full, number, 0), undefined)
      let got: string | undefined
      for (let now = 0; got !== "received"; now += 50) {
        assert(now < 100000)
        for (const frame of due(a, now)) got = kind(hear(b, frame, now))
        for (const frame of due(b, now + 50)) hear(a, frame, now + 50)
      }
    }
    assert.throws(() => new Channel({ mtu: 31, limits, jitter: () => 0, admission: byHash(sym) }), /32 octets or more, got 31/)
    assert.throws(() => channel().send(new Uint8Array(0), 1, 0), /1 octet or more/)
  })
})
