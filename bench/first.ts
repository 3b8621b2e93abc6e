/**
 * One side of a call in a fresh process: keys and the other side's messages come from a file, so that nothing warms what is measured. Prints one JSON line.
 * The clock starts when all modules are loaded and the file is in memory, and stops when keys are agreed: it sees the profile made, with its machines decoded,
 * compiled and tested, the parameter set and the stored keys decoded and checked, and the whole side with its four (or three) messages. It does not see the
 * process start, modules loading, nor the first call of OpenSSL, which stands in for a board's entropy.
 */
import { readFileSync } from "node:fs"
import { nobleAll } from "../boards/profiles/noble-all.ts"
import { noble } from "../boards/profiles/noble.ts"
import { wasm } from "../boards/profiles/wasm.ts"
import { equal, unhex } from "../sdk/base/bytes.ts"
import { run as runJob } from "../sdk/base/job.ts"
import type { ParameterSet } from "../sdk/ibake/identity.ts"
import { Initiator } from "../sdk/ibake/initiator.ts"
import { Responder } from "../sdk/ibake/responder.ts"
import { Gate, type Party } from "../sdk/ibake/session.ts"
import { Keyring } from "../sdk/keys/keyring.ts"
import { agreed, MemoryStore, named, NOW, seeded, sent, streams } from "../test/fixture.ts"

interface Given {
  readonly set: ParameterSet
  readonly keys: Readonly<Record<string, Uint8Array>>
  readonly messages: Readonly<Record<"I_MESSAGE_1" | "R_MESSAGE_1" | "I_MESSAGE_2" | "R_MESSAGE_2", Uint8Array>>
  readonly me: string
  readonly peer: string
}

const [, , file, role, machine] = process.argv
const asRead = (name: string, value: unknown): unknown => (typeof value === "string" && name !== "me" && name !== "peer" ? unhex(value) : value)
const given = JSON.parse(readFileSync(file!, "utf8"), asRead) as Given
const gc = (globalThis as { gc?: () => void }).gc
const store = new MemoryStore()
store.values.set("keys", given.keys[role!]!)
const { messages } = given
seeded("awake")(1)
gc?.()
const before = process.memoryUsage().heapUsed
const from = performance.now()
const profile = machine === "wasm" ? wasm() : given.set.suite === 0x01 ? noble() : nobleAll()
const keyring = new Keyring(profile, store)
runJob(keyring.load(given.set, []))
const party: Party = { profile, keys: keyring, draw: seeded(`cold ${role}`), gate: new Gate(1e9) }
if (role === "initiator") initiator()
else responder()
const ms = performance.now() - from
const peak = process.memoryUsage().heapUsed
gc?.()
const kb = (octets: number): number => Math.round((octets - before) / 1024)
process.stdout.write(JSON.stringify({ ms, peakKb: kb(peak), heldKb: kb(process.memoryUsage().heapUsed) }))

function initiator(): void {
  const I = new Initiator(party, { me: named(given.me), peer: named(given.peer), streams })
  same(sent(I.start(NOW)), messages.I_MESSAGE_1)
  same(sent(I.receive(messages.R_MESSAGE_1, NOW, "")), messages.I_MESSAGE_2)
  agreed(I.receive(messages.R_MESSAGE_2, NOW, ""))
}

function responder(): void {
  const R = new Responder(party, { me: [named(given.peer)] })
  same(sent(R.receive(messages.I_MESSAGE_1, NOW, "")), messages.R_MESSAGE_1)
  same(agreed(R.receive(messages.I_MESSAGE_2, NOW, "")).octets!, messages.R_MESSAGE_2)
}

function same(made: Uint8Array, expected: Uint8Array): void {
  if (!equal(made, expected)) throw new Error("bench: the call is not the one that was recorded")
}
