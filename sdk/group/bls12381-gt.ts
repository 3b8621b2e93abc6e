/** GT of BLS12-381 as blocks over Fp2: the tower, the cyclotomic subgroup, and the final exponentiation. Elements are six of Fp2 in the order of the encoding. */
import { copyTo, exponentOf, go, over1, over2, walk, type Arithmetic, type Block, type Constant, type Exponent, type Routine, type Step } from "../machine/formula.ts"
import { P_HEX, X_HEX } from "./bls12381-numbers.ts"
import { inverseOf } from "./power.ts"
import { add6, fp12, fp6, list12, mul12, mul6, mul6by1, mul6by2, neg6, sqr12, sqr6, sub6, timesV } from "./tower.ts"

/** (beta x, -y) is [x^2](x, y) in G1; beta is a cube root of 1, and -xi^(2(p-1)/3). */
export const BETA: Constant = { re: "5f19672fdf76ce51ba69c6076a0f77eaddb3a93be6f89688de17d813620a00022e01fffffffefffe", im: "0" }

const W1 = "1904d3bf02bb0667c231beb4202c0d1f0fd603fd3cbd5f4f7b2443d784bab9c4f67ea53d63e7813d8d0775ed92235fb8"
const W3 = "6af0e0437ff400b6831e36d6bd17ffe48395dabc2d3435e77f76e17009241c5ee67992f72ec05f4c81084fbede3cc09"
const W5 = "5b2cfd9013a5fd8df47fa6b48b1e045f39816240c0b8fee8beadf4d8e9c0566c63a3e6e257f87329b18fae980078116"

/** xi^(i(p-1)/6) for i = 1 to 5: w^p = xi^((p-1)/6) w. */
const frobeniusConstants: readonly Constant[] = [
  { re: W1, im: `-${W1}` },
  { re: "0", im: "-5f19672fdf76ce51ba69c6076a0f77eaddb3a93be6f89688de17d813620a00022e01fffffffeffff" },
  { re: W3, im: W3 },
  { re: `-${BETA.re}`, im: "0" },
  { re: W5, im: `-${W5}` },
]

/** f g. */
export const blockMul12: Block = {
  name: "mul12",
  operands: [6, 6],
  formula: (K, x) => [mul12(K, fp12(x[0]!), fp12(x[1]!))],
}

/** f^2. */
export const blockSqr12: Block = {
  name: "sqr12",
  operands: [6],
  formula: (K, x) => [sqr12(K, fp12(x[0]!))],
}

/** f (l0 + l1 v + l2 vw): a line of the Miller loop, thirteen multiplications. */
export const blockLine: Block = {
  name: "line",
  operands: [6, 3],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const f = fp12(x[0]!)
    const l = fp6(x[1]!, 0)
    const low = mul6by2(K, f.a, l.a, l.b)
    const high = mul6by1(K, f.b, l.c)
    const cross = mul6by2(K, add6(K, f.a, f.b), l.a, K.add(l.b, l.c))
    return [list12(add6(K, timesV(K, high), low), sub6(K, sub6(K, cross, low), high))]
  },
}

/** The conjugate over Fp6: f^(p^6), and 1/f in GT. */
export const blockConj12: Block = {
  name: "conj12",
  operands: [6],
  formula: (K, x) => [list12(fp6(x[0]!, 0), neg6(K, fp6(x[0]!, 3)))],
}

/** f or its conjugate, as the digit's sign says. */
export const blockSign12: Block = {
  name: "sign12",
  operands: [6],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const f = fp12(x[0]!)
    const minus = neg6(K, f.b)
    const sign = K.isNegative()
    return [list12(f.a, { a: K.select(sign, minus.a, f.b.a), b: K.select(sign, minus.b, f.b.b), c: K.select(sign, minus.c, f.b.c) })]
  },
}

/** f^p. */
export const blockFrobenius: Block = {
  name: "frobenius",
  operands: [6],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const f = x[0]!
    const w = [0, 2, 4, 1, 3, 5]
    const out: T[] = [K.conj(f[0]!)]
    for (let i = 1; i < 6; i++) out.push(K.times(K.conj(f[i]!), frobeniusConstants[w[i]! - 1]!))
    return [out]
  },
}

/** f^2 in the cyclotomic subgroup, nine squares: Granger and Scott, eprint 2009/565 section 3.2. */
export const blockCyclotomic: Block = {
  name: "cyclotomic",
  operands: [6],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const f = fp12(x[0]!)
    const one = square4(K, f.a.a, f.b.b)
    const a = thrice(K, K.sub(one.low, f.a.a), one.low)
    const bb = thrice(K, K.add(one.high, f.b.b), one.high)
    const two = square4(K, f.b.a, f.a.c)
    const ab = thrice(K, K.sub(two.low, f.a.b), two.low)
    const bc = thrice(K, K.add(two.high, f.b.c), two.high)
    const three = square4(K, f.a.b, f.b.c)
    const ac = thrice(K, K.sub(three.low, f.a.c), three.low)
    const top = K.xi(three.high)
    const ba = thrice(K, K.add(top, f.b.a), top)
    return [[a, ab, ac, ba, bb, bc]]
  },
}

/** (a + b s)^2 in Fp4 = Fp2[s]/(s^2 - xi). */
function square4<T>(K: Arithmetic<T>, a: T, b: T): { readonly low: T; readonly high: T } {
  const aa = K.sqr(a)
  const bb = K.sqr(b)
  return { low: K.add(K.xi(bb), aa), high: K.sub(K.sub(K.sqr(K.add(a, b)), aa), bb) }
}

/** 2 step + from. */
function thrice<T>(K: Arithmetic<T>, step: T, from: T): T {
  return K.add(K.add(step, step), from)
}

/** Toward conj(f)/f = conj(f)^2 / N, N = a^2 - v b^2 in Fp6: f becomes conj(f)^2; g is N's adjoint, n its norm to Fp2, which a further norm takes to Fp. */
const blockNorm12: Block = {
  name: "norm12",
  operands: [6, 3, 1],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const f = fp12(x[0]!)
    const N = sub6(K, sqr6(K, f.a), timesV(K, sqr6(K, f.b)))
    const a = K.sub(K.sqr(N.a), K.xi(K.mul(N.b, N.c)))
    const b = K.sub(K.xi(K.sqr(N.c)), K.mul(N.a, N.b))
    const c = K.sub(K.sqr(N.b), K.mul(N.a, N.c))
    const n = K.add(K.mul(N.a, a), K.xi(K.add(K.mul(N.c, b), K.mul(N.b, c))))
    return [sqr12(K, { a: f.a, b: neg6(K, f.b) }), [a, b, c], [n]]
  },
}

/** The square times g conj(n) / (n0^2 + n1^2); the last operand is that quotient's inverse. */
const blockEasy: Block = {
  name: "easy",
  operands: [6, 3, 1, 1],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const g = fp6(x[1]!, 0)
    const n = K.scaleRe(K.conj(x[2]![0]!), x[3]![0]!)
    const t = { a: K.mul(n, g.a), b: K.mul(n, g.b), c: K.mul(n, g.c) }
    const f = fp12(x[0]!)
    return [list12(mul6(K, f.a, t), mul6(K, f.b, t))]
  },
}

/** a0^2 + a1^2, from two neighbours in Fp. */
export const blockNorm: Block = {
  name: "norm",
  operands: [1, 2],
  formula: (K, x) => [[K.add(K.sqr(x[1]![0]!), K.sqr(x[1]![1]!))]],
}

/** Bits of |x| after the first. */
export function xBits(): Exponent {
  return exponentOf(X_HEX, 1, 1)
}

/** Pairs of slots that the final exponentiation works on: F is its operand and its result. */
const F = 0
const B = 6
const C = 12
const D = 18

/** to = from^x, x negative: the inverse of the power by |x|. */
function powX(to: number, from: number): Step[] {
  return [
    copyTo(2 * to, 2 * from, 12),
    walk(xBits(), [over2(blockCyclotomic, [to])], [over2(blockMul12, [to, from])]),
    over2(blockConj12, [to]),
  ]
}

/** a *= b^p^times; b is spent. */
function timesFrobenius(a: number, b: number, times: number): Step[] {
  const out: Step[] = []
  for (let i = 0; i < times; i++) out.push(over2(blockFrobenius, [b]))
  out.push(over2(blockMul12, [a, b]))
  return out
}

/**
 * F^(3(p^12-1)/r). Easy part (p^6 - 1)(p^2 + 1); hard part (x-1)^2 (x+p)(x^2+p^2-1) + 3: Hayashida, Hayasaka, Teruya, eprint 2020/875.
 * Needs no more than four elements of Fp12 at once.
 */
export function finalExponentiation(): Routine {
  const conj = (at: number): Step => over2(blockConj12, [at])
  const mul = (to: number, by: number): Step => over2(blockMul12, [to, by])
  const xMinus1 = powX(C, B).concat([conj(B), mul(B, C)])
  const steps: Step[] = [over2(blockNorm12, [F, 10, 13]), over1(blockNorm, [inverseOf.operand, 26])]
  return {
    name: "final exponentiation",
    temporaries: 48,
    steps: steps.concat(
      [go(inverseOf.routine(P_HEX)), over2(blockEasy, [F, 10, 13, inverseOf.result / 2])],
      [copyTo(2 * B, 2 * F, 12)],
      timesFrobenius(F, B, 2),
      [copyTo(2 * B, 2 * F, 12)],
      xMinus1,
      xMinus1,
      powX(C, B),
      timesFrobenius(C, B, 1),
      [copyTo(2 * B, 2 * C, 12)],
      powX(C, B),
      powX(D, C),
      [copyTo(2 * C, 2 * B, 12), conj(C), mul(D, C)],
      timesFrobenius(D, B, 2),
      [copyTo(2 * C, 2 * F, 12), over2(blockCyclotomic, [C]), mul(F, C), mul(F, D)],
    ),
  }
}
