/** A Device through its public API on virtual boards: calls, links that come and go, noise, and what an application is told and when. */
import assert from "node:assert/strict"
import { dice } from "../../boards/virtual/random.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { Device, type Secured } from "../../sdk/device.ts"
import { callTopic, deviceId } from "../../sdk/keys/topics.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { faultOf, held, keysOf, sizedKit, Town, type Later, type Radio, type RadioOptions, type TownOptions } from "../world.ts"

const kit = sizedKit()

/** Two radios that hold their keys. */
function pair(options: Partial<TownOptions> = {}, own: RadioOptions = {}): { town: Town; alice: Radio; bob: Radio } {
  const town = new Town({ seed: 1, kit, ...options })
  const [alice, bob] = [town.radio("alice", own), town.radio("bob")]
  alice.fetched()
  bob.fetched()
  return { town, alice, bob }
}

function ends(town: Town, later: Later<Secured>): string {
  town.until(() => later.value !== undefined, 61_000, "the call's end")
  return isFault(later.value) ? later.value.fault : later.value!.role
}

function agree(a: Secured, b: Secured | undefined): void {
  assert(b !== undefined)
  assert.equal(keysOf(a), keysOf(b))
  assert.notEqual(a.role, b.role)
}

describe("calls of a device", () => {
  it("both ends know whom they talk to and which KMS says so, and each direction has its own key", () => {
    const { alice, bob } = pair()
    const call = alice.called("SIP:bob@POLICE.example")
    agree(call, bob.secured[0])
    assert.deepEqual(call.peer, bob.me)
    assert.deepEqual(bob.secured[0]!.peer, alice.me)
    assert.equal(Buffer.from(call.peerKms).toString(), "kms.police.example")
    const [there, back] = call.contexts
    assert.deepEqual([there!.from, back!.from], ["initiator", "responder"])
    assert.notDeepEqual(there!.masterKey, back!.masterKey)
  })

  it("two calls at once between the same two radios, one each way, are two calls", () => {
    for (const mtu of [32, 128, 512]) {
      const { town, alice, bob } = pair({ mtu, air: { loss: 0.1 } })
      const calls = [alice.call(bob.uri), bob.call(alice.uri)]
      for (const call of calls) ends(town, call)
      agree(held(calls[0]!), bob.secured[0])
      agree(held(calls[1]!), alice.secured[0])
      assert.notEqual(keysOf(held(calls[0]!)), keysOf(held(calls[1]!)))
    }
  })

  it("three calls to one radio in a row and at once are three calls", () => {
    const { town, alice, bob } = pair()
    const calls = [alice.call(bob.uri), alice.call(bob.uri), alice.call(bob.uri)]
    for (const call of calls) assert.equal(ends(town, call), "initiator")
    assert.equal(new Set(calls.map((call) => keysOf(held(call)))).size, 3)
    for (const call of calls) assert(bob.secured.some((s) => keysOf(s) === keysOf(held(call))))
  })

  it("one of several identities can be called, and answers as that one", () => {
    const town = new Town({ seed: 1, kit })
    const alice = town.radio("alice")
    const bob = town.radio("bob", { uris: ["sip:bob@police.example", "sip:chief@police.example"] })
    alice.fetched()
    bob.fetched()
    const call = alice.called("sip:chief@police.example")
    agree(call, bob.secured[0])
    assert.deepEqual(call.peer, bob.enrolment.identities[1])
  })

  it("a peer that no KMS speaks for, a name that is none and oneself are refused by name", () => {
    const { town, alice } = pair()
    assert.equal(ends(town, alice.call("sip:eve@elsewhere.example")), "identity/unknown")
    assert.equal(ends(town, alice.call("")), "identity/form")
    assert.equal(ends(town, alice.call(alice.uri)), "identity/mismatch")
  })

  it("a peer that is not there, has no keys or no time costs session/timeout within the profile's limit", () => {
    const town = new Town({ seed: 1, kit })
    const [alice, noKeys, noTime] = [town.radio("alice"), town.radio("bob"), town.radio("carol", { clock: "none" })]
    alice.fetched()
    const from = town.world.now()
    for (const peer of ["sip:nobody@police.example", noKeys.uri, noTime.uri]) assert.equal(ends(town, alice.call(peer)), "session/timeout")
    assert(town.world.now() - from <= 3 * (alice.profile.limits.callSeconds * 1000 + 100))
    assert.deepEqual([...new Set(noKeys.ignored.map((f) => f.fault))], ["key/none"])
    assert.deepEqual([...new Set(noTime.ignored.map((f) => f.fault))], ["time/none"])
    assert.equal(ends(town, noTime.call(alice.uri)), "time/none")
    assert.equal(ends(town, noKeys.call(alice.uri)), "key/none")
  })

  it("a call that the user ends is over at both ends, and the next one succeeds", () => {
    for (const after of [0, 30, 100, 200, 300]) {
      const { town, alice, bob } = pair()
      const call = alice.call(bob.uri)
      town.pass(after)
      if (call.value !== undefined) break
      alice.board.do(() => call.handle.end())
      assert.equal(call.times, 0, "told from within end()")
      assert.equal(ends(town, call), "session/ended")
      alice.board.do(() => call.handle.end())
      town.pass(400_000)
      assert.equal(call.times, 1)
      assert.equal(bob.device["calls"]["responder"].pending(), 0)
      alice.called(bob.uri)
    }
  })

  it("a board whose entropy is gone neither calls, answers nor fetches, and does once it is back", () => {
    const { town, alice, bob } = pair()
    alice.board.entropyIs("gone")
    assert.equal(ends(town, alice.call(bob.uri)), "entropy/none")
    const fetch = alice.fetch()
    town.until(() => fetch.value !== undefined, 1000)
    assert.equal(faultOf(fetch), "entropy/none")
    assert.equal(ends(town, bob.call(alice.uri)), "session/timeout")
    assert(alice.ignored.some((f) => f.fault === "entropy/none"))
    alice.board.entropyIs("there")
    alice.fetched()
    agree(alice.called(bob.uri), bob.secured[0])
  })
})

describe("a device and its link", () => {
  it("a link that closes at any moment of a fetch or a call and comes back costs time only", () => {
    for (let at = 0; at < 900; at += 60) {
      const town = new Town({ seed: at + 1, mtu: 64, kit })
      const [alice, bob] = [town.radio("alice"), town.radio("bob")]
      const fetches = [alice.fetch(), bob.fetch()]
      town.world.after(at, () => alice.board.outage(3000))
      town.until(() => fetches.every((f) => f.value !== undefined), 60_000, `the fetch, outage at ${at}`)
      for (const fetch of fetches) held(fetch)
      const call = alice.call(bob.uri)
      town.world.after(at, () => (at % 120 === 0 ? alice : bob).board.outage(5000))
      assert.equal(ends(town, call), "initiator", `outage at ${at}`)
      agree(held(call), bob.secured[0])
    }
  })

  it("a broker that goes away for a minute stops nobody for good", () => {
    const { town, alice, bob } = pair()
    town.world.brokerDown(40_000)
    const fetch = alice.fetch()
    const call = bob.call(alice.uri)
    assert.equal(ends(town, call), "initiator")
    town.until(() => fetch.value !== undefined, 60_000)
    held(fetch)
    assert(alice.links.includes("closed"))
  })

  it("a link that never opens gives link/closed in time, and the fetch goes on when it does", () => {
    const town = new Town({ seed: 1, kit })
    town.world.brokerDown(650_000)
    const alice = town.radio("alice")
    const fetch = alice.fetch()
    town.until(() => fetch.value !== undefined, 601_000)
    assert.equal(faultOf(fetch), "link/closed")
    alice.fetched()
  })

  it("a broker that drops, doubles and swaps topics is outlived", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const town = new Town({ seed, mtu: 96, kit })
      Object.assign(town.world.lies, { drop: 0.1, double: 0.2, swap: 0.1 })
      const [alice, bob] = [town.radio("alice"), town.radio("bob")]
      alice.fetched()
      bob.fetched()
      agree(alice.called(bob.uri), bob.secured[0])
      assert.deepEqual([town.tap.changedBlocks(), town.tap.reusedTimes()], [[], []])
    }
  })

  /** Publishes 1,000 frames a second for a minute to what a radio hears. */
  function noise(town: Town, to: Radio, frame: (n: number) => Uint8Array, from: (n: number) => string): void {
    const eve = town.world.board("eve", { mtu: 65535, air: { queue: 1e9, latencyMs: [1, 2] } })
    const own = deviceId(nobleSym, to.me.data)
    eve.link.open({
      onReady: () => [...Array(60_000).keys()].forEach((n) => eve.clock.after(n, () => void eve.link.publish(callTopic(own, from(n)), frame(n)))),
      onMessage: () => undefined, onWritable: () => undefined, onClosed: () => undefined,
    })
  }

  const random = dice(1, "noise")
  const garbage = (): Uint8Array => new Uint8Array(Array.from({ length: 1 + Math.floor(random.roll() * 32) }, () => Math.floor(random.roll() * 256)))
  const block = (n: number): Uint8Array => Uint8Array.of(0x10, n >> 8, n, 0, 7, n, n >> 8, 3, 4, 5)
  const stranger = (n: number): string => deviceId(nobleSym, Uint8Array.of(n, n >> 8))

  it("1,000 frames of garbage a second, from whoever they say, do not stop a call", () => {
    for (const mtu of [32, 128])
      for (const who of ["strangers", "the caller"]) {
        const { town, alice, bob } = pair({ mtu })
        const caller = deviceId(nobleSym, alice.me.data)
        noise(town, bob, garbage, who === "strangers" ? stranger : () => caller)
        town.pass(500)
        agree(alice.called(bob.uri), bob.secured[0])
        assert(bob.ignored.length > 500, `${bob.ignored.length}`)
      }
  })

  it("nor do 1,000 good first blocks a second from as many strangers", () => {
    const { town, alice, bob } = pair()
    noise(town, bob, block, stranger)
    town.pass(500)
    agree(alice.called(bob.uri), bob.secured[0])
    assert(bob.device["calls"]["peers"]["peers"].length <= 8)
  })
})

describe("what an application is told", () => {
  it("nothing from within its own calls, whatever goes wrong", () => {
    const wrongs: ((r: Radio) => void)[] = [
      () => undefined,
      (r) => r.board.entropyIs("gone"),
      (r) => void (r.board.store.full = true),
      (r) => r.board.outage(1000),
    ]
    for (const wrong of wrongs) {
      const { town, alice, bob } = pair()
      wrong(alice)
      let inside = false
      let told = 0
      const tell = (): void => {
        assert(!inside, "told from within")
        told++
      }
      alice.board.do(() => {
        inside = true
        alice.device.fetchKeys(undefined, tell)
        alice.device.call(bob.uri, tell).end()
        alice.device.call(bob.uri, tell)
        alice.device.call("", tell)
        for (let i = 0; i < 40; i++) alice.device.call(bob.uri, tell)
        inside = false
      })
      town.until(() => told === 44, 120_000, "every result")
    }
  })

  it("a call too many is told rate/limited", () => {
    const { town, alice, bob } = pair()
    const calls = [...Array(40).keys()].map(() => alice.call(bob.uri))
    town.until(() => calls.every((call) => call.value !== undefined), 61_000)
    assert(calls.some((call) => isFault(call.value) && call.value.fault === "rate/limited"))
  })

  it("nothing after close, which wipes the keys: whenever it comes", () => {
    for (let at = 0; at < 1000; at += 80) {
      const town = new Town({ seed: at, mtu: 64, kit })
      let closed = false
      let late = 0
      const told = (): void => void (closed && late++)
      const events = { onSecured: told, onLink: told, onProgress: told, onIgnored: told }
      const [alice, bob] = [town.radio("alice", { events }), town.radio("bob")]
      bob.fetched()
      if (at % 160 === 0) alice.fetched()
      const fetch = alice.fetch()
      const call = alice.call(bob.uri)
      bob.call(alice.uri)
      town.pass(at)
      const before = [fetch.times, call.times]
      const key = alice.device["keyring"].privateKey(alice.me, town.period())
      alice.board.do(() => alice.device.close())
      closed = true
      town.pass(700_000)
      assert.deepEqual([fetch.times, call.times, late], [...before, 0], `closed after ${at} ms`)
      if (key !== undefined) assert(key.octets.every((o) => o === 0), "a key is left in memory")
      assert.deepEqual(alice.device.periods(alice.me), [])
      assert.deepEqual(alice.device["fetcher"]["parts"].credential.keyOf(new Uint8Array(0)), new Uint8Array(32))
    }
  })

  it("a device may close itself in any of its callbacks", () => {
    for (const event of ["onSecured", "onLink", "onProgress", "onIgnored"] as const) {
      const town = new Town({ seed: 1, mtu: 64, kit })
      let device: Device | undefined
      let times = 0
      const events = { [event]: () => (times++, device!.close()) }
      const radio = town.radio("alice")
      const bob = town.radio("bob")
      radio.fetched()
      bob.fetched()
      radio.board.powerOff()
      radio.board.powerOn(() => {
        device = new Device(radio.board, radio.profile, radio.enrolment, events)
        device.open()
      })
      town.pass(500)
      radio.board.do(() => event === "onProgress" && device!.fetchKeys(undefined, () => undefined))
      bob.call(radio.uri)
      if (event === "onIgnored") radio.board.entropyIs("gone")
      town.pass(70_000)
      assert.equal(times, 1, event)
    }
  })

  it("a closed device does not open again, and says why; the next one on the board has its keys", () => {
    const { town, alice, bob } = pair()
    alice.board.do(() => alice.device.close())
    assert.throws(() => alice.device.open(), /make a new one/)
    assert.throws(() => alice.device.call(bob.uri, () => undefined), /open\(\) first/)
    alice.board.do(() => alice.boot())
    town.pass(1000)
    agree(alice.called(bob.uri), bob.secured[0])
  })
})
