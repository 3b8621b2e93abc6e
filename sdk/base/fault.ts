/**
 * Faults: what a peer, a KMS, a link or a board can cause. A Fault is a value with a code of a closed list and the place it happened.
 * What only our caller can cause is Misuse and is thrown, in words. Strangers' octets never make anything throw.
 */

/** Every code there is, each with what to do next: `ibake` prints it, and a test provokes each. */
export const faults = {
  // the wire
  "wire/short": "The message ends before its fields do: the path cut it, ask for it again.",
  "wire/trailing": "Octets follow the last payload: the sender or the path is broken.",
  "wire/size": "The message or a list in it is longer than this profile takes: raise the profile's cap or make the sender send less.",
  "wire/type": "This data type, version or function is not one of MIKEY-IBAKE: check what is sent to this port.",
  "wire/chain": "A payload is missing, doubled or out of the order of the exchange: the sender does not speak this profile.",
  "wire/value": "A field holds a value that the protocol does not allow: the sender does not speak this profile.",
  // who, and under whose KMS
  "identity/form": "The identity is empty, over 255 octets, no UTF-8 or not normalised: use the form that enrolment printed.",
  "identity/unknown": "No parameter set that is held speaks for this identity: enrol with its KMS or fetch keys to learn of it.",
  "identity/mismatch": "The identities do not agree with each other or with the one expected: somebody else answered or the message was changed.",
  "identity/refused": "Another party than the called one answered and the policy does not take it: set onRetarget if that is wanted.",
  "parameters/invalid": "The parameter set does not parse or its public parameter is no valid group element: get it anew from the KMS operator.",
  "parameters/refused": "The parameter set contradicts one that is held: a KMS may not change its secret or speak for another's hosts.",
  // time
  "time/none": "The board has no trusted time: fetch keys or set the clock first.",
  "time/skew": "The message's time is outside the skew window: check the clocks of both ends.",
  // keys and proofs
  "key/none": "No private key for this identity and period is held: fetch keys.",
  "key/invalid": "A private key does not belong to the identity and period it was issued for: the response is refused whole.",
  "auth/failed": "The message does not open or does not verify: it was changed, or made with other keys.",
  // certificates of key requests
  "cert/untrusted": "No trust anchor of this KMS stands behind the certificate, or a signature in its chain is broken: enrol the device under an authority that this KMS trusts.",
  "cert/time": "A certificate of the chain is expired or not yet valid: renew it, or check this KMS's clock.",
  "cert/usage": "A certificate of the chain is not made for this: a device's must allow digitalSignature and clientAuth, an authority's must say that it is one, and neither may have an extension that must not be passed over.",
  "cert/key": "The certificate's key is not one that is taken, or the board cannot use it: a device's is RSA of 2048 to 4096 bits, a KMS's RSA of 3072 or more, an authority's RSA or a NIST curve, all signed with SHA-2.",
  // choices
  "suite/refused": "The KMS serves an IBE suite that this profile does not name: use a profile that does.",
  "curve/refused": "The curve or point is not one that this profile allows.",
  "policy/none": "No offered SRTP policy is allowed here: offer one that both profiles name.",
  // state
  "session/state": "No exchange waits for this message: it is stray, late or repeated.",
  "session/timeout": "The peer did not finish the exchange in the profile's time: call again.",
  "session/ended": "The exchange was ended.",
  "replay/seen": "This message was seen before.",
  "rate/limited": "Too many messages for this profile's rate: wait.",
  // the KMS says no
  "kms/time": "The KMS does not take this request's time: check this device's clock, or ask again, for the KMS may hold a later time of it.",
  "kms/identity": "The KMS does not know this identity under this device's key, or it was revoked: enrol it.",
  "kms/refused": "The KMS has nothing to issue for this request: ask for the current and next periods.",
  // the board
  "entropy/none": "The board gives no cryptographic entropy: connect a source.",
  "store/refused": "The store did not take the value: it is full, worn or not sealed.",
  "store/broken": "A stored value does not parse: enrol the device again.",
  "link/closed": "The link is closed: connect it and try again.",
  "channel/frame": "The frame is no block or acknowledgement of this channel.",
  "channel/gave-up": "The other end did not answer within the profile's limit: the transfer resumes from the store when started again.",
} as const

/** A code of the closed list. */
export type FaultCode = keyof typeof faults

/** What went wrong, and where: `at` names a message, payload or field and never holds a secret or a stranger's octets. */
export interface Fault {
  readonly fault: FaultCode
  readonly at: string
}

/** Makes a Fault. */
export function refuse(fault: FaultCode, at: string): Fault {
  return { fault, at }
}

/** Tells a Fault from a good value. */
export function isFault(value: unknown): value is Fault {
  return typeof value === "object" && value !== null && typeof (value as Fault).fault === "string"
}
