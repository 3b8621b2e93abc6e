/**
 * What a KMS keeps: subscribers, records, which keys left, the audit trail, and what the KMS itself is. Every write that belongs together is one
 * transaction; the row of the subscriber is its lock, so several servers on one database answer one T once.
 */
import { createHash } from "node:crypto"
import { equal, hex } from "../base/bytes.ts"
import type { Identity } from "../ibake/identity.ts"
import { append, auditHead, verify, type AuditEntry, type AuditHead } from "./audit.ts"
import { codeOf, type Driver, type Query, type Row } from "./driver.ts"
import { migrate } from "./schema.ts"
import { trouble } from "./trouble.ts"
import type { Decision, EnvelopeUse, IssuedKey, Record_, Subscriber } from "./types.ts"

/** A subscriber as it lies: the PSK sealed. */
export interface SubscriberRow extends Omit<Subscriber, "psk"> {
  readonly sealedPsk: Uint8Array
  /** Milliseconds since 1970-01-01 UTC. */
  readonly enrolledAt: number
}

/** A subscriber and, under the asked TS type, its record. */
export interface Loaded {
  readonly row: SubscriberRow
  readonly record: Record_ | undefined
  /** Whether the asked envelope was answered before. */
  readonly envelope: EnvelopeUse
}

/** How a commit ended: `moved` when another server answered this device or this envelope meanwhile, `gone` when it was revoked or its row changed. */
export type Committed = "done" | "moved" | "gone"

/** How a device is reached. */
export type Reach = Pick<Subscriber, "mtu" | "transferOctets">

/** A key that left: when first and last, and in how many answers. */
export interface IssuedRow extends IssuedKey {
  readonly device: string
  readonly firstAt: number
  readonly lastAt: number
  readonly times: number
}

/** The store of one KMS. What fails is a Trouble; then nothing of that call was written. Times are milliseconds since 1970-01-01 UTC. */
export interface Store {
  readonly name: string
  /** Octets kept under a name, or undefined. */
  meta(name: string): Promise<Uint8Array | undefined>
  /** Writes a new KMS's values at once; Trouble store/exists when there is one. */
  found(values: Readonly<Record<string, Uint8Array>>, at: number): Promise<void>
  /** Replaces a value and says so in the audit trail. */
  change(name: string, value: Uint8Array, at: number, detail: object): Promise<void>
  load(pskId: Uint8Array, tsType: number, envelope?: Uint8Array): Promise<Loaded | undefined>
  /** Writes the record, the keys and the audit entry of an answer, if the row and its record are still those that it was decided on. */
  commit(loaded: Loaded, decision: Decision, at: number): Promise<Committed>
  /** An audit entry alone. */
  note(at: number, event: string, device: string, detail: object): Promise<void>
  enrol(row: SubscriberRow): Promise<void>
  /** Trouble store/unknown when there is no such device; a second time changes nothing. */
  revoke(device: string, at: number): Promise<void>
  /** What a device is reached with, revoked or not; undefined for one that is not enrolled. */
  device(device: string): Promise<Reach | undefined>
  /** The stored response to the request whose hash begins with `transfer`, if it is the last one of its TS type. */
  responseOf(device: string, transfer: number): Promise<Uint8Array | undefined>
  subscribers(): Promise<readonly SubscriberRow[]>
  issued(device: string): Promise<readonly IssuedRow[]>
  audit(last: number): Promise<readonly AuditEntry[]>
  auditHead(): Promise<AuditHead>
  verifyAudit(kept?: AuditHead): Promise<AuditHead>
  close(): Promise<void>
}

/** The store in a database, whose tables it makes or brings up to date. */
export async function openStore(driver: Driver): Promise<Store> {
  await migrate(driver)
  const { query } = driver
  return {
    name: driver.name,
    meta: async (name) => (await query(`SELECT value FROM ibake_meta WHERE name = $1`, [name]))[0]?.value as Uint8Array | undefined,
    found: (values, at) => driver.transaction((q) => found(q, driver.name, values, at)),
    change: (name, value, at, detail) => driver.transaction((q) => change(q, name, value, at, detail)),
    load: (pskId, tsType, envelope) => load(query, pskId, tsType, envelope ?? new Uint8Array(0)),
    commit: (loaded, decision, at) => driver.transaction((q) => commit(q, loaded, decision, at)),
    note: (at, event, device, detail) => driver.transaction((q) => append(q, at, event, device, detail)),
    enrol: (row) => driver.transaction((q) => enrol(q, row)).catch((e: unknown) => Promise.reject(enrolTrouble(e, row))),
    revoke: (device, at) => driver.transaction((q) => revoke(q, device, at)),
    device: (device) => reach(query, device),
    responseOf: (device, transfer) => responseOf(query, device, transfer),
    subscribers: () => subscribers(query),
    issued: (device) => issued(query, device),
    audit: async (last) => ((await query(`SELECT seq, at, event, device, detail FROM ibake_audit ORDER BY seq DESC LIMIT $1`, [last])) as unknown as AuditEntry[]).reverse(),
    auditHead: () => auditHead(query),
    verifyAudit: (kept) => verify(query, kept),
    close: () => driver.close(),
  }
}

async function found(query: Query, name: string, values: Readonly<Record<string, Uint8Array>>, at: number): Promise<void> {
  await query(`LOCK TABLE ibake_meta IN SHARE ROW EXCLUSIVE MODE`)
  const held = await query(`SELECT name FROM ibake_meta WHERE name <> 'schema'`)
  if (held.length > 0) throw trouble("store/exists", `The store ${name} holds a KMS`)
  for (const [key, value] of Object.entries(values)) await query(`INSERT INTO ibake_meta (name, value) VALUES ($1, $2)`, [key, value])
  await append(query, at, "founded", "", {})
}

async function change(query: Query, name: string, value: Uint8Array, at: number, detail: object): Promise<void> {
  await query(`INSERT INTO ibake_meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, [name, value])
  await append(query, at, `changed ${name}`, "", detail)
}

const COLUMNS = `s.psk_id, s.device, s.sealed_psk, s.transfer_octets, s.mtu, s.revoked, s.enrolled_at, s.certified`

async function reach(query: Query, device: string): Promise<Reach | undefined> {
  const row = (await query(`SELECT mtu, transfer_octets FROM ibake_subscriber WHERE device = $1`, [device]))[0]
  return row === undefined ? undefined : { mtu: row.mtu as number, transferOctets: row.transfer_octets as number }
}

async function responseOf(query: Query, device: string, transfer: number): Promise<Uint8Array | undefined> {
  const rows = await query(`SELECT r.request_hash, r.response FROM ibake_record r JOIN ibake_subscriber s ON s.psk_id = r.psk_id WHERE s.device = $1`, [device])
  const number = (hash: Uint8Array): number => hash[0]! * 256 + hash[1]!
  return rows.find((r) => number(r.request_hash as Uint8Array) === transfer)?.response as Uint8Array | undefined
}

/** One statement, hence one moment: a record is never read beside another moment's subscriber. */
async function load(query: Query, pskId: Uint8Array, tsType: number, envelope: Uint8Array): Promise<Loaded | undefined> {
  const from = `ibake_subscriber s LEFT JOIN ibake_identity i ON i.psk_id = s.psk_id LEFT JOIN ibake_record r ON r.psk_id = s.psk_id AND r.ts_type = $2`
  const spent = `EXISTS (SELECT 1 FROM ibake_envelope WHERE hash = $3) AS spent`
  const rows = await query(`SELECT ${COLUMNS}, ${spent}, i.type, i.data, r.last_t, r.request_hash, r.response FROM ${from} WHERE s.psk_id = $1 ORDER BY i.position`, [pskId, tsType, envelope])
  const first = rows[0]
  if (first === undefined) return undefined
  const held = first.last_t instanceof Uint8Array
  const record = { tsType, lastT: first.last_t as Uint8Array, requestHash: first.request_hash as Uint8Array, response: first.response as Uint8Array }
  return { row: subscriber(first, rows), record: held ? record : undefined, envelope: first.spent === true ? "spent" : "fresh" }
}

function subscriber(row: Row, identities: readonly Row[]): SubscriberRow {
  return {
    pskId: row.psk_id as Uint8Array,
    ...(row.certified === true ? { certified: true as const } : {}),
    deviceId: row.device as string,
    sealedPsk: row.sealed_psk as Uint8Array,
    transferOctets: row.transfer_octets as number,
    mtu: row.mtu as number,
    revoked: row.revoked as boolean,
    enrolledAt: row.enrolled_at as number,
    identities: identities.filter((i) => i.data instanceof Uint8Array).map((i) => ({ type: i.type as number, data: i.data as Uint8Array })),
  }
}

async function commit(query: Query, loaded: Loaded, decision: Decision, at: number): Promise<Committed> {
  const { row, record: before } = loaded
  const record = decision.record
  if (record === undefined) throw new Error("store.commit: expected a decision with a record")
  const locked = await query(`SELECT revoked FROM ibake_subscriber WHERE psk_id = $1 FOR UPDATE`, [row.pskId])
  if (locked.length === 0 || locked[0]!.revoked !== row.revoked) return "gone"
  const held = await query(`SELECT last_t, request_hash FROM ibake_record WHERE psk_id = $1 AND ts_type = $2`, [row.pskId, record.tsType])
  if (!unmoved(held[0], before)) return "moved"
  if (record.envelope !== undefined && !(await spend(query, record.envelope, row.pskId, at))) return "moved"
  await query(
    `INSERT INTO ibake_record (psk_id, ts_type, last_t, request_hash, response) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (psk_id, ts_type) DO UPDATE SET last_t = excluded.last_t, request_hash = excluded.request_hash, response = excluded.response`,
    [row.pskId, record.tsType, record.lastT, record.requestHash, record.response],
  )
  await left(query, row.pskId, decision.audit.keys, at)
  await append(query, at, decision.audit.event, row.deviceId, commitDetail(record, decision.audit.keys))
  return "done"
}

/** Marks an envelope as answered; false when it was already. A second server waits here for the first one's transaction. */
async function spend(query: Query, envelope: Uint8Array, pskId: Uint8Array, at: number): Promise<boolean> {
  const rows = await query(`INSERT INTO ibake_envelope (hash, psk_id, at) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING RETURNING at`, [envelope, pskId, at])
  return rows.length === 1
}

function unmoved(held: Row | undefined, before: Record_ | undefined): boolean {
  if (held === undefined || before === undefined) return held === before
  return equal(held.last_t as Uint8Array, before.lastT) && equal(held.request_hash as Uint8Array, before.requestHash)
}

async function left(query: Query, pskId: Uint8Array, keys: readonly IssuedKey[], at: number): Promise<void> {
  const columns = [keys.map((k) => k.identity.type), keys.map((k) => hex(k.identity.data)), keys.map((k) => k.period)]
  await query(
    `INSERT INTO ibake_issued (psk_id, type, data, period, first_at, last_at, times)
     SELECT $1, k.type, decode(k.data, 'hex'), k.period, $2, $2, 1 FROM unnest($3::smallint[], $4::text[], $5::bigint[]) AS k (type, data, period)
     ON CONFLICT (psk_id, type, data, period) DO UPDATE SET last_at = excluded.last_at, times = ibake_issued.times + 1`,
    [pskId, at, ...columns],
  )
}

function commitDetail(record: Record_, keys: readonly IssuedKey[]): object {
  const response = createHash("sha256").update(record.response).digest("hex")
  return { tsType: record.tsType, t: hex(record.lastT), request: hex(record.requestHash), response, keys: keys.map((k) => ({ ...plainIdentity(k.identity), period: k.period })) }
}

function plainIdentity(identity: Identity): object {
  return { type: identity.type, identity: new TextDecoder().decode(identity.data) }
}

async function enrol(query: Query, row: SubscriberRow): Promise<void> {
  await query(
    `INSERT INTO ibake_subscriber (psk_id, device, sealed_psk, transfer_octets, mtu, revoked, enrolled_at, certified) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [row.pskId, row.deviceId, row.sealedPsk, row.transferOctets, row.mtu, row.revoked, row.enrolledAt, row.certified === true],
  )
  const columns = [row.pskId, row.identities.map((i) => i.type), row.identities.map((i) => hex(i.data))]
  await query(
    `INSERT INTO ibake_identity (psk_id, position, type, data)
     SELECT $1, i.n - 1, i.type, decode(i.data, 'hex') FROM unnest($2::smallint[], $3::text[]) WITH ORDINALITY AS i (type, data, n)`,
    columns,
  )
  const name = row.certified === true ? "subject" : "pskId"
  await append(query, row.enrolledAt, "enrolled", row.deviceId, { [name]: hex(row.pskId), identities: row.identities.map(plainIdentity) })
}

function enrolTrouble(error: unknown, row: SubscriberRow): unknown {
  const doubled = codeOf((error as { cause?: unknown }).cause) === "23505"
  return doubled ? trouble("store/exists", `Device ${row.deviceId} is enrolled, or an identity stands twice`) : error
}

async function revoke(query: Query, device: string, at: number): Promise<void> {
  const rows = await query(`SELECT revoked FROM ibake_subscriber WHERE device = $1 FOR UPDATE`, [device])
  if (rows.length === 0) throw trouble("store/unknown", `Device ${device}`)
  if (rows[0]!.revoked === true) return
  await query(`UPDATE ibake_subscriber SET revoked = true WHERE device = $1`, [device])
  await append(query, at, "revoked", device, {})
}

async function subscribers(query: Query): Promise<readonly SubscriberRow[]> {
  const rows = await query(`SELECT ${COLUMNS}, i.type, i.data FROM ibake_subscriber s LEFT JOIN ibake_identity i ON i.psk_id = s.psk_id ORDER BY s.enrolled_at, s.device, i.position`)
  const grouped = new Map<string, Row[]>()
  for (const row of rows) {
    const group = grouped.get(row.device as string)
    if (group === undefined) grouped.set(row.device as string, [row])
    else group.push(row)
  }
  return [...grouped.values()].map((group) => subscriber(group[0]!, group))
}

async function issued(query: Query, device: string): Promise<readonly IssuedRow[]> {
  const columns = `i.type, i.data, i.period, i.first_at, i.last_at, i.times, s.device`
  const rows = await query(`SELECT ${columns} FROM ibake_issued i JOIN ibake_subscriber s ON s.psk_id = i.psk_id WHERE s.device = $1 ORDER BY i.data, i.period`, [device])
  return rows.map((r) => ({
    identity: { type: r.type as number, data: r.data as Uint8Array },
    period: r.period as number,
    device: r.device as string,
    firstAt: r.first_at as number,
    lastAt: r.last_at as number,
    times: r.times as number,
  }))
}
