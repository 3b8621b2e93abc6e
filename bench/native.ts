/**
 * The native machine in figures that are the same on every computer: instructions and modelled cycles of a Cortex-M4 (test/native/trace.ts has the model), octets of
 * code and RAM. A side of a call is the sum of the entries that a real call runs; hashes and ciphers are an engine's own and not in it.
 */
import { limbs } from "../boards/profiles/limbs.ts"
import { nativeBlob, nativeCode } from "../boards/espruino/native/blob.ts"
import { unbase64 } from "../sdk/base/base64.ts"
import { run } from "../sdk/base/job.ts"
import { bls12381, entry } from "../sdk/group/bls12381.ts"
import { p256 } from "../sdk/group/p256.ts"
import { bf } from "../sdk/ibe/bf.ts"
import { gidCache } from "../sdk/ibe/gid-cache.ts"
import { seal } from "../sdk/ibe/seal.ts"
import { NATIVE_STATE, nativeMachines } from "../sdk/machine/native.ts"
import type { Machine } from "../sdk/machine/program.ts"
import type { Profile } from "../sdk/suite.ts"
import { plainSym } from "../sdk/sym/plain.ts"
import { machines, programs } from "../test/machine/machines.ts"
import { given } from "../test/native/given.ts"
import { hasLinuxArm } from "../test/native/tools.ts"
import { traced } from "../test/native/trace.ts"
import { again } from "../test/suites.ts"
import { call, pair } from "./sides.ts"

/** An operation: instructions, cycles, and ms of the cycles at 64 MHz. */
export interface NativeRow {
  readonly operation: string
  readonly instructions: number
  readonly cycles: number
  readonly ms: number
}

/** What `npm run bench` shows of the native machine. */
export interface NativeFigures {
  /** Octets: of the blob, of RAM for the largest entry with its input and output. */
  readonly code: number
  readonly ram: number
  readonly rows: readonly NativeRow[]
}

const MHZ = 64

type Name = "bls12381" | "p256"

/** The operations of a group, by entry. */
const OPERATIONS: readonly (readonly [operation: string, of: Name, at: number])[] = [
  ["pairing", "bls12381", entry.pair],
  ["hash to G2", "bls12381", entry.mapToG2],
  ["G1 multiply", "bls12381", entry.mulGenerator],
  ["G2 multiply", "bls12381", entry.mulG2],
  ["GT power", "bls12381", entry.powGT],
  ["G1 decode", "bls12381", entry.decodeG1],
  ["G2 decode", "bls12381", entry.decodeG2],
  ["check of a key", "bls12381", entry.sameSecret],
  ["P-256 keygen", "p256", 0],
  ["P-256 ECDH", "p256", 1],
]

/** All figures; undefined where there is no ARM to run it on (qemu-user, gcc-arm-none-eabi). */
export function nativeFigures(): NativeFigures | undefined {
  if (!hasLinuxArm()) return undefined
  const start = cost(undefined)
  const costs = new Map<string, Cost>()
  const of = (name: Name, at: number): Cost => {
    const key = `${name} ${at}`
    if (!costs.has(key)) costs.set(key, minus(cost([name, at]), start))
    return costs.get(key)!
  }
  const rows = OPERATIONS.map(([operation, name, at]) => rowOf(operation, of(name, at)))
  for (const [role, entries] of Object.entries(entriesOfCall())) rows.push(rowOf(`${role}, warm, peer known`, entries.map(([name, at]) => of(name, at)).reduce(plus)))
  return { code: unbase64(nativeCode)!.length, ram: ram(), rows }
}

interface Cost {
  readonly instructions: number
  readonly cycles: number
}

const plus = (a: Cost, b: Cost): Cost => ({ instructions: a.instructions + b.instructions, cycles: a.cycles + b.cycles })
const minus = (a: Cost, b: Cost): Cost => ({ instructions: a.instructions - b.instructions, cycles: a.cycles - b.cycles })
const rowOf = (operation: string, { instructions, cycles }: Cost): NativeRow => ({ operation, instructions, cycles, ms: cycles / (1000 * MHZ) })

/** What an entry takes, and the start of the machine, which alone is what is taken off. */
function cost(what: readonly [Name, number] | undefined): Cost {
  return traced(unbase64(nativeCode)!, (port) => {
    const native = nativeMachines(nativeBlob, port, 1e9)!
    if (what !== undefined) run(native[what[0]].run(what[1], ...given(programs[what[0]], what[1], "bench")))
  })
}

/** Octets for the entry that needs most, but for those that keep the lines of a fixed point. */
function ram(): number {
  const each = OPERATIONS.map(([, name, at]) => {
    const [slots, reads, writes, picks] = nativeBlob[name][at]!
    return NATIVE_STATE + (slots! + Math.max(reads!, writes!)) * programs[name].octets + picks!
  })
  return Math.max(...each)
}

/** The entries that each side runs in a call to a peer that was called before. */
function entriesOfCall(): Readonly<Record<"Initiator" | "Responder", [Name, number][]>> {
  const ran = { Initiator: [] as [Name, number][], Responder: [] as [Name, number][] }
  const [alice, bob] = pair("0x01")
  const both = [again(alice, counting(ran.Initiator)), again(bob, counting(ran.Responder))] as const
  call(both[0], both[1])
  ran.Initiator.length = 0
  ran.Responder.length = 0
  call(both[0], both[1])
  return ran
}

function counting(ran: [Name, number][]): Profile {
  const fast = machines.find((each) => each.name === "its Program in WebAssembly")!
  const counted = (name: Name): Machine => ({
    octets: fast[name].octets,
    run(at, input, digits) {
      ran.push([name, at])
      return fast[name].run(at, input, digits)
    },
  })
  const ibe = bf(bls12381(counted("bls12381")), plainSym, gidCache<Uint8Array>(4))
  return { ...limbs(), suites: [{ id: ibe.suiteId, ibe, box: seal(ibe, plainSym) }], groups: [p256(counted("p256"))] }
}

/** Cells of a table: operation, millions of instructions and cycles, ms. */
export function nativeTable({ rows }: NativeFigures): string[][] {
  const millions = (n: number): string => (n / 1e6).toFixed(2)
  return rows.map((row) => [row.operation, millions(row.instructions), millions(row.cycles), row.ms.toFixed(0)])
}
