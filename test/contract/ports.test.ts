/** Ports of other engines keep the laws of sdk/port.ts over devices that behave as their engines' documentation says, and name what those do wrong. */
import assert from "node:assert/strict"
import { connect } from "mqtt"
import { espruinoBoard, type EspruinoApi, type EspruinoOptions } from "../../boards/espruino/port.ts"
import { hermesBoard, type HermesApi } from "../../boards/hermes/port.ts"
import { moddableBoard } from "../../boards/moddable/port.ts"
import { quickjsBoard } from "../../boards/quickjs/port.ts"
import { simulatedEntropy } from "../../boards/virtual/random.ts"
import { startBroker, type Broker } from "../../sdk/kms/broker.ts"
import type { Board, Entropy, LinkEvents } from "../../sdk/port.ts"
import { espruinoApi, MqttDevice, PowerCut, SerialDevice, StorageDevice } from "../devices/espruino.ts"
import { MmkvDevice } from "../devices/mmkv.ts"
import { KeyValueDevice, moddableApi } from "../devices/moddable.ts"
import { LINE, OsDevice } from "../devices/quickjs.ts"
import { DeviceWorld } from "../devices/world.ts"
import { boardContract, type Rig } from "./board-laws.ts"

const SEED = 5
const rig = (world: DeviceWorld, board: Board, peer: Board): Rig => ({ board, peer, until: async (done) => world.until(done), close: async () => undefined })
const lent = (name: string): Entropy => {
  const fill = simulatedEntropy(SEED, name)
  return { fill: (out) => (fill(out), true) }
}

/** Two boards of one kind in one world. */
async function pair(make: (world: DeviceWorld, name: string) => Board): Promise<Rig> {
  const world = new DeviceWorld(SEED)
  return rig(world, make(world, "a"), make(world, "b"))
}

const espruino = (world: DeviceWorld, options: Partial<EspruinoOptions>, api: EspruinoApi = espruinoApi(world, "BANGLEJS2", new StorageDevice())): ReturnType<typeof espruinoBoard> =>
  espruinoBoard(api, { name: "a", entropy: "hwRand", mtu: 128, ...options })

boardContract("Espruino over a serial line", () => pair((world) => espruino(world, { serial: new SerialDevice(world) })))
boardContract("Espruino with the MQTT module", () => pair((world, name) => espruino(world, { mqtt: new MqttDevice(world), entropy: lent(name) })))
boardContract("QuickJS", () => pair((world, name) => quickjsBoard(new OsDevice(world), { name, folder: "/var/ibake", line: LINE, mtu: 512 })))
boardContract("Moddable", () => pair((world, name) => moddableBoard(moddableApi(world, new KeyValueDevice()), { name, entropy: lent(name), broker: { host: "broker.example" }, mtu: 256 })))

describe("handsets at a real broker", () => {
  let broker: Broker
  before(async () => void (broker = await startBroker()))
  after(() => broker.close())
  boardContract("Hermes, with MQTT.js, WebCrypto and timers of Node", async () => {
    const [board, peer] = ["a", "b"].map((name) => hermesBoard(handset(broker.url), { name, mtu: 65535 })) as unknown as [Board, Board]
    return {
      board, peer,
      async until(done): Promise<void> {
        for (const end = performance.now() + 20000; !done(); await new Promise((next) => setImmediate(next))) assert(performance.now() < end, "it never came to be")
      },
      async close(): Promise<void> {
        board.link.close()
        peer.link.close()
      },
    }
  })
})

function handset(url: string, storage: MmkvDevice = new MmkvDevice()): HermesApi {
  return {
    getRandomValues: (out) => crypto.getRandomValues(out as Uint8Array<ArrayBuffer>),
    now: () => performance.now(), setTimeout, storage,
    connect: () => connect(url, { clean: true, resubscribe: false }) as unknown as ReturnType<HermesApi["connect"]>,
  }
}

/** What a link has told, in order. */
function listening(board: Board): string[] {
  const told: string[] = []
  const events: LinkEvents = { onReady: () => void told.push("ready"), onClosed: () => void told.push("closed"), onWritable: () => void told.push("writable"), onMessage: (topic) => void told.push(topic) }
  board.link.open(events)
  return told
}

describe("the entropy of a port", () => {
  const filled = (entropy: Entropy): boolean => entropy.fill(new Uint8Array(32))
  it("is E.hwRand only where that is a true generator, and otherwise has to be lent", () => {
    const world = new DeviceWorld(SEED)
    const on = (board: string, entropy: "hwRand" | Entropy): Board => espruino(world, { entropy, serial: new SerialDevice(world) }, espruinoApi(world, board, new StorageDevice()))
    for (const board of ["ESP32", "ESPRUINOWIFI", "PICO_R1_3", "LINUX"]) assert.throws(() => on(board, "hwRand"), new RegExp(`E.hwRand of ${board} is no true generator: lend`))
    for (const board of ["PUCKJS", "PIXLJS", "MDBT42Q", "BANGLEJS2"]) assert.equal(filled(on(board, "hwRand").entropy), true)
    assert.equal(filled(on("ESP32", lent("x")).entropy), true)
  })

  it("that repeats itself is refused by name, from the start or later, and for good", () => {
    for (const [after, words] of [[0, /repeats itself, 9 equal octets.*4\.4\.1/], [2000, /repeats itself/]] as const) {
      const world = new DeviceWorld(SEED)
      const trouble: string[] = []
      let draws = 0
      let stuck = true
      const api = { ...espruinoApi(world, "PUCKJS", new StorageDevice()), E: { hwRand: () => (draws++ >= after && stuck ? 0x5a5a5a5a : world.word()) } }
      const { entropy } = espruino(world, { serial: new SerialDevice(world), onTrouble: (why) => void trouble.push(why) }, api)
      while (draws < after) assert.equal(filled(entropy), true)
      const out = new Uint8Array(64).fill(7)
      assert.equal(entropy.fill(out), false)
      assert(out.every((octet) => octet === 7), "left untouched")
      stuck = false
      assert.equal(entropy.fill(out), false, "a source that failed comes back with a restart")
      assert.equal(trouble.length, 1)
      assert.match(trouble[0]!, words)
    }
  })

  it("that leans to one value is refused by name, and a fair one passes two million octets", () => {
    const world = new DeviceWorld(SEED)
    const trouble: string[] = []
    const leaning = (often: number): Entropy => {
      const api = { ...espruinoApi(world, "PUCKJS", new StorageDevice()), E: { hwRand: () => (world.source.chance(often) ? world.word() & 0x00ffffff : world.word()) } }
      return espruino(world, { serial: new SerialDevice(world), onTrouble: (why) => void trouble.push(why) }, api).entropy
    }
    assert.equal(leaning(0).fill(new Uint8Array(2000000)), true)
    assert.deepEqual(trouble, [])
    const biased = leaning(0.9)
    let octets = 0
    while (biased.fill(new Uint8Array(256)) && octets < 100000) octets += 256
    assert(octets < 100000, "not found in 100000 octets")
    assert.match(trouble[0]!, /leans, 71 of 512 octets are equal \(SP 800-90B 4\.4\.2\)/)
  })

  it("of a system that has none is refused", () => {
    const world = new DeviceWorld(SEED)
    const os = new OsDevice(world)
    os.urandom = false
    assert.equal(filled(quickjsBoard(os, { name: "a", folder: "/f", line: LINE, mtu: 64 }).entropy), false)
    const api = { ...handset(""), getRandomValues: () => assert.fail("the polyfill is not installed") }
    assert.equal(filled(hermesBoard(api, { name: "a", mtu: 64 }).entropy), false)
  })
})

describe("the clock of a port", () => {
  it("at 1970 is no UTC; set by name or from the engine it is", () => {
    const world = new DeviceWorld(SEED)
    const api = espruinoApi(world, "PUCKJS", new StorageDevice())
    const board = espruino(world, { serial: new SerialDevice(world), clockIsSet: true }, api)
    assert.equal(board.clock.utc(), undefined)
    assert.throws(() => board.clock.setUtc(12), /expected seconds of 2020 or later, got 12: that clock was never set/)
    assert.throws(() => board.clock.setUtc(NaN), /expected seconds/)
    board.clock.setUtc(1795000000)
    world.time.run({ until: 2500 }, "")
    assert.equal(board.clock.utc(), 1795000002.5)
    api.seconds = 1795000000
    assert.equal(espruino(world, { serial: new SerialDevice(world), clockIsSet: true }, api).clock.utc(), 1795000002.5)
    assert.equal(espruino(world, { serial: new SerialDevice(world) }, api).clock.utc(), undefined, "a clock that nobody vouches for")
  })

  it("goes on when the engine's goes back or begins anew", () => {
    const world = new DeviceWorld(SEED)
    const api = espruinoApi(world, "PUCKJS", new StorageDevice())
    api.seconds = 1000
    const { clock } = espruino(world, { serial: new SerialDevice(world) }, api)
    world.time.run({ until: 400 }, "")
    assert.equal(clock.ticks(), 400)
    api.seconds = 0
    assert.equal(clock.ticks(), 400)
    world.time.run({ until: 500 }, "")
    assert.equal(clock.ticks(), 500)
  })
})

describe("the link of a port", () => {
  it("over a serial line comes back when the gateway does, and loses what the line garbles but nothing else", () => {
    const world = new DeviceWorld(SEED)
    const serial = new SerialDevice(world)
    const board = espruino(world, { serial })
    serial.gateway.garble = () => new Uint8Array([0xc0, 0xdb, 0x01, 0xc0, 1, 2, 3])
    const told = listening(board)
    world.until(() => world.time.now > 3000)
    assert.equal(told.length, 0)
    serial.gateway.garble = (octets) => octets
    world.until(() => told.includes("ready"))
    assert.deepEqual([...serial.gateway.opens[0]!], [1, 0, 128])
    board.link.subscribe("x")
    let count = 0
    serial.gateway.garble = (octets) => (count++ % 5 === 0 ? octets.map((octet, i) => (i === 5 ? octet ^ 1 : octet)) : octets)
    for (let i = 0; i < 40; i++) {
      world.until(() => board.link.publish("x", new Uint8Array([0xc0, 0xdb, 0xdc, 0xdd, i])))
      world.until(() => world.time.now % 50 === 0)
    }
    const heard = told.filter((each) => each === "x").length
    assert(heard > 5 && heard < 40, `${heard} of 40 came through a line that garbles each fifth frame`)
    serial.gateway.garble = (octets) => octets
    serial.gateway.hangUp()
    world.until(() => told.lastIndexOf("ready") > told.indexOf("closed") && told.includes("closed"))
  })

  it("with the MQTT module connects again after the broker refused or hung up, and drops what it had kept", () => {
    const world = new DeviceWorld(SEED)
    const mqtt = new MqttDevice(world)
    mqtt.refusals = 2
    const told = listening(espruino(world, { mqtt, entropy: lent("x") }))
    world.until(() => told.length === 1)
    mqtt.retained("old")
    mqtt.hangUp()
    world.until(() => told.length === 3)
    assert.deepEqual([...told, mqtt.connects], ["ready", "closed", "ready", 4])
  })

  it("of Moddable makes a new client after an error, and hears nothing of the old one", () => {
    const world = new DeviceWorld(SEED)
    const api = moddableApi(world, new KeyValueDevice())
    const board = moddableBoard(api, { name: "a", entropy: lent("x"), broker: { host: "h" }, mtu: 64 })
    const told = listening(board)
    world.until(() => told.length === 1)
    board.link.subscribe("x")
    world.publish("x", new Uint8Array(65))
    world.publish("x", new Uint8Array(64))
    world.until(() => told.length === 2)
    api.clients[0]!.hangUp()
    world.until(() => told.length === 4)
    api.clients[0]!.options.onControl!(2, { operation: 2 })
    assert.deepEqual(told, ["ready", "x", "closed", "ready"])
    assert.equal(api.clients[1]!.options.host, "h")
  })

  it("is refused at an mtu that no link may have, and without a line", () => {
    const world = new DeviceWorld(SEED)
    for (const mtu of [0, 31, 65536, NaN]) assert.throws(() => espruino(world, { serial: new SerialDevice(world), mtu }), /mtu: expected 32 to 65535/)
    assert.throws(() => espruino(world, {}), /link: expected serial or mqtt/)
  })
})

describe("the store of a port", () => {
  it("keeps the old value or the new over a power cut in the middle of any write or erasure of Espruino's Storage", () => {
    const world = new DeviceWorld(SEED)
    let cuts = 0
    for (let nth = 0; ; nth++) {
      const storage = new StorageDevice()
      const reboot = (): Board => espruino(world, { serial: new SerialDevice(world) }, espruinoApi(world, "PUCKJS", storage))
      const value = (of: number): Uint8Array => new Uint8Array(50).fill(of)
      let last = 0
      reboot().store.put("key", value(0))
      storage.left = nth
      try {
        const { store } = reboot()
        for (let i = 1; i <= 4; i++, last++) assert.equal(store.put("key", value(i)), true)
        store.remove("key")
        break
      } catch (error) {
        assert(error instanceof PowerCut)
        cuts++
      }
      storage.powerOn()
      const after = reboot().store.get("key")
      assert(after === undefined ? last === 4 : after[0] === last || after[0] === last + 1, `cut ${nth}: ${after?.[0]} after ${last}`)
      if (after !== undefined) assert.deepEqual(after, value(after[0]!))
      assert.equal(reboot().store.put("key", value(9)), true)
      assert.deepEqual(reboot().store.get("key"), value(9))
    }
    assert(cuts >= 8, `${cuts} cuts`)
  })

  it("that is full keeps what it has: Espruino, QuickJS, Hermes, Moddable", () => {
    const world = new DeviceWorld(SEED)
    const storage = new StorageDevice()
    const os = new OsDevice(world)
    const [mmkv, values] = [new MmkvDevice(), new KeyValueDevice()]
    const boards: [Board, () => void][] = [
      [espruino(world, { serial: new SerialDevice(world) }, espruinoApi(world, "PUCKJS", storage)), () => void (storage.capacity = 100)],
      [espruino(world, { serial: new SerialDevice(world) }, espruinoApi(world, "PUCKJS", storage)), () => void (storage.capacity = 101)],
      [quickjsBoard(os, { name: "a", folder: "/f", line: LINE, mtu: 64 }), () => void (os.full = true)],
      [hermesBoard(handset("", mmkv), { name: "a", mtu: 64 }), () => void (mmkv.full = true)],
      [moddableBoard(moddableApi(world, values), { name: "a", entropy: lent("x"), broker: {}, mtu: 64 }), () => void (values.full = true)],
    ]
    for (const [{ store }, fill] of boards) {
      storage.capacity = 1000
      assert.equal(store.put("key", new Uint8Array([1, 2])), true)
      fill()
      assert.equal(store.put("key", new Uint8Array(60)), false)
      assert.deepEqual(store.get("key"), new Uint8Array([1, 2]))
    }
    assert(os.flags.every((each) => (each & 0x101000) === 0x101000), "a write of QuickJS is on the disk when it returns")
  })

  it("is sealed only where the board says so", () => {
    const world = new DeviceWorld(SEED)
    const quickjs = (sealed?: true): boolean => quickjsBoard(new OsDevice(world), { name: "a", folder: "/f", line: LINE, mtu: 64, sealed }).store.sealed
    assert.deepEqual([quickjs(), quickjs(true)], [false, true])
    assert.equal(espruino(world, { serial: new SerialDevice(world) }).store.sealed, false)
  })
})
