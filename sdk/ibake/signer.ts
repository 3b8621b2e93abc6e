/** What a request by certificate needs of whoever holds the private key: a file on a host, a secure element, a TPM. RFC 6267 section 4.2.1, PKE variant. */

/**
 * Signs for one certificate and encrypts to one KMS. Laws: nothing throws, and `undefined` means that the key cannot be used now; nothing that is given is
 * kept or changed; every signature and every encryption is made with fresh randomness.
 */
export interface Signer {
  /** X.509 certificates in DER: the own one first, each certified by the next; the trust anchor may be left out. */
  readonly chain: readonly Uint8Array[]
  /** X.509 certificate of the KMS in DER: RSA of 3072 bits or more. Enrolment says that it is the right one; CHASH names it. */
  readonly kmsCertificate: Uint8Array
  /** Octets of a signature: those of the own modulus, at most 4095. */
  readonly signatureOctets: number
  /** RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 octets, under the own private key. */
  sign(octets: Uint8Array): Uint8Array | undefined
  /** RSAES-OAEP with SHA-256, MGF1 with SHA-256 and an empty label, under the KMS's public key. The envelope key stays its owner's to wipe. */
  encrypt(envelopeKey: Uint8Array): Uint8Array | undefined
}
