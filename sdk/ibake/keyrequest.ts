/**
 * The key request of a device: RFC 6267 section 4.2.1 with PROTOCOL section 6. Sans-IO: octets in, octets and values out. The request is that of the PSK
 * variant, the one by certificate is in `certified.ts`; the answer to both is read here.
 */
import { copy, equal, equalCt, wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { build, parse, parseChain, type Message } from "../mikey/message.ts"
import { dataType, errorNo, idRole, idType, macAlg, mapType, prfFunc } from "../mikey/numbers.ts"
import { extensionPayload, part, randPayload, timestampPayload, verificationPayload, type Part, type Timestamp } from "../mikey/payload.ts"
import { decodeLastT, decodeNotice, encodePeriods, type Notice, type Periods } from "../mikey/vendor.ts"
import type { Prf, Sym } from "../suite.ts"
import { idr } from "./exchange.ts"
import { period, periodStart, same, type Identity, type ParameterSet } from "./identity.ts"
import { kemacCipher, requestKeys, verification, wipeRequestKeys, type RequestKeys } from "./keys.ts"

/** What a device asks for, by whatever credential. */
export interface RequestFields {
  readonly identities: readonly Identity[]
  /** KMS URI in normal form. */
  readonly kmsUri: Uint8Array
  /** NTP-UTC, or COUNTER on a board without a clock; greater than any before. */
  readonly T: Timestamp
  readonly csbId: number
  /** 16 random octets. */
  readonly RAND: Uint8Array
  /** First period and how many, 1 to 16; absent: the current and the next. */
  readonly periods?: Periods
}

/** What a device asks for under a PSK. */
export interface KeyRequest extends RequestFields {
  /** IDRpsk data: names the PSK and says nothing of it. */
  readonly pskId: Uint8Array
}

/** A private key as it came, for one identity and period; whoever takes it wipes it. */
export interface IssuedKey {
  readonly identity: Identity
  readonly period: number
  readonly key: Uint8Array
}

/** What a KMS answered. */
export type KeyResponse =
  | { readonly kind: "keys"; readonly keys: readonly IssuedKey[]; readonly notice: Notice | undefined }
  | { readonly kind: "error"; readonly fault: Fault; readonly lastT: Uint8Array | undefined }

/** The algorithms that a key request needs. */
export interface RequestTools {
  readonly prf: Prf
  readonly sym: Sym
}

/** REQUEST_KEY_INIT_PSK. */
export function requestMessage(tools: RequestTools, psk: Uint8Array, r: KeyRequest): Uint8Array {
  const parts = requestParts(r, [], [idr(idRole.IDRpsk, { type: idType.byteString, data: r.pskId })])
  const keys = requestKeys(tools.prf, psk, r.csbId, r.RAND)
  const octets = withV(tools.sym, dataType.REQUEST_KEY_PSK, r.csbId, parts, keys.authKey, r.identities[0]!.data, r.kmsUri)
  wipeRequestKeys(keys)
  return octets
}

/** The parts of a request up to its proof, with what the variants have on either side of IDRkms. */
export function requestParts(r: RequestFields, before: readonly Part[], after: readonly Part[]): Part[] {
  const parts: Part[] = [part(timestampPayload, r.T), part(randPayload, r.RAND)]
  for (let i = 0; i < r.identities.length; i++) parts.push(idr(idRole.IDRi, r.identities[i]!))
  const all = parts.concat(before, [idr(idRole.IDRkms, { type: idType.URI, data: r.kmsUri })], after)
  return r.periods === undefined ? all : all.concat([part(extensionPayload, encodePeriods(r.periods))])
}

/** A message of the key request exchange, closed by its V; `first` and `kms` are the identities that the MAC takes in after it. */
export function withV(sym: Sym, type: number, csbId: number, parts: readonly Part[], authKey: Uint8Array, first: Uint8Array, kms: Uint8Array): Uint8Array {
  const all = parts.concat([part(verificationPayload, { authAlg: macAlg.HMAC_SHA_256_256, mac: new Uint8Array(32) })])
  const vFlag = type === dataType.REQUEST_KEY_PSK ? 1 : 0
  const octets = build({ dataType: type, vFlag, prfFunc, csbId, map: { type: mapType.Empty, sessions: [] } }, all).octets
  const at = octets.length - 32
  const mac = verification(sym, authKey, octets.subarray(0, at), first, kms)
  octets.set(mac, at)
  // a message may be made to be measured only, and its MAC is then nobody's to know
  wipe(mac)
  return octets
}

/** Whether V of a message of the key request exchange was made with these keys. */
export function verifies(sym: Sym, m: Message, keys: RequestKeys, first: Uint8Array, kms: Uint8Array): boolean {
  const expected = verification(sym, keys.authKey, m.octets.subarray(0, m.macAt), first, kms)
  const equal = equalCt(expected, m.V!.mac)
  wipe(expected)
  return equal
}

/**
 * What the KMS answered to `request`, the octets that were sent; `key` is the PSK or the request's envelope key, `set` the held set of that KMS and `cap`
 * the longest response in octets.
 * Keys are not verified here: each costs pairings, and one bad key refuses all.
 */
export function readResponse(tools: RequestTools, key: Uint8Array, request: Uint8Array, response: Uint8Array, set: ParameterSet, cap: number): KeyResponse | Fault {
  const asked = parse(request, request.length)
  if (isFault(asked) || !isRequest(asked.header.dataType)) return refuse("store/broken", "request")
  const m = parse(response, cap)
  if (isFault(m)) return m
  const type = m.header.dataType
  if (type !== dataType.REQUEST_KEY_RESP && type !== dataType.Error) return refuse("wire/type", "REQUEST_KEY_RESP")
  if (m.header.csbId !== asked.header.csbId) return refuse("session/state", "REQUEST_KEY_RESP.CSB ID")
  if (m.T.type !== asked.T.type || !equal(m.T.value, asked.T.value)) return refuse("session/state", "REQUEST_KEY_RESP.T")
  const keys = requestKeys(tools.prf, key, asked.header.csbId, asked.RAND!)
  const read = verifies(tools.sym, m, keys, asked.identities[0]!.data, asked.IDRkms!.data)
    ? type === dataType.Error
      ? readError(m)
      : readKeys(tools.sym, keys, asked, m, set)
    : refuse("auth/failed", "REQUEST_KEY_RESP.V")
  wipeRequestKeys(keys)
  return read
}

function isRequest(type: number): boolean {
  return type === dataType.REQUEST_KEY_PSK || type === dataType.REQUEST_KEY_PKE
}

function readError(m: Message): KeyResponse {
  const no = m.ERR!
  const code = no === errorNo.InvalidTS ? "kms/time" : no === errorNo.InvalidID ? "kms/identity" : "kms/refused"
  const held = m.extension === undefined ? undefined : decodeLastT(m.extension)
  return { kind: "error", fault: refuse(code, "Error.ERR"), lastT: held === undefined || isFault(held) ? undefined : copy(held) }
}

function readKeys(sym: Sym, keys: RequestKeys, asked: Message, m: Message, set: ParameterSet): KeyResponse | Fault {
  const fits = m.identities.length === asked.identities.length && equal(m.IDRkms!.data, asked.IDRkms!.data)
  if (!fits) return refuse("identity/mismatch", "REQUEST_KEY_RESP.IDRi")
  for (let i = 0; i < m.identities.length; i++) {
    const got = m.identities[i]!
    const wanted = asked.identities[i]!
    if (got.type !== wanted.type || !equal(got.data, wanted.data)) return refuse("identity/mismatch", "REQUEST_KEY_RESP.IDRi")
  }
  const notice = readNotice(m, set)
  if (isFault(notice)) return notice
  const plain = kemacCipher(sym, keys, asked.header.csbId, asked.T.value, m.KEMAC!.encrData)
  const issued = readKemac(plain, asked, set)
  wipe(plain)
  return isFault(issued) ? issued : { kind: "keys", keys: issued, notice }
}

/** The notice, whose first set must be of the KMS that was asked. */
function readNotice(m: Message, set: ParameterSet): Notice | undefined | Fault {
  if (m.extension === undefined) return undefined
  const notice = decodeNotice(m.extension)
  if (isFault(notice)) return notice
  if (!equal(notice.sets[0]!.kmsUri, set.kmsUri)) return refuse("parameters/invalid", "REQUEST_KEY_RESP.notice")
  return notice
}

function readKemac(plain: Uint8Array, asked: Message, set: ParameterSet): IssuedKey[] | Fault {
  const contents = parseChain(plain, dataType.REQUEST_KEY_RESP)
  if (isFault(contents)) return contents
  const pairs = contents.keys
  const out: IssuedKey[] = []
  let bad: Fault | undefined
  for (let i = 0; i < pairs.length && bad === undefined; i++) {
    const identity = wanted(asked, pairs[i]!.IDRi)
    const number = periodOfInterval(pairs[i]!.key.from, pairs[i]!.key.to, set)
    if (identity === undefined) bad = refuse("identity/mismatch", "REQUEST_KEY_RESP.KEMAC.IDRi")
    else if (number === undefined || has(out, identity, number)) bad = refuse("key/invalid", "REQUEST_KEY_RESP.KEMAC.KV")
    else out.push({ identity, period: number, key: copy(pairs[i]!.key.key) })
  }
  if (bad === undefined) return out
  for (let i = 0; i < out.length; i++) wipe(out[i]!.key)
  return bad
}

function wanted(asked: Message, id: Identity): Identity | undefined {
  for (let i = 0; i < asked.identities.length; i++) {
    const own = asked.identities[i]!
    if (own.type === id.type && equal(own.data, id.data)) return { type: own.type, data: copy(own.data) }
  }
  return undefined
}

function has(keys: readonly IssuedKey[], id: Identity, number: number): boolean {
  for (let i = 0; i < keys.length; i++) if (keys[i]!.period === number && same(keys[i]!.identity, id)) return true
  return false
}

const ERA = 4294967296

/** The period whose interval this is, or undefined: NTP seconds below 2^31 are of the era that begins in 2036. */
function periodOfInterval(from: number, to: number, set: ParameterSet): number | undefined {
  const start = from < 0x80000000 ? from + ERA : from
  const number = period(start, set)
  if (number === undefined || periodStart(number, set) !== start) return undefined
  return periodStart(number + 1, set) % ERA === to ? number : undefined
}
