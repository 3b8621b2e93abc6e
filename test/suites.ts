/** Every suite and every curve beside each other: kits over one profile, and the octets that their messages have. */
import { nobleAll } from "../boards/profiles/noble-all.ts"
import { text } from "../sdk/base/utf8.ts"
import { bls12381 } from "../sdk/group/bls12381-noble.ts"
import type { DhGroup } from "../sdk/group/group.ts"
import { p256 } from "../sdk/group/p256-noble.ts"
import { p384 } from "../sdk/group/p384-noble.ts"
import { x25519 } from "../sdk/group/x25519-noble.ts"
import { bfMaster } from "../sdk/ibe/bf-master.ts"
import { ntp, ntpSeconds, period } from "../sdk/ibake/identity.ts"
import type { Profile } from "../sdk/suite.ts"
import { nobleSym } from "../sdk/sym/noble.ts"
import { answerer, caller, converse, enrolled, fetchKeys, radio, testKms, UTC, type Kit, type Radio, type TestKms } from "./fixture.ts"
import { master02, master03 } from "./type1.ts"

/** Suites by their octet as PROTOCOL writes it. */
export type SuiteName = "0x01" | "0x02" | "0x03"

/** All suites, as `kits` has them. */
export const suiteNames: readonly SuiteName[] = ["0x01", "0x02", "0x03"]

/** A kit for each suite, all with the profile that knows every suite; that of 0x02 on a curve that was made before. */
export function kits(): Readonly<Record<SuiteName, Kit>> {
  const profile = nobleAll()
  const kit = (master: Kit["master"]): Kit => ({ profile, master })
  return { "0x01": kit(bfMaster(bls12381, nobleSym)), "0x02": kit(master02(nobleSym)), "0x03": kit(master03()) }
}

/** Groups for ECCPT by name. */
export const curves: Readonly<Record<"P-256" | "P-384" | "X25519", DhGroup>> = { "P-256": p256, "P-384": p384, X25519: x25519 }

/** A list of all groups in which this one is the first: the one that a caller offers. */
export function offering(first: DhGroup): Pick<Profile, "groups"> {
  return { groups: [first, ...Object.values(curves).filter((each) => each !== first)] }
}

/** Octets of the four messages of a call. */
export interface CallSizes {
  readonly I_MESSAGE_1: number
  readonly R_MESSAGE_1: number
  readonly I_MESSAGE_2: number
  readonly R_MESSAGE_2: number
}

/** What a call between two radios sends. */
export function callSizes(from: Radio, to: Radio): CallSizes {
  const { I_MESSAGE_1, R_MESSAGE_1, I_MESSAGE_2, R_MESSAGE_2 } = converse(caller(from, to.me), answerer(to))
  return { I_MESSAGE_1: I_MESSAGE_1.length, R_MESSAGE_1: R_MESSAGE_1.length, I_MESSAGE_2: I_MESSAGE_2.length, R_MESSAGE_2: R_MESSAGE_2.length }
}

/** Octets of a REQUEST_KEY_RESP: those of each key, and those that it has without any. */
export interface KeySizes {
  readonly each: number
  readonly rest: number
}

/** Octets of one suite and curve, for one KMS and identities of these lengths. */
export interface SizeRow {
  readonly suite: SuiteName
  readonly curve: string
  readonly call: CallSizes
  readonly keys: KeySizes
}

/** The sizes of every suite on every curve, for two identities of 30 octets under one KMS that vouches for nobody. */
export function sizeTable(): SizeRow[] {
  const all = kits()
  return suiteNames.flatMap((suite) => {
    const kms = testKms(all[suite])
    const keys = keySizes(kms)
    const [alice, bob] = [radio(kms, ALICE), radio(kms, BOB)]
    const on = (of: Radio, group: DhGroup): Radio => again(of, { ...of.profile, ...offering(group) })
    return Object.entries(curves).map(([curve, group]) => ({ suite, curve, call: callSizes(on(alice, group), on(bob, group)), keys }))
  })
}

/** A radio in a new life, under another profile: its keys come from its store. */
export function again(of: Radio, profile: Profile): Radio {
  return enrolled(of.kms, text(of.me.data)!, { profile, store: of.store })
}

const ALICE = "sip:alice-radio@police.example"
const BOB = "sip:bob-radio-1@police.example"

function keySizes(kms: TestKms): KeySizes {
  const of = enrolled(kms, ALICE)
  const first = period(ntpSeconds(ntp(UTC)), of.kms.state.own)!
  const [one, two] = [1, 2].map((count) => fetchKeys(of, { periods: { first, count } }).response.length)
  return { each: two! - one!, rest: 2 * one! - two! }
}
