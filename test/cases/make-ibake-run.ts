/**
 * Makes ibake-run.json: two key requests and one call of suite 0x01 with every value between, computed from PROTOCOL by `by-hand.ts` and the figures of
 * RFC 3830, 6043 and 6267 in `hand-*.ts`; nothing of sdk/ is imported. `npx tsx test/cases/make-ibake-run.ts` writes the file anew.
 */
import { writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { drawing, inHex, join, P256, published, S_id, u32, type Drawn, type Json } from "./by-hand.ts"
import { answer, begin, finish } from "./hand-call.ts"
import { kms01, periodOf, setFields, type HandKms, type Member } from "./hand-kms.ts"
import { text } from "./hand-messages.ts"
import { keyRequest, keyResponse, requestKeys, responseValues, type HandRequest } from "./hand-request.ts"

type Octets = Uint8Array

const utc = 1795000000
const T = join(u32(utc + 2208988800), u32(0))
const set = { suite: 1, version: 1, periodLength: 86400, periodOffset: 3600, uri: "kms.example", hosts: ["fire.example.org"] }
const draw = (label: string, octets: number): Octets => published(`ibake-run/${label}`, octets)

/** The draws of a role of the call: but for the seeds of boxes they are named `call/...`. */
const role = (): Drawn => drawing("ibake-run", (name) => (name.endsWith("/rho") ? name : `call/${name}`))

function request(name: string, of: Member, periods?: HandRequest["periods"]): Json {
  const r: HandRequest = {
    kms: of.kms, identities: [of.identity], pskId: text(`psk-${name}`), psk: draw(`${name}/PSK`, 32),
    csbId: draw(`${name}/request/CSB ID`, 4), RAND: draw(`${name}/request/RAND`, 16), T: { type: 0, value: T }, periods,
  }
  const { first, count } = periods ?? { first: periodOf(of.kms, T), count: 2 }
  const [asked, response] = [keyRequest(r), keyResponse(r, T, first, count)]
  const keys = response.issued.map(({ period, from, to, S, uid, key }) => ({ period, from, to, S, uid, Q_id: S_id(1n, uid), S_id: key }))
  return { identity: of.identity, pskId: r.pskId, psk: r.psk, csbId: r.csbId, RAND: r.RAND, ...(periods && { periods: { ...periods } }), ...requestKeys(r), ...responseValues(asked, response), keys }
}

/** The whole run, octets in hex. */
export function makeRun(): unknown {
  const kms: HandKms = kms01(set, draw("master secret", 48))
  const [alice, bob] = ["sip:unit-1001@fire.example.org", "sip:unit-2002@fire.example.org"].map((identity) => ({ identity, kms })) as [Member, Member]
  const period = periodOf(kms, T)
  const [I, R] = [role(), role()]
  const streams = [{ csId: 1, from: "initiator" }, { csId: 2, from: "responder" }] as const
  const begun = begin({ draw: I.draw, T, initiator: alice, called: bob, curve: P256, map: "GENERIC-ID", named: false, policies: ["AEAD_AES_128_GCM"], streams })
  const call = finish(begun, answer(begun, { draw: R.draw, responder: bob, read: true, allows: ["AEAD_AES_128_GCM"] }))
  const asked = (name: string): Json => [["CSB ID", 4], ["RAND", 16]].map(([what, octets]) => ({ label: `${name}/request/${what}`, octets: draw(`${name}/request/${what}`, octets as number) }))
  return inHex({
    source: "test/cases/make-ibake-run.ts, straight from PROTOCOL with @noble/curves, @noble/hashes, @noble/ciphers",
    randomness: "SHA-256('ibake-run/' || label || counter in 4 octets), counters from 0, cut to length; labels: see `draws`",
    utc, T, period, masterSecret: kms.masterSecret, parameters: setFields(kms),
    draws: { "request alice": asked("alice"), "request bob": asked("bob"), initiator: I.draws, responder: R.draws },
    requests: { alice: request("alice", alice), bob: request("bob", bob, { first: period, count: 1 }) },
    call: call.values,
  })
}

/** The text of the committed file. */
export function runText(): string {
  return JSON.stringify(makeRun(), undefined, 1) + "\n"
}

if (process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === import.meta.url) writeFileSync(new URL("ibake-run.json", import.meta.url), runText())
