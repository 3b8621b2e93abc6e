/** One process at a time in a data folder: a lock file with the holder's process id and start time. A holder that died holds nothing. */
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from "node:fs"
import { trouble } from "./trouble.ts"

/** Takes the lock file, or Trouble store/busy; answers what lets it go. */
export function lockFolder(path: string): () => void {
  const own = `${process.pid} ${startOf(process.pid)}`
  const mine = `${path}.${process.pid}`
  for (let tries = 0; tries < 3; tries++) {
    if (take(path, mine, own)) return () => free(path, own)
    const holder = read(path)
    if (holder !== undefined && holder !== "" && (holder === own || alive(holder))) break
    rmSync(path, { force: true })
  }
  throw trouble("store/busy", `Process ${read(path)?.split(" ")[0] ?? "?"} holds the folder of ${path}`)
}

/** The file appears whole or not at all: written aside, then linked, which fails where one stands. */
function take(path: string, mine: string, own: string): boolean {
  const fd = openSync(mine, "w", 0o600)
  try {
    writeSync(fd, own)
    fsyncSync(fd)
    linkSync(mine, path)
    return true
  } catch (error) {
    if ((error as { code?: string }).code === "EEXIST") return false
    throw error
  } finally {
    closeSync(fd)
    rmSync(mine, { force: true })
  }
}

function free(path: string, own: string): void {
  if (read(path) === own) rmSync(path, { force: true })
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return undefined
  }
}

function alive(holder: string): boolean {
  const [pid, start] = holder.split(" ")
  try {
    process.kill(Number(pid), 0)
  } catch (error) {
    if ((error as { code?: string }).code === "ESRCH") return false
  }
  const now = startOf(Number(pid))
  return now === "" || now === start
}

/** When a process started, as Linux counts it: process ids come round again, above all in containers. Empty elsewhere. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    return `${boot}/${stat.substring(stat.lastIndexOf(")") + 2).split(" ")[19]}`
  } catch {
    return ""
  }
}
