/** The blocks of P-256's Program over BigInt for machine/bigint.ts. Made by test/machine/make-compiled.ts; not for editing. */
interface Desk { readonly s: bigint[]; readonly o: number[]; readonly c: readonly bigint[]; f: bigint; zero(a: bigint): bigint; odd(a: bigint): bigint }
type Block = (g: Desk, r: (wide: bigint) => bigint) => void

/** The self-test's sum, and the blocks in the order of machine/calls.ts. */
export const p256Blocks: { readonly selfTest: number; readonly blocks: readonly Block[] } = {
  selfTest: 3850810602,
  blocks: [
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const v6 = s[b]!; const v7 = v6 * v6; const v8 = r(v7); const v9 = v8 * v6; const va = v8 * v8; const vb = r(va); const vc = vb * v6; const vd = r(v9)
const ve = vd * vd; const vf = r(ve); const vg = vf * v6; const vh = r(vc); const vi = r(vg); s[a] = v8; s[a + 1] = vd; s[a + 2] = vb; s[a + 3] = vh; s[a + 4] = vf; s[a + 5] = vi },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const v0 = s[a]!; const v1 = v0 * v0; const v2 = r(v1); const v3 = v2 * v2; const v4 = r(v3); const v5 = v4 * v4; const v6 = r(v5); s[a] = v6 },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const v0 = s[a]!; const v1 = s[b]!; const v2 = v0 * v1; const v3 = r(v2); s[a] = v3 },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const v0 = s[a]!; const v1 = s[b]!; const v2 = v0 * v0; const v3 = r(v2); const v4 = v3 * v3; const v5 = r(v4); const v6 = v5 * v1; const v7 = r(v6); s[a] = v7 },
(g) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; s[a] = c[0]! },
(g) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const d = o[2]!; const e = o[3]!; s[a] = c[2]!; s[a + 1] = c[4]!; s[a + 2] = c[6]!; s[b] = c[8]!; s[b + 1] = c[10]!; s[b + 2] = c[6]!; s[d] = c[12]!
s[d + 1] = c[14]!; s[d + 2] = c[6]!; s[e] = c[16]!; s[e + 1] = c[18]!; s[e + 2] = c[6]! },
(g, r) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const d = o[2]!; const v0 = s[a]!; const v1 = s[a + 1]!; const v2 = s[a + 2]!; const v3 = s[b]!; const v4 = s[b + 1]!; const v5 = s[b + 2]!
const v6 = s[d]!; const v7 = v4 + v5; const v8 = v0 + v2; const v9 = v1 + v2; const va = v9 * v7; const vb = v2 * v5; const vc = v3 + v5; const vd = v8 * vc; const ve = v0 * v3; const vf = v0 + v1; const vg = v1 * v4; const vh = v3 + v4
const vi = vf * vh; const vj = vg + vb; const vk = va - vj; const vl = r(vb); const vm = vl * v6; const vn = vl + vl; const vo = vn + vl; const vp = ve + vb; const vq = vd - vp; const vr = vq - vm; const vs = r(vq); const vt = vs * v6
const vu = vo * c[20]!; const vv = vt - vu; const vw = vv - ve; const vx = ve + ve; const vy = vx + ve; const vz = vy - vu; const v10 = ve + vg; const v11 = vi - v10; const v12 = r(v11); const v13 = r(vz); const v14 = v12 * v13
const v15 = vw + vw; const v16 = v15 + vw; const v17 = r(v16); const v18 = v13 * v17; const v19 = r(vk); const v1a = v19 * v17; const v1b = vr + vr; const v1c = v1b + vr; const v1d = vg + v1c; const v1e = vg - v1c; const v1f = r(v1d)
const v1g = v1f * v12; const v1h = v1g - v1a; const v1i = r(v1e); const v1j = v19 * v1i; const v1k = v1j + v14; const v1l = v1f * v1i; const v1m = v1l + v18; const v1n = r(v1h); const v1o = r(v1m); const v1p = r(v1k); s[a] = v1n
s[a + 1] = v1o; s[a + 2] = v1p },
(g) => { const o = g.o; const s = g.s; const a = o[0]!; const v1 = s[a + 1]!; const v3 = -v1; const v4 = v1 + (v3 - v1) * g.f; s[a + 1] = v4 },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const v0 = s[a]!; const v1 = s[a + 1]!; const v2 = s[a + 2]!; const v3 = s[b]!; const v4 = v0 + v0; const v5 = v0 * v0; const v6 = v5 + v5; const v7 = v6 + v5
const v8 = v4 * v2; const v9 = v4 * v1; const va = v2 * v2; const vb = va + va; const vc = vb + va; const vd = v7 - vc; const ve = r(va); const vf = ve * v3; const vg = v8 - vf; const vh = r(v8); const vi = vh * v3; const vj = vi - vc
const vk = vj - v5; const vl = vg + vg; const vm = vl + vg; const vn = v1 * v1; const vo = v1 + v1; const vp = vo * v2; const vq = vn - vm; const vr = vn + vm; const vs = vn + vn; const vt = r(vr); const vu = r(vq); const vv = vt * vu
const vw = r(v9); const vx = vt * vw; const vy = vk + vk; const vz = vy + vk; const v10 = r(vd); const v11 = r(vz); const v12 = v10 * v11; const v13 = vv + v12; const v14 = r(vp); const v15 = v14 * v11; const v16 = vx - v15
const v17 = v14 + v14; const v18 = r(vs); const v19 = v17 * v18; const v1a = r(v16); const v1b = r(v13); const v1c = r(v19); s[a] = v1a; s[a + 1] = v1b; s[a + 2] = v1c },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const v0 = s[a]!; const v1 = s[a + 1]!; const v3 = s[b]!; const v4 = v0 * v3; const v5 = v1 * v3; const v6 = r(v4); const v7 = r(v5); s[a] = v6; s[a + 1] = v7 },
(g) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const v3 = s[b]!; const v4 = s[b + 1]!; s[a] = v3; s[a + 1] = v4; s[a + 2] = c[6]! },
(g, r) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const v1 = s[b]!; const v2 = s[b + 1]!; const v3 = v1 * v1; const v4 = r(v3); const v5 = v4 * v1; const v6 = v1 + v1; const v7 = v6 + v1
const v8 = v7 * c[20]!; const v9 = v5 - v8; const va = c[0]! * c[20]!; const vb = v9 + va; const vc = v2 * v2; const vd = vb - vc; const ve = r(vd); s[a] = ve },
  ],
}
