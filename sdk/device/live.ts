/** Calls that are secured, without their keys: what an exchange must keep that brings them new keys (PROTOCOL section 4: there is no CSB update). */
import { same, type Identity } from "../ibake/identity.ts"
import type { Fill, Stream } from "../ibake/offer.ts"
import type { CsMap } from "../mikey/csmap.ts"
import type { SrtpContext } from "../srtp/contexts.ts"

/** Where a stream that is being sent has come to, RFC 3711 section 3.2.1. */
export interface StreamCounters {
  /** Rollover counter, 32 bits. */
  readonly roc: number
  /** Sequence number of the last packet, 16 bits. */
  readonly seq: number
}

/** One stream of a live call. */
interface LiveStream {
  readonly csId: number
  readonly ssrc: number
  readonly mine: boolean
}

/** A call that got its keys; which of its streams are this end's. */
interface LiveCall {
  readonly peer: Identity
  readonly csbId: number
  readonly streams: readonly LiveStream[]
}

/** A secured call, as much of it as is remembered. */
export interface Known {
  readonly role: "initiator" | "responder"
  readonly peer: Identity
  readonly csbId: number
  readonly contexts: readonly SrtpContext[]
}

/** Calls remembered at once; the oldest goes. */
const CALLS = 16

/** Asks the application where a stream of its own has come to. */
export type CountersOf = (csbId: number, csId: number) => StreamCounters | undefined

export class LiveCalls {
  private readonly counters: CountersOf
  private calls: LiveCall[]
  constructor(counters: CountersOf) {
    this.counters = counters
    this.calls = []
  }

  /** Remembers a call in the place of the one that it follows, whose CSB ID is the answer: same peer, same streams. */
  add(of: Known): number | undefined {
    const streams: LiveStream[] = []
    for (let i = 0; i < of.contexts.length; i++) {
      const context = of.contexts[i]!
      streams.push({ csId: context.csId, ssrc: context.ssrc, mine: context.from === of.role })
    }
    const replaced = this.find(of.peer, streams)
    if (replaced !== undefined) this.calls.splice(this.calls.indexOf(replaced), 1)
    this.calls.push({ peer: of.peer, csbId: of.csbId, streams })
    if (this.calls.length > CALLS) this.calls.shift()
    return replaced === undefined ? undefined : replaced.csbId
  }

  /** The streams of a call as an Initiator offers them again: its own with their SSRC, and room for the counters of all. */
  streams(of: Known): Stream[] {
    const out: Stream[] = []
    for (let i = 0; i < of.contexts.length; i++) {
      const context = of.contexts[i]!
      const mine = context.from === of.role
      const at = mine ? this.counters(of.csbId, context.csId) : undefined
      const roc = at === undefined ? context.roc : at.roc
      const seq = at === undefined ? context.seq : at.seq
      out.push(mine ? { csId: context.csId, from: "initiator", ssrc: context.ssrc, roc, seq } : { csId: context.csId, from: "responder", roc: 0 })
    }
    return out
  }

  /** What the sessions that a caller left empty are filled with, where his others are those of a live call with him. */
  fills(peer: Identity, offered: CsMap): (Fill | undefined)[] | undefined {
    for (let i = 0; i < this.calls.length; i++) {
      const call = this.calls[i]!
      const out = same(call.peer, peer) ? this.fillsOf(call, offered) : undefined
      if (out !== undefined) return out
    }
    return undefined
  }

  private fillsOf(call: LiveCall, offered: CsMap): (Fill | undefined)[] | undefined {
    if (call.streams.length !== offered.sessions.length) return undefined
    const out: (Fill | undefined)[] = []
    let met = false
    for (let i = 0; i < offered.sessions.length; i++) {
      const session = offered.sessions[i]!
      const stream = call.streams[i]!
      const empty = session.ssrc === undefined
      if (session.csId !== stream.csId || empty !== stream.mine) return undefined
      if (!empty && session.ssrc !== stream.ssrc) return undefined
      if (!empty) {
        met = true
        continue
      }
      const at = this.counters(call.csbId, stream.csId)
      out.push(at === undefined ? { ssrc: stream.ssrc } : { ssrc: stream.ssrc, roc: at.roc, seq: at.seq })
    }
    // without a stream of the caller's nothing tells new keys from a new call
    return met ? out : undefined
  }

  private find(peer: Identity, streams: readonly LiveStream[]): LiveCall | undefined {
    for (let i = 0; i < this.calls.length; i++) {
      const call = this.calls[i]!
      if (same(call.peer, peer) && sameStreams(call.streams, streams)) return call
    }
    return undefined
  }
}

function sameStreams(a: readonly LiveStream[], b: readonly LiveStream[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i]!.csId !== b[i]!.csId || a[i]!.ssrc !== b[i]!.ssrc || a[i]!.mine !== b[i]!.mine) return false
  return true
}
