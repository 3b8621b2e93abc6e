/** The Responder of IBAKE exchanges: RFC 6267 section 4.2.2, with the checks of PROTOCOL section 4. One object serves all callers of a device. */
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { chain, done, map, type Job } from "../base/job.ts"
import type { Message } from "../mikey/message.ts"
import { dataType } from "../mikey/numbers.ts"
import type { BoxKeys } from "../suite.ts"
import { answerCall, openCall } from "./answering.ts"
import { callFor, type AnswerOptions, type Call } from "./called.ts"
import { confirmCall, fittingExchanges, type Confirmed } from "./confirming.ts"
import { ownKey, parseOwn } from "./exchange.ts"
import { utcOf } from "./identity.ts"
import { HalfOpen, Remembered, type Exchange } from "./memory.ts"
import { Held, ignore, ignored, send, Turn, type Now, type Outcome, type Party } from "./session.ts"

/** Answers calls. A step is a Job; what is remembered changes once, at the end of a Job that succeeds. */
export class Responder {
  private readonly party: Party
  private readonly options: AnswerOptions
  private readonly turn: Turn
  private readonly halfOpen: HalfOpen
  private readonly seen: Remembered
  private readonly confirmed: Remembered
  constructor(party: Party, options: AnswerOptions) {
    const limits = party.profile.limits
    this.party = party
    this.options = options
    this.turn = new Turn()
    this.halfOpen = new HalfOpen(limits.halfOpen, (options.path === "slow" ? limits.skewSeconds : limits.halfOpenSeconds) * 1000)
    this.seen = new Remembered(limits.remembered)
    this.confirmed = new Remembered(limits.remembered)
  }

  /**
   * Takes a message of the path; `source` is who the path says it came from, empty where it does not say. For R_MESSAGE_1 it draws, in this order:
   * an SSRC of 4 for each session left empty, y (the group's seedOctets), the box's seedOctets; for R_MESSAGE_2 with a box its seedOctets.
   */
  receive(octets: Uint8Array, now: Now, source: string): Job<Outcome> {
    if (this.turn.taken()) return ignored("session/state", "session")
    const m = parseOwn(octets, this.party.profile.limits.messageOctets)
    if (isFault(m)) return ignore(m)
    this.expire(now)
    if (now.utc === undefined) return ignored("time/none", "clock")
    if (m.header.dataType === dataType.I_MESSAGE_1) return this.onI_MESSAGE_1(m, now, now.utc, source)
    if (m.header.dataType === dataType.I_MESSAGE_2) return this.onI_MESSAGE_2(m, now, now.utc, source)
    return ignored("session/state", "responder")
  }

  /** Forgets what is past its time; call it now and then, for a half-open exchange holds a secret. */
  expire(now: Now): void {
    this.halfOpen.expire(now.ticks)
    if (now.utc === undefined) return
    this.seen.expire(now.utc)
    this.confirmed.expire(now.utc)
  }

  /** Tick at which the oldest half-open exchange is due to be forgotten. */
  expiresAt(): number | undefined {
    return this.halfOpen.expiresAt()
  }

  /** Half-open exchanges that are held. */
  pending(): number {
    return this.halfOpen.count()
  }

  private onI_MESSAGE_1(m: Message, now: Now, utc: number, source: string): Job<Outcome> {
    const skew = this.party.profile.limits.skewSeconds
    if (Math.abs(utcOf(m.T.value) - utc) > skew) return ignored("time/skew", "I_MESSAGE_1.T")
    const hash = this.party.profile.sym.sha256(m.octets)
    if (this.seen.get(hash) !== undefined) {
      const held = this.halfOpen.byHash(hash)
      return held === undefined ? ignored("replay/seen", "I_MESSAGE_1") : send(held.R_MESSAGE_1)
    }
    const call = callFor(this.party, this.options, m, hash)
    if (isFault(call)) return ignore(call)
    if (this.seen.full() || !this.party.gate.admits(source, now.ticks)) return ignored("rate/limited", "I_MESSAGE_1")
    const held = new Held()
    return this.turn.take(held.during(map(this.answered(call, now, held), (exchange) => this.replied(exchange))))
  }

  /** The exchange that answers a call; a box that has opened is remembered, and so is an answer to one that cannot be. */
  private answered(call: Call, now: Now, held: Held): Job<Exchange | Fault> {
    const until = utcOf(call.m.T.value) + this.party.profile.limits.skewSeconds
    const key = call.calledKey
    const remember = (): void => this.seen.add(call.hash, until, new Uint8Array(0))
    if (key === undefined) {
      return map(answerCall(this.party, this.options, call, undefined, now, held), (exchange): Exchange | Fault => {
        if (!isFault(exchange)) remember()
        return exchange
      })
    }
    return chain(call.calledKms.suite.box.decapsulate(call.m.IBAKE!, key.key, key.uid, call.calledKms.par), (keys: BoxKeys | undefined): Job<Exchange | Fault> => {
      const plain = openCall(call, keys)
      if (plain === undefined) return done<Exchange | Fault>(refuse("auth/failed", "I_MESSAGE_1.IBAKE"))
      remember()
      return answerCall(this.party, this.options, call, held.keep(plain), now, held)
    })
  }

  private replied(exchange: Exchange | Fault): Outcome {
    if (isFault(exchange)) return { kind: "ignored", fault: exchange }
    this.halfOpen.add(exchange)
    return { kind: "send", octets: exchange.R_MESSAGE_1 }
  }

  private onI_MESSAGE_2(m: Message, now: Now, utc: number, source: string): Job<Outcome> {
    const hash = this.party.profile.sym.sha256(m.octets)
    const again = this.confirmed.get(hash)
    if (again !== undefined) return send(again)
    const fitting = fittingExchanges(m, this.halfOpen.matching(m.header.csbId, m.T.value), this.options.mailbox === true)
    if (isFault(fitting)) return ignore(fitting)
    const own = fitting[0]!.own
    const key = ownKey(this.party.profile, this.party.keys, fitting[0]!.clear.IDRr, own, m.T.value)
    if (isFault(key)) return ignore(key)
    if (!this.party.gate.admits(source, now.ticks)) return ignored("rate/limited", "I_MESSAGE_2")
    const box = own.suite.box
    const held = new Held()
    const job = chain(box.decapsulate(m.IBAKE!, key.key, key.uid, own.par), (keys: BoxKeys | undefined): Job<Outcome> => {
      if (keys === undefined) return ignored("auth/failed", "I_MESSAGE_2.IBAKE")
      const confirmed = confirmCall(this.party, m, fitting, keys, held)
      box.wipe(keys)
      return map(confirmed, (made) => this.established(made, hash, utc))
    })
    return this.turn.take(held.during(job))
  }

  private established(made: Confirmed | Fault, hash: Uint8Array, utc: number): Outcome {
    if (isFault(made)) return { kind: "ignored", fault: made }
    this.halfOpen.remove(made.exchange)
    this.confirmed.add(hash, utc + this.party.profile.limits.skewSeconds, made.R_MESSAGE_2)
    return { kind: "established", agreement: made.agreement, octets: made.R_MESSAGE_2 }
  }

  /** Ends every half-open exchange and wipes what is held of them. */
  end(): void {
    this.turn.end()
    this.halfOpen.wipe()
  }
}
