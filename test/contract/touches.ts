/**
 * Constant time of code over typed arrays, exactly: which elements of which arrays it touches, in which order, and what its source decides by. What it leaves
 * in the arrays that it made is found too.
 */
import { createHash } from "node:crypto"
import ts from "typescript"
import { octets } from "./octets.ts"

type Words = Uint8Array | Int32Array

/** What a computation did to typed arrays: a digest of each touch in its order, how many there were, and which arrays it made and left with something in them. */
export interface Trace {
  readonly digest: string
  readonly touches: number
  readonly left: number
}

/** Secrets that a computation is traced for. */
export const SECRETS = 12

/** An array that tells each index to `touch`, and passes it on to its subarrays. */
function telling<T extends Words>(array: T, name: number, touch: (what: string) => void): T {
  const index = (of: string | symbol): of is string => typeof of === "string" && /^\d+$/.test(of)
  return new Proxy<T>(array, {
    get(target, of): unknown {
      if (index(of)) touch(`get ${name} ${of}`)
      const value = Reflect.get(target, of, target) as unknown
      if (typeof value !== "function") return value
      return (...given: unknown[]): unknown => {
        const result = Reflect.apply(value, target, given) as unknown
        return of === "subarray" ? telling(result as T, name, (what) => touch(`${what} of ${given.join()}`)) : result
      }
    },
    set(target, of, value): boolean {
      if (index(of)) touch(`set ${name} ${of}`)
      return Reflect.set(target, of, value, target)
    },
  })
}

/** Runs a computation whose inputs and typed arrays all tell. */
function traced(work: (...inputs: Uint8Array[]) => Uint8Array, inputs: readonly Uint8Array[]): Trace {
  const log = createHash("sha256")
  let touches = 0
  const touch = (what: string): void => {
    touches++
    log.update(`${what}\n`)
  }
  const made: { readonly array: Words; readonly shown: Words }[] = []
  const told = inputs.map((input, i) => telling(Uint8Array.from(input), i, touch))
  const real = { Uint8Array: globalThis.Uint8Array, Int32Array: globalThis.Int32Array }
  const maker = <T extends Words, C extends new (...given: never[]) => T>(of: C): C =>
    new Proxy(of, {
      construct(target, given): T {
        const array = Reflect.construct(target, given) as T
        const shown = telling(array, inputs.length + made.length, touch)
        made.push({ array, shown })
        return shown
      },
    })
  let out: Uint8Array
  try {
    globalThis.Uint8Array = maker(real.Uint8Array)
    globalThis.Int32Array = maker(real.Int32Array)
    out = work(...told)
  } finally {
    globalThis.Uint8Array = real.Uint8Array
    globalThis.Int32Array = real.Int32Array
  }
  const left = made.filter(({ array, shown }) => shown !== out && array.some((each: number) => each !== 0)).length
  return { digest: log.digest("hex"), touches, left }
}

/** All zeros, all ones, and any. */
function secret(round: number, i: number, length: number): Uint8Array {
  return round < 2 ? new Uint8Array(length).fill(-round) : octets(`secret ${round} ${i}`, length)
}

/** Traces of a computation for secrets of these lengths, made by `input` where not any will do. */
export function traces(work: (...inputs: Uint8Array[]) => Uint8Array, lengths: readonly number[], input: typeof secret = secret): Trace[] {
  return Array.from({ length: SECRETS }, (_, round) => traced(work, lengths.map((length, i) => input(round, i, length))))
}

/** How many of them differ. */
export function different(all: readonly Trace[]): number {
  return new Set(all.map(({ digest }) => digest)).size
}

/** What a source decides by. */
export function conditions(source: string): ts.Expression[] {
  const found: ts.Expression[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node) || ts.isSwitchStatement(node)) found.push(node.expression)
    if (ts.isForStatement(node) || ts.isConditionalExpression(node)) found.push(node.condition!)
    if (ts.isBinaryExpression(node) && /^(&&|\|\||\?\?)=?$/.test(node.operatorToken.getText())) found.push(node.left)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile("source.ts", source, ts.ScriptTarget.Latest, true))
  return found
}

/** Of a condition, its text if it reads an element, calls something, or names anything but the counters, constants and lengths that are `known`. */
export function secretWords(known: readonly string[]): (condition: ts.Expression) => string[] {
  const open = (node: ts.Node): boolean => {
    if (ts.isPropertyAccessExpression(node)) return node.name.text === "length"
    if (ts.isIdentifier(node)) return known.includes(node.text)
    if (ts.isElementAccessExpression(node) || ts.isCallExpression(node)) return false
    return node.getChildren().every(open)
  }
  return (condition) => (open(condition) ? [] : [condition.getText()])
}
