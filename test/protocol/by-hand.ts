/** Steps of an exchange done by hand, with the SDK's parts and without its checks: what an insider with keys of his own can send. */
import assert from "node:assert/strict"
import { concat } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { eccpt, encodeInner, idr, open, ownKey, seal, uidAt, verified, type Clear, type Sealing } from "../../sdk/ibake/exchange.ts"
import type { Identity } from "../../sdk/ibake/identity.ts"
import { exchangeKeys, type ExchangeKeys } from "../../sdk/ibake/keys.ts"
import { answer, emptySessions } from "../../sdk/ibake/offer.ts"
import { buildChain, parse, parseChain, type Inner, type Message } from "../../sdk/mikey/message.ts"
import { dataType, idRole } from "../../sdk/mikey/numbers.ts"
import { part } from "../../sdk/mikey/payload.ts"
import { skPayload } from "../../sdk/mikey/subpayload.ts"
import type { BoxKeys, DhKey } from "../../sdk/suite.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { good, named, type Radio } from "../fixture.ts"

/** SHA-256 of octet strings in a row. */
export function H(...parts: readonly Uint8Array[]): Uint8Array {
  return nobleSym.sha256(concat(parts))
}

/** A message whose box has opened. */
export interface Opened {
  readonly m: Message
  readonly inner: Inner
  readonly keys: BoxKeys
}

/** Opens a message's box as `as`, after what `before` says came before; undefined when it is not for that identity or not after that. */
export function openByHand(of: Radio, as: Identity, octets: Uint8Array, ...before: readonly Uint8Array[]): Opened | undefined {
  const m = good(parse(octets, 65535))
  const kms = of.ring.kmsOf(as)!
  const own = good(ownKey(of.profile, of.ring, as, kms, m.T.value))
  const keys = run(kms.suite.box.decapsulate(m.IBAKE!, own.key, own.uid, kms.par))
  const plain = keys === undefined ? undefined : open(m, kms.suite.box, keys, before.length === 0 ? new Uint8Array(0) : H(...before))
  return plain === undefined ? undefined : { m, inner: good(parseChain(plain, m.header.dataType)), keys: keys! }
}

/** What stands in clear in a message, as a Clear to send from; RAND is I_MESSAGE_1's. */
export function clearOf(m: Message, RAND: Uint8Array): Clear {
  const id = (of: { type: number; data: Uint8Array }): Identity => ({ type: of.type, data: of.data })
  const { csbId, map } = m.header
  return { csbId, T: m.T.value, RAND, IDRi: id(m.IDRi!), IDRr: id(m.IDRr!), IDRkmsi: m.IDRkmsi?.data, IDRkmsr: m.IDRkmsr?.data, map, SP: m.SP, extension: m.extension }
}

/** A message to send: what stands in clear, and a box sealed to anyone, with anything in it. */
export interface Letter {
  readonly type: number
  readonly clear: Clear
  readonly to: Identity
  readonly before?: readonly Uint8Array[]
  readonly plain: Uint8Array
  /** An ESK that goes with it: to whom, and what is in it. */
  readonly esk?: { readonly to: Identity; readonly plain: Uint8Array }
}

/** Contents of an ESK: `IDRi SK`. */
export function leftContents(IDRi: Identity, SK: Uint8Array): Uint8Array {
  return buildChain([idr(idRole.IDRi, IDRi), part(skPayload, SK)])
}

/** A box to anyone with anything in it, before it is sealed. */
function boxFor(of: Radio, to: Identity, T: Uint8Array, plain: Uint8Array): Sealing {
  const kms = of.ring.kmsOf(to)!
  const box = kms.suite.box
  return { box, keys: run(box.encapsulate(uidAt(of.profile, to, kms, T)!, kms.par, of.draw(box.seedOctets)!)), plain }
}

/** Seals a letter with a radio's draws and parameter sets; anyone who has these can. */
export function sealByHand(of: Radio, letter: Letter): { readonly octets: Uint8Array; readonly keys: BoxKeys } {
  const { T } = letter.clear
  const ibake = boxFor(of, letter.to, T, letter.plain)
  const esk = letter.esk === undefined ? undefined : boxFor(of, letter.esk.to, T, letter.esk.plain)
  const before = letter.before === undefined ? new Uint8Array(0) : H(...letter.before)
  return { octets: seal(letter.type, letter.clear, ibake, before, esk), keys: ibake.keys }
}

/** An R_MESSAGE_2 under any auth_key, with a box in it where there is one. */
export function verifiedByHand(of: Radio, clear: Clear, authKey: Uint8Array, box?: Pick<Letter, "to" | "before" | "plain">): Uint8Array {
  const ibake = box === undefined ? undefined : boxFor(of, box.to, clear.T, box.plain)
  return verified(nobleSym, clear, authKey, ibake, box?.before === undefined ? new Uint8Array(0) : H(...box.before))
}

/** A fresh pair of the profile's first group. */
export function pair(of: Radio): DhKey {
  return run(of.profile.groups[0]!.keygen(of.draw(of.profile.groups[0]!.seedOctets)!))
}

/** The sub-payload of a point, less its Next payload octet. */
export function subPayload(of: Radio, key: DhKey): Uint8Array {
  return eccpt(of.profile.groups[0]!.curve, key.point, undefined)
}

/** How an answer differs from the one that the SDK would give. */
export interface AnswerChange {
  /** IDRr of the answer, in clear and in the box. */
  readonly IDRr?: Identity
  /** Who the box is sealed to; the caller unless told otherwise. */
  readonly to?: Identity
  /** The echo; the caller's point unless told otherwise. */
  readonly ECCPTi?: Uint8Array
  /** The own point's sub-payload, less its Next payload octet. */
  readonly ECCPTr?: Uint8Array
  /** What else stands in clear. */
  readonly clear?: (clear: Clear) => Partial<Clear>
}

/** An R_MESSAGE_1 made by hand, with all that its maker knows. */
export interface HandAnswer {
  readonly octets: Uint8Array
  readonly clear: Clear
  readonly I_MESSAGE_1: Uint8Array
  readonly kSession: Uint8Array
}

/** What stands in clear in an answer, its sessions filled and its policies chosen. */
function answeredClear(of: Radio, m: Message, IDRr: Identity | undefined): Clear {
  const ssrcs = Array.from({ length: emptySessions(m.header.map) }, (_, i) => ({ ssrc: i + 1 }))
  const chosen = good(answer(m.header.map, m.SP, of.profile.srtp, ssrcs, "by hand"))
  const offered = clearOf(m, m.RAND!)
  return { ...offered, IDRr: IDRr ?? offered.IDRr, map: chosen.map, SP: chosen.policies }
}

/** An R_MESSAGE_1 of somebody who has not opened I_MESSAGE_1, or says so: whoever holds a parameter set can make it, in any name. */
export function unreadByHand(of: Radio, I_MESSAGE_1: Uint8Array, IDRr: Identity, change: Pick<AnswerChange, "to" | "ECCPTr"> = {}): Uint8Array {
  const clear = answeredClear(of, good(parse(I_MESSAGE_1, 65535)), IDRr)
  const plain = encodeInner(clear.IDRi, undefined, clear.IDRr, change.ECCPTr ?? subPayload(of, pair(of)))
  return sealByHand(of, { type: dataType.R_MESSAGE_1, clear, to: change.to ?? clear.IDRi, before: [I_MESSAGE_1], plain }).octets
}

/** Answers an I_MESSAGE_1 that was opened. */
export function answerByHand(of: Radio, call: Opened, change: AnswerChange = {}): HandAnswer {
  const m = call.m
  const answered = answeredClear(of, m, change.IDRr)
  const clear: Clear = { ...answered, ...change.clear?.(answered) }
  const y = pair(of)
  const plain = encodeInner(clear.IDRi, change.ECCPTi ?? call.inner.ECCPTi!.raw, clear.IDRr, change.ECCPTr ?? subPayload(of, y))
  const { octets } = sealByHand(of, { type: dataType.R_MESSAGE_1, clear, to: change.to ?? clear.IDRi, before: [m.octets], plain })
  const kSession = run(of.profile.groups[0]!.agree(y.secret, call.inner.ECCPTi!.point))
  assert(kSession !== undefined)
  return { octets, clear, I_MESSAGE_1: m.octets, kSession }
}

/** R_MESSAGE_2 to an I_MESSAGE_2, under whatever kc its maker knows or guesses, with the keys that follow. */
export function confirmByHand(of: Radio, answered: HandAnswer, I_MESSAGE_2: Uint8Array, kc: Uint8Array): { readonly octets: Uint8Array; readonly made: ExchangeKeys } {
  const { clear, I_MESSAGE_1, octets: R_MESSAGE_1 } = answered
  const transcript = { csbId: clear.csbId, RAND: clear.RAND, I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2, kc }
  const made = exchangeKeys(of.profile.prf, of.profile.sym, answered.kSession, transcript)
  return { octets: verified(of.profile.sym, clear, made.authKey, undefined, new Uint8Array(0)), made }
}

/** The identity that several radios of a team share; each of them holds its key. */
export const team: Identity = named("sip:team@police.example")
