/**
 * The part that both type-1 curves share, over any Field: complete addition, strict decoding and Miller's loop.
 * p = 3 mod 4, E(F_p) has p + 1 points, q divides p + 1. A distortion map sends (x, y) to a point (x', iy') with x', y' in F_p (up to a factor of the
 * pairing's exponent), so that vertical lines lie in F_p and vanish: Barreto's trick, RFC 6508 section 3.2.
 */
import { concat, wipe } from "../base/bytes.ts"
import type { Done, Job } from "../base/job.ts"
import type { Field } from "../field/field.ts"
import { mul2, sqr2, type Fp2 } from "./fp2.ts"
import { nafOf, scaled } from "./integer.ts"
import type { Monoid } from "./multiple.ts"

/** A point in homogeneous coordinates; infinity is (0 : 1 : 0). */
export interface Point<E> {
  readonly X: E
  readonly Y: E
  readonly Z: E
}

/** A point that is not infinity. */
export interface Affine<E> {
  readonly x: E
  readonly y: E
}

/** What tells one curve y^2 = x^3 + ax + b from the other. */
export interface Curve<E> {
  readonly F: Field<E>
  readonly q: Uint8Array
  /** x^3 + ax + b. */
  right(x: E): E
  /** 3X^2 + aZ^4 of a point (X / Z^2, Y / Z^3), from X and Z^2. */
  slope(X: E, ZZ: E): E
  /** (a + bi) and (c + di) below, of x1x2, z1z2 and x1z2 + x2z1. */
  forms(xx: E, zz: E, xz: E): Forms<E>
  /** x' and y' of the distortion map. */
  distorted(point: Affine<E>): Affine<E>
}

/** Renes, Costello and Batina 2015, section 3: `off` = axz + 3bzz, `low` = axx + 3bxz - a^2zz, `steep` = 3xx + azz. */
export interface Forms<E> {
  readonly off: E
  readonly low: E
  readonly steep: E
}

/** Complete for points whose difference is not of order two; that one exception gives (0 : 0 : 0), which nothing leaves again. */
export function add<E>(C: Curve<E>, p: Point<E>, q: Point<E>): Point<E> {
  const F = C.F
  const xx = F.mul(p.X, q.X)
  const yy = F.mul(p.Y, q.Y)
  const zz = F.mul(p.Z, q.Z)
  const xy = F.sub(F.mul(F.add(p.X, p.Y), F.add(q.X, q.Y)), F.add(xx, yy))
  const yz = F.sub(F.mul(F.add(p.Y, p.Z), F.add(q.Y, q.Z)), F.add(yy, zz))
  const xz = F.sub(F.mul(F.add(p.X, p.Z), F.add(q.X, q.Z)), F.add(xx, zz))
  return joined(F, { xy, yz, yy }, C.forms(xx, zz, xz))
}

/** The same of a point with itself: squares in place of products. */
export function double<E>(C: Curve<E>, p: Point<E>): Point<E> {
  const F = C.F
  const twice = (t: E): E => F.add(t, t)
  const own = { xy: twice(F.mul(p.X, p.Y)), yz: twice(F.mul(p.Y, p.Z)), yy: F.sqr(p.Y) }
  return joined(F, own, C.forms(F.sqr(p.X), F.sqr(p.Z), twice(F.mul(p.X, p.Z))))
}

function joined<E>(F: Field<E>, t: { readonly xy: E; readonly yz: E; readonly yy: E }, f: Forms<E>): Point<E> {
  const less = F.sub(t.yy, f.off)
  const more = F.add(t.yy, f.off)
  return {
    X: F.sub(F.mul(t.xy, less), F.mul(t.yz, f.low)),
    Y: F.add(F.mul(f.steep, f.low), F.mul(more, less)),
    Z: F.add(F.mul(t.yz, more), F.mul(t.xy, f.steep)),
  }
}

/** The group of points, for multiples. */
export function points<E>(C: Curve<E>): Monoid<Point<E>> {
  const F = C.F
  return {
    neutral: { X: F.zero, Y: F.one, Z: F.zero },
    twice: (p) => double(C, p),
    join: (p, q) => add(C, p, q),
    select: (bit, p, q) => ({ X: F.select(bit, p.X, q.X), Y: F.select(bit, p.Y, q.Y), Z: F.select(bit, p.Z, q.Z) }),
  }
}

/** x and y; of infinity zeros, which are of no point of order q. */
export function affine<E>(F: Field<E>, p: Point<E>): Affine<E> {
  const inverse = F.inv(p.Z)
  return { x: F.mul(p.X, inverse), y: F.mul(p.Y, inverse) }
}

/** A point of x and y. */
export function projective<E>(F: Field<E>, p: Affine<E>): Point<E> {
  return { X: p.x, Y: p.y, Z: F.one }
}

/** x || y. */
export function encode<E>(F: Field<E>, p: Point<E>): Uint8Array {
  const at = affine(F, p)
  return joinAndWipe(F.toOctets(at.x), F.toOctets(at.y))
}

/** Two octet strings in one; they are wiped, for they may be halves of a secret. */
export function joinAndWipe(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = concat([a, b])
  wipe(a)
  wipe(b)
  return out
}

/** A point of the curve, of whatever order: x || y with both below p. */
export function onCurve<E>(C: Curve<E>, xy: Uint8Array): Affine<E> | undefined {
  const F = C.F
  if (xy.length !== 2 * F.octets) return undefined
  const x = F.fromOctets(xy.subarray(0, F.octets))
  const y = F.fromOctets(xy.subarray(F.octets))
  if (x === undefined || y === undefined) return undefined
  return F.equal(F.sqr(y), C.right(x)) ? { x, y } : undefined
}

/** A point of order q, or undefined. */
export function decode<E>(C: Curve<E>, xy: Uint8Array): Point<E> | undefined {
  const point = onCurve(C, xy)
  if (point === undefined) return undefined
  const digits = loopDigits(C)
  let T = start(C.F, point)
  for (let i = digits.length - 2; i >= 0; i--) {
    T = tangent(C, T).next
    if (digits[i] !== 0) T = chord(C.F, T, point, digits[i]!).next
  }
  return closes(C.F, T, point) ? projective(C.F, point) : undefined
}

/** What a loop over a came to. */
export interface Miller<E> {
  /** f_a at the distorted b, up to a factor in F_p. */
  readonly f: Fp2<E>
  /** Whether a is of order q: only then is `f` of use. */
  readonly ordered: boolean
}

/** Doublings in a step of a Job. */
const A_STEP = 16

/** Miller's loop over q - 1, whose last line, the one back to infinity, is vertical. The operations depend on q alone. */
export function miller<E>(C: Curve<E>, a: Affine<E>, b: Affine<E>): Job<Miller<E>> {
  const F = C.F
  const digits = loopDigits(C)
  const to = C.distorted(b)
  let T = start(F, a)
  let f: Fp2<E> = { a: F.one, b: F.zero }
  let at = digits.length - 2
  return {
    step(): Done<Miller<E>> | undefined {
      for (const end = at - A_STEP; at > end && at >= 0; at--) {
        const line = tangent(C, T)
        f = mul2(F, sqr2(F, f), tangentAt(F, line, T, to))
        T = line.next
        if (digits[at] === 0) continue
        const other = chord(F, T, a, digits[at]!)
        f = mul2(F, f, chordAt(F, other, to))
        T = other.next
      }
      return at >= 0 ? undefined : { value: { f, ordered: closes(F, T, a) } }
    },
    drop: () => undefined,
  }
}

function loopDigits<E>(C: Curve<E>): number[] {
  return nafOf(scaled(C.q, 1, -1))
}

/** The running point (X / Z^2, Y / Z^3): public, never infinity when a is of order q, and stuck at Z = 0 once it was. */
function start<E>(F: Field<E>, a: Affine<E>): Point<E> {
  return { X: a.x, Y: a.y, Z: F.one }
}

/** [q - 1]a = -a. */
function closes<E>(F: Field<E>, T: Point<E>, a: Affine<E>): boolean {
  const ZZ = F.sqr(T.Z)
  const y = F.mul(a.y, F.mul(ZZ, T.Z))
  return !F.isZero(T.Z) && F.equal(T.X, F.mul(a.x, ZZ)) && F.equal(T.Y, F.neg(y))
}

interface Tangent<E> {
  readonly next: Point<E>
  readonly M: E
  readonly YY: E
  readonly ZZ: E
}

/** [2]T; the tangent's gradient is M over next.Z. */
function tangent<E>(C: Curve<E>, T: Point<E>): Tangent<E> {
  const F = C.F
  const ZZ = F.sqr(T.Z)
  const YY = F.sqr(T.Y)
  const M = C.slope(T.X, ZZ)
  const twice = (t: E): E => F.add(t, t)
  const S = twice(twice(F.mul(T.X, YY)))
  const X = F.sub(F.sqr(M), twice(S))
  const Y = F.sub(F.mul(M, F.sub(S, X)), twice(twice(twice(F.sqr(YY)))))
  return { next: { X, Y, Z: twice(F.mul(T.Y, T.Z)) }, M, YY, ZZ }
}

/** The tangent at (x', iy'), times next.Z ZZ. */
function tangentAt<E>(F: Field<E>, t: Tangent<E>, T: Point<E>, to: Affine<E>): Fp2<E> {
  const rise = F.mul(t.M, F.sub(F.mul(to.x, t.ZZ), T.X))
  return { a: F.neg(F.add(rise, F.add(t.YY, t.YY))), b: F.mul(to.y, F.mul(t.next.Z, t.ZZ)) }
}

interface Chord<E> {
  readonly next: Point<E>
  /** The gradient is R over next.Z. */
  readonly R: E
  readonly through: Affine<E>
}

/** T + a or T - a. */
function chord<E>(F: Field<E>, T: Point<E>, a: Affine<E>, sign: number): Chord<E> {
  const y = sign < 0 ? F.neg(a.y) : a.y
  const ZZ = F.sqr(T.Z)
  const H = F.sub(F.mul(a.x, ZZ), T.X)
  const R = F.sub(F.mul(y, F.mul(ZZ, T.Z)), T.Y)
  const HH = F.sqr(H)
  const HHH = F.mul(H, HH)
  const V = F.mul(T.X, HH)
  const X = F.sub(F.sub(F.sqr(R), HHH), F.add(V, V))
  const Y = F.sub(F.mul(R, F.sub(V, X)), F.mul(T.Y, HHH))
  return { next: { X, Y, Z: F.mul(T.Z, H) }, R, through: { x: a.x, y } }
}

/** The chord at (x', iy'), times next.Z. */
function chordAt<E>(F: Field<E>, c: Chord<E>, to: Affine<E>): Fp2<E> {
  const rise = F.mul(c.R, F.sub(to.x, c.through.x))
  return { a: F.neg(F.add(rise, F.mul(c.through.y, c.next.Z))), b: F.mul(to.y, c.next.Z) }
}
