/** R_MESSAGE_1 as the Initiator takes it, and I_MESSAGE_2 that answers it: RFC 6267 sections 4.2.2.4 and 4.2.2.5, PROTOCOL section 4. */
import { concat, copy, wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { chain, done, map, type Job } from "../base/job.ts"
import type { Message } from "../mikey/message.ts"
import { curve, dataType } from "../mikey/numbers.ts"
import type { ReadEccpt } from "../mikey/subpayload.ts"
import type { BoxKeys, DhGroup, DhKey } from "../suite.ts"
import type { Called, CallOptions } from "./calling.ts"
import {
  continuityFault,
  eccpt,
  echoes,
  encodeInner,
  groupOf,
  identityOf,
  inner,
  kmsFault,
  open,
  ownKey,
  seal,
  uidAt,
  type Clear,
  type Sealing,
} from "./exchange.ts"
import { mailing, sealEsk, wipeSealing, type Mailing } from "./esk.ts"
import { same, sameName, type Identity, type Kms } from "./identity.ts"
import { exchangeKeys } from "./keys.ts"
import { answers } from "./offer.ts"
import { onward, type Agreement, type Held, type Now, type Party, type Unread } from "./session.ts"

/** What the Initiator holds from I_MESSAGE_2 until R_MESSAGE_2 confirms. */
export interface Answered {
  readonly at: "R_MESSAGE_2"
  /** The call goes on waiting for somebody who read I_MESSAGE_1, where this one did not. */
  readonly called: Called | undefined
  /** ECCPTi of I_MESSAGE_2, which R_MESSAGE_2 must echo then. */
  readonly ECCPTi: Uint8Array | undefined
  readonly own: Kms
  readonly clear: Clear
  readonly R_MESSAGE_1: Uint8Array
  readonly I_MESSAGE_2: Uint8Array
  readonly authKey: Uint8Array
  readonly agreement: Agreement
}

/** An R_MESSAGE_1 that parses and fits the call in clear. */
interface Reply {
  readonly m: Message
  readonly peer: Identity
  readonly theirs: Kms
  readonly peerUid: Uint8Array
}

/** An R_MESSAGE_1 that has opened, and whom it comes from is taken. */
interface Taken {
  readonly reply: Reply
  readonly ECCPTr: ReadEccpt
  readonly group: DhGroup
  /** Own secret and point: those of I_MESSAGE_1, or fresh ones where its curve is not the one for unread messages. */
  readonly x: Uint8Array
  readonly ECCPTi: Uint8Array
  readonly unread: boolean
  /** Where the ESK goes, if one does. */
  readonly esk: Mailing | undefined
}

/** Whether an exchange with somebody who could not read I_MESSAGE_1 is under way already: then only one who could takes its place. */
export type Busy = "free" | "unread"

/** R_MESSAGE_1 taken, or why it goes no further. */
export function takeReply(party: Party, options: CallOptions, state: Called, m: Message, now: Now, source: string, busy: Busy, held: Held): Job<Answered | Fault> {
  const reply = fits(party, options, state, m)
  if (isFault(reply)) return none(reply)
  const key = ownKey(party.profile, party.keys, options.me, state.own, state.clear.T)
  if (isFault(key)) return none(key)
  if (!party.gate.admits(source, now.ticks)) return none(refuse("rate/limited", "R_MESSAGE_1"))
  const box = state.own.suite.box
  return chain(box.decapsulate(m.IBAKE!, key.key, key.uid, state.own.par), (keys: BoxKeys | undefined) => {
    const plain = keys === undefined ? undefined : open(m, box, keys, party.profile.sym.sha256(state.I_MESSAGE_1))
    if (keys !== undefined) box.wipe(keys)
    if (plain === undefined) return none(refuse("auth/failed", "R_MESSAGE_1.IBAKE"))
    return onward(taken(party, options, state, reply, held.keep(plain), busy, held), (t) => agree(party, state, t, held))
  })
}

function none(fault: Fault): Job<Answered | Fault> {
  return done<Answered | Fault>(fault)
}

/** Whether R_MESSAGE_1 answers this call, judged by what stands in clear. */
function fits(party: Party, options: CallOptions, state: Called, m: Message): Reply | Fault {
  const discontinuity = continuityFault(m, state.clear, "R_MESSAGE_1")
  if (discontinuity !== undefined) return discontinuity
  const IDRi = identityOf(m.IDRi!, "R_MESSAGE_1.IDRi")
  if (isFault(IDRi)) return IDRi
  const peer = identityOf(m.IDRr!, "R_MESSAGE_1.IDRr")
  if (isFault(peer)) return peer
  const called = options.peer
  if (!same(IDRi, options.me)) return refuse("identity/mismatch", "R_MESSAGE_1.IDRi")
  if (sameName(peer, options.me)) return refuse("identity/mismatch", "R_MESSAGE_1.IDRr")
  // the called octets under another type are nobody else; whether somebody else is taken is asked when the box has opened
  if (!same(peer, called) && (sameName(peer, called) || options.onRetarget === undefined)) return refuse("identity/refused", "R_MESSAGE_1.IDRr")
  const theirs = party.keys.kmsOf(peer)
  if (theirs === undefined) return refuse("identity/unknown", "R_MESSAGE_1.IDRr")
  const peerUid = uidAt(party.profile, peer, theirs, state.clear.T)
  if (peerUid === undefined) return refuse("time/skew", "R_MESSAGE_1.T")
  if ((m.IDRkmsi === undefined) !== (state.clear.IDRkmsi === undefined)) return refuse("wire/chain", "R_MESSAGE_1.IDRkmsi")
  const kms = kmsFault(m, state.own, theirs, "R_MESSAGE_1")
  if (kms !== undefined) return kms
  if (!answers(state.clear.map, state.clear.SP, m.header.map, m.SP, party.profile.srtp)) return refuse("policy/none", "R_MESSAGE_1.SP")
  return { m, peer, theirs, peerUid }
}

function taken(party: Party, options: CallOptions, state: Called, reply: Reply, plain: Uint8Array, busy: Busy, held: Held): Job<Taken | Fault> {
  const contents = inner(plain, reply.m, "R_MESSAGE_1")
  if (isFault(contents)) return done<Taken | Fault>(contents)
  const ECCPTr = contents.ECCPTr!
  if (ECCPTr.spi !== undefined) return done<Taken | Fault>(refuse("wire/value", "R_MESSAGE_1.ECCPTr.KV"))
  if (contents.ECCPTi === undefined) return takenUnread(party, options, state, reply, ECCPTr, busy, held)
  if (!echoes(contents.ECCPTi, state.ECCPTi)) return done<Taken | Fault>(refuse("auth/failed", "R_MESSAGE_1.ECCPTi"))
  if (!isTaken(options, reply.peer)) return done<Taken | Fault>(refuse("identity/refused", "R_MESSAGE_1.IDRr"))
  if (ECCPTr.curve !== state.group.curve) return done<Taken | Fault>(refuse("curve/refused", "R_MESSAGE_1.ECCPTr"))
  return done<Taken | Fault>({ reply, ECCPTr, group: state.group, x: state.x, ECCPTi: state.ECCPTi, unread: false, esk: undefined })
}

/** Whether the one who answered is the called one, or the policy takes him. */
function isTaken(options: CallOptions, peer: Identity): boolean {
  return same(peer, options.peer) || (options.onRetarget !== undefined && options.onRetarget(peer))
}

/** An answer of one who could not open I_MESSAGE_1: he must be somebody else whom the policy takes, or the content may be left for the called one. */
function takenUnread(party: Party, options: CallOptions, state: Called, reply: Reply, ECCPTr: ReadEccpt, busy: Busy, held: Held): Job<Taken | Fault> {
  const other = !same(reply.peer, options.peer)
  if (!other && options.onDeferred === undefined) return done<Taken | Fault>(refuse("auth/failed", "R_MESSAGE_1.ECCPTi"))
  if (busy === "unread") return done<Taken | Fault>(refuse("session/state", "R_MESSAGE_1"))
  const group = groupOf(party.profile, curve.P256)
  if (group === undefined || ECCPTr.curve !== curve.P256) return done<Taken | Fault>(refuse("curve/refused", "R_MESSAGE_1.ECCPTr"))
  if (other && !options.onRetarget!(reply.peer)) return done<Taken | Fault>(refuse("identity/refused", "R_MESSAGE_1.IDRr"))
  const deferred = options.onDeferred !== undefined && options.onDeferred(options.peer)
  if (!other && !deferred) return done<Taken | Fault>(refuse("identity/refused", "R_MESSAGE_1.ECCPTi"))
  const esk = deferred ? mailing(party, options.peer, state.clear.T, held) : undefined
  if (esk !== undefined && isFault(esk)) return done<Taken | Fault>(esk)
  if (state.group.curve === curve.P256) return done<Taken | Fault>({ reply, ECCPTr, group, x: state.x, ECCPTi: state.ECCPTi, unread: true, esk })
  const seed = held.draw(party.draw, group.seedOctets)
  if (seed === undefined) return done<Taken | Fault>(refuse("entropy/none", "I_MESSAGE_2"))
  return map(group.keygen(seed), (x: DhKey): Taken | Fault => {
    return { reply, ECCPTr, group, x: held.keep(x.secret), ECCPTi: eccpt(group.curve, x.point, state.spi), unread: true, esk }
  })
}

function agree(party: Party, state: Called, t: Taken, held: Held): Job<Answered | Fault> {
  const theirs = t.reply.theirs
  const seed = held.draw(party.draw, theirs.suite.box.seedOctets)
  if (seed === undefined) return none(refuse("entropy/none", "I_MESSAGE_2"))
  return chain(t.group.agree(t.x, t.ECCPTr.point), (kSession: Uint8Array | undefined) => {
    if (kSession === undefined) return none(refuse("curve/refused", "R_MESSAGE_1.ECCPTr"))
    held.keep(kSession)
    return chain(sealEsk(t.esk, state.clear.IDRi), (esk) => {
      const sealed = map(theirs.suite.box.encapsulate(t.reply.peerUid, theirs.par, seed), (keys: BoxKeys): Answered | Fault => answered(party, state, t, kSession, keys, esk))
      return map(sealed, (value) => (wipeSealing(esk), value), () => wipeSealing(esk))
    })
  })
}

function answered(party: Party, state: Called, t: Taken, kSession: Uint8Array, keys: BoxKeys, esk: Sealing | undefined): Answered {
  const sym = party.profile.sym
  const R_MESSAGE_1 = t.reply.m.octets
  const clear = answeredClear(state.clear, t.reply)
  const ECCPTi = t.unread ? t.ECCPTi : undefined
  const before = sym.sha256(concat([state.I_MESSAGE_1, R_MESSAGE_1]))
  const plain = encodeInner(clear.IDRi, ECCPTi, clear.IDRr, t.ECCPTr.raw)
  const box = t.reply.theirs.suite.box
  const I_MESSAGE_2 = seal(dataType.I_MESSAGE_2, clear, { box, keys, plain }, before, esk)
  const transcript = { csbId: clear.csbId, RAND: clear.RAND, I_MESSAGE_1: state.I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2, kc: keys.kc }
  const made = exchangeKeys(party.profile.prf, sym, kSession, transcript)
  wipe(plain)
  box.wipe(keys)
  const agreement: Agreement = {
    role: "initiator",
    me: clear.IDRi,
    peer: clear.IDRr,
    peerKms: t.reply.theirs.set.kmsUri,
    csbId: clear.csbId,
    RAND: clear.RAND,
    TGK: made.TGK,
    offered: state.clear.map,
    agreed: clear.map,
    policies: clear.SP,
    spi: state.spi === undefined ? new Uint8Array(0) : state.spi,
    protocols: { I_MESSAGE_1: clear.extension, I_MESSAGE_2: clear.extension },
    unread: t.unread ? unread(state.clear.IDRr, t.esk) : undefined,
  }
  const called = t.unread ? state : undefined
  return { at: "R_MESSAGE_2", called, ECCPTi, own: state.own, clear, R_MESSAGE_1, I_MESSAGE_2, authKey: made.authKey, agreement }
}

function unread(called: Identity, esk: Mailing | undefined): Unread {
  return { called, SK: esk === undefined ? undefined : copy(esk.SK) }
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
    extension: clear.extension,
  }
}
