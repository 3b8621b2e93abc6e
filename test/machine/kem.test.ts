/** Suite 0x01 on each machine: the same octets as on noble, and what one seals the other opens. */
import assert from "node:assert/strict"
import { hex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { bls12381 } from "../../sdk/group/bls12381.ts"
import { bls12381 as blsOfNoble } from "../../sdk/group/bls12381-noble.ts"
import type { PairingGroup } from "../../sdk/group/group.ts"
import { bfMaster } from "../../sdk/ibe/bf-master.ts"
import { bf } from "../../sdk/ibe/bf.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { octets } from "../contract/octets.ts"
import { machines } from "./machines.ts"

const seed = octets("master", 48)
const uid = octets("uid", 32)
const rho = octets("rho", 32)

/** All octets of one encapsulation over a group, and the secret that each of `openers` gets of it. */
function kem<G1, G2, GT>(group: PairingGroup<G1, G2, GT>): { octets: string[]; open: (enc: Uint8Array) => string | undefined; enc: Uint8Array } {
  const master = bfMaster(group, nobleSym)
  const ibe = bf(group, nobleSym)
  const s = master.setup(seed)
  const Ppub = run(master.publicParameter(s))!
  const Sid = run(master.extract(s, uid))!
  const par = run(ibe.parameters(Ppub))!
  const key = run(ibe.privateKey(Sid, par))!
  assert.equal(run(ibe.verify(key, uid, par)), true)
  const made = run(ibe.encapsulate(uid, par, rho))
  const open = (enc: Uint8Array): string | undefined => {
    const secret = run(ibe.decapsulate(enc, key, uid, par))
    return secret === undefined ? undefined : hex(secret)
  }
  return { octets: [s, Ppub, Sid, made.enc, made.secret].map(hex), open, enc: made.enc }
}

describe("suite 0x01", () => {
  const reference = kem(blsOfNoble)
  for (const each of machines)
    it(`on BLS12-381, ${each.name}, gives the octets that it gives on noble, both ways`, () => {
      const ours = kem(bls12381(each.bls12381))
      assert.deepEqual(ours.octets, reference.octets)
      assert.equal(ours.open(reference.enc), reference.octets[4])
      assert.equal(reference.open(ours.enc), reference.octets[4])
      const flipped = Uint8Array.from(ours.enc)
      flipped[79]! ^= 1
      assert.equal(ours.open(flipped), undefined)
    })
})
