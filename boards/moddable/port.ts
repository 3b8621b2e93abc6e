/**
 * Moddable as a board, over classes of ECMA-419: the MQTT Client Class and Key-Value Storage of the host provider `device`, and the host's timers. The standard
 * has no source of cryptographic randomness: the application lends one. `ibake.moddableBoard({ mqtt: device.network.mqtt, keyValue: device.keyValue, ... }, { ... })`.
 */
import type { Entropy, Store } from "../../sdk/port.ts"
import { clockOver, type SettableBoard } from "../parts/clock.ts"
import { linkOver, type Pipe, type PipeEvents } from "../parts/link.ts"
import { isName } from "../parts/names.ts"
import { copied, wipe } from "../parts/octets.ts"

/** What of the host the port uses. */
export interface ModdableApi {
  /** `device.network.mqtt`: options of the constructor, its resolver and socket among them, and `io`, the constructor. */
  readonly mqtt: ModdableMqttOptions & { readonly io: ModdableMqttClass }
  /** `device.keyValue`. */
  readonly keyValue: { open(options: { path: string; format: "buffer" }): ModdableKeyValue }
  /** `() => Time.ticks`: milliseconds, which may begin anew after 2^32. */
  ticks(): number
  /** `Timer.set`. */
  setTimeout(act: () => void, ms: number): unknown
}

export interface ModdableKeyValue {
  read(name: string): ArrayBuffer | undefined
  /** Throws when it cannot. */
  write(name: string, value: ArrayBuffer): void
  delete(name: string): void
}

/** Options of ECMA-419's MQTTClient that the port sets, beside the host's own. */
export interface ModdableMqttOptions {
  host?: string
  port?: number
  id?: string
  user?: string
  password?: string
  /** Milliseconds. */
  keepalive?: number
  onReadable?(count: number, options: ModdableFragment): void
  onWritable?(count: number): void
  onControl?(opcode: number, message: { readonly operation: number }): void
  onError?(error?: unknown): void
}

/** `topic` and `byteLength` come with the first fragment of a message, `more` with each. */
export interface ModdableFragment {
  readonly more?: boolean
  readonly topic?: string
  readonly byteLength?: number
}

export interface ModdableMqttClass {
  new (options: ModdableMqttOptions): ModdableMqtt
  readonly CONNACK: number
  readonly SUBSCRIBE: number
}

export interface ModdableMqtt {
  read(count: number): ArrayBuffer | undefined
  /** Answers how many octets may be written next. */
  write(data: ArrayBuffer | null, options: { operation?: number; topic?: string; items?: readonly { topic: string }[] }): number
  close(): void
}

/** What a board is made of. */
export interface ModdableOptions {
  readonly name: string
  readonly entropy: Entropy
  /** Broker and credentials, beside those of `device.network.mqtt`. */
  readonly broker: ModdableMqttOptions
  /** Flash encryption keeps the store from whoever holds the board. */
  readonly sealed?: true
  /** The host's clock is right from boot on. Otherwise use `clock.setUtc` when SNTP has answered. */
  readonly clockIsSet?: true
  /** Longest payload, octets; 32 to 65535. */
  readonly mtu: number
}

/** Octets that MQTT puts around a payload, at most: header, lengths and the topic. */
const AROUND = 262
/** Milliseconds until a connection is tried again. */
const AGAIN = 5000

/** A board on Moddable; opens the key-value domain `ibake`. */
export function moddableBoard(api: ModdableApi, options: ModdableOptions): SettableBoard {
  const clock = clockOver({
    milliseconds: () => api.ticks(),
    utc: () => (options.clockIsSet === true ? Date.now() / 1000 : undefined),
    wake: (ms, act) => void api.setTimeout(act, ms),
  })
  return {
    name: options.name,
    clock,
    entropy: options.entropy,
    link: linkOver(mqttPipe(api, options), clock, { mtu: options.mtu, window: 8, retryMs: AGAIN }),
    store: storeOf(api.keyValue.open({ path: "ibake", format: "buffer" }), options.sealed === true),
  }
}

/** A write replaces a value whole: on ESP32 it is one of the NVS library, which is atomic. An empty value is one octet, for hosts that have none. */
function storeOf(domain: ModdableKeyValue, sealed: boolean): Store {
  return {
    sealed,
    get(name): Uint8Array | undefined {
      const held = isName(name) ? domain.read(name) : undefined
      if (held === undefined || held.byteLength === 0) return undefined
      return copied(new Uint8Array(held).subarray(1))
    },
    put(name, value): boolean {
      if (!isName(name)) return false
      const own = new Uint8Array(value.length + 1)
      own.set(value, 1)
      let taken = true
      try {
        domain.write(name, own.buffer)
      } catch (error) {
        taken = error === undefined
      }
      wipe(own)
      return taken
    },
    remove: (name) => (isName(name) ? domain.delete(name) : undefined),
  }
}

function mqttPipe(api: ModdableApi, options: ModdableOptions): Pipe {
  const Client = api.mqtt.io
  let client: ModdableMqtt | undefined
  let room = 0
  return {
    open(to: PipeEvents): void {
      room = 0
      const given: ModdableMqttOptions = {}
      copyInto(given as Record<string, unknown>, api.mqtt)
      copyInto(given as Record<string, unknown>, options.broker)
      const gather = gathering(() => own, options.mtu, to)
      given.onReadable = (count, fragment) => (client === own ? gather(count, fragment) : undefined)
      given.onWritable = (count) => {
        if (client !== own) return
        room = count
        to.writable()
      }
      given.onControl = (opcode) => (client === own && opcode === Client.CONNACK ? to.ready() : undefined)
      given.onError = () => {
        if (client !== own) return
        client = undefined
        to.closed()
      }
      const own = new Client(given)
      client = own
    },
    publish(topic, payload, gone): boolean {
      if (client === undefined || room < payload.length + AROUND) return false
      room = client.write(payload.buffer as ArrayBuffer, { topic })
      gone()
      return true
    },
    subscribe(topic): boolean {
      if (client === undefined) return false
      room = client.write(null, { operation: Client.SUBSCRIBE, items: [{ topic }] })
      return true
    },
    close(): void {
      const own = client
      client = undefined
      if (own !== undefined) own.close()
    },
  }
}

function copyInto(to: Record<string, unknown>, from: object): void {
  const names = Object.keys(from)
  for (let i = 0; i < names.length; i++) if (names[i] !== "io") to[names[i]!] = (from as Record<string, unknown>)[names[i]!]
}

/** Puts the fragments of a message together; one that is longer than the mtu is read and dropped. */
function gathering(client: () => ModdableMqtt, mtu: number, to: PipeEvents): (count: number, fragment: ModdableFragment) => void {
  let topic = ""
  let held = new Uint8Array(0)
  let filled = 0
  let whole = false
  return (count, fragment) => {
    if (fragment.topic !== undefined) {
      topic = fragment.topic
      whole = fragment.byteLength !== undefined && fragment.byteLength <= mtu
      held = new Uint8Array(whole ? fragment.byteLength! : 0)
      filled = 0
    }
    const part = client().read(count)
    const octets = new Uint8Array(part === undefined ? new ArrayBuffer(0) : part)
    if (filled + octets.length > held.length) whole = false
    if (whole) held.set(octets, filled)
    filled += octets.length
    if (fragment.more !== true && whole && filled === held.length) to.message(topic, held)
  }
}
