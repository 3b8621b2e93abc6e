/** Devices that misbehave, and one that only has a console: for rigs to find out. */
import { createServer, type AddressInfo, type Server, type Socket } from "node:net"
import { agent } from "../../boards/rig/agent/agent.ts"
import type { Profile } from "../../sdk/suite.ts"

const hello = JSON.stringify({ out: { name: "noble", suites: [1], curves: [8] } })

/** Programs that say what their profile is, as the board node/gateway would, and at the first case do what their name says. */
export const unruly: Readonly<Record<"floods" | "rambles" | "stalls" | "lies", readonly string[]>> = {
  /** Lines without end. */
  floods: program("setInterval(() => { for (let i = 0; i < 1000; i++) console.log('boot 0.1 ok') }, 0)"),
  /** One line without end. */
  rambles: program("setInterval(() => process.stdout.write('x'.repeat(65536)), 0)"),
  stalls: program(""),
  /** JSON, and no answer. */
  lies: program("console.log('{\"yes\":1}')"),
}

function program(then: string): readonly string[] {
  return [process.execPath, "-e", `let n = 0; require("node:readline").createInterface({ input: process.stdin }).on("line", () => { if (n++ === 0) console.log(${JSON.stringify(hello)}); else { ${then} } })`]
}

/** A device on the network, and its end. */
export interface Networked {
  readonly port: string
  stop(): Promise<void>
}

/** Octets of no language, at every line. */
export function garbage(): Promise<Networked> {
  const noise = Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 167 + 13) % 256))
  return networked((socket) => void socket.on("data", () => socket.write(noise)))
}

/** Espruino's console as its reference has it: a prompt, an echo of what does not begin with 0x10, what is printed, and the value of the line. */
export function espruino(profile: Profile): Promise<Networked> {
  const answer = agent(profile, { ticks: () => performance.now(), heap: () => 65536 })
  return networked((socket) => {
    let typed = ""
    socket.write("\r\n ____                 _ \r\n|  __|___ ___ ___ _ _|_|___ ___ \r\n>")
    socket.on("data", (octets: Buffer) => {
      const lines = (typed + octets.toString()).split("\n")
      typed = lines.pop()!
      for (const line of lines) {
        const asked = /^\u0010print\(ibake\.answer\((.*)\)\)$/.exec(line)
        socket.write(asked === null ? `${line}\r\nUncaught SyntaxError\r\n>` : `${answer(JSON.parse(asked[1]!) as string)}\r\n=undefined\r\n>`)
      }
    })
  })
}

async function networked(met: (socket: Socket) => void): Promise<Networked> {
  const sockets: Socket[] = []
  const server: Server = createServer((socket) => {
    sockets.push(socket.on("error", () => undefined))
    met(socket)
  })
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const stop = (): Promise<void> => {
    sockets.forEach((each) => each.destroy())
    return new Promise((done) => void server.close(() => done()))
  }
  return { port: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, stop }
}
