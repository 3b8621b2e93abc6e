/**
 * Runs cases, which are data (test/cases/*.json), over whatever Profile is given: on Node under mocha, in a bare engine under a heap limit, on a device.
 * Nothing here is of Node, and the dialect is the device's.
 */
import { hex } from "../../../sdk/base/bytes.ts"
import { text } from "../../../sdk/base/utf8.ts"
import { run } from "../../../sdk/base/job.ts"
import { covers, identity, integer, isNormal, ntpSeconds, period, uidAs, type ParameterSet } from "../../../sdk/ibake/identity.ts"
import { expandMessageXmd } from "../../../sdk/ibe/xmd.ts"
import { prfLabel } from "../../../sdk/mikey/prf.ts"
import { srtpKdf } from "../../../sdk/srtp/session-keys.ts"
import type { DhGroup, Params, PrivateKey, Profile, Suite } from "../../../sdk/suite.ts"
import { answering, calling, fetching, rebuilt } from "./case-calls.ts"
import { count, octets, octetsOfText, refused, string, type Input, type Result } from "./case-input.ts"

export type { Input, Result } from "./case-input.ts"

/** One case: what an operation answers to its input, or the fault that it must end with. */
export interface Case {
  readonly op: string
  /** Suite octet, for operations of a suite. */
  readonly suite?: number
  /** Why the case is there. */
  readonly why: string
  readonly in: Input
  readonly out?: unknown
  readonly fault?: string
  /** Where it comes from, when that is not where its file does. */
  readonly source?: string
}

/** A file of cases. */
export interface CaseFile {
  readonly source: string
  readonly cases: readonly Case[]
}

/** One operation; `suite` is that of the case. */
export type Operation = (input: Input, profile: Profile, suite: Suite) => Result

const answer = (octets: Uint8Array | undefined, fault: string): Result => (octets === undefined ? refused(fault) : { out: hex(octets) })

/** Every operation that a case may name. */
export const operations: { readonly [op: string]: Operation } = {
  /** The normal form of a text, or none. */
  identity(input: Input): Result {
    const id = identity(string(input, "text"), count(input, "type"))
    return "fault" in id ? refused(id.fault) : { out: text(id.data) }
  },
  /** Whether octets of the wire are in normal form. */
  "identity.wire": (input) => (isNormal(count(input, "type"), octets(input, "data")) ? { out: true } : refused("identity/form")),
  /** Whether an entry of a parameter set covers an identity. */
  covers(input: Input): Result {
    const id = identity(string(input, "text"), count(input, "type"))
    return "fault" in id ? refused(id.fault) : { out: covers(octetsOfText(input, "entry"), id) }
  },
  /** The key period of a timestamp. */
  period(input: Input): Result {
    const number = period(ntpSeconds(octets(input, "T")), { periodLength: count(input, "length"), periodOffset: count(input, "offset") } as ParameterSet)
    return number === undefined ? refused("time/skew") : { out: number }
  },
  /** The UID under any first parameter. */
  uid(input: Input, profile: Profile): Result {
    const numbers = [integer(count(input, "length")), integer(count(input, "offset")), integer(count(input, "period"))]
    const of = uidAs(profile.sym, string(input, "first"), [octetsOfText(input, "identity"), octetsOfText(input, "kms")].concat(numbers))
    return { out: hex(of) }
  },
  sha256: (input, profile) => ({ out: hex(profile.sym.sha256(octets(input, "message"))) }),
  /** As many octets of the tag as a vector has. */
  hmacSha256: (input, profile) => ({ out: hex(profile.sym.hmacSha256(octets(input, "key"), octets(input, "message")).subarray(0, count(input, "octets"))) }),
  aesCtr: (input, profile) => ({ out: hex(profile.sym.aesCtr(octets(input, "key"), octets(input, "counter"), octets(input, "data"))) }),
  /** PRF-HMAC-SHA-256 under a label of RFC 3830 section 4.1.4. */
  prf(input: Input, profile: Profile): Result {
    const label = prfLabel(count(input, "constant"), count(input, "csId"), count(input, "csbId"), octets(input, "RAND"))
    return { out: hex(profile.prf.derive(octets(input, "inkey"), label, count(input, "octets"))) }
  },
  /** expand_message_xmd of RFC 9380 section 5.3.1. */
  xmd: (input, profile) => ({ out: hex(expandMessageXmd(profile.sym, octetsOfText(input, "message"), octetsOfText(input, "tag"), count(input, "octets"))) }),
  /** AES_CM_PRF of RFC 3711 section 4.3.3. */
  "srtp.kdf": (input, profile) => ({ out: hex(srtpKdf(profile.sym, octets(input, "masterKey"), octets(input, "masterSalt"), count(input, "label"), count(input, "octets"))) }),
  /** x of [secret]point on a curve by its number. */
  dh(input: Input, profile: Profile): Result {
    const group = groupOf(count(input, "curve"), profile)
    const shared = run(group.agree(octets(input, "secret"), octets(input, "point")))
    return answer(shared === undefined ? undefined : shared.subarray(1, (shared.length + 1) / 2), "curve/refused")
  },
  /** A message of the wire, taken apart and put together again. */
  message: (input) => rebuilt(octets(input, "octets")),
  /** The whole side of an Initiator, of a Responder, and of a device that fetches its keys. */
  initiator: (input, profile, suite) => calling(input, profile, suite),
  responder: (input, profile, suite) => answering(input, profile, suite),
  request: (input, profile) => fetching(input, profile),
  "ibe.parameters"(input: Input, _profile: Profile, suite: Suite): Result {
    const par = run(suite.ibe.parameters(octets(input, "octets")))
    return answer(par === undefined ? undefined : par.octets, "parameters/invalid")
  },
  "ibe.privateKey"(input: Input, _profile: Profile, suite: Suite): Result {
    const key = run(suite.ibe.privateKey(octets(input, "octets"), parameters(input, suite)))
    return answer(key === undefined ? undefined : key.octets, "key/invalid")
  },
  "ibe.verify"(input: Input, _profile: Profile, suite: Suite): Result {
    const par = parameters(input, suite)
    return run(suite.ibe.verify(privateKey(input, suite, par), octets(input, "uid"), par)) ? { out: true } : refused("key/invalid")
  },
  "ibe.encapsulate"(input: Input, _profile: Profile, suite: Suite): Result {
    const made = run(suite.ibe.encapsulate(octets(input, "uid"), parameters(input, suite), octets(input, "seed")))
    return { out: { secret: hex(made.secret), enc: hex(made.enc) } }
  },
  "ibe.decapsulate"(input: Input, _profile: Profile, suite: Suite): Result {
    const par = parameters(input, suite)
    return answer(run(suite.ibe.decapsulate(octets(input, "enc"), privateKey(input, suite, par), octets(input, "uid"), par)), "auth/failed")
  },
  "box.seal"(input: Input, _profile: Profile, suite: Suite): Result {
    const keys = run(suite.box.encapsulate(octets(input, "uid"), parameters(input, suite), octets(input, "seed")))
    return { out: { encrData: hex(suite.box.seal(keys, octets(input, "aad"), octets(input, "plain"))), kc: hex(keys.kc) } }
  },
  "box.open"(input: Input, _profile: Profile, suite: Suite): Result {
    const par = parameters(input, suite)
    const encrData = octets(input, "encrData")
    const keys = run(suite.box.decapsulate(encrData, privateKey(input, suite, par), octets(input, "uid"), par))
    return answer(keys === undefined ? undefined : suite.box.open(keys, octets(input, "aad"), encrData), "auth/failed")
  },
}

/** What a case comes to under a profile, or in words why it cannot be asked. */
export function perform(one: Case, profile: Profile): Result | { readonly error: string } {
  const operation = operations[one.op]
  if (operation === undefined) return { error: "there is no operation " + one.op }
  const suite = suiteOf(one, profile)
  if (suite === undefined && one.suite !== undefined) return { error: "the profile has no suite " + one.suite }
  // an operation that works on a suite is given one by its case
  return operation(one.in, profile, suite!)
}

/** What is wrong with a case under a profile, in words, or undefined when it holds. A fault must be the very one that the case names. */
export function judge(one: Case, profile: Profile): string | undefined {
  return judged(one, perform(one, profile))
}

/** The same of an answer that is there: a device's, for one. */
export function judged(one: Case, result: Result | { readonly error: string }): string | undefined {
  if ("error" in result) return result.error
  const wanted: Result = one.fault === undefined ? { out: one.out } : { fault: one.fault }
  const got = JSON.stringify(result)
  return got === JSON.stringify(wanted) ? undefined : "got " + got + ", expected " + JSON.stringify(wanted)
}

/** The suite that a case names, or the first; undefined where the profile has none such. */
export function suiteOf(one: Case, profile: Profile): Suite | undefined {
  if (one.suite === undefined) return profile.suites[0]
  for (let i = 0; i < profile.suites.length; i++) if (profile.suites[i]!.id === one.suite) return profile.suites[i]
  return undefined
}

function groupOf(curve: number, profile: Profile): DhGroup {
  for (let i = 0; i < profile.groups.length; i++) if (profile.groups[i]!.curve === curve) return profile.groups[i]!
  throw new Error("the profile has no curve " + curve)
}

function parameters(input: Input, suite: Suite): Params {
  const par = run(suite.ibe.parameters(octets(input, "parameters")))
  if (par === undefined) throw new Error("case: expected good parameters")
  return par
}

function privateKey(input: Input, suite: Suite, par: Params): PrivateKey {
  const key = run(suite.ibe.privateKey(octets(input, "key"), par))
  if (key === undefined) throw new Error("case: expected a good private key")
  return key
}
