/** What enrolment gives a device: the meeting point of a KMS, which writes it, and a device, which reads it. */
import type { Identity, ParameterSet } from "../ibake/identity.ts"

/** A key fill as the SDK takes it: who the device is, what it shares with its KMS, and where that KMS is. */
export interface Enrolment {
  /** Own identities in normal form; the first one calls. */
  readonly identities: readonly Identity[]
  /** IDRpsk data, 1 to 255 octets. */
  readonly pskId: Uint8Array
  /** 32 octets; the device keeps and wipes its own copy. */
  readonly psk: Uint8Array
  /** The KMS's name in topics. */
  readonly kmsName: string
  /** The KMS's parameter set. */
  readonly set: ParameterSet
  /** Sets of other KMSs that it vouches for. */
  readonly vouched: readonly ParameterSet[]
}
