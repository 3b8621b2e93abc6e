/** A radio as a process of its own: this command once more, speaking JSON lines. */
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import type { Screen } from "./screen.ts"

/** One JSON line of a radio. */
export type RadioEvent = Readonly<Record<string, unknown>>

/** A running radio. */
export interface RadioProcess {
  /** Resolves with the first event of this name; rejects with the radio's own words when it ends without one. */
  until(event: string): Promise<RadioEvent>
  /** DATA frames that it sent of a transfer, once it has ended. */
  sent(transfer: number): number
  readonly ended: Promise<void>
}

/** Starts `ibake` with these arguments and `--json`; it is killed when this process ends. */
export function child(words: readonly string[], out: Screen): RadioProcess {
  const events: RadioEvent[] = []
  const waiting: { name: string; resolve: (e: RadioEvent) => void; reject: (e: Error) => void }[] = []
  const process_ = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...words, "--json"], { stdio: ["ignore", "pipe", "pipe"] })
  let errors = ""
  process_.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString().slice(0, 10000)))
  const kill = (): void => void process_.kill("SIGKILL")
  process.once("exit", kill)
  createInterface({ input: process_.stdout }).on("line", (line) => {
    const event = JSON.parse(line) as RadioEvent
    events.push(event)
    if (event["event"] === "fault" || event["event"] === "trouble") out.trouble(`${words[1]}: ${line}`, event)
    for (const w of waiting.splice(0)) {
      if (event["event"] === w.name) w.resolve(event)
      else waiting.push(w)
    }
  })
  const ended = new Promise<void>((resolve) => {
    process_.once("close", (code) => {
      process.removeListener("exit", kill)
      const last = JSON.stringify(events.at(-1) ?? {})
      for (const w of waiting.splice(0)) w.reject(new Error(`radio ${words[1]} ended with ${code} before it was ${w.name}: ${errors || last}`))
      resolve()
    })
  })
  const until = (name: string): Promise<RadioEvent> => {
    const found = events.find((e) => e["event"] === name)
    if (found !== undefined) return Promise.resolve(found)
    if (process_.exitCode !== null) return Promise.reject(new Error(`radio ${words[1]} ended before it was ${name}: ${errors}`))
    return new Promise((resolve, reject) => waiting.push({ name, resolve, reject }))
  }
  const sent = (transfer: number): number => {
    const counts = events.find((e) => e["event"] === "frames")?.["sent"] as Record<string, number> | undefined
    return counts?.[String(transfer)] ?? 0
  }
  return { until, sent, ended }
}
