/** A full call between every two suites, under one KMS and across two, and each new suite over lossy virtual boards. */
import assert from "node:assert/strict"
import { nobleAll } from "../../boards/profiles/noble-all.ts"
import { bls12381 } from "../../sdk/group/bls12381-noble.ts"
import { bfMaster } from "../../sdk/ibe/bf-master.ts"
import type { IbeMaster } from "../../sdk/ibe/ibe.ts"
import type { ParameterSet } from "../../sdk/ibake/identity.ts"
import type { Agreement } from "../../sdk/ibake/session.ts"
import { contexts, type SrtpContext } from "../../sdk/srtp/contexts.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { agreed, answerer, caller, good, named, NOW, radio, refused, sent, testKms, type Kit, type Radio, type TestKms } from "../fixture.ts"
import { master02, master03 } from "../type1.ts"
import { keysOf, Town } from "../world.ts"

const profile = nobleAll()
const masters: Readonly<Record<string, IbeMaster>> = { "0x01": bfMaster(bls12381, nobleSym), "0x02": master02(nobleSym), "0x03": master03() }
const names = Object.keys(masters)
const kit = (suite: string): Kit => ({ profile, master: masters[suite]! })

/** A KMS of a suite for one side's hosts. */
const kmsOf = (suite: string, side: "police" | "fire"): TestKms => testKms(kit(suite), { uri: `kms-${suite.slice(2)}.${side}.example`, hosts: [`${side}.example`] })

interface Row {
  readonly call: string
  readonly octets: readonly number[]
  readonly initiatorMs: number
  readonly responderMs: number
}

/** Runs one piece of a side's work and adds its time. */
class Stopwatch {
  ms = 0
  of<T>(work: () => T): T {
    const from = performance.now()
    const out = work()
    this.ms += performance.now() - from
    return out
  }
}

function contextsOf(a: Agreement): SrtpContext[] {
  return good(contexts({ prf: profile.prf, TGK: a.TGK, csbId: a.csbId, RAND: a.RAND, map: a.agreed, offered: a.offered, policies: a.policies, spi: a.spi }))
}

function called(name: string, alice: Radio, bob: Radio): Row {
  const [I, R] = [caller(alice, bob.me), answerer(bob)]
  const [i, r] = [new Stopwatch(), new Stopwatch()]
  const I_MESSAGE_1 = i.of(() => sent(I.start(NOW)))
  const R_MESSAGE_1 = r.of(() => sent(R.receive(I_MESSAGE_1, NOW, "")))
  const I_MESSAGE_2 = i.of(() => sent(I.receive(R_MESSAGE_1, NOW, "")))
  const responder = r.of(() => agreed(R.receive(I_MESSAGE_2, NOW, "")))
  const initiator = i.of(() => agreed(I.receive(responder.octets!, NOW, "")))
  const [ours, theirs] = [initiator.agreement, responder.agreement].map(contextsOf)
  assert.deepEqual(ours, theirs)
  assert.equal(ours!.length, 2)
  const sizes = [I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2, responder.octets!].map((m) => m.length)
  return { call: name, octets: sizes, initiatorMs: i.ms, responderMs: r.ms }
}

describe("a call across suites", () => {
  const rows: Row[] = []
  const police = new Map<string, TestKms>()
  const fire = new Map<string, TestKms>()

  before(() => {
    for (const suite of names) {
      police.set(suite, kmsOf(suite, "police"))
      fire.set(suite, kmsOf(suite, "fire"))
    }
  })
  after(() => {
    console.log("    octets of I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2, R_MESSAGE_2; ms of initiator, responder")
    for (const row of rows) console.log(`    ${row.call.padEnd(24)} ${row.octets.map((n) => String(n).padStart(5)).join("")}   ${row.initiatorMs.toFixed(0).padStart(6)} ${row.responderMs.toFixed(0).padStart(6)}`)
  })

  for (const suite of names)
    it(`${suite}, one KMS for both`, () => {
      const kms = police.get(suite)!
      rows.push(called(`${suite}, same KMS`, radio(kms, "sip:alice@police.example"), radio(kms, "sip:carol@police.example")))
    })
  for (const from of names)
    for (const to of names)
      it(`${from} calls ${to}, each under its own KMS`, () => {
        const [a, b] = [police.get(from)!, fire.get(to)!]
        const vouched = (of: TestKms): readonly ParameterSet[] => [of.state.own]
        // only a radio that holds the other's set from enrolment knows its KMS; the messages bring no parameters
        const alice = radio(a, "sip:alice@police.example", { vouched: vouched(b) })
        const bob = radio(b, "sip:bob@fire.example", { vouched: vouched(a) })
        rows.push(called(`${from} -> ${to}, two KMSs`, alice, bob))
      })

  it("is no call when the box is of another suite than the KMS serves", () => {
    const alice = radio(police.get("0x03")!, "sip:alice@police.example")
    const R = answerer(radio(police.get("0x02")!, "sip:carol@police.example"))
    const I = caller(alice, named("sip:carol@police.example"))
    assert.equal(refused(R.receive(sent(I.start(NOW)), NOW, "")), "auth/failed at I_MESSAGE_1.IBAKE")
  })
})

describe("a suite over lossy virtual boards", () => {
  for (const suite of ["0x02", "0x03"])
    it(`${suite}: keys come through, and both ends agree`, () => {
      const town = new Town({ seed: 5, kit: kit(suite), mtu: 128, air: { loss: 0.1 } })
      const [alice, bob] = [town.radio("alice"), town.radio("bob")]
      for (const each of [alice, bob]) each.fetched({ first: town.period(), count: 1 })
      const secured = alice.called(bob.uri)
      town.until(() => bob.secured.length === 1, 70_000, "bob's end")
      assert.equal(keysOf(secured), keysOf(bob.secured[0]!))
    })
})
