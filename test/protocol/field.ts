/** Radios as they are in the field: the whole Device on a Node board, with a folder and an MQTT client of its own, and what its link saw. */
import assert from "node:assert/strict"
import { mkdtempSync, existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import { nodeBoard, type NodeBoard } from "../../boards/node/port.ts"
import { noble } from "../../boards/profiles/noble.ts"
import { concat, copy, hex } from "../../sdk/base/bytes.ts"
import { isFault, type Fault } from "../../sdk/base/fault.ts"
import { Device, type Enrolment, type Fetched, type Secured } from "../../sdk/device.ts"
import { ntp, ntpSeconds, period } from "../../sdk/ibake/identity.ts"
import { decodeFrame, type DataFrame } from "../../sdk/keys/frames.ts"
import type { KeyFill } from "../../sdk/kms/index.ts"
import type { Board, Link } from "../../sdk/port.ts"
import type { Limits, Profile } from "../../sdk/suite.ts"
import { folder } from "../processes.ts"

/** The noble profile with the retry times of a fast link, so that a test that loses frames is short. */
export function fieldProfile(limits: Partial<Limits> = {}): Profile {
  const profile = noble()
  return { ...profile, keysInTheOpen: true, limits: { ...profile.limits, retryMs: 60, retryMaxMs: 300, ...limits } }
}

/** What the SDK wants of a key fill. */
export function enrolmentOf(fill: KeyFill): Enrolment {
  return { identities: fill.identities, pskId: fill.pskId, psk: fill.psk, kmsName: fill.kms.name, set: fill.kms.own, vouched: fill.vouched }
}

/** Number of the current key period of a key fill's KMS. */
export function currentPeriod(fill: KeyFill): number {
  return period(ntpSeconds(ntp(Date.now() / 1000)), fill.kms.own)!
}

/** Every block that came down to a radio, over all its lives: one number and index has one content, or two texts went under one key and IV. */
export class Seen {
  private readonly blocks: Map<string, string> = new Map()
  private readonly numbers: Map<number, number> = new Map()
  /** Blocks that came with two contents, as `transfer.index`. */
  readonly changed: string[] = []

  take(frame: DataFrame): void {
    const key = `${frame.transfer}.${frame.index}`
    const octets = hex(frame.octets)
    if ((this.blocks.get(key) ?? octets) !== octets) this.changed.push(key)
    this.blocks.set(key, octets)
    this.numbers.set(frame.transfer, frame.last)
  }

  has(frame: DataFrame): boolean {
    return this.blocks.has(`${frame.transfer}.${frame.index}`)
  }

  /** Blocks seen so far, of all transfers. */
  get size(): number {
    return this.blocks.size
  }

  /** The whole messages, in the order in which they began. */
  messages(): Uint8Array[] {
    const whole = (transfer: number, last: number): (string | undefined)[] => Array.from({ length: last + 1 }, (_, i) => this.blocks.get(`${transfer}.${i}`))
    const all = [...this.numbers].map(([transfer, last]) => whole(transfer, last)).filter((blocks) => blocks.every((b) => b !== undefined))
    return all.map((blocks) => concat(blocks.map((b) => new Uint8Array(Buffer.from(b!, "hex")))))
  }
}

/** What a radio may have of its own. */
export interface FieldOptions {
  readonly url?: string
  readonly version?: 4 | 5
  /** Folder of an earlier life. */
  readonly folder?: string
  readonly limits?: Partial<Limits>
  /** What an earlier life saw. */
  readonly seen?: Seen
  /** Changes the board. */
  readonly board?: (board: Board) => Board
  /** Whether a frame that came goes on to the radio. */
  readonly passes?: (topic: string, octets: Uint8Array) => boolean
  readonly onSent?: (topic: string, octets: Uint8Array) => void
  readonly onTrouble?: (why: string) => void
}

/** One life of a radio. */
export interface FieldRadio {
  readonly fill: KeyFill
  readonly device: Device
  readonly folder: string
  readonly seen: Seen
  readonly secured: Secured[]
  readonly ignored: Fault[]
  /** What `open` says. */
  readonly fault: Promise<Fault | undefined>
  fetch(count?: number): Promise<Fetched | Fault>
  call(peer: string): Promise<Secured | Fault>
  /** Resolves with the next incoming call that is not yet in `secured`. */
  answered(): Promise<Secured>
  close(): void
}

/** Switches a radio on. */
export function fieldRadio(fill: KeyFill, options: FieldOptions = {}): FieldRadio {
  const home = options.folder ?? radioFolder()
  const seen = options.seen ?? new Seen()
  const node: NodeBoard = nodeBoard({ name: fill.device, folder: home, mqtt: { url: options.url ?? fill.broker.url, version: options.version ?? fill.broker.protocol, mtu: fill.mtu, reconnectMs: 100, onTrouble: options.onTrouble } })
  const tapped: Board = { ...node, link: watched(node.link, seen, options) }
  const secured: Secured[] = []
  const ignored: Fault[] = []
  const waiting: ((call: Secured) => void)[] = []
  const onSecured = (call: Secured): void => {
    secured.push(call)
    waiting.splice(0).forEach((tell) => tell(call))
  }
  const device = new Device(options.board?.(tapped) ?? tapped, fieldProfile(options.limits), enrolmentOf(fill), { onSecured, onIgnored: (fault) => ignored.push(fault) })
  const fault = new Promise<Fault | undefined>((done) => device.open(done))
  return {
    fill, device, folder: home, seen, secured, ignored, fault,
    fetch: (count) => new Promise((done) => device.fetchKeys(count === undefined ? undefined : { first: currentPeriod(fill), count }, done)),
    call: (peer) => new Promise((done) => void device.call(peer, done)),
    answered: () => new Promise((done) => waiting.push(done)),
    close: () => (device.close(), node.close()),
  }
}

function watched(link: Link, seen: Seen, options: FieldOptions): Link {
  return {
    mtu: link.mtu,
    open: (events) =>
      link.open({
        onReady: () => events.onReady(),
        onWritable: () => events.onWritable(),
        onClosed: () => events.onClosed(),
        onMessage: (topic, octets) => {
          if (options.passes?.(topic, octets) === false) return
          const frame = decodeFrame(octets)
          if (!isFault(frame) && frame.kind === "data" && topic.endsWith("/down")) seen.take({ ...frame, octets: copy(frame.octets) })
          events.onMessage(topic, octets)
        },
      }),
    publish: (topic, octets) => (options.onSent?.(topic, octets), link.publish(topic, octets)),
    subscribe: (topic) => link.subscribe(topic),
    close: () => link.close(),
  }
}

const folders: string[] = []

/** A new folder for a radio's store, gone when the tests end. */
export function radioFolder(): string {
  const home = existsSync("/dev/shm") ? mkdtempSync("/dev/shm/ibake-radio-") : folder("radio")
  if (folders.push(home) === 1) process.once("exit", () => folders.forEach((path) => rmSync(path, { recursive: true, force: true })))
  return home
}

/** The path of a value in a radio's folder. */
export function valueFile(home: string, name: string): string {
  return join(home, `v-${name}.bin`)
}

/** The good value, or the test fails with the Fault. */
export function got<T extends object>(value: T | Fault): T {
  assert(!isFault(value), isFault(value) ? `${value.fault} at ${value.at}` : "")
  return value
}

/** The code of a Fault that was expected. */
export function codeOf(value: object): string {
  assert(isFault(value), `expected a Fault, got ${JSON.stringify(value)}`)
  return value.fault
}

/** All that both ends of a call must agree on, keys included, in one text. */
export function contextsOf(call: Secured): string {
  return JSON.stringify(call.contexts.map((c) => ({ ...c, masterKey: hex(c.masterKey), masterSalt: hex(c.masterSalt), mki: hex(c.mki) })))
}

/** Waits until something is so, and fails when it is not within half a minute. */
export async function until(so: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 30_000
  while (!so()) {
    assert(performance.now() < end, `${what} did not come`)
    await new Promise((done) => setImmediate(done))
  }
}
