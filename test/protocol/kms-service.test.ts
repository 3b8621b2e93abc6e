/** The KMS's service on real brokers: what radios get, whatever the others, the broker, the store and the clock do. */
import assert from "node:assert/strict"
import { connectAsync } from "mqtt"
import { concat, u16 } from "../../sdk/base/bytes.ts"
import { dataFrame } from "../../sdk/keys/frames.ts"
import { transferOf } from "../../sdk/keys/channel.ts"
import { downTopic, upTopic } from "../../sdk/keys/topics.ts"
import { defaultIssuer, defaultMaster, startBroker, trouble, type Broker, type Issuer, type KmsEvent, type Service, type Store } from "../../sdk/kms/index.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { freePort } from "../processes.ts"
import { enrolled, kmsInMemory, radio, read, request, service, tinyIssuer, tinyRequest, type TestKms } from "./kms-parts.ts"

type Running = Service & { readonly events: KmsEvent[] }

const now = (): number => Date.now() / 1000

/** Resolves when the service has told of an event; what it told before counts too. */
async function told(running: Running, fits: (event: KmsEvent) => boolean): Promise<KmsEvent> {
  for (;;) {
    const found = running.events.find(fits)
    if (found !== undefined) return found
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const dropped = (running: Running, why: string): number => running.counts().dropped[why] ?? 0

describe("the KMS's service", function () {
  let kms: TestKms
  let broker: Broker
  let open: (() => Promise<unknown>)[] = []

  before(async () => {
    kms = await kmsInMemory()
    broker = await startBroker()
  })
  after(async () => (await broker.close(), await kms.close()))
  afterEach(async () => {
    for (const close of open.reverse()) await close()
    open = []
  })

  const running = async (...more: [string?, Parameters<typeof service>[2]?]): Promise<Running> => {
    const s = await service(kms, more[0] ?? broker.url, more[1])
    open.push(() => s.close())
    await s.ready
    return s
  }
  const client = async (fill: Parameters<typeof radio>[0], lose?: () => boolean): Promise<Awaited<ReturnType<typeof radio>>> => {
    const r = await radio(fill, broker.url, lose)
    open.push(() => r.close())
    return r
  }

  it("gives a radio its keys, and the same octets to the same request", async () => {
    const s = await running()
    const fill = await enrolled(kms)
    const r = await client(fill)
    const sent = request(fill, now())
    const first = await r.fetch(sent)
    const out = read(fill, sent, first)
    assert.equal(out.kind, "keys")
    assert(out.kind === "keys" && out.keys.length === 2 && out.keys.every((k) => k.key.length === 96) && out.keys[1]!.period === out.keys[0]!.period + 1)
    // another client of the device, which holds no channel state
    assert.deepEqual(await (await client(fill)).fetch(sent), first)
    await told(s, (e) => e.event === "delivered")
    assert.deepEqual((await kms.store.issued(fill.device)).map((i) => i.times), [1, 1])
    assert.equal((await kms.store.audit(1))[0]!.event, "issued")
  })

  it("says to a revoked radio, to a wrong time and to an identity that is another's what PROTOCOL says", async () => {
    await running()
    const fill = await enrolled(kms)
    const r = await client(fill)
    const fault = async (sent: Uint8Array): Promise<string> => {
      const out = read(fill, sent, await r.fetch(sent))
      return out.kind === "error" ? out.fault.fault : out.kind
    }
    assert.equal(await fault(request(fill, now() - 3600)), "kms/time")
    assert.equal(await fault(request(fill, now() + 3600)), "kms/time")
    const other = await enrolled(kms, { uri: "sip:bob@radio.example" })
    assert.equal(await fault(request({ ...fill, identities: other.identities }, now())), "kms/identity")
    assert.equal(await fault(request(fill, now())), "keys")
    await kms.store.revoke(fill.device, 0)
    assert.equal(await fault(request(fill, now())), "kms/identity")
  })

  it("does not answer a PSK that it does not know, one that is wrong, nor a request on another device's topics", async () => {
    const s = await running()
    const fill = await enrolled(kms)
    const other = await enrolled(kms, { uri: "sip:bob@radio.example" })
    const link = await client(fill)
    const heard: string[] = []
    await link.client.subscribeAsync([fill, other].map((f) => downTopic("north", f.device)))
    link.client.on("message", (topic, payload) => payload[0] === 0x10 && heard.push(topic))
    const publish = (device: string, octets: Uint8Array): void => {
      const transfer = transferOf(nobleSym, octets)
      const last = Math.ceil(octets.length / 100) - 1
      for (let i = 0; i <= last; i++) link.client.publish(upTopic("north", device), Buffer.from(dataFrame(transfer, i, last, octets.subarray(100 * i, 100 * i + 100))))
    }
    publish("AAAAAAAAAAAA", request(fill, now()))
    await told(s, (e) => e.event === "dropped" && e.why === "kms/identity")
    publish(fill.device, request({ ...fill, psk: new Uint8Array(32) }, now()))
    await told(s, (e) => e.event === "dropped" && e.why === "auth/failed")
    publish(other.device, request(fill, now()))
    await told(s, (e) => e.event === "dropped" && e.why === "identity/mismatch")
    assert.deepEqual(heard, [])
    // and the same link is answered when all is right
    publish(fill.device, request(fill, now()))
    await told(s, (e) => e.event === "answered" && e.device === fill.device)
  })

  it("drops frames that are too long, no frames, retained, or of a transfer above the cap, and goes on", async () => {
    const s = await running()
    const fill = await enrolled(kms, { mtu: 64, transferOctets: 2048 })
    const r = await client(fill)
    const up = upTopic("north", fill.device)
    r.client.publish(up, Buffer.alloc(65, 0x10))
    r.client.publish(up, Buffer.from([0x77, 1, 2, 3]))
    r.client.publish(up, Buffer.alloc(0))
    r.client.publish(up, Buffer.from(dataFrame(1, 0, 254, new Uint8Array(50))))
    r.client.publish("ibake/1/north/A/nonsense/up", Buffer.alloc(20))
    r.client.publish(up, Buffer.alloc(60000))
    const sent = request(fill, now())
    assert.equal(read(fill, sent, await r.fetch(sent)).kind, "keys")
    assert.equal(dropped(s, "wire/size"), 3)
    assert.equal(dropped(s, "channel/frame"), 2)
  })

  it("answers others while one device floods it, with frames and with requests", async () => {
    const s = await running(undefined, { limits: { framesPerDevice: { perSecond: 50, burst: 100 }, requestsPerDevice: { perSecond: 0.1, burst: 5 } } })
    const flooder = await enrolled(kms)
    const quiet = await enrolled(kms, { uri: "sip:bob@radio.example" })
    const flood = await connectAsync(broker.url)
    let stop = false
    const up = upTopic("north", flooder.device)
    const pour = (i: number): void => {
      if (stop) return
      for (let k = 0; k < 50; k++) {
        const octets = concat([request(flooder, now() + i).subarray(0, 40), u16(k), u16(i)])
        flood.publish(up, Buffer.from(dataFrame(transferOf(nobleSym, octets), 0, 0, octets)))
      }
      setImmediate(pour, i + 1)
    }
    pour(0)
    const r = await client(quiet)
    for (let i = 0; i < 3; i++) {
      const sent = request(quiet, now() + i)
      assert.equal(read(quiet, sent, await r.fetch(sent)).kind, "keys")
    }
    stop = true
    assert(dropped(s, "rate/limited") > 100, "the flood was one")
    assert(s.events.filter((e) => e.event === "dropped").length < 40, "and did not fill the log")
    assert(s.events.filter((e) => e.event === "answered").every((e) => e.device === quiet.device))
    await flood.endAsync(true)
  })

  it("holds a bounded number of devices, and forgets strangers' at once", async () => {
    const s = await running(undefined, { limits: { devices: 3, lookups: { perSecond: 1000, burst: 5 } } })
    const flood = await connectAsync(broker.url)
    for (let i = 0; i < 50; i++) flood.publish(upTopic("north", `A${String(i).padStart(11, "0")}`), Buffer.from(dataFrame(1, 0, 1, new Uint8Array(20))))
    await told(s, (e) => e.event === "dropped" && e.why === "kms/identity")
    for (let i = 0; i < 6; i++) {
      const fill = await enrolled(kms, { uri: `sip:unit${i}@radio.example` })
      const sent = request(fill, now())
      const r = await client(fill)
      assert.equal(read(fill, sent, await r.fetch(sent)).kind, "keys")
    }
    assert.equal(s.counts().devices, 3)
    await flood.endAsync(true)
  })

  it("finishes a transfer that loses a third of its frames", async () => {
    await running()
    const fill = await enrolled(kms, { mtu: 80 })
    let n = 0
    const r = await client(fill, () => ++n % 3 === 0)
    const sent = request(fill, now())
    assert.equal(read(fill, sent, await r.fetch(sent)).kind, "keys")
  })

  it("goes on after a restart in the middle of an answer, with the octets that it had begun", async () => {
    let s = await service(kms, broker.url)
    await s.ready
    const fill = await enrolled(kms, { mtu: 48 })
    const r = await client(fill)
    const sent = request(fill, now())
    let restarted: Promise<void> | undefined
    const restart = async (): Promise<void> => {
      await s.close()
      s = await service(kms, broker.url)
      open.push(() => s.close())
      await s.ready
    }
    const answer = await r.fetch(sent, (frames) => {
      if (frames === 6) restarted = restart()
    })
    await restarted
    assert.equal(read(fill, sent, answer).kind, "keys")
    assert.deepEqual((await kms.store.load(fill.pskId, 0))!.record!.response, answer)
    assert.deepEqual((await kms.store.issued(fill.device)).map((i) => i.times), [1, 1])
  })

  it("goes on after the broker was down, for a radio that began before", async () => {
    const port = await freePort()
    let own = await startBroker({ port })
    const s = await running(own.url)
    const fill = await enrolled(kms, { mtu: 48 })
    const r = await radio(fill, own.url)
    open.push(() => r.close())
    r.client.on("connect", () => r.client.subscribe(downTopic("north", fill.device)))
    const sent = request(fill, now())
    let again: Promise<void> | undefined
    const restart = async (): Promise<void> => {
      await own.close()
      await told(s, (e) => e.event === "disconnected")
      own = await startBroker({ port })
    }
    const answer = await r.fetch(sent, (frames) => {
      if (frames === 4) again = restart()
    })
    await again
    assert.equal(read(fill, sent, answer).kind, "keys")
    assert.equal(s.events.filter((e) => e.event === "serving").length, 2)
    open.push(() => own.close())
  })

  it("starts while the broker is away, and says so", async () => {
    const port = await freePort()
    const s = await service(kms, `mqtt://user:verysecret@127.0.0.1:${port}`)
    open.push(() => s.close())
    const event = await told(s, (e) => e.event === "trouble" && e.code === "broker/connect")
    assert(event.event === "trouble" && event.line.includes("Start the broker") && !JSON.stringify(s.events).includes("verysecret"))
    const own = await startBroker({ port })
    await s.ready
    await own.close()
  })

  it("says nothing while the disk is full, serves others then too, and answers when there is room", async () => {
    const fill = await enrolled(kms)
    const other = await enrolled(kms, { uri: "sip:bob@radio.example" })
    const sentOther = request(other, now())
    let full = false
    const store: Store = {
      ...kms.store,
      commit: (...a) => (full ? Promise.reject(trouble("store/full", "The store test: No space left on device")) : kms.store.commit(...a)),
    }
    const s = await running(undefined, { store })
    const r = await client(fill)
    const o = await client(other)
    const before = await o.fetch(sentOther)
    full = true
    const sent = request(fill, now())
    const waiting = r.fetch(sent)
    const event = await told(s, (e) => e.event === "trouble")
    assert(event.event === "trouble" && event.code === "store/full" && event.line.includes("make room"))
    assert.equal((await kms.store.load(fill.pskId, 0))!.record, undefined)
    assert.deepEqual(await (await client(other)).fetch(sentOther), before)
    full = false
    assert.equal(read(fill, sent, await waiting).kind, "keys")
  })

  it("sends the stored answer of an earlier request again when its DATA comes again", async () => {
    const s = await running()
    const fill = await enrolled(kms)
    const r = await client(fill)
    const counted = request(fill, now(), undefined, { type: 2, value: new Uint8Array([0, 0, 0, 1]) })
    const first = await r.fetch(counted)
    assert.equal(read(fill, counted, first).kind, "keys")
    const later = request(fill, now())
    await r.fetch(later)
    await told(s, (e) => e.event === "delivered" && e.device === fill.device)
    // the service has sent another answer since: one block of the earlier request is enough
    const transfer = transferOf(nobleSym, counted)
    const heard = new Promise<Buffer>((resolve) => r.client.on("message", (_, payload) => payload[0] === 0x10 && payload[1]! * 256 + payload[2]! === transfer && resolve(payload)))
    const last = Math.ceil(counted.length / 123) - 1
    r.client.publish(upTopic("north", fill.device), Buffer.from(dataFrame(transfer, last, last, counted.subarray(123 * last))))
    const block = await heard
    assert.deepEqual(new Uint8Array(block.subarray(5)), first.subarray(123 * block[3]!, 123 * block[3]! + block.length - 5))
    assert.equal((await kms.store.audit(2)).filter((e) => e.event === "issued").length, 2, "nothing was computed for it")
  })

  it("never lets two servers of one store answer one T differently", async () => {
    const made: Uint8Array[] = []
    const [a, b] = [await running(undefined, { issuer: tinyIssuer(made), parts: "A" }), await running(undefined, { issuer: tinyIssuer(made) })]
    let fill = await enrolled(kms)
    while (!fill.device.startsWith("A")) fill = await enrolled(kms)
    const answers = new Map<string, number>()
    const r = await client(fill)
    for (let t = 1; t <= 5; t++) {
      const answer = Buffer.from(await r.fetch(tinyRequest(fill.pskId, t, 0))).toString("hex")
      answers.set(answer, t)
    }
    assert.equal(answers.size, 5)
    assert.equal(made.filter((m) => m.some((x) => x !== 0)).length, 5)
    assert(a.events.some((e) => e.event === "answered") && b.events.some((e) => e.event === "answered"), "both were asked")
  })

  it("survives a core that fails, and tells", async () => {
    const real = defaultIssuer([defaultMaster()])
    let broken = true
    const core: Issuer = { ...real, decide: (...a) => (broken ? { step: () => assert.fail("a defect"), drop: () => undefined } : real.decide(...a)) }
    const s = await running(undefined, { issuer: core })
    const fill = await enrolled(kms)
    const r = await client(fill)
    const sent = request(fill, now())
    const waiting = r.fetch(sent)
    await told(s, (e) => e.event === "trouble" && e.code === "unexpected")
    broken = false
    assert.equal(read(fill, sent, await waiting).kind, "keys")
  })

  it("has no secret in its events", async () => {
    const s = await running()
    const fill = await enrolled(kms)
    const r = await client(fill)
    const sent = request(fill, now())
    const out = read(fill, sent, await r.fetch(sent))
    assert(out.kind === "keys")
    const log = JSON.stringify(s.events)
    for (const secret of [fill.psk, kms.open.kms.master, ...out.keys.map((k) => k.key)]) assert(!log.includes(Buffer.from(secret).toString("hex")))
    assert(log.includes(fill.device), "the search finds what is there")
  })
})
