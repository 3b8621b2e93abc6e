/** The recorded run of test/cases/ibake-run.json, by message names, and key fills for its radios. */
import { readFileSync } from "node:fs"
import { unhex } from "../../sdk/base/bytes.ts"
import { utf8 } from "../../sdk/base/utf8.ts"
import { base64url } from "../../sdk/base/bytes.ts"
import { keyFillOctets } from "../../sdk/kms/keyfill.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"

interface Box {
  readonly plaintext: string
  readonly U: string
  readonly V: string
  readonly ciphertext: string
  readonly tag: string
}

interface Request {
  readonly identity: string
  readonly pskId: string
  readonly psk: string
  readonly REQUEST_KEY_INIT: string
  readonly REQUEST_KEY_RESP: string
  readonly KEMAC_plaintext: string
  readonly keys: readonly { readonly period: number; readonly S_id: string }[]
}

interface Run {
  readonly T: string
  readonly parameters: { readonly suite: number; readonly version: number; readonly periodLength: number; readonly periodOffset: number; readonly uri: string; readonly hosts: readonly string[]; readonly publicParameter: string }
  readonly requests: { readonly alice: Request; readonly bob: Request }
  readonly call: Record<"initiator" | "responder" | "csbId" | "RAND" | "I_MESSAGE_1" | "R_MESSAGE_1" | "I_MESSAGE_2" | "R_MESSAGE_2", string> & Record<"I_MESSAGE_1_box" | "R_MESSAGE_1_box" | "I_MESSAGE_2_box", Box>
}

const run = JSON.parse(readFileSync(new URL("../cases/ibake-run.json", import.meta.url), "utf8")) as Run
const { alice, bob } = run.requests

/** Messages in hex, and the text of a radio's key fill. */
export const recorded: Run & { readonly messages: Readonly<Record<string, string>>; fill(name: "alice" | "bob"): string } = {
  ...run,
  messages: {
    REQUEST_KEY_INIT: alice.REQUEST_KEY_INIT, REQUEST_KEY_RESP: alice.REQUEST_KEY_RESP, "bob's REQUEST_KEY_INIT": bob.REQUEST_KEY_INIT, "bob's REQUEST_KEY_RESP": bob.REQUEST_KEY_RESP,
    I_MESSAGE_1: run.call.I_MESSAGE_1, R_MESSAGE_1: run.call.R_MESSAGE_1, I_MESSAGE_2: run.call.I_MESSAGE_2, R_MESSAGE_2: run.call.R_MESSAGE_2,
  },
  fill(name): string {
    const of = run.requests[name]
    const { uri, ...set } = run.parameters
    const pskId = unhex(of.pskId)!
    const own = { ...set, kmsUri: utf8(uri)!, hosts: set.hosts.map((host) => utf8(host)!), publicParameter: unhex(set.publicParameter)! }
    const fill = {
      identities: [{ type: 1, data: utf8(of.identity)! }], psk: unhex(of.psk)!, pskId, device: base64url(nobleSym.sha256(pskId).subarray(0, 9)),
      kms: { name: "north", own }, vouched: [], broker: { url: "mqtt://127.0.0.1:1883", protocol: 4 as const }, mtu: 64, transferOctets: 16384,
    }
    return Buffer.from(keyFillOctets(fill)).toString("utf8")
  },
}

/** Names of the messages, in the order of time. */
export const recordedNames: readonly string[] = Object.keys(recorded.messages)
