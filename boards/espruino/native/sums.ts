/**
 * Sums. Over 381 bits values lie in [0, 2p), and a multiple of p that the top words tell is added along with the sum: UMAAL leaves the flags alone, so
 * one pass carries both, the sum's carry in the flags and the multiple's in a register. Over P-256 values lie in [0, p), and fit the registers.
 */
import { registers, type Page, type Prime } from "./asm.ts"
import { frameOf } from "./products.ts"

/** p of P-256. */
export const P256 = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn

/** The top word of a value gives y = value >> 372, and p is 416.07 of these units: FACTOR y >> 16 is how often p is in it, or one less. */
const FACTOR = 157
const UNIT = 372n
/** UP_FACTOR (y + UP) >> 16 covers y + 1. */
const UP_FACTOR = 158
const UP = 418
/** Both sides of a difference are below so many tenths of p: their top words are compared as signed ones. */
export const DIFFERENCE_TENTHS = 49n

/** d = a + b - q p below 1.03 p, q from the top words: `fp12_add2`; likewise d = a - b + q p, below 1.03 p or where a is; d = a + b as it comes; d = (1 + u) a. */
export function looseSums(page: Page, prime: Prime): void {
  checked(prime.p)
  for (const [name, core] of [["add", sumCore], ["sub", differenceCore]] as const) {
    page.start(`fp12_${name}_core`)
    page.do("push {lr}")
    core(page)
    page.do("pop {pc}")
    page.start(`fp12_${name}2`)
    core(page)
    core(page)
    page.do("b loop_next")
  }
  forC(page, "fp12_sub")
  page.start("fp12_plain2")
  page.do("mov r12, r2", "mov r2, r0", "mov r0, r1", "mov r1, r12")
  chain(page, "adds", "adcs")
  chain(page, "adds", "adcs")
  page.do("b loop_next")
  const { D, R } = frameOf(prime)
  page.start("fp12_xi2")
  page.do(`strd r0, r1, [sp, #${D}]`, `add r0, sp, #${R}`, "add r2, r1, #48", "bl fp12_add_core")
  page.do(`ldrd r0, r1, [sp, #${D}]`, "add r2, r1, #48", "bl fp12_sub_core")
  page.do(`add r1, sp, #${R}`, "ldm r1, {r1-r12}", "stm r0, {r1-r12}", "b loop_next")
}

/** A core as a function that keeps C's registers. */
function forC(page: Page, name: string): void {
  page.start(name)
  page.do("push {r4-r11, lr}", `bl ${name}_core`, "pop {r4-r11, pc}")
}

/** q = floor((a + b) / p) or less, from the top words; added as q (2^384 - p). */
function sumCore(page: Page): void {
  page.do("ldr r3, [r1, #44]", "ldr r4, [r2, #44]", `mov r5, #${FACTOR}`, "adds r3, r3, r4", "lsrs r3, r3, #20", "muls r3, r5, r3", "lsrs r3, r3, #16")
  pass(page, "adds", "adcs", "fp12_minus")
}

/** q = 0, or what makes a - b + q p surely not negative. Lost: lr and all but sp; r0, r1 and r2 are 48 octets on. */
export function differenceCore(page: Page): void {
  page.do("ldr r3, [r2, #44]", "ldr r4, [r1, #44]", `mov r5, #${UP_FACTOR}`, "subs r3, r3, r4", "asrs r3, r3, #20", `addw r3, r3, #${UP}`, "muls r3, r5, r3", "usat r3, #4, r3, asr #16")
  pass(page, "subs", "sbcs", "fp12_p")
}

/** r0.. = r1.. + or - r2.., plus r3 times a table. */
function pass(page: Page, first: string, next: string, table: string): void {
  page.do(`adr.w lr, ${table}`, "movs r4, #0")
  for (let i = 0; i < 12; i += 4) {
    page.do("ldmia r1!, {r5-r8}", "ldmia r2!, {r9-r12}")
    for (let j = 0; j < 4; j++) page.do(`${i + j === 0 ? first : next} r${5 + j}, r${5 + j}, r${9 + j}`)
    page.do("ldmia lr!, {r9-r12}")
    for (let j = 0; j < 4; j++) page.do(`umaal r${5 + j}, r4, r3, r${9 + j}`)
    page.do("stmia r0!, {r5-r8}")
  }
}

/** The bounds that the two cores claim, for every y that there can be below 2^384. */
function checked(p: bigint): void {
  const unit = 1n << UNIT
  const most = (p * 103n) / 100n
  // (a + b) >> 372 may be one more than its top words say, for the carry from below
  for (let y = 0n; y < 4096n; y++) {
    const q = (y * BigInt(FACTOR)) >> 16n
    if (q * p > y * unit || (y + 1n) * unit + ((2n * unit) >> 20n) - q * p > most) throw new Error(`sumCore: ${y}`)
  }
  const widest = (DIFFERENCE_TENTHS * p) / 10n
  if (widest >> 383n !== 0n) throw new Error("differenceCore: a top word is negative")
  for (let y = -widest / unit - 1n; y * unit < widest; y++) {
    const wanted = ((y + BigInt(UP)) * BigInt(UP_FACTOR)) >> 16n
    const q = wanted < 0n ? 0n : wanted
    // b - a is above y unit - 2^352 and below (y + 1) unit
    const covered = q === 0n ? y < 0n : q < 16n && q * p >= (y + 1n) * unit
    if (!covered || (q > 0n && q * p - y * unit + (unit >> 20n) > most)) throw new Error(`differenceCore: ${y}`)
  }
}

/** 2^384 - p for sums, 2p for negatives, 1 and 0. */
export function sumTables(page: Page, { p }: Prime): void {
  page.table("fp12_minus", (1n << 384n) - p, 12)
  page.table("fp12_2p", 2n * p, 12)
  page.table("one", 1n, 1)
  page.table("zero", 0n, 12)
}

/** P-256: cores that leave lr alone, and `fp8_sub`. */
export function exactSums(page: Page): void {
  const x = registers(1, 8)
  const groups = (first: string, next: string): void => {
    // a in r1 to r8, b by twos
    page.do("mov r9, r2", "ldm r1, {r1-r8}")
    for (let i = 0; i < 8; i += 2) {
      page.do("ldmia r9!, {r10, r11}", `${i === 0 ? first : next} ${x[i]}, ${x[i]}, r10`, `${next} ${x[i + 1]}, ${x[i + 1]}, r11`)
    }
  }
  page.start("fp8_add_core")
  groups("adds", "adcs")
  page.do("mov r9, #0", "adc r9, r9, #0")
  subtractP256(page, x, "r9")
  page.do("stm r0, {r1-r8}", "bx lr")
  page.start("fp8_sub_core")
  groups("subs", "sbcs")
  page.do("sbc r9, r9, r9")
  addP256(page, x, "r9")
  page.do("stm r0, {r1-r8}", "bx lr")
  forC(page, "fp8_sub")
}

/** x less p where that is not negative: eight words and a ninth, which is lost with r10. */
export function subtractP256(page: Page, x: readonly string[], ninth: string): void {
  for (let i = 0; i < 8; i++) page.do(`${i === 0 ? "subs" : "sbcs"} ${x[i]}, ${x[i]}, #0x${word256(i).toString(16)}`)
  page.do(`sbcs ${ninth}, ${ninth}, #0`, `sbc ${ninth}, ${ninth}, ${ninth}`)
  addP256(page, x, ninth)
}

/** x plus p where `mask` is all ones, and nothing where it is 0. */
function addP256(page: Page, x: readonly string[], mask: string): void {
  page.do(`and r10, ${mask}, #1`)
  for (let i = 0; i < 8; i++) page.do(`${i === 0 ? "adds" : "adcs"} ${x[i]}, ${x[i]}, ${word256(i) === 0 ? "#0" : word256(i) === 1 ? "r10" : mask}`)
}

/** Each word of p is 0, 1 or all ones, which makes the two functions above what they are. */
function word256(i: number): number {
  return Number((P256 >> BigInt(32 * i)) & 0xffffffffn)
}

/** r2.. = r0.. + or - r1.., twelve words, with no regard to p; all three go along. */
export function chain(page: Page, first: string, next: string): void {
  for (let i = 0; i < 12; i += 4) {
    page.do("ldmia r0!, {r3-r6}", "ldmia r1!, {r7-r10}")
    for (let j = 0; j < 4; j++) page.do(`${i + j === 0 ? first : next} r${3 + j}, r${3 + j}, r${7 + j}`)
    page.do("stmia r2!, {r3-r6}")
  }
}

/**
 * `pick(d, table, octets, entries, digit)`: entry number `digit` of so many octets each (a multiple of 16), by reading all. Four words of each entry are masked
 * and gathered in registers; r3 comes down to 0 at the entry that is wanted.
 */
export function pick(page: Page): void {
  page.start("pick")
  // on the stack: where the four words of entry 0 are, octets left, entries; above what is pushed, the digit
  page.do("push {r4-r11, lr}", "sub sp, #12", "stm sp, {r1-r3}")
  page.lines.push("pick_four:")
  page.do("ldr lr, [sp]", "ldr r12, [sp, #8]", "ldr r3, [sp, #48]", "movs r4, #0", "movs r5, #0", "movs r6, #0", "movs r7, #0")
  page.lines.push("pick_entry:")
  page.do("ldm lr, {r8-r11}", "add lr, lr, r2", "clz r1, r3", "lsrs r1, r1, #5", "negs r1, r1", "subs r3, #1")
  for (let i = 0; i < 4; i++) page.do(`and r${8 + i}, r${8 + i}, r1`, `orr r${4 + i}, r${4 + i}, r${8 + i}`)
  page.do("subs r12, #1", "bne pick_entry", "stmia r0!, {r4-r7}")
  page.do("ldr r1, [sp]", "adds r1, #16", "str r1, [sp]", "ldr r1, [sp, #4]", "subs r1, #16", "str r1, [sp, #4]", "bne pick_four")
  page.do("add sp, #12", "pop {r4-r11, pc}")
}
