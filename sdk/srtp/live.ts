/**
 * The keys of a live call as they follow each other, RFC 3711 sections 3.2.1 and 8.1: packets are received under every key that is in force, by their
 * MKI, and sent under the newest that the peer is known to hold. So new keys come without a gap, and the old stay in force until then.
 */
import { equal } from "../base/bytes.ts"
import { wipeContexts, type SrtpContext } from "./contexts.ts"

/** A secured call, as the device hands it out. */
export interface Keyed {
  readonly role: "initiator" | "responder"
  readonly csbId: number
  readonly contexts: readonly SrtpContext[]
}

/** When a call wants new keys, and how long old ones stay. */
export interface KeyTimes {
  /** Packets sent or received under one master key after which new keys are due; RFC 3711 section 9.2 ends a key at 2^48 of SRTP and 2^31 of SRTCP. */
  readonly packets: number
  /** Milliseconds after which new keys are due. */
  readonly milliseconds: number
  /** Milliseconds that old keys still open packets under way, once the new ones are in use. */
  readonly overlapMs: number
}

/** Keys of one exchange. */
interface Generation {
  readonly of: Keyed
  readonly since: number
  /** The peer holds these keys. */
  shared: boolean
  /** Tick at which newer keys came into use. */
  replacedAt: number | undefined
}

/** All keys of a call. It owns the contexts that it is given, and wipes them. */
export class LiveKeys {
  private readonly times: KeyTimes
  private generations: Generation[]
  constructor(times: KeyTimes) {
    this.times = times
    this.generations = []
  }

  /**
   * New keys: packets are received under them from now on. Who was the Initiator of their exchange knows that the peer holds them, and sends under
   * them at once; the Responder does so when `verified` has told it of a packet under them.
   */
  add(of: Keyed, ticks: number): void {
    this.generations.push({ of, since: ticks, shared: of.role === "initiator" || this.generations.length === 0, replacedAt: undefined })
    this.replace(ticks)
  }

  /** The context to send a stream under, or undefined for a stream that is not this end's, or without keys. */
  sending(csId: number): SrtpContext | undefined {
    const at = this.newest()
    const of = at < 0 ? undefined : this.generations[at]!.of
    return of === undefined ? undefined : stream(of.contexts, csId, of.role)
  }

  /** The context for a packet of the peer's stream `csId` with this MKI, or undefined where no key in force has it. */
  receiving(csId: number, mki: Uint8Array): SrtpContext | undefined {
    for (let i = this.generations.length - 1; i >= 0; i--) {
      const of = this.generations[i]!.of
      const context = stream(of.contexts, csId, of.role === "initiator" ? "responder" : "initiator")
      if (context !== undefined && equal(context.mki, mki)) return context
    }
    return undefined
  }

  /** A packet of the peer's, SRTP or SRTCP, has verified under this MKI: the peer holds these keys. */
  verified(mki: Uint8Array, ticks: number): void {
    for (let i = 0; i < this.generations.length; i++) {
      const contexts = this.generations[i]!.of.contexts
      if (contexts.length > 0 && equal(contexts[0]!.mki, mki)) this.generations[i]!.shared = true
    }
    this.replace(ticks)
  }

  /** Whether new keys are due, by the packets that one master key has protected or by time; the newest keys count, in use or not. */
  due(packets: number, ticks: number): boolean {
    const last = this.generations[this.generations.length - 1]
    return last !== undefined && (packets >= this.times.packets || ticks - last.since >= this.times.milliseconds)
  }

  /** Wipes keys that newer ones have replaced for longer than the overlap; call it now and then. */
  expire(ticks: number): void {
    const kept: Generation[] = []
    for (let i = 0; i < this.generations.length; i++) {
      const one = this.generations[i]!
      if (one.replacedAt === undefined || ticks - one.replacedAt < this.times.overlapMs) kept.push(one)
      else wipeContexts(one.of.contexts)
    }
    this.generations = kept
  }

  /** Wipes all keys: the call is over. */
  wipe(): void {
    for (let i = 0; i < this.generations.length; i++) wipeContexts(this.generations[i]!.of.contexts)
    this.generations = []
  }

  /** CSB IDs of the keys in force, oldest first. */
  inForce(): number[] {
    const out: number[] = []
    for (let i = 0; i < this.generations.length; i++) out.push(this.generations[i]!.of.csbId)
    return out
  }

  private newest(): number {
    for (let i = this.generations.length - 1; i >= 0; i--) if (this.generations[i]!.shared) return i
    return -1
  }

  private replace(ticks: number): void {
    const at = this.newest()
    for (let i = 0; i < at; i++) if (this.generations[i]!.replacedAt === undefined) this.generations[i]!.replacedAt = ticks
  }
}

function stream(contexts: readonly SrtpContext[], csId: number, from: "initiator" | "responder"): SrtpContext | undefined {
  for (let i = 0; i < contexts.length; i++) if (contexts[i]!.csId === csId && contexts[i]!.from === from) return contexts[i]
  return undefined
}
