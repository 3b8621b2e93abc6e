/** P-384 (FIPS 186-5, ECC curve 11 of RFC 6267 table 5) through noble: SEC1 uncompressed points only. */
import { weierstrass, type WeierstrassPointCons } from "@noble/curves/abstract/weierstrass.js"
import type { DhGroup } from "./group.ts"
import { agree, keygen, type NobleCurve } from "./weierstrass-noble.ts"

let made: WeierstrassPointCons<bigint> | undefined

function curve(): WeierstrassPointCons<bigint> {
  if (made === undefined)
    made = weierstrass<bigint>({
      p: BigInt("0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff"),
      n: BigInt("0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"),
      h: BigInt(1),
      a: BigInt("0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffc"),
      b: BigInt("0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef"),
      Gx: BigInt("0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7"),
      Gy: BigInt("0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"),
    })
  return made
}

/** Seeds have 72 octets, half as many again as the order: the bias is below 2^-190. */
const p384Curve: NobleCurve = { name: "p384", scalarOctets: 48, seedOctets: 72, curve }

/** P-384 for ECCPT: points of 97 octets, seeds of 72. */
export const p384: DhGroup = {
  curve: 11,
  pointOctets: 97,
  seedOctets: 72,
  keygen: (seed) => keygen(p384Curve, seed),
  agree: (secret, point) => agree(p384Curve, secret, point),
}
