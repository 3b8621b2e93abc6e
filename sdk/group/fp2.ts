/** F_p^2 = F_p[i], i^2 = -1, for p = 3 mod 4, over any Field. */
import type { Field } from "../field/field.ts"
import type { Monoid } from "./multiple.ts"

/** a + bi. */
export interface Fp2<E> {
  readonly a: E
  readonly b: E
}

/** Three multiplications. */
export function mul2<E>(F: Field<E>, x: Fp2<E>, y: Fp2<E>): Fp2<E> {
  const aa = F.mul(x.a, y.a)
  const bb = F.mul(x.b, y.b)
  const cross = F.mul(F.add(x.a, x.b), F.add(y.a, y.b))
  return { a: F.sub(aa, bb), b: F.sub(F.sub(cross, aa), bb) }
}

/** Two multiplications. */
export function sqr2<E>(F: Field<E>, x: Fp2<E>): Fp2<E> {
  const ab = F.mul(x.a, x.b)
  return { a: F.mul(F.add(x.a, x.b), F.sub(x.a, x.b)), b: F.add(ab, ab) }
}

/** a - bi: x^p, and 1/x for an x of norm 1. */
export function conjugate<E>(F: Field<E>, x: Fp2<E>): Fp2<E> {
  return { a: x.a, b: F.neg(x.b) }
}

/** x^(p - 1) = conj(x)^2 / N(x), which has norm 1; x is not zero. */
export function unitary<E>(F: Field<E>, x: Fp2<E>): Fp2<E> {
  const norm = F.inv(F.add(F.sqr(x.a), F.sqr(x.b)))
  const square = sqr2(F, conjugate(F, x))
  return { a: F.mul(square.a, norm), b: F.mul(square.b, norm) }
}

/** The multiplicative group, for powers. */
export function powers2<E>(F: Field<E>): Monoid<Fp2<E>> {
  return {
    neutral: { a: F.one, b: F.zero },
    twice: (x) => sqr2(F, x),
    join: (x, y) => mul2(F, x, y),
    select: (bit, x, y) => ({ a: F.select(bit, x.a, y.a), b: F.select(bit, x.b, y.b) }),
  }
}

/** The same of F_p. */
export function powers<E>(F: Field<E>): Monoid<E> {
  return {
    neutral: F.one,
    twice: (x) => F.sqr(x),
    join: (x, y) => F.mul(x, y),
    select: (bit, x, y) => F.select(bit, x, y),
  }
}
