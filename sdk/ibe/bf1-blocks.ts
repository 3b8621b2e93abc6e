/** BFPublicParameters, BFPrivateKeyBlock and BFCiphertextBlock of RFC 5091 section 8 for n = 3072: version 2, p of 1536 bits, q of 256, SHA-256. */
import { concat, wipe } from "../base/bytes.ts"
import { DerReader, derInteger, derOctetString, derSequence, sequenceOctets } from "./der.ts"

/** Octets of p and of a coordinate. */
export const P_OCTETS = 192
/** Octets of q, of V and of W. */
export const Q_OCTETS = 32
/** Most octets of a BFPrivateKeyBlock. */
export const KEY_OCTETS = 403
/** Most octets of a BFCiphertextBlock. */
export const CIPHERTEXT_OCTETS = 471

/** A curve with its generator: p 192 octets, q 32, points x || y of 384. */
export interface CurveBlock {
  readonly p: Uint8Array
  readonly q: Uint8Array
  readonly P: Uint8Array
}

/** BFPublicParameters, with no claim yet that the numbers are what they should be. */
export interface PublicBlock extends CurveBlock {
  readonly Ppub: Uint8Array
}

/** U as x || y, V and W of 32 octets each. */
export interface CiphertextBlock {
  readonly U: Uint8Array
  readonly V: Uint8Array
  readonly W: Uint8Array
}

/** INTEGER 2. */
function version(): Uint8Array {
  return derInteger(new Uint8Array([2]))
}

/** type1curve, 2.16.840.1.114334.1.1.1.1. */
function type1curve(): Uint8Array {
  return new Uint8Array([0x06, 0x0b, 0x60, 0x86, 0x48, 0x01, 0x86, 0xfd, 0x1e, 0x01, 0x01, 0x01, 0x01])
}

/** id-sha256, 2.16.840.1.101.3.4.2.1. */
function sha256(): Uint8Array {
  return new Uint8Array([0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01])
}

/** The block, or undefined: no strict DER of it, or of another n. */
export function readPublicBlock(octets: Uint8Array): PublicBlock | undefined {
  const outer = new DerReader(octets)
  const r = outer.sequence()
  r.constant(version())
  r.constant(type1curve())
  const p = r.integer(P_OCTETS)
  const q = r.integer(Q_OCTETS)
  const P = r.sequence()
  const Pxy = readPoint(P)
  const Ppub = r.sequence()
  const Ppubxy = readPoint(Ppub)
  r.constant(sha256())
  if (!outer.ended() || !r.ended() || !P.ended() || !Ppub.ended() || p[0]! < 0x80 || q[0]! < 0x80) return undefined
  return { p, q, P: Pxy, Ppub: Ppubxy }
}

/** BFPublicParameters. */
export function writePublicBlock(b: PublicBlock): Uint8Array {
  return derSequence([version(), type1curve(), derInteger(b.p), derInteger(b.q), writePoint(b.P), writePoint(b.Ppub), sha256()])
}

/** S_id as x || y, which the caller wipes, or undefined. */
export function readKeyBlock(octets: Uint8Array): Uint8Array | undefined {
  const outer = new DerReader(octets)
  const r = outer.sequence()
  r.constant(version())
  const S = r.sequence()
  const xy = readPoint(S)
  return outer.ended() && r.ended() && S.ended() ? xy : undefined
}

/** BFPrivateKeyBlock of S_id as x || y: a secret. */
export function writeKeyBlock(xy: Uint8Array): Uint8Array {
  return derSequence([version(), writePoint(xy)])
}

/** The ciphertext, or undefined. */
export function readCiphertextBlock(octets: Uint8Array): CiphertextBlock | undefined {
  const outer = new DerReader(octets)
  const r = outer.sequence()
  r.constant(version())
  const point = r.sequence()
  const U = readPoint(point)
  const V = r.octetString(Q_OCTETS)
  const W = r.octetString(Q_OCTETS)
  return outer.ended() && r.ended() && point.ended() ? { U, V, W } : undefined
}

/** BFCiphertextBlock. */
export function writeCiphertextBlock(b: CiphertextBlock): Uint8Array {
  return derSequence([version(), writePoint(b.U), derOctetString(b.V), derOctetString(b.W)])
}

/** Octets of the ciphertext that begins here, or 0. */
export function ciphertextOctets(data: Uint8Array): number {
  const octets = sequenceOctets(data)
  return octets <= CIPHERTEXT_OCTETS ? octets : 0
}

function readPoint(r: DerReader): Uint8Array {
  const x = r.integer(P_OCTETS)
  const y = r.integer(P_OCTETS)
  const out = concat([x, y])
  wipe(x)
  wipe(y)
  return out
}

function writePoint(xy: Uint8Array): Uint8Array {
  const half = xy.length / 2
  return derSequence([derInteger(xy.subarray(0, half)), derInteger(xy.subarray(half))])
}
