/** Key requests for modes.json: every suite, several identities, COUNTER, and each Error that a KMS sends. PROTOCOL section 6 by hand. */
import { drawing, join, published, u32, type Json } from "./by-hand.ts"
import { periodOf, type Member } from "./hand-kms.ts"
import { text } from "./hand-messages.ts"
import { keyError, keyRequest, keyResponse, requestKeys, responseValues, type HandRequest } from "./hand-request.ts"

type Octets = Uint8Array
type Who = "alice" | "bob" | "team" | "mailbox" | "dora" | "fred"

/** A request to be. */
interface Asked {
  readonly name: string
  readonly why: string
  readonly who: readonly Who[]
  /** Seconds that the device's clock is off, or its counter. */
  readonly late?: number
  readonly counter?: number
  readonly periods?: { readonly first: number; readonly count: number }
  /** The request that the KMS has answered before. */
  readonly after?: string
  /** What the KMS answers with in place of keys. */
  readonly error?: { readonly no: 1 | 7 | 12; readonly lastT?: Octets }
}

function wanted(now: (late: number) => Octets, period: (who: Who) => number): readonly Asked[] {
  const one = (who: Who): Asked["periods"] => ({ first: period(who), count: 1 })
  return [
    { name: "suite 0x02", why: "the key is a BFPrivateKeyBlock", who: ["dora"], periods: one("dora") },
    { name: "suite 0x03", why: "the key is an RSK", who: ["fred"], periods: one("fred") },
    { name: "two identities", why: "keys by identity in the request's order; V takes in the first", who: ["bob", "team"], periods: one("bob") },
    { name: "COUNTER", why: "T of four octets, in the IV padded to eight", who: ["mailbox"], counter: 7 },
    { name: "COUNTER again", why: "the same T with another RAND: ERR 1 with lastT", who: ["mailbox"], counter: 7, after: "COUNTER", error: { no: 1, lastT: join(u32(0), u32(7)) } },
    { name: "an older T", why: "ERR 1 with lastT", who: ["bob", "team"], late: -1, after: "two identities", error: { no: 1, lastT: now(0) } },
    { name: "outside the skew window", why: "ERR 1; the KMS holds nothing yet, lastT is 0", who: ["alice"], late: 301, error: { no: 1, lastT: new Uint8Array(8) } },
    { name: "another's identity", why: "ERR 7: the PSK is alice's, the second identity is not", who: ["alice", "bob"], error: { no: 7 } },
    { name: "past periods", why: "ERR 12: nothing is left to issue", who: ["alice"], periods: { first: period("alice") - 3, count: 3 }, error: { no: 12 } },
  ]
}

/** The requests with their answers and every value between. */
export function modeRequests(people: Readonly<Record<Who, Member>>, utc: number): Json {
  const now = (late: number): Octets => join(u32(utc + 2208988800 + late), u32(0))
  return wanted(now, (who) => periodOf(people[who].kms, now(0))).map((asked) => {
    const first = asked.who[0]!
    const drawn = drawing("modes", (name) => `request, ${asked.name}/${name}`)
    const { kms } = people[first]
    const r: HandRequest = {
      kms, identities: asked.who.map((who) => people[who].identity), pskId: text(`psk-${first}`), psk: published(`modes/${first}/PSK`, 32), csbId: drawn.draw("CSB ID", 4), RAND: drawn.draw("RAND", 16),
      T: asked.counter === undefined ? { type: 0, value: now(asked.late ?? 0) } : { type: 2, value: u32(asked.counter) }, periods: asked.periods,
    }
    const owned = asked.error?.no === 7 ? [r.identities[0]!] : [...r.identities]
    const file = { identities: [...r.identities], pskId: r.pskId, psk: r.psk, ...(r.T.type === 2 ? { counter: r.T.value } : { T: r.T.value }), ...(asked.periods && { periods: { ...asked.periods } }) }
    const { first: from, count } = asked.periods ?? { first: periodOf(kms, now(0)), count: 2 }
    return {
      name: asked.name, why: asked.why, kms: kms.set.uri, owned, ...(asked.after && { after: asked.after }), file, draws: drawn.draws, csbId: r.csbId, RAND: r.RAND, ...requestKeys(r),
      ...(asked.error === undefined ? answered(r, now(0), from, count) : refused(r, asked.error)),
    }
  })
}

function answered(r: HandRequest, now: Octets, first: number, count: number): Record<string, Json> {
  const response = keyResponse(r, now, first, count)
  return { ...responseValues(keyRequest(r), response), keys: response.issued.map(({ identity, period, key }) => ({ identity, period, key })) }
}

function refused(r: HandRequest, { no, lastT }: NonNullable<Asked["error"]>): Record<string, Json> {
  const [request, error] = [keyRequest(r), keyError(r, no, lastT)]
  return { request_MAC: request.MAC, error_MAC: error.MAC, REQUEST_KEY_INIT: request.octets, ERR: no, ...(lastT && { lastT }), Error: error.octets }
}
