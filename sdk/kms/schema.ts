/** The tables of a KMS in PostgreSQL's dialect, in numbered steps; each runs once, in one transaction with its number. */
import type { Driver, Query } from "./driver.ts"
import { trouble } from "./trouble.ts"

const FIRST: readonly string[] = [
  // scheme of the vault, sealed master secret and parameter sets, names and settings
  `CREATE TABLE ibake_meta (name text PRIMARY KEY, value bytea NOT NULL)`,
  // one row per device: the PSK is sealed, with the rest of the row as its AAD
  `CREATE TABLE ibake_subscriber (
    psk_id bytea PRIMARY KEY, device text NOT NULL UNIQUE, sealed_psk bytea NOT NULL, transfer_octets integer NOT NULL, mtu integer NOT NULL,
    revoked boolean NOT NULL DEFAULT false, enrolled_at bigint NOT NULL)`,
  `CREATE TABLE ibake_identity (
    psk_id bytea NOT NULL REFERENCES ibake_subscriber, position integer NOT NULL, type smallint NOT NULL, data bytea NOT NULL,
    PRIMARY KEY (psk_id, position), UNIQUE (psk_id, type, data))`,
  `CREATE INDEX ibake_identity_data ON ibake_identity (data)`,
  // PROTOCOL section 6: per PSK and TS type the last T, H(request) and the response as it leaves (ciphertext already)
  `CREATE TABLE ibake_record (
    psk_id bytea NOT NULL REFERENCES ibake_subscriber, ts_type smallint NOT NULL, last_t bytea NOT NULL, request_hash bytea NOT NULL,
    response bytea NOT NULL, PRIMARY KEY (psk_id, ts_type))`,
  // which keys have left, never the keys
  `CREATE TABLE ibake_issued (
    psk_id bytea NOT NULL REFERENCES ibake_subscriber, type smallint NOT NULL, data bytea NOT NULL, period bigint NOT NULL,
    first_at bigint NOT NULL, last_at bigint NOT NULL, times integer NOT NULL, PRIMARY KEY (psk_id, type, data, period))`,
  `CREATE TABLE ibake_audit (
    seq bigint PRIMARY KEY, at bigint NOT NULL, event text NOT NULL, device text NOT NULL, detail text NOT NULL, previous bytea NOT NULL, hash bytea NOT NULL)`,
  `CREATE FUNCTION ibake_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$`,
  `CREATE TRIGGER ibake_audit_rows BEFORE UPDATE OR DELETE ON ibake_audit FOR EACH ROW EXECUTE FUNCTION ibake_audit_refuse()`,
  `CREATE TRIGGER ibake_audit_all BEFORE TRUNCATE ON ibake_audit FOR EACH STATEMENT EXECUTE FUNCTION ibake_audit_refuse()`,
]

const CERTIFIED: readonly string[] = [
  // devices that ask by certificate: psk_id is the subject, and sealed_psk seals nothing but the row itself
  `ALTER TABLE ibake_subscriber ADD COLUMN certified boolean NOT NULL DEFAULT false`,
  // envelopes that were answered: none is answered twice, whoever brings it
  `CREATE TABLE ibake_envelope (hash bytea PRIMARY KEY, psk_id bytea NOT NULL REFERENCES ibake_subscriber, at bigint NOT NULL)`,
]

const STEPS: readonly (readonly string[])[] = [FIRST, CERTIFIED]

/** Any number that no other program of this database uses for its advisory locks. */
const LOCK = 0x1bace

/** Brings a database to this release's tables; several servers may start at once, and a second run changes nothing. */
export async function migrate(driver: Driver): Promise<void> {
  await driver.transaction(async (query) => {
    await query(`SELECT pg_advisory_xact_lock(${LOCK})`)
    const held = await version(query)
    if (held > STEPS.length) throw trouble("store/newer", `The store ${driver.name} is of schema ${held}, this release knows ${STEPS.length}`)
    for (const step of STEPS.slice(held)) for (const statement of step) await query(statement)
    if (held === STEPS.length) return
    const value = new TextEncoder().encode(String(STEPS.length))
    await query(`INSERT INTO ibake_meta (name, value) VALUES ('schema', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, [value])
  })
}

async function version(query: Query): Promise<number> {
  const there = await query(`SELECT to_regclass('ibake_meta') IS NOT NULL AS there`)
  if (there[0]!.there !== true) return 0
  const rows = await query(`SELECT value FROM ibake_meta WHERE name = 'schema'`)
  return rows.length === 0 ? 0 : Number(new TextDecoder().decode(rows[0]!.value as Uint8Array))
}
