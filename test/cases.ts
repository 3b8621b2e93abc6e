/**
 * Runs cases, which are data (test/cases/*.json), over whatever Profile is given: on Node under mocha, in a bare engine under a heap limit, on a device.
 * Nothing here is of Node, and the dialect is the device's.
 */
import { hex, unhex } from "../sdk/base/bytes.ts"
import { text, utf8 } from "../sdk/base/utf8.ts"
import { run } from "../sdk/base/job.ts"
import { covers, identity, integer, isNormal, ntpSeconds, period, uidAs, type ParameterSet } from "../sdk/ibake/identity.ts"
import type { Params, PrivateKey, Profile, Suite } from "../sdk/suite.ts"

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

/** Octets in hex, text, numbers. */
export type Input = { readonly [name: string]: string | number }

/** A file of cases. */
export interface CaseFile {
  readonly source: string
  readonly cases: readonly Case[]
}

/** What an operation came to: `out`, or a fault. */
export type Result = { readonly out: unknown } | { readonly fault: string }

type Operation = (input: Input, profile: Profile, suite: Suite) => Result

const refused = (fault: string): Result => ({ fault })
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
  "ibe.parameters"(input: Input, _profile: Profile, suite: Suite): Result {
    const par = suite.ibe.parameters(octets(input, "octets"))
    return answer(par === undefined ? undefined : par.octets, "parameters/invalid")
  },
  "ibe.privateKey"(input: Input, _profile: Profile, suite: Suite): Result {
    const key = suite.ibe.privateKey(octets(input, "octets"), parameters(input, suite))
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

/** What is wrong with a case under a profile, in words, or undefined when it holds. A fault must be the very one that the case names. */
export function judge(one: Case, profile: Profile): string | undefined {
  const operation = operations[one.op]
  if (operation === undefined) return "there is no operation " + one.op
  const suite = suiteOf(one, profile)
  if (suite === undefined) return "the profile has no suite " + one.suite
  const result = operation(one.in, profile, suite)
  const wanted: Result = one.fault === undefined ? { out: one.out } : { fault: one.fault }
  const got = JSON.stringify(result)
  return got === JSON.stringify(wanted) ? undefined : "got " + got + ", expected " + JSON.stringify(wanted)
}

function suiteOf(one: Case, profile: Profile): Suite | undefined {
  if (one.suite === undefined) return profile.suites[0]
  for (let i = 0; i < profile.suites.length; i++) if (profile.suites[i]!.id === one.suite) return profile.suites[i]
  return undefined
}

// a case whose input lacks something is the author's mistake, and thrown

function octets(input: Input, name: string): Uint8Array {
  const out = unhex(string(input, name))
  if (out === undefined) throw new Error("case: expected hex in " + name)
  return out
}

function string(input: Input, name: string): string {
  const value = input[name]
  if (typeof value !== "string") throw new Error("case: expected a string in " + name)
  return value
}

function count(input: Input, name: string): number {
  const value = input[name]
  if (typeof value !== "number") throw new Error("case: expected a number in " + name)
  return value
}

function octetsOfText(input: Input, name: string): Uint8Array {
  const id = utf8(string(input, name))
  if (id === undefined) throw new Error("case: expected text in " + name)
  return id
}

function parameters(input: Input, suite: Suite): Params {
  const par = suite.ibe.parameters(octets(input, "parameters"))
  if (par === undefined) throw new Error("case: expected good parameters")
  return par
}

function privateKey(input: Input, suite: Suite, par: Params): PrivateKey {
  const key = suite.ibe.privateKey(octets(input, "key"), par)
  if (key === undefined) throw new Error("case: expected a good private key")
  return key
}
