/** Compiles the Programs and writes the modules that are shipped: `npx tsx test/machine/make-compiled.ts`. compiled.test.ts holds them to be what is made now. */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { base64 } from "../../sdk/base/base64.ts"
import { hex } from "../../sdk/base/bytes.ts"
import { limbKernelText } from "../../sdk/field/limb-text.ts"
import { bls12381Text } from "../../sdk/group/bls12381-program.ts"
import { p256Text } from "../../sdk/group/p256-program.ts"
import { bigintBlocks } from "../../sdk/machine/bigint-text.ts"
import { programOf } from "../../sdk/machine/parse.ts"
import { adler32, type Program } from "../../sdk/machine/program.ts"
import { selfTest, testedOf } from "../../sdk/machine/self-test.ts"
import { wasmModule } from "../../sdk/machine/wasm-module.ts"
import { referenceSlate } from "./reference.ts"

/** A file that is shipped. */
export interface Compiled {
  /** Path from this folder. */
  readonly path: string
  readonly text: () => string
}

const MADE = "Made by test/machine/make-compiled.ts; not for editing. */"

function wasmFile(name: string, what: string, program: Program): string {
  const octets = wasmModule(program)
  const tested = testedOf(program)
  const lines = base64(octets).match(/.{1,150}/g)!.map((line) => `    "${line}"`)
  const rows = (list: readonly (readonly number[])[]): string => `[${list.map((row) => `[${row.join(", ")}]`).join(", ")}]`.replace(/(.{1,140}\], )/g, "$1\n    ").replace(/ +\n/g, "\n")
  return (
    `/** The blocks of ${what} as a WebAssembly module for machine/wasm.ts: ${octets.length} octets in base64. ${MADE}\n` +
    `type Rows = readonly (readonly number[])[]\n\n/** What wasm.ts calls a CompiledText. */\n` +
    `export const ${name}: { readonly sum: number; readonly selfTest: number; readonly modulus: string; readonly entries: Rows; readonly calls: Rows; readonly module: string } = {\n` +
    `  sum: ${adler32(octets, octets.length)},\n  selfTest: ${selfTest(tested, referenceSlate(program)())},\n  modulus: "${hex(program.modulus)}",\n` +
    `  entries: ${rows(program.entries.map((e) => [e.routine, e.reads, e.writes, e.picks]))},\n` +
    `  calls: ${rows(tested.calls.map((c) => [c.block, c.degree, c.results, ...Array.from(c.operands)]))},\n  module:\n${lines.join(" +\n")},\n}\n`
  )
}

function bigintFile(name: string, what: string, program: Program): string {
  return (
    `/** The blocks of ${what} over BigInt for machine/bigint.ts. ${MADE}\n` +
    `interface Desk { readonly s: bigint[]; readonly o: number[]; readonly c: readonly bigint[]; f: bigint; zero(a: bigint): bigint; odd(a: bigint): bigint }\n` +
    `type Block = (g: Desk, r: (wide: bigint) => bigint) => void\n\n` +
    `/** The self-test's sum, and the blocks in the order of machine/calls.ts. */\n` +
    `export const ${name}: { readonly selfTest: number; readonly blocks: readonly Block[] } = {\n  selfTest: ${selfTest(testedOf(program), referenceSlate(program)())},\n  blocks: [\n${bigintBlocks(program)}  ],\n}\n`
  )
}

const bls = (): Program => programOf(bls12381Text)
const p256 = (): Program => programOf(p256Text)

/** All of them. */
export const compiled: readonly Compiled[] = [
  { path: "../../sdk/group/bls12381-wasm.ts", text: () => wasmFile("bls12381Wasm", "BLS12-381's Program", bls()) },
  { path: "../../sdk/group/p256-wasm.ts", text: () => wasmFile("p256Wasm", "P-256's Program", p256()) },
  { path: "../../sdk/group/bls12381-bigint.ts", text: () => bigintFile("bls12381Blocks", "BLS12-381's Program", bls()) },
  { path: "../../sdk/field/compiled12.ts", text: () => limbKernelText(12, "246 to 268", MADE.replace(" */", "")) },
  { path: "../../sdk/field/compiled17.ts", text: () => limbKernelText(17, "361 to 383", MADE.replace(" */", "")) },
  { path: "../../sdk/group/p256-bigint.ts", text: () => bigintFile("p256Blocks", "P-256's Program", p256()) },
]

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const one of compiled) writeFileSync(new URL(one.path, import.meta.url), one.text())
