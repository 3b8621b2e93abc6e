/** The kernel of limbs.ts for 17 limbs, primes of 361 to 383 bits. Made by test/machine/make-compiled.ts; not for editing. */
import type { LimbKernel, LimbPrime } from "./limb-kernel.ts"

/** The columns of keep t + a b in t. */
function columns(t: Float64Array, keep: number, m: Float64Array, a: number, b: number): void {
  const a0 = m[a + 0]!, a1 = m[a + 1]!, a2 = m[a + 2]!, a3 = m[a + 3]!, a4 = m[a + 4]!, a5 = m[a + 5]!, a6 = m[a + 6]!, a7 = m[a + 7]!
  const a8 = m[a + 8]!, a9 = m[a + 9]!, a10 = m[a + 10]!, a11 = m[a + 11]!, a12 = m[a + 12]!, a13 = m[a + 13]!, a14 = m[a + 14]!, a15 = m[a + 15]!
  const a16 = m[a + 16]!, b0 = m[b + 0]!, b1 = m[b + 1]!, b2 = m[b + 2]!, b3 = m[b + 3]!, b4 = m[b + 4]!, b5 = m[b + 5]!, b6 = m[b + 6]!
  const b7 = m[b + 7]!, b8 = m[b + 8]!, b9 = m[b + 9]!, b10 = m[b + 10]!, b11 = m[b + 11]!, b12 = m[b + 12]!, b13 = m[b + 13]!, b14 = m[b + 14]!
  const b15 = m[b + 15]!, b16 = m[b + 16]!
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
  t[12] = keep * t[12]! + a0 * b12 + a1 * b11 + a2 * b10 + a3 * b9 + a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4 + a9 * b3 + a10 * b2 + a11 * b1 + a12 * b0
  t[13] = keep * t[13]! + a0 * b13 + a1 * b12 + a2 * b11 + a3 * b10 + a4 * b9 + a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5 + a9 * b4 + a10 * b3 + a11 * b2 + a12 * b1 + a13 * b0
  t[14] = keep * t[14]! + a0 * b14 + a1 * b13 + a2 * b12 + a3 * b11 + a4 * b10 + a5 * b9 + a6 * b8 + a7 * b7 + a8 * b6 + a9 * b5 + a10 * b4 + a11 * b3 + a12 * b2 + a13 * b1 + a14 * b0
  t[15] = keep * t[15]! + a0 * b15 + a1 * b14 + a2 * b13 + a3 * b12 + a4 * b11 + a5 * b10 + a6 * b9 + a7 * b8 + a8 * b7 + a9 * b6 + a10 * b5 + a11 * b4 + a12 * b3 + a13 * b2 + a14 * b1 + a15 * b0
  t[16] = keep * t[16]! + a0 * b16 + a1 * b15 + a2 * b14 + a3 * b13 + a4 * b12 + a5 * b11 + a6 * b10 + a7 * b9 + a8 * b8 + a9 * b7 + a10 * b6 + a11 * b5 + a12 * b4 + a13 * b3 + a14 * b2 + a15 * b1 + a16 * b0
  t[17] = keep * t[17]! + a1 * b16 + a2 * b15 + a3 * b14 + a4 * b13 + a5 * b12 + a6 * b11 + a7 * b10 + a8 * b9 + a9 * b8 + a10 * b7 + a11 * b6 + a12 * b5 + a13 * b4 + a14 * b3 + a15 * b2 + a16 * b1
  t[18] = keep * t[18]! + a2 * b16 + a3 * b15 + a4 * b14 + a5 * b13 + a6 * b12 + a7 * b11 + a8 * b10 + a9 * b9 + a10 * b8 + a11 * b7 + a12 * b6 + a13 * b5 + a14 * b4 + a15 * b3 + a16 * b2
  t[19] = keep * t[19]! + a3 * b16 + a4 * b15 + a5 * b14 + a6 * b13 + a7 * b12 + a8 * b11 + a9 * b10 + a10 * b9 + a11 * b8 + a12 * b7 + a13 * b6 + a14 * b5 + a15 * b4 + a16 * b3
  t[20] = keep * t[20]! + a4 * b16 + a5 * b15 + a6 * b14 + a7 * b13 + a8 * b12 + a9 * b11 + a10 * b10 + a11 * b9 + a12 * b8 + a13 * b7 + a14 * b6 + a15 * b5 + a16 * b4
  t[21] = keep * t[21]! + a5 * b16 + a6 * b15 + a7 * b14 + a8 * b13 + a9 * b12 + a10 * b11 + a11 * b10 + a12 * b9 + a13 * b8 + a14 * b7 + a15 * b6 + a16 * b5
  t[22] = keep * t[22]! + a6 * b16 + a7 * b15 + a8 * b14 + a9 * b13 + a10 * b12 + a11 * b11 + a12 * b10 + a13 * b9 + a14 * b8 + a15 * b7 + a16 * b6
  t[23] = keep * t[23]! + a7 * b16 + a8 * b15 + a9 * b14 + a10 * b13 + a11 * b12 + a12 * b11 + a13 * b10 + a14 * b9 + a15 * b8 + a16 * b7
  t[24] = keep * t[24]! + a8 * b16 + a9 * b15 + a10 * b14 + a11 * b13 + a12 * b12 + a13 * b11 + a14 * b10 + a15 * b9 + a16 * b8
  t[25] = keep * t[25]! + a9 * b16 + a10 * b15 + a11 * b14 + a12 * b13 + a13 * b12 + a14 * b11 + a15 * b10 + a16 * b9
  t[26] = keep * t[26]! + a10 * b16 + a11 * b15 + a12 * b14 + a13 * b13 + a14 * b12 + a15 * b11 + a16 * b10
  t[27] = keep * t[27]! + a11 * b16 + a12 * b15 + a13 * b14 + a14 * b13 + a15 * b12 + a16 * b11
  t[28] = keep * t[28]! + a12 * b16 + a13 * b15 + a14 * b14 + a15 * b13 + a16 * b12
  t[29] = keep * t[29]! + a13 * b16 + a14 * b15 + a15 * b14 + a16 * b13
  t[30] = keep * t[30]! + a14 * b16 + a15 * b15 + a16 * b14
  t[31] = keep * t[31]! + a15 * b16 + a16 * b15
  t[32] = keep * t[32]! + a16 * b16
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
  const s11 = t[11]!, h11 = s11 + round - round, v11 = s11 - h11 + h10 * down, g11 = v11 + round - round
  m[to + 11] = v11 - g11 + g10 * down
  const s12 = t[12]!, h12 = s12 + round - round, v12 = s12 - h12 + h11 * down, g12 = v12 + round - round
  m[to + 12] = v12 - g12 + g11 * down
  const s13 = t[13]!, h13 = s13 + round - round, v13 = s13 - h13 + h12 * down, g13 = v13 + round - round
  m[to + 13] = v13 - g13 + g12 * down
  const s14 = t[14]!, h14 = s14 + round - round, v14 = s14 - h14 + h13 * down, g14 = v14 + round - round
  m[to + 14] = v14 - g14 + g13 * down
  const s15 = t[15]!, h15 = s15 + round - round, v15 = s15 - h15 + h14 * down, g15 = v15 + round - round
  m[to + 15] = v15 - g15 + g14 * down
  m[to + 16] = t[16]! + (h15 + g15) * down
}

/** t / R. */
function reduced(m: Float64Array, to: number, t: Float64Array, prime: LimbPrime): void {
  const p = prime.p
  const q = prime.next
  const round = 1.5 * 37778931862957161709568
  const down = 1 / 8388608
  const p0 = p[0]!, p1 = p[1]!, p2 = p[2]!, p3 = p[3]!, p4 = p[4]!, p5 = p[5]!, p6 = p[6]!, p7 = p[7]!
  const p8 = p[8]!, p9 = p[9]!, p10 = p[10]!, p11 = p[11]!, p12 = p[12]!, p13 = p[13]!, p14 = p[14]!, p15 = p[15]!
  const p16 = p[16]!, q0 = q[0]!, q1 = q[1]!, q2 = q[2]!, q3 = q[3]!, q4 = q[4]!, q5 = q[5]!, q6 = q[6]!
  const q7 = q[7]!, q8 = q[8]!, q9 = q[9]!, q10 = q[10]!, q11 = q[11]!, q12 = q[12]!, q13 = q[13]!, q14 = q[14]!
  const q15 = q[15]!, q16 = q[16]!
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
  const c11 = t[11]! + u0 * q10 + u1 * q9 + u2 * q8 + u3 * q7 + u4 * q6 + u5 * q5 + u6 * q4 + u7 * q3 + u8 * q2 + u9 * q1 + e10 + u10 * q0, r11 = c11 + round - round, u11 = c11 - r11, e11 = r11 * down
  const c12 = t[12]! + u0 * q11 + u1 * q10 + u2 * q9 + u3 * q8 + u4 * q7 + u5 * q6 + u6 * q5 + u7 * q4 + u8 * q3 + u9 * q2 + u10 * q1 + e11 + u11 * q0, r12 = c12 + round - round, u12 = c12 - r12, e12 = r12 * down
  const c13 = t[13]! + u0 * q12 + u1 * q11 + u2 * q10 + u3 * q9 + u4 * q8 + u5 * q7 + u6 * q6 + u7 * q5 + u8 * q4 + u9 * q3 + u10 * q2 + u11 * q1 + e12 + u12 * q0, r13 = c13 + round - round, u13 = c13 - r13, e13 = r13 * down
  const c14 = t[14]! + u0 * q13 + u1 * q12 + u2 * q11 + u3 * q10 + u4 * q9 + u5 * q8 + u6 * q7 + u7 * q6 + u8 * q5 + u9 * q4 + u10 * q3 + u11 * q2 + u12 * q1 + e13 + u13 * q0, r14 = c14 + round - round, u14 = c14 - r14, e14 = r14 * down
  const c15 = t[15]! + u0 * q14 + u1 * q13 + u2 * q12 + u3 * q11 + u4 * q10 + u5 * q9 + u6 * q8 + u7 * q7 + u8 * q6 + u9 * q5 + u10 * q4 + u11 * q3 + u12 * q2 + u13 * q1 + e14 + u14 * q0, r15 = c15 + round - round, u15 = c15 - r15, e15 = r15 * down
  const c16 = t[16]! + u0 * q15 + u1 * q14 + u2 * q13 + u3 * q12 + u4 * q11 + u5 * q10 + u6 * q9 + u7 * q8 + u8 * q7 + u9 * q6 + u10 * q5 + u11 * q4 + u12 * q3 + u13 * q2 + u14 * q1 + e15 + u15 * q0
  const l = (c16 - (c16 + round - round)) * prime.factor, u16 = l - (l + round - round), e16 = (c16 + u16 * p0) * down
  t[0] = t[17]! + u0 * q16 + u1 * q15 + u2 * q14 + u3 * q13 + u4 * q12 + u5 * q11 + u6 * q10 + u7 * q9 + u8 * q8 + u9 * q7 + u10 * q6 + u11 * q5 + u12 * q4 + u13 * q3 + u14 * q2 + u15 * q1 + u16 * p1 + e16
  t[1] = t[18]! + u1 * q16 + u2 * q15 + u3 * q14 + u4 * q13 + u5 * q12 + u6 * q11 + u7 * q10 + u8 * q9 + u9 * q8 + u10 * q7 + u11 * q6 + u12 * q5 + u13 * q4 + u14 * q3 + u15 * q2 + u16 * p2
  t[2] = t[19]! + u2 * q16 + u3 * q15 + u4 * q14 + u5 * q13 + u6 * q12 + u7 * q11 + u8 * q10 + u9 * q9 + u10 * q8 + u11 * q7 + u12 * q6 + u13 * q5 + u14 * q4 + u15 * q3 + u16 * p3
  t[3] = t[20]! + u3 * q16 + u4 * q15 + u5 * q14 + u6 * q13 + u7 * q12 + u8 * q11 + u9 * q10 + u10 * q9 + u11 * q8 + u12 * q7 + u13 * q6 + u14 * q5 + u15 * q4 + u16 * p4
  t[4] = t[21]! + u4 * q16 + u5 * q15 + u6 * q14 + u7 * q13 + u8 * q12 + u9 * q11 + u10 * q10 + u11 * q9 + u12 * q8 + u13 * q7 + u14 * q6 + u15 * q5 + u16 * p5
  t[5] = t[22]! + u5 * q16 + u6 * q15 + u7 * q14 + u8 * q13 + u9 * q12 + u10 * q11 + u11 * q10 + u12 * q9 + u13 * q8 + u14 * q7 + u15 * q6 + u16 * p6
  t[6] = t[23]! + u6 * q16 + u7 * q15 + u8 * q14 + u9 * q13 + u10 * q12 + u11 * q11 + u12 * q10 + u13 * q9 + u14 * q8 + u15 * q7 + u16 * p7
  t[7] = t[24]! + u7 * q16 + u8 * q15 + u9 * q14 + u10 * q13 + u11 * q12 + u12 * q11 + u13 * q10 + u14 * q9 + u15 * q8 + u16 * p8
  t[8] = t[25]! + u8 * q16 + u9 * q15 + u10 * q14 + u11 * q13 + u12 * q12 + u13 * q11 + u14 * q10 + u15 * q9 + u16 * p9
  t[9] = t[26]! + u9 * q16 + u10 * q15 + u11 * q14 + u12 * q13 + u13 * q12 + u14 * q11 + u15 * q10 + u16 * p10
  t[10] = t[27]! + u10 * q16 + u11 * q15 + u12 * q14 + u13 * q13 + u14 * q12 + u15 * q11 + u16 * p11
  t[11] = t[28]! + u11 * q16 + u12 * q15 + u13 * q14 + u14 * q13 + u15 * q12 + u16 * p12
  t[12] = t[29]! + u12 * q16 + u13 * q15 + u14 * q14 + u15 * q13 + u16 * p13
  t[13] = t[30]! + u13 * q16 + u14 * q15 + u15 * q14 + u16 * p14
  t[14] = t[31]! + u14 * q16 + u15 * q15 + u16 * p15
  t[15] = t[32]! + u15 * q16 + u16 * p16
  t[16] = 0
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
  m[to + 12] = m[a + 12]! + sign * m[b + 12]!
  m[to + 13] = m[a + 13]! + sign * m[b + 13]!
  m[to + 14] = m[a + 14]! + sign * m[b + 14]!
  m[to + 15] = m[a + 15]! + sign * m[b + 15]!
  m[to + 16] = m[a + 16]! + sign * m[b + 16]!
}

/** As loopKernel. */
export const compiled17: LimbKernel = { product, products, sum, carried }
