import assert from "node:assert/strict"
import { ascii, hex } from "../../sdk/base/bytes.ts"
import { isFault, type Fault } from "../../sdk/base/fault.ts"
import { run } from "../../sdk/base/job.ts"
import type { ParameterSet } from "../../sdk/ibake/identity.ts"
import { Keyring, type NewKey } from "../../sdk/keys/keyring.ts"
import { Parameters } from "../../sdk/keys/parameters.ts"
import { outside1, outside2, zcash1, zcash2 } from "../contract/bls-points.ts"
import { answerer, caller, changed, converse, decide, enrolled, fastKit, fetchKeys, good, keyRequest, MemoryStore, named, octetsOf, radio, readAnswer, realKit, testKms, type Radio } from "../fixture.ts"

const kit = fastKit()
const kms = testKms(kit)
const own = kms.state.own
const county = testKms(kit, { uri: "kms.county.example", hosts: ["county.example"] }).state.own

function table(...sets: readonly ParameterSet[]): Parameters {
  const parameters = new Parameters(kit.profile.suites)
  assert.equal(run(parameters.enrol(own)), undefined)
  for (const set of sets) assert.equal(run(parameters.take(set)), undefined)
  return parameters
}

function speaker(parameters: Parameters, uri: string, type = 1): string | undefined {
  const found = parameters.of(named(uri, type))
  return found === undefined ? undefined : Buffer.from(found.set.kmsUri).toString()
}

function fault(value: Fault | undefined): string | undefined {
  return value === undefined ? undefined : `${value.fault} at ${value.at}`
}

const names = (...hosts: string[]) => ({ hosts: hosts.map(ascii) })

describe("the table of KMSs", () => {
  it("knows who speaks for an identity by its host or its whole name, and by nothing else", () => {
    const parameters = table({ ...county, ...names("county.example", "tel:+15550100", "sip:desk@hospital.example") })
    for (const uri of ["sip:a@police.example", "sips:a@police.example:5061;transport=tls", "police.example", "https://police.example/x", "im:a@police.example?x=@county.example"])
      assert.equal(speaker(parameters, uri), "kms.police.example")
    assert.equal(speaker(parameters, "a@police.example", 0), "kms.police.example")
    for (const uri of ["sip:a@county.example", "tel:+15550100", "sip:desk@hospital.example"]) assert.equal(speaker(parameters, uri), "kms.county.example")
    for (const uri of ["sip:a@hospital.example", "tel:+15550101", "sip:a@sub.police.example", "sip:a@county.example;x@police.example.org", "urn:police.example", "mailto:police.example"])
      assert.notEqual(speaker(parameters, uri), "kms.police.example")
    assert.equal(speaker(parameters, "tel:+1555;x=a@police.example"), undefined)
  })

  it("refuses a set that overlaps a held one: same host, an identity under it, a host over it", () => {
    const parameters = table({ ...county, ...names("county.example", "sip:desk@hospital.example") })
    const third = testKms(kit, { uri: "kms.third.example" }).state.own
    for (const host of ["police.example", "sip:a@police.example", "a@police.example", "county.example", "hospital.example"])
      assert.equal(fault(run(parameters.take({ ...third, ...names("third.example", host) }))), "parameters/refused at set.hosts", host)
    assert.equal(speaker(parameters, "sip:x@third.example"), undefined)
    assert.equal(fault(run(parameters.take({ ...third, ...names("sip:b@hospital.example") }))), undefined)
  })

  it("follows a higher version in its hosts only; an equal or lower one is ignored", () => {
    const parameters = table(county)
    assert.equal(fault(run(parameters.take({ ...county, version: 2, ...names("county.example", "fire.example") }))), undefined)
    for (const version of [2, 1, 0]) assert.equal(fault(run(parameters.take({ ...county, version, ...names("rogue.example") }))), undefined)
    assert.equal(speaker(parameters, "sip:a@fire.example"), "kms.county.example")
    assert.equal(speaker(parameters, "sip:a@rogue.example"), undefined)
    assert.equal(fault(run(parameters.take({ ...county, version: 3, ...names("police.example") }))), "parameters/refused at set.hosts")
    assert.equal(fault(run(parameters.take({ ...county, version: 3, ...names("County.example") }))), "parameters/invalid at set.hosts")
    assert.equal(fault(run(parameters.take({ ...county, version: 3, hosts: [] }))), "parameters/invalid at set.hosts")
    assert.equal(speaker(parameters, "sip:a@fire.example"), "kms.county.example")
  })

  it("never changes suite, length, offset or public parameter of a held set, its own neither", () => {
    for (const set of [own, county])
      for (const change of [{ suite: 1 }, { periodLength: 3600 }, { periodOffset: 1 }, { publicParameter: octetsOf("another", 32) }])
        assert.equal(fault(run(table(county).take({ ...set, version: 9, ...change })))?.split(" ")[0], "parameters/refused")
  })

  it("takes an own set that overlaps, and asks it first", () => {
    const parameters = table(county)
    assert.equal(fault(run(parameters.take({ ...own, version: 2, ...names("police.example", "county.example") }))), undefined)
    assert.equal(speaker(parameters, "sip:a@county.example"), "kms.police.example")
  })

  it("takes no set whose suite it does not have, whose names are not normal, or without a period", () => {
    const third = testKms(kit, { uri: "kms.third.example", hosts: ["third.example"] }).state.own
    const parameters = table()
    assert.equal(fault(run(parameters.take({ ...third, suite: 3 }))), "suite/refused at set.suite")
    for (const change of [names("Third.example"), { kmsUri: ascii("KMS.third.example") }, { kmsUri: new Uint8Array(0) }, { hosts: [] }, { periodLength: 0 }, { publicParameter: new Uint8Array(32) }])
      assert.equal(fault(run(parameters.take({ ...third, ...change })))?.split(" ")[0], "parameters/invalid")
    assert.equal(parameters.sets().length, 1)
  })

  it("is of memory of its own", () => {
    const mine = { ...county, kmsUri: ascii("kms.county.example"), ...names("county.example") }
    const parameters = table(mine)
    mine.kmsUri[0] = 0
    mine.hosts[0]![0] = 0
    assert.equal(speaker(parameters, "sip:a@county.example"), "kms.county.example")
  })
})

describe("a notice", () => {
  const install = (of: Radio, sets: readonly ParameterSet[]) => run(of.ring.install([], sets))

  it("brings sets that are judged one by one; a refused set refuses itself", () => {
    const alice = enrolled(kms, "sip:alice@police.example")
    const rogue = testKms(kit, { uri: "kms.rogue.example", hosts: ["police.example"] }).state.own
    assert.equal(install(alice, [own, rogue, { ...own, publicParameter: octetsOf("x", 32) }, county]), undefined)
    assert.deepEqual(alice.ring.parameters.sets().map((set) => hex(set.kmsUri)), [hex(own.kmsUri), hex(county.kmsUri)])
  })

  it("with a second set of one URI has one set of that URI", () => {
    const alice = enrolled(kms, "sip:alice@police.example")
    assert.equal(install(alice, [own, county, { ...county, version: 5, ...names("county.example", "fire.example") }, { ...own, version: 5, ...names("fire.example") }]), undefined)
    assert.equal(alice.ring.kmsOf(named("sip:a@fire.example")), undefined)
    assert.deepEqual(alice.ring.parameters.sets().map((set) => set.version), [1, 1])
  })

  it("outlives a boot, but not against enrolment", () => {
    const store = new MemoryStore()
    const alice = enrolled(kms, "sip:alice@police.example", { store })
    install(alice, [county, { ...own, version: 2, ...names("police.example", "coast.example") }])
    const again = enrolled(kms, "sip:alice@police.example", { store })
    assert.equal(again.ring.kmsOf(named("sip:a@coast.example"))!.set.version, 2)
    assert(again.ring.kmsOf(named("sip:a@county.example")) !== undefined)
  })
})

/** Keys as issued to a radio, not yet installed. */
function issued(of: Radio): readonly NewKey[] {
  const request = keyRequest(of)
  const read = good(readAnswer(of, request, decide(of, request).answer))
  assert(read.kind === "keys")
  return read.keys
}

function refusal(of: Radio, keys: readonly NewKey[]): string | undefined {
  return fault(run(of.ring.install(keys, [])))
}

describe("the keyring", () => {
  it("keeps keys over a boot, in a sealed store only, unless the profile says otherwise", () => {
    const open = changed(kit, () => ({ keysInTheOpen: true })).profile
    for (const [kind, profile, kept] of [["sealed", kit.profile, 2], ["open", kit.profile, 0], ["open", open, 2]] as const) {
      const store = new MemoryStore(kind)
      const first = radio(kms, "sip:alice@police.example", { store, profile })
      assert.equal(first.ring.periods(first.me).length, 2)
      const second = enrolled(kms, "sip:alice@police.example", { store, profile })
      assert.equal(second.ring.periods(second.me).length, kept)
    }
  })

  for (const [name, made] of [["the test KEM", fastKit], ["suite 0x01", realKit]] as const)
    it(`refuses all when one key is of another period, identity or KMS, or is no key, over ${name}`, () => {
      const kms = testKms(made())
      const alice = enrolled(kms, "sip:alice@police.example")
      const bob = enrolled(kms, "sip:bob@police.example")
      const other = enrolled(testKms(made(), { uri: "kms.other.example" }), "sip:alice@police.example")
      const [today, tomorrow] = issued(alice)
      const wrong: readonly NewKey[] = [{ ...today!, period: tomorrow!.period }, { ...today!, identity: bob.me }, { ...today!, key: issued(other)[0]!.key }, { ...today!, key: new Uint8Array(today!.key.length) }, { ...today!, key: today!.key.subarray(1) }]
      for (const key of wrong) assert.equal(refusal(alice, [tomorrow!, key]), "key/invalid at KEMAC")
      assert.deepEqual(alice.ring.periods(alice.me), [])
      assert.equal(refusal(alice, [tomorrow!, today!]), undefined)
      assert.deepEqual(alice.ring.periods(alice.me), [today!.period, tomorrow!.period])
    })

  it("takes no S_id or P_pub that is infinity or outside the subgroup", () => {
    const kms = testKms(realKit())
    const alice = enrolled(kms, "sip:alice@police.example")
    const key = issued(alice)[0]!
    const infinity = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i === 0 ? 0xc0 : 0))
    for (const bad of [infinity(96), ...outside2().map((point) => zcash2(point.toAffine()))]) assert.equal(refusal(alice, [{ ...key, key: bad }]), "key/invalid at KEMAC")
    const third = testKms(realKit(), { uri: "kms.third.example", hosts: ["third.example"] }).state.own
    for (const bad of [infinity(48), ...outside1().map((point) => zcash1(point.toAffine()))])
      assert.equal(fault(run(alice.ring.parameters.take({ ...third, publicParameter: bad }))), "parameters/invalid at set.public-parameter")
    assert.equal(refusal(alice, [key]), undefined)
  })

  it("takes a key that it holds once more, and a call goes on with the first", () => {
    const alice = radio(kms, "sip:alice@police.example")
    const before = alice.ring.privateKey(alice.me, issued(alice)[0]!.period)
    fetchKeys(alice)
    assert.equal(alice.ring.privateKey(alice.me, issued(alice)[0]!.period), before)
    const bob = radio(kms, "sip:bob@police.example")
    converse(caller(alice, bob.me), answerer(bob))
  })

  it("holds keys of one name under both ID types", () => {
    const nai = named("alice@police.example", 0)
    const uri = named("alice@police.example")
    const alice = radio(kms, "sip:alice@police.example", { identities: [nai, uri] })
    assert.deepEqual([alice.ring.periods(nai).length, alice.ring.periods(uri).length], [2, 2])
  })

  it("has nothing of what its store refuses, and takes it when the store does", () => {
    for (const name of ["keys", "sets"]) {
      const store = new MemoryStore()
      const alice = enrolled(kms, "sip:alice@police.example", { store })
      store.refuses = (asked) => asked === name
      assert.equal(fault(run(alice.ring.install(issued(alice), [county]))), "store/refused at keyring")
      assert.deepEqual(alice.ring.periods(alice.me), [])
      assert.equal(alice.ring.kmsOf(named("sip:a@county.example")), undefined)
      store.refuses = () => false
      fetchKeys(alice)
      assert.equal(alice.ring.periods(alice.me).length, 2)
    }
  })

  it("says that its store is broken when a value is cut or changed in its form", () => {
    for (const [name, broken] of [["sets", (o: Uint8Array) => o.subarray(1)], ["sets", (o: Uint8Array) => o.subarray(0, -1)], ["keys", (o: Uint8Array) => o.subarray(0, -1)], ["keys", (o: Uint8Array) => o.map((_, i) => (i === 1 ? 255 : 0))]] as const) {
      const store = new MemoryStore()
      const { profile } = radio(kms, "sip:alice@police.example", { store })
      store.put(name, broken(store.get(name)!))
      assert.equal(fault(run(new Keyring(profile, store).load(own, []))), `store/broken at ${name}`)
    }
  })

  it("forgets keys of a period when it is over for longer than the skew window, and wipes them", () => {
    const alice = radio(kms, "sip:alice@police.example")
    const [today, tomorrow] = alice.ring.periods(alice.me)
    const key = alice.ring.privateKey(alice.me, today!)!
    alice.ring.expire(tomorrow! * 86400 + 299)
    assert.deepEqual(alice.ring.periods(alice.me), [today, tomorrow])
    alice.ring.expire(tomorrow! * 86400 + 300)
    assert.deepEqual(alice.ring.periods(alice.me), [tomorrow])
    assert(key.octets.every((o) => o === 0))
    const again = enrolled(kms, "sip:alice@police.example", { store: alice.store })
    assert.deepEqual(again.ring.periods(again.me), [tomorrow])
  })

  it("is nothing before it was enrolled", () => {
    const ring = new Keyring(kit.profile, new MemoryStore())
    assert.equal(fault(run(ring.install([], []))), "identity/unknown at keyring")
    assert(isFault(run(ring.load({ ...own, suite: 9 }, []))))
  })
})

describe("a radio that is enrolled with another KMS", () => {
  it("drops the keys and sets of the former one, and takes those of the new", () => {
    const other = testKms(kit, { uri: "kms.fire.example", hosts: ["fire.example"] })
    const store = new MemoryStore()
    const before = radio(testKms(kit, { vouched: [other.state.own] }), "sip:anna@police.example", { store })
    const third = testKms(kit, { uri: "kms.new.example", hosts: ["police.example"] })
    const now = enrolled(third, "sip:anna@police.example", { store })
    assert.deepEqual(now.ring.periods(now.me), [])
    assert.equal(now.ring.kmsOf(named("sip:ben@fire.example")), undefined)
    fetchKeys(now)
    assert.equal(now.ring.periods(now.me).length, 2)
    assert.notDeepEqual(now.ring.privateKey(now.me, now.ring.periods(now.me)[0]!)!.octets, before.ring.privateKey(before.me, before.ring.periods(before.me)[0]!)!.octets)
  })
})
