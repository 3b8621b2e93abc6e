/**
 * A KMS at a desk: on the link and in the store of one Board, for a fire brigade's own box, rigs, examples and simulated worlds. The service of a region is
 * `serve`. What its memory holds may go at any moment: the record of each answer is durable before its first block leaves.
 */
import { concat, copy, hex } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { run } from "../base/job.ts"
import type { IbeMaster } from "../ibe/ibe.ts"
import { identity, type ParameterSet } from "../ibake/identity.ts"
import { byHash, Channel, longest, transferOf, transferOfHash, type ChannelEvent, type ChannelLimits } from "../keys/channel.ts"
import type { Enrolment } from "../keys/enrolment.ts"
import { deviceId, deviceOf, downTopic, partTopics } from "../keys/topics.ts"
import type { Board } from "../port.ts"
import type { Sym } from "../suite.ts"
import type { EnvelopeUse, Issuer, Kms, Record_, Subscriber } from "./types.ts"

/** What a new KMS is to be: texts in normal form, periods in seconds. */
export interface DeskKms {
  readonly uri: string
  readonly hosts: readonly string[]
  /** Default: a day. */
  readonly periodLength?: number
}

/** A KMS from the random octets of `seed` (the master's seedOctets); its owner wipes `master`. */
export function deskKms(master: IbeMaster, seed: Uint8Array, wish: DeskKms): Kms {
  const secret = master.setup(seed)
  const publicParameter = run(master.publicParameter(secret))!
  const length = wish.periodLength ?? 86400
  const own: ParameterSet = { suite: master.suiteId, version: 1, periodLength: length, periodOffset: 0, kmsUri: name(wish.uri), hosts: wish.hosts.map(name), publicParameter }
  return { master: secret, own, vouched: [], skewSeconds: 300, horizonPeriods: 31 }
}

function name(value: string): Uint8Array {
  const id = identity(value, 1)
  if (isFault(id)) throw new Error(`deskKms: expected a name of 1 to 255 octets, got ${value}`)
  return id.data
}

/** What a desk is made of. */
export interface DeskOptions {
  readonly board: Board
  /** The KMS's name in topics. */
  readonly name: string
  readonly kms: Kms
  readonly issuer: Issuer
  readonly sym: Sym
  readonly limits: ChannelLimits
}

interface Visitor {
  readonly subscriber: Subscriber
  readonly channel: Channel
  /** Counts wake-ups: only the last one set is in force. */
  alarm: number
}

/** One KMS with the subscribers that it was told of. */
export class Desk {
  private readonly o: DeskOptions
  private readonly subscribers: Map<string, Subscriber> = new Map()
  private readonly visitors: Map<string, Visitor> = new Map()
  /** Told of every request that was not answered. */
  onIgnored: (fault: Fault) => void = () => undefined

  constructor(options: DeskOptions) {
    this.o = options
  }

  /** Enrols a device by its URIs; `random` gives that many random octets. */
  enrol(uris: readonly string[], random: (octets: number) => Uint8Array): Enrolment {
    const identities = uris.map((uri) => ({ type: 1, data: name(uri) }))
    const subscriber = { pskId: random(12), psk: random(32), identities }
    this.admit(subscriber)
    return { ...subscriber, psk: copy(subscriber.psk), kmsName: this.o.name, set: this.o.kms.own, vouched: this.o.kms.vouched }
  }

  /** Takes up a device that was enrolled before. */
  admit(of: Pick<Subscriber, "pskId" | "psk" | "certified" | "identities"> & { readonly revoked?: boolean }): void {
    const id = deviceId(this.o.sym, of.pskId)
    const { mtu } = this.o.board.link
    // a response longer than the channel carries must not be made
    this.subscribers.set(id, { revoked: false, ...of, transferOctets: longest(mtu, this.o.limits), mtu, deviceId: id })
  }

  /** Opens the link; call it once for each life of the board. */
  open(): void {
    const { board } = this.o
    board.link.open({
      onReady: () => this.onReady(),
      onMessage: (topic, payload) => this.frame(topic, payload),
      onWritable: () => this.visitors.forEach((v) => this.pump(v)),
      onClosed: () => undefined,
    })
  }

  private onReady(): void {
    const { board, name } = this.o
    for (const part of new Set([...this.subscribers.keys()].map((id) => id.charAt(0)))) board.link.subscribe(partTopics(name, part))
    // what was on its way when the link closed goes on
    for (const v of this.visitors.values()) this.pump(v)
  }

  private frame(topic: string, octets: Uint8Array): void {
    const id = deviceOf(topic, this.o.name)
    const visitor = id === undefined ? undefined : this.visitor(id)
    if (visitor === undefined) return this.onIgnored(refuse("kms/identity", "topic"))
    const event = visitor.channel.receive(octets, this.o.board.clock.ticks())
    if (isFault(event)) this.onIgnored(event)
    else if (event !== undefined) this.heard(visitor, event)
    this.pump(visitor)
  }

  private visitor(id: string): Visitor | undefined {
    const subscriber = this.subscribers.get(id)
    const held = this.visitors.get(id)
    if (subscriber === undefined || held !== undefined) return held
    const { board, limits, sym } = this.o
    const visitor = { subscriber, channel: new Channel({ mtu: board.link.mtu, limits, jitter: () => dice(board), admission: byHash(sym) }), alarm: 0 }
    this.visitors.set(id, visitor)
    return visitor
  }

  private heard(v: Visitor, event: ChannelEvent): void {
    if (event.kind === "received") this.request(v, event.transfer, copy(event.octets))
    if (event.kind !== "again") return
    const stored = [0, 2].map((tsType) => this.record(v, tsType)).find((r) => r !== undefined && transferOfHash(r.requestHash) === event.transfer)
    if (stored !== undefined) v.channel.send(stored.response, event.transfer, this.o.board.clock.ticks())
  }

  private request(v: Visitor, transfer: number, request: Uint8Array): void {
    const { board, issuer, kms, sym } = this.o
    const now = board.clock.ticks()
    const utc = board.clock.utc()
    const peeked = utc === undefined ? refuse("time/none", "clock") : issuer.peek(request)
    if (isFault(peeked)) return this.turnAway(v, transfer, peeked)
    const decision = run(issuer.decide(request, v.subscriber, this.record(v, peeked.tsType), utc!, kms, this.envelopeUse(peeked.envelope)))
    if (isFault(decision)) return this.turnAway(v, transfer, decision)
    const record = decision.record
    if (record !== undefined && !this.commit(v, record)) {
      // nothing may leave that is not recorded; the device repeats in its own time
      v.channel.receiver.forget()
      return this.onIgnored(refuse("store/refused", "record"))
    }
    v.channel.accept(transfer, now)
    const unsent = v.channel.send(decision.answer, transferOf(sym, request), now)
    if (unsent !== undefined) this.onIgnored(unsent)
  }

  /** The envelope first: should the power go between, it is spent and its device makes another. */
  private commit(v: Visitor, record: Record_): boolean {
    const { store } = this.o.board
    if (record.envelope !== undefined && !store.put(envelopeName(record.envelope), record.envelope)) return false
    return store.put(recordName(this.o.sym, v.subscriber, record.tsType), recordOctets(record))
  }

  private envelopeUse(envelope: Uint8Array | undefined): EnvelopeUse {
    return envelope === undefined || this.o.board.store.get(envelopeName(envelope)) === undefined ? "fresh" : "spent"
  }

  private turnAway(v: Visitor, transfer: number, fault: Fault): void {
    v.channel.reject(transfer, this.o.board.clock.ticks())
    this.onIgnored(fault)
  }

  private record(v: Visitor, tsType: number): Record_ | undefined {
    const o = this.o.board.store.get(recordName(this.o.sym, v.subscriber, tsType))
    return o === undefined ? undefined : { tsType, lastT: o.subarray(0, 8), requestHash: o.subarray(8, 40), response: o.subarray(40) }
  }

  private pump(v: Visitor): void {
    const { board } = this.o
    for (;;) {
      const output = v.channel.poll(board.clock.ticks())
      if (output === undefined) break
      // a frame that the link refuses is lost like any other; `onWritable` goes on from there
      if (output.kind === "publish" && !board.link.publish(downTopic(this.o.name, v.subscriber.deviceId), output.frame)) return
    }
    const at = v.channel.wakeAt()
    const alarm = ++v.alarm
    const ring = (): void => (alarm === v.alarm ? this.pump(v) : undefined)
    if (at !== undefined) board.clock.after(Math.max(1, at - board.clock.ticks()), ring)
  }
}

function recordName(sym: Sym, s: Subscriber, tsType: number): string {
  return `rec.${hex(sym.sha256(s.pskId).subarray(0, 8))}.${tsType}`
}

function envelopeName(envelope: Uint8Array): string {
  return `env.${hex(envelope.subarray(0, 12))}`
}

function recordOctets(r: Record_): Uint8Array {
  return concat([r.lastT, r.requestHash, r.response])
}

function dice(board: Board): number {
  const one = new Uint8Array(1)
  return board.entropy.fill(one) ? one[0]! : 0
}
