/** The Initiator of an IBAKE exchange: RFC 6267 section 4.2.2, with the checks of PROTOCOL section 4. */
import { concat, equal, equalCt, wipe } from "../base/bytes.ts"
import { isFault, refuse } from "../base/fault.ts"
import { done, map, type Job } from "../base/job.ts"
import type { Message } from "../mikey/message.ts"
import { dataType } from "../mikey/numbers.ts"
import type { BoxKeys } from "../suite.ts"
import { startCall, type Called, type CallOptions } from "./calling.ts"
import { continuityFault, echoes, inner, open, ownKey, parseOwn } from "./exchange.ts"
import { same } from "./identity.ts"
import { verification } from "./keys.ts"
import { checkStreams, sameMap } from "./offer.ts"
import { takeReply, type Answered } from "./reply.ts"
import { Held, ignore, ignored, send, Turn, type Now, type Outcome, type Party } from "./session.ts"

export type { CallOptions } from "./calling.ts"

type State = { readonly at: "start" | "established" | "ended" } | Called | Answered

/** One call. A step is a Job; the state changes once, at the end of a Job that succeeds. */
export class Initiator {
  private readonly party: Party
  private readonly options: CallOptions
  private readonly turn: Turn
  private state: State
  /** Misuse: no stream or more than 16, a CS ID twice or above 255, an SSRC of 0 where an SRTP-ID map says by it that there is none. */
  constructor(party: Party, options: CallOptions) {
    checkStreams(options.streams, options.map)
    this.party = party
    this.options = options
    this.turn = new Turn()
    this.state = { at: "start" }
  }

  /** The message the exchange waits for, or where else it is. */
  awaits(): State["at"] {
    return this.state.at
  }

  /**
   * I_MESSAGE_1, or why there is none. Draws, in this order: CSB ID 4, RAND 16, MKI 4, an SSRC of 4 for each own stream without one,
   * x (the group's seedOctets), the box's seedOctets.
   */
  start(now: Now): Job<Outcome> {
    if (this.state.at !== "start" || this.turn.taken()) return ignored("session/state", "I_MESSAGE_1")
    if (now.utc === undefined) return ignored("time/none", "clock")
    const held = new Held()
    const job = map(startCall(this.party, this.options, now.utc, held), (called): Outcome => {
      if (isFault(called)) return { kind: "ignored", fault: called }
      this.state = called
      return { kind: "send", octets: called.I_MESSAGE_1 }
    })
    return this.turn.take(held.during(job))
  }

  /**
   * Takes a message of the path; `source` is who the path says it came from, empty where it does not say. For I_MESSAGE_2 it draws the box's
   * seedOctets; where I_MESSAGE_1 was not read, before these SK 32 and its box's seedOctets if an ESK goes, and x on P-256 if the first was on another curve.
   */
  receive(octets: Uint8Array, now: Now, source: string): Job<Outcome> {
    const state = this.state
    if (this.turn.taken()) return ignored("session/state", "session")
    if (state.at === "R_MESSAGE_2" && equal(octets, state.R_MESSAGE_1)) return send(state.I_MESSAGE_2)
    const m = parseOwn(octets, this.party.profile.limits.messageOctets)
    if (isFault(m)) return ignore(m)
    const type = m.header.dataType
    if (state.at === "R_MESSAGE_1" && type === dataType.R_MESSAGE_1) return this.onR_MESSAGE_1(state, undefined, m, now, source)
    if (state.at === "R_MESSAGE_2" && type === dataType.R_MESSAGE_1 && state.called !== undefined) return this.onR_MESSAGE_1(state.called, state, m, now, source)
    if (state.at === "R_MESSAGE_2" && type === dataType.R_MESSAGE_2) return this.onR_MESSAGE_2(state, m, now, source)
    return ignored("session/state", "session." + state.at)
  }

  /** `unread`: the exchange that gives way to one who has read I_MESSAGE_1. */
  private onR_MESSAGE_1(called: Called, unread: Answered | undefined, m: Message, now: Now, source: string): Job<Outcome> {
    const held = new Held()
    const busy = unread === undefined ? "free" : "unread"
    const job = map(takeReply(this.party, this.options, called, m, now, source, busy, held), (answered): Outcome => {
      if (isFault(answered)) return { kind: "ignored", fault: answered }
      if (answered.called === undefined) wipe(called.x)
      if (unread !== undefined) wipeAnswered(unread)
      this.state = answered
      return { kind: "send", octets: answered.I_MESSAGE_2 }
    })
    return this.turn.take(held.during(job))
  }

  private onR_MESSAGE_2(state: Answered, m: Message, now: Now, source: string): Job<Outcome> {
    const discontinuity = continuityFault(m, state.clear, "R_MESSAGE_2")
    if (discontinuity !== undefined) return ignore(discontinuity)
    if (!same(m.IDRi!, state.clear.IDRi)) return ignored("identity/mismatch", "R_MESSAGE_2.IDRi")
    if (!same(m.IDRr!, state.clear.IDRr)) return ignored("identity/mismatch", "R_MESSAGE_2.IDRr")
    if (!sameMap(m.header.map, state.clear.map)) return ignored("wire/value", "R_MESSAGE_2.CS ID map")
    // a box says one thing: the ECCPTi of I_MESSAGE_2, where it came there for the first time
    if ((m.IBAKE === undefined) !== (state.ECCPTi === undefined)) return ignored("wire/chain", "R_MESSAGE_2.IBAKE")
    const expected = verification(this.party.profile.sym, state.authKey, m.octets.subarray(0, m.macAt), state.clear.IDRi.data, state.clear.IDRr.data)
    const verified = equalCt(expected, m.V!.mac)
    wipe(expected)
    if (!verified) return ignored("auth/failed", "R_MESSAGE_2.V")
    if (state.ECCPTi === undefined) return done(this.established(state))
    return this.onEcho(state, state.ECCPTi, m, now, source)
  }

  private onEcho(state: Answered, ECCPTi: Uint8Array, m: Message, now: Now, source: string): Job<Outcome> {
    const key = ownKey(this.party.profile, this.party.keys, this.options.me, state.own, state.clear.T)
    if (isFault(key)) return ignore(key)
    if (!this.party.gate.admits(source, now.ticks)) return ignored("rate/limited", "R_MESSAGE_2")
    const box = state.own.suite.box
    const held = new Held()
    const job = map(box.decapsulate(m.IBAKE!, key.key, key.uid, state.own.par), (keys: BoxKeys | undefined): Outcome => {
      const before = this.party.profile.sym.sha256(concat([state.called!.I_MESSAGE_1, state.R_MESSAGE_1, state.I_MESSAGE_2]))
      const plain = keys === undefined ? undefined : open(m, box, keys, before)
      if (keys !== undefined) box.wipe(keys)
      if (plain === undefined) return { kind: "ignored", fault: refuse("auth/failed", "R_MESSAGE_2.IBAKE") }
      const contents = inner(held.keep(plain), m, "R_MESSAGE_2")
      if (isFault(contents)) return { kind: "ignored", fault: contents }
      if (!echoes(contents.ECCPTi!, ECCPTi)) return { kind: "ignored", fault: refuse("auth/failed", "R_MESSAGE_2.ECCPTi") }
      return this.established(state)
    })
    return this.turn.take(held.during(job))
  }

  private established(state: Answered): Outcome {
    wipe(state.authKey)
    if (state.called !== undefined) wipe(state.called.x)
    this.state = { at: "established" }
    return { kind: "established", agreement: state.agreement, octets: undefined }
  }

  /** Ends the call before it is established and wipes what it holds; an established one holds nothing. */
  end(): void {
    this.turn.end()
    const state = this.state
    if (state.at === "R_MESSAGE_1") wipe(state.x)
    if (state.at === "R_MESSAGE_2") {
      wipeAnswered(state)
      if (state.called !== undefined) wipe(state.called.x)
    }
    if (state.at !== "established") this.state = { at: "ended" }
  }
}

function wipeAnswered(state: Answered): void {
  wipe(state.authKey)
  wipe(state.agreement.TGK)
  if (state.agreement.unread !== undefined) wipe(state.agreement.unread.SK)
}
