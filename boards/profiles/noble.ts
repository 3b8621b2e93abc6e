/** The profile of Node and other hosts with BigInt: audited noble throughout. Private keys live as BigInts while used, which cannot be wiped. */
import { bls12381, type Fp12 } from "../../sdk/group/bls12381-noble.ts"
import { p256 } from "../../sdk/group/p256-noble.ts"
import { bf } from "../../sdk/ibe/bf.ts"
import { gidCache } from "../../sdk/ibe/gid-cache.ts"
import { seal } from "../../sdk/ibe/seal.ts"
import { prf256 } from "../../sdk/mikey/prf.ts"
import { srtpRules } from "../../sdk/srtp/policy.ts"
import type { Profile } from "../../sdk/suite.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { limits } from "../limits.ts"

/** Suite 0x01 and P-256; remembers g_ID of the 16 peers called last. */
export function noble(): Profile {
  const ibe = bf(bls12381, nobleSym, gidCache<Fp12>(16))
  return {
    name: "noble",
    suites: [{ id: ibe.suiteId, ibe, box: seal(ibe, nobleSym) }],
    groups: [p256],
    prf: prf256(nobleSym),
    sym: nobleSym,
    srtp: srtpRules(["AEAD_AES_128_GCM"]),
    limits: limits(),
  }
}
