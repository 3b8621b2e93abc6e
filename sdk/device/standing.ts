/** How a device stands with its KMS: the enrolment by PSK, as a key fill has it, or one by certificate. */
import { preshared, type Credential } from "../ibake/credential.ts"
import type { Enrolment } from "../keys/enrolment.ts"

/** An enrolment whose device asks by another credential than a PSK: `certified` of `ibake/certified` makes one. */
export interface CertifiedEnrolment extends Omit<Enrolment, "pskId" | "psk"> {
  readonly credential: Credential
}

/** The credential of an enrolment; the device wipes its own copy of a PSK, not its caller's. */
export function credentialOf(e: Enrolment | CertifiedEnrolment): Credential {
  if ("credential" in e) return e.credential
  if (e.psk.length !== 32) throw new Error("Device: expected a PSK of 32 octets, got " + e.psk.length)
  return preshared(e.pskId, e.psk)
}
