/** Each kernel of the blob by itself, called by its address, against plain arithmetic: on random values and at the edges of what it may be given. */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { fp12, fp8 } from "../../boards/espruino/native/kernels.ts"
import { builtBlob, type Built } from "../../boards/espruino/native/make-native.ts"
import { octets } from "../contract/octets.ts"
import { arm, type Arm } from "./host.ts"
import { PLACES } from "./port.ts"
import { linuxArm } from "./tools.ts"

const D = PLACES.memory
const A = D + 0x100
const B = A + 0x100
const OPS = B + 0x100
const MAP = OPS + 0x100

const bytes = (value: bigint, words: number): Uint8Array => Uint8Array.from({ length: 4 * words }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))
const number = (of: Uint8Array): bigint => of.reduceRight((sum, octet) => sum * 256n + BigInt(octet), 0n)

/** Values below `bound`: edges and some in between. */
function values(bound: bigint, p: bigint): bigint[] {
  const edges = [0n, 1n, 2n, p - 1n, p, p + 1n, bound - 1n, bound - 2n, bound >> 1n, (1n << 372n) - 1n, (1n << 352n) - 1n]
  const random = Array.from({ length: 12 }, (_, i) => number(octets(`value ${i} ${bound}`, 56)) % bound)
  return [...edges, ...random].filter((value) => value < bound)
}

describe("a kernel of the native blob", () => {
  let one: Arm
  let built: Built
  const places = new Map<string, number>()
  before(linuxArm)
  before(() => {
    built = builtBlob()
    for (const line of execFileSync("arm-none-eabi-nm", [built.elf], { encoding: "utf8" }).split("\n")) places.set(line.split(" ")[2] ?? "", Number.parseInt(line, 16))
    one = arm("user")
    one.lend(PLACES.blob, built.octets.length)
    one.write(PLACES.blob, built.octets)
    one.lend(PLACES.memory, 0x1000)
  })
  after(() => {
    one?.close()
    built?.clean()
  })
  /** d = a op b by a loop for operations: elements of `words` words, each of so many coefficients. */
  function looped(name: string, words: number, opcode: number, a: readonly bigint[], b: readonly bigint[], d: number): bigint[] {
    const element = (of: readonly bigint[]): Uint8Array => Uint8Array.from(of.flatMap((each) => [...bytes(each, words)]))
    one.write(A, element(a))
    one.write(B, element(b))
    one.write(MAP, new Uint8Array(Uint32Array.of(d, A, B).buffer))
    const word = opcode | (0 << 6) | (1 << 12) | (2 << 18)
    one.write(OPS, Uint8Array.of(word & 255, (word >> 8) & 255, word >> 16, 0))
    one.call(PLACES.blob + places.get(`${name}_run`)! + 1, 0, OPS, OPS + 3, MAP)
    const out = one.read(d, 4 * words * a.length)
    return a.map((_, i) => number(out.subarray(4 * words * i, 4 * words * (i + 1))))
  }

  /** In Fp, the same wherever d is. */
  function binary(n: number, opcode: number, a: bigint, b: bigint): bigint {
    const [out, ...others] = [D, A, B].map((d) => looped(`loop${n}`, n, opcode, [a], [b], d)[0]!)
    assert.deepEqual(others, [out, out], `operation ${opcode} in place`)
    return out!
  }

  const binary2 = (opcode: number, a: readonly bigint[], b: readonly bigint[], d: number): bigint[] => looped("loop", 12, opcode, a, b, d)

  for (const [prime, bound] of [[fp12, 2n], [fp8, 1n]] as const) {
    const { name, n, p } = prime
    const R = 1n << BigInt(32 * n)
    const mod = (value: bigint): bigint => ((value % p) + p) % p
    it(`${name}: products, sums and differences are right and stay below ${bound}p`, () => {
      const list = values(bound * p, p)
      for (const [i, a] of list.entries())
        for (const b of list.filter((_, k) => i < 9 || (i + k) % 4 === 0)) {
          const out = [3, 1, 2, 4, 5].map((opcode) => binary(n, opcode, a, b))
          assert.deepEqual(out.map((value, k) => mod(k % 3 === 0 ? value * R : value)), [a * b, a + b, a - b, a * a, -a].map(mod))
          assert(out.every((value) => value < bound * p), `${a} ${b}`)
        }
    })
  }

  it("fp12: a sum takes what is below 9.8p together, a difference what is below 4.9p, and both leave what bounds.ts says", () => {
    const { p } = fp12
    const held = (value: bigint, most: bigint): boolean => value * 100n < most * p
    for (const a of values((49n * p) / 10n, p))
      for (const b of values((49n * p) / 10n, p)) {
        const [sum, difference] = [binary(12, 1, a, b), binary(12, 2, a, b)]
        assert(sum % p === (a + b) % p && held(sum, 103n), `${a} + ${b}`)
        assert((difference + b) % p === a % p && (held(difference, 103n) || difference <= a), `${a} - ${b}`)
      }
  })

  it("fp12: operations over Fp2 are right and keep the bounds, also in place", () => {
    const { p } = fp12
    const R = 1n << 384n
    const mod = (value: bigint): bigint => ((value % p) + p) % p
    const right: readonly (readonly [opcode: number, (a: readonly bigint[], b: readonly bigint[]) => bigint[], factor: bigint, most: bigint])[] = [
      [1, (a, b) => [a[0]! + b[0]!, a[1]! + b[1]!], 1n, 103n],
      [2, (a, b) => [a[0]! - b[0]!, a[1]! - b[1]!], 1n, 200n],
      [3, (a, b) => [a[0]! * b[0]! - a[1]! * b[1]!, a[0]! * b[1]! + a[1]! * b[0]!], R, 182n],
      [4, (a) => [a[0]! * a[0]! - a[1]! * a[1]!, 2n * a[0]! * a[1]!], R, 182n],
      [5, (a) => [-a[0]!, -a[1]!], 1n, 103n],
      [6, (a) => [a[0]!, -a[1]!], 1n, 200n],
      [7, (a) => [a[0]! - a[1]!, a[0]! + a[1]!], 1n, 200n],
      [15, (a, b) => [a[0]! + b[0]!, a[1]! + b[1]!], 1n, 400n],
    ]
    const list = values(2n * p, p)
    for (let i = 0; i < 3 * list.length; i++) {
      const at = (k: number): bigint => list[(i * (k + 1) + k * k) % list.length]!
      const [a, b] = [[at(0), at(1)], [at(2), at(3)]]
      for (const [opcode, formula, factor, most] of right)
        for (const d of [D, A]) {
          const out = binary2(opcode, a, b, d)
          assert.deepEqual(out.map((value) => mod(value * factor)), formula(a, b).map(mod), `operation ${opcode} of ${a} and ${b}`)
          assert(out.every((value) => value * 100n < most * p), `operation ${opcode}: too large for ${a} and ${b}`)
        }
      // plain sums of two are second factors, and squared
      const twice = [a[0]! + b[0]!, a[1]! + b[1]!]
      for (const [opcode, most] of [[3, 263n], [4, 426n]] as const) {
        const first = opcode === 3 ? a : twice
        const out = binary2(opcode, first, twice, D)
        assert.deepEqual(out.map((value) => mod(value * R)), right[opcode - 1]![1](first, twice).map(mod))
        assert(out.every((value) => value * 100n < most * p), `operation ${opcode}: too large for ${a} and ${twice}`)
      }
    }
  })
})
