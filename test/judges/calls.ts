/** What judges of SRTP are given: contexts of real calls, and the same with one key bit turned. */
import { shortTag, contexts, type SrtpContext } from "../../sdk/srtp/contexts.ts"
import { longTagOf, srtpRules, type SrtpCipher, type SrtpTransform } from "../../sdk/srtp/policy.ts"
import { answerer, caller, changed, converse, good, radio, realKit, testKms } from "../fixture.ts"

const calls = new Map<string, readonly SrtpContext[]>()

/** Two contexts of a call over suite 0x01, one for each direction; the first has a sequence number soon to wrap, and a rollover counter. Made once. */
export function called(transform: SrtpTransform, roc: number): readonly [SrtpContext, SrtpContext] {
  const cipher = longTagOf(transform) ?? (transform as SrtpCipher)
  const name = `${cipher} ${roc}`
  if (!calls.has(name)) calls.set(name, call(cipher, roc))
  const [a, b] = calls.get(name)!
  return cipher === transform ? [a!, b!] : [shortTag(a!)!, shortTag(b!)!]
}

function call(cipher: SrtpCipher, roc: number): readonly SrtpContext[] {
  const kit = changed(realKit(), () => ({ srtp: srtpRules([cipher]) }))
  const kms = testKms(kit)
  const [alice, bob] = [radio(kms, "sip:alice@police.example"), radio(kms, "sip:bob@police.example")]
  const streams = [{ csId: 1, from: "initiator", ssrc: 0x11223344, roc, seq: 65500 }, { csId: 2, from: "responder" }] as const
  const a = converse(caller(alice, bob.me, { streams }), answerer(bob)).responder
  return good(contexts({ prf: kit.profile.prf, TGK: a.TGK, csbId: a.csbId, RAND: a.RAND, map: a.agreed, offered: a.offered, policies: a.policies, spi: a.spi }))
}

/** The context with one bit of its master key turned. */
export function flipped(context: SrtpContext): SrtpContext {
  return { ...context, masterKey: context.masterKey.map((octet, i) => (i === 7 ? octet ^ 16 : octet)) }
}
