/**
 * Espruino as a board: Storage, E.hwRand where it is a true generator, getTime, and either the MQTT module over IP or a serial or Bluetooth line to a gateway.
 * What the engine lends is passed in, as www.espruino.com/Reference and www.espruino.com/MQTT document it:
 * `ibake.espruinoBoard({ E: E, storage: require("Storage"), ... }, { name: "radio", ... })`.
 */
import type { Clock, Entropy } from "../../sdk/port.ts"
import { clockOver, type SettableBoard } from "../parts/clock.ts"
import { spelled, unspelled } from "../parts/frames.ts"
import { tested, type Noise } from "../parts/health.ts"
import { linkOver, type Pipe, type PipeEvents } from "../parts/link.ts"
import { copied } from "../parts/octets.ts"
import { serialPipe } from "../parts/serial.ts"
import { slotStore, type Files } from "../parts/slots.ts"

/** What of Espruino's globals the port uses. */
export interface EspruinoApi {
  readonly E: { hwRand(): number }
  /** `require("Storage")`; names of 28 characters ask for firmware 2v05 or later. */
  readonly storage: EspruinoStorage
  /** `process.env`. */
  readonly env: { readonly BOARD: string; readonly VERSION: string }
  /** Seconds; they stand at 1970 after a boot, and jump when somebody calls setTime. */
  getTime(): number
  setTimeout(act: () => void, ms: number): unknown
}

export interface EspruinoStorage {
  readArrayBuffer(name: string): ArrayBuffer | undefined
  write(name: string, data: Uint8Array): boolean
  erase(name: string): void
}

/** `Serial1`, `Bluetooth`, `USB`: strings of one character an octet. The console must be elsewhere: `E.setConsole(null)`. */
export interface EspruinoSerial {
  write(data: Uint8Array): void
  on(event: "data", heard: (data: string) => void): void
}

/** `require("MQTT").create(server, options)`, a client of QoS 0. */
export interface EspruinoMqtt {
  connect(): void
  disconnect(): void
  subscribe(topic: string): void
  publish(topic: string, message: string): void
  on(event: string, heard: (message: EspruinoMessage) => void): void
}

export interface EspruinoMessage {
  readonly topic: string
  readonly message: string
  readonly retain: boolean
}

/** What a board is made of. */
export interface EspruinoOptions {
  readonly name: string
  /** "hwRand" where that is a true generator, or a source that the application lends: a secure element, a radio's noise. */
  readonly entropy: "hwRand" | Entropy
  /** The engine's clock is right from boot on, for something has set it: a GPS, a phone, a battery. Otherwise use `clock.setUtc`. */
  readonly clockIsSet?: true
  readonly serial?: EspruinoSerial
  readonly mqtt?: EspruinoMqtt
  /** Longest payload, octets; 32 to 65535. */
  readonly mtu: number
  /** Told in words what only whoever holds the board can mend. */
  onTrouble?(why: string): void
}

/** Boards whose E.hwRand reads a generator of the chip: nRF5x and RP2. Elsewhere it is `rand()` of a fixed seed, or noise of an ADC that nobody has measured. */
const TRUE_GENERATOR = ["BANGLEJS", "BANGLEJS2", "PUCKJS", "PIXLJS", "MDBT42Q", "JOLTJS", "MICROBIT2", "ESPR_RP2040_PICO", "RP2350"]

/** Milliseconds between the moments at which the MQTT module, which tells nobody when its socket is free, takes more; and until it connects again. */
const PACE = 20
const AGAIN = 5000

/** A board on Espruino; throws in plain words when it is given no true source of entropy or no link. */
export function espruinoBoard(api: EspruinoApi, options: EspruinoOptions): SettableBoard {
  const clock = clockOver({
    milliseconds: () => api.getTime() * 1000,
    utc: () => (options.clockIsSet === true ? api.getTime() : undefined),
    wake: (ms, act) => void api.setTimeout(act, ms),
  })
  const trouble = (why: string): void => (options.onTrouble === undefined ? undefined : options.onTrouble(why))
  return {
    name: options.name,
    clock,
    entropy: entropyOf(api, options, trouble),
    link: linkOver(pipeOf(options, clock), clock, { mtu: options.mtu, window: 4, retryMs: options.mqtt === undefined ? 0 : AGAIN }),
    store: slotStore(storageOf(api.storage), false),
  }
}

function entropyOf(api: EspruinoApi, options: EspruinoOptions, trouble: (why: string) => void): Entropy {
  if (options.entropy !== "hwRand") return options.entropy
  if (TRUE_GENERATOR.indexOf(api.env.BOARD) < 0) throw new Error("entropy: E.hwRand of " + api.env.BOARD + " is no true generator: lend another source")
  return tested(octetsOf(() => api.E.hwRand()), trouble)
}

/** The four octets of each 32-bit number. */
function octetsOf(draw: () => number): Noise {
  let word = 0
  let left = 0
  return () => {
    if (left === 0) {
      word = draw()
      left = 4
    }
    left--
    return (word >>> (8 * left)) & 255
  }
}

function storageOf(storage: EspruinoStorage): Files {
  return {
    read(name): Uint8Array | undefined {
      const buffer = storage.readArrayBuffer(name)
      if (buffer === undefined) return undefined
      // the buffer is a view of the flash itself
      return copied(new Uint8Array(buffer))
    },
    write(name, octets): boolean {
      try {
        return storage.write(name, octets)
      } catch (error) {
        return error === undefined
      }
    },
    erase: (name) => storage.erase(name),
  }
}

function pipeOf(options: EspruinoOptions, clock: Clock): Pipe {
  if (options.mqtt !== undefined) return mqttPipe(options.mqtt, clock)
  const serial = options.serial
  if (serial === undefined) throw new Error("link: expected serial or mqtt")
  let heard: ((octets: Uint8Array) => void) | undefined
  // Espruino keeps every listener: one, for good
  serial.on("data", (data) => (heard === undefined ? undefined : heard(unspelled(data))))
  return serialPipe({ write: (octets) => serial.write(octets), listen: (to) => void (heard = to) }, clock, options.mtu)
}

function mqttPipe(mqtt: EspruinoMqtt, clock: Clock): Pipe {
  let to: PipeEvents | undefined
  mqtt.on("connected", () => (to === undefined ? undefined : to.ready()))
  // a broker that cannot be reached, or refuses, is an `error` and no more
  const gone = (): void => (to === undefined ? undefined : to.closed())
  mqtt.on("disconnected", gone)
  mqtt.on("error", gone)
  mqtt.on("message", (got) => (to === undefined || got.retain ? undefined : to.message(got.topic, unspelled(got.message))))
  return {
    open(events): void {
      to = events
      mqtt.connect()
    },
    publish(topic, payload, gone): boolean {
      mqtt.publish(topic, spelled(payload))
      clock.after(PACE, gone)
      return true
    },
    subscribe(topic): boolean {
      mqtt.subscribe(topic)
      return true
    },
    close(): void {
      to = undefined
      mqtt.disconnect()
    },
  }
}
