/** Calls: Initiators and the Responder of a device, fed with the messages of its peers, and the SRTP contexts that come of them. */
import { number32, wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { Initiator, type CallOptions } from "../ibake/initiator.ts"
import type { AnswerOptions } from "../ibake/called.ts"
import { Responder } from "../ibake/responder.ts"
import type { Agreement, Outcome, Party } from "../ibake/session.ts"
import type { Identity } from "../ibake/identity.ts"
import { callTopic, deviceId } from "../keys/topics.ts"
import { dataType } from "../mikey/numbers.ts"
import { contexts, type SrtpContext } from "../srtp/contexts.ts"
import type { Time } from "./lent.ts"
import type { Loop, Part } from "./loop.ts"
import { Peers, type PeersParts } from "./peers.ts"

/** A call that both ends hold keys for; whoever takes it wipes the contexts with `wipeContexts`. */
export interface Secured {
  readonly role: "initiator" | "responder"
  /** The authenticated pair: who the peer is, and the URI of the KMS that says so. */
  readonly peer: Identity
  readonly peerKms: Uint8Array
  readonly csbId: number
  /** One for each stream. The Initiator's keys are confirmed; the Responder's are by the first SRTP packet that verifies. */
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
  /** Device id of the own identity that calls. */
  readonly own: string
  onSecured(call: Secured): void
  onIgnored(fault: Fault): void
}

interface Call {
  readonly initiator: Initiator
  /** Topic of the called one. */
  readonly to: string
  readonly until: number
  done: ((result: Secured | Fault) => void) | undefined
}

export class Calls implements Part {
  private readonly parts: CallsParts
  private readonly responder: Responder
  private readonly peers: Peers
  private calls: Call[]

  constructor(parts: CallsParts) {
    const paths = parts.paths
    this.parts = parts
    this.responder = new Responder(parts.party, parts.answers)
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
      until: now.ticks + this.parts.party.profile.limits.callSeconds * 1000,
      done,
    }
    this.calls.push(call)
    const queued = this.parts.loop.run(
      () => call.initiator.start(this.parts.time.now()),
      (outcome) => {
        if (outcome.kind === "ignored") this.over(call, outcome.fault)
        else this.outcome(outcome, call.to, call)
      },
      undefined,
    )
    if (!queued) this.end(call, refuse("rate/limited", "loop"))
    return { end: () => this.end(call, refuse("session/ended", "call")) }
  }

  /** Frames that the device id `from` published to the own id `own`. */
  onFrame(own: string, from: string, octets: Uint8Array, now: number): void {
    this.peers.onFrame(callTopic(from, own), octets, now)
  }

  private onMessage(from: string, octets: Uint8Array): void {
    const type = octets[1]
    if (type !== dataType.R_MESSAGE_1 && type !== dataType.R_MESSAGE_2) return this.work(from, octets, undefined)
    let known = false
    for (let i = 0; i < this.calls.length; i++) {
      if (this.calls[i]!.to !== from) continue
      known = true
      this.work(from, octets, this.calls[i]!)
    }
    if (!known) this.parts.onIgnored(refuse("session/state", "R_MESSAGE"))
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
      // R_MESSAGE_2 takes the place of R_MESSAGE_1 on the path, and not of another exchange's: those of one have one CSB ID
      const exchange = call === undefined ? number32(outcome.octets.subarray(4)) : call
      const fault = this.peers.send(from, exchange, outcome.octets, this.parts.time.now().ticks)
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
    const keying = { prf: this.parts.party.profile.prf, TGK: a.TGK, csbId: a.csbId, RAND: a.RAND, map: a.agreed, offered: a.offered, policies: a.policies, spi: a.spi }
    const made = contexts(keying)
    wipe(a.TGK)
    return isFault(made) ? made : { role: a.role, peer: a.peer, peerKms: a.peerKms, csbId: a.csbId, contexts: made }
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
    this.peers.cancel(call.to, call, this.parts.time.now().ticks)
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
