import assert from "node:assert/strict"
import fc from "fast-check"
import { hex } from "../../sdk/base/bytes.ts"
import { Reader } from "../../sdk/base/cursor.ts"
import * as payload from "../../sdk/mikey/payload.ts"
import { eccptPayload, keyDataPayload, skPayload, type Eccpt } from "../../sdk/mikey/subpayload.ts"
import { eccpts, kinds } from "./arbitraries.ts"
import { codecLaws, wholly } from "./laws.ts"
import { octets } from "./samples.ts"

describe("payloads", () => {
  for (const { name, codec, values } of kinds) {
    // the Reserved octets of ERR are ignored
    const written = name === "ERR" ? (octets: Uint8Array): Uint8Array => Uint8Array.of(octets[0]!, 0, 0) : undefined
    codecLaws(name, { values, encode: codec.encode, decode: wholly((r) => codec.decode(r)), written, form: "one", runs: 200 })

    it(`${name} cut at any octet is short`, () => {
      fc.assert(fc.property(values, fc.nat(), (value, n) => {
        const octets = codec.encode(value)
        const r = new Reader(octets.subarray(0, n % octets.length))
        codec.decode(r)
        assert.equal(r.fault?.fault, "wire/short")
      }))
    })
  }

  it("PKE and SIGN pack their length beside two and four bits", () => {
    assert.equal(hex(payload.pkePayload.encode({ cache: 2, data: new Uint8Array(0x3fff) }).subarray(0, 2)), "bfff")
    assert.equal(hex(payload.signPayload.encode(new Uint8Array(0xfff)).subarray(0, 2)), "1fff")
    assert.throws(() => payload.pkePayload.encode({ cache: 0, data: new Uint8Array(0x4000) }), /at most 16383/)
  })
})

const read = (text: string): [ReturnType<typeof eccptPayload.decode>, string | undefined] => {
  const r = new Reader(octets(text))
  const value = eccptPayload.decode(r)
  return [value, r.fault === undefined ? undefined : `${r.fault.fault} ${r.fault.at}`]
}

describe("the ECCPT sub-payload", () => {
  const point = "04" + "ab".repeat(64)

  it("takes 72, 104 and 40 octets with its Next payload octet, padded with zeros", () => {
    for (const [curve, n, whole] of [[8, 65, 72], [11, 97, 104], [240, 32, 40]] as const) {
      assert.equal(1 + eccptPayload.encode({ curve, point: new Uint8Array(n) }).length, whole)
    }
    assert.equal(hex(eccptPayload.encode({ curve: 8, point: octets(point) })), "08" + point + "00" + "00" + "0000" + "00")
    assert.equal(hex(eccptPayload.encode({ curve: 8, point: octets(point), spi: octets("0a0b0c0d") })), "08" + point + "00" + "00" + "0000" + "01" + "04" + "0a0b0c0d")
  })

  // Auth alg, TGK len and the upper half of KV are ignored; they stand behind curve, point and padding
  const unread = (octets: Uint8Array): Uint8Array => {
    const out = Uint8Array.from(octets)
    const at = { 8: 67, 11: 99, 240: 35 }[out[0]!]!
    out.set([0, 0, 0, out[at + 3]! & 15], at)
    return out
  }
  const decode = (r: Reader): Eccpt => {
    const { curve, point, spi } = eccptPayload.decode(r)
    return { curve, point, spi }
  }
  codecLaws("ECCPT", { values: eccpts, encode: eccptPayload.encode, decode: wholly(decode), written: unread, form: "one", runs: 600 })

  it("decodes to what was encoded, and raw is what an echo repeats", () => {
    fc.assert(fc.property(eccpts, (value) => {
      const octets = eccptPayload.encode(value)
      const r = new Reader(octets)
      const back = eccptPayload.decode(r)
      assert.equal(r.fault, undefined)
      assert.equal(r.at, octets.length)
      assert.deepEqual([back.curve, hex(back.point), back.spi === undefined ? "" : hex(back.spi)], [value.curve, hex(value.point), value.spi === undefined ? "" : hex(value.spi)])
      assert.equal(hex(back.raw), hex(octets))
      assert.equal(hex(eccptPayload.encode(back)), hex(octets))
    }))
  })

  it("ignores Auth alg, TGK len and Reserved but keeps them in the echo", () => {
    const text = "08" + point + "00" + "07" + "1234" + "f0"
    const [value, fault] = read(text)
    assert.equal(fault, undefined)
    assert.equal(hex(value.raw), text)
    assert.equal(hex(value.point), point)
  })

  it("refuses padding that is not zero, KV interval and others, an empty SPI", () => {
    assert.equal(read("08" + point + "01" + "00000000")[1], "wire/value ECCPT.padding")
    assert.equal(read("08" + point + "00" + "00000002" + "0401020304040a0b0c0d")[1], "wire/value ECCPT.KV")
    assert.equal(read("08" + point + "00" + "00000003")[1], "wire/value ECCPT.KV")
    assert.equal(read("08" + point + "00" + "00000001" + "00")[1], "wire/value ECCPT.SPI Length")
  })

  it("refuses every curve but 8, 11 and 240", () => {
    for (let curve = 0; curve < 256; curve++) {
      const fault = read(curve.toString(16).padStart(2, "0") + "00".repeat(120))[1]
      assert.equal(fault, [8, 11, 240].includes(curve) ? undefined : "curve/refused ECCPT.ECC Curve")
    }
  })

  it("of another length than its curve's is Misuse", () => {
    assert.throws(() => eccptPayload.encode({ curve: 8, point: new Uint8Array(64) }), /curve 8 with 64/)
    assert.throws(() => eccptPayload.encode({ curve: 9, point: new Uint8Array(65) }), /curve 9/)
    assert.throws(() => eccptPayload.encode({ curve: 8, point: new Uint8Array(65), spi: new Uint8Array(0) }), /1 to 255/)
  })
})

describe("SK and Key data", () => {
  const fault = (codec: { decode(r: Reader): unknown }, text: string): string => {
    const r = new Reader(octets(text))
    codec.decode(r)
    return r.fault === undefined ? "" : `${r.fault.fault} ${r.fault.at}`
  }
  const key = "c3".repeat(32)

  it("SK stands as type 1, KV null and 32 octets, and nothing else is taken", () => {
    assert.equal(hex(skPayload.encode(octets(key))), "10" + "0020" + key)
    assert.equal(fault(skPayload, "10" + "0020" + key), "")
    assert.equal(fault(skPayload, "20" + "0020" + key), "wire/value SK.Type")
    assert.equal(fault(skPayload, "11" + "0020" + key), "wire/value SK.Type")
    assert.equal(fault(skPayload, "10" + "001f" + key), "wire/value SK.Key data len")
    assert.throws(() => skPayload.encode(new Uint8Array(16)), /32 octets/)
  })

  it("Key data stands as K_PR with an interval of four octets each, and nothing else is taken", () => {
    assert.equal(hex(keyDataPayload.encode({ key: octets("a1a2"), from: 0xea5b8c00, to: 0xea5cdd80 })), "72" + "0002" + "a1a2" + "04" + "ea5b8c00" + "04" + "ea5cdd80")
    assert.equal(fault(keyDataPayload, "72" + "0000" + "0400000000" + "0400000001"), "")
    assert.equal(fault(keyDataPayload, "02" + "0000" + "0400000000" + "0400000001"), "wire/value Key data.Type")
    assert.equal(fault(keyDataPayload, "70" + "0000"), "wire/value Key data.Type")
    assert.equal(fault(keyDataPayload, "72" + "0000" + "06000000000000" + "0400000001"), "wire/value Key data.VF Length")
    assert.equal(fault(keyDataPayload, "72" + "0000" + "0400000000" + "0300000001"), "wire/value Key data.VT Length")
  })
})
