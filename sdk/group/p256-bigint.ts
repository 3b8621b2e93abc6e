/** The blocks of P-256's Program over BigInt for machine/bigint.ts. Made by test/machine/make-compiled.ts; not for editing. */
interface Desk { readonly s: bigint[]; readonly o: number[]; readonly c: readonly bigint[]; f: bigint; zero(a: bigint): bigint; odd(a: bigint): bigint }
type Block = (g: Desk, r: (wide: bigint) => bigint) => void

/** The self-test's sum, and the blocks in the order of machine/calls.ts. */
export const p256Blocks: { readonly selfTest: number; readonly blocks: readonly Block[] } = {
  selfTest: 3850810602,
  blocks: [
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x6 = s[b]!; const x8 = r(x6 * x6); const xb = r(x8 * x8); const xd = r(x8 * x6); const xf = r(xd * xd); s[a] = x8; s[a + 1] = xd; s[a + 2] = xb
s[a + 3] = r(xb * x6); s[a + 4] = xf; s[a + 5] = r(xf * x6) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const x0 = s[a]!; const x2 = r(x0 * x0); const x4 = r(x2 * x2); s[a] = r(x4 * x4) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[b]!; s[a] = r(x0 * x1) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[b]!; const x3 = r(x0 * x0); s[a] = r((r(x3 * x3)) * x1) },
(g) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; s[a] = c[0]! },
(g) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const d = o[2]!; const e = o[3]!; s[a] = c[2]!; s[a + 1] = c[4]!; s[a + 2] = c[6]!; s[b] = c[8]!; s[b + 1] = c[10]!; s[b + 2] = c[6]!; s[d] = c[12]!
s[d + 1] = c[14]!; s[d + 2] = c[6]!; s[e] = c[16]!; s[e + 1] = c[18]!; s[e + 2] = c[6]! },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const d = o[2]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[b]!; const x4 = s[b + 1]!; const x5 = s[b + 2]!; const x6 = s[d]!
const xb = x2 * x5; const xe = x0 * x3; const xg = x1 * x4; const xl = r(xb); const xo = (xl + xl) + xl; const xq = ((x0 + x2) * (x3 + x5)) - (xe + xl); const xr = xq - (xl * x6); const xv = (((r(xq)) * x6) - xo) - xe
const x11 = r(((x0 + x1) * (x3 + x4)) - (xe + xg)); const x12 = r(((xe + xe) + xe) - xo); const x16 = r((xv + xv) + xv); const x18 = r(((x1 + x2) * (x4 + x5)) - (xg + xb)); const x1b = (xr + xr) + xr; const x1e = r(xg + x1b)
const x1h = r(xg - x1b); s[a] = r((x1e * x11) - (x18 * x16)); s[a + 1] = r((x1e * x1h) + (x12 * x16)); s[a + 2] = r((x18 * x1h) + (x11 * x12)) },
(g) => { const o = g.o; const s = g.s; const a = o[0]!; const x1 = s[a + 1]!; const x4 = x1 + ((-x1) - x1) * g.f; s[a + 1] = x4 },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[b]!; const x4 = x0 + x0; const x5 = x0 * x0; const x8 = x4 * x2; const xa = x2 * x2
const xc = (xa + xa) + xa; const xg = x8 - ((r(xa)) * x3); const xk = (((r(x8)) * x3) - xc) - x5; const xm = (xg + xg) + xg; const xn = x1 * x1; const xt = r(xn + xm); const x11 = r((xk + xk) + xk); const x14 = r((x1 + x1) * x2)
s[a] = r((xt * (r(x4 * x1))) - (x14 * x11)); s[a + 1] = r((xt * (r(xn - xm))) + ((r(((x5 + x5) + x5) - xc)) * x11)); s[a + 2] = r((x14 + x14) * (r(xn + xn))) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x3 = s[b]!; s[a] = r(x0 * x3); s[a + 1] = r(x1 * x3) },
(g) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x3 = s[b]!; const x4 = s[b + 1]!; s[a] = x3; s[a + 1] = x4; s[a + 2] = c[6]! },
(g, r) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x1 = s[b]!; const x2 = s[b + 1]!; const x9 = (((r(x1 * x1)) * x1) - ((x1 + x1) + x1)) + c[0]!; s[a] = r(x9 - (x2 * x2)) },
  ],
}
