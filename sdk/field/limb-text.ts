/**
 * Makes the kernel of limbs.ts for a number of limbs as TypeScript, at build time, for engines that compile: without a loop, so that limbs and columns live in
 * registers, and no column waits for more than the one below it. Products of Fp2 are two products of columns and one reduction. Each function is as small as
 * that allows: together in one they outgrow a processor's cache of decoded instructions, and take half as long again.
 */
import { LIMB_BASE } from "./limb-kernel.ts"

const ROUND = "1.5 * 37778931862957161709568"

/** The module of a kernel; `made` says who made it. */
export function limbKernelText(n: number, bits: string, made: string): string {
  return `/** The kernel of limbs.ts for ${n} limbs, primes of ${bits} bits. ${made} */
import type { LimbKernel, LimbPrime } from "./limb-kernel.ts"

/** The columns of keep t + a b in t. */
function columns(t: Float64Array, keep: number, m: Float64Array, a: number, b: number): void {
${lines(places("a", "m[a", n).concat(places("b", "m[b", n)))}${columnsOf(n)}}

/** Balanced limbs of the columns in t. */
function carried(m: Float64Array, to: number, t: Float64Array): void {
  const round = ${ROUND}
  const down = 1 / ${LIMB_BASE}
${carriesOf(n)}}

/** t / R. */
function reduced(m: Float64Array, to: number, t: Float64Array, prime: LimbPrime): void {
  const p = prime.p
  const q = prime.next
  const round = ${ROUND}
  const down = 1 / ${LIMB_BASE}
${lines(places("p", "p[", n).concat(places("q", "q[", n)))}${rowsOf(n)}  carried(m, to, t)
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
${sumOf(n)}}

/** As loopKernel. */
export const compiled${n}: LimbKernel = { product, products, sum, carried }
`
}

/** name0 = from0 and so on. */
function places(name: string, from: string, n: number): string[] {
  const out: string[] = []
  for (let i = 0; i < n; i++) out.push(`${name}${i} = ${from}${from.length > 2 ? " + " : ""}${i}]!`)
  return out
}

function lines(places: readonly string[]): string {
  let out = ""
  for (let i = 0; i < places.length; i += 8) out += `  const ${places.slice(i, i + 8).join(", ")}\n`
  return out
}

function columnsOf(n: number): string {
  let out = ""
  for (let k = 0; k < 2 * n - 1; k++) {
    out += `  t[${k}] = keep * t[${k}]!`
    for (let i = k < n ? 0 : k - n + 1; i <= k && i < n; i++) out += ` + a${i} * b${k - i}`
    out += "\n"
  }
  return out
}

/** Column k is cleared by u_k times p' = -1 mod 2^23, of which `next` is what is left above; the last by p itself, so that no multiple of p is. */
function rowsOf(n: number): string {
  let out = ""
  for (let k = 0; k < 2 * n - 1; k++) {
    let sum = `t[${k}]!`
    for (let i = k < n ? 0 : k - n; i < k - 1 && i < n - 1; i++) sum += ` + u${i} * q${k - 1 - i}`
    if (k > n - 1) sum += ` + u${n - 1} * p${k - n + 1}`
    if (k > 0 && k <= n) sum += ` + e${k - 1}`
    if (k > 0 && k < n) sum += ` + u${k - 1} * q0`
    if (k >= n) out += `  t[${k - n}] = ${sum}\n`
    else if (k < n - 1) out += `  const c${k} = ${sum}, r${k} = c${k} + round - round, u${k} = c${k} - r${k}, e${k} = r${k} * down\n`
    else out += `  const c${k} = ${sum}\n  const l = (c${k} - (c${k} + round - round)) * prime.factor, u${k} = l - (l + round - round), e${k} = (c${k} + u${k} * p0) * down\n`
  }
  return `${out}  t[${n - 1}] = 0\n`
}

function sumOf(n: number): string {
  let out = ""
  for (let k = 0; k < n; k++) out += `  m[to + ${k}] = m[a + ${k}]! + sign * m[b + ${k}]!\n`
  return out
}

/** Twice every column gives the next what is above 2^23, all at once: of 2^53 at most there remain 2^22 and less than 2^8. */
function carriesOf(n: number): string {
  let out = `  const s0 = t[0]!, h0 = s0 + round - round, v0 = s0 - h0, g0 = v0 + round - round\n  m[to] = v0 - g0\n`
  for (let k = 1; k < n - 1; k++) {
    out += `  const s${k} = t[${k}]!, h${k} = s${k} + round - round, v${k} = s${k} - h${k} + h${k - 1} * down, g${k} = v${k} + round - round\n`
    out += `  m[to + ${k}] = v${k} - g${k} + g${k - 1} * down\n`
  }
  return `${out}  m[to + ${n - 1}] = t[${n - 1}]! + (h${n - 2} + g${n - 2}) * down\n`
}
