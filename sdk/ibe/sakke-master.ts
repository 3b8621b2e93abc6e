/** The master side of suite 0x03, the KMS of RFC 6508 section 6.1: in a KMS and in tests, never in a device bundle. */
import { copy, wipe } from "../base/bytes.ts"
import { done, map, type Job } from "../base/job.ts"
import type { SakkeGroup } from "../group/group.ts"
import type { IbeMaster } from "./ibe.ts"
import { encodePoint, SAKKE_SUITE } from "./sakke.ts"

/** Master secrets z of 128 octets from seeds of 16 more, their bias below 2^-128; Z and private keys of 257. */
export function sakkeMaster<P, GT>(group: SakkeGroup<P, GT>): IbeMaster {
  const seedOctets = group.scalarOctets + 16
  return {
    suiteId: SAKKE_SUITE,
    seedOctets,
    keyOctets: 1 + 2 * group.coordinateOctets,
    /** z = OS2IP(seed) mod q. */
    setup(seed: Uint8Array): Uint8Array {
      if (seed.length !== seedOctets) throw new Error(`sakkeMaster.setup: expected a seed of ${seedOctets} octets, got ${seed.length}`)
      const z = group.reduce(seed)
      if (!valid(group, z)) throw new Error("sakkeMaster.setup: expected random octets, and these are 0 or 1 modulo q")
      return z
    },
    /** Z = [z]P. */
    publicParameter(master: Uint8Array): Job<Uint8Array | undefined> {
      return valid(group, master) ? map(group.mul(master, group.base), (Z) => encodePoint(group, Z)) : done(undefined)
    },
    /** RSK K = [1 / (a + z)]P. */
    extract(master: Uint8Array, uid: Uint8Array): Job<Uint8Array> {
      if (!valid(group, master)) throw new Error("sakkeMaster.extract: expected a master secret from 2 to q - 1")
      const z = copy(master)
      const inverse = group.inverseOfSum(uid, z)
      wipe(z)
      // the UID is a hash: to meet -z is as likely as to guess z
      if (inverse === undefined) throw new Error("sakkeMaster.extract: this UID has no key under this master secret")
      const job = group.mul(inverse, group.base)
      wipe(inverse)
      return map(job, (K) => encodePoint(group, K))
    },
  }
}

/** 2 <= z < q, section 2.2. */
function valid<P, GT>(group: SakkeGroup<P, GT>, z: Uint8Array): boolean {
  if (!group.validScalar(z)) return false
  let high = 0
  for (let i = 0; i < z.length - 1; i++) high |= z[i]!
  return high !== 0 || z[z.length - 1]! > 1
}
