/**
 * A simulated Espruino, as www.espruino.com/Reference documents it: `Storage` (a replaced file is erased before it is written; `readArrayBuffer` is a view of
 * the flash; names of 28 characters; a full flash throws or answers false), `E.hwRand` (a 32-bit number), `getTime` (seconds, from 1970 after a boot),
 * `Serial` (strings of one character an octet) and the client of www.espruino.com/MQTT.
 */
import type { EspruinoApi, EspruinoMessage, EspruinoMqtt, EspruinoSerial, EspruinoStorage } from "../../boards/espruino/port.ts"
import { spelled, unspelled } from "../../boards/parts/frames.ts"
import type { Client } from "../../boards/virtual/broker.ts"
import { Gateway, type DeviceWorld } from "./world.ts"

/** Thrown where the power went. */
export class PowerCut extends Error {}

/** Flash that keeps its files over power cuts. */
export class StorageDevice implements EspruinoStorage {
  readonly files: Map<string, Uint8Array> = new Map()
  capacity = 100000
  /** Writes and erasures until the power goes, in the middle of one; negative is never. */
  left = -1
  private dead = false

  readArrayBuffer(name: string): ArrayBuffer | undefined {
    return this.files.get(name)?.buffer as ArrayBuffer | undefined
  }

  write(name: string, data: Uint8Array): boolean {
    if (this.dead) throw new PowerCut()
    if (name.length > 28) throw new Error("Too long")
    this.files.delete(name)
    if ([...this.files.values()].reduce((sum, each) => sum + each.length + 32, data.length + 32) > this.capacity) {
      if (this.capacity % 2 === 0) throw new Error("Unable to find or create file")
      return false
    }
    const cut = this.spent()
    this.files.set(name, new Uint8Array(cut ? data.slice(0, data.length >> 1) : data))
    if (cut) throw new PowerCut()
    return true
  }

  erase(name: string): void {
    if (this.spent()) throw new PowerCut()
    this.files.delete(name)
  }

  /** The power is back, and stays. */
  powerOn(): void {
    this.left = -1
    this.dead = false
  }

  /** Whether the power goes in this operation. */
  private spent(): boolean {
    if (this.dead) throw new PowerCut()
    this.dead = this.left-- === 0
    return this.dead
  }
}

/** A serial port with a gateway at its other end. */
export class SerialDevice implements EspruinoSerial {
  readonly gateway: Gateway
  private readonly listeners: ((data: string) => void)[] = []

  constructor(world: DeviceWorld) {
    this.gateway = new Gateway(world, (octets) => this.listeners.forEach((each) => each(spelled(octets))))
  }

  write(data: Uint8Array): void {
    this.gateway.take(data)
  }

  on(_event: "data", heard: (data: string) => void): void {
    this.listeners.push(heard)
  }
}

/** The MQTT module's client: it does not reconnect by itself, and tells of a broker that cannot be reached or refuses by `error` alone. */
export class MqttDevice implements EspruinoMqtt {
  private readonly world: DeviceWorld
  private readonly listeners: { event: string; heard: (message: EspruinoMessage) => void }[] = []
  private client: Client | undefined
  connects = 0
  /** Attempts that the broker still refuses. */
  refusals = 0

  constructor(world: DeviceWorld) {
    this.world = world
  }

  connect(): void {
    this.connects++
    this.world.after(10, () => {
      if (this.refusals-- > 0) return this.emit("error")
      this.client = this.world.client((topic, payload) => this.emit("message", { topic, message: spelled(payload), retain: false }))
      this.emit("connected")
    })
  }

  disconnect(): void {
    this.drop()
  }

  subscribe(topic: string): void {
    this.client?.filters.push(topic)
  }

  publish(topic: string, message: string): void {
    if (this.client !== undefined) this.world.publish(topic, unspelled(message))
  }

  on(event: string, heard: (message: EspruinoMessage) => void): void {
    this.listeners.push({ event, heard })
  }

  /** The broker hangs up. */
  hangUp(): void {
    this.drop()
    this.emit("disconnected")
  }

  /** A message that the broker kept. */
  retained(topic: string): void {
    this.emit("message", { topic, message: "old", retain: true })
  }

  private drop(): void {
    if (this.client !== undefined) this.world.broker.disconnect(this.client)
    this.client = undefined
  }

  private emit(event: string, message: EspruinoMessage = { topic: "", message: "", retain: false }): void {
    for (const each of this.listeners) if (each.event === event) each.heard(message)
  }
}

/** The globals of a board of this name. */
export function espruinoApi(world: DeviceWorld, board: string, storage: StorageDevice): EspruinoApi & { seconds: number } {
  const api = {
    E: { hwRand: () => world.word() },
    storage,
    env: { BOARD: board, VERSION: "2v25" },
    /** What setTime has added. */
    seconds: 0,
    getTime: () => api.seconds + world.time.now / 1000,
    setTimeout: (act: () => void, ms: number) => world.after(ms, act),
  }
  return api
}
