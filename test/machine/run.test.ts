/** Runs of Programs as Jobs: slices, what is left behind, and what a machine refuses of its caller. */
import assert from "node:assert/strict"
import { hex, unhex, wipe } from "../../sdk/base/bytes.ts"
import { run, type Job } from "../../sdk/base/job.ts"
import type { Slots } from "../../sdk/field/field.ts"
import { loopKernel } from "../../sdk/field/limb-kernel.ts"
import { LimbMemory, limbPrime } from "../../sdk/field/limbs.ts"
import { bls12381 } from "../../sdk/group/bls12381.ts"
import { bfMaster } from "../../sdk/ibe/bf-master.ts"
import { bf } from "../../sdk/ibe/bf.ts"
import { interpreted } from "../../sdk/machine/run.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { arraysMadeBy, found } from "../contract/arrays.ts"
import { octets } from "../contract/octets.ts"
import { machines, programs } from "./machines.ts"

const program = programs.bls12381
const none = new Uint8Array(0)
const memory = limbPrime(program.modulus, loopKernel)
const scalar = unhex(`1${"23456789abcdef0".repeat(4)}77`.padStart(64, "0"))!

/** A machine that keeps the memories it has made, and may forget to wipe them. */
function watched(slice: number, wiping: "wipes" | "forgets"): { machine: ReturnType<typeof interpreted>; made: LimbMemory[] } {
  const made: LimbMemory[] = []
  const make = (count: number): Slots => {
    const slots = new LimbMemory(memory, loopKernel, count)
    if (wiping === "forgets") slots.wipe = () => undefined
    made.push(slots)
    return slots
  }
  return { machine: interpreted(program, make, slice), made }
}

function stepped<T>(job: Job<T>, steps: number): T | undefined {
  for (let i = 0; i < steps; i++) {
    const out = job.step()
    if (out !== undefined) return out.value
  }
  return undefined
}

const dirty = (made: readonly LimbMemory[]): boolean => made.some((each) => each.memory.some((limb) => limb !== 0) || each.t.some((limb) => limb !== 0))

describe("a run of a Program", () => {
  it("gives the same in slices of one block and in one go, whatever else runs between", () => {
    const whole = hex(run(bls12381(watched(1e9, "wipes").machine).mulG1(scalar)))
    const small = bls12381(watched(1, "wipes").machine)
    const a = small.mulG1(scalar)
    const b = small.mapToG2(octets("between", 256))
    let steps = 0
    for (let out = a.step(); ; out = a.step()) {
      steps++
      b.step()
      if (out !== undefined) {
        assert.equal(hex(out.value), whole)
        break
      }
    }
    assert(steps > 200, `${steps} steps`)
  })
  it("does about as many products in a step as it is told", () => {
    let products = 0
    const counting = (count: number): LimbMemory => {
      const slots = new LimbMemory(memory, loopKernel, count)
      const mul = slots.mul.bind(slots)
      slots.mul = (to, x, y) => (products++, mul(to, x, y))
      const mul2 = slots.mul2.bind(slots)
      slots.mul2 = (to, x, y) => ((products += 3), mul2(to, x, y))
      const sqr2 = slots.sqr2.bind(slots)
      slots.sqr2 = (to, x) => ((products += 2), sqr2(to, x))
      return slots
    }
    const job = bls12381(interpreted(program, counting, 200)).mapToG2(octets("slices", 256))
    let most = 0
    for (let before = 0; job.step() === undefined; before = products) most = Math.max(most, products - before)
    assert(most >= 100 && most < 400, `${most} products in a step`)
  })
  it("leaves no limb behind, done or dropped at any step", () => {
    for (const steps of [0, 1, 5, 50, 1e9]) {
      const { machine, made } = watched(20, "wipes")
      const job = bls12381(machine).mulG1(scalar)
      const out = stepped(job, steps)
      if (out === undefined) job.drop()
      assert.equal(dirty(made), false, `${steps} steps`)
    }
  })
  it("would be caught if it did", () => {
    const { machine, made } = watched(20, "forgets")
    run(bls12381(machine).mulG1(scalar))
    assert(dirty(made))
  })
  it("leaves no copy of a scalar, of its digits or of an element that went in", () => {
    const group = bls12381(watched(100, "wipes").machine)
    const Q = run(group.mapToG2(octets("Q", 256)))
    const secrets = { scalar, half: scalar.subarray(0, 16), point: Q.subarray(0, 48) }
    const kept: Uint8Array[] = [scalar, Q]
    const made = arraysMadeBy(() => {
      kept.push(run(group.mulG2(scalar, Q)))
      group.mulG1(scalar).drop()
    })
    assert.deepEqual(found(made, secrets, kept), [])
    assert.deepEqual(found(arraysMadeBy(() => Uint8Array.from(scalar)), secrets, kept), ["scalar", "half"])
  })
  it("leaves of a decapsulation neither S_id nor rho nor the value of GT, once the key is wiped", () => {
    const group = bls12381(watched(1000, "wipes").machine)
    const master = bfMaster(group, nobleSym)
    const s = master.setup(octets("s", 48))
    const uid = octets("uid", 32)
    const leavings = (forgetful: boolean): string[] => {
      const ibe = bf(forgetful ? { ...group, wipe: () => undefined } : group, nobleSym)
      const parameter = run(master.publicParameter(s))!
      const par = run(ibe.parameters(parameter))!
      const keyOctets = run(master.extract(s, uid))!
      const rho = octets("rho", 32)
      const { enc } = run(ibe.encapsulate(uid, par, rho))
      const GT = run(group.pair(run(group.decodeG1(enc.subarray(0, 48)))!, run(group.decodeG2(keyOctets))!))
      const secrets = { rho, GT: GT.subarray(0, 48), "S_id": keyOctets.subarray(48), "S_id at its top": keyOctets.subarray(1, 48) }
      return found(arraysMadeBy(() => {
        const key = run(ibe.privateKey(keyOctets, par))!
        wipe(run(ibe.decapsulate(enc, key, uid, par)))
        ibe.wipe(key)
      }), secrets, [])
    }
    assert.deepEqual(leavings(false), [])
    assert.deepEqual(leavings(true), ["GT", "S_id", "S_id at its top"])
  })
  it("refuses another length of input or digits, and elements of p or more", () => {
    for (const each of machines.slice(1)) {
      const machine = each.bls12381
      assert.throws(() => machine.run(7, new Uint8Array(47), none), /other input/)
      assert.throws(() => machine.run(7, new Uint8Array(96), none), /other input/)
      assert.throws(() => machine.run(3, none, new Uint8Array(64)), /other input/)
      assert.throws(() => machine.run(99, none, none), /other input/)
      assert.throws(() => run(machine.run(7, program.modulus, none)), /p or more/)
    }
  })
})
