/** What an insider can send: boxes sealed to anyone over anything, and key requests and responses under a PSK that is his. Seeded. */
import { ascii, copy } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { eccpt, encodeInner, type Clear } from "../../sdk/ibake/exchange.ts"
import type { Identity } from "../../sdk/ibake/identity.ts"
import { kemacCipher, requestKeys, verification } from "../../sdk/ibake/keys.ts"
import type { CryptoSession } from "../../sdk/mikey/csmap.ts"
import { parse, type Message } from "../../sdk/mikey/message.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { policyParam } from "../../sdk/srtp/policy.ts"
import { good, named, type Radio } from "../fixture.ts"
import { clearOf, leftContents, sealByHand, verifiedByHand } from "./by-hand.ts"
import { pick, scrambled, type Random } from "./mutate.ts"
import type { Stage } from "./stages.ts"

const points = [[8, 65], [11, 97], [240, 32]] as const

/** Octets of that number. */
function some(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random(256))
}

/** A point sub-payload of the insider's own: a good point, or anything of the right length. */
function point(random: Random, of: Radio): Uint8Array {
  const spi = random(4) === 0 ? some(random, 1 + random(6)) : undefined
  if (random(3) > 0) return eccpt(8, valid(random, of), spi)
  const [curve, length] = pick(random, points)
  return eccpt(curve, some(random, length), spi)
}

/** Points that cost a multiplication are few. */
const kept: Uint8Array[] = []

function valid(random: Random, of: Radio): Uint8Array {
  const group = of.profile.groups[0]!
  const index = random(4)
  for (let i = kept.length; i <= index; i++) kept.push(group.keygen(new Uint8Array(group.seedOctets).fill(i + 1)).step()!.value.point)
  return kept[index]!
}

function someone(random: Random, stage: Stage): Identity {
  const odd: readonly Identity[] = [stage.alice.me, stage.bob.me, named("sip:mallory@police.example"), { type: 0, data: stage.bob.me.data }, { type: 1, data: ascii("sip:bob@POLICE.example") }, { type: 1, data: ascii("sip:x@elsewhere.example") }]
  return pick(random, odd)
}

/** Changes now and then: one field in eight. */
function maybe<T>(random: Random, value: T, other: () => T): T {
  return random(8) === 0 ? other() : value
}

function session(random: Random, s: CryptoSession): CryptoSession {
  return {
    csId: maybe(random, s.csId, () => random(256)),
    policies: maybe(random, s.policies, () => pick(random, [[], [0, 0], [1], [0, 1, 2]])),
    ssrc: maybe(random, s.ssrc, () => pick(random, [undefined, 0, 1, 0xffffffff])),
    roc: s.roc,
    seq: s.seq,
    withRoc: maybe(random, s.withRoc, () => !s.withRoc),
    spi: maybe(random, s.spi, () => some(random, 1 + random(9))),
  }
}

function clear(random: Random, stage: Stage, m: Message): Clear {
  const base = clearOf(m, m.RAND ?? some(random, 16))
  const sessions = base.map.sessions.map((s) => session(random, s))
  const other = { no: random(3), protType: random(3) === 0 ? 1 : 0, param: policyParam("AES_CM_128_HMAC_SHA1_80") }
  const named = (): Uint8Array | undefined => pick(random, [undefined, ascii("kms.police.example"), ascii("kms.county.example")])
  return {
    csbId: maybe(random, base.csbId, () => random(0xffffffff)),
    T: maybe(random, base.T, () => some(random, 8)),
    RAND: maybe(random, base.RAND, () => some(random, 16 + random(49))),
    IDRi: maybe(random, base.IDRi, () => someone(random, stage)),
    IDRr: maybe(random, base.IDRr, () => someone(random, stage)),
    IDRkmsi: maybe(random, base.IDRkmsi, named),
    IDRkmsr: maybe(random, base.IDRkmsr, named),
    map: maybe(random, { type: base.map.type, sessions }, () => ({ type: 2, sessions: sessions.slice(1) .concat(sessions.slice(0, 1)) })),
    SP: maybe(random, base.SP, () => pick(random, [[other], [...base.SP, { ...other, no: 9 }], base.SP.slice(0, 1)])),
    extension: maybe(random, base.extension, () => ({ type: random(3), data: some(random, random(20)) })),
  }
}

/** Contents of an ESK of the insider's: its SK, or something else of its length. */
function left(random: Random, stage: Stage, from: Identity): Uint8Array {
  const plain = leftContents(maybe(random, from, () => someone(random, stage)), some(random, 32))
  return random(4) === 0 ? scrambled(random, plain) : plain
}

/** Contents of a box of the insider's: the points that belong there, and now and then others or none. */
function contents(random: Random, stage: Stage, mallory: Radio, type: number, open: Clear): Uint8Array {
  const belongs = { ECCPTi: (type === dataType.I_MESSAGE_2) === (stage.unread === true) || type === dataType.I_MESSAGE_1, ECCPTr: type === dataType.R_MESSAGE_1 || type === dataType.I_MESSAGE_2 }
  if (type === dataType.R_MESSAGE_2) belongs.ECCPTi = true
  const ECCPTi = maybe(random, belongs.ECCPTi, () => random(2) === 0) ? point(random, mallory) : undefined
  const ECCPTr = maybe(random, belongs.ECCPTr, () => random(2) === 0) ? point(random, mallory) : undefined
  const plain = encodeInner(maybe(random, open.IDRi, () => someone(random, stage)), ECCPTi, maybe(random, open.IDRr, () => someone(random, stage)), ECCPTr)
  return random(6) === 0 ? scrambled(random, plain) : plain
}

/** A call message of the insider's: fields in clear changed now and then, and a box with his own points, sealed to whom he likes. */
export function sealedByInsider(random: Random, stage: Stage, mallory: Radio): Uint8Array {
  const m = good(parse(stage.good, 65535))
  const open = clear(random, stage, m)
  if (stage.type === dataType.R_MESSAGE_2 && random(4) > 0) return verifiedByHand(mallory, open, some(random, 32), stage.unread && { to: stage.to, before: stage.before, plain: contents(random, stage, mallory, stage.type, open) })
  const type = maybe<number>(random, m.header.dataType, () => pick(random, [22, 23, 24, 25]))
  const plain = contents(random, stage, mallory, type, open)
  const to = maybe(random, stage.to, () => pick(random, [stage.alice.me, stage.bob.me]))
  const before = maybe(random, stage.before, () => [])
  const esk = type === dataType.I_MESSAGE_2 && maybe(random, m.ESK !== undefined, () => random(2) === 0) ? { to, plain: left(random, stage, open.IDRi) } : undefined
  return sealByHand(mallory, { type, clear: open, to, before: before.length === 0 ? undefined : before, plain, esk }).octets
}

/** A mutant of the key request exchange with a V that verifies: sent by the enrolled device, or by the KMS with other keys in it. */
export function macedByInsider(random: Random, stage: Stage, mutant: Uint8Array): Uint8Array {
  const { profile, subscriber } = stage.alice
  const asked = good(parse(stage.before[0] ?? stage.good, 65535))
  const octets = copy(mutant)
  const m = parse(octets, 65535)
  if (isFault(m) || m.V === undefined) return octets
  const own = stage.name === "REQUEST_KEY_INIT" && m.RAND !== undefined ? m : asked
  const keys = requestKeys(profile.prf, subscriber.psk, own.header.csbId, own.RAND!)
  if (m.KEMAC !== undefined && random(2) === 0) {
    const plain = kemacCipher(profile.sym, keys, asked.header.csbId, asked.T.value, m.KEMAC.encrData)
    const changed = scrambled(random, plain)
    const same = changed.length === plain.length ? changed : plain.map((o, i) => changed[i % changed.length]! ^ (i % 7 === 0 ? o : 0))
    m.KEMAC.encrData.set(kemacCipher(profile.sym, keys, asked.header.csbId, asked.T.value, same))
  }
  const first = (own.identities[0] ?? asked.identities[0])!.data
  const kms = (own.IDRkms ?? asked.IDRkms)!.data
  octets.set(verification(profile.sym, keys.authKey, octets.subarray(0, m.macAt), first, kms), m.macAt)
  return octets
}
