/**
 * Hermes under React Native as a board. The engine itself has no randomness, no store and no sockets; the application passes in what it has installed:
 * crypto.getRandomValues (react-native-get-random-values), a synchronous store (react-native-mmkv, whose encryption key lies in the Keychain or Keystore), and
 * a client of MQTT.js, which runs over React Native's WebSocket. Each is used as its README documents it.
 */
import type { Entropy, Store } from "../../sdk/port.ts"
import { clockOver, type SettableBoard } from "../parts/clock.ts"
import { linkOver, type Pipe, type PipeEvents } from "../parts/link.ts"
import { isName } from "../parts/names.ts"
import { copied, wipe } from "../parts/octets.ts"

/** What the application lends. */
export interface HermesApi {
  /** `crypto.getRandomValues`, which throws when it has none and fills at most 65536 octets at once. */
  getRandomValues(out: Uint8Array): unknown
  /** `performance.now`: milliseconds that no setting of the clock changes. */
  now(): number
  setTimeout(act: () => void, ms: number): unknown
  readonly storage: HermesStorage
  /** A client with `clean: true` and `resubscribe: false` that begins to connect: `() => mqtt.connect("wss://...", { ... })`. */
  connect(): HermesMqtt
}

/** An instance of `MMKV`. */
export interface HermesStorage {
  getBuffer(name: string): ArrayBuffer | Uint8Array | undefined
  set(name: string, value: ArrayBuffer): void
  delete(name: string): void
}

/** A client of MQTT.js; it reconnects by itself. */
export interface HermesMqtt {
  on(event: string, heard: (topic: string, payload: Uint8Array, packet: HermesPacket) => void): unknown
  publish(topic: string, payload: Uint8Array, options: { qos: 0 }, gone: () => void): unknown
  subscribe(topic: string, options: { qos: 0 }): unknown
  end(force: boolean): unknown
}

export interface HermesPacket {
  readonly retain: boolean
}

/** What a board is made of. */
export interface HermesOptions {
  readonly name: string
  /** The storage is encrypted under a key of the Keychain or Keystore. */
  readonly sealed?: true
  /** The handset's clock is not to be trusted. */
  readonly clockIsWrong?: true
  /** Longest payload, octets; 32 to 65535. */
  readonly mtu: number
}

/** getRandomValues fills at most so many octets at once. */
const QUOTA = 65536
/** Publishes that may wait for the socket. */
const WINDOW = 64

/** A board on Hermes. */
export function hermesBoard(api: HermesApi, options: HermesOptions): SettableBoard {
  const clock = clockOver({
    milliseconds: () => api.now(),
    utc: () => (options.clockIsWrong === true ? undefined : Date.now() / 1000),
    wake: (ms, act) => void api.setTimeout(act, ms),
  })
  return {
    name: options.name,
    clock,
    entropy: randomOf(api),
    link: linkOver(mqttPipe(api), clock, { mtu: options.mtu, window: WINDOW, retryMs: 0 }),
    store: storeOf(api.storage, options.sealed === true),
  }
}

function randomOf(api: HermesApi): Entropy {
  return {
    fill(out): boolean {
      const fresh = new Uint8Array(out.length)
      let whole = true
      try {
        for (let at = 0; at < fresh.length; at += QUOTA) api.getRandomValues(fresh.subarray(at, at + QUOTA))
      } catch (error) {
        whole = error === undefined
      }
      if (whole) out.set(fresh)
      wipe(fresh)
      return whole
    },
  }
}

/** MMKV writes to a memory-mapped file with a CRC, and falls back to the last good content: a put is the old value or the new. */
function storeOf(storage: HermesStorage, sealed: boolean): Store {
  return {
    sealed,
    get(name): Uint8Array | undefined {
      const held = isName(name) ? storage.getBuffer(name) : undefined
      if (held === undefined) return undefined
      return copied(new Uint8Array(held))
    },
    put(name, value): boolean {
      if (!isName(name)) return false
      const own = copied(value)
      let taken = true
      try {
        storage.set(name, own.buffer)
      } catch (error) {
        taken = error === undefined
      }
      wipe(own)
      return taken
    },
    remove: (name) => (isName(name) ? storage.delete(name) : undefined),
  }
}

function mqttPipe(api: HermesApi): Pipe {
  let client: HermesMqtt | undefined
  return {
    open(to: PipeEvents): void {
      const own = api.connect()
      client = own
      // a client that was ended may still have something to say
      const mine = (act: () => void) => (): void => (client === own ? act() : undefined)
      own.on("connect", mine(() => to.ready()))
      own.on("close", mine(() => to.closed()))
      // it says `close` after each; without a listener it would throw
      own.on("error", () => undefined)
      own.on("message", (topic, payload, packet) => {
        if (client !== own || packet.retain) return
        to.message(topic, copied(payload))
      })
    },
    publish(topic, payload, gone): boolean {
      client!.publish(topic, payload, { qos: 0 }, gone)
      return true
    },
    subscribe(topic): boolean {
      client!.subscribe(topic, { qos: 0 })
      return true
    },
    close(): void {
      const own = client
      client = undefined
      if (own !== undefined) own.end(true)
    },
  }
}
