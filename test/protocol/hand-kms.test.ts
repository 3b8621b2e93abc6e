import assert from "node:assert/strict"
import { ascii, u32 } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { run } from "../../sdk/base/job.ts"
import { idr } from "../../sdk/ibake/exchange.ts"
import { ntp, period, periodStart, type Identity, type ParameterSet } from "../../sdk/ibake/identity.ts"
import { withV } from "../../sdk/ibake/keyrequest.ts"
import { kemacCipher, requestKeys } from "../../sdk/ibake/keys.ts"
import { buildChain, parse } from "../../sdk/mikey/message.ts"
import { dataType, encrAlg, errorNo, extType, idRole, idType, macAlg } from "../../sdk/mikey/numbers.ts"
import { errPayload, extensionPayload, idrPayload, kemacPayload, part, timestampPayload, type Extension, type Part, type Timestamp } from "../../sdk/mikey/payload.ts"
import { keyDataPayload, type KeyData } from "../../sdk/mikey/subpayload.ts"
import { encodeLastT, encodeNotice } from "../../sdk/mikey/vendor.ts"
import { enrolled, fastKit, good, keyRequest, named, readAnswer, testKms, UTC } from "../fixture.ts"

const kit = fastKit()
const kms = testKms(kit)
const { own } = kms.state
const work = named("alice@police.example", 0)
const alice = enrolled(kms, "sip:alice@police.example", { identities: [work] })
const mallory = named("sip:mallory@police.example")
const today = period(UTC + 2208988800, own)!
const request = keyRequest(alice)
const asked = good(parse(request, 65535))
const keys = requestKeys(kit.profile.prf, alice.subscriber.psk, asked.header.csbId, asked.RAND!)

/** One key of a response, with its interval. */
type Pair = readonly [Identity, Partial<KeyData>]

/** A response whose V verifies, made by a KMS that is wrong in what this says. */
interface Wrong {
  readonly pairs?: readonly Pair[]
  readonly plain?: Uint8Array
  readonly identities?: readonly Identity[]
  readonly IDRkms?: Uint8Array
  readonly extension?: Extension | undefined
  readonly sets?: readonly ParameterSet[]
  readonly csbId?: number
  readonly T?: Timestamp
}

function interval(number: number): KeyData {
  return { key: new Uint8Array(32).fill(7), from: periodStart(number, own) % 2 ** 32, to: periodStart(number + 1, own) % 2 ** 32 }
}

function plainOf(pairs: readonly Pair[]): Uint8Array {
  return buildChain(pairs.flatMap(([id, change]) => [part(idrPayload, { role: idRole.IDRi, ...id }), part(keyDataPayload, { ...interval(today), ...change })]))
}

function responded(wrong: Wrong): string {
  const encrData = kemacCipher(kit.profile.sym, keys, asked.header.csbId, asked.T.value, wrong.plain ?? plainOf(wrong.pairs ?? [[alice.me, {}]]))
  const extension = "extension" in wrong ? wrong.extension : encodeNotice({ time: ntp(UTC), sets: wrong.sets ?? [own] })
  const parts: Part[] = [part(timestampPayload, wrong.T ?? asked.T)]
  for (const id of wrong.identities ?? alice.subscriber.identities) parts.push(idr(idRole.IDRi, id))
  parts.push(idr(idRole.IDRkms, { type: idType.URI, data: wrong.IDRkms ?? own.kmsUri }))
  if (extension !== undefined) parts.push(part(extensionPayload, extension))
  parts.push(part(kemacPayload, { encrAlg: encrAlg.AES_CM_256, encrData, macAlg: macAlg.NULL }))
  return read(withV(kit.profile.sym, dataType.REQUEST_KEY_RESP, wrong.csbId ?? asked.header.csbId, parts, keys.authKey, alice.me.data, own.kmsUri))
}

function read(octets: Uint8Array): string {
  const value = readAnswer(alice, request, octets)
  if (isFault(value)) return `${value.fault} at ${value.at}`
  if (value.kind === "keys") return `${value.keys.length} keys`
  return value.fault.fault + (value.lastT === undefined ? "" : ` after ${Buffer.from(value.lastT).toString("hex")}`)
}

describe("a response that verifies", () => {
  it("has keys in any order, for any of the identities asked for", () => {
    assert.equal(responded({}), "1 keys")
    assert.equal(responded({ pairs: [[work, interval(today + 1)], [alice.me, interval(today)], [work, interval(today)]] }), "3 keys")
    assert.equal(responded({ extension: undefined }), "1 keys")
  })
  it("with a key of another identity, or of a type that was not asked for, is refused whole", () => {
    for (const id of [mallory, { type: 0, data: alice.me.data }, { type: 1, data: work.data }]) assert.equal(responded({ pairs: [[alice.me, {}], [id, {}]] }), "identity/mismatch at REQUEST_KEY_RESP.KEMAC.IDRi")
  })
  it("with two keys of one identity and period is refused whole", () => {
    assert.equal(responded({ pairs: [[alice.me, {}], [alice.me, {}]] }), "key/invalid at REQUEST_KEY_RESP.KEMAC.KV")
  })
  it("with an interval that is no period of the KMS is refused whole", () => {
    const { from, to } = interval(today)
    for (const KV of [{ from: from + 1 }, { to: to - 1 }, { to: to + 86400 }, { from: from - 86400 }, { from: to, to: from }, { from: 1, to: 2 }, { from: 0x80000001, to: 0 }]) assert.equal(responded({ pairs: [[alice.me, KV]] }), "key/invalid at REQUEST_KEY_RESP.KEMAC.KV")
  })
  it("whose KEMAC is no chain of keys is refused", () => {
    const plain = plainOf([[alice.me, {}]])
    for (const [cut, why] of [[new Uint8Array(0), "wire/short"], [plain.subarray(0, -1), "wire/short"], [new Uint8Array([...plain, 0]), "wire/trailing"]] as const) assert.equal(responded({ plain: cut }).split(" ")[0], why)
  })
  it("that does not repeat the request's identities and KMS is refused", () => {
    for (const identities of [[alice.me], [alice.me, mallory], [work, alice.me], [alice.me, work, work], [alice.me, { type: 1, data: work.data }]]) assert.equal(responded({ identities }), "identity/mismatch at REQUEST_KEY_RESP.IDRi")
    assert.equal(responded({ IDRkms: ascii("kms.other.example") }), "identity/mismatch at REQUEST_KEY_RESP.IDRi")
  })
  it("under another CSB ID or T is refused", () => {
    assert.equal(responded({ csbId: 1 }), "session/state at REQUEST_KEY_RESP.CSB ID")
    for (const T of [{ type: 0, value: ntp(UTC + 1) }, { type: 2, value: u32(1) }]) assert.equal(responded({ T }), "session/state at REQUEST_KEY_RESP.T")
  })
  it("whose notice does not parse, is another extension, or begins with another's set is refused", () => {
    const county = testKms(kit, { uri: "kms.county.example", hosts: ["county.example"] }).state.own
    assert.equal(responded({ sets: [county, own] }), "parameters/invalid at REQUEST_KEY_RESP.notice")
    assert.equal(responded({ extension: { type: extType.SdpIds, data: ascii("mikey") } }), "wire/value at notice.Type")
    assert.equal(responded({ extension: { type: extType.VendorId, data: ascii("ibake") } }).split(" ")[0], "wire/short")
    assert.equal(responded({ extension: { ...encodeNotice({ time: ntp(UTC), sets: [own] }), data: encodeNotice({ time: ntp(UTC), sets: [own] }).data.subarray(0, -1) } }).split(" ")[0], "wire/short")
    assert.equal(responded({ sets: [own, county] }), "1 keys")
  })
})

describe("an Error that verifies", () => {
  const error = (no: number, extension?: Extension): string => {
    const parts = [part(timestampPayload, asked.T), part(errPayload, no)]
    if (extension !== undefined) parts.push(part(extensionPayload, extension))
    return read(withV(kit.profile.sym, dataType.Error, asked.header.csbId, parts, keys.authKey, alice.me.data, own.kmsUri))
  }
  it("says what the KMS did not like, and the last T where it is about T", () => {
    assert.equal(error(errorNo.InvalidTS, encodeLastT(new Uint8Array(8).fill(3))), "kms/time after 0303030303030303")
    assert.equal(error(errorNo.InvalidTS), "kms/time")
    assert.equal(error(errorNo.InvalidID), "kms/identity")
    for (const no of [errorNo.UnspecifiedError, errorNo.AuthFailure, 200]) assert.equal(error(no), "kms/refused")
    assert.equal(error(errorNo.InvalidTS, { type: extType.SdpIds, data: ascii("mikey") }), "kms/time")
  })
})

describe("the keys of this test", () => {
  it("are no keys of Alice's: her keyring would refuse them", () => {
    const fault = run(alice.ring.install([{ identity: alice.me, period: today, key: interval(today).key }], []))
    assert(isFault(fault) && fault.fault === "key/invalid")
  })
})
