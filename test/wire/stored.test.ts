/** The laws of codecs on what lasts: values of a device's store, key fills, and the FILEs of `ibake session`. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import fc from "fast-check"
import { base64url, concat, equal, hex, u8 } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { examples } from "../../sdk/cli/session-help.ts"
import { deferredFile, initiatorFile, issueFile, requestFile, responderFile } from "../../sdk/cli/session-file.ts"
import { identity, uid, type Identity, type ParameterSet } from "../../sdk/ibake/identity.ts"
import { keep, kept } from "../../sdk/keys/kept.ts"
import { Keyring } from "../../sdk/keys/keyring.ts"
import { keyFillOctets, parseKeyFill, type KeyFill } from "../../sdk/kms/keyfill.ts"
import { setFields, setOf } from "../../sdk/kms/sets.ts"
import { encodeSet } from "../../sdk/mikey/vendor.ts"
import { fastKit, good, MemoryStore, testKms } from "../fixture.ts"
import { data, exactly, short, word } from "./arbitraries.ts"
import { codecLaws, comesBack, plain, standsOrFalls, type Codec } from "./laws.ts"

const label = fc.string({ unit: fc.constantFrom(..."abcXYZ019-é"), minLength: 1, maxLength: 12 })
const uris: fc.Arbitrary<Identity> = fc.tuple(fc.constantFrom("sip:", "SIPS:", "im:", ""), label, label).map(([scheme, user, host]) => good(identity(`${scheme}${user}@${host}.example`, 1)))
const identities: fc.Arbitrary<Identity> = fc.oneof(uris, fc.tuple(label, label).map(([user, realm]) => good(identity(`${user}@${realm}`, 0))))
/** Sets of good form: names are normal, one host or more. */
const sets: fc.Arbitrary<ParameterSet> = fc.record({
  suite: fc.integer({ min: 1, max: 255 }), version: word, periodLength: fc.integer({ min: 1, max: 0xffffffff }), periodOffset: word,
  kmsUri: uris.map((id) => id.data), hosts: fc.array(uris.map((id) => id.data), { minLength: 1, maxLength: 4 }), publicParameter: fc.uint8Array({ minLength: 1, maxLength: 80 }),
})

describe("what a device keeps", () => {
  const kit = fastKit()
  const kms = testKms(kit)
  const own = kms.state.own
  const sym = kit.profile.sym

  codecLaws("a value with its check", {
    values: data(80),
    encode: (value) => {
      const store = new MemoryStore()
      assert.ok(keep(store, sym, "a", value))
      return store.get("a")!
    },
    decode: (octets) => {
      const store = new MemoryStore()
      store.put("a", octets)
      const value = kept(store, sym, "a")
      return value === "damaged" ? undefined : value
    },
    form: "sealed",
    runs: 500,
  })

  /** What a keyring that loaded a value, its check right, puts in its place when it writes next. */
  const loaded = (name: string, value: Uint8Array): Uint8Array | undefined => {
    const store = new MemoryStore()
    keep(store, sym, name, value)
    const ring = new Keyring(kit.profile, store)
    if (run(ring.load(own, [])) !== undefined) return undefined
    assert.equal(run(ring.install([], [])), undefined)
    return kept(store, sym, name) as Uint8Array
  }
  const issued = fc.array(fc.tuple(identities, fc.nat(100000)), { maxLength: 4 }).map((list) => {
    const store = new MemoryStore()
    const ring = new Keyring(kit.profile, store)
    run(ring.load(own, []))
    const keys = list.map(([id, period]) => ({ identity: id, period, key: run(kit.master.extract(kms.state.master, uid(sym, id, own, period))) }))
    assert.equal(run(ring.install(keys, [])), undefined)
    return kept(store, sym, "keys") as Uint8Array
  })
  const ofOwn = concat([u8(own.kmsUri.length), own.kmsUri])
  codecLaws("the private keys of a keyring", {
    values: issued, encode: (value) => Uint8Array.from(value), decode: (octets) => loaded("keys", octets),
    // those of a former KMS are dropped
    written: (octets) => (equal(octets.subarray(0, ofOwn.length), ofOwn) ? octets : ofOwn),
    form: "one", runs: 300,
  }, "open")
  const heldSets = fc.array(sets.map((set) => ({ ...set, suite: own.suite, publicParameter: own.publicParameter })), { maxLength: 3 }).map((list) => loaded("sets", concat([own, ...list].map(encodeSet)))!)
  codecLaws("the parameter sets of a keyring", { values: heldSets, encode: (value) => Uint8Array.from(value), decode: (octets) => loaded("sets", octets), form: "many", runs: 300 }, "open")
})

const texts = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom(`"psk": "the PSK"`, "the PSK", `\\`, "\u{1f600}"))
const fills: fc.Arbitrary<KeyFill> = fc
  .record({
    identities: fc.array(identities, { minLength: 1, maxLength: 3 }), psk: exactly(32), pskId: short, name: fc.string({ unit: fc.constantFrom(..."aZ09._-"), minLength: 1, maxLength: 64 }).filter((name) => name !== "call"),
    own: sets, vouched: fc.array(sets, { maxLength: 2 }), host: fc.constantFrom("mqtt://a", "mqtts://b.example:8883", "ws://[::1]/x", `wss://"psk":"thePSK"`), protocol: fc.constantFrom(4, 5), password: fc.option(texts, { nil: undefined }),
    mtu: fc.integer({ min: 32, max: 65535 }), transferOctets: fc.integer({ min: 512, max: 65535 }),
  })
  .map(({ name, own, host, protocol, password, ...rest }) => ({
    ...rest, device: base64url(createHash("sha256").update(rest.pskId).digest().subarray(0, 9)), kms: { name, own },
    broker: { url: host, protocol: protocol as 4 | 5, ...(password === undefined ? {} : { password }) },
  }))

/** A copy of JSON with one value, found by counting through it, replaced or taken away. */
function replaced(json: unknown, path: readonly number[], value: unknown): unknown {
  if (typeof json !== "object" || json === null || path.length === 0 || Object.keys(json).length === 0) return value
  const names = Object.keys(json)
  const name = names[path[0]! % names.length]!
  const inner = replaced((json as Record<string, unknown>)[name], path.slice(1), value)
  if (Array.isArray(json)) return json.map((each: unknown, i) => (String(i) === name ? inner : each))
  return Object.fromEntries(Object.entries(json).flatMap(([key, each]) => (key !== name ? [[key, each]] : inner === undefined ? [] : [[key, inner]])))
}
const paths = fc.array(fc.nat(20), { minLength: 1, maxLength: 4 })
const strange: fc.Arbitrary<unknown> = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined), fc.constantFrom<unknown>(0, -1, 1.5, 2 ** 32, 1e300, "", "00", "0g", "a".repeat(300), [], {}, null, true, "sip:A@B.C", "__proto__"))

describe("key fills", () => {
  const codec: Codec<KeyFill> = {
    values: fills,
    encode: keyFillOctets,
    decode: (octets) => {
      const fill = parseKeyFill(Buffer.from(octets).toString())
      return typeof fill === "string" ? undefined : fill
    },
    form: "many",
    runs: 400,
  }
  it("come back as they were written", () => comesBack(codec))
  it("whose octets are changed are refused, or say what can be written and read again", () => standsOrFalls(codec))
  it("whose fields are changed are refused in one line, without the PSK, or say what can be written and read again", () => {
    fc.assert(fc.property(fills, paths, strange, (fill, path, value) => {
      const file = JSON.stringify(replaced(JSON.parse(Buffer.from(keyFillOctets(fill)).toString()), path, value)) ?? ""
      const read = parseKeyFill(file)
      if (typeof read !== "string") return assert.deepEqual(plain(codec.decode(codec.encode(read))), plain(read))
      assert.match(read, /^This (key fill|is no key fill).*$/)
      assert.ok(!read.includes(hex(fill.psk)))
    }), { numRuns: 1500 })
  })
  it("hold parameter sets, which come back from their fields; strangers' fields are a set of good form or one line of what is wrong", () => {
    fc.assert(fc.property(sets, paths, strange, (set, path, value) => {
      assert.deepEqual(plain(setOf(setFields(set))), plain(set))
      const other = setOf(replaced(setFields(set), path, value))
      if (typeof other !== "string") assert.deepEqual(plain(setOf(setFields(other))), plain(other))
      else assert.match(other, /^[ -~]+$/)
    }), { numRuns: 1500 })
  })
})

describe("the FILEs of `ibake session`", () => {
  const readers: Readonly<Record<keyof typeof examples, (value: unknown) => object>> = { initiator: initiatorFile, responder: responderFile, deferred: deferredFile, request: requestFile, issue: issueFile }
  const secrets = JSON.stringify(examples).match(/[0-9a-f]{64,}/g)!
  for (const [role, read] of Object.entries(readers))
    it(`${role}: whatever stands in a field, it is read or refused in one line that names a field and tells no secret`, () => {
      const example = examples[role as keyof typeof examples]
      const first = plain(read(example))
      let taken = 0
      fc.assert(fc.property(paths, strange, (path, value) => {
        try {
          read(replaced(example, path, value))
          taken++
        } catch (error) {
          assert.equal((error as object).constructor, Error, String(error))
          assert.match((error as Error).message, /^[\w.[\]]*: [ -~]+$|^expected|^this file/i)
          for (const secret of secrets) assert.ok(!String(error).includes(secret))
        }
        assert.deepEqual(plain(read(example)), first)
      }), { numRuns: 600 })
      assert.ok(taken > 0)
    })
  it("an identity in a FILE is a URI, or a NAI that says so", () => {
    const me = (value: unknown): unknown => plain((readers.initiator(replaced(examples.initiator, [Object.keys(examples.initiator).indexOf("me")], value)) as { me: Identity }).me)
    fc.assert(fc.property(identities, (id) => {
      const uri = Buffer.from(id.data).toString()
      assert.deepEqual(me({ type: id.type, uri }), plain(id))
      if (id.type === 1) assert.deepEqual(me(uri), plain(id))
    }), { numRuns: 100 })
  })
})
