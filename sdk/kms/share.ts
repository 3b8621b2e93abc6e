/**
 * One embedded database for several processes of this machine: whoever holds the folder lends its driver through a local socket in it, so that radios
 * are enrolled and revoked while the KMS serves. One JSON line a statement; a transaction is a `begin` to its `commit` on one connection.
 */
import { chmodSync, rmSync } from "node:fs"
import { connect, createServer, type Socket } from "node:net"
import { createInterface, type Interface } from "node:readline"
import { hex, unhex } from "../base/bytes.ts"
import { codeOf, type Driver, type Query, type Row } from "./driver.ts"
import { isTrouble, trouble, words, type TroubleCode } from "./trouble.ts"

/** A transaction that says nothing for so long is rolled back: the holder waits for it. */
const LONGEST_MS = 5000

type Ask = { readonly sql: string; readonly values: readonly unknown[] } | { readonly begin: true } | { readonly commit: true } | { readonly rollback: true }
type Reply = { readonly rows: readonly Row[] } | { readonly error: { readonly code: TroubleCode; readonly line: string; readonly cause: string } }

/** Lends `driver` at `path`, to this machine's user only; answers what ends the lending. */
export async function lend(driver: Driver, path: string): Promise<() => Promise<void>> {
  rmSync(path, { force: true })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
    socket.on("error", () => undefined)
    attend(driver, socket).catch(() => socket.destroy())
  })
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve))
  chmodSync(path, 0o600)
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
    rmSync(path, { force: true })
  }
}

/** The driver that another process lends at `path`. */
export function borrow(path: string): Driver {
  const name = `the KMS that serves from ${path}`
  const alone = async <T>(work: (ask: (a: Ask) => Promise<readonly Row[]>) => Promise<T>): Promise<T> => {
    const line = await dial(path, name)
    try {
      return await work(line.ask)
    } finally {
      line.end()
    }
  }
  return {
    name,
    query: (sql, values) => alone((ask) => ask({ sql, values: encoded(values ?? []) })),
    transaction: (work) =>
      alone(async (ask) => {
        await ask({ begin: true })
        const out = await work((sql, values) => ask({ sql, values: encoded(values ?? []) }))
        await ask({ commit: true })
        return out
      }),
    close: () => Promise.resolve(),
  }
}

/** Serves one connection: statements as they come, and from `begin` on within one transaction. A connection that breaks rolls back. */
async function attend(driver: Driver, socket: Socket): Promise<void> {
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const next = async (): Promise<Ask | undefined> => {
    const line = await lines.next()
    return line.done === true ? undefined : (JSON.parse(line.value) as Ask)
  }
  const say = (reply: Reply): void => void socket.write(`${JSON.stringify(reply)}\n`)
  for (let ask = await next(); ask !== undefined; ask = await next()) {
    if ("sql" in ask) say(await replied(driver.query, ask))
    else if ("begin" in ask) await driver.transaction((query) => within(query, next, say, socket)).then(() => say({ rows: [] }), () => socket.destroy())
  }
}

async function within(query: Query, next: () => Promise<Ask | undefined>, say: (reply: Reply) => void, socket: Socket): Promise<void> {
  say({ rows: [] })
  const timer = setTimeout(() => socket.destroy(), LONGEST_MS)
  try {
    for (let ask = await next(); ask !== undefined && !("rollback" in ask); ask = await next()) {
      if ("commit" in ask) return
      if ("sql" in ask) say(await replied(query, ask))
      timer.refresh()
    }
    throw new Error("rolled back")
  } finally {
    clearTimeout(timer)
  }
}

async function replied(query: Query, ask: { readonly sql: string; readonly values: readonly unknown[] }): Promise<Reply> {
  try {
    return { rows: (await query(ask.sql, decoded(ask.values))).map((row) => Object.fromEntries(Object.entries(row).map(([k, v]) => [k, encoded([v])[0]]))) }
  } catch (error) {
    const cause = codeOf(error instanceof Error && isTrouble(error) ? error.cause : error)
    return { error: { code: isTrouble(error) ? error.code : "store/failed", line: words(error), cause } }
  }
}

interface Line {
  ask(a: Ask): Promise<readonly Row[]>
  end(): void
}

async function dial(path: string, name: string): Promise<Line> {
  const socket = connect(path)
  const gone = (error?: Error): Error => trouble("store/connect", `The store ${name} broke off`, error)
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", (e) => reject(gone(e))))
  socket.on("error", () => undefined)
  const lines: Interface = createInterface({ input: socket })
  const replies = lines[Symbol.asyncIterator]()
  return {
    async ask(a: Ask): Promise<readonly Row[]> {
      socket.write(`${JSON.stringify(a)}\n`)
      const line = await replies.next()
      if (line.done === true) throw gone()
      const reply = JSON.parse(line.value) as Reply
      if ("rows" in reply) return reply.rows.map((row) => Object.fromEntries(Object.entries(row).map(([k, v]) => [k, decoded([v])[0]])))
      const { code, line: said, cause } = reply.error
      throw Object.assign(new Error(said, { cause: { code: cause } }), { code })
    },
    end: () => socket.destroy(),
  }
}

/** Octets as `{"hex"}`; the driver's other values are JSON as they are. */
function encoded(values: readonly unknown[]): unknown[] {
  return values.map((v) => (v instanceof Uint8Array ? { hex: hex(v) } : v))
}

function decoded(values: readonly unknown[]): unknown[] {
  return values.map((v) => (typeof v === "object" && v !== null && "hex" in v ? unhex(String(v.hex)) : v))
}
