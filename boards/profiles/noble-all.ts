/** The profile of Node and other hosts with BigInt that serve every suite: for agencies with RFC 5091 or SAKKE key servers, and radios between two of them. */
import { nobleFieldOf } from "../../sdk/field/noble.ts"
import type { Fp2 } from "../../sdk/group/fp2.ts"
import { rfc5091Curves } from "../../sdk/group/rfc5091-curve.ts"
import { rfc6508Group } from "../../sdk/group/rfc6508-curve.ts"
import { parameterSet1 } from "../../sdk/group/rfc6509-set1.ts"
import { bf1 } from "../../sdk/ibe/bf1.ts"
import { gidCache } from "../../sdk/ibe/gid-cache.ts"
import { sakke } from "../../sdk/ibe/sakke.ts"
import { seal } from "../../sdk/ibe/seal.ts"
import type { Ibe, Profile, Suite, Sym } from "../../sdk/suite.ts"
import { noble } from "./noble.ts"

/** Suites 0x01, 0x02 and 0x03, and all else as `noble`; remembers the pairings of the 16 peers called last under 0x01, and under 0x02. */
export function nobleAll(): Profile {
  return withEverySuite("noble-all", noble())
}

/** A profile of suite 0x01 with suites 0x02 and 0x03 beside it, over BigInt, under another name. */
export function withEverySuite(name: string, profile: Profile): Profile {
  const more = [bf1(rfc5091Curves(nobleFieldOf), profile.sym, gidCache<Fp2<bigint>>(16)), sakke(rfc6508Group(nobleFieldOf, parameterSet1), profile.sym)]
  return {
    name,
    suites: profile.suites.concat(more.map((ibe) => suite(ibe, profile.sym))),
    groups: profile.groups,
    prf: profile.prf,
    sym: profile.sym,
    srtp: profile.srtp,
    limits: profile.limits,
  }
}

function suite(ibe: Ibe, sym: Sym): Suite {
  return { id: ibe.suiteId, ibe, box: seal(ibe, sym) }
}
