/**
 * Montgomery products for Cortex-M4, R = 2^(32n): operand scanning with UMAAL, half of b at a time, each half reduced at once, so that the sum under way, T, needs
 * no more than n + k words. A row takes one word of a: k accumulators in registers, that of the lowest column is done and goes to memory, the carry
 * becomes the highest. The carry of a row begins as the word of T that its lowest column still lacks, so that adding T costs a load and nothing else.
 *
 * r0 is the word of a, p or m at hand, r1 on are accumulators and carry by turns, r8 on are the k words that all rows share.
 */
import { braces, registers, storeInOrder, type Page, type Prime } from "./asm.ts"

/** Places in a kernel's stack frame, in octets. */
export interface Frame {
  readonly T: number
  /** The k factors of a reduction. */
  readonly M: number
  /** First factors of the two products of a sum, and a result that waits. */
  readonly A1: number
  readonly A2: number
  readonly R: number
  /** Addresses: of second factors, of results, of operands, and where to return to. */
  readonly X: number
  readonly Y: number
  readonly D: number
  readonly P: number
  readonly LR: number
  readonly LR2: number
  /** A constant, and what loop.ts keeps: the place, the next operation, the end of the block, addresses of its locals. */
  readonly K: number
  readonly C: number
  readonly NEXT: number
  readonly END: number
  readonly MAP: number
  /** Octets of the frame of a product, and of the loop. */
  readonly octets: number
  readonly all: number
}

/** The frame of a prime: one word of T more where sums of products leave no room at the top. */
export function frameOf({ n, k }: Prime): Frame {
  const M = 4 * (n + k + 1)
  const A1 = M + 4 * k
  const A2 = A1 + 4 * n
  const R = A2 + 4 * n
  const X = R + 4 * n
  return { T: 0, M, A1, A2, R, X, Y: X + 4, D: X + 8, P: X + 12, LR: X + 16, LR2: X + 20, C: X + 24, NEXT: X + 28, END: X + 32, MAP: X + 36, K: X + 40, octets: (X + 24 + 7) & ~7, all: (X + 40 + 8 * n + 7) & ~7 }
}

/** True where p is so small beside R that sums of products below 2^(32(n + k)) need no carry word. */
export function hasRoom({ n, p }: Prime): boolean {
  return p << 3n < 1n << BigInt(32 * n)
}

/** One row: the operand of r0, words in `b`; x is the accumulators and, last, the carry; they move on by one. */
function row(page: Page, x: string[], b: readonly string[]): void {
  b.forEach((word, i) => page.do(`umaal ${x[i]}, ${x.at(-1)}, r0, ${word}`))
}

/** The accumulators after a row: the carry is the highest, and the register of the lowest is free for the next carry. */
function turn(x: string[]): void {
  x.push(x.shift()!)
}

/**
 * T += A b for k words of b from r0 on. A first product finds nothing in the top words of T but the carry that a reduction left in word n, where
 * there can be one; a second one adds to them.
 */
export function half(page: Page, prime: Prime, label: string, A: number, which: "first" | "second"): void {
  const { n, k } = prime
  const { T, LR } = frameOf(prime)
  const x = registers(1, k + 1)
  const b = registers(8, k)
  page.start(label)
  page.do(`str lr, [sp, #${LR}]`, `ldm r0, ${braces(b)}`, `ldm sp, ${braces(x.slice(0, k))}`)
  for (let j = 0; j < n; j++) {
    page.do(`ldr r0, [sp, #${A + 4 * j}]`, j < k ? `movs ${x[k]}, #0` : `ldr ${x[k]}, [sp, #${T + 4 * j}]`)
    row(page, x, b)
    page.do(`str ${x[0]}, [sp, #${T + 4 * j}]`)
    turn(x)
  }
  page.do(`add r0, sp, #${T + 4 * n}`)
  if (which === "second") {
    page.do(`ldm r0, ${braces(b)}`)
    b.forEach((word, i) => page.do(`${i === 0 ? "adds" : "adcs"} ${x[i]}, ${x[i]}, ${word}`))
  } else if (!hasRoom(prime)) {
    page.do(`ldr ${b[0]}, [r0]`, `mov ${b[1]}, #0`, `adds ${x[0]}, ${x[0]}, ${b[0]}`)
    for (let i = 1; i < k; i++) page.do(`adcs ${x[i]}, ${x[i]}, #0`)
    page.do(`adc ${b[1]}, ${b[1]}, #0`, `str ${b[1]}, [r0, #${4 * k}]`)
  }
  storeInOrder(page, "r0", x.slice(0, k))
  page.do(`ldr pc, [sp, #${LR}]`)
}

/** T = (T + M p) / 2^(32k), M such that the division leaves nothing. */
export function reduction(page: Page, prime: Prime): void {
  const { n, k, name, p } = prime
  const { T, M, LR } = frameOf(prime)
  const x = registers(1, k + 1)
  const b = registers(8, k)
  page.start(`${name}_reduce`)
  page.do(`str lr, [sp, #${LR}]`, `adr.w r0, ${name}_p`, `ldm r0, ${braces(b)}`, `ldm sp, ${braces(x.slice(0, k))}`)
  for (let i = 0; i < k; i++) {
    factor(page, p, x[0]!)
    page.do(`str r0, [sp, #${M + 4 * i}]`, `movs ${x[k]}, #0`)
    row(page, x, b)
    turn(x)
  }
  page.do(`adr.w r0, ${name}_p + ${4 * k}`, `ldm r0, ${braces(b)}`)
  for (let i = 0; i < k; i++) {
    page.do(`ldr r0, [sp, #${M + 4 * i}]`, `ldr ${x[k]}, [sp, #${T + 4 * (k + i)}]`)
    row(page, x, b)
    page.do(`str ${x[0]}, [sp, #${T + 4 * i}]`)
    turn(x)
  }
  page.do(`add r0, sp, #${T + 4 * n}`, `ldm r0, ${braces(b)}`)
  b.forEach((word, i) => page.do(`${i === 0 ? "adds" : "adcs"} ${x[i]}, ${x[i]}, ${word}`))
  page.do(`sub r0, r0, #${4 * k}`)
  storeInOrder(page, "r0", x.slice(0, k))
  page.do(`ldr pc, [sp, #${LR}]`)
}

/** r0 = x (-1/p) mod 2^32, which for BLS12-381 is -3 (2^16 + 1): two instructions, where a load and MUL take three cycles. */
function factor(page: Page, p: bigint, x: string): void {
  if ((p * 0xfffcfffdn) % (1n << 32n) !== 0xffffffffn) throw new Error("factor: another prime wants a MUL here")
  page.do(`sub r0, ${x}, ${x}, lsl #2`, "add r0, r0, r0, lsl #16")
}

/**
 * The same for P-256, whose M is T's lowest words but for one sum: M p = M (2^96 + 2^192 - 2^224 + 2^256) - M. T4 to T12 are in r1 to r9, M in r10 to r12 and lr.
 */
export function reduction256(page: Page, prime: Prime): void {
  const { LR } = frameOf(prime)
  const M = ["r10", "r11", "r12", "lr"]
  /** Adds or takes off the words of M from register r`at` on, and carries to r9. */
  const chain = (first: string, next: string, at: number, words: readonly string[]): void => {
    for (let i = at; i <= 9; i++) page.do(`${i === at ? first : next} r${i}, r${i}, ${words[i - at] ?? "#0"}`)
  }
  page.start(`${prime.name}_reduce`)
  page.do(`str lr, [sp, #${LR}]`, `ldm sp, ${braces(M)}`, "add r0, sp, #16", `ldm r0, ${braces(registers(1, 9))}`)
  // M3 is T3 + M0, and its carry goes on
  page.do("adds lr, lr, r10")
  chain("adcs", "adcs", 1, M.slice(1))
  chain("adds", "adcs", 3, M)
  chain("adds", "adcs", 5, M)
  chain("subs", "sbcs", 4, M)
  page.do(`stm sp, ${braces(registers(1, 9))}`, `ldr pc, [sp, #${LR}]`)
}

/** T = A1 x / R for x at [X]; or the sum with A2 y / R for y at [Y]. T is below p (1 + (products) / (p R)). */
export function whole(page: Page, prime: Prime, label: string, second: string | undefined): void {
  const { n, k, name } = prime
  const { X, Y, LR2 } = frameOf(prime)
  page.start(label)
  page.do(`str lr, [sp, #${LR2}]`)
  const zero = registers(1, k)
  for (const each of zero) page.do(`movs ${each}, #0`)
  page.do("mov r0, sp", `stmia r0!, ${braces(zero)}`, `stmia r0!, ${braces(zero)}`)
  if (!hasRoom(prime)) page.do("str r1, [r0]")
  for (let at = 0; at < 4 * n; at += 4 * k) {
    page.do(`ldr r0, [sp, #${X}]`)
    if (at > 0) page.do(`adds r0, #${at}`)
    page.do(`bl ${name}_first`)
    if (second !== undefined) {
      page.do(`ldr r0, [sp, #${Y}]`)
      if (at > 0) page.do(`adds r0, #${at}`)
      page.do(`bl ${second}`)
    }
    page.do(`bl ${name}_reduce`)
  }
  page.do(`ldr pc, [sp, #${LR2}]`)
}

/** The tables that the kernels of a prime share. */
export function tables(page: Page, { name, n, p }: Prime): void {
  const R = 1n << BigInt(32 * n)
  page.table(`${name}_p`, p, n)
  page.table(`${name}_r2`, (R * R) % p, n)
}
