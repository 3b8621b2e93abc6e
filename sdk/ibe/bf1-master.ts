/** The master side of suite 0x02: in a KMS and in tests, never in a device bundle. A master secret is s(32) || BFPublicParameters, for a curve is made with it. */
import { concat, copy, equal, wipe } from "../base/bytes.ts"
import { chain, done, map, run, type Job } from "../base/job.ts"
import type { HashedGroupMaker } from "../group/group.ts"
import type { Sym } from "../sym/sym.ts"
import { KEY_OCTETS, Q_OCTETS, writeKeyBlock, writePublicBlock, type CurveBlock } from "./bf1-blocks.ts"
import { BF1_SUITE, bf1Parameters, type Bf1Params } from "./bf1.ts"
import { hashToRange } from "./hash-bytes.ts"
import type { IbeMaster } from "./ibe.ts"

const S_SEED = 48
const CURVE_SEED = 48

/** Steps 2 to 4 of BFsetup1 from 48 random octets; KMSs may share a curve, so `() => known` will do. */
export type CurveSource = (seed: Uint8Array) => CurveBlock

/** Master secrets from seeds of 96 octets; private keys of at most 403. */
export function bf1Master<P, GT>(makeGroup: HashedGroupMaker<P, GT>, sym: Sym, curve: CurveSource): IbeMaster {
  // parameters take tenths of a second to check, and a KMS has one set
  let kept: Bf1Params<P, GT> | undefined
  const parsed = (master: Uint8Array): Bf1Params<P, GT> | undefined => {
    const octets = master.subarray(Q_OCTETS)
    if (kept === undefined || !equal(kept.octets, octets)) kept = bf1Parameters(makeGroup, sym, octets)
    return kept !== undefined && kept.scheme.group.validScalar(master.subarray(0, Q_OCTETS)) ? kept : undefined
  }
  return {
    suiteId: BF1_SUITE,
    seedOctets: S_SEED + CURVE_SEED,
    keyOctets: KEY_OCTETS,
    /** s = OS2IP(first 48 octets) mod q, its bias below 2^-128, on the curve of the other 48. Blocks, for seconds where the curve is new. */
    setup(seed: Uint8Array): Uint8Array {
      if (seed.length !== S_SEED + CURVE_SEED) throw new Error(`bf1Master.setup: expected a seed of ${S_SEED + CURVE_SEED} octets, got ${seed.length}`)
      return masterOn(makeGroup, curve(seed.subarray(S_SEED)), seed.subarray(0, S_SEED))
    },
    publicParameter: (master) => published(parsed(master), master),
    /** BFPrivateKeyBlock of S_id = [s]Q_id. */
    extract(master: Uint8Array, uid: Uint8Array): Job<Uint8Array> {
      const of = parsed(master)
      if (of === undefined) throw new Error("bf1Master.extract: expected a master secret that setup made")
      const group = of.scheme.group
      const s = copy(master.subarray(0, Q_OCTETS))
      const clean = (): void => wipe(s)
      const multiplied = chain(
        group.hashed(hashToRange((data) => sym.sha256(data), uid)),
        (Q) => {
          const job = group.mul(s, Q)
          clean()
          return job
        },
        clean,
      )
      return map(multiplied, (S) => {
        const xy = group.encode(S)
        const out = writeKeyBlock(xy)
        wipe(xy)
        return out
      })
    },
  }
}

/** Step 5: s and P_pub on a curve. */
function masterOn<P, GT>(makeGroup: HashedGroupMaker<P, GT>, curve: CurveBlock, seed: Uint8Array): Uint8Array {
  const group = makeGroup(curve.p, curve.q)
  const P = group === undefined ? undefined : group.decode(curve.P)
  if (group === undefined || P === undefined) throw new Error("bf1Master.setup: expected a type-1 curve of RFC 5091 with n = 3072")
  const s = group.reduce(seed)
  if (!group.validScalar(s)) throw new Error("bf1Master.setup: expected random octets, and these are a multiple of q")
  const Ppub = group.encode(run(group.mul(s, P)))
  const master = concat([s, writePublicBlock({ p: curve.p, q: curve.q, P: curve.P, Ppub })])
  wipe(s)
  return master
}

/** BFPublicParameters, once P_pub = [s]P holds. */
function published<P, GT>(of: Bf1Params<P, GT> | undefined, master: Uint8Array): Job<Uint8Array | undefined> {
  if (of === undefined) return done(undefined)
  const group = of.scheme.group
  return map(group.mul(master.subarray(0, Q_OCTETS), of.scheme.P), (Ppub) => (equal(group.encode(Ppub), group.encode(of.Ppub)) ? copy(of.octets) : undefined))
}
