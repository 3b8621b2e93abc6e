/** Records the Programs and writes them as the modules that are shipped: `npx tsx test/machine/make-programs.ts`. programs.test.ts holds them to be what is made now. */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { base64 } from "../../sdk/base/base64.ts"
import { bls12381Plan } from "../../sdk/group/bls12381-plan.ts"
import { p256Plan } from "../../sdk/group/p256-plan.ts"
import { p384Plan } from "../../sdk/group/p384-plan.ts"
import type { Plan } from "../../sdk/machine/formula.ts"
import { record } from "../../sdk/machine/record.ts"

/** A Program that is shipped. */
export interface Shipped {
  /** Path from this folder. */
  readonly path: string
  readonly name: string
  readonly of: string
  readonly plan: () => Plan
}

/** All of them. */
export const shipped: readonly Shipped[] = [
  { path: "../../sdk/group/bls12381-program.ts", name: "bls12381Text", of: "BLS12-381, bls12381-plan.ts", plan: bls12381Plan },
  { path: "../../sdk/group/p256-program.ts", name: "p256Text", of: "P-256, p256-plan.ts", plan: p256Plan },
  { path: "../../sdk/group/p384-program.ts", name: "p384Text", of: "P-384, p384-plan.ts", plan: p384Plan },
]

/** The module of a Program. */
export function moduleOf(one: Shipped): string {
  const octets = record(one.plan())
  const lines = base64(octets).match(/.{1,150}/g)!.map((line) => `  "${line}"`)
  return `/** The Program of ${one.of}, in base64: ${octets.length} octets. Made by test/machine/make-programs.ts; not for editing. */\nexport const ${one.name}: string =\n${lines.join(" +\n")}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const one of shipped) writeFileSync(new URL(one.path, import.meta.url), moduleOf(one))
