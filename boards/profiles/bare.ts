/** The profile of a board that has no group yet: what symmetric parts alone can do. It opens no box and makes no call; it is the floor of every size. */
import { prf256 } from "../../sdk/mikey/prf.ts"
import { srtpRules } from "../../sdk/srtp/policy.ts"
import type { Profile } from "../../sdk/suite.ts"
import { plainSym } from "../../sdk/sym/plain.ts"
import { limits } from "../limits.ts"

/** No suite and no curve; no BigInt in it. */
export function bare(): Profile {
  return { name: "bare", suites: [], groups: [], prf: prf256(plainSym), sym: plainSym, srtp: srtpRules(["AEAD_AES_128_GCM"]), limits: limits() }
}
