/** What a suite and a profile are made of: contracts only. A profile names implementations by value; what it does not mention is in no bundle. */
import type { DhGroup } from "./group/group.ts"
import type { Box, Ibe } from "./ibe/ibe.ts"
import type { Sym } from "./sym/sym.ts"

export type { DhGroup, DhKey } from "./group/group.ts"
export type { Box, BoxKeys, Ibe, Params, PrivateKey } from "./ibe/ibe.ts"
export type { Sym } from "./sym/sym.ts"

/** An IBE scheme with its sealed box, PROTOCOL sections 2 and 3. A KMS's parameter set fixes which one it serves. */
export interface Suite {
  /** Suite octet: 0x01 BF over BLS12-381, 0x02 RFC 5091, 0x03 SAKKE. */
  readonly id: number
  readonly ibe: Ibe
  readonly box: Box
}

/** A MIKEY PRF, RFC 3830 section 4.1.2. */
export interface Prf {
  /** PRF func of the header: 1 is PRF-HMAC-SHA-256. */
  readonly func: number
  /** `octets` octets derived from `inkey` under `label`; the caller owns and wipes them. */
  derive(inkey: Uint8Array, label: Uint8Array, octets: number): Uint8Array
}

/** Which SRTP policies a device takes, by the Policy param field of an SP payload. */
export interface SrtpRules {
  /** Policy params that an Initiator offers, best first. */
  readonly offers: readonly Uint8Array[]
  allows(param: Uint8Array): boolean
}

/** Caps and times of a device; every one is enforced before what it guards. */
export interface Limits {
  /** Longest call message in octets. */
  readonly messageOctets: number
  /** Largest transfer of the key channel in octets. */
  readonly transferOctets: number
  /** Skew window in seconds. */
  readonly skewSeconds: number
  /** Life of a half-open exchange at the Responder, seconds. */
  readonly halfOpenSeconds: number
  /** Half-open exchanges at once; the oldest goes. */
  readonly halfOpen: number
  /** Messages remembered against replay; with the rate below it covers the skew window. */
  readonly remembered: number
  /** Boxes opened per minute for each source, and for all. */
  readonly boxesPerMinute: number
  /** An Initiator gives up after so many seconds. */
  readonly callSeconds: number
  /** A transfer gives up after so many seconds without progress. */
  readonly transferSeconds: number
  /** First and longest wait of a resend, milliseconds. */
  readonly retryMs: number
  readonly retryMaxMs: number
  /** Work before the board rests, milliseconds: as many steps of a Job as its clock says, and at least one. */
  readonly sliceMs: number
}

/** Everything that a device chooses. */
export interface Profile {
  readonly name: string
  readonly suites: readonly Suite[]
  /** Groups for ECCPT, best first; the first is offered. */
  readonly groups: readonly DhGroup[]
  readonly prf: Prf
  readonly sym: Sym
  readonly srtp: SrtpRules
  readonly limits: Limits
  /** Private keys may lie in a store that is not sealed. */
  readonly keysInTheOpen?: true
}
