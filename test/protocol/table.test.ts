/**
 * The whole table: a full call in each pair of suites, under one KMS and across two, on each curve, both ways, over lossy virtual boards: frames of 128 octets,
 * a fifth of them lost on every link, so that of a frame between two radios a third is. `IBAKE_SEED=n npx mocha test/protocol/table.test.ts` replays a run.
 */
import assert from "node:assert/strict"
import { ascii } from "../../sdk/base/bytes.ts"
import type { ParameterSet } from "../../sdk/ibake/identity.ts"
import { deskKms } from "../../sdk/kms/desk.ts"
import type { Kms } from "../../sdk/kms/types.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { octetsOf } from "../fixture.ts"
import { curves, kits, offering, sizeTable, suiteNames, type CallSizes, type SizeRow, type SuiteName } from "../suites.ts"
import { faultOf, keysOf, Town, type Radio } from "../world.ts"

const SEED = Number(process.env["IBAKE_SEED"] ?? 1)
const MTU = 128
const LOSS = 0.2

const all = kits()

/** The KMS of a suite for one agency; a second one of the same suite has another secret and, but for the curve of 0x02, nothing in common with it. */
function kmsOf(suite: SuiteName, agency: "police" | "fire"): Kms {
  const { master } = all[suite]
  return deskKms(master, octetsOf(`${agency} ${suite}`, master.seedOctets), { uri: `kms.${agency}.example`, hosts: [`${agency}.example`] })
}

/** A town of one KMS with two radios, or two towns of a KMS and a radio each, all with URIs of 30 octets. Sets of other KMSs come with the keys, not by enrolment. */
function pairOf(from: SuiteName, to: SuiteName, kmss: "same KMS" | "two KMSs"): readonly [Radio, Radio] {
  const air = { loss: LOSS, duplicate: 0.05, reorder: 0.1 }
  const common = { seed: SEED, mtu: MTU, air }
  if (kmss === "same KMS") {
    const town = new Town({ ...common, kit: all[from], kms: { name: "police", host: "police.example", state: kmsOf(from, "police") } })
    return [town.radio("alice-radio"), town.radio("bob-radio-1")]
  }
  const [police, fire] = [kmsOf(from, "police"), kmsOf(to, "fire")]
  const north = new Town({ ...common, kit: all[from], kms: { name: "police", host: "police.example", state: { ...police, vouched: [fire.own] } } })
  const south = new Town({ ...common, kit: all[to], beside: north, kms: { name: "fire", host: "fire.example", state: { ...fire, vouched: [police.own] } } })
  const unaware = { enrolment: { vouched: [] } }
  return [north.radio("alice-radio", unaware), south.radio("bob-radio-123", unaware)]
}

/** Octets of a call's messages as they went over the air. */
function onAir(town: Town, csbId: number): CallSizes {
  const of = (type: number): number => {
    const found = town.tap.messages("").filter((m) => m.header.csbId === csbId && m.header.dataType === type)
    assert.equal(found.length, 1, "a message has one content")
    return found[0]!.octets.length
  }
  return { I_MESSAGE_1: of(dataType.I_MESSAGE_1), R_MESSAGE_1: of(dataType.R_MESSAGE_1), I_MESSAGE_2: of(dataType.I_MESSAGE_2), R_MESSAGE_2: of(dataType.R_MESSAGE_2) }
}

/** A call, and what both ends must agree on. */
function call(from: Radio, to: Radio): CallSizes {
  const { town } = from
  const before = to.secured.length
  const ours = from.called(to.uri)
  town.until(() => to.secured.length > before, 70_000, `${to.name}'s end`)
  // whatever is still in the air may arrive
  town.pass(5_000)
  assert.equal(to.secured.length, before + 1)
  const theirs = to.secured[before]!
  assert.equal(keysOf(ours), keysOf(theirs), town.world.toString())
  assert.equal(ours.contexts.length, 2)
  assert.deepEqual([ours.peer, ours.peerKms], [to.me, to.town.kms.own.kmsUri])
  assert.deepEqual([theirs.peer, theirs.peerKms], [from.me, from.town.kms.own.kmsUri])
  assert.equal(ours.csbId, theirs.csbId)
  return onAir(town, ours.csbId)
}

/** What the table says of a call: what is sealed to the called one is of its KMS's suite, what is sealed to the caller of the caller's. */
function expected(table: readonly SizeRow[], from: Radio, to: Radio, curve: string): CallSizes {
  const of = (radio: Radio): CallSizes => table.find((row) => Number(row.suite) === radio.town.kms.own.suite && row.curve === curve)!.call
  return { ...of(to), R_MESSAGE_1: of(from).R_MESSAGE_1 }
}

/** A DER INTEGER with a leading zero octet is a shorter one: a box of suite 0x02 has 469 to 471 octets. All else is exact. */
function near(seen: CallSizes, wanted: CallSizes, from: number, to: number): boolean {
  const slack = (suite: number): number => (suite === 0x02 ? 2 : 0)
  const of = (name: keyof CallSizes, most: number): boolean => Math.abs(seen[name] - wanted[name]) <= most
  return of("I_MESSAGE_1", slack(to)) && of("R_MESSAGE_1", slack(from)) && of("I_MESSAGE_2", slack(to)) && of("R_MESSAGE_2", 0)
}

function printed(table: readonly SizeRow[]): string {
  const line = (cells: readonly (string | number)[]): string => "    " + cells.map((c, i) => (i < 2 ? String(c).padEnd(8) : String(c).padStart(12))).join("")
  const rows = table.map((r) => line([r.suite, r.curve, r.call.I_MESSAGE_1, r.call.R_MESSAGE_1, r.call.I_MESSAGE_2, r.call.R_MESSAGE_2, r.keys.each, r.keys.rest]))
  return ["    octets, URIs of 30", line(["suite", "curve", "I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2", "RESP, a key", "the rest"]), ...rows].join("\n")
}

describe(`the table of suites, KMSs and curves at mtu ${MTU} and a loss of ${LOSS * 100} % on each link, seed ${SEED}`, () => {
  let table: SizeRow[]
  const towns: Town[] = []
  before(() => (table = sizeTable()))
  after(() => console.log(printed(table)))

  it("has sizes that tell every suite and curve from every other", () => {
    for (const row of table)
      for (const other of table) assert.equal(near(row.call, other.call, Number(other.suite), Number(other.suite)), row === other)
  })

  for (const [i, from] of suiteNames.entries())
    for (const to of suiteNames.slice(i))
      for (const kmss of from === to ? (["same KMS", "two KMSs"] as const) : (["two KMSs"] as const))
        describe(`${from} and ${to}, ${kmss}`, () => {
          let alice: Radio
          let bob: Radio

          it("both fetch their keys, and what one KMS vouches for", () => {
            ;[alice, bob] = pairOf(from, to, kmss)
            const { town } = alice
            towns.push(town)
            const fetches = [alice, bob].map((each) => each.fetch({ first: town.period(), count: 2 }))
            town.until(() => fetches.every((f) => f.value !== undefined), 700_000, "the fetch")
            for (const f of fetches) assert.equal((f.value as { keys?: number }).keys, 2, JSON.stringify(f.value))
            assert.deepEqual([town.tap.changedBlocks(), town.tap.reusedTimes()], [[], []])
            assert(town.tap.frames.every((f) => f.octets.length <= MTU))
          })

          for (const [curve, group] of Object.entries(curves))
            it(`${curve}: they call each other, both ways, and hold the same contexts`, () => {
              for (const each of [alice, bob]) each.reborn(offering(group))
              for (const [a, b] of [[alice, bob], [bob, alice]] as const) {
                const seen = call(a, b)
                const wanted = expected(table, a, b, curve)
                assert(near(seen, wanted, a.town.kms.own.suite, b.town.kms.own.suite), `${JSON.stringify(seen)}, expected ${JSON.stringify(wanted)}`)
              }
            })
        })

  describe("the air of all these runs", () => {
    it("lost what it says: about 0.8 x 0.8 of all frames that left a board came to another, and a tenth more for the doubled ones", () => {
      const left = towns.reduce((sum, town) => sum + town.tap.frames.length, 0)
      const came = towns.reduce((sum, town) => sum + town.world.total().delivered, 0)
      const share = came / left / (0.8 * 0.8 * 1.05 * 1.05)
      assert(left > 3000 && share > 0.9 && share < 1.1, `${came} of ${left} frames came`)
    })
  })
})

describe("a curve that one profile does not name, over virtual boards", () => {
  const { "P-256": p256, ...others } = curves
  for (const [name, group] of Object.entries(others))
    it(`${name}: is refused by the called one, and the caller tries no other`, () => {
      const town = new Town({ seed: SEED, mtu: MTU })
      const alice = town.radio("alice", { profile: { groups: [group, p256] } })
      const bob = town.radio("bob", { profile: { groups: [p256] } })
      for (const each of [alice, bob]) each.fetched()
      const call = alice.call(bob.uri)
      town.until(() => call.value !== undefined, 70_000, "the call's end")
      assert.equal(faultOf(call), "session/timeout")
      assert.deepEqual(bob.ignored, [{ fault: "curve/refused", at: "I_MESSAGE_1.ECCPTi" }])
      assert.deepEqual([alice.secured, bob.secured], [[], []])
      // one I_MESSAGE_1 and nothing else, but for the two key fetches
      assert.deepEqual(town.tap.messages("").filter((m) => m.header.dataType >= dataType.I_MESSAGE_1 && m.header.dataType <= dataType.R_MESSAGE_2).map((m) => m.header.dataType), [dataType.I_MESSAGE_1])
      // and where both name the curve there is a call
      bob.reborn({ groups: [p256, group] })
      alice.called(bob.uri)
    })
})

describe("a suite that a profile does not name, over virtual boards", () => {
  const profile = { suites: all["0x01"].profile.suites.filter((suite) => suite.id === 0x01) }
  const vouching = (...vouched: readonly ParameterSet[]): Town => {
    const state = { ...kmsOf("0x01", "police"), vouched }
    return new Town({ seed: SEED, mtu: MTU, kit: all["0x01"], kms: { name: "police", host: "police.example", state } })
  }
  const other = (set: ParameterSet, name: string, change: Partial<ParameterSet> = {}): ParameterSet => ({ ...set, kmsUri: ascii(`kms.${name}.example`), hosts: [ascii(`${name}.example`)], ...change })
  /** What becomes of a call to somebody there: session/timeout when the KMS is known, for nobody answers. */
  const calling = (radio: Radio, host: string): string => {
    const call = radio.call(`sip:nobody@${host}.example`)
    radio.town.until(() => call.value !== undefined, 70_000, "the call's end")
    return faultOf(call)
  }

  it("is refused at load when it is the own KMS's", () => {
    for (const suite of ["0x02", "0x03"] as const) {
      const town = new Town({ seed: SEED, mtu: MTU, kit: all[suite], kms: { name: "police", host: "police.example", state: kmsOf(suite, "police") } })
      assert.deepEqual(town.radio("alice", { profile }).opened(), { fault: "suite/refused", at: "set.suite" })
      assert.equal(town.radio("bob").opened(), undefined)
    }
  })

  it("refuses the set of a vouched KMS and nothing else: the keys and the other sets of that response are taken", () => {
    const { own } = kmsOf("0x03", "fire")
    const sets = [other(own, "nine", { suite: 9 }), other(own, "damaged", { publicParameter: own.publicParameter.subarray(1) }), other(own, "mislabelled", { suite: 2 }), other(own, "fire")]
    const town = vouching(...sets)
    const everything = town.radio("alice", { enrolment: { vouched: [] } })
    const narrow = town.radio("bob", { enrolment: { vouched: [] }, profile })
    for (const each of [everything, narrow]) assert.equal(each.fetched().keys, 2)
    for (const host of ["nine", "damaged", "mislabelled"]) for (const each of [everything, narrow]) assert.equal(calling(each, host), "identity/unknown", host)
    assert.equal(calling(everything, "fire"), "session/timeout")
    assert.equal(calling(narrow, "fire"), "identity/unknown")
    // the same from enrolment: it is no fault of the radio's
    assert.equal(town.radio("carol", { profile }).opened(), undefined)
    narrow.called(everything.uri)
  })
})
