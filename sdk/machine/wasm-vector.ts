/**
 * Products in Fp2 for WebAssembly, in vectors: one lane for the coefficient of 1 and one for that of u, so a product is two products of lanes and a single
 * reduction of both. Rows of Montgomery's method (CIOS); nothing is carried before the end, for columns have 64 bits: bounds in wasm-prime.ts.
 */
import { Assembly, memory, op, type, vector } from "./wasm-emit.ts"
import { BITS, type WasmPrime } from "./wasm-prime.ts"

const MASK = 0xfffffff
const HALF = 0x8000000
/** What is left in the next column of 2^63 that makes a column positive. */
const LEFT = 0x800000000

/** Where kernels keep things, in octets: the limbs of p in pairs of pairs, and two operands in pairs of coefficients. */
export interface KernelPlaces {
  readonly p: number
  readonly one: number
  readonly other: number
}

/** A vector of two equal words of 64 bits, from its high and low halves. */
function both(f: Assembly, high: number, low: number): void {
  f.words([low, high, low, high])
}

/** Columns of both coefficients become limbs from -2^27 to 2^27 - 1 at `d`; the last limb keeps what is left. */
export function storeCarried(f: Assembly, w: WasmPrime, t: readonly number[], d: number): void {
  for (let j = 0; j < w.n; j++) {
    const positive = j < w.n - 1 ? -0x80000000 : 0
    f.get(t[j]!)
    both(f, positive - (j > 0 ? LEFT / 0x100000000 : 0), HALF)
    f.v(vector.I64_ADD)
    if (j > 0) {
      f.get(t[j - 1]!)
      f.i32(BITS)
      f.v(vector.I64_SHR_U)
      f.v(vector.I64_ADD)
    }
    f.set(t[j]!)
  }
  storePacked(f, w, t, d)
}

/** The low words of columns, less the half that was added for carrying, at d and d + width. */
function storePacked(f: Assembly, w: WasmPrime, t: readonly number[], d: number): void {
  const low = f.local(type.V128)
  const next = f.local(type.V128)
  const two = (j: number): void => {
    if (j >= w.n) {
      f.words([0, 0, 0, 0])
      return
    }
    for (let k = j; k < j + 2; k++) {
      f.get(t[k]!)
      if (k < w.n - 1) {
        both(f, 0, MASK)
        f.v(vector.AND)
      }
    }
    f.i32(32)
    f.v(vector.I64_SHL)
    f.v(vector.OR)
  }
  for (let j = 0; j < w.n; j += 4) {
    two(j)
    f.set(low)
    two(j + 2)
    f.set(next)
    for (let half = 0; half < 2; half++) {
      f.get(d)
      f.get(low)
      f.get(next)
      f.shuffle([2 * half, 2 * half + 1, 2 * half + 4, 2 * half + 5])
      const top = j + 2 < w.n ? HALF : 0
      f.words([HALF, HALF, top, top])
      f.v(vector.I32_SUB)
      f.at(memory.V128_STORE, half * w.width + 4 * j)
    }
  }
}

/** Coefficients x and y, four words at a time on the stack by `of`, as pairs (x_j, y_j) at `to`. */
export function storePairs(f: Assembly, w: WasmPrime, to: number, of: (second: boolean, at: number) => void): void {
  const x = f.local(type.V128)
  const y = f.local(type.V128)
  for (let j = 0; j < w.n; j += 4) {
    of(false, 4 * j)
    f.set(x)
    of(true, 4 * j)
    f.set(y)
    for (let half = 0; half < 2 && j + 2 * half < w.n; half++) {
      f.i32(0)
      f.get(x)
      f.get(y)
      f.shuffle([2 * half, 2 * half + 4, 2 * half + 1, 2 * half + 5])
      f.at(memory.V128_STORE, to + 8 * (j + 2 * half))
    }
  }
}

/** A left factor, loaded for each row into a local, and the place of the right one, in pairs. */
interface Factor {
  readonly load: () => void
  readonly right: number
}

/** Rows of products and of the reduction into the columns `t`. */
function rows(f: Assembly, w: WasmPrime, places: KernelPlaces, factors: readonly Factor[], row: number, t: readonly number[]): void {
  const left = f.many(type.V128, factors.length)
  const q = f.local(type.V128)
  const right = f.local(type.V128)
  const times = (a: number, j: number): void => {
    f.get(a)
    f.get(right)
    f.v(j % 2 === 0 ? vector.I64_MUL_LOW : vector.I64_MUL_HIGH)
    f.v(vector.I64_ADD)
  }
  const load = (place: number): void => {
    f.i32(0)
    f.at(memory.V128_LOAD, place)
    f.set(right)
  }
  f.loop(row, w.n, 4, () => {
    for (let i = 0; i < factors.length; i++) {
      factors[i]!.load()
      f.set(left[i]!)
    }
    for (let j = 0; j < w.n; j += 2)
      for (let i = 0; i < factors.length; i++) {
        load(factors[i]!.right + 8 * j)
        for (let k = j; k < j + 2; k++) {
          f.get(t[k]!)
          times(left[i]!, k)
          f.set(t[k]!)
        }
      }
    digit(f, w, t[0]!, q)
    for (let j = 0; j < w.n; j++) {
      if (j % 2 === 0) load(places.p + 8 * j)
      f.get(t[j]!)
      times(q, j)
      if (j === 1) {
        f.get(t[0]!)
        f.v(vector.I64_ADD)
      }
      f.set(t[j === 0 ? 0 : j - 1]!)
      if (j === 0) exact(f, t[0]!)
    }
    both(f, 0, 0)
    f.set(t[w.n - 1]!)
  })
}

/** q = -t/p mod 2^28 in both lanes. */
function digit(f: Assembly, w: WasmPrime, t: number, q: number): void {
  const twice = (): void => {
    f.tee(q)
    f.get(q)
    f.shuffle([0, 2, 0, 2])
  }
  f.get(t)
  twice()
  f.words([w.factor, w.factor, w.factor, w.factor])
  f.v(vector.I64_MUL_LOW)
  both(f, 0, MASK)
  f.v(vector.AND)
  twice()
  f.set(q)
}

/** t / 2^28, exact. */
function exact(f: Assembly, t: number): void {
  f.get(t)
  f.i32(BITS)
  f.v(vector.I64_SHR_S)
  f.set(t)
}

/** d = a b: lanes of a_i by (b, b u). */
export function mul2(w: WasmPrime, places: KernelPlaces): Assembly {
  const f = new Assembly(3, 0)
  const row = f.local(type.I32)
  const t = f.many(type.V128, w.n)
  const word = (second: boolean, at: number): void => {
    f.get(2)
    f.at(memory.V128_LOAD, at + (second ? w.width : 0))
  }
  storePairs(f, w, places.one, word)
  storePairs(f, w, places.other, (second, at) => {
    word(!second, at)
    if (!second) f.v(vector.I32_NEG)
  })
  const factor = (offset: number, right: number): Factor => ({
    right,
    load(): void {
      f.get(1)
      f.get(row)
      f.do(op.I32_ADD)
      f.at(memory.V128_LOAD32_SPLAT, offset)
    },
  })
  rows(f, w, places, [factor(0, places.one), factor(w.width, places.other)], row, t)
  storeCarried(f, w, t, 0)
  return f
}

/** d = a^2: lanes (a0 + a1)(a0 - a1) and 2 a0 a1. */
export function sqr2(w: WasmPrime, places: KernelPlaces): Assembly {
  const f = new Assembly(2, 0)
  const row = f.local(type.I32)
  const t = f.many(type.V128, w.n)
  const word = (at: number): void => {
    f.get(1)
    f.at(memory.V128_LOAD, at)
  }
  storePairs(f, w, places.one, (second, at) => {
    word(at)
    word(second ? at : at + w.width)
    f.v(vector.I32_ADD)
  })
  storePairs(f, w, places.other, (second, at) => {
    if (!second) word(at)
    word(at + w.width)
    if (!second) f.v(vector.I32_SUB)
  })
  const load = (): void => {
    f.get(row)
    f.get(row)
    f.do(op.I32_ADD)
    f.at(memory.V128_LOAD64_SPLAT, places.one)
  }
  rows(f, w, places, [{ load, right: places.other }], row, t)
  storeCarried(f, w, t, 0)
  return f
}

/** d = a b for b in Fp, at its own address. */
export function scale2(w: WasmPrime, places: KernelPlaces): Assembly {
  const f = new Assembly(3, 0)
  const row = f.local(type.I32)
  const t = f.many(type.V128, w.n)
  storePairs(f, w, places.one, (second, at) => {
    f.get(1)
    f.at(memory.V128_LOAD, at + (second ? w.width : 0))
  })
  const load = (): void => {
    f.get(2)
    f.get(row)
    f.do(op.I32_ADD)
    f.at(memory.V128_LOAD32_SPLAT, 0)
  }
  rows(f, w, places, [{ load, right: places.one }], row, t)
  storeCarried(f, w, t, 0)
  return f
}
