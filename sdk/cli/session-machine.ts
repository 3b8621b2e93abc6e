/** The machines of `ibake session`: each takes one line's worth and answers what its lines say. All is sans-IO core; here it only gets its values. */
import { hex, number32, u32, wipe } from "../base/bytes.ts"
import { isFault, type Fault } from "../base/fault.ts"
import { run, type Job } from "../base/job.ts"
import { ntp, same, utcOf, type Identity, type ParameterSet } from "../ibake/identity.ts"
import { openDeferred, type Deferred } from "../ibake/esk.ts"
import { Initiator } from "../ibake/initiator.ts"
import { readResponse, requestMessage, type KeyResponse } from "../ibake/keyrequest.ts"
import { Responder } from "../ibake/responder.ts"
import { Gate, type Agreement, type Draw, type Now, type Outcome, type Party } from "../ibake/session.ts"
import { Keyring } from "../keys/keyring.ts"
import { defaultIssuer, masterOf } from "../kms/masters.ts"
import { setFields } from "../kms/sets.ts"
import type { Kms, Record_, Subscriber } from "../kms/types.ts"
import { tsType } from "../mikey/numbers.ts"
import { contexts, wipeContexts, type SrtpContext } from "../srtp/contexts.ts"
import { srtpRules } from "../srtp/policy.ts"
import { sdpIds } from "../srtp/sdp.ts"
import { text } from "../base/utf8.ts"
import type { Profile } from "../suite.ts"
import { profileNamed, type ProfileName } from "./profiles.ts"
import { deferredFile, initiatorFile, issueFile, requestFile, responderFile, type CallFile, type CommonFile, type SubscriberFields } from "./session-file.ts"

/** One line of answer. */
export type Answer =
  | { readonly send: string }
  | { readonly done: object }
  | { readonly ignored: string; readonly at: string; readonly lastT?: string }
  | { readonly error: string }

/** A role at work. `start` answers a line `{}`, `receive` one with `recv`. */
export interface Machine {
  start(): Answer[]
  receive(octets: Uint8Array): Answer[]
}

/** The roles, each made from the value of its FILE, on wasm unless told otherwise; throws an Error of one line that names the field which is wrong. */
export const machines: Readonly<Record<"initiator" | "responder" | "deferred" | "request" | "issue", (file: unknown, profile?: ProfileName) => Machine>> = { initiator, responder, deferred, request, issue }

function initiator(value: unknown, profile?: ProfileName): Machine {
  const file = initiatorFile(value)
  const draws = new Draws(file)
  const party = partyOf(file, draws, profile)
  const now = clock(file.T)
  if (file.T !== undefined && hex(ntp(utcOf(file.T))) !== hex(file.T)) throw new Error("T: expected a timestamp of whole seconds, or one that a clock of milliseconds gives")
  const { me, peer, streams, map, kms, rekeys, deferred } = file
  const protocols = file.protocols === undefined ? undefined : sdpIds(file.protocols)
  const onDeferred = deferred === undefined ? undefined : among(deferred)
  const machine = new Initiator(party, { me, peer, streams, map, kms, rekeys, protocols, onRetarget: among(file.retarget), onDeferred })
  const step = (job: Job<Outcome>): Answer[] => draws.judge(told(run(job), party.profile))
  return { start: () => step(machine.start(now())), receive: (octets) => step(machine.receive(octets, now(), "")) }
}

/** Whether an identity is one of a list. */
function among(list: readonly Identity[]): (id: Identity) => boolean {
  return (id) => list.some((one) => same(one, id))
}

function responder(value: unknown, profile?: ProfileName): Machine {
  const file = responderFile(value)
  const draws = new Draws(file)
  const party = partyOf(file, draws, profile)
  const now = clock(file.T)
  const { me, shared, unread, mailbox, fill } = file
  const machine = new Responder(party, { me, shared, onUnread: unread && among(unread), mailbox, fill: fill && (() => fill) })
  return {
    start: () => [{ error: "a responder begins with a message: expected recv" }],
    receive: (octets) => draws.judge(told(run(machine.receive(octets, now(), "")), party.profile)),
  }
}

/** Opens what a mailbox passed on, each message for itself. */
function deferred(value: unknown, profile?: ProfileName): Machine {
  const file = deferredFile(value)
  const party = partyOf(file, new Draws(file), profile)
  return {
    start: () => [{ error: "content that was left begins with its I_MESSAGE_2: expected recv" }],
    receive(octets: Uint8Array): Answer[] {
      const left = run(openDeferred(party, file.me, octets))
      return [isFault(left) ? ignored(left) : content(left, party.profile)]
    },
  }
}

function content(left: Deferred, profile: Profile): Answer {
  const { SK, csbId, RAND } = left
  const made = contexts({ prf: profile.prf, TGK: SK, csbId, RAND, map: left.map, offered: left.map, policies: left.policies, spi: "none" })
  if (isFault(made)) return ignored(made)
  const done = { from: words(left.from), me: words(left.me), mailbox: words(left.mailbox), T: hex(left.T), csbId: hex(u32(csbId)), RAND: hex(RAND), SK: hex(SK), contexts: made.map(contextFields) }
  wipeContexts(made)
  wipe(SK)
  return { done }
}

function request(value: unknown, name?: ProfileName): Machine {
  const file = requestFile(value)
  const draws = new Draws(file)
  const profile = profileNamed(name ?? "wasm")
  const ring = keyring(profile, file.parameters)
  const set = file.parameters[0]!
  let sent: Uint8Array | undefined
  return {
    start(): Answer[] {
      const csbId = draws.draw(4)
      const RAND = draws.draw(16)
      if (csbId === undefined || RAND === undefined) return draws.judge([{ ignored: "entropy/none", at: "REQUEST_KEY_INIT" }])
      const T = file.T ?? { type: tsType.NTP_UTC, value: ntp(Date.now() / 1000) }
      sent = requestMessage(profile, file.psk, { identities: file.identities, kmsUri: set.kmsUri, pskId: file.pskId, T, csbId: number32(csbId), RAND, periods: file.periods })
      return [{ send: hex(sent) }]
    },
    receive(octets: Uint8Array): Answer[] {
      if (sent === undefined) return [{ ignored: "session/state", at: "request" }]
      const response = readResponse(profile, file.psk, sent, octets, set, profile.limits.transferOctets)
      return isFault(response) ? [ignored(response)] : [taken(response, ring)]
    },
  }
}

/** The keys of a response, each proved to be of its identity and period. */
function taken(response: KeyResponse, ring: Keyring): Answer {
  if (response.kind === "error") return { ...ignored(response.fault), lastT: response.lastT && hex(response.lastT) }
  const { keys, notice } = response
  const fault = run(ring.install(keys, notice === undefined ? [] : notice.sets))
  if (fault !== undefined) return ignored(fault)
  const named = keys.map((of) => ({ identity: words(of.identity), period: of.period, key: hex(of.key) }))
  for (const of of keys) wipe(of.key)
  return { done: { keys: named, notice: notice && { time: hex(notice.time), sets: notice.sets.map(setFields) } } }
}

/** Keeps for each PSK and TS type the record of PROTOCOL section 6, in memory. */
function issue(value: unknown): Machine {
  const file = issueFile(value)
  const own = file.parameters[0]!
  const master = masterOf(own.suite)
  if (master === undefined) throw new Error(`parameters[0]: suite/refused at set.suite`)
  const P = run(master.publicParameter(file.master))
  if (P === undefined || hex(P) !== hex(own.publicParameter)) throw new Error("master: this is not the master secret behind parameters[0]")
  const core = defaultIssuer([master])
  const kms: Kms = { master: file.master, own, vouched: file.parameters.slice(1), skewSeconds: file.skewSeconds, horizonPeriods: file.horizonPeriods }
  const records = new Map<string, Record_>()
  return {
    start: () => [{ error: "a KMS begins with a request: expected recv" }],
    receive(octets: Uint8Array): Answer[] {
      const peeked = core.peek(octets)
      if (isFault(peeked)) return [ignored(peeked)]
      const found = file.subscribers.find((one) => hex(one.pskId) === hex(peeked.pskId))
      if (found === undefined) return [{ ignored: "identity/unknown", at: "REQUEST_KEY_PSK.IDRpsk" }]
      const name = `${hex(peeked.pskId)} ${peeked.tsType}`
      const decision = run(core.decide(octets, subscriber(found), records.get(name), file.now ?? Date.now() / 1000, kms))
      if (isFault(decision)) return [ignored(decision)]
      if (decision.record !== undefined) records.set(name, decision.record)
      return [{ send: hex(decision.answer) }]
    },
  }
}

function subscriber(of: SubscriberFields): Subscriber {
  return { ...of, mtu: 65535, deviceId: "" }
}

/** The randomness of FILE, or WebCrypto's. */
class Draws {
  private readonly given: readonly Uint8Array[] | undefined
  private drawn: number
  private wrong: string | undefined

  constructor(file: CommonFile) {
    this.given = file.randomness
    this.drawn = 0
  }

  draw(octets: number): Uint8Array | undefined {
    if (this.given === undefined) return crypto.getRandomValues(new Uint8Array(octets))
    const next = this.given[this.drawn]
    if (next?.length === octets) {
      this.drawn++
      return next.slice()
    }
    this.wrong ??= `randomness[${this.drawn}]: a draw of ${octets} octets, FILE has ${next === undefined ? "no more" : next.length}`
    return undefined
  }

  /** The answers of a step, or what FILE lacked for it. */
  judge(answers: Answer[]): Answer[] {
    const error = this.wrong
    this.wrong = undefined
    return error === undefined ? answers : [{ error }]
  }
}

/** A harness sends as much as it likes: no rate limit stands before its boxes. */
const NO_LIMIT = 1e9

function partyOf(file: CallFile, draws: Draws, name: ProfileName | undefined): Party {
  const all = profileNamed(name ?? "wasm")
  const { offers, curves, suites, privateKeys: keys } = file
  const known = suites === undefined ? all.suites : all.suites.filter((suite) => suites.includes(suite.id))
  const profile: Profile = { ...all, suites: known, groups: curves?.map((curve) => all.groups.find((own) => own.curve === curve.curve) ?? curve) ?? all.groups, srtp: offers === undefined ? all.srtp : srtpRules(offers) }
  const ring = keyring(profile, file.parameters)
  const fault = run(ring.install(keys, []))
  if (fault !== undefined) throw new Error(`privateKeys: ${fault.fault}: a key is not of its identity and period under parameters[0]`)
  for (const of of keys) wipe(of.key)
  const draw: Draw = (octets) => draws.draw(octets)
  return { profile, keys: ring, draw, gate: new Gate(NO_LIMIT) }
}

/** A keyring that nothing outlives. */
function keyring(profile: Profile, sets: readonly ParameterSet[]): Keyring {
  const ring = new Keyring(profile, { sealed: false, get: () => undefined, put: () => true, remove: () => undefined })
  const own = run(ring.load(sets[0]!, []))
  if (own !== undefined) throw new Error(`parameters[0]: ${own.fault} at ${own.at}`)
  sets.slice(1).forEach((set, i) => {
    const fault = run(ring.parameters.take(set))
    if (fault !== undefined) throw new Error(`parameters[${i + 1}]: ${fault.fault} at ${fault.at}`)
  })
  return ring
}

/** FILE's time stands still; without one it is the machine's. */
function clock(T: Uint8Array | undefined): () => Now {
  const utc = T === undefined ? undefined : utcOf(T)
  return () => (utc === undefined ? { utc: Date.now() / 1000, ticks: Math.floor(performance.now()) } : { utc, ticks: 0 })
}

function told(outcome: Outcome, profile: Profile): Answer[] {
  if (outcome.kind === "send") return [{ send: hex(outcome.octets) }]
  if (outcome.kind === "ignored") return [ignored(outcome.fault)]
  const done = secured(outcome.agreement, profile)
  return outcome.octets === undefined ? [done] : [{ send: hex(outcome.octets) }, done]
}

function secured(a: Agreement, profile: Profile): Answer {
  const made = contexts({ prf: profile.prf, TGK: a.TGK, csbId: a.csbId, RAND: a.RAND, map: a.agreed, offered: a.offered, policies: a.policies, spi: a.spi })
  if (isFault(made)) return ignored(made)
  const done = { role: a.role, me: words(a.me), peer: words(a.peer), peerKms: text(a.peerKms), csbId: hex(u32(a.csbId)), RAND: hex(a.RAND), TGK: hex(a.TGK), contexts: made.map(contextFields), ...more(a) }
  wipeContexts(made)
  wipe(a.TGK)
  return { done }
}

/** What only some calls have: the protocols that are bound in, for whom an unread call was, and what goes with content that is left. */
function more({ protocols, unread }: Agreement): object {
  const bound = [protocols.I_MESSAGE_1, protocols.I_MESSAGE_2]
  const listed = bound.some((one) => one !== undefined) ? { protocols: bound.map((one) => one && text(one.data)) } : {}
  if (unread === undefined) return listed
  const { called, SK, I_MESSAGE_2 } = unread
  const left = { called: words(called), SK: SK && hex(SK), passOn: I_MESSAGE_2 && hex(I_MESSAGE_2) }
  wipe(SK)
  return { ...listed, ...left }
}

function contextFields(c: SrtpContext): object {
  return { ...c, mki: hex(c.mki), masterKey: hex(c.masterKey), masterSalt: hex(c.masterSalt) }
}

function words(id: Identity): string | object {
  return id.type === 1 ? text(id.data)! : { type: id.type, uri: text(id.data) }
}

function ignored(fault: Fault): { readonly ignored: string; readonly at: string } {
  return { ignored: fault.fault, at: fault.at }
}
