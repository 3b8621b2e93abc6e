/**
 * A process whose memory is searched: it fetches the keys of two radios, plays the scenes and lets go of everything. It says where it stands in lines, and
 * stands still until it gets a line. Octets of the responses and the parameter set come as hexadecimal, all of them public or sealed.
 */
import { readSync, writeSync } from "node:fs"
import { limbs } from "../../boards/profiles/limbs.ts"
import { wasm } from "../../boards/profiles/wasm.ts"
import { unhex, wipe } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import type { ParameterSet } from "../../sdk/ibake/identity.ts"
import type { Profile } from "../../sdk/suite.ts"
import { enrolled, good, keyRequest, NOW, readAnswer, type Radio, type TestKms } from "../fixture.ts"
import { Cast, plainDraw, scenes } from "./scenes.ts"

/** What our side tells: the own set, octets in hexadecimal, and each radio's response. */
interface Told {
  readonly machine: "limbs" | "wasm"
  readonly uris: readonly string[]
  readonly responses: readonly string[]
  readonly set: Readonly<Record<keyof ParameterSet, unknown>>
}

function stand(where: string): void {
  writeSync(1, `${where}\n`)
  readSync(0, Buffer.alloc(1))
}

function radioOf(told: Told, profile: Profile, i: number): Radio {
  const set = Object.fromEntries(Object.entries(told.set).map(([key, value]) => [key, octets(value)])) as unknown as ParameterSet
  const kms = { kit: { profile }, state: { own: set, vouched: [] } } as unknown as TestKms
  // what a store holds is the store's: this one is elsewhere
  const store = { sealed: true, get: () => undefined, put: () => true, remove: () => undefined } as unknown as Radio["store"]
  const of = enrolled(kms, told.uris[i]!, { draw: plainDraw(told.uris[i]!), store })
  const read = good(readAnswer(of, keyRequest(of), unhex(told.responses[i]!)!))
  if (read.kind !== "keys") throw new Error("no keys came")
  good(run(of.ring.install(read.keys, [])) ?? true)
  for (const each of read.keys) wipe(each.key)
  return of
}

function octets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(octets)
  return typeof value === "string" ? unhex(value)! : value
}

const told = JSON.parse(process.argv[2]!) as Told
const profile = (told.machine === "limbs" ? limbs : wasm)()
const [alice, bob] = [radioOf(told, profile, 0), radioOf(told, profile, 1)]
stand("keys are held")
const cast = new Cast(alice, bob, scenes[0]!.name)
const [I, R] = [cast.initiator(), cast.responder()]
const making = I.start(NOW)
for (let i = 0; i < 3; i++) making.step()
stand("I_MESSAGE_1 is being made")
const first = run(making)
if (first.kind !== "send") throw new Error("no call")
const answer = run(R.receive(first.octets, NOW, ""))
if (answer.kind !== "send") throw new Error("no answer")
stand("R_MESSAGE_1 is on its way")
I.end()
R.end()
for (const scene of scenes) scene.play(new Cast(alice, bob, scene.name))
for (const of of [alice, bob]) {
  of.ring.wipe()
  wipe(of.subscriber.psk)
}
stand("all is over")
