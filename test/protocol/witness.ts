/** Radios that forget nothing, and what a party may have of them: private keys, secrets, a master secret. */
import { copy, hex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { map, run } from "../../sdk/base/job.ts"
import { ownKey, type OwnKey } from "../../sdk/ibake/exchange.ts"
import { ntpSeconds, period, uid, type Identity, type Kms } from "../../sdk/ibake/identity.ts"
import type { Initiator } from "../../sdk/ibake/initiator.ts"
import type { Agreement, Keyring } from "../../sdk/ibake/session.ts"
import type { Box, BoxKeys, DhGroup, PrivateKey, Profile } from "../../sdk/suite.ts"
import { radio, type Radio, type RadioOptions, type TestKms } from "../fixture.ts"

/** What a machine computed with, copied when it did. */
export interface Memory {
  /** x or y. */
  readonly secrets: { readonly group: DhGroup; readonly secret: Uint8Array }[]
  readonly kSessions: Uint8Array[]
  /** Keys of boxes that it sealed or opened, kc among them. */
  readonly boxes: { readonly box: Box; readonly keys: BoxKeys }[]
}

/** A radio whose machine forgets nothing; `memory` is of its calls alone. */
export interface Witness extends Radio {
  memory: Memory
}

/** A private key with the KMS that it is of. */
export interface HeldKey extends OwnKey {
  readonly kms: Kms
}

/** One thing that a party has. */
export interface Asset {
  /** Private keys: of an identity in the period of T. */
  readonly keyOf?: (id: Identity, T: Uint8Array) => HeldKey | undefined
  readonly memory?: Memory
  /** A PSK, which reads recorded responses of the KMS. */
  readonly psk?: Radio
}

const blank = (): Memory => ({ secrets: [], kSessions: [], boxes: [] })

/** A radio with its keys of the current period, and a memory of all that it computes from now on. */
export function witness(kms: TestKms, uri: string, options: RadioOptions = {}): Witness {
  const of: { memory: Memory } = { memory: blank() }
  const made = radio(kms, uri, { ...options, profile: watched(kms.kit.profile, of) })
  return Object.assign(of, made)
}

/** Begins a new memory and answers the one so far. */
export function turned(of: Witness): Memory {
  const before = of.memory
  of.memory = blank()
  return before
}

function watched(profile: Profile, of: { memory: Memory }): Profile {
  const group = (g: DhGroup): DhGroup => ({
    ...g,
    keygen: (seed) => map(g.keygen(seed), (made) => (of.memory.secrets.push({ group: g, secret: copy(made.secret) }), made)),
    agree: (secret, point) => map(g.agree(secret, point), (shared) => (shared !== undefined && of.memory.kSessions.push(copy(shared)), shared)),
  })
  const box = (b: Box): Box => {
    const kept = <K extends BoxKeys | undefined>(keys: K): K => {
      if (keys !== undefined) of.memory.boxes.push({ box: b, keys: { enc: copy(keys.enc), ke: copy(keys.ke), ka: copy(keys.ka), kc: copy(keys.kc) } })
      return keys
    }
    return { ...b, encapsulate: (uid, par, seed) => map(b.encapsulate(uid, par, seed), kept), decapsulate: (data, key, uid, par) => map(b.decapsulate(data, key, uid, par), kept) }
  }
  return { ...profile, groups: profile.groups.map(group), suites: profile.suites.map((suite) => ({ ...suite, box: box(suite.box) })) }
}

/** The private keys of a radio. */
export function privateKeysOf(of: Radio): Asset {
  const keyOf: Asset["keyOf"] = (id, T) => {
    const kms = of.ring.kmsOf(id)
    const own = kms === undefined ? undefined : ownKey(of.profile, of.ring, id, kms, T)
    if (kms === undefined || own === undefined || isFault(own)) return undefined
    // what is tried with them is none of the radio's memory
    const suite = of.kms.kit.profile.suites.find((one) => one.id === kms.suite.id)!
    return { ...own, kms: { ...kms, suite } }
  }
  return { keyOf }
}

/** The x or y of a radio, and nothing that it computed with it. */
export function secretOf(of: Witness, memory: Memory = of.memory): Asset {
  return { memory: { ...blank(), secrets: memory.secrets } }
}

/** The keys of the boxes of a radio: kc, and nothing of its half of the exchange. */
export function boxKeysOf(of: Witness): Asset {
  return { memory: { ...blank(), boxes: of.memory.boxes } }
}

/** All that a radio has and ever had. */
export function allOf(of: Witness): Asset {
  return { ...privateKeysOf(of), memory: of.memory, psk: of }
}

/** The master secret of a KMS: the private key of every name, its own hosts' or not, under its parameters. */
export function masterOf(of: TestKms): Asset {
  const kms = heldKms(of)
  const { privateKey } = issuing(of, { kmsOf: () => kms })
  const keyOf: Asset["keyOf"] = (id, T) => {
    const number = period(ntpSeconds(T), kms.set)
    return number === undefined ? undefined : { kms, key: privateKey(id, number)!, uid: uid(of.kit.profile.sym, id, kms.set, number) }
  }
  return { keyOf }
}

/** Private keys that were issued before, by public parameter and UID. */
const issued = new Map<string, Uint8Array>()

/** The keyring of a KMS that takes part in calls: it issues itself what it needs, and seals by a table that it has. */
export function issuing(of: TestKms, table: Pick<Keyring, "kmsOf">): Keyring {
  const kms = heldKms(of)
  return {
    kmsOf: (id) => table.kmsOf(id),
    privateKey(id, number): PrivateKey | undefined {
      const UID = uid(of.kit.profile.sym, id, kms.set, number)
      const name = `${hex(kms.par.octets)} ${hex(UID)}`
      if (!issued.has(name)) issued.set(name, run(of.kit.master.extract(of.state.master, UID)))
      return run(kms.suite.ibe.privateKey(issued.get(name)!, kms.par))
    },
  }
}

function heldKms(of: TestKms): Kms {
  const set = of.state.own
  const suite = of.kit.profile.suites.find((one) => one.id === set.suite)!
  return { set, suite, par: run(suite.ibe.parameters(set.publicParameter))! }
}

/** What an Initiator has agreed on and gives nobody before R_MESSAGE_2 verifies. */
export function pending(I: Initiator): Agreement {
  return (I as unknown as { state: { agreement: Agreement } }).state.agreement
}
