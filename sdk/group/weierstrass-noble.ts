/** Diffie-Hellman over the prime curves of FIPS 186-5 through noble: SEC1 uncompressed points only, RFC 6267 section 6.1.4. */
import { mapHashToField } from "@noble/curves/abstract/modular.js"
import type { WeierstrassPoint, WeierstrassPointCons } from "@noble/curves/abstract/weierstrass.js"
import { workOn, type Job } from "../base/job.ts"
import type { DhKey } from "./group.ts"

/** A curve of cofactor 1, made on first use: loading a module does nothing. */
export interface NobleCurve {
  /** For Misuse. */
  readonly name: string
  readonly scalarOctets: number
  readonly seedOctets: number
  curve(): WeierstrassPointCons<bigint>
}

/** The point of 04 || x || y, or undefined: noble refuses coordinates of p or more and what is not on the curve by throwing. */
function decodePoint(of: NobleCurve, octets: Uint8Array): WeierstrassPoint<bigint> | undefined {
  if (octets.length !== 1 + 2 * of.scalarOctets || octets[0] !== 4) return undefined
  try {
    return of.curve().fromBytes(octets)
  } catch {
    return undefined
  }
}

/** x = OS2IP(seed) mod (n - 1) + 1, and [x]G. */
export function keygen(of: NobleCurve, seed: Uint8Array): Job<DhKey> {
  if (seed.length !== of.seedOctets) throw new Error(`${of.name}.keygen: expected a seed of ${of.seedOctets} octets, got ${seed.length}`)
  return workOn(seed, (own) => {
    const Fn = of.curve().Fn
    const secret = mapHashToField(own, Fn.ORDER)
    return { secret, point: of.curve().BASE.multiply(Fn.fromBytes(secret)).toBytes(false) }
  })
}

/** [secret]`point`, uncompressed, or undefined for no valid point. */
export function agree(of: NobleCurve, secret: Uint8Array, point: Uint8Array): Job<Uint8Array | undefined> {
  if (secret.length !== of.scalarOctets) throw new Error(`${of.name}.agree: expected a secret of ${of.scalarOctets} octets, got ${secret.length}`)
  return workOn(secret, (own) => {
    const theirs = decodePoint(of, point)
    return theirs === undefined ? undefined : theirs.multiply(of.curve().Fn.fromBytes(own)).toBytes(false)
  })
}
