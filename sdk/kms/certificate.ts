/**
 * One X.509 certificate as a KMS sees it, RFC 5280 section 4. OpenSSL (node:crypto) reads it and judges keys, names, times and signatures; what it does not
 * tell, the extensions and the algorithm, is read with asn1js. Strangers' octets: nothing throws.
 */
import { X509Certificate, type KeyObject } from "node:crypto"
import { BitString, Boolean, Constructed, Integer, ObjectIdentifier, OctetString, Sequence, fromBER, type AsnType } from "asn1js"

/** Longest certificate, and longest subject, in octets: judged before anything is parsed, and before a subject becomes a name in a store. */
export const CERTIFICATE_OCTETS = 4096
const SUBJECT_OCTETS = 1024

/** A certificate that was read; nothing of it is believed. */
export interface Certificate {
  readonly x509: X509Certificate
  /** Subject in DER, as it stands; not empty. */
  readonly subject: Uint8Array
  readonly key: KeyObject
  /** Seconds since 1970-01-01 UTC, both included. */
  readonly from: number
  readonly to: number
  /** OID of the algorithm that it is signed with. */
  readonly algorithm: string
  /** basicConstraints, where there is one. */
  readonly authority: { readonly isCa: boolean; readonly pathLength: number } | undefined
  /** Bits of keyUsage, most significant first, or undefined. */
  readonly keyUsage: number | undefined
  /** OIDs of extKeyUsage, or undefined. */
  readonly purposes: readonly string[] | undefined
  /** It has an extension that constrains what is certified and that is not understood here. */
  readonly strange: boolean
}

/** Bits of keyUsage, RFC 5280 section 4.2.1.3. */
export const usage = { digitalSignature: 0x80, keyCertSign: 0x04 } as const

const OID = { keyUsage: "2.5.29.15", basicConstraints: "2.5.29.19", nameConstraints: "2.5.29.30", extKeyUsage: "2.5.29.37" } as const

/** A certificate of at most CERTIFICATE_OCTETS in DER, or undefined. */
export function readCertificate(der: Uint8Array): Certificate | undefined {
  if (der.length > CERTIFICATE_OCTETS) return undefined
  try {
    const x509 = new X509Certificate(der)
    // what OpenSSL read must be all that was sent
    if (Buffer.compare(x509.raw, der) !== 0) return undefined
    return read(x509, der)
  } catch {
    return undefined
  }
}

function read(x509: X509Certificate, der: Uint8Array): Certificate | undefined {
  const tbs = items(items(decoded(der))[0])
  const at = tbs[0]?.idBlock.tagClass === 3 ? 1 : 0
  const [algorithm, subject] = [items(tbs[at + 1])[0], tbs[at + 4]]
  if (!(algorithm instanceof ObjectIdentifier) || !(subject instanceof Sequence) || items(subject).length === 0) return undefined
  const name = new Uint8Array(subject.valueBeforeDecodeView)
  if (name.length > SUBJECT_OCTETS) return undefined
  const [from, to] = [Date.parse(x509.validFrom) / 1000, Date.parse(x509.validTo) / 1000]
  const extensions = tbs.slice(at + 6).find((e) => e.idBlock.tagClass === 3 && e.idBlock.tagNumber === 3)
  const about = extensionsOf(extensions === undefined ? [] : items(items(extensions)[0]))
  if (about === undefined) return undefined
  return { x509, subject: name, key: x509.publicKey, from, to, algorithm: algorithm.getValue(), ...about }
}

type Extensions = Pick<Certificate, "authority" | "keyUsage" | "purposes" | "strange">

/** The extensions that a path is judged by, each at most once; undefined when one of them does not parse. */
function extensionsOf(all: readonly AsnType[]): Extensions | undefined {
  const seen = new Set<string>()
  let out: Extensions = { authority: undefined, keyUsage: undefined, purposes: undefined, strange: false }
  for (const each of all) {
    const parts = items(each)
    const [oid, value] = [parts[0], parts.at(-1)]
    if (!(oid instanceof ObjectIdentifier) || !(value instanceof OctetString) || seen.has(oid.getValue())) return undefined
    seen.add(oid.getValue())
    const inner = (): AsnType => decoded(new Uint8Array(value.valueBlock.valueHexView))
    const critical = parts.length === 3 && parts[1] instanceof Boolean && parts[1].getValue()
    if (oid.getValue() === OID.basicConstraints) out = { ...out, authority: authorityOf(items(inner())) }
    else if (oid.getValue() === OID.keyUsage) out = { ...out, keyUsage: bitsOf(inner()) }
    else if (oid.getValue() === OID.extKeyUsage) out = { ...out, purposes: items(inner()).map((p) => (p instanceof ObjectIdentifier ? p.getValue() : "")) }
    else if (critical || oid.getValue() === OID.nameConstraints) out = { ...out, strange: true }
  }
  return out
}

function authorityOf(parts: readonly AsnType[]): { isCa: boolean; pathLength: number } {
  const [first, last] = [parts[0], parts.at(-1)]
  const length = last instanceof Integer ? Number(last.toBigInt()) : Infinity
  return { isCa: first instanceof Boolean && first.getValue(), pathLength: length }
}

/** The first eight bits; what is no BIT STRING allows nothing. */
function bitsOf(value: AsnType): number {
  return value instanceof BitString ? (value.valueBlock.valueHexView[0] ?? 0) : 0
}

function decoded(der: Uint8Array): AsnType {
  const { offset, result } = fromBER(new Uint8Array(der))
  if (offset !== der.length) throw new Error("no one element of DER")
  return result
}

/** What a SEQUENCE, or an explicit tag, holds; nothing for other elements. */
function items(element: AsnType | undefined): readonly AsnType[] {
  return element instanceof Sequence || element instanceof Constructed ? element.valueBlock.value : []
}
