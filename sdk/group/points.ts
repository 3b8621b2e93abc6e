/** Blocks for points (X : Y : Z) of any curve, over Fp and Fp2 alike. */
import { copyTo, go, over1, type Block, type Step } from "../machine/formula.ts"
import { inverseOf } from "./power.ts"

/** The point of x and y. */
export const blockProjective: Block = {
  name: "projective",
  operands: [3, 2],
  formula: (K, x) => [[x[1]![0]!, x[1]![1]!, K.constant({ re: "1", im: "0" })]],
}

/** P or -P, as the digit's sign says. */
export const blockSign: Block = {
  name: "sign",
  operands: [3],
  formula: (K, x) => [[x[0]![0]!, K.select(K.isNegative(), K.neg(x[0]![1]!), x[0]![1]!), x[0]![2]!]],
}

/** X and Y times an inverse of Z. */
const blockAffine: Block = {
  name: "affine",
  operands: [3, 1],
  formula: (K, x) => [[K.mul(x[0]![0]!, x[1]![0]!), K.mul(x[0]![1]!, x[1]![0]!), x[0]![2]!]],
}

/** X and Y of the point in slots at `at` of Fp become affine; p in hexadecimal. Infinity becomes zeros. */
export function affine1(at: number, p: string): Step[] {
  return [copyTo(inverseOf.operand, at + 2, 1), go(inverseOf.routine(p)), over1(blockAffine, [at, inverseOf.result])]
}
