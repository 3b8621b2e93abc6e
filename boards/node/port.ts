/** Node as a board: MQTT over TCP or TLS, a folder of files, WebCrypto's randomness, the system clock. For gateways, vehicles, Linux radios and tests. */
import type { Board, Clock, Entropy } from "../../sdk/port.ts"
import { fileStore, realDisk } from "./files.ts"
import { MqttLink, type MqttOptions } from "./link.ts"

export { fileStore, realDisk, type Disk } from "./files.ts"
export { type MqttOptions } from "./link.ts"
export { readSigner, signerOf, type SignerFiles } from "./signer.ts"

/** What a node board is made of. */
export interface NodeOptions {
  readonly name: string
  /** Folder of the store; made with mode 0700 if it is missing. */
  readonly folder: string
  /** The folder lies on storage that whoever holds the machine cannot read out. */
  readonly sealed?: true
  readonly mqtt: MqttOptions
  /** "none": the system's clock is not trusted, and there is no UTC. */
  readonly time?: "system" | "none"
}

/** A board that is closed when it is no longer used. */
export interface NodeBoard extends Board {
  /** Closes the link and forgets all timers, so that the process can end. */
  close(): void
}

/** A board on Node; throws in plain words when its folder cannot be used. */
export function nodeBoard(options: NodeOptions): NodeBoard {
  const timers = new Set<NodeJS.Timeout>()
  const link = new MqttLink(options.mqtt)
  return {
    name: options.name,
    clock: systemClock(options.time ?? "system", timers),
    entropy: webCrypto,
    link,
    store: fileStore(options.folder, options.sealed === true, realDisk),
    rest(): void {},
    close(): void {
      link.close()
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}

/** getRandomValues fills at most so many octets at once. */
const QUOTA = 65536

const webCrypto: Entropy = {
  fill(out): boolean {
    const fresh = new Uint8Array(out.length)
    try {
      for (let at = 0; at < fresh.length; at += QUOTA) globalThis.crypto.getRandomValues(fresh.subarray(at, at + QUOTA))
    } catch {
      return false
    }
    out.set(fresh)
    fresh.fill(0)
    return true
  },
}

/** The longest wait that setTimeout takes. */
const LONGEST = 2147483647

function systemClock(time: "system" | "none", timers: Set<NodeJS.Timeout>): Clock {
  const boot = performance.now()
  // Node's timers may fire a millisecond early and do not wait longer than LONGEST: what is left is waited for again
  const wait = (until: number, wake: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      if (performance.now() < until) wait(until, wake)
      else wake()
    }, Math.min(Math.max(until - performance.now(), 0), LONGEST))
    timers.add(timer)
  }
  return {
    ticks: () => Math.floor(performance.now() - boot),
    utc: () => (time === "none" ? undefined : Date.now() / 1000),
    // one more, for ticks are whole
    after: (ms, wake) => wait(performance.now() + Math.max(ms, 0) + 1, wake),
  }
}
