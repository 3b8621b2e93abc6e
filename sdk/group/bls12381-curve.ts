/**
 * The curves y^2 = x^3 + 4 over Fp and y^2 = x^3 + 4 xi over Fp2 as blocks and Routines: points (X : Y : Z), complete formulas of Renes, Costello and
 * Batina (eprint 2015/1060, algorithms 7 and 9, a = 0, 3b = 12 xi). Over Fp, xi is 1: one text serves both curves.
 */
import { copyTo, go, over1, over2, pick, read, repeat, walk, write, type Arithmetic, type Block, type Constant, type Degree, type Routine, type Step } from "../machine/formula.ts"
import { BETA, blockNorm, xBits } from "./bls12381-gt.ts"
import { P_HEX } from "./bls12381-numbers.ts"
import { jointTable } from "./joint.ts"
import { affine1, blockProjective, blockSign } from "./points.ts"
import { inverseOf } from "./power.ts"

const ONE: Constant = { re: "1", im: "0" }

const generator: readonly Constant[] = [
  { re: "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb", im: "0" },
  { re: "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1", im: "0" },
]

/** The generator of G1 times 2^64. */
const generator64: readonly Constant[] = [
  { re: "14857e17b2a0eaa5aa6e4f7fc894c8437bd537efb294e79fd253ec4d3fbe3b3d10f142e687325506111f54e8c78162c", im: "0" },
  { re: "7604ca8889836e156c56b05815f5283a411dbd44972ec4529cf1e00e8b2efb95b5546bd599922405aac7e07fa2432e", im: "0" },
]

const psiX: Constant = { re: "0", im: `-${BETA.re}` }
const PSI_Y = "6af0e0437ff400b6831e36d6bd17ffe48395dabc2d3435e77f76e17009241c5ee67992f72ec05f4c81084fbede3cc09"
/** The negative of psi's y factor, as blockMinusPsi wants it. */
const minusPsiY: Constant = { re: PSI_Y, im: `-${PSI_Y}` }

/** 12 xi t. */
function times3b<T>(K: Arithmetic<T>, t: T): T {
  const four = K.add(K.add(t, t), K.add(t, t))
  return K.xi(K.add(K.add(four, four), four))
}

/** P = P + Q, complete: twelve multiplications. */
export const blockAdd: Block = {
  name: "add",
  operands: [3, 3],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const p = x[0]!
    const q = x[1]!
    const XX = K.mul(p[0]!, q[0]!)
    const YY = K.mul(p[1]!, q[1]!)
    const ZZ = K.mul(p[2]!, q[2]!)
    const XY = K.sub(K.mul(K.add(p[0]!, p[1]!), K.add(q[0]!, q[1]!)), K.add(XX, YY))
    const YZ = K.sub(K.mul(K.add(p[1]!, p[2]!), K.add(q[1]!, q[2]!)), K.add(YY, ZZ))
    const XZ = K.sub(K.mul(K.add(p[0]!, p[2]!), K.add(q[0]!, q[2]!)), K.add(XX, ZZ))
    const XX3 = K.add(K.add(XX, XX), XX)
    const b3ZZ = times3b(K, ZZ)
    const b3XZ = times3b(K, XZ)
    const less = K.sub(YY, b3ZZ)
    const more = K.add(YY, b3ZZ)
    return [[
      K.sub(K.mul(XY, less), K.mul(YZ, b3XZ)),
      K.add(K.mul(less, more), K.mul(XX3, b3XZ)),
      K.add(K.mul(more, YZ), K.mul(XX3, XY)),
    ]]
  },
}

/** P = 2P, complete: six multiplications and two squares. */
export const blockDouble: Block = {
  name: "double",
  operands: [3],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const X = x[0]![0]!
    const Y = x[0]![1]!
    const Z = x[0]![2]!
    const YY = K.sqr(Y)
    const two = K.add(YY, YY)
    const four = K.add(two, two)
    const YY8 = K.add(four, four)
    const b3ZZ = times3b(K, K.sqr(Z))
    const less = K.sub(YY, K.add(K.add(b3ZZ, b3ZZ), b3ZZ))
    const XY = K.mul(less, K.mul(X, Y))
    const outY = K.add(K.mul(less, K.add(YY, b3ZZ)), K.mul(b3ZZ, YY8))
    return [[K.add(XY, XY), outY, K.mul(K.mul(Y, Z), YY8)]]
  },
}

/** -P. */
export const blockMinus: Block = {
  name: "minus",
  operands: [3],
  formula: (K, x) => [[x[0]![0]!, K.neg(x[0]![1]!), x[0]![2]!]],
}

/** X and Y times an inverse of Z, from the inverse of its norm. */
const blockAffine2: Block = {
  name: "affine2",
  operands: [3, 1],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const inverse = K.scaleRe(K.conj(x[0]![2]!), x[1]![0]!)
    return [[K.mul(x[0]![0]!, inverse), K.mul(x[0]![1]!, inverse), x[0]![2]!]]
  },
}

/** The generator of G1, affine. */
export const blockGenerator: Block = {
  name: "generator",
  operands: [2],
  formula: (K) => [[K.constant(generator[0]!), K.constant(generator[1]!)]],
}

/** The generator of G1 and its multiple by 2^64. */
const blockGenerators: Block = {
  name: "generators",
  operands: [3, 3],
  formula<T>(K: Arithmetic<T>): T[][] {
    const of = (g: readonly Constant[]): T[] => [K.constant(g[0]!), K.constant(g[1]!), K.constant(ONE)]
    return [of(generator), of(generator64)]
  },
}

/** [x^2]P of P in G1. */
export const blockMinusPhi: Block = {
  name: "minus phi",
  operands: [3],
  formula: (K, x) => [[K.times(x[0]![0]!, BETA), K.neg(x[0]![1]!), x[0]![2]!]],
}

/** -psi(Q), which is [|x|]Q of Q in G2: psi untwists, takes the p-power Frobenius and twists again (RFC 9380 appendix G.3). */
export const blockMinusPsi: Block = {
  name: "minus psi",
  operands: [3],
  formula: (K, x) => [[K.times(K.conj(x[0]![0]!), psiX), K.times(K.conj(x[0]![1]!), minusPsiY), K.conj(x[0]![2]!)]],
}

/** to = [|x|]from. */
export function timesX(over: Degree, to: number, from: number): Step[] {
  const bits = walk(xBits(), [{ do: "call", over, block: blockDouble, at: [to] }], [{ do: "call", over, block: blockAdd, at: [to, from] }])
  return [copyTo(over * to, over * from, 3 * over), bits]
}

/** X and Y of the point of E' in pairs of slots at `at` become affine. */
export function affine2(at: number): Step[] {
  return [over1(blockNorm, [inverseOf.operand, 2 * at + 4]), go(inverseOf.routine(P_HEX)), over2(blockAffine2, [at, inverseOf.result / 2])]
}

/** Elements of a curve in threes: eight entries of a table, the result, the entry picked. */
const RESULT = 24

/** 65 digits at once over a table of P0 and its three companions in entries 0, 1, 2 and 4. Complete formulas take every case. */
function jointMultiple(over: Degree, entry: number): Step[] {
  const call = (block: Block, at: readonly number[]): Step => ({ do: "call", over, block, at })
  const picked = (to: number): Step[] => [pick(over * to, 0, 3 * over, 8), call(blockSign, [to])]
  const copy = (to: number, from: number): Step => copyTo(3 * over * to, 3 * over * from, 3 * over)
  return jointTable(copy, (to, by) => call(blockAdd, [3 * to, 3 * by])).concat(picked(RESULT), [
    repeat(64, [call(blockDouble, [RESULT])].concat(picked(entry), [call(blockAdd, [RESULT, entry])])),
  ])
}

/** Entries 2 and 4 are [x^2] of 0 and 1. */
function companions1(): Step[] {
  return [copyTo(6, 0, 3), over1(blockMinusPhi, [6]), copyTo(12, 3, 3), over1(blockMinusPhi, [12])]
}

/** [k]P of the generator of G1 from 65 digits of k = k0 + 2^64 k1 + x^2 k2 + 2^64 x^2 k3: 2 elements, affine. */
export function multipleOfGenerator(): Routine {
  const first: Step[] = [over1(blockGenerators, [0, 3])]
  return { name: "multiple of the generator", temporaries: 38, steps: first.concat(companions1(), jointMultiple(1, inverseOf.result), affine1(RESULT, P_HEX), [write(RESULT, 2)]) }
}

/** [k]P of any point of G1, from x and y and the same digits. */
export function multiple1(): Routine {
  const first: Step[] = [read(3, 2), over1(blockProjective, [0, 3]), copyTo(3, 0, 3), repeat(64, [over1(blockDouble, [3])])]
  return { name: "multiple in G1", temporaries: 38, steps: first.concat(companions1(), jointMultiple(1, inverseOf.result), affine1(RESULT, P_HEX), [write(RESULT, 2)]) }
}

/** [k]Q of a point of G2, from x and y and 65 digits of k in base |x|: 4 elements, affine. */
export function multiple2(): Routine {
  const next = (to: number, from: number): Step[] => [copyTo(6 * to, 6 * from, 6), over2(blockMinusPsi, [3 * to])]
  const first: Step[] = [read(6, 4), over2(blockProjective, [0, 3])]
  return {
    name: "multiple in G2",
    temporaries: 60,
    steps: first.concat(next(1, 0), next(2, 1), next(4, 2), jointMultiple(2, RESULT + 3), affine2(RESULT), [write(2 * RESULT, 4)]),
  }
}
