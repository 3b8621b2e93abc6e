/** Whether an I_MESSAGE_1 is for us, judged by what stands in clear: before anything is computed. PROTOCOL section 4. */
import { isFault, refuse, type Fault } from "../base/fault.ts"
import type { CsMap } from "../mikey/csmap.ts"
import type { Message } from "../mikey/message.ts"
import { identityOf, kmsFault, ownKey, uidAt, type OwnKey } from "./exchange.ts"
import { same, sameName, type Identity, type Kms } from "./identity.ts"
import { offerFault, type Fill } from "./offer.ts"
import type { Party } from "./session.ts"

/** Whom a device answers as. */
export interface AnswerOptions {
  /** The identities that calls may be addressed to. */
  readonly me: readonly Identity[]
  /** Names that others hold keys of too, a team or a watch: who is called by one answers as the first of `me` (forking, RFC 6267 section 3.1). */
  readonly shared?: readonly Identity[]
  /**
   * Whether a call to somebody else that came here is answered, as the first of `me`, though its box cannot be opened: a call that was sent on
   * (retargeting, RFC 6267 section 3.2), a mailbox (section 3.3). Never by default. Until I_MESSAGE_2 nobody knows who calls.
   */
  onUnread?(called: Identity): boolean
  /** Takes ESKs along with such calls, and hands I_MESSAGE_2 out to be passed on; without it a message with an ESK is refused. */
  readonly mailbox?: true
  /**
   * What sessions are filled with that the Initiator leaves empty, in their order: a live call that gets new keys keeps its SSRCs and counters.
   * Undefined, as a whole or in a place: a fresh SSRC. The caller is not known yet; it is a claim.
   */
  fill?(peer: Identity, offered: CsMap): readonly (Fill | undefined)[] | undefined
  /** "slow": a path on which one message may take minutes, the channel of PROTOCOL section 7; exchanges stay half-open for the skew window. */
  readonly path?: "slow"
}

/** An I_MESSAGE_1 that parses and is for us, judged by what stands in clear. */
export interface Call {
  readonly m: Message
  readonly hash: Uint8Array
  readonly called: Identity
  /** The KMS and the key of the name that was called, which open the box; no key where the name is somebody else's. */
  readonly calledKms: Kms
  readonly calledKey: OwnKey | undefined
  /** Whom we answer as; the called name unless that is shared or somebody else's. */
  readonly me: Identity
  readonly own: Kms
  readonly peer: Identity
  readonly theirs: Kms
  readonly peerUid: Uint8Array
}

/** The call that an I_MESSAGE_1 makes to us, or why it makes none. */
export function callFor(party: Party, options: AnswerOptions, m: Message, hash: Uint8Array): Call | Fault {
  const peer = identityOf(m.IDRi!, "I_MESSAGE_1.IDRi")
  if (isFault(peer)) return peer
  const called = identityOf(m.IDRr!, "I_MESSAGE_1.IDRr")
  if (isFault(called)) return called
  if (sameName(peer, called)) return refuse("identity/mismatch", "I_MESSAGE_1.IDRi")
  // an own call that comes back through a name shared with others would let a radio talk to itself
  if (isMyName(options, peer)) return refuse("identity/mismatch", "I_MESSAGE_1.IDRi")
  const named = answersAs(options, called)
  const me = named === undefined ? standsIn(options, called) : named
  if (me === undefined) return refuse("identity/mismatch", "I_MESSAGE_1.IDRr")
  const own = party.keys.kmsOf(me)
  const calledKms = party.keys.kmsOf(called)
  if (own === undefined || calledKms === undefined) return refuse("identity/unknown", "I_MESSAGE_1.IDRr")
  const theirs = party.keys.kmsOf(peer)
  if (theirs === undefined) return refuse("identity/unknown", "I_MESSAGE_1.IDRi")
  const kms = kmsFault(m, theirs, calledKms, "I_MESSAGE_1")
  if (kms !== undefined) return kms
  const offer = offerFault(m.header.map, m.SP, "I_MESSAGE_1")
  if (offer !== undefined) return offer
  const calledKey = named === undefined ? undefined : ownKey(party.profile, party.keys, called, calledKms, m.T.value)
  if (isFault(calledKey)) return calledKey
  // what we answer comes back sealed to the name that we answer as
  const key = ownKey(party.profile, party.keys, me, own, m.T.value)
  if (isFault(key)) return key
  const peerUid = uidAt(party.profile, peer, theirs, m.T.value)
  if (peerUid === undefined) return refuse("time/skew", "I_MESSAGE_1.T")
  return { m, hash, called, calledKms, calledKey, me, own, peer, theirs, peerUid }
}

function answersAs(options: AnswerOptions, called: Identity): Identity | undefined {
  const me = options.me
  for (let i = 0; i < me.length; i++) if (same(me[i]!, called)) return me[i]
  const shared = options.shared
  for (let i = 0; shared !== undefined && i < shared.length; i++) if (same(shared[i]!, called)) return me[0]
  return undefined
}

/** The own name that answers a call to somebody else, if the policy takes it. */
function standsIn(options: AnswerOptions, called: Identity): Identity | undefined {
  if (options.onUnread === undefined || holdsName(options.me, called)) return undefined
  return options.onUnread(called) ? options.me[0] : undefined
}

function isMyName(options: AnswerOptions, peer: Identity): boolean {
  return holdsName(options.me, peer) || (options.shared !== undefined && holdsName(options.shared, peer))
}

function holdsName(names: readonly Identity[], one: Identity): boolean {
  for (let i = 0; i < names.length; i++) if (sameName(names[i]!, one)) return true
  return false
}
