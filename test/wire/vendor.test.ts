import assert from "node:assert/strict"
import fc from "fast-check"
import { hex } from "../../sdk/base/bytes.ts"
import { isFault, type Fault } from "../../sdk/base/fault.ts"
import { decodeLastT, decodeNotice, decodePeriods, encodeLastT, encodeNotice, encodePeriods, type ParameterSet } from "../../sdk/mikey/vendor.ts"
import type { Extension } from "../../sdk/mikey/payload.ts"
import { notices } from "./arbitraries.ts"
import { good, octets } from "./samples.ts"

const vendor = (text: string): Extension => ({ type: 0, data: octets("6962616b65" + text) })

const SET = "01 00000007 00015180 00000e10 03 6b2e62 02 03 652e66 03 612e62 0002 c0c1"
const NOTICE = "02 ea5b8c0000000000 01" + SET

const code = (got: unknown): string => (isFault(got) ? `${got.fault} ${got.at}` : "")

describe("our vendor extensions", () => {
  it("periods stand as ibake 0x01, first, count", () => {
    const extension = encodePeriods({ first: 20000, count: 7 })
    assert.deepEqual([extension.type, hex(extension.data)], [0, "6962616b65" + "01" + "00004e20" + "07"])
    assert.deepEqual(decodePeriods(extension), { first: 20000, count: 7 })
  })

  it("periods of count 0 or above 16 are refused, and Misuse from our own caller", () => {
    for (let count = 0; count < 256; count++) {
      const got = decodePeriods(vendor("01 00000000" + count.toString(16).padStart(2, "0")))
      assert.equal(code(got), count >= 1 && count <= 16 ? "" : "wire/value periods.count")
    }
    assert.throws(() => encodePeriods({ first: 0, count: 17 }), /1 to 16/)
  })

  it("lastT stands as ibake 0x03 and 8 octets", () => {
    const extension = encodeLastT(octets("00000000ea5b8c00"))
    assert.equal(hex(extension.data), "6962616b65" + "03" + "00000000ea5b8c00")
    assert.equal(hex(good(decodeLastT(extension))), "00000000ea5b8c00")
    assert.throws(() => encodeLastT(new Uint8Array(4)), /8 octets/)
  })

  it("a notice stands as time, count and sets, and its sets are parameter sets", () => {
    const notice = good(decodeNotice(vendor(NOTICE)))
    const set: ParameterSet = notice.sets[0]!
    assert.equal(hex(notice.time), "ea5b8c0000000000")
    assert.deepEqual([set.suite, set.version, set.periodLength, set.periodOffset], [1, 7, 86400, 3600])
    assert.deepEqual([hex(set.kmsUri), set.hosts.map(hex), hex(set.publicParameter)], ["6b2e62", ["652e66", "612e62"], "c0c1"])
    assert.equal(hex(encodeNotice(notice).data), hex(vendor(NOTICE).data))
  })

  it("a notice decodes to what was encoded", () => {
    fc.assert(fc.property(notices, (notice) => {
      const extension = encodeNotice(notice)
      const back = good(decodeNotice(extension))
      assert.equal(JSON.stringify(back), JSON.stringify(notice))
      assert.equal(hex(encodeNotice(back).data), hex(extension.data))
    }))
  })

  it("a notice cut at any octet, with octets after it, or with a set that does not parse is refused", () => {
    const whole = vendor(NOTICE).data
    for (let n = 0; n < whole.length; n++) assert.match(code(decodeNotice({ type: 0, data: whole.subarray(0, n) })), /^wire\/short/)
    assert.equal(code(decodeNotice(vendor(NOTICE + "00"))), "wire/trailing notice")
    assert.equal(code(decodeNotice(vendor("02 ea5b8c0000000000 00"))), "wire/value notice.count")
    assert.match(code(decodeNotice(vendor("02 ea5b8c0000000000 02" + SET))), /^wire\/short set/)
    assert.equal(code(decodeNotice(vendor(NOTICE.replace("00015180", "00000000")))), "wire/value set.length")
    assert.equal(code(decodeNotice(vendor(NOTICE.replace("03 6b2e62", "00")))), "wire/value set.KMS-URI")
    assert.equal(code(decodeNotice(vendor(NOTICE.replace("03 652e66", "00")))), "wire/value set.host")
  })

  it("another vendor, kind or extension type is none of them", () => {
    const decoders: readonly ((extension: Extension) => unknown | Fault)[] = [decodePeriods, decodeNotice, decodeLastT]
    const kinds = [vendor("01 00000001 01"), vendor(NOTICE), vendor("03 0000000000000000")]
    decoders.forEach((decode, i) =>
      kinds.forEach((extension, k) => {
        if (i === k) {
          assert.equal(code(decode(extension)), "")
          assert.match(code(decode({ type: 1, data: extension.data })), /^wire\/value .*\.Type$/)
          assert.match(code(decode({ type: 0, data: octets("6962616b66" + hex(extension.data).slice(10)) })), /^wire\/value .*\.Vendor ID$/)
        } else assert.match(code(decode(extension)), /^wire\/value .*\.Vendor ID$/)
      }),
    )
  })

  it("random data never throws", () => {
    fc.assert(fc.property(fc.constantFrom("01", "02", "03", ""), fc.uint8Array({ maxLength: 80 }), (kind, noise) => {
      const extension = vendor(kind + hex(noise))
      decodePeriods(extension)
      decodeLastT(extension)
      decodeNotice(extension)
    }), { numRuns: 1000 })
  })
})
