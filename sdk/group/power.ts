/**
 * The one power that everything needs: a^((p-3)/4) for p = 3 mod 4, with fixed windows of three bits. It gives 1/a = (a^((p-3)/4))^4 a, and a square root
 * a^((p+1)/4) = a^((p-3)/4) a where there is one.
 */
import { copyTo, exponentOf, go, over1, take, walk, type Arithmetic, type Block, type Exponent, type Routine } from "../machine/formula.ts"

/** Slots of Fp: the result, the operand and its powers up to the seventh, one for an entry. Free for other use outside of the Routine. */
const RESULT = 28
const OPERAND = 29
const ENTRY = 36

const blockTable: Block = {
  name: "powers",
  operands: [6, 1],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const one = x[1]![0]!
    const two = K.sqr(one)
    const three = K.mul(two, one)
    const four = K.sqr(two)
    const five = K.mul(four, one)
    const six = K.sqr(three)
    return [[two, three, four, five, six, K.mul(six, one)]]
  },
}

const blockEighth: Block = {
  name: "eighth",
  operands: [1],
  formula: (K, x) => [[K.sqr(K.sqr(K.sqr(x[0]![0]!)))]],
}

/** a b. */
export const blockMul: Block = {
  name: "mul",
  operands: [1, 1],
  formula: (K, x) => [[K.mul(x[0]![0]!, x[1]![0]!)]],
}

const blockInverse: Block = {
  name: "inverse",
  operands: [1, 1],
  formula: (K, x) => [[K.mul(K.sqr(K.sqr(x[0]![0]!)), x[1]![0]!)]],
}

/** (p - 3)/4 in hexadecimal: p >> 2, for p = 3 mod 4. */
export function quarter(p: string): string {
  let out = ""
  let carry = 0
  for (let i = 0; i < p.length; i++) {
    const digit = parseInt(p.charAt(i), 16)
    out += (carry * 4 + (digit >> 2)).toString(16)
    carry = digit & 3
  }
  return out
}

/** result = operand^((p-3)/4); the operand stays. */
function power(p: string): Routine {
  const all: Exponent = exponentOf(quarter(p), 3, 0)
  const first = all.digits[0]!
  return {
    name: "power",
    temporaries: 38,
    steps: [
      over1(blockTable, [OPERAND + 1, OPERAND]),
      copyTo(RESULT, RESULT + first, 1),
      walk({ bits: 3, digits: all.digits.slice(1) }, [over1(blockEighth, [RESULT])], [take(ENTRY, RESULT, 1), over1(blockMul, [RESULT, ENTRY])]),
    ],
  }
}

/** The power and its slots of Fp; the modulus is p in hexadecimal. */
export const powerOf: { readonly operand: number; readonly result: number; routine(p: string): Routine } = { operand: OPERAND, result: RESULT, routine: power }

/** 1/operand, and zero for zero. */
export const inverseOf: { readonly operand: number; readonly result: number; routine(p: string): Routine } = {
  operand: OPERAND,
  result: RESULT,
  routine: (p) => ({ name: "inverse", temporaries: 38, steps: [go(power(p)), over1(blockInverse, [RESULT, OPERAND])] }),
}
