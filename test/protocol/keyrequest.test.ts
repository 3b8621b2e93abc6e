import assert from "node:assert/strict"
import { ascii, concat, hex, u32 } from "../../sdk/base/bytes.ts"
import { isFault, type Fault } from "../../sdk/base/fault.ts"
import { run } from "../../sdk/base/job.ts"
import { ntp, period, type Identity } from "../../sdk/ibake/identity.ts"
import type { KeyRequest, KeyResponse } from "../../sdk/ibake/keyrequest.ts"
import type { Kms, Record_, Subscriber } from "../../sdk/kms/types.ts"
import { parse } from "../../sdk/mikey/message.ts"
import type { Timestamp } from "../../sdk/mikey/payload.ts"
import { decide, enrolled, fastKit, fetchKeys, good, keyRequest, named, readAnswer, realKit, testKms, UTC, type Radio } from "../fixture.ts"

const kit = fastKit()
const kms = testKms(kit)
const today = period(UTC + 2208988800, kms.state.own)!
const work = named("alice@police.example", 0)
const duty = named("sip:duty@police.example")
const alice = enrolled(kms, "sip:alice@police.example", { identities: [work, duty] })

function counter(value: number): Timestamp {
  return { type: 2, value: u32(value) }
}

/** What a radio reads of the KMS's answer to a request. */
function answered(change: Partial<KeyRequest> = {}, record?: Record_, utc = UTC, state: Kms = kms.state, of: Radio = alice): KeyResponse {
  const request = keyRequest(of, change)
  return good(readAnswer(of, request, decide(of, request, record, utc, state).answer))
}

function keysOf(read: KeyResponse): string[] {
  assert(read.kind === "keys", JSON.stringify(read))
  return read.keys.map((each) => `${Buffer.from(each.identity.data).toString()} ${each.period - today}`)
}

function errorOf(read: KeyResponse): string {
  assert(read.kind === "error")
  return read.fault.fault + (read.lastT === undefined ? "" : " " + hex(read.lastT))
}

function strangers(request: Uint8Array, change: Partial<Subscriber> = {}): string {
  const fault = run(kms.core.decide(request, { ...alice.subscriber, ...change }, undefined, UTC, kms.state)) as Fault
  assert(isFault(fault))
  return `${fault.fault} at ${fault.at}`
}

describe("a key request", () => {
  it("brings the current and the next period's keys of every identity, in the request's order", () => {
    const expected = ["sip:alice@police.example", "alice@police.example", "sip:duty@police.example"].flatMap((id) => [`${id} 0`, `${id} 1`])
    assert.deepEqual(keysOf(answered()), expected)
    fetchKeys(alice)
    for (const id of alice.subscriber.identities) assert.deepEqual(alice.ring.periods(id), [today, today + 1])
  })

  it("brings keys that belong to their identities, over suite 0x01 too", () => {
    const real = enrolled(testKms(realKit()), "sip:alice@police.example", { identities: [work] })
    fetchKeys(real)
    assert.deepEqual(real.ring.periods(work), [today, today + 1])
  })

  it("may ask for 1 to 16 periods; past ones and those beyond the horizon are left out", () => {
    const one: readonly Identity[] = [duty]
    assert.deepEqual(keysOf(answered({ identities: one, periods: { first: today + 3, count: 2 } })), ["sip:duty@police.example 3", "sip:duty@police.example 4"])
    assert.equal(keysOf(answered({ identities: one, periods: { first: today, count: 16 } })).length, 16)
    assert.deepEqual(keysOf(answered({ identities: one, periods: { first: today - 2, count: 3 } })), ["sip:duty@police.example 0"])
    assert.deepEqual(keysOf(answered({ identities: one, periods: { first: today + 29, count: 9 } })), ["sip:duty@police.example 29", "sip:duty@police.example 30"])
    for (const first of [today - 16, today + 31, 0, 0xffffffff - 15]) assert.equal(errorOf(answered({ periods: { first, count: 16 } })), "kms/refused")
  })

  it("gets as many keys as the device's size limit holds, and the rest when asked again", () => {
    const small = enrolled(kms, "sip:small@police.example", { transferOctets: 700 })
    const wanted = { first: today, count: 16 }
    const request = keyRequest(small, { periods: wanted })
    const { answer } = decide(small, request)
    assert(answer.length <= 700)
    const got = keysOf(good(readAnswer(small, request, answer)))
    assert(got.length > 2 && got.length < 16)
    const rest = keysOf(answered({ periods: { first: today + got.length, count: 16 - got.length } }, undefined, UTC, kms.state, small))
    assert.equal(rest[0], `sip:small@police.example ${got.length}`)
    const full = decide(small, keyRequest(small, { periods: { first: today, count: got.length + 1 } })).answer
    assert(full.length + (answer.length - 240) / got.length > 700)
  })

  it("is refused when not even one key fits", () => {
    const tiny = enrolled(kms, "sip:tiny@police.example", { transferOctets: 200 })
    assert.equal(errorOf(answered({}, undefined, UTC, kms.state, tiny)), "kms/refused")
  })

  it("brings the KMS's time and its sets, its own first", () => {
    const county = testKms(kit, { uri: "kms.county.example", hosts: ["county.example"] }).state.own
    const read = answered({}, undefined, UTC + 1, { ...kms.state, vouched: [county] })
    assert(read.kind === "keys")
    assert.equal(hex(read.notice!.time), hex(ntp(UTC + 1)))
    assert.deepEqual(read.notice!.sets.map((set) => Buffer.from(set.kmsUri).toString()), ["kms.police.example", "kms.county.example"])
  })
})

describe("T of a key request", () => {
  it("may be NTP-UTC within the KMS's window, or a COUNTER", () => {
    for (const off of [-300, 0, 300]) assert.equal(answered({ T: { type: 0, value: ntp(UTC + off) } }).kind, "keys")
    for (const off of [-301, 301, -UTC, 1e9]) assert.equal(errorOf(answered({ T: { type: 0, value: ntp(UTC + off) } })), "kms/time 0000000000000000")
    for (const value of [0, 1, 0xffffffff]) assert.equal(answered({ T: counter(value) }).kind, "keys")
  })

  it("that is greater is new; the same with the same request gets the stored octets; all else is refused with the last", () => {
    for (const [T, less, more] of [[counter(7), counter(6), counter(8)], [{ type: 0, value: ntp(UTC) }, { type: 0, value: ntp(UTC - 1) }, { type: 0, value: ntp(UTC + 1) }]] as const) {
      const request = keyRequest(alice, { T })
      const { record, answer } = decide(alice, request)
      assert(record !== undefined)
      const again = decide(alice, request, record, UTC + 1e6)
      assert.equal(hex(again.answer), hex(answer))
      assert.equal(again.record, undefined)
      for (const refusedT of [T, less]) assert.equal(errorOf(answered({ T: refusedT }, record)), "kms/time " + hex(record.lastT))
      assert.deepEqual(decide(alice, keyRequest(alice, { T: more }), record).record?.lastT.subarray(8 - T.value.length), more.value)
    }
  })

  it("goes on after the end of NTP's era in 2036", () => {
    const wrap = 0x100000000 - 2208988800
    const record = decide(alice, keyRequest(alice, { T: { type: 0, value: ntp(wrap - 1) } }), undefined, wrap - 1).record!
    assert.deepEqual(keysOf(answered({ identities: [duty], T: { type: 0, value: ntp(wrap + 1) } }, record, wrap + 1)).length, 2)
    assert.equal(errorOf(answered({ T: { type: 0, value: ntp(wrap - 2) } }, record, wrap)).split(" ")[0], "kms/time")
  })

  it("that was refused changes nothing in the record", () => {
    const decision = decide(alice, keyRequest(alice, { T: { type: 0, value: ntp(UTC + 1000) } }))
    assert.equal(decision.record, undefined)
    assert.deepEqual(decision.audit, { event: "refused", keys: [], fault: "kms/time" })
  })
})

describe("what a KMS refuses with an error that the device can trust", () => {
  it("an identity that is not this PSK's, or named twice, refuses the whole request", () => {
    const foreign = named("sip:mallory@police.example")
    for (const identities of [[duty, foreign], [foreign], [duty, duty], [{ type: 0, data: duty.data }]]) assert.equal(errorOf(answered({ identities })), "kms/identity")
  })

  it("a revoked device", () => {
    const decision = run(kms.core.decide(keyRequest(alice), { ...alice.subscriber, revoked: true }, undefined, UTC, kms.state))
    assert(!isFault(decision))
    assert.equal(decision.audit.fault, "kms/identity")
  })

  it("a thousand identities: in one request, nothing is issued and the answer is short", () => {
    const identities = Array.from({ length: 600 }, (_, i) => named(`sip:${i}@x.y`))
    const decision = decide(alice, keyRequest(alice, { identities }))
    assert.equal(decision.audit.fault, "kms/identity")
    assert(decision.answer.length < 200)
    const more = identities.concat(identities.map((id) => ({ type: 0, data: id.data })))
    assert.equal(strangers(keyRequest(alice, { identities: more })), "wire/size at message")
  })
})

describe("what a KMS does not answer", () => {
  const flipped = (): Uint8Array => {
    const request = keyRequest(alice)
    request[request.length - 1]! ^= 1
    return request
  }

  it("a request of another PSK, of another KMS, of another layout, or changed", () => {
    assert.equal(strangers(flipped()), "auth/failed at REQUEST_KEY_PSK.V")
    assert.equal(strangers(keyRequest(alice), { psk: new Uint8Array(32) }), "auth/failed at REQUEST_KEY_PSK.V")
    assert.equal(strangers(keyRequest(alice), { pskId: ascii("another") }), "identity/mismatch at REQUEST_KEY_PSK.IDRpsk")
    assert.equal(strangers(keyRequest(alice, { kmsUri: ascii("kms.other.example") })), "identity/mismatch at REQUEST_KEY_PSK.IDRkms")
    assert.equal(strangers(keyRequest(alice, { identities: [{ type: 1, data: ascii("sip:alice@POLICE.example") }] })), "identity/form at REQUEST_KEY_PSK.IDRi")
    assert.equal(strangers(decide(alice, keyRequest(alice)).answer), "wire/type at request")
  })

  it("but it says whose request it would be", () => {
    const peeked = good(kms.core.peek(keyRequest(alice, { T: counter(9) })))
    assert.deepEqual([Buffer.from(peeked.pskId).toString(), peeked.tsType], ["psk of sip:alice@police.example", 2])
  })
})

describe("a response", () => {
  const request = keyRequest(alice)
  const { answer } = decide(alice, request)
  const read = (octets: Uint8Array, asked = request): string => {
    const fault = readAnswer(alice, asked, octets)
    assert(isFault(fault))
    return `${fault.fault} at ${fault.at}`
  }

  it("carries the request's header with type 21 and no V flag", () => {
    const [asked, got] = [good(parse(request, 65535)), good(parse(answer, 65535))]
    assert.deepEqual({ ...got.header }, { ...asked.header, dataType: 21, vFlag: 0 })
    assert.equal(hex(got.T.value), hex(asked.T.value))
  })

  it("to another request is not taken", () => {
    assert.equal(read(answer, keyRequest(alice, { csbId: 1 })), "session/state at REQUEST_KEY_RESP.CSB ID")
    assert.equal(read(answer, keyRequest(alice, { T: { type: 0, value: ntp(UTC + 1) } })), "session/state at REQUEST_KEY_RESP.T")
    assert.equal(read(answer, keyRequest(alice, { T: counter(1) })), "session/state at REQUEST_KEY_RESP.T")
    assert.equal(read(answer, keyRequest(alice)), "auth/failed at REQUEST_KEY_RESP.V")
  })

  it("is not a request or a call message", () => assert.equal(read(request), "wire/type at REQUEST_KEY_RESP"))

  it("is not read by what is no request", () => {
    for (const asked of [answer, new Uint8Array(0), concat([request, request])]) assert.equal(read(answer, asked), "store/broken at request")
  })

  it("above the profile's cap is not read", () => {
    const { profile, subscriber } = alice
    const limits = { ...profile.limits, transferOctets: answer.length - 1 }
    assert.deepEqual(readAnswer({ ...alice, subscriber, profile: { ...profile, limits } }, request, answer), { fault: "wire/size", at: "message" })
  })

  it("whose notice begins with another KMS's set is refused whole", () => {
    const county = testKms(kit, { uri: "kms.county.example", hosts: ["county.example"] }).state.own
    const other = readAnswer({ ...alice, kms: { ...kms, state: { ...kms.state, own: county } } }, request, answer)
    assert.deepEqual(other, { fault: "parameters/invalid", at: "REQUEST_KEY_RESP.notice" })
  })
})
