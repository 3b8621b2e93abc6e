/**
 * Calls a second time, for vectors only: the four messages of PROTOCOL section 4 in every mode, with the keys of section 5 and every value between.
 * Draws are made in the order in which `ibake session --help` names them. Nothing of sdk/ is imported.
 */
import { H, hex, HMAC, join, P256, prf, u32, type HandCurve, type Json } from "./by-hand.ts"
import { sealing, type Member, type Sealing } from "./hand-kms.ts"
import {
  beforeMac, chain, ciphers, ECCPT, ESK, extension, genericMap, IBAKE, IDR, label, message, RAND, role, SK, SP, srtpMap, T, text, V, type Cipher, type Head, type MapSession, type Payload,
} from "./hand-messages.ts"

type Octets = Uint8Array
export type Draw = (label: string, octets: number) => Octets

/** One stream. `roc` and `seq` in a GENERIC-ID map set S; of the Responder's streams they only ask. */
export interface HandStream {
  readonly csId: number
  readonly from: "initiator" | "responder"
  readonly ssrc?: Octets
  readonly roc?: number
  readonly seq?: number
  /** Ps; every policy offered unless told otherwise. */
  readonly policies?: readonly number[]
}

/** What the Initiator begins with. */
export interface HandOffer {
  readonly draw: Draw
  readonly T: Octets
  readonly initiator: Member
  readonly called: Member
  readonly curve: HandCurve
  readonly map: "GENERIC-ID" | "SRTP-ID"
  readonly named: boolean
  readonly protocols?: string
  readonly policies: readonly Cipher[]
  readonly streams: readonly HandStream[]
}

/** A live stream that gets new keys. */
export interface HandFill {
  readonly ssrc: Octets
  readonly roc: number
  readonly seq: number
}

/** How it is answered. */
export interface HandAnswer {
  readonly draw: Draw
  readonly responder: Member
  /** Whether the box of I_MESSAGE_1 could be opened. */
  readonly read: boolean
  readonly allows: readonly Cipher[]
  /** What the Responder's own streams have; without it SSRCs are drawn. */
  readonly fill?: readonly HandFill[]
}

interface Begun {
  readonly of: HandOffer
  readonly csbId: Octets
  readonly rand: Octets
  readonly mki: Octets
  readonly sessions: readonly MapSession[]
  readonly x: Pair
  readonly I1: Sent
}

interface Pair {
  readonly x: Octets
  readonly point: Octets
  /** The sub-payload, less its Next payload octet. */
  readonly sub: Payload
}

/** A message with its box. */
interface Sent {
  readonly octets: Octets
  readonly kc: Octets
  readonly box: Json
}

/** R_MESSAGE_1 and who made it. */
export interface Replied {
  readonly by: HandAnswer
  readonly sessions: readonly MapSession[]
  readonly y: Pair
  readonly R1: Sent
  readonly values: Record<string, Json>
}

const mapOf = (of: HandOffer, mki: Octets, sessions: readonly MapSession[]): Octets => (of.map === "SRTP-ID" ? srtpMap(sessions) : genericMap(mki, sessions))

/** T to SP in the order of PROTOCOL section 4; IDRr is whoever answers from R_MESSAGE_1 on. */
function clear(of: HandOffer, rand: Octets | undefined, responder: Member, policies: readonly number[]): Payload[] {
  const uri = (role_: number, member: Member): Payload => IDR(role_, text(member.kms.set.uri))
  return [
    T(of.T),
    ...(rand === undefined ? [] : [RAND(rand)]),
    IDR(role.IDRi, text(of.initiator.identity)),
    IDR(role.IDRr, text(responder.identity)),
    ...(of.named ? [uri(role.IDRkmsi, of.initiator), uri(role.IDRkmsr, responder)] : []),
    ...policies.map((no) => SP(no, of.policies[no]!)),
    // SDP IDs, in the I messages only
    ...(rand === undefined || of.protocols === undefined ? [] : [extension(text(of.protocols), 1)]),
  ]
}

/** Closes a message around its box: `after` are the payloads behind IBAKE, which the AAD takes in where they are ESK. */
function close(head: Head, before: readonly Payload[], box: Sealing, hashed: Octets, after: readonly Payload[]): Sent {
  const room = message(head, [...before, IBAKE(new Uint8Array(box.octets)), ...after])
  const tail = after.reduce((sum, payload) => sum + 1 + payload.body.length, 0)
  const prefix = room.slice(0, room.length - tail - box.octets)
  const behind = room.slice(room.length - tail)
  const { encrData, values } = box.seal(join(hashed, prefix, head.dataType === 24 ? behind : new Uint8Array(0)))
  return { octets: join(prefix, encrData, behind), kc: box.kc, box: values }
}

function box(draw: Draw, name: string, to: Member, T_: Octets, inner: readonly Payload[]): Sealing {
  const { name: seed, octets } = to.kms.seed
  return sealing(to, T_, draw(`${name}/${seed}`, octets), chain(inner), H)
}

const inner = (i: Member, ECCPTi: Payload | undefined, r: Member, ECCPTr: Payload | undefined): Payload[] =>
  [IDR(role.IDRi, text(i.identity)), ...(ECCPTi ? [ECCPTi] : []), IDR(role.IDRr, text(r.identity)), ...(ECCPTr ? [ECCPTr] : [])]

function pair(curve: HandCurve, seed: Octets, mki?: Octets): Pair {
  const { x, point } = curve.pair(seed)
  return { x, point, sub: ECCPT(curve, point, mki) }
}

/** I_MESSAGE_1. */
export function begin(of: HandOffer): Begun {
  const [csbId, rand, mki] = [of.draw("CSB ID", 4), of.draw("RAND", 16), of.draw("MKI", 4)]
  const all = of.policies.map((_, no) => no)
  const generic = of.map === "GENERIC-ID"
  const sessions = of.streams.map((s): MapSession => {
    const own = s.from === "initiator"
    const ssrc = own ? (s.ssrc ?? of.draw(`SSRC of CS ${s.csId}`, 4)) : undefined
    return { csId: s.csId, policies: generic ? (s.policies ?? all) : [0], S: generic && s.roc !== undefined ? 1 : 0, ssrc, roc: (own ? s.roc : 0) ?? 0, seq: (own ? s.seq : 0) ?? 0 }
  })
  const x = pair(of.curve, of.draw("x", of.curve.seedOctets), generic ? undefined : mki)
  const sealed = box(of.draw, "I_MESSAGE_1", of.called, of.T, inner(of.initiator, x.sub, of.called, undefined))
  const I1 = close({ dataType: 22, csbId, map: mapOf(of, mki, sessions) }, clear(of, rand, of.called, generic ? all : [0]), sealed, new Uint8Array(0), [])
  return { of, csbId, rand, mki, sessions, x, I1 }
}

/** The first policy that the Responder allows, in the order of Ps (#P = 0: of the SPs). */
function chosen(of: HandOffer, session: MapSession, allows: readonly Cipher[]): number {
  const order = session.policies.length === 0 ? of.policies.map((_, no) => no) : session.policies
  const no = order.find((one) => allows.includes(of.policies[one]!))
  if (no === undefined) throw new Error("no policy in common")
  return no
}

/** R_MESSAGE_1. */
export function answer(begun: Begun, by: HandAnswer): Replied {
  const { of, csbId, mki, x, I1 } = begun
  const fills = [...(by.fill ?? [])]
  const sessions = begun.sessions.map((s): MapSession => {
    const policies = [chosen(of, s, by.allows)]
    if (s.ssrc !== undefined) return { ...s, policies }
    const fill = fills.shift()
    const counters = fill !== undefined && (s.S === 1 || of.map === "SRTP-ID")
    return { ...s, policies, ssrc: fill?.ssrc ?? by.draw(`SSRC of CS ${s.csId}`, 4), roc: counters ? fill.roc : 0, seq: counters ? fill.seq : 0 }
  })
  const curve = by.read ? of.curve : P256
  const y = pair(curve, by.draw("y", curve.seedOctets))
  const sealed = box(by.draw, "R_MESSAGE_1", of.initiator, of.T, inner(of.initiator, by.read ? x.sub : undefined, by.responder, y.sub))
  const R1 = close({ dataType: 23, csbId, map: mapOf(of, mki, sessions) }, clear(of, undefined, by.responder, used(of, sessions)), sealed, H(I1.octets), [])
  return { by, sessions, y, R1, values: { y: y.x, yP: y.point, ECCPTr: y.sub.body, R_MESSAGE_1: R1.octets, R_MESSAGE_1_box: R1.box } }
}

/** The SPs that sessions name, in the order of I_MESSAGE_1. */
const used = (of: HandOffer, sessions: readonly MapSession[]): number[] => of.policies.flatMap((_, no) => (sessions.some((s) => s.policies[0] === no) ? [no] : []))

/** Where content is left: the ESK, which goes before the box. */
interface Left {
  readonly SK: Octets
  readonly sealed: Sealing
}

/** The rest of a call, from the R_MESSAGE_1 that the Initiator takes: every value of it, from the first message on. */
export function finish(begun: Begun, replied: Replied, deferred: boolean = false): { readonly messages: readonly Octets[]; readonly values: Record<string, Json> } {
  const { of, csbId, rand, mki, I1 } = begun
  const { by, sessions, y, R1 } = replied
  const { responder, read } = by
  const left: Left | undefined = deferred ? leave(of) : undefined
  // an unread x of another curve is of no use on P-256
  const x = read || of.curve === P256 ? begun.x : pair(P256, of.draw("x on P-256", P256.seedOctets), of.map === "SRTP-ID" ? mki : undefined)
  const map = mapOf(of, mki, sessions)
  const sealed = box(of.draw, "I_MESSAGE_2", responder, of.T, inner(of.initiator, read ? undefined : x.sub, responder, y.sub))
  const I2 = second({ dataType: 24, csbId, map }, clear(of, rand, responder, used(of, sessions)), sealed, H(I1.octets, R1.octets), left)
  const K_SESSION = (read ? of.curve : P256).agree(x.x, y.point)
  if (hex((read ? of.curve : P256).agree(y.x, x.point)) !== hex(K_SESSION)) throw new Error("the ends do not agree")
  const transcript = H(I1.octets, R1.octets, I2.sent.octets)
  const keys = schedule(K_SESSION, join(rand, transcript, I2.sent.kc), csbId, rand)
  const last = confirmation(begun, replied, I2.sent.octets, map, read ? undefined : x, keys.auth_key)
  const SSRC = sessions.map((s) => s.ssrc!)
  const { initiator, called } = of
  const values: Record<string, Json> = {
    initiator: initiator.identity, ...(called.identity !== responder.identity && { called: called.identity }), responder: responder.identity,
    csbId, RAND: rand, MKI: mki, SSRC, x: begun.x.x, xP: begun.x.point, ECCPTi: begun.x.sub.body, ...(x !== begun.x && { x_P256: x.x, xP_P256: x.point, ECCPTi_P256: x.sub.body }),
    y: y.x, yP: y.point, ECCPTr: y.sub.body,
    I_MESSAGE_1: I1.octets, I_MESSAGE_1_box: I1.box, R_MESSAGE_1: R1.octets, R_MESSAGE_1_box: R1.box, ...(left && { SK: left.SK, ESK_box: I2.esk }),
    I_MESSAGE_2: I2.sent.octets, I_MESSAGE_2_box: I2.sent.box, K_SESSION, transcript_sha256: transcript, ...keys, ...(last.box && { R_MESSAGE_2_box: last.box }),
    MAC: last.MAC, R_MESSAGE_2: last.octets, contexts: contexts(begun, sessions, keys.TGK, mki), ...(left && { deferred: contexts(begun, sessions, left.SK, of.map === "SRTP-ID" ? new Uint8Array(0) : mki).map(({ from: _, ...rest }) => rest) }),
  }
  return { messages: [I1, R1, I2.sent, last].map((each) => each.octets), values }
}

/** `IDRi SK` for the called one, whoever answers. */
function leave(of: HandOffer): Left {
  const key = of.draw("SK", 32)
  return { SK: key, sealed: box(of.draw, "ESK", of.called, of.T, [IDR(role.IDRi, text(of.initiator.identity)), SK(key)]) }
}

/** I_MESSAGE_2: an ESK is sealed first, under "ESK" and the message up to IBAKE's Encr data. */
function second(head: Head, before: readonly Payload[], sealed: Sealing, hashed: Octets, left: Left | undefined): { sent: Sent; esk: Json } {
  if (left === undefined) return { sent: close(head, before, sealed, hashed, []), esk: undefined }
  const room = message(head, [...before, IBAKE(new Uint8Array(sealed.octets)), ESK(new Uint8Array(left.sealed.octets))])
  const prefix = room.slice(0, room.length - (1 + 2 + left.sealed.octets) - sealed.octets)
  const esk = left.sealed.seal(join("ESK", prefix))
  return { sent: close(head, before, sealed, hashed, [ESK(esk.encrData)]), esk: esk.values }
}

/** MPK, TGK and auth_key; `rest` is RAND || transcript || kc. */
function schedule(K_SESSION: Octets, rest: Octets, csbId: Octets, rand: Octets): Record<"MPK" | "TGK" | "auth_key", Octets> {
  const from = (constant: number): Octets => prf(K_SESSION, label(constant, 0xff, u32(0xffffffff), rest), 32)
  const MPK = from(0x220e99a2)
  return { MPK, TGK: from(0x1f4d675b), auth_key: prf(MPK, label(0x2d22ac75, 0xff, csbId, rand), 32) }
}

/** R_MESSAGE_2: with a box that echoes an ECCPTi which came in I_MESSAGE_2 only. */
function confirmation({ of, csbId, I1 }: Begun, { by, R1 }: Replied, I2: Octets, map: Octets, x: Pair | undefined, auth_key: Octets): { octets: Octets; MAC: Octets; box?: Json } {
  const head = { dataType: 25, csbId, map }
  const who = [T(of.T), IDR(role.IDRi, text(of.initiator.identity)), IDR(role.IDRr, text(by.responder.identity))]
  const echo = x && close(head, who, box(by.draw, "R_MESSAGE_2", of.initiator, of.T, inner(of.initiator, x.sub, by.responder, undefined)), H(I1.octets, R1.octets, I2), [V(new Uint8Array(32))])
  const covered = echo === undefined ? beforeMac(head, who) : echo.octets.slice(0, -32)
  const MAC = HMAC(auth_key, covered, text(of.initiator.identity), text(by.responder.identity))
  return { octets: join(covered, MAC), MAC, box: echo?.box }
}

/** What SRTP takes, for each session. */
function contexts({ of, csbId, rand }: Begun, sessions: readonly MapSession[], TGK: Octets, mki: Octets): Record<string, Json>[] {
  return sessions.map((s, i) => {
    const cipher = of.policies[s.policies[0]!]!
    const key = (constant: number, octets: number): Octets => prf(TGK, label(constant, s.csId, csbId, rand), octets)
    return {
      csId: s.csId, from: of.streams[i]!.from, ssrc: s.ssrc!, roc: s.roc, ...(s.S === 1 && { seq: s.seq }), mki, cipher,
      TEK: key(0x2ad01c64, ciphers[cipher].TEK), salt: key(0x39a2c14b, ciphers[cipher].salt),
    }
  })
}
