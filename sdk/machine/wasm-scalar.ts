/**
 * Products in Fp for WebAssembly: rows of Montgomery's method (CIOS), nothing carried before the end; and renewal.
 * Bounds in wasm-prime.ts. Nothing here branches on a value.
 */
import { Assembly, memory, op, type, vector } from "./wasm-emit.ts"
import { BITS, type WasmPrime } from "./wasm-prime.ts"

const MASK = 0xfffffff
const HALF = 0x8000000

/** Columns become limbs from -2^27 to 2^27 - 1 at the address in `d`; the last limb keeps what is left. */
function storeCarried1(f: Assembly, w: WasmPrime, t: readonly number[], d: number): void {
  const sum = f.local(type.I64)
  f.i64(0)
  f.set(sum)
  for (let j = 0; j < w.n; j++) {
    f.get(t[j]!)
    f.get(sum)
    f.do(op.I64_ADD)
    if (j === w.n - 1) f.set(t[j]!)
    else {
      f.i64(HALF)
      f.do(op.I64_ADD)
      f.tee(sum)
      f.i64(MASK)
      f.do(op.I64_AND)
      f.i64(HALF)
      f.do(op.I64_SUB)
      f.set(t[j]!)
      f.get(sum)
      f.i64(BITS)
      f.do(op.I64_SHR_S)
      f.set(sum)
    }
    f.get(d)
    f.get(t[j]!)
    f.at(memory.I64_STORE32, 4 * j)
  }
}

/** The exponent of a power of two, or -1 for any other number. */
function log2(size: number): number {
  let exponent = 0
  let power = 1
  for (; power < size; power = 2 * power) exponent++
  return power === size ? exponent : -1
}

/** t += q p_j, in the cheapest way for the limb. */
function addLimb(f: Assembly, limb: number, q: number): void {
  if (limb === 0) return
  const size = limb < 0 ? -limb : limb
  const shift = log2(size)
  f.get(q)
  if (shift < 0) {
    f.i64(limb)
    f.do(op.I64_MUL)
    f.do(op.I64_ADD)
    return
  }
  if (shift > 0) {
    f.i64(shift)
    f.do(op.I64_SHL)
  }
  f.do(limb < 0 ? op.I64_SUB : op.I64_ADD)
}

/** q = -x/p mod 2^28. */
function digit(f: Assembly, w: WasmPrime, x: number, q: number): void {
  f.get(x)
  if (w.factor !== 1) {
    f.i64(w.factor)
    f.do(op.I64_MUL)
  }
  f.i64(MASK)
  f.do(op.I64_AND)
  f.set(q)
}

/** Columns of a product, two to a vector: even[k] has columns 2k and 2k + 1, odd[k] the next two, so that a pair of rows needs no shift. */
interface Columns {
  readonly even: readonly number[]
  readonly odd: readonly number[]
  /** What else belongs to column 0. */
  readonly rest: number
}

/** Two rows: x and y are words of the left factor, that of the lower row first; b is the address of the right one. */
function productRows(f: Assembly, w: WasmPrime, t: Columns, left: readonly number[]): void {
  const right = f.local(type.V128)
  for (let j = 0; j < w.n; j += 2) {
    if (j % 4 === 0) {
      f.get(2)
      f.at(memory.V128_LOAD, 4 * j)
      f.set(right)
    }
    for (let row = 0; row < 2; row++) {
      const column = (row === 0 ? t.even : t.odd)[j / 2]!
      f.get(column)
      f.get(left[row]!)
      f.get(right)
      f.v(j % 4 === 0 ? vector.I64_MUL_LOW : vector.I64_MUL_HIGH)
      f.v(vector.I64_ADD)
      f.set(column)
    }
  }
}

/** Columns 0 and 1 are made divisible by 2^28, and all move down by two. Both are worked on outside of the vectors. */
function reduceTwo(f: Assembly, w: WasmPrime, t: Columns): void {
  const x = f.local(type.I64)
  const q = f.local(type.I64)
  for (let row = 0; row < 2; row++) {
    const own = row === 0 ? t.even : t.odd
    f.get(row === 0 ? t.even[0]! : t.odd[0]!)
    f.word(0)
    f.get(t.rest)
    f.do(op.I64_ADD)
    f.set(x)
    digit(f, w, x, q)
    // what is left of this column, and the next one's share in the same vector
    f.get(x)
    addLimb(f, w.p[0]!, q)
    f.i64(BITS)
    f.do(op.I64_SHR_S)
    f.get(own[0]!)
    f.word(1)
    f.do(op.I64_ADD)
    addLimb(f, w.p[1]!, q)
    f.set(t.rest)
    for (let k = 1; k < w.n / 2; k++) {
      if (w.p[2 * k] === 0 && w.p[2 * k + 1] === 0) continue
      f.get(own[k]!)
      f.get(q)
      f.do(op.I32_WRAP_I64)
      f.v(vector.I32_SPLAT)
      f.words([w.p[2 * k]!, w.p[2 * k + 1]!, w.p[2 * k]!, w.p[2 * k + 1]!])
      f.v(vector.I64_MUL_LOW)
      f.v(vector.I64_ADD)
      f.set(own[k]!)
    }
  }
  moveDown(f, t.even)
  moveDown(f, t.odd)
}

function moveDown(f: Assembly, columns: readonly number[]): void {
  for (let k = 0; k < columns.length; k++) {
    if (k < columns.length - 1) f.get(columns[k + 1]!)
    else f.words([0, 0, 0, 0])
    f.set(columns[k]!)
  }
}

/** d = a b, two rows at a time: a word of a by two of b in a vector. */
export function mul1(w: WasmPrime): Assembly {
  const f = new Assembly(3, 0)
  const row = f.local(type.I32)
  const t: Columns = { even: f.many(type.V128, w.n / 2), odd: f.many(type.V128, w.n / 2), rest: f.local(type.I64) }
  const left = f.many(type.V128, 2)
  f.loop(row, w.n / 2, 8, () => {
    for (let k = 0; k < 2; k++) {
      f.get(1)
      f.get(row)
      f.do(op.I32_ADD)
      f.at(memory.V128_LOAD32_SPLAT, 4 * k)
      f.set(left[k]!)
    }
    productRows(f, w, t, left)
    reduceTwo(f, w, t)
  })
  storeCarried1(f, w, columnsOf(f, w, t), 0)
  return f
}

/** The columns as words. */
function columnsOf(f: Assembly, w: WasmPrime, t: Columns): number[] {
  const out = f.many(type.I64, w.n)
  for (let j = 0; j < w.n; j++) {
    f.get(t.even[j >> 1]!)
    f.word(j & 1)
    if (j === 0) f.get(t.rest)
    else {
      f.get(t.odd[(j - 1) >> 1]!)
      f.word((j - 1) & 1)
    }
    f.do(op.I64_ADD)
    f.set(out[j]!)
  }
  return out
}

/** The same value in the same place, between -0.6 p and 0.6 p: the multiple of p next to it, known from its two top limbs, is taken away. */
export function renew1(w: WasmPrime): Assembly {
  const f = new Assembly(1, 0)
  const t = f.many(type.I64, w.n)
  const q = f.local(type.I64)
  const load = (j: number): void => {
    f.get(0)
    f.at(memory.I64_LOAD32_S, 4 * j)
  }
  const top = w.p[w.n - 1]! * (MASK + 1) + w.p[w.n - 2]!
  let shift = 12
  let power = 4096
  for (; power < 4096 * top; power = 2 * power) shift++
  load(w.n - 1)
  f.i64(BITS)
  f.do(op.I64_SHL)
  load(w.n - 2)
  f.do(op.I64_ADD)
  f.i64(Math.round(power / top))
  f.do(op.I64_MUL)
  f.i64(power / 2)
  f.do(op.I64_ADD)
  f.i64(shift)
  f.do(op.I64_SHR_S)
  f.set(q)
  for (let j = 0; j < w.n; j++) {
    load(j)
    addLimb(f, -w.p[j]!, q)
    f.set(t[j]!)
  }
  storeCarried1(f, w, t, 0)
  return f
}
