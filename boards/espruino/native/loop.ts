/**
 * The loops over the operations of a block: over Fp and Fp2 of BLS12-381, and over Fp of P-256. Kernels keep no register: all that outlives one is in the stack
 * frame that it has in common with the loop.
 */
import { RARE, type Page } from "./asm.ts"
import type { Frame } from "./products.ts"

/**
 * `<name>_run(place, operations, end, map)` for kernels by opcode (sdk/machine/program.ts, and 15 that bounds.ts makes): one has d, a and b in r0, r1 and r2 and
 * ends with a jump to `<name>_next`. RARE are those that the function `rare` of blocks.c does.
 */
export function loop(page: Page, name: string, { C, NEXT, END, MAP, all }: Frame, kernels: readonly string[], rare: string): void {
  page.start(`${name}_run`)
  page.do("push {r4-r11, lr}", `sub sp, #${all}`, `add r4, sp, #${C}`, "stm r4, {r0-r3}")
  page.start(`${name}_next`)
  page.do(`ldr r3, [sp, #${NEXT}]`, `ldr r2, [sp, #${END}]`, `ldr r5, [sp, #${MAP}]`, "cmp r3, r2", `beq ${name}_done`)
  page.do("ldr r4, [r3], #3", `str r3, [sp, #${NEXT}]`, "ubfx r0, r4, #6, #6", "ubfx r1, r4, #12, #6", "ubfx r2, r4, #18, #6", "and r3, r4, #63")
  page.do("ldr r0, [r5, r0, lsl #2]", "ldr r1, [r5, r1, lsl #2]", "ldr r2, [r5, r2, lsl #2]", "tbh [pc, r3, lsl #1]")
  page.lines.push(`${name}_kernels:`)
  for (const kernel of kernels) page.do(`.hword (${kernel === RARE ? `${name}_rare` : kernel} - ${name}_kernels) / 2`)
  page.lines.push(`${name}_done:`)
  page.do(`add sp, #${all}`, "pop {r4-r11, pc}")
  page.lines.push(`${name}_rare:`)
  page.do(`ldr r0, [sp, #${C}]`, "mov r1, r4", "mov r2, r5", `bl ${rare}`, `b ${name}_next`)
}

/** A product with a constant over Fp2: the constant goes into the frame. */
export function times2(page: Page, { C, D, K }: Frame): void {
  page.start("fp12_times2")
  page.do(`strd r0, r1, [sp, #${D}]`, `ldr r0, [sp, #${C}]`, `add r1, sp, #${K}`, "ubfx r2, r4, #18, #6", "movs r3, #2", "bl load")
  page.do(`ldrd r0, r1, [sp, #${D}]`, `add r2, sp, #${K}`, "b fp12_mul2")
}

/** Operations of a loop over Fp that are another with other operands: negatives and squares. */
export function single(page: Page, name: string, loopName: string): void {
  page.start(`${name}_neg1`)
  page.do("mov r2, r1", "adr.w r1, zero")
  page.start(`${name}_sub1`)
  page.do(`bl ${name}_sub_core`, `b ${loopName}_next`)
  page.start(`${name}_add1`)
  page.do(`bl ${name}_add_core`, `b ${loopName}_next`)
  page.start(`${name}_sqr1`)
  page.do("mov r2, r1")
}
