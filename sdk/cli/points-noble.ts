/** Arithmetic on points of P-256 that only an attacker wants: what a watching KMS can make of two points and the scalars that it knows. */
import { p256 } from "@noble/curves/nist.js"
import { hex } from "../base/bytes.ts"

/** A point that may be tried as K_SESSION. */
export interface Candidate {
  readonly name: string
  /** SEC1 uncompressed, 65 octets. */
  readonly octets: Uint8Array
}

/** Everything that two points and scalars give: the points, sums, differences, doubles, and each scalar times each of them; the first scalar is s. */
export function candidates(xP: Uint8Array, yP: Uint8Array, scalars: readonly Uint8Array[]): Candidate[] {
  const { Point } = p256
  const X = Point.fromBytes(xP)
  const Y = Point.fromBytes(yP)
  const points = [
    { name: "[x]P", point: X },
    { name: "[y]P", point: Y },
    { name: "[x+y]P", point: X.add(Y) },
    { name: "[x-y]P", point: X.subtract(Y) },
    { name: "[2x]P", point: X.double() },
    { name: "[2y]P", point: Y.double() },
  ]
  const times = scalars.flatMap((scalar, i) => {
    const k = BigInt(`0x${hex(scalar)}`) % Point.Fn.ORDER
    return points.map((p) => ({ name: `[${i === 0 ? "s" : `k${i}`}]${p.name}`, point: p.point.multiply(k) }))
  })
  return [...points, ...times].map((p) => ({ name: p.name, octets: p.point.toBytes(false) }))
}
