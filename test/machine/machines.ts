/** Every machine that there is, by name, for plans and their Programs: tests run the same on all. */
import { compiled12 } from "../../sdk/field/compiled12.ts"
import { compiled17 } from "../../sdk/field/compiled17.ts"
import { limbSlots, limbSlotsBy } from "../../sdk/field/limbs.ts"
import { kernel12 } from "../../sdk/field/limbs12.ts"
import { kernel17 } from "../../sdk/field/limbs17.ts"
import { nobleFieldOf } from "../../sdk/field/noble.ts"
import { fieldSlots } from "../../sdk/field/slots.ts"
import { bls12381Blocks } from "../../sdk/group/bls12381-bigint.ts"
import { bls12381Plan } from "../../sdk/group/bls12381-plan.ts"
import { bls12381Text } from "../../sdk/group/bls12381-program.ts"
import { bls12381Wasm } from "../../sdk/group/bls12381-wasm.ts"
import { p256Blocks } from "../../sdk/group/p256-bigint.ts"
import { p256Plan } from "../../sdk/group/p256-plan.ts"
import { p256Text } from "../../sdk/group/p256-program.ts"
import { p256Wasm } from "../../sdk/group/p256-wasm.ts"
import { bigintMachine } from "../../sdk/machine/bigint.ts"
import { direct } from "../../sdk/machine/direct.ts"
import type { Plan } from "../../sdk/machine/formula.ts"
import { programOf } from "../../sdk/machine/parse.ts"
import type { Machine, Program } from "../../sdk/machine/program.ts"
import { interpreted } from "../../sdk/machine/run.ts"
import { wasmMachine } from "../../sdk/machine/wasm.ts"

/** A machine for each prime. */
export interface Machines {
  readonly name: string
  readonly bls12381: Machine
  readonly p256: Machine
}

/** Of each machine, a slice is a few milliseconds. */
const SLICE = 2000

/** What is shipped, parsed once. */
export const programs: { readonly bls12381: Program; readonly p256: Program } = { bls12381: programOf(bls12381Text), p256: programOf(p256Text) }

/** What they were made of. */
export const plans: { readonly bls12381: Plan; readonly p256: Plan } = { bls12381: bls12381Plan(), p256: p256Plan() }

const both = (name: string, of: (program: Program, plan: Plan) => Machine): Machines => ({ name, bls12381: of(programs.bls12381, plans.bls12381), p256: of(programs.p256, plans.p256) })

/** All of them. */
export const machines: readonly Machines[] = [
  both("its plan on noble's field", (_, plan) => direct(plan, nobleFieldOf(plan.modulus), 100)),
  both("its Program on noble's field", (program) => interpreted(program, fieldSlots(nobleFieldOf(program.modulus)), SLICE)),
  both("its Program on limbs", (program) => interpreted(program, limbSlots(program.modulus), SLICE)),
  both("its Program on unrolled limbs", (program) => interpreted(program, limbSlotsBy(program.modulus, program.octets === 48 ? kernel17 : kernel12), SLICE)),
  both("its Program on compiled limbs", (program) => interpreted(program, limbSlotsBy(program.modulus, program.octets === 48 ? compiled17 : compiled12), SLICE)),
  both("its Program in WebAssembly", (program) => wasmMachine(program.octets === 48 ? bls12381Wasm : p256Wasm, SLICE)!),
  both("its Program over BigInt", (program) => bigintMachine(program, program.octets === 48 ? bls12381Blocks : p256Blocks, SLICE)!),
]
