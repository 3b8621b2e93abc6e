/** Debian's broker on a free loopback port. */
import { userInfo } from "node:os"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { folder, freePort, program, start, type Server } from "./processes.ts"

/** A broker without accounts, for MQTT 3.1.1 and 5. */
export interface Broker extends Server {
  readonly url: string
}

/** The path of mosquitto, or undefined; the probe for `tool`. */
export function mosquitto(): string | undefined {
  return program("mosquitto")
}

/** Starts mosquitto; a `port` given is that of a broker that was stopped before. */
export async function startMosquitto(port?: number): Promise<Broker> {
  const home = folder("mosquitto")
  const at = port ?? (await freePort())
  // as root it would change to a user of its own, who may not read our folder
  const lines = [`listener ${at} 127.0.0.1`, "allow_anonymous true", "persistence false", "log_dest stderr", `user ${userInfo().username}`]
  const file = join(home, "mosquitto.conf")
  writeFileSync(file, lines.join("\n") + "\n")
  const server = await start({ command: mosquitto() ?? "mosquitto", arguments: ["-c", file], folder: home, port: at, ready: /running/, signal: "SIGTERM" })
  return { ...server, url: `mqtt://127.0.0.1:${at}` }
}
