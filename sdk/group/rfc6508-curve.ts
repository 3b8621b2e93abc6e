/** The curve of RFC 6508: y^2 = x^3 - 3x over p = 3 mod 4, and its Tate-Lichtenbaum pairing (section 3.2), whose values are cosets of F_p*. */
import { unhex } from "../base/bytes.ts"
import { chain, done, work, type Job } from "../base/job.ts"
import type { Field, FieldMaker } from "../field/field.ts"
import { powers2, sqr2, type Fp2 } from "./fp2.ts"
import type { SakkeGroup } from "./group.ts"
import { multiple } from "./multiple.ts"
import type { SakkeConstants } from "./rfc6509-set1.ts"
import { add, affine, decode, encode, miller, onCurve, points, projective, type Affine, type Curve, type Forms, type Point } from "./supersingular.ts"

/** The group of `constants` over the fields of `make`; they are trusted, for a test has verified them. */
export function rfc6508Group<E>(make: FieldMaker<E>, constants: SakkeConstants): SakkeGroup<Point<E>, Fp2<E>> {
  const F = make(octets(constants.p))
  const q = octets(constants.q)
  const Fq = make(q)
  const C = curve(F, q)
  const element = (text: string): E => F.fromOctets(octets(text))!
  // v^c with c = (p + 1) / q = 4
  const raised = (f: Fp2<E>): Job<Fp2<E>> => work(() => sqr2(F, sqr2(F, f)))
  return {
    coordinateOctets: F.octets,
    scalarOctets: Fq.octets,
    reduce: (wide) => Fq.toOctets(Fq.reduce(wide)),
    validScalar(scalar: Uint8Array): boolean {
      const value = Fq.fromOctets(scalar)
      return value !== undefined && !Fq.isZero(value)
    },
    decode: (xy) => decode(C, xy),
    encode: (point) => encode(F, point),
    mul: (scalar, point) => multiple(points(C), point, scalar),
    add: (a, b) => add(C, a, b),
    pair: (a, b) => chain(miller(C, affine(F, a), affine(F, b)), (m) => raised(m.f)),
    pairStranger(xy: Uint8Array, b: Point<E>): Job<Fp2<E> | undefined> {
      const a = onCurve(C, xy)
      if (a === undefined) return done(undefined)
      return chain(miller(C, a, affine(F, b)), (m) => (m.ordered ? raised(m.f) : done(undefined)))
    },
    powGT: (x, scalar) => multiple(powers2(F), x, scalar),
    /** b / a of a + bi; a = 0 is the element of order two, which is none of ours. */
    encodeGT: (x) => F.toOctets(F.mul(x.b, F.inv(x.a))),
    base: projective(F, { x: element(constants.Px), y: element(constants.Py) }),
    basePair: { a: F.one, b: element(constants.g) },
    inverseOfSum(a: Uint8Array, z: Uint8Array): Uint8Array | undefined {
      const sum = Fq.add(Fq.reduce(a), Fq.reduce(z))
      return Fq.isZero(sum) ? undefined : Fq.toOctets(Fq.inv(sum))
    },
  }
}

function octets(text: string): Uint8Array {
  const out = unhex(text)
  if (out === undefined) throw new Error("rfc6508Group: expected constants in hex")
  return out
}

/** The distortion map sends (x, y) to (-x, iy), section 3.1. */
function curve<E>(F: Field<E>, q: Uint8Array): Curve<E> {
  const thrice = (t: E): E => F.add(t, F.add(t, t))
  return {
    F,
    q,
    right: (x) => F.mul(x, F.sub(F.sqr(x), thrice(F.one))),
    slope: (X, ZZ) => thrice(F.mul(F.sub(X, ZZ), F.add(X, ZZ))),
    forms: (xx, zz, xz): Forms<E> => ({ off: F.neg(thrice(xz)), low: F.neg(thrice(F.add(xx, thrice(zz)))), steep: thrice(F.sub(xx, zz)) }),
    distorted: (point: Affine<E>): Affine<E> => ({ x: F.neg(point.x), y: point.y }),
  }
}
