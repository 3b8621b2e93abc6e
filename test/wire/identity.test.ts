import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { hex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import * as names from "../../sdk/ibake/identity.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { good, octets } from "./samples.ts"

interface Uids {
  cases: { uri: string; kms_uri: string; key_period: number; key_period_offset: number; key_period_no: number; uid: string }[]
}

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "utf8"))
const text = (data: Uint8Array): string => Buffer.from(data).toString("utf8")
const URI = 1
const NAI = 0

/** Identity, its type, its one form and its host, as the words of PROTOCOL section 1 give them. */
const table: readonly (readonly [string, number, string, string])[] = [
  // the host after the last @ before ; or ?, up to : / ; ? or the end
  ["sip:alice@example.org", URI, "sip:alice@example.org", "example.org"],
  ["SIP:Alice@Example.ORG", URI, "sip:Alice@example.org", "example.org"],
  ["sip:Alice@EXAMPLE.org:5060;Transport=TCP", URI, "sip:Alice@example.org:5060;Transport=TCP", "example.org"],
  ["sip:Alice@Example.org;User=Phone@Home", URI, "sip:Alice@example.org;User=Phone@Home", "example.org"],
  ["sip:Alice@Example.org?Subject=A@B.C", URI, "sip:Alice@example.org?Subject=A@B.C", "example.org"],
  ["sip:A@B@C.D", URI, "sip:A@B@c.d", "c.d"],
  ["im:Alice@Example.org", URI, "im:Alice@example.org", "example.org"],
  ["HTTPS://User@KMS.Example/Path?Q", URI, "https://User@kms.example/Path?Q", "kms.example"],
  // else after a // right after the scheme
  ["HTTPS://KMS.Example/Path", URI, "https://kms.example/Path", "kms.example"],
  ["https://KMS.Example:8443", URI, "https://kms.example:8443", "kms.example"],
  // else, for sip and sips, what follows the scheme
  ["SIP:Relay.Example;LR", URI, "sip:relay.example;LR", "relay.example"],
  ["sips:Relay.Example?A=@B", URI, "sips:relay.example?A=@B", "relay.example"],
  // tel has none
  ["TEL:+1-201-555-0123;Phone-Context=Example.COM", URI, "tel:+1-201-555-0123;Phone-Context=Example.COM", ""],
  ["tel:A@B.C", URI, "tel:A@B.C", ""],
  // another scheme without @ and // has none
  ["URN:UUID:ABC", URI, "urn:UUID:ABC", ""],
  // a bare name is a host
  ["KMS.Example.ORG", URI, "kms.example.org", "kms.example.org"],
  ["User@KMS.Example", URI, "User@kms.example", "kms.example"],
  // no colon makes a scheme where no scheme can be
  ["1A:B", URI, "1a:B", "1a"],
  // a NAI has no scheme, and its realm is all after its last @
  ["SIP:Bob@Realm.ORG", NAI, "SIP:Bob@realm.org", "realm.org"],
  ["Bob@A@B.C;D:E", NAI, "Bob@A@b.c;d:e", "b.c;d:e"],
  ["Bob", NAI, "Bob", ""],
  // ASCII letters only: neither the Kelvin sign nor an umlaut changes
  ["sip:a@\u212a\u00c4X.org", URI, "sip:a@\u212a\u00c4x.org", "\u212a\u00c4x.org"],
]

describe("identities", () => {
  for (const [given, type, form, host] of table) {
    it(`${type === NAI ? "NAI" : "URI"} ${given} is ${form}`, () => {
      const id = good(names.identity(given, type))
      assert.equal(text(id.data), form)
      assert.equal(id.type, type)
      assert.equal(text(names.host(id)), host)
      assert(names.isNormal(type, id.data))
      assert.equal(names.isNormal(type, ascii(given)), given === form)
      assert.equal(hex(good(names.identity(form, type)).data), hex(id.data), "normalising twice is normalising once")
    })
  }

  it("have 1 to 255 octets of UTF-8, of type URI or NAI", () => {
    for (const [value, type] of [["", URI], ["a".repeat(256), URI], ["\u00e4".repeat(128), NAI], ["a\ud800", URI], ["a", 2]] as const) {
      const got = names.identity(value, type)
      assert(isFault(got) && got.fault === "identity/form", JSON.stringify(value))
    }
    assert(!isFault(names.identity("a".repeat(255), URI)))
    for (const wrong of ["", "61".repeat(256), "ff", "c0af", "eda080", "f4908080", "e282"]) assert(!names.isNormal(URI, octets(wrong)), wrong)
    assert(names.isNormal(URI, octets("f48fbfbf")))
    assert(!names.isNormal(2, octets("61")))
  })

  it("are covered by an entry that equals them, or their host", () => {
    const alice = good(names.identity("sip:alice@example.org", URI))
    assert(names.covers(ascii("example.org"), alice))
    assert(names.covers(ascii("sip:alice@example.org"), alice))
    for (const entry of ["org", "sub.example.org", "sip:bob@example.org", "alice", ""]) assert(!names.covers(ascii(entry), alice), entry)
    const tel = good(names.identity("tel:+1", URI))
    assert(names.covers(ascii("tel:+1"), tel))
    assert(!names.covers(new Uint8Array(0), tel))
  })

  it("agree in name on octets alone, and are the same with their type", () => {
    const a = { type: URI, data: ascii("a@b") }
    const b = { type: NAI, data: ascii("a@b") }
    assert(names.sameName(a, b))
    assert(!names.same(a, b))
    assert(names.same(a, { ...a }))
  })
})

describe("the UID", () => {
  const { cases } = JSON.parse(readFileSync(new URL("../cases/ts33180_uid.json", import.meta.url), "utf8")) as Uids

  cases.forEach((v, i) => {
    it(`with MIKEY-SAKKE-UID is that of TS 33.180, vector ${i + 1}`, () => {
      const rest = [ascii(v.uri), ascii(v.kms_uri), names.integer(v.key_period), names.integer(v.key_period_offset), names.integer(v.key_period_no)]
      assert.equal(hex(names.uidAs(nobleSym, "MIKEY-SAKKE-UID", rest)), v.uid)
    })
  })

  it("of ours is the same hash under MIKEY-IBAKE-UID", () => {
    const set: names.ParameterSet = { suite: 1, version: 1, periodLength: 86400, periodOffset: 0, kmsUri: ascii("k.b"), hosts: [], publicParameter: new Uint8Array(0) }
    const S = "00" + hex(ascii("MIKEY-IBAKE-UID")) + "000f" + hex(ascii("sip:a@b.c")) + "0009" + hex(ascii("k.b")) + "0003" + "015180" + "0003" + "00" + "0001" + "4e20" + "0002"
    assert.equal(hex(names.uid(nobleSym, { type: URI, data: ascii("sip:a@b.c") }, set, 20000)), hex(nobleSym.sha256(octets(S))))
  })

  it("writes integers in the fewest octets", () => {
    for (const [value, out] of [[0, "00"], [255, "ff"], [256, "0100"], [65536, "010000"], [0xffffffff, "ffffffff"], [0x100000000, "0100000000"]] as const) assert.equal(hex(names.integer(value)), out)
  })
})

describe("key periods and NTP time", () => {
  const set: names.ParameterSet = { suite: 1, version: 1, periodLength: 100, periodOffset: 1000, kmsUri: ascii("k"), hosts: [], publicParameter: new Uint8Array(0) }

  it("a period begins with its first second and ends before the next", () => {
    assert.deepEqual([999, 1000, 1099, 1100].map((s) => names.period(s, set)), [undefined, 0, 0, 1])
    assert.equal(names.periodStart(1, set), 1100)
  })

  it("NTP seconds with the top bit clear are of the era that begins in 2036", () => {
    assert.equal(names.ntpSeconds(octets("80000000 00000000")), 0x80000000)
    assert.equal(names.ntpSeconds(octets("7fffffff 00000000")), 0x17fffffff)
    assert.equal(names.ntpSeconds(octets("00000000 00000000")), 0x100000000)
  })

  it("UTC seconds go to a timestamp and back, on both sides of 2036", () => {
    assert.equal(hex(names.ntp(0)), "83aa7e80" + "00000000")
    assert.equal(hex(names.ntp(1700000000.5)).slice(8), "80000000")
    for (const utc of [0, 1700000000, 2085978495, 2085978496, 4000000000]) assert.equal(names.utcOf(names.ntp(utc)), utc)
  })
})
