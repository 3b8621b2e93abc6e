/** What the KMS's parts hand each other: a subscriber, its record, and the core that decides. PROTOCOL section 6. */
import type { Fault, FaultCode } from "../base/fault.ts"
import type { Job } from "../base/job.ts"
import type { Identity, ParameterSet } from "../ibake/identity.ts"

/** A device as enrolled. Whoever loaded it wipes `psk`. */
export interface Subscriber {
  /** What its requests are recorded under: IDRpsk data, 1 to 255 octets, or the subject of its certificate in DER, 1 to 1024. */
  readonly pskId: Uint8Array
  /** 32 random octets, never a password; none for a device that asks by certificate. */
  readonly psk: Uint8Array
  /** It asks by certificate, and `pskId` is its subject. */
  readonly certified?: true
  /** Identities that this device may ask keys for. */
  readonly identities: readonly Identity[]
  readonly revoked: boolean
  /** Longest response in octets that the device takes: no more keys go into one than fit. */
  readonly transferOctets: number
  /** Longest frame in octets on the way to the device. */
  readonly mtu: number
  /** Device segment of its topics: base64url of the first 9 octets of H(pskId). */
  readonly deviceId: string
}

/** The record of one PSK and TS type: written before the first block of `response` leaves. */
export interface Record_ {
  /** TS type of the request: 0 NTP-UTC, 2 COUNTER. */
  readonly tsType: number
  /** The greatest T answered, 8 octets (COUNTER padded in front with zeros). */
  readonly lastT: Uint8Array
  /** H(request), 32 octets. */
  readonly requestHash: Uint8Array
  /** The response's octets, as they leave. */
  readonly response: Uint8Array
  /** SHA-256 of the envelope that the request brought, which no other request may bring again; of those by certificate only. */
  readonly envelope?: Uint8Array
}

/** Whether an envelope was answered before: `spent` when any response was made under its key. */
export type EnvelopeUse = "fresh" | "spent"

/** What the core issues under: a KMS opened for work. Whoever opened it wipes `master`. */
export interface Kms {
  readonly master: Uint8Array
  /** The KMS's own set, first in the notice. */
  readonly own: ParameterSet
  /** Sets of other KMSs that this one vouches for. */
  readonly vouched: readonly ParameterSet[]
  /** NTP-UTC further than so many seconds from the KMS's clock is refused. */
  readonly skewSeconds: number
  /** Periods after the current one that keys are issued for. */
  readonly horizonPeriods: number
}

/** Whose request it is, read before anything is verified. */
export interface Peeked {
  readonly pskId: Uint8Array
  readonly tsType: number
  /** SHA-256 of its envelope, for a request by certificate. */
  readonly envelope?: Uint8Array
}

/** A private key that was issued, without the key. */
export interface IssuedKey {
  readonly identity: Identity
  readonly period: number
}

/** What the audit trail keeps of an answer. */
export interface Audit {
  /** `issued`: new keys, with a record to commit. `repeated`: the stored octets again. `refused`: an ERR. */
  readonly event: "issued" | "repeated" | "refused"
  /** The keys in the answer, for `issued`. */
  readonly keys: readonly IssuedKey[]
  /** Why, for `refused`. */
  readonly fault?: FaultCode
}

/** An answer. With a `record` nothing may leave before it is committed. */
export interface Decision {
  readonly answer: Uint8Array
  readonly record?: Record_
  readonly audit: Audit
}

/**
 * The sans-IO core. Laws: octets of strangers give a Fault, never throw; a Fault is not answered; a Decision's answer holds no private key in clear;
 * neither function keeps or changes what it is given; dropping the Job wipes what it holds.
 */
export interface Issuer {
  /** The first look at a request: enough to load the subscriber and the record, nothing of it believed. */
  peek(request: Uint8Array): Peeked | Fault
  /**
   * The answer to a request under what was loaded; `utc` is the KMS's clock in seconds since 1970-01-01. A request by certificate is issued nothing unless
   * its envelope is said to be `fresh`.
   */
  decide(request: Uint8Array, subscriber: Subscriber, record: Record_ | undefined, utc: number, kms: Kms, envelope?: EnvelopeUse): Job<Decision | Fault>
}
