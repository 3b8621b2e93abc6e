/**
 * A small assembler of WebAssembly modules (WebAssembly core specification 2.0, section 5), for build time: what it makes is shipped as octets.
 * An Assembly is one function: its methods append instructions, operands first, as the stack wants them.
 */

/** Types of values. */
export const type = { I32: 0x7f, I64: 0x7e, V128: 0x7b } as const

/** Instructions without immediates that we use, by the specification's names. */
export const op = {
  END: 0x0b, RETURN: 0x0f, DROP: 0x1a, I32_EQZ: 0x45, I32_EQ: 0x46, I32_LT_U: 0x49, I32_GE_U: 0x4f, I32_ADD: 0x6a, I32_SUB: 0x6b, I32_MUL: 0x6c, I32_AND: 0x71,
  I32_OR: 0x72, I32_XOR: 0x73, I32_SHL: 0x74, I32_SHR_S: 0x75, I32_SHR_U: 0x76, I64_ADD: 0x7c, I64_SUB: 0x7d, I64_MUL: 0x7e, I64_AND: 0x83, I64_OR: 0x84,
  I64_SHL: 0x86, I64_SHR_S: 0x87, I64_SHR_U: 0x88, I32_WRAP_I64: 0xa7,
} as const

/** The same of vectors, after the prefix fd. */
export const vector = {
  I32_SPLAT: 0x11, AND: 0x4e, OR: 0x50, SELECT: 0x52, I32_NEG: 0xa1, I32_SHL: 0xab, I32_SHR_S: 0xac, I32_ADD: 0xae, I32_SUB: 0xb1,
  I64_SHL: 0xcb, I64_SHR_S: 0xcc, I64_SHR_U: 0xcd, I64_ADD: 0xce, I64_SUB: 0xd1, I64_MUL_LOW: 0xdc, I64_MUL_HIGH: 0xdd,
} as const

/** Loads and stores: a scalar's opcode, or 256 and a vector's. */
export const memory = {
  I32_LOAD: 0x28, I64_LOAD: 0x29, I32_LOAD8_U: 0x2d, I64_LOAD32_S: 0x34, I32_STORE: 0x36, I64_STORE: 0x37, I32_STORE8: 0x3a, I64_STORE32: 0x3e,
  V128_LOAD: 256, V128_LOAD32_SPLAT: 265, V128_LOAD64_SPLAT: 266, V128_STORE: 267,
} as const

/** A function under construction. */
export class Assembly {
  readonly params: number
  readonly results: number
  readonly locals: number[]
  readonly code: number[]
  /** All parameters are i32; `results` is 0, or 1 for one i32. */
  constructor(params: number, results: number) {
    this.params = params
    this.results = results
    this.locals = []
    this.code = []
  }
  /** A new local, zero at first. */
  local(of: number): number {
    this.locals.push(of)
    return this.params + this.locals.length - 1
  }
  /** So many new locals. */
  many(of: number, count: number): number[] {
    const out: number[] = []
    for (let i = 0; i < count; i++) out.push(this.local(of))
    return out
  }
  get(local: number): void {
    this.code.push(0x20)
    unsigned(this.code, local)
  }
  set(local: number): void {
    this.code.push(0x21)
    unsigned(this.code, local)
  }
  tee(local: number): void {
    this.code.push(0x22)
    unsigned(this.code, local)
  }
  i32(value: number): void {
    this.code.push(0x41)
    signed(this.code, value)
  }
  /** Up to 2^53. */
  i64(value: number): void {
    this.code.push(0x42)
    signed(this.code, value)
  }
  do(operation: number): void {
    this.code.push(operation)
  }
  v(operation: number): void {
    this.code.push(0xfd)
    unsigned(this.code, operation)
  }
  /** A load or a store at the address on the stack plus `offset`. */
  at(access: number, offset: number): void {
    if (access < 256) this.code.push(access)
    else this.v(access - 256)
    unsigned(this.code, access === memory.I32_LOAD8_U || access === memory.I32_STORE8 ? 0 : 2)
    unsigned(this.code, offset)
  }
  /** Four words of 32 bits. */
  words(of: readonly number[]): void {
    this.v(12)
    for (let i = 0; i < 4; i++) for (let bits = 0; bits < 32; bits += 8) this.code.push((of[i]! >> bits) & 255)
  }
  /** Words of the two vectors on the stack: 0 to 3 of the first, 4 to 7 of the second. */
  shuffle(of: readonly number[]): void {
    this.v(13)
    for (let i = 0; i < 16; i++) this.code.push(4 * of[i >> 2]! + (i & 3))
  }
  /** One of the two words of 64 bits of the vector on the stack. */
  word(of: number): void {
    this.v(0x1d)
    this.code.push(of)
  }
  /** The vector on the stack with its octets in the other order. */
  reversed(): void {
    const x = this.local(type.V128)
    this.tee(x)
    this.get(x)
    this.v(13)
    for (let i = 15; i >= 0; i--) this.code.push(i)
  }
  call(number: number): void {
    this.code.push(0x10)
    unsigned(this.code, number)
  }
  /** `yes` where the word on the stack is not 0, else `no`. */
  when(yes: () => void, no: () => void): void {
    this.code.push(0x04, 0x40)
    yes()
    this.code.push(0x05)
    no()
    this.do(op.END)
  }
  /** Does `body` for ever: it returns. */
  forever(body: () => void): void {
    this.code.push(0x03, 0x40)
    body()
    this.code.push(0x0c, 0, op.END, 0x00)
  }
  /** Does `body` as long as the word that `condition` leaves is not 0. */
  whileTrue(condition: () => void, body: () => void): void {
    this.code.push(0x03, 0x40)
    condition()
    this.code.push(0x04, 0x40)
    body()
    this.code.push(0x0c, 1, op.END, op.END)
  }
  /** Calls the function whose place in the table is on the stack, above its one parameter. */
  callByPlace(): void {
    this.code.push(0x11, 0, 0)
  }
  /** Does `body` while the counter, a local of its own, runs up from 0 by `step` to step times `times`. */
  loop(counter: number, times: number, step: number, body: () => void): void {
    this.turns(counter, step, body, () => this.i32(times * step))
  }
  /** The same up to the value of another local, which is a multiple of `step` and not 0. */
  upTo(counter: number, end: number, step: number, body: () => void): void {
    this.turns(counter, step, body, () => this.get(end))
  }
  turns(counter: number, step: number, body: () => void, end: () => void): void {
    this.i32(0)
    this.set(counter)
    this.code.push(0x03, 0x40)
    body()
    this.get(counter)
    this.i32(step)
    this.do(op.I32_ADD)
    this.tee(counter)
    end()
    this.code.push(0x49, 0x0d, 0, op.END)
  }
  /** memory.fill: address, octet and count are on the stack. */
  fill(): void {
    this.code.push(0xfc, 11, 0)
  }
}

/** A function and the name under which it is exported, if any. */
export interface Exported {
  readonly of: Assembly
  readonly name: string
}

/**
 * The octets of a module: its functions in the order of their numbers, so many pages of memory exported as `m`, data from address 0 on, and a table of the
 * functions from number `first` to the end, which have one parameter and no result.
 */
export function moduleOf(functions: readonly Exported[], pages: number, data: readonly number[], first: number): Uint8Array {
  const types: number[][] = [[0x60, 1, type.I32, 0]]
  const typeOf: number[] = []
  const exports: number[][] = [named("m").concat([2, 0])]
  const bodies: number[][] = []
  for (let i = 0; i < functions.length; i++) {
    const f = functions[i]!.of
    const signature = [0x60, f.params]
    for (let k = 0; k < f.params; k++) signature.push(type.I32)
    typeOf.push(place(types, signature.concat(f.results === 0 ? [0] : [1, type.I32])))
    if (functions[i]!.name !== "") exports.push(named(functions[i]!.name).concat([0], leb(i)))
    bodies.push(bodyOf(f))
  }
  const numbers: number[][] = []
  for (let i = 0; i < typeOf.length; i++) numbers.push(leb(typeOf[i]!))
  const table: number[][] = []
  for (let i = first; i < functions.length; i++) table.push(leb(i))
  const octets = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0].concat(
    section(1, list(types)),
    section(3, list(numbers)),
    section(4, [1, 0x70, 0].concat(leb(table.length))),
    section(5, [1, 1].concat(leb(pages), leb(pages))),
    section(7, list(exports)),
    section(9, [1, 0, 0x41, 0, op.END].concat(list(table))),
    section(10, list(bodies)),
    section(11, [1, 0, 0x41, 0, op.END].concat(leb(data.length), data)),
  )
  const out = new Uint8Array(octets.length)
  out.set(octets)
  return out
}

/** Locals of one type stand together in the text, so they are numbered in the order they were asked for, in runs. */
function bodyOf(f: Assembly): number[] {
  const runs: number[][] = []
  for (let i = 0, from = 0; i < f.locals.length; i++) {
    if (f.locals[i + 1] === f.locals[i]) continue
    runs.push(leb(i + 1 - from).concat([f.locals[i]!]))
    from = i + 1
  }
  const text = list(runs).concat(f.code, [op.END])
  return leb(text.length).concat(text)
}

function place(all: number[][], one: number[]): number {
  for (let i = 0; i < all.length; i++) if (all[i]!.join() === one.join()) return i
  all.push(one)
  return all.length - 1
}

function named(name: string): number[] {
  const out = [name.length]
  for (let i = 0; i < name.length; i++) out.push(name.charCodeAt(i))
  return out
}

function list(items: readonly (readonly number[])[]): number[] {
  let out = leb(items.length)
  for (let i = 0; i < items.length; i++) out = out.concat(items[i]!)
  return out
}

function section(number: number, content: readonly number[]): number[] {
  return [number].concat(leb(content.length), content)
}

function leb(value: number): number[] {
  const out: number[] = []
  unsigned(out, value)
  return out
}

/** LEB128. */
function unsigned(out: number[], value: number): void {
  let left = value
  for (; left >= 128; left = Math.floor(left / 128)) out.push((left % 128) + 128)
  out.push(left)
}

/** LEB128 of a number that may be negative. */
function signed(out: number[], value: number): void {
  let left = value
  while (left < -64 || left > 63) {
    const low = ((left % 128) + 128) % 128
    out.push(low + 128)
    left = (left - low) / 128
  }
  out.push(left < 0 ? left + 128 : left)
}
