/** P-256 (FIPS 186-5, ECC curve 8 of RFC 6267 table 5) through noble: SEC1 uncompressed points only. */
import { weierstrass, type WeierstrassPointCons } from "@noble/curves/abstract/weierstrass.js"
import type { DhGroup } from "./group.ts"
import { agree, keygen, type NobleCurve } from "./weierstrass-noble.ts"

let made: WeierstrassPointCons<bigint> | undefined

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

const p256Curve: NobleCurve = { name: "p256", scalarOctets: 32, seedOctets: 48, curve }

/** P-256 for ECCPT: points of 65 octets, seeds of 48. */
export const p256: DhGroup = {
  curve: 8,
  pointOctets: 65,
  seedOctets: 48,
  keygen: (seed) => keygen(p256Curve, seed),
  agree: (secret, point) => agree(p256Curve, secret, point),
}
