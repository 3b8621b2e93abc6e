/** R_MESSAGE_1 as the Responder makes it: RFC 6267 sections 4.2.2.2 and 4.2.2.3, PROTOCOL section 4. */
import { copy, number32, wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { chain, done, map, type Job } from "../base/job.ts"
import { curve, dataType, mapType } from "../mikey/numbers.ts"
import type { ReadEccpt } from "../mikey/subpayload.ts"
import type { BoxKeys, DhGroup, DhKey } from "../suite.ts"
import type { AnswerOptions, Call } from "./called.ts"
import { eccpt, encodeInner, groupOf, inner, open, seal, type Clear } from "./exchange.ts"
import type { Exchange } from "./memory.ts"
import { answer, emptySessions, type Fill } from "./offer.ts"
import type { Held, Now, Party } from "./session.ts"

/** A call whose I_MESSAGE_1 may be answered: its box has opened and does not contradict it, or it is somebody else's. */
interface Opened {
  readonly call: Call
  readonly clear: Clear
  readonly group: DhGroup
  /** Undefined where I_MESSAGE_1 was not read. */
  readonly ECCPTi: ReadEccpt | undefined
}

/** The plaintext of I_MESSAGE_1's box, or undefined when it does not open. */
export function openCall(call: Call, keys: BoxKeys | undefined): Uint8Array | undefined {
  const box = call.calledKms.suite.box
  const plain = keys === undefined ? undefined : open(call.m, box, keys, new Uint8Array(0))
  if (keys !== undefined) box.wipe(keys)
  return plain
}

/** The exchange that answers a call, with its R_MESSAGE_1, or why there is none; `plain` is undefined where I_MESSAGE_1 is somebody else's. */
export function answerCall(party: Party, options: AnswerOptions, call: Call, plain: Uint8Array | undefined, now: Now, held: Held): Job<Exchange | Fault> {
  const opened = plain === undefined ? unread(party, options, call) : read(party, options, call, plain)
  if (isFault(opened)) return none(opened)
  const theirs = call.theirs
  const box = theirs.suite.box
  const ySeed = held.draw(party.draw, opened.group.seedOctets)
  const seed = held.draw(party.draw, box.seedOctets)
  if (ySeed === undefined || seed === undefined) return none(refuse("entropy/none", "R_MESSAGE_1"))
  return chain(opened.group.keygen(ySeed), (y: DhKey) =>
    chain(secretOf(opened, held.keep(y.secret)), (secret: Uint8Array | undefined) => {
      if (secret === undefined) return none(refuse("curve/refused", "I_MESSAGE_1.ECCPTi"))
      held.keep(secret)
      return map(box.encapsulate(call.peerUid, theirs.par, seed), (keys: BoxKeys): Exchange | Fault => answered(opened, y.point, secret, keys, now))
    }),
  )
}

function none(fault: Fault): Job<Exchange | Fault> {
  return done<Exchange | Fault>(fault)
}

function read(party: Party, options: AnswerOptions, call: Call, plain: Uint8Array): Opened | Fault {
  const contents = inner(plain, call.m, "I_MESSAGE_1")
  if (isFault(contents)) return contents
  const ECCPTi = contents.ECCPTi!
  const group = groupOf(party.profile, ECCPTi.curve)
  if (group === undefined) return refuse("curve/refused", "I_MESSAGE_1.ECCPTi")
  if (!holdsSpi(ECCPTi, call)) return refuse("wire/value", "I_MESSAGE_1.ECCPTi.KV")
  const clear = chosen(party, options, call)
  return isFault(clear) ? clear : { call, clear, group, ECCPTi }
}

/** The MKI stands in the map, or, where the map has no place for it, in ECCPTi; never in both. */
function holdsSpi(ECCPTi: ReadEccpt, call: Call): boolean {
  return (ECCPTi.spi !== undefined) === (call.m.header.map.type === mapType.SRTP_ID)
}

function unread(party: Party, options: AnswerOptions, call: Call): Opened | Fault {
  const group = groupOf(party.profile, curve.P256)
  if (group === undefined) return refuse("curve/refused", "R_MESSAGE_1.ECCPTr")
  const clear = chosen(party, options, call)
  return isFault(clear) ? clear : { call, clear, group, ECCPTi: undefined }
}

/** What stands in clear from here on: the own name, the sessions filled in, and the policies chosen. */
function chosen(party: Party, options: AnswerOptions, call: Call): Clear | Fault {
  const m = call.m
  const given = options.fill === undefined ? undefined : options.fill(call.peer, m.header.map)
  const fills = filled(party, emptySessions(m.header.map), given)
  if (fills === undefined) return refuse("entropy/none", "R_MESSAGE_1")
  const answered = answer(m.header.map, m.SP, party.profile.srtp, fills, "I_MESSAGE_1")
  if (isFault(answered)) return answered
  return {
    csbId: m.header.csbId,
    T: m.T.value,
    RAND: m.RAND!,
    IDRi: call.peer,
    IDRr: call.me,
    IDRkmsi: m.IDRkmsi === undefined ? undefined : call.theirs.set.kmsUri,
    IDRkmsr: m.IDRkmsr === undefined ? undefined : call.own.set.kmsUri,
    map: answered.map,
    SP: answered.policies,
    extension: m.extension,
  }
}

/** What is given, and a fresh SSRC in every other place; 0 would say that there is none. */
function filled(party: Party, count: number, given: readonly (Fill | undefined)[] | undefined): Fill[] | undefined {
  const out: Fill[] = []
  for (let i = 0; i < count; i++) {
    const fill = given === undefined ? undefined : given[i]
    const drawn = fill === undefined ? party.draw(4) : undefined
    if (fill === undefined && drawn === undefined) return undefined
    out.push(fill === undefined ? { ssrc: number32(drawn!) || 1 } : fill)
  }
  return out
}

/** K_SESSION, or y itself until ECCPTi comes. */
function secretOf(opened: Opened, y: Uint8Array): Job<Uint8Array | undefined> {
  return opened.ECCPTi === undefined ? done<Uint8Array | undefined>(y) : opened.group.agree(y, opened.ECCPTi.point)
}

function answered(opened: Opened, point: Uint8Array, secret: Uint8Array, keys: BoxKeys, now: Now): Exchange {
  const call = opened.call
  const clear = opened.clear
  const ECCPTi = opened.ECCPTi
  const box = call.theirs.suite.box
  const ECCPTr = eccpt(opened.group.curve, point, undefined)
  const plain = encodeInner(clear.IDRi, ECCPTi === undefined ? undefined : ECCPTi.raw, clear.IDRr, ECCPTr)
  const R_MESSAGE_1 = seal(dataType.R_MESSAGE_1, clear, { box, keys, plain }, call.hash, undefined)
  box.wipe(keys)
  wipe(plain)
  return {
    hash: call.hash,
    I_MESSAGE_1: call.m.octets,
    R_MESSAGE_1,
    clear,
    offered: call.m.header.map,
    own: call.own,
    theirs: call.theirs,
    peerUid: call.peerUid,
    ECCPTr,
    secret: copy(secret),
    spi: ECCPTi === undefined || ECCPTi.spi === undefined ? new Uint8Array(0) : copy(ECCPTi.spi),
    unread: ECCPTi === undefined ? call.called : undefined,
    since: now.ticks,
  }
}
