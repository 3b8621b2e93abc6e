/** Key requests a second time, for vectors only: RFC 6267 section 4.2.1 with PROTOCOL section 6, PSK variant. Nothing of sdk/ is imported. */
import { aesCtr, HMAC, join, prf, u32, xor, type Json } from "./by-hand.ts"
import { encodedSet, privateKey, type HandKey, type HandKms } from "./hand-kms.ts"
import { beforeMac, chain, emptyMap, ERR, extension, IDR, KEMAC, keyData, label, RAND, role, T, text, type Payload } from "./hand-messages.ts"

type Octets = Uint8Array

/** What a device asks with. */
export interface HandRequest {
  readonly kms: HandKms
  readonly identities: readonly string[]
  readonly pskId: Octets
  readonly psk: Octets
  readonly csbId: Octets
  readonly RAND: Octets
  /** NTP-UTC (0) of eight octets, or COUNTER (2) of four. */
  readonly T: { readonly type: number; readonly value: Octets }
  readonly periods?: { readonly first: number; readonly count: number }
}

/** A message closed by V. */
export interface HandMessage {
  readonly octets: Octets
  readonly MAC: Octets
}

/** auth_key, encr_key and salt of a request. */
export function requestKeys({ psk, csbId, RAND: rand }: HandRequest): Record<"auth_key" | "encr_key" | "salt", Octets> {
  const key = (constant: number, octets: number): Octets => prf(psk, label(constant, 0xff, csbId, rand), octets)
  return { auth_key: key(0x2d22ac75, 32), encr_key: key(0x150533e1, 32), salt: key(0x29b88916, 14) }
}

function verified(r: HandRequest, dataType: number, payloads: readonly Payload[]): HandMessage {
  const covered = beforeMac({ dataType, csbId: r.csbId, map: emptyMap }, payloads)
  const MAC = HMAC(requestKeys(r).auth_key, covered, text(r.identities[0]!), text(r.kms.set.uri))
  return { octets: join(covered, MAC), MAC }
}

const who = (r: HandRequest): Payload[] => [...r.identities.map((id) => IDR(role.IDRi, text(id))), IDR(role.IDRkms, text(r.kms.set.uri))]

/** REQUEST_KEY_INIT_PSK. */
export function keyRequest(r: HandRequest): HandMessage {
  const asked = r.periods === undefined ? [] : [extension(join("ibake", 1, u32(r.periods.first), r.periods.count))]
  return verified(r, 19, [T(r.T.value, r.T.type), RAND(r.RAND), ...who(r), IDR(role.IDRpsk, r.pskId, 2), ...asked])
}

/** REQUEST_KEY_RESP with what goes before it. */
export interface HandResponse extends HandMessage {
  readonly IV: Octets
  readonly plaintext: Octets
  readonly encrData: Octets
  readonly notice: Octets
  /** By identity in the request's order, then by period. */
  readonly issued: readonly (HandKey & { readonly identity: string })[]
}

/** The answer of a KMS whose clock says `now`, with the keys of `count` periods from `first`. */
export function keyResponse(r: HandRequest, now: Octets, first: number, count: number): HandResponse {
  const keys = requestKeys(r)
  const periods = Array.from({ length: count }, (_, i) => first + i)
  const issued = r.identities.flatMap((identity) => periods.map((period) => ({ identity, ...privateKey({ identity, kms: r.kms }, period) })))
  const plaintext = chain(issued.flatMap((of) => [IDR(role.IDRi, text(of.identity)), keyData(of.key, of.from, of.to)]))
  const padded = join(new Uint8Array(8 - r.T.value.length), r.T.value)
  const IV = join(xor(keys.salt, join(0, 0, r.csbId, padded)), 0, 0)
  const encrData = aesCtr(keys.encr_key, IV, plaintext)
  const notice = join("ibake", 2, now, 1, encodedSet(r.kms))
  return { ...verified(r, 21, [T(r.T.value, r.T.type), ...who(r), extension(notice), KEMAC(encrData)]), IV, plaintext, encrData, notice, issued }
}

/** An Error; one for T says which was the last that the KMS took, in eight octets. */
export function keyError(r: HandRequest, no: number, lastT?: Octets): HandMessage {
  const held = lastT === undefined ? [] : [extension(join("ibake", 3, lastT))]
  return verified(r, 6, [T(r.T.value, r.T.type), ERR(no), ...held])
}

/** What stands in a file between a request and its answer. */
export function responseValues(request: HandMessage, response: HandResponse): Record<string, Json> {
  const { IV, plaintext, encrData, notice } = response
  return {
    IV, KEMAC_plaintext: plaintext, KEMAC_encrData: encrData, notice, request_MAC: request.MAC, response_MAC: response.MAC,
    REQUEST_KEY_INIT: request.octets, REQUEST_KEY_RESP: response.octets,
  }
}
