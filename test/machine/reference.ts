/** A Slate that computes with plain BigInts and `%`, block by block as program.ts says: what compiled machines and their self-tests are held against. */
import { hex, unhex } from "../../sdk/base/bytes.ts"
import type { Slate } from "../../sdk/machine/course.ts"
import { local, operation, type Program } from "../../sdk/machine/program.ts"

type Pair = readonly [bigint, bigint]

const big = (octets: Uint8Array): bigint => BigInt(`0x0${hex(octets)}`)

/** Fresh Slates of a Program; `spoil` may change any product, for tests of tests. */
export function referenceSlate(program: Program, spoil: (product: bigint) => bigint = (product) => product): () => Slate {
  const p = big(program.modulus)
  const mod = (a: bigint): bigint => ((a % p) + p) % p
  const mul = (a: bigint, b: bigint): bigint => mod(spoil(mod(a * b)))
  // in Fp there is one product: a fault in it must not meet its like
  const times = (a: Pair, b: Pair): Pair => (a[1] === 0n && b[1] === 0n ? [mul(a[0], b[0]), 0n] : [mod(mul(a[0], b[0]) - mul(a[1], b[1])), mod(mul(a[0], b[1]) + mul(a[1], b[0]))])
  return () => {
    const slots: bigint[] = new Array<bigint>(256).fill(0n)
    let flag = 0
    const step = (op: number, degree: number, a: Pair, b: Pair, constant: Pair): Pair => {
      const join = (f: (x: bigint, y: bigint) => bigint): Pair => [mod(f(a[0], b[0])), mod(f(a[1], b[1]))]
      switch (op) {
        case operation.ADD: return join((x, y) => x + y)
        case operation.SUB: return join((x, y) => x - y)
        case operation.MUL: return times(a, b)
        case operation.SQUARE: return times(a, a)
        case operation.NEGATE: return join((x) => -x)
        case operation.CONJUGATE: return [a[0], mod(-a[1])]
        case operation.XI: return degree === 1 ? a : times(a, [1n, 1n])
        case operation.SCALE_RE: return times(a, [b[0], 0n])
        case operation.SCALE_IM: return times(a, [b[1], 0n])
        case operation.TIMES: return times(a, constant)
        case operation.LOAD: return constant
        case operation.SELECT: return flag === 1 ? a : b
        default: return a
      }
    }
    return {
      call(number, degree, text, at, top): void {
        const block = program.blocks[number]!
        const places: number[] = []
        block.operands.forEach((count, i) => {
          for (let k = 0; k < count; k++) places.push(degree * (text[at + i]! + k))
        })
        for (let slot = top; places.length < block.locals; slot += degree) places.push(slot)
        const get = (i: number): Pair => [slots[places[i]!] ?? 0n, degree === 2 ? slots[places[i]! + 1] ?? 0n : 0n]
        for (let i = 0; i < block.operations.length; i += 3) {
          const op = block.operations[i]! >> 2
          const [d, a, b] = [local(block.operations, i, 0), local(block.operations, i, 1), local(block.operations, i, 2)]
          const k = program.constants[b]
          if (op === operation.IS_ZERO) flag = get(a)[0] === 0n && get(a)[1] === 0n ? 1 : 0
          else if (op === operation.IS_ODD) flag = Number(get(a)[0] & 1n)
          else {
            const value = step(op, degree, get(a), get(b), k === undefined ? [0n, 0n] : [big(k.re), degree === 2 ? big(k.im) : 0n])
            slots[places[d]!] = value[0]
            if (degree === 2) slots[places[d]! + 1] = value[1]
          }
        }
      },
      copy(to, from, count): void {
        for (let i = 0; i < count; i++) slots[to + i] = slots[from + i]!
      },
      pick(to, table, count, _entries, digit): void {
        flag = digit >> 7
        for (let i = 0; i < count; i++) slots[to + i] = slots[table + (digit & 127) * count + i]!
      },
      read(to, octets): boolean {
        const value = big(octets)
        if (value < p) slots[to] = value
        return value < p
      },
      write: (from, octets) => octets.set(unhex(slots[from]!.toString(16).padStart(2 * program.octets, "0"))!),
      close: () => void slots.fill(0n),
    }
  }
}
