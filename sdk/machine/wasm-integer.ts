/** What the WebAssembly machine does with the integer of an element: its octets, whether it is zero or odd. Nothing here branches on a value. */
import { Assembly, memory, op, type } from "./wasm-emit.ts"
import { BITS, type WasmPrime } from "./wasm-prime.ts"

const MASK = 0xfffffff

/** Bits set where one of the words at the address in `at` is not that of `words`, in `out`. */
function differing(f: Assembly, at: number, words: readonly number[], out: number): void {
  f.i32(0)
  for (let j = 0; j < words.length; j++) {
    f.get(at)
    f.at(memory.I32_LOAD, 4 * j)
    if (words[j] !== 0) {
      f.i32(words[j]!)
      f.do(op.I32_XOR)
    }
    f.do(op.I32_OR)
  }
  f.set(out)
}

/** The integer at `work` is a / R: from 0 to p. Answers 1 where it is p, else 0, and makes 0 of p. `mul` is the number of mul1, `unit` where 1 stands. */
export function integer1(w: WasmPrime, mul: number, work: number, unit: number): Assembly {
  const f = new Assembly(1, 1)
  const at = f.local(type.I32)
  const mask = f.local(type.I32)
  f.i32(work)
  f.tee(at)
  f.get(0)
  f.i32(unit)
  f.call(mul)
  differing(f, at, w.p, mask)
  // all ones where any bit differs
  f.get(mask)
  f.i32(0)
  f.get(mask)
  f.do(op.I32_SUB)
  f.do(op.I32_OR)
  f.i32(31)
  f.do(op.I32_SHR_S)
  f.set(mask)
  for (let j = 0; j < w.n; j++) {
    f.get(at)
    f.get(at)
    f.at(memory.I32_LOAD, 4 * j)
    f.get(mask)
    f.do(op.I32_AND)
    f.at(memory.I32_STORE, 4 * j)
  }
  f.get(mask)
  f.i32(1)
  f.do(op.I32_ADD)
  return f
}

/** 1 where the element is zero, else 0. */
export function isZero1(w: WasmPrime, integer: number, work: number): Assembly {
  const f = new Assembly(1, 1)
  const at = f.local(type.I32)
  const any = f.local(type.I32)
  f.get(0)
  f.call(integer)
  f.do(op.DROP)
  f.i32(work)
  f.set(at)
  const zeros: number[] = []
  for (let j = 0; j < w.n; j++) zeros.push(0)
  differing(f, at, zeros, any)
  f.get(any)
  f.do(op.I32_EQZ)
  return f
}

/** 1 where the integer below p is odd, else 0. */
export function isOdd1(integer: number, work: number): Assembly {
  const f = new Assembly(1, 1)
  f.get(0)
  f.call(integer)
  f.do(op.DROP)
  f.i32(work)
  f.at(memory.I32_LOAD, 0)
  f.i32(1)
  f.do(op.I32_AND)
  return f
}

/** So many octets at `octets`, whole vectors, in the other order. */
function turned(f: Assembly, count: number, octets: number): void {
  const vectors = f.many(type.V128, count / 16)
  for (let i = 0; i < vectors.length; i++) {
    f.i32(octets)
    f.at(memory.V128_LOAD, 16 * i)
    f.reversed()
    f.set(vectors[vectors.length - 1 - i]!)
  }
  for (let i = 0; i < vectors.length; i++) {
    f.i32(octets)
    f.get(vectors[i]!)
    f.at(memory.V128_STORE, 16 * i)
  }
}

/** The octets of the integer, big-endian, at `octets`. */
export function write1(w: WasmPrime, integer: number, work: number, octets: number): Assembly {
  const f = new Assembly(1, 0)
  const sum = f.local(type.I64)
  const low = f.local(type.I64)
  f.get(0)
  f.call(integer)
  f.do(op.DROP)
  for (let j = 0; j < w.n; j++) {
    f.get(sum)
    f.i32(work)
    f.at(memory.I64_LOAD32_S, 4 * j)
    f.do(op.I64_ADD)
    f.set(sum)
    if (j % 2 === 1) f.i32(octets)
    f.get(sum)
    f.i64(MASK)
    f.do(op.I64_AND)
    if (j % 2 === 0) f.set(low)
    else {
      f.i64(BITS)
      f.do(op.I64_SHL)
      f.get(low)
      f.do(op.I64_OR)
      f.at(memory.I64_STORE, (7 * (j - 1)) / 2)
    }
    f.get(sum)
    f.i64(BITS)
    f.do(op.I64_SHR_S)
    f.set(sum)
  }
  turned(f, w.octets, octets)
  return f
}

/** The element of the octets at `octets`, and 1; or 0 for p or more. `square` is where R^2 stands. */
export function read1(w: WasmPrime, mul: number, work: number, square: number, octets: number): Assembly {
  const f = new Assembly(1, 1)
  const borrow = f.local(type.I64)
  const pair = f.local(type.I64)
  turned(f, w.octets, octets)
  for (let j = 0; j < w.n; j++) {
    if (j % 2 === 0) {
      f.i32(octets)
      f.at(memory.I64_LOAD, (7 * j) / 2)
      f.set(pair)
    }
    f.i32(work)
    f.get(pair)
    if (j % 2 === 1) {
      f.i64(BITS)
      f.do(op.I64_SHR_U)
    }
    f.i64(MASK)
    f.do(op.I64_AND)
    f.at(memory.I64_STORE32, 4 * j)
    f.i32(work)
    f.at(memory.I64_LOAD32_S, 4 * j)
    f.i64(w.plain[j]!)
    f.do(op.I64_SUB)
    f.get(borrow)
    f.do(op.I64_ADD)
    f.i64(BITS)
    f.do(op.I64_SHR_S)
    f.set(borrow)
  }
  f.get(0)
  f.i32(work)
  f.i32(square)
  f.call(mul)
  f.i32(0)
  f.get(borrow)
  f.do(op.I32_WRAP_I64)
  f.do(op.I32_SUB)
  return f
}
