/** The store's database as a PostgreSQL server, by URL: `pg`, several connections, shared by as many KMS servers as there are. */
import type { Pool, PoolClient } from "pg"
import { codeOf, plainRows, storeTrouble, type Driver, type Query } from "./driver.ts"

/** A driver over `postgres://user:password@host:port/database`; it connects at first use. */
export async function postgresDriver(url: string): Promise<Driver> {
  const { default: pg } = await import("pg")
  const types = { getTypeParser: (oid: number, format?: "text" | "binary") => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format as "text")) }
  const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 5000, query_timeout: LONGEST_MS, keepAlive: true, types: types as never })
  const name = withoutCredentials(url)
  // an idle connection that breaks is replaced at the next use
  pool.on("error", () => undefined)
  return {
    name,
    query: (sql, values) => guarded(name, () => twice(async () => plainRows((await pool.query(sql, values as unknown[])).rows))),
    transaction: (work) => guarded(name, () => inTransaction(pool, work)),
    close: () => pool.end(),
  }
}

const INT8 = 20

/** A server that says nothing for so long has gone without a word. */
const LONGEST_MS = 15000

function withoutCredentials(url: string): string {
  try {
    const u = new URL(url)
    return `${u.protocol}//${u.host}${u.pathname}`
  } catch {
    return "postgres"
  }
}

async function guarded<T>(name: string, piece: () => Promise<T>): Promise<T> {
  try {
    return await piece()
  } catch (error) {
    throw storeTrouble(name, error)
  }
}

/** A pooled connection may have died unseen: what fails for that is tried once more on a fresh one. */
async function twice<T>(piece: () => Promise<T>): Promise<T> {
  try {
    return await piece()
  } catch (error) {
    if (!lost(error)) throw error
    return piece()
  }
}

function lost(error: unknown): boolean {
  const code = codeOf(error)
  return code === "57P01" || code === "ECONNRESET" || code === "EPIPE" || code.startsWith("08") || (code === "" && /connection terminated|not queryable/i.test(String(error)))
}

async function begin(pool: Pool): Promise<PoolClient> {
  const client = await pool.connect()
  // a connection that breaks fails the query it runs; its event without a listener would end the process
  client.on("error", ignore)
  try {
    await client.query("BEGIN")
    return client
  } catch (error) {
    release(client, true)
    throw error
  }
}

function ignore(): void {}

function release(client: PoolClient, broken: boolean): void {
  client.off("error", ignore)
  client.release(broken)
}

async function inTransaction<T>(pool: Pool, work: (query: Query) => Promise<T>): Promise<T> {
  const client = await twice(() => begin(pool))
  let broken = false
  try {
    const out = await work(async (sql, values) => plainRows((await client.query(sql, values as unknown[])).rows))
    await client.query("COMMIT")
    return out
  } catch (error) {
    await client.query("ROLLBACK").catch(() => (broken = true))
    throw error
  } finally {
    release(client, broken)
  }
}
