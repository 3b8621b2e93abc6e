/** A message of every type of ours, as our machines write them, in forms that other people's programs know: SRTP-ID or Empty map. */
import assert from "node:assert/strict"
import { unhex } from "../../sdk/base/bytes.ts"
import { examples } from "../../sdk/cli/session-help.ts"
import { machines, type Answer } from "../../sdk/cli/session-machine.ts"
import { sample } from "../wire/samples.ts"

/** A message and what it is. */
export interface Named {
  readonly name: string
  readonly octets: Uint8Array
}

/**
 * Calls: a plain one, one that names its KMSs, one under AES-CM, one bound to its SDP's protocols, and one left with a mailbox, whose I_MESSAGE_2 has an
 * ESK and R_MESSAGE_2 a box. Then a key request with its answer, a refusal, and a request with a certificate's hash.
 */
export function messages(): Named[] {
  const cm = { offers: ["AES_CM_128_HMAC_SHA1_80"] }
  const absent = "sip:unit-3003@fire.example.org"
  const [bob] = (examples.responder as { readonly me: readonly string[] }).me
  const left = call({ peer: absent, retarget: [bob], deferred: [absent] }, "left with a mailbox", { unread: [absent], mailbox: true })
  return [...left, ...call({ protocols: "mikey;sdes" }, "bound to SDP"), ...call({}, "GCM"), ...call({ kms: "named" }, "with KMSs"), ...call(cm, "CM"), ...request(), { name: "REQUEST_KEY_PKE", octets: withoutCerts(sample("REQUEST_KEY_PKE")) }]
}

function call(more: object, what: string, answer: object = {}): Named[] {
  const common = { randomness: undefined, ...more }
  const I = machines.initiator({ ...examples.initiator, map: "SRTP-ID", ...common })
  const R = machines.responder({ ...examples.responder, randomness: undefined, ...("offers" in more ? { offers: more.offers } : {}), ...answer })
  const I1 = sent(I.start())
  const R1 = sent(R.receive(I1))
  const I2 = sent(I.receive(R1))
  const R2 = sent(R.receive(I2))
  return [I1, R1, I2, R2].map((octets, i) => ({ name: `${["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2"][i]}, ${what}`, octets }))
}

function request(): Named[] {
  const init = sent(machines.request({ ...examples.request, periods: { first: 46342, count: 2 } }).start())
  const resp = sent(machines.issue(examples.issue).receive(init))
  const early = sent(machines.issue({ ...examples.issue, now: 1794000000 }).receive(init))
  return [{ name: "REQUEST_KEY_PSK", octets: init }, { name: "REQUEST_KEY_RESP", octets: resp }, { name: "Error", octets: early }]
}

function sent(answers: readonly Answer[]): Uint8Array {
  const first = answers[0] as { readonly send?: string }
  assert(first.send !== undefined, JSON.stringify(answers))
  return unhex(first.send)!
}

/** tshark 4.0 reads Cert len one octet early, of Cert Type and its first octet, and so no certificate: the request goes without. */
function withoutCerts(octets: Uint8Array): Uint8Array {
  const [first, after] = [0x34, 0x41]
  const out = Uint8Array.from([...octets.subarray(0, first), ...octets.subarray(after)])
  out[0x26] = octets[0x3b]!
  return out
}
