/** The calls and key requests of cases/modes.json, as tests read them. */
import { readFileSync } from "node:fs"
import { unhex } from "../sdk/base/bytes.ts"
import type { SetFields } from "../sdk/kms/sets.ts"

/** What a role draws, in its order. */
export interface Draws {
  readonly draws: readonly { readonly octets: string }[]
}

/** Options of a FILE of `ibake session`. */
export type File = Readonly<Record<string, unknown>> & { readonly me: string | readonly string[]; readonly shared?: readonly string[] }

/** What SRTP takes of one session. */
export interface Context {
  readonly csId: number
  readonly from?: string
  readonly ssrc: string
  readonly roc: number
  readonly seq?: number
  readonly mki: string
  readonly cipher: string
  readonly TEK: string
  readonly salt: string
}

/** A call with the values that tests compare. */
export interface Call extends Readonly<Record<"name" | "why" | "initiator" | "responder" | "csbId" | "RAND" | "I_MESSAGE_1" | "R_MESSAGE_1" | "I_MESSAGE_2" | "R_MESSAGE_2" | "TGK" | "MKI", string>> {
  readonly files: { readonly initiator?: File; readonly responder: File; readonly deferred?: File }
  readonly draws: Readonly<Record<"initiator" | "responder", Draws["draws"]>>
  readonly contexts: readonly Context[]
  readonly others?: readonly (Draws & { readonly responder: string; readonly file: File; readonly R_MESSAGE_1: string })[]
  readonly called?: string
  readonly SK?: string
  readonly deferred?: readonly Context[]
  readonly [box: `${string}_box`]: { readonly plaintext: string } | undefined
  readonly sip?: readonly { readonly sip: string; readonly sdp: string; readonly body: string }[]
}

/** A key request with its answer. */
export interface Request extends Draws, Readonly<Record<"name" | "why" | "kms" | "REQUEST_KEY_INIT", string>> {
  readonly owned: readonly string[]
  readonly after?: string
  readonly file: Readonly<Record<string, unknown>> & { readonly pskId: string; readonly psk: string }
  readonly REQUEST_KEY_RESP?: string
  readonly keys?: readonly object[]
  readonly ERR?: number
  readonly lastT?: string
  readonly Error?: string
}

/** The file. */
export interface Modes {
  readonly utc: number
  readonly T: string
  readonly parameters: readonly SetFields[]
  readonly masterSecrets: readonly { readonly uri: string; readonly masterSecret: string }[]
  readonly privateKeys: readonly { readonly identity: string; readonly kms: string; readonly period: number; readonly key: string }[]
  readonly requests: readonly Request[]
  readonly calls: readonly Call[]
}

/** Its text. */
export const committed: string = readFileSync(new URL("cases/modes.json", import.meta.url), "utf8")
/** Its value. */
export const modes: Modes = JSON.parse(committed) as Modes
/** Octets of good hex. */
export const octets = (hex: string): Uint8Array => unhex(hex)!

/** The private keys of these names. */
export const keysOf = (names: readonly string[]): Modes["privateKeys"] => modes.privateKeys.filter((of) => names.includes(of.identity))
/** The parameter set of a KMS. */
export const setOf = (uri: string): SetFields => modes.parameters.find((set) => set.uri === uri)!

/** A FILE of a call with what all have in common: the sets of both ends' KMSs, the own first, the keys of its names, T, and its draws. */
export function filled(call: Call, file: File, draws: Draws["draws"]): object {
  const keys = keysOf([file.me, file.shared ?? []].flat())
  const both = keysOf([call.initiator, call.responder])
  const uris = new Set([...keys, ...both].map((of) => of.kms))
  const privateKeys = keys.map(({ identity, period, key }) => ({ identity, period, key }))
  return { ...file, T: modes.T, parameters: [...uris].map(setOf), privateKeys, randomness: draws.map((draw) => draw.octets) }
}
