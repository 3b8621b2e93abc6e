/** The master side of every suite that a KMS of this release serves; only sdk/kms names these. */
import { bls12381 } from "../group/bls12381-noble.ts"
import { bfMaster } from "../ibe/bf-master.ts"
import type { IbeMaster } from "../ibe/ibe.ts"
import { prf256 } from "../mikey/prf.ts"
import { nobleSym } from "../sym/noble.ts"
import { issuer } from "./issue.ts"
import type { Issuer } from "./types.ts"

/** Suite 0x01, the default: BF over BLS12-381 through noble. */
export function defaultMaster(): IbeMaster {
  return bfMaster(bls12381, nobleSym)
}

/** The core of PROTOCOL section 6 over `masters`. */
export function defaultIssuer(masters: readonly IbeMaster[]): Issuer {
  return issuer({ sym: nobleSym, prf: prf256(nobleSym) }, masters)
}
