/**
 * Key fills: what enrolment hands to one radio, as a JSON file (version 1) that only its owner can read. It holds the PSK: carry it like a key. That of a radio
 * which asks by certificate has `subject` and `kmsCertificate` in place of `pskId` and `psk`, and nothing secret; who changes it can name another KMS.
 */
import { createHash } from "node:crypto"
import { link, mkdir, open, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { base64url, concat, hex, unhex, wipe } from "../base/bytes.ts"
import { text, utf8 } from "../base/utf8.ts"
import { identity, type Identity, type ParameterSet } from "../ibake/identity.ts"
import { isKmsName } from "../keys/topics.ts"
import { setFields, setOf, whole } from "./sets.ts"
import { isTrouble, trouble, words } from "./trouble.ts"

/** Where a device finds its KMS. */
export interface KeyFillBroker {
  /** mqtt://, mqtts://, ws:// or wss:// */
  readonly url: string
  /** 4 is MQTT 3.1.1, 5 is MQTT 5. */
  readonly protocol: 4 | 5
  /** For brokers with accounts; the user name is the device id. */
  readonly password?: string
}

/** What one radio needs to fetch its keys. Its holder wipes `psk`. */
export interface KeyFill {
  readonly identities: readonly Identity[]
  /** 32 octets; none where the radio asks by certificate. */
  readonly psk: Uint8Array
  /** IDRpsk data, or the subject of the radio's certificate in DER. */
  readonly pskId: Uint8Array
  /** Certificate of the KMS in DER: this radio asks by certificate. */
  readonly kmsCertificate?: Uint8Array
  /** Device id of its topics. */
  readonly device: string
  readonly kms: { readonly name: string; readonly own: ParameterSet }
  readonly vouched: readonly ParameterSet[]
  readonly broker: KeyFillBroker
  /** Longest frame in octets, 32 or more. */
  readonly mtu: number
  /** Longest response in octets that this device was enrolled for. */
  readonly transferOctets: number
}

/** Frames and transfers within which a device is enrolled. */
export const bounds = { mtu: [32, 65535], transferOctets: [512, 65535] } as const

/** The file's octets, which the asker wipes. */
export function keyFillOctets(fill: KeyFill): Uint8Array {
  const fields = {
    ibake: "key fill",
    version: 1,
    identity: fill.identities.map((id) => ({ type: id.type, uri: text(id.data) })),
    ...(fill.kmsCertificate === undefined ? { psk: MARK, pskId: hex(fill.pskId) } : { subject: hex(fill.pskId), kmsCertificate: hex(fill.kmsCertificate) }),
    device: fill.device,
    kms: { name: fill.kms.name, uri: text(fill.kms.own.kmsUri), parameterSet: setFields(fill.kms.own) },
    vouched: fill.vouched.map(setFields),
    broker: fill.broker,
    mtu: fill.mtu,
    transferOctets: fill.transferOctets,
  }
  if (fill.kmsCertificate !== undefined) return utf8(`${JSON.stringify(fields, undefined, 2)}\n`)!
  const [before, after] = JSON.stringify(fields, undefined, 2).split(`"psk": "${MARK}"`)
  // the PSK goes from octets to octets: a string of it could not be wiped
  const digits = hexOctets(fill.psk)
  const out = concat([utf8(before!)!, utf8(`"psk": "`)!, digits, utf8(`"${after}\n`)!])
  wipe(digits)
  return out
}

/** The key fill of a file's text, or one line of what is wrong with it. */
export function parseKeyFill(file: string): KeyFill | string {
  let fields: Record<string, unknown>
  try {
    fields = JSON.parse(file) as Record<string, unknown>
  } catch {
    return "This is no key fill: it is not JSON."
  }
  if (typeof fields !== "object" || fields === null || fields.ibake !== "key fill") return `This is no key fill: it does not say "ibake": "key fill".`
  if (fields.version !== 1) return "This key fill is of another version than 1: use a release that reads it."
  const fill = checked(fields)
  return typeof fill === "string" ? `This key fill is damaged: ${fill}. ` + "Have the KMS operator write it anew." : fill
}

/** Writes a key fill of mode 0600, whole or not at all; Trouble keyfill/exists when there is a file of that name. */
export async function writeKeyFill(path: string, fill: KeyFill): Promise<void> {
  const octets = keyFillOctets(fill)
  const aside = `${path}.${process.pid}.new`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeDurably(aside, octets)
    await placed(aside, path)
    await syncFolder(dirname(path))
  } catch (error) {
    if (isTrouble(error)) throw error
    throw trouble("file/failed", `${path} cannot be written: ${words(error)}`, error)
  } finally {
    wipe(octets)
    await rm(aside, { force: true }).catch(() => undefined)
  }
}

/** Stands where the PSK goes. Within a value its quotes would be escaped, so `"psk": "..."` with plain quotes is found once. */
const MARK = "the PSK"

function checked(f: Record<string, unknown>): KeyFill | string {
  const identities = Array.isArray(f.identity) ? f.identity.map(identityOf) : []
  if (identities.length === 0 || !identities.every((id) => id !== undefined)) return "identity is not a list of identities in normal form"
  const secret = f.kmsCertificate === undefined ? pskOf(f) : certifiedOf(f)
  if (typeof secret === "string") return secret
  const device = base64url(createHash("sha256").update(secret.pskId).digest().subarray(0, 9))
  if (f.device !== device) return `device is not that of ${f.kmsCertificate === undefined ? "pskId" : "subject"}`
  const kms = kmsOf(f.kms)
  if (typeof kms === "string") return kms
  const vouched = Array.isArray(f.vouched) ? f.vouched.map(setOf) : ["is no list"]
  const bad = vouched.find((set) => typeof set === "string")
  if (typeof bad === "string") return `vouched: ${bad}`
  const broker = brokerOf(f.broker)
  if (typeof broker === "string") return broker
  if (!whole(f.mtu, bounds.mtu[0], bounds.mtu[1])) return `mtu is not ${bounds.mtu[0]} to ${bounds.mtu[1]}`
  if (!whole(f.transferOctets, bounds.transferOctets[0], bounds.transferOctets[1])) return `transferOctets is not ${bounds.transferOctets[0]} to ${bounds.transferOctets[1]}`
  return { identities, ...secret, device, kms, vouched: vouched as ParameterSet[], broker, mtu: f.mtu, transferOctets: f.transferOctets }
}

type Secret = Pick<KeyFill, "psk" | "pskId" | "kmsCertificate">

function pskOf(f: Record<string, unknown>): Secret | string {
  const psk = octetsOf(f.psk, 32, 32)
  if (psk === undefined) return "psk is not 32 octets in hex"
  const pskId = octetsOf(f.pskId, 1, 255)
  return pskId === undefined ? "pskId is not 1 to 255 octets in hex" : { psk, pskId }
}

function certifiedOf(f: Record<string, unknown>): Secret | string {
  const pskId = octetsOf(f.subject, 1, 1024)
  if (pskId === undefined) return "subject is not 1 to 1024 octets in hex"
  const kmsCertificate = octetsOf(f.kmsCertificate, 1, 65535)
  return kmsCertificate === undefined ? "kmsCertificate is not 1 to 65535 octets in hex" : { psk: new Uint8Array(0), pskId, kmsCertificate }
}

function identityOf(value: unknown): Identity | undefined {
  const v = value as { type?: unknown; uri?: unknown } | null
  if (typeof v !== "object" || v === null || typeof v.uri !== "string" || !whole(v.type, 0, 1)) return undefined
  const id = identity(v.uri, v.type)
  return "fault" in id || text(id.data) !== v.uri ? undefined : id
}

function kmsOf(value: unknown): KeyFill["kms"] | string {
  const v = value as { name?: unknown; uri?: unknown; parameterSet?: unknown } | null
  if (typeof v !== "object" || v === null || typeof v.name !== "string" || !isKmsName(v.name)) return "kms.name is no topic name"
  const own = setOf(v.parameterSet)
  if (typeof own === "string") return `kms.parameterSet: ${own}`
  return text(own.kmsUri) === v.uri ? { name: v.name, own } : "kms.uri is not that of its parameterSet"
}

function brokerOf(value: unknown): KeyFillBroker | string {
  const v = value as KeyFillBroker | null
  if (typeof v !== "object" || v === null || typeof v.url !== "string" || !/^(mqtts?|wss?):\/\/[^\s]+$/.test(v.url)) return "broker.url is no mqtt:// or mqtts:// URL"
  if (v.protocol !== 4 && v.protocol !== 5) return "broker.protocol is not 4 (MQTT 3.1.1) or 5"
  if (v.password !== undefined && typeof v.password !== "string") return "broker.password is no text"
  return { url: v.url, protocol: v.protocol, ...(v.password === undefined ? {} : { password: v.password }) }
}

function octetsOf(value: unknown, from: number, to: number): Uint8Array | undefined {
  const octets = typeof value === "string" ? unhex(value) : undefined
  return octets !== undefined && octets.length >= from && octets.length <= to ? octets : undefined
}

function hexOctets(octets: Uint8Array): Uint8Array {
  const out = new Uint8Array(octets.length * 2)
  const digit = (value: number): number => (value < 10 ? 0x30 : 0x57) + value
  octets.forEach((o, i) => {
    out[2 * i] = digit(o >> 4)
    out[2 * i + 1] = digit(o & 15)
  })
  return out
}

/** A link fails where a file stands; a rename would replace it. */
async function placed(aside: string, path: string): Promise<void> {
  await link(aside, path).catch((error: unknown) => {
    throw (error as { code?: string }).code === "EEXIST" ? trouble("keyfill/exists", `${path} is there already`) : error
  })
}

async function writeDurably(path: string, octets: Uint8Array): Promise<void> {
  await rm(path, { force: true })
  const file = await open(path, "wx", 0o600)
  try {
    await file.writeFile(octets)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return
  const folder = await open(path, "r")
  await folder.sync().finally(() => folder.close())
}
