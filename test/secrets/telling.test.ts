import assert from "node:assert/strict"
import { hex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { policyParam, type SrtpCipher } from "../../sdk/srtp/policy.ts"
import { answerer, caller, converse, decide, keyRequest, NOW, readAnswer, sent, UTC } from "../fixture.ts"
import { randomOf, scrambled } from "../protocol/mutate.ts"
import { none, srtpOf, World } from "./world.ts"

/** All that a world says when it is called, mistreated and misused: outcomes, Faults, decisions less their octets, and what Misuse throws. */
function spoken(world: World): string[] {
  const { alice, bob } = world
  const said: string[] = []
  const say = (value: unknown): void => void said.push(JSON.stringify(value, (_, held: unknown) => (held instanceof Uint8Array ? hex(held) : held)))
  const [I, R] = [caller(alice, bob.me), answerer(bob)]
  const random = randomOf("told")
  const messages = [world.aired(sent(I.start(NOW)))]
  for (const party of [R, I, R, I]) {
    const octets = messages[messages.length - 1]!
    for (let i = 0; i < 8; i++) say(run(party.receive(world.aired(scrambled(random, octets)), NOW, "")))
    const outcome = run(party.receive(octets, NOW, ""))
    if (outcome.kind === "ignored") continue
    if (outcome.octets !== undefined) messages.push(world.aired(outcome.octets))
    if (outcome.kind === "established") srtpOf(world, outcome.agreement)
  }
  const request = world.aired(keyRequest(alice, { csbId: 5 }))
  const decision = decide(alice, request)
  world.aired(decision.answer)
  say({ ...decision, answer: undefined })
  for (let i = 0; i < 8; i++) {
    const mutant = world.aired(scrambled(random, decision.answer))
    say(readAnswer(alice, request, mutant))
    say(run(alice.kms.core.decide(world.aired(scrambled(random, request)), alice.subscriber, undefined, UTC, alice.kms.state)))
  }
  for (const misuse of misuses(world)) said.push(thrown(misuse))
  return said
}

/** Misuse with secrets in hand. */
function misuses(world: World): (() => unknown)[] {
  const { profile, subscriber } = world.alice
  const { psk } = subscriber
  const group = profile.groups[0]!
  const suite = profile.suites[0]!
  const par = run(suite.ibe.parameters(world.alice.kms.state.own.publicParameter))!
  const master = world.alice.kms.state.master
  return [
    () => run(group.keygen(psk)),
    () => run(group.agree(new Uint8Array([...psk, 0]), new Uint8Array(65))),
    () => run(suite.ibe.encapsulate(psk, par, new Uint8Array([...psk, 0]))),
    () => profile.sym.aesCtr(new Uint8Array([...psk, 0]), new Uint8Array(16), psk),
    () => run(world.alice.kms.kit.master.extract(new Uint8Array([...master, 0]), psk)),
    () => profile.prf.derive(new Uint8Array(0), psk, 32),
    () => policyParam(hex(psk).substring(0, 1) as SrtpCipher),
  ]
}

function thrown(misuse: () => unknown): string {
  try {
    misuse()
  } catch (error) {
    return String((error as Error).stack)
  }
  assert.fail("misuse that does not throw")
}

describe("what is said", () => {
  it("in outcomes, Faults, decisions and errors tells no secret", () => {
    const world = new World()
    const said = spoken(world)
    assert(said.length > 50)
    none(said.flatMap((text) => world.recorder.told(text, world.air)))
  })

  it("by a radio that tells a key is found, in any writing", () => {
    const world = new World()
    const { initiator } = converse(caller(world.alice, world.bob.me), answerer(world.bob))
    for (const text of [hex(initiator.TGK), hex(initiator.TGK).toUpperCase(), JSON.stringify(initiator.TGK), String(initiator.TGK), Buffer.from(initiator.TGK).toString("base64"), Buffer.from(initiator.TGK).toString("base64url")])
      assert(world.recorder.told(`the key is ${text}`, world.air).includes("key of label 1f4d675b"), text)
    assert.deepEqual(world.recorder.told("nothing", world.air), [])
  })
})
