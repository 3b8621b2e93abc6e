/**
 * Makes the blocks of a Program as JavaScript over BigInt, at build time, for bigint.ts to run. Values are narrow, some multiples of p, or wide, sums of
 * products; sums take both, and only what is multiplied or given back is reduced. Nothing divides: `%` and `/` are slow on some engines and wrong on others.
 */
import { callsOf, type Call } from "./calls.ts"
import { local, operation, type Program, type ProgramConstant } from "./program.ts"

/** Multiples of p that a block takes and gives. */
const BORDER = 4
/** What a reduction gives at most, in multiples of p; bigint.ts says why. */
const REDUCED = 3.1
/** What it takes at most, in multiples of p^2. */
const WIDEST = 1048576
const WIDTH = 240
/** Of a value that is woven in: parsers of small engines do not nest deep. */
const LONG = 80

/** An integer: the name of what holds it, and its bound in multiples of p, or of p^2 where it is wide. */
interface Held {
  name: string
  wide: boolean
  bound: number
}

/** The functions of callsOf(program), in order, as lines of an array in TypeScript. */
export function bigintBlocks(program: Program): string {
  const calls = callsOf(program)
  let out = ""
  for (let i = 0; i < calls.length; i++) out += new Text(program, calls[i]!).lines()
  return out
}

/** One block. `s` are slots, `o` where operands begin, `c` constants in pairs; `f` the flag as 0n or 1n, `r` reduces. */
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
          value.push({ name: this.named(`${places[places.length - 1]!}!`), wide: false, bound: BORDER })
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
        if (name !== nameOf(this.degree * e + half)) stores.push(`${places[this.degree * e + half]!} = ${name}`)
      }
    return functionOf(this.body.concat(stores))
  }
  named(text: string): string {
    const name = nameOf(this.count++)
    this.body.push(`const ${name} = ${text}`)
    return name
  }
  /** A name of the value below a few p. */
  small(x: Held): string {
    if (x.wide) this.reduced(x)
    return x.name
  }
  reduced(x: Held): void {
    if (x.bound > WIDEST) throw new Error(`bigint: block ${this.number} has a sum of ${x.bound} p^2`)
    x.name = this.named(`r(${x.name})`)
    x.wide = false
    x.bound = REDUCED
  }
  given(x: Held): string {
    if (x.wide || x.bound > BORDER) this.reduced(x)
    return x.name
  }
  /** Named by what it is multiplied of, narrow. */
  product(a: Held, b: Held): Held {
    return { name: this.named(`${this.small(a)} * ${this.small(b)}`), wide: true, bound: a.bound * b.bound }
  }
  sum(x: Held, y: Held, sign: string): Held {
    return { name: this.named(`${x.name} ${sign} ${y.name}`), wide: x.wide || y.wide, bound: x.bound + y.bound }
  }
  negated(x: Held): Held {
    return { name: this.named(`-${x.name}`), wide: x.wide, bound: x.bound }
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
  /** Karatsuba: a product costs as much as six sums. */
  multiplied(a: readonly Held[], b: readonly Held[]): Held[] {
    const low = this.product(a[0]!, b[0]!)
    if (this.degree === 1) return [low]
    const high = this.product(a[1]!, b[1]!)
    const cross = this.product(this.sum(a[0]!, a[1]!, "+"), this.sum(b[0]!, b[1]!, "+"))
    return [this.sum(low, high, "-"), this.sum(this.sum(cross, low, "-"), high, "-")]
  }
  squared(a: readonly Held[]): Held[] {
    const x = a[0]!
    if (this.degree === 1) return [this.product(x, x)]
    const y = a[1]!
    this.small(x)
    this.small(y)
    return [this.product(this.sum(x, y, "+"), this.sum(x, y, "-")), this.product(this.sum(x, x, "+"), y)]
  }
  scaled(a: readonly Held[], by: Held): Held[] {
    return this.each((i) => this.product(a[i]!, by))
  }
  constant(number: number): Held[] {
    return this.each((half) => ({ name: `c[${2 * number + half}]!`, wide: false, bound: 1 }))
  }
  times(a: readonly Held[], number: number): Held[] {
    const k = this.constant(number)
    const of = this.program.constants[number]!
    if (this.degree === 1 || isZero(of, "im")) return this.scaled(a, k[0]!)
    if (!isZero(of, "re")) return this.multiplied(a, k)
    return [this.negated(this.product(a[1]!, k[1]!)), this.product(a[0]!, k[1]!)]
  }
  test(op: number, a: readonly Held[]): void {
    const of = op === operation.IS_ZERO ? "zero" : "odd"
    const both = this.each((i) => a[i]!).map((h) => `g.${of}(${this.small(h)})`)
    this.body.push(`g.f = ${both.join(" & ")}`)
  }
  selected(yes: Held, no: Held): Held {
    return { name: this.named(`${no.name} + (${yes.name} - ${no.name}) * g.f`), wide: yes.wide || no.wide, bound: Math.max(yes.bound, no.bound) }
  }
}

/** Values are numbered; no word of the language begins so. */
function nameOf(number: number): string {
  return `x${number.toString(36)}`
}

/** The function of these statements, without what is not used, in lines of a width that a reader's screen may have. */
function functionOf(statements: readonly string[]): string {
  const uses: { [word: string]: number } = {}
  const kept: string[] = []
  for (let i = statements.length - 1; i >= 0; i--) {
    const found = wordsOf(statements[i]!)
    const first = found[0] === "const" ? 2 : 0
    if (first > 0 && uses[found[1]!] === undefined) continue
    for (let k = first; k < found.length; k++) uses[found[k]!] = (uses[found[k]!] === undefined ? 0 : uses[found[k]!]!) + 1
    kept.push(statements[i]!)
  }
  for (let i = 0; i < 3; i++) if (uses["soc".charAt(i)] !== undefined) kept.push(`const ${"soc".charAt(i)} = g.${"soc".charAt(i)}`)
  const whole = woven(kept.reverse(), uses)
  let text = ""
  let line = uses.r === undefined ? "(g) => {" : "(g, r) => {"
  for (let i = 0; i < whole.length; i++) {
    const piece = i === 0 ? ` ${whole[i]!}` : `; ${whole[i]!}`
    if (line.length + piece.length > WIDTH) {
      text += `${line}\n`
      line = whole[i]!
    } else line += piece
  }
  return `${text}${line} },\n`
}

/** Values that are asked for once stand where that is, if they are short and read neither slots nor the flag. */
function woven(statements: readonly string[], uses: { readonly [word: string]: number }): string[] {
  const within: { [name: string]: string } = {}
  const out: string[] = []
  for (let i = 0; i < statements.length; i++) {
    const s = statements[i]!
    const found = wordsOf(s)
    let text = ""
    let at = 0
    for (let k = 0; k < found.length; k++) {
      const start = s.indexOf(found[k]!, at)
      const end = start + found[k]!.length
      const inner = within[found[k]!]
      const bare = (s.charAt(start - 1) === "(" && s.charAt(end) === ")") || (s.charAt(start - 2) === "=" && end === s.length)
      text += s.substring(at, start) + (inner === undefined ? found[k]! : bare ? inner : `(${inner})`)
      at = end
    }
    text += s.substring(at)
    const value = text.substring(text.indexOf(" = ") + 3)
    const pure = found[0] === "const" && value.indexOf("[") < 0 && value.indexOf(".") < 0
    if (pure && uses[found[1]!] === 1 && value.length < LONG) within[found[1]!] = value
    else out.push(text)
  }
  return out
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
