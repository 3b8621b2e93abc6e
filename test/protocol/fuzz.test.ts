import assert from "node:assert/strict"
import { hex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { uid } from "../../sdk/ibake/identity.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { enrolled, fastKit, realKit, type Kit, type Radio } from "../fixture.ts"
import { macedByInsider, sealedByInsider } from "./insider.ts"
import { apart, noise, randomOf, rechained, scrambled, type Random } from "./mutate.ts"
import { stages, type Stage } from "./stages.ts"
import { unreadStages } from "./unread-stages.ts"

/** FUZZ_SEED=n gives other mutants; a failure names the seed. */
const SEED = process.env["FUZZ_SEED"] ?? "1"

const HEAD = 10

/** Octets of header before the first payload: CS ID map info is of 14 and 10 octets, or 15 and 15 once chosen, or none. */
function headOctets(stage: Stage): number {
  if (stage.name.startsWith("REQUEST")) return HEAD
  let at = HEAD
  for (let left = stage.good[8]!; left > 0; left--) {
    at += 3 + (stage.good[at + 2]! & 0x7f)
    at += 2 + stage.good[at]! * 256 + stage.good[at + 1]!
    at += 1 + stage.good[at]!
  }
  return at
}

/** A case: what is given, and whether an insider made it. */
interface Case {
  readonly octets: Uint8Array
  readonly by: "anyone" | "insider"
}

function mutant(random: Random, stage: Stage, other: Stage, mallory: Radio): Case {
  const kind = random(10)
  if (kind < 2) return { octets: noise(random), by: "anyone" }
  if (kind < 4) return { octets: scrambled(random, stage.good), by: "anyone" }
  const chain = (): Uint8Array => rechained(random, apart(stage.good, headOctets(stage)), apart(other.good, headOctets(other)))
  if (kind < 8) return { octets: chain(), by: "anyone" }
  if (stage.name.startsWith("REQUEST")) return { octets: macedByInsider(random, stage, [chain, () => scrambled(random, stage.good), () => stage.good][random(3)]!()), by: "insider" }
  return { octets: sealedByInsider(random, stage, mallory), by: "insider" }
}

/** What came of a case that must not have come: a stranger is never answered; an insider may call, ask and issue, and gets no key that is not his. */
function wrong(stage: Stage, one: Case, came: string): boolean {
  if (came === "repeated") return !stage.before.some((octets) => hex(octets) === hex(one.octets))
  if (came === "answered" && stage.open) return one.by === "anyone"
  if (came === "answered") return one.by === "anyone" || (one.octets[1] !== dataType.I_MESSAGE_1 && one.octets[1] !== dataType.REQUEST_KEY_PSK)
  return (came === "installed" || came === "error" || came.startsWith("kms/")) && one.by === "anyone"
}

function attempt(stage: Stage, name: string, one: Case): string {
  try {
    const came = hex(one.octets) === hex(stage.good) ? "unchanged" : stage.give(one.octets)
    assert(!wrong(stage, one, came), came)
    return came
  } catch (error) {
    throw new Error(`FUZZ_SEED=${SEED}, case "${name}", octets ${hex(one.octets)}: ${String(error)}`)
  }
}

/** Every key that a radio holds is its own. */
function honest(kit: Kit, of: Radio): void {
  const own = of.kms.state.own
  for (const number of of.ring.periods(of.me)) {
    const expected = run(kit.master.extract(of.kms.state.master, uid(of.profile.sym, of.me, own, number)))
    assert.equal(hex(of.ring.privateKey(of.me, number)!.octets), hex(expected))
  }
}

/** Gives `count` cases to each party that waits, then the good message; answers how often what came of them. */
function fuzz(kit: Kit, batch: string, count: number, make: (kit: Kit) => Stage[] = stages): Map<string, number> {
  const counts = new Map<string, number>()
  const all = make(kit)
  const mallory = enrolled(all[0]!.bob.kms, "sip:mallory@police.example")
  all.forEach((stage, at) => {
    for (let i = 0; i < count; i++) {
      const name = `${batch} ${stage.name} ${i}`
      const random = randomOf(`${SEED} ${name}`)
      const came = attempt(stage, name, mutant(random, stage, all[(at + 1 + random(all.length - 1)) % all.length]!, mallory))
      counts.set(came, (counts.get(came) ?? 0) + 1)
    }
    honest(kit, stage.alice)
    stage.finish()
  })
  return counts
}

describe("random and mutated messages", () => {
  it("20,400 of them over the test KEM: none throws, none hangs, no key comes of any, and each call completes", () => {
    const total = new Map<string, number>()
    for (let batch = 0; batch < 17; batch++) for (const [came, count] of fuzz(fastKit(), `batch ${batch}`, 200)) total.set(came, (total.get(came) ?? 0) + count)
    // the mutants reach far: every kind of refusal is among what came of them
    for (const came of ["wire/short", "wire/trailing", "wire/type", "wire/chain", "wire/value", "auth/failed", "session/state", "identity/mismatch", "identity/form", "identity/unknown", "curve/refused", "policy/none", "time/skew", "key/invalid", "kms/identity", "answered"])
      assert((total.get(came) ?? 0) > 0, `none was ${came}: ${JSON.stringify([...total])}`)
  })

  it("360 of them over suite 0x01", () => {
    fuzz(realKit(), "real", 60)
  })

  it("10,000 of them in calls that are not read, over the test KEM: what anybody may provoke is all that comes of them", () => {
    const total = new Map<string, number>()
    for (let batch = 0; batch < 10; batch++) for (const [came, count] of fuzz(fastKit(), `unread ${batch}`, 200, unreadStages)) total.set(came, (total.get(came) ?? 0) + count)
    for (const came of ["wire/short", "wire/trailing", "wire/type", "wire/chain", "wire/value", "auth/failed", "session/state", "identity/mismatch", "identity/form", "identity/unknown", "curve/refused", "policy/none", "answered"])
      assert((total.get(came) ?? 0) > 0, `none was ${came}: ${JSON.stringify([...total])}`)
  })

  it("100 of them over suite 0x01", () => {
    fuzz(realKit(), "real unread", 20, unreadStages)
  })
})

describe("the fuzzer", () => {
  it("finds a party that answers a stranger, and prints what replays it", () => {
    const stage = stages(fastKit())[2]!
    const careless: Stage = { ...stage, give: () => "answered" }
    assert.throws(() => attempt(careless, "a case", { octets: new Uint8Array(3), by: "anyone" }), /FUZZ_SEED=.*case "a case", octets 000000: .*answered/)
  })

  it("gives the same mutants for the same seed", () => {
    const all = stages(fastKit())
    const mallory = (): Radio => enrolled(all[0]!.bob.kms, "sip:mallory@police.example")
    for (const stage of all) {
      const once = mutant(randomOf("x"), stage, all[2]!, mallory())
      assert.deepEqual(mutant(randomOf("x"), stage, all[2]!, mallory()), once)
    }
  })
})
