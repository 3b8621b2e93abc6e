/** Makes rfc5091_curve.json: one type-1 curve of n = 3072 by BFsetup1 from a named seed, so that tests need not search for primes. */
import { createHash } from "node:crypto"
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { nobleFieldOf } from "../../sdk/field/noble.ts"
import { rfc5091Curves } from "../../sdk/group/rfc5091-curve.ts"
import { newCurve } from "../../sdk/kms/bf1-setup.ts"

const LABEL = "ibake test curve, RFC 5091, n = 3072"

/** The file's text; takes a few seconds. */
export function curveText(progress: (line: string) => void): string {
  const seed = new Uint8Array(createHash("sha384").update(LABEL).digest())
  const curve = newCurve(rfc5091Curves(nobleFieldOf), seed, (found, candidates) => progress(`${found} ${candidates}`))
  const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex")
  const source = `make-rfc5091-curve.ts: BFsetup1 (RFC 5091 section 5.1.2) through sdk/kms/bf1-setup.ts from seed = SHA-384("${LABEL}")`
  return `${JSON.stringify({ source, seed: hex(seed), p: hex(curve.p), q: hex(curve.q), P: hex(curve.P) }, null, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(new URL("rfc5091_curve.json", import.meta.url), curveText((line) => process.stderr.write(`${line}\n`)))
