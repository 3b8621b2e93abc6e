/**
 * The store's database as an embedded PostgreSQL (PGlite) in a data folder of this machine. PGlite runs without fsync and its file layer drops what
 * fsync there is; both are put right here, for the record of an answer must outlive a power cut. A PANIC (full disk) ends the instance, not the
 * process: the next use opens the folder again, and PostgreSQL's own recovery brings back all that was committed.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, statfsSync } from "node:fs"
import { join } from "node:path"
import type { PGlite } from "@electric-sql/pglite"
import { codeOf, plainRows, storeTrouble, type Driver, type Query } from "./driver.ts"
import { lockFolder } from "./folder-lock.ts"
import { isTrouble, trouble, words } from "./trouble.ts"

/** A statement that takes longer has met a dead instance. */
const LONGEST_MS = 60_000

/** Room below which a start that failed without a reason has failed for it: one WAL segment of 16 MiB and its copy. */
const LEAST_ROOM = 40 * 1024 * 1024

interface Embedded {
  open: PGlite | undefined
  dead: boolean
}

/** A driver over `folder`, made if it is not there; it holds the folder's lock until closed. Without a folder: in memory, for tests. */
export async function pgliteDriver(folder?: string): Promise<Driver> {
  const name = folder ?? "in memory"
  const unlock = folder === undefined ? () => undefined : claim(folder)
  const state: Embedded = { open: undefined, dead: false }
  const alone = oneAtATime()
  const ready = async (): Promise<PGlite> => (state.open ??= await start(folder))
  try {
    await ready()
  } catch (error) {
    unlock()
    throw storeTrouble(name, error)
  }
  const exclusively = <T>(work: (query: Query) => Promise<T>): Promise<T> => alone(() => guarded(name, state, async () => work(queryOf(state, await ready()))))
  return {
    name,
    query: (sql, values) => exclusively((query) => query(sql, values)),
    transaction: (work) => exclusively((query) => inTransaction(state, query, work)),
    close: () => alone(async () => (await state.open?.close().catch(() => undefined), unlock())),
  }
}

function claim(folder: string): () => void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (!existsSync(join(folder, "db")) && readdirSync(folder).some((n) => n === "PG_VERSION")) throw trouble("store/corrupt", `${folder} is a bare database folder`)
    return lockFolder(join(folder, "lock"))
  } catch (error) {
    throw isTrouble(error) ? error : trouble(codeOf(error) === "ENOSPC" ? "store/full" : "file/failed", `Data folder ${folder}: ${words(error)}`, error)
  }
}

async function start(folder: string | undefined): Promise<PGlite> {
  const { PGlite } = await import("@electric-sql/pglite")
  if (folder === undefined) return PGlite.create()
  const { NodeFS } = await import("@electric-sql/pglite/nodefs")
  const fs = new NodeFS(join(folder, "db"))
  const init = fs.init.bind(fs)
  fs.init = async (pg, options) => {
    const out = await init(pg, options)
    out.emscriptenOpts.preRun!.push((module) => syncing(module.FS as unknown as FileLayer))
    return out
  }
  const started = PGlite as unknown as { readonly defaultStartParams: readonly string[] }
  try {
    const params = started.defaultStartParams.filter((p) => p !== "-F")
    return await PGlite.create({ fs, startParams: [...params, "-c", "wal_sync_method=fsync"] })
  } catch (error) {
    throw whyNot(folder, error)
  }
}

interface FileLayer {
  lookupPath(path: string): { node: { mount: { type: FileType } } }
}
interface FileType {
  stream_ops: { fsync?: (stream: { nfd?: number; node: unknown }) => number }
  realPath(node: unknown): string
}

/** Gives Emscripten's layer over node:fs the fsync that it lacks. */
function syncing(layer: FileLayer): void {
  const type = layer.lookupPath("/pglite/data").node.mount.type
  type.stream_ops.fsync = (stream) => {
    const fd = stream.nfd ?? openSync(type.realPath(stream.node), "r")
    fsyncSync(fd)
    if (stream.nfd === undefined) closeSync(fd)
    return 0
  }
}

function whyNot(folder: string, error: unknown): Error {
  const room = statfsSync(folder)
  if (room.bavail * room.bsize < LEAST_ROOM) return trouble("store/full", `The database in ${folder} does not start on a full disk`, error)
  return trouble("store/corrupt", `The database in ${folder} does not start: ${words(error)}`, error)
}

function queryOf(state: Embedded, db: PGlite): Query {
  return async (sql, values) => {
    if (state.dead) throw trouble("store/failed", "The statement follows one that ended the database")
    try {
      return plainRows((await within(db.query(sql, values === undefined ? [] : [...values]))).rows as never)
    } catch (error) {
      // an ordinary refusal says ERROR; anything else has ended the instance, which must not be touched again
      if ((error as { severity?: unknown }).severity !== "ERROR") state.dead = true
      throw error
    }
  }
}

async function guarded<T>(name: string, state: Embedded, piece: () => Promise<T>): Promise<T> {
  try {
    return await piece()
  } catch (error) {
    throw storeTrouble(name, error)
  } finally {
    if (state.dead) state.open = undefined
    state.dead = false
  }
}

async function inTransaction<T>(state: Embedded, query: Query, work: (query: Query) => Promise<T>): Promise<T> {
  await query("BEGIN")
  try {
    const out = await work(query)
    await query("COMMIT")
    return out
  } catch (error) {
    if (!state.dead) await query("ROLLBACK")
    throw error
  }
}

function oneAtATime(): <T>(piece: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (piece) => {
    const mine = last.then(piece)
    last = mine.catch(() => undefined)
    return mine
  }
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the database does not answer")), LONGEST_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
