/** The real broker and the real database that other tests stand on, and what happens when they are not there. */
import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { connect } from "node:net"
import mqtt from "mqtt"
import pg from "pg"
import { mosquitto, startMosquitto } from "./mosquitto.ts"
import { postgres, startPostgres } from "./postgres.ts"
import { freePort, folder, start } from "./processes.ts"
import { missing, tool } from "./tools.ts"

async function refused(port: number): Promise<boolean> {
  return new Promise((done) => connect(port, "127.0.0.1", () => done(false)).once("error", () => done(true)))
}

describe("mosquitto", () => {
  before(tool("mosquitto", mosquitto))
  it("carries a message, comes back on its port, and leaves nothing behind", async () => {
    const first = await startMosquitto()
    await first.stop()
    assert(await refused(first.port))
    const broker = await startMosquitto(first.port)
    const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 })
    await client.subscribeAsync("ibake/1/test")
    const heard = new Promise<string>((done) => client.once("message", (_topic, payload) => done(payload.toString())))
    await client.publishAsync("ibake/1/test", "hello")
    assert.equal(await heard, "hello")
    await client.endAsync()
    await broker.stop()
    assert(!existsSync(broker.folder))
  })
})

describe("PostgreSQL", () => {
  before(tool("postgresql", postgres))
  it("answers a statement and leaves nothing behind", async () => {
    const server = await startPostgres()
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    assert.equal((await client.query("select 6 * 7 as answer")).rows[0].answer, 42)
    await client.end()
    await server.stop()
    assert(await refused(server.port))
    assert(!existsSync(server.folder))
  })
})

describe("a server that does not start", () => {
  it("is an error that holds its log, and its folder is gone", async () => {
    const home = folder("broken")
    const how = { command: process.execPath, arguments: ["-e", "console.log('no such option'); process.exit(3)"], folder: home, port: await freePort(), ready: /ready/, signal: "SIGTERM" } as const
    await assert.rejects(start(how), /ended with 3: no such option/)
    assert(!existsSync(home))
  })
  it("is an error when its program is not there", async () => {
    await assert.rejects(start({ command: "/nonexistent/server", arguments: [], folder: folder("broken"), port: 1, ready: /ready/, signal: "SIGTERM" }), /ENOENT/)
  })
})

describe("a missing program", () => {
  const run = (ci: string | undefined, found: string | undefined): string => {
    const before = process.env["CI"]
    let skipped = "went on"
    try {
      if (ci === undefined) delete process.env["CI"]
      else process.env["CI"] = ci
      tool("no-such-program", () => found).call({ skip: () => { skipped = "skipped" } } as unknown as Mocha.Context)
    } catch (error) {
      return (error as Error).message
    } finally {
      missing.delete("no-such-program")
      if (before === undefined) delete process.env["CI"]
      else process.env["CI"] = before
    }
    return skipped
  }
  it("skips on a user's machine", () => assert.equal(run(undefined, undefined), "skipped"))
  it("fails in CI", () => assert.match(run("true", undefined), /no-such-program is not installed/))
  it("is no matter when it is there", () => assert.equal(run("true", "/bin/sh"), "went on"))
})
