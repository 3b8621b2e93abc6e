/** When a sender sends a block again: a channel on its own, driven by hand. */
import assert from "node:assert/strict"
import { dice } from "../../boards/virtual/random.ts"
import { transferOf, type Channel } from "../../sdk/keys/channel.ts"
import { ackFrame, decodeFrame } from "../../sdk/keys/frames.ts"
import { RoundTrip } from "../../sdk/keys/roundtrip.ts"
import { messages, octets, sym } from "./channel-world.ts"

const MTU = 32

interface Driven {
  readonly channel: Channel
  /** Indexes of the blocks that leave at this time. */
  due(now: number): number[]
  /** An ACK that says which blocks are held. */
  hear(holds: (index: number) => boolean, now: number): void
}

/** A channel that has begun to send so many blocks, its jitter 0. */
function sending(blocks: number): Driven {
  const source = dice(blocks, "pace")
  const channel = messages(MTU, { ...source, roll: () => 0 })
  const message = octets(source, blocks * (MTU - 5))
  const transfer = transferOf(sym, message)
  channel.send(message, transfer, 0)
  return {
    channel,
    due(now): number[] {
      const out: number[] = []
      for (;;) {
        const output = channel.poll(now)
        if (output === undefined) return out
        assert(output.kind === "publish", output.kind)
        const frame = decodeFrame(output.frame)
        assert("kind" in frame && frame.kind === "data")
        out.push(frame.index)
      }
    },
    hear: (holds, now) => void channel.receive(ackFrame(transfer, blocks - 1, holds), now),
  }
}

describe("the pace of a sender", () => {
  it("a block that three sent after it have overtaken goes again at once, and once", () => {
    const s = sending(20)
    assert.deepEqual(s.due(0), [0, 1, 2, 3])
    s.hear((i) => i >= 1 && i <= 3, 100)
    assert.equal(s.due(100)[0], 0)
    s.hear((i) => i >= 1 && i <= 3, 150)
    assert(!s.due(150).includes(0), "resent twice for one loss")
  })

  it("a block that two have overtaken may only be late", () => {
    const s = sending(20)
    s.due(0)
    s.hear((i) => i === 1 || i === 2, 100)
    assert(!s.due(100).includes(0))
    assert(s.due(1000).includes(0))
  })

  it("a block that was lost twice is found twice", () => {
    const s = sending(20)
    s.due(0)
    s.hear((i) => i >= 1 && i <= 3, 100)
    assert.deepEqual(s.due(100), [0, 4, 5, 6, 7])
    s.hear((i) => i >= 1 && i <= 6, 200)
    assert.equal(s.due(200)[0], 0)
  })

  it("waits do not double while the other end is heard now and then, and do when it is silent", () => {
    const s = sending(1)
    const times: number[] = []
    for (let now = 0; now < 90000; now += 50) {
      // it holds nothing and says so every 4 s, for half a minute
      if (now > 0 && now <= 30000 && now % 4000 === 0) s.hear(() => false, now)
      if (s.due(now).length > 0) times.push(now)
    }
    const gaps = (from: number, to: number): number[] => times.map((at, i) => [at, at - (times[i - 1] ?? 0)] as const).filter(([at]) => at > from && at < to).map(([, gap]) => gap)
    assert(gaps(8000, 36000).every((gap) => gap >= 1000 && gap <= 2000), `${times}`)
    assert(Math.max(...gaps(40000, 90000)) >= 8000, `${times}`)
  })

  it("goes on within two seconds of a word from the other end after a silence of minutes", () => {
    const s = sending(4)
    for (let now = 0; now < 200000; now += 500) s.due(now)
    assert.deepEqual(s.due(200000), [])
    s.hear((i) => i === 3, 200000)
    const at = [...Array(40).keys()].map((i) => 200000 + 50 * i).find((now) => s.due(now).includes(0))
    assert(at !== undefined && at <= 202000, `${at}`)
  })
})

describe("the round trip of a path", () => {
  it("is the least of the blocks that were sent once", () => {
    const path = new RoundTrip()
    path.start(3)
    path.sent(0, "first", 0)
    path.sent(1, "first", 0)
    path.heard(0, 300, 1000)
    path.heard(1, 200, 1000)
    assert.equal(path.least, 200)
  })

  it("is not stretched by a block that was lost for long", () => {
    const path = new RoundTrip()
    path.start(2)
    path.sent(0, "first", 0)
    path.sent(1, "first", 0)
    path.heard(1, 250, 1000)
    path.sent(0, "again", 8000)
    path.heard(0, 8300, 1000)
    assert.equal(path.least, 250)
  })

  it("grows on a path that is slower than every wait, until blocks are sent once", () => {
    const path = new RoundTrip()
    const trip = 10000
    let blocks = 0
    for (; path.least < trip; blocks++) {
      path.start(1)
      path.sent(0, "first", 0)
      const wait = Math.max(1000, path.least * 1.25)
      for (let at = wait; at < trip; at += wait) path.sent(0, "again", at)
      path.heard(0, trip, 1000)
      assert(blocks < 60, "it never learns")
    }
    assert(blocks >= 1)
  })

  it("is that of the message before until there is a better one", () => {
    const path = new RoundTrip()
    path.start(1)
    path.sent(0, "first", 0)
    path.heard(0, 250, 1000)
    path.start(1)
    assert.equal(path.least, 250)
    path.sent(0, "first", 1000)
    path.heard(0, 1900, 1000)
    assert.equal(path.least, 900)
  })
})
