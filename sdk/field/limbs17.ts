/** The kernel of limbs.ts for 17 limbs, primes of 361 to 383 bits, with its inner loop undone: columns live in variables, faster on V8 and on interpreters. */
import { carried, loopCarried, loopSum, type LimbKernel, type LimbPrime } from "./limb-kernel.ts"

/** Montgomery's product. */
function product17(memory: Float64Array, to: number, a: number, b: number, t: Float64Array, prime: LimbPrime): void {
  const p = prime.p
  const factor = prime.factor
  const round = 1.5 * 37778931862957161709568
  const down = 1 / 8388608
  const p0 = p[0]!, p1 = p[1]!, p2 = p[2]!, p3 = p[3]!, p4 = p[4]!, p5 = p[5]!
  const p6 = p[6]!, p7 = p[7]!, p8 = p[8]!, p9 = p[9]!, p10 = p[10]!, p11 = p[11]!
  const p12 = p[12]!, p13 = p[13]!, p14 = p[14]!, p15 = p[15]!, p16 = p[16]!
  const b0 = memory[b + 0]!, b1 = memory[b + 1]!, b2 = memory[b + 2]!, b3 = memory[b + 3]!, b4 = memory[b + 4]!, b5 = memory[b + 5]!
  const b6 = memory[b + 6]!, b7 = memory[b + 7]!, b8 = memory[b + 8]!, b9 = memory[b + 9]!, b10 = memory[b + 10]!, b11 = memory[b + 11]!
  const b12 = memory[b + 12]!, b13 = memory[b + 13]!, b14 = memory[b + 14]!, b15 = memory[b + 15]!, b16 = memory[b + 16]!
  let t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0, t6 = 0, t7 = 0, t8 = 0, t9 = 0, t10 = 0, t11 = 0, t12 = 0, t13 = 0, t14 = 0, t15 = 0, t16 = 0
  for (let i = 0; i < 17; i++) {
    const x = memory[a + i]!
    const column = t0 + x * b0
    const low = (column - (column + round - round)) * factor
    const q = low - (low + round - round)
    t0 = t1 + x * b1 + q * p1 + (column + q * p0) * down
    t1 = t2 + x * b2 + q * p2
    t2 = t3 + x * b3 + q * p3
    t3 = t4 + x * b4 + q * p4
    t4 = t5 + x * b5 + q * p5
    t5 = t6 + x * b6 + q * p6
    t6 = t7 + x * b7 + q * p7
    t7 = t8 + x * b8 + q * p8
    t8 = t9 + x * b9 + q * p9
    t9 = t10 + x * b10 + q * p10
    t10 = t11 + x * b11 + q * p11
    t11 = t12 + x * b12 + q * p12
    t12 = t13 + x * b13 + q * p13
    t13 = t14 + x * b14 + q * p14
    t14 = t15 + x * b15 + q * p15
    t15 = t16 + x * b16 + q * p16
    t16 = 0
  }
  t[0] = t0; t[1] = t1; t[2] = t2; t[3] = t3
  t[4] = t4; t[5] = t5; t[6] = t6; t[7] = t7
  t[8] = t8; t[9] = t9; t[10] = t10; t[11] = t11
  t[12] = t12; t[13] = t13; t[14] = t14; t[15] = t15
  t[16] = t16
  carried(memory, to, t, 17)
}

/** One reduction for two products. */
function products17(memory: Float64Array, to: number, a: number, b: number, c: number, d: number, sign: number, t: Float64Array, prime: LimbPrime): void {
  const p = prime.p
  const factor = prime.factor
  const round = 1.5 * 37778931862957161709568
  const down = 1 / 8388608
  const p0 = p[0]!, p1 = p[1]!, p2 = p[2]!, p3 = p[3]!, p4 = p[4]!, p5 = p[5]!
  const p6 = p[6]!, p7 = p[7]!, p8 = p[8]!, p9 = p[9]!, p10 = p[10]!, p11 = p[11]!
  const p12 = p[12]!, p13 = p[13]!, p14 = p[14]!, p15 = p[15]!, p16 = p[16]!
  const b0 = memory[b + 0]!, b1 = memory[b + 1]!, b2 = memory[b + 2]!, b3 = memory[b + 3]!, b4 = memory[b + 4]!, b5 = memory[b + 5]!
  const b6 = memory[b + 6]!, b7 = memory[b + 7]!, b8 = memory[b + 8]!, b9 = memory[b + 9]!, b10 = memory[b + 10]!, b11 = memory[b + 11]!
  const b12 = memory[b + 12]!, b13 = memory[b + 13]!, b14 = memory[b + 14]!, b15 = memory[b + 15]!, b16 = memory[b + 16]!
  const d0 = memory[d + 0]!, d1 = memory[d + 1]!, d2 = memory[d + 2]!, d3 = memory[d + 3]!, d4 = memory[d + 4]!, d5 = memory[d + 5]!
  const d6 = memory[d + 6]!, d7 = memory[d + 7]!, d8 = memory[d + 8]!, d9 = memory[d + 9]!, d10 = memory[d + 10]!, d11 = memory[d + 11]!
  const d12 = memory[d + 12]!, d13 = memory[d + 13]!, d14 = memory[d + 14]!, d15 = memory[d + 15]!, d16 = memory[d + 16]!
  let t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0, t6 = 0, t7 = 0, t8 = 0, t9 = 0, t10 = 0, t11 = 0, t12 = 0, t13 = 0, t14 = 0, t15 = 0, t16 = 0
  for (let i = 0; i < 17; i++) {
    const x = memory[a + i]!
    const y = sign * memory[c + i]!
    const column = t0 + x * b0 + y * d0
    const low = (column - (column + round - round)) * factor
    const q = low - (low + round - round)
    t0 = t1 + x * b1 + y * d1 + q * p1 + (column + q * p0) * down
    t1 = t2 + x * b2 + y * d2 + q * p2
    t2 = t3 + x * b3 + y * d3 + q * p3
    t3 = t4 + x * b4 + y * d4 + q * p4
    t4 = t5 + x * b5 + y * d5 + q * p5
    t5 = t6 + x * b6 + y * d6 + q * p6
    t6 = t7 + x * b7 + y * d7 + q * p7
    t7 = t8 + x * b8 + y * d8 + q * p8
    t8 = t9 + x * b9 + y * d9 + q * p9
    t9 = t10 + x * b10 + y * d10 + q * p10
    t10 = t11 + x * b11 + y * d11 + q * p11
    t11 = t12 + x * b12 + y * d12 + q * p12
    t12 = t13 + x * b13 + y * d13 + q * p13
    t13 = t14 + x * b14 + y * d14 + q * p14
    t14 = t15 + x * b15 + y * d15 + q * p15
    t15 = t16 + x * b16 + y * d16 + q * p16
    t16 = 0
  }
  t[0] = t0; t[1] = t1; t[2] = t2; t[3] = t3
  t[4] = t4; t[5] = t5; t[6] = t6; t[7] = t7
  t[8] = t8; t[9] = t9; t[10] = t10; t[11] = t11
  t[12] = t12; t[13] = t13; t[14] = t14; t[15] = t15
  t[16] = t16
  carried(memory, to, t, 17)
}

/** As loopKernel, for primes of 17 limbs. */
export const kernel17: LimbKernel = { product: product17, products: products17, sum: loopSum, carried: loopCarried }
