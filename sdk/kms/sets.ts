/** Parameter sets as JSON fields: in key fills and in the KMS's own store. The wire's form is a notice's. */
import { hex, unhex } from "../base/bytes.ts"
import { text } from "../base/utf8.ts"
import { identity, type ParameterSet } from "../ibake/identity.ts"

/** The fields of a set; texts are in normal form, the public parameter is hex. */
export interface SetFields {
  readonly suite: number
  readonly version: number
  readonly periodLength: number
  readonly periodOffset: number
  readonly uri: string
  readonly hosts: readonly string[]
  readonly publicParameter: string
}

/** A set's fields. */
export function setFields(set: ParameterSet): SetFields {
  const { suite, version, periodLength, periodOffset } = set
  return { suite, version, periodLength, periodOffset, uri: words(set.kmsUri), hosts: set.hosts.map(words), publicParameter: hex(set.publicParameter) }
}

/** The set of strangers' fields, or what is wrong with them. Whether the public parameter is a group element is the suite's to say. */
export function setOf(value: unknown): ParameterSet | string {
  const f = value as SetFields
  if (typeof f !== "object" || f === null) return "is no object"
  if (!whole(f.suite, 1, 255)) return "suite is not 1 to 255"
  if (!whole(f.version, 0, 0xffffffff)) return "version is not 0 to 2^32 - 1"
  if (!whole(f.periodLength, 1, 0xffffffff)) return "periodLength is not 1 to 2^32 - 1 seconds"
  if (!whole(f.periodOffset, 0, 0xffffffff)) return "periodOffset is not 0 to 2^32 - 1 seconds"
  const kmsUri = normalUri(f.uri)
  if (kmsUri === undefined) return "uri is not 1 to 255 octets in normal form"
  if (!Array.isArray(f.hosts) || f.hosts.length < 1 || f.hosts.length > 255) return "hosts is not a list of 1 to 255"
  const hosts = f.hosts.map(normalUri)
  if (!hosts.every((h) => h !== undefined)) return "an entry of hosts is not 1 to 255 octets in normal form"
  const publicParameter = typeof f.publicParameter === "string" ? unhex(f.publicParameter) : undefined
  if (publicParameter === undefined || publicParameter.length < 1 || publicParameter.length > 0xffff) return "publicParameter is not 1 to 65535 octets in hex"
  return { suite: f.suite, version: f.version, periodLength: f.periodLength, periodOffset: f.periodOffset, kmsUri, hosts, publicParameter }
}

/** Whether a value is a whole number within bounds. */
export function whole(value: unknown, from: number, to: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= from && value <= to
}

function words(octets: Uint8Array): string {
  return text(octets) ?? ""
}

function normalUri(value: unknown): Uint8Array | undefined {
  if (typeof value !== "string") return undefined
  const id = identity(value, 1)
  return "fault" in id || text(id.data) !== value ? undefined : id.data
}
