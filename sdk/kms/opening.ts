/** Opening a request: who asks, and under which keys the answer goes. By PSK (type 19) or by certificate (type 20); nothing is answered that does not pass here. */
import { equal, wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { signedOctets } from "../ibake/certified.ts"
import { isNormal } from "../ibake/identity.ts"
import { verifies, type RequestTools } from "../ibake/keyrequest.ts"
import { requestKeys, wipeRequestKeys, type RequestKeys } from "../ibake/keys.ts"
import { parse, type Message } from "../mikey/message.ts"
import { cacheType, certType, dataType, idType } from "../mikey/numbers.ts"
import type { Certifier } from "./certifier.ts"
import type { Kms, Subscriber } from "./types.ts"

/** Longest request in octets: 64 kB of identities would only be refused later. */
const REQUEST_OCTETS = 16384

/** A request of a layout that is answered here; without a certifier those by certificate are not. Faults of `parse`, wire/type, wire/value, identity/form. */
export function readRequest(request: Uint8Array, certifier: Certifier | undefined): Message | Fault {
  const m = parse(request, REQUEST_OCTETS)
  if (isFault(m)) return m
  const type = m.header.dataType
  if (type !== dataType.REQUEST_KEY_PSK && (type !== dataType.REQUEST_KEY_PKE || certifier === undefined)) return refuse("wire/type", "request")
  if (m.IDRkms!.type !== idType.URI) return refuse("identity/form", `${nameOf(m)}.IDRkms`)
  for (const id of m.identities) if (!isNormal(id.type, id.data)) return refuse("identity/form", `${nameOf(m)}.IDRi`)
  if (m.CERT.some((c) => c.type !== certType.X509v3)) return refuse("wire/value", "REQUEST_KEY_PKE.CERT.Cert Type")
  if (m.PKE !== undefined && m.PKE.cache !== cacheType.NoCache) return refuse("wire/value", "REQUEST_KEY_PKE.PKE.C")
  return m
}

/** What names the sender: IDRpsk data, or the subject of the first certificate. */
export function senderOf(m: Message, certifier: Certifier | undefined): Uint8Array | Fault {
  if (m.IDRpsk !== undefined) return m.IDRpsk.data
  return certifier?.subject(m.CERT[0]!.data) ?? refuse("wire/value", "REQUEST_KEY_PKE.CERT")
}

/** The keys of the answer, which the asker wipes, if the request is this subscriber's, to this KMS, and its V or SIGN verifies. */
export function openRequest(tools: RequestTools, certifier: Certifier | undefined, m: Message, subscriber: Subscriber, utc: number, kms: Kms): RequestKeys | Fault {
  if (!equal(m.IDRkms!.data, kms.own.kmsUri)) return refuse("identity/mismatch", `${nameOf(m)}.IDRkms`)
  return m.header.dataType === dataType.REQUEST_KEY_PKE ? byCertificate(tools, certifier!, m, subscriber, utc) : byPsk(tools, m, subscriber)
}

/** Whether a name is this subscriber's; a subject is no IDRpsk, though its octets were the same. */
function isOf(subscriber: Subscriber, kind: "PSK" | "certificate", name: Uint8Array): boolean {
  return equal(name, subscriber.pskId) && (kind === "certificate") === (subscriber.certified === true)
}

function byPsk(tools: RequestTools, m: Message, subscriber: Subscriber): RequestKeys | Fault {
  if (!isOf(subscriber, "PSK", m.IDRpsk!.data)) return refuse("identity/mismatch", "REQUEST_KEY_PSK.IDRpsk")
  const keys = requestKeys(tools.prf, subscriber.psk, m.header.csbId, m.RAND!)
  if (verifies(tools.sym, m, keys, m.identities[0]!.data, m.IDRkms!.data)) return keys
  wipeRequestKeys(keys)
  return refuse("auth/failed", "REQUEST_KEY_PSK.V")
}

/** SIGN is verified before anything is decrypted: only enrolled devices get so far as the KMS's private key, and what fails there fails without an answer too. */
function byCertificate(tools: RequestTools, certifier: Certifier, m: Message, subscriber: Subscriber, utc: number): RequestKeys | Fault {
  const opener = certifier.opener(m.CHASH!)
  if (opener === undefined) return refuse("identity/mismatch", "REQUEST_KEY_PKE.CHASH")
  const signatory = certifier.judge(m.CERT.map((c) => c.data), utc)
  if (isFault(signatory)) return signatory
  if (!isOf(subscriber, "certificate", signatory.subject)) return refuse("identity/mismatch", "REQUEST_KEY_PKE.CERT")
  const covered = signedOctets(m.octets, m.macAt, m.identities[0]!.data, m.IDRkms!.data)
  if (!signatory.signed(covered, m.SIGN!)) return refuse("auth/failed", "REQUEST_KEY_PKE.SIGN")
  const envelopeKey = opener.open(m.PKE!.data)
  if (envelopeKey === undefined) return refuse("auth/failed", "REQUEST_KEY_PKE.PKE")
  const keys = requestKeys(tools.prf, envelopeKey, m.header.csbId, m.RAND!)
  wipe(envelopeKey)
  return keys
}

function nameOf(m: Message): string {
  return m.header.dataType === dataType.REQUEST_KEY_PKE ? "REQUEST_KEY_PKE" : "REQUEST_KEY_PSK"
}
