/** The kernel of limbs.ts for 12 limbs, primes of 246 to 268 bits. Made by test/machine/make-compiled.ts; not for editing. */
import type { LimbKernel, LimbPrime } from "./limb-kernel.ts"

/** The columns of keep t + a b in t. */
function columns(t: Float64Array, keep: number, m: Float64Array, a: number, b: number): void {
  const a0 = m[a + 0]!, a1 = m[a + 1]!, a2 = m[a + 2]!, a3 = m[a + 3]!, a4 = m[a + 4]!, a5 = m[a + 5]!, a6 = m[a + 6]!, a7 = m[a + 7]!
  const a8 = m[a + 8]!, a9 = m[a + 9]!, a10 = m[a + 10]!, a11 = m[a + 11]!, b0 = m[b + 0]!, b1 = m[b + 1]!, b2 = m[b + 2]!, b3 = m[b + 3]!
  const b4 = m[b + 4]!, b5 = m[b + 5]!, b6 = m[b + 6]!, b7 = m[b + 7]!, b8 = m[b + 8]!, b9 = m[b + 9]!, b10 = m[b + 10]!, b11 = m[b + 11]!
  t[0] = keep * t[0]! + a0 * b0
  t[1] = keep * t[1]! + a0 * b1 + a1 * b0
  t[2] = keep * t[2]! + a0 * b2 + a1 * b1 + a2 * b0
  t[3] = keep * t[3]! + a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0
  t[4] = keep * t[4]! + a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0
  t[5] = keep * t[5]! + a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0
  t[6] = keep * t[6]! + a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0
  t[7] = keep * t[7]! + a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0
  t[8] = keep * t[8]! + a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0
  t[9] = keep * t[9]! + a0 * b9 + a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1 + a9 * b0
  t[10] = keep * t[10]! + a0 * b10 + a1 * b9 + a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2 + a9 * b1 + a10 * b0
  t[11] = keep * t[11]! + a0 * b11 + a1 * b10 + a2 * b9 + a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3 + a9 * b2 + a10 * b1 + a11 * b0
  t[12] = keep * t[12]! + a1 * b11 + a2 * b10 + a3 * b9 + a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4 + a9 * b3 + a10 * b2 + a11 * b1
  t[13] = keep * t[13]! + a2 * b11 + a3 * b10 + a4 * b9 + a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5 + a9 * b4 + a10 * b3 + a11 * b2
  t[14] = keep * t[14]! + a3 * b11 + a4 * b10 + a5 * b9 + a6 * b8 + a7 * b7 + a8 * b6 + a9 * b5 + a10 * b4 + a11 * b3
  t[15] = keep * t[15]! + a4 * b11 + a5 * b10 + a6 * b9 + a7 * b8 + a8 * b7 + a9 * b6 + a10 * b5 + a11 * b4
  t[16] = keep * t[16]! + a5 * b11 + a6 * b10 + a7 * b9 + a8 * b8 + a9 * b7 + a10 * b6 + a11 * b5
  t[17] = keep * t[17]! + a6 * b11 + a7 * b10 + a8 * b9 + a9 * b8 + a10 * b7 + a11 * b6
  t[18] = keep * t[18]! + a7 * b11 + a8 * b10 + a9 * b9 + a10 * b8 + a11 * b7
  t[19] = keep * t[19]! + a8 * b11 + a9 * b10 + a10 * b9 + a11 * b8
  t[20] = keep * t[20]! + a9 * b11 + a10 * b10 + a11 * b9
  t[21] = keep * t[21]! + a10 * b11 + a11 * b10
  t[22] = keep * t[22]! + a11 * b11
}

/** Balanced limbs of the columns in t. */
function carried(m: Float64Array, to: number, t: Float64Array): void {
  const round = 1.5 * 37778931862957161709568
  const down = 1 / 8388608
  const s0 = t[0]!, h0 = s0 + round - round, v0 = s0 - h0, g0 = v0 + round - round
  m[to] = v0 - g0
  const s1 = t[1]!, h1 = s1 + round - round, v1 = s1 - h1 + h0 * down, g1 = v1 + round - round
  m[to + 1] = v1 - g1 + g0 * down
  const s2 = t[2]!, h2 = s2 + round - round, v2 = s2 - h2 + h1 * down, g2 = v2 + round - round
  m[to + 2] = v2 - g2 + g1 * down
  const s3 = t[3]!, h3 = s3 + round - round, v3 = s3 - h3 + h2 * down, g3 = v3 + round - round
  m[to + 3] = v3 - g3 + g2 * down
  const s4 = t[4]!, h4 = s4 + round - round, v4 = s4 - h4 + h3 * down, g4 = v4 + round - round
  m[to + 4] = v4 - g4 + g3 * down
  const s5 = t[5]!, h5 = s5 + round - round, v5 = s5 - h5 + h4 * down, g5 = v5 + round - round
  m[to + 5] = v5 - g5 + g4 * down
  const s6 = t[6]!, h6 = s6 + round - round, v6 = s6 - h6 + h5 * down, g6 = v6 + round - round
  m[to + 6] = v6 - g6 + g5 * down
  const s7 = t[7]!, h7 = s7 + round - round, v7 = s7 - h7 + h6 * down, g7 = v7 + round - round
  m[to + 7] = v7 - g7 + g6 * down
  const s8 = t[8]!, h8 = s8 + round - round, v8 = s8 - h8 + h7 * down, g8 = v8 + round - round
  m[to + 8] = v8 - g8 + g7 * down
  const s9 = t[9]!, h9 = s9 + round - round, v9 = s9 - h9 + h8 * down, g9 = v9 + round - round
  m[to + 9] = v9 - g9 + g8 * down
  const s10 = t[10]!, h10 = s10 + round - round, v10 = s10 - h10 + h9 * down, g10 = v10 + round - round
  m[to + 10] = v10 - g10 + g9 * down
  m[to + 11] = t[11]! + (h10 + g10) * down
}

/** t / R. */
function reduced(m: Float64Array, to: number, t: Float64Array, prime: LimbPrime): void {
  const p = prime.p
  const q = prime.next
  const round = 1.5 * 37778931862957161709568
  const down = 1 / 8388608
  const p0 = p[0]!, p1 = p[1]!, p2 = p[2]!, p3 = p[3]!, p4 = p[4]!, p5 = p[5]!, p6 = p[6]!, p7 = p[7]!
  const p8 = p[8]!, p9 = p[9]!, p10 = p[10]!, p11 = p[11]!, q0 = q[0]!, q1 = q[1]!, q2 = q[2]!, q3 = q[3]!
  const q4 = q[4]!, q5 = q[5]!, q6 = q[6]!, q7 = q[7]!, q8 = q[8]!, q9 = q[9]!, q10 = q[10]!, q11 = q[11]!
  const c0 = t[0]!, r0 = c0 + round - round, u0 = c0 - r0, e0 = r0 * down
  const c1 = t[1]! + e0 + u0 * q0, r1 = c1 + round - round, u1 = c1 - r1, e1 = r1 * down
  const c2 = t[2]! + u0 * q1 + e1 + u1 * q0, r2 = c2 + round - round, u2 = c2 - r2, e2 = r2 * down
  const c3 = t[3]! + u0 * q2 + u1 * q1 + e2 + u2 * q0, r3 = c3 + round - round, u3 = c3 - r3, e3 = r3 * down
  const c4 = t[4]! + u0 * q3 + u1 * q2 + u2 * q1 + e3 + u3 * q0, r4 = c4 + round - round, u4 = c4 - r4, e4 = r4 * down
  const c5 = t[5]! + u0 * q4 + u1 * q3 + u2 * q2 + u3 * q1 + e4 + u4 * q0, r5 = c5 + round - round, u5 = c5 - r5, e5 = r5 * down
  const c6 = t[6]! + u0 * q5 + u1 * q4 + u2 * q3 + u3 * q2 + u4 * q1 + e5 + u5 * q0, r6 = c6 + round - round, u6 = c6 - r6, e6 = r6 * down
  const c7 = t[7]! + u0 * q6 + u1 * q5 + u2 * q4 + u3 * q3 + u4 * q2 + u5 * q1 + e6 + u6 * q0, r7 = c7 + round - round, u7 = c7 - r7, e7 = r7 * down
  const c8 = t[8]! + u0 * q7 + u1 * q6 + u2 * q5 + u3 * q4 + u4 * q3 + u5 * q2 + u6 * q1 + e7 + u7 * q0, r8 = c8 + round - round, u8 = c8 - r8, e8 = r8 * down
  const c9 = t[9]! + u0 * q8 + u1 * q7 + u2 * q6 + u3 * q5 + u4 * q4 + u5 * q3 + u6 * q2 + u7 * q1 + e8 + u8 * q0, r9 = c9 + round - round, u9 = c9 - r9, e9 = r9 * down
  const c10 = t[10]! + u0 * q9 + u1 * q8 + u2 * q7 + u3 * q6 + u4 * q5 + u5 * q4 + u6 * q3 + u7 * q2 + u8 * q1 + e9 + u9 * q0, r10 = c10 + round - round, u10 = c10 - r10, e10 = r10 * down
  const c11 = t[11]! + u0 * q10 + u1 * q9 + u2 * q8 + u3 * q7 + u4 * q6 + u5 * q5 + u6 * q4 + u7 * q3 + u8 * q2 + u9 * q1 + e10 + u10 * q0
  const l = (c11 - (c11 + round - round)) * prime.factor, u11 = l - (l + round - round), e11 = (c11 + u11 * p0) * down
  t[0] = t[12]! + u0 * q11 + u1 * q10 + u2 * q9 + u3 * q8 + u4 * q7 + u5 * q6 + u6 * q5 + u7 * q4 + u8 * q3 + u9 * q2 + u10 * q1 + u11 * p1 + e11
  t[1] = t[13]! + u1 * q11 + u2 * q10 + u3 * q9 + u4 * q8 + u5 * q7 + u6 * q6 + u7 * q5 + u8 * q4 + u9 * q3 + u10 * q2 + u11 * p2
  t[2] = t[14]! + u2 * q11 + u3 * q10 + u4 * q9 + u5 * q8 + u6 * q7 + u7 * q6 + u8 * q5 + u9 * q4 + u10 * q3 + u11 * p3
  t[3] = t[15]! + u3 * q11 + u4 * q10 + u5 * q9 + u6 * q8 + u7 * q7 + u8 * q6 + u9 * q5 + u10 * q4 + u11 * p4
  t[4] = t[16]! + u4 * q11 + u5 * q10 + u6 * q9 + u7 * q8 + u8 * q7 + u9 * q6 + u10 * q5 + u11 * p5
  t[5] = t[17]! + u5 * q11 + u6 * q10 + u7 * q9 + u8 * q8 + u9 * q7 + u10 * q6 + u11 * p6
  t[6] = t[18]! + u6 * q11 + u7 * q10 + u8 * q9 + u9 * q8 + u10 * q7 + u11 * p7
  t[7] = t[19]! + u7 * q11 + u8 * q10 + u9 * q9 + u10 * q8 + u11 * p8
  t[8] = t[20]! + u8 * q11 + u9 * q10 + u10 * q9 + u11 * p9
  t[9] = t[21]! + u9 * q11 + u10 * q10 + u11 * p10
  t[10] = t[22]! + u10 * q11 + u11 * p11
  t[11] = 0
  carried(m, to, t)
}

function product(m: Float64Array, to: number, a: number, b: number, t: Float64Array, prime: LimbPrime): void {
  columns(t, 0, m, a, b)
  reduced(m, to, t, prime)
}

function products(m: Float64Array, to: number, a: number, b: number, c: number, d: number, sign: number, t: Float64Array, prime: LimbPrime): void {
  columns(t, 0, m, c, d)
  columns(t, sign, m, a, b)
  reduced(m, to, t, prime)
}

/** a + sign b. */
function sum(m: Float64Array, to: number, a: number, b: number, sign: number): void {
  m[to + 0] = m[a + 0]! + sign * m[b + 0]!
  m[to + 1] = m[a + 1]! + sign * m[b + 1]!
  m[to + 2] = m[a + 2]! + sign * m[b + 2]!
  m[to + 3] = m[a + 3]! + sign * m[b + 3]!
  m[to + 4] = m[a + 4]! + sign * m[b + 4]!
  m[to + 5] = m[a + 5]! + sign * m[b + 5]!
  m[to + 6] = m[a + 6]! + sign * m[b + 6]!
  m[to + 7] = m[a + 7]! + sign * m[b + 7]!
  m[to + 8] = m[a + 8]! + sign * m[b + 8]!
  m[to + 9] = m[a + 9]! + sign * m[b + 9]!
  m[to + 10] = m[a + 10]! + sign * m[b + 10]!
  m[to + 11] = m[a + 11]! + sign * m[b + 11]!
}

/** As loopKernel. */
export const compiled12: LimbKernel = { product, products, sum, carried }
