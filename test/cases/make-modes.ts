/**
 * Makes modes.json: key requests with their errors, and a call in every mode, suite and curve, with every value between, by `hand-*.ts`, which know the
 * RFCs and PROTOCOL and nothing of sdk/. `npx tsx test/cases/make-modes.ts` writes the file anew, in some ten seconds.
 */
import { writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { drawing, inHex, integer, join, P256, P384, published, u32, X25519, type Drawn, type Json } from "./by-hand.ts"
import { answer, begin, finish, type HandAnswer, type HandFill, type HandOffer, type HandStream, type Replied } from "./hand-call.ts"
import { kms01, kms02, kms03, periodOf, privateKey, setFields, type HandKms, type Member } from "./hand-kms.ts"
import { type Cipher } from "./hand-messages.ts"
import { modeRequests } from "./mode-requests.ts"
import { sipOf } from "./mode-sdp.ts"

type Octets = Uint8Array

const utc = 1795000000
const T = join(u32(utc + 2208988800), u32(0))
const kmss = {
  fire: kms01({ suite: 1, version: 1, periodLength: 86400, periodOffset: 3600, uri: "kms.example", hosts: ["fire.example.org"] }, published("modes/kms.example/master secret", 48)),
  county: kms02({ suite: 2, version: 1, periodLength: 604800, periodOffset: 0, uri: "kms.county.example", hosts: ["county.example.org"] }, published("modes/kms.county.example/master secret", 48)),
  coast: kms03({ suite: 3, version: 4, periodLength: 2592000, periodOffset: 86400, uri: "kms.coast.example", hosts: ["coast.example.org", "harbour.example.org"] }, published("modes/kms.coast.example/master secret", 144)),
}
const member = (kms: HandKms, identity: string): Member => ({ identity, kms })
const people = {
  alice: member(kmss.fire, "sip:unit-1001@fire.example.org"),
  bob: member(kmss.fire, "sip:unit-2002@fire.example.org"),
  carol: member(kmss.fire, "sip:unit-3003@fire.example.org"),
  team: member(kmss.fire, "sip:team@fire.example.org"),
  mailbox: member(kmss.fire, "sip:mailbox@fire.example.org"),
  dora: member(kmss.county, "sip:dora@county.example.org"),
  emil: member(kmss.county, "sip:emil@county.example.org"),
  fred: member(kmss.coast, "sip:fred@coast.example.org"),
  gina: member(kmss.coast, "sip:gina@harbour.example.org"),
}

/** A call to be: what it is about, who takes part, and what differs from a plain call of two streams. */
interface Mode {
  readonly name: string
  readonly why: string
  readonly from: Member
  readonly to: Member
  /** Who answers, the one that the Initiator takes last; the called one unless told otherwise. */
  readonly by?: readonly Member[]
  readonly offer?: Partial<Pick<HandOffer, "curve" | "map" | "named" | "protocols" | "policies" | "streams">>
  readonly answer?: Partial<Pick<HandAnswer, "read" | "allows" | "fill">>
  readonly deferred?: true
  /** The MKI of the call that gets new keys. */
  readonly rekeys?: Octets
  /** No FILE says this: the Initiator is by hand. */
  readonly byHand?: true
}

const { alice, bob, carol, team, mailbox, dora, emil, fred, gina } = people
const gcm: readonly Cipher[] = ["AEAD_AES_128_GCM"]
const twoWays: readonly HandStream[] = [{ csId: 1, from: "initiator" }, { csId: 2, from: "responder" }]
const eight: readonly HandStream[] = [
  { csId: 1, from: "initiator", policies: [] }, { csId: 2, from: "responder", policies: [] }, { csId: 3, from: "initiator", policies: [1] }, { csId: 4, from: "responder", policies: [1] },
  { csId: 5, from: "initiator", policies: [2] }, { csId: 6, from: "responder", policies: [2] }, { csId: 0, from: "initiator", policies: [3] }, { csId: 255, from: "responder", policies: [3, 0] },
]

const modes: readonly Mode[] = [
  { name: "suite 0x02", why: "both boxes and the answer under RFC 5091", from: dora, to: emil },
  { name: "suite 0x03", why: "under SAKKE, with AEAD_AES_256_GCM", from: fred, to: gina, offer: { policies: ["AEAD_AES_256_GCM"] }, answer: { allows: ["AEAD_AES_256_GCM"] } },
  { name: "two KMSs", why: "the caller's is of suite 0x01, the called one's of 0x03: each box is of the suite of whom it is sealed to; IDRkmsi and IDRkmsr name them", from: alice, to: fred, offer: { named: true } },
  {
    name: "SRTP-ID", why: "the MKI stands in KV SPI of ECCPTi; the Responder fills in SSRC and ROC; the SP is of AES-CM", from: alice, to: bob,
    offer: { map: "SRTP-ID", policies: ["AES_CM_128_HMAC_SHA1_80"], streams: [{ csId: 1, from: "initiator", roc: 7 }, { csId: 2, from: "responder" }] },
    answer: { allows: ["AES_CM_128_HMAC_SHA1_80"], fill: [{ ssrc: u32(0x0b0b0002), roc: 9, seq: 0 }] },
  },
  {
    name: "P-384", why: "ECC curve 11; of three policies the Responder takes the third, under its number", from: alice, to: bob,
    offer: { curve: P384, policies: ["AEAD_AES_128_GCM", "AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80"] }, answer: { allows: ["AES_CM_128_HMAC_SHA1_80"] },
  },
  { name: "X25519", why: "ECC curve 240; K_SESSION is 32 octets", from: alice, to: bob, offer: { curve: X25519, policies: ["AES_256_CM_HMAC_SHA1_80"] }, answer: { allows: ["AES_256_CM_HMAC_SHA1_80"] } },
  { name: "forking", why: "a team is called, two members answer under their own names, the second one's answer is taken", from: alice, to: team, by: [bob, carol] },
  { name: "retargeting, read", why: "the call to bob is sent on to carol, who holds his key and echoes ECCPTi", from: alice, to: bob, by: [carol] },
  { name: "retargeting, unread", why: "carol cannot open I_MESSAGE_1: R_MESSAGE_1 has no ECCPTi, I_MESSAGE_2 brings it, R_MESSAGE_2 echoes it in a box", from: alice, to: bob, by: [carol], answer: { read: false } },
  { name: "unread after P-384", why: "the first curve was another: I_MESSAGE_2 brings a new x on P-256", from: alice, to: bob, by: [carol], offer: { curve: P384 }, answer: { read: false } },
  { name: "deferred delivery", why: "a mailbox answers, an ESK for bob goes along: `deferred` is what he makes of SK later", from: alice, to: bob, by: [mailbox], answer: { read: false }, deferred: true },
  { name: "deferred delivery, SRTP-ID", why: "the MKI comes in ECCPTi of I_MESSAGE_2, on P-256 after X25519; the content left has none", from: alice, to: bob, by: [mailbox], offer: { map: "SRTP-ID", curve: X25519 }, answer: { read: false }, deferred: true },
  { name: "SDP", why: "the protocols offered are bound into both I messages, and `sip` has the bodies", from: alice, to: bob, offer: { protocols: "mikey;keyp1" } },
  {
    name: "sessions", why: "eight sessions with #P = 0, 1 and 2, and all four ciphers; CS IDs in any order", from: alice, to: bob, byHand: true,
    offer: { policies: ["AEAD_AES_128_GCM", "AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_80"], streams: eight },
    answer: { allows: ["AES_256_CM_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM", "AEAD_AES_128_GCM"] },
  },
  { name: "a live call", why: "a plain call, for the next", from: alice, to: bob },
]

interface Made {
  readonly json: Record<string, Json>
  readonly mki: Octets
  readonly ssrc: readonly Octets[]
}

/** The FILE options of an Initiator, as `ibake session` has them. */
function initiatorFile(mode: Mode, offer: HandOffer): Json {
  const answers = (mode.by ?? []).map((one) => one.identity)
  return {
    me: mode.from.identity, peer: mode.to.identity, offers: [...offer.policies], streams: offer.streams.map((s) => ({ ...s, ssrc: s.ssrc && Number(integer(s.ssrc)) })) as Json,
    ...(offer.map === "SRTP-ID" && { map: "SRTP-ID" }), ...(offer.named && { kms: "named" }), ...(offer.curve !== P256 && { curves: [offer.curve.name, P256.name] }),
    ...(offer.protocols && { protocols: offer.protocols }), ...(answers.length > 0 && { retarget: answers }), ...(mode.deferred && { deferred: [mode.to.identity] }), ...(mode.rekeys && { rekeys: mode.rekeys }),
  }
}

function responderFile(mode: Mode, offer: HandOffer, of: HandAnswer): Json {
  const other = of.responder !== mode.to
  const fill = (one: HandFill): Json => ({ ssrc: Number(integer(one.ssrc)), roc: one.roc, seq: one.seq })
  return {
    me: [of.responder.identity], offers: [...of.allows], ...(offer.curve !== P256 && { curves: [P256.name, offer.curve.name] }), ...(of.fill && { fill: of.fill.map(fill) }),
    ...(other && of.read && { shared: [mode.to.identity] }), ...(!of.read && { unread: [mode.to.identity] }), ...(mode.deferred && { mailbox: true }),
  }
}

function made(mode: Mode): Made {
  const role = (name: string): Drawn => drawing("modes", (draw) => `${mode.name}/${name}/${draw}`)
  const I = role("initiator")
  const offer: HandOffer = { draw: I.draw, T, initiator: mode.from, called: mode.to, curve: P256, map: "GENERIC-ID", named: false, policies: gcm, streams: twoWays, ...mode.offer }
  const begun = begin(offer)
  const replies = (mode.by ?? [mode.to]).map((responder): { of: HandAnswer; R: Drawn; reply: Replied } => {
    const R = role(mode.by === undefined || mode.by.length === 1 ? "responder" : responder.identity)
    const of: HandAnswer = { draw: R.draw, responder, read: true, allows: gcm, ...mode.answer }
    return { of, R, reply: answer(begun, of) }
  })
  const taken = replies.pop()!
  const { messages, values } = finish(begun, taken.reply, mode.deferred === true)
  const json: Record<string, Json> = {
    name: mode.name, why: mode.why,
    files: { ...(mode.byHand !== true && { initiator: initiatorFile(mode, offer) }), responder: responderFile(mode, offer, taken.of), ...(mode.deferred && { deferred: { me: [mode.to.identity] } }) },
    draws: { initiator: I.draws, responder: taken.R.draws },
    ...values,
    ...(replies.length > 0 && { others: replies.map(({ of, R, reply }) => ({ responder: of.responder.identity, file: responderFile(mode, offer, of), draws: R.draws, ...reply.values })) }),
    ...(offer.protocols && { sip: sipOf(messages) }),
  }
  return { json, mki: begun.mki, ssrc: taken.reply.sessions.map((s) => s.ssrc!) }
}

/** New keys for the call before: its SSRCs, their counters, and S = 1. */
function rekeyed({ mki, ssrc }: Made): Made {
  const streams: readonly HandStream[] = [{ csId: 1, from: "initiator", ssrc: ssrc[0]!, roc: 3, seq: 65001 }, { csId: 2, from: "responder", roc: 0 }]
  const why = "new keys for `a live call`: a new CSB ID, RAND and MKI; its SSRCs with ROC and SEQ, S = 1, those of CS 2 filled in by the Responder"
  return made({ name: "rekeying", why, from: alice, to: bob, offer: { streams }, answer: { fill: [{ ssrc: ssrc[1]!, roc: 1, seq: 777 }] }, rekeys: mki })
}

/** The whole file, octets in hex. */
export function makeModes(): unknown {
  const calls = modes.map(made)
  calls.push(rekeyed(calls[calls.length - 1]!))
  const all = Object.values(kmss)
  return inHex({
    source: "test/cases/make-modes.ts, straight from PROTOCOL, RFC 5091 and RFC 6508 in @noble/curves, @noble/hashes, @noble/ciphers and plain BigInt",
    randomness: "SHA-256('modes/' || label || counter in 4 octets), counters from 0, cut to length; labels: see `draws`",
    utc, T, parameters: all.map(setFields), masterSecrets: all.map((kms) => ({ uri: kms.set.uri, period: periodOf(kms, T), masterSecret: kms.masterSecret })),
    privateKeys: Object.values(people).map((of) => ({ identity: of.identity, kms: of.kms.set.uri, ...withoutTimes(of) })),
    requests: modeRequests(people, utc),
    calls: calls.map((each) => each.json),
  })
}

function withoutTimes(of: Member): Record<string, Json> {
  const { period, S, uid, key } = privateKey(of, periodOf(of.kms, T))
  return { period, S, uid, key }
}

/** The text of the committed file. */
export function modesText(): string {
  return JSON.stringify(makeModes(), undefined, 1) + "\n"
}

if (process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === import.meta.url) writeFileSync(new URL("modes.json", import.meta.url), modesText())
