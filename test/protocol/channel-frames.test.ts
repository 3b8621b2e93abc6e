/** Frames of the constrained channel, PROTOCOL section 7, octet by octet. */
import assert from "node:assert/strict"
import { hex, unhex } from "../../sdk/base/bytes.ts"
import type { Fault } from "../../sdk/base/fault.ts"
import { ackFrame, dataFrame, decodeFrame, saysOf, type AckFrame } from "../../sdk/keys/frames.ts"

describe("frames of the channel", () => {
  it("DATA is 0x10, transfer, index, last and the block", () => {
    assert.equal(hex(dataFrame(0x1234, 3, 254, unhex("aabb")!)), "10123403feaabb")
    assert.deepEqual(decodeFrame(unhex("10123403feaabb")!), { kind: "data", transfer: 0x1234, index: 3, last: 254, octets: unhex("aabb") })
  })

  const acks: [string, number, number[], string][] = [
    ["nothing held", 4, [], "20beef00"],
    ["all held", 4, [0, 1, 2, 3, 4], "20beef05"],
    ["255 blocks held", 254, Array.from({ length: 255 }, (_, i) => i), "20beefff"],
    ["the first missing", 4, [1, 2, 3, 4], "20beef00f0"],
    ["the last alone", 20, [20], "20beef0000001" + "0"],
    ["bit 0 is next + 1", 20, [0, 2], "20beef0180"],
    ["trailing zero octets are dropped", 30, [0, 1, 5], "20beef0220"],
    ["the 64th after next", 254, [64], "20beef000000000000000001"],
    ["no octet for the 65th", 254, [65], "20beef00"],
    ["all 64 after next, and more", 254, Array.from({ length: 254 }, (_, i) => i + 1), "20beef00ffffffffffffffff"],
  ]
  for (const [what, last, held, frame] of acks) {
    it(`ACK says ${what}: ${frame}`, () => {
      assert.equal(hex(ackFrame(0xbeef, last, (i) => held.includes(i))), frame)
      const ack = decodeFrame(unhex(frame)!) as AckFrame
      assert.equal(ack.kind, "ack")
      for (let i = 0; i <= last; i++) {
        const truth = held.includes(i) ? "held" : "missing"
        assert.equal(saysOf(ack, i), i > ack.next + 64 ? "nothing" : truth)
      }
    })
  }

  for (const bad of ["", "10", "101234", "1012340000", "1012340100aa", "10123400ff" + "aa", "1012340302aa", "00123400", "30123400", "20123400" + "00".repeat(9), "201234"])
    it(`refuses ${bad === "" ? "nothing" : bad}`, () => assert.equal((decodeFrame(unhex(bad)!) as Fault).fault, "channel/frame"))
})
