/** What Initiator and Responder share: what they are given, what they answer, and the guards that stand before the pairing. */
import { wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault, type FaultCode } from "../base/fault.ts"
import { chain, done, map, type Done, type Job } from "../base/job.ts"
import type { CsMap } from "../mikey/csmap.ts"
import type { Extension, SecurityPolicy } from "../mikey/payload.ts"
import type { PrivateKey, Profile } from "../suite.ts"
import type { Identity, Kms } from "./identity.ts"

/** What an exchange asks of the keyring. */
export interface Keyring {
  /** The KMS that speaks for an identity: from the table of held sets, never from a message. */
  kmsOf(id: Identity): Kms | undefined
  /** The own private key of an identity in a key period of its KMS. */
  privateKey(id: Identity, period: number): PrivateKey | undefined
}

/** The moment of a call: trusted UTC seconds if there are any, and milliseconds since boot. */
export interface Now {
  readonly utc: number | undefined
  readonly ticks: number
}

/** Draws that many random octets, or undefined when the board has none. */
export type Draw = (octets: number) => Uint8Array | undefined

/** What both roles are given by value. */
export interface Party {
  readonly profile: Profile
  readonly keys: Keyring
  readonly draw: Draw
  readonly gate: Gate
}

/** What two radios have agreed on; `TGK` is the holder's to wipe. */
export interface Agreement {
  readonly role: "initiator" | "responder"
  readonly me: Identity
  /** The authenticated pair: the peer's identity and the URI of the KMS that vouches for it. */
  readonly peer: Identity
  readonly peerKms: Uint8Array
  readonly csbId: number
  readonly RAND: Uint8Array
  /** 32 octets. */
  readonly TGK: Uint8Array
  /** The CS map as offered and as agreed: who left a session empty tells who sends in it. */
  readonly offered: CsMap
  readonly agreed: CsMap
  /** The chosen policies, one for each session that names its number. */
  readonly policies: readonly SecurityPolicy[]
  /** The MKI where the map does not carry it (SRTP-ID), else empty. */
  readonly spi: Uint8Array
  /** The General Extensions of both I messages as both ends hold them, sealed against change: what `boundProtocols` compares with each SDP. */
  readonly protocols: Protocols
  /** Where the Responder could not open I_MESSAGE_1, and stands in for whom it was meant. */
  readonly unread?: Unread
}

/** The General Extension of each I message. */
export interface Protocols {
  readonly I_MESSAGE_1: Extension | undefined
  readonly I_MESSAGE_2: Extension | undefined
}

/** An exchange with somebody who stands in for the called one: a phone that the call was sent on to, or a mailbox. */
export interface Unread {
  /** IDRr of I_MESSAGE_1. */
  readonly called: Identity
  /** Initiator, where an ESK went: the SK in it, 32 octets, TGK of the content that is left; the holder's to wipe. The KMS can read it. */
  readonly SK?: Uint8Array
  /** Mailbox, where an ESK came: the whole I_MESSAGE_2, to be passed on to the called one with the content. */
  readonly I_MESSAGE_2?: Uint8Array
}

/** First `job`, then, unless it ends in a Fault, the Job that `next` makes of its value. */
export function onward<A, B>(job: Job<A | Fault>, next: (value: A) => Job<B | Fault>): Job<B | Fault> {
  return chain<A | Fault, B | Fault>(job, (value) => (isFault(value) ? done<B | Fault>(value) : next(value)))
}

/** What a step leads to. A message that is ignored changes nothing. */
export type Outcome =
  | { readonly kind: "send"; readonly octets: Uint8Array }
  | { readonly kind: "established"; readonly agreement: Agreement; readonly octets: Uint8Array | undefined }
  | { readonly kind: "ignored"; readonly fault: Fault }

/** A message that goes no further. */
export function ignored(code: FaultCode, at: string): Job<Outcome> {
  return ignore(refuse(code, at))
}

/** The same for a Fault at hand. */
export function ignore(fault: Fault): Job<Outcome> {
  return done<Outcome>({ kind: "ignored", fault })
}

/** A message to send. */
export function send(octets: Uint8Array): Job<Outcome> {
  return done<Outcome>({ kind: "send", octets })
}

/** One Job at a time: a session's state can then change at the end of a Job and nowhere else. */
export class Turn {
  private job: Job<Outcome> | undefined
  constructor() {
    this.job = undefined
  }
  taken(): boolean {
    return this.job !== undefined
  }
  /** The Job as its runner sees it; dropped by `end`, it answers session/ended. */
  take(job: Job<Outcome>): Job<Outcome> {
    const turn = this
    turn.job = job
    return {
      step(): Done<Outcome> | undefined {
        if (turn.job !== job) return { value: { kind: "ignored", fault: refuse("session/ended", "session") } }
        const out = job.step()
        if (out !== undefined && turn.job === job) turn.job = undefined
        return out
      },
      drop(): void {
        if (turn.job !== job) return
        turn.job = undefined
        job.drop()
      },
    }
  }
  /** Drops the Job that runs, if one does. */
  end(): void {
    const job = this.job
    this.job = undefined
    if (job !== undefined) job.drop()
  }
}

/** The working secrets of one step, wiped together whatever its end. */
export class Held {
  private readonly secrets: Uint8Array[]
  constructor() {
    this.secrets = []
  }
  keep(secret: Uint8Array): Uint8Array {
    this.secrets.push(secret)
    return secret
  }
  /** Random octets that are kept, or undefined when the board has none: where a second draw fails, the first is wiped too. */
  draw(draw: Draw, octets: number): Uint8Array | undefined {
    const drawn = draw(octets)
    return drawn === undefined ? undefined : this.keep(drawn)
  }
  wipe(): void {
    while (this.secrets.length > 0) wipe(this.secrets.pop())
  }
  /** The Job, followed by the wipe, whether it ends or is dropped. */
  during<T>(job: Job<T>): Job<T> {
    const wiped = (): void => this.wipe()
    return map(job, (value) => (wiped(), value), wiped)
  }
}

/** One source's count of boxes in the running minute. */
interface Count {
  readonly source: string
  since: number
  boxes: number
}

/** Sources counted at once; a new one takes the place of the oldest. */
const SOURCES = 64

/** The rate limit before the pairing: so many boxes a minute, a quarter of them for any one source that the path names. */
export class Gate {
  private readonly perMinute: number
  private readonly counts: Count[]
  private readonly all: Count
  constructor(perMinute: number) {
    this.perMinute = perMinute
    this.counts = []
    this.all = { source: "", since: 0, boxes: 0 }
  }
  /** Whether one more box of this source may be opened now; the empty source is a path that names none. */
  admits(source: string, ticks: number): boolean {
    const own = source === "" ? this.all : this.count(source, ticks)
    if (!room(own, ticks, source === "" ? this.perMinute : Math.ceil(this.perMinute / 4))) return false
    if (!room(this.all, ticks, this.perMinute)) return false
    if (own !== this.all) own.boxes++
    this.all.boxes++
    return true
  }
  private count(source: string, ticks: number): Count {
    for (let i = 0; i < this.counts.length; i++) if (this.counts[i]!.source === source) return this.counts[i]!
    const fresh = { source, since: ticks, boxes: 0 }
    this.counts.push(fresh)
    if (this.counts.length > SOURCES) this.counts.shift()
    return fresh
  }
}

function room(count: Count, ticks: number, most: number): boolean {
  if (ticks - count.since >= 60000) {
    count.since = ticks
    count.boxes = 0
  }
  return count.boxes < most
}
