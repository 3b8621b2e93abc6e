/** Calls: Initiators and the Responder of a device, fed with the messages of its peers, and the SRTP contexts that come of them. */
import { number32, wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { Initiator, type CallOptions } from "../ibake/initiator.ts"
import type { AnswerOptions } from "../ibake/called.ts"
import { Responder } from "../ibake/responder.ts"
import type { Agreement, Outcome, Party, Protocols } from "../ibake/session.ts"
import { openDeferred, type Deferred } from "../ibake/esk.ts"
import { utcOf, type Identity } from "../ibake/identity.ts"
import { reachedBy, callTopic, deviceId } from "../keys/topics.ts"
import { dataType } from "../mikey/numbers.ts"
import { contexts, wipeContexts, type SrtpContext } from "../srtp/contexts.ts"
import type { Time } from "./lent.ts"
import { LiveCalls, type CountersOf } from "./live.ts"
import type { Loop, Part } from "./loop.ts"
import { Peers, type PeersParts } from "./peers.ts"

/** A call that both ends hold keys for; whoever takes it wipes the contexts with `wipeContexts`. */
export interface Secured {
  readonly role: "initiator" | "responder"
  /** The own identity in this call. */
  readonly me: Identity
  /** The authenticated pair: who the peer is, and the URI of the KMS that says so. */
  readonly peer: Identity
  readonly peerKms: Uint8Array
  readonly csbId: number
  /** One for each stream. The Initiator's keys are confirmed; the Responder's are by the first SRTP packet that verifies. */
  readonly contexts: readonly SrtpContext[]
  /** CSB ID of the live call with the same peer and the same streams that these are new keys of. */
  readonly replaces?: number
  /** The protocols of the SDPs that the I messages came in, as their sender saw them: for `boundProtocols` of `ibake/srtp/sdp`. */
  readonly protocols: Protocols
  /** Whom the call was for, where the peer, or this device, stands in for somebody who could not read it. */
  readonly called?: Identity
  /** Deferred delivery, Initiator: what content left for `called` is protected under. The KMS can read it; wiped with `wipeContexts`. */
  readonly deferred?: readonly SrtpContext[]
  /** Deferred delivery, mailbox: octets to hand to `called` with the content, for its `openDeferred`. */
  readonly passOn?: Uint8Array
}

/** Content that was left with a mailbox. */
export interface Deferral {
  /** Who left it, as the message claims: an ESK is not authenticated by its sender, and the KMS can read it. */
  readonly from: Identity
  readonly me: Identity
  /** The mailbox, as the message claims. */
  readonly mailbox: Identity
  /** Seconds since 1970-01-01 UTC of the call. */
  readonly utc: number
  readonly csbId: number
  /** What the content was protected under, all of it by who left it; wiped with `wipeContexts`. */
  readonly contexts: readonly SrtpContext[]
}

/** A call that is being set up. */
export interface CallHandle {
  /** Ends it, if it is not yet secured: what it holds is wiped at once, and `done` gets session/ended later. */
  end(): void
}

/** What calls work with. */
export interface CallsParts {
  readonly party: Party
  readonly answers: AnswerOptions
  readonly time: Time
  readonly loop: Loop
  readonly paths: Omit<PeersParts, "onMessage" | "onIgnored">
  /** Device id of the own identity that calls, and answers where another name than its own was called. */
  readonly own: string
  /** Device ids of names that are answered for and not under: a team's, somebody's who is away. */
  readonly others: readonly string[]
  readonly counters: CountersOf
  onSecured(call: Secured): void
  onIgnored(fault: Fault): void
}

interface Call {
  readonly initiator: Initiator
  /** Topic of the called one. */
  readonly to: string
  /** Known once I_MESSAGE_1 is made: whoever answers, on whatever path, repeats it. */
  csbId: number | undefined
  readonly until: number
  done: ((result: Secured | Fault) => void) | undefined
}

export class Calls implements Part {
  private readonly parts: CallsParts
  private readonly responder: Responder
  private readonly peers: Peers
  private readonly live: LiveCalls
  private calls: Call[]

  constructor(parts: CallsParts) {
    const paths = parts.paths
    this.parts = parts
    this.live = new LiveCalls(parts.counters)
    this.responder = new Responder(parts.party, withFills(parts.answers, this.live))
    this.peers = new Peers({
      sym: paths.sym,
      mtu: paths.mtu,
      limits: paths.limits,
      jitter: paths.jitter,
      air: paths.air,
      onMessage: (from, octets) => this.onMessage(from, octets),
      onIgnored: (fault) => parts.onIgnored(fault),
    })
    this.calls = []
  }

  /** Calls a peer; `done` is called once, later. */
  call(options: CallOptions, done: (result: Secured | Fault) => void): CallHandle {
    const now = this.parts.time.now()
    const call: Call = {
      initiator: new Initiator(this.parts.party, options),
      to: callTopic(deviceId(this.parts.party.profile.sym, options.peer.data), this.parts.own),
      csbId: undefined,
      until: now.ticks + this.parts.party.profile.limits.callSeconds * 1000,
      done,
    }
    this.calls.push(call)
    const queued = this.parts.loop.run(
      () => call.initiator.start(this.parts.time.now()),
      (outcome) => {
        if (outcome.kind === "ignored") return this.over(call, outcome.fault)
        call.csbId = number32(outcome.octets!.subarray(4))
        this.outcome(outcome, call.to, call)
      },
      undefined,
    )
    if (!queued) this.end(call, refuse("rate/limited", "loop"))
    return { end: () => this.end(call, refuse("session/ended", "call")) }
  }

  /** New keys for a live call: a call to the same peer with the same streams. */
  rekey(of: Secured, choices: Omit<CallOptions, "me" | "peer" | "streams" | "rekeys">, done: (result: Secured | Fault) => void): CallHandle {
    const rekeys = of.contexts.length === 0 ? undefined : of.contexts[0]!.mki
    const streams = this.live.streams(of)
    return this.call({ me: of.me, peer: of.peer, streams, rekeys, map: choices.map, kms: choices.kms, protocols: choices.protocols }, done)
  }

  /** Opens the ESK of an I_MESSAGE_2 that a mailbox passed on; `done` is called once, later. */
  openDeferred(octets: Uint8Array, done: (result: Deferral | Fault) => void): void {
    const loop = this.parts.loop
    const queued = loop.run(
      () => openDeferred(this.parts.party, this.parts.answers.me, octets),
      (left) => done(isFault(left) ? left : this.deferral(left)),
      undefined,
    )
    if (!queued) loop.later(() => done(refuse("rate/limited", "loop")))
  }

  private deferral(left: Deferred): Deferral | Fault {
    const made = contexts({ prf: this.parts.party.profile.prf, TGK: left.SK, csbId: left.csbId, RAND: left.RAND, map: left.map, offered: left.map, policies: left.policies, spi: "none" })
    wipe(left.SK)
    return isFault(made) ? made : { from: left.from, me: left.me, mailbox: left.mailbox, utc: utcOf(left.T), csbId: left.csbId, contexts: made }
  }

  /** Frames that the device id `from` published to the own id `own`. */
  onFrame(own: string, from: string, octets: Uint8Array, now: number): void {
    this.peers.onFrame(callTopic(from, own), octets, now)
  }

  private onMessage(path: string, octets: Uint8Array): void {
    const type = octets[1]
    if (type !== dataType.R_MESSAGE_1 && type !== dataType.R_MESSAGE_2) return this.work(path, octets, undefined)
    let known = false
    const csbId = octets.length < 8 ? undefined : number32(octets.subarray(4))
    for (let i = 0; i < this.calls.length; i++) {
      if (csbId === undefined || this.calls[i]!.csbId !== csbId) continue
      known = true
      this.work(path, octets, this.calls[i]!)
    }
    if (!known) this.parts.onIgnored(refuse("session/state", "R_MESSAGE"))
  }

  /** Where a Responder's answer goes: a call that came by another's name is answered from the own one, so that several who answer do not meet on one path. */
  private answerPath(path: string): string {
    for (let i = 0; i < this.parts.others.length; i++) {
      const from = reachedBy(path, this.parts.others[i]!)
      if (from !== undefined) return callTopic(from, this.parts.own)
    }
    return path
  }

  private work(from: string, octets: Uint8Array, call: Call | undefined): void {
    const session = call === undefined ? this.responder : call.initiator
    const queued = this.parts.loop.run(
      () => session.receive(octets, this.parts.time.now(), from),
      (outcome) => this.outcome(outcome, from, call),
      undefined,
    )
    if (!queued) this.parts.onIgnored(refuse("rate/limited", "loop"))
  }

  private outcome(outcome: Outcome, from: string, call: Call | undefined): void {
    if (outcome.kind === "ignored") return this.parts.onIgnored(outcome.fault)
    if (outcome.octets !== undefined) {
      const path = call === undefined ? this.answerPath(from) : from
      // R_MESSAGE_2 takes the place of R_MESSAGE_1 on the path, and not of another exchange's: those of one have one CSB ID
      const exchange = call === undefined ? number32(outcome.octets.subarray(4)) : call
      const fault = this.peers.send(path, exchange, outcome.octets, this.parts.time.now().ticks)
      if (fault !== undefined && call !== undefined) return this.over(call, fault)
      if (fault !== undefined) this.parts.onIgnored(fault)
    }
    if (outcome.kind !== "established") return
    const made = this.secured(outcome.agreement)
    if (call !== undefined) this.over(call, made)
    else if (isFault(made)) this.parts.onIgnored(made)
    else this.parts.onSecured(made)
  }

  private secured(a: Agreement): Secured | Fault {
    const made = this.contextsOf(a, a.TGK, a.spi)
    const unread = a.unread
    const left = unread === undefined || unread.SK === undefined ? undefined : this.contextsOf(a, unread.SK, "none")
    if (isFault(made) || isFault(left)) {
      if (!isFault(made)) wipeContexts(made)
      if (left !== undefined && !isFault(left)) wipeContexts(left)
      return isFault(made) ? made : (left as Fault)
    }
    return {
      role: a.role,
      me: a.me,
      peer: a.peer,
      peerKms: a.peerKms,
      csbId: a.csbId,
      contexts: made,
      replaces: this.live.add({ role: a.role, peer: a.peer, csbId: a.csbId, contexts: made }),
      protocols: a.protocols,
      called: unread === undefined ? undefined : unread.called,
      deferred: left,
      passOn: unread === undefined ? undefined : unread.I_MESSAGE_2,
    }
  }

  private contextsOf(a: Agreement, TGK: Uint8Array, spi: Uint8Array | "none"): SrtpContext[] | Fault {
    const made = contexts({ prf: this.parts.party.profile.prf, TGK, csbId: a.csbId, RAND: a.RAND, map: a.agreed, offered: a.offered, policies: a.policies, spi })
    wipe(TGK)
    return made
  }

  private over(call: Call, result: Secured | Fault): void {
    const done = this.drop(call)
    if (done !== undefined) done(result)
  }

  /** The same at the application's word: it is told later. */
  private end(call: Call, fault: Fault): void {
    const done = this.drop(call)
    if (done !== undefined) this.parts.loop.later(() => done(fault))
  }

  private drop(call: Call): Call["done"] {
    const at = this.calls.indexOf(call)
    if (at >= 0) this.calls.splice(at, 1)
    call.initiator.end()
    this.peers.cancel(call, this.parts.time.now().ticks)
    const done = call.done
    call.done = undefined
    return done
  }

  /** The link is open again: what waited out a silence waits no longer. */
  linkOpened(now: number): void {
    this.peers.hurry(now)
  }

  /** Whether a message of a call is on its way. */
  sending(): boolean {
    return this.peers.sending()
  }

  turn(now: number): void {
    for (let i = this.calls.length - 1; i >= 0; i--) {
      const call = this.calls[i]
      if (call !== undefined && now >= call.until) this.over(call, refuse("session/timeout", "call"))
    }
    if (this.parts.loop.idle()) this.responder.expire(this.parts.time.now())
    this.peers.turn(now)
  }

  wakeAt(): number | undefined {
    let next = this.peers.wakeAt()
    for (let i = 0; i < this.calls.length; i++) if (next === undefined || this.calls[i]!.until < next) next = this.calls[i]!.until
    const expiry = this.responder.expiresAt()
    return next === undefined || (expiry !== undefined && expiry < next) ? expiry : next
  }

  /** Ends every call and half-open exchange, and wipes what they hold; nobody is told. */
  close(): void {
    while (this.calls.length > 0) this.drop(this.calls[0]!)
    this.responder.end()
  }
}

/** The policy of answering, with the streams of live calls kept where they get new keys. */
function withFills(answers: AnswerOptions, live: LiveCalls): AnswerOptions {
  return {
    me: answers.me,
    shared: answers.shared,
    onUnread: answers.onUnread,
    mailbox: answers.mailbox,
    path: answers.path,
    fill: (peer, offered) => live.fills(peer, offered),
  }
}
