/** Messages laid out by hand from the figures of RFC 3830, RFC 6043 and RFC 6267: hexadecimal, a comment after each field. */
import assert from "node:assert/strict"
import { unhex } from "../../sdk/base/bytes.ts"
import { isFault, type Fault } from "../../sdk/base/fault.ts"
import { parse, type Message } from "../../sdk/mikey/message.ts"

/** Octets of hexadecimal text; what follows a # on a line is a comment. */
export function octets(text: string): Uint8Array {
  const out = unhex(text.replace(/#.*$/gm, "").replace(/\s/g, ""))
  assert(out !== undefined, "not hexadecimal: " + text)
  return out
}

/** A value that is not a Fault. */
export function good<X>(value: X | Fault): X {
  assert(!isFault(value), isFault(value) ? `${value.fault} at ${value.at}` : "")
  return value
}

/** Parses octets that must parse. */
export function parsed(message: Uint8Array): Message {
  return good(parse(message, 65535))
}

const T = "00 ea5b8c00 80000000"
const RAND = "10 000102030405060708090a0b0c0d0e0f"
const IDRi = "01 01 0009 7369703a6140622e63  # role 1, URI, len, sip:a@b.c"
const IDRr = "02 01 0009 7369703a6440652e66  # role 2, URI, len, sip:d@e.f"
const GCM = "0012 000106 010110 04010c 070101 080101 140110  # Policy param: AEAD_AES_128_GCM"
const MAC = "02  # Auth alg HMAC-SHA-256-256\n" + "5a".repeat(32)

const GENERIC_ID = `
  02          # #CS
  02          # GENERIC-ID
  01 00 02    # CS ID, Prot type SRTP, S = 0 and #P = 2
  00 01       # Ps
  0004        # Session Data Length
  11223344    # SSRC
  04 0a0b0c0d # SPI
  02 00 81    # CS ID, Prot type SRTP, S = 1 and #P = 1
  00          # Ps
  0000        # Session Data Length: the Responder fills it in
  04 0a0b0c0d # SPI`

const FILLED = `
  02          # #CS
  02          # GENERIC-ID
  01 00 01    # CS ID, Prot type SRTP, S = 0 and #P = 1
  01          # Ps
  0004        # Session Data Length
  11223344    # SSRC
  04 0a0b0c0d # SPI
  02 00 81    # CS ID, Prot type SRTP, S = 1 and #P = 1
  00          # Ps
  000a        # Session Data Length
  55667788    # SSRC
  00000003    # ROC
  fffe        # SEQ
  04 0a0b0c0d # SPI`

/** One message of each data type, with every optional payload. */
export const samples: { readonly [name: string]: string } = {
  I_MESSAGE_1: `
    01 16 05 81 a1b2c3d4 # version, data type 22, next T, V = 1 and PRF func 1, CSB ID
    ${GENERIC_ID}
    0b ${T}        # T: next RAND, NTP-UTC
    0e ${RAND}     # RAND: next IDR, len
    0e ${IDRi}
    0e ${IDRr}
    0e 06 01 0003 6b2e62 # IDRkmsi: k.b
    0a 07 01 0003 6b2e65 # IDRkmsr: k.e
    0a 00 00 ${GCM}
    15 01 00 001b 000101 010110 020101 030114 04010e 070101 080101 0a0101 0b010a # SP 1: AES_CM_128_HMAC_SHA1_80
    16 01 0005 6d696b6579 # General Extension: next IBAKE, SDP IDs, mikey
    00 0006 e1e2e3e4e5e6 # IBAKE: last, Encr data len`,
  R_MESSAGE_1: `
    01 17 05 81 a1b2c3d4 # data type 23
    ${FILLED}
    0e ${T}
    0e ${IDRi}
    0e ${IDRr}
    0e 06 01 0003 6b2e62
    0a 07 01 0003 6b2e65
    0a 00 00 ${GCM}
    16 01 00 001b 000101 010110 020101 030114 04010e 070101 080101 0a0101 0b010a
    00 0003 e1e2e3`,
  I_MESSAGE_2: `
    01 18 05 81 a1b2c3d4 # data type 24
    01             # #CS
    00             # SRTP-ID
    07 11223344 00000009 # Policy_no, SSRC, ROC
    0b ${T}
    0e ${RAND}
    0e ${IDRi}
    0e ${IDRr}
    0e 06 01 0003 6b2e62
    0a 07 01 0003 6b2e65
    15 07 00 ${GCM}
    16 00 0002 abcd # General Extension: Vendor ID
    17 0003 e1e2e3 # IBAKE: next ESK
    00 0004 d1d2d3d4 # ESK: last`,
  R_MESSAGE_2: `
    01 19 05 01 a1b2c3d4 # data type 25, V = 0
    ${FILLED}
    0e ${T}
    0e ${IDRi}
    16 ${IDRr}
    09 0003 e1e2e3 # IBAKE: next V
    00 ${MAC}      # V: last`,
  REQUEST_KEY_PSK: `
    01 13 05 81 a1b2c3d4 # data type 19
    00 01          # #CS, Empty map
    0b 02 00000007 # T: COUNTER, 32 bits
    0e ${RAND}
    0e ${IDRi}
    0e 01 00 0003 614062 # IDRi: NAI a@b
    0e 03 01 0003 6b2e62 # IDRkms
    15 04 02 0002 ff00 # IDRpsk: byte string
    09 00 000b 6962616b65 01 00004e20 07 # General Extension: ibake 0x01, first 20000, count 7
    00 ${MAC}`,
  REQUEST_KEY_PKE: `
    01 14 05 81 a1b2c3d4 # data type 20
    00 01
    0b ${T}
    0e ${RAND}
    07 ${IDRi}
    07 02 0003 308001 # CERT: X.509v3 Sign
    0e 00 0002 3080 # CERT: X.509v3
    15 03 01 0003 6b2e62 # IDRkms
    08 00 000b 6962616b65 01 00004e20 07
    02 02 ${"c4".repeat(32)} # CHASH: next PKE, SHA-256
    04 0003 b1b2b3 # PKE: next SIGN, C = 0 and Data len
    1004 51525354  # SIGN: S type 1 in 4 bits, Signature len in 12, no Next payload`,
  REQUEST_KEY_RESP: `
    01 15 05 01 a1b2c3d4 # data type 21, V = 0
    00 01
    0e ${T}
    0e ${IDRi}
    0e 01 00 0003 614062
    15 03 01 0003 6b2e62
    01 00 0002 abcd # General Extension: next KEMAC
    09 03 0005 f1f2f3f4f5 00 # KEMAC: next V, AES-CM-256, Encr data len and data, NULL MAC
    00 ${MAC}`,
  Error: `
    01 06 05 01 a1b2c3d4 # data type 6, V = 0
    00 01
    0c ${T}
    15 01 0000     # ERR: next General Extension, Invalid TS, Reserved
    09 00 000e 6962616b65 03 00000000ea5b8c00
    00 ${MAC}`,
}

/** Names of the samples, in the order of the exchange. */
export const sampleNames: readonly string[] = Object.keys(samples)

/** The octets of a sample. */
export function sample(name: string): Uint8Array {
  return octets(samples[name]!)
}
