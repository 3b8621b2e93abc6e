/** Who learns what where several may answer, or somebody else does: forking and retargeting, RFC 6267 sections 3.1, 3.2, 7.3 and 7.4. */
import assert from "node:assert/strict"
import { hex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { same } from "../../sdk/ibake/identity.ts"
import type { Initiator } from "../../sdk/ibake/initiator.ts"
import { Responder } from "../../sdk/ibake/responder.ts"
import { agreed, answerer, caller, converse, fastKit, NOW, party, realKit, refused, sent, testKms, type Kit } from "../fixture.ts"
import { answerByHand, openByHand, team } from "./by-hand.ts"
import { forgeries, knower, lacks, type Scene } from "./knower.ts"
import { allOf, boxKeysOf, masterOf, pending, privateKeysOf, secretOf, turned, witness, type Asset, type Witness } from "./witness.ts"

const anybody = { onRetarget: () => true }

/** Everybody's octets of a call that is answered by one and confirmed to another. */
interface Answers extends Scene {
  readonly I: Initiator
  readonly R_MESSAGES_1: readonly Uint8Array[]
  readonly I_MESSAGE_2: Uint8Array
}

/** A call up to I_MESSAGE_2: all answer, the last one's answer is taken. */
function answered(kit: Kit, I: Initiator, Rs: readonly Responder[]): Answers {
  const I_MESSAGE_1 = sent(I.start(NOW))
  const R_MESSAGES_1 = Rs.map((R) => sent(R.receive(I_MESSAGE_1, NOW, "")))
  const I_MESSAGE_2 = sent(I.receive(R_MESSAGES_1[Rs.length - 1]!, NOW, ""))
  return { profile: kit.profile, I, R_MESSAGES_1, I_MESSAGE_2, air: [I_MESSAGE_1, ...R_MESSAGES_1, I_MESSAGE_2] }
}

/** R_MESSAGES_2 in the name of the one whose answer was taken. */
function madeOf(of: Answers, has: readonly Asset[]): Uint8Array[] {
  return forgeries(knower(of, ...has), of.air[0]!, of.R_MESSAGES_1[of.R_MESSAGES_1.length - 1]!)
}

/** Fails if any R_MESSAGE_2 that these assets lead to is taken. */
function forgesNothing(of: Answers, ...has: Asset[]): void {
  const made = madeOf(of, has)
  assert(made.length > 0, "nothing to try")
  for (const octets of made) assert.equal(refused(of.I.receive(octets, NOW, "")), "auth/failed at R_MESSAGE_2.V")
}

/** Whether one of the R_MESSAGE_2 that these assets lead to is taken. */
function forges(of: Answers, ...has: Asset[]): boolean {
  return madeOf(of, has).some((octets) => run(of.I.receive(octets, NOW, "")).kind === "established")
}

for (const [suite, kit] of [["the test KEM", fastKit()], ["suite 0x01", realKit()]] as const)
  describe(`who learns what, over ${suite}`, () => {
    const kms = testKms(kit)
    const member = (name: string): Witness => witness(kms, `sip:${name}@police.example`, { identities: [team] })
    const [alice, bob, carol] = [witness(kms, "sip:alice@police.example"), member("bob"), member("carol")]
    const answering = (of: Witness, as = of.me): Responder => new Responder(party(of), { me: [as], shared: [team] })
    beforeEach(() => [alice, bob, carol].forEach(turned))

    describe("forking", () => {
      it("the loser has read the call, and learns neither the winner's key nor what is said to him", () => {
        const call = answered(kit, caller(alice, team, anybody), [answering(bob), answering(carol)])
        const [fromBob, fromCarol] = call.R_MESSAGES_1
        const loser = knower(call, allOf(bob))
        assert.notEqual(loser.reads(call.air[0]!), undefined)
        assert.notEqual(loser.reads(fromBob!), undefined)
        for (const octets of [fromCarol!, call.I_MESSAGE_2]) assert.equal(loser.reads(octets), undefined)
        assert.notEqual(knower(call, allOf(bob), privateKeysOf(carol)).reads(call.I_MESSAGE_2), undefined)
        lacks(call, [allOf(bob)], [secretOf(carol), privateKeysOf(carol)], pending(call.I).TGK)
      })

      it("the loser makes no R_MESSAGE_2 in the winner's name, whatever of his own he derives it from", () => {
        const call = answered(kit, caller(alice, team, anybody), [answering(bob), answering(carol)])
        forgesNothing(call, allOf(bob))
        forgesNothing(call, allOf(bob), secretOf(carol))
        assert(forges(call, allOf(bob), secretOf(carol), privateKeysOf(carol)), "the control is taken")
      })

      it("a member who answers as another has his K_SESSION and the whole transcript, and lacks kc", () => {
        const I = caller(alice, team, { onRetarget: (id) => same(id, carol.me) })
        const I_MESSAGE_1 = sent(I.start(NOW))
        const { octets } = answerByHand(bob, openByHand(bob, team, I_MESSAGE_1)!, { IDRr: carol.me })
        const I_MESSAGE_2 = sent(I.receive(octets, NOW, ""))
        const call: Answers = { profile: kit.profile, I, R_MESSAGES_1: [octets], I_MESSAGE_2, air: [I_MESSAGE_1, octets, I_MESSAGE_2] }
        assert(alice.memory.kSessions.some((k) => knower(call, allOf(bob)).knows(k)), "they share K_SESSION")
        lacks(call, [allOf(bob)], [privateKeysOf(carol)], pending(I).TGK)
        // he can be made to derive something by the kc of a box that is his
        forgesNothing(call, allOf(bob))
        assert(forges(call, allOf(bob), boxKeysOf(alice)), "the control is taken")
      })

      it("the KMS that watches reads every answer and gets nobody's key", () => {
        const call = answered(kit, caller(alice, team, anybody), [answering(bob), answering(carol)])
        for (const octets of call.air) assert.notEqual(knower(call, masterOf(kms)).reads(octets), undefined)
        for (const end of [alice, carol]) lacks(call, [masterOf(kms)], [secretOf(end)], pending(call.I).TGK)
        lacks(call, [masterOf(kms), secretOf(bob)], [secretOf(carol)], pending(call.I).TGK)
      })
    })

    describe("retargeting", () => {
      it("where the proxy sends the caller on, the first called one reads the first call only: x is fresh in the second", () => {
        const I = caller(alice, bob.me)
        const toBob = sent(I.start(NOW))
        I.end()
        const second = converse(caller(alice, carol.me), answerer(carol))
        const call = { profile: kit.profile, air: [toBob, second.I_MESSAGE_1, second.R_MESSAGE_1, second.I_MESSAGE_2, second.R_MESSAGE_2] }
        const first = knower(call, allOf(bob)).reads(toBob)!.ECCPTi!.point
        const other = knower(call, allOf(carol)).reads(second.I_MESSAGE_1)!.ECCPTi!.point
        assert.notEqual(hex(first), hex(other))
        assert.equal(knower(call, allOf(bob)).reads(second.I_MESSAGE_1), undefined)
        lacks(call, [allOf(bob)], [secretOf(carol), privateKeysOf(carol)], second.initiator.TGK)
      })

      it("where one answers who reads the called one's calls, the called one knows [x]P and not the key", () => {
        const dora = witness(kms, "sip:dora@police.example", { identities: [bob.me] })
        const call = answered(kit, caller(alice, bob.me, anybody), [new Responder(party(dora), { me: [dora.me], shared: [bob.me] })])
        assert.notEqual(knower(call, allOf(bob)).reads(call.air[0]!), undefined)
        assert.equal(knower(call, allOf(bob)).reads(call.I_MESSAGE_2), undefined)
        lacks(call, [allOf(bob)], [secretOf(dora), privateKeysOf(dora)], pending(call.I).TGK)
        forgesNothing(call, allOf(bob), secretOf(dora))
        assert(forges(call, allOf(bob), secretOf(dora), privateKeysOf(dora)), "the control is taken")
      })

      it("where one answers who cannot read them, he gets [x]P in I_MESSAGE_2, and the called one the key neither before nor after", () => {
        const C = new Responder(party(carol), { me: [carol.me], onUnread: () => true })
        const call = answered(kit, caller(alice, bob.me, anybody), [C])
        const [I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2] = call.air as [Uint8Array, Uint8Array, Uint8Array]
        assert.equal(knower(call, allOf(carol)).reads(I_MESSAGE_1), undefined)
        const xP = knower(call, allOf(bob)).reads(I_MESSAGE_1)!.ECCPTi!.point
        assert.equal(hex(knower(call, allOf(carol)).reads(I_MESSAGE_2)!.ECCPTi!.point), hex(xP))
        for (const octets of [R_MESSAGE_1, I_MESSAGE_2]) assert.equal(knower(call, allOf(bob)).reads(octets), undefined)
        const { TGK } = pending(call.I)
        lacks(call, [allOf(bob)], [secretOf(carol), privateKeysOf(carol)], TGK)
        const carols = agreed(C.receive(I_MESSAGE_2, NOW, ""))
        const whole = { ...call, air: [...call.air, carols.octets!] }
        assert.equal(knower(whole, allOf(bob)).reads(carols.octets!), undefined)
        assert.equal(hex(knower(whole, privateKeysOf(alice)).reads(carols.octets!)!.ECCPTi!.point), hex(xP))
        lacks(whole, [allOf(bob)], [secretOf(carol), privateKeysOf(carol)], TGK)
        for (const end of [alice, carol]) lacks(whole, [masterOf(kms)], [secretOf(end)], TGK)
        assert.equal(hex(agreed(call.I.receive(carols.octets!, NOW, "")).agreement.TGK), hex(TGK))
      })

      it("a proxy that sends a call on holds no key and reads nothing of it", () => {
        const C = new Responder(party(carol), { me: [carol.me], onUnread: () => true })
        const call = answered(kit, caller(alice, bob.me, anybody), [C])
        for (const octets of call.air) assert.equal(knower(call).reads(octets), undefined)
        lacks(call, [], [allOf(carol)], pending(call.I).TGK)
      })
    })
  })
