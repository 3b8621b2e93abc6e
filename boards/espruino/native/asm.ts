/** A page of Thumb-2 in the making, and what the kernels of kernels.ts and sums.ts have in common: registers, groups of words, tables of a prime. */

/** A prime and how its products are cut: `n` words of 32 bits, `k` of them at a time, n = 2k. */
export interface Prime {
  /** Of the labels: `fp12_mul`. */
  readonly name: string
  readonly n: number
  readonly k: number
  readonly p: bigint
}

/** No kernel: blocks.c does it. */
export const RARE = "rare"

/** Lines of assembler. */
export class Page {
  readonly lines: string[]
  constructor() {
    this.lines = []
  }
  /** Instructions. */
  do(...lines: readonly string[]): void {
    for (const line of lines) this.lines.push(`\t${line}`)
  }
  /** Where a function starts that others call. */
  start(label: string): void {
    this.lines.push(`\t.global ${label}`, `\t.hidden ${label}`, `\t.thumb_func`, `\t.type ${label}, %function`, `${label}:`)
  }
  /** Words of a number, the least first. */
  table(label: string, value: bigint, words: number): void {
    this.lines.push("\t.balign 4", `\t.global ${label}`, `\t.hidden ${label}`, `${label}:`)
    for (let i = 0; i < words; i++) this.do(`.word 0x${((value >> BigInt(32 * i)) & 0xffffffffn).toString(16)}`)
  }
  text(): string {
    return ["\t.syntax unified", "\t.cpu cortex-m4", "\t.thumb", "\t.text", "\t.balign 4", ...this.lines, ""].join("\n")
  }
}

/** `count` registers from number `from` on; 13 is passed over, 14 is lr. */
export function registers(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => (from + i === 13 ? "lr" : `r${from + i}`))
}

/** The list of ldm and stm. */
export function braces(list: readonly string[]): string {
  return `{${list.join(", ")}}`
}

/** Stores registers in their order from `base` on, which goes along: an stm wants them ascending, so there is one for each ascending run. */
export function storeInOrder(page: Page, base: string, list: readonly string[]): void {
  const number = (register: string): number => (register === "lr" ? 14 : Number(register.substring(1)))
  let run: string[] = []
  for (const register of list) {
    if (run.length > 0 && number(register) < number(run.at(-1)!)) {
      page.do(`stmia ${base}!, ${braces(run)}`)
      run = []
    }
    run.push(register)
  }
  page.do(run.length === 1 ? `str ${run[0]}, [${base}]` : `stmia ${base}, ${braces(run)}`)
}
