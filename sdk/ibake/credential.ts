/** What a device asks its KMS for keys with: a PSK, here, or a certificate, in `certified.ts`. Chosen by value, so that a bundle holds what it uses. */
import { copy, wipe } from "../base/bytes.ts"
import type { Fault } from "../base/fault.ts"
import { requestMessage, type RequestFields, type RequestTools } from "./keyrequest.ts"
import type { Draw } from "./session.ts"

/** A request, with what of secrets is its own. */
export interface Asked {
  readonly octets: Uint8Array
  /** As long as the credential's `secretOctets`: whoever asked wipes it when the request is over. */
  readonly secret: Uint8Array
}

/** A device's standing with its KMS. `request` draws what it needs anew, so that the next request shares no key with this one. */
export interface Credential {
  /** Names the device in topics: IDRpsk data, or the certificate's subject in DER. */
  readonly name: Uint8Array
  /** Octets of the secret that each request has for itself; 0 when the credential's own serves them all. */
  readonly secretOctets: number
  /** A request for what the fields say. Faults: entropy/none, and cert/key where the board's key cannot be used. */
  request(tools: RequestTools, draw: Draw, fields: RequestFields): Asked | Fault
  /** The key that the answer to a request is read with; it stays its owner's. */
  keyOf(secret: Uint8Array): Uint8Array
  /** Wipes what the credential itself holds; it is of no use after. */
  wipe(): void
}

/** A PSK of 32 octets under IDRpsk data of 1 to 255; it keeps, and wipes, a copy of its own. */
export function preshared(pskId: Uint8Array, psk: Uint8Array): Credential {
  const own = copy(psk)
  return {
    name: pskId,
    secretOctets: 0,
    request: (tools, _draw, r): Asked => ({ octets: requestMessage(tools, own, withPskId(r, pskId)), secret: new Uint8Array(0) }),
    keyOf: () => own,
    wipe: () => wipe(own),
  }
}

function withPskId(r: RequestFields, pskId: Uint8Array): RequestFields & { readonly pskId: Uint8Array } {
  return { identities: r.identities, kmsUri: r.kmsUri, pskId, T: r.T, csbId: r.csbId, RAND: r.RAND, periods: r.periods }
}
