/** Every board of ours keeps the laws of sdk/port.ts, and faulty ones are caught. */
import assert from "node:assert/strict"
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createServer, type AddressInfo, type Socket } from "node:net"
import { join } from "node:path"
import { Aedes } from "aedes"
import { fileStore, nodeBoard, realDisk, type Disk, type MqttOptions } from "../../boards/node/port.ts"
import { createWorld } from "../../boards/virtual/port.ts"
import type { Board } from "../../sdk/port.ts"
import { mosquitto, startMosquitto } from "../mosquitto.ts"
import { folder } from "../processes.ts"
import { tool } from "../tools.ts"
import { boardContract, boardLaws, holds, type Rig } from "./board-laws.ts"

/** Enough for a law: what takes longer never comes. */
const MOST_MS = 60000

async function virtualRig(seed: number): Promise<Rig> {
  const world = createWorld({ seed })
  const board = world.board("a", { mtu: 64, air: { octetsPerSecond: 5000 } })
  const peer = world.board("b", { utcError: 0 })
  return {
    board, peer,
    async until(done): Promise<void> {
      if (done()) return
      for (let i = 0; i < MOST_MS; i++) {
        world.run({ until: world.now() + 1, stop: done })
        if (done()) return
      }
      assert.fail(`it never came to be (${world.toString()})`)
    },
    close: async () => undefined,
  }
}

async function nodeRig(mqtt: MqttOptions): Promise<Rig & { readonly trouble: string[] }> {
  const home = folder("board")
  const trouble: string[] = []
  const onTrouble = (why: string): void => void trouble.push(why)
  const board = nodeBoard({ name: "a", folder: join(home, "a"), mqtt: { ...mqtt, queue: 8, onTrouble } })
  const peer = nodeBoard({ name: "b", folder: join(home, "b"), mqtt: { ...mqtt, onTrouble } })
  return { board, peer, until, trouble, async close(): Promise<void> {
    board.close()
    peer.close()
    rmSync(home, { recursive: true, force: true })
    assert.deepEqual(trouble, [])
  } }
}

async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + MOST_MS
  while (!done()) {
    assert(performance.now() < end, "it never came to be")
    await new Promise((next) => setImmediate(next))
  }
}

/** aedes on a free port of loopback. */
async function startAedes(): Promise<{ url: string; hangUp(): void; stop(): Promise<void> }> {
  const broker = await Aedes.createBroker()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
    broker.handle(socket)
  })
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready))
  const hangUp = (): void => sockets.forEach((socket) => socket.destroy())
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hangUp,
    async stop(): Promise<void> {
      hangUp()
      await new Promise<void>((closed) => broker.close(closed))
      await new Promise((closed) => server.close(closed))
    },
  }
}

boardContract("virtual", () => virtualRig(1))

describe("node boards at aedes", () => {
  let broker: Awaited<ReturnType<typeof startAedes>>
  before(async () => void (broker = await startAedes()))
  after(() => broker.stop())
  for (const qos of [0, 1] as const) boardContract(`node, MQTT 3.1.1, QoS ${qos}`, () => nodeRig({ url: broker.url, version: 4, qos }))

  it("a node board says that its link closed, comes back by itself, and is subscribed anew by its user", async () => {
    const rig = await nodeRig({ url: broker.url, reconnectMs: 20 })
    let [ready, closed, heard] = [0, 0, 0]
    rig.board.link.open({
      onReady: () => void (ready++, rig.board.link.subscribe("ibake/1/again")),
      onMessage: () => void heard++,
      onWritable: () => undefined,
      onClosed: () => void closed++,
    })
    await until(() => ready === 1)
    broker.hangUp()
    await until(() => ready === 2)
    assert.equal(closed, 1)
    await until(() => rig.board.link.publish("ibake/1/again", new Uint8Array(3)) && heard > 0)
    // the words are Node's own
    assert(rig.trouble.every((why) => /ECONNRESET|EPIPE|socket/.test(why)), rig.trouble.join())
    rig.trouble.length = 0
    await rig.close()
  })
})

describe("node boards at mosquitto", () => {
  let broker: Awaited<ReturnType<typeof startMosquitto>>
  before(tool("mosquitto", mosquitto))
  before(async () => void (broker = await startMosquitto()))
  after(() => broker?.stop())
  for (const version of [4, 5] as const)
    for (const qos of [0, 1] as const) boardContract(`node, MQTT ${version === 4 ? "3.1.1" : "5"}, QoS ${qos}`, () => nodeRig({ url: broker.url, version, qos }))
})

/** One defect for each law, in the order of the laws. */
const defects: readonly ((board: Board) => Board)[] = [
  (board) => ({ ...board, ...parts(board), clock: { ...board.clock, after: (ms, wake) => board.clock.after(ms / 2, wake) } }),
  (board) => ({ ...board, ...parts(board), clock: { ...board.clock, utc: () => Date.now() } }),
  (board) => ({ ...board, ...parts(board), entropy: { fill: (out) => board.entropy.fill(out.subarray(0, 65536 / 2)) } }),
  (board) => ({ ...board, ...parts(board), store: { ...store(board), get: (name) => (name === ".." ? undefined : board.store.get(name)) } }),
  (board) => {
    const values = new Map<string, Uint8Array>()
    return { ...board, ...parts(board), store: { sealed: false, get: (name) => values.get(name), put: (name, value) => (values.set(name, value), true), remove: (name) => void values.delete(name) } }
  },
  (board) => ({ ...board, ...parts(board), store: { ...store(board), put: (name, value) => board.store.put(name.toLowerCase(), value) } }),
  (board) => ({ ...board, ...parts(board), link: { ...link(board), publish: () => true } }),
  (board) => ({ ...board, ...parts(board), link: { ...link(board), publish: (topic, payload) => board.link.publish(topic, payload.subarray(0, board.link.mtu)) } }),
  (board) => ({ ...board, ...parts(board), link: { ...link(board), subscribe: (topic) => board.link.subscribe(topic.replace("+/up", "#")) } }),
  (board) => ({ ...board, ...parts(board), link: { ...link(board), ...echoing(board) } }),
  (board) => ({ ...board, ...parts(board), link: { ...link(board), open: (events) => board.link.open({ ...events, onWritable: () => undefined }) } }),
]

const parts = (board: Board): Board => ({ name: board.name, clock: board.clock, entropy: board.entropy, link: board.link, store: board.store })
const store = ({ store: s }: Board): Board["store"] => ({ sealed: s.sealed, get: (name) => s.get(name), put: (name, value) => s.put(name, value), remove: (name) => s.remove(name) })
const link = ({ link: l }: Board): Board["link"] => ({
  mtu: l.mtu, open: (events) => l.open(events), publish: (topic, payload) => l.publish(topic, payload), subscribe: (topic) => l.subscribe(topic), close: () => l.close(),
})

/** A link that hands a payload to its own board at once. */
function echoing(board: Board): Partial<Board["link"]> {
  let deliver = (_topic: string, _payload: Uint8Array): void => undefined
  return {
    open(events): void {
      deliver = events.onMessage
      board.link.open(events)
    },
    publish(topic, payload): boolean {
      deliver(topic, payload)
      return true
    },
  }
}

describe("the contract of a board", () => {
  it("has a defect for each of its laws", () => assert.equal(defects.length, boardLaws.length))
  boardLaws.forEach((law, i) => {
    it(`catches a board without this: ${law.title}`, async () => {
      const faulty = async (): Promise<Rig> => {
        const rig = await virtualRig(2)
        return { ...rig, board: defects[i]!(rig.board) }
      }
      await assert.rejects(holds(law, faulty), assert.AssertionError)
    })
  })
})

describe("a store of files", () => {
  let home: string
  beforeEach(() => void (home = folder("files")))
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  it("is a folder that only its owner enters, of files that only its owner reads", () => {
    const store = fileStore(join(home, "s"), false, realDisk)
    store.put("key", new Uint8Array(5))
    assert.equal(statSync(join(home, "s")).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(join(home, "s")), ["v-key.bin"])
    assert.equal(statSync(join(home, "s", "v-key.bin")).mode & 0o777, 0o600)
  })

  it("keeps the old value and leaves nothing behind when the disk fails at any call of a put", () => {
    const path = join(home, "s")
    fileStore(path, false, realDisk).put("key", new Uint8Array([1]))
    let failures = 0
    for (let nth = 1; ; nth++) {
      const disk = failing(nth)
      const put = fileStore(path, false, disk.disk).put("key", new Uint8Array([2]))
      if (!disk.failed()) {
        assert.equal(put, true)
        break
      }
      failures++
      const after = fileStore(path, false, realDisk).get("key")
      assert.equal(put, false)
      assert.deepEqual([...after!], [1], `after ${disk.failed()} failed`)
      assert.deepEqual(readdirSync(path), ["v-key.bin"])
      fileStore(path, false, realDisk).put("key", new Uint8Array([1]))
    }
    assert.equal(failures, 6, "open, write, sync, rename, and open and sync of the folder can fail")
  })

  it("sweeps up what a power cut left half written, and never reads it", () => {
    mkdirSync(join(home, "s"))
    writeFileSync(join(home, "s", "v-key.bin~"), "half")
    const store = fileStore(join(home, "s"), false, realDisk)
    assert.equal(store.get("key"), undefined)
    assert.deepEqual(readdirSync(join(home, "s")), [])
  })

  it("says in words that its folder cannot be used", () => {
    writeFileSync(join(home, "file"), "")
    assert.throws(() => fileStore(join(home, "file"), false, realDisk), /store: cannot use the folder .*file/)
  })
})

/** A disk whose nth call within a put fails. */
function failing(nth: number): { disk: Disk; failed(): string | undefined } {
  let left = nth
  let what: string | undefined
  const guard = <F extends (...given: never[]) => unknown>(name: string, call: F): F =>
    ((...given: never[]) => {
      if (--left === 0) {
        what = name
        throw new Error("ENOSPC")
      }
      return call(...given)
    }) as F
  const disk = {
    ...realDisk,
    openSync: guard("open", realDisk.openSync),
    writeSync: guard("write", realDisk.writeSync as never) as typeof realDisk.writeSync,
    fsyncSync: guard("sync", realDisk.fsyncSync),
    renameSync: guard("rename", realDisk.renameSync),
  }
  return { disk, failed: () => what }
}
