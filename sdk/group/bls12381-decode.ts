/** Decoding of BLS12-381 points as Routines: the root, and what must be zero for a point of the curve and of the subgroup of order r. */
import { copyTo, go, over1, over2, read, write, type Arithmetic, type Block, type Routine, type Step } from "../machine/formula.ts"
import { blockMinusPhi, blockMinusPsi, timesX } from "./bls12381-curve.ts"
import { blockNorm } from "./bls12381-gt.ts"
import { P_HEX } from "./bls12381-numbers.ts"
import { blockProjective } from "./points.ts"
import { powerOf } from "./power.ts"

/** x^3 + 4 xi. */
const blockRight: Block = {
  name: "right",
  operands: [1, 1],
  formula: (K, x) => [[K.add(K.mul(K.sqr(x[1]![0]!), x[1]![0]!), K.xi(K.constant({ re: "4", im: "0" })))]],
}

/** a^((p+1)/4) = a^((p-3)/4) a, the root if there is one. */
const blockRoot1: Block = {
  name: "root1",
  operands: [1, 2],
  formula: (K, x) => [[K.mul(x[1]![0]!, x[1]![1]!)]],
}

/** y^2 - right: zero on the curve. */
const blockOnCurve: Block = {
  name: "on curve",
  operands: [1, 1],
  formula: (K, x) => [[K.sub(K.sqr(x[1]![0]!), x[0]![0]!)]],
}

/** Zeros where the first point is the second, whose Z is 1; the first may be infinity, the second is not. */
const blockSame: Block = {
  name: "same",
  operands: [3, 2],
  formula: (K, x) => [[
    K.sub(x[0]![0]!, K.mul(x[1]![0]!, x[0]![2]!)),
    K.sub(x[0]![1]!, K.mul(x[1]![1]!, x[0]![2]!)),
    x[0]![2]!,
  ]],
}

/**
 * (z0 + s)/2 for a root s of the norm of z, or (z0 - s)/2 where that is zero: either is a square or minus one, and neither is zero unless z is.
 * The square root of Fp2 by two of Fp: Adj and Rodriguez-Henriquez, eprint 2012/685, algorithm 8, with the test for a square taken out.
 */
export const blockHalf: Block = {
  name: "half",
  operands: [1, 1, 2],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const z = x[2]![0]!
    const s = x[1]![0]!
    const sum = K.add(z, s)
    return [[K.times(K.select(K.isZero(sum), K.sub(z, s), sum), HALF)]]
  },
}

const HALF = { re: "d0088f51cbff34d258dd3db21a5d66bb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd556", im: "0" }

/** z becomes its root w, from d of blockHalf and d^((p-3)/4): e = sqrt(+-d), and w = e + z1/(2e) u or -u times it. */
export const blockRoot2: Block = {
  name: "root2",
  operands: [2, 2],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const power = x[1]![0]!
    const d = x[1]![1]!
    const e = K.mul(d, power)
    const b = K.times(K.mul(x[0]![1]!, power), HALF)
    const square = K.isZero(K.sub(K.sqr(e), d))
    return [[K.select(square, e, b), K.select(square, b, K.neg(e))]]
  },
}

/** y of x, then what must be zero: y^2 - x^3 - 4, and [x^2]P beside (beta x, -y) (Bowe, eprint 2019/814; Scott, eprint 2021/1130 section 6). */
export function decode1(): Routine {
  const operand = powerOf.operand
  const steps: Step[] = [read(0, 1), over1(blockRight, [operand, 0]), go(powerOf.routine(P_HEX)), over1(blockRoot1, [1, powerOf.result]), write(1, 1)]
  const check: Step[] = [over1(blockOnCurve, [operand, 1]), write(operand, 1), over1(blockProjective, [2, 0])]
  return {
    name: "decode G1",
    temporaries: 38,
    steps: steps.concat(check, timesX(1, 5, 2), timesX(1, 8, 5), [over1(blockMinusPhi, [2]), over1(blockSame, [8, 2]), write(8, 2)]),
  }
}

/** y of x, then what must be zero: y^2 - x^3 - 4 xi, and [|x|]Q beside -psi(Q) (Scott, eprint 2021/1130 section 4). */
export function decode2(): Routine {
  const operand = powerOf.operand
  const power: Step = go(powerOf.routine(P_HEX))
  const steps: Step[] = [
    read(0, 2),
    over2(blockRight, [2, 0]),
    copyTo(2, 4, 2),
    over1(blockNorm, [operand, 4]),
    power,
    over1(blockRoot1, [6, powerOf.result]),
    over1(blockHalf, [operand, 6, 2]),
    power,
    over1(blockRoot2, [2, powerOf.result]),
    write(2, 2),
    over2(blockOnCurve, [2, 1]),
    write(4, 2),
    over2(blockProjective, [3, 0]),
  ]
  return { name: "decode G2", temporaries: 38, steps: steps.concat(timesX(2, 6, 3), [over2(blockMinusPsi, [3]), over2(blockSame, [6, 3]), write(12, 4)]) }
}
