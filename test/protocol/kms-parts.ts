/** What the tests of the KMS are made of: stores in folders of their own, a founded KMS, a radio that fetches over a real broker, and a tiny core. */
import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import { connectAsync, type MqttClient } from "mqtt"
import { concat, equal, u32 } from "../../sdk/base/bytes.ts"
import { isFault, refuse } from "../../sdk/base/fault.ts"
import { done } from "../../sdk/base/job.ts"
import { ntp } from "../../sdk/ibake/identity.ts"
import { readResponse, requestMessage, type KeyResponse, type RequestTools } from "../../sdk/ibake/keyrequest.ts"
import { AskChannel } from "../../sdk/keys/ask.ts"
import { transferOf } from "../../sdk/keys/channel.ts"
import { downTopic, upTopic } from "../../sdk/keys/topics.ts"
import type { Timestamp } from "../../sdk/mikey/payload.ts"
import { prf256 } from "../../sdk/mikey/prf.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { defaultIssuer, defaultMaster, foundKms, newDevice, openKms, openStore, pgliteDriver, serve, type Driver, type Founding, type Issuer, type KeyFill, type KmsEvent, type OpenKms, type Service, type ServiceOptions, type Store, type SubscriberRow } from "../../sdk/kms/index.ts"
import { folder } from "../processes.ts"

/** A passphrase, anew for each use: whoever unlocks wipes. */
export function passphrase(): { kind: "passphrase"; octets: Uint8Array } {
  return { kind: "passphrase", octets: new TextEncoder().encode("correct horse battery staple") }
}

/** A key for the vault: no scrypt in tests that are not about it. */
export function keyUnlock(): { kind: "key"; octets: Uint8Array } {
  return { kind: "key", octets: new Uint8Array(32).fill(7) }
}

export const founding: Founding = { name: "north", uri: "kms.example", hosts: ["radio.example"], periodLength: 86400, periodOffset: 0, skewSeconds: 300, horizonPeriods: 40 }

/** Milliseconds since 1970-01-01 at which everything here is written. */
export const AT = 1_780_000_000_000

/** A new folder in memory where the system has such: what a killed process wrote stays, and hundreds of fsyncs cost nothing. */
export function ramFolder(name: string): string {
  return existsSync("/dev/shm") ? mkdtempSync(`/dev/shm/ibake-${name}-`) : folder(name)
}

let template: Promise<string> | undefined

/** A new data folder with a founded KMS in it, the copy of one that is made once in a process. */
export async function kmsFolder(): Promise<string> {
  template ??= makeTemplate()
  const path = ramFolder("kms")
  cpSync(await template, path, { recursive: true })
  return path
}

async function makeTemplate(): Promise<string> {
  const path = ramFolder("kms-template")
  process.once("exit", () => rmSync(path, { recursive: true, force: true }))
  const store = await openStore(await pgliteDriver(path))
  await foundKms(store, defaultMaster(), founding, keyUnlock(), AT)
  await store.close()
  return path
}

/** A KMS at hand, in a folder or in a database. */
export interface TestKms {
  readonly driver: Driver
  readonly store: Store
  readonly open: OpenKms
  close(): Promise<void>
}

/** Opens the KMS of a driver. */
export async function kmsOf(driver: Driver): Promise<TestKms> {
  const store = await openStore(driver)
  const open = await openKms(store, [defaultMaster()], keyUnlock())
  return { driver, store, open, close: async () => (open.close(), store.close()) }
}

/** Opens the KMS of a folder. */
export async function kmsIn(path: string): Promise<TestKms> {
  return kmsOf(await pgliteDriver(path))
}

export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true })
}

/** A device that is not yet enrolled. */
export function device(kms: OpenKms, wish: { uri?: string; mtu?: number; transferOctets?: number; url?: string } = {}): { row: SubscriberRow; fill: KeyFill } {
  const broker = { url: wish.url ?? "mqtt://127.0.0.1:1883", protocol: 4 as const }
  return newDevice(nobleSym, kms, { identities: [{ type: 1, uri: wish.uri ?? "sip:alice@radio.example" }], mtu: wish.mtu ?? 128, transferOctets: wish.transferOctets ?? 16384, broker }, AT)
}

/** Enrols a device. */
export async function enrolled(kms: TestKms, wish: Parameters<typeof device>[1] = {}): Promise<KeyFill> {
  const { row, fill } = device(kms.open, wish)
  await kms.store.enrol(row)
  return fill
}

export const tools: RequestTools = { sym: nobleSym, prf: prf256(nobleSym) }

/** A request of this device at this time, for the current and next periods. */
export function request(fill: KeyFill, utc: number, RAND: Uint8Array = new Uint8Array(randomBytes(16)), T: Timestamp = { type: 0, value: ntp(utc) }): Uint8Array {
  const about = { identities: fill.identities, kmsUri: fill.kms.own.kmsUri, pskId: fill.pskId, T, csbId: 0x01020304, RAND }
  return requestMessage(tools, fill.psk, about)
}

/** What a response says to the request that was sent. */
export function read(fill: KeyFill, sent: Uint8Array, response: Uint8Array): KeyResponse {
  const out = readResponse(tools, fill.psk, sent, response, fill.kms.own, 65536)
  assert(!isFault(out), `the response is refused: ${JSON.stringify(out)}`)
  return out
}

/** A KMS in memory: for tests that are not about its disk. */
export async function kmsInMemory(): Promise<TestKms> {
  const driver = await pgliteDriver()
  await foundKms(await openStore(driver), defaultMaster(), founding, keyUnlock(), AT)
  return kmsOf(driver)
}

const radioLimits = { transferOctets: 65535, transferSeconds: 20, retryMs: 60, retryMaxMs: 300 }

/** A radio of tests: a real MQTT client under the asking channel. */
export interface Radio {
  readonly client: MqttClient
  /** Sends a request and resolves with its answer's octets; rejects when the channel gives up. */
  fetch(request: Uint8Array, seen?: (frames: number) => void): Promise<Uint8Array>
  close(): Promise<void>
}

function never(): boolean {
  return false
}

/** Connects a radio; `lose` may swallow frames on the way down. */
export async function radio(fill: KeyFill, url: string, lose: () => boolean = never): Promise<Radio> {
  const client = await connectAsync(url, { reconnectPeriod: 100, protocolVersion: 4, queueQoSZero: false })
  const down = downTopic(fill.kms.name, fill.device)
  await client.subscribeAsync(down)
  return { client, fetch: (octets, seen) => fetch(client, fill, down, octets, lose, seen ?? (() => undefined)), close: () => client.endAsync(true) }
}

function fetch(client: MqttClient, fill: KeyFill, down: string, octets: Uint8Array, lose: () => boolean, seen: (frames: number) => void): Promise<Uint8Array> {
  const kept = new Map<number, Uint8Array>()
  const keeper = { keep: (i: number, f: Uint8Array) => (kept.set(i, f), true), read: (i: number) => kept.get(i), drop: (i: number) => void kept.delete(i) }
  const channel = new AskChannel({ mtu: fill.mtu, limits: radioLimits, jitter: () => 128, keeper })
  const up = upTopic(fill.kms.name, fill.device)
  let frames = 0
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const end = (): void => {
      clearTimeout(timer)
      client.removeListener("message", heard)
    }
    const pump = (): void => {
      clearTimeout(timer)
      for (;;) {
        const out = channel.poll(performance.now())
        if (out === undefined) break
        if (out.kind === "gaveUp") return end(), reject(new Error("the radio gave up"))
        if (client.connected) client.publish(up, Buffer.from(out.frame))
      }
      const at = channel.wakeAt()
      if (at !== undefined) timer = setTimeout(pump, Math.max(1, at - performance.now()))
    }
    const heard = (topic: string, payload: Buffer): void => {
      if (topic !== down || lose()) return
      seen(++frames)
      const event = channel.receive(new Uint8Array(payload), performance.now())
      if (event !== undefined && "kind" in event && event.kind === "received") {
        const answer = event.octets
        channel.accept(performance.now())
        pump()
        return end(), resolve(answer)
      }
      pump()
    }
    client.on("message", heard)
    channel.ask(octets, transferOf(nobleSym, octets), performance.now())
    pump()
  })
}

/** Starts the service of a KMS with the real core and short times; its events gather in `events`. */
export async function service(kms: TestKms, url: string, more: Partial<ServiceOptions> = {}): Promise<Service & { readonly events: KmsEvent[] }> {
  const events: KmsEvent[] = []
  const { limits, ...rest } = more
  const running = await serve({
    store: kms.store,
    open: kms.open,
    issuer: defaultIssuer([defaultMaster()]),
    sym: nobleSym,
    broker: { url, protocol: 4 },
    log: (event) => events.push(event),
    limits: { retryMs: 60, retryMaxMs: 300, ...limits },
    ...rest,
  })
  return { ...running, events }
}

/** Octets of a request for `tinyIssuer`: `len8 pskId || T(8) || anything`. */
export function tinyRequest(pskId: Uint8Array, t: number, salt: number): Uint8Array {
  return concat([new Uint8Array([pskId.length]), pskId, u32(0), u32(t), u32(salt)])
}

/** A core in a few lines with the laws of the real one; each new answer is `made` and holds randomness, so that two are never alike. */
export function tinyIssuer(made: Uint8Array[] = []): Issuer {
  return {
    peek: (r) => (r.length < 1 + r[0]! + 8 ? refuse("wire/short", "tiny") : { pskId: r.subarray(1, 1 + r[0]!), tsType: 2 }),
    decide(r, subscriber, record) {
      const lastT = new Uint8Array(r.subarray(1 + r[0]!, 9 + r[0]!))
      const requestHash = new Uint8Array(createHash("sha256").update(r).digest())
      const order = record === undefined ? 1 : Buffer.compare(lastT, record.lastT)
      if (order === 0 && equal(requestHash, record!.requestHash)) return done({ answer: record!.response, audit: { event: "repeated", keys: [] } })
      if (order <= 0) return done({ answer: new Uint8Array([6]), audit: { event: "refused", keys: [], fault: "kms/time" } })
      const response = new Uint8Array(randomBytes(64))
      made.push(response)
      const keys = subscriber.identities.map((identity) => ({ identity, period: 7 }))
      return done({ answer: response, record: { tsType: 2, lastT, requestHash, response }, audit: { event: "issued", keys } })
    },
  }
}
