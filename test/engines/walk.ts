/** What a board does from boot to a message, told in lines: the same in every engine that runs its port. Runs inside the engine, over simulated devices. */
import { hermesBoard } from "../../boards/hermes/port.ts"
import { moddableBoard } from "../../boards/moddable/port.ts"
import { quickjsBoard } from "../../boards/quickjs/port.ts"
import { simulatedEntropy } from "../../boards/virtual/random.ts"
import type { Board } from "../../sdk/port.ts"
import { MmkvDevice } from "../devices/mmkv.ts"
import { KeyValueDevice, moddableApi } from "../devices/moddable.ts"
import { MqttJsDevice } from "../devices/mqttjs.ts"
import { LINE, OsDevice } from "../devices/quickjs.ts"
import { DeviceWorld } from "../devices/world.ts"

/** Engines whose ports can be walked. */
export type Walked = "quickjs" | "hermes" | "moddable"

function boardOf(engine: Walked, world: DeviceWorld): Board {
  const fill = simulatedEntropy(1, engine)
  const storage = new MmkvDevice()
  const connect = (): MqttJsDevice => new MqttJsDevice(world)
  const after = (act: () => void, ms: number): void => world.after(ms, act)
  if (engine === "quickjs") return quickjsBoard(new OsDevice(world), { name: engine, folder: "/f", line: LINE, mtu: 64 })
  if (engine === "hermes") return hermesBoard({ getRandomValues: fill, now: () => world.time.now, setTimeout: after, storage, connect }, { name: engine, mtu: 64, clockIsWrong: true })
  return moddableBoard(moddableApi(world, new KeyValueDevice()), { name: engine, entropy: { fill: (out) => (fill(out), true) }, broker: {}, mtu: 64 })
}

/** Walks; throws when the world stands still. */
export function walk(engine: Walked): string[] {
  const world = new DeviceWorld(3)
  const board = boardOf(engine, world)
  const told: string[] = []
  const tell = (what: string, value: unknown): void => void told.push(`${Math.round(world.time.now)} ms ${what} ${String(value)}`)
  const octets = (of: Uint8Array | undefined): string => (of === undefined ? "none" : Array.prototype.map.call(of, String).join("."))
  const random = new Uint8Array(16)
  tell("entropy", board.entropy.fill(random))
  tell("octets", octets(random))
  tell("utc", board.clock.utc())
  tell("put", board.store.put("key", new Uint8Array([1, 2, 3])) && board.store.put("key", new Uint8Array([4, 5])))
  tell("got", octets(board.store.get("key")))
  board.store.remove("key")
  tell("removed", octets(board.store.get("key")))
  tell("name", board.store.put("Key", random))
  let [ready, heard] = [false, false]
  board.link.open({
    onReady: () => { tell("ready", (ready = board.link.subscribe("a/+"))) },
    onMessage: (topic, payload) => { tell(topic, octets(payload)); heard = true },
    onWritable: () => tell("writable", ""),
    onClosed: () => tell("closed", ""),
  })
  tell("too early", board.link.publish("a/b", random))
  world.until(() => ready)
  tell("too long", board.link.publish("a/b", new Uint8Array(65)))
  let next = 0
  world.until(() => {
    if (world.time.now >= next) {
      board.link.publish("a/b", new Uint8Array([7, 192, 219]))
      next = world.time.now + 20
    }
    return heard
  })
  let woken = -1
  board.clock.after(50, () => { woken = board.clock.ticks() })
  world.until(() => woken >= 0)
  tell("woken", woken)
  board.link.close()
  tell("closed", board.link.publish("a/b", random))
  return told
}
