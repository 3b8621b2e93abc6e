/**
 * Diffie-Hellman over a prime curve of FIPS 186-5 on whatever Machine runs its Program: SEC1 uncompressed points only, RFC 6267 section 6.1.4. Nothing
 * branches on a secret.
 */
import { concat, copy, equal, equalCt, wipe } from "../base/bytes.ts"
import { chain, done, map, type Job } from "../base/job.ts"
import type { Machine } from "../machine/program.ts"
import { isScalar, jointDigits, oddDigits, oddOf, restOf } from "./digits.ts"
import type { DhGroup, DhKey } from "./group.ts"

/** Places of the entries in weierstrass.ts's plan. */
const entry = { mulGenerator: 0, mul: 1, onCurve: 2 } as const

/** What tells one curve from another here; p and the order are as long as a coordinate. */
export interface WeierstrassDh {
  /** For Misuse. */
  readonly name: string
  /** ECC curve octet, RFC 6267 table 5. */
  readonly curve: number
  readonly seedOctets: number
  readonly prime: Uint8Array
  readonly order: Uint8Array
}

/** The group of a curve, on a machine of its Program. */
export function weierstrassDh(of: WeierstrassDh, machine: Machine): DhGroup {
  const W = of.prime.length
  const none = new Uint8Array(0)
  /** A product, held to the curve: a machine that went wrong on its way has left it, and what is there then may be guessed (Biehl, Meyer, Müller, CRYPTO 2000). */
  const onCurve = (xy: Uint8Array): Job<Uint8Array | undefined> => {
    const clean = (): void => wipe(xy)
    return map(
      machine.run(entry.onCurve, xy, none),
      (rest) => {
        // a machine that does nothing at all says zeros to everything
        const good = equalCt(rest, new Uint8Array(W)) && !equalCt(xy, new Uint8Array(2 * W))
        const out = good ? uncompressed(xy) : undefined
        wipe(rest)
        clean()
        return out
      },
      clean,
    )
  }
  return {
    curve: of.curve,
    pointOctets: 1 + 2 * W,
    seedOctets: of.seedOctets,
    /** x = OS2IP(seed) mod (n - 1) + 1. */
    keygen(seed: Uint8Array): Job<DhKey> {
      if (seed.length !== of.seedOctets) throw new Error(`${of.name}.keygen: expected a seed of ${of.seedOctets} octets, got ${seed.length}`)
      const secret = secretOf(seed, of.order)
      const odd = oddOf(secret, of.order)
      const digits = jointDigits(quarters(odd.k), odd.negative)
      const job = machine.run(entry.mulGenerator, none, digits)
      wipe(digits)
      wipe(odd.k)
      return map(job, (xy) => ({ secret, point: uncompressed(xy) }), () => wipe(secret))
    },
    agree(secret: Uint8Array, point: Uint8Array): Job<Uint8Array | undefined> {
      if (isScalar(secret, of.order) !== 1) throw new Error(`${of.name}.agree: expected a secret of ${W} octets, above 0 and below n`)
      if (point.length !== 1 + 2 * W || point[0] !== 4 || !isBelow(point.subarray(1, 1 + W), of.prime) || !isBelow(point.subarray(1 + W), of.prime)) return done(undefined)
      const xy = copy(point.subarray(1))
      const odd = oddOf(secret, of.order)
      const digits = oddDigits(odd.k, odd.negative)
      const clean = (): void => wipe(digits)
      wipe(odd.k)
      return chain(
        machine.run(entry.onCurve, xy, none),
        (rest) => {
          const job = equal(rest, new Uint8Array(W)) ? chain(machine.run(entry.mul, xy, digits), onCurve) : done<Uint8Array | undefined>(undefined)
          clean()
          return job
        },
        clean,
      )
    },
  }
}

/** Views of four parts of one length, the least significant first. */
function quarters(k: Uint8Array): Uint8Array[] {
  const length = k.length / 4
  const out: Uint8Array[] = []
  for (let end = k.length; end > 0; end -= length) out.push(k.subarray(end - length, end))
  return out
}

function secretOf(seed: Uint8Array, order: Uint8Array): Uint8Array {
  const less = concat([order])
  less[order.length - 1]! -= 1
  const out = restOf(seed, less)
  let carry = 1
  for (let i = out.length - 1; i >= 0; i--) {
    const sum = out[i]! + carry
    out[i] = sum
    carry = sum >> 8
  }
  return out
}

/** Public: a coordinate below p. */
function isBelow(coordinate: Uint8Array, prime: Uint8Array): boolean {
  let i = 0
  while (i < prime.length && coordinate[i] === prime[i]) i++
  return i < prime.length && coordinate[i]! < prime[i]!
}

/** 04 || x || y; x and y are wiped. */
function uncompressed(xy: Uint8Array): Uint8Array {
  const head = new Uint8Array(1)
  head[0] = 4
  const out = concat([head, xy])
  wipe(xy)
  return out
}
