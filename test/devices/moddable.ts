/**
 * Simulated classes of ECMA-419: Key-Value Storage of format "buffer", which has no value for a name until it is written, and the MQTT Client Class of its
 * section 24: `write` before CONNACK is an error; it answers how many octets may follow; a message comes in fragments, the first with `topic` and `byteLength`;
 * it neither reconnects nor keeps subscriptions.
 */
import type { ModdableApi, ModdableKeyValue, ModdableMqtt, ModdableMqttClass, ModdableMqttOptions } from "../../boards/moddable/port.ts"
import type { Client } from "../../boards/virtual/broker.ts"
import type { DeviceWorld } from "./world.ts"

const ROOM = 3000
const FRAGMENT = 50

/** The key-value store, over reboots. */
export class KeyValueDevice implements ModdableKeyValue {
  readonly values: Map<string, ArrayBuffer> = new Map()
  full = false

  read(name: string): ArrayBuffer | undefined {
    return this.values.get(name)?.slice(0)
  }

  write(name: string, value: ArrayBuffer): void {
    if (this.full) throw new Error("write failed")
    this.values.set(name, value.slice(0))
  }

  delete(name: string): void {
    this.values.delete(name)
  }
}

/** What the host lends, and the clients that were made. */
export interface ModdableDevice extends ModdableApi {
  readonly clients: MqttClientDevice[]
}

export interface MqttClientDevice extends ModdableMqtt {
  readonly options: ModdableMqttOptions
  /** The remote end ends the connection. */
  hangUp(): void
}

export function moddableApi(world: DeviceWorld, values: KeyValueDevice): ModdableDevice {
  const clients: MqttClientDevice[] = []
  const io = mqttClass(world, clients)
  return {
    clients,
    mqtt: { io, keepalive: 60000 },
    keyValue: { open: () => values },
    ticks: () => (0xfffffff0 + Math.floor(world.time.now)) % 0x100000000,
    setTimeout: (act, ms) => world.after(ms, act),
  }
}

function mqttClass(world: DeviceWorld, clients: MqttClientDevice[]): ModdableMqttClass {
  class MqttClient implements MqttClientDevice {
    static readonly CONNACK = 2
    static readonly SUBSCRIBE = 8
    readonly options: ModdableMqttOptions
    private client: Client | undefined
    private room = ROOM
    private over = false
    private inbox: { topic: string; payload: Uint8Array; at: number }[] = []

    constructor(options: ModdableMqttOptions) {
      this.options = options
      clients.push(this)
      world.after(10, () => this.connected())
    }

    read(count: number): ArrayBuffer | undefined {
      const of = this.inbox[0]
      if (of === undefined) return undefined
      const part = of.payload.slice(of.at, of.at + count)
      of.at += part.length
      if (of.at === of.payload.length) this.inbox.shift()
      return part.buffer
    }

    write(data: ArrayBuffer | null, options: { operation?: number; topic?: string; items?: readonly { topic: string }[] }): number {
      if (this.client === undefined) throw new Error("write before CONNACK")
      if (options.operation === MqttClient.SUBSCRIBE) this.client.filters.push(...options.items!.map((each) => each.topic))
      else {
        if (data!.byteLength > this.room) throw new Error("no room")
        world.publish(options.topic!, new Uint8Array(data!))
        this.room -= data!.byteLength + options.topic!.length + 5
        world.after(20, () => this.drained())
      }
      return Math.max(this.room, 0)
    }

    close(): void {
      this.over = true
      if (this.client !== undefined) world.broker.disconnect(this.client)
      this.client = undefined
    }

    hangUp(): void {
      this.close()
      this.options.onError?.()
    }

    private connected(): void {
      if (this.over) return
      this.client = world.client((topic, payload) => this.came(topic, payload))
      this.options.onControl?.(MqttClient.CONNACK, { operation: MqttClient.CONNACK })
      this.drained()
    }

    private drained(): void {
      if (this.over) return
      this.room = ROOM
      this.options.onWritable?.(this.room)
    }

    private came(topic: string, payload: Uint8Array): void {
      if (this.over) return
      this.inbox.push({ topic, payload, at: 0 })
      for (let at = 0; at < payload.length; at += FRAGMENT) {
        const count = Math.min(FRAGMENT, payload.length - at)
        const more = at + count < payload.length
        this.options.onReadable?.(count, at === 0 ? { topic, byteLength: payload.length, more } : { more })
      }
    }
  }
  return MqttClient
}
