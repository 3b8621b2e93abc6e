import assert from "node:assert/strict"
import { isFault, type Fault } from "../../sdk/base/fault.ts"
import { chainOf, type Slot } from "../../sdk/mikey/grammar.ts"
import { build, parse, type Message, type Part } from "../../sdk/mikey/message.ts"
import { dataType, idRole, payloadType } from "../../sdk/mikey/numbers.ts"
import { eskPayload, extensionPayload, ibakePayload, idrPayload, part, randPayload, spPayload, verificationPayload } from "../../sdk/mikey/payload.ts"
import { partsOf } from "../../boards/rig/agent/reencode.ts"
import { octets, parsed, sample, sampleNames } from "./samples.ts"

const outcome = (m: Message, parts: readonly Part[]): Fault | undefined => {
  const got = parse(build(m.header, parts).octets, 65535)
  return isFault(got) ? got : undefined
}

/** Slot of each part of a message, by type and role. */
function slotsOf(m: Message, parts: readonly Part[]): Slot[] {
  const slots = chainOf(m.header.dataType)!.slots
  return parts.map((each) => slots.find((slot) => slot.type === each.type && (slot.role === undefined || slot.role === each.body[0]))!)
}

/** Which payloads PROTOCOL sections 4 and 6 let go, or let come again. */
const optional: { readonly [message: string]: readonly string[] } = {
  I_MESSAGE_1: ["General Extension"],
  R_MESSAGE_1: [],
  I_MESSAGE_2: ["General Extension", "ESK"],
  R_MESSAGE_2: ["IBAKE"],
  REQUEST_KEY_PSK: ["General Extension"],
  REQUEST_KEY_PKE: ["General Extension"],
  REQUEST_KEY_RESP: ["General Extension"],
  Error: ["General Extension"],
}
const repeated: readonly string[] = ["REQUEST_KEY_PSK.IDRi", "REQUEST_KEY_PKE.IDRi", "REQUEST_KEY_PKE.CERT", "REQUEST_KEY_RESP.IDRi"]

describe("the grammar of messages", () => {
  for (const name of sampleNames) {
    const m = parsed(sample(name))
    const parts = partsOf(m)
    const slots = slotsOf(m, parts)
    const alone = (i: number): boolean => slots.filter((slot) => slot.name === slots[i]!.name).length === 1

    it(`${name} without one of its payloads is refused where it is missed`, () => {
      let refused = 0
      parts.forEach((_, i) => {
        if (!alone(i)) return
        const got = outcome(m, parts.filter((__, k) => k !== i))
        if (optional[name]!.includes(slots[i]!.name)) return assert.equal(got, undefined)
        refused++
        // IDRkmsi and IDRkmsr are missed together
        const place = slots[i]!.name === "IDRkmsi" ? "IDRkmsr" : slots[i]!.name
        assert.deepEqual(got, { fault: "wire/chain", at: `${name}.${place}` })
      })
      assert(refused >= 3)
    })

    it(`${name} with one of its payloads doubled is refused`, () => {
      parts.forEach((each, i) => {
        if (each.type === payloadType.SIGN) return
        const got = outcome(m, [...parts.slice(0, i), each, ...parts.slice(i)])
        const path = `${name}.${slots[i]!.name}`
        if (repeated.includes(path)) assert.equal(got, undefined, path)
        else if (each.type === payloadType.SP) assert.deepEqual(got, { fault: "wire/value", at: `${path}.Policy no` })
        else assert.equal(got?.fault, "wire/chain", path)
      })
    })

    it(`${name} with two neighbours swapped is refused`, () => {
      for (let i = 0; i + 1 < parts.length; i++) {
        if (slots[i]!.name === slots[i + 1]!.name || parts[i + 1]!.type === payloadType.SIGN) continue
        const got = outcome(m, [...parts.slice(0, i), parts[i + 1]!, parts[i]!, ...parts.slice(i + 2)])
        assert.equal(got?.fault, "wire/chain", `${slots[i]!.name} and ${slots[i + 1]!.name}`)
        assert(got.at.startsWith(name + "."))
      }
    })

    it(`${name} takes no payload of another message, wherever it stands`, () => {
      const own = new Set(slots.map((slot) => slot.name))
      const strangers: [string, Part][] = [
        ["RAND", part(randPayload, new Uint8Array(16))],
        ["SP", part(spPayload, { no: 77, protType: 0, param: new Uint8Array(0) })],
        ["General Extension", part(extensionPayload, { type: 1, data: new Uint8Array(0) })],
        ["IBAKE", part(ibakePayload, { encrData: new Uint8Array(1) })],
        ["ESK", part(eskPayload, { encrData: new Uint8Array(1) })],
        ["V", part(verificationPayload, { authAlg: 2, mac: new Uint8Array(32) })],
        ["IDRpsk", part(idrPayload, { role: idRole.IDRpsk, type: 2, data: new Uint8Array(1) })],
        ["IDRapp", part(idrPayload, { role: 5, type: 1, data: new Uint8Array(1) })],
        ["TR", { type: 13, body: new Uint8Array(10) }],
      ]
      let tried = 0
      for (const [what, stranger] of strangers) {
        if (own.has(what)) continue
        for (let i = 0; i <= parts.length; i++) {
          if (i === parts.length && parts[i - 1]!.type === payloadType.SIGN) continue
          tried++
          assert.equal(outcome(m, [...parts.slice(0, i), stranger, ...parts.slice(i)])?.fault, "wire/chain", `${what} at ${i}`)
        }
      }
      assert(tried > parts.length)
    })
  }

  it("both KMS identities may be left out together", () => {
    for (const name of ["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2"]) {
      const m = parsed(sample(name))
      const parts = partsOf(m).filter((each) => each.type !== payloadType.IDR || each.body[0]! < idRole.IDRkmsi)
      assert.equal(outcome(m, parts), undefined)
    }
  })

  it("R_MESSAGE_1 takes no General Extension, and only I_MESSAGE_2 takes ESK", () => {
    const extension = part(extensionPayload, { type: 1, data: new Uint8Array(0) })
    const R = parsed(sample("R_MESSAGE_1"))
    const parts = partsOf(R)
    assert.deepEqual(outcome(R, [...parts.slice(0, -1), extension, parts.at(-1)!]), { fault: "wire/chain", at: "R_MESSAGE_1.IBAKE" })
    const I = parsed(sample("I_MESSAGE_1"))
    assert.deepEqual(outcome(I, [...partsOf(I), part(eskPayload, { encrData: new Uint8Array(4) })]), { fault: "wire/chain", at: "I_MESSAGE_1.Next payload" })
  })
})

/** Every value of one octet of a message, and what becomes of it. */
function sweep(name: string, at: number): (Fault | undefined)[] {
  return Array.from({ length: 256 }, (_, value) => {
    const changed = Uint8Array.from(sample(name))
    changed[at] = value
    const got = parse(changed, 65535)
    return isFault(got) ? got : undefined
  })
}

describe("values of the header", () => {
  it("only version 1 is taken", () => {
    sweep("R_MESSAGE_2", 0).forEach((got, value) => assert.deepEqual(got, value === 1 ? undefined : { fault: "wire/type", at: "HDR.version" }))
  })

  it("only the eight data types are known", () => {
    const known = Object.values(dataType) as number[]
    sweep("R_MESSAGE_2", 1).forEach((got, value) => {
      if (value === dataType.R_MESSAGE_2) assert.equal(got, undefined)
      else if (known.includes(value)) assert(got !== undefined && got.fault !== "wire/type")
      else assert.deepEqual(got, { fault: "wire/type", at: "HDR.data type" })
    })
  })

  it("only PRF func 1 is taken, and the V flag is ignored", () => {
    sweep("I_MESSAGE_1", 3).forEach((got, value) => assert.deepEqual(got, (value & 127) === 1 ? undefined : { fault: "wire/type", at: "HDR.PRF func" }))
  })

  it("calls have an SRTP-ID or GENERIC-ID map, the key request the Empty map", () => {
    for (const name of sampleNames) {
      const call = parsed(sample(name)).header.dataType >= dataType.I_MESSAGE_1
      sweep(name, 9).forEach((got, value) => {
        const own = sample(name)[9] === value
        if (own) assert.equal(got, undefined)
        else if (call ? value !== 0 && value !== 2 : value !== 1) assert.deepEqual(got, { fault: "wire/value", at: "HDR.CS ID map type" })
        else assert(got !== undefined)
      })
    }
  })

  it("calls have 1 to 16 crypto sessions, the key request none", () => {
    assert.deepEqual(sweep("I_MESSAGE_2", 8)[0], { fault: "wire/value", at: "HDR.#CS" })
    for (const count of [17, 128, 255]) assert.deepEqual(sweep("I_MESSAGE_2", 8)[count], { fault: "wire/size", at: "HDR.#CS" })
    sweep("REQUEST_KEY_PSK", 8).forEach((got, count) => assert.deepEqual(got, count === 0 ? undefined : { fault: "wire/value", at: "HDR.#CS" }))
  })
})

describe("values of payloads", () => {
  const changed = (name: string, from: string, to: string): Fault | Message => {
    const text = Buffer.from(sample(name)).toString("hex")
    assert.equal(text.split(from).length, 2, `${from} stands once in ${name}`)
    return parse(octets(text.replace(from, to)), 65535)
  }
  const refusals: readonly [string, string, string, string, string][] = [
    ["T is NTP-UTC in calls", "I_MESSAGE_1", "0b00ea5b8c0080000000", "0b02ea5b8c00", "T.TS type"],
    ["T is not NTP", "REQUEST_KEY_PKE", "0b00ea5b8c00", "0b01ea5b8c00", "T.TS type"],
    ["T is not NTP-UTC-32", "REQUEST_KEY_PSK", "0b0200000007", "0b0300000007", "T.TS type"],
    ["RAND has at least 16 octets", "I_MESSAGE_1", "0e10000102030405060708090a0b0c0d0e0f", "0e0f0102030405060708090a0b0c0d0e0f", "RAND.len"],
    ["RAND has at most 64 octets", "I_MESSAGE_1", "0e10000102030405060708090a0b0c0d0e0f", "0e41" + "07".repeat(65), "RAND.len"],
    ["IDRpsk is a byte string", "REQUEST_KEY_PSK", "1504020002ff00", "15040100026162", "IDRpsk.ID Type"],
    ["policy numbers are distinct", "I_MESSAGE_1", "150100001b", "150000001b", "SP.Policy no"],
    ["V is not HMAC-SHA-1-160", "R_MESSAGE_2", "00025a5a", "00015a5a", "V.Auth alg"],
    ["V is not NULL", "REQUEST_KEY_PSK", "00025a5a", "00005a5a", "V.Auth alg"],
    ["KEMAC is not AES-CM-128", "REQUEST_KEY_RESP", "09030005", "09010005", "KEMAC.Encr alg"],
    ["KEMAC is not NULL encryption", "REQUEST_KEY_RESP", "09030005", "09000005", "KEMAC.Encr alg"],
    ["KEMAC has the NULL MAC", "REQUEST_KEY_RESP", "f1f2f3f4f500", "f1f2f3f4f502", "KEMAC.Mac alg"],
    ["CHASH is SHA-256", "REQUEST_KEY_PKE", "0202c4", "0200c4", "CHASH.Hash func"],
    ["PKE's C is not 3", "REQUEST_KEY_PKE", "040003b1b2b3", "04c003b1b2b3", "PKE.C"],
    ["SIGN is RSASSA-PSS", "REQUEST_KEY_PKE", "100451525354", "000451525354", "SIGN.S type"],
  ]
  for (const [title, name, from, to, place] of refusals) {
    it(`${title}`, () => assert.deepEqual(changed(name, from, to), { fault: "wire/value", at: `${name}.${place}` }))
  }

  it("T of a key request and its answers is NTP-UTC or COUNTER", () => {
    for (const name of ["REQUEST_KEY_PKE", "REQUEST_KEY_RESP", "Error"]) {
      const counter = Buffer.from(sample(name)).toString("hex").replace("00ea5b8c0080000000", "0200000009")
      assert(!isFault(parse(octets(counter), 65535)))
    }
  })

  it("RAND of 16 and of 64 octets is taken", () => {
    for (const n of [16, 64]) {
      const m = changed("I_MESSAGE_1", "0e10000102030405060708090a0b0c0d0e0f", "0e" + n.toString(16) + "07".repeat(n))
      assert(!isFault(m) && m.RAND!.length === n)
    }
  })

  it("a Fault in a field names message, payload and field", () => {
    const cut = sample("I_MESSAGE_1").subarray(0, sample("I_MESSAGE_1").length - 1)
    assert.deepEqual(parse(cut, 65535), { fault: "wire/short", at: "I_MESSAGE_1.IBAKE.Encr data" })
    assert.deepEqual(changed("I_MESSAGE_1", "0e02010009", "0e0201ffff"), { fault: "wire/short", at: "I_MESSAGE_1.IDRr.ID Data" })
  })
})
