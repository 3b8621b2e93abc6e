/** Whole transfers through bad paths, and hostile frames. `SEED=7 npx mocha test/protocol/channel-runs.test.ts` replays one run. */
import assert from "node:assert/strict"
import { dice, type Dice } from "../../boards/virtual/random.ts"
import { hex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { longest, transferOf, type Channel } from "../../sdk/keys/channel.ts"
import { ackFrame, dataFrame } from "../../sdk/keys/frames.ts"
import { limits, messages, octets, oneMessage, seeds, sym, type Setup } from "./channel-world.ts"

/** A run that its seed fixes: up to `loss` lost, any mtu, size and delay. */
function setup(seed: number, loss: number): Setup {
  const d = dice(seed, "setup")
  const mtu = Math.floor(d.between(32, 513))
  const most = longest(mtu, limits)
  const low = d.between(0, 100)
  const air = { loss: d.between(0, loss), duplicate: d.between(0, 0.3), reorder: d.between(0, 0.3), latencyMs: [low, low + d.between(0, 500)] as const }
  // every tenth message is as long or as short as it can be; most are short, as requests and answers are
  const size = seed % 20 === 0 ? most : seed % 20 === 10 ? 1 : 1 + Math.floor(most * d.roll() ** 3)
  return { seed, mtu, air, size }
}

describe("two channels on a bad path", () => {
  it("carry a message intact and exactly once, or give up cleanly, in 1,000 runs of 0 to 40 % loss", () => {
    let gaveUp = 0
    for (const seed of seeds(1, 1000)) {
      const given = setup(seed, 0.4)
      const out = oneMessage(given)
      const label = `SEED=${seed} replays it: ${JSON.stringify(given)}`
      assert.equal(out.delivered + out.gaveUp, 1, label)
      gaveUp += out.gaveUp
      assert(out.received.length <= 1, label)
      if (out.delivered === 1) assert.equal(out.received.length, 1, label)
      for (const got of out.received) assert.deepEqual(got, out.sent, label)
      if (given.air.loss! <= 0.2) assert.equal(out.delivered, 1, label)
    }
    console.log(`      1,000 runs, ${gaveUp} gave up`)
  })

  it("give up within the limit when nothing passes, and go on when it does", () => {
    const out = oneMessage({ seed: 3, mtu: 64, size: 500, air: { loss: 1 } })
    assert.equal(out.gaveUp, 1)
    assert.equal(out.received.length, 0)
    assert(Math.abs(out.endMs - limits.transferSeconds * 1000) < 2000, `gave up after ${out.endMs} ms`)
  })

  it("give equal runs for equal seeds, and others for others", () => {
    const trace = (seed: number): string => {
      const out = oneMessage({ ...setup(7, 0.4), seed })
      return JSON.stringify([out.endMs, [...out.world.traffic()], hex(out.sent)])
    }
    assert.equal(trace(1), trace(1))
    assert.notEqual(trace(1), trace(2))
  })

  it("put little more on the air than the message: mtu 128, 5 % loss", () => {
    const sizes = [300, 1200, 4800, 16000]
    const sums = sizes.map((size) => {
      let [sent, data, ack, blocks] = [0, 0, 0, 0]
      for (let seed = 1; seed <= 50; seed++) {
        const { world } = oneMessage({ seed, mtu: 128, size, air: { loss: 0.05 } })
        sent += world.total().octets
        data += world.traffic().get("to/b")!.frames
        ack += world.traffic().get("to/a")!.frames
        blocks += Math.ceil(size / 123)
      }
      return { size, ratio: sent / (50 * size), data: data / blocks, acks: ack / blocks }
    })
    for (const s of sums) console.log(`      ${s.size} octets: ${s.ratio.toFixed(3)} octets on the air for each, ${s.data.toFixed(2)} DATA and ${s.acks.toFixed(2)} ACK frames a block`)
    assert(sums.every((s) => s.ratio > 1 && s.ratio < 1.35), "a transfer takes more than a third too much air")
  })
})

/** A stranger's frame: noise, or a frame of some form about some transfer. */
function hostile(source: Dice, transfer: number, good: readonly Uint8Array[]): Uint8Array {
  const number = source.chance(0.5) ? transfer : Math.floor(source.roll() * 65536)
  const last = Math.floor(source.roll() * 255)
  const form = Math.floor(source.roll() * 5)
  if (form === 0) return octets(source, Math.floor(source.roll() * 70))
  if (form === 1) return dataFrame(number, Math.floor(source.roll() * (last + 1)), last, octets(source, 1 + Math.floor(source.roll() * 60)))
  if (form === 2) return ackFrame(number, last, () => source.chance(0.5))
  const frame = new Uint8Array(good[Math.floor(source.roll() * good.length)]!)
  if (form === 3) return frame.subarray(0, Math.floor(source.roll() * frame.length))
  frame[Math.floor(source.roll() * frame.length)]! ^= 1 << Math.floor(source.roll() * 8)
  return frame
}

describe("hostile frames", () => {
  it("never make a channel throw, and a good transfer that follows arrives: 200 runs of 200 frames at both ends", () => {
    for (const seed of seeds(1, 200)) {
      const source = dice(seed, "hostile")
      const [a, b] = [messages(64, source), messages(64, source)]
      const message = octets(source, 1 + Math.floor(source.roll() * 1000))
      const transfer = transferOf(sym, message)
      const good = Array.from({ length: 5 }, (_, i) => dataFrame(transfer, i, 16, octets(source, 59)))
      a.send(message, transfer, 0)
      for (let i = 0; i < 200; i++) {
        for (const end of [a, b]) {
          const event = end.receive(hostile(source, transfer, good), i)
          if (event !== undefined && !isFault(event) && event.kind === "received") end.accept(event.transfer, i)
        }
        b.poll(i)
      }
      assert(settle(a, b, message, transfer, 1000), `SEED=${seed}`)
    }
  })
})

/** Lets two channels talk over a perfect path until b has the message and a knows. */
function settle(a: Channel, b: Channel, message: Uint8Array, transfer: number, from: number): boolean {
  let received = false
  a.send(message, transfer, from)
  for (let now = from; now < from + 600000; now += 25) {
    for (const [x, y] of [[a, b], [b, a]] as const) {
      for (let output = x.poll(now); output !== undefined; output = x.poll(now)) {
        const event = output.kind === "publish" ? y.receive(output.frame, now) : undefined
        if (event === undefined || isFault(event) || event.kind !== "received") continue
        if (y === b) assert.deepEqual(event.octets, message)
        received = received || y === b
        y.accept(event.transfer, now)
      }
    }
    if (received && a.sender.delivered) return true
    // a liar's ACK may have told a that b has it: its user asks again
    a.repeat(transfer, now)
  }
  return false
}
