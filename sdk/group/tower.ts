/**
 * Fp6 = Fp2[v]/(v^3 - xi) and Fp12 = Fp6[w]/(w^2 - v), xi = 1 + u, as formulas over Fp2 (PROTOCOL section 2). Karatsuba throughout: Devegili, O hEigeartaigh,
 * Scott, Dahab, "Multiplication and squaring on pairing-friendly fields", eprint 2006/471.
 */
import type { Arithmetic } from "../machine/formula.ts"

/** a + b v + c v^2. */
export interface Fp6<T> {
  readonly a: T
  readonly b: T
  readonly c: T
}

/** a + b w. */
export interface Fp12<T> {
  readonly a: Fp6<T>
  readonly b: Fp6<T>
}

/** Three elements from `at` on. */
export function fp6<T>(x: readonly T[], at: number): Fp6<T> {
  return { a: x[at]!, b: x[at + 1]!, c: x[at + 2]! }
}

/** Six elements in the order of the encoding: 1, v, v^2, w, vw, v^2 w. */
export function fp12<T>(x: readonly T[]): Fp12<T> {
  return { a: fp6(x, 0), b: fp6(x, 3) }
}

/** The elements in that order. */
export function list12<T>(a: Fp6<T>, b: Fp6<T>): T[] {
  return [a.a, a.b, a.c, b.a, b.b, b.c]
}

/** x + y. */
export function add6<T>(K: Arithmetic<T>, x: Fp6<T>, y: Fp6<T>): Fp6<T> {
  return { a: K.add(x.a, y.a), b: K.add(x.b, y.b), c: K.add(x.c, y.c) }
}

/** x - y. */
export function sub6<T>(K: Arithmetic<T>, x: Fp6<T>, y: Fp6<T>): Fp6<T> {
  return { a: K.sub(x.a, y.a), b: K.sub(x.b, y.b), c: K.sub(x.c, y.c) }
}

/** -x. */
export function neg6<T>(K: Arithmetic<T>, x: Fp6<T>): Fp6<T> {
  return { a: K.neg(x.a), b: K.neg(x.b), c: K.neg(x.c) }
}

/** v x. */
export function timesV<T>(K: Arithmetic<T>, x: Fp6<T>): Fp6<T> {
  return { a: K.xi(x.c), b: x.a, c: x.b }
}

/** Six multiplications. */
export function mul6<T>(K: Arithmetic<T>, x: Fp6<T>, y: Fp6<T>): Fp6<T> {
  const aa = K.mul(x.a, y.a)
  const bb = K.mul(x.b, y.b)
  const cc = K.mul(x.c, y.c)
  const bc = K.sub(K.sub(K.mul(K.add(x.b, x.c), K.add(y.b, y.c)), bb), cc)
  const ab = K.sub(K.sub(K.mul(K.add(x.a, x.b), K.add(y.a, y.b)), aa), bb)
  const ac = K.sub(K.sub(K.mul(K.add(x.a, x.c), K.add(y.a, y.c)), aa), cc)
  return { a: K.add(aa, K.xi(bc)), b: K.add(ab, K.xi(cc)), c: K.add(ac, bb) }
}

/** x (d + e v): five multiplications. */
export function mul6by2<T>(K: Arithmetic<T>, x: Fp6<T>, d: T, e: T): Fp6<T> {
  const ad = K.mul(x.a, d)
  const be = K.mul(x.b, e)
  const ce = K.sub(K.mul(K.add(x.b, x.c), e), be)
  const cross = K.sub(K.sub(K.mul(K.add(d, e), K.add(x.a, x.b)), ad), be)
  const cd = K.sub(K.mul(K.add(x.a, x.c), d), ad)
  return { a: K.add(K.xi(ce), ad), b: cross, c: K.add(cd, be) }
}

/** x e v: three multiplications. */
export function mul6by1<T>(K: Arithmetic<T>, x: Fp6<T>, e: T): Fp6<T> {
  return { a: K.xi(K.mul(x.c, e)), b: K.mul(x.a, e), c: K.mul(x.b, e) }
}

/** Three squares and two multiplications: Chung and Hasan's SQR2. */
export function sqr6<T>(K: Arithmetic<T>, x: Fp6<T>): Fp6<T> {
  const aa = K.sqr(x.a)
  const cc = K.sqr(x.c)
  const half = K.mul(x.a, x.b)
  const ab = K.add(half, half)
  const other = K.mul(x.b, x.c)
  const bc = K.add(other, other)
  const all = K.sqr(K.add(K.sub(x.a, x.b), x.c))
  return { a: K.add(K.xi(bc), aa), b: K.add(K.xi(cc), ab), c: K.sub(K.sub(K.add(K.add(ab, all), bc), aa), cc) }
}

/** Eighteen multiplications. */
export function mul12<T>(K: Arithmetic<T>, x: Fp12<T>, y: Fp12<T>): T[] {
  const aa = mul6(K, x.a, y.a)
  const bb = mul6(K, x.b, y.b)
  const cross = mul6(K, add6(K, x.a, x.b), add6(K, y.a, y.b))
  return list12(add6(K, aa, timesV(K, bb)), sub6(K, sub6(K, cross, aa), bb))
}

/** Twelve multiplications: the complex method. */
export function sqr12<T>(K: Arithmetic<T>, x: Fp12<T>): T[] {
  const ab = mul6(K, x.a, x.b)
  const both = mul6(K, add6(K, timesV(K, x.b), x.a), add6(K, x.a, x.b))
  return list12(sub6(K, sub6(K, both, ab), timesV(K, ab)), add6(K, ab, ab))
}
