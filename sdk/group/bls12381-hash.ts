/**
 * Hash to G2 from RFC 9380 section 3 step 2 on, as Routines: the field elements of hash_to_field, the map of section 6.6.3 with the 3-isogeny of appendix
 * E.3, the sum, and the cofactor by psi (appendix G.3; Budroni and Pintore, eprint 2017/419). Two powers a map: the root of a norm and that of half a sum.
 */
import { copyTo, go, over1, over2, read, write, type Arithmetic, type Block, type Constant, type Routine, type Step } from "../machine/formula.ts"
import { affine2, blockAdd, blockDouble, blockMinus, blockMinusPsi, timesX } from "./bls12381-curve.ts"
import { blockHalf, blockRoot2 } from "./bls12381-decode.ts"
import { blockNorm } from "./bls12381-gt.ts"
import { P_HEX } from "./bls12381-numbers.ts"
import { powerOf } from "./power.ts"

/** The curve y^2 = x^3 + A x + B that is isogenous to E', and Z, of RFC 9380 section 8.8.2: Z is -(2 + u). */
const A: Constant = { re: "0", im: "f0" }
const B: Constant = { re: "3f4", im: "3f4" }
const ZA: Constant = { re: "f0", im: "-1e0" }
/** A root of -5, N(Z) being 5, and its inverse. */
const ROOT5: Constant = { re: "-19cfaba0c258165d092f6bca9a081871e62a126c499340dc71c0e9527f923f3b299592a7a9503066cc5362484d96dd7", im: "0" }
const INVERSE5: Constant = { re: "-52988b9c078047901d648c21ece6b49fad536e2751d735f49f361dd4cb6d9723b845087eea9a347c27713a80f8492b", im: "0" }
const TWO256: Constant = { re: "10000000000000000000000000000000000000000000000000000000000000000", im: "0" }

/** Two numbers below 2^256 as one of 64 octets mod p. */
const blockWide: Block = {
  name: "wide",
  operands: [1, 2],
  formula: (K, x) => [[K.add(K.times(x[1]![0]!, TWO256), x[1]![1]!)]],
}

/** Z a. */
function timesZ<T>(K: Arithmetic<T>, a: T): T {
  return K.neg(K.add(a, K.xi(a)))
}

/**
 * Both candidates of the map, as fractions x1/d, x2/d: Wahby and Boneh, eprint 2019/403 section 4.2. g(x) = num^2 / z up to squares, with z1 = g(x1)'s
 * numerator times denominator and z2 = Z z1, exactly one of them a square: y = num/sqrt(z).
 */
const blockCandidates: Block = {
  name: "candidates",
  operands: [1, 1, 1, 1, 1, 1, 1, 1],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const u = x[7]![0]!
    const Zuu = timesZ(K, K.sqr(u))
    const sum = K.add(K.sqr(Zuu), Zuu)
    const x1 = K.times(K.add(sum, K.constant({ re: "1", im: "0" })), B)
    const d = K.select(K.isZero(sum), K.constant(ZA), K.neg(K.times(sum, A)))
    const dd = K.sqr(d)
    const ddd = K.mul(dd, d)
    const numerator = K.add(K.mul(K.add(K.sqr(x1), K.times(dd, A)), x1), K.times(ddd, B))
    const z = K.mul(numerator, ddd)
    const second = timesZ(K, K.mul(K.mul(u, Zuu), numerator))
    return [[x1], [d], [K.mul(Zuu, x1)], [z], [timesZ(K, z)], [numerator], [second]]
  },
}

/** The candidate whose z is a square, from n = N(z1) and its power: its x, z and num, a root s of N(z), and +-1/s. */
const blockChoice: Block = {
  name: "choice",
  operands: [2, 2, 2, 2, 2, 2, 2, 2],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const power = x[7]![0]!
    const n = x[7]![1]!
    const s = K.mul(n, power)
    const sRoot = K.times(s, ROOT5)
    const inverse = K.times(power, INVERSE5)
    const first = K.isZero(K.sub(K.sqr(s), n))
    const of = (one: number, two: number): T[] => [K.select(first, x[one]![0]!, x[two]![0]!), K.select(first, x[one]![1]!, x[two]![1]!)]
    return [of(0, 4), of(1, 5), of(2, 6), [K.select(first, power, inverse), K.select(first, s, sRoot)]]
  },
}

/** y = num / w, w = sqrt(z), up to the sign: 1/w is conj(w) / s. */
const blockOrdinate: Block = {
  name: "ordinate",
  operands: [1, 1, 1, 1],
  formula: (K, x) => [[K.scaleRe(K.mul(x[1]![0]!, K.conj(x[2]![0]!)), x[3]![0]!)]],
}

/** sgn0(y) becomes sgn0(u), RFC 9380 section 4.1: the parity of the first coefficient, or of the second where the first is 0. */
const blockSgn0: Block = {
  name: "sgn0",
  operands: [2, 2],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const told = (of: readonly T[]): T => K.select(K.isZero(of[0]!), of[1]!, of[0]!)
    const flipped = (y: readonly T[], by: T): T[] => {
      const minus = [K.neg(y[0]!), K.neg(y[1]!)]
      const odd = K.isOdd(by)
      return [K.select(odd, minus[0]!, y[0]!), K.select(odd, minus[1]!, y[1]!)]
    }
    const y = x[0]!
    return [flipped(flipped(y, told(y)), told(x[1]!))]
  },
}

const C1 = "5c759507e8e333ebb5b7a9a47d7ed8532c52d39fd3a042a88b58423c50ae15d5c2638e343d9c71c6238aaaaaaaa97"
const C2 = "11560bf17baa99bc32126fced787c88f984f87adf7ae0c7f9a208c6b4f20a4181472aaa9cb8d555526a9ffffffffc71"
const C3 = "8ab05f8bdd54cde190937e76bc3e447cc27c3d6fbd7063fcd104635a790520c0a395554e5c6aaaa9354ffffffffe38"

/** Coefficients of RFC 9380 appendix E.3, ascending; where the last is left out it is 1. */
const isogeny: { readonly [of: string]: readonly Constant[] } = {
  xNum: [
    { re: `${C1}d6`, im: `${C1}d6` },
    { re: "0", im: `${C2}a` },
    { re: `${C2}e`, im: `${C3}d` },
    { re: "171d6541fa38ccfaed6dea691f5fb614cb14b4e7f4e810aa22d6108f142b85757098e38d0f671c7188e2aaaaaaaa5ed1", im: "0" },
  ],
  xDen: [{ re: "0", im: "-48" }, { re: "c", im: "-c" }],
  yNum: [
    { re: "1530477c7ab4113b59a4c18b076d11930f7da5d4a07f649bf54439d87d27e500fc8c25ebf8c92f6812cfc71c71c6d706", im: "1530477c7ab4113b59a4c18b076d11930f7da5d4a07f649bf54439d87d27e500fc8c25ebf8c92f6812cfc71c71c6d706" },
    { re: "0", im: `${C1}be` },
    { re: `${C2}c`, im: `${C3}f` },
    { re: "124c9ad43b6cf79bfbf7043de3811ad0761b0f37a1e26286b0e977c69aa274524e79097a56dc4bd9e1b371c71c718b10", im: "0" },
  ],
  yDen: [{ re: "-1b0", im: "-1b0" }, { re: "0", im: "-d8" }, { re: "12", im: "-12" }],
}

/** Homogeneous Horner: the sum of k_i x^i d^(n-i); `d` holds d, d^2, d^3. */
function horner<T>(K: Arithmetic<T>, k: readonly Constant[], leading: "given" | "one", x: T, d: readonly T[]): T {
  const n = leading === "one" ? k.length : k.length - 1
  let sum = leading === "one" ? x : K.times(x, k[n]!)
  for (let i = n - 1; i > 0; i--) sum = K.mul(K.add(sum, K.times(d[n - i - 1]!, k[i]!)), x)
  return K.add(sum, K.times(d[n - 1]!, k[0]!))
}

/** (x, d, y), a point (x/d, y) of the isogenous curve, to (X : Y : Z) on E'. */
const blockIsogeny: Block = {
  name: "isogeny",
  operands: [3],
  formula<T>(K: Arithmetic<T>, p: readonly (readonly T[])[]): T[][] {
    const x = p[0]![0]!
    const d = p[0]![1]!
    const dd = K.sqr(d)
    const powers = [d, dd, K.mul(dd, d)]
    const xNum = horner(K, isogeny.xNum!, "given", x, powers)
    const xDen = K.mul(horner(K, isogeny.xDen!, "one", x, powers), d)
    const yNum = horner(K, isogeny.yNum!, "given", x, powers)
    const yDen = horner(K, isogeny.yDen!, "one", x, powers)
    return [[K.mul(xNum, yDen), K.mul(K.mul(p[0]![2]!, yNum), xDen), K.mul(xDen, yDen)]]
  },
}

/** Pairs of slots: u, the point (three, for which x, d and y stand at first), the other things of a map; then three points of the sum. */
const U = 0
const MAPPED = 1
const OTHER = 4
const SUM = 9

/** map_to_curve of the next 128 octets of hash_to_field's input, read as four numbers below 2^256: the point stands at MAPPED. */
function map(): Routine {
  const operand = powerOf.operand
  const power: Step = go(powerOf.routine(P_HEX))
  const x2 = OTHER
  const z = OTHER + 1
  const z2 = OTHER + 2
  const num = OTHER + 3
  const num2 = OTHER + 4
  const roots = MAPPED + 2
  return {
    name: "map to curve",
    temporaries: 38,
    steps: [
      read(2 * OTHER, 4),
      over1(blockWide, [2 * U, 2 * OTHER]),
      over1(blockWide, [2 * U + 1, 2 * OTHER + 2]),
      over2(blockCandidates, [MAPPED, MAPPED + 1, x2, z, z2, num, num2, U]),
      over1(blockNorm, [operand, 2 * z]),
      power,
      over1(blockChoice, [2 * MAPPED, 2 * z, 2 * num, 2 * roots, 2 * x2, 2 * z2, 2 * num2, powerOf.result]),
      over1(blockHalf, [operand, 2 * roots + 1, 2 * z]),
      power,
      over1(blockRoot2, [2 * z, powerOf.result]),
      over2(blockOrdinate, [x2, num, z, roots]),
      over1(blockSgn0, [2 * x2, 2 * U]),
      copyTo(2 * (MAPPED + 2), 2 * x2, 2),
      over2(blockIsogeny, [MAPPED]),
    ],
  }
}

/** x and y of the point of G2 from 256 octets of expand_message in eight numbers below 2^256: 4 elements, affine. */
export function hashToG2(): Routine {
  const S = SUM
  const N = MAPPED
  const W = OTHER
  const copy = (to: number, from: number): Step => copyTo(2 * to, 2 * from, 6)
  const one: Step = go(map())
  const steps: Step[] = [one, copy(S, MAPPED), one, over2(blockAdd, [S, MAPPED])]
  return {
    name: "hash to G2",
    temporaries: 38,
    // [x^2 - x - 1]S + [x - 1]psi(S) + psi^2(2S) = [|x|]N + N - S + W with N = [|x|]S - psi(S), W = psi^2(2S), x negative
    steps: steps.concat(
      timesX(2, N, S),
      [copy(W, S), over2(blockMinusPsi, [W]), over2(blockAdd, [N, W])],
      [copy(W, S), over2(blockDouble, [W]), over2(blockMinusPsi, [W]), over2(blockMinusPsi, [W])],
      [over2(blockMinus, [S]), over2(blockAdd, [W, S]), over2(blockAdd, [W, N])],
      timesX(2, S, N),
      [over2(blockAdd, [S, W])],
      affine2(S),
      [write(2 * S, 4)],
    ),
  }
}
