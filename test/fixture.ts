/**
 * What protocol tests share: a KMS from a fixed seed, radios with keyrings in memory, and a whole call with its six messages.
 * Nothing here is random: every octet follows from the names that are given.
 */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { noble } from "../boards/profiles/noble.ts"
import { ascii, copy, wipe } from "../sdk/base/bytes.ts"
import { isFault, type Fault } from "../sdk/base/fault.ts"
import { run, type Job } from "../sdk/base/job.ts"
import { bls12381 } from "../sdk/group/bls12381-noble.ts"
import { bfMaster } from "../sdk/ibe/bf-master.ts"
import type { IbeMaster } from "../sdk/ibe/ibe.ts"
import { seal } from "../sdk/ibe/seal.ts"
import { identity, ntp, type Identity, type ParameterSet } from "../sdk/ibake/identity.ts"
import { Initiator, type CallOptions } from "../sdk/ibake/initiator.ts"
import { readResponse, requestMessage, type KeyRequest, type KeyResponse } from "../sdk/ibake/keyrequest.ts"
import { Responder } from "../sdk/ibake/responder.ts"
import { Gate, type Agreement, type Draw, type Now, type Outcome, type Party } from "../sdk/ibake/session.ts"
import { Keyring } from "../sdk/keys/keyring.ts"
import { issuer } from "../sdk/kms/issue.ts"
import type { Decision, Issuer, Kms, Record_, Subscriber } from "../sdk/kms/types.ts"
import { prf256 } from "../sdk/mikey/prf.ts"
import type { Store } from "../sdk/port.ts"
import type { Profile } from "../sdk/suite.ts"
import { nobleSym } from "../sdk/sym/noble.ts"
import { nodeSym, testKem, testKemMaster } from "./test-kem.ts"

/** The time of the tests: in the middle of a key period of one day. */
export const UTC = 1795000000

/** The moment of the tests. */
export const NOW: Now = { utc: UTC, ticks: 0 }

/** The algorithms of a test: a profile, and the master side for its KMS. */
export interface Kit {
  readonly profile: Profile
  readonly master: IbeMaster
}

/** Suite 0x01 through noble: what devices run. */
export function realKit(): Kit {
  return { profile: noble(), master: bfMaster(bls12381, nobleSym) }
}

/** The noble profile with the KEM and the hashes of test-kem.ts: a hundred times faster, and all else real. */
export function fastKit(): Kit {
  const ibe = testKem(nodeSym)
  const suites = [{ id: ibe.suiteId, ibe, box: seal(ibe, nodeSym) }]
  return { profile: { ...noble(), sym: nodeSym, prf: prf256(nodeSym), suites }, master: testKemMaster(nodeSym) }
}

/** The kit with another profile, made from its own. */
export function changed(kit: Kit, change: (profile: Profile) => Partial<Profile>): Kit {
  return { profile: { ...kit.profile, ...change(kit.profile) }, master: kit.master }
}

/** A source of octets that a name determines, for ever the same. */
export function seeded(name: string): Draw {
  let count = 0
  return (octets) => new Uint8Array(createHash("shake256", { outputLength: octets }).update(`${name} ${count++}`).digest())
}

/** Octets of hash of a name. */
export function octetsOf(name: string, length: number): Uint8Array {
  return seeded(name)(length)!
}

/** An identity that is in order. */
export function named(uri: string, type = 1): Identity {
  return good(identity(uri, type))
}

/** A value that is not a Fault. */
export function good<T>(value: T | Fault): T {
  assert(!isFault(value), isFault(value) ? `${value.fault} at ${value.at}` : "")
  return value
}

/** A KMS for tests: the core, and what it issues under. */
export interface TestKms {
  readonly kit: Kit
  readonly core: Issuer
  readonly state: Kms
}

/** A KMS whose master secret follows from its URI; it speaks for police.example unless told otherwise. */
export function testKms(kit: Kit, change: Partial<Omit<ParameterSet, "kmsUri" | "hosts">> & { uri?: string; hosts?: readonly string[]; vouched?: readonly ParameterSet[] } = {}): TestKms {
  const { uri = "kms.police.example", hosts = ["police.example"], vouched = [], ...rest } = change
  const master = kit.master.setup(octetsOf(`master secret of ${uri}`, kit.master.seedOctets))
  const own: ParameterSet = {
    suite: kit.master.suiteId,
    version: 1,
    periodLength: 86400,
    periodOffset: 0,
    kmsUri: ascii(uri),
    hosts: hosts.map(ascii),
    publicParameter: run(kit.master.publicParameter(master))!,
    ...rest,
  }
  return { kit, core: issuer(kit.profile, [kit.master]), state: { master, own, vouched, skewSeconds: 300, horizonPeriods: 30 } }
}

/** A store in memory that can be told to refuse. */
export class MemoryStore implements Store {
  readonly sealed: boolean
  readonly values: Map<string, Uint8Array> = new Map()
  refuses: (name: string) => boolean = () => false
  constructor(kind: "sealed" | "open" = "sealed") {
    this.sealed = kind === "sealed"
  }
  get(name: string): Uint8Array | undefined {
    const value = this.values.get(name)
    return value === undefined ? undefined : copy(value)
  }
  put(name: string, value: Uint8Array): boolean {
    if (this.refuses(name)) return false
    this.values.set(name, copy(value))
    return true
  }
  remove(name: string): void {
    this.values.delete(name)
  }
}

/** A radio: enrolled with its KMS, its keyring empty until `fetchKeys`. */
export interface Radio {
  readonly me: Identity
  readonly kms: TestKms
  readonly profile: Profile
  readonly subscriber: Subscriber
  readonly store: MemoryStore
  readonly ring: Keyring
  readonly draw: Draw
}

/** What a radio may have of its own. */
export interface RadioOptions {
  readonly type?: number
  readonly profile?: Profile
  readonly identities?: readonly Identity[]
  readonly vouched?: readonly ParameterSet[]
  readonly store?: MemoryStore
  readonly draw?: Draw
  readonly transferOctets?: number
}

/** A radio enrolled under `uri`; it holds no private key yet. */
export function enrolled(kms: TestKms, uri: string, options: RadioOptions = {}): Radio {
  const me = named(uri, options.type)
  const profile = options.profile ?? kms.kit.profile
  const store = options.store ?? new MemoryStore()
  const ring = new Keyring(profile, store)
  assert.equal(run(ring.load(kms.state.own, options.vouched ?? kms.state.vouched)), undefined)
  const pskId = ascii(`psk of ${uri}`)
  const subscriber: Subscriber = {
    pskId,
    psk: octetsOf(`psk of ${uri}`, 32),
    identities: [me, ...(options.identities ?? [])],
    revoked: false,
    transferOctets: options.transferOctets ?? 16384,
    mtu: 128,
    deviceId: "",
  }
  return { me, kms, profile, subscriber, store, ring, draw: options.draw ?? seeded(`draws of ${uri}`) }
}

/** A radio with its keys of the current and the next period, fetched from its KMS. */
export function radio(kms: TestKms, uri: string, options: RadioOptions = {}): Radio {
  const made = enrolled(kms, uri, options)
  fetchKeys(made)
  return made
}

/** REQUEST_KEY_INIT of a radio, for all its identities unless told otherwise. */
export function keyRequest(of: Radio, change: Partial<KeyRequest> = {}): Uint8Array {
  const { identities, pskId, psk } = of.subscriber
  const r = { identities, kmsUri: of.kms.state.own.kmsUri, pskId, T: { type: 0, value: ntp(UTC) }, csbId: 0x4b4d5331, RAND: of.draw(16)!, ...change }
  return requestMessage(of.profile, psk, r)
}

/** What the KMS decides on a request; anything but a Decision fails the test. */
export function decide(of: Radio, request: Uint8Array, record?: Record_, utc: number = UTC, kms: Kms = of.kms.state): Decision {
  return good(run(of.kms.core.decide(request, of.subscriber, record, utc, kms)))
}

/** What a radio reads in an answer to its request. */
export function readAnswer(of: Radio, request: Uint8Array, response: Uint8Array): KeyResponse | Fault {
  return readResponse(of.profile, of.subscriber.psk, request, response, of.kms.state.own, of.profile.limits.transferOctets)
}

/** Both messages of a key request, its keys installed. */
export function fetchKeys(of: Radio, change: Partial<KeyRequest> = {}): { readonly request: Uint8Array; readonly response: Uint8Array } {
  const request = keyRequest(of, change)
  const response = decide(of, request).answer
  const read = good(readAnswer(of, request, response))
  assert(read.kind === "keys", JSON.stringify(read))
  assert.equal(run(of.ring.install(read.keys, read.notice?.sets ?? [])), undefined)
  for (const each of read.keys) wipe(each.key)
  return { request, response }
}

/** A radio as a party of an exchange, the rate limit out of the way. */
export function party(of: Radio, change: Partial<Party> = {}): Party {
  return { profile: of.profile, keys: of.ring, draw: of.draw, gate: new Gate(1e9), ...change }
}

/** One stream each way. */
export const streams: CallOptions["streams"] = [
  { csId: 1, from: "initiator" },
  { csId: 2, from: "responder" },
]

/** An Initiator that has not begun. */
export function caller(of: Radio, peer: Identity, change: Partial<CallOptions> = {}, own: Partial<Party> = {}): Initiator {
  return new Initiator(party(of, own), { me: of.me, peer, streams, ...change })
}

/** A Responder that answers as whatever the radio is enrolled for. */
export function answerer(of: Radio, own: Partial<Party> = {}): Responder {
  return new Responder(party(of, own), { me: of.subscriber.identities })
}

/** The octets of an outcome that sends. */
export function sent(job: Job<Outcome>): Uint8Array {
  const outcome = run(job)
  assert(outcome.kind === "send", why(outcome))
  return outcome.octets
}

/** The agreement of an outcome that establishes, and what it sends. */
export function agreed(job: Job<Outcome>): { readonly agreement: Agreement; readonly octets: Uint8Array | undefined } {
  const outcome = run(job)
  assert(outcome.kind === "established", why(outcome))
  return outcome
}

/** The Fault of an outcome that is ignored, as `code at place`. */
export function refused(job: Job<Outcome>): string {
  const outcome = run(job)
  assert(outcome.kind === "ignored", why(outcome))
  return `${outcome.fault.fault} at ${outcome.fault.at}`
}

function why(outcome: Outcome): string {
  return outcome.kind === "ignored" ? `${outcome.fault.fault} at ${outcome.fault.at}` : outcome.kind
}

/** The four messages of a call, and what both ends hold. */
export interface Call {
  readonly I_MESSAGE_1: Uint8Array
  readonly R_MESSAGE_1: Uint8Array
  readonly I_MESSAGE_2: Uint8Array
  readonly R_MESSAGE_2: Uint8Array
  readonly initiator: Agreement
  readonly responder: Agreement
}

/** A whole call over a path that loses nothing. */
export function converse(I: Initiator, R: Responder, now: Now = NOW): Call {
  const I_MESSAGE_1 = sent(I.start(now))
  const R_MESSAGE_1 = sent(R.receive(I_MESSAGE_1, now, ""))
  const I_MESSAGE_2 = sent(I.receive(R_MESSAGE_1, now, ""))
  const responder = agreed(R.receive(I_MESSAGE_2, now, ""))
  const R_MESSAGE_2 = responder.octets!
  const initiator = agreed(I.receive(R_MESSAGE_2, now, ""))
  return { I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2, R_MESSAGE_2, initiator: initiator.agreement, responder: responder.agreement }
}

/** All six messages of a first call: what the caller fetched, then the call. */
export interface WholeRun extends Call {
  readonly REQUEST_KEY_INIT: Uint8Array
  readonly REQUEST_KEY_RESP: Uint8Array
  readonly alice: Radio
  readonly bob: Radio
}

/** A whole run: alice fetches her keys, then calls bob. */
export function wholeRun(kit: Kit): WholeRun {
  const kms = testKms(kit)
  const alice = enrolled(kms, "sip:alice@police.example")
  const bob = radio(kms, "sip:bob@police.example")
  const fetched = fetchKeys(alice)
  const call = converse(caller(alice, bob.me), answerer(bob))
  return { REQUEST_KEY_INIT: fetched.request, REQUEST_KEY_RESP: fetched.response, ...call, alice, bob }
}
