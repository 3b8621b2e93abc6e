/** The native blob: it is what its sources give, needs nothing but itself, and stays within its budget. */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { BLOB_PATH, blobModule, builtBlob, type Built } from "../../boards/espruino/native/make-native.ts"
import { plainSums } from "../../boards/espruino/native/bounds.ts"
import { nativeCode } from "../../boards/espruino/native/blob.ts"
import { unbase64 } from "../../sdk/base/base64.ts"
import { operation, type ProgramBlock } from "../../sdk/machine/program.ts"
import { programs } from "../machine/machines.ts"
import { compiler } from "./tools.ts"

/** Issue: at most 14 kB with all Programs. */
const BUDGET = 14336

describe("the native blob", () => {
  let built: Built
  before(compiler)
  before(() => void (built = builtBlob()))
  after(() => built?.clean())
  const said = (tool: string, ...words: readonly string[]): string => execFileSync(`arm-none-eabi-${tool}`, [...words, built.elf], { encoding: "utf8" })

  it("is what its sources and the Programs give now, twice", () => {
    assert.equal(readFileSync(BLOB_PATH, "utf8"), blobModule(built.octets), "run: npx tsx boards/espruino/native/make-native.ts")
    const again = builtBlob()
    assert.deepEqual(again.octets, built.octets)
    again.clean()
  })
  it("has no data, no relocations, no name that is elsewhere", () => {
    const sections = [...said("objdump", "-h").matchAll(/^ +\d+ (\S+) +([0-9a-f]+)/gm)].filter((each) => Number.parseInt(each[2]!, 16) > 0)
    assert.deepEqual(sections.map((each) => each[1]), [".text"])
    assert.match(said("readelf", "-r"), /no relocations/)
    assert.equal(said("nm", "-u"), "")
    assert.doesNotMatch(said("nm"), / [bBdDgGsS] /)
  })
  it("that has data is not linked: the check can find it", () => {
    const withData = (source: string, name: string): string => (name === "blocks.c" ? `${source}\nu32 counter = 7;\nu32 counted(void) { return counter++; }\n` : source)
    assert.throws(() => builtBlob(withData), /must not have data/)
  })
})

describe("the native blob as it is shipped", () => {
  it(`has at most ${BUDGET} octets`, () => {
    const { length } = unbase64(nativeCode)!
    assert(length <= BUDGET, `${length} octets`)
  })
})

describe("bounds of sums that do not reduce", () => {
  const op = (code: number, d: number, a: number, b: number): number[] => [(code << 2) | (d >> 4), ((d & 15) << 4) | (a >> 2), ((a & 3) << 6) | b]
  const block = (...operations: number[][]): ProgramBlock => ({ operands: Uint8Array.of(1, 1), results: 1, locals: 8, operations: Uint8Array.from(operations.flat()) })

  it("a sum stays plain as the second factor of a product, and not as a result nor as both factors", () => {
    assert.deepEqual(plainSums(block(op(operation.ADD, 2, 1, 1), op(operation.SUB, 2, 1, 2), op(operation.MOVE, 0, 2, 0))), [0])
    assert.deepEqual(plainSums(block(op(operation.ADD, 0, 1, 1))), [])
    assert.deepEqual(plainSums(block(op(operation.ADD, 2, 1, 1), op(operation.ADD, 3, 2, 2), op(operation.ADD, 4, 3, 3), op(operation.SUB, 0, 1, 4))), [0])
  })
  it("most blocks of BLS12-381 have some, and none breaks the bounds with its sums reduced", () => {
    const plain = programs.bls12381.blocks.map((each) => plainSums(each).length)
    assert(plain.filter((count) => count > 0).length > 10, plain.join(" "))
  })
})
