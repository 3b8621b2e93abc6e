import assert from "node:assert/strict"
import fc from "fast-check"
import { equal, hex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { build, parse, type Header, type Message } from "../../sdk/mikey/message.ts"
import { ibakePayload, part, signPayload, timestampPayload } from "../../sdk/mikey/payload.ts"
import { vFlagOf } from "../../sdk/mikey/numbers.ts"
import { edited, edits } from "./laws.ts"
import { partsOf } from "../../boards/rig/agent/reencode.ts"
import { octets, parsed, sample, sampleNames } from "./samples.ts"

const text = (data: Uint8Array | undefined): string => Buffer.from(data!).toString()

describe("messages on the wire", () => {
  for (const name of sampleNames) {
    it(`${name} parses and is built again octet for octet`, () => {
      const m = parsed(sample(name))
      assert.equal(hex(build(m.header, partsOf(m)).octets), hex(sample(name)))
      assert.equal(m.header.vFlag, vFlagOf(m.header.dataType))
    })

    it(`${name} cut at any octet is short`, () => {
      const whole = sample(name)
      for (let n = 0; n < whole.length; n++) {
        const fault = parse(whole.subarray(0, n), 65535)
        assert(isFault(fault) && fault.fault === "wire/short", `cut to ${n}: ${JSON.stringify(fault)}`)
      }
    })

    it(`${name} with octets after its last payload is refused`, () => {
      const fault = parse(octets(hex(sample(name)) + "00"), 65535)
      assert.deepEqual(fault, { fault: "wire/trailing", at: name })
    })

    it(`${name} is refused unread above the cap, and taken at it`, () => {
      const whole = sample(name)
      assert.deepEqual(parse(whole, whole.length - 1), { fault: "wire/size", at: "message" })
      assert(!isFault(parse(whole, whole.length)))
    })

    it(`${name} holds views into the given octets only`, () => {
      const m = parsed(sample(name))
      const views = viewsOf(m)
      assert(views.length > 3)
      for (const view of views) assert.equal(view.buffer, m.octets.buffer)
    })

    it(`${name} with one bit flipped is a Fault or builds again to itself`, () => {
      const whole = sample(name)
      let taken = 0
      for (let bit = 0; bit < whole.length * 8; bit++) {
        const flipped = Uint8Array.from(whole)
        flipped[bit >> 3]! ^= 0x80 >> (bit & 7)
        if (same(flipped)) taken++
      }
      assert(taken > 0 && taken < whole.length * 8)
    })
  }

  it("mutated messages never throw, and what is taken builds again to itself", () => {
    fc.assert(fc.property(fc.constantFrom(...sampleNames), edits, (name, changes) => { same(edited(sample(name), changes)) }), { numRuns: 5000 })
  })

  it("random octets never throw", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => { same(noise) }), { numRuns: 2000 })
  })
})

/** Whether octets parse; if so they must build again to themselves, but for ERR's Reserved octets, which are ignored. */
function same(message: Uint8Array): boolean {
  const m = parse(message, 65535)
  if (isFault(m)) return false
  if (m.ERR === undefined) assert(equal(build(m.header, partsOf(m)).octets, message), hex(message))
  return true
}

function viewsOf(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return value.length === 0 ? [] : [value]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(viewsOf) : []
}

describe("fields of messages", () => {
  it("I_MESSAGE_1 gives its header, map, identities, policies and prefix", () => {
    const m = parsed(sample("I_MESSAGE_1"))
    assert.equal(m.header.csbId, 0xa1b2c3d4)
    assert.deepEqual(m.header.map.sessions.map((s) => [s.csId, s.policies, s.ssrc, s.withRoc, hex(s.spi)]), [
      [1, [0, 1], 0x11223344, false, "0a0b0c0d"],
      [2, [0], undefined, true, "0a0b0c0d"],
    ])
    assert.equal(hex(m.T.value), "ea5b8c0080000000")
    assert.equal(m.RAND!.length, 16)
    assert.deepEqual([m.IDRi, m.IDRr, m.IDRkmsi, m.IDRkmsr].map((id) => text(id!.data)), ["sip:a@b.c", "sip:d@e.f", "k.b", "k.e"])
    assert.deepEqual(m.SP.map((sp) => [sp.no, sp.protType, sp.param.length]), [[0, 0, 18], [1, 0, 27]])
    assert.equal(text(m.extension!.data), "mikey")
    // prefix(M): through Encr data len, Next payload of IBAKE included
    assert.equal(hex(m.octets.subarray(m.ibakeAt - 3)), "000006e1e2e3e4e5e6")
    assert.equal(hex(m.IBAKE!), "e1e2e3e4e5e6")
    assert.equal(m.macAt, 0)
  })

  it("R_MESSAGE_1 gives SSRC, ROC and SEQ of the session that the Responder filled in", () => {
    const session = parsed(sample("R_MESSAGE_1")).header.map.sessions[1]!
    assert.deepEqual([session.ssrc, session.roc, session.seq], [0x55667788, 3, 0xfffe])
  })

  it("I_MESSAGE_2 gives the whole ESK payload, with its Next payload and length", () => {
    const m = parsed(sample("I_MESSAGE_2"))
    assert.equal(hex(m.ESK!.encrData), "d1d2d3d4")
    assert.equal(hex(m.ESK!.payload), "000004d1d2d3d4")
    assert.deepEqual({ ...m.header.map.sessions[0]!, spi: 0 }, { csId: 1, policies: [7], ssrc: 0x11223344, roc: 9, withRoc: false, spi: 0 })
  })

  it("V covers a message up to its MAC, SIGN up to its signature", () => {
    for (const name of ["R_MESSAGE_2", "REQUEST_KEY_PSK", "REQUEST_KEY_RESP", "Error"]) {
      const m = parsed(sample(name))
      assert.equal(hex(m.octets.subarray(m.macAt)), hex(m.V!.mac))
      assert.equal(m.V!.mac.length, 32)
    }
    const m = parsed(sample("REQUEST_KEY_PKE"))
    assert.equal(hex(m.octets.subarray(m.macAt)), "51525354")
    assert.equal(hex(m.SIGN!), "51525354")
  })

  it("a request gives every identity in order, and the first as IDRi", () => {
    const m = parsed(sample("REQUEST_KEY_PSK"))
    assert.deepEqual(m.identities.map((id) => [id.type, text(id.data)]), [[1, "sip:a@b.c"], [0, "a@b"]])
    assert.equal(m.IDRi, m.identities[0])
    assert.deepEqual([m.T.type, hex(m.T.value)], [2, "00000007"])
    assert.equal(hex(m.IDRpsk!.data), "ff00")
  })

  it("REQUEST_KEY_PKE gives its certificates, CHASH and PKE", () => {
    const m = parsed(sample("REQUEST_KEY_PKE"))
    assert.deepEqual(m.CERT.map((cert) => [cert.type, hex(cert.data)]), [[2, "308001"], [0, "3080"]])
    assert.equal(m.CHASH!.length, 32)
    assert.deepEqual([m.PKE!.cache, hex(m.PKE!.data)], [0, "b1b2b3"])
  })

  it("REQUEST_KEY_RESP gives KEMAC, and Error its number with Reserved ignored", () => {
    const resp = parsed(sample("REQUEST_KEY_RESP"))
    assert.deepEqual([resp.KEMAC!.encrAlg, hex(resp.KEMAC!.encrData), resp.KEMAC!.macAlg], [3, "f1f2f3f4f5", 0])
    const error = Uint8Array.from(sample("Error"))
    error[error.indexOf(0x15) + 2] = 0xff
    assert.equal(parsed(error).ERR, 1)
  })
})

describe("building messages", () => {
  it("gives the places of Encr data, ESK, the MAC and every part", () => {
    for (const name of sampleNames) {
      const m: Message = parsed(sample(name))
      const parts = partsOf(m)
      const built = build(m.header, parts)
      assert.equal(built.ibakeAt, m.ibakeAt)
      assert.equal(built.macAt, m.macAt)
      parts.forEach((each, i) => assert.equal(hex(built.octets.subarray(built.offsets[i]!, built.offsets[i]! + each.body.length)), hex(each.body)))
      if (m.ESK === undefined) assert.equal(built.eskAt, 0)
      else assert.equal(hex(built.octets.subarray(built.eskAt)), hex(m.ESK.payload))
    }
  })

  it("a SIGN payload that is not last, a box over 65535 octets and a signature over 4095 are Misuse", () => {
    const header: Header = parsed(sample("REQUEST_KEY_PKE")).header
    const T = part(timestampPayload, { type: 0, value: new Uint8Array(8) })
    assert.throws(() => build(header, [part(signPayload, new Uint8Array(4)), T]), /expected it last/)
    assert.throws(() => part(ibakePayload, { encrData: new Uint8Array(65536) }), /at most 65535/)
    assert.throws(() => part(signPayload, new Uint8Array(4096)), /at most 4095/)
  })
})
