/** A KMS in its store: founding one, opening it for work, and enrolling devices. PROTOCOL sections 1 and 6. */
import { randomBytes } from "node:crypto"
import { ascii, concat, copy, equal, u16, u32, u8, wipe } from "../base/bytes.ts"
import { isFault } from "../base/fault.ts"
import { run } from "../base/job.ts"
import { text, utf8 } from "../base/utf8.ts"
import type { IbeMaster } from "../ibe/ibe.ts"
import { covers, identity, type Identity, type ParameterSet } from "../ibake/identity.ts"
import { deviceId, isKmsName } from "../keys/topics.ts"
import { encodeNotice } from "../mikey/vendor.ts"
import type { Sym } from "../suite.ts"
import { bounds, type KeyFill, type KeyFillBroker } from "./keyfill.ts"
import { setFields, setOf, whole } from "./sets.ts"
import type { Store, SubscriberRow } from "./store.ts"
import { trouble } from "./trouble.ts"
import type { Kms, Subscriber } from "./types.ts"
import { newHeader, openVault, parseHeader, type Unlock, type Vault } from "./vault.ts"

/** What a new KMS is to be. Texts are normalised; what cannot be is Misuse. */
export interface Founding {
  /** Topic name of its devices: 1 to 64 characters of [A-Za-z0-9._-]. */
  readonly name: string
  /** KMS URI; a bare host name is usual. */
  readonly uri: string
  /** Hosts and whole identities that it speaks for, 1 to 255. */
  readonly hosts: readonly string[]
  /** Key period: length and offset in seconds from 1900-01-01. */
  readonly periodLength: number
  readonly periodOffset: number
  readonly skewSeconds: number
  /** Periods after the current one that keys are issued for. */
  readonly horizonPeriods: number
  /** scrypt cost of a passphrase, 14 to 20; absent: 17. */
  readonly log2N?: number
}

/** A KMS open for work. `close` wipes its secrets. */
export interface OpenKms {
  readonly name: string
  readonly kms: Kms
  /** Master side of the suite that it was founded under. */
  readonly ibe: IbeMaster
  readonly vault: Vault
  close(): void
}

/** A device to enrol. */
export interface Enrolment {
  /** Identities with their ID type: 1 URI, 0 NAI. */
  readonly identities: readonly { readonly type: number; readonly uri: string }[]
  readonly mtu: number
  readonly transferOctets: number
  readonly broker: KeyFillBroker
  /** It asks by certificate: its subject in DER, and the KMS's certificate in DER. Without it gets a PSK. */
  readonly certified?: { readonly subject: Uint8Array; readonly kmsCertificate: Uint8Array }
}

/** Makes a KMS with a fresh master secret in an empty store, under the suite of `ibe`; Trouble store/exists when there is one. `at` is in ms since 1970-01-01. */
export async function foundKms(store: Store, ibe: IbeMaster, founding: Founding, unlock: Unlock, at: number): Promise<ParameterSet> {
  const wanted = wantedSet(founding, ibe.suiteId)
  // said before the work of a setup, which takes seconds where a curve is looked for; `found` says it for certain
  if ((await store.meta("uri")) !== undefined) throw trouble("store/exists", `The store ${store.name} holds a KMS`)
  const seed = randomBytes(ibe.seedOctets)
  const master = ibe.setup(seed)
  wipe(seed)
  try {
    const publicParameter = run(ibe.publicParameter(master))
    if (publicParameter === undefined) throw new Error("foundKms: the scheme made no master secret")
    const own = { ...wanted, publicParameter: copy(publicParameter) }
    const header = newHeader(unlock.kind, founding.log2N)
    const vault = await openVault(header, unlock)
    const settings = { skewSeconds: founding.skewSeconds, horizonPeriods: founding.horizonPeriods }
    const values = {
      name: ascii(founding.name),
      uri: own.kmsUri,
      settings: json(settings),
      vault: json(header),
      master: vault.seal("master", master, place("master", own.kmsUri)),
      own: vault.seal("parameters", json(setFields(own)), place("own", own.kmsUri)),
      vouched: vault.seal("parameters", json([]), place("vouched", own.kmsUri)),
    }
    vault.close()
    await store.found(values, at)
    return own
  } finally {
    wipe(master)
  }
}

/** Opens the KMS of a store under the suite that it was founded with; Trouble store/empty, vault/closed, or store/suite when none of `masters` is of that suite. */
export async function openKms(store: Store, masters: readonly IbeMaster[], unlock: Unlock): Promise<OpenKms> {
  const header = parseHeader(words(await held(store, "vault")))
  const vault = await openVault(header, unlock)
  const uri = await held(store, "uri")
  const own = setOf(parsed(vault.open("parameters", await held(store, "own"), place("own", uri))))
  const vouched = (parsed(vault.open("parameters", await held(store, "vouched"), place("vouched", uri))) as unknown[]).map(setOf)
  const settings = parsed(await held(store, "settings")) as { skewSeconds: number; horizonPeriods: number }
  const name = words(await held(store, "name"))
  if (typeof own === "string" || vouched.some((v) => typeof v === "string")) throw trouble("vault/closed", "The KMS's parameter sets do not parse")
  const ibe = masters.find((m) => m.suiteId === own.suite)
  if (ibe === undefined) throw trouble("store/suite", `The KMS of ${store.name} serves suite ${own.suite}`)
  const master = vault.open("master", await held(store, "master"), place("master", uri))
  const expected = run(ibe.publicParameter(master))
  if (expected === undefined || !equal(expected, own.publicParameter)) {
    wipe(master)
    throw trouble("vault/closed", "The KMS's secret and its parameter set do not belong together")
  }
  const kms = { master, own, vouched: vouched as ParameterSet[], skewSeconds: settings.skewSeconds, horizonPeriods: settings.horizonPeriods }
  return { name, kms, ibe, vault, close: () => (wipe(master), vault.close()) }
}

/**
 * Vouches for another KMS's set, in place of an earlier one of that URI; it goes into notices and key fills from the next start on.
 * A set that speaks for hosts of another is refused in words: devices would refuse it (PROTOCOL section 1).
 */
export async function vouch(store: Store, open: OpenKms, set: ParameterSet, at: number): Promise<void> {
  for (const other of [open.kms.own, ...open.kms.vouched.filter((v) => !equal(v.kmsUri, set.kmsUri))])
    if (equal(other.kmsUri, set.kmsUri) || overlap(other, set)) throw new Error(`vouch: ${text(set.kmsUri)} speaks for hosts of ${text(other.kmsUri)}`)
  const sets = [...open.kms.vouched.filter((v) => !equal(v.kmsUri, set.kmsUri)), set].map(setFields)
  const sealed = open.vault.seal("parameters", json(sets), place("vouched", open.kms.own.kmsUri))
  await store.change("vouched", sealed, at, { uri: text(set.kmsUri), version: set.version })
}

/** A new device's row and key fill, with a fresh PSK or for its certificate. Write the key fill first, then `store.enrol(row)`: a lost row is only a device unknown. */
export function newDevice(sym: Sym, open: OpenKms, wish: Enrolment, at: number): { row: SubscriberRow; fill: KeyFill } {
  const identities = wish.identities.map((i) => owned(i.uri, i.type, open.kms.own))
  if (identities.length < 1 || identities.length > 1000) throw new Error(`enrol: expected 1 to 1000 identities, got ${identities.length}`)
  for (const name of ["mtu", "transferOctets"] as const)
    if (!whole(wish[name], bounds[name][0], bounds[name][1])) throw new Error(`enrol: expected ${name} of ${bounds[name].join(" to ")} octets, got ${wish[name]}`)
  const least = leastResponse(open, identities)
  if (wish.transferOctets < least) throw new Error(`enrol: expected transferOctets above ${least}: no response with a key of suite ${open.kms.own.suite} is shorter here`)
  const { certified } = wish
  const pskId = certified === undefined ? new Uint8Array(randomBytes(12)) : copy(certified.subject)
  const psk = new Uint8Array(randomBytes(certified === undefined ? 32 : 0))
  const device = deviceId(sym, pskId)
  const { mtu, transferOctets } = wish
  const about = { pskId, ...(certified === undefined ? {} : { certified: true as const }), identities, transferOctets, mtu, deviceId: device, revoked: false, enrolledAt: at }
  const row = { ...about, sealedPsk: open.vault.seal("psk", psk, rowOctets(about)) }
  return { row, fill: { identities, psk, pskId, ...(certified === undefined ? {} : { kmsCertificate: certified.kmsCertificate }), device, kms: { name: open.name, own: open.kms.own }, vouched: open.kms.vouched, broker: wish.broker, mtu, transferOctets } }
}

/** A row with its PSK open; whoever asked wipes it. Trouble vault/closed when any field that the PSK is bound to was changed. */
export function openSubscriber(vault: Vault, row: SubscriberRow): Subscriber {
  const { pskId, certified, identities, revoked, transferOctets, mtu, deviceId } = row
  return { pskId, ...(certified === true ? { certified } : {}), psk: vault.open("psk", row.sealedPsk, rowOctets(row)), identities, revoked, transferOctets, mtu, deviceId }
}

/** Octets that every response with a key has: the notice, the KMS and an identity by name, that identity again with its key, and the key. */
function leastResponse(open: OpenKms, identities: readonly Identity[]): number {
  const { own, vouched } = open.kms
  const shortest = Math.min(...identities.map((id) => id.data.length))
  return encodeNotice({ time: new Uint8Array(8), sets: [own, ...vouched] }).data.length + own.kmsUri.length + 2 * shortest + open.ibe.keyOctets
}

/** Everything of a row but `revoked`: nobody without the vault's key gives a PSK or a subject another identity, or makes the one of the other. */
function rowOctets(row: Omit<SubscriberRow, "sealedPsk">): Uint8Array {
  const name = row.certified === true ? [ascii("ibake subject"), u16(row.pskId.length)] : [ascii("ibake psk"), u8(row.pskId.length)]
  const parts = [...name, row.pskId, u32(row.transferOctets), u32(row.mtu)]
  for (const id of row.identities) parts.push(u8(id.type), u8(id.data.length), id.data)
  return concat(parts)
}

function owned(uri: string, type: number, own: ParameterSet): Identity {
  const id = identity(uri, type)
  if (isFault(id)) throw new Error(`enrol: ${uri} is no identity of 1 to 255 octets`)
  if (!own.hosts.some((h) => covers(h, id))) throw new Error(`enrol: this KMS does not speak for ${text(id.data)}: its hosts are ${own.hosts.map(words).join(", ")}`)
  return id
}

function overlap(a: ParameterSet, b: ParameterSet): boolean {
  const covered = (entry: Uint8Array, other: Uint8Array): boolean => covers(entry, { type: 1, data: other }) || covers(other, { type: 1, data: entry })
  return a.hosts.some((x) => b.hosts.some((y) => covered(x, y)))
}

/** The own set but for its public parameter, of which there is none yet. */
function wantedSet(founding: Founding, suite: number): ParameterSet {
  if (!isKmsName(founding.name)) throw new Error(`init: expected a name of 1 to 64 characters of A-Z a-z 0-9 . _ -, got ${founding.name}`)
  if (!whole(founding.skewSeconds, 1, 86400)) throw new Error(`init: expected a skew window of 1 to 86400 seconds, got ${founding.skewSeconds}`)
  if (!whole(founding.horizonPeriods, 1, 100000)) throw new Error(`init: expected a horizon of 1 to 100000 periods, got ${founding.horizonPeriods}`)
  const { periodLength, periodOffset } = founding
  const fields = { suite, version: 1, periodLength, periodOffset, uri: normal(founding.uri), hosts: founding.hosts.map(normal), publicParameter: "00" }
  const set = setOf(fields)
  if (typeof set === "string") throw new Error(`init: ${set}`)
  return set
}

function normal(value: string): string {
  const id = identity(value, 1)
  if (isFault(id)) throw new Error(`init: expected 1 to 255 octets, got "${value}"`)
  return text(id.data)!
}

function place(what: string, uri: Uint8Array): Uint8Array {
  return concat([ascii(`ibake ${what} `), uri])
}

function json(value: unknown): Uint8Array {
  return utf8(JSON.stringify(value))!
}

function parsed(octets: Uint8Array): unknown {
  return JSON.parse(words(octets))
}

function words(octets: Uint8Array): string {
  return new TextDecoder().decode(octets)
}

async function held(store: Store, name: string): Promise<Uint8Array> {
  const value = await store.meta(name)
  if (value === undefined) throw trouble("store/empty", `The store ${store.name} has no ${name}`)
  return value
}
