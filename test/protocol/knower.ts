/**
 * What a party can compute: it is given messages of the air and all that it has, opens every box that any of its keys opens after whatever may have come
 * before, and derives everything from everything. It may keep what an honest machine wipes. What it then does not hold cannot be had by our formulas.
 */
import assert from "node:assert/strict"
import { ascii, concat, copy, hex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { run } from "../../sdk/base/job.ts"
import { open, uidAt, verified } from "../../sdk/ibake/exchange.ts"
import { same, type Identity } from "../../sdk/ibake/identity.ts"
import { exchangeKeys } from "../../sdk/ibake/keys.ts"
import { readResponse } from "../../sdk/ibake/keyrequest.ts"
import { parse, parseChain, parseEsk, type Inner, type Message } from "../../sdk/mikey/message.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { prf256 } from "../../sdk/mikey/prf.ts"
import { contexts } from "../../sdk/srtp/contexts.ts"
import type { BoxKeys, DhGroup, Profile } from "../../sdk/suite.ts"
import { good, type Radio } from "../fixture.ts"
import { clearOf, H } from "./by-hand.ts"
import { nodeSym } from "../test-kem.ts"
import type { Asset, HeldKey, Memory } from "./witness.ts"

/** The PRF through OpenSSL, which is the fastest: there is much to try. */
const prf = prf256(nodeSym)

/** Boxes that were opened before, by box and key: several parties have the same key. */
const opened = new Map<string, BoxKeys | undefined>()

function decapsulated(encrData: Uint8Array, own: HeldKey): BoxKeys | undefined {
  const name = `${hex(encrData)} ${hex(own.key.octets)} ${hex(own.uid)}`
  if (!opened.has(name)) opened.set(name, run(own.kms.suite.box.decapsulate(encrData, own.key, own.uid, own.kms.par)))
  return opened.get(name)
}

/** The same for points: a pair of secret and point makes one K_SESSION. */
const agreed = new Map<string, Uint8Array | undefined>()

function kSessionOf(group: DhGroup, secret: Uint8Array, point: Uint8Array): Uint8Array | undefined {
  const name = `${hex(secret)} ${hex(point)}`
  if (!agreed.has(name)) agreed.set(name, run(group.agree(secret, point)))
  return agreed.get(name)
}

/** A party with all that it computed. */
export class Knower {
  /** What each message said inside, by its octets. */
  private readonly inside: Map<string, Inner> = new Map()
  private readonly known: Set<string> = new Set()
  private readonly profile: Profile
  private readonly messages: readonly Message[]
  private readonly assets: Asset[]
  private readonly kcs: Map<string, Uint8Array> = new Map()
  private readonly contents: { readonly m: Message; readonly SK: Uint8Array }[] = []
  /** auth_key of every combination of what it has: one of them may be right. */
  readonly authKeys: Uint8Array[] = []

  constructor(profile: Profile, air: readonly Uint8Array[], assets: readonly Asset[]) {
    this.profile = profile
    this.messages = air.map((octets) => good(parse(octets, 65535)))
    this.assets = assets.concat(assets.flatMap((asset) => (asset.psk === undefined ? [] : this.responses(asset.psk))))
    for (const m of this.messages) this.openAll(m)
    this.derive()
    for (const { m, SK } of this.contents) this.media(m, m, SK)
  }

  /** Whether it holds this: a key, a point, a master key of SRTP. */
  knows(secret: Uint8Array): boolean {
    return this.known.has(hex(secret))
  }

  /** What stood in the box of a message, or undefined where it could not open it. */
  reads(octets: Uint8Array): Inner | undefined {
    return this.inside.get(hex(octets))
  }

  private learns(...octets: readonly Uint8Array[]): void {
    for (const each of octets) this.known.add(hex(each))
  }

  private of(type: number): Message[] {
    return this.messages.filter((m) => m.header.dataType === type)
  }

  /** Private keys in recorded responses. */
  private responses(of: Radio): Asset[] {
    const reads = (request: Message, response: Message): Asset[] => {
      const read = readResponse(this.profile, of.subscriber.psk, request.octets, response.octets, of.kms.state.own, 65535)
      if (isFault(read) || read.kind !== "keys") return []
      return read.keys.map((issued) => {
        const kms = of.ring.kmsOf(issued.identity)!
        const key = run(kms.suite.ibe.privateKey(issued.key, kms.par))!
        const keyOf: Asset["keyOf"] = (id, T) => (same(id, issued.identity) ? { kms, key, uid: uidAt(this.profile, id, kms, T)! } : undefined)
        return { keyOf }
      })
    }
    return this.of(dataType.REQUEST_KEY_PSK).flatMap((request) => this.of(dataType.REQUEST_KEY_RESP).flatMap((response) => reads(request, response)))
  }

  /** Everybody who stands in clear in any message. */
  private names(): Identity[] {
    const all = this.messages.flatMap((m) => [m.IDRi, m.IDRr].flatMap((id) => (id === undefined ? [] : [{ type: id.type, data: id.data }])))
    return all.filter((id, at) => all.findIndex((other) => same(id, other)) === at)
  }

  /** Every pair of box and keys that may open something of a message. */
  private keysFor(m: Message, encrData: Uint8Array): Memory["boxes"] {
    const out: Memory["boxes"] = []
    for (const asset of this.assets) {
      if (asset.memory !== undefined) out.push(...asset.memory.boxes)
      for (const id of asset.keyOf === undefined ? [] : this.names()) {
        const own = asset.keyOf!(id, m.T.value)
        const keys = own === undefined ? undefined : decapsulated(encrData, own)
        if (own !== undefined) this.learns(own.key.octets)
        if (keys !== undefined) out.push({ box: own!.kms.suite.box, keys })
      }
    }
    return out
  }

  private openAll(m: Message): void {
    for (const { box, keys } of m.IBAKE === undefined ? [] : this.keysFor(m, m.IBAKE)) {
      for (const before of this.befores()) {
        const plain = open(m, box, keys, before)
        if (plain !== undefined) this.take(m, good(parseChain(plain, m.header.dataType)), keys)
      }
    }
    for (const { box, keys } of m.ESK === undefined ? [] : this.keysFor(m, m.ESK.encrData)) {
      const plain = box.open(keys, concat([ascii("ESK"), m.octets.subarray(0, m.ibakeAt)]), m.ESK!.encrData)
      if (plain === undefined) continue
      const SK = copy(good(parseEsk(plain)).SK!)
      this.learns(SK)
      this.contents.push({ m, SK })
    }
  }

  private take(m: Message, contents: Inner, keys: BoxKeys): void {
    this.inside.set(hex(m.octets), contents)
    this.kcs.set(hex(keys.kc), keys.kc)
    this.learns(keys.kc)
    for (const ECCPT of [contents.ECCPTi, contents.ECCPTr]) if (ECCPT !== undefined) this.learns(ECCPT.point)
  }

  /** All that may have come before a box: nothing, or the messages of an exchange up to there. */
  private befores(): Uint8Array[] {
    const triples = this.triples().flatMap(([a, b, c]) => [H(a.octets), H(a.octets, b.octets), H(a.octets, b.octets, c.octets)])
    const pairs = this.of(dataType.I_MESSAGE_1).flatMap((a) => [H(a.octets), ...this.of(dataType.R_MESSAGE_1).map((b) => H(a.octets, b.octets))])
    return [new Uint8Array(0), ...pairs, ...triples]
  }

  /** I_MESSAGE_1, R_MESSAGE_1 and I_MESSAGE_2 that may belong together: messages of one exchange have one CSB ID. */
  private triples(): (readonly [Message, Message, Message])[] {
    const beside = (a: Message, type: number): Message[] => this.of(type).filter((m) => m.header.csbId === a.header.csbId)
    return this.of(dataType.I_MESSAGE_1).flatMap((a) => beside(a, dataType.R_MESSAGE_1).flatMap((b) => beside(a, dataType.I_MESSAGE_2).map((c) => [a, b, c] as const)))
  }

  /** K_SESSION of every secret with every point, and of whoever told. */
  private kSessions(): Uint8Array[] {
    const points = [...this.inside.values()].flatMap((i) => [i.ECCPTi, i.ECCPTr].flatMap((e) => (e === undefined ? [] : [e])))
    const made = new Map<string, Uint8Array>()
    for (const { memory } of this.assets) {
      for (const k of memory?.kSessions ?? []) made.set(hex(k), k)
      for (const { secret, group } of memory?.secrets ?? []) {
        this.learns(secret)
        for (const point of points.filter((one) => one.curve === group.curve)) {
          const k = kSessionOf(group, secret, point.point)
          if (k !== undefined) made.set(hex(k), k)
        }
      }
    }
    this.learns(...made.values())
    return [...made.values()]
  }

  private derive(): void {
    for (const kSession of this.kSessions())
      for (const [I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2] of this.triples())
        for (const kc of this.kcs.values()) {
          const transcript = { csbId: I_MESSAGE_1.header.csbId, RAND: I_MESSAGE_1.RAND!, I_MESSAGE_1: I_MESSAGE_1.octets, R_MESSAGE_1: R_MESSAGE_1.octets, I_MESSAGE_2: I_MESSAGE_2.octets, kc }
          const made = exchangeKeys(prf, nodeSym, kSession, transcript)
          this.learns(made.TGK, made.authKey)
          this.authKeys.push(made.authKey)
          this.media(I_MESSAGE_1, R_MESSAGE_1, made.TGK)
        }
  }

  /** The SRTP keys under a TGK that may be right. */
  private media(offered: Message, answered: Message, TGK: Uint8Array): void {
    const { csbId, map: agreed } = answered.header
    const list = contexts({ prf, TGK, csbId, RAND: offered.RAND!, map: agreed, offered: offered.header.map, policies: answered.SP, spi: "none" })
    if (isFault(list)) return
    for (const each of list) this.learns(each.masterKey, each.masterSalt)
  }
}

/** What went over the air in a run, under a profile of all. */
export interface Scene {
  readonly profile: Profile
  readonly air: readonly Uint8Array[]
}

/** The party with these assets in a scene. */
export function knower(scene: Scene, ...has: readonly Asset[]): Knower {
  return new Knower(scene.profile, scene.air, has)
}

/** Fails unless `has` does not give these secrets, nor does it with a part of `missing`, and with all of it does. */
export function lacks(scene: Scene, has: readonly Asset[], missing: readonly Asset[], ...secrets: readonly Uint8Array[]): void {
  const without = [knower(scene, ...has), ...(missing.length > 1 ? missing.map((part) => knower(scene, ...has, part)) : [])]
  const control = knower(scene, ...has, ...missing)
  for (const secret of secrets) {
    for (const by of without) assert(!by.knows(secret), "it has what it must not")
    assert(control.knows(secret), "the control does not find it")
  }
}

/** Every R_MESSAGE_2 to these messages that somebody can make, under each auth_key that it has derived. */
export function forgeries(by: Knower, I_MESSAGE_1: Uint8Array, R_MESSAGE_1: Uint8Array): Uint8Array[] {
  const clear = clearOf(good(parse(R_MESSAGE_1, 65535)), good(parse(I_MESSAGE_1, 65535)).RAND!)
  return by.authKeys.map((authKey) => verified(nodeSym, clear, authKey, undefined, new Uint8Array(0)))
}
