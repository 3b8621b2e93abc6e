import assert from "node:assert/strict"
import { hex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { buildChain, parseChain, parseEsk, type Inner } from "../../sdk/mikey/message.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { idrPayload, part, type Part } from "../../sdk/mikey/payload.ts"
import { eccptPayload, keyDataPayload, skPayload } from "../../sdk/mikey/subpayload.ts"
import { good, octets } from "./samples.ts"

const IDRi = part(idrPayload, { role: 1, type: 1, data: octets("61") })
const IDRr = part(idrPayload, { role: 2, type: 1, data: octets("62") })
const ECCPT: Part = { type: 25, body: eccptPayload.encode({ curve: 240, point: octets("aa".repeat(32)) }) }
const other: Part = { type: 25, body: eccptPayload.encode({ curve: 240, point: octets("bb".repeat(32)) }) }
const SK = part(skPayload, octets("cc".repeat(32)))
const key = (octet: string): Part => part(keyDataPayload, { key: octets(octet), from: 1, to: 2 })

const point = "f0" + "aa".repeat(32) + "0000" + "00000000" // ECC curve, point, padding, Auth alg, TGK len, Reserved and KV

const fault = (type: number, parts: readonly Part[]): string => {
  const got = parseChain(buildChain(parts), type)
  return isFault(got) ? `${got.fault} ${got.at}` : ""
}

describe("what is sealed in a box", () => {
  it("stands as IDRi ECCPTi IDRr, the type of the first implied and the last with Next payload 0", () => {
    assert.equal(hex(buildChain([IDRi, ECCPT, IDRr])), "19" + "0101000161" + "0e" + point + "00" + "0201000162")
  })

  it("gives identities and points by their place", () => {
    for (const type of [dataType.R_MESSAGE_1, dataType.I_MESSAGE_2]) {
      const both: Inner = good(parseChain(buildChain([IDRi, ECCPT, IDRr, other]), type))
      assert.deepEqual([both.IDRi.role, both.IDRr!.role, hex(both.ECCPTi!.raw), hex(both.ECCPTr!.raw)], [1, 2, hex(ECCPT.body), hex(other.body)])
      const one: Inner = good(parseChain(buildChain([IDRi, IDRr, other]), type))
      assert.equal(one.ECCPTi, undefined)
      assert.equal(hex(one.ECCPTr!.raw), hex(other.body))
    }
    for (const type of [dataType.I_MESSAGE_1, dataType.R_MESSAGE_2]) {
      assert.equal(hex(good(parseChain(buildChain([IDRi, ECCPT, IDRr]), type)).ECCPTi!.point), "aa".repeat(32))
    }
  })

  it("in another order, with one missing or one too many, is refused", () => {
    const R1 = dataType.R_MESSAGE_1
    const I1 = dataType.I_MESSAGE_1
    assert.equal(fault(R1, [IDRr, ECCPT, IDRi, other]), "wire/chain R_MESSAGE_1.IBAKE.IDRi")
    assert.equal(fault(R1, [IDRi, ECCPT, other, IDRr]), "wire/chain R_MESSAGE_1.IBAKE.IDRr")
    assert.equal(fault(R1, [IDRi, ECCPT, IDRr]), "wire/chain R_MESSAGE_1.IBAKE.ECCPTr")
    assert.equal(fault(R1, [IDRi, ECCPT, IDRr, other, other]), "wire/chain R_MESSAGE_1.IBAKE.Next payload")
    assert.equal(fault(I1, [IDRi, IDRr]), "wire/chain I_MESSAGE_1.IBAKE.ECCPTi")
    assert.equal(fault(I1, [IDRi, ECCPT]), "wire/chain I_MESSAGE_1.IBAKE.IDRr")
    assert.equal(fault(I1, [IDRi, ECCPT, IDRr, other]), "wire/chain I_MESSAGE_1.IBAKE.Next payload")
    assert.equal(fault(I1, [IDRi, SK]), "wire/chain I_MESSAGE_1.IBAKE.ECCPTi")
    assert.equal(fault(dataType.I_MESSAGE_2, [IDRi, IDRr]), "wire/chain I_MESSAGE_2.IBAKE.ECCPTr")
    assert.equal(fault(dataType.R_MESSAGE_2, [IDRi, ECCPT]), "wire/chain R_MESSAGE_2.IBAKE.IDRr")
  })

  it("cut at any octet is short, and with octets after its end is refused", () => {
    const plain = buildChain([IDRi, ECCPT, IDRr, other])
    for (let n = 0; n < plain.length; n++) {
      const got = parseChain(plain.subarray(0, n), dataType.R_MESSAGE_1)
      assert(isFault(got) && got.fault === "wire/short", `cut to ${n}`)
    }
    assert.deepEqual(parseChain(octets(hex(plain) + "00"), dataType.R_MESSAGE_1), { fault: "wire/trailing", at: "R_MESSAGE_1.IBAKE" })
  })

  it("of a curve that is not taken is refused with its place", () => {
    const curve9: Part = { type: 25, body: octets("09" + "00".repeat(70)) }
    assert.equal(fault(dataType.I_MESSAGE_1, [IDRi, curve9, IDRr]), "curve/refused I_MESSAGE_1.IBAKE.ECCPTi.ECC Curve")
  })

  it("ESK holds IDRi and SK", () => {
    const plain = buildChain([IDRi, SK])
    assert.equal(hex(plain), "18" + "0101000161" + "00" + "10" + "0020" + "cc".repeat(32))
    assert.equal(hex(good(parseEsk(plain)).SK!), "cc".repeat(32))
    for (const parts of [[IDRi], [IDRr, SK], [IDRi, SK, SK], [IDRi, ECCPT]]) {
      const got = parseEsk(buildChain(parts))
      assert(isFault(got) && got.fault === "wire/chain" && got.at.startsWith("I_MESSAGE_2.ESK."))
    }
  })

  it("KEMAC holds IDRi and Key data for each key, in the order of the wire", () => {
    const IDRi2 = part(idrPayload, { role: 1, type: 0, data: octets("6140") })
    const keys = good(parseChain(buildChain([IDRi, key("a1"), IDRi2, key("a2"), IDRi, key("a3")]), dataType.REQUEST_KEY_RESP)).keys
    assert.deepEqual(keys.map((each) => [each.IDRi.type, hex(each.IDRi.data), hex(each.key.key), each.key.from, each.key.to]), [
      [1, "61", "a1", 1, 2],
      [0, "6140", "a2", 1, 2],
      [1, "61", "a3", 1, 2],
    ])
  })

  it("KEMAC with an identity or a key alone is refused", () => {
    const RESP = dataType.REQUEST_KEY_RESP
    assert.equal(fault(RESP, [IDRi]), "wire/chain REQUEST_KEY_RESP.KEMAC.Key data")
    assert.equal(fault(RESP, [IDRi, key("a1"), key("a2")]), "wire/chain REQUEST_KEY_RESP.KEMAC.IDRi")
    assert.equal(fault(RESP, [IDRi, key("a1"), IDRi]), "wire/chain REQUEST_KEY_RESP.KEMAC.Key data")
    assert.equal(fault(RESP, [IDRr, key("a1")]), "wire/chain REQUEST_KEY_RESP.KEMAC.IDRi")
  })

  it("that does not begin with an identity, or belongs to no message, is Misuse", () => {
    assert.throws(() => buildChain([ECCPT]), /expected an IDR/)
    assert.throws(() => buildChain([]), /expected an IDR/)
    assert.throws(() => parseChain(new Uint8Array(1), dataType.Error), /21 to 25/)
  })
})
