/** The table of KMSs: who speaks for whom. PROTOCOL section 1: it is filled by enrolment and notices, never by a message of a call. */
import { copy, equal } from "../base/bytes.ts"
import { refuse, type Fault } from "../base/fault.ts"
import { done, map, type Job } from "../base/job.ts"
import { covers, isNormal, type Identity, type Kms, type ParameterSet } from "../ibake/identity.ts"
import type { Suite } from "../suite.ts"

const URI = 1
const NAI = 0

/** Parameter sets that are held, the own one first; each is kept parsed. */
export class Parameters {
  private readonly suites: readonly Suite[]
  private held: Kms[]
  constructor(suites: readonly Suite[]) {
    this.suites = suites
    this.held = []
  }

  /** The own set: it is asked first. */
  own(): Kms | undefined {
    return this.held[0]
  }

  /** The sets, own first. */
  sets(): ParameterSet[] {
    const out: ParameterSet[] = []
    for (let i = 0; i < this.held.length; i++) out.push(this.held[i]!.set)
    return out
  }

  /** The KMS that speaks for an identity. */
  of(id: Identity): Kms | undefined {
    for (let i = 0; i < this.held.length; i++) {
      const hosts = this.held[i]!.set.hosts
      for (let k = 0; k < hosts.length; k++) if (covers(hosts[k]!, id)) return this.held[i]
    }
    return undefined
  }

  /** Takes the set that enrolment gave, or says why not. */
  enrol(set: ParameterSet): Job<Fault | undefined> {
    return this.parsed(set, (kms) => {
      this.held = [kms]
      return undefined
    })
  }

  /**
   * Takes a set that the own KMS sent or enrolment vouched for. A held one follows a higher version in its hosts only; a new one must not overlap what is held.
   * Fault parameters/invalid or parameters/refused refuses this set and nothing else.
   */
  take(set: ParameterSet): Job<Fault | undefined> {
    const at = this.indexOf(set.kmsUri)
    if (at >= 0) return done(this.update(at, set))
    return this.parsed(set, (kms) => {
      if (this.overlaps(set, -1)) return refuse("parameters/refused", "set.hosts")
      this.held = this.held.concat([kms])
      return undefined
    })
  }

  /** What is held, to go back to. */
  state(): readonly Kms[] {
    return this.held
  }

  /** Goes back to what was held. */
  restore(state: readonly Kms[]): void {
    this.held = state.slice()
  }

  private update(at: number, set: ParameterSet): Fault | undefined {
    const held = this.held[at]!
    if (set.suite !== held.set.suite || set.periodLength !== held.set.periodLength || set.periodOffset !== held.set.periodOffset) return refuse("parameters/refused", "set.length")
    if (!equal(set.publicParameter, held.set.publicParameter)) return refuse("parameters/refused", "set.public-parameter")
    if (set.version <= held.set.version) return undefined
    if (!wellFormed(set)) return refuse("parameters/invalid", "set.hosts")
    // the own KMS is believed before others: its set is taken though it overlaps
    if (at > 0 && this.overlaps(set, at)) return refuse("parameters/refused", "set.hosts")
    const next = this.held.slice()
    next[at] = { set: copySet(set), suite: held.suite, par: held.par }
    this.held = next
    return undefined
  }

  private indexOf(kmsUri: Uint8Array): number {
    for (let i = 0; i < this.held.length; i++) if (equal(this.held[i]!.set.kmsUri, kmsUri)) return i
    return -1
  }

  private overlaps(set: ParameterSet, except: number): boolean {
    for (let i = 0; i < this.held.length; i++) {
      if (i !== except && overlap(this.held[i]!.set.hosts, set.hosts)) return true
    }
    return false
  }

  /** What `take` says of a set that is in order. */
  private parsed(set: ParameterSet, take: (kms: Kms) => Fault | undefined): Job<Fault | undefined> {
    if (!wellFormed(set) || set.periodLength < 1) return done<Fault | undefined>(refuse("parameters/invalid", "set.hosts"))
    for (let i = 0; i < this.suites.length; i++) {
      const suite = this.suites[i]!
      if (suite.id !== set.suite) continue
      return map(suite.ibe.parameters(set.publicParameter), (par) =>
        par === undefined ? refuse("parameters/invalid", "set.public-parameter") : take({ set: copySet(set), suite, par }),
      )
    }
    return done<Fault | undefined>(refuse("suite/refused", "set.suite"))
  }
}

/** Names in normal form, and at least one to speak for. */
function wellFormed(set: ParameterSet): boolean {
  if (!isNormal(URI, set.kmsUri) || set.hosts.length === 0) return false
  for (let i = 0; i < set.hosts.length; i++) if (!isNormal(URI, set.hosts[i]!)) return false
  return true
}

/** Whether any identity could be covered by both: equal entries, or an identity of one under a host of the other. */
function overlap(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  for (let i = 0; i < a.length; i++) {
    for (let k = 0; k < b.length; k++) if (within(a[i]!, b[k]!) || within(b[k]!, a[i]!)) return true
  }
  return false
}

function within(entry: Uint8Array, other: Uint8Array): boolean {
  return covers(entry, { type: URI, data: other }) || covers(entry, { type: NAI, data: other })
}

/** A set of its own memory: one that was parsed shares its message's. */
function copySet(set: ParameterSet): ParameterSet {
  const hosts: Uint8Array[] = []
  for (let i = 0; i < set.hosts.length; i++) hosts.push(copy(set.hosts[i]!))
  return {
    suite: set.suite,
    version: set.version,
    periodLength: set.periodLength,
    periodOffset: set.periodOffset,
    kmsUri: copy(set.kmsUri),
    hosts,
    publicParameter: copy(set.publicParameter),
  }
}
