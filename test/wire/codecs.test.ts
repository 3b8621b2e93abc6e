/** The laws of codecs on whole messages of every data type, on the chains inside their boxes, on CS ID maps and on our extensions. */
import assert from "node:assert/strict"
import fc from "fast-check"
import { concat, u8 } from "../../sdk/base/bytes.ts"
import { isFault, type Fault } from "../../sdk/base/fault.ts"
import { decodeMap, encodeMap, type CsMap } from "../../sdk/mikey/csmap.ts"
import { chainOf, eskChain, innerChainOf, type Chain, type Slot } from "../../sdk/mikey/grammar.ts"
import { build, buildChain, parse, parseChain, parseEsk, type Header, type Inner, type Part } from "../../sdk/mikey/message.ts"
import { dataType, idRole, idType, payloadType } from "../../sdk/mikey/numbers.ts"
import { idrPayload, part, timestampPayload } from "../../sdk/mikey/payload.ts"
import { eccptPayload, keyDataPayload, skPayload, type KeyData } from "../../sdk/mikey/subpayload.ts"
import { decodeLastT, decodeNotice, decodePeriods, decodeSet, encodeLastT, encodeNotice, encodePeriods, encodeSet } from "../../sdk/mikey/vendor.ts"
import { callMaps, data, eccpts, emptyMap, exactly, kinds, maps, notices, ntpStamps, octet, parameterSets, word } from "./arbitraries.ts"
import { codecLaws, comesBack, standsOrFalls, wholly, type Codec } from "./laws.ts"
import { partsOf } from "../../boards/rig/agent/reencode.ts"

const undefinedFor = <X>(value: X | Fault): X | undefined => (isFault(value) ? undefined : value)
const isCall = (type: number): boolean => type >= dataType.I_MESSAGE_1

interface Whole {
  readonly header: Header
  readonly parts: readonly Part[]
}

/** Bodies of the payload of one slot. */
function bodies(slot: Slot, type: number): fc.Arbitrary<Part[]> {
  const of = (): fc.Arbitrary<Part> => {
    if (slot.type === payloadType.IDR) return fc.record({ role: fc.constant(slot.role!), type: slot.role === idRole.IDRpsk ? fc.constant(idType.byteString) : octet, data: data(60) }).map((id) => part(idrPayload, id))
    if (slot.type === payloadType.T && isCall(type)) return ntpStamps.map((T) => part(timestampPayload, T))
    if (slot.type === payloadType.ECCPT) return eccpts.map((value) => ({ type: slot.type, body: eccptPayload.encode(value) }))
    const { codec, values } = kinds.find(({ name }) => name === slot.name)!
    return values.map((value) => ({ type: slot.type, body: codec.encode(value) }))
  }
  if (slot.occurs === "one") return fc.tuple(of())
  if (slot.occurs !== "many") return fc.array(of(), { maxLength: 1 })
  // policies have distinct numbers, the first octet of their body
  return slot.type === payloadType.SP ? fc.uniqueArray(of(), { minLength: 1, maxLength: 3, selector: (sp) => sp.body[0] }) : fc.array(of(), { minLength: 1, maxLength: 3 })
}

/** Parts of a chain; what is paired stands exactly where what comes before it does. */
function chains(chain: Chain, type: number): fc.Arbitrary<Part[]> {
  return fc.tuple(...chain.slots.map((slot) => bodies({ ...slot, occurs: slot.occurs === "paired" ? "one" : slot.occurs }, type))).map((lists) =>
    lists.flatMap((list, i) => (chain.slots[i]!.occurs === "paired" && lists[i - 1]!.length === 0 ? [] : list)),
  )
}

const messages = (type: number): fc.Arbitrary<Whole> =>
  fc.record({
    header: fc.record({ dataType: fc.constant(type), vFlag: fc.nat(1), prfFunc: fc.constant(1), csbId: word, map: isCall(type) ? callMaps : emptyMap }),
    parts: chains(chainOf(type)!, type),
  })

/** ERR's Reserved octets, which are ignored: HDR of 10 octets, T of 10 or 6, then Next payload and Error no. */
function reservedAsSent(octets: Uint8Array): Uint8Array {
  const out = Uint8Array.from(octets)
  out.set([0, 0], 10 + (out[11] === 2 ? 6 : 10) + 2)
  return out
}

/** A message read and taken apart again. */
function read(octets: Uint8Array, type: number): Whole | undefined {
  const m = parse(octets, 65535)
  // an edit of the data type can make another message of it; that one has its own laws
  return isFault(m) || m.header.dataType !== type ? undefined : { header: m.header, parts: partsOf(m) }
}

describe("messages of every data type", () => {
  for (const [name, type] of Object.entries(dataType)) {
    const codec: Codec<Whole> = {
      values: messages(type),
      encode: ({ header, parts }) => build(header, parts).octets,
      decode: (octets) => read(octets, type),
      written: type === dataType.Error ? reservedAsSent : undefined,
      form: "one",
      runs: 400,
    }
    codecLaws(name, codec)
  }
})

/** Sub-payloads of what stood in a box. ECCPT goes again as it stood: its ignored octets are part of the echo. */
function innerParts(inner: Inner, type: number): Part[] {
  const out: Part[] = type === dataType.REQUEST_KEY_RESP ? [] : [part(idrPayload, inner.IDRi)]
  for (const { IDRi, key } of inner.keys) out.push(part(idrPayload, IDRi), part<KeyData>(keyDataPayload, key))
  if (inner.ECCPTi !== undefined) out.push({ type: payloadType.ECCPT, body: inner.ECCPTi.raw })
  if (inner.IDRr !== undefined) out.push(part(idrPayload, inner.IDRr))
  if (inner.ECCPTr !== undefined) out.push({ type: payloadType.ECCPT, body: inner.ECCPTr.raw })
  if (inner.SK !== undefined) out.push(part(skPayload, inner.SK))
  return out
}

function boxCodec(values: fc.Arbitrary<Part[]>, parsed: (octets: Uint8Array) => Inner | Fault, type: number): Codec<Part[]> {
  return {
    values,
    encode: buildChain,
    decode: (octets) => {
      const inner = parsed(octets)
      return isFault(inner) ? undefined : innerParts(inner, type)
    },
    form: "one",
    runs: 300,
  }
}

describe("what is sealed in boxes", () => {
  for (const [name, type] of Object.entries(dataType)) {
    const chain = innerChainOf(type)
    if (chain === undefined) continue
    const one = chains(chain, type)
    const values = chain.repeats === true ? fc.array(one, { minLength: 1, maxLength: 4 }).map((list) => list.flat()) : one
    codecLaws(`the box of ${name}`, boxCodec(values, (octets) => parseChain(octets, type), type))
  }
  codecLaws("the box of ESK", boxCodec(chains(eskChain, dataType.I_MESSAGE_2), parseEsk, dataType.I_MESSAGE_2))
})

describe("the CS ID map and our extensions", () => {
  // #CS and CS ID map type stand in the header; here before the map
  const mapOctets = (map: CsMap): Uint8Array => concat([u8(map.sessions.length), u8(map.type), encodeMap(map)])
  codecLaws("a CS ID map", { values: maps, encode: mapOctets, decode: wholly((r) => decodeMap(r, r.u8("#CS"), r.u8("map"))), form: "one", runs: 600 })
  codecLaws("a parameter set", { values: parameterSets, encode: encodeSet, decode: wholly(decodeSet), form: "one", runs: 300 })

  const extension = (octets: Uint8Array): { type: number; data: Uint8Array } => ({ type: octets[0] ?? 0, data: octets.subarray(1) })
  const written = ({ type, data }: { type: number; data: Uint8Array }): Uint8Array => concat([u8(type), data])
  codecLaws("a notice", { values: notices, encode: (x) => written(encodeNotice(x)), decode: (o) => undefinedFor(decodeNotice(extension(o))), form: "one", runs: 300 })
  codecLaws("periods", { values: fc.record({ first: word, count: fc.integer({ min: 1, max: 16 }) }), encode: (x) => written(encodePeriods(x)), decode: (o) => undefinedFor(decodePeriods(extension(o))), form: "one", runs: 600 })
  codecLaws("lastT", { values: exactly(8), encode: (x) => written(encodeLastT(x)), decode: (o) => undefinedFor(decodeLastT(extension(o))), form: "one", runs: 300 })
})

describe("the laws", () => {
  const good: Codec<number> = { values: word, encode: (n) => new Uint8Array(Buffer.from(String(n))), decode: (o) => (/^(0|[1-9][0-9]*)$/.test(Buffer.from(o).toString("latin1")) ? Number(Buffer.from(o)) : undefined), form: "one", runs: 500 }
  it("hold for a codec that keeps them", () => {
    comesBack({ ...good, runs: 100 })
    standsOrFalls({ ...good, values: fc.nat(9999) })
  })
  it("find a decoder that loses a bit, one that reads two forms as one, one that throws, one that writes into what it reads, and one that refuses all", () => {
    assert.throws(() => comesBack({ ...good, decode: (o) => Number(Buffer.from(o)) & ~4 }), /replay it with IBAKE_SEED/)
    assert.throws(() => standsOrFalls({ ...good, decode: (o) => good.decode(o.map((c) => c & 0x7f)) }), /replay it with IBAKE_SEED/)
    assert.throws(() => standsOrFalls({ ...good, decode: (o) => good.decode(o) ?? assert.fail("thrown") }), /thrown[\s\S]*replay it with IBAKE_SEED/)
    assert.throws(() => standsOrFalls({ ...good, decode: (o) => void o.fill(1) }), /changes nothing/)
    assert.throws(() => standsOrFalls({ ...good, decode: () => undefined }), /0 of 500 were read/)
  })
})
