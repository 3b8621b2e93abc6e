/** The Responder of IBAKE exchanges: RFC 6267 section 4.2.2, with the checks of PROTOCOL section 4. One object serves all callers of a device. */
import { concat, copy, number32, wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault, type FaultCode } from "../base/fault.ts"
import { chain, map, type Job } from "../base/job.ts"
import type { Message } from "../mikey/message.ts"
import { dataType, mapType } from "../mikey/numbers.ts"
import type { BoxKeys, DhGroup, DhKey } from "../suite.ts"
import {
  continuityFault,
  eccpt,
  echoes,
  encodeInner,
  groupOf,
  inner,
  open,
  ownKey,
  parseOwn,
  sameKms,
  seal,
  verified,
  type Clear,
} from "./exchange.ts"
import { same, utcOf } from "./identity.ts"
import { exchangeKeys } from "./keys.ts"
import { callFor, type AnswerOptions, type Call } from "./called.ts"
import { HalfOpen, Remembered, type Exchange } from "./memory.ts"
import { answer, emptySessions, sameMap, samePolicies } from "./offer.ts"
import { Held, ignore, ignored, send, Turn, type Agreement, type Now, type Outcome, type Party } from "./session.ts"

/** An I_MESSAGE_1 whose box has opened and does not contradict it. */
interface Opened {
  readonly call: Call
  readonly clear: Clear
  readonly group: DhGroup
  readonly ECCPTi: Uint8Array
  readonly point: Uint8Array
  readonly spi: Uint8Array
}

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
   * an SSRC of 4 for each session left empty, y (the group's seedOctets), the box's seedOctets.
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
    const box = call.calledKms.suite.box
    const held = new Held()
    const job = chain(box.decapsulate(m.IBAKE!, call.calledKey.key, call.calledKey.uid, call.calledKms.par), (keys: BoxKeys | undefined) => {
      const plain = keys === undefined ? undefined : open(m, box, keys, new Uint8Array(0))
      if (keys !== undefined) box.wipe(keys)
      if (plain === undefined) return ignored("auth/failed", "I_MESSAGE_1.IBAKE")
      this.seen.add(hash, utcOf(m.T.value) + skew, new Uint8Array(0))
      const opened = this.opened(call, held.keep(plain))
      return isFault(opened) ? ignore(opened) : this.reply(opened, now, held)
    })
    return this.turn.take(held.during(job))
  }

  private opened(call: Call, plain: Uint8Array): Opened | Fault {
    const m = call.m
    const contents = inner(plain, m, "I_MESSAGE_1")
    if (isFault(contents)) return contents
    const ECCPTi = contents.ECCPTi!
    const group = groupOf(this.party.profile, ECCPTi.curve)
    if (group === undefined || !group.valid(ECCPTi.point)) return refuse("curve/refused", "I_MESSAGE_1.ECCPTi")
    // the MKI stands in the map, or, where the map has no place for it, in ECCPTi; never in both
    const wantsSpi = m.header.map.type === mapType.SRTP_ID
    if ((ECCPTi.spi !== undefined) !== wantsSpi) return refuse("wire/value", "I_MESSAGE_1.ECCPTi.KV")
    const ssrcs = this.drawSsrcs(emptySessions(m.header.map))
    if (ssrcs === undefined) return refuse("entropy/none", "R_MESSAGE_1")
    const chosen = answer(m.header.map, m.SP, this.party.profile.srtp, ssrcs, "I_MESSAGE_1")
    if (isFault(chosen)) return chosen
    const clear: Clear = {
      csbId: m.header.csbId,
      T: m.T.value,
      RAND: m.RAND!,
      IDRi: call.peer,
      IDRr: call.me,
      IDRkmsi: m.IDRkmsi === undefined ? undefined : call.theirs.set.kmsUri,
      IDRkmsr: m.IDRkmsr === undefined ? undefined : call.own.set.kmsUri,
      map: chosen.map,
      SP: chosen.policies,
    }
    const spi = ECCPTi.spi === undefined ? new Uint8Array(0) : copy(ECCPTi.spi)
    return { call, clear, group, ECCPTi: ECCPTi.raw, point: ECCPTi.point, spi }
  }

  private drawSsrcs(count: number): number[] | undefined {
    const out: number[] = []
    for (let i = 0; i < count; i++) {
      const drawn = this.party.draw(4)
      if (drawn === undefined) return undefined
      out.push(number32(drawn) || 1)
    }
    return out
  }

  private reply(opened: Opened, now: Now, held: Held): Job<Outcome> {
    const theirs = opened.call.theirs
    const box = theirs.suite.box
    const ySeed = this.party.draw(opened.group.seedOctets)
    const seed = this.party.draw(box.seedOctets)
    if (ySeed === undefined || seed === undefined) return ignored("entropy/none", "R_MESSAGE_1")
    held.keep(ySeed)
    held.keep(seed)
    return chain(opened.group.keygen(ySeed), (y: DhKey) =>
      chain(opened.group.agree(held.keep(y.secret), opened.point), (kSession: Uint8Array | undefined) => {
        if (kSession === undefined) return ignored("curve/refused", "I_MESSAGE_1.ECCPTi")
        held.keep(kSession)
        return map(box.encapsulate(opened.call.peerUid, theirs.par, seed), (keys: BoxKeys) => this.replied(opened, y, kSession, keys, now))
      }),
    )
  }

  private replied(opened: Opened, y: DhKey, kSession: Uint8Array, keys: BoxKeys, now: Now): Outcome {
    const call = opened.call
    const clear = opened.clear
    const box = call.theirs.suite.box
    const ECCPTr = eccpt(opened.group.curve, y.point, undefined)
    const plain = encodeInner(clear.IDRi, opened.ECCPTi, clear.IDRr, ECCPTr)
    const R_MESSAGE_1 = seal(dataType.R_MESSAGE_1, clear, box, keys, call.hash, plain)
    box.wipe(keys)
    wipe(plain)
    this.halfOpen.add({
      hash: call.hash,
      I_MESSAGE_1: call.m.octets,
      R_MESSAGE_1,
      clear,
      offered: call.m.header.map,
      own: call.own,
      theirs: call.theirs,
      ECCPTr,
      kSession: copy(kSession),
      spi: opened.spi,
      since: now.ticks,
    })
    return { kind: "send", octets: R_MESSAGE_1 }
  }

  private onI_MESSAGE_2(m: Message, now: Now, utc: number, source: string): Job<Outcome> {
    const sym = this.party.profile.sym
    const hash = sym.sha256(m.octets)
    const again = this.confirmed.get(hash)
    if (again !== undefined) return send(again)
    // an ESK goes only with an unread ECCPTi, and every ECCPTi answered here was read
    if (m.ESK !== undefined) return ignored("wire/chain", "I_MESSAGE_2.ESK")
    const candidates = this.halfOpen.matching(m.header.csbId, m.T.value)
    const fitting: Exchange[] = []
    for (let i = 0; i < candidates.length; i++) if (repeats(m, candidates[i]!.clear)) fitting.push(candidates[i]!)
    if (fitting.length === 0) return ignored(candidates.length === 0 ? "session/state" : "auth/failed", "I_MESSAGE_2")
    const own = fitting[0]!.own
    const key = ownKey(this.party.profile, this.party.keys, fitting[0]!.clear.IDRr, own, m.T.value)
    if (isFault(key)) return ignore(key)
    if (!this.party.gate.admits(source, now.ticks)) return ignored("rate/limited", "I_MESSAGE_2")
    const box = own.suite.box
    const held = new Held()
    const job = map(box.decapsulate(m.IBAKE!, key.key, key.uid, own.par), (keys: BoxKeys | undefined): Outcome => {
      if (keys === undefined) return noted("auth/failed", "I_MESSAGE_2.IBAKE")
      const outcome = this.confirm(m, fitting, keys, held, hash, utc)
      box.wipe(keys)
      return outcome
    })
    return this.turn.take(held.during(job))
  }

  /** One decapsulation, its tag tried against each half-open exchange that the message could belong to. */
  private confirm(m: Message, fitting: readonly Exchange[], keys: BoxKeys, held: Held, hash: Uint8Array, utc: number): Outcome {
    for (let i = 0; i < fitting.length; i++) {
      const exchange = fitting[i]!
      const before = this.party.profile.sym.sha256(concat([exchange.I_MESSAGE_1, exchange.R_MESSAGE_1]))
      const plain = open(m, exchange.own.suite.box, keys, before)
      if (plain === undefined) continue
      const contents = inner(held.keep(plain), m, "I_MESSAGE_2")
      if (isFault(contents)) return { kind: "ignored", fault: contents }
      if (contents.ECCPTi !== undefined) return noted("wire/chain", "I_MESSAGE_2.ECCPTi")
      if (!echoes(contents.ECCPTr!, exchange.ECCPTr)) return noted("auth/failed", "I_MESSAGE_2.ECCPTr")
      return this.established(m, exchange, keys.kc, hash, utc)
    }
    return noted("auth/failed", "I_MESSAGE_2.IBAKE")
  }

  private established(m: Message, exchange: Exchange, kc: Uint8Array, hash: Uint8Array, utc: number): Outcome {
    const clear = exchange.clear
    const profile = this.party.profile
    const transcript = { csbId: clear.csbId, RAND: clear.RAND, I_MESSAGE_1: exchange.I_MESSAGE_1, R_MESSAGE_1: exchange.R_MESSAGE_1, I_MESSAGE_2: m.octets, kc }
    const made = exchangeKeys(profile.prf, profile.sym, exchange.kSession, transcript)
    const R_MESSAGE_2 = verified(profile.sym, clear, made.authKey)
    wipe(made.authKey)
    const agreement: Agreement = {
      role: "responder",
      me: clear.IDRr,
      peer: clear.IDRi,
      peerKms: exchange.theirs.set.kmsUri,
      csbId: clear.csbId,
      RAND: clear.RAND,
      TGK: made.TGK,
      offered: exchange.offered,
      agreed: clear.map,
      policies: clear.SP,
      spi: exchange.spi,
    }
    this.halfOpen.remove(exchange)
    this.confirmed.add(hash, utc + profile.limits.skewSeconds, R_MESSAGE_2)
    return { kind: "established", agreement, octets: R_MESSAGE_2 }
  }

  /** Ends every half-open exchange and wipes what is held of them. */
  end(): void {
    this.turn.end()
    this.halfOpen.wipe()
  }
}

/** Whether I_MESSAGE_2 repeats in clear what R_MESSAGE_1 said. */
function repeats(m: Message, clear: Clear): boolean {
  if (continuityFault(m, clear, "I_MESSAGE_2") !== undefined) return false
  if (!same(m.IDRi!, clear.IDRi) || !same(m.IDRr!, clear.IDRr)) return false
  if (!sameKms(m.IDRkmsi, clear.IDRkmsi) || !sameKms(m.IDRkmsr, clear.IDRkmsr)) return false
  return sameMap(m.header.map, clear.map) && samePolicies(m.SP, clear.SP)
}

function noted(code: FaultCode, at: string): Outcome {
  return { kind: "ignored", fault: refuse(code, at) }
}
