/** Fetching keys through the public API of a Device on virtual boards: stores that refuse or break, lost time, limits, and a KMS that says no. */
import assert from "node:assert/strict"
import { isFault } from "../../sdk/base/fault.ts"
import { Device } from "../../sdk/device.ts"
import { ntp } from "../../sdk/ibake/identity.ts"
import { tsType } from "../../sdk/mikey/numbers.ts"
import { faultOf, held, keysOf, sizedKit, Town, type Radio } from "../world.ts"

const kit = sizedKit()
const DAY = 86400

/** Lets `wrong` happen in the nth put of a radio's store, counted from now; answers how many puts there were. */
function atPut(radio: Radio, nth: number, wrong: () => boolean): { puts: number } {
  const count = { puts: 0 }
  const put = radio.board.store.put.bind(radio.board.store)
  radio.board.store.put = (name, value) => (++count.puts === nth ? wrong() : put(name, value))
  return count
}

function inOrder(town: Town): void {
  assert.deepEqual(town.tap.changedBlocks(), [])
  assert.deepEqual(town.tap.reusedTimes(), [])
}

function requests(town: Town): number {
  return town.tap.messages("/up").length
}

describe("a fetch and its store", () => {
  it("a store that refuses any one put costs a Fault at most, and the next fetch completes", () => {
    let refusals = 0
    for (let nth = 1; ; nth++) {
      const town = new Town({ seed: nth, mtu: 96, kit })
      const radio = town.radio("alice")
      const count = atPut(radio, nth, () => false)
      const first = radio.fetch()
      town.until(() => first.value !== undefined, 700_000)
      if (isFault(first.value)) {
        refusals++
        assert.equal(first.value.fault, "store/refused", `put ${nth}`)
      }
      if (count.puts < nth) break
      assert.equal(radio.fetched().periods.length, 2, `put ${nth}`)
      inOrder(town)
    }
    // T, the request, sets and keys cannot do without; a block is held in memory
    assert.equal(refusals, 4)
  })

  it("a disk that is full from any put on gives store/refused, and what was received counts once there is room", () => {
    for (let nth = 1; nth <= 6; nth++) {
      const town = new Town({ seed: nth, mtu: 96, kit })
      const radio = town.radio("alice")
      atPut(radio, nth, () => {
        radio.board.store.full = true
        return false
      })
      const first = radio.fetch()
      town.until(() => first.value !== undefined, 700_000)
      assert.equal(faultOf(first), "store/refused")
      assert.equal(radio.device.periods(radio.me).length, 0)
      radio.board.store.full = false
      assert.equal(radio.fetched().periods.length, 2)
      inOrder(town)
    }
  })

  it("a KMS whose disk is full answers nothing, serves again once there is room, and answers once", () => {
    const town = new Town({ seed: 1, kit })
    const radio = town.radio("alice")
    town.kmsBoard.store.full = true
    const later = radio.fetch()
    town.pass(60_000)
    assert.equal(later.value, undefined)
    assert(town.kmsIgnored.some((f) => f.fault === "store/refused"))
    assert.equal(town.tap.messages("/down").length, 0)
    town.kmsBoard.store.full = false
    town.until(() => later.value !== undefined, 120_000)
    assert.equal(held(later).keys, 2)
    inOrder(town)
  })

  it("damage of any stored value is a Fault at open or costs another request, and never a wrong key", () => {
    const names = ["keys", "sets", "t.ntp", "request", "rx.0", "rx.3"]
    for (const name of names)
      for (let seed = 1; seed <= 12; seed++) {
        const town = new Town({ seed, mtu: 96, kit })
        const radio = town.radio("alice")
        const done = name !== "request" && !name.startsWith("rx.")
        if (done) radio.fetched()
        else {
          radio.fetch()
          town.until(() => radio.board.store.get(name) !== undefined, 20_000)
        }
        radio.board.powerOff()
        assert(radio.board.store.damage(name))
        radio.powerOn()
        const fault = radio.opened()
        if (fault !== undefined) {
          assert.equal(fault.fault, "store/broken", name)
          assert(done && name !== "t.ntp", name)
          continue
        }
        assert.equal(radio.fetched().periods.length, 2, `${name}, seed ${seed}`)
        inOrder(town)
      }
  })

  it("a store that is not sealed is given no private key: the radio asks anew after each boot", () => {
    const town = new Town({ seed: 1, kit })
    const radio = town.radio("alice", { store: "open" })
    radio.fetched()
    assert(!radio.board.store.names().includes("keys"))
    radio.board.powerOff()
    radio.powerOn()
    assert.equal(radio.opened(), undefined)
    assert.deepEqual(radio.device.periods(radio.me), [])
    assert.equal(radio.fetched().keys, 2)
    assert.equal(requests(town), 2)
    inOrder(town)
  })

  it("with keysInTheOpen such a store keeps them", () => {
    const town = new Town({ seed: 1, kit })
    const radio = town.radio("alice", { store: "open", profile: { keysInTheOpen: true } })
    radio.fetched()
    radio.board.powerOff()
    radio.powerOn()
    assert.equal(radio.opened(), undefined)
    assert.equal(radio.device.periods(radio.me).length, 2)
  })

  it("keys of past periods are deleted, in memory and in the store", () => {
    const town = new Town({ seed: 1, kit })
    const radio = town.radio("alice")
    const first = town.period()
    radio.fetched({ first, count: 3 })
    const octets = radio.board.store.get("keys")!.length
    town.pass(DAY * 1000 + 400_000)
    assert.deepEqual(radio.device.periods(radio.me), [first + 1, first + 2])
    assert(radio.board.store.get("keys")!.length < octets)
  })
})

describe("a fetch and time", () => {
  it("a board without a clock asks by COUNTER, takes the time of the notice, and is within the error that it states", () => {
    const town = new Town({ seed: 1, air: { latencyMs: [100, 900] }, kit })
    const radio = town.radio("alice", { clock: "none" })
    assert.equal(radio.device.utc(), undefined)
    radio.fetched()
    assert.equal(town.tap.messages("/up")[0]!.T.type, tsType.COUNTER)
    assert(Math.abs(radio.device.utc()! - town.world.utc()) <= radio.device["time"].error + 0.01)
  })

  it("a board that has lost its counter goes on after the one that the KMS holds", () => {
    const town = new Town({ seed: 1, kit })
    const radio = town.radio("alice", { clock: "none" })
    for (let i = 0; i < 3; i++) {
      radio.fetched()
      radio.board.powerOff()
      radio.powerOn()
    }
    radio.board.store.remove("t.counter")
    radio.fetched()
    const counters = town.tap.messages("/up").map((m) => m.T.value[3])
    assert.deepEqual(counters, [1, 2, 3, 1, 4])
    // T = 1 was sent twice, with two requests, and the second got no key: an Error message holds no pad
    assert.equal(town.tap.messages("/down").filter((m) => m.KEMAC !== undefined).length, 4)
  })

  it("a resumed answer comes without time, so a board without a clock asks for one key more", () => {
    const town = new Town({ seed: 1, mtu: 64, kit })
    const radio = town.radio("alice", { clock: "none" })
    radio.board.cutAt("put", 6, () => town.world.after(1000, () => radio.powerOn()))
    radio.fetch({ first: town.period(), count: 7 })
    town.until(() => !radio.board.alive(), 20_000)
    town.until(() => radio.device.utc() !== undefined && radio.device.periods(radio.me).length > 0, 100_000)
    assert.equal(requests(town), 2)
  })

  it("a request that a power cut left for a day is asked again under a new T", () => {
    const town = new Town({ seed: 1, kit })
    const radio = town.radio("alice")
    town.kmsBoard.powerOff()
    radio.fetch()
    town.pass(5000)
    radio.board.powerOff()
    town.pass(DAY * 1000)
    town.bootKms()
    radio.powerOn()
    assert.deepEqual(radio.fetched().periods, [town.period(), town.period() + 1])
    inOrder(town)
  })

  it("a clock that is an hour wrong gives kms/time, and asks no more than three times", () => {
    const town = new Town({ seed: 1, kit })
    const radio = town.radio("alice")
    radio.board.setUtc(town.world.utc() - 3600)
    const later = radio.fetch()
    town.until(() => later.value !== undefined, 60_000)
    assert.equal(faultOf(later), "kms/time")
    assert(requests(town) <= 3)
    radio.board.setUtc(town.world.utc())
    radio.fetched()
  })

  it("a clock that jumps back between fetches repeats no T", () => {
    const town = new Town({ seed: 1, kit })
    const radio = town.radio("alice")
    for (const back of [0, 200, 250, 299]) {
      radio.board.setUtc(town.world.utc() - back)
      radio.fetched()
    }
    assert.equal(requests(town), 4)
    assert(town.tap.messages("/up").every((m) => Buffer.compare(m.T.value, ntp(town.world.utc())) < 0))
    inOrder(town)
  })
})

describe("a fetch and what the KMS gives", () => {
  it("a month of daily keys comes in several requests", () => {
    const town = new Town({ seed: 1, kit })
    const radio = town.radio("alice")
    const fetched = radio.fetched({ first: town.period(), count: 31 })
    assert.equal(fetched.keys, 31)
    assert.equal(fetched.periods.length, 31)
    assert.equal(requests(town), 2)
    inOrder(town)
  })

  it("a wish that begins in the past or ends beyond the horizon gets what there is, and ends", () => {
    const town = new Town({ seed: 1, kit })
    const radio = town.radio("alice")
    const now = town.period()
    assert.deepEqual(radio.fetched({ first: now - 2, count: 4 }).periods, [now, now + 1])
    const last = radio.fetched({ first: now + 30, count: 10 }).periods.at(-1)
    assert.equal(last, now + town.kms.horizonPeriods)
    assert(requests(town) <= 6, `${requests(town)} requests`)
  })

  it("a wish for nothing that there is gives kms/refused", () => {
    const town = new Town({ seed: 1, kit })
    const radio = town.radio("alice")
    const later = radio.fetch({ first: town.period() - 9, count: 3 })
    town.until(() => later.value !== undefined, 60_000)
    assert.equal(faultOf(later), "kms/refused")
  })

  it("several identities get their keys together, as many as the device's size limit lets through at once", () => {
    for (const transferOctets of [16384, 1200]) {
      const town = new Town({ seed: 1, kit, limits: { transferOctets } })
      const uris = ["alice", "watch", "crane"].map((name) => `sip:${name}@police.example`)
      const radio = town.radio("alice", { uris })
      radio.fetched({ first: town.period(), count: 7 })
      for (const id of radio.enrolment.identities) assert.equal(radio.device.periods(id).length, 7)
      assert.equal(requests(town) > 1, transferOctets === 1200)
      for (const m of town.tap.messages("/down")) assert(m.octets.length <= transferOctets)
      inOrder(town)
    }
  })

  it("two fetches at once become one, and both are told", () => {
    const town = new Town({ seed: 1, kit })
    const radio = town.radio("alice")
    const now = town.period()
    const both = [radio.fetch({ first: now, count: 2 }), radio.fetch({ first: now + 3, count: 2 })]
    town.until(() => both.every((l) => l.value !== undefined), 60_000)
    for (const later of both) assert.deepEqual([held(later).periods, later.times], [[now, now + 1, now + 2, now + 3, now + 4], 1])
  })

  it("a revoked radio is told kms/identity, and others are served", () => {
    const town = new Town({ seed: 1, kit })
    const [alice, bob] = [town.radio("alice"), town.radio("bob")]
    town.revoke(alice)
    const later = alice.fetch()
    bob.fetched()
    town.until(() => later.value !== undefined, 60_000)
    assert.equal(faultOf(later), "kms/identity")
  })

  it("a radio with another PSK gets no answer and gives up in time; the KMS names the reason and serves others", () => {
    const town = new Town({ seed: 1, kit })
    const alice = town.radio("alice", { enrolment: { psk: new Uint8Array(32) } })
    const bob = town.radio("bob")
    const later = alice.fetch()
    bob.fetched()
    town.until(() => later.value !== undefined, 1_300_000)
    assert.equal(faultOf(later), "channel/gave-up")
    assert(town.kmsIgnored.some((f) => f.fault === "auth/failed"))
    assert.equal(town.tap.messages("/down").length, 1)
  })

  it("answers that can never hold end the fetch, for they would come for ever", () => {
    const town = new Town({ seed: 1, kit })
    const set = { ...town.kms.own, periodLength: 3600 }
    const radio = town.radio("alice", { enrolment: { set } })
    const later = radio.fetch()
    town.until(() => later.value !== undefined, 120_000)
    assert.equal(faultOf(later), "key/invalid")
    assert.equal(radio.board.store.get("request"), undefined)
  })

  it("a wish for no period at all, and a fetch of a closed device, are misuse and say so", () => {
    const town = new Town({ seed: 1, kit })
    const radio = town.radio("alice")
    assert.throws(() => radio.device.fetchKeys({ first: 1, count: 0 }, () => undefined), /one period or more/)
    const device = new Device(radio.board, radio.profile, radio.enrolment, {})
    assert.throws(() => device.fetchKeys(undefined, () => undefined), /open\(\) first/)
  })

  it("a call under fetched keys works", () => {
    const town = new Town({ seed: 1, kit })
    const [alice, bob] = [town.radio("alice"), town.radio("bob")]
    alice.fetched()
    bob.fetched()
    assert.equal(keysOf(alice.called(bob.uri)), keysOf(bob.secured[0]!))
  })
})
