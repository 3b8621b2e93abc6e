/** Fetching keys: one request at a time, durable before it is sent, resumed after a power cut, repeated for what did not fit. PROTOCOL sections 6 and 7. */
import { number32, wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import type { Asked, Credential } from "../ibake/credential.ts"
import { ntp, ntpSeconds, period, utcOf, type Identity } from "../ibake/identity.ts"
import { readResponse, type KeyResponse } from "../ibake/keyrequest.ts"
import type { Draw } from "../ibake/session.ts"
import { AskChannel } from "../keys/ask.ts"
import { blocksIn } from "../keys/blocks.ts"
import { transferOf } from "../keys/channel.ts"
import type { Enrolment } from "../keys/enrolment.ts"
import type { Keyring } from "../keys/keyring.ts"
import { deviceId, downTopic, upTopic } from "../keys/topics.ts"
import { parse } from "../mikey/message.ts"
import type { Periods } from "../mikey/vendor.ts"
import type { Board } from "../port.ts"
import type { Profile } from "../suite.ts"
import type { Air } from "./air.ts"
import { jitterFrom, type Time } from "./lent.ts"
import type { Loop, Part } from "./loop.ts"
import { dropRequest, keepRequest, keptRequest, nextStamp, raiseCounter } from "./stamp.ts"
import { both, firstMissing, firstOf } from "./wish.ts"

/** What came of a fetch. */
export interface Fetched {
  /** New private keys that are held now. */
  readonly keys: number
  /** Periods of the first identity that keys are held for, ascending. */
  readonly periods: readonly number[]
}

/** Progress of a fetch: blocks of the request that are there ("out"), or of the response that are here ("in"). */
export interface FetchProgress {
  readonly way: "in" | "out"
  readonly held: number
  readonly of: number
}

/** What the fetcher works with. */
export interface FetchParts {
  readonly board: Board
  readonly profile: Profile
  readonly enrolment: Omit<Enrolment, "psk" | "pskId">
  readonly credential: Credential
  readonly keyring: Keyring
  readonly draw: Draw
  readonly time: Time
  readonly loop: Loop
  readonly air: Air
  onProgress(progress: FetchProgress): void
  onIgnored(fault: Fault): void
}

interface Asking {
  readonly request: Uint8Array
  /** The request's own secret, wiped when it is over. */
  readonly secret: Uint8Array
  /** Tick at which the request was first sent; undefined when it was resumed. */
  readonly sent: number | undefined
  /** Its keys are being proved. */
  working: boolean
  /** Answers that were none. */
  rejected: number
}

/** Answers to one request that do not hold, before it is dropped: they would come for ever. */
const REJECTED = 4

/** Requests of one fetch that a lost counter, a stale T or a missing time may cost. */
const REPEATS = 2

export class Fetcher implements Part {
  private readonly parts: FetchParts
  private readonly channel: AskChannel
  private readonly up: string
  /** Topic that answers come in on. */
  readonly down: string
  private asking: Asking | undefined
  private wanted: Periods | undefined
  private keys: number
  private repeats: number
  /** The keyring is loaded. */
  private ready: boolean
  private done: ((result: Fetched | Fault) => void) | undefined

  constructor(parts: FetchParts) {
    const id = deviceId(parts.profile.sym, parts.credential.name)
    this.parts = parts
    this.up = upTopic(parts.enrolment.kmsName, id)
    this.down = downTopic(parts.enrolment.kmsName, id)
    const keeper = blocksIn(parts.board.store, "rx.")
    this.channel = new AskChannel({ mtu: parts.board.link.mtu, limits: parts.profile.limits, jitter: jitterFrom(parts.board), keeper })
    this.asking = undefined
    this.wanted = undefined
    this.keys = 0
    this.repeats = 0
    this.ready = false
    this.done = undefined
  }

  /** Asks for periods, or for the current and the next; `done` is called once, later. A fetch that is under way goes on and answers for both. */
  fetch(periods: Periods | undefined, done: (result: Fetched | Fault) => void): void {
    const before = this.done
    this.done = before === undefined ? done : (result) => (before(result), done(result))
    this.wanted = before === undefined ? periods : both(this.wanted, periods)
    if (before !== undefined) return
    this.keys = 0
    this.repeats = 0
    this.parts.loop.later(() => this.begin())
  }

  /** The keyring is loaded, or why it is not: a fetch that was asked for earlier begins now, or ends. */
  loaded(fault: Fault | undefined): void {
    this.ready = fault === undefined
    if (fault === undefined) this.begin()
    else this.finish(fault)
  }

  private begin(): void {
    if (this.ready && !this.resume() && this.done !== undefined) this.ask(this.parts.enrolment.identities, firstOf(this.wanted))
  }

  /** Goes on with what a power cut or a give-up left in the store; false when there is nothing. */
  private resume(): boolean {
    if (this.asking !== undefined) return true
    const kept = keptRequest(this.parts.board.store, this.parts.profile.sym, this.parts.credential.secretOctets)
    if (kept === undefined) return false
    this.asking = { request: kept.octets, secret: kept.secret, sent: undefined, working: false, rejected: 0 }
    const now = this.parts.board.clock.ticks()
    const event = this.channel.resume(kept.octets, transferOf(this.parts.profile.sym, kept.octets), now)
    if (event !== undefined && "fault" in event) this.finish(event)
    else if (event !== undefined && event.kind === "received") this.received(event.octets)
    return true
  }

  private ask(identities: readonly Identity[], periods: Periods | undefined): void {
    const board = this.parts.board
    const profile = this.parts.profile
    const T = nextStamp(board.store, this.parts.time.utc(), profile.limits.skewSeconds)
    if (T === undefined) return this.finish(refuse("store/refused", "timestamp"))
    const asked = this.draft(identities, periods, T)
    if (isFault(asked)) return this.finish(asked)
    const now = board.clock.ticks()
    this.asking = { request: asked.octets, secret: asked.secret, sent: now, working: false, rejected: 0 }
    const holdsKeys = board.store.sealed || profile.keysInTheOpen === true
    if (!keepRequest(board.store, profile.sym, asked, holdsKeys)) return this.finish(refuse("store/refused", "request"))
    const fault = this.channel.ask(asked.octets, transferOf(profile.sym, asked.octets), now)
    if (fault !== undefined) this.finish(fault)
  }

  /** A request whose number is none of the last four: the other end would take it for one of those. */
  private draft(identities: readonly Identity[], periods: Periods | undefined, T: { readonly type: number; readonly value: Uint8Array }): Asked | Fault {
    const parts = this.parts
    for (let tries = 0; tries < 8; tries++) {
      const csbId = parts.draw(4)
      const RAND = parts.draw(16)
      if (csbId === undefined || RAND === undefined) break
      const fields = { identities, kmsUri: parts.enrolment.set.kmsUri, T, csbId: number32(csbId), RAND, periods }
      const asked = parts.credential.request(parts.profile, parts.draw, fields)
      if (isFault(asked) || this.channel.free(transferOf(parts.profile.sym, asked.octets))) return asked
      wipe(asked.secret)
    }
    return refuse("entropy/none", "request")
  }

  /** Frames of the answer's topic. */
  onFrame(octets: Uint8Array, now: number): void {
    const event = this.channel.receive(octets, now)
    if (event === undefined) return
    if ("fault" in event) return this.parts.onIgnored(event)
    if (event.kind === "progress") this.parts.onProgress(event)
    if (event.kind === "received") this.received(event.octets)
  }

  private received(octets: Uint8Array): void {
    const asking = this.asking
    if (asking === undefined || asking.working) return
    const own = this.parts.keyring.parameters.own()!.set
    const read = readResponse(this.parts.profile, this.parts.credential.keyOf(asking.secret), asking.request, octets, own, this.parts.profile.limits.transferOctets)
    if (isFault(read)) {
      this.parts.onIgnored(read)
      if (++asking.rejected < REJECTED) return this.channel.reject(this.parts.board.clock.ticks())
      this.over()
      return this.finish(read)
    }
    if (read.kind === "error") return this.refused(asking, read.fault, read.lastT)
    this.install(asking, read)
  }

  private install(asking: Asking, read: KeyResponse & { readonly kind: "keys" }): void {
    asking.working = true
    const complete = this.parts.board.clock.ticks()
    const sets = read.notice === undefined ? [] : read.notice.sets
    const fresh = this.fresh(read)
    const wiped = (): void => {
      for (let i = 0; i < read.keys.length; i++) wipe(read.keys[i]!.key)
    }
    const queued = this.parts.loop.run(
      () => this.parts.keyring.install(read.keys, sets),
      (fault) => {
        wiped()
        asking.working = false
        if (fault === undefined) return this.installed(asking, read, complete, fresh)
        // the store may take it later, so the KMS keeps it; a bad key stays one
        if (fault.fault !== "store/refused") this.over()
        this.finish(fault)
      },
      wiped,
    )
    if (queued) return
    // what was received stays in the store, and the next fetch goes on with it
    wiped()
    this.finish(refuse("rate/limited", "loop"))
  }

  /** Keys of a response that were not held before. */
  private fresh(read: KeyResponse & { readonly kind: "keys" }): number {
    let count = 0
    for (let i = 0; i < read.keys.length; i++) {
      if (this.parts.keyring.privateKey(read.keys[i]!.identity, read.keys[i]!.period) === undefined) count++
    }
    return count
  }

  private installed(asking: Asking, read: KeyResponse & { readonly kind: "keys" }, complete: number, fresh: number): void {
    const window = this.parts.profile.limits.skewSeconds * 1000
    if (read.notice !== undefined && asking.sent !== undefined && complete - asking.sent <= window) {
      this.parts.time.take(utcOf(read.notice.time), asking.sent, complete)
    }
    this.keys += fresh
    this.over()
    // a board without time asks once more when this answer took too long, or a boot, to tell it
    if (this.parts.time.utc() === undefined && this.repeat(asking.request)) return
    // an answer that brings nothing new would be followed by another such; a resumed one may be of another wish
    const rest = fresh > 0 || asking.sent === undefined ? this.missing(asking.request) : undefined
    if (rest !== undefined) return this.ask(rest.identities, rest.periods)
    this.finish(undefined)
  }

  /** What of the wish is not held yet, for another request; undefined when nothing is, or nothing more can be asked for. */
  private missing(request: Uint8Array): { readonly identities: readonly Identity[]; readonly periods: Periods } | undefined {
    const wish = this.wish(request)
    if (wish === undefined) return undefined
    let lacking: Identity[] = []
    let from: number | undefined
    const all = this.parts.enrolment.identities
    for (let i = 0; i < all.length; i++) {
      const next = firstMissing(wish, this.parts.keyring.periods(all[i]!))
      if (next === undefined || (from !== undefined && next > from)) continue
      // one that lacks more goes first, alone: what the others hold would only fill the answer
      if (next !== from) lacking = []
      from = next
      lacking.push(all[i]!)
    }
    if (from === undefined) return undefined
    return { identities: lacking, periods: firstOf({ first: from, count: wish.first + wish.count - from })! }
  }

  private wish(request: Uint8Array): Periods | undefined {
    if (this.wanted !== undefined) return this.wanted
    const asked = parse(request, request.length)
    const utc = this.parts.time.utc()
    if (isFault(asked) || utc === undefined) return undefined
    const now = period(ntpSeconds(ntp(utc)), this.parts.keyring.parameters.own()!.set)
    return now === undefined ? undefined : { first: now, count: 2 }
  }

  /** Asks for what is still missing under a new T, so often and no more; when nothing is, for one key that is held: it comes with the time. */
  private repeat(request: Uint8Array): boolean {
    if (this.repeats >= REPEATS) return false
    this.repeats++
    const all = this.parts.enrolment.identities
    const rest = this.missing(request)
    const held = this.parts.keyring.periods(all[0]!)
    if (rest !== undefined) this.ask(rest.identities, rest.periods)
    else if (this.wanted !== undefined && held.length > 0) this.ask([all[0]!], { first: held[held.length - 1]!, count: 1 })
    else this.ask(all, firstOf(this.wanted))
    return true
  }

  /** A counter that was lost goes on after the one that the KMS holds; T of a clock may have grown stale while the request waited. */
  private refused(asking: Asking, fault: Fault, lastT: Uint8Array | undefined): void {
    this.over()
    if (fault.fault === "kms/time" && lastT !== undefined) {
      const isLost = this.parts.time.utc() === undefined
      if (isLost && !raiseCounter(this.parts.board.store, lastT)) return this.finish(refuse("store/refused", "counter"))
      if (this.repeat(asking.request)) return
    }
    // nothing left to issue ends a fetch that has brought keys
    this.finish(fault.fault === "kms/refused" && this.keys > 0 ? undefined : fault)
  }

  /** The answer is taken for good: the KMS is told, and the request goes. */
  private over(): void {
    dropRequest(this.parts.board.store)
    this.channel.accept(this.parts.board.clock.ticks())
    this.forget()
  }

  private forget(): void {
    if (this.asking !== undefined) wipe(this.asking.secret)
    this.asking = undefined
  }

  /** The device closes: what the store holds goes on in the next life. */
  close(): void {
    this.forget()
    this.parts.credential.wipe()
  }

  private finish(fault: Fault | undefined): void {
    if (fault !== undefined) this.channel.end()
    this.forget()
    this.wanted = undefined
    const done = this.done
    this.done = undefined
    if (done === undefined) return
    const id = this.parts.enrolment.identities[0]!
    done(fault === undefined ? { keys: this.keys, periods: this.parts.keyring.periods(id) } : fault)
  }

  turn(now: number): void {
    while (this.parts.air.free()) {
      const output = this.channel.poll(now)
      if (output === undefined) return
      if (output.kind === "publish") this.parts.air.publish(this.up, output.frame)
      else this.finish(refuse("channel/gave-up", "key transfer"))
    }
    const end = this.linkLimit()
    if (end !== undefined && now >= end) this.finish(refuse(this.parts.air.isUp() ? "channel/gave-up" : "link/closed", "key transfer"))
  }

  wakeAt(): number | undefined {
    return this.parts.air.free() ? this.channel.wakeAt() : this.linkLimit()
  }

  /** The link is open again. */
  linkOpened(now: number): void {
    this.channel.pathOpened(now)
  }

  /** A link that stays closed, or takes nothing, is waited for as long as a KMS that says nothing. */
  private linkLimit(): number | undefined {
    const asking = this.asking
    return this.parts.air.free() || asking === undefined || asking.working ? undefined : this.channel.givesUpAt()
  }
}
