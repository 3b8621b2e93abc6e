/** A machine that multiplies wrongly once: whole calls in which one end has it, wherever that falls. Whoever gets a key gets the right one; else there is a Fault. */
import assert from "node:assert/strict"
import { wasm } from "../../boards/profiles/wasm.ts"
import { hex } from "../../sdk/base/bytes.ts"
import { map, run } from "../../sdk/base/job.ts"
import { limbSlotsBy } from "../../sdk/field/limbs.ts"
import { kernel12 } from "../../sdk/field/limbs12.ts"
import { kernel17 } from "../../sdk/field/limbs17.ts"
import { bls12381 } from "../../sdk/group/bls12381.ts"
import { p256 } from "../../sdk/group/p256.ts"
import { bf } from "../../sdk/ibe/bf.ts"
import { seal } from "../../sdk/ibe/seal.ts"
import type { Outcome } from "../../sdk/ibake/session.ts"
import { interpreted } from "../../sdk/machine/run.ts"
import type { Machine, Program } from "../../sdk/machine/program.ts"
import type { DhGroup, Profile } from "../../sdk/suite.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { answerer, caller, NOW, radio, realKit, seeded, testKms, type Radio } from "../fixture.ts"
import { programs } from "./machines.ts"

/** Products that a machine has done, and the one whose result is one too large. */
interface Spoiler {
  done: number
  at: number
}

function spoiled(program: Program, spoiler: Spoiler): Machine {
  const right = limbSlotsBy(program.modulus, program.octets === 48 ? kernel17 : kernel12)
  const one = new Uint8Array(program.octets)
  one[program.octets - 1] = 1
  return interpreted(program, (count) => {
    const slots = right(count + 1)
    slots.read(count, one)
    const after = <Of extends "mul" | "mul2" | "sqr2">(name: Of): void => {
      const inner = slots[name].bind(slots) as (to: number, a: number, b: number) => void
      slots[name] = (to: number, a: number, b?: number): void => {
        inner(to, a, b!)
        if (spoiler.done++ === spoiler.at) slots.add(to, to, count)
      }
    }
    after("mul")
    after("mul2")
    after("sqr2")
    return slots
  }, 1e9)
}

/** How a call went: each end's TGK, if it was told of one, and what stopped it. */
interface End {
  readonly keys: string[]
  readonly fault: string | undefined
}

/** The same draws each time, so the right key is the same. */
function called(alice: Radio, bob: Radio): End {
  const I = caller(alice, bob.me, {}, { draw: seeded("x of the call") })
  const R = answerer(bob, { draw: seeded("y of the call") })
  const keys: string[] = []
  let octets: Uint8Array | undefined
  for (let i = 0; i < 5; i++) {
    const out: Outcome = run(octets === undefined ? I.start(NOW) : (i % 2 === 1 ? R : I).receive(octets, NOW, ""))
    if (out.kind === "ignored") return { keys, fault: `${out.fault.fault} at ${out.fault.at}` }
    if (out.kind === "established") keys.push(hex(out.agreement.TGK))
    octets = out.octets
  }
  return { keys, fault: undefined }
}

describe("a machine that multiplies wrongly once", function () {
  this.timeout(240000)
  const good = wasm()
  const kms = testKms(realKit())
  const profileOf = (of: "BLS12-381" | "P-256", spoiler: Spoiler): Profile => {
    if (of === "P-256") return { ...good, groups: [p256(spoiled(programs.p256, spoiler))] }
    const ibe = bf(bls12381(spoiled(programs.bls12381, spoiler)), nobleSym)
    return { ...good, suites: [{ id: ibe.suiteId, ibe, box: seal(ibe, nobleSym) }] }
  }
  const right = called(radio(kms, "sip:alice@police.example", { profile: good }), radio(kms, "sip:bob@police.example", { profile: good }))
  for (const [of, places] of [["BLS12-381", 30], ["P-256", 60]] as const)
    for (const end of ["Initiator", "Responder"] as const)
      it(`in ${of} at the ${end} ends a call with a Fault or changes nothing: no end is told a wrong key`, () => {
        assert.equal(right.keys.length, 2)
        const spoiler: Spoiler = { done: 0, at: -1 }
        const own = profileOf(of, spoiler)
        const alice = radio(kms, "sip:alice@police.example", { profile: end === "Initiator" ? own : good })
        const bob = radio(kms, "sip:bob@police.example", { profile: end === "Responder" ? own : good })
        spoiler.done = 0
        assert.deepEqual(called(alice, bob), right)
        const products = spoiler.done
        assert(products > 2000, `${products}`)
        let refused = 0
        for (let i = 0; i < places; i++) {
          spoiler.done = 0
          // spread over the whole call, and its last products
          spoiler.at = i < 12 ? products - 1 - i : Math.floor(((i - 11.5) * products) / (places - 12)) + (i % 7)
          const { keys, fault } = called(alice, bob)
          assert(fault !== undefined || keys.length === 2)
          for (const key of keys) assert.equal(key, right.keys[0], `product ${spoiler.at} of ${products}: ${fault}`)
          if (fault === undefined) continue
          refused++
          assert.match(fault, /^(auth\/failed|curve\/refused) at /)
        }
        assert(refused > places / 2, `${refused} of ${places} were refused`)
      })
  it("that nobody held to the curve would tell the Responder a wrong key, which V of R_MESSAGE_2 shows the Initiator: this test finds it", () => {
    const bent = good.groups.map((group): DhGroup => ({ ...group, agree: (secret, point) => map(group.agree(secret, point), (shared) => shared?.map((octet, i) => octet ^ (i === 64 ? 1 : 0))) }))
    const bob = radio(kms, "sip:bob@police.example", { profile: { ...good, groups: bent } })
    const { keys, fault } = called(radio(kms, "sip:alice@police.example", { profile: good }), bob)
    assert.equal(fault, "auth/failed at R_MESSAGE_2.V")
    assert.equal(keys.length, 1)
    assert.notEqual(keys[0], right.keys[0])
  })
})
