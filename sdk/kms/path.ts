/**
 * Certificate paths, RFC 5280 section 6, for devices that ask by certificate: a chain of a few, from a trust anchor of this KMS's down, judged at the KMS's time.
 * Stricter than the RFC where that costs nothing: keyUsage and basicConstraints must be there, name constraints are refused, self-issued authorities count.
 * No policies, and no revocation lists: a device is revoked at its KMS.
 */
import type { KeyObject } from "node:crypto"
import { refuse, type Fault } from "../base/fault.ts"
import { CERTIFICATE_OCTETS, readCertificate, usage, type Certificate } from "./certificate.ts"

export { readCertificate } from "./certificate.ts"

/** Certificates of a chain at most, the device's own counted. */
export const CHAIN_LENGTH = 4

/** SHA-2 with RSA (PKCS #1 v1.5) and with ECDSA. */
const ALGORITHMS = ["1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13", "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4"]

/** clientAuth and anyExtendedKeyUsage. */
const PURPOSES = ["1.3.6.1.5.5.7.3.2", "2.5.29.37.0"]

const CURVES = ["prime256v1", "secp384r1", "secp521r1"]

/** RSA moduli in bits. */
const DEVICE_BITS = [2048, 4096] as const
const AUTHORITY_BITS = [2048, 8192] as const

/**
 * The device's certificate when its chain, own first, holds at `utc` (seconds since 1970-01-01) under one of the anchors.
 * Faults at `place`: wire/size, wire/value, cert/untrusted, cert/time, cert/usage, cert/key. No key is used that has not been vouched for from above.
 */
export function judgePath(chain: readonly Uint8Array[], anchors: readonly Certificate[], utc: number, place: string): Certificate | Fault {
  if (chain.length < 1 || chain.length > CHAIN_LENGTH || chain.some((c) => c.length > CERTIFICATE_OCTETS)) return refuse("wire/size", place)
  const read = chain.map(readCertificate)
  if (!read.every((c) => c !== undefined)) return refuse("wire/value", place)
  const [device, path] = [read[0]!, withoutAnchor(read, anchors)]
  if (path.length === 0) return refuse("cert/untrusted", place)
  // an authority that was renewed may stand here twice, under one name and key
  const above = anchors.filter((a) => issued(path.at(-1)!, a))
  let issuer = above.find((a) => timeFault(a, utc) === undefined) ?? above[0]
  for (let i = path.length - 1; i >= 0; i--) {
    // signatures from above down, so that a stranger's key is never computed with
    if (issuer === undefined || !issued(path[i]!, issuer)) return refuse("cert/untrusted", place)
    const why = authorityFault(issuer, i) ?? timeFault(issuer, utc)
    if (why !== undefined) return refuse(why, place)
    issuer = path[i]!
  }
  const why = timeFault(device, utc) ?? deviceFault(device)
  return why === undefined ? device : refuse(why, place)
}

/** A chain may end in the anchor itself, which is held here already. */
function withoutAnchor(chain: readonly Certificate[], anchors: readonly Certificate[]): readonly Certificate[] {
  const last = chain.at(-1)!
  return anchors.some((a) => Buffer.compare(a.x509.raw, last.x509.raw) === 0) ? chain.slice(0, -1) : chain
}

function issued(certificate: Certificate, issuer: Certificate): boolean {
  try {
    return certificate.x509.checkIssued(issuer.x509) && ALGORITHMS.includes(certificate.algorithm) && certificate.x509.verify(issuer.key)
  } catch {
    return false
  }
}

function timeFault(c: Certificate, utc: number): "cert/time" | undefined {
  return utc >= c.from && utc <= c.to ? undefined : "cert/time"
}

/** What keeps a certificate from vouching for another that has `below` authorities under it. */
export function authorityFault(c: Certificate, below: number): "cert/usage" | "cert/key" | undefined {
  if (c.strange || c.authority?.isCa !== true || c.authority.pathLength < below) return "cert/usage"
  if (c.keyUsage === undefined || (c.keyUsage & usage.keyCertSign) === 0 || !purposeful(c)) return "cert/usage"
  return isRsa(c.key, AUTHORITY_BITS) || isEc(c.key) ? undefined : "cert/key"
}

/** What keeps a certificate from being a device's. */
export function deviceFault(c: Certificate): "cert/usage" | "cert/key" | undefined {
  if (c.strange || c.authority?.isCa === true) return "cert/usage"
  if (c.keyUsage === undefined || (c.keyUsage & usage.digitalSignature) === 0 || !purposeful(c)) return "cert/usage"
  // ECDSA has no S type in MIKEY
  return isRsa(c.key, DEVICE_BITS) ? undefined : "cert/key"
}

function purposeful(c: Certificate): boolean {
  return c.purposes === undefined || c.purposes.some((p) => PURPOSES.includes(p))
}

/** Whether a key is RSA within bounds of bits; keys that are bound to PSS (id-RSASSA-PSS) are others. */
function isRsa(key: KeyObject, bits: readonly [number, number]): boolean {
  const length = key.asymmetricKeyDetails?.modulusLength ?? 0
  return key.asymmetricKeyType === "rsa" && length >= bits[0] && length <= bits[1]
}

function isEc(key: KeyObject): boolean {
  return key.asymmetricKeyType === "ec" && CURVES.includes(key.asymmetricKeyDetails?.namedCurve ?? "")
}
