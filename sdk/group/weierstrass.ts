/**
 * Prime curves y^2 = x^3 - 3x + b as blocks and Routines: points (X : Y : Z), complete formulas of Renes, Costello and Batina (eprint 2015/1060, algorithms 4
 * and 6, a = -3). Cofactor 1.
 */
import { copyTo, over1, pick, read, repeat, write, type Arithmetic, type Block, type Constant, type Plan, type Routine, type Step } from "../machine/formula.ts"
import { jointTable } from "./joint.ts"
import { affine1, blockProjective, blockSign } from "./points.ts"

/** What tells one curve from another. */
export interface WeierstrassCurve {
  /** p in hexadecimal, 3 mod 4. */
  readonly p: string
  readonly b: string
  /** x and y of G, [2^e]G, [2^2e]G and [2^3e]G, e a quarter of the scalar's bits. */
  readonly generators: readonly (readonly [string, string])[]
  /** Bits of a scalar: a multiple of 16. */
  readonly bits: number
}

function constantOf(hex: string): Constant {
  return { re: hex, im: "0" }
}

function thrice<T>(K: Arithmetic<T>, t: T): T {
  return K.add(K.add(t, t), t)
}

/** X and Y of a sum, and what its Z is made of. */
interface Joined<T> {
  readonly X: T
  readonly Y: T
  readonly more: T
  readonly steep: T
}

/** The common end of both algorithms: t = (xx, yy, zz, xy, yz, xz), the last three sums of two products. */
function joined<T>(K: Arithmetic<T>, b: T, t: readonly T[]): Joined<T> {
  const zz3 = thrice(K, t[2]!)
  const off = thrice(K, K.sub(t[5]!, K.mul(t[2]!, b)))
  const less = K.add(t[1]!, off)
  const more = K.sub(t[1]!, off)
  const low = thrice(K, K.sub(K.sub(K.mul(t[5]!, b), zz3), t[0]!))
  const steep = K.sub(thrice(K, t[0]!), zz3)
  return { X: K.sub(K.mul(less, t[3]!), K.mul(t[4]!, low)), Y: K.add(K.mul(less, more), K.mul(steep, low)), more, steep }
}

/** P = P + Q, complete; the last operand is b. */
const blockAdd: Block = {
  name: "add",
  operands: [3, 3, 1],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const p = x[0]!
    const q = x[1]!
    const xx = K.mul(p[0]!, q[0]!)
    const yy = K.mul(p[1]!, q[1]!)
    const zz = K.mul(p[2]!, q[2]!)
    const xy = K.sub(K.mul(K.add(p[0]!, p[1]!), K.add(q[0]!, q[1]!)), K.add(xx, yy))
    const yz = K.sub(K.mul(K.add(p[1]!, p[2]!), K.add(q[1]!, q[2]!)), K.add(yy, zz))
    const xz = K.sub(K.mul(K.add(p[0]!, p[2]!), K.add(q[0]!, q[2]!)), K.add(xx, zz))
    const sum = joined(K, x[2]![0]!, [xx, yy, zz, xy, yz, xz])
    return [[sum.X, sum.Y, K.add(K.mul(yz, sum.more), K.mul(xy, sum.steep))]]
  },
}

/** P = 2P, complete; the last operand is b. */
const blockDouble: Block = {
  name: "double",
  operands: [3, 1],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const p = x[0]!
    const twice = (s: T, t: T): T => K.mul(K.add(s, s), t)
    const yy = K.sqr(p[1]!)
    const yz = twice(p[1]!, p[2]!)
    const sum = joined(K, x[1]![0]!, [K.sqr(p[0]!), yy, K.sqr(p[2]!), twice(p[0]!, p[1]!), yz, twice(p[0]!, p[2]!)])
    const Z = K.mul(K.add(yz, yz), K.add(yy, yy))
    return [[sum.X, sum.Y, Z]]
  },
}

/** x^3 - 3x + b - y^2: zero on the curve. */
function blockOnCurve(b: Constant): Block {
  return {
    name: "on curve",
    operands: [1, 2],
    formula<T>(K: Arithmetic<T>, p: readonly (readonly T[])[]): T[][] {
      const x = p[1]![0]!
      const cubic = K.sub(K.mul(K.sqr(x), x), thrice(K, x))
      return [[K.sub(K.add(cubic, K.constant(b)), K.sqr(p[1]![1]!))]]
    },
  }
}

/** Slots: eight entries of a table, the result; the entry picked lies where the inverse comes later; b. */
const RESULT = 24
const ENTRY = 28
const SLOT_B = 37

function add(to: number, by: number): Step {
  return over1(blockAdd, [to, by, SLOT_B])
}

/** Odd multiples, 3P to 15P, from P in entry 0. */
function oddMultiples(): Step[] {
  const out: Step[] = [copyTo(ENTRY, 0, 3), over1(blockDouble, [ENTRY, SLOT_B])]
  for (let i = 1; i < 8; i++) out.push(copyTo(3 * i, 3 * i - 3, 3), add(3 * i, ENTRY))
  return out
}

function generatorsOf(curve: WeierstrassCurve): Block {
  return {
    name: "generators",
    operands: [3, 3, 3, 3],
    formula<T>(K: Arithmetic<T>): T[][] {
      const out: T[][] = []
      for (let i = 0; i < 4; i++) out.push([K.constant(constantOf(curve.generators[i]![0])), K.constant(constantOf(curve.generators[i]![1])), K.constant(constantOf("1"))])
      return out
    },
  }
}

/** What a Diffie-Hellman group of the curve needs: [k]G of joint digits, [k]P of odd digits, and whether a point lies on the curve. */
export function weierstrassPlan(curve: WeierstrassCurve, modulus: Uint8Array): Plan {
  const b = constantOf(curve.b)
  const load: Block = { name: "b", operands: [1], formula: (K) => [[K.constant(b)]] }
  const ofGenerator: Step[] = [over1(load, [SLOT_B]), over1(generatorsOf(curve), [0, 3, 6, 12])]
  const copy = (to: number, from: number): Step => copyTo(3 * to, 3 * from, 3)
  const picked = (to: number): Step[] => [pick(to, 0, 3, 8), over1(blockSign, [to])]
  const digit = (doublings: number): Step[] =>
    [repeat(doublings, [over1(blockDouble, [RESULT, SLOT_B])])].concat(picked(ENTRY), [add(RESULT, ENTRY)])
  const end = affine1(RESULT, curve.p).concat([write(RESULT, 2)])
  const routine = (name: string, steps: readonly Step[]): Routine => ({ name, temporaries: 38, steps })
  const start: Step[] = [over1(load, [SLOT_B]), read(RESULT, 2), over1(blockProjective, [0, RESULT])]
  return {
    modulus,
    entries: [
      routine("multiple of the generator", ofGenerator.concat(jointTable(copy, (to, by) => add(3 * to, 3 * by)), picked(RESULT), [repeat(curve.bits / 4, digit(1))], end)),
      routine("multiple", start.concat(oddMultiples(), picked(RESULT), [repeat(curve.bits / 4, digit(4))], end)),
      routine("on curve", [read(0, 2), over1(blockOnCurve(b), [2, 0]), write(2, 1)]),
    ],
  }
}
