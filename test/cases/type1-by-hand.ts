/**
 * Suites 0x02 and 0x03 a second time, for vectors only: the algorithms of RFC 5091 and RFC 6508 line by line, in affine coordinates and plain BigInt,
 * with the corrections of PROTOCOL section 9. Slow, and nothing of sdk/ is imported.
 */
import { H, integer, join, number, xor } from "./by-hand.ts"

type Octets = Uint8Array
/** An element a + bi of F_p^2, and a point; undefined is infinity. */
type C = readonly [bigint, bigint]
type Pt = readonly [bigint, bigint] | undefined

const mod = (a: bigint, p: bigint): bigint => ((a % p) + p) % p

function inverse(a: bigint, p: bigint): bigint {
  let [r0, r1, s0, s1] = [p, mod(a, p), 0n, 1n]
  while (r1 !== 0n) {
    const k = r0 / r1
    ;[r0, r1, s0, s1] = [r1, r0 - k * r1, s1, s0 - k * s1]
  }
  if (r0 !== 1n) throw new Error("by hand: no inverse")
  return mod(s0, p)
}

export function power(base: bigint, exponent: bigint, p: bigint): bigint {
  let out = 1n
  for (const bit of exponent.toString(2)) {
    out = (out * out) % p
    if (bit === "1") out = (out * base) % p
  }
  return out
}

const mulC = (x: C, y: C, p: bigint): C => [mod(x[0] * y[0] - x[1] * y[1], p), mod(x[0] * y[1] + x[1] * y[0], p)]
const divC = (x: C, y: C, p: bigint): C => {
  const n = inverse(y[0] * y[0] + y[1] * y[1], p)
  return mulC(mulC(x, [y[0], mod(-y[1], p)], p), [n, 0n], p)
}
const powC = (x: C, e: bigint, p: bigint): C => {
  let out: C = [1n, 0n]
  for (const bit of e.toString(2)) {
    out = mulC(out, out, p)
    if (bit === "1") out = mulC(out, x, p)
  }
  return out
}

/** A + B on y^2 = x^3 + ax + b; b does not enter. RFC 5091 section 3.1. */
export function plus(A: Pt, B: Pt, a: bigint, p: bigint): Pt {
  if (A === undefined) return B
  if (B === undefined) return A
  if (A[0] === B[0] && mod(A[1] + B[1], p) === 0n) return undefined
  const gradient = A[0] === B[0] ? (3n * A[0] * A[0] + a) * inverse(2n * A[1], p) : (B[1] - A[1]) * inverse(B[0] - A[0], p)
  const x = mod(gradient * gradient - A[0] - B[0], p)
  return [x, mod((A[0] - x) * gradient - A[1], p)]
}

/** [l]A. */
export function times(l: bigint, A: Pt, a: bigint, p: bigint): Pt {
  let out: Pt = undefined
  for (const bit of l.toString(2)) {
    out = plus(out, out, a, p)
    if (bit === "1") out = plus(out, A, a, p)
  }
  return out
}

// RFC 5091

/** A curve with its generator. */
export interface Curve {
  readonly p: bigint
  readonly q: bigint
  readonly P: readonly [bigint, bigint]
}

/** 2^a + s 2^b + c. */
function solinas(q: bigint): { a: number; b: number; s: 1 | -1; c: 1 | -1 } {
  const top = q.toString(2).length
  for (const a of [top - 1, top])
    for (let b = 1; b < a; b++)
      for (const s of [1, -1] as const) for (const c of [1, -1] as const) if ((1n << BigInt(a)) + BigInt(s) * (1n << BigInt(b)) + BigInt(c) === q) return { a, b, s, c }
  throw new Error("by hand: q is no Solinas prime")
}

const vertical = (B: readonly [C, C], A: readonly [bigint, bigint], p: bigint): C => [mod(B[0][0] - A[0], p), B[0][1]]
function line(B: readonly [C, C], a: bigint, b: bigint, c: bigint, p: bigint): C {
  return [mod(a * B[0][0] + b * B[1][0] + c, p), mod(a * B[0][1] + b * B[1][1], p)]
}
function tangent(B: readonly [C, C], A: readonly [bigint, bigint], p: bigint): C {
  const a = -3n * A[0] * A[0]
  const b = 2n * A[1]
  return line(B, a, b, -b * A[1] - a * A[0], p)
}
function chord(B: readonly [C, C], A1: readonly [bigint, bigint], A2: readonly [bigint, bigint], p: bigint): C {
  if (A1[0] === A2[0]) return mod(A1[1] + A2[1], p) === 0n ? vertical(B, A1, p) : tangent(B, A1, p)
  const a = A1[1] - A2[1]
  const b = A2[0] - A1[0]
  return line(B, a, b, -b * A1[1] - a * A1[0], p)
}

/** Pairing1 (4.5.2) over TateMillerSolinas (3.5.2), with the zeta and the V_a of PROTOCOL section 9, and with step 4(c) mended. */
export function pairing5091({ p, q }: Curve, A: readonly [bigint, bigint], B0: readonly [bigint, bigint]): C {
  const half = (p - 1n) / 2n
  const zeta: C = [half, mod(half * power(3n, (p + 1n) / 4n, p), p)]
  const B: readonly [C, C] = [mulC([B0[0], 0n], zeta, p), [B0[1], 0n]]
  const { a, b, s, c } = solinas(q)
  let [vNum, vDen, tNum, tDen]: C[] = [[1n, 0n], [1n, 0n], [1n, 0n], [1n, 0n]] as [C, C, C, C]
  let V: readonly [bigint, bigint] = A
  const double = (): void => {
    tNum = mulC(mulC(tNum!, tNum!, p), tangent(B, V, p), p)
    V = plus(V, V, 0n, p)!
    tDen = mulC(mulC(tDen!, tDen!, p), vertical(B, V, p), p)
  }
  for (let n = 0; n < b; n++) double()
  const Vb: readonly [bigint, bigint] = [V[0], mod(BigInt(s) * V[1], p)]
  vNum = mulC(vNum!, s === -1 ? tDen! : tNum!, p)
  vDen = mulC(vDen!, s === -1 ? mulC(tNum!, vertical(B, V, p), p) : tDen!, p)
  for (let n = b; n < a; n++) double()
  const Va = V
  vNum = mulC(vNum, tNum!, p)
  vDen = mulC(vDen, tDen!, p)
  vNum = mulC(vNum, chord(B, Va, Vb, p), p)
  const sum = plus(Va, Vb, 0n, p)
  if (sum !== undefined) vDen = mulC(vDen, vertical(B, sum, p), p)
  // Step 4(c) divides by the vertical at A when c = -1, which step 4(b) has done already, and leaves c = 1 alone. f_(m - 1) = f_m f_-1 l(A, -A) = f_m, and
  // f_(m + 1) = f_m l(-A, A): 7.3 and 7.7 hold so, and the printed step is not even bilinear.
  if (c === 1) vNum = mulC(vNum, vertical(B, A, p), p)
  return powC(divC(vNum, vDen, p), (p * p - 1n) / q, p)
}

const hashToRange = (s: Octets, n: bigint): bigint => {
  const h1 = H(new Uint8Array(32), s)
  return integer(join(h1, H(h1, s))) % n
}

function hashBytes(octets: number, of: Octets): Octets {
  const K = H(of)
  const blocks: Octets[] = []
  for (let h: Octets = new Uint8Array(32); blocks.length * 32 < octets; ) {
    h = H(h)
    blocks.push(H(h, K))
  }
  return join(...blocks).slice(0, octets)
}

/** HashToPoint1 with SHA-256. */
export function hashToPoint({ p, q }: Curve, id: Octets): readonly [bigint, bigint] {
  const y = hashToRange(id, p)
  return times((p + 1n) / q, [power(mod(y * y - 1n, p), (2n * p - 1n) / 3n, p), y], 0n, p)!
}

const width = 192
const canonical = (x: C): Octets => join(number(x[0], width), number(x[1], width))

/** DER of a tag and content. */
export function der(tag: number, ...content: readonly Octets[]): Octets {
  const of = join(...content)
  const length = of.length < 128 ? [of.length] : of.length < 256 ? [0x81, of.length] : [0x82, of.length >> 8, of.length & 255]
  return join(tag, Uint8Array.from(length), of)
}
/** INTEGER. */
export function derInteger(n: bigint): Octets {
  const digits = n.toString(16)
  const octets = number(n, Math.ceil(digits.length / 2))
  return der(2, octets[0]! > 127 ? join(0, octets) : octets)
}
/** FpPoint. */
export const derPoint = (A: readonly [bigint, bigint]): Octets => der(0x30, derInteger(A[0]), derInteger(A[1]))
const version = derInteger(2n)
const type1curve = Uint8Array.from([6, 11, 0x60, 0x86, 0x48, 1, 0x86, 0xfd, 0x1e, 1, 1, 1, 1])
const sha256 = Uint8Array.from([6, 9, 0x60, 0x86, 0x48, 1, 101, 3, 4, 2, 1])

/** BFPublicParameters. */
export const publicBlock = (c: Curve, Ppub: readonly [bigint, bigint]): Octets => der(0x30, version, type1curve, derInteger(c.p), derInteger(c.q), derPoint(c.P), derPoint(Ppub), sha256)
/** BFPrivateKeyBlock. */
export const keyBlock = (S: readonly [bigint, bigint]): Octets => der(0x30, version, derPoint(S))
/** BFCiphertextBlock. */
export const ciphertextBlock = (U: readonly [bigint, bigint], V: Octets, W: Octets): Octets => der(0x30, version, derPoint(U), der(4, V), der(4, W))

/** l of m and rho. */
export const scalar5091 = (c: Curve, m: Octets, rho: Octets): bigint => hashToRange(join(rho, H(m)), c.q)
/** w = hash(Canonical(theta')). */
export const mask5091 = (theta: C): Octets => H(canonical(theta))

/** What comes between in suite 0x02; Q_id is HashToPoint1 of the UID, w the mask of rho. */
export interface Between5091 {
  readonly Q_id: readonly [bigint, bigint]
  readonly l: bigint
  readonly U: readonly [bigint, bigint]
  readonly w: Octets
  readonly V: Octets
  readonly W: Octets
  readonly enc: Octets
  readonly secret: Octets
}

/** Suite 0x02 with all that comes between; whoever has Q_id already may give it. */
export function encapsulate5091(c: Curve, Ppub: readonly [bigint, bigint], id: Octets, m: Octets, rho: Octets, Q_id: readonly [bigint, bigint] = hashToPoint(c, id)): Between5091 {
  const l = scalar5091(c, m, rho)
  const U = times(l, c.P, 0n, c.p)!
  const w = mask5091(powC(pairing5091(c, Ppub, Q_id), l, c.p))
  const V = xor(rho, w)
  const W = xor(m, hashBytes(m.length, rho))
  const enc = ciphertextBlock(U, V, W)
  return { Q_id, l, U, w, V, W, enc, secret: H("IBAKE-V02-K", m, id, enc) }
}

// RFC 6508

/** The pairing of section 3.2 as its pseudocode has it. */
export function pairing6508({ p, q }: Curve, R: readonly [bigint, bigint], Q: readonly [bigint, bigint]): bigint {
  let v: C = [1n, 0n]
  let T: readonly [bigint, bigint] = R
  const at = (l: bigint): C => [mod(l * (Q[0] + T[0]) - T[1], p), Q[1]]
  for (const bit of (q - 1n).toString(2).slice(1)) {
    const l = 3n * (T[0] * T[0] - 1n) * inverse(2n * T[1], p)
    v = mulC(mulC(v, v, p), at(l), p)
    T = plus(T, T, -3n, p)!
    if (bit === "1") {
      v = mulC(v, at((T[1] - R[1]) * inverse(T[0] - R[0], p)), p)
      T = plus(T, R, -3n, p)!
    }
  }
  const t = powC(v, (p + 1n) / q, p)
  return mod(t[1] * inverse(t[0], p), p)
}

/** A^e in PF_p[q], section 2.1: (1 + ai)^e in F_p^2, and its b / a. */
export function powerPF(a: bigint, e: bigint, p: bigint): bigint {
  const t = powC([1n, a], e, p)
  return mod(t[1] * inverse(t[0], p), p)
}

/** HashToIntegerRange, section 5.1. */
export function hashToIntegerRange(s: Octets, n: bigint): bigint {
  const blocks = Math.ceil((n - 1n).toString(2).length / 256)
  return integer(hashBytes(32 * blocks, s)) % n
}

/** 04 || x || y. */
export const sec1 = (A: readonly [bigint, bigint]): Octets => join(4, number(A[0], 128), number(A[1], 128))
/** [b]P + Z. */
export const identity6508 = (c: Curve, Z: readonly [bigint, bigint], b: Octets): readonly [bigint, bigint] => plus(times(integer(b), c.P, -3n, c.p), Z, -3n, c.p)!
/** [1 / (a + z)]P. */
export const extract6508 = (c: Curve, z: bigint, a: Octets): readonly [bigint, bigint] => times(inverse(integer(a) + z, c.q), c.P, -3n, c.p)!
/** The Hint's mask. */
export const mask6508 = (w: bigint): Octets => number(hashToIntegerRange(number(w, 128), 1n << 128n), 16)

/** Suite 0x03 with all that comes between; `mask` hides the SSV in the Hint. */
export function encapsulate6508(c: Curve, g: bigint, Z: readonly [bigint, bigint], b: Octets, ssv: Octets): { r: bigint; R: readonly [bigint, bigint]; mask: Octets; enc: Octets; secret: Octets } {
  const r = hashToIntegerRange(join(ssv, b), c.q)
  const R = times(r, identity6508(c, Z, b), -3n, c.p)!
  const mask = mask6508(powerPF(g, r, c.p))
  const enc = join(sec1(R), xor(ssv, mask))
  return { r, R, mask, enc, secret: H("IBAKE-V03-K", ssv, b, enc) }
}
