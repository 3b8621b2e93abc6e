/** The Initiator of an IBAKE exchange: RFC 6267 section 4.2.2, with the checks of PROTOCOL section 4. */
import { concat, copy, equal, equalCt, number32, wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { chain, done, map, type Job } from "../base/job.ts"
import type { Message } from "../mikey/message.ts"
import { dataType, mapType } from "../mikey/numbers.ts"
import type { BoxKeys, DhGroup, DhKey } from "../suite.ts"
import { continuityFault, eccpt, echoes, encodeInner, identityOf, inner, kmsFault, open, ownKey, parseOwn, seal, uidAt, type Clear } from "./exchange.ts"
import { ntp, same, sameName, type Identity, type Kms } from "./identity.ts"
import { exchangeKeys, verification } from "./keys.ts"
import { answers, checkStreams, offeredMap, offeredPolicies, sameMap, type Stream } from "./offer.ts"
import { Held, ignore, ignored, send, Turn, type Agreement, type Now, type Outcome, type Party } from "./session.ts"

/** What a call is about. */
export interface CallOptions {
  readonly me: Identity
  readonly peer: Identity
  readonly streams: readonly Stream[]
  /** GENERIC-ID unless the other end knows SRTP-ID only. */
  readonly map?: "SRTP-ID"
  /** IDRkmsi and IDRkmsr in clear, for paths that route by them. */
  readonly kms?: "named"
  /** Whether an answer by another identity than the called one is taken; never by default. */
  onRetarget?(id: Identity): boolean
}

/** What the Initiator holds from I_MESSAGE_1 until an R_MESSAGE_1 answers it. */
interface Called {
  readonly at: "R_MESSAGE_1"
  readonly clear: Clear
  readonly group: DhGroup
  readonly own: Kms
  /** The secret x. */
  readonly x: Uint8Array
  readonly ECCPTi: Uint8Array
  readonly spi: Uint8Array | undefined
  readonly I_MESSAGE_1: Uint8Array
}

/** What it holds from I_MESSAGE_2 until R_MESSAGE_2 confirms. */
interface Answered {
  readonly at: "R_MESSAGE_2"
  readonly clear: Clear
  readonly R_MESSAGE_1: Uint8Array
  readonly I_MESSAGE_2: Uint8Array
  readonly authKey: Uint8Array
  readonly agreement: Agreement
}

type State = { readonly at: "start" | "established" | "ended" } | Called | Answered

/** The clear part of I_MESSAGE_1, with the MKI drawn for it. */
interface Offer extends Clear {
  readonly spi: Uint8Array
}

/** An R_MESSAGE_1 that parses and fits the call in clear. */
interface Reply {
  readonly m: Message
  readonly peer: Identity
  readonly theirs: Kms
  readonly peerUid: Uint8Array
}

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
    const me = this.options.me
    const peer = this.options.peer
    if (sameName(me, peer)) return ignored("identity/mismatch", "I_MESSAGE_1.IDRr")
    const own = this.party.keys.kmsOf(me)
    if (own === undefined) return ignored("identity/unknown", "I_MESSAGE_1.IDRi")
    const theirs = this.party.keys.kmsOf(peer)
    if (theirs === undefined) return ignored("identity/unknown", "I_MESSAGE_1.IDRr")
    const T = ntp(now.utc)
    const key = ownKey(this.party.profile, this.party.keys, me, own, T)
    if (isFault(key)) return ignore(key)
    const uid = uidAt(this.party.profile, peer, theirs, T)
    if (uid === undefined) return ignored("time/skew", "I_MESSAGE_1.T")
    const clear = this.offer(T, own, theirs)
    if (clear === undefined) return ignored("entropy/none", "I_MESSAGE_1")
    return this.call(clear, own, theirs, uid)
  }

  private offer(T: Uint8Array, own: Kms, theirs: Kms): Offer | undefined {
    const csbId = this.party.draw(4)
    const rand = this.party.draw(16)
    const spi = this.party.draw(4)
    const streams = this.withSsrc()
    if (csbId === undefined || rand === undefined || spi === undefined || streams === undefined) return undefined
    const type = this.options.map === "SRTP-ID" ? mapType.SRTP_ID : mapType.GENERIC_ID
    // a session of an SRTP-ID map names one policy, so there is no choice to offer
    const SP = offeredPolicies(this.party.profile.srtp, type === mapType.SRTP_ID ? 1 : 16)
    const named = this.options.kms === "named"
    return {
      csbId: number32(csbId),
      T,
      RAND: rand,
      IDRi: this.options.me,
      IDRr: this.options.peer,
      IDRkmsi: named ? own.set.kmsUri : undefined,
      IDRkmsr: named ? theirs.set.kmsUri : undefined,
      map: offeredMap(type, streams, SP, spi),
      SP,
      spi,
    }
  }

  /** The streams, an SSRC drawn for each that the Initiator sends and has none for; 0 would say that there is none. */
  private withSsrc(): Stream[] | undefined {
    const out: Stream[] = []
    for (let i = 0; i < this.options.streams.length; i++) {
      const stream = this.options.streams[i]!
      if (stream.from === "responder" || stream.ssrc !== undefined) {
        out.push(stream)
        continue
      }
      const drawn = this.party.draw(4)
      if (drawn === undefined) return undefined
      out.push({ csId: stream.csId, from: stream.from, ssrc: number32(drawn) || 1, roc: stream.roc, seq: stream.seq })
    }
    return out
  }

  private call(clear: Offer, own: Kms, theirs: Kms, uid: Uint8Array): Job<Outcome> {
    const group = this.party.profile.groups[0]!
    const box = theirs.suite.box
    const xSeed = this.party.draw(group.seedOctets)
    const seed = this.party.draw(box.seedOctets)
    if (xSeed === undefined || seed === undefined) return ignored("entropy/none", "I_MESSAGE_1")
    const held = new Held()
    held.keep(xSeed)
    held.keep(seed)
    const job = chain(group.keygen(xSeed), (x: DhKey) => {
      held.keep(x.secret)
      return map(box.encapsulate(uid, theirs.par, seed), (keys: BoxKeys) => this.called(clear, group, own, theirs, x, keys))
    })
    return this.turn.take(held.during(job))
  }

  private called(clear: Offer, group: DhGroup, own: Kms, theirs: Kms, x: DhKey, keys: BoxKeys): Outcome {
    // the MKI stands in the map, or, where the map has no place for it, in ECCPTi
    const spi = clear.map.type === mapType.SRTP_ID ? clear.spi : undefined
    const ECCPTi = eccpt(group.curve, x.point, spi)
    const plain = encodeInner(clear.IDRi, ECCPTi, clear.IDRr, undefined)
    const I_MESSAGE_1 = seal(dataType.I_MESSAGE_1, clear, theirs.suite.box, keys, new Uint8Array(0), plain)
    theirs.suite.box.wipe(keys)
    wipe(plain)
    this.state = { at: "R_MESSAGE_1", clear, group, own, x: copy(x.secret), ECCPTi, spi, I_MESSAGE_1 }
    return { kind: "send", octets: I_MESSAGE_1 }
  }

  /** Takes a message of the path; `source` is who the path says it came from, empty where it does not say. Draws the box's seedOctets for I_MESSAGE_2. */
  receive(octets: Uint8Array, now: Now, source: string): Job<Outcome> {
    const state = this.state
    if (this.turn.taken()) return ignored("session/state", "session")
    if (state.at === "R_MESSAGE_2" && equal(octets, state.R_MESSAGE_1)) return send(state.I_MESSAGE_2)
    const m = parseOwn(octets, this.party.profile.limits.messageOctets)
    if (isFault(m)) return ignore(m)
    if (state.at === "R_MESSAGE_1" && m.header.dataType === dataType.R_MESSAGE_1) return this.onR_MESSAGE_1(state, m, now, source)
    if (state.at === "R_MESSAGE_2" && m.header.dataType === dataType.R_MESSAGE_2) return this.onR_MESSAGE_2(state, m)
    return ignored("session/state", "session." + state.at)
  }

  private onR_MESSAGE_1(state: Called, m: Message, now: Now, source: string): Job<Outcome> {
    const reply = this.fits(state, m)
    if (isFault(reply)) return ignore(reply)
    const profile = this.party.profile
    const key = ownKey(profile, this.party.keys, this.options.me, state.own, state.clear.T)
    if (isFault(key)) return ignore(key)
    if (!this.party.gate.admits(source, now.ticks)) return ignored("rate/limited", "R_MESSAGE_1")
    const box = state.own.suite.box
    const held = new Held()
    const job = chain(box.decapsulate(m.IBAKE!, key.key, key.uid, state.own.par), (keys: BoxKeys | undefined) => {
      const plain = keys === undefined ? undefined : open(m, box, keys, profile.sym.sha256(state.I_MESSAGE_1))
      if (keys !== undefined) box.wipe(keys)
      if (plain === undefined) return ignored("auth/failed", "R_MESSAGE_1.IBAKE")
      return this.opened(state, reply, held.keep(plain), held)
    })
    return this.turn.take(held.during(job))
  }

  /** Whether R_MESSAGE_1 answers this call, judged by what stands in clear. */
  private fits(state: Called, m: Message): Reply | Fault {
    const discontinuity = continuityFault(m, state.clear, "R_MESSAGE_1")
    if (discontinuity !== undefined) return discontinuity
    const IDRi = identityOf(m.IDRi!, "R_MESSAGE_1.IDRi")
    if (isFault(IDRi)) return IDRi
    const peer = identityOf(m.IDRr!, "R_MESSAGE_1.IDRr")
    if (isFault(peer)) return peer
    const called = this.options.peer
    if (!same(IDRi, this.options.me)) return refuse("identity/mismatch", "R_MESSAGE_1.IDRi")
    if (sameName(peer, this.options.me)) return refuse("identity/mismatch", "R_MESSAGE_1.IDRr")
    // the called octets under another type are nobody else; whether somebody else is taken is asked when the box has opened
    if (!same(peer, called) && (sameName(peer, called) || this.options.onRetarget === undefined)) return refuse("identity/refused", "R_MESSAGE_1.IDRr")
    const theirs = this.party.keys.kmsOf(peer)
    if (theirs === undefined) return refuse("identity/unknown", "R_MESSAGE_1.IDRr")
    const peerUid = uidAt(this.party.profile, peer, theirs, state.clear.T)
    if (peerUid === undefined) return refuse("time/skew", "R_MESSAGE_1.T")
    if ((m.IDRkmsi === undefined) !== (state.clear.IDRkmsi === undefined)) return refuse("wire/chain", "R_MESSAGE_1.IDRkmsi")
    const kms = kmsFault(m, state.own, theirs, "R_MESSAGE_1")
    if (kms !== undefined) return kms
    if (!answers(state.clear.map, state.clear.SP, m.header.map, m.SP, this.party.profile.srtp)) return refuse("policy/none", "R_MESSAGE_1.SP")
    return { m, peer, theirs, peerUid }
  }

  /** Whether the one who answered is the called one, or the policy takes him. */
  private takes(peer: Identity): boolean {
    return same(peer, this.options.peer) || (this.options.onRetarget !== undefined && this.options.onRetarget(peer))
  }

  private opened(state: Called, reply: Reply, plain: Uint8Array, held: Held): Job<Outcome> {
    const contents = inner(plain, reply.m, "R_MESSAGE_1")
    if (isFault(contents)) return ignore(contents)
    if (contents.ECCPTi === undefined || !echoes(contents.ECCPTi, state.ECCPTi)) return ignored("auth/failed", "R_MESSAGE_1.ECCPTi")
    if (!this.takes(reply.peer)) return ignored("identity/refused", "R_MESSAGE_1.IDRr")
    const theirPoint = contents.ECCPTr!
    if (theirPoint.curve !== state.group.curve) return ignored("curve/refused", "R_MESSAGE_1.ECCPTr")
    if (theirPoint.spi !== undefined) return ignored("wire/value", "R_MESSAGE_1.ECCPTr.KV")
    const box = reply.theirs.suite.box
    const seed = this.party.draw(box.seedOctets)
    if (seed === undefined) return ignored("entropy/none", "I_MESSAGE_2")
    held.keep(seed)
    return chain(state.group.agree(state.x, theirPoint.point), (kSession: Uint8Array | undefined) => {
      if (kSession === undefined) return ignored("curve/refused", "R_MESSAGE_1.ECCPTr")
      held.keep(kSession)
      return map(box.encapsulate(reply.peerUid, reply.theirs.par, seed), (keys: BoxKeys) => this.answered(state, reply, theirPoint.raw, kSession, keys))
    })
  }

  private answered(state: Called, reply: Reply, ECCPTr: Uint8Array, kSession: Uint8Array, keys: BoxKeys): Outcome {
    const sym = this.party.profile.sym
    const R_MESSAGE_1 = reply.m.octets
    const clear = answeredClear(state.clear, reply)
    const before = sym.sha256(concat([state.I_MESSAGE_1, R_MESSAGE_1]))
    const plain = encodeInner(clear.IDRi, undefined, clear.IDRr, ECCPTr)
    const box = reply.theirs.suite.box
    const I_MESSAGE_2 = seal(dataType.I_MESSAGE_2, clear, box, keys, before, plain)
    const transcript = { csbId: clear.csbId, RAND: clear.RAND, I_MESSAGE_1: state.I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2, kc: keys.kc }
    const made = exchangeKeys(this.party.profile.prf, sym, kSession, transcript)
    wipe(plain)
    box.wipe(keys)
    const agreement: Agreement = {
      role: "initiator",
      me: clear.IDRi,
      peer: clear.IDRr,
      peerKms: reply.theirs.set.kmsUri,
      csbId: clear.csbId,
      RAND: clear.RAND,
      TGK: made.TGK,
      offered: state.clear.map,
      agreed: clear.map,
      policies: clear.SP,
      spi: state.spi === undefined ? new Uint8Array(0) : state.spi,
    }
    wipe(state.x)
    this.state = { at: "R_MESSAGE_2", clear, R_MESSAGE_1, I_MESSAGE_2, authKey: made.authKey, agreement }
    return { kind: "send", octets: I_MESSAGE_2 }
  }

  private onR_MESSAGE_2(state: Answered, m: Message): Job<Outcome> {
    const discontinuity = continuityFault(m, state.clear, "R_MESSAGE_2")
    if (discontinuity !== undefined) return ignore(discontinuity)
    if (!same(m.IDRi!, state.clear.IDRi)) return ignored("identity/mismatch", "R_MESSAGE_2.IDRi")
    if (!same(m.IDRr!, state.clear.IDRr)) return ignored("identity/mismatch", "R_MESSAGE_2.IDRr")
    if (!sameMap(m.header.map, state.clear.map)) return ignored("wire/value", "R_MESSAGE_2.CS ID map")
    // ECCPTi was echoed already, so nothing is left for a box to say
    if (m.IBAKE !== undefined) return ignored("wire/chain", "R_MESSAGE_2.IBAKE")
    const expected = verification(this.party.profile.sym, state.authKey, m.octets.subarray(0, m.macAt), state.clear.IDRi.data, state.clear.IDRr.data)
    const verified = equalCt(expected, m.V!.mac)
    wipe(expected)
    if (!verified) return ignored("auth/failed", "R_MESSAGE_2.V")
    wipe(state.authKey)
    this.state = { at: "established" }
    return done<Outcome>({ kind: "established", agreement: state.agreement, octets: undefined })
  }

  /** Ends the call before it is established and wipes what it holds; an established one holds nothing. */
  end(): void {
    this.turn.end()
    const state = this.state
    if (state.at === "R_MESSAGE_1") wipe(state.x)
    if (state.at === "R_MESSAGE_2") {
      wipe(state.authKey)
      wipe(state.agreement.TGK)
    }
    if (state.at !== "established") this.state = { at: "ended" }
  }
}

/** What stands in clear from R_MESSAGE_1 on: the Responder's own identity and KMS, its map and its policies. */
function answeredClear(clear: Clear, reply: Reply): Clear {
  return {
    csbId: clear.csbId,
    T: clear.T,
    RAND: clear.RAND,
    IDRi: clear.IDRi,
    IDRr: reply.peer,
    IDRkmsi: clear.IDRkmsi,
    IDRkmsr: clear.IDRkmsr === undefined ? undefined : reply.theirs.set.kmsUri,
    map: reply.m.header.map,
    SP: reply.m.SP,
  }
}
