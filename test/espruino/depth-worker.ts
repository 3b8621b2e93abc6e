/** Two calls between radios of the limbs profile, with key fetches before them; prints how deep functions called each other. Its script is changed by depth.test.ts. */
import { limbs } from "../../boards/profiles/limbs.ts"
import { bls12381 } from "../../sdk/group/bls12381-noble.ts"
import { bfMaster } from "../../sdk/ibe/bf-master.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { Town } from "../world.ts"

/** What the changed functions count in. */
const depth = { now: 0, most: 0, calls: 0 }
Object.assign(globalThis, { depth })

const town = new Town({ seed: 1, kit: { profile: limbs(), master: bfMaster(bls12381, nobleSym) } })
const [alice, bob] = ["alice", "bob"].map((name) => town.radio(name, { profile: limbs() }))
for (const each of [alice!, bob!]) each.fetched()
alice!.called(bob!.uri)
bob!.called(alice!.uri)

/** A control: nothing but depth. */
function deep(left: number): number {
  const next = left - 1
  return left === 0 ? 0 : 1 + deep(next)
}
const whole = { ...depth }
if (process.argv[2] === "control") deep(150)
process.stdout.write(JSON.stringify({ ...whole, after: depth.most }))
