/** I_MESSAGE_1 as the Initiator makes it: RFC 6267 section 4.2.2.1, PROTOCOL section 4. */
import { copy, equal, number32, wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { chain, done, map, type Job } from "../base/job.ts"
import { dataType, mapType } from "../mikey/numbers.ts"
import type { Extension } from "../mikey/payload.ts"
import type { BoxKeys, DhGroup, DhKey } from "../suite.ts"
import { eccpt, encodeInner, ownKey, seal, uidAt, type Clear } from "./exchange.ts"
import { ntp, sameName, type Identity, type Kms } from "./identity.ts"
import { offeredMap, offeredPolicies, type Stream } from "./offer.ts"
import type { Draw, Held, Party } from "./session.ts"

/** What a call is about. */
export interface CallOptions {
  readonly me: Identity
  readonly peer: Identity
  readonly streams: readonly Stream[]
  /** GENERIC-ID unless the other end knows SRTP-ID only. */
  readonly map?: "SRTP-ID"
  /** IDRkmsi and IDRkmsr in clear, for paths that route by them. */
  readonly kms?: "named"
  /** The protocols offered in the SDP around the message (`sdpIds`): bound into both I messages against bidding down, RFC 4567 section 7. */
  readonly protocols?: Extension
  /** The MKI of the call that this one brings new keys for: the new one differs. */
  readonly rekeys?: Uint8Array
  /** Whether an answer by another identity than the called one is taken; never by default. */
  onRetarget?(id: Identity): boolean
  /**
   * Turns deferred delivery on: whether content for the called one may be left under a key sent in an ESK, where who answers could not open
   * I_MESSAGE_1. An ESK is readable by the KMS, has no forward secrecy, is not authenticated by its sender, and anybody can provoke the question.
   * Off by default, and no ESK is sent then.
   */
  onDeferred?(called: Identity): boolean
}

/** What the Initiator holds from I_MESSAGE_1 until an R_MESSAGE_1 answers it. */
export interface Called {
  readonly at: "R_MESSAGE_1"
  readonly clear: Clear
  readonly group: DhGroup
  readonly own: Kms
  /** The secret x. */
  readonly x: Uint8Array
  readonly ECCPTi: Uint8Array
  /** The MKI where it stands in ECCPTi (SRTP-ID). */
  readonly spi: Uint8Array | undefined
  readonly I_MESSAGE_1: Uint8Array
}

/** The clear part of I_MESSAGE_1, with the MKI drawn for it. */
interface Offer extends Clear {
  readonly spi: Uint8Array
}

/** The call begun, or why there is none. Draws in the order that `Initiator.start` names. */
export function startCall(party: Party, options: CallOptions, utc: number, held: Held): Job<Called | Fault> {
  const me = options.me
  const peer = options.peer
  if (sameName(me, peer)) return none(refuse("identity/mismatch", "I_MESSAGE_1.IDRr"))
  const own = party.keys.kmsOf(me)
  if (own === undefined) return none(refuse("identity/unknown", "I_MESSAGE_1.IDRi"))
  const theirs = party.keys.kmsOf(peer)
  if (theirs === undefined) return none(refuse("identity/unknown", "I_MESSAGE_1.IDRr"))
  const T = ntp(utc)
  const key = ownKey(party.profile, party.keys, me, own, T)
  if (isFault(key)) return none(key)
  const uid = uidAt(party.profile, peer, theirs, T)
  if (uid === undefined) return none(refuse("time/skew", "I_MESSAGE_1.T"))
  const clear = offer(party, options, T, own, theirs)
  if (clear === undefined) return none(refuse("entropy/none", "I_MESSAGE_1"))
  return call(party, clear, own, theirs, uid, held)
}

function none(fault: Fault): Job<Called | Fault> {
  return done<Called | Fault>(fault)
}

function offer(party: Party, options: CallOptions, T: Uint8Array, own: Kms, theirs: Kms): Offer | undefined {
  const csbId = party.draw(4)
  const rand = party.draw(16)
  const spi = party.draw(4)
  const streams = withSsrc(options.streams, party.draw)
  if (csbId === undefined || rand === undefined || spi === undefined || streams === undefined) return undefined
  if (options.rekeys !== undefined && equal(spi, options.rekeys)) spi[3]! ^= 1
  const type = options.map === "SRTP-ID" ? mapType.SRTP_ID : mapType.GENERIC_ID
  // a session of an SRTP-ID map names one policy, so there is no choice to offer
  const SP = offeredPolicies(party.profile.srtp, type === mapType.SRTP_ID ? 1 : 16)
  const named = options.kms === "named"
  return {
    csbId: number32(csbId),
    T,
    RAND: rand,
    IDRi: options.me,
    IDRr: options.peer,
    IDRkmsi: named ? own.set.kmsUri : undefined,
    IDRkmsr: named ? theirs.set.kmsUri : undefined,
    map: offeredMap(type, streams, SP, spi),
    SP,
    extension: options.protocols,
    spi,
  }
}

/** The streams, an SSRC drawn for each that the Initiator sends and has none for; 0 would say that there is none. */
function withSsrc(streams: readonly Stream[], draw: Draw): Stream[] | undefined {
  const out: Stream[] = []
  for (let i = 0; i < streams.length; i++) {
    const stream = streams[i]!
    if (stream.from === "responder" || stream.ssrc !== undefined) {
      out.push(stream)
      continue
    }
    const drawn = draw(4)
    if (drawn === undefined) return undefined
    out.push({ csId: stream.csId, from: stream.from, ssrc: number32(drawn) || 1, roc: stream.roc, seq: stream.seq })
  }
  return out
}

function call(party: Party, clear: Offer, own: Kms, theirs: Kms, uid: Uint8Array, held: Held): Job<Called | Fault> {
  const group = party.profile.groups[0]!
  const box = theirs.suite.box
  const xSeed = held.draw(party.draw, group.seedOctets)
  const seed = held.draw(party.draw, box.seedOctets)
  if (xSeed === undefined || seed === undefined) return none(refuse("entropy/none", "I_MESSAGE_1"))
  return chain(group.keygen(xSeed), (x: DhKey) => {
    held.keep(x.secret)
    return map(box.encapsulate(uid, theirs.par, seed), (keys: BoxKeys) => called(clear, group, own, theirs, x, keys))
  })
}

function called(clear: Offer, group: DhGroup, own: Kms, theirs: Kms, x: DhKey, keys: BoxKeys): Called {
  // the MKI stands in the map, or, where the map has no place for it, in ECCPTi
  const spi = clear.map.type === mapType.SRTP_ID ? clear.spi : undefined
  const ECCPTi = eccpt(group.curve, x.point, spi)
  const plain = encodeInner(clear.IDRi, ECCPTi, clear.IDRr, undefined)
  const box = theirs.suite.box
  const I_MESSAGE_1 = seal(dataType.I_MESSAGE_1, clear, { box, keys, plain }, new Uint8Array(0), undefined)
  box.wipe(keys)
  wipe(plain)
  return { at: "R_MESSAGE_1", clear, group, own, x: copy(x.secret), ECCPTi, spi, I_MESSAGE_1 }
}
