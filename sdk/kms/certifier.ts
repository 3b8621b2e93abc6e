/** What a KMS takes requests by certificate with: its own certificates with their keys, and the trust anchors of its devices. PROTOCOL section 6. */
import { constants, createHash, createPrivateKey, privateDecrypt, verify, X509Certificate, type KeyObject } from "node:crypto"
import { equal, wipe } from "../base/bytes.ts"
import { isFault, type Fault } from "../base/fault.ts"
import { ENVELOPE_OCTETS } from "../ibake/certified.ts"
import type * as Path from "./path.ts"
import { trouble, words, type Trouble } from "./trouble.ts"

/** One who may have signed a request: the holder of a certificate that was vouched for. */
export interface Signatory {
  /** Subject in DER. */
  readonly subject: Uint8Array
  /** Whether this is RSASSA-PSS of `octets` with SHA-256 and a salt of 32 octets under the certificate's key. */
  signed(octets: Uint8Array, signature: Uint8Array): boolean
}

/** Opens envelopes that were encrypted to one certificate of a KMS. */
export interface Opener {
  /** The envelope key, which the asker wipes; undefined for whatever does not decrypt or has not 32 octets, alike. */
  open(sealed: Uint8Array): Uint8Array | undefined
}

/** The PKE variant's part of the core. Laws: strangers' octets give a Fault or undefined, never throw; nothing that is given is kept. */
export interface Certifier {
  /** Subject of a certificate in DER, nothing of it believed. */
  subject(certificate: Uint8Array): Uint8Array | undefined
  /** Whose chain this is at `utc`. Faults: wire/size, wire/value, cert/untrusted, cert/time, cert/usage, cert/key. */
  judge(chain: readonly Uint8Array[], utc: number): Signatory | Fault
  /** For the KMS's certificate of this SHA-256, if it is one of ours. */
  opener(hash: Uint8Array): Opener | undefined
}

/** A certificate of the KMS, DER or PEM, and its private key. */
export interface KmsCertificate {
  readonly certificate: Uint8Array | string
  readonly key: KeyObject
}

/** Least RSA modulus of a KMS, and most, in bits. */
const KMS_BITS = [3072, 8192] as const

/** Octets of the salt of SIGN. */
const SALT_OCTETS = 32

/**
 * A Certifier. `own` has the certificate that enrolment gives out, and such as are being replaced; `anchors` are authorities, DER or PEM, whose word on a
 * device's subject is taken. A certificate of `own` is one KMS's only: an envelope is answered once by each KMS that opens it. Trouble certificate/unfit.
 */
export async function certifier(own: readonly KmsCertificate[], anchors: readonly (Uint8Array | string)[]): Promise<Certifier> {
  if (own.length === 0 || anchors.length === 0) throw unfit("Requests by certificate need a certificate of the KMS and a trust anchor")
  const { readCertificate, judgePath, authorityFault } = await paths()
  const openers = own.map(opening)
  const trusted = anchors.map((a) => {
    const read = readCertificate(derOf(a))
    const why = read === undefined ? "it does not parse" : authorityFault(read, 0)
    if (read === undefined || why !== undefined) throw unfit(`A trust anchor is no authority that is taken (${why})`)
    return read
  })
  return {
    subject: (certificate) => readCertificate(certificate)?.subject,
    judge(chain, utc): Signatory | Fault {
      const device = judgePath(chain, trusted, utc, "REQUEST_KEY_PKE.CERT")
      return isFault(device) ? device : { subject: device.subject, signed: (octets, signature) => signed(device.key, octets, signature) }
    },
    opener: (hash) => openers.find((o) => equal(o.hash, hash)),
  }
}

/** The subject, in DER, of a certificate that a device may ask with; whose word it is and its time are judged at each request. Trouble certificate/unfit. */
export async function deviceSubject(certificate: Uint8Array | string): Promise<Uint8Array> {
  const { readCertificate, deviceFault } = await paths()
  const read = readCertificate(derOf(certificate))
  const why = read === undefined ? "it does not parse, is too long or has no subject" : deviceFault(read)
  if (read === undefined || why !== undefined) throw unfit(`The certificate is none that a device asks with (${why})`)
  return read.subject
}

/** What reads certificates stands on an optional package: a KMS that knows PSKs only does without. */
async function paths(): Promise<typeof Path> {
  return import("./path.ts").catch((error: unknown) => Promise.reject(unfit(`The package asn1js cannot be loaded: ${words(error)}`)))
}

function unfit(what: string): Trouble {
  return trouble("certificate/unfit", what)
}

function opening(of: KmsCertificate): Opener & { readonly hash: Uint8Array } {
  const der = derOf(of.certificate)
  judgeKms(der)
  const x509 = new X509Certificate(der)
  if (of.key.type !== "private" || !x509.checkPrivateKey(of.key)) throw unfit("The KMS's private key is not that of its certificate")
  return { hash: new Uint8Array(createHash("sha256").update(der).digest()), open: (sealed) => opened(of.key, sealed) }
}

/** The certificate of a KMS in DER, looked at as a device's board will. Trouble certificate/unfit. */
export function kmsCertificate(certificate: Uint8Array | string): Uint8Array {
  const der = derOf(certificate)
  judgeKms(der)
  return der
}

function judgeKms(der: Uint8Array): void {
  const key = new X509Certificate(der).publicKey
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.asymmetricKeyType !== "rsa" || bits < KMS_BITS[0] || bits > KMS_BITS[1]) throw unfit(`A KMS's certificate is of an RSA key of ${KMS_BITS[0]} to ${KMS_BITS[1]} bits`)
}

/** A private key of PEM text, which the asker wipes. Trouble certificate/unfit. */
export function privateKey(pem: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(pem.buffer, pem.byteOffset, pem.length), format: "pem" })
  } catch (error) {
    throw unfit(`The private key cannot be read: ${words(error)}`)
  }
}

/** Certificates of PEM text, in order. */
export function pemCertificates(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
}

function derOf(certificate: Uint8Array | string): Uint8Array {
  try {
    return new Uint8Array(new X509Certificate(certificate).raw)
  } catch (error) {
    throw unfit(`A certificate does not parse: ${words(error)}`)
  }
}

function signed(key: KeyObject, octets: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify("sha256", octets, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: SALT_OCTETS }, signature)
  } catch {
    return false
  }
}

/** OpenSSL's OAEP takes the same time for every padding that is wrong, and says only that it is. MGF1 has the hash of OAEP. */
function opened(key: KeyObject, sealed: Uint8Array): Uint8Array | undefined {
  try {
    const plain = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" }, sealed)
    // of its own: the cipher's output may lie in a pool that others share
    const out = new Uint8Array(plain)
    wipe(plain)
    if (out.length === ENVELOPE_OCTETS) return out
    wipe(out)
    return undefined
  } catch {
    return undefined
  }
}
