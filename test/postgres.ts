/** A PostgreSQL cluster of one test run: in a temporary folder, on a free loopback port, gone afterwards. */
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { folder, freePort, program, start, versions, type Server } from "./processes.ts"

/** A cluster with the database `postgres`, for the user `postgres` without a password. */
export interface Postgres extends Server {
  readonly url: string
}

/** The path of initdb, or undefined; the probe for `tool`. */
export function postgres(): string | undefined {
  return find("initdb")
}

/** Makes and starts a cluster; about two seconds. */
export async function startPostgres(): Promise<Postgres> {
  // initdb and postgres refuse root, so root lends them the system's own user
  const root = process.getuid!() === 0
  const uid = root ? id("-u") : undefined
  const gid = root ? id("-g") : undefined
  const home = folder("postgres", uid, gid)
  const data = join(home, "data")
  execFileSync(find("initdb") ?? "initdb", ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], { cwd: home, stdio: ["ignore", "ignore", "pipe"], uid, gid })
  const port = await freePort()
  const settings = ["-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${home}`, "-c", "fsync=off", "-c", "logging_collector=off", "-c", "log_destination=stderr", "-c", "lc_messages=C"]
  const how = { command: find("postgres") ?? "postgres", arguments: ["-D", data, "-p", `${port}`, ...settings], folder: home, port, ready: /ready to accept connections/, uid, gid }
  const server = await start({ ...how, signal: "SIGINT" })
  return { ...server, url: `postgres://postgres@127.0.0.1:${port}/postgres` }
}

function find(name: string): string | undefined {
  return program(name, versions("/usr/lib/postgresql", "bin"))
}

function id(flag: "-u" | "-g"): number {
  return Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }))
}
