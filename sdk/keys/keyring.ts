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
  load(enrolled: ParameterSet, vouched: readonly ParameterSet[]): Job<Fault | undefined> {
    return chain(this.parameters.enrol(enrolled), (fault) => {
      if (fault !== undefined) return done<Fault | undefined>(fault)
      const own = this.parameters.own()!
      const octets = kept(this.store, this.profile.sym, SETS)
      const sets = octets === undefined ? [] : octets === "damaged" ? undefined : readSets(octets, own.set.kmsUri)
      if (sets === undefined) return done<Fault | undefined>(refuse("store/broken", SETS))
      // what was held once is held again, unless enrolment has since said otherwise
      return chain(this.takeAll(sets.concat(vouched)), () => this.loadKeys(own))
    })
  }

  /** Takes sets one by one; one that is refused refuses itself. */
  private takeAll(sets: readonly ParameterSet[]): Job<unknown> {
    return sequence(sets.length, (i) => this.parameters.take(sets[i]!), () => undefined)
  }

  private loadKeys(own: Kms): Job<Fault | undefined> {
    const octets = kept(this.store, this.profile.sym, KEYS)
    if (octets === undefined) return done<Fault | undefined>(undefined)
    const stored = octets === "damaged" ? undefined : readKeys(octets, own.set.kmsUri)
    if (octets === "damaged" || stored === undefined) return done<Fault | undefined>(refuse("store/broken", KEYS))
    const drop = (values: readonly (Held | undefined)[]): void => (wipe(octets), this.wipeAll(values))
    return map(sequence(stored.length, (i) => this.read(stored[i]!, own), drop), (values) => {
      if (values.indexOf(undefined) >= 0) {
        drop(values)
        return refuse("store/broken", KEYS)
      }
      wipe(octets)
      this.held = values as Held[]
      return undefined
    })
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
    return chain(proved, (values) => this.keep(values, sets))
  }

  private read(of: NewKey, own: Kms): Job<Held | undefined> {
    return map(own.suite.ibe.privateKey(of.key, own.par), (key) => (key === undefined ? undefined : { identity: of.identity, period: of.period, key }))
  }

  private prove(of: NewKey, own: Kms): Job<Held | undefined> {
    return chain(this.read(of, own), (held) => {
      if (held === undefined) return done<Held | undefined>(undefined)
      const clean = (): void => own.suite.ibe.wipe(held.key)
      const id = uid(this.profile.sym, of.identity, own.set, of.period)
      return map(
        own.suite.ibe.verify(held.key, id, own.par),
        (good) => {
          if (good) return held
          clean()
          return undefined
        },
        clean,
      )
    })
  }

  private keep(values: readonly (Held | undefined)[], sets: readonly ParameterSet[]): Job<Fault | undefined> {
    const next: Held[] = this.held.slice()
    const again: Held[] = []
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (value === undefined) {
        this.wipeAll(values)
        return done<Fault | undefined>(refuse("key/invalid", "KEMAC"))
      }
      // a key that is held already is the same key, and an exchange may be using it
      ;(has(next, value) ? again : next).push(value)
    }
    const before = this.parameters.state()
    const undo = (): void => {
      this.parameters.restore(before)
      this.wipeAll(values)
    }
    return map(
      this.takeAll(sets.filter((_, i) => firstOfUri(sets, i))),
      () => {
        if (!this.write(next)) {
          undo()
          return refuse("store/refused", "keyring")
        }
        this.held = next
        this.wipeAll(again)
        return undefined
      },
      undo,
    )
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

}

/** Sets that were kept, the own one first; undefined where they were cut. */
function readSets(octets: Uint8Array, kmsUri: Uint8Array): ParameterSet[] | undefined {
  const r = new Reader(octets)
  const out: ParameterSet[] = []
  while (r.left() > 0) {
    const set = decodeSet(r)
    // what a former KMS said of others is its word no more
    if (out.length === 0 && !equal(set.kmsUri, kmsUri)) break
    out.push(set)
  }
  return r.fault === undefined ? out : undefined
}

/** Keys that were kept, views of `octets`; where they were cut undefined, and they are wiped. */
function readKeys(octets: Uint8Array, kmsUri: Uint8Array): NewKey[] | undefined {
  const r = new Reader(octets)
  const out: NewKey[] = []
  // keys of a former KMS open nothing any more, and stand in the way of this one's
  const foreign = !equal(r.take(r.u8(KEYS), KEYS), kmsUri)
  while (!foreign && r.left() > 0) {
    const type = r.u8(KEYS)
    const data = copy(r.take(r.u8(KEYS), KEYS))
    out.push({ identity: { type, data }, period: r.u32(KEYS), key: r.take(r.u16(KEYS), KEYS) })
  }
  if (r.fault === undefined) return out
  wipe(octets)
  return undefined
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
