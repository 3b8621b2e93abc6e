/** X25519 (RFC 7748, ECC curve 240: of private use, PROTOCOL section 4) through noble. */
import { Field } from "@noble/curves/abstract/modular.js"
import { montgomery, type MontgomeryECDH } from "@noble/curves/abstract/montgomery.js"
import { bytesToNumberLE } from "@noble/curves/utils.js"
import { copy } from "../base/bytes.ts"
import { workOn, type Job } from "../base/job.ts"
import type { DhGroup, DhKey } from "./group.ts"

type Fp = ReturnType<typeof Field>

const OCTETS = 32

let made: { readonly F: Fp; readonly x25519: MontgomeryECDH } | undefined

/** The curve, made on first use: loading a module does nothing. */
function curve(): { readonly F: Fp; readonly x25519: MontgomeryECDH } {
  if (made === undefined) {
    const P = BigInt("0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed")
    const F = Field(P)
    made = { F, x25519: montgomery({ P, type: "x25519", adjustScalarBytes: clamp, powPminus2: (x) => F.pow(x, P - BigInt(2)) }) }
  }
  return made
}

/** decodeScalar25519 of RFC 7748 section 5, in place. */
function clamp(scalar: Uint8Array): Uint8Array<ArrayBuffer> {
  scalar[0]! &= 248
  scalar[31] = (scalar[31]! & 127) | 64
  return scalar as Uint8Array<ArrayBuffer>
}

/**
 * Whether u has 32 octets and is no point of small order, on the curve or its twist: exactly those make the result all zero with every clamped secret.
 * Three doublings of (X : Z) take points of order 1, 2, 4 and 8 to Z = 0. The top bit is ignored and values of p or more are reduced, as RFC 7748 says.
 */
function valid(point: Uint8Array): boolean {
  if (point.length !== OCTETS) return false
  const own = copy(point)
  own[31]! &= 127
  const F = curve().F
  let X = F.create(bytesToNumberLE(own))
  let Z = F.ONE
  for (let i = 0; i < 3; i++) {
    const XZ = F.mul(X, Z)
    const squares = F.add(F.sqr(X), F.sqr(Z))
    // X^2 + A X Z + Z^2 with A = 486662
    const sum = F.add(squares, F.mul(XZ, BigInt(486662)))
    X = F.sub(F.sqr(squares), F.mul(F.sqr(XZ), BigInt(4)))
    Z = F.mul(F.mul(XZ, BigInt(4)), sum)
  }
  return !F.is0(Z)
}

/** X25519 for ECCPT: points and seeds of 32 octets; K_SESSION is the 32 octets of the shared u. */
export const x25519: DhGroup = {
  curve: 240,
  pointOctets: OCTETS,
  seedOctets: OCTETS,
  /** The seed is the secret; clamping is part of every multiplication. */
  keygen(seed: Uint8Array): Job<DhKey> {
    if (seed.length !== OCTETS) throw new Error(`x25519.keygen: expected a seed of 32 octets, got ${seed.length}`)
    return workOn(seed, (own) => ({ secret: copy(own), point: curve().x25519.scalarMultBase(own) }))
  },
  /** Undefined where the result would be all zero, which is told by the point before the secret is used. */
  agree(secret: Uint8Array, point: Uint8Array): Job<Uint8Array | undefined> {
    if (secret.length !== OCTETS) throw new Error(`x25519.agree: expected a secret of 32 octets, got ${secret.length}`)
    return workOn(secret, (own) => (valid(point) ? curve().x25519.scalarMult(own, point) : undefined))
  },
}
