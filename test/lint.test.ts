/** The device dialect (STYLE rule 9) as ESLint holds it: each rule refuses its sample, and good code passes. */
import assert from "node:assert/strict"
import { ESLint } from "eslint"

interface Restriction {
  readonly selector?: string
  readonly name?: string
  readonly object?: string
  readonly property?: string
  readonly message: string
}

/** One sample for each thing that the dialect refuses, under the words that its message must hold. */
const bad: readonly (readonly [words: string, code: string])[] = [
  ["No async", "export async function f(): Promise<void> { g() }"],
  ["No await", "export const f = async (x: Job): Promise<void> => { await x }"],
  ["No generators", "export function* f(): Iterable<number> { yield 1 }"],
  ["No for..of", "export function f(a: number[]): void { for (const x of a) g(x) }"],
  ["No spread", "export const f = (a: number[]): number[] => [...a, 1]"],
  ["No spread", "export const f = (a: P): P => ({ ...a, x: 1 })"],
  ["No spread", "export const f = (a: number[]): number => g(...a)"],
  ["No rest", "export function f(...a: number[]): number { return a.length }"],
  ["name the object", "export const f = (a: P): number => { const { x } = a; return x }"],
  ["name the array", "export const f = (a: number[]): number => { const [x] = a; return x }"],
  ["No default parameters", "export function f(a: number = 1): number { return a }"],
  ["No `?.`", "export const f = (a: P): number => a?.x"],
  ["No `**`:", "export const f = (a: number): number => a ** 2"],
  ["No `**=`", "export const f = (a: number): number => { let b = a; b **= 2; return b }"],
  ["No labels", "export function f(): void { a: for (;;) break a }"],
  ["No `extends`", "export class A extends B {}"],
  ["No `extends`", "export const A = class extends B {}"],
  ["No field initialisers", "export class A { at = 0 }"],
  ["No static blocks", "export class A { static { g() } }"],
  ["No #private", "export class A { #at: number }"],
  ["No regular expressions", "export const f = (a: string): boolean => /x/.test(a)"],
  ["No slice", "export const f = (a: Uint8Array): Uint8Array => a.slice(1)"],
  ["No slice", "export const f = (a: { b?: Float64Array }): unknown => a.b!.slice()"],
  ["No slice", "export const f = <T extends Int32Array>(a: T): unknown => a.slice"],
  ["No fill", "export const f = (a: Uint8Array): Uint8Array => a.fill(0)"],
  ["No from", "export const f = (a: number[]): Uint8Array => Uint8Array.from(a)"],
  ["within a function", "export function f(): number { return g(); function g(): number { return 1 } }"],
  ["No import()", "export const f = (): unknown => import(\"./other.ts\")"],
  ["No import.meta", "export const f = (): string => import.meta.url"],
  ["does nothing (STYLE rule 8).", "g()"],
  ["make the value where it is used", "const a = g()\nexport const f = (): number => a"],
  ["make the value where it is used", "export const a: Uint8Array = new Uint8Array(4)"],
  ["No instanceof", "export const f = (a: unknown): boolean => a instanceof Reader"],
  ["No BigInt", "export const f = (): number => Number(1n)"],
  ["No BigInt", "export const f = (a: bigint): string => String(a)"],
  ["No BigInt", "export const f = (a: number): unknown => BigInt(a)"],
  ["No BigInt", "export const f = (): unknown => new BigInt64Array(1)"],
  ["No BigInt", "export const f = (): unknown => new BigUint64Array(1)"],
  ...each("Not on every engine", ["Map", "Set", "WeakMap", "WeakSet", "Promise", "Proxy", "RegExp"], (name) => `export const f = (): unknown => new ${name}()`),
  ...each("Not on every engine", ["Symbol", "Reflect"], (name) => `export const f = (): unknown => ${name}.x`),
  ...each("Hosts have it", ["Buffer", "TextDecoder", "TextEncoder", "globalThis", "require", "structuredClone"], (name) => `export const f = (): unknown => ${name}`),
  ...each("STYLE rule 6", ["console", "crypto", "Date", "fetch", "performance", "process", "setImmediate", "setInterval", "setTimeout"], (name) => `export const f = (): unknown => ${name}`),
  ...each("STYLE rule 6", ["clearImmediate", "clearInterval", "clearTimeout", "queueMicrotask"], (name) => `export const f = (): unknown => ${name}`),
  ...each("Not right on every engine", ["imul", "pow", "clz32", "trunc"], (name) => `export const f = (a: number): number => Math.${name}(a, a)`),
  ["Throws on some", "export const f = (a: P): P => Object.freeze(a)"],
  ["Randomness", "export const f = (): number => Math.random()"],
]

const good = `/** Good code. */
import { concat, u16 } from "../base/bytes.ts"
import type { Sym } from "../suite.ts"

const LABEL = "IBAKE-V01-K"
export const numbers = { type: 22, order: [1, 2, 3] } as const
export class Reader {
  readonly octets: Uint8Array
  at: number
  constructor(octets: Uint8Array) {
    this.octets = octets
    this.at = 0
  }
  take(n: number): Uint8Array {
    this.at += n
    return this.octets.subarray(this.at - n, this.at)
  }
}
export function hash(sym: Sym, parts: readonly Uint8Array[], done: (out: Uint8Array) => void): void {
  const lengths: Uint8Array[] = []
  for (let i = 0; i < parts.length; i++) lengths.push(u16(parts[i]!.length))
  const all = { lengths, text: \`\${LABEL} \${Math.floor(1.5)}\` }
  const span = { from: 0, fill: 1 }
  const some = lengths.slice(1).concat(LABEL.slice(1) === "" ? [] : lengths)
  const entropy = { fill: (out: Uint8Array): boolean => out.length > some.length }
  if (entropy.fill(parts[0]!)) done(helper(sym, all.lengths[span.from]!))
}
function helper(sym: Sym, octets: Uint8Array): Uint8Array {
  return sym.sha256(concat([octets]))
}
`

function each(words: string, names: readonly string[], sample: (name: string) => string): [string, string][] {
  return names.map((name) => [words, sample(name)])
}

const lint = new ESLint()
/** A file that is there, for one rule asks for types; what is linted under its name are the samples. */
const DEVICE = "sdk/mikey/numbers.ts"
const NOBLE = "sdk/sym/noble.ts"

const seen = new Map<string, Promise<string[]>>()

/** What the linter says to code under a path; each asked once. */
function messages(code: string, filePath: string): Promise<string[]> {
  const key = `${filePath}\n${code}`
  const answer = seen.get(key) ?? lint.lintText(code, { filePath }).then((results) => results[0]!.messages.map((each) => each.message))
  seen.set(key, answer)
  return answer
}

describe("the device dialect", function () {
  before("the linter loads once", async () => {
    await messages(good, DEVICE)
  })

  for (const [words, code] of bad)
    it(`refuses ${code.split("\n")[0]!}`, async () => {
      const found = await messages(code, DEVICE)
      assert(found.some((each) => each.includes(words)), `expected a message with "${words}", got ${JSON.stringify(found)}`)
    })

  it("has a sample for each of its entries", async () => {
    const config = (await lint.calculateConfigForFile(DEVICE)) as { rules: Record<string, (number | Restriction)[]> }
    const entries = ["no-restricted-syntax", "no-restricted-globals", "no-restricted-properties"].flatMap((rule) => config.rules[rule]!.slice(1) as Restriction[])
    const all = (await Promise.all(bad.map(([, code]) => messages(code, DEVICE)))).flat()
    const unproven = entries.filter((entry) => !all.some((message) => message.includes(entry.message) && (entry.name === undefined || message.includes(`'${entry.name}'`)) && (entry.object === undefined || message.includes(`'${entry.object}.${entry.property}'`))))
    assert.deepEqual(unproven, [])
  })

  it("is silent on good code", async () => {
    assert.deepEqual(await messages(good, DEVICE), [])
  })

  it("lets noble's wrappers use BigInt, and nothing else of what is refused", async () => {
    assert.deepEqual(await messages("export const f = (a: bigint): bigint => a + BigInt(1) + 1n\n", NOBLE), [])
    assert.notDeepEqual(await messages("export const f = (a: bigint): bigint => a ** 2n\n", NOBLE), [])
    assert.notDeepEqual(await messages("export const f = (): number => Date.now()\n", NOBLE), [])
  })

  it("lets device.ts name a clock in the same dialect, but no BigInt", async () => {
    assert.deepEqual(await messages("export const f = (): number => Date.now()\n", "sdk/device.ts"), [])
    assert.notDeepEqual(await messages("export const f = (): unknown => new Map()\n", "sdk/device.ts"), [])
    assert.notDeepEqual(await messages("export const f = (): unknown => BigInt(1)\n", "sdk/device.ts"), [])
  })

  it("holds every folder of sdk but the server and the command", async () => {
    const held = async (path: string): Promise<boolean> => "no-restricted-syntax" in ((await lint.calculateConfigForFile(path)) as { rules: object }).rules
    for (const folder of ["base", "field", "machine", "sym", "group", "ibe", "mikey", "ibake", "keys", "srtp"]) assert(await held(`sdk/${folder}/sample.ts`), folder)
    for (const path of ["sdk/index.ts", "sdk/device.ts", "sdk/suite.ts", "boards/espruino/port.ts", "boards/parts/slots.ts"]) assert(await held(path), path)
    for (const path of ["sdk/kms/store.ts", "sdk/cli/main.ts", "boards/node/port.ts", "boards/virtual/port.ts"]) assert(!(await held(path)), path)
  })

  it("keeps files under 350 lines and functions under 60", async () => {
    const long = "export const f = (): number => 1\n" + "// line\n".repeat(350)
    assert((await messages(long, DEVICE)).some((each) => each.includes("Maximum allowed is 350")))
    const body = `export function f(a: number): number {\n${"  g(a)\n".repeat(60)}  return a\n}\n`
    assert((await messages(body, DEVICE)).some((each) => each.includes("Maximum allowed is 60")))
  })
})
