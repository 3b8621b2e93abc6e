/** Machines side by side: operations of the groups, whole sides of a call, and first sides of fresh processes, in interleaved rounds. Ratios are to noble. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as mcl from "mcl-wasm"
import { bigint } from "../boards/profiles/bigint.ts"
import { noble } from "../boards/profiles/noble.ts"
import { wasm } from "../boards/profiles/wasm.ts"
import { ascii } from "../sdk/base/bytes.ts"
import { run, type Job } from "../sdk/base/job.ts"
import { bls12381 as blsOfNoble } from "../sdk/group/bls12381-noble.ts"
import { bls12381 } from "../sdk/group/bls12381.ts"
import type { DhGroup, PairingGroup } from "../sdk/group/group.ts"
import { p256 as p256OfNoble } from "../sdk/group/p256-noble.ts"
import { p256 } from "../sdk/group/p256.ts"
import { expandMessageXmd } from "../sdk/ibe/xmd.ts"
import { nobleSym } from "../sdk/sym/noble.ts"
import type { Profile } from "../sdk/suite.ts"
import { machines } from "../test/machine/machines.ts"
import { again } from "../test/suites.ts"
import { firstScript, firstSide } from "./fresh.ts"
import { interleaved, median, type Contestant } from "./measure.ts"
import { call, givenTo, pair } from "./sides.ts"

/** Milliseconds of an operation, by machine; noble among them. */
export interface MachineRow {
  readonly operation: string
  readonly ms: Readonly<Record<string, number>>
}

/** Machines of test/machine/machines.ts, by their short names here. The profile `limbs` takes unrolled ones, which are half as large as the compiled. */
const OWN: Readonly<Record<string, string>> = {
  wasm: "its Program in WebAssembly",
  bigint: "its Program over BigInt",
  limbs: "its Program on unrolled limbs",
  "limbs compiled": "its Program on compiled limbs",
}

/** Names of the machines, in the order of the table. */
export const machineNames: readonly string[] = ["noble", ...Object.keys(OWN), "mcl"]

const DST = "IBAKE-V01-BLS12381G2_XMD:SHA-256_SSWU_RO_"

/** All rows; `rounds` of each. */
export async function machineRows(rounds: number): Promise<MachineRow[]> {
  await mcl.init(mcl.BLS12_381)
  const contestants: Contestant[] = [...operationsOf("noble", blsOfNoble, p256OfNoble), ...mclOperations()]
  for (const [name, title] of Object.entries(OWN)) {
    const machine = machines.find((each) => each.name === title)!
    contestants.push(...operationsOf(name, bls12381(machine.bls12381), p256(machine.p256)))
  }
  const times = interleaved(contestants, rounds, 3)
  const rows = new Map<string, Record<string, number>>()
  const put = (operation: string, name: string, ms: number): void => void rows.set(operation, { ...rows.get(operation), [name]: ms })
  for (const [key, ms] of times) put(key.split(": ")[1]!, key.split(": ")[0]!, ms)
  sidesOf(rounds, put)
  firstsOf(Math.min(rounds, 5), put)
  return [...rows].map(([operation, ms]) => ({ operation, ms }))
}

let count = 0
/** Something new each time, for nothing may come from a table. */
function fresh(): Uint8Array {
  return nobleSym.sha256(ascii(`machines ${count++}`))
}

function operationsOf<G1, G2, GT>(name: string, bls: PairingGroup<G1, G2, GT>, dh: DhGroup): Contestant[] {
  const scalar = (): Uint8Array => bls.reduce(fresh())
  const uniform = (): Uint8Array => expandMessageXmd(nobleSym, fresh(), ascii(DST), 256)
  const seed = (): Uint8Array => expandMessageXmd(nobleSym, fresh(), ascii(DST), 48)
  const P = run(bls.mulG1(scalar()))
  const Q = run(bls.mapToG2(uniform()))
  const e = run(bls.pair(P, Q))
  const own = run(dh.keygen(seed())).secret
  const peer = run(dh.keygen(seed())).point
  const job = (operation: string, make: () => Job<unknown>): Contestant => ({ name: `${name}: ${operation}`, run: () => void run(make()) })
  return [
    job("pairing", () => bls.pair(P, Q)),
    job("hash to G2", () => bls.mapToG2(uniform())),
    job("G1 multiply", () => bls.mulG1(scalar())),
    job("G2 multiply", () => bls.mulG2(scalar(), Q)),
    job("GT power", () => bls.powGT(e, scalar())),
    job("P-256 keygen", () => dh.keygen(seed())),
    job("P-256 ECDH", () => dh.agree(own, peer)),
  ]
}

/** mcl has no P-256, and its own tag for the hash. */
function mclOperations(): Contestant[] {
  const scalar = (): mcl.Fr => {
    const k = new mcl.Fr()
    k.setHashOf(fresh())
    return k
  }
  const base = mcl.hashAndMapToG1("base")
  const Q = mcl.hashAndMapToG2("Q")
  const e = mcl.pairing(base, Q)
  const work = (operation: string, act: () => unknown): Contestant => ({ name: `mcl: ${operation}`, run: () => void act() })
  return [
    work("pairing", () => mcl.pairing(base, Q)),
    work("hash to G2", () => mcl.hashAndMapToG2(fresh())),
    work("G1 multiply", () => mcl.mul(base, scalar())),
    work("G2 multiply", () => mcl.mul(Q, scalar())),
    work("GT power", () => mcl.pow(e, scalar())),
  ]
}

type Put = (operation: string, name: string, ms: number) => void

/** Calls to a peer that was called before, machine by machine in each round. */
function sidesOf(rounds: number, put: Put): void {
  const radios = pair("0x01")
  const makers: Readonly<Record<string, () => Profile>> = { noble, wasm, bigint }
  const work = Object.entries(makers).map(([name, maker]) => {
    const both = [again(radios[0], maker()), again(radios[1], maker())] as const
    for (let i = 0; i < 8; i++) call(both[0], both[1])
    return { name, both, initiator: [] as number[], responder: [] as number[] }
  })
  for (let i = 0; i < rounds; i++)
    for (const of of work) {
      const took = call(of.both[0], of.both[1])
      of.initiator.push(took.initiator)
      of.responder.push(took.responder)
    }
  for (const of of work) {
    put("Initiator, warm, peer known", of.name, median(of.initiator))
    put("Responder, warm, peer known", of.name, median(of.responder))
  }
}

/** First sides of fresh processes, by turns. */
function firstsOf(rounds: number, put: Put): void {
  const folder = mkdtempSync(join(tmpdir(), "ibake-bench-"))
  const file = join(folder, "given.json")
  writeFileSync(file, givenTo("0x01"))
  const script = firstScript(folder)
  const times = new Map<string, number[]>()
  for (let i = 0; i < rounds; i++)
    for (const role of ["initiator", "responder"] as const)
      for (const name of ["noble", "wasm"]) {
        const key = `first ${role} of a fresh process: ${name}`
        times.set(key, [...(times.get(key) ?? []), firstSide(script, file, role, name).ms])
      }
  rmSync(folder, { recursive: true })
  for (const [key, list] of times) put(key.split(": ")[0]!, key.split(": ")[1]!, median(list))
}

/** Milliseconds, and in brackets the ratio to noble. */
export function machineCell(row: MachineRow, name: string): string {
  const ms = row.ms[name]
  return ms === undefined ? "-" : `${ms.toFixed(2)} (${(ms / row.ms.noble!).toFixed(3)})`
}
