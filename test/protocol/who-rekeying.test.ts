/** Who learns what where a live call gets new keys: RFC 6267 section 7.2, perfect secrecy between the exchanges of the same two. */
import assert from "node:assert/strict"
import { hex } from "../../sdk/base/bytes.ts"
import { answerer, caller, converse, fastKit, realKit, testKms, type Call, type Kit } from "../fixture.ts"
import { knower, lacks, type Scene } from "./knower.ts"
import { masterOf, privateKeysOf, secretOf, turned, witness, type Asset, type Memory, type Witness } from "./witness.ts"

/** One exchange, with what each end's machine remembers of it. */
interface Exchange {
  readonly call: Call
  readonly alice: Memory
  readonly bob: Memory
}

function exchange(alice: Witness, bob: Witness, rekeys?: Uint8Array): Exchange {
  const call = converse(caller(alice, bob.me, { rekeys }), answerer(bob))
  return { call, alice: turned(alice), bob: turned(bob) }
}

function sceneOf(kit: Kit, ...all: readonly Exchange[]): Scene {
  return { profile: kit.profile, air: all.flatMap(({ call }) => [call.I_MESSAGE_1, call.R_MESSAGE_1, call.I_MESSAGE_2, call.R_MESSAGE_2]) }
}

for (const [suite, kit] of [["the test KEM", fastKit()], ["suite 0x01", realKit()]] as const)
  describe(`rekeying: who learns what, over ${suite}`, () => {
    const kms = testKms(kit)
    const [alice, bob] = [witness(kms, "sip:alice@police.example"), witness(kms, "sip:bob@police.example")]
    const old = exchange(alice, bob)
    const fresh = exchange(alice, bob, old.call.initiator.agreed.sessions[0]!.spi)
    const scene = sceneOf(kit, old, fresh)
    const TGK = ({ call }: Exchange): Uint8Array => call.initiator.TGK

    it("the two exchanges have nothing in common: other CSB ID, RAND, MKI, points and keys", () => {
      const [a, b] = [old, fresh].map(({ call }) => call.initiator)
      assert.notEqual(a!.csbId, b!.csbId)
      for (const of of [(x: typeof a) => x!.RAND, (x: typeof a) => x!.TGK, (x: typeof a) => x!.agreed.sessions[0]!.spi]) assert.notEqual(hex(of(a)), hex(of(b)))
      const inside = [old, fresh].map(({ call }) => knower(scene, privateKeysOf(alice)).reads(call.R_MESSAGE_1)!)
      assert.equal(new Set(inside.flatMap((i) => [hex(i.ECCPTi!.point), hex(i.ECCPTr!.point)])).size, 4)
    })

    for (const [name, has, wants] of [["the old exchange do not give the new key", old, fresh], ["the new exchange do not give the old key", fresh, old]] as const)
      it(`all keys of ${name}, with both private keys and the KMS's master secret besides`, () => {
        // whoever breaks into both radios between the two has every key there is then: x, y, K_SESSION, kc, TGK, private keys
        const thief: Asset[] = [{ memory: has.alice }, { memory: has.bob }, privateKeysOf(alice), privateKeysOf(bob), masterOf(kms)]
        assert(knower(scene, ...thief).knows(TGK(has)), "the thief has the keys of the one")
        lacks(scene, thief, [secretOf(alice, wants.alice)], TGK(wants))
        lacks(scene, thief, [secretOf(bob, wants.bob)], TGK(wants))
      })
  })
