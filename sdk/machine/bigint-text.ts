/**
 * Makes the blocks of a Program as JavaScript over BigInt, at build time, for bigint.ts to run. Values are narrow, some multiples of p, or wide, sums of
 * products that are R times too much; sums take both, and only what is multiplied or given back is reduced. Nothing divides: `%` and `/` are slow on some
 * engines and wrong on others.
 */
import { callsOf, type Call } from "./calls.ts"
import { local, operation, type Program, type ProgramConstant } from "./program.ts"

/** Multiples of p that a block takes and gives. */
const BORDER = 4
const WIDTH = 240

/** An integer: names of what holds it, narrow or wide or both, and its narrow bound. Wide ones are far below R p. */
interface Held {
  narrow: string
  wide: string
  bound: number
}

/** The functions of callsOf(program), in order, as lines of an array in TypeScript. */
export function bigintBlocks(program: Program): string {
  const calls = callsOf(program)
  let out = ""
  for (let i = 0; i < calls.length; i++) out += new Text(program, calls[i]!).lines()
  return out
}

/** One block. `s` are slots, `o` where operands begin, `c` constants in pairs and, last, R; `f` the flag as 0n or 1n, `r` reduces. */
class Text {
  readonly program: Program
  readonly degree: number
  readonly number: number
  readonly values: Held[][]
  /** Statements; those that name a value nobody asks for are left out in the end. */
  readonly body: string[]
  count: number
  constructor(program: Program, call: Call) {
    this.program = program
    this.degree = call.degree
    this.number = call.block
    this.values = []
    this.body = []
    this.count = 0
  }
  lines(): string {
    const block = this.program.blocks[this.number]!
    const places: string[] = []
    for (let i = 0; i < block.operands.length; i++) this.body.push(`const ${letter(i)} = o[${i}]!`)
    for (let i = 0; i < block.operands.length; i++) {
      for (let k = 0; k < block.operands[i]!; k++) {
        const value: Held[] = []
        for (let half = 0; half < this.degree; half++) {
          const at = this.degree * k + half
          places.push(`s[${letter(i)}${at === 0 ? "" : ` + ${at}`}]`)
          value.push({ narrow: this.named(`${places[places.length - 1]!}!`), wide: "", bound: BORDER })
        }
        this.values.push(value)
      }
    }
    for (let i = 0; i < block.operations.length; i += 3)
      this.operation(block.operations[i]! >> 2, local(block.operations, i, 0), local(block.operations, i, 1), local(block.operations, i, 2))
    let results = 0
    for (let i = 0; i < block.results; i++) results += block.operands[i]!
    const stores: string[] = []
    for (let e = 0; e < results; e++)
      for (let half = 0; half < this.degree; half++) {
        const name = this.given(this.values[e]![half]!)
        if (name !== `v${(this.degree * e + half).toString(36)}`) stores.push(`${places[this.degree * e + half]!} = ${name}`)
      }
    return functionOf(this.body.concat(stores))
  }
  named(text: string): string {
    const name = `v${(this.count++).toString(36)}`
    this.body.push(`const ${name} = ${text}`)
    return name
  }
  /** A name of the value below a few p. */
  small(x: Held): string {
    if (x.narrow === "") {
      x.narrow = this.named(`r(${x.wide})`)
      x.bound = 2.1
    }
    return x.narrow
  }
  large(x: Held): string {
    // by a product: shifted by R's bits it would come out of the reduction as large as it went in, and grow from block to block
    if (x.wide === "") x.wide = this.named(`${x.narrow} * ${this.one()}`)
    return x.wide
  }
  given(x: Held): string {
    const name = this.small(x)
    return x.bound > BORDER ? `r(${name} * ${this.one()})` : name
  }
  /** R mod p: 1 in Montgomery's form. */
  one(): string {
    return `c[${2 * this.program.constants.length}]!`
  }
  /** A wide value. */
  product(text: string): Held {
    return { narrow: "", wide: this.named(text), bound: 0 }
  }
  sum(x: Held, y: Held, sign: string): Held {
    if (x.narrow !== "" && y.narrow !== "") return { narrow: this.named(`${x.narrow} ${sign} ${y.narrow}`), wide: "", bound: x.bound + y.bound }
    return this.product(`${this.large(x)} ${sign} ${this.large(y)}`)
  }
  negated(x: Held): Held {
    return x.narrow !== "" ? { narrow: this.named(`-${x.narrow}`), wide: "", bound: x.bound } : this.product(`-${x.wide}`)
  }
  operation(op: number, d: number, ofA: number, ofB: number): void {
    const a = this.values[ofA]!
    const b = this.values[ofB]!
    if (op === operation.IS_ZERO || op === operation.IS_ODD) this.test(op, a)
    else if (op === operation.LOAD) this.values[d] = this.constant(ofB)
    else if (op === operation.TIMES) this.values[d] = this.times(a, ofB)
    else if (op === operation.ADD || op === operation.SUB) this.values[d] = this.each((i) => this.sum(a[i]!, b[i]!, op === operation.ADD ? "+" : "-"))
    else if (op === operation.NEGATE) this.values[d] = this.each((i) => this.negated(a[i]!))
    else if (op === operation.SELECT) this.values[d] = this.each((i) => this.selected(a[i]!, b[i]!))
    else if (op === operation.MUL) this.values[d] = this.multiplied(a, b)
    else if (op === operation.SQUARE) this.values[d] = this.squared(a)
    else if (op === operation.SCALE_RE || op === operation.SCALE_IM) this.values[d] = this.scaled(a, b[op === operation.SCALE_RE ? 0 : 1]!)
    else if (op === operation.CONJUGATE && this.degree === 2) this.values[d] = [a[0]!, this.negated(a[1]!)]
    else if (op === operation.XI && this.degree === 2) this.values[d] = [this.sum(a[0]!, a[1]!, "-"), this.sum(a[0]!, a[1]!, "+")]
    else this.values[d] = a
  }
  each(of: (half: number) => Held): Held[] {
    const out: Held[] = []
    for (let i = 0; i < this.degree; i++) out.push(of(i))
    return out
  }
  multiplied(a: readonly Held[], b: readonly Held[]): Held[] {
    const x = this.each((i) => a[i]!).map((h) => this.small(h))
    const y = this.each((i) => b[i]!).map((h) => this.small(h))
    if (this.degree === 1) return [this.product(`${x[0]!} * ${y[0]!}`)]
    return [this.product(`${x[0]!} * ${y[0]!} - ${x[1]!} * ${y[1]!}`), this.product(`${x[0]!} * ${y[1]!} + ${x[1]!} * ${y[0]!}`)]
  }
  squared(a: readonly Held[]): Held[] {
    const x = this.small(a[0]!)
    if (this.degree === 1) return [this.product(`${x} * ${x}`)]
    const y = this.small(a[1]!)
    return [this.product(`(${x} + ${y}) * (${x} - ${y})`), this.product(`(${x} + ${x}) * ${y}`)]
  }
  scaled(a: readonly Held[], by: Held): Held[] {
    const y = this.small(by)
    return this.each((i) => this.product(`${this.small(a[i]!)} * ${y}`))
  }
  /** -1 is the constant's negative second coefficient: it is not held twice. */
  constant(number: number): Held[] {
    return this.each((half) => ({ narrow: `c[${2 * number + half}]!`, wide: "", bound: 1 }))
  }
  times(a: readonly Held[], number: number): Held[] {
    const k = this.constant(number)
    const of = this.program.constants[number]!
    if (this.degree === 1 || isZero(of, "im")) return this.scaled(a, k[0]!)
    if (!isZero(of, "re")) return this.multiplied(a, k)
    const im = this.small(k[1]!)
    return [this.product(`-${this.small(a[1]!)} * ${im}`), this.product(`${this.small(a[0]!)} * ${im}`)]
  }
  test(op: number, a: readonly Held[]): void {
    const of = op === operation.IS_ZERO ? "zero" : "odd"
    const both = this.each((i) => a[i]!).map((h) => `g.${of}(${this.small(h)})`)
    this.body.push(`g.f = ${both.join(" & ")}`)
  }
  selected(yes: Held, no: Held): Held {
    if (yes.narrow !== "" && no.narrow !== "") return { narrow: this.named(`${no.narrow} + (${yes.narrow} - ${no.narrow}) * g.f`), wide: "", bound: Math.max(yes.bound, no.bound) }
    return this.product(`${this.large(no)} + (${this.large(yes)} - ${this.large(no)}) * g.f`)
  }
}

/** The function of these statements, without what is not used, in lines of a width that a reader's screen may have. */
function functionOf(statements: readonly string[]): string {
  const used: { [word: string]: boolean } = {}
  const kept: string[] = []
  for (let i = statements.length - 1; i >= 0; i--) {
    const found = wordsOf(statements[i]!)
    if (found[0] === "const" && used[found[1]!] !== true) continue
    for (let k = found[0] === "const" ? 2 : 0; k < found.length; k++) used[found[k]!] = true
    kept.push(statements[i]!)
  }
  for (let i = 0; i < 3; i++) if (used["soc".charAt(i)] === true) kept.push(`const ${"soc".charAt(i)} = g.${"soc".charAt(i)}`)
  let text = ""
  let line = used.r === true ? "(g, r) => {" : "(g) => {"
  for (let i = kept.length - 1; i >= 0; i--) {
    const piece = i === kept.length - 1 ? ` ${kept[i]!}` : `; ${kept[i]!}`
    if (line.length + piece.length > WIDTH) {
      text += `${line}\n`
      line = kept[i]!
    } else line += piece
  }
  return `${text}${line} },\n`
}

/** Names and numbers in a statement. */
function wordsOf(statement: string): string[] {
  const out: string[] = []
  let word = ""
  for (let i = 0; i <= statement.length; i++) {
    const c = statement.charAt(i)
    if ((c >= "a" && c <= "z") || (c >= "0" && c <= "9")) word += c
    else {
      if (word !== "") out.push(word)
      word = ""
    }
  }
  return out
}

/** Operands a, b, d, ...: c, g, o, r and s have another meaning. */
function letter(operand: number): string {
  return "abdefhij".charAt(operand)
}

function isZero(of: ProgramConstant, part: "re" | "im"): boolean {
  for (let i = 0; i < of[part].length; i++) if (of[part][i] !== 0) return false
  return true
}
