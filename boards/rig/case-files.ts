/** Every file of test/cases, which the package brings, as cases, by group: published vectors have forms of their own, and are put into ours here. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { house } from "../find.ts"
import type { Case, CaseFile, Input } from "./agent/cases.ts"

/** Cases of one kind, and what they need of a profile. */
export interface Group {
  readonly name: string
  /** The files of test/cases that they come from. */
  readonly files: readonly string[]
  /** Suite octet that they work on. */
  readonly suite?: number
  /** Number of the curve that they work on. */
  readonly curve?: number
  readonly cases: readonly Case[]
}

/** Files that no operation reads, and why: tests of their own do. */
export const elsewhere: Readonly<Record<string, string>> = {
  "modes.json": "calls with more than two ends, and errors of a KMS",
  "rfc9380_g2.json": "a map to G2 with another tag than the protocol's",
  "rfc5091.json": "steps of RFC 5091 on curves of its own",
  "rfc5091_curve.json": "a curve, which ibe-02.json uses",
  "rfc6508_sakke.json": "a SAKKE message to an identity that is no UID",
  "rfc7714_srtp.json": "packets under GCM: a media stack's",
}

/** All groups, the lightest first; `from` is a folder with files of the same names. */
export function groups(from: string = join(house, "test/cases")): Group[] {
  const suites = ["01", "02", "03"].map((suite) => ({ name: `suite 0x${suite}`, files: [`ibe-${suite}.json`], suite: Number(suite), cases: own(from, `ibe-${suite}.json`) }))
  return [
    { name: "symmetric", files: ["sym.json"], cases: symmetric(from) },
    { name: "PRF", files: ["mikey_prf.json"], cases: prf(from) },
    { name: "expand_message", files: ["rfc9380_xmd.json"], cases: xmd(from) },
    { name: "identities", files: ["uid.json", "ts33180_uid.json"], cases: [...own(from, "uid.json"), ...uids(from)] },
    { name: "SRTP keys", files: ["rfc3711_b.json", "rfc6188.json"], cases: [...kdf(from, "rfc3711_b.json"), ...kdf(from, "rfc6188.json")] },
    { name: "messages", files: [RUN], cases: messages(from) },
    { name: "key request", files: [RUN], cases: requests(from) },
    { name: "P-256", files: ["wycheproof_ecdh_p256.json"], curve: 8, cases: ecdh(from) },
    ...suites,
    { name: "call", files: [RUN], suite: 1, curve: 8, cases: calls(from) },
  ]
}

/** One exchange from the KMS to the keys of a call. */
const RUN = "ibake-run.json"

function read<T>(from: string, name: string): T {
  return JSON.parse(readFileSync(join(from, name), "utf8")) as T
}

function own(from: string, name: string): readonly Case[] {
  return read<CaseFile>(from, name).cases
}

function symmetric(from: string): Case[] {
  const v = read<Record<"sha256" | "hmac" | "aesCtr", Record<string, string>[]>>(from, "sym.json")
  return [
    ...v.sha256.map((one) => ({ op: "sha256", why: `${one["message"]!.length / 2} octets`, in: { message: one["message"]! }, out: one["digest"] })),
    ...v.hmac.map((one) => ({ op: "hmacSha256", why: `a key of ${one["key"]!.length / 2} octets`, in: { key: one["key"]!, message: one["message"]!, octets: one["tag"]!.length / 2 }, out: one["tag"] })),
    ...v.aesCtr.map((one) => ({ op: "aesCtr", why: `a key of ${one["key"]!.length / 2} octets`, in: { key: one["key"]!, counter: one["counter"]!, data: one["plain"]! }, out: one["cipher"] })),
  ]
}

const SALT = 0x39a2c14b

function prf(from: string): Case[] {
  const v = read<{ prf_hmac_sha256: { derived: string; inkey: string; cs_id: number; csb_id: string; rand: string; constant: string; key: string; salt: string }[] }>(from, "mikey_prf.json")
  return v.prf_hmac_sha256.flatMap((one) => {
    const input = { inkey: one.inkey, csId: one.cs_id, csbId: parseInt(one.csb_id, 16), RAND: one.rand }
    return ([["key", parseInt(one.constant, 16)], ["salt", SALT]] as const).map(([what, constant]) => ({
      op: "prf", why: `${one.derived}, ${what}`, in: { ...input, constant, octets: one[what].length / 2 }, out: one[what],
    }))
  })
}

function xmd(from: string): Case[] {
  const { dst, tests } = read<{ dst: string; tests: { message: string; octets: number; uniform: string }[] }>(from, "rfc9380_xmd.json")
  return tests.map((one) => ({ op: "xmd", why: `${one.message.length} characters to ${one.octets} octets`, in: { message: one.message, tag: dst, octets: one.octets }, out: one.uniform }))
}

function uids(from: string): Case[] {
  const { cases } = read<{ cases: { uri: string; kms_uri: string; key_period: number; key_period_offset: number; key_period_no: number; uid: string }[] }>(from, "ts33180_uid.json")
  return cases.map((c) => ({
    op: "uid", why: "TS 33.180", out: c.uid,
    in: { first: "MIKEY-SAKKE-UID", identity: c.uri, kms: c.kms_uri, length: c.key_period, offset: c.key_period_offset, period: c.key_period_no },
  }))
}

interface Kdf { readonly master_key: string; readonly master_salt: string; readonly cipher_key: string; readonly cipher_salt: string; readonly auth_key?: string; readonly auth_key_94?: string }

/** Master keys of 24 octets are left to nobody: the contract refuses them. */
function kdf(from: string, name: string): Case[] {
  const { kdf: found } = read<{ kdf: Kdf | Kdf[] }>(from, name)
  return [found].flat().filter((one) => one.master_key.length !== 48).flatMap((one) =>
    [one.cipher_key, (one.auth_key_94 ?? one.auth_key)!, one.cipher_salt].map((out, label) => ({
      op: "srtp.kdf", why: `${name}, label ${label}`, in: { masterKey: one.master_key, masterSalt: one.master_salt, label, octets: out.length / 2 }, out,
    })))
}

/** OpenSSL's and everybody's: a secret without its leading zeros, x of the shared point. */
function ecdh(from: string): Case[] {
  const { tests } = read<{ tests: { tcId: number; comment: string; public: string; private: string; shared: string; result: string }[] }>(from, "wycheproof_ecdh_p256.json")
  return tests.map((one) => ({
    op: "dh", why: `wycheproof ${one.tcId}: ${one.comment}`, in: { curve: 8, secret: BigInt(`0x${one.private}`).toString(16).padStart(64, "0"), point: one.public },
    ...(one.result === "valid" ? { out: one.shared } : { fault: "curve/refused" }),
  }))
}

interface Request { readonly identity: string; readonly pskId: string; readonly psk: string; readonly csbId: string; readonly RAND: string; readonly periods?: { first: number; count: number }; readonly REQUEST_KEY_INIT: string; readonly REQUEST_KEY_RESP: string; readonly keys: readonly { period: number; S_id: string }[] }
type Messages = Readonly<Record<"I_MESSAGE_1" | "R_MESSAGE_1" | "I_MESSAGE_2" | "R_MESSAGE_2", string>>
interface Run {
  readonly utc: number
  readonly T: string
  readonly period: number
  readonly parameters: { readonly suite: number; readonly version: number; readonly periodLength: number; readonly periodOffset: number; readonly uri: string; readonly hosts: readonly string[]; readonly publicParameter: string }
  readonly draws: Readonly<Record<string, readonly { octets: string }[]>>
  readonly requests: { readonly alice: Request; readonly bob: Request }
  readonly call: Messages & { readonly initiator: string; readonly responder: string; readonly TGK: string; readonly contexts: readonly { TEK: string; salt: string }[] }
}

const run = (from: string): Run => read<Run>(from, RUN)

function messages(from: string): Case[] {
  const { requests: { alice, bob }, call } = run(from)
  const all = [alice.REQUEST_KEY_INIT, alice.REQUEST_KEY_RESP, bob.REQUEST_KEY_INIT, bob.REQUEST_KEY_RESP, call.I_MESSAGE_1, call.R_MESSAGE_1, call.I_MESSAGE_2, call.R_MESSAGE_2]
  return all.flatMap((octets) => [
    { op: "message", why: `data type ${octets.slice(2, 4)}`, in: { octets }, out: octets },
    { op: "message", why: `data type ${octets.slice(2, 4)}, the last octet lost`, in: { octets: octets.slice(0, -2) }, fault: "wire/short" },
    { op: "message", why: `data type ${octets.slice(2, 4)}, an octet more`, in: { octets: `${octets}00` }, fault: "wire/trailing" },
  ])
}

function set(of: Run): Input {
  const { hosts, ...rest } = of.parameters
  return { ...rest, host: hosts[0]! }
}

function requests(from: string): Case[] {
  const whole = run(from)
  return [whole.requests.alice, whole.requests.bob].flatMap((of) => {
    const input = { ...set(whole), identity: of.identity, pskId: of.pskId, psk: of.psk, T: whole.T, csbId: parseInt(of.csbId, 16), RAND: of.RAND, first: of.periods?.first ?? 0, count: of.periods?.count ?? 0, response: of.REQUEST_KEY_RESP }
    const spoilt = of.REQUEST_KEY_RESP.slice(0, -2) + (parseInt(of.REQUEST_KEY_RESP.slice(-2), 16) ^ 1).toString(16).padStart(2, "0")
    return [
      { op: "request", why: of.identity, in: input, out: { request: of.REQUEST_KEY_INIT, keys: of.keys.map((key) => `${key.period} ${key.S_id}`) } },
      { op: "request", why: `${of.identity}, a bit of V flipped`, in: { ...input, response: spoilt }, fault: "auth/failed" },
    ]
  })
}

function calls(from: string): Case[] {
  const whole = run(from)
  const { call, requests: { alice, bob } } = whole
  const common = { ...set(whole), utc: whole.utc, period: whole.period, initiator: call.initiator, responder: call.responder }
  const end = { TGK: call.TGK, contexts: call.contexts.map((one) => `${one.TEK} ${one.salt}`) }
  const side = (of: Request, role: string): Input => ({ ...common, key: of.keys[0]!.S_id, draws: whole.draws[role]!.map((one) => one.octets).join("") })
  return [
    { op: "initiator", suite: 1, why: "a whole side", in: { ...side(alice, "initiator"), R_MESSAGE_1: call.R_MESSAGE_1, R_MESSAGE_2: call.R_MESSAGE_2 }, out: { I_MESSAGE_1: call.I_MESSAGE_1, I_MESSAGE_2: call.I_MESSAGE_2, ...end } },
    { op: "responder", suite: 1, why: "a whole side", in: { ...side(bob, "responder"), I_MESSAGE_1: call.I_MESSAGE_1, I_MESSAGE_2: call.I_MESSAGE_2 }, out: { R_MESSAGE_1: call.R_MESSAGE_1, R_MESSAGE_2: call.R_MESSAGE_2, ...end } },
  ]
}
