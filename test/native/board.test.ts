/** The native machine on a Cortex-M4 of qemu-system-arm that counts instructions: the same results, and counts within their limits. */
import assert from "node:assert/strict"
import { nativeBlob, nativeCode } from "../../boards/espruino/native/blob.ts"
import { unbase64 } from "../../sdk/base/base64.ts"
import { hex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { entry } from "../../sdk/group/bls12381.ts"
import { nativeMachines } from "../../sdk/machine/native.ts"
import { machines, programs } from "../machine/machines.ts"
import { given } from "./given.ts"
import { arm, type Arm } from "./host.ts"
import { PLACES, portOf, type WatchedPort } from "./port.ts"
import { boardArm, linuxArm } from "./tools.ts"
import { traced } from "./trace.ts"

const reference = machines.find((each) => each.name === "its Program in WebAssembly")!
const names = ["bls12381", "p256"] as const

/** Millions of instructions, by entry: what was counted and some 2 %. A change that makes one dearer says so here. */
const LIMITS: Readonly<Record<(typeof names)[number], readonly number[]>> = {
  bls12381: [10.75, 13.71, 4.04, 1.42, 1.77, 3.06, 3.98, 1.13, 1.68, 1.49, 10.07],
  p256: [0.93, 1.86, 0.01],
}

describe("the native machine on a Cortex-M4", () => {
  let one: Arm
  let port: WatchedPort
  before(linuxArm)
  before(boardArm)
  before(() => {
    one = arm("board")
    port = portOf(one, PLACES.blob)
  })
  after(() => one?.close())

  for (const of of names)
    it(`${of}: every entry gives what WebAssembly gives, within its instructions and 1.5 kB of stack`, () => {
      const native = nativeMachines(nativeBlob, port, 1e9)!
      const found = programs[of].entries.map((_, at) => {
        let instructions = 0
        port.watch = (_door, called) => {
          instructions += called.instructions
          assert(called.stack <= 1536, `${called.stack} octets of stack`)
        }
        assert.equal(hex(run(native[of].run(at, ...given(programs[of], at, "board")))), hex(run(reference[of].run(at, ...given(programs[of], at, "board")))), `entry ${at}`)
        return instructions / 1e6
      })
      found.forEach((millions, at) => assert(millions <= LIMITS[of][at]!, `entry ${at} takes ${millions} million instructions`))
    })
  it("keeps the promises of a pairing and of a hash to G2", () => {
    assert(LIMITS.bls12381[entry.pair]! <= 14 && LIMITS.bls12381[entry.mapToG2]! <= 4.9)
  })
  it("has as many instructions as the trace of bench/native.ts counts", () => {
    let counted = 0
    const work = (on: WatchedPort): void => {
      const native = nativeMachines(nativeBlob, on, 1e9)!
      on.watch = (_door, called) => void (counted += called.instructions)
      run(native.p256.run(0, ...given(programs.p256, 0, "board")))
      on.watch = () => undefined
    }
    const code = unbase64(nativeCode)!
    const start = traced(code, (on) => void nativeMachines(nativeBlob, on, 1e9)).instructions
    const whole = traced(code, work).instructions
    counted = 0
    work(port)
    // the board's timer ticks every 40, and its own call is counted with each of ours
    assert(Math.abs(whole - start - counted) < 300, `${whole - start} and ${counted}`)
  })
  it("does in a step no more operations than it was told, or one block", () => {
    const native = nativeMachines(nativeBlob, port, 50)!
    const largest = Math.max(...programs.bls12381.blocks.map((block) => block.operations.length / 3))
    let most = 0
    port.watch = (door, called) => void (most = door === 4 ? Math.max(most, called.instructions) : most)
    run(native.bls12381.run(entry.pair, ...given(programs.bls12381, entry.pair, "board")))
    // the dearest operation, a product in Fp2, has some 1600 instructions
    assert(most > 20_000 && most < Math.max(50, largest) * 1600, `${most} instructions`)
  })
})
