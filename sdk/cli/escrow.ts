/**
 * What a KMS can read of a call that it only watches: it opens every box with its master secret, sees both points, and then tries everything that can be
 * computed from what it holds. [x][y]P is not among it. A control with a known x shows that the search would find the key.
 */
import { concat } from "../base/bytes.ts"
import { isFault } from "../base/fault.ts"
import { run } from "../base/job.ts"
import type { IbeMaster } from "../ibe/ibe.ts"
import { inner, open, uidAt } from "../ibake/exchange.ts"
import type { Identity, Kms } from "../ibake/identity.ts"
import { exchangeKeys } from "../ibake/keys.ts"
import { parse, type Message } from "../mikey/message.ts"
import { contexts } from "../srtp/contexts.ts"
import type { Profile } from "../suite.ts"
import { candidates } from "./points-noble.ts"
import { fingerprint } from "./radio.ts"

/** One opened box. */
export interface Seen {
  readonly message: string
  readonly to: Identity
  /** Points in it, by name. */
  readonly points: readonly { readonly name: string; readonly octets: Uint8Array }[]
}

/** What the watching KMS holds after a call. */
export interface Watched {
  readonly boxes: readonly Seen[]
  /** Names of what it tried as K_SESSION, each with the fingerprints of the SRTP keys that would follow. */
  readonly tried: readonly { readonly name: string; readonly fingerprints: readonly string[] }[]
}

/** The messages of one call as they passed. */
export interface CallMessages {
  readonly I_MESSAGE_1: Uint8Array
  readonly R_MESSAGE_1: Uint8Array
  readonly I_MESSAGE_2: Uint8Array
}

interface Opened {
  readonly seen: Seen
  readonly kc: Uint8Array
}

/** Opens all boxes of a call and tries all that follows; `known` are secrets handed to it, none but in the control. */
export function watch(profile: Profile, master: IbeMaster, secret: Uint8Array, kms: Kms, call: CallMessages, known: readonly Uint8Array[]): Watched {
  const { sym } = profile
  const before2 = sym.sha256(concat([call.I_MESSAGE_1, call.R_MESSAGE_1]))
  const boxes = [
    opened(profile, master, secret, kms, call.I_MESSAGE_1, "I_MESSAGE_1", new Uint8Array(0)),
    opened(profile, master, secret, kms, call.R_MESSAGE_1, "R_MESSAGE_1", sym.sha256(call.I_MESSAGE_1)),
    opened(profile, master, secret, kms, call.I_MESSAGE_2, "I_MESSAGE_2", before2),
  ]
  const [xP, yP] = boxes[1]!.seen.points.map((p) => p.octets)
  // of suite 0x02 the curve follows s in the master secret
  const s = kms.set.suite === 0x02 ? secret.subarray(0, 32) : secret
  const tried = candidates(xP!, yP!, [s, ...known]).map(({ name, octets }) => ({ name, fingerprints: prints(profile, call, boxes[2]!.kc, octets) }))
  return { boxes: boxes.map((b) => b.seen), tried }
}

/** Opens one box with a private key that the KMS makes for itself, at any time and for anybody. */
function opened(profile: Profile, master: IbeMaster, secret: Uint8Array, kms: Kms, octets: Uint8Array, name: string, before: Uint8Array): Opened {
  const m = message(octets)
  const to = name === "R_MESSAGE_1" ? m.IDRi! : m.IDRr!
  const uid = uidAt(profile, to, kms, m.T.value)!
  const key = run(kms.suite.ibe.privateKey(run(master.extract(secret, uid)), kms.par))!
  const keys = run(kms.suite.box.decapsulate(m.IBAKE!, key, uid, kms.par))!
  const contents = inner(open(m, kms.suite.box, keys, before)!, m, name)
  if (isFault(contents)) throw new Error(`escrow: ${name} does not open`)
  const points = [
    { name: "[x]P", octets: contents.ECCPTi?.point },
    { name: "[y]P", octets: contents.ECCPTr?.point },
  ].flatMap((p) => (p.octets === undefined ? [] : [{ name: p.name, octets: p.octets }]))
  return { seen: { message: name, to, points }, kc: keys.kc }
}

function message(octets: Uint8Array): Message {
  const m = parse(octets, octets.length)
  if (isFault(m)) throw new Error(`escrow: ${m.fault} at ${m.at}`)
  return m
}

/** The fingerprints of the SRTP keys that a K_SESSION would lead to; all else of the schedule the KMS knows. */
function prints(profile: Profile, call: CallMessages, kc: Uint8Array, kSession: Uint8Array): string[] {
  const offer = message(call.I_MESSAGE_1)
  const answer = message(call.R_MESSAGE_1)
  const { csbId } = offer.header
  const RAND = offer.RAND!
  const { TGK } = exchangeKeys(profile.prf, profile.sym, kSession, { csbId, RAND, ...call, kc })
  const made = contexts({ prf: profile.prf, TGK, csbId, RAND, map: answer.header.map, offered: offer.header.map, policies: answer.SP })
  if (isFault(made)) throw new Error(`escrow: ${made.fault} at ${made.at}`)
  return made.map((c) => fingerprint(profile, c.masterKey, c.masterSalt))
}

/** Whether any of what was tried gives one of these keys. */
export function finds(watched: Watched, fingerprints: readonly string[]): string | undefined {
  return watched.tried.find((t) => t.fingerprints.some((f) => fingerprints.includes(f)))?.name
}

