import assert from "node:assert/strict"
import fc from "fast-check"
import { hex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import type { CryptoSession, CsMap } from "../../sdk/mikey/csmap.ts"
import { mapType } from "../../sdk/mikey/numbers.ts"
import { prf256 } from "../../sdk/mikey/prf.ts"
import { contexts, wipeContexts, type Keying } from "../../sdk/srtp/contexts.ts"
import { policyOf, policyParam, srtpRules, srtpSizes, type SrtpCipher } from "../../sdk/srtp/policy.ts"
import type { Prf } from "../../sdk/suite.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { good, octets } from "./samples.ts"

/** SP contents as PROTOCOL section 4 lists them. */
const params: Readonly<Record<SrtpCipher, string>> = {
  AEAD_AES_128_GCM: "000106 010110 04010c 070101 080101 140110",
  AEAD_AES_256_GCM: "000106 010120 04010c 070101 080101 140110",
  AES_CM_128_HMAC_SHA1_80: "000101 010110 020101 030114 04010e 070101 080101 0a0101 0b010a",
  AES_256_CM_HMAC_SHA1_80: "000101 010120 020101 030114 04010e 070101 080101 0a0101 0b010a",
}
const ciphers = Object.keys(params) as SrtpCipher[]
const of = (text: string): SrtpCipher | undefined => policyOf(octets(text))

describe("SRTP policies", () => {
  for (const cipher of ciphers) {
    const triples = params[cipher].split(" ")

    it(`${cipher} is sent in ascending types of one octet each, and read back`, () => {
      assert.equal(hex(policyParam(cipher)), params[cipher].replaceAll(" ", ""))
      assert.equal(policyOf(policyParam(cipher)), cipher)
    })

    it(`${cipher} is taken in any order`, () => {
      fc.assert(fc.property(fc.shuffledSubarray(triples, { minLength: triples.length }), (shuffled) => assert.equal(of(shuffled.join("")), cipher)))
    })

    it(`${cipher} with types absent means the values sent for it, and type 1 is then 16`, () => {
      fc.assert(fc.property(fc.subarray(triples.slice(2)), fc.boolean(), (kept, length) => {
        const got = of([triples[0]!, ...(length ? [triples[1]!] : []), ...kept].join(""))
        if (length || srtpSizes(cipher).keyOctets === 16) assert.equal(got, cipher)
        else assert.notEqual(got, cipher)
      }))
      assert.equal(of(triples.slice(1).join("")), undefined, "type 0 is required")
    })

    it(`${cipher} with one octet changed is no policy of ours, or the same family with the other key length`, () => {
      const param = policyParam(cipher)
      for (let at = 0; at < param.length; at++) {
        for (let value = 0; value < 256; value++) {
          if (value === param[at]) continue
          const changed = Uint8Array.from(param)
          changed[at] = value
          const got = policyOf(changed)
          const place = `octet ${at} set to ${value}`
          // octet 5 is the key length, which may become the other one
          if (got !== undefined && at === 5) assert.equal(srtpSizes(got).keyOctets, value, place)
          else assert.equal(got, undefined, place)
        }
      }
    })

    it(`${cipher} takes types 5, 6, 9 and 12 with value 0 and with no other`, () => {
      for (const type of ["05", "06", "09", "0c"]) {
        assert.equal(of(params[cipher] + type + "0100"), cipher)
        assert.equal(of(params[cipher] + type + "0101"), undefined)
      }
    })

    it(`${cipher} with a doubled, unknown, cut or longer field is no policy of ours`, () => {
      for (const more of [triples[1]!, "0d0100", "130100", "150100", "ff0100", "05", "0501", "0500", "050200 00", "060400000000"]) assert.equal(of(params[cipher] + more), undefined, more)
    })
  }

  it("NULL or switched-off encryption and authentication are never taken", () => {
    assert.equal(of("000100"), undefined)
    assert.equal(of("000102"), undefined)
    for (const off of ["070100", "080100", "0a0100", "020100"]) assert.equal(of("000101" + off), undefined, off)
    for (const off of ["070100", "080100"]) assert.equal(of("000106" + off), undefined, off)
  })

  it("GCM takes neither types 2, 3, 10 and 11 nor a tag length in type 3, CM no type 20", () => {
    for (const more of ["020101", "020100", "030110", "0a0101", "0b0110", "0b0100"]) assert.equal(of(params.AEAD_AES_128_GCM + more), undefined, more)
    assert.equal(of(params.AES_CM_128_HMAC_SHA1_80 + "140110"), undefined)
    assert.equal(of(""), undefined)
    assert.equal(of("000106"), "AEAD_AES_128_GCM")
    assert.equal(of("000101"), "AES_CM_128_HMAC_SHA1_80")
  })

  it("rules offer the profile's ciphers, best first, and allow these only", () => {
    const rules = srtpRules(["AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80"])
    assert.deepEqual(rules.offers.map((param) => policyOf(param)), ["AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80"])
    assert.deepEqual(ciphers.map((cipher) => rules.allows(policyParam(cipher))), [false, true, true, false])
    assert(!rules.allows(octets("000100")))
    assert(!srtpRules([]).allows(octets("000106")))
  })

  it("random octets never throw", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => { policyOf(noise) }), { numRuns: 2000 })
  })
})

const prf = prf256(nobleSym)
const spi = octets("0a0b0c0d")
const session = (csId: number, more: Partial<CryptoSession>): CryptoSession => ({ csId, policies: [0], withRoc: false, spi, ...more })
const map = (type: number, sessions: CryptoSession[]): CsMap => ({ type, sessions })
const TGK = octets("a27b7d578eeb9b1ee7705e385996d300")
const RAND = octets("4339f62f55aac86348846a482c893802")

const keying: Keying = {
  prf,
  TGK,
  csbId: 0x0633f457,
  RAND,
  offered: map(mapType.GENERIC_ID, [session(4, { policies: [], ssrc: 0x11223344 }), session(5, { policies: [0, 1], withRoc: true })]),
  map: map(mapType.GENERIC_ID, [session(4, { ssrc: 0x11223344 }), session(5, { policies: [1], ssrc: 0x55667788, roc: 2, seq: 9, withRoc: true })]),
  policies: [
    { no: 0, protType: 0, param: policyParam("AEAD_AES_128_GCM") },
    { no: 1, protType: 0, param: policyParam("AES_256_CM_HMAC_SHA1_80") },
  ],
}

describe("SRTP contexts", () => {
  it("CS ID 4 has the TEK and salt of the published vector", () => {
    const context = good(contexts(keying))[0]!
    assert.equal(hex(context.masterKey), "59aaa49ebb54813602b7cc165961b4e8")
    assert.equal(hex(context.masterSalt), "745eb4df7d155c473114a799")
  })

  it("come in the order of the map, each with its sender, SSRC, ROC, MKI, cipher and sizes", () => {
    const list = good(contexts(keying)).map((c) => ({ ...c, mki: hex(c.mki), masterKey: c.masterKey.length, masterSalt: c.masterSalt.length }))
    assert.deepEqual(list, [
      { csId: 4, from: "initiator", ssrc: 0x11223344, roc: 0, seq: undefined, mki: "0a0b0c0d", cipher: "AEAD_AES_128_GCM", masterKey: 16, masterSalt: 12, tagOctets: 16, lifetime: 2 ** 48 },
      { csId: 5, from: "responder", ssrc: 0x55667788, roc: 2, seq: 9, mki: "0a0b0c0d", cipher: "AES_256_CM_HMAC_SHA1_80", masterKey: 32, masterSalt: 14, tagOctets: 10, lifetime: 2 ** 48 },
    ])
  })

  it("two sessions of one cipher have different keys and salts", () => {
    const both = map(mapType.GENERIC_ID, [session(1, { ssrc: 1 }), session(2, { ssrc: 2 })])
    const [a, b] = good(contexts({ ...keying, map: both, offered: both }))
    assert.notEqual(hex(a!.masterKey), hex(b!.masterKey))
    assert.notEqual(hex(a!.masterSalt), hex(b!.masterSalt))
  })

  it("of an SRTP-ID map take their MKI from ECCPTi", () => {
    const none = new Uint8Array(0)
    const offered = map(mapType.SRTP_ID, [session(1, { ssrc: 7, roc: 0, spi: none }), session(2, { roc: 0, spi: none })])
    const filled = map(mapType.SRTP_ID, [session(1, { ssrc: 7, roc: 0, spi: none }), session(2, { ssrc: 8, roc: 1, spi: none })])
    const list = good(contexts({ ...keying, offered, map: filled, spi: octets("ee") }))
    assert.deepEqual(list.map((c) => [c.csId, c.from, c.ssrc, c.roc, hex(c.mki)]), [[1, "initiator", 7, 0, "ee"], [2, "responder", 8, 1, "ee"]])
    assert.deepEqual(contexts({ ...keying, offered, map: filled }), { fault: "wire/value", at: "contexts.MKI" })
  })

  it("a map that does not answer the offer, or a policy that is none of ours, gives a Fault", () => {
    const change = (i: number, more: Partial<CryptoSession>): CsMap => map(mapType.GENERIC_ID, keying.map.sessions.map((s, k) => (k === i ? { ...s, ...more } : s)))
    const cases: readonly [Partial<Keying>, string][] = [
      [{ map: map(mapType.GENERIC_ID, [keying.map.sessions[0]!]) }, "wire/value contexts.#CS"],
      [{ map: map(mapType.SRTP_ID, [...keying.map.sessions]) }, "wire/value contexts.#CS"],
      [{ map: change(1, { csId: 6 }) }, "wire/value contexts.CS ID"],
      [{ map: change(1, { ssrc: undefined }) }, "wire/value contexts.SSRC"],
      [{ map: change(1, { spi: new Uint8Array(0) }) }, "wire/value contexts.MKI"],
      [{ map: change(1, { policies: [2] }) }, "policy/none contexts.SP"],
      [{ map: change(1, { policies: [] }) }, "policy/none contexts.SP"],
      [{ map: change(1, { policies: [0, 1] }) }, "policy/none contexts.SP"],
      [{ policies: [keying.policies[0]!, { no: 1, protType: 0, param: octets("000100") }] }, "policy/none contexts.SP"],
      [{ policies: [keying.policies[0]!, { no: 1, protType: 1, param: policyParam("AEAD_AES_128_GCM") }] }, "policy/none contexts.SP"],
    ]
    for (const [more, expected] of cases) {
      const got = contexts({ ...keying, ...more })
      assert(isFault(got))
      assert.equal(`${got.fault} ${got.at}`, expected)
    }
  })

  it("a Fault leaves no key behind, and wipeContexts none of a list", () => {
    const made: Uint8Array[] = []
    const watched: Prf = {
      func: prf.func,
      derive(inkey, label, n) {
        const out = prf.derive(inkey, label, n)
        made.push(out)
        return out
      },
    }
    const zero = (): boolean => made.every((octets) => octets.every((octet) => octet === 0))
    assert(isFault(contexts({ ...keying, prf: watched, policies: [keying.policies[0]!] })))
    assert.equal(made.length, 2)
    assert(zero())
    const list = good(contexts({ ...keying, prf: watched }))
    assert(!zero(), "the watch sees keys that are not wiped")
    wipeContexts(list)
    assert.equal(made.length, 6)
    assert(zero())
  })

  it("share no memory with the message that they came from", () => {
    const own = octets("0a0b0c0d")
    const list = good(contexts({ ...keying, map: map(mapType.GENERIC_ID, keying.map.sessions.map((s) => ({ ...s, spi: own }))) }))
    own[0] = 0xff
    assert.equal(hex(list[0]!.mki), "0a0b0c0d")
  })
})
