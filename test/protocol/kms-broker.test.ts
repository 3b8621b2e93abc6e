/** The KMS's service behind brokers of both kinds: ours with accounts, and mosquitto with both versions of MQTT. */
import assert from "node:assert/strict"
import { connectAsync } from "mqtt"
import { downTopic, upTopic } from "../../sdk/keys/topics.ts"
import { startBroker } from "../../sdk/kms/index.ts"
import { mosquitto, startMosquitto } from "../mosquitto.ts"
import { tool } from "../tools.ts"
import { enrolled, kmsInMemory, radio, read, request, service, type TestKms } from "./kms-parts.ts"

const now = (): number => Date.now() / 1000

describe("the KMS behind a broker", function () {
  let kms: TestKms
  before(async () => {
    kms = await kmsInMemory()
  })
  after(() => kms.close())

  describe("the embedded broker with accounts", function () {
    it("says which port is taken", async () => {
      const broker = await startBroker()
      await assert.rejects(startBroker({ port: broker.port }), (e: Error & { code?: unknown }) => e.code === "broker/connect" && e.message.includes(`127.0.0.1:${broker.port}`))
      await broker.close()
    })

    it("keeps a radio to the topics of its own device", async () => {
      const fill = await enrolled(kms)
      const other = await enrolled(kms, { uri: "sip:bob@radio.example" })
      const broker = await startBroker({ accounts: { kms: "north", admits: (_device, password) => Buffer.from(password ?? []).toString() === "admit" } })
      const s = await service(kms, broker.url, { broker: { url: broker.url, protocol: 4, ...broker.server } })
      await s.ready
      await assert.rejects(connectAsync(broker.url, { username: fill.device, password: "wrong", reconnectPeriod: 0 }))
      await assert.rejects(connectAsync(broker.url, { username: "kms", password: "admit", reconnectPeriod: 0 }))
      await assert.rejects(connectAsync(broker.url, { reconnectPeriod: 0 }))
      const login = { username: fill.device, password: "admit", reconnectPeriod: 0 }
      const link = await connectAsync(broker.url, login)
      const refused = async (topic: string): Promise<boolean> => (await link.subscribeAsync(topic).catch(() => [{ qos: 128 }]))[0]!.qos > 2
      assert.equal(await refused(downTopic("north", fill.device)), false)
      assert.equal(await refused("ibake/1/call/AAAAAAAAAAAA/+"), false)
      for (const topic of [downTopic("north", other.device), upTopic("north", fill.device), "ibake/1/north/+/+/up", "ibake/1/north/+/+/down", "#", "ibake/1/call/+/+"]) assert.equal(await refused(topic), true, topic)
      const called = new Promise<string>((resolve) => link.on("message", resolve))
      await link.publishAsync("ibake/1/call/AAAAAAAAAAAA/BBBBBBBBBBBB", "hello", { qos: 1 })
      assert.equal(await called, "ibake/1/call/AAAAAAAAAAAA/BBBBBBBBBBBB")
      // publishing elsewhere ends the connection, before the KMS hears of it
      const ended = new Promise((resolve) => link.once("close", () => resolve(undefined)))
      link.publish(upTopic("north", other.device), Buffer.alloc(10))
      await ended
      assert.deepEqual(s.counts(), { devices: 0, dropped: {} })
      await s.close()
      await broker.close()
    })
  })

  describe("the KMS's service behind mosquitto", function () {
    before(tool("mosquitto", mosquitto))
    for (const protocol of [4, 5] as const)
      it(`speaks MQTT ${protocol === 4 ? "3.1.1" : "5"}, QoS 1`, async () => {
        const broker = await startMosquitto()
        const s = await service(kms, broker.url, { broker: { url: broker.url, protocol }, qos: 1 })
        await s.ready
        const fill = await enrolled(kms)
        const r = await radio(fill, broker.url)
        const sent = request(fill, now())
        assert.equal(read(fill, sent, await r.fetch(sent)).kind, "keys")
        await r.close()
        await s.close()
        await broker.stop()
      })
  })
})
