/**
 * The keyring of a device: its parameter sets and its private keys, by identity and period, in memory and in the board's store.
 * A store that is not sealed is given no private key unless the profile says `keysInTheOpen`: such a board asks anew after each boot.
 */
import { concat, copy, equal, u16, u32, u8, wipe } from "../base/bytes.ts"
import { Reader } from "../base/cursor.ts"
import { refuse, type Fault } from "../base/fault.ts"
import { chain, done, map, sequence, type Job } from "../base/job.ts"
import { period, same, uid, type Identity, type Kms, type ParameterSet } from "../ibake/identity.ts"
import { decodeSet, encodeSet } from "../mikey/vendor.ts"
import type { Store } from "../port.ts"
import type { PrivateKey, Profile } from "../suite.ts"
import { keep, kept } from "./kept.ts"
import { Parameters } from "./parameters.ts"

/** A private key that a KMS issued; its octets are wiped by whoever brings them. */
export interface NewKey {
  readonly identity: Identity
  readonly period: number
  readonly key: Uint8Array
}

interface Held {
  readonly identity: Identity
  readonly period: number
  readonly key: PrivateKey
}

const SETS = "sets"
const KEYS = "keys"

export class Keyring {
  readonly parameters: Parameters
  private readonly profile: Profile
  private readonly store: Store
  private held: Held[]

  constructor(profile: Profile, store: Store) {
    this.parameters = new Parameters(profile.suites)
    this.profile = profile
    this.store = store
    this.held = []
  }

  /** Begins from enrolment and from what the store keeps; store/broken is final, anything else too. */
  load(enrolled: ParameterSet, vouched: readonly ParameterSet[]): Fault | undefined {
    const fault = this.parameters.enrol(enrolled)
    if (fault !== undefined) return fault
    const sets = kept(this.store, this.profile.sym, SETS)
    if (sets === "damaged" || (sets !== undefined && !this.readSets(sets))) return refuse("store/broken", SETS)
    for (let i = 0; i < vouched.length; i++) this.parameters.take(vouched[i]!)
    const keys = kept(this.store, this.profile.sym, KEYS)
    if (keys === undefined) return undefined
    if (keys === "damaged") return refuse("store/broken", KEYS)
    const good = this.readKeys(keys)
    wipe(keys)
    return good ? undefined : refuse("store/broken", KEYS)
  }

  /** The KMS that speaks for an identity. */
  kmsOf(id: Identity): Kms | undefined {
    return this.parameters.of(id)
  }

  /** The own private key of an identity in a period of the own KMS. */
  privateKey(id: Identity, number: number): PrivateKey | undefined {
    for (let i = 0; i < this.held.length; i++) {
      if (this.held[i]!.period === number && same(this.held[i]!.identity, id)) return this.held[i]!.key
    }
    return undefined
  }

  /** Periods of an identity that keys are held for, ascending. */
  periods(id: Identity): number[] {
    const out: number[] = []
    for (let i = 0; i < this.held.length; i++) if (same(this.held[i]!.identity, id)) out.push(this.held[i]!.period)
    return out.sort((a, b) => a - b)
  }

  /**
   * Takes what a KMS issued: each key is proved to belong to its identity and period, and one bad key refuses all (key/invalid). Sets that the notice
   * brings are judged one by one. Durable once the Job answers undefined; on store/refused nothing of it is used before the next boot.
   */
  install(keys: readonly NewKey[], sets: readonly ParameterSet[]): Job<Fault | undefined> {
    const own = this.parameters.own()
    if (own === undefined) return done<Fault | undefined>(refuse("identity/unknown", "keyring"))
    const drop = (values: readonly (Held | undefined)[]): void => this.wipeAll(values)
    const proved = sequence(keys.length, (i) => this.prove(keys[i]!, own), drop)
    return map(proved, (values) => this.keep(values, sets))
  }

  private prove(of: NewKey, own: Kms): Job<Held | undefined> {
    const key = own.suite.ibe.privateKey(of.key, own.par)
    if (key === undefined) return done<Held | undefined>(undefined)
    const held: Held = { identity: of.identity, period: of.period, key }
    const id = uid(this.profile.sym, of.identity, own.set, of.period)
    return chain(
      own.suite.ibe.verify(key, id, own.par),
      (good) => {
        if (!good) own.suite.ibe.wipe(key)
        return done(good ? held : undefined)
      },
      () => own.suite.ibe.wipe(key),
    )
  }

  private keep(values: readonly (Held | undefined)[], sets: readonly ParameterSet[]): Fault | undefined {
    const next: Held[] = this.held.slice()
    const again: Held[] = []
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (value === undefined) {
        this.wipeAll(values)
        return refuse("key/invalid", "KEMAC")
      }
      // a key that is held already is the same key, and an exchange may be using it
      ;(has(next, value) ? again : next).push(value)
    }
    const before = this.parameters.state()
    for (let i = 0; i < sets.length; i++) if (firstOfUri(sets, i)) this.parameters.take(sets[i]!)
    if (!this.write(next)) {
      this.parameters.restore(before)
      this.wipeAll(values)
      return refuse("store/refused", "keyring")
    }
    this.held = next
    this.wipeAll(again)
    return undefined
  }

  /** Deletes keys of periods that ended more than the skew window ago; `seconds` is now in NTP seconds. */
  expire(seconds: number): void {
    const own = this.parameters.own()
    const oldest = own === undefined ? undefined : period(seconds - this.profile.limits.skewSeconds, own.set)
    if (oldest === undefined) return
    const kept: Held[] = []
    const past: Held[] = []
    for (let i = 0; i < this.held.length; i++) (this.held[i]!.period >= oldest ? kept : past).push(this.held[i]!)
    if (past.length === 0) return
    this.held = kept
    this.wipeAll(past)
    this.write(kept)
  }

  /** Wipes the keys in memory; those in the store stay. */
  wipe(): void {
    this.wipeAll(this.held)
    this.held = []
  }

  private wipeAll(values: readonly (Held | undefined)[]): void {
    const own = this.parameters.own()
    for (let i = 0; i < values.length; i++) if (own !== undefined && values[i] !== undefined) own.suite.ibe.wipe(values[i]!.key)
  }

  private write(keys: readonly Held[]): boolean {
    if (!keep(this.store, this.profile.sym, SETS, this.encodeSets())) return false
    if (!this.store.sealed && this.profile.keysInTheOpen !== true) return true
    const own = this.parameters.own()!.set.kmsUri
    const parts: Uint8Array[] = [u8(own.length), own]
    for (let i = 0; i < keys.length; i++) {
      const of = keys[i]!
      parts.push(u8(of.identity.type), u8(of.identity.data.length), of.identity.data, u32(of.period), u16(of.key.octets.length), of.key.octets)
    }
    const octets = concat(parts)
    const stored = keep(this.store, this.profile.sym, KEYS, octets)
    wipe(octets)
    return stored
  }

  private encodeSets(): Uint8Array {
    const sets = this.parameters.sets()
    const parts: Uint8Array[] = []
    for (let i = 0; i < sets.length; i++) parts.push(encodeSet(sets[i]!))
    return concat(parts)
  }

  private readSets(octets: Uint8Array): boolean {
    const own = this.parameters.own()!.set.kmsUri
    const r = new Reader(octets)
    let first = true
    while (r.left() > 0) {
      const set = decodeSet(r)
      // the first is the own one: what a former KMS said of others is its word no more
      if (first && !equal(set.kmsUri, own)) return r.fault === undefined
      first = false
      // what was held once is held again, unless enrolment has since said otherwise
      if (r.fault === undefined) this.parameters.take(set)
    }
    return r.fault === undefined
  }

  private readKeys(octets: Uint8Array): boolean {
    const own = this.parameters.own()!
    const r = new Reader(octets)
    // keys of a former KMS open nothing any more, and stand in the way of this one's
    if (!equal(r.take(r.u8(KEYS), KEYS), own.set.kmsUri)) return r.fault === undefined
    while (r.left() > 0) {
      const type = r.u8(KEYS)
      const data = copy(r.take(r.u8(KEYS), KEYS))
      const number = r.u32(KEYS)
      const key = own.suite.ibe.privateKey(r.take(r.u16(KEYS), KEYS), own.par)
      if (r.fault !== undefined || key === undefined) return false
      this.held.push({ identity: { type, data }, period: number, key })
    }
    return r.fault === undefined
  }
}

function has(keys: readonly Held[], one: Held): boolean {
  for (let i = 0; i < keys.length; i++) {
    if (keys[i]!.period === one.period && same(keys[i]!.identity, one.identity)) return true
  }
  return false
}

/** Whether no set before this one has its KMS URI: a second set of one URI refuses itself. */
function firstOfUri(sets: readonly ParameterSet[], index: number): boolean {
  for (let i = 0; i < index; i++) if (equal(sets[i]!.kmsUri, sets[index]!.kmsUri)) return false
  return true
}
