/** Unit costs: the operations that a side of a call is made of, ours beside noble's own high-level API in the same rounds. */
import { bls12_381 } from "@noble/curves/bls12-381.js"
import { p256 as nobleP256 } from "@noble/curves/nist.js"
import { run } from "../sdk/base/job.ts"
import { ascii } from "../sdk/base/bytes.ts"
import { bls12381 } from "../sdk/group/bls12381-noble.ts"
import { p256 } from "../sdk/group/p256-noble.ts"
import { expandMessageXmd } from "../sdk/ibe/xmd.ts"
import { nobleSym } from "../sdk/sym/noble.ts"
import { interleaved } from "./measure.ts"

/** One operation: our median, noble's, in ms. */
export interface Unit {
  readonly operation: string
  readonly ours: number
  readonly noble: number
}

const DST = "IBAKE-V01-BLS12381G2_XMD:SHA-256_SSWU_RO_"

/** Measures all of them; each round hashes and multiplies something new, for nothing may come from a table. */
export function units(rounds: number): Unit[] {
  let count = 0
  const fresh = (): Uint8Array => nobleSym.sha256(ascii(`bench ${count++}`))
  const scalar = (): Uint8Array => bls12381.reduce(fresh())
  const Q = run(bls12381.mapToG2(expandMessageXmd(nobleSym, fresh(), ascii(DST), 256)))
  const P = run(bls12381.mulG1(scalar()))
  const e = run(bls12381.pair(P, Q))
  const { G1, G2, fields } = bls12_381
  const nQ = G2.hashToCurve(fresh(), { DST })
  const nP = G1.Point.BASE.multiply(big(scalar()))
  const ne = bls12_381.pairing(nP, G2.Point.BASE)
  const peer = run(p256.keygen(seed(fresh()))).point
  const own = run(p256.keygen(seed(fresh()))).secret
  const pairs: readonly [string, () => unknown, () => unknown][] = [
    ["hash to G2", () => run(bls12381.mapToG2(expandMessageXmd(nobleSym, fresh(), ascii(DST), 256))), () => G2.hashToCurve(fresh(), { DST })],
    ["pairing", () => run(bls12381.pair(P, Q)), () => bls12_381.pairing(nP, nQ as never)],
    ["G1 multiply", () => run(bls12381.mulG1(scalar())), () => G1.Point.BASE.multiply(big(scalar()))],
    ["G2 multiply", () => run(bls12381.mulG2(scalar(), Q)), () => G2.Point.BASE.double().multiply(big(scalar()))],
    ["GT power", () => run(bls12381.powGT(e, scalar())), () => fields.Fp12.pow(ne, big(scalar()))],
    ["P-256 keygen", () => run(p256.keygen(seed(fresh()))), () => nobleP256.getPublicKey(nobleP256.utils.randomSecretKey(), false)],
    ["P-256 ECDH", () => run(p256.agree(own, peer)), () => nobleP256.getSharedSecret(own, peer, false)],
  ]
  const contestants = pairs.flatMap(([name, ours, noble]) => [
    { name, run: ours },
    { name: `${name} noble`, run: noble },
  ])
  const times = interleaved(contestants, rounds, 2)
  return pairs.map(([operation]) => ({ operation, ours: times.get(operation)!, noble: times.get(`${operation} noble`)! }))
}

function big(octets: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(octets).toString("hex")}`)
}

function seed(octets: Uint8Array): Uint8Array {
  const out = new Uint8Array(48)
  out.set(octets)
  return out
}
