/** The simulated world itself: what it does to frames, clocks, power and stores, for tests are worth no more than it is. */
import assert from "node:assert/strict"
import { createWorld, type Air, type CutPoint, type VirtualBoard, type World } from "../../boards/virtual/port.ts"
import { matches } from "../../boards/virtual/air.ts"

/** What a board heard, with the world's time. */
function hearing(world: World, board: VirtualBoard, filter: string): { at: number; topic: string; payload: Uint8Array }[] {
  const heard: { at: number; topic: string; payload: Uint8Array }[] = []
  board.link.open({
    onReady: () => void board.link.subscribe(filter),
    onMessage: (topic, payload) => void heard.push({ at: world.now(), topic, payload }),
    onWritable: () => undefined, onClosed: () => undefined,
  })
  return heard
}

/** Publishes numbered frames of four octets from a to b, every `everyMs`. */
function stream(seed: number, air: Partial<Air>, count: number, everyMs: number): { world: World; numbers: number[]; a: VirtualBoard } {
  const world = createWorld({ seed })
  const a = world.board("a", { air })
  const b = world.board("b", { air: { latencyMs: [0, 0] } })
  const heard = hearing(world, b, "t")
  hearing(world, a, "none")
  for (let i = 0; i < count; i++) world.at(1000 + i * everyMs, () => void a.link.publish("t", new Uint8Array([0, 0, i >> 8, i])))
  world.run()
  return { world, a, numbers: heard.map(({ payload }) => payload[2]! * 256 + payload[3]!) }
}

describe("the simulated world", () => {
  it("loses, doubles and reorders as often as asked, and otherwise nothing", () => {
    const clear = stream(1, {}, 1000, 5).numbers
    assert.deepEqual(clear, Array.from({ length: 1000 }, (_, i) => i))
    const lost = 1000 - stream(2, { loss: 0.3 }, 1000, 5).numbers.length
    assert(lost > 240 && lost < 360, `${lost} of 1000 lost`)
    const more = stream(3, { duplicate: 0.3 }, 1000, 5).numbers.length - 1000
    assert(more > 240 && more < 360, `${more} of 1000 doubled`)
    const mixed = stream(4, { reorder: 0.3 }, 1000, 5).numbers
    assert.equal(mixed.length, 1000)
    assert(mixed.filter((number, i) => i > 0 && number < mixed[i - 1]!).length > 100)
  })

  it("gives equal runs for equal seeds and names both seed and time in an error", () => {
    const air = { loss: 0.2, duplicate: 0.2, reorder: 0.2 }
    assert.deepEqual(stream(5, air, 300, 5).numbers, stream(5, air, 300, 5).numbers)
    assert.notDeepEqual(stream(5, air, 300, 5).numbers, stream(6, air, 300, 5).numbers)
    const world = createWorld({ seed: 77 })
    world.at(1234, () => assert.fail("oh"))
    assert.throws(() => world.run(), /oh \(seed 77, 1234 ms\)/)
    assert.equal(world.toString(), "seed 77, 1234 ms")
  })

  it("stops a world that runs away", () => {
    const world = createWorld({ seed: 1 })
    const again = (): void => world.after(1, again)
    again()
    assert.throws(() => world.run({ most: 1000 }), /ran away: 1000 events \(seed 1/)
    assert.equal(world.run({ until: 5000 }), "until")
    assert.equal(world.now(), 5000)
    assert.equal(world.run({ stop: () => true }), "stopped")
  })

  it("counts what goes over the air, by topic and in all", () => {
    const { world } = stream(7, { loss: 0.5 }, 100, 5)
    const t = world.traffic().get("t")!
    assert.equal(t.frames, 100)
    assert.equal(t.octets, 400)
    assert(t.delivered > 30 && t.delivered < 70)
    assert.deepEqual(world.total(), t)
  })

  it("sends no faster than the air, refuses what the queue cannot hold, and says when there is room", () => {
    const world = createWorld({ seed: 8 })
    const a = world.board("a", { mtu: 100, air: { octetsPerSecond: 1000, queue: 3, latencyMs: [0, 0] } })
    const b = world.board("b", { air: { latencyMs: [0, 0] } })
    const heard = hearing(world, b, "t")
    let writable = 0
    a.link.open({ onReady: () => undefined, onMessage: () => undefined, onWritable: () => void (writable = world.now()), onClosed: () => undefined })
    const taken: boolean[] = []
    world.at(1000, () => void [0, 1, 2, 3].forEach(() => taken.push(a.link.publish("t", new Uint8Array(100)))))
    world.run()
    assert.deepEqual(taken, [true, true, true, false])
    assert.deepEqual(heard.map(({ at }) => at), [1100, 1200, 1300])
    assert.equal(writable, 1100)
  })

  it("loses what is longer than the mtu of who should hear it", () => {
    const world = createWorld({ seed: 9 })
    const [a, b] = [world.board("a"), world.board("b", { mtu: 32 })]
    const heard = hearing(world, b, "t")
    hearing(world, a, "none")
    world.at(500, () => void (a.link.publish("t", new Uint8Array(32)) && a.link.publish("t", new Uint8Array(33))))
    world.run()
    assert.equal(heard.length, 1)
    assert.equal(b.tooLong, 1)
  })

  it("lets a broker drop, double and swap topics", () => {
    const world = createWorld({ seed: 10 })
    const [a, b] = [world.board("a"), world.board("b")]
    const heard = hearing(world, b, "+")
    hearing(world, a, "none")
    Object.assign(world.lies, { drop: 0.2, double: 0.2, swap: 0.2 })
    for (let i = 0; i < 500; i++) world.at(500 + i, () => void a.link.publish(i % 2 === 0 ? "x" : "y", new Uint8Array([i % 2])))
    world.run()
    const swapped = heard.filter(({ topic, payload }) => (topic === "x") !== (payload[0] === 0)).length
    assert(heard.length > 400 && heard.length < 560, `${heard.length} heard`)
    assert(swapped > 20, `${swapped} swapped`)
  })

  it("closes a link in an outage and opens it again without its subscriptions; in silence it tells nobody", () => {
    const world = createWorld({ seed: 11 })
    const [a, b] = [world.board("a"), world.board("b")]
    const told: string[] = []
    hearing(world, b, "none")
    let heard = 0
    a.link.open({
      onReady: () => void (told.push("ready"), a.link.subscribe("t")),
      onMessage: () => void heard++,
      onWritable: () => undefined,
      onClosed: () => void told.push("closed"),
    })
    const send = (at: number): void => world.at(at, () => void b.link.publish("t", new Uint8Array(1)))
    world.at(1000, () => a.silence(500))
    send(1200)
    world.at(2000, () => a.outage(1000))
    send(2500)
    world.at(4000, () => world.brokerDown(1000))
    send(6000)
    world.run({ until: 1900 })
    assert.equal(heard, 0)
    assert.deepEqual(told, ["ready"])
    world.run()
    assert.deepEqual(told, ["ready", "closed", "ready", "closed", "ready"])
    assert.equal(heard, 1)
  })

  it("lets nothing of an old life happen, keeps the store, and starts ticks anew", () => {
    const world = createWorld({ seed: 12 })
    const board = world.board("a", { utcError: 2 })
    const seen: string[] = []
    board.do(() => {
      board.store.put("kept", new Uint8Array([1]))
      board.clock.after(100, () => void seen.push("old wake"))
      hearing(world, board, "t")
    })
    const { link, clock } = board
    world.at(50, () => board.powerOff())
    world.at(60, () => assert.equal(board.store.put("dead", new Uint8Array(1)), false))
    world.at(200, () => board.powerOn(() => seen.push(`new ${board.clock.ticks()}`)))
    world.run()
    assert.deepEqual(seen, ["new 0"])
    assert.deepEqual(board.store.names(), ["kept"])
    assert.equal(link.publish("t", new Uint8Array(1)), false)
    clock.after(1, () => void seen.push("dead clock"))
    world.run()
    assert.equal(seen.length, 1)
    assert.equal(board.clock.utc(), world.utc() + 2)
  })

  it("cuts the power in an operation: it is wholly done or not at all, and nothing after it", () => {
    const points: CutPoint[] = ["put", "remove", "publish", "message", "wake"]
    for (const point of points) {
      const done = new Set<boolean>()
      for (let seed = 1; seed <= 40; seed++) {
        const world = createWorld({ seed })
        const [board, peer] = [world.board("a"), world.board("b")]
        board.store.put("old", new Uint8Array([1]))
        const heard = hearing(world, peer, "out")
        let [after, cut, inside] = [false, false, false]
        board.cutAt(point, 1, () => void (cut = true))
        const operate = (): void => {
          if (point === "put") board.store.put("new", new Uint8Array([2]))
          if (point === "remove") board.store.remove("old")
          if (point === "publish") board.link.publish("out", new Uint8Array([3]))
          if (point === "put" || point === "remove" || point === "publish") after = true
        }
        board.link.open({ onReady: () => void board.link.subscribe("in"), onMessage: () => void (inside = true), onWritable: () => undefined, onClosed: () => undefined })
        world.at(500, () => (point === "wake" ? board.clock.after(1, () => void (inside = true)) : board.do(operate)))
        world.at(600, () => void peer.link.publish("in", new Uint8Array(1)))
        world.run()
        assert(cut && !after && !board.alive(), `${point}, seed ${seed}`)
        if (point === "put") done.add(board.store.names().length === 2)
        if (point === "remove") done.add(board.store.names().length === 0)
        // what was in the modem goes with the power
        if (point === "publish") assert.equal(heard.length, 0)
        if (point === "message" || point === "wake") done.add(inside)
      }
      assert.equal(done.size, point === "publish" ? 0 : 2, point)
    }
  })

  it("refuses a put beyond the store's capacity or while it is full, and can damage a value", () => {
    const { store } = createWorld({ seed: 13 }).board("a", { capacity: 10 })
    assert.equal(store.put("a", new Uint8Array(9)), true)
    assert.equal(store.put("b", new Uint8Array(1)), false)
    assert.equal(store.put("a", new Uint8Array(8)), true)
    store.full = true
    assert.equal(store.put("a", new Uint8Array(1)), false)
    assert.equal(store.get("a")!.length, 8)
    assert.equal(store.damage("none"), false)
    assert.equal(store.damage("a"), true)
    assert.notDeepEqual(store.get("a"), new Uint8Array(8))
  })

  it("has no time until it is set, and no entropy when it fails", () => {
    const world = createWorld({ seed: 14 })
    const board = world.board("a")
    assert.equal(board.clock.utc(), undefined)
    board.setUtc(1767225600)
    world.run({ until: 5000 })
    assert.equal(board.clock.utc(), 1767225605)
    board.powerOff()
    board.powerOn()
    assert.equal(board.clock.utc(), undefined)
    board.entropyIs("gone")
    const out = new Uint8Array([7, 7])
    assert.equal(board.entropy.fill(out), false)
    assert.deepEqual(out, new Uint8Array([7, 7]))
  })

  it("matches topics as MQTT does", () => {
    const yes: [string, string][] = [["a/b", "a/b"], ["a/+", "a/b"], ["+/+", "a/b"], ["a/#", "a/b/c"], ["a/#", "a"], ["ibake/1/k/x/+/up", "ibake/1/k/x/d/up"]]
    const no: [string, string][] = [["a/b", "a/c"], ["a/+", "a/b/c"], ["a/+", "a"], ["+", "a/b"], ["a/b", "a/b/c"]]
    for (const [filter, topic] of yes) assert(matches(filter, topic), `${filter} ${topic}`)
    for (const [filter, topic] of no) assert(!matches(filter, topic), `${filter} ${topic}`)
  })
})
