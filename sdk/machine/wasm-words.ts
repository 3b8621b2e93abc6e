/** What WebAssembly does to whole slots, four words at a time: sums, choices, copies, and the carry that keeps sums small. A slot of Fp2 is two neighbours of Fp. */
import { Assembly, memory, op, type, vector } from "./wasm-emit.ts"
import { BITS, type WasmPrime } from "./wasm-prime.ts"

const HALF = 0x8000000

/** d = a op b, for each word. */
export function wordwise(octets: number, operation: number): Assembly {
  const f = new Assembly(3, 0)
  for (let at = 0; at < octets; at += 16) {
    f.get(0)
    f.get(1)
    f.at(memory.V128_LOAD, at)
    f.get(2)
    f.at(memory.V128_LOAD, at)
    f.v(operation)
    f.at(memory.V128_STORE, at)
  }
  return f
}

/** d = a, words from `from` on negated. */
export function copied(octets: number, from: number): Assembly {
  const f = new Assembly(2, 0)
  for (let at = 0; at < octets; at += 16) {
    f.get(0)
    f.get(1)
    f.at(memory.V128_LOAD, at)
    if (at >= from) f.v(vector.I32_NEG)
    f.at(memory.V128_STORE, at)
  }
  return f
}

/** d = (1 + u) a = (a0 - a1) + (a0 + a1) u. */
export function xi2(w: WasmPrime): Assembly {
  const f = new Assembly(2, 0)
  const x = f.local(type.V128)
  const y = f.local(type.V128)
  for (let at = 0; at < w.width; at += 16) {
    f.get(1)
    f.at(memory.V128_LOAD, at)
    f.set(x)
    f.get(1)
    f.at(memory.V128_LOAD, at + w.width)
    f.set(y)
    for (let half = 0; half < 2; half++) {
      f.get(0)
      f.get(x)
      f.get(y)
      f.v(half === 0 ? vector.I32_SUB : vector.I32_ADD)
      f.at(memory.V128_STORE, at + half * w.width)
    }
  }
  return f
}

/** d = yes if the flag at address 0 is 1, no if it is 0. */
export function selected(octets: number): Assembly {
  const f = new Assembly(3, 0)
  const mask = f.local(type.V128)
  f.i32(0)
  f.i32(0)
  f.at(memory.I32_LOAD, 0)
  f.do(op.I32_SUB)
  f.v(vector.I32_SPLAT)
  f.set(mask)
  for (let at = 0; at < octets; at += 16) {
    f.get(0)
    f.get(1)
    f.at(memory.V128_LOAD, at)
    f.get(2)
    f.at(memory.V128_LOAD, at)
    f.get(mask)
    f.v(vector.SELECT)
    f.at(memory.V128_STORE, at)
  }
  return f
}

/** The same value in the same place with every limb but the last within 2^27 and a few: each gives its excess to the next, all at once. */
export function carry(w: WasmPrime, elements: number): Assembly {
  const f = new Assembly(1, 0)
  const x = f.local(type.V128)
  const excess = f.local(type.V128)
  const before = f.local(type.V128)
  for (let at = 0; at < elements * w.width; at += 16) {
    const first = at % w.width === 0
    const limb = (at % w.width) / 4
    const gives: number[] = []
    for (let k = 0; k < 4; k++) gives.push(limb + k < w.n - 1 ? -1 : 0)
    f.get(0)
    f.get(0)
    f.at(memory.V128_LOAD, at)
    f.tee(x)
    f.words([HALF, HALF, HALF, HALF])
    f.v(vector.I32_ADD)
    f.i32(BITS)
    f.v(vector.I32_SHR_S)
    if (gives[3] === 0) {
      f.words(gives)
      f.v(vector.AND)
    }
    f.set(excess)
    f.get(x)
    f.get(excess)
    f.i32(BITS)
    f.v(vector.I32_SHL)
    f.v(vector.I32_SUB)
    if (first) f.words([0, 0, 0, 0])
    else f.get(before)
    f.get(excess)
    f.shuffle([3, 4, 5, 6])
    f.v(vector.I32_ADD)
    f.at(memory.V128_STORE, at)
    f.get(excess)
    f.set(before)
  }
  return f
}

/** To, table, octets of an entry, entries, address of the digit: entry (digit & 127) by reading all; the digit's sign becomes the flag. */
export function pick(): Assembly {
  const f = new Assembly(5, 0)
  const at = f.local(type.I32)
  const k = f.local(type.I32)
  const from = f.local(type.I32)
  const sum = f.local(type.V128)
  const digit = f.local(type.I32)
  f.i32(0)
  f.get(4)
  f.at(memory.I32_LOAD8_U, 0)
  f.tee(digit)
  f.i32(7)
  f.do(op.I32_SHR_U)
  f.at(memory.I32_STORE, 0)
  f.upTo(at, 2, 16, () => {
    f.words([0, 0, 0, 0])
    f.set(sum)
    f.get(1)
    f.get(at)
    f.do(op.I32_ADD)
    f.set(from)
    f.upTo(k, 3, 1, () => {
      f.get(from)
      f.at(memory.V128_LOAD, 0)
      // all ones where this is the entry
      f.i32(0)
      f.get(digit)
      f.i32(127)
      f.do(op.I32_AND)
      f.get(k)
      f.do(op.I32_XOR)
      f.do(op.I32_EQZ)
      f.do(op.I32_SUB)
      f.v(vector.I32_SPLAT)
      f.v(vector.AND)
      f.get(sum)
      f.v(vector.OR)
      f.set(sum)
      f.get(from)
      f.get(2)
      f.do(op.I32_ADD)
      f.set(from)
    })
    f.get(0)
    f.get(at)
    f.do(op.I32_ADD)
    f.get(sum)
    f.at(memory.V128_STORE, 0)
  })
  return f
}

/** To, from, octets: so many octets, which do not overlap. */
export function moved(): Assembly {
  const f = new Assembly(3, 0)
  const at = f.local(type.I32)
  f.upTo(at, 2, 16, () => {
    f.get(0)
    f.get(at)
    f.do(op.I32_ADD)
    f.get(1)
    f.get(at)
    f.do(op.I32_ADD)
    f.at(memory.V128_LOAD, 0)
    f.at(memory.V128_STORE, 0)
  })
  return f
}
