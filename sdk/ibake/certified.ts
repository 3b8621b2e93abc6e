/** The key request of a device by certificate, PKE variant: RFC 6267 section 4.2.1, RFC 3830 sections 6.3, 6.5, 6.7 and 6.8, PROTOCOL section 6. */
import { concat, wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { build } from "../mikey/message.ts"
import { cacheType, certType, dataType, mapType, prfFunc } from "../mikey/numbers.ts"
import { certPayload, chashPayload, part, pkePayload, signPayload, type Part } from "../mikey/payload.ts"
import type { Asked, Credential } from "./credential.ts"
import { requestParts, type RequestFields, type RequestTools } from "./keyrequest.ts"
import type { Draw } from "./session.ts"
import type { Signer } from "./signer.ts"

/** Octets of an envelope key. */
export const ENVELOPE_OCTETS: number = 32

/** A certificate whose subject, in DER, the KMS has enrolled. Every request has an envelope key of its own. */
export function certified(subject: Uint8Array, signer: Signer): Credential {
  return {
    name: subject,
    secretOctets: ENVELOPE_OCTETS,
    request: (tools, draw, fields) => request(tools, signer, draw, fields),
    keyOf: (secret) => secret,
    wipe: () => undefined,
  }
}

function request(tools: RequestTools, signer: Signer, draw: Draw, fields: RequestFields): Asked | Fault {
  const secret = draw(ENVELOPE_OCTETS)
  if (secret === undefined) return refuse("entropy/none", "REQUEST_KEY_PKE.PKE")
  const octets = certifiedRequest(tools, signer, secret, fields)
  if (!isFault(octets)) return { octets, secret }
  wipe(secret)
  return octets
}

/** REQUEST_KEY_INIT_PKE around an envelope key of 32 octets, which stays the caller's to wipe; Fault cert/key when the Signer cannot. */
export function certifiedRequest(tools: RequestTools, signer: Signer, envelopeKey: Uint8Array, r: RequestFields): Uint8Array | Fault {
  const sealed = signer.encrypt(envelopeKey)
  if (sealed === undefined) return refuse("cert/key", "REQUEST_KEY_PKE.PKE")
  const chain: Part[] = []
  for (let i = 0; i < signer.chain.length; i++) chain.push(part(certPayload, { type: certType.X509v3, data: signer.chain[i]! }))
  const proof = [part(chashPayload, tools.sym.sha256(signer.kmsCertificate)), part(pkePayload, { cache: cacheType.NoCache, data: sealed })]
  const parts = requestParts(r, chain, []).concat(proof, [part(signPayload, new Uint8Array(signer.signatureOctets))])
  const made = build({ dataType: dataType.REQUEST_KEY_PKE, vFlag: 1, prfFunc, csbId: r.csbId, map: { type: mapType.Empty, sessions: [] } }, parts)
  const signature = signer.sign(signedOctets(made.octets, made.macAt, r.identities[0]!.data, r.kmsUri))
  if (signature === undefined || signature.length !== signer.signatureOctets) return refuse("cert/key", "REQUEST_KEY_PKE.SIGN")
  made.octets.set(signature, made.macAt)
  return made.octets
}

/** What SIGN covers: the message less the signature, then the data of the first IDRi, then of IDRkms. */
export function signedOctets(message: Uint8Array, signatureAt: number, first: Uint8Array, kms: Uint8Array): Uint8Array {
  return concat([message.subarray(0, signatureAt), first, kms])
}
