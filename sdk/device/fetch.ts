/** Fetching keys: one request at a time, durable before it is sent, resumed after a power cut, repeated for what did not fit. PROTOCOL sections 6 and 7. */
import { wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { ntp, ntpSeconds, period, utcOf, type Identity } from "../ibake/identity.ts"
import { readResponse, requestMessage, type KeyResponse } from "../ibake/keyrequest.ts"
import type { Draw } from "../ibake/session.ts"
import { AskChannel } from "../keys/ask.ts"
import { blocksIn } from "../keys/blocks.ts"
import { transferOf } from "../keys/channel.ts"
import type { Keyring } from "../keys/keyring.ts"
import { deviceId, downTopic, upTopic } from "../keys/topics.ts"
import { parse } from "../mikey/message.ts"
import type { Periods } from "../mikey/vendor.ts"
import type { Board } from "../port.ts"
import type { Profile } from "../suite.ts"
import type { Air } from "./air.ts"
import type { Enrolment, Time } from "./enrolment.ts"
import type { Loop, Part } from "./loop.ts"
import { nextStamp, raiseCounter } from "./stamp.ts"

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
  readonly enrolment: Enrolment
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
  /** Tick at which the request was first sent, in this boot. */
  readonly sent: number | undefined
  working: boolean
}

/** Name of the request that is under way. */
const REQUEST = "request"

/** Keys of one request at most. */
const PERIODS = 16

export class Fetcher implements Part {
  private readonly parts: FetchParts
  private readonly channel: AskChannel
  private readonly up: string
  /** Topic that answers come in on. */
  readonly down: string
  private asking: Asking | undefined
  private wanted: Periods | undefined
  private keys: number
  private retried: boolean
  private done: ((result: Fetched | Fault) => void) | undefined

  constructor(parts: FetchParts) {
    const id = deviceId(parts.profile.sym, parts.enrolment.pskId)
    this.parts = parts
    this.up = upTopic(parts.enrolment.kmsName, id)
    this.down = downTopic(parts.enrolment.kmsName, id)
    const jitter = (): number => {
      const drawn = parts.draw(1)
      return drawn === undefined ? 0 : drawn[0]!
    }
    const keeper = blocksIn(parts.board.store, "rx.")
    this.channel = new AskChannel({ mtu: parts.board.link.mtu, limits: parts.profile.limits, jitter, keeper })
    this.asking = undefined
    this.wanted = undefined
    this.keys = 0
    this.retried = false
    this.done = undefined
  }

  /** Asks for periods, or for the current and the next; `done` is called once, later. A fetch that is under way goes on and answers for both. */
  fetch(periods: Periods | undefined, done: (result: Fetched | Fault) => void): void {
    const before = this.done
    this.done = before === undefined ? done : (result) => (before(result), done(result))
    if (periods !== undefined) this.wanted = periods
    this.keys = 0
    this.retried = false
    if (this.asking === undefined && !this.resume()) this.ask(this.parts.enrolment.identities, first(periods))
    this.parts.loop.soon()
  }

  /** Goes on with what a power cut or a give-up left in the store; false when there is nothing. */
  resume(): boolean {
    const request = this.parts.board.store.get(REQUEST)
    if (this.asking !== undefined || request === undefined) return this.asking !== undefined
    this.asking = { request, sent: undefined, working: false }
    const now = this.parts.board.clock.ticks()
    const event = this.channel.resume(request, transferOf(this.parts.profile.sym, request), now)
    if (event !== undefined && "fault" in event) this.finish(event)
    else if (event !== undefined && event.kind === "received") this.received(event.octets)
    return true
  }

  private ask(identities: readonly Identity[], periods: Periods | undefined): void {
    const board = this.parts.board
    const profile = this.parts.profile
    const T = nextStamp(board.store, this.parts.time.utc(), profile.limits.skewSeconds)
    if (T === undefined) return this.finish(refuse("store/refused", "timestamp"))
    const request = this.draft(identities, periods, T)
    if (request === undefined) return this.finish(refuse("entropy/none", "REQUEST_KEY_PSK"))
    if (!board.store.put(REQUEST, request)) return this.finish(refuse("store/refused", REQUEST))
    const now = board.clock.ticks()
    this.asking = { request, sent: now, working: false }
    const fault = this.channel.ask(request, transferOf(profile.sym, request), now)
    if (fault !== undefined) this.finish(fault)
  }

  /** A request whose number is none of the last four: the other end would take it for one of those. */
  private draft(identities: readonly Identity[], periods: Periods | undefined, T: { readonly type: number; readonly value: Uint8Array }): Uint8Array | undefined {
    const e = this.parts.enrolment
    for (let tries = 0; tries < 8; tries++) {
      const csbId = this.parts.draw(4)
      const RAND = this.parts.draw(16)
      if (csbId === undefined || RAND === undefined) return undefined
      const number = csbId[0]! * 0x1000000 + ((csbId[1]! << 16) | (csbId[2]! << 8) | csbId[3]!)
      const fields = { identities, kmsUri: e.set.kmsUri, pskId: e.pskId, T, csbId: number, RAND, periods }
      const request = requestMessage(this.parts.profile, e.psk, fields)
      if (this.channel.free(transferOf(this.parts.profile.sym, request))) return request
    }
    return undefined
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
    const read = readResponse(this.parts.profile, this.parts.enrolment.psk, asking.request, octets, own, this.parts.profile.limits.transferOctets)
    if (isFault(read)) {
      this.parts.onIgnored(read)
      if (read.fault === "store/broken") {
        this.parts.board.store.remove(REQUEST)
        return this.finish(read)
      }
      return this.channel.reject(this.parts.board.clock.ticks())
    }
    if (read.kind === "error") return this.refused(read.fault, read.lastT)
    this.install(asking, read)
  }

  private install(asking: Asking, read: KeyResponse & { readonly kind: "keys" }): void {
    asking.working = true
    const complete = this.parts.board.clock.ticks()
    const sets = read.notice === undefined ? [] : read.notice.sets
    const queued = this.parts.loop.run(
      () => this.parts.keyring.install(read.keys, sets),
      (fault) => {
        for (let i = 0; i < read.keys.length; i++) wipe(read.keys[i]!.key)
        asking.working = false
        if (fault === undefined) return this.installed(asking, read, complete)
        // the store may take it later, so the KMS keeps it; a bad key stays one
        if (fault.fault !== "store/refused") this.over()
        this.finish(fault)
      },
    )
    // what was received stays in the store, and the next fetch goes on with it
    if (!queued) this.finish(refuse("rate/limited", "loop"))
  }

  private installed(asking: Asking, read: KeyResponse & { readonly kind: "keys" }, complete: number): void {
    const window = this.parts.profile.limits.skewSeconds * 1000
    if (read.notice !== undefined && asking.sent !== undefined && complete - asking.sent <= window) {
      this.parts.time.take(utcOf(read.notice.time), asking.sent, complete)
    }
    this.keys += read.keys.length
    this.over()
    // a board without time asks once more when this answer took too long, or a boot, to tell it
    if (this.parts.time.utc() === undefined && !this.retried) {
      this.retried = true
      return this.ask(this.parts.enrolment.identities, first(this.wanted))
    }
    const rest = read.keys.length > 0 ? this.missing(asking.request) : undefined
    if (rest !== undefined) return this.ask(rest.identities, rest.periods)
    this.finish(undefined)
  }

  /** What of the wish is not held yet, for another request; undefined when nothing is, or nothing more can be asked for. */
  private missing(request: Uint8Array): { readonly identities: readonly Identity[]; readonly periods: Periods } | undefined {
    const wish = this.wish(request)
    if (wish === undefined) return undefined
    const lacking: Identity[] = []
    let from: number | undefined
    const all = this.parts.enrolment.identities
    for (let i = 0; i < all.length; i++) {
      const next = this.firstMissing(all[i]!, wish)
      if (next === undefined) continue
      lacking.push(all[i]!)
      if (from === undefined || next < from) from = next
    }
    if (from === undefined) return undefined
    const count = wish.first + wish.count - from
    return { identities: lacking, periods: { first: from, count: count > PERIODS ? PERIODS : count } }
  }

  private wish(request: Uint8Array): Periods | undefined {
    if (this.wanted !== undefined) return this.wanted
    const asked = parse(request, request.length)
    const utc = this.parts.time.utc()
    if (isFault(asked) || utc === undefined) return undefined
    const now = period(ntpSeconds(ntp(utc)), this.parts.keyring.parameters.own()!.set)
    return now === undefined ? undefined : { first: now, count: 2 }
  }

  private firstMissing(id: Identity, wish: Periods): number | undefined {
    const held = this.parts.keyring.periods(id)
    for (let n = wish.first; n < wish.first + wish.count; n++) if (held.indexOf(n) < 0) return n
    return undefined
  }

  private refused(fault: Fault, lastT: Uint8Array | undefined): void {
    this.over()
    if (fault.fault === "kms/time" && lastT !== undefined && !this.retried && this.parts.time.utc() === undefined) {
      this.retried = true
      if (!raiseCounter(this.parts.board.store, lastT)) return this.finish(refuse("store/refused", "counter"))
      return this.ask(this.parts.enrolment.identities, first(this.wanted))
    }
    // nothing left to issue ends a fetch that has brought keys
    this.finish(fault.fault === "kms/refused" && this.keys > 0 ? undefined : fault)
  }

  /** The answer is taken for good: the KMS is told, and the request goes. */
  private over(): void {
    this.parts.board.store.remove(REQUEST)
    this.channel.accept(this.parts.board.clock.ticks())
    this.asking = undefined
  }

  private finish(fault: Fault | undefined): void {
    if (fault !== undefined) this.channel.end()
    this.asking = undefined
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
  }

  wakeAt(): number | undefined {
    return this.parts.air.free() ? this.channel.wakeAt() : undefined
  }
}

function first(periods: Periods | undefined): Periods | undefined {
  if (periods === undefined || periods.count <= PERIODS) return periods
  return { first: periods.first, count: PERIODS }
}

