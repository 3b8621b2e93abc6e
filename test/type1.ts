/** What tests of suites 0x02 and 0x03 share: their groups over noble's fields, and a curve that was made before. */
import { readFileSync } from "node:fs"
import { unhex } from "../sdk/base/bytes.ts"
import { nobleFieldOf } from "../sdk/field/noble.ts"
import type { Fp2 } from "../sdk/group/fp2.ts"
import type { HashedGroupMaker, SakkeGroup } from "../sdk/group/group.ts"
import { rfc5091Curves } from "../sdk/group/rfc5091-curve.ts"
import { rfc6508Group } from "../sdk/group/rfc6508-curve.ts"
import { parameterSet1 } from "../sdk/group/rfc6509-set1.ts"
import type { Point } from "../sdk/group/supersingular.ts"
import type { CurveBlock } from "../sdk/ibe/bf1-blocks.ts"
import { bf1Master } from "../sdk/ibe/bf1-master.ts"
import type { IbeMaster } from "../sdk/ibe/ibe.ts"
import { sakkeMaster } from "../sdk/ibe/sakke-master.ts"
import type { Sym } from "../sdk/sym/sym.ts"

/** Makes type-1 curves of RFC 5091. */
export const makeCurve: HashedGroupMaker<Point<bigint>, Fp2<bigint>> = rfc5091Curves(nobleFieldOf)

/** The group of parameter set 1 of RFC 6509, over noble's field. */
export function set1Group(): SakkeGroup<Point<bigint>, Fp2<bigint>> {
  return rfc6508Group(nobleFieldOf, parameterSet1)
}

/** The curve of cases/rfc5091_curve.json. */
export function madeCurve(): CurveBlock {
  const of = JSON.parse(readFileSync(new URL("cases/rfc5091_curve.json", import.meta.url), "utf8")) as Record<"p" | "q" | "P", string>
  return { p: unhex(of.p)!, q: unhex(of.q)!, P: unhex(of.P)! }
}

/** The master side of suite 0x02 on that curve: no prime is searched for. */
export function master02(sym: Sym): IbeMaster {
  return bf1Master(makeCurve, sym, madeCurve)
}

/** The master side of suite 0x03. */
export function master03(): IbeMaster {
  return sakkeMaster(set1Group())
}
