/** P-256 (FIPS 186-5, ECC curve 8 of RFC 6267 table 5) through noble: SEC1 uncompressed points only. */
import { mapHashToField } from "@noble/curves/abstract/modular.js"
import { weierstrass, type WeierstrassPoint, type WeierstrassPointCons } from "@noble/curves/abstract/weierstrass.js"
import { workOn, type Job } from "../base/job.ts"
import type { DhGroup, DhKey } from "./group.ts"

const OCTETS = 65

let made: WeierstrassPointCons<bigint> | undefined

/** The curve, made on first use: loading a module does nothing. */
function curve(): WeierstrassPointCons<bigint> {
  if (made === undefined)
    made = weierstrass<bigint>({
      p: BigInt("0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff"),
      n: BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
      h: BigInt(1),
      a: BigInt("0xffffffff00000001000000000000000000000000fffffffffffffffffffffffc"),
      b: BigInt("0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
      Gx: BigInt("0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
      Gy: BigInt("0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
    })
  return made
}

/** noble refuses coordinates of p or more and what is not on the curve by throwing; the cofactor is 1. */
function decode(octets: Uint8Array): WeierstrassPoint<bigint> | undefined {
  if (octets.length !== OCTETS || octets[0] !== 4) return undefined
  try {
    return curve().fromBytes(octets)
  } catch {
    return undefined
  }
}

/** P-256 for ECCPT: points of 65 octets, seeds of 48. */
export const p256: DhGroup = {
  curve: 8,
  pointOctets: OCTETS,
  seedOctets: 48,
  /** x = OS2IP(seed) mod (n - 1) + 1. */
  keygen(seed: Uint8Array): Job<DhKey> {
    if (seed.length !== 48) throw new Error(`p256.keygen: expected a seed of 48 octets, got ${seed.length}`)
    return workOn(seed, (own) => {
      const secret = mapHashToField(own, curve().Fn.ORDER)
      return { secret, point: curve().BASE.multiply(curve().Fn.fromBytes(secret)).toBytes(false) }
    })
  },
  valid: (point) => decode(point) !== undefined,
  agree(secret: Uint8Array, point: Uint8Array): Job<Uint8Array | undefined> {
    if (secret.length !== 32) throw new Error(`p256.agree: expected a secret of 32 octets, got ${secret.length}`)
    return workOn(secret, (own) => {
      const theirs = decode(point)
      return theirs === undefined ? undefined : theirs.multiply(curve().Fn.fromBytes(own)).toBytes(false)
    })
  },
}
