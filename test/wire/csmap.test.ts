import assert from "node:assert/strict"
import fc from "fast-check"
import { hex } from "../../sdk/base/bytes.ts"
import { Reader } from "../../sdk/base/cursor.ts"
import { decodeMap, encodeMap, type CryptoSession } from "../../sdk/mikey/csmap.ts"
import { mapType } from "../../sdk/mikey/numbers.ts"
import { maps } from "./arbitraries.ts"
import { octets } from "./samples.ts"

const fault = (count: number, type: number, text: string): string => {
  const r = new Reader(octets(text))
  decodeMap(r, count, type)
  return r.fault === undefined ? "" : `${r.fault.fault} ${r.fault.at}`
}

describe("the CS ID map", () => {
  it("decodes to what was encoded, and encodes to what was decoded", () => {
    const seen = new Set<number>()
    fc.assert(fc.property(maps, (map) => {
      seen.add(map.type)
      const octets = encodeMap(map)
      const r = new Reader(octets)
      const back = decodeMap(r, map.sessions.length, map.type)
      assert.equal(r.fault, undefined)
      assert.equal(r.at, octets.length)
      assert.deepEqual(back, map)
      assert.equal(hex(encodeMap(back)), hex(octets))
    }))
    assert.equal(seen.size, 3)
  })

  it("encodes to what was decoded, whatever octets are taken", () => {
    let taken = 0
    const session = fc.tuple(fc.nat(3), fc.constantFrom("00", "01"), fc.constantFrom("00", "0105", "80", "8105"), fc.constantFrom("0000", "000411223344", "000a" + "07".repeat(10)), fc.constantFrom("00", "04aabbccdd"))
    fc.assert(fc.property(fc.array(session, { minLength: 1, maxLength: 3 }), (list) => {
      const text = list.map(([id, ...rest]) => "0" + id + rest.join("")).join("")
      const r = new Reader(octets(text))
      const map = decodeMap(r, list.length, mapType.GENERIC_ID)
      if (r.fault !== undefined) return
      taken++
      assert.equal(hex(encodeMap(map)), text)
    }), { numRuns: 1000 })
    assert(taken > 20)
  })

  it("of SRTP-ID has CS IDs 1, 2, ... and SSRC 0 where the Responder fills it in", () => {
    const r = new Reader(octets("07 00000000 00000000  08 11223344 00000005"))
    const map = decodeMap(r, 2, mapType.SRTP_ID)
    assert.deepEqual(map.sessions.map((s) => [s.csId, s.policies, s.ssrc, s.roc]), [[1, [7], undefined, 0], [2, [8], 0x11223344, 5]])
  })

  it("of GENERIC-ID gives SSRC 0 no meaning of its own", () => {
    const map = decodeMap(new Reader(octets("01 00 00 0004 00000000 01 aa")), 1, mapType.GENERIC_ID)
    assert.equal(map.sessions[0]!.ssrc, 0)
  })

  it("refuses what PROTOCOL section 4 does not allow", () => {
    assert.equal(fault(1, 2, "01 01 00 0000 01aa"), "wire/value HDR.Prot type")
    assert.equal(fault(2, 2, "01 00 00 0000 01aa 01 00 00 0000 01aa"), "wire/value HDR.CS ID")
    assert.equal(fault(1, 2, "01 00 00 000a" + "00".repeat(10) + "01aa"), "wire/value HDR.Session Data Length")
    assert.equal(fault(1, 2, "01 00 80 0004 00000000 01aa"), "wire/value HDR.Session Data Length")
    assert.equal(fault(1, 2, "01 00 00 0001 00 01aa"), "wire/value HDR.Session Data Length")
    assert.equal(fault(1, 2, "01 00 00 0000 00"), "wire/value HDR.SPI Length")
    assert.equal(fault(1, 1, ""), "wire/value HDR.#CS")
    assert.equal(fault(0, 0, ""), "wire/value HDR.#CS")
    assert.equal(fault(0, 2, ""), "wire/value HDR.#CS")
    assert.equal(fault(17, 0, "00".repeat(17 * 9)), "wire/size HDR.#CS")
    assert.equal(fault(1, 3, "00".repeat(9)), "wire/value HDR.CS ID map type")
    assert.equal(fault(16, 0, "00".repeat(16 * 9)), "")
  })

  it("that our own caller makes wrong is Misuse", () => {
    const session: CryptoSession = { csId: 1, policies: [0], withRoc: false, spi: octets("aa") }
    assert.throws(() => encodeMap({ type: mapType.Empty, sessions: [session] }), /no sessions/)
    assert.throws(() => encodeMap({ type: mapType.GENERIC_ID, sessions: [] }), /1 to 16/)
    assert.throws(() => encodeMap({ type: mapType.SRTP_ID, sessions: [{ ...session, csId: 2 }] }), /CS ID 1/)
    assert.throws(() => encodeMap({ type: mapType.GENERIC_ID, sessions: [{ ...session, spi: new Uint8Array(0) }] }), /1 to 255/)
    assert.throws(() => encodeMap({ type: mapType.GENERIC_ID, sessions: [{ ...session, policies: new Array<number>(128).fill(0) }] }), /127/)
  })
})
