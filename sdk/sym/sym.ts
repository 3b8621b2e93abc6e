/**
 * The symmetric contract: what silicon, firmware or noble lends.
 * Laws: outputs are fresh arrays that the caller owns and wipes; inputs are not kept and not changed.
 */
export interface Sym {
  /** SHA-256, FIPS 180-4; 32 octets. */
  sha256(data: Uint8Array): Uint8Array
  /** HMAC-SHA-256, RFC 2104; 32 octets. */
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array
  /** AES in counter mode over `data`; `key` of 16 or 32 octets, `counter` of 16, counted up as one 128-bit integer. Its own inverse. */
  aesCtr(key: Uint8Array, counter: Uint8Array, data: Uint8Array): Uint8Array
}
