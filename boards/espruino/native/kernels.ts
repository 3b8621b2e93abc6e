/**
 * The kernels of both primes as one page of assembler: products and squares in Fp and Fp2 from the halves of products.ts, sums from sums.ts. UMAAL wants a Cortex-M4 or
 * an M33 with its DSP instructions; both multiply in the same time whatever the values, which a Cortex-M3 does not.
 */
import { braces, Page, RARE, registers, type Prime } from "./asm.ts"
import { loop, single, times2 } from "./loop.ts"
import { frameOf, half, reduction, reduction256, tables, whole, type Frame } from "./products.ts"
import { chain, differenceCore, exactSums, looseSums, P256, pick, subtractP256, sumTables } from "./sums.ts"

const P381 = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn

/** Values lie in [0, 2p): a product of two is below 1.41 p, a sum of two products below 1.82 p, and sums.ts brings its own below 1.03 p or leaves them to bounds.ts. */
export const fp12: Prime = { name: "fp12", n: 12, k: 6, p: P381 }
/** Values lie in [0, p). */
export const fp8: Prime = { name: "fp8", n: 8, k: 4, p: P256 }

/** Kernels by opcode, over Fp and over Fp2. */
const over1 = (name: string): string[] => [RARE, "add1", "sub1", "mul1", "sqr1", "neg1", RARE, RARE, "mul1", RARE, RARE, RARE, RARE, RARE, RARE, "add1"].map((each) => (each === RARE ? RARE : `${name}_${each}`))
const over2: readonly string[] = [RARE, "add2", "sub2", "mul2", "sqr2", RARE, RARE, "xi2", RARE, RARE, "times2", RARE, RARE, RARE, RARE, "plain2"].map((each) => (each === RARE ? RARE : `fp12_${each}`))

/** kernels.s. */
export function kernels(): string {
  const page = new Page()
  loop(page, "loop12", frameOf(fp12), over1("fp12"), "rare1")
  loop(page, "loop8", frameOf(fp8), over1("fp8"), "rare1")
  loop(page, "loop", frameOf(fp12), over2, "rare2")
  for (const prime of [fp12, fp8]) {
    const frame = frameOf(prime)
    single(page, prime.name, `loop${prime.n}`)
    productOf(page, prime, `loop${prime.n}`)
    product(page, prime)
    half(page, prime, `${prime.name}_first`, frame.A1, "first")
    if (prime === fp8) reduction256(page, prime)
    else reduction(page, prime)
    whole(page, prime, `${prime.name}_one`, undefined)
    // amid the code, for it is reached by 4 kB each way
    tables(page, prime)
    if (prime === fp12) sumTables(page, prime)
  }
  half(page, fp12, "fp12_second", frameOf(fp12).A2, "second")
  whole(page, fp12, "fp12_two", "fp12_second")
  times2(page, frameOf(fp12))
  product2(page)
  square2(page)
  looseSums(page, fp12)
  exactSums(page)
  pick(page)
  return page.text()
}

function enter(page: Page, frame: Frame): void {
  page.do("push {r4-r11, lr}", `sub sp, #${frame.octets}`)
}

function leave(page: Page, frame: Frame): void {
  page.do(`add sp, #${frame.octets}`, "pop {r4-r11, pc}")
}

/** Twelve registers that leave r0 and r2 alone, and eight. */
function carriers(n: number): string[] {
  return n === 12 ? ["r1", ...registers(3, 10), "lr"] : registers(4, 8)
}

/** n words from where `from` points, which may be among the carriers, to a place in the frame. */
function toFrame(page: Page, from: string, place: number, n: number): void {
  page.do(`ldm ${from}, ${braces(carriers(n))}`, `add r0, sp, #${place}`, `stm r0, ${braces(carriers(n))}`)
}

/** T to where r0 points. */
function fromT(page: Page, n: number): void {
  page.do(`ldm sp, ${braces(registers(1, n))}`, `stm r0, ${braces(registers(1, n))}`)
}

/** d = a b / R, for C. */
function product(page: Page, prime: Prime): void {
  const frame = frameOf(prime)
  page.start(`${prime.name}_mul`)
  enter(page, frame)
  inFrame(page, prime)
  leave(page, frame)
}

/** The same for a loop. */
function productOf(page: Page, prime: Prime, name: string): void {
  page.start(`${prime.name}_mul1`)
  inFrame(page, prime)
  page.do(`b ${name}_next`)
}

function inFrame(page: Page, prime: Prime): void {
  const { n, name } = prime
  const frame = frameOf(prime)
  page.do(`str r0, [sp, #${frame.D}]`, `str r2, [sp, #${frame.X}]`)
  toFrame(page, "r1", frame.A1, n)
  page.do(`bl ${name}_one`)
  if (n === 8) {
    exactly(page, frame)
    page.do(`ldr r0, [sp, #${frame.D}]`, "stm r0, {r1-r8}")
  } else {
    page.do(`ldr r0, [sp, #${frame.D}]`)
    fromT(page, n)
  }
}

/** T, nine words below 2p, becomes eight below p in r1 to r8. */
function exactly(page: Page, frame: Frame): void {
  const x = registers(1, 8)
  page.do(`ldm sp, ${braces(x)}`, `ldr r9, [sp, #${frame.T + 32}]`)
  subtractP256(page, x, "r9")
}

/** d = a b in Fp2: a0 b0 + (2p - a1) b1, and a0 b1 + a1 b0. As cheap as Karatsuba's three products here, whose sums have 24 words. d is not b (image.ts). */
function product2(page: Page): void {
  const frame = frameOf(fp12)
  page.start("fp12_mul2")
  page.do(`str r0, [sp, #${frame.D}]`, `str r1, [sp, #${frame.P}]`, `str r2, [sp, #${frame.X}]`, "add r3, r2, #48", `str r3, [sp, #${frame.Y}]`)
  toFrame(page, "r1", frame.A1, 12)
  page.do(`ldr r1, [sp, #${frame.P}]`, "adds r1, #48", "adr.w r0, fp12_2p", `add r2, sp, #${frame.A2}`)
  chain(page, "subs", "sbcs")
  page.do("bl fp12_two", `ldr r1, [sp, #${frame.P}]`, "adds r1, #48")
  toFrame(page, "r1", frame.A2, 12)
  page.do(`ldr r0, [sp, #${frame.D}]`)
  fromT(page, 12)
  page.do(`ldr r0, [sp, #${frame.X}]`, `ldr r1, [sp, #${frame.Y}]`, `strd r1, r0, [sp, #${frame.X}]`, "bl fp12_two")
  second(page, frame)
}

/** T to d + 48, and the next operation. */
function second(page: Page, frame: Frame): void {
  page.do(`ldr r0, [sp, #${frame.D}]`, "adds r0, #48")
  fromT(page, 12)
  page.do("b loop_next")
}

/** d = a^2 in Fp2: (a0 + a1)(a0 - a1) and 2 a0 a1; the sum and the double are below 4p for a below 2p, and 1 + 4 2 p / R is below 1.82. */
function square2(page: Page): void {
  const frame = frameOf(fp12)
  const twice = (): void => {
    page.do(`add r2, sp, #${frame.A1}`)
    chain(page, "adds", "adcs")
  }
  page.start("fp12_sqr2")
  page.do(`str r0, [sp, #${frame.D}]`, `str r1, [sp, #${frame.P}]`, "mov r0, r1", "add r1, r1, #48")
  twice()
  page.do(`ldr r1, [sp, #${frame.P}]`, "add r2, r1, #48", `add r0, sp, #${frame.R}`, `str r0, [sp, #${frame.X}]`)
  differenceCore(page)
  page.do("bl fp12_one", `ldr r0, [sp, #${frame.P}]`, "mov r1, r0")
  twice()
  // a may be where d is: its second half stays
  page.do(`str r1, [sp, #${frame.X}]`, `ldr r0, [sp, #${frame.D}]`)
  fromT(page, 12)
  page.do("bl fp12_one")
  second(page, frame)
}
