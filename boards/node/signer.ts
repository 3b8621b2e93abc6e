/**
 * A certificate and its private key in files, for boards that ask their KMS by certificate: a gateway, a vehicle, a Linux radio. The key is a KeyObject of
 * Node's, which scripts cannot read out by mistake; a key in a TPM or a smart card brings a Signer of its own.
 */
import { constants, createPrivateKey, publicEncrypt, sign, X509Certificate, type KeyObject } from "node:crypto"
import { readFileSync } from "node:fs"
import type { Signer } from "../../sdk/ibake/signer.ts"

/** What a Signer is read from. */
export interface SignerFiles {
  /** Path of a PEM file: the own certificate first, each certified by the next; the trust anchor may be left out. */
  readonly chain: string
  /** Path of a PEM file of the private key: readable by its owner only. */
  readonly key: string
  readonly passphrase?: string
  /** The KMS's certificate, as the key fill has it: DER, or the path of a PEM file. */
  readonly kmsCertificate: Uint8Array | string
}

/** RSA moduli in bits, PROTOCOL section 6: least and most. */
const OWN_BITS = [2048, 4096] as const
const KMS_BITS = [3072, 8192] as const

/** A Signer from files; throws in plain words when one of them is not what it should be, for only whoever set the board up can mend it. */
export function readSigner(files: SignerFiles): Signer {
  const pem = reading(files.chain, () => readFileSync(files.chain, "utf8"))
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  if (blocks === null) throw new Error(`signer: ${files.chain} holds no certificate in PEM`)
  const chain = reading(files.chain, () => blocks.map((block) => new X509Certificate(block)))
  const key = reading(files.key, () => keyOf(files))
  const { kmsCertificate } = files
  const place = typeof kmsCertificate === "string" ? kmsCertificate : "the KMS's certificate"
  const kms = reading(place, () => new X509Certificate(typeof kmsCertificate === "string" ? readFileSync(kmsCertificate) : kmsCertificate))
  return signerOf(chain, key, kms)
}

/** A Signer from what is in memory; throws in plain words when the parts do not belong together. */
export function signerOf(chain: readonly X509Certificate[], key: KeyObject, kms: X509Certificate): Signer {
  const own = chain[0]
  if (own === undefined) throw new Error("signer: expected a certificate, got none")
  if (key.type !== "private" || !own.checkPrivateKey(key)) throw new Error("signer: the private key is not that of the first certificate")
  for (let i = 1; i < chain.length; i++) if (!chain[i - 1]!.checkIssued(chain[i]!)) throw new Error(`signer: certificate ${i + 1} of the chain does not certify the one before it`)
  const bits = bitsOf(key, OWN_BITS, "the own key")
  const recipient = kms.publicKey
  bitsOf(recipient, KMS_BITS, "the KMS's key")
  return {
    chain: chain.map((c) => new Uint8Array(c.raw)),
    kmsCertificate: new Uint8Array(kms.raw),
    signatureOctets: Math.ceil(bits / 8),
    sign: (octets) => attempt(() => sign("sha256", octets, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })),
    // MGF1 has the hash of OAEP
    encrypt: (envelopeKey) => attempt(() => publicEncrypt({ key: recipient, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" }, envelopeKey)),
  }
}

function keyOf(files: SignerFiles): KeyObject {
  const pem = readFileSync(files.key)
  try {
    return createPrivateKey({ key: pem, format: "pem", passphrase: files.passphrase })
  } finally {
    pem.fill(0)
  }
}

function bitsOf(key: KeyObject, bits: readonly [number, number], whose: string): number {
  const length = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.asymmetricKeyType === "rsa" && length >= bits[0] && length <= bits[1]) return length
  throw new Error(`signer: expected ${whose} to be RSA of ${bits[0]} to ${bits[1]} bits, got ${key.asymmetricKeyType} ${length > 0 ? `of ${length} bits` : ""}`.trim())
}

function reading<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw new Error(`signer: ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function attempt(act: () => Buffer): Uint8Array | undefined {
  try {
    return new Uint8Array(act())
  } catch {
    return undefined
  }
}
