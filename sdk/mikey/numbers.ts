/** The numbers of the MIKEY wire in the RFCs' spelling: RFC 3830 section 6, RFC 4563, RFC 6043 section 6, RFC 6267 section 6, RFC 6509. */

/** Version of every message, RFC 3830 section 6.1. */
export const version: number = 1

/** PRF-HMAC-SHA-256, the one PRF func of PROTOCOL section 6; RFC 6043 table 6.3. */
export const prfFunc: number = 1

/** Data type of the common header, RFC 3830 table 6.1.a and RFC 6267 table 2. */
export const dataType = {
  Error: 6,
  REQUEST_KEY_PSK: 19,
  REQUEST_KEY_PKE: 20,
  REQUEST_KEY_RESP: 21,
  I_MESSAGE_1: 22,
  R_MESSAGE_1: 23,
  I_MESSAGE_2: 24,
  R_MESSAGE_2: 25,
} as const

/** Next payload, RFC 3830 table 6.1.b, RFC 6043 section 6.1 and RFC 6267 table 3. */
export const payloadType = {
  last: 0,
  KEMAC: 1,
  PKE: 2,
  SIGN: 4,
  T: 5,
  CERT: 7,
  CHASH: 8,
  V: 9,
  SP: 10,
  RAND: 11,
  ERR: 12,
  IDR: 14,
  KeyData: 20,
  GeneralExt: 21,
  IBAKE: 22,
  ESK: 23,
  SK: 24,
  ECCPT: 25,
} as const

/** ID Role, RFC 6043 table 6.11; 6 and 7 are RFC 6509's. */
export const idRole = { IDRi: 1, IDRr: 2, IDRkms: 3, IDRpsk: 4, IDRkmsi: 6, IDRkmsr: 7 } as const

/** ID Type, RFC 3830 table 6.7.a and RFC 6043 table 6.10. */
export const idType = { NAI: 0, URI: 1, byteString: 2 } as const

/** TS type, RFC 3830 table 6.6; the other types are refused. */
export const tsType = { NTP_UTC: 0, COUNTER: 2 } as const

/** CS ID map type, RFC 3830 table 6.1.d, RFC 4563 table 3, RFC 6043 table 6.4. */
export const mapType = { SRTP_ID: 0, Empty: 1, GENERIC_ID: 2 } as const

/** Prot type of an SP payload and a GENERIC-ID session, RFC 3830 table 6.10. */
export const protType = { SRTP: 0 } as const

/** Type of Key data, RFC 6267 table 4; the only type that is taken. */
export const keyType = { K_PR: 7 } as const

/** Type of the SK sub-payload, RFC 6267 table 6. */
export const skType = { SK: 1 } as const

/** Key validity, RFC 3830 table 6.13.b. */
export const kvType = { Null: 0, SPI: 1, Interval: 2 } as const

/** Type of a General Extension, RFC 3830 table 6.15. */
export const extType = { VendorId: 0, SdpIds: 1 } as const

/** Encr alg of KEMAC, RFC 6043 table 6.5; the only one that is taken. */
export const encrAlg = { AES_CM_256: 3 } as const

/** MAC alg of KEMAC and Auth alg of V, RFC 3830 table 6.2.b and RFC 6043 table 6.6. */
export const macAlg = { NULL: 0, HMAC_SHA_256_256: 2 } as const

/** Hash func of CHASH, RFC 6043 table 6.12; the only one that is taken. */
export const hashFunc = { SHA_256: 2 } as const

/** S type of SIGN, RFC 3830 table 6.5; the only one that is taken. */
export const signType = { RSA_PSS: 1 } as const

/** Cert Type, RFC 3830 table 6.7.b. */
export const certType = { X509v3: 0, X509v3_URL: 1, X509v3_Sign: 2, X509v3_Encr: 3 } as const

/** Envelope key cache indicator of PKE, RFC 3830 table 6.3. */
export const cacheType = { NoCache: 0, Cache: 1, CacheForCsb: 2 } as const

/** Error no, RFC 3830 table 6.12. */
export const errorNo = {
  AuthFailure: 0,
  InvalidTS: 1,
  InvalidPRF: 2,
  InvalidMAC: 3,
  InvalidEA: 4,
  InvalidHA: 5,
  InvalidDH: 6,
  InvalidID: 7,
  InvalidCert: 8,
  InvalidSP: 9,
  InvalidSPpar: 10,
  InvalidDT: 11,
  UnspecifiedError: 12,
} as const

/** ECC curve, RFC 6267 table 5; 240 is of private use, PROTOCOL section 4. */
export const curve = { P256: 8, P384: 11, X25519: 240 } as const

/** Octets of a point on the wire, SEC1 uncompressed or RFC 7748; 0 for a curve that is not taken. */
export function pointOctets(number: number): number {
  return number === curve.P256 ? 65 : number === curve.P384 ? 97 : number === curve.X25519 ? 32 : 0
}

/** First four octets of a PRF label, RFC 3830 tables 4.1.3 and 4.1.4 and RFC 6267 table 1: decimal digits of e. */
export const prfConstant = {
  /** From a TGK, with the CS ID. */
  TEK: 0x2ad01c64,
  salt: 0x39a2c14b,
  /** From a PSK, envelope key or MPK, with 0xFF in place of the CS ID. */
  encr_key: 0x150533e1,
  auth_key: 0x2d22ac75,
  salt_key: 0x29b88916,
  /** From K_SESSION. */
  MPK: 0x220e99a2,
  TGK: 0x1f4d675b,
} as const

/** V flag as sent, PROTOCOL section 4: 1 where an answer is awaited; ignored on receipt. */
export function vFlagOf(type: number): number {
  return type === dataType.REQUEST_KEY_RESP || type === dataType.R_MESSAGE_2 || type === dataType.Error ? 0 : 1
}
