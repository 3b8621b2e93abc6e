/** The master side of suite 0x01: in a KMS and in tests, never in a device bundle (PROTOCOL section 2). */
import { copy, wipe } from "../base/bytes.ts"
import { chain, done, map, type Job } from "../base/job.ts"
import type { PairingGroup } from "../group/group.ts"
import type { Sym } from "../sym/sym.ts"
import { BF_SUITE, identityPoint } from "./bf.ts"
import type { IbeMaster } from "./ibe.ts"

const SEED = 48

/** Master secrets of 32 octets (from seeds of 48), P_pub of 48 and private keys of 96 over BLS12-381. */
export function bfMaster<G1, G2, GT>(group: PairingGroup<G1, G2, GT>, sym: Sym): IbeMaster {
  return {
    suiteId: BF_SUITE,
    seedOctets: SEED,
    keyOctets: group.g2Octets,
    /** s = OS2IP(seed) mod r, its bias below 2^-128. */
    setup(seed: Uint8Array): Uint8Array {
      if (seed.length !== SEED) throw new Error(`bfMaster.setup: expected a seed of ${SEED} octets, got ${seed.length}`)
      const s = group.reduce(seed)
      if (!group.validScalar(s)) throw new Error("bfMaster.setup: expected random octets, and these are a multiple of r")
      return s
    },
    /** P_pub = [s]P. */
    publicParameter(master: Uint8Array): Job<Uint8Array | undefined> {
      return group.validScalar(master) ? map(group.mulG1(master), group.encodeG1) : done(undefined)
    },
    /** S_id = [s]Q_id. */
    extract(master: Uint8Array, uid: Uint8Array): Job<Uint8Array> {
      if (!group.validScalar(master)) throw new Error("bfMaster.extract: expected a master secret above 0 and below r")
      const s = copy(master)
      const clean = (): void => wipe(s)
      const multiplied = chain(
        identityPoint(group, sym, uid),
        (Q) => {
          const job = group.mulG2(s, Q)
          clean()
          return job
        },
        clean,
      )
      return map(multiplied, (S) => {
        const out = group.encodeG2(S)
        group.wipe(S)
        return out
      })
    },
  }
}
