/** The main job on real parts: enrol, fetch, call, agree, over every broker and every store that we say we work with. */
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { foundKms, openStore, pgliteDriver, postgresDriver, startBroker, defaultMaster, type Driver, type KeyFill } from "../../sdk/kms/index.ts"
import { mosquitto, startMosquitto } from "../mosquitto.ts"
import { postgres, startPostgres, type Postgres } from "../postgres.ts"
import { tool } from "../tools.ts"
import { contextsOf, currentPeriod, fieldRadio, got, valueFile, type FieldOptions, type FieldRadio } from "./field.ts"
import { AT, enrolled, founding, keyUnlock, kmsFolder, kmsOf, remove, service, type TestKms } from "./kms-parts.ts"

/** Where a KMS keeps what it knows: opened as often as it is started. */
interface Ground {
  open(): Promise<Driver>
  end(): Promise<void>
}

async function pglite(): Promise<Ground> {
  const path = await kmsFolder()
  return { open: () => pgliteDriver(path), end: async () => remove(path) }
}

async function postgresql(): Promise<Ground> {
  const server: Postgres = await startPostgres()
  const driver = await postgresDriver(server.url)
  await foundKms(await openStore(driver), defaultMaster(), founding, keyUnlock(), AT)
  await driver.close()
  return { open: () => postgresDriver(server.url), end: () => server.stop() }
}

interface Way {
  readonly broker: "aedes" | "mosquitto"
  readonly version: 4 | 5
  readonly store: "PGlite" | "PostgreSQL"
}

const ways: readonly Way[] = [
  { broker: "aedes", version: 4, store: "PGlite" },
  { broker: "mosquitto", version: 4, store: "PGlite" },
  { broker: "mosquitto", version: 5, store: "PGlite" },
  { broker: "aedes", version: 4, store: "PostgreSQL" },
  { broker: "mosquitto", version: 5, store: "PostgreSQL" },
]

async function brokerOf(way: Way): Promise<{ readonly url: string; end(): Promise<void> }> {
  const broker = way.broker === "aedes" ? await startBroker() : await startMosquitto()
  return { url: broker.url, end: () => ("close" in broker ? broker.close() : broker.stop()) }
}

for (const way of ways)
  describe(`end to end over ${way.broker}, MQTT ${way.version === 4 ? "3.1.1" : "5"}, and ${way.store}`, function () {
    let ground: Ground
    let broker: Awaited<ReturnType<typeof brokerOf>>
    let kms: TestKms
    let stop: () => Promise<void>
    const radios: FieldRadio[] = []

    const start = async (): Promise<void> => {
      kms = await kmsOf(await ground.open())
      const running = await service(kms, broker.url, { broker: { url: broker.url, protocol: way.version } })
      await running.ready
      stop = async () => (await running.close(), await kms.close())
    }
    const radio = (fill: KeyFill, options: FieldOptions = {}): FieldRadio => {
      const made = fieldRadio(fill, { url: broker.url, version: way.version, ...options })
      radios.push(made)
      return made
    }

    if (way.broker === "mosquitto") before(tool("mosquitto", mosquitto))
    if (way.store === "PostgreSQL") before(tool("initdb", postgres))
    before(async () => {
      ground = way.store === "PGlite" ? await pglite() : await postgresql()
      broker = await brokerOf(way)
      await start()
    })
    after(async () => {
      await stop?.()
      await broker?.end()
      await ground?.end()
    })
    afterEach(() => radios.splice(0).forEach((r) => r.close()))

    it("gives two radios the keys of two periods, and they call and hold equal contexts", async () => {
      const [alice, bob] = [radio(await enrolled(kms)), radio(await enrolled(kms, { uri: "sip:bob@radio.example" }))]
      for (const r of [alice, bob]) {
        const now = currentPeriod(r.fill)
        assert.deepEqual(got(await r.fetch()), { keys: 2, periods: [now, now + 1] })
      }
      const incoming = bob.answered()
      const out = got(await alice.call("sip:bob@radio.example"))
      const into = await incoming
      assert.equal(contextsOf(out), contextsOf(into))
      assert.deepEqual(out.contexts.map((c) => [c.from, c.cipher, c.masterKey.length]), [["initiator", "AEAD_AES_128_GCM", 16], ["responder", "AEAD_AES_128_GCM", 16]])
      assert.equal(Buffer.from(into.peer.data).toString(), "sip:alice@radio.example")
      assert.notEqual(Buffer.from(out.contexts[0]!.masterKey).toString("hex"), Buffer.from(out.contexts[1]!.masterKey).toString("hex"))
    })

    it("answers a repeated request with the octets that are stored", async () => {
      const fill = await enrolled(kms)
      let request: Uint8Array | undefined
      const first = radio(fill, { onSent: () => (request ??= readFileSync(valueFile(first.folder, "request"))) })
      got(await first.fetch())
      first.close()
      // a power cut just before the keys were held: the next life finds its request and asks again
      writeFileSync(valueFile(first.folder, "request"), request!)
      const again = radio(fill, { folder: first.folder })
      got(await again.fetch())
      assert.equal(again.seen.messages().length, 1)
      assert.deepEqual(again.seen.messages(), first.seen.messages())
      assert.deepEqual((await kms.store.issued(fill.device)).map((i) => i.times), [1, 1])
    })

    it("goes on after the KMS was restarted in the middle of an answer", async () => {
      const fill = await enrolled(kms)
      let restarted: Promise<void> | undefined
      let up = true
      const restart = async (): Promise<void> => (await stop(), await start(), void (up = true))
      const passes = (topic: string, octets: Uint8Array): boolean => {
        if (restarted === undefined && topic.endsWith("/down") && octets[0] === 0x10 && r.seen.size === 2) {
          up = false
          restarted = restart()
        }
        // what the old one still had on the way is lost with it
        return up
      }
      const r = radio(fill, { passes })
      assert.equal(got(await r.fetch()).keys, 2)
      assert(restarted !== undefined)
      await restarted
      assert.deepEqual((await kms.store.issued(fill.device)).map((i) => i.times), [1, 1])
      assert.deepEqual(r.seen.changed, [])
      assert.deepEqual(r.seen.messages(), [(await kms.store.load(fill.pskId, 0))!.record!.response])
      await kms.store.verifyAudit()
    })
  })
