/** What a key fill and its store open for `ibake decode`: V and KEMAC of key requests, IBAKE and ESK boxes sealed to the fill's identities. Nothing is written. */
import { readFileSync } from "node:fs"
import { fileStore, realDisk } from "../../boards/node/files.ts"
import { nobleAll } from "../../boards/profiles/noble-all.ts"
import { ascii, concat, equal, u32, wipe } from "../base/bytes.ts"
import { isFault, type Fault } from "../base/fault.ts"
import { run } from "../base/job.ts"
import { text } from "../base/utf8.ts"
import { verifies } from "../ibake/keyrequest.ts"
import { ntpSeconds, period, same, uid, type Identity, type Kms } from "../ibake/identity.ts"
import { kemacCipher, requestKeys, wipeRequestKeys } from "../ibake/keys.ts"
import { Keyring } from "../keys/keyring.ts"
import type { KeyFill } from "../kms/keyfill.ts"
import { parse, parseChain, parseEsk, type Message } from "../mikey/message.ts"
import { dataType, payloadType } from "../mikey/numbers.ts"
import type { Store } from "../port.ts"
import type { PrivateKey, Profile } from "../suite.ts"
import type { Decoded } from "./decode-message.ts"
import { readChain } from "./decode-payloads.ts"
import { leaves, troubles, Walk, type Field, type Opened } from "./decode-walk.ts"

/** The keys of one radio; whoever opened them closes them. */
export interface Keys {
  /** Notes in the trees what these keys open; `others` are messages that are not shown, such as a request. */
  look(messages: readonly Decoded[], others: readonly Uint8Array[]): Decoded[]
  close(): void
}

interface Issued {
  readonly identity: Identity
  readonly period: number
  readonly key: PrivateKey
}

/** Keys of a fill, and of the folder of its store if there is one; Faults of the keyring. */
export function openKeys(fill: KeyFill, folder: string | undefined): Keys | Fault {
  const profile = nobleAll()
  const keyring = new Keyring(profile, folder === undefined ? noStore : readOnly(folder))
  const fault = run(keyring.load(fill.kms.own, fill.vouched))
  if (fault !== undefined) return fault
  const keys = new Opener(profile, fill, keyring)
  return { look: (messages, others) => keys.look(messages, others), close: () => keys.close() }
}

const noStore: Store = { sealed: true, get: () => undefined, put: () => false, remove: () => undefined }

/** The store of a radio that may be running: nothing is made, renamed or removed. */
function readOnly(folder: string): Store {
  const refuse = (): never => {
    throw new Error("a decoder writes nothing")
  }
  const none = (() => undefined) as never
  const disk = { openSync: refuse, writeSync: refuse, fsyncSync: refuse, closeSync: refuse, renameSync: refuse, rmSync: none, readFileSync, readdirSync: (() => []) as never, mkdirSync: none }
  return fileStore(folder, true, { ...realDisk, ...disk })
}

class Opener {
  private readonly profile: Profile
  private readonly fill: KeyFill
  private readonly keyring: Keyring
  private readonly kms: Kms
  private readonly issued: Issued[] = []
  private known: readonly Message[] = []

  constructor(profile: Profile, fill: KeyFill, keyring: Keyring) {
    this.profile = profile
    this.fill = fill
    this.keyring = keyring
    this.kms = keyring.parameters.own()!
  }

  look(messages: readonly Decoded[], others: readonly Uint8Array[]): Decoded[] {
    this.known = [...others, ...messages.map((m) => m.octets)].map((octets) => parse(octets, octets.length)).filter((m): m is Message => !isFault(m))
    // keys of a response open what was sealed to them
    for (const m of messages) this.each(m, (parsed) => this.keyRequest(m, parsed))
    for (const m of messages) this.each(m, (parsed) => this.call(m, parsed))
    return messages.map((m) => ({ ...m, troubles: troubles(m.fields, m.name) }))
  }

  close(): void {
    for (const { key } of this.issued) this.kms.suite.ibe.wipe(key)
    this.keyring.wipe()
    wipe(this.fill.psk)
  }

  private each(m: Decoded, work: (parsed: Message) => void): void {
    const parsed = m.strict === "accepted" ? parse(m.octets, m.octets.length) : undefined
    if (parsed !== undefined && !isFault(parsed)) work(parsed)
  }

  private keyRequest(shown: Decoded, m: Message): void {
    const type = m.header.dataType
    if (type !== dataType.REQUEST_KEY_PSK && type !== dataType.REQUEST_KEY_RESP && type !== dataType.Error) return
    const asked = this.known.find((r) => r.RAND !== undefined && r.IDRkms !== undefined && r.header.csbId === m.header.csbId && equal(r.T.value, m.T.value))
    const ver = leafAt(shown, "Ver data", m.macAt)
    if (asked === undefined) return void (ver.meaning = "not verified: this needs the request (--request)")
    if (asked.IDRpsk === undefined) return void (ver.meaning = "not verified: this needs the request's envelope key, which no fill holds")
    if (!equal(asked.IDRpsk.data, this.fill.pskId)) return void (ver.meaning = "not verified: the PSK is not this fill's")
    const keys = requestKeys(this.profile.prf, this.fill.psk, asked.header.csbId, asked.RAND!)
    const good = verifies(this.profile.sym, m, keys, asked.identities[0]!.data, asked.IDRkms!.data)
    if (good) ver.meaning = "verifies under the fill's PSK"
    else ver.wrong = "expected a MAC under the fill's PSK, another came"
    if (good && m.KEMAC !== undefined) {
      const plain = kemacCipher(this.profile.sym, keys, asked.header.csbId, asked.T.value, m.KEMAC.encrData)
      groupOrLeaf(shown, "Encr data", m.KEMAC.encrData).opened = this.kemac(plain)
      wipe(plain)
    }
    wipeRequestKeys(keys)
  }

  private kemac(plain: Uint8Array): Opened {
    const contents = parseChain(plain, dataType.REQUEST_KEY_RESP)
    for (const of of isFault(contents) ? [] : contents.keys) {
      const number = period(ntpSeconds(u32(of.key.from)), this.kms.set)
      const key = run(this.kms.suite.ibe.privateKey(of.key.key, this.kms.par))
      if (number !== undefined && key !== undefined) this.issued.push({ identity: { type: of.IDRi.type, data: of.IDRi.data.slice() }, period: number, key })
    }
    return tree(plain, "opened with the fill's PSK", contents)
  }

  private call(shown: Decoded, m: Message): void {
    const type = m.header.dataType
    if (type === dataType.R_MESSAGE_2 && m.V !== undefined) leafAt(shown, "Ver data", m.macAt).meaning = "not verified: only the two radios hold MPK"
    const fromInitiator = type === dataType.I_MESSAGE_1 || type === dataType.I_MESSAGE_2
    if (m.IBAKE !== undefined) {
      const box = groupOrLeaf(shown, "Encr data", m.IBAKE)
      const before = this.before(m)
      const esk = m.ESK === undefined ? new Uint8Array(0) : m.ESK.payload
      const aad = (hashed: Uint8Array): Uint8Array => concat([hashed, m.octets.subarray(0, m.ibakeAt), esk])
      box.opened = typeof before === "string" ? not(before) : this.box(m.IBAKE, fromInitiator ? m.IDRr! : m.IDRi!, m, aad(before), (plain) => parseChain(plain, type))
    }
    if (m.ESK === undefined) return
    // ESK is sealed to the IDRr that was called, whoever answered
    const called = this.earlier(m, dataType.I_MESSAGE_1)
    const aad = concat([ascii("ESK"), m.octets.subarray(0, m.ibakeAt)])
    groupOrLeaf(shown, "Encr data", m.ESK.encrData).opened = called === undefined ? not("this needs I_MESSAGE_1") : this.box(m.ESK.encrData, called.IDRr!, m, aad, parseEsk)
  }

  /** What the AAD of a message's box begins with, PROTOCOL section 3. */
  private before(m: Message): Uint8Array | string {
    const order = [dataType.I_MESSAGE_1, dataType.R_MESSAGE_1, dataType.I_MESSAGE_2].filter((type) => type < m.header.dataType)
    const found = order.map((type) => this.earlier(m, type))
    if (found.some((one) => one === undefined)) return `this needs the messages before it, ${order.map((type) => NAMES[type]).join(" and ")}`
    return order.length === 0 ? new Uint8Array(0) : this.profile.sym.sha256(concat(found.map((one) => one!.octets)))
  }

  /** The message of this type in the same exchange; where several Responders answered, the one that `m` goes on with. */
  private earlier(m: Message, type: number): Message | undefined {
    const all = this.known.filter((one) => one.header.dataType === type && one.header.csbId === m.header.csbId && equal(one.T.value, m.T.value))
    return all.find((one) => equal(one.IDRr!.data, m.IDRr!.data)) ?? all[0]
  }

  private box(encrData: Uint8Array, to: Identity, m: Message, aad: Uint8Array, strict: (plain: Uint8Array) => unknown): Opened {
    const who = text(to.data) ?? "an identity that is no text"
    if (!this.fill.identities.some((own) => same(own, { type: to.type, data: to.data }))) return not(`it is sealed to ${who}, which this fill is not of`)
    const number = period(ntpSeconds(m.T.value), this.kms.set)
    const own = number === undefined ? undefined : (this.keyring.privateKey(to, number) ?? this.issued.find((one) => one.period === number && same(one.identity, to))?.key)
    if (number === undefined || own === undefined) return not(`no private key of ${who} for period ${number ?? "before the first"} is held`)
    const { box } = this.kms.suite
    const keys = run(box.decapsulate(encrData, own, uid(this.profile.sym, to, this.kms.set, number), this.kms.par))
    const plain = keys === undefined ? undefined : box.open(keys, aad, encrData)
    if (keys !== undefined) box.wipe(keys)
    if (plain === undefined) return not(`it does not open with the key of ${who} for period ${number}: it was changed, or made with other keys`)
    const opened = tree(plain, `opened with the private key of ${who} for period ${number}`, strict(plain))
    wipe(plain)
    return opened
  }
}

const NAMES: { readonly [type: number]: string } = Object.fromEntries(Object.entries(dataType).map(([name, type]) => [type, name]))

function not(why: string): Opened {
  return { by: `not opened: ${why}`, fields: [] }
}

/** The tree of a plaintext, whose first sub-payload is always an IDR. */
function tree(plain: Uint8Array, by: string, strict: unknown): Opened {
  const w = new Walk(plain)
  readChain(w, payloadType.IDR)
  return { by: isFault(strict) ? `${by}; strict parser: ${strict.fault} at ${strict.at}` : by, fields: w.fields }
}

function leafAt(shown: Decoded, field: string, at: number): Field {
  return leaves(shown.fields).find((f) => f.field === field && f.at === at)!
}

/** The field of these very octets, a view of the message: their offset tells two boxes apart. */
function groupOrLeaf(shown: Decoded, field: string, octets: Uint8Array): Field {
  const at = octets.byteOffset - shown.octets.byteOffset
  const search = (fields: readonly Field[]): Field | undefined => {
    for (const f of fields) {
      const found = f.field === field && f.at === at ? f : search(f.fields ?? [])
      if (found !== undefined) return found
    }
    return undefined
  }
  return search(shown.fields)!
}
