/** I_MESSAGE_2 as the Responder takes it, and R_MESSAGE_2 that confirms it: RFC 6267 sections 4.2.2.6 and 4.2.2.7, PROTOCOL section 4. */
import { concat, copy, wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { chain, done, map, work, type Job } from "../base/job.ts"
import type { Message } from "../mikey/message.ts"
import { curve, mapType } from "../mikey/numbers.ts"
import type { ReadEccpt } from "../mikey/subpayload.ts"
import type { BoxKeys } from "../suite.ts"
import { continuityFault, echoes, encodeInner, groupOf, inner, open, sameKms, verified, type Clear, type Inner, type Sealing } from "./exchange.ts"
import { same } from "./identity.ts"
import { exchangeKeys } from "./keys.ts"
import type { Exchange } from "./memory.ts"
import { sameMap, samePolicies } from "./offer.ts"
import type { Agreement, Held, Party, Unread } from "./session.ts"

/** An exchange that I_MESSAGE_2 has completed. */
export interface Confirmed {
  readonly exchange: Exchange
  readonly agreement: Agreement
  readonly R_MESSAGE_2: Uint8Array
}

/** What I_MESSAGE_2 brought, and K_SESSION of its exchange. */
interface Shared {
  readonly m: Message
  readonly exchange: Exchange
  readonly kc: Uint8Array
  /** Where it comes in I_MESSAGE_2 only. */
  readonly ECCPTi: ReadEccpt | undefined
  readonly kSession: Uint8Array
}

/** The half-open exchanges that I_MESSAGE_2 repeats in clear, or why it belongs to none. */
export function fittingExchanges(m: Message, candidates: readonly Exchange[], mailbox: boolean): Exchange[] | Fault {
  const out: Exchange[] = []
  for (let i = 0; i < candidates.length; i++) if (repeats(m, candidates[i]!.clear)) out.push(candidates[i]!)
  if (out.length === 0) return refuse(candidates.length === 0 ? "session/state" : "auth/failed", "I_MESSAGE_2")
  if (m.ESK === undefined) return out
  // an ESK goes only to who did not read I_MESSAGE_1, and only a mailbox takes it
  const unread: Exchange[] = []
  for (let i = 0; mailbox && i < out.length; i++) if (out[i]!.unread !== undefined) unread.push(out[i]!)
  return unread.length === 0 ? refuse("wire/chain", "I_MESSAGE_2.ESK") : unread
}

/** Whether I_MESSAGE_2 repeats in clear what R_MESSAGE_1 said. */
function repeats(m: Message, clear: Clear): boolean {
  if (continuityFault(m, clear, "I_MESSAGE_2") !== undefined) return false
  if (!same(m.IDRi!, clear.IDRi) || !same(m.IDRr!, clear.IDRr)) return false
  if (!sameKms(m.IDRkmsi, clear.IDRkmsi) || !sameKms(m.IDRkmsr, clear.IDRkmsr)) return false
  return sameMap(m.header.map, clear.map) && samePolicies(m.SP, clear.SP)
}

/** One decapsulation, its tag tried against each half-open exchange that the message could belong to. `keys` stay the asker's to wipe. */
export function confirmCall(party: Party, m: Message, fitting: readonly Exchange[], keys: BoxKeys, held: Held): Job<Confirmed | Fault> {
  for (let i = 0; i < fitting.length; i++) {
    const exchange = fitting[i]!
    const before = party.profile.sym.sha256(concat([exchange.I_MESSAGE_1, exchange.R_MESSAGE_1]))
    const plain = open(m, exchange.own.suite.box, keys, before)
    if (plain === undefined) continue
    const contents = inner(held.keep(plain), m, "I_MESSAGE_2")
    if (isFault(contents)) return none(contents)
    // ECCPTi comes exactly when it was not read before
    if ((contents.ECCPTi === undefined) !== (exchange.unread === undefined)) return none(refuse("wire/chain", "I_MESSAGE_2.ECCPTi"))
    if (!echoes(contents.ECCPTr!, exchange.ECCPTr)) return none(refuse("auth/failed", "I_MESSAGE_2.ECCPTr"))
    const kc = held.keep(copy(keys.kc))
    if (contents.ECCPTi !== undefined) return first(party, m, exchange, kc, contents, contents.ECCPTi, held)
    return work<Confirmed | Fault>(() => confirmed(party, { m, exchange, kc, ECCPTi: undefined, kSession: exchange.secret }, undefined))
  }
  return none(refuse("auth/failed", "I_MESSAGE_2.IBAKE"))
}

function none(fault: Fault): Job<Confirmed | Fault> {
  return done<Confirmed | Fault>(fault)
}

/** ECCPTi comes for the first time: K_SESSION is made now, and R_MESSAGE_2 echoes it. */
function first(party: Party, m: Message, exchange: Exchange, kc: Uint8Array, contents: Inner, ECCPTi: ReadEccpt, held: Held): Job<Confirmed | Fault> {
  const group = groupOf(party.profile, curve.P256)
  if (group === undefined || ECCPTi.curve !== curve.P256) return none(refuse("curve/refused", "I_MESSAGE_2.ECCPTi"))
  if ((ECCPTi.spi !== undefined) !== (m.header.map.type === mapType.SRTP_ID)) return none(refuse("wire/value", "I_MESSAGE_2.ECCPTi.KV"))
  const box = exchange.theirs.suite.box
  const seed = held.draw(party.draw, box.seedOctets)
  if (seed === undefined) return none(refuse("entropy/none", "R_MESSAGE_2"))
  return chain(group.agree(exchange.secret, ECCPTi.point), (kSession: Uint8Array | undefined) => {
    if (kSession === undefined) return none(refuse("curve/refused", "I_MESSAGE_2.ECCPTi"))
    held.keep(kSession)
    const plain = held.keep(encodeInner(contents.IDRi, ECCPTi.raw, contents.IDRr, undefined))
    return map(box.encapsulate(exchange.peerUid, exchange.theirs.par, seed), (keys: BoxKeys): Confirmed | Fault => {
      const made = confirmed(party, { m, exchange, kc, ECCPTi, kSession }, { box, keys, plain })
      box.wipe(keys)
      return made
    })
  })
}

function confirmed(party: Party, s: Shared, ibake: Sealing | undefined): Confirmed {
  const exchange = s.exchange
  const clear = exchange.clear
  const sym = party.profile.sym
  const before = ibake === undefined ? new Uint8Array(0) : sym.sha256(concat([exchange.I_MESSAGE_1, exchange.R_MESSAGE_1, s.m.octets]))
  const transcript = { csbId: clear.csbId, RAND: clear.RAND, I_MESSAGE_1: exchange.I_MESSAGE_1, R_MESSAGE_1: exchange.R_MESSAGE_1, I_MESSAGE_2: s.m.octets, kc: s.kc }
  const made = exchangeKeys(party.profile.prf, sym, s.kSession, transcript)
  const R_MESSAGE_2 = verified(sym, clear, made.authKey, ibake, before)
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
    spi: s.ECCPTi === undefined || s.ECCPTi.spi === undefined ? exchange.spi : copy(s.ECCPTi.spi),
    protocols: { I_MESSAGE_1: clear.extension, I_MESSAGE_2: s.m.extension },
    unread: exchange.unread === undefined ? undefined : unread(exchange.unread, s.m),
  }
  return { exchange, agreement, R_MESSAGE_2 }
}

function unread(called: Unread["called"], m: Message): Unread {
  return { called, I_MESSAGE_2: m.ESK === undefined ? undefined : m.octets }
}
