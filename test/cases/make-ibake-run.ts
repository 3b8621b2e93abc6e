/**
 * Makes ibake-run.json: two key requests and one call of suite 0x01 with every value between, computed from PROTOCOL by `by-hand.ts` and the figures of
 * RFC 3830, 6043 and 6267; nothing of sdk/ is imported. `npx tsx test/cases/make-ibake-run.ts` writes the file anew.
 */
import { writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { aesCtr, agree, boxKeys, boxOctets, decapsulate, encapsulate, ephemeral, groupOrder, H, hex, HMAC, integer, join, number, prf, publicParameter, published, S_id, seal, u16, u32, uid, xor } from "./by-hand.ts"

type Octets = Uint8Array
type Json = { [name: string]: Octets | string | number | boolean | Json | Json[] | Octets[] }

const utc = 1795000000
const ntp = utc + 2208988800
const T = join(u32(ntp), u32(0))
const set = { suite: 1, version: 1, periodLength: 86400, periodOffset: 3600, uri: "kms.example", hosts: ["fire.example.org"] }
const period = Math.floor((ntp - set.periodOffset) / set.periodLength)
const alice = "sip:unit-1001@fire.example.org"
const bob = "sip:unit-2002@fire.example.org"
const draw = (label: string, octets: number): Octets => published(`ibake-run/${label}`, octets)

// payloads, each less its Next payload octet

interface Payload {
  readonly type: number
  readonly body: Octets
}

const text = (value: string): Octets => Uint8Array.from(Buffer.from(value))
const payloadT: Payload = { type: 5, body: join(0, T) }
const RAND = (value: Octets): Payload => ({ type: 11, body: join(value.length, value) })
const IDR = (role: number, data: Octets, type: number = 1): Payload => ({ type: 14, body: join(role, type, u16(data.length), data) })
const extension = (data: Octets): Payload => ({ type: 21, body: join(0, u16(data.length), data) })
const keyData = (key: Octets, from: number, to: number): Payload => ({ type: 20, body: join((7 << 4) | 2, u16(key.length), key, 4, u32(from % 2 ** 32), 4, u32(to % 2 ** 32)) })
const KEMAC = (data: Octets): Payload => ({ type: 1, body: join(3, u16(data.length), data, 0) })
const V = (mac: Octets): Payload => ({ type: 9, body: join(2, mac) })
const IBAKE = (encrData: Octets): Payload => ({ type: 22, body: join(u16(encrData.length), encrData) })
// curve 8, the point of 65 octets, one octet of padding to a multiple of four, Auth alg, TGK len, Reserved and KV all zero
const ECCPT = (point: Octets): Payload => ({ type: 25, body: join(8, point, 0, 0, u16(0), 0) })
// AEAD_AES_128_GCM: encryption 6, key 16, salt 12, SRTP and SRTCP encryption on, AEAD tag 16
const gcm = [[0, 6], [1, 16], [4, 12], [7, 1], [8, 1], [20, 16]].flatMap(([type, value]) => [type!, 1, value!])
const SP: Payload = { type: 10, body: join(0, 0, u16(gcm.length), ...gcm) }

/** Next payload octets in front of the bodies. */
function chain(payloads: readonly Payload[]): Octets {
  return join(...payloads.flatMap(({ body }, i) => [i + 1 < payloads.length ? payloads[i + 1]!.type : 0, body]))
}

/** HDR and payloads; `map` is #CS, CS ID map type and CS ID map info. */
function message(dataType: number, vFlag: number, csbId: Octets, map: Octets, payloads: readonly Payload[]): Octets {
  return join(1, dataType, payloads[0]!.type, (vFlag << 7) | 1, csbId, map, chain(payloads))
}

const label = (constant: number, csId: number, csbId: Octets, rest: Octets): Octets => join(u32(constant), csId, csbId, rest)

// section 6

interface Radio {
  readonly name: string
  readonly identity: string
  readonly periods?: { readonly first: number; readonly count: number }
}

function keyRequest(radio: Radio, s: bigint, P_pub: Octets): Json {
  const csbId = draw(`${radio.name}/request/CSB ID`, 4)
  const rand = draw(`${radio.name}/request/RAND`, 16)
  const psk = draw(`${radio.name}/PSK`, 32)
  const pskId = text(`psk-${radio.name}`)
  const key = (constant: number, octets: number): Octets => prf(psk, label(constant, 0xff, csbId, rand), octets)
  const keys = { auth_key: key(0x2d22ac75, 32), encr_key: key(0x150533e1, 32), salt: key(0x29b88916, 14) }
  const emptyMap = join(0, 1)
  const who = [IDR(1, text(radio.identity)), IDR(3, text(set.uri))]
  const asked = radio.periods === undefined ? [] : [extension(join("ibake", 1, u32(radio.periods.first), radio.periods.count))]
  const verified = (type: number, vFlag: number, payloads: readonly Payload[]): { octets: Octets; mac: Octets } => {
    const covered = message(type, vFlag, csbId, emptyMap, [...payloads, V(new Uint8Array(32))]).slice(0, -32)
    const mac = HMAC(keys.auth_key, covered, text(radio.identity), text(set.uri))
    return { octets: join(covered, mac), mac }
  }
  const request = verified(19, 1, [payloadT, RAND(rand), ...who, IDR(4, pskId, 2), ...asked, ])
  const { first, count } = radio.periods ?? { first: period, count: 2 }
  const issued = Array.from({ length: count }, (_, i) => privateKey(s, radio.identity, first + i))
  const plaintext = chain(issued.flatMap((of) => [IDR(1, text(radio.identity)), keyData(of.S_id, of.from, of.to)]))
  const IV = join(xor(keys.salt, join(0, 0, csbId, T)), 0, 0)
  const encrData = aesCtr(keys.encr_key, IV, plaintext)
  const notice = join("ibake", 2, T, 1, ownSet(P_pub))
  const response = verified(21, 0, [payloadT, ...who, extension(notice), KEMAC(encrData)])
  return {
    identity: radio.identity, pskId, psk, csbId, RAND: rand, ...(radio.periods && { periods: { ...radio.periods } }), ...keys, IV, KEMAC_plaintext: plaintext, KEMAC_encrData: encrData, notice,
    request_MAC: request.mac, response_MAC: response.mac, REQUEST_KEY_INIT: request.octets, REQUEST_KEY_RESP: response.octets, keys: issued,
  }
}

function privateKey(s: bigint, identity: string, at: number): { period: number; from: number; to: number; S: Octets; uid: Octets; Q_id: Octets; S_id: Octets } {
  const id = uid(identity, set.uri, set.periodLength, set.periodOffset, at)
  const from = set.periodOffset + at * set.periodLength
  return { period: at, from, to: from + set.periodLength, ...id, Q_id: S_id(1n, id.uid), S_id: S_id(s, id.uid) }
}

function ownSet(P_pub: Octets): Octets {
  const len8 = (value: string): Octets => join(value.length, value)
  return join(set.suite, u32(set.version), u32(set.periodLength), u32(set.periodOffset), len8(set.uri), set.hosts.length, ...set.hosts.map(len8), u16(P_pub.length), P_pub)
}

// section 4

/** A GENERIC-ID map of two sessions: CS 1 is sent by the Initiator, CS 2 by the Responder. */
function map(mki: Octets, ssrc1: Octets, ssrc2: Octets): Octets {
  const session = (csId: number, ssrc: Octets): Octets => join(csId, 0, 1, 0, u16(ssrc.length), ssrc, mki.length, mki)
  return join(2, 2, session(1, ssrc1), session(2, ssrc2))
}

interface Sealed {
  readonly octets: Octets
  readonly box: Json
  readonly kc: Octets
}

/** A message that ends with its IBAKE payload; `before` is what the AAD begins with. */
function sealed(dataType: number, csbId: Octets, csMap: Octets, payloads: readonly Payload[], before: Octets, inner: readonly Payload[], to: string, name: string, P_pub: Octets): Sealed {
  const id = uid(to, set.uri, set.periodLength, set.periodOffset, period).uid
  const kem = encapsulate(id, P_pub, draw(`${name}/rho`, 32))
  const plaintext = chain(inner)
  const room = message(dataType, 1, csbId, csMap, [...payloads, IBAKE(new Uint8Array(boxOctets(plaintext)))])
  const prefix = room.slice(0, room.length - boxOctets(plaintext))
  const aad = join(before, prefix)
  const keys = boxKeys(kem.secret)
  const box = seal(kem.enc, kem.secret, aad, plaintext)
  return { octets: join(prefix, box.encrData), box: { to, ...kem, ...keys, aad_sha256: H(aad), plaintext, ...box }, kc: keys.kc }
}

function call(P_pub: Octets, keys: { alice: Octets; bob: Octets }): Json {
  const csbId = draw("call/CSB ID", 4)
  const rand = draw("call/RAND", 16)
  const mki = draw("call/MKI", 4)
  const ssrc = [draw("call/SSRC of CS 1", 4), draw("call/SSRC of CS 2", 4)] as const
  const x = ephemeral(draw("call/x", 48))
  const y = ephemeral(draw("call/y", 48))
  const who = [IDR(1, text(alice)), IDR(2, text(bob))]
  const inner = (i: Octets | undefined, r: Octets | undefined): Payload[] => [who[0]!, ...(i ? [ECCPT(i)] : []), who[1]!, ...(r ? [ECCPT(r)] : [])]
  const offered = map(mki, ssrc[0], new Uint8Array(0))
  const agreed = map(mki, ssrc[0], ssrc[1])
  const I1 = sealed(22, csbId, offered, [payloadT, RAND(rand), ...who, SP], new Uint8Array(0), inner(x.point, undefined), bob, "I_MESSAGE_1", P_pub)
  const R1 = sealed(23, csbId, agreed, [payloadT, ...who, SP], H(I1.octets), inner(x.point, y.point), alice, "R_MESSAGE_1", P_pub)
  const I2 = sealed(24, csbId, agreed, [payloadT, RAND(rand), ...who, SP], H(I1.octets, R1.octets), inner(undefined, y.point), bob, "I_MESSAGE_2", P_pub)
  const K_SESSION = agree(x.x, y.point)
  const transcript = H(I1.octets, R1.octets, I2.octets)
  const rest = join(rand, transcript, I2.kc)
  const MPK = prf(K_SESSION, label(0x220e99a2, 0xff, u32(0xffffffff), rest), 32)
  const TGK = prf(K_SESSION, label(0x1f4d675b, 0xff, u32(0xffffffff), rest), 32)
  const auth_key = prf(MPK, label(0x2d22ac75, 0xff, csbId, rand), 32)
  const covered = message(25, 0, csbId, agreed, [payloadT, ...who, V(new Uint8Array(32))]).slice(0, -32)
  const MAC = HMAC(auth_key, covered, text(alice), text(bob))
  const contexts = [1, 2].map((csId) => ({
    csId, from: csId === 1 ? "initiator" : "responder", ssrc: ssrc[csId - 1]!, roc: 0, mki, cipher: "AEAD_AES_128_GCM",
    TEK: prf(TGK, label(0x2ad01c64, csId, csbId, rand), 16), salt: prf(TGK, label(0x39a2c14b, csId, csbId, rand), 12),
  }))
  for (const [sent, key] of [[I1, keys.bob], [R1, keys.alice], [I2, keys.bob]] as const) {
    const opened = decapsulate(sent.box.enc as Octets, key, sent.box.uid as Octets)
    if (opened === undefined || hex(opened) !== hex(sent.box.secret as Octets)) throw new Error("a box does not open")
  }
  if (hex(agree(y.x, x.point)) !== hex(K_SESSION)) throw new Error("the ends do not agree")
  return {
    initiator: alice, responder: bob, csbId, RAND: rand, MKI: mki, SSRC: [...ssrc], x: x.x, xP: x.point, ECCPTi: ECCPT(x.point).body, y: y.x, yP: y.point, ECCPTr: ECCPT(y.point).body,
    I_MESSAGE_1: I1.octets, I_MESSAGE_1_box: I1.box, R_MESSAGE_1: R1.octets, R_MESSAGE_1_box: R1.box, I_MESSAGE_2: I2.octets, I_MESSAGE_2_box: I2.box,
    K_SESSION, transcript_sha256: transcript, MPK, TGK, auth_key, MAC, R_MESSAGE_2: join(covered, MAC), contexts,
  }
}

/** The whole run, octets in hex. */
export function makeRun(): unknown {
  const s = (integer(draw("master secret", 48)) % (groupOrder - 1n)) + 1n
  const P_pub = publicParameter(s)
  const radios = { alice: keyRequest({ name: "alice", identity: alice }, s, P_pub), bob: keyRequest({ name: "bob", identity: bob, periods: { first: period, count: 1 } }, s, P_pub) }
  const run: Json = {
    source: "test/cases/make-ibake-run.ts, straight from PROTOCOL with @noble/curves, @noble/hashes, @noble/ciphers",
    randomness: "SHA-256('ibake-run/' || label || counter in 4 octets), counters from 0, cut to length; labels: see `draws`",
    utc, T, period, masterSecret: number(s, 32), parameters: { ...set, hosts: [...set.hosts] as never, publicParameter: P_pub },
    draws: draws(), requests: radios, call: call(P_pub, { alice: firstKey(radios.alice), bob: firstKey(radios.bob) }),
  }
  return JSON.parse(JSON.stringify(run, (_, value: unknown) => (value instanceof Uint8Array ? hex(value) : value)))
}

function firstKey(request: Json): Octets {
  return (request.keys as Json[])[0]!.S_id as Octets
}

/** What each role draws, in its order. */
function draws(): Json {
  const of = (...wanted: readonly (readonly [string, number])[]): Json[] => wanted.map(([name, octets]) => ({ label: name, octets: draw(name, octets) }))
  return {
    "request alice": of(["alice/request/CSB ID", 4], ["alice/request/RAND", 16]),
    "request bob": of(["bob/request/CSB ID", 4], ["bob/request/RAND", 16]),
    initiator: of(["call/CSB ID", 4], ["call/RAND", 16], ["call/MKI", 4], ["call/SSRC of CS 1", 4], ["call/x", 48], ["I_MESSAGE_1/rho", 32], ["I_MESSAGE_2/rho", 32]),
    responder: of(["call/SSRC of CS 2", 4], ["call/y", 48], ["R_MESSAGE_1/rho", 32]),
  }
}

/** The text of the committed file. */
export function runText(): string {
  return JSON.stringify(makeRun(), undefined, 1) + "\n"
}

if (process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === import.meta.url) writeFileSync(new URL("ibake-run.json", import.meta.url), runText())
