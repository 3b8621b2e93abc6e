/** A device: one Board, joined to its KMS and to other radios. It fetches keys, calls and answers; nothing in it blocks. */
import type { Fault } from "./base/fault.ts"
import { Air } from "./device/air.ts"
import { Calls, type CallHandle, type Deferral, type Secured } from "./device/calls.ts"
import { drawFrom, jitterFrom, Time } from "./device/lent.ts"
import { Fetcher, type Fetched, type FetchProgress } from "./device/fetch.ts"
import type { StreamCounters } from "./device/live.ts"
import { Loop } from "./device/loop.ts"
import { credentialOf, type CertifiedEnrolment } from "./device/standing.ts"
import type { CallOptions } from "./ibake/initiator.ts"
import { identity, ntp, ntpSeconds, same, type Identity } from "./ibake/identity.ts"
import type { Stream } from "./ibake/offer.ts"
import { Gate } from "./ibake/session.ts"
import type { Enrolment } from "./keys/enrolment.ts"
import { Keyring } from "./keys/keyring.ts"
import { callerOf, callTopics, deviceId } from "./keys/topics.ts"
import type { Periods } from "./mikey/vendor.ts"
import type { Board } from "./port.ts"
import type { Profile } from "./suite.ts"

export type { CallHandle, Deferral, Secured } from "./device/calls.ts"
export type { Enrolment } from "./keys/enrolment.ts"
export type { StreamCounters } from "./device/live.ts"
export type { CertifiedEnrolment } from "./device/standing.ts"
export type { Fetched, FetchProgress } from "./device/fetch.ts"

/** What a device tells its application; each is optional, and none comes from within a call of the application's own, nor after `close`. */
export interface DeviceEvents {
  /** A call came in and is secured. */
  onSecured?(call: Secured): void
  /** The link opened or closed. */
  onLink?(state: "open" | "closed"): void
  /** Blocks of a key transfer. */
  onProgress?(progress: FetchProgress): void
  /** A message or frame that went no further: for counters and logs, and nothing to act upon. */
  onIgnored?(fault: Fault): void
}

/** How a call is made, where it is not as usual: two streams, one each way, under a GENERIC-ID map. */
export interface CallChoices extends Partial<Omit<CallOptions, "me" | "peer" | "streams" | "rekeys">> {
  readonly streams?: readonly Stream[]
}

/** Whom a device answers for beside its own names, and what it keeps where a call gets new keys. None of it is needed for calls under own names. */
export interface Answering {
  /** Those of the enrolment's identities that others hold keys of too, a team or a watch: a call to one is answered as the first other one (forking). */
  readonly shared?: readonly Identity[]
  /** Names of others whose calls come here, sent on or while they are away; the broker must let this device subscribe for them. */
  readonly standsFor?: readonly Identity[]
  /** Whether a call to a name that is none of the enrolment's is answered unread, as the first own one; never by default. */
  onUnread?(called: Identity): boolean
  /** Takes ESKs with such calls: this device is a mailbox. */
  readonly mailbox?: true
  /** Where a stream that this end sends has come to, for a live call that gets new keys. */
  counters?(csbId: number, csId: number): StreamCounters | undefined
}

/** Keys that have passed their time are looked for so often, in milliseconds. */
const EXPIRY_MS = 60000

const TWO_WAY: readonly Stream[] = [
  { csId: 1, from: "initiator" },
  { csId: 2, from: "responder" },
]

/** One radio. `open` it, then `fetchKeys`, `call`, and take `onSecured`; `close` wipes its keys from memory. */
export class Device {
  private readonly board: Board
  private readonly enrolment: Enrolment | CertifiedEnrolment
  private readonly events: DeviceEvents
  private readonly keyring: Keyring
  private readonly time: Time
  private readonly loop: Loop
  private readonly air: Air
  private readonly fetcher: Fetcher
  private readonly calls: Calls
  private readonly me: Identity
  /** Device ids of all names that calls are heard for. */
  private readonly heard: readonly string[]
  private expiredAt: number
  private opened: boolean
  private closed: boolean

  constructor(board: Board, profile: Profile, enrolment: Enrolment | CertifiedEnrolment, events: DeviceEvents, answering?: Answering) {
    if (enrolment.identities.length === 0) throw new Error("Device: expected an enrolment with at least one identity, got none")
    const answers = answering === undefined ? {} : answering
    const shared = answers.shared === undefined ? [] : answers.shared
    const me = without(enrolment.identities, shared)
    if (me.length === 0) throw new Error("Device: expected an identity that is not shared, got none")
    const own = idsOf(profile, me)
    const others = idsOf(profile, shared).concat(idsOf(profile, answers.standsFor))
    this.board = board
    this.enrolment = enrolment
    this.events = events
    this.me = me[0]!
    this.heard = own.concat(others)
    this.expiredAt = 0
    this.opened = false
    this.closed = false
    this.keyring = new Keyring(profile, board.store)
    this.time = new Time(board)
    this.loop = new Loop(board, profile.limits.sliceMs)
    this.air = new Air(board.link)
    const draw = drawFrom(board)
    const ignored = (fault: Fault): void => {
      if (events.onIgnored !== undefined) events.onIgnored(fault)
    }
    this.fetcher = new Fetcher({
      board,
      profile,
      enrolment,
      credential: credentialOf(enrolment),
      keyring: this.keyring,
      draw,
      time: this.time,
      loop: this.loop,
      air: this.air,
      onProgress: (progress) => {
        if (events.onProgress !== undefined) events.onProgress(progress)
      },
      onIgnored: ignored,
    })
    this.calls = new Calls({
      party: { profile, keys: this.keyring, draw, gate: new Gate(profile.limits.boxesPerMinute) },
      answers: { me, shared, onUnread: answers.onUnread, mailbox: answers.mailbox, path: "slow" },
      time: this.time,
      loop: this.loop,
      paths: { sym: profile.sym, mtu: board.link.mtu, limits: callLimits(profile), jitter: jitterFrom(board), air: this.air },
      own: own[0]!,
      others,
      counters: (csbId, csId) => (answers.counters === undefined ? undefined : answers.counters(csbId, csId)),
      onSecured: (call) => {
        if (events.onSecured !== undefined) events.onSecured(call)
      },
      onIgnored: ignored,
    })
    this.loop.add(this.fetcher)
    this.loop.add(this.calls)
    this.loop.add({ turn: (now) => this.expire(now), wakeAt: () => (this.opened ? this.expiredAt + EXPIRY_MS : undefined) })
  }

  /**
   * Loads what the store keeps, opens the link and goes on with an unfinished fetch. `done` gets, later and once, undefined or why this device does not open:
   * store/broken, parameters/invalid, suite/refused. Fetches and calls may be asked for before and wait for it. Nothing where it is open.
   */
  open(done?: (fault: Fault | undefined) => void): void {
    if (this.closed) throw new Error("Device.open: this device was closed and its keys are wiped; make a new one on the same board")
    if (this.opened) return
    this.opened = true
    const loaded = (fault: Fault | undefined): void => {
      if (fault === undefined) this.connect()
      else this.opened = false
      this.fetcher.loaded(fault)
      if (done !== undefined) done(fault)
    }
    this.loop.run(() => this.keyring.load(this.enrolment.set, this.enrolment.vouched), loaded, undefined)
  }

  private connect(): void {
    this.board.link.open({
      onReady: () => this.onReady(),
      onMessage: (topic, payload) => this.onMessage(topic, payload),
      onWritable: () => {
        this.air.flush()
        this.loop.soon()
      },
      onClosed: () => {
        this.air.closed()
        if (this.events.onLink !== undefined) this.events.onLink("closed")
      },
    })
  }

  /**
   * Fetches keys of all own identities: of `count` periods from `first`, or of the current period and the next. `done` gets, later and once,
   * what is held, or a Fault: kms/time, kms/identity, kms/refused, key/invalid, store/refused, entropy/none, channel/gave-up, link/closed.
   * While a fetch is under way a second one joins it, and both get its end.
   */
  fetchKeys(periods: Periods | undefined, done: (result: Fetched | Fault) => void): void {
    if (!this.opened) throw new Error("Device.fetchKeys: expected an open device; call open() first")
    if (periods !== undefined && !(periods.first >= 0 && periods.count >= 1)) throw new Error("Device.fetchKeys: expected one period or more, got " + periods.count)
    this.fetcher.fetch(periods, done)
  }

  /**
   * Calls a peer by its URI (or NAI with `nai:` options of your own identity type). `done` gets, later and once, the SRTP contexts, or a Fault:
   * identity/form, identity/unknown, time/none, key/none, entropy/none, rate/limited, session/timeout, session/ended.
   */
  call(peer: string, done: (result: Secured | Fault) => void): CallHandle {
    return this.callWith(peer, {}, done)
  }

  /** The same with choices. */
  callWith(peer: string, choices: CallChoices, done: (result: Secured | Fault) => void): CallHandle {
    if (!this.opened) throw new Error("Device.call: expected an open device; call open() first")
    const me = this.me
    const to = identity(peer, me.type)
    if ("fault" in to) return this.refused(to, done)
    const streams = choices.streams === undefined ? TWO_WAY : choices.streams
    const options: CallOptions = {
      me,
      peer: to,
      streams,
      map: choices.map,
      kms: choices.kms,
      protocols: choices.protocols,
      onRetarget: choices.onRetarget,
      onDeferred: choices.onDeferred,
    }
    return this.calls.call(options, done)
  }

  /**
   * New keys for a live call, in an exchange of its own: same peer, same streams and SSRCs, new CSB ID, RAND and MKI. The old keys stay in force until the
   * new are (`LiveKeys` of `ibake/srtp/live`); when, is the application's or its controller's to say. `done` as in `call`; the peer's `onSecured` names the
   * call that is replaced.
   */
  rekey(call: Secured, choices: Omit<CallChoices, "streams">, done: (result: Secured | Fault) => void): CallHandle {
    if (!this.opened) throw new Error("Device.rekey: expected an open device; call open() first")
    return this.calls.rekey(call, choices, done)
  }

  /**
   * Opens what a mailbox passed on (`Secured.passOn`): the key of content that was left for this device. `done` gets it, later and once, or a Fault:
   * those of a broken message, wire/type, wire/chain, key/none (the period's key is gone: unreadable), auth/failed.
   */
  openDeferred(octets: Uint8Array, done: (result: Deferral | Fault) => void): void {
    if (!this.opened) throw new Error("Device.openDeferred: expected an open device; call open() first")
    this.calls.openDeferred(octets, done)
  }

  private refused(fault: Fault, done: (result: Fault) => void): CallHandle {
    this.loop.later(() => done(fault))
    return { end: () => undefined }
  }

  /** Seconds since 1970-01-01 UTC as the device trusts it, or undefined before the first fetch of a board without a clock. */
  utc(): number | undefined {
    return this.time.utc()
  }

  /** Periods of an own identity that keys are held for, ascending. */
  periods(of: Identity): number[] {
    return this.keyring.periods(of)
  }

  /** Whether a message of a call is still on its way to a peer: a radio that goes to sleep lets R_MESSAGE_2 arrive first. */
  sending(): boolean {
    return this.calls.sending()
  }

  /** Ends fetch and calls, closes the link and wipes all keys from memory; those in the store stay. From here on nothing is told, `done` neither. */
  close(): void {
    if (!this.opened) return
    this.opened = false
    this.closed = true
    this.loop.stop()
    this.calls.close()
    this.air.closed()
    this.board.link.close()
    this.keyring.wipe()
    this.fetcher.close()
  }

  private onReady(): void {
    const now = this.board.clock.ticks()
    this.air.opened()
    this.fetcher.linkOpened(now)
    this.calls.linkOpened(now)
    this.air.subscribe(this.fetcher.down)
    for (let i = 0; i < this.heard.length; i++) this.air.subscribe(callTopics(this.heard[i]!))
    if (this.events.onLink !== undefined) this.events.onLink("open")
    this.loop.soon()
  }

  private onMessage(topic: string, payload: Uint8Array): void {
    const now = this.board.clock.ticks()
    if (topic === this.fetcher.down) this.fetcher.onFrame(payload, now)
    else {
      for (let i = 0; i < this.heard.length; i++) {
        const from = callerOf(topic, this.heard[i]!)
        if (from !== undefined) this.calls.onFrame(this.heard[i]!, from, payload, now)
      }
    }
    this.loop.soon()
  }

  private expire(now: number): void {
    if (now - this.expiredAt < EXPIRY_MS || !this.loop.idle()) return
    this.expiredAt = now
    const utc = this.time.utc()
    if (utc !== undefined) this.keyring.expire(ntpSeconds(ntp(utc)))
  }
}

function without(list: readonly Identity[], others: readonly Identity[]): Identity[] {
  const out: Identity[] = []
  for (let i = 0; i < list.length; i++) {
    let found = false
    for (let k = 0; k < others.length; k++) if (same(list[i]!, others[k]!)) found = true
    if (!found) out.push(list[i]!)
  }
  return out
}

function idsOf(profile: Profile, list: readonly Identity[] | undefined): string[] {
  const out: string[] = []
  for (let i = 0; list !== undefined && i < list.length; i++) out.push(deviceId(profile.sym, list[i]!.data))
  return out
}

/** A call message is no longer worth sending than the call is worth waiting for. */
function callLimits(profile: Profile): { transferOctets: number; transferSeconds: number; retryMs: number; retryMaxMs: number } {
  const limits = profile.limits
  return { transferOctets: limits.messageOctets, transferSeconds: limits.callSeconds, retryMs: limits.retryMs, retryMaxMs: limits.retryMaxMs }
}
