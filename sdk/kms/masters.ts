/** The master side of every suite that a KMS of this release serves; only sdk/kms names these. */
import { nobleAll } from "../../boards/profiles/noble-all.ts"
import type { Fault } from "../base/fault.ts"
import { run } from "../base/job.ts"
import { nobleFieldOf } from "../field/noble.ts"
import { bls12381 } from "../group/bls12381-noble.ts"
import { rfc5091Curves } from "../group/rfc5091-curve.ts"
import { rfc6508Group } from "../group/rfc6508-curve.ts"
import { parameterSet1 } from "../group/rfc6509-set1.ts"
import { bfMaster } from "../ibe/bf-master.ts"
import { bf1Master } from "../ibe/bf1-master.ts"
import type { IbeMaster } from "../ibe/ibe.ts"
import { sakkeMaster } from "../ibe/sakke-master.ts"
import type { ParameterSet } from "../ibake/identity.ts"
import { Parameters } from "../keys/parameters.ts"
import { prf256 } from "../mikey/prf.ts"
import { nobleSym } from "../sym/noble.ts"
import { newCurve, type SetupProgress } from "./bf1-setup.ts"
import type { Certifier } from "./certifier.ts"
import { issuer } from "./issue.ts"
import type { Issuer } from "./types.ts"

/** The suites that a KMS can be founded under, each by its octet and its name. */
export const servedSuites: readonly { readonly id: number; readonly name: string }[] = [
  { id: 0x01, name: "bf" },
  { id: 0x02, name: "rfc5091" },
  { id: 0x03, name: "sakke" },
]

/** Suite 0x01, the default: BF over BLS12-381 through noble. */
export function defaultMaster(): IbeMaster {
  return bfMaster(bls12381, nobleSym)
}

/** The master side of a suite octet, or undefined; `progress` is told how far the setup of a curve of suite 0x02 is. */
export function masterOf(suite: number, progress?: SetupProgress): IbeMaster | undefined {
  if (suite === 0x01) return defaultMaster()
  if (suite === 0x02) return rfc5091Master(progress)
  return suite === 0x03 ? sakkeMaster(rfc6508Group(nobleFieldOf, parameterSet1)) : undefined
}

/** The master sides of all of them, for opening a KMS of whatever suite. */
export function everyMaster(): IbeMaster[] {
  return servedSuites.map((suite) => masterOf(suite.id)!)
}

/** The core of PROTOCOL section 6 over `masters`; with a certifier it answers requests by certificate too. */
export function defaultIssuer(masters: readonly IbeMaster[], certifier?: Certifier): Issuer {
  return issuer({ sym: nobleSym, prf: prf256(nobleSym) }, masters, certifier)
}

/** What a device that knows every suite of this release says of a set: suite/refused, parameters/invalid, or nothing. */
export function judgeSet(set: ParameterSet): Fault | undefined {
  return run(new Parameters(nobleAll().suites).enrol(set))
}

/** Each KMS gets a curve of its own, RFC 5091 section 5.1.2. */
function rfc5091Master(progress: SetupProgress | undefined): IbeMaster {
  const makeGroup = rfc5091Curves(nobleFieldOf)
  return bf1Master(makeGroup, nobleSym, (seed) => newCurve(makeGroup, seed, progress))
}
