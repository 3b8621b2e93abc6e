/** The type-1 curves of RFC 5091: y^2 = x^3 + 1 over p = 11 mod 12, q a Solinas prime that divides p + 1, the modified Tate pairing of section 4.5. */
import { copy, u8 } from "../base/bytes.ts"
import { chain, done, map, run, work, type Job } from "../base/job.ts"
import type { Field, FieldMaker } from "../field/field.ts"
import { conjugate, mul2, powers, powers2, unitary, type Fp2 } from "./fp2.ts"
import type { HashedGroup, HashedGroupMaker } from "./group.ts"
import { bitLength, bitOf, divide, isZero, nafOf, scaled, trimmed } from "./integer.ts"
import { multiple } from "./multiple.ts"
import { add, affine, decode, encode, joinAndWipe, miller, onCurve, points, projective, type Affine, type Curve, type Forms, type Point } from "./supersingular.ts"

/** Everything that p and q fix. */
interface Setting<E> {
  readonly C: Curve<E>
  readonly Fq: Field<E>
  /** (p + 1) / q, the cofactor and the pairing's exponent. */
  readonly cofactor: Uint8Array
  /** (q + 1) / 2, which is 1/2 mod q. */
  readonly half: Uint8Array
  /** (2p - 1) / 3, which is 1/3 mod p - 1. */
  readonly third: Uint8Array
}

/** Makes groups over the fields of `make`; p and q are minimal, without leading zero octets. */
export function rfc5091Curves<E>(make: FieldMaker<E>): HashedGroupMaker<Point<E>, Fp2<E>> {
  return (p, q) => {
    const s = setting(make, copy(p), copy(q))
    return s === undefined ? undefined : group(s)
  }
}

function group<E>(s: Setting<E>): HashedGroup<Point<E>, Fp2<E>> {
  const C = s.C
  const F = C.F
  const reduced = (f: Fp2<E>): Job<Fp2<E>> => chain(work(() => unitary(F, f)), (u) => multiple(powers2(F), u, s.cofactor))
  // the distorted point of `distorted` gives the square of the pairing
  const root = (x: Fp2<E>): Job<Fp2<E>> => multiple(powers2(F), x, s.half)
  const looped = (a: Affine<E>, b: Affine<E>): Job<Fp2<E>> => map(miller(C, a, b), (m) => m.f)
  return {
    coordinateOctets: F.octets,
    scalarOctets: s.Fq.octets,
    reduce: (wide) => s.Fq.toOctets(s.Fq.reduce(wide)),
    validScalar(scalar: Uint8Array): boolean {
      const value = s.Fq.fromOctets(scalar)
      return value !== undefined && !s.Fq.isZero(value)
    },
    decode: (xy) => decode(C, xy),
    encode: (point) => encode(F, point),
    mul: (scalar, point) => multiple(points(C), point, scalar),
    add: (a, b) => add(C, a, b),
    pair: (a, b) => chain(chain(looped(affine(F, a), affine(F, b)), reduced), root),
    pairStranger(xy: Uint8Array, b: Point<E>): Job<Fp2<E> | undefined> {
      const a = onCurve(C, xy)
      if (a === undefined) return done(undefined)
      return chain(miller(C, a, affine(F, b)), (m) => (m.ordered ? chain(reduced(m.f), root) : done(undefined)))
    },
    powGT: (x, scalar) => multiple(powers2(F), x, scalar),
    encodeGT: (x) => joinAndWipe(F.toOctets(x.a), F.toOctets(x.b)),
    hashed: (wide) => chain(cubeRoot(s, wide), (Q) => multiple(points(C), projective(F, Q), s.cofactor)),
    /** e(a, [cofactor]Q') = e(a, Q')^cofactor: a power of GT costs a quarter of a multiple of a point. */
    pairHashed: (a, wide) => chain(chain(chain(cubeRoot(s, wide), (Q) => looped(affine(F, a), Q)), reduced), (x) => chain(root(x), (y) => multiple(powers2(F), y, s.cofactor))),
    sameSecret(S: Point<E>, P: Point<E>, Ppub: Point<E>, wide: Uint8Array): Job<boolean> {
      const right = chain(chain(cubeRoot(s, wide), (Q) => looped(affine(F, Ppub), Q)), reduced)
      const both = chain(right, (r) => map(looped(affine(F, P), affine(F, S)), (l) => mul2(F, unitary(F, l), conjugate(F, r))))
      return map(chain(both, (x) => multiple(powers2(F), x, s.cofactor)), (x) => F.equal(x.a, F.one) && F.isZero(x.b))
    },
  }
}

/** HashToPoint1 up to its step 3: x = (y^2 - 1)^(1/3). y = 1 or -1 has a chance of 2^-510 and no preimage that anybody can find. */
function cubeRoot<E>(s: Setting<E>, wide: Uint8Array): Job<Affine<E>> {
  const F = s.C.F
  const y = F.reduce(wide)
  return map(multiple(powers(F), F.sub(F.sqr(y), F.one), s.third), (x) => ({ x, y }))
}

/** What p and q give, when p = 11 mod 12, 12q divides p + 1, q is a Solinas prime above 3 and p a prime, both with an error that nobody makes by chance. */
function setting<E>(make: FieldMaker<E>, p: Uint8Array, q: Uint8Array): Setting<E> | undefined {
  const next = scaled(p, 1, 1)
  if (p[0] === 0 || q[0] === 0 || bitLength(q) < 3 || !isSolinas(q) || bitLength(p) < bitLength(q) + 4) return undefined
  const division = divide(next, q)
  if (!isZero(division.rest) || !isZero(divide(division.quotient, u8(12)).rest)) return undefined
  const F = make(p)
  const Fq = make(q)
  if (!isPrime(Fq, q, 8) || !isPrime(F, p, 4)) return undefined
  const three = F.add(F.one, F.add(F.one, F.one))
  const sqrt3 = run(multiple(powers(F), three, trimmed(divide(next, u8(4)).quotient)))
  if (!F.equal(F.sqr(sqrt3), three)) return undefined
  return {
    C: curve(F, q, F.mul(sqrt3, F.inv(three))),
    Fq,
    cofactor: trimmed(division.quotient),
    half: trimmed(divide(scaled(q, 1, 1), u8(2)).quotient),
    third: trimmed(divide(scaled(p, 2, -1), u8(3)).quotient),
  }
}

/** 2^a +- 2^b +- 1, RFC 5091 section 2.1. */
function isSolinas(q: Uint8Array): boolean {
  const digits = nafOf(q)
  let weight = 0
  for (let i = 0; i < digits.length; i++) if (digits[i] !== 0) weight++
  return weight <= 3 && digits[0] !== 0
}

/**
 * Miller and Rabin with the first primes as bases: for parameters that an authenticated KMS made, so against mistakes, not against a KMS that builds
 * composites: its own master secret reads more than those would.
 */
function isPrime<E>(F: Field<E>, n: Uint8Array, bases: number): boolean {
  const less = scaled(n, 1, -1)
  let twos = 0
  while (bitOf(less, twos) === 0) twos++
  let odd = less
  for (let i = 0; i < twos; i++) odd = divide(odd, u8(2)).quotient
  const first = [2, 3, 5, 7, 11, 13, 17, 19]
  for (let i = 0; i < bases; i++) {
    if (!witnesses(F, F.reduce(u8(first[i]!)), trimmed(odd), twos)) return false
  }
  return true
}

function witnesses<E>(F: Field<E>, base: E, odd: Uint8Array, twos: number): boolean {
  let x = run(multiple(powers(F), base, odd))
  if (F.equal(x, F.one)) return true
  for (let i = 0; i < twos; i++) {
    if (F.equal(x, F.neg(F.one))) return true
    x = F.sqr(x)
  }
  return false
}

/** y^2 = x^3 + 1; `thirdRoot` is sqrt(3) / 3 with sqrt(3) = 3^((p + 1) / 4). */
function curve<E>(F: Field<E>, q: Uint8Array, thirdRoot: E): Curve<E> {
  const thrice = (t: E): E => F.add(t, F.add(t, t))
  return {
    F,
    q,
    right: (x) => F.add(F.mul(F.sqr(x), x), F.one),
    slope: (X) => thrice(F.sqr(X)),
    forms: (xx, zz, xz): Forms<E> => ({ off: thrice(zz), low: thrice(xz), steep: thrice(xx) }),
    /**
     * phi(B) - phi(phi(B)) with phi(x, y) = (zeta x, y), zeta = -(1 + sqrt(3) i) / 2: of trace zero, and e(A, phi(phi(B))) = 1 / e(A, phi(B)), so
     * that it gives the square of e(A, phi(B)). Its coordinates are x - 4y^2 / (3x^2) and -(y / sqrt(3)) (1 + 2x' / x) i.
     */
    distorted(point: Affine<E>): Affine<E> {
      const inverse = F.inv(point.x)
      const slope = F.mul(F.mul(F.add(point.y, point.y), inverse), thirdRoot)
      // slope^2 = 4y^2 / (3x^2), for thirdRoot^2 = 1/3
      const x = F.sub(point.x, F.sqr(slope))
      const ratio = F.mul(F.add(x, x), inverse)
      return { x, y: F.neg(F.mul(F.mul(point.y, thirdRoot), F.add(F.one, ratio))) }
    },
  }
}
