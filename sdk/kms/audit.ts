/**
 * The audit trail: rows that the database itself refuses to change, each with SHA-256 over the hash of the row before and its own content.
 * A chain shows a change in its middle. Whoever owns the database can rewrite the chain to its end, so keep a head (`seq`, `hash`) somewhere else.
 */
import { createHash } from "node:crypto"
import { ascii, concat, equal, u32 } from "../base/bytes.ts"
import { utf8 } from "../base/utf8.ts"
import type { Query, Row } from "./driver.ts"
import { trouble } from "./trouble.ts"

/** One entry; `detail` is JSON without secrets. */
export interface AuditEntry {
  readonly seq: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly at: number
  readonly event: string
  /** Device id, or empty. */
  readonly device: string
  readonly detail: string
}

/** Where a trail ends: number and hash of its last entry; 0 and 32 zero octets before the first. */
export interface AuditHead {
  readonly seq: number
  readonly hash: Uint8Array
}

/** Rows read at once while a trail is verified. */
const PAGE = 500

/** SHA-256 of `previous || seq || at || len32 event || len32 device || len32 detail`. */
export function entryHash(previous: Uint8Array, entry: AuditEntry): Uint8Array {
  const parts = [ascii("ibake audit 1"), previous, u64(entry.seq), u64(entry.at)]
  for (const text of [entry.event, entry.device, entry.detail]) {
    const octets = utf8(text) ?? new Uint8Array(0)
    parts.push(u32(octets.length), octets)
  }
  return new Uint8Array(createHash("sha256").update(concat(parts)).digest())
}

/** Adds an entry inside a transaction; entries of all servers stand in one line, so this comes last in it. */
export async function append(query: Query, at: number, event: string, device: string, detail: object): Promise<void> {
  await query(`LOCK TABLE ibake_audit IN SHARE ROW EXCLUSIVE MODE`)
  const head = await auditHead(query)
  const entry = { seq: head.seq + 1, at, event, device, detail: JSON.stringify(detail) }
  const values = [entry.seq, at, event, device, entry.detail, head.hash, entryHash(head.hash, entry)]
  await query(`INSERT INTO ibake_audit (seq, at, event, device, detail, previous, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)`, values)
}

/** The last entry's number and hash. */
export async function auditHead(query: Query): Promise<AuditHead> {
  const rows = await query(`SELECT seq, hash FROM ibake_audit ORDER BY seq DESC LIMIT 1`)
  return rows.length === 0 ? { seq: 0, hash: new Uint8Array(32) } : { seq: rows[0]!.seq as number, hash: rows[0]!.hash as Uint8Array }
}

/** Walks the whole trail; Trouble audit/broken names the first entry that does not fit. `kept` is a head noted earlier, which must be on the way. */
export async function verify(query: Query, kept?: AuditHead): Promise<AuditHead> {
  let head: AuditHead = { seq: 0, hash: new Uint8Array(32) }
  for (;;) {
    const rows = await query(`SELECT seq, at, event, device, detail, previous, hash FROM ibake_audit WHERE seq > $1 ORDER BY seq LIMIT ${PAGE}`, [head.seq])
    for (const row of rows) {
      head = follows(head, row)
      if (kept !== undefined && kept.seq === head.seq && !equal(kept.hash, head.hash)) throw trouble("audit/broken", `Audit entry ${head.seq} is not the one noted`)
    }
    if (rows.length < PAGE) break
  }
  if (kept !== undefined && kept.seq > head.seq) throw trouble("audit/broken", `Audit entries ${head.seq + 1} to ${kept.seq} are gone`)
  return head
}

function follows(head: AuditHead, row: Row): AuditHead {
  const entry = row as unknown as AuditEntry & { readonly previous: Uint8Array; readonly hash: Uint8Array }
  const fits = entry.seq === head.seq + 1 && equal(entry.previous, head.hash) && equal(entry.hash, entryHash(head.hash, entry))
  if (!fits) throw trouble("audit/broken", `Audit entry ${head.seq + 1} does not follow the one before`)
  return { seq: entry.seq, hash: entry.hash }
}

function u64(value: number): Uint8Array {
  return concat([u32(Math.floor(value / 4294967296)), u32(value % 4294967296)])
}
