/** The channels of many devices, each PROTOCOL section 7 with one of them: bounded in number, in rate, and served in turn. */
import { isFault } from "../base/fault.ts"
import { byHash, Channel, type ChannelEvent, type ChannelLimits } from "../keys/channel.ts"
import type { Sym } from "../suite.ts"
import type { Answerer } from "./answer.ts"
import { dropCounter, troubleTeller, type DropCounter, type Log } from "./events.ts"
import { bucket, line, type Line, type Rate } from "./rates.ts"
import type { Reach, Store } from "./store.ts"
import type { Decision } from "./types.ts"

/** Caps and rates of a server; each stands before what it guards. */
export interface ServerLimits {
  /** Devices held in memory; one that was silent longest goes, and loses nothing but blocks. */
  readonly devices: number
  readonly framesPerDevice: Rate
  readonly frames: Rate
  readonly requestsPerDevice: Rate
  /** Look-ups of device ids not held in memory. */
  readonly lookups: Rate
  /** Requests that wait, and that are worked on at once. */
  readonly waiting: number
  readonly atOnce: number
  /** Times of the channel down. */
  readonly transferSeconds: number
  readonly retryMs: number
  readonly retryMaxMs: number
}

/** What the devices need around them. */
export interface DevicesOptions {
  readonly store: Pick<Store, "device" | "responseOf">
  readonly answer: Answerer
  readonly sym: Sym
  readonly limits: ServerLimits
  readonly log: Log
  /** Sends a frame to a device, or answers false while the link is down. */
  readonly publish: (device: string, frame: Uint8Array) => boolean
  /** Milliseconds that never go back. */
  readonly now: () => number
}

/** The devices of a server. */
export interface Devices {
  /** A frame from the topics of `device`: strangers' octets. */
  frame(device: string, octets: Uint8Array): void
  /** The link is up again: what is due goes out. */
  writable(): void
  /** Devices held, and what was dropped by reason. */
  counts(): { readonly devices: number; readonly dropped: Record<string, number> }
  /** Ends all; resolves when no request is being worked on. */
  stop(): Promise<void>
}

interface Device {
  readonly id: string
  readonly mtu: number
  readonly channel: Channel
  readonly mayFrame: (now: number) => boolean
  readonly mayRequest: (now: number) => boolean
  timer: NodeJS.Timeout | undefined
  fetching: boolean
}

/** Frames of a device that wait while it is looked up, and how many devices may be looked up at once. */
const WAITING_FRAMES = 16
const LOOKED_UP = 256

/** A device id that is not enrolled is not looked up again for so long; so many of them are remembered. */
const STRANGER_MS = 5000
const STRANGERS = 10000

interface Server extends DevicesOptions {
  readonly held: Map<string, Device>
  readonly looked: Map<string, Uint8Array[]>
  readonly strangers: Map<string, number>
  readonly drops: DropCounter
  readonly told: (error: unknown) => void
  readonly mayFrame: (now: number) => boolean
  readonly mayLookUp: (now: number) => boolean
  readonly queue: Line
  stopped: boolean
}

/** Makes the devices of a server. */
export function devices(o: DevicesOptions): Devices {
  const { limits, now } = o
  const rates = { mayFrame: bucket(limits.frames, now()), mayLookUp: bucket(limits.lookups, now()), queue: line(limits.atOnce, limits.waiting) }
  const s: Server = { ...o, ...rates, held: new Map(), looked: new Map(), strangers: new Map(), drops: dropCounter(o.log), told: troubleTeller(o.log, now), stopped: false }
  return {
    frame(device: string, octets: Uint8Array): void {
      if (s.stopped) return
      const d = s.held.get(device)
      if (d === undefined) lookUp(s, device, octets)
      else take(s, d, octets)
    },
    writable: () => [...s.held.values()].forEach((d) => pump(s, d)),
    counts: () => ({ devices: s.held.size, dropped: s.drops.counts() }),
    async stop(): Promise<void> {
      s.stopped = true
      for (const d of s.held.values()) clearTimeout(d.timer)
      await s.queue.stop()
      s.held.clear()
    },
  }
}

/** A device that is not held: it is looked up, seldom, before anything is spent on it. */
function lookUp(s: Server, id: string, octets: Uint8Array): void {
  const now = s.now()
  const frames = s.looked.get(id)
  if (frames !== undefined) return void (frames.length < WAITING_FRAMES ? frames.push(octets) : s.drops.drop("rate/limited", id))
  if ((s.strangers.get(id) ?? 0) > now) return s.drops.drop("kms/identity", id)
  if (s.looked.size >= LOOKED_UP || !s.mayLookUp(now)) return s.drops.drop("rate/limited", id)
  s.looked.set(id, [octets])
  const found = s.store.device(id).then((reach) => welcome(s, id, reach), s.told)
  found.finally(() => s.looked.delete(id)).catch(s.told)
}

function welcome(s: Server, id: string, reach: Reach | undefined): void {
  const frames = s.looked.get(id) ?? []
  s.looked.delete(id)
  if (s.stopped) return
  if (reach === undefined) {
    bounded(s.strangers, STRANGERS).set(id, s.now() + STRANGER_MS)
    return s.drops.drop("kms/identity", id)
  }
  if (s.held.size >= s.limits.devices) {
    const gone = oldest(s.held)
    clearTimeout(gone.timer)
    s.held.delete(gone.id)
  }
  const d = fresh(s, id, reach)
  s.held.set(id, d)
  frames.forEach((f) => take(s, d, f))
}

function take(s: Server, d: Device, octets: Uint8Array): void {
  const now = s.now()
  if (octets.length > d.mtu) return s.drops.drop("wire/size", d.id)
  if (!d.mayFrame(now) || !s.mayFrame(now)) return s.drops.drop("rate/limited", d.id)
  // the last in the map is the one heard last
  s.held.delete(d.id)
  s.held.set(d.id, d)
  const event = d.channel.receive(octets, now)
  if (isFault(event)) s.drops.drop(event.fault, d.id)
  else if (event !== undefined) heard(s, d, event, now)
  pump(s, d)
}

function heard(s: Server, d: Device, event: ChannelEvent, now: number): void {
  if (event.kind === "delivered") s.log({ event: "delivered", device: d.id })
  if (event.kind === "again") again(s, d, event.transfer)
  if (event.kind !== "received") return
  if (d.mayRequest(now) && s.queue.enter(() => work(s, d, event.transfer, event.octets))) return
  // dropped without a word: the device repeats in its own time
  d.channel.receiver.forget()
  s.drops.drop("rate/limited", d.id)
}

async function work(s: Server, d: Device, transfer: number, request: Uint8Array): Promise<void> {
  const from = s.now()
  try {
    const decision = await s.answer(request, d.id)
    if (isFault(decision)) {
      d.channel.reject(transfer, s.now())
      s.drops.drop(decision.fault, d.id)
    } else answered(s, d, transfer, decision, s.now() - from)
  } catch (error) {
    // the store is down: nothing is said, and the device asks again in its own time
    d.channel.receiver.forget()
    s.told(error)
  }
  pump(s, d)
}

function answered(s: Server, d: Device, transfer: number, decision: Decision, ms: number): void {
  d.channel.accept(transfer, s.now())
  const { answer, audit } = decision
  const unsent = d.channel.send(answer, transfer, s.now())
  if (unsent !== undefined) return s.drops.drop(unsent.fault, d.id)
  const why = audit.fault === undefined ? {} : { fault: audit.fault }
  s.log({ event: "answered", device: d.id, answer: audit.event, keys: audit.keys.length, octets: answer.length, ms: Math.round(ms), ...why })
}

/** DATA of a finished request: its stored answer goes out again. */
function again(s: Server, d: Device, transfer: number): void {
  if (d.fetching) return
  d.fetching = true
  const send = (octets: Uint8Array | undefined): void => {
    if (octets !== undefined) d.channel.send(octets, transfer, s.now())
    pump(s, d)
  }
  const sent = s.store.responseOf(d.id, transfer).then(send)
  sent.catch(s.told).finally(() => (d.fetching = false)).catch(() => undefined)
}

/** Sends what is due and comes back for what will be. */
function pump(s: Server, d: Device): void {
  clearTimeout(d.timer)
  d.timer = undefined
  if (s.stopped || s.held.get(d.id) !== d) return
  for (;;) {
    const out = d.channel.poll(s.now())
    if (out === undefined) break
    if (out.kind === "gaveUp") s.log({ event: "gaveUp", device: d.id })
    // while the link is down what was due is lost like any frame; `writable` goes on from there
    else if (!s.publish(d.id, out.frame)) return
  }
  const at = d.channel.wakeAt()
  if (at !== undefined) d.timer = setTimeout(() => pump(s, d), Math.max(1, Math.ceil(at - s.now())))
}

function fresh(o: DevicesOptions, id: string, reach: Reach): Device {
  const { transferSeconds, retryMs, retryMaxMs } = o.limits
  const limits: ChannelLimits = { transferOctets: reach.transferOctets, transferSeconds, retryMs, retryMaxMs }
  // jitter keeps devices apart; nobody gains from guessing it
  const jitter = (): number => Math.floor(Math.random() * 256)
  const channel = new Channel({ mtu: reach.mtu, limits, jitter, admission: byHash(o.sym) })
  const now = o.now()
  return { id, mtu: reach.mtu, channel, mayFrame: bucket(o.limits.framesPerDevice, now), mayRequest: bucket(o.limits.requestsPerDevice, now), timer: undefined, fetching: false }
}

/** The device to forget: of those silent longest one that does nothing, else the first. */
function oldest(held: ReadonlyMap<string, Device>): Device {
  let seen = 0
  let first: Device | undefined
  for (const d of held.values()) {
    first ??= d
    if (d.channel.idle()) return d
    if (++seen >= 16) break
  }
  return first!
}

function bounded<V>(map: Map<string, V>, most: number): Map<string, V> {
  if (map.size >= most) map.delete(map.keys().next().value!)
  return map
}
