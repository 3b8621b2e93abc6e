/** What the store asks of a database: PostgreSQL's dialect, embedded or a server. One set of statements runs on both. */
import { trouble, isTrouble, words, type Trouble, type TroubleCode } from "./trouble.ts"

/** A row by column names: integers come as number, bytea as a Uint8Array of its own. */
export type Row = Readonly<Record<string, unknown>>

/** Runs one statement with $1, $2, ... in place. */
export type Query = (sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>

/**
 * A database. Laws: what fails is a Trouble of code store/...; after a failure the next use works again as soon as the database does;
 * `query` may run its statement twice when a connection breaks, so it is for statements that may be; a transaction whose `work` throws leaves nothing,
 * and one that has answered is durable. `close` waits for what runs.
 */
export interface Driver {
  /** For log lines, without credentials. */
  readonly name: string
  readonly query: Query
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Codes of PostgreSQL's appendix A and of the operating system, by their beginning. */
const CODES: readonly (readonly [string, TroubleCode])[] = [
  ["53100", "store/full"],
  ["ENOSPC", "store/full"],
  ["EDQUOT", "store/full"],
  ["XX001", "store/corrupt"],
  ["XX002", "store/corrupt"],
  ["53", "store/connect"],
  ["08", "store/connect"],
  ["57P", "store/connect"],
  ["28", "store/connect"],
  ["3D", "store/connect"],
  ["ECONN", "store/connect"],
  ["EPIPE", "store/connect"],
  ["ETIMEDOUT", "store/connect"],
  ["ENOTFOUND", "store/connect"],
  ["EAI_AGAIN", "store/connect"],
  ["EHOST", "store/connect"],
  ["ENOENT", "store/connect"],
  ["EACCES", "store/connect"],
  ["22P02", "store/failed"],
]

/** The Trouble of whatever a driver threw. */
export function storeTrouble(name: string, error: unknown): Trouble {
  if (isTrouble(error)) return error
  const code = codeOf(error)
  const known = CODES.find(([start]) => code.startsWith(start))
  if (known !== undefined) return trouble(known[1], `The store ${name}: ${words(error)}`, error)
  // pg says these in words only
  if (/connection terminated|timeout|not queryable/i.test(words(error))) return trouble("store/connect", `The store ${name}: ${words(error)}`, error)
  return trouble("store/failed", `The store ${name}: ${words(error)}`, error)
}

/** The code of a database or system error, also of the first in a bundle of them (a host with several addresses). */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return typeof error === "object" && error !== null ? String((error as { code?: unknown }).code ?? "") : ""
}

/** Rows with one shape for both drivers. */
export function plainRows(rows: readonly Row[]): readonly Row[] {
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])))
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value)
  return typeof value === "bigint" ? Number(value) : value
}
