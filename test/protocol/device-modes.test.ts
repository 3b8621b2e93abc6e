/** Forking, retargeting and deferred delivery between whole devices, each on its own lossy link: RFC 6267 section 3. */
import assert from "node:assert/strict"
import { hex } from "../../sdk/base/bytes.ts"
import { identity } from "../../sdk/ibake/identity.ts"
import { good } from "../fixture.ts"
import { faultOf, held, keysOf, sizedKit, Town, type Radio } from "../world.ts"

const kit = sizedKit()
const TEAM = "sip:team@police.example"
const named = (uri: string) => good(identity(uri, 1))
const anybody = { onRetarget: () => true }

function town(seed: number, loss: number): Town {
  return new Town({ seed, kit, air: { loss } })
}

function fetched(...radios: Radio[]): void {
  for (const of of radios) of.fetched()
}

describe("a team on its own topic", () => {
  const member = (world: Town, name: string): Radio => world.radio(name, { uris: [`sip:${name}@police.example`, TEAM], answering: { shared: [named(TEAM)] } })

  for (const loss of [0, 0.2])
    it(`is called once, and one member has the call, at ${loss * 100} % loss`, () => {
      for (let seed = 1; seed <= 5; seed++) {
        const world = town(seed, loss)
        const alice = world.radio("alice")
        const members = ["bob", "carol", "dave"].map((name) => member(world, name))
        fetched(alice, ...members)
        const call = alice.called(TEAM, anybody)
        world.pass(60_000)
        const winners = members.filter((m) => m.secured.length > 0)
        assert.equal(winners.length, 1, world.world.toString())
        assert.deepEqual(call.peer, winners[0]!.me)
        assert.equal(keysOf(call), keysOf(winners[0]!.secured[0]!))
      }
    })

  it("is not called by a device that refuses whoever is not the team itself", () => {
    const world = town(1, 0)
    const [alice, bob] = [world.radio("alice"), member(world, "bob")]
    fetched(alice, bob)
    const call = alice.call(TEAM)
    world.until(() => call.value !== undefined, 70_000)
    assert.equal(faultOf(call), "session/timeout")
    assert(alice.ignored.some((f) => f.fault === "identity/refused"))
  })

  it("needs a member with a name of his own", () => {
    const world = town(1, 0)
    assert.throws(() => world.radio("bob", { uris: [TEAM], answering: { shared: [named(TEAM)] } }), /expected an identity that is not shared/)
  })
})

describe("a mailbox on the network", () => {
  const mailbox = (world: Town, present: () => boolean): Radio =>
    world.radio("mailbox", { answering: { standsFor: [named("sip:bob@police.example")], onUnread: () => !present(), mailbox: true } })

  for (const loss of [0, 0.2])
    it(`takes content for one who is away, who opens it when he is back, at ${loss * 100} % loss`, () => {
      for (let seed = 1; seed <= 5; seed++) {
        const world = town(seed, loss)
        const [alice, bob, box] = [world.radio("alice"), world.radio("bob"), mailbox(world, () => false)]
        fetched(alice, bob, box)
        bob.board.powerOff()
        const call = alice.called("sip:bob@police.example", { ...anybody, onDeferred: () => true })
        world.pass(10_000)
        const left = box.secured[0]!
        assert.equal(keysOf(call), keysOf(left))
        assert.deepEqual([call.called, left.called, call.peer], [bob.me, bob.me, box.me])
        bob.powerOn()
        const opened = held(bob.openDeferred(left.passOn!))
        assert.deepEqual([opened.from, opened.mailbox, opened.csbId], [alice.me, box.me, call.csbId])
        assert.deepEqual(opened.contexts.map((c) => hex(c.masterKey)), call.deferred!.map((c) => hex(c.masterKey)))
        assert(!call.contexts.some((c) => opened.contexts.some((d) => hex(d.masterKey) === hex(c.masterKey))))
        assert.equal(Math.abs(opened.utc - world.world.utc()) < 120, true)
      }
    })

  it("shares the call with nobody: where the called one is there after all, one of the two has it", () => {
    const world = town(1, 0)
    const [alice, bob, box] = [world.radio("alice"), world.radio("bob"), mailbox(world, () => false)]
    fetched(alice, bob, box)
    const call = alice.called("sip:bob@police.example", { ...anybody, onDeferred: () => true })
    world.pass(10_000)
    // Bob takes the mailbox's place as long as it has not confirmed
    const peer = call.called === undefined ? bob : box
    assert.deepEqual(call.peer, peer.me)
    assert.equal(keysOf(call), keysOf(peer.secured[0]!))
    assert.equal(bob.secured.length + box.secured.length, 1)
  })

  it("gets nothing while the caller has deferred delivery off", () => {
    const world = town(1, 0)
    const [alice, bob, box] = [world.radio("alice"), world.radio("bob"), mailbox(world, () => false)]
    fetched(alice, bob, box)
    bob.board.powerOff()
    const call = alice.called("sip:bob@police.example", anybody)
    world.pass(10_000)
    assert.deepEqual([call.deferred, box.secured[0]!.passOn], [undefined, undefined])
  })

  it("hands out octets that open for nobody else, nor once the period's key is gone", () => {
    const world = town(1, 0)
    const [alice, bob, box] = [world.radio("alice"), world.radio("bob"), mailbox(world, () => false)]
    fetched(alice, bob, box)
    bob.board.powerOff()
    alice.called("sip:bob@police.example", { ...anybody, onDeferred: () => true })
    world.pass(10_000)
    const passOn = box.secured[0]!.passOn!
    for (const of of [alice, box]) assert.equal(faultOf(of.openDeferred(passOn)), "auth/failed")
    bob.powerOn()
    bob.fetched({ first: world.period(), count: 4 })
    world.pass(3 * 86_400_000)
    assert.equal(faultOf(bob.openDeferred(passOn)), "key/none")
  })
})
