/** Deferred delivery: the ESK payload of RFC 6267 section 6.1.2, sent and opened. PROTOCOL section 4 says what an ESK is not. */
import { ascii, concat, copy, wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { chain, done, map, work, type Job } from "../base/job.ts"
import type { CsMap } from "../mikey/csmap.ts"
import { buildChain, parseEsk, type Message } from "../mikey/message.ts"
import { dataType, idRole, payloadType } from "../mikey/numbers.ts"
import { part, type SecurityPolicy } from "../mikey/payload.ts"
import { skPayload } from "../mikey/subpayload.ts"
import type { BoxKeys } from "../suite.ts"
import { identityOf, idr, ownKey, parseOwn, uidAt, type Sealing } from "./exchange.ts"
import { same, type Identity, type Kms } from "./identity.ts"
import { Held, type Party } from "./session.ts"

/** The called one as the recipient of an ESK, with the SK for it and the seed of its box. */
export interface Mailing {
  readonly kms: Kms
  readonly uid: Uint8Array
  readonly SK: Uint8Array
  readonly seed: Uint8Array
}

/** What an ESK to the called one takes. Draws SK, 32 octets, then the box's seedOctets. */
export function mailing(party: Party, called: Identity, T: Uint8Array, held: Held): Mailing | Fault {
  const kms = party.keys.kmsOf(called)
  const uid = kms === undefined ? undefined : uidAt(party.profile, called, kms, T)
  if (kms === undefined || uid === undefined) return refuse("identity/unknown", "I_MESSAGE_2.ESK")
  const SK = held.draw(party.draw, 32)
  const seed = held.draw(party.draw, kms.suite.box.seedOctets)
  if (SK === undefined || seed === undefined) return refuse("entropy/none", "I_MESSAGE_2.ESK")
  return { kms, uid, SK, seed }
}

/** The keys and the plaintext of an ESK, `IDRi SK`, which the asker wipes with `wipeSealing`. */
export function sealEsk(esk: Mailing | undefined, IDRi: Identity): Job<Sealing | undefined> {
  if (esk === undefined) return done<Sealing | undefined>(undefined)
  const box = esk.kms.suite.box
  return map(box.encapsulate(esk.uid, esk.kms.par, esk.seed), (keys: BoxKeys): Sealing | undefined => {
    const SK = part(skPayload, esk.SK)
    const plain = buildChain([idr(idRole.IDRi, IDRi), { type: payloadType.SK, body: SK.body }])
    wipe(SK.body)
    return { box, keys, plain }
  })
}

/** Wipes what `sealEsk` made. */
export function wipeSealing(esk: Sealing | undefined): void {
  if (esk === undefined) return
  wipe(esk.plain)
  esk.box.wipe(esk.keys)
}

/**
 * What an I_MESSAGE_2 that a mailbox passed on says about the content left with it. `from` is a claim: an ESK is not authenticated by its sender, and
 * the KMS can read it.
 */
export interface Deferred {
  readonly from: Identity
  /** The own identity that it was left for. */
  readonly me: Identity
  /** The mailbox, as the message names it. */
  readonly mailbox: Identity
  /** NTP-UTC of the call, 8 octets. */
  readonly T: Uint8Array
  readonly csbId: number
  readonly RAND: Uint8Array
  /** The TGK of the content, 32 octets; the holder's to wipe. */
  readonly SK: Uint8Array
  readonly map: CsMap
  readonly policies: readonly SecurityPolicy[]
}

/**
 * Opens the ESK of an I_MESSAGE_2 that a mailbox passed on, with the key of the period of its T, however long ago: once that key is deleted it is
 * unreadable. Faults: those of a message that does not parse, wire/type (another message), wire/chain (it has no ESK), identity/form, key/none,
 * auth/failed (not left for any of `me`, or changed).
 */
export function openDeferred(party: Party, me: readonly Identity[], octets: Uint8Array): Job<Deferred | Fault> {
  const m = parseOwn(octets, party.profile.limits.messageOctets)
  if (isFault(m)) return done<Deferred | Fault>(m)
  if (m.header.dataType !== dataType.I_MESSAGE_2) return done<Deferred | Fault>(refuse("wire/type", "ESK"))
  if (m.ESK === undefined) return done<Deferred | Fault>(refuse("wire/chain", "I_MESSAGE_2.ESK"))
  return openFor(party, me, 0, m, refuse("key/none", "keyring"))
}

/** An ESK does not say whose it is: each own identity tries its key, and what the last one meets is told. */
function openFor(party: Party, me: readonly Identity[], at: number, m: Message, otherwise: Fault): Job<Deferred | Fault> {
  if (at === me.length) return done<Deferred | Fault>(otherwise)
  const own = party.keys.kmsOf(me[at]!)
  const key = own === undefined ? refuse("identity/unknown", "ESK") : ownKey(party.profile, party.keys, me[at]!, own, m.T.value)
  if (own === undefined || isFault(key)) return openFor(party, me, at + 1, m, otherwise)
  const box = own.suite.box
  const held = new Held()
  const opened = chain(box.decapsulate(m.ESK!.encrData, key.key, key.uid, own.par), (keys: BoxKeys | undefined): Job<Deferred | Fault> => {
    const aad = concat([ascii("ESK"), m.octets.subarray(0, m.ibakeAt)])
    const plain = keys === undefined ? undefined : box.open(keys, aad, m.ESK!.encrData)
    if (keys !== undefined) box.wipe(keys)
    if (plain === undefined) return openFor(party, me, at + 1, m, refuse("auth/failed", "I_MESSAGE_2.ESK"))
    held.keep(plain)
    return work(() => deferred(m, me[at]!, plain))
  })
  return held.during(opened)
}

function deferred(m: Message, me: Identity, plain: Uint8Array): Deferred | Fault {
  const contents = parseEsk(plain)
  if (isFault(contents)) return contents
  const from = identityOf(m.IDRi!, "I_MESSAGE_2.IDRi")
  if (isFault(from)) return from
  const mailbox = identityOf(m.IDRr!, "I_MESSAGE_2.IDRr")
  if (isFault(mailbox)) return mailbox
  if (!same(contents.IDRi, from)) return refuse("identity/mismatch", "I_MESSAGE_2.ESK.IDRi")
  return { from, me, mailbox, T: m.T.value, csbId: m.header.csbId, RAND: m.RAND!, SK: copy(contents.SK!), map: m.header.map, policies: m.SP }
}
