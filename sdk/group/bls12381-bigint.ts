/** The blocks of BLS12-381's Program over BigInt for machine/bigint.ts. Made by test/machine/make-compiled.ts; not for editing. */
interface Desk { readonly s: bigint[]; readonly o: number[]; readonly c: readonly bigint[]; f: bigint; zero(a: bigint): bigint; odd(a: bigint): bigint }
type Block = (g: Desk, r: (wide: bigint) => bigint) => void

/** The self-test's sum, and the blocks in the order of machine/calls.ts. */
export const bls12381Blocks: { readonly selfTest: number; readonly blocks: readonly Block[] } = {
  selfTest: 2645676430,
  blocks: [
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x6 = s[b]!; const x8 = r(x6 * x6); const xb = r(x8 * x8); const xd = r(x8 * x6); const xf = r(xd * xd); s[a] = x8; s[a + 1] = xd; s[a + 2] = xb
s[a + 3] = r(xb * x6); s[a + 4] = xf; s[a + 5] = r(xf * x6) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const x0 = s[a]!; const x2 = r(x0 * x0); const x4 = r(x2 * x2); s[a] = r(x4 * x4) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[b]!; s[a] = r(x0 * x1) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[b]!; const x3 = r(x0 * x0); s[a] = r((r(x3 * x3)) * x1) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const d = o[2]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!
const x6 = s[a + 6]!; const x7 = s[a + 7]!; const x8 = s[a + 8]!; const x9 = s[a + 9]!; const xa = s[a + 10]!; const xb = s[a + 11]!; const xm = (x0 + x1) * (x0 - x1); const xo = (x0 + x0) * x1; const xr = (x4 + x5) * (x4 - x5)
const xt = (x4 + x4) * x5; const xu = x0 * x2; const xv = x1 * x3; const xz = xu - xv; const x11 = (((x0 + x1) * (x2 + x3)) - xu) - xv; const x12 = xz + xz; const x13 = x11 + x11; const x14 = x2 * x4; const x15 = x3 * x5
const x19 = x14 - x15; const x1b = (((x2 + x3) * (x4 + x5)) - x14) - x15; const x1c = x19 + x19; const x1d = x1b + x1b; const x1g = (x0 - x2) + x4; const x1h = (x1 - x3) + x5; const x25 = (x6 + x7) * (x6 - x7); const x27 = (x6 + x6) * x7
const x2a = (xa + xb) * (xa - xb); const x2c = (xa + xa) * xb; const x2d = x6 * x8; const x2e = x7 * x9; const x2i = x2d - x2e; const x2k = (((x6 + x7) * (x8 + x9)) - x2d) - x2e; const x2l = x2i + x2i; const x2m = x2k + x2k
const x2n = x8 * xa; const x2o = x9 * xb; const x2s = x2n - x2o; const x2u = (((x8 + x9) * (xa + xb)) - x2n) - x2o; const x2v = x2s + x2s; const x2w = x2u + x2u; const x2z = (x6 - x8) + xa; const x30 = (x7 - x9) + xb
const x3k = (((x2l + ((x2z + x30) * (x2z - x30))) + x2v) - x25) - x2a; const x3l = (((x2m + ((x2z + x2z) * x30)) + x2w) - x27) - x2c; const x3u = r(((x1c - x1d) + xm) - (x3k - x3l)); const x3v = r(((x1c + x1d) + xo) - (x3k + x3l))
const x41 = r(((xr - xt) + x12) - ((x2v - x2w) + x25)); const x42 = r(((((x12 + ((x1g + x1h) * (x1g - x1h))) + x1c) - xm) - xr) - ((x2a - x2c) + x2l)); const x43 = x41 * x42; const x44 = r(((xr + xt) + x13) - ((x2v + x2w) + x27))
const x45 = r(((((x13 + ((x1g + x1g) * x1h)) + x1d) - xo) - xt) - ((x2a + x2c) + x2m)); const x46 = x44 * x45; const x4a = x43 - x46; const x4c = (((x41 + x44) * (x42 + x45)) - x43) - x46; const x4j = (x42 + x45) * (x42 - x45)
const x4l = (x42 + x42) * x45; const x4o = x3u * x41; const x4p = x3v * x44; const x53 = x3u * x42; const x54 = x3v * x45; const x5d = r(((x3u + x3v) * (x3u - x3v)) - (x4a - x4c)); const x5e = x3u * x5d
const x5f = r(((x3u + x3u) * x3v) - (x4a + x4c)); const x5g = x3v * x5f; const x5n = r((x4j - x4l) - (x4o - x4p)); const x5o = x42 * x5n; const x5p = r((x4j + x4l) - ((((x3u + x3v) * (x41 + x44)) - x4o) - x4p)); const x5q = x45 * x5p
const x5x = r(((x41 + x44) * (x41 - x44)) - (x53 - x54)); const x5y = x41 * x5x; const x5z = r(((x41 + x41) * x44) - ((((x3u + x3v) * (x42 + x45)) - x53) - x54)); const x60 = x44 * x5z; const x67 = (x5o - x5q) + (x5y - x60)
const x68 = ((((x42 + x45) * (x5n + x5p)) - x5o) - x5q) + ((((x41 + x44) * (x5x + x5z)) - x5y) - x60); const x6d = -x6; const x6e = -x7; const x6f = -x8; const x6g = -x9; const x6h = -xa; const x6i = -xb; const x6j = x0 * x6d
const x6k = x1 * x6e; const x6o = x6j - x6k; const x6q = (((x0 + x1) * (x6d + x6e)) - x6j) - x6k; const x6r = x2 * x6f; const x6s = x3 * x6g; const x6w = x6r - x6s; const x6y = (((x2 + x3) * (x6f + x6g)) - x6r) - x6s; const x6z = x4 * x6h
const x70 = x5 * x6i; const x74 = x6z - x70; const x76 = (((x4 + x5) * (x6h + x6i)) - x6z) - x70; const x77 = x2 + x4; const x78 = x3 + x5; const x79 = x6f + x6h; const x7a = x6g + x6i; const x7b = x77 * x79; const x7c = x78 * x7a
const x7l = ((x7b - x7c) - x6w) - x74; const x7m = (((((x77 + x78) * (x79 + x7a)) - x7b) - x7c) - x6y) - x76; const x7n = x0 + x2; const x7o = x1 + x3; const x7p = x6d + x6f; const x7q = x6e + x6g; const x7r = x7n * x7p
const x7s = x7o * x7q; const x83 = x0 + x4; const x84 = x1 + x5; const x85 = x6d + x6h; const x86 = x6e + x6i; const x87 = x83 * x85; const x88 = x84 * x86; const x8l = x6o + (x7l - x7m); const x8m = x6q + (x7l + x7m)
const x8p = (((x7r - x7s) - x6o) - x6w) + (x74 - x76); const x8q = ((((((x7n + x7o) * (x7p + x7q)) - x7r) - x7s) - x6q) - x6y) + (x74 + x76); const x8r = (((x87 - x88) - x6o) - x74) + x6w
const x8s = ((((((x83 + x84) * (x85 + x86)) - x87) - x88) - x6q) - x76) + x6y; const x8v = (x6h - x6i) + x0; const x8w = (x6h + x6i) + x1; const x8x = x6d + x2; const x8y = x6e + x3; const x8z = x6f + x4; const x90 = x6g + x5
const x91 = x0 + x6d; const x92 = x1 + x6e; const x93 = x2 + x6f; const x94 = x3 + x6g; const x95 = x4 + x6h; const x96 = x5 + x6i; const x97 = x8v * x91; const x98 = x8w * x92; const x9c = x97 - x98
const x9e = (((x8v + x8w) * (x91 + x92)) - x97) - x98; const x9f = x8x * x93; const x9g = x8y * x94; const x9k = x9f - x9g; const x9m = (((x8x + x8y) * (x93 + x94)) - x9f) - x9g; const x9n = x8z * x95; const x9o = x90 * x96
const x9s = x9n - x9o; const x9u = (((x8z + x90) * (x95 + x96)) - x9n) - x9o; const x9v = x8x + x8z; const x9w = x8y + x90; const x9x = x93 + x95; const x9y = x94 + x96; const x9z = x9v * x9x; const xa0 = x9w * x9y
const xa9 = ((x9z - xa0) - x9k) - x9s; const xaa = (((((x9v + x9w) * (x9x + x9y)) - x9z) - xa0) - x9m) - x9u; const xab = x8v + x8x; const xac = x8w + x8y; const xad = x91 + x93; const xae = x92 + x94; const xaf = xab * xad
const xag = xac * xae; const xar = x8v + x8z; const xas = x8w + x90; const xat = x91 + x95; const xau = x92 + x96; const xav = xar * xat; const xaw = xas * xau
const xbk = (((((((xab + xac) * (xad + xae)) - xaf) - xag) - x9e) - x9m) + (x9s + x9u)) - x8q; const xbu = ((((((((xar + xas) * (xat + xau)) - xav) - xaw) - x9e) - x9u) + x9m) - x8s) - x8q
s[a] = r(((x9c + (xa9 - xaa)) - x8l) - (x8r - x8s)); s[a + 1] = r(((x9e + (xa9 + xaa)) - x8m) - (x8r + x8s)); s[a + 2] = r((((((xaf - xag) - x9c) - x9k) + (x9s - x9u)) - x8p) - x8l); s[a + 3] = r(xbk - x8m)
s[a + 4] = r((((((xav - xaw) - x9c) - x9s) + x9k) - x8r) - x8p); s[a + 5] = r(xbu); s[a + 6] = r(x8l + x8l); s[a + 7] = r(x8m + x8m); s[a + 8] = r(x8p + x8p); s[a + 9] = r(x8q + x8q); s[a + 10] = r(x8r + x8r); s[a + 11] = r(x8s + x8s)
s[b] = x5d; s[b + 1] = x5f; s[b + 2] = x5n; s[b + 3] = x5p; s[b + 4] = x5x; s[b + 5] = x5z; s[d] = r((x5e - x5g) + (x67 - x68)); s[d + 1] = r(((((x3u + x3v) * (x5d + x5f)) - x5e) - x5g) + (x67 + x68)) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x1 = s[b]!; const x2 = s[b + 1]!; s[a] = r((x1 * x1) + (x2 * x2)) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const d = o[2]!; const e = o[3]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!
const x6 = s[a + 6]!; const x7 = s[a + 7]!; const x8 = s[a + 8]!; const x9 = s[a + 9]!; const xa = s[a + 10]!; const xb = s[a + 11]!; const xc = s[b]!; const xd = s[b + 1]!; const xe = s[b + 2]!; const xf = s[b + 3]!; const xg = s[b + 4]!
const xh = s[b + 5]!; const xi = s[d]!; const xj = s[d + 1]!; const xk = s[e]!; const xp = r(xi * xk); const xq = xp * xe; const xr = r((-xj) * xk); const xs = xr * xf; const xz = xp * xc; const x10 = xr * xd; const x17 = xp * xg
const x18 = xr * xh; const x1c = x17 - x18; const x1e = (((xp + xr) * (xg + xh)) - x17) - x18; const x1f = r(xz - x10); const x1g = x0 * x1f; const x1h = r((((xp + xr) * (xc + xd)) - xz) - x10); const x1i = x1 * x1h; const x1m = x1g - x1i
const x1o = (((x0 + x1) * (x1f + x1h)) - x1g) - x1i; const x1r = r(xq - xs); const x1s = x8 * x1r; const x1t = r((((xp + xr) * (xe + xf)) - xq) - xs); const x1u = x9 * x1t; const x1y = x1s - x1u
const x20 = (((x8 + x9) * (x1r + x1t)) - x1s) - x1u; const x21 = x6 + xa; const x22 = x7 + xb; const x23 = r(x1f + x1c); const x24 = x21 * x23; const x25 = r(x1h + x1e); const x26 = x22 * x25; const x2d = x0 + x2; const x2e = x1 + x3
const x2f = x0 + x4; const x2g = x1 + x5; const x2h = x2f * x23; const x2i = x2g * x25; const x2r = r(x1c); const x2s = xa * x2r; const x2t = r(x1e); const x2u = xb * x2t; const x2y = x2s - x2u
const x30 = (((xa + xb) * (x2r + x2t)) - x2s) - x2u; const x31 = x8 + xa; const x32 = x9 + xb; const x33 = x6 + x8; const x34 = x7 + x9; const x35 = x6 * x1f; const x36 = x7 * x1h; const x3a = x35 - x36
const x3c = (((x6 + x7) * (x1f + x1h)) - x35) - x36; const x3d = x1f + x1r; const x3e = x1h + x1t; const x3h = x33 * x3d; const x3i = x34 * x3e; const x3p = x2d * x3d; const x3q = x2e * x3e; const x47 = x1r + x2r; const x48 = x1t + x2t
const x49 = x2 * x1r; const x4a = x3 * x1t; const x4e = x49 - x4a; const x4g = (((x2 + x3) * (x1r + x1t)) - x49) - x4a; const x4h = x31 * x47; const x4i = x32 * x48; const x4r = x4 * x2r; const x4s = x5 * x2t; const x4w = x4r - x4s
const x4y = (((x4 + x5) * (x2r + x2t)) - x4r) - x4s; const x4z = x2 + x4; const x50 = x3 + x5; const x51 = x4z * x47; const x52 = x50 * x48; const x59 = ((x4h - x4i) - x1y) - x2y
const x5a = (((((x31 + x32) * (x47 + x48)) - x4h) - x4i) - x20) - x30; const x5j = ((x51 - x52) - x4e) - x4w; const x5k = (((((x4z + x50) * (x47 + x48)) - x51) - x52) - x4g) - x4y; s[a] = r(x1m + (x5j - x5k))
s[a + 1] = r(x1o + (x5j + x5k)); s[a + 2] = r((((x3p - x3q) - x1m) - x4e) + (x4w - x4y)); s[a + 3] = r(((((((x2d + x2e) * (x3d + x3e)) - x3p) - x3q) - x1o) - x4g) + (x4w + x4y)); s[a + 4] = r((((x2h - x2i) - x1m) - x4w) + x4e)
s[a + 5] = r(((((((x2f + x2g) * (x23 + x25)) - x2h) - x2i) - x1o) - x4y) + x4g); s[a + 6] = r(x3a + (x59 - x5a)); s[a + 7] = r(x3c + (x59 + x5a)); s[a + 8] = r((((x3h - x3i) - x3a) - x1y) + (x2y - x30))
s[a + 9] = r(((((((x33 + x34) * (x3d + x3e)) - x3h) - x3i) - x3c) - x20) + (x2y + x30)); s[a + 10] = r((((x24 - x26) - x3a) - x2y) + x1y); s[a + 11] = r(((((((x21 + x22) * (x23 + x25)) - x24) - x26) - x3c) - x30) + x20) },
(g, r) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!; const x6 = s[a + 6]!; const x7 = s[a + 7]!
const x8 = s[a + 8]!; const x9 = s[a + 9]!; const xa = s[a + 10]!; const xb = s[a + 11]!; const xe = (-x3) * c[5]!; const xg = x2 * c[5]!; const xi = x4 * c[6]!; const xj = (-x5) * c[6]!; const xk = -x7; const xl = x6 * c[8]!
const xm = xk * c[9]!; const xo = c[8]! + c[9]!; const xt = -x9; const xu = x8 * c[10]!; const xv = xt * c[11]!; const xx = c[10]! + c[11]!; const x12 = -xb; const x13 = xa * c[12]!; const x14 = x12 * c[13]!; const x16 = c[12]! + c[13]!
s[a + 1] = -x1; s[a + 2] = r(-xe); s[a + 3] = r(xg); s[a + 4] = r(xi); s[a + 5] = r(xj); s[a + 6] = r(xl - xm); s[a + 7] = r((((x6 + xk) * xo) - xl) - xm); s[a + 8] = r(xu - xv); s[a + 9] = r((((x8 + xt) * xx) - xu) - xv)
s[a + 10] = r(x13 - x14); s[a + 11] = r((((xa + x12) * x16) - x13) - x14) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!; const x6 = s[a + 6]!
const x7 = s[a + 7]!; const x8 = s[a + 8]!; const x9 = s[a + 9]!; const xa = s[a + 10]!; const xb = s[a + 11]!; const xc = s[b]!; const xd = s[b + 1]!; const xe = s[b + 2]!; const xf = s[b + 3]!; const xg = s[b + 4]!; const xh = s[b + 5]!
const xi = s[b + 6]!; const xj = s[b + 7]!; const xk = s[b + 8]!; const xl = s[b + 9]!; const xm = s[b + 10]!; const xn = s[b + 11]!; const xo = x0 * xc; const xp = x1 * xd; const xt = xo - xp; const xv = (((x0 + x1) * (xc + xd)) - xo) - xp
const xw = x2 * xe; const xx = x3 * xf; const x11 = xw - xx; const x13 = (((x2 + x3) * (xe + xf)) - xw) - xx; const x14 = x4 * xg; const x15 = x5 * xh; const x19 = x14 - x15; const x1b = (((x4 + x5) * (xg + xh)) - x14) - x15
const x1c = x2 + x4; const x1d = x3 + x5; const x1e = xe + xg; const x1f = xf + xh; const x1g = x1c * x1e; const x1h = x1d * x1f; const x1q = ((x1g - x1h) - x11) - x19; const x1r = (((((x1c + x1d) * (x1e + x1f)) - x1g) - x1h) - x13) - x1b
const x1s = x0 + x2; const x1t = x1 + x3; const x1u = xc + xe; const x1v = xd + xf; const x1w = x1s * x1u; const x1x = x1t * x1v; const x28 = x0 + x4; const x29 = x1 + x5; const x2a = xc + xg; const x2b = xd + xh; const x2c = x28 * x2a
const x2d = x29 * x2b; const x2q = xt + (x1q - x1r); const x2r = xv + (x1q + x1r); const x2u = (((x1w - x1x) - xt) - x11) + (x19 - x1b); const x2v = ((((((x1s + x1t) * (x1u + x1v)) - x1w) - x1x) - xv) - x13) + (x19 + x1b)
const x2w = (((x2c - x2d) - xt) - x19) + x11; const x2x = ((((((x28 + x29) * (x2a + x2b)) - x2c) - x2d) - xv) - x1b) + x13; const x2y = x6 * xi; const x2z = x7 * xj; const x33 = x2y - x2z; const x35 = (((x6 + x7) * (xi + xj)) - x2y) - x2z
const x36 = x8 * xk; const x37 = x9 * xl; const x3b = x36 - x37; const x3d = (((x8 + x9) * (xk + xl)) - x36) - x37; const x3e = xa * xm; const x3f = xb * xn; const x3j = x3e - x3f; const x3l = (((xa + xb) * (xm + xn)) - x3e) - x3f
const x3m = x8 + xa; const x3n = x9 + xb; const x3o = xk + xm; const x3p = xl + xn; const x3q = x3m * x3o; const x3r = x3n * x3p; const x40 = ((x3q - x3r) - x3b) - x3j; const x41 = (((((x3m + x3n) * (x3o + x3p)) - x3q) - x3r) - x3d) - x3l
const x42 = x6 + x8; const x43 = x7 + x9; const x44 = xi + xk; const x45 = xj + xl; const x46 = x42 * x44; const x47 = x43 * x45; const x4i = x6 + xa; const x4j = x7 + xb; const x4k = xi + xm; const x4l = xj + xn; const x4m = x4i * x4k
const x4n = x4j * x4l; const x50 = x33 + (x40 - x41); const x51 = x35 + (x40 + x41); const x54 = (((x46 - x47) - x33) - x3b) + (x3j - x3l); const x55 = ((((((x42 + x43) * (x44 + x45)) - x46) - x47) - x35) - x3d) + (x3j + x3l)
const x56 = (((x4m - x4n) - x33) - x3j) + x3b; const x57 = ((((((x4i + x4j) * (x4k + x4l)) - x4m) - x4n) - x35) - x3l) + x3d; const x58 = x0 + x6; const x59 = x1 + x7; const x5a = x2 + x8; const x5b = x3 + x9; const x5c = x4 + xa
const x5d = x5 + xb; const x5e = xc + xi; const x5f = xd + xj; const x5g = xe + xk; const x5h = xf + xl; const x5i = xg + xm; const x5j = xh + xn; const x5k = x58 * x5e; const x5l = x59 * x5f; const x5p = x5k - x5l
const x5r = (((x58 + x59) * (x5e + x5f)) - x5k) - x5l; const x5s = x5a * x5g; const x5t = x5b * x5h; const x5x = x5s - x5t; const x5z = (((x5a + x5b) * (x5g + x5h)) - x5s) - x5t; const x60 = x5c * x5i; const x61 = x5d * x5j
const x65 = x60 - x61; const x67 = (((x5c + x5d) * (x5i + x5j)) - x60) - x61; const x68 = x5a + x5c; const x69 = x5b + x5d; const x6a = x5g + x5i; const x6b = x5h + x5j; const x6c = x68 * x6a; const x6d = x69 * x6b
const x6m = ((x6c - x6d) - x5x) - x65; const x6n = (((((x68 + x69) * (x6a + x6b)) - x6c) - x6d) - x5z) - x67; const x6o = x58 + x5a; const x6p = x59 + x5b; const x6q = x5e + x5g; const x6r = x5f + x5h; const x6s = x6o * x6q
const x6t = x6p * x6r; const x74 = x58 + x5c; const x75 = x59 + x5d; const x76 = x5e + x5i; const x77 = x5f + x5j; const x78 = x74 * x76; const x79 = x75 * x77
const x85 = (((((((x6o + x6p) * (x6q + x6r)) - x6s) - x6t) - x5r) - x5z) + (x65 + x67)) - x2v; const x8d = ((((((((x74 + x75) * (x76 + x77)) - x78) - x79) - x5r) - x67) + x5z) - x2x) - x57; s[a] = r(x2q + (x56 - x57))
s[a + 1] = r(x2r + (x56 + x57)); s[a + 2] = r(x2u + x50); s[a + 3] = r(x2v + x51); s[a + 4] = r(x2w + x54); s[a + 5] = r(x2x + x55); s[a + 6] = r(((x5p + (x6m - x6n)) - x2q) - x50); s[a + 7] = r(((x5r + (x6m + x6n)) - x2r) - x51)
s[a + 8] = r((((((x6s - x6t) - x5p) - x5x) + (x65 - x67)) - x2u) - x54); s[a + 9] = r(x85 - x55); s[a + 10] = r((((((x78 - x79) - x5p) - x65) + x5x) - x2w) - x56); s[a + 11] = r(x8d) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!; const x6 = s[a + 6]!; const x7 = s[a + 7]!
const x8 = s[a + 8]!; const x9 = s[a + 9]!; const xa = s[a + 10]!; const xb = s[a + 11]!; const xe = (x0 + x1) * (x0 - x1); const xg = (x0 + x0) * x1; const xj = (x8 + x9) * (x8 - x9); const xl = (x8 + x8) * x9; const xo = (xj - xl) + xe
const xp = (xj + xl) + xg; const xq = x0 + x8; const xr = x1 + x9; const xz = (((xq + xr) * (xq - xr)) - xe) - xj; const x10 = (((xq + xq) * xr) - xg) - xl; const x11 = xz + x8; const x12 = x10 + x9; const x17 = xo - x0; const x18 = xp - x1
const x1f = (xa + xb) * (xa - xb); const x1h = (xa + xa) * xb; const x1i = x2 + xa; const x1j = x3 + xb; const x1p = x6 + x4; const x1q = x7 + x5; const x1y = (x2 + x3) * (x2 - x3); const x20 = (x2 + x2) * x3
const x23 = (((x1i + x1j) * (x1i - x1j)) - x1y) - x1f; const x24 = (((x1i + x1i) * x1j) - x20) - x1h; const x27 = (x1f - x1h) + x1y; const x28 = (x1f + x1h) + x20; const x29 = x23 - x24; const x2a = x23 + x24
const x2d = (x6 + x7) * (x6 - x7); const x2f = (x6 + x6) * x7; const x2g = x29 + x6; const x2h = x2a + x7; const x2q = (x4 + x5) * (x4 - x5); const x2s = (x4 + x4) * x5; const x2t = x27 - x4; const x2u = x28 - x5
const x2z = (((x1p + x1q) * (x1p - x1q)) - x2d) - x2q; const x30 = (((x1p + x1p) * x1q) - x2f) - x2s; const x31 = x2z + xa; const x32 = x30 + xb; const x35 = (x2q - x2s) + x2d; const x36 = (x2q + x2s) + x2f; const x37 = x35 - x2
const x38 = x36 - x3; s[a] = r((x17 + x17) + xo); s[a + 1] = r((x18 + x18) + xp); s[a + 2] = r((x37 + x37) + x35); s[a + 3] = r((x38 + x38) + x36); s[a + 4] = r((x2t + x2t) + x27); s[a + 5] = r((x2u + x2u) + x28)
s[a + 6] = r((x2g + x2g) + x29); s[a + 7] = r((x2h + x2h) + x2a); s[a + 8] = r((x11 + x11) + xz); s[a + 9] = r((x12 + x12) + x10); s[a + 10] = r((x31 + x31) + x2z); s[a + 11] = r((x32 + x32) + x30) },
(g) => { const o = g.o; const s = g.s; const a = o[0]!; const x6 = s[a + 6]!; const x7 = s[a + 7]!; const x8 = s[a + 8]!; const x9 = s[a + 9]!; const xa = s[a + 10]!; const xb = s[a + 11]!; s[a + 6] = -x6; s[a + 7] = -x7; s[a + 8] = -x8
s[a + 9] = -x9; s[a + 10] = -xa; s[a + 11] = -xb },
(g) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x6 = s[b]!; const x7 = s[b + 1]!; const x8 = s[b + 2]!; const x9 = s[b + 3]!; s[a] = x6; s[a + 1] = x7; s[a + 2] = x8; s[a + 3] = x9
s[a + 4] = c[0]!; s[a + 5] = c[1]! },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!; const xc = x2 + x4
const xd = x3 + x5; const xl = (x4 + x5) * (x4 - x5); const xn = (x4 + x4) * x5; const xs = (x2 + x3) * (x2 - x3); const xu = (x2 + x2) * x3; const xv = (((xc + xd) * (xc - xd)) - xl) - xs; const xw = (((xc + xc) * xd) - xn) - xu
const xz = (x0 + x1) * (x0 - x1); const x11 = (x0 + x0) * x1; const x18 = (xl + xl) + xl; const x19 = (xn + xn) + xn; const x1a = x18 + x18; const x1b = x19 + x19; const x1c = x1a + x1a; const x1d = x1b + x1b; const x1e = x1c - x1d
const x1f = x1c + x1d; const x1i = (x1e + x1e) + x1e; const x1j = (x1f + x1f) + x1f; const x1m = r(xs - x1i); const x1n = x1m * x0; const x1o = r(xu - x1j); const x1p = x1o * x1; const x1w = r(x1n - x1p); const x1x = x1w * x2
const x1y = r((((x1m + x1o) * (x0 + x1)) - x1n) - x1p); const x1z = x1y * x3; const x23 = x1x - x1z; const x25 = (((x1w + x1y) * (x2 + x3)) - x1x) - x1z; const x2a = r(xs + x1i); const x2b = r(xu + x1j); const x2j = r(xs); const x2k = r(xv)
const x2l = x2j * x2k; const x2m = r(xu); const x2n = r(xw); const x2o = x2m * x2n; const x2s = x2l - x2o; const x2u = (((x2j + x2m) * (x2k + x2n)) - x2l) - x2o; const x2v = x2s + x2s; const x2w = x2u + x2u; const x31 = r(x1e)
const x32 = r(x1f); const x35 = (x31 + x32) * (x31 - x32); const x37 = (x31 + x31) * x32; const x38 = x35 + x35; const x39 = x37 + x37; const x3a = x38 + x38; const x3b = x39 + x39; s[a] = r(x23 + x23); s[a + 1] = r(x25 + x25)
s[a + 2] = r((((x2a + x2b) * (x2a - x2b)) - ((x3a + x3a) + x38)) - x38); s[a + 3] = r((((x2a + x2a) * x2b) - ((x3b + x3b) + x39)) - x39); s[a + 4] = r(x2v + x2v); s[a + 5] = r(x2w + x2w); s[b] = r(x1e - x2j); s[b + 1] = r(x1f - x2m)
s[b + 2] = r((xz + xz) + xz); s[b + 3] = r((x11 + x11) + x11); s[b + 4] = r(-xv); s[b + 5] = r(-xw) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!; const x6 = s[b]!; const x7 = s[b + 1]!; s[a + 2] = r(x2 * x6)
s[a + 3] = r(x3 * x6); s[a + 4] = r(x4 * x7); s[a + 5] = r(x5 * x7) },
(g) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const xc = s[b]!; const xd = s[b + 1]!; const xe = s[b + 2]!; const xf = s[b + 3]!; const xg = s[b + 4]!; const xh = s[b + 5]!; s[a] = xc; s[a + 1] = xd
s[a + 2] = xe; s[a + 3] = xf; s[a + 4] = c[2]!; s[a + 5] = c[3]!; s[a + 6] = c[2]!; s[a + 7] = c[3]!; s[a + 8] = xg; s[a + 9] = xh; s[a + 10] = c[2]!; s[a + 11] = c[3]! },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const d = o[2]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!; const xc = s[d]!
const xd = s[d + 1]!; const xe = s[d + 2]!; const xf = s[d + 3]!; const xg = xc * x4; const xh = xd * x5; const xq = xe * x4; const xr = xf * x5; const x10 = r(x0 - (xg - xh)); const x11 = x10 * xe
const x12 = r(x1 - ((((xc + xd) * (x4 + x5)) - xg) - xh)); const x13 = x12 * xf; const x1a = r(x2 - (xq - xr)); const x1b = x1a * xc; const x1c = r(x3 - ((((xe + xf) * (x4 + x5)) - xq) - xr)); const x1d = x1c * xd
const x1l = ((((x1a + x1c) * (xc + xd)) - x1b) - x1d) - ((((x10 + x12) * (xe + xf)) - x11) - x13); const x1r = r((x1a + x1c) * (x1a - x1c)); const x1s = x1r * x4; const x1t = r((x1a + x1a) * x1c); const x1u = x1t * x5
const x26 = r((x10 + x12) * (x10 - x12)); const x27 = x26 * x0; const x28 = r((x10 + x10) * x12); const x29 = x28 * x1; const x2d = x27 - x29; const x2f = (((x26 + x28) * (x0 + x1)) - x27) - x29; const x2g = x26 * x10; const x2h = x28 * x12
const x2o = r(x2g - x2h); const x2p = x4 * x2o; const x2q = r((((x26 + x28) * (x10 + x12)) - x2g) - x2h); const x2r = x5 * x2q; const x2y = x2o * x2; const x2z = x2q * x3; const x3a = (x2o - (x2d + x2d)) + (x1s - x1u)
const x3b = (x2q - (x2f + x2f)) + ((((x1r + x1t) * (x4 + x5)) - x1s) - x1u); const x3e = r(x2d - x3a); const x3f = x3e * x1a; const x3g = r(x2f - x3b); const x3h = x3g * x1c
const x3p = ((((x3e + x3g) * (x1a + x1c)) - x3f) - x3h) - ((((x2o + x2q) * (x2 + x3)) - x2y) - x2z); const x3q = r(x3a); const x3r = x10 * x3q; const x3s = r(x3b); const x3t = x12 * x3s; s[a] = r(x3r - x3t)
s[a + 1] = r((((x10 + x12) * (x3q + x3s)) - x3r) - x3t); s[a + 2] = r((x3f - x3h) - (x2y - x2z)); s[a + 3] = r(x3p); s[a + 4] = r(x2p - x2r); s[a + 5] = r((((x4 + x5) * (x2o + x2q)) - x2p) - x2r); s[b] = r((x1b - x1d) - (x11 - x13))
s[b + 1] = r(x1l); s[b + 2] = -x1a; s[b + 3] = -x1c; s[b + 4] = x10; s[b + 5] = x12 },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!; const x6 = s[a + 6]!
const x7 = s[a + 7]!; const x8 = s[a + 8]!; const x9 = s[a + 9]!; const xa = s[a + 10]!; const xb = s[a + 11]!; const xc = s[b]!; const xd = s[b + 1]!; const xe = s[b + 2]!; const xf = s[b + 3]!; const xg = s[b + 4]!; const xh = s[b + 5]!
const xi = x0 * xc; const xj = x1 * xd; const xn = xi - xj; const xp = (((x0 + x1) * (xc + xd)) - xi) - xj; const xq = x2 * xe; const xr = x3 * xf; const xv = xq - xr; const xx = (((x2 + x3) * (xe + xf)) - xq) - xr; const xy = x6 * xg
const xz = x7 * xh; const x13 = xy - xz; const x15 = (((x6 + x7) * (xg + xh)) - xy) - xz; const x16 = x0 + x6; const x17 = x1 + x7; const x18 = xc + xe; const x19 = xd + xf; const x1a = x0 + x4; const x1b = x1 + x5; const x1c = x1a * xc
const x1d = x1b * xd; const x1m = x0 + x2; const x1n = x1 + x3; const x1o = x18 * x1m; const x1p = x19 * x1n; const x1y = ((x1o - x1p) - xn) - xv; const x1z = (((((x18 + x19) * (x1m + x1n)) - x1o) - x1p) - xp) - xx
const x20 = ((x1c - x1d) - xn) + xv; const x21 = (((((x1a + x1b) * (xc + xd)) - x1c) - x1d) - xp) + xx; const x22 = xe + xg; const x23 = xf + xh; const x24 = x2 + x8; const x25 = x3 + x9; const x26 = x8 * xg; const x27 = x9 * xh
const x2b = x26 - x27; const x2d = (((x8 + x9) * (xg + xh)) - x26) - x27; const x2e = x2 + x4; const x2f = x3 + x5; const x2g = x2e * xe; const x2h = x2f * xf; const x2o = (x2g - x2h) - xv
const x2p = ((((x2e + x2f) * (xe + xf)) - x2g) - x2h) - xx; const x2s = (x2o - x2p) + xn; const x2t = (x2o + x2p) + xp; const x2u = xa * xg; const x2v = xb * xh; const x2z = x2u - x2v; const x31 = (((xa + xb) * (xg + xh)) - x2u) - x2v
const x32 = x4 + xa; const x33 = x5 + xb; const x34 = x2z - x31; const x35 = x2z + x31; const x36 = x24 + x32; const x37 = x25 + x33; const x38 = x36 * x22; const x39 = x37 * x23; const x3g = x16 + x32; const x3h = x17 + x33
const x3i = x3g * xc; const x3j = x3h * xd; const x3q = x24 * x22; const x3r = x25 * x23; const x3v = x3q - x3r; const x3x = (((x24 + x25) * (x22 + x23)) - x3q) - x3r; const x3y = (x38 - x39) - x3v
const x3z = ((((x36 + x37) * (x22 + x23)) - x38) - x39) - x3x; const x42 = x16 + x24; const x43 = x17 + x25; const x44 = xc + x22; const x45 = xd + x23; const x46 = x16 * xc; const x47 = x17 * xd; const x4b = x46 - x47
const x4d = (((x16 + x17) * (xc + xd)) - x46) - x47; const x4e = x44 * x42; const x4f = x45 * x43; s[a] = r((x2b - x2d) + x2s); s[a + 1] = r((x2b + x2d) + x2t); s[a + 2] = r(x34 + x1y); s[a + 3] = r(x35 + x1z); s[a + 4] = r(x13 + x20)
s[a + 5] = r(x15 + x21); s[a + 6] = r((((x3y - x3z) + x4b) - x2s) - x34); s[a + 7] = r((((x3y + x3z) + x4d) - x2t) - x35); s[a + 8] = r(((((x4e - x4f) - x4b) - x3v) - x1y) - x13)
s[a + 9] = r((((((((x44 + x45) * (x42 + x43)) - x4e) - x4f) - x4d) - x3x) - x1z) - x15); s[a + 10] = r(((((x3i - x3j) - x4b) + x3v) - x20) - x2b); s[a + 11] = r((((((((x3g + x3h) * (xc + xd)) - x3i) - x3j) - x4d) + x3x) - x21) - x2d) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!; const x6 = s[a + 6]!; const x7 = s[a + 7]!
const x8 = s[a + 8]!; const x9 = s[a + 9]!; const xa = s[a + 10]!; const xb = s[a + 11]!; const xc = x2 * x8; const xd = x3 * x9; const xh = xc - xd; const xj = (((x2 + x3) * (x8 + x9)) - xc) - xd; const xk = x6 + xa; const xl = x7 + xb
const xm = x2 + x8; const xn = x3 + x9; const xo = x0 + x4; const xp = x1 + x5; const xq = xo * xk; const xr = xp * xl; const xy = x2 + x4; const xz = x3 + x5; const x10 = x8 + xa; const x11 = x9 + xb; const x12 = xy * x10
const x13 = xz * x11; const x1c = x6 + x2; const x1d = x7 + x3; const x1e = x0 + x2; const x1f = x1 + x3; const x1g = x6 + x8; const x1h = x7 + x9; const x1i = x1e * x1g; const x1j = x1f * x1h; const x1q = x8 + x4; const x1r = x9 + x5
const x1s = x4 * xa; const x1t = x5 * xb; const x1x = x1s - x1t; const x1z = (((x4 + x5) * (xa + xb)) - x1s) - x1t; const x20 = ((x12 - x13) - xh) - x1x; const x21 = (((((xy + xz) * (x10 + x11)) - x12) - x13) - xj) - x1z
const x22 = x4 + xa; const x23 = x5 + xb; const x28 = (xa - xb) + x0; const x29 = (xa + xb) + x1; const x2a = x0 + x6; const x2b = x1 + x7; const x2c = x0 * x6; const x2d = x1 * x7; const x2h = x2c - x2d
const x2j = (((x0 + x1) * (x6 + x7)) - x2c) - x2d; const x2k = x2h + (x20 - x21); const x2l = x2j + (x20 + x21); const x2u = (((xq - xr) - x2h) - x1x) + xh; const x2v = ((((((xo + xp) * (xk + xl)) - xq) - xr) - x2j) - x1z) + xj
const x2y = (((x1i - x1j) - x2h) - xh) + (x1x - x1z); const x2z = ((((((x1e + x1f) * (x1g + x1h)) - x1i) - x1j) - x2j) - xj) + (x1x + x1z); const x30 = x28 + x1q; const x31 = x29 + x1r; const x32 = x2a + xm; const x33 = x2b + xn
const x34 = x2a + x22; const x35 = x2b + x23; const x36 = x30 * x34; const x37 = x31 * x35; const x3e = x28 * x2a; const x3f = x29 * x2b; const x3j = x3e - x3f; const x3l = (((x28 + x29) * (x2a + x2b)) - x3e) - x3f; const x3m = x28 + x1c
const x3n = x29 + x1d; const x3o = x3m * x32; const x3p = x3n * x33; const x42 = x1c + x1q; const x43 = x1d + x1r; const x44 = x1q * x22; const x45 = x1r * x23; const x49 = x44 - x45; const x4b = (((x1q + x1r) * (x22 + x23)) - x44) - x45
const x4e = x1c * xm; const x4f = x1d * xn; const x4j = x4e - x4f; const x4l = (((x1c + x1d) * (xm + xn)) - x4e) - x4f; const x4m = xm + x22; const x4n = xn + x23; const x4o = x42 * x4m; const x4p = x43 * x4n
const x54 = ((x4o - x4p) - x4j) - x49; const x55 = (((((x42 + x43) * (x4m + x4n)) - x4o) - x4p) - x4l) - x4b; const x5b = ((((((((x30 + x31) * (x34 + x35)) - x36) - x37) - x3l) - x4b) + x4l) - x2v) - x2z
const x5n = (((((((x3m + x3n) * (x32 + x33)) - x3o) - x3p) - x3l) - x4l) + (x49 + x4b)) - x2z; s[a] = r(((x3j + (x54 - x55)) - x2k) - (x2u - x2v)); s[a + 1] = r(((x3l + (x54 + x55)) - x2l) - (x2u + x2v))
s[a + 2] = r((((((x3o - x3p) - x3j) - x4j) + (x49 - x4b)) - x2y) - x2k); s[a + 3] = r(x5n - x2l); s[a + 4] = r((((((x36 - x37) - x3j) - x49) + x4j) - x2u) - x2y); s[a + 5] = r(x5b); s[a + 6] = r(x2k + x2k); s[a + 7] = r(x2l + x2l)
s[a + 8] = r(x2y + x2y); s[a + 9] = r(x2z + x2z); s[a + 10] = r(x2u + x2u); s[a + 11] = r(x2v + x2v) },
(g) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; s[a] = c[14]!; s[a + 1] = c[16]! },
(g) => { const o = g.o; const s = g.s; const a = o[0]!; const x1 = s[a + 1]!; s[a + 1] = -x1 },
(g, r) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x1 = s[b]!; const x2 = s[b + 1]!; const x3 = x1 * c[18]!; s[a] = r(x3 + x2) },
(g, r) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const d = o[2]!; const e = o[3]!; const f = o[4]!; const h = o[5]!; const i = o[6]!; const j = o[7]!; const xe = s[j]!; const xf = s[j + 1]!
const xi = (xe + xf) * (xe - xf); const xk = (xe + xe) * xf; const xr = r(-(xi + (xi - xk))); const xs = xe * xr; const xt = r(-(xk + (xi + xk))); const xu = xf * xt; const x16 = ((xr + xt) * (xr - xt)) + xr
const x17 = ((xr + xr) * xt) + xt; const x18 = x16 + c[0]!; const x19 = x17 + c[1]!; const x1a = r(x18); const x1b = x1a * c[20]!; const x1c = r(x19); const x1d = x1c * c[21]!; const x1f = c[20]! + c[21]!; const x1k = r(x1b - x1d)
const x1l = xr * x1k; const x1m = r((((x1a + x1c) * x1f) - x1b) - x1d); const x1n = xt * x1m; const x1u = r(x17); const x1v = x1u * c[25]!; const x1x = r(x16); const x1y = x1x * c[25]!; g.f = g.zero(x1x) & g.zero(x1u); const x1z = -(-x1v)
const x20 = -x1y; const x21 = x1z + (c[22]! - x1z) * g.f; const x22 = x20 + (c[23]! - x20) * g.f; const x28 = r(x21); const x29 = r(x22); const x2f = r((x28 + x29) * (x28 - x29)); const x2g = x2f * x28; const x2h = r((x28 + x28) * x29)
const x2i = x2h * x29; const x2p = x2h * c[25]!; const x2r = x2f * c[25]!; const x2u = r(((x1k + x1m) * (x1k - x1m)) + (-x2p)); const x2v = x2u * x1k; const x2w = r(((x1k + x1k) * x1m) + x2r); const x2x = x2w * x1m; const x34 = r(x2g - x2i)
const x35 = x34 * c[20]!; const x36 = r((((x2f + x2h) * (x28 + x29)) - x2g) - x2i); const x37 = x36 * c[21]!; const x39 = c[20]! + c[21]!; const x3f = ((((x2u + x2w) * (x1k + x1m)) - x2v) - x2x) + ((((x34 + x36) * x39) - x35) - x37)
const x3g = r((x2v - x2x) + (x35 - x37)); const x3h = x3g * x34; const x3i = r(x3f); const x3j = x3i * x36; const x3n = x3h - x3j; const x3p = (((x3g + x3i) * (x34 + x36)) - x3h) - x3j; const x3q = r(xs - xu); const x3r = x3q * x3g
const x3s = r((((xe + xf) * (xr + xt)) - xs) - xu); const x3t = x3s * x3i; const x3x = x3r - x3t; const x3z = (((x3q + x3s) * (x3g + x3i)) - x3r) - x3t; s[a] = x1k; s[a + 1] = x1m; s[b] = x28; s[b + 1] = x29; s[d] = r(x1l - x1n)
s[d + 1] = r((((xr + xt) * (x1k + x1m)) - x1l) - x1n); s[e] = r(x3n); s[e + 1] = r(x3p); s[f] = r(-(x3n + (x3n - x3p))); s[f + 1] = r(-(x3p + (x3n + x3p))); s[h] = x3g; s[h + 1] = x3i; s[i] = r(-(x3x + (x3x - x3z)))
s[i + 1] = r(-(x3z + (x3x + x3z))) },
(g, r) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const d = o[2]!; const e = o[3]!; const f = o[4]!; const h = o[5]!; const i = o[6]!; const j = o[7]!; const x0 = s[a]!; const x1 = s[a + 1]!
const x2 = s[b]!; const x3 = s[b + 1]!; const x4 = s[d]!; const x5 = s[d + 1]!; const x8 = s[f]!; const x9 = s[f + 1]!; const xa = s[h]!; const xb = s[h + 1]!; const xc = s[i]!; const xd = s[i + 1]!; const xe = s[j]!; const xf = s[j + 1]!
const xh = r(xf * xe); g.f = g.zero(r((xh * xh) - xf)); const xl = x8 + (x0 - x8) * g.f; const xm = x9 + (x1 - x9) * g.f; const xn = xa + (x2 - xa) * g.f; const xo = xb + (x3 - xb) * g.f; const xp = xc + (x4 - xc) * g.f
const xq = xd + (x5 - xd) * g.f; const xr = xe * c[28]!; const xs = xr + (xe - xr) * g.f; const xt = xh * c[26]!; const xu = xt + (xh - xt) * g.f; s[a] = xl; s[a + 1] = xm; s[b] = xn; s[b + 1] = xo; s[d] = xp; s[d + 1] = xq; s[e] = r(xs)
s[e + 1] = r(xu) },
(g, r) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const d = o[2]!; const x1 = s[b]!; const x2 = s[d]!; const x4 = x2 + x1; g.f = g.zero(x4); const x6 = x4 + ((x2 - x1) - x4) * g.f
const x7 = x6 * c[30]!; s[a] = r(x7) },
(g, r) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x1 = s[a + 1]!; const x2 = s[b]!; const x3 = s[b + 1]!; const x7 = (r(x1 * x2)) * c[30]!; const x8 = r(x3 * x2)
g.f = g.zero(r((x8 * x8) - x3)); const xc = -x8; const xd = x7 + (x8 - x7) * g.f; const xe = xc + (x7 - xc) * g.f; s[a] = r(xd); s[a + 1] = r(xe) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const d = o[2]!; const e = o[3]!; const x2 = s[b]!; const x3 = s[b + 1]!; const x4 = s[d]!; const x5 = s[d + 1]!; const x6 = s[e]!; const x8 = -x5
const x9 = x2 * x4; const xa = x3 * x8; s[a] = r((r(x9 - xa)) * x6); s[a + 1] = r((r((((x2 + x3) * (x4 + x8)) - x9) - xa)) * x6) },
(g) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[b]!; const x3 = s[b + 1]!; g.f = g.zero(x0); const x4 = x0 + (x1 - x0) * g.f; g.f = g.odd(x4)
const x6 = x0 + ((-x0) - x0) * g.f; const x8 = x1 + ((-x1) - x1) * g.f; g.f = g.zero(x2); const x9 = x2 + (x3 - x2) * g.f; g.f = g.odd(x9); const xb = x6 + ((-x6) - x6) * g.f; const xd = x8 + ((-x8) - x8) * g.f; s[a] = xb; s[a + 1] = xd },
(g, r) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!; const x6 = x2 * c[52]!
const x7 = x3 * c[53]!; const x9 = c[52]! + c[53]!; const xg = r(x0 + (x6 - x7)); const xh = xg * x0; const xi = r(x1 + ((((x2 + x3) * x9) - x6) - x7)); const xj = xi * x1; const xq = x2 * c[34]!; const xr = x3 * c[35]!
const xt = c[34]! + c[35]!; const xy = x2 * c[46]!; const xz = x3 * c[47]!; const x11 = c[46]! + c[47]!; const x16 = x2 * c[40]!; const x17 = x3 * c[41]!; const x19 = c[40]! + c[41]!; const x1g = r(x0 + (x16 - x17)); const x1h = x1g * x0
const x1i = r(x1 + ((((x2 + x3) * x19) - x16) - x17)); const x1j = x1i * x1; const x1q = x0 * c[44]!; const x1r = x1 * c[44]!; const x1u = r(x1q + (xy - xz)); const x1v = x1u * x0; const x1w = r(x1r + ((((x2 + x3) * x11) - xy) - xz))
const x1x = x1w * x1; const x24 = x0 * c[32]!; const x25 = x1 * c[32]!; const x28 = r(x24 + (xq - xr)); const x29 = x28 * x0; const x2a = r(x25 + ((((x2 + x3) * xt) - xq) - xr)); const x2b = x2a * x1; const x2n = r((x2 + x2) * x3)
const x2o = x2n * c[55]!; const x2q = r((x2 + x3) * (x2 - x3)); const x2r = x2q * c[55]!; const x2u = r((xh - xj) + (-x2o)); const x2v = x2u * x0; const x2w = r(((((xg + xi) * (x0 + x1)) - xh) - xj) + x2r); const x2x = x2w * x1
const x34 = x2n * c[49]!; const x36 = x2q * c[49]!; const x39 = r((x1v - x1x) + (-x34)); const x3a = x39 * x0; const x3b = r(((((x1u + x1w) * (x0 + x1)) - x1v) - x1x) + x36); const x3c = x3b * x1; const x3j = x2n * c[43]!
const x3l = x2q * c[43]!; const x3o = r((x1h - x1j) + (-x3j)); const x3p = x3o * x2; const x3q = r(((((x1g + x1i) * (x0 + x1)) - x1h) - x1j) + x3l); const x3r = x3q * x3; const x3y = x2q * x2; const x3z = x2n * x3; const x46 = x2n * c[37]!
const x48 = x2q * c[37]!; const x4b = r((x29 - x2b) + (-x46)); const x4c = x4b * x0; const x4d = r(((((x28 + x2a) * (x0 + x1)) - x29) - x2b) + x48); const x4e = x4d * x1; const x4l = r(x3y - x3z); const x4m = x4l * c[38]!
const x4n = r((((x2q + x2n) * (x2 + x3)) - x3y) - x3z); const x4o = x4n * c[39]!; const x4q = c[38]! + c[39]!; const x4x = x4l * c[56]!; const x4y = x4n * c[57]!; const x50 = c[56]! + c[57]!; const x57 = x4l * c[50]!
const x58 = x4n * c[51]!; const x5a = c[50]! + c[51]!; const x5h = r((x3a - x3c) + (x57 - x58)); const x5i = x4 * x5h; const x5j = r(((((x39 + x3b) * (x0 + x1)) - x3a) - x3c) + ((((x4l + x4n) * x5a) - x57) - x58)); const x5k = x5 * x5j
const x5r = r(x5i - x5k); const x5s = r(x3p - x3r); const x5t = x5r * x5s; const x5u = r((((x4 + x5) * (x5h + x5j)) - x5i) - x5k); const x5v = r((((x3o + x3q) * (x2 + x3)) - x3p) - x3r); const x5w = x5u * x5v
const x63 = r((x4c - x4e) + (x4m - x4o)); const x64 = r((x2v - x2x) + (x4x - x4y)); const x65 = x63 * x64; const x66 = r(((((x4b + x4d) * (x0 + x1)) - x4c) - x4e) + ((((x4l + x4n) * x4q) - x4m) - x4o))
const x67 = r(((((x2u + x2w) * (x0 + x1)) - x2v) - x2x) + ((((x4l + x4n) * x50) - x4x) - x4y)); const x68 = x66 * x67; const x6f = x5s * x64; const x6g = x5v * x67; s[a] = r(x65 - x68)
s[a + 1] = r((((x63 + x66) * (x64 + x67)) - x65) - x68); s[a + 2] = r(x5t - x5w); s[a + 3] = r((((x5r + x5u) * (x5s + x5v)) - x5t) - x5w); s[a + 4] = r(x6f - x6g); s[a + 5] = r((((x5s + x5v) * (x64 + x67)) - x6f) - x6g) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!; const x6 = s[b]!
const x7 = s[b + 1]!; const x8 = s[b + 2]!; const x9 = s[b + 3]!; const xa = s[b + 4]!; const xb = s[b + 5]!; const xc = x6 + xa; const xd = x7 + xb; const xe = x0 + x4; const xf = x1 + x5; const xg = xe * xc; const xh = xf * xd
const xo = x0 * x6; const xp = x1 * x7; const xt = xo - xp; const xv = (((x0 + x1) * (x6 + x7)) - xo) - xp; const xw = x0 + x2; const xx = x1 + x3; const xy = x6 + x8; const xz = x7 + x9; const x10 = xw * xy; const x11 = xx * xz
const x18 = x4 * xa; const x19 = x5 * xb; const x1d = x18 - x19; const x1f = (((x4 + x5) * (xa + xb)) - x18) - x19; const x1g = x2 + x4; const x1h = x3 + x5; const x1i = x8 + xa; const x1j = x9 + xb; const x1k = x2 * x8; const x1l = x3 * x9
const x1p = x1k - x1l; const x1r = (((x2 + x3) * (x8 + x9)) - x1k) - x1l; const x1s = x1g * x1i; const x1t = x1h * x1j; const x2a = (xg - xh) - (xt + x1d); const x2b = ((((xe + xf) * (xc + xd)) - xg) - xh) - (xv + x1f)
const x2c = x2a + x2a; const x2d = x2b + x2b; const x2e = x2c + x2c; const x2f = x2d + x2d; const x2g = x1d + x1d; const x2h = x1f + x1f; const x2m = x2g + x2g; const x2n = x2h + x2h; const x2q = (x2m + x2m) + x2m
const x2r = (x2n + x2n) + x2n; const x2s = x2q - x2r; const x2t = x2q + x2r; const x30 = (x2e + x2e) + x2e; const x31 = (x2f + x2f) + x2f; const x34 = r((xt + xt) + xt); const x35 = r(x30 - x31); const x36 = x34 * x35
const x37 = r((xv + xv) + xv); const x38 = r(x30 + x31); const x39 = x37 * x38; const x3g = r((x1s - x1t) - (x1p + x1d)); const x3h = x3g * x35; const x3i = r(((((x1g + x1h) * (x1i + x1j)) - x1s) - x1t) - (x1r + x1f)); const x3j = x3i * x38
const x3q = r((x10 - x11) - (xt + x1p)); const x3r = x34 * x3q; const x3s = r(((((xw + xx) * (xy + xz)) - x10) - x11) - (xv + x1r)); const x3t = x37 * x3s; const x40 = r(x1p + x2s); const x41 = x40 * x3g; const x42 = r(x1r + x2t)
const x43 = x42 * x3i; const x4b = ((((x40 + x42) * (x3g + x3i)) - x41) - x43) + ((((x34 + x37) * (x3q + x3s)) - x3r) - x3t); const x4c = r(x1p - x2s); const x4d = x3q * x4c; const x4e = r(x1r - x2t); const x4f = x3s * x4e
const x4n = ((((x3q + x3s) * (x4c + x4e)) - x4d) - x4f) - ((((x3g + x3i) * (x35 + x38)) - x3h) - x3j); const x4o = x4c * x40; const x4p = x4e * x42
const x4x = ((((x4c + x4e) * (x40 + x42)) - x4o) - x4p) + ((((x34 + x37) * (x35 + x38)) - x36) - x39); s[a] = r((x4d - x4f) - (x3h - x3j)); s[a + 1] = r(x4n); s[a + 2] = r((x4o - x4p) + (x36 - x39)); s[a + 3] = r(x4x)
s[a + 4] = r((x41 - x43) + (x3r - x3t)); s[a + 5] = r(x4b) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!; const x6 = x0 * x2; const x7 = x1 * x3
const xg = (x4 + x5) * (x4 - x5); const xi = (x4 + x4) * x5; const xj = xg + xg; const xk = xi + xi; const xl = xj + xj; const xm = xk + xk; const xn = x2 * x4; const xo = x3 * x5; const xx = (x2 + x3) * (x2 - x3); const xz = (x2 + x2) * x3
const x12 = (xl + xl) + xl; const x13 = (xm + xm) + xm; const x14 = x12 - x13; const x15 = x12 + x13; const x1c = r(xx - ((x14 + x14) + x14)); const x1d = r(x6 - x7); const x1e = x1c * x1d; const x1f = r(xz - ((x15 + x15) + x15))
const x1g = r((((x0 + x1) * (x2 + x3)) - x6) - x7); const x1h = x1f * x1g; const x1l = x1e - x1h; const x1n = (((x1c + x1f) * (x1d + x1g)) - x1e) - x1h; const x1s = r(xx + x14); const x1t = x1c * x1s; const x1u = r(xz + x15)
const x1v = x1f * x1u; const x22 = xx + xx; const x23 = xz + xz; const x24 = x22 + x22; const x25 = x23 + x23; const x28 = r(xn - xo); const x29 = r(x24 + x24); const x2a = x28 * x29; const x2b = r((((x2 + x3) * (x4 + x5)) - xn) - xo)
const x2c = r(x25 + x25); const x2d = x2b * x2c; const x2k = r(x14); const x2l = x2k * x29; const x2m = r(x15); const x2n = x2m * x2c; const x2v = ((((x1c + x1f) * (x1s + x1u)) - x1t) - x1v) + ((((x2k + x2m) * (x29 + x2c)) - x2l) - x2n)
s[a] = r(x1l + x1l); s[a + 1] = r(x1n + x1n); s[a + 2] = r((x1t - x1v) + (x2l - x2n)); s[a + 3] = r(x2v); s[a + 4] = r(x2a - x2d); s[a + 5] = r((((x28 + x2b) * (x29 + x2c)) - x2a) - x2d) },
(g, r) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x5 = s[a + 5]!; const x7 = (-x1) * c[59]!; const x9 = x0 * c[59]!
const xa = -x3; const xb = x2 * c[60]!; const xc = xa * c[61]!; const xe = c[60]! + c[61]!; s[a] = r(-x7); s[a + 1] = r(x9); s[a + 2] = r(xb - xc); s[a + 3] = r((((x2 + xa) * xe) - xb) - xc); s[a + 5] = -x5 },
(g) => { const o = g.o; const s = g.s; const a = o[0]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; s[a + 2] = -x2; s[a + 3] = -x3 },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!; const x6 = s[b]!
const xb = r(x4 * x6); const xc = x0 * xb; const xd = r((-x5) * x6); const xe = x1 * xd; const xl = x2 * xb; const xm = x3 * xd; s[a] = r(xc - xe); s[a + 1] = r((((x0 + x1) * (xb + xd)) - xc) - xe); s[a + 2] = r(xl - xm)
s[a + 3] = r((((x2 + x3) * (xb + xd)) - xl) - xm) },
(g) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; s[a] = c[14]!; s[a + 1] = c[16]!; s[a + 2] = c[0]!; s[b] = c[62]!; s[b + 1] = c[64]!; s[b + 2] = c[0]! },
(g, r) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x3 = x0 * c[66]!; s[a] = r(x3); s[a + 1] = -x1 },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[b]!; const x4 = s[b + 1]!; const x5 = s[b + 2]!; const xa = x0 * x3; const xe = x2 * x5
const xg = x1 * x4; const xj = ((x0 + x2) * (x3 + x5)) - (xa + xe); const xk = xj + xj; const xl = xk + xk; const xo = xe + xe; const xp = xo + xo; const xt = (xp + xp) + xp; const xy = r(((x1 + x2) * (x4 + x5)) - (xg + xe))
const xz = r((xl + xl) + xl); const x11 = r(xg + xt); const x13 = r(xg - xt); const x15 = r(((x0 + x1) * (x3 + x4)) - (xa + xg)); const x1a = r((xa + xa) + xa); s[a] = r((x15 * x13) - (xy * xz)); s[a + 1] = r((x13 * x11) + (x1a * xz))
s[a + 2] = r((x11 * xy) + (x1a * x15)) },
(g) => { const o = g.o; const s = g.s; const a = o[0]!; const x1 = s[a + 1]!; const x4 = x1 + ((-x1) - x1) * g.f; s[a + 1] = x4 },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x4 = x2 * x2; const x5 = x4 + x4; const x6 = x5 + x5; const x8 = x1 * x1; const xb = x8 + x8; const xc = xb + xb
const xf = r(xc + xc); const xh = r((x6 + x6) + x6); const xn = r(x8 - ((xh + xh) + xh)); const xr = xn * (r(x0 * x1)); s[a] = r(xr + xr); s[a + 1] = r((xn * (r(x8 + xh))) + (xh * xf)); s[a + 2] = r((r(x1 * x2)) * xf) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x3 = s[b]!; s[a] = r(x0 * x3); s[a + 1] = r(x1 * x3) },
(g) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x3 = s[b]!; const x4 = s[b + 1]!; s[a] = x3; s[a + 1] = x4; s[a + 2] = c[0]! },
(g) => { const o = g.o; const s = g.s; const a = o[0]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x8 = x2 + ((-x2) - x2) * g.f; const x9 = x3 + ((-x3) - x3) * g.f; s[a + 2] = x8; s[a + 3] = x9 },
(g) => { const o = g.o; const s = g.s; const a = o[0]!; const x6 = s[a + 6]!; const x7 = s[a + 7]!; const x8 = s[a + 8]!; const x9 = s[a + 9]!; const xa = s[a + 10]!; const xb = s[a + 11]!; const xe = x6 + ((-x6) - x6) * g.f
const xf = x7 + ((-x7) - x7) * g.f; const xi = x8 + ((-x8) - x8) * g.f; const xj = x9 + ((-x9) - x9) * g.f; const xm = xa + ((-xa) - xa) * g.f; const xn = xb + ((-xb) - xb) * g.f; s[a + 6] = xe; s[a + 7] = xf; s[a + 8] = xi; s[a + 9] = xj
s[a + 10] = xm; s[a + 11] = xn },
(g, r) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x1 = s[b]!; const x5 = ((r(x1 * x1)) * x1) + c[68]!; s[a] = r(x5) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x1 = s[b]!; const x2 = s[b + 1]!; s[a] = r(x1 * x2) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[b]!; s[a] = r((x1 * x1) - x0) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[b]!; const x4 = s[b + 1]!; s[a] = r(x0 - (x3 * x2)); s[a + 1] = r(x1 - (x4 * x2)) },
(g, r) => { const c = g.c; const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x2 = s[b]!; const x3 = s[b + 1]!; const x9 = r((x2 + x3) * (x2 - x3)); const xa = x9 * x2; const xb = r((x2 + x2) * x3); const xc = xb * x3
const xj = c[68]! - c[69]!; const xk = c[68]! + c[69]!; s[a] = r((xa - xc) + xj); s[a + 1] = r(((((x9 + xb) * (x2 + x3)) - xa) - xc) + xk) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[b]!; const x3 = s[b + 1]!; s[a] = r(((x2 + x3) * (x2 - x3)) - x0); s[a + 1] = r(((x2 + x2) * x3) - x1) },
(g, r) => { const o = g.o; const s = g.s; const a = o[0]!; const b = o[1]!; const x0 = s[a]!; const x1 = s[a + 1]!; const x2 = s[a + 2]!; const x3 = s[a + 3]!; const x4 = s[a + 4]!; const x5 = s[a + 5]!; const x6 = s[b]!
const x7 = s[b + 1]!; const x8 = s[b + 2]!; const x9 = s[b + 3]!; const xa = x6 * x4; const xb = x7 * x5; const xk = x8 * x4; const xl = x9 * x5; s[a] = r(x0 - (xa - xb)); s[a + 1] = r(x1 - ((((x6 + x7) * (x4 + x5)) - xa) - xb))
s[a + 2] = r(x2 - (xk - xl)); s[a + 3] = r(x3 - ((((x8 + x9) * (x4 + x5)) - xk) - xl)) },
  ],
}
