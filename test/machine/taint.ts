/**
 * Follows data through the functions of a WebAssembly module: whatever is loaded from memory is secret, but the addresses of operands and what a course reads
 * of its own code; a function that addresses memory or branches by a secret is named. Knows the instructions that sdk/machine/wasm-emit.ts makes, and `if`, for controls; others throw.
 */

/** A place where a secret meets what it may not. */
export interface Leak {
  readonly of: number
  readonly what: "address" | "branch" | "argument"
}

interface Body {
  readonly params: number
  readonly results: number
  readonly locals: number
  readonly code: Uint8Array
}

/** Octets of operands' addresses in memory: public. */
const PUBLIC = { from: 16, to: 48 }

/** Leaks of a module's functions. Words that functions named `courses` load are a Program's code and where it stands: public. */
export function leaks(module: Uint8Array, courses: readonly string[]): Leak[] {
  const { bodies, names } = bodiesOf(module)
  return bodies.flatMap((body, of) => new Flow(bodies, of, courses.includes(names.get(of) ?? "")).leaks(body))
}

class Reader {
  readonly octets: Uint8Array
  at: number
  constructor(octets: Uint8Array, at: number) {
    this.octets = octets
    this.at = at
  }
  byte(): number {
    return this.octets[this.at++]!
  }
  leb(): number {
    let out = 0
    for (let scale = 1; ; scale *= 128) {
      const octet = this.byte()
      out += (octet & 127) * scale
      if (octet < 128) return out
    }
  }
  take(count: number): Uint8Array {
    this.at += count
    return this.octets.subarray(this.at - count, this.at)
  }
}

function bodiesOf(module: Uint8Array): { bodies: Body[]; names: ReadonlyMap<number, string> } {
  const names = new Map<number, string>()
  const types: { params: number; results: number }[] = []
  const of: number[] = []
  const out: Body[] = []
  for (const r = new Reader(module, 8); r.at < module.length; ) {
    const id = r.byte()
    const section = new Reader(r.take(r.leb()), 0)
    if (id === 1)
      for (let n = section.leb(); n > 0; n--) {
        section.byte()
        const params = section.take(section.leb()).length
        types.push({ params, results: section.take(section.leb()).length })
      }
    if (id === 3) for (let n = section.leb(); n > 0; n--) of.push(section.leb())
    if (id === 7)
      for (let n = section.leb(); n > 0; n--) {
        const name = Buffer.from(section.take(section.leb())).toString()
        if (section.byte() === 0) names.set(section.leb(), name)
        else section.leb()
      }
    if (id === 10)
      for (let n = section.leb(); n > 0; n--) {
        const text = new Reader(section.take(section.leb()), 0)
        let locals = 0
        for (let runs = text.leb(); runs > 0; runs--, text.byte()) locals += text.leb()
        out.push({ ...types[of[out.length]!]!, locals, code: text.octets.subarray(text.at) })
      }
  }
  return { bodies: out, names }
}

/** Operands taken and whether a result is left, of instructions without immediates. */
function arity(op: number): number {
  if (op === 0x45 || op === 0x50 || op === 0xa7 || op === 0xac || op === 0xad) return 1
  if ((op >= 0x46 && op <= 0x4f) || (op >= 0x6a && op <= 0x78) || (op >= 0x7c && op <= 0x8a)) return 2
  throw new Error(`taint: instruction ${op.toString(16)}`)
}

function arityOfVector(op: number): number {
  if (op === 0x11 || op === 0x12 || op === 0x53 || op === 0xa1 || op === 0xc7 || op === 0xc8) return 1
  if (op === 0x52) return 3
  if (op === 0x4e || op === 0x50 || op === 0x51 || (op >= 0xab && op <= 0xb1) || (op >= 0xcb && op <= 0xdf)) return 2
  throw new Error(`taint: vector instruction ${op.toString(16)}`)
}

/** One function. A loop is gone through until no local becomes a secret any more. */
class Flow {
  readonly bodies: readonly Body[]
  readonly of: number
  /** Its words are public; vectors are not. */
  readonly course: boolean
  readonly found: Leak[]
  locals: boolean[]
  stack: { secret: boolean; value?: number }[]
  constructor(bodies: readonly Body[], of: number, course: boolean) {
    this.bodies = bodies
    this.of = of
    this.course = course
    this.found = []
    this.locals = []
    this.stack = []
  }
  leaks(body: Body): Leak[] {
    this.locals = Array.from({ length: body.params + body.locals }, () => false)
    for (let before = ""; before !== this.locals.join(); ) {
      before = this.locals.join()
      this.found.length = 0
      this.stack = []
      for (const r = new Reader(body.code, 0); r.at < body.code.length; ) this.instruction(r)
    }
    return this.found
  }
  pop(count: number): boolean {
    return this.stack.splice(this.stack.length - count, count).some((each) => each.secret)
  }
  push(secret: boolean, value?: number): void {
    this.stack.push({ secret, value })
  }
  check(secret: boolean, what: Leak["what"]): void {
    if (secret) this.found.push({ of: this.of, what })
  }
  /** A load or store whose address lies under `values` operands. */
  memory(r: Reader, values: number, vector: boolean): void {
    r.leb()
    const offset = r.leb()
    this.pop(values)
    const address = this.stack.at(-1)!
    this.check(this.pop(1), "address")
    const at = (address.value ?? Number.NaN) + offset
    if (values === 0) this.push(vector || !(this.course || (at >= PUBLIC.from && at < PUBLIC.to)))
  }
  instruction(r: Reader): void {
    const op = r.byte()
    if (op === 0x20) this.push(this.locals[r.leb()]!)
    else if (op === 0x21) this.keep(r.leb(), this.pop(1))
    else if (op === 0x22) this.keep(r.leb(), this.stack.at(-1)!.secret)
    else if (op === 0x41 || op === 0x42) this.push(false, r.leb())
    else if (op === 0x1a) this.pop(1)
    else if (op === 0x10) this.call(this.bodies[r.leb()]!)
    else if (op === 0x11) this.indirect(r)
    else if (op === 0x03 || op === 0x0c) r.byte()
    else if (op === 0x04 || op === 0x0d) {
      r.byte()
      this.check(this.pop(1), "branch")
    } else if (op >= 0x28 && op <= 0x35) this.memory(r, 0, false)
    else if (op >= 0x36 && op <= 0x3e) this.memory(r, 1, false)
    else if (op === 0xfd) this.vector(r, r.leb())
    else if (op === 0xfc) this.fill(r)
    else if (op === 0x0f) {
      // what the caller is told of the course
      this.check(this.pop(1), "branch")
    } else if (op !== 0x0b && op !== 0x05 && op !== 0) this.push(this.pop(arity(op)))
  }
  /** A block by its place: one parameter, no result. */
  indirect(r: Reader): void {
    r.leb()
    r.byte()
    this.check(this.pop(2), "argument")
  }
  fill(r: Reader): void {
    if (r.leb() !== 11) throw new Error("taint: a bulk instruction")
    r.byte()
    this.check(this.pop(3), "address")
  }
  vector(r: Reader, op: number): void {
    if (op <= 10 || op === 0x5c || op === 0x5d) this.memory(r, 0, true)
    else if (op === 11) this.memory(r, 1, true)
    else if (op === 12) {
      r.take(16)
      this.push(false)
    } else if (op === 13) {
      r.take(16)
      this.push(this.pop(2))
    } else if (op === 0x1d) {
      r.byte()
      this.push(this.pop(1))
    } else this.push(this.pop(arityOfVector(op)))
  }
  keep(local: number, secret: boolean): void {
    this.locals[local] = this.locals[local]! || secret
  }
  /** Parameters of our functions are addresses; results are secrets. */
  call(body: Body): void {
    this.check(this.pop(body.params), "argument")
    if (body.results > 0) this.push(true)
  }
}
