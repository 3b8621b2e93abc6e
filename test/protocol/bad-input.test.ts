/** Bad input at the ends: each gives one named Fault, nothing is lost or half-written, and the KMS keeps serving the others. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { connectAsync, type MqttClient } from "mqtt"
import { fileStore, realDisk, type Disk } from "../../boards/node/port.ts"
import { callTopic, deviceId, downTopic, upTopic } from "../../sdk/keys/topics.ts"
import { startBroker, type Broker, type KeyFill, type Service } from "../../sdk/kms/index.ts"
import type { Board } from "../../sdk/port.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { freePort } from "../processes.ts"
import { codeOf, contextsOf, currentPeriod, fieldRadio, got, radioFolder, until, valueFile, type FieldOptions, type FieldRadio } from "./field.ts"
import { enrolled, kmsInMemory, radio as asking, read, request, service, type TestKms } from "./kms-parts.ts"
import { startLiar } from "./liar.ts"

const now = (): number => Date.now() / 1000
const BOB = "sip:bob@radio.example"

describe("bad input", function () {
  let kms: TestKms
  let broker: Broker
  let running: Service & { readonly events: readonly object[] }
  const closing: (() => unknown)[] = []

  before(async () => {
    kms = await kmsInMemory()
    broker = await startBroker()
    running = await service(kms, broker.url)
    await running.ready
  })
  after(async () => (await running.close(), await broker.close(), await kms.close()))
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  const radio = (fill: KeyFill, options: FieldOptions = {}): FieldRadio => {
    const made = fieldRadio(fill, { url: broker.url, ...options })
    closing.push(() => made.close())
    return made
  }
  const client = async (url = broker.url): Promise<MqttClient> => {
    const made = await connectAsync(url)
    closing.push(() => made.endAsync(true))
    return made
  }
  /** A radio that did nothing wrong gets its keys now. */
  const othersAreServed = async (): Promise<void> => {
    const other = radio(await enrolled(kms, { uri: "sip:other@radio.example" }))
    assert.equal(got(await other.fetch()).keys, 2)
  }
  const recordOf = async (fill: KeyFill): Promise<unknown> => (await kms.store.load(fill.pskId, 0))!.record

  describe("from a radio that may not", () => {
    it("revoked: it gets kms/identity, and keeps the keys that it holds", async () => {
      const fill = await enrolled(kms)
      const r = radio(fill)
      got(await r.fetch())
      const record = await recordOf(fill)
      await kms.store.revoke(fill.device, 0)
      assert.equal(codeOf(await r.fetch(7)), "kms/identity")
      assert.deepEqual(r.device.periods(fill.identities[0]!), [currentPeriod(fill), currentPeriod(fill) + 1])
      assert.deepEqual(await recordOf(fill), record)
      await othersAreServed()
    })

    it("with a wrong PSK: it hears nothing and gives up in its own time, and the KMS says why to its operator", async () => {
      const fill = await enrolled(kms)
      const r = radio({ ...fill, psk: new Uint8Array(32).fill(9) }, { limits: { transferSeconds: 2 } })
      const waiting = r.fetch()
      await othersAreServed()
      assert.equal(codeOf(await waiting), "channel/gave-up")
      assert.equal(await recordOf(fill), undefined)
      assert((running.counts().dropped["auth/failed"] ?? 0) > 0)
    })

    for (const [which, hours] of [["an expired", -1], ["a future", 1]] as const)
      it(`with ${which} time: it gets kms/time, nothing is recorded, and it is served when its clock is right`, async () => {
        const fill = await enrolled(kms)
        let off = 3600 * hours
        const r = radio(fill, { board: (b): Board => ({ ...b, clock: { ...b.clock, utc: () => now() + off } }) })
        assert.equal(codeOf(await r.fetch()), "kms/time")
        assert.equal(await recordOf(fill), undefined)
        off = 0
        assert.equal(got(await r.fetch()).keys, 2)
      })

    it("whose key fill names somebody else's identity: it gets kms/identity", async () => {
      const fill = await enrolled(kms)
      const bob = await enrolled(kms, { uri: BOB })
      assert.equal(codeOf(await radio({ ...fill, identities: bob.identities }).fetch()), "kms/identity")
      assert.equal(await recordOf(fill), undefined)
    })
  })

  describe("in a call", () => {
    it("to an identity that no set speaks for: identity/unknown at once; to one that is no identity: identity/form", async () => {
      const r = radio(await enrolled(kms))
      got(await r.fetch())
      assert.equal(codeOf(await r.call("sip:eve@elsewhere.example")), "identity/unknown")
      assert.equal(codeOf(await r.call("")), "identity/form")
    })

    it("to somebody who is not there: session/timeout in the profile's time", async () => {
      const r = radio(await enrolled(kms), { limits: { callSeconds: 1 } })
      got(await r.fetch())
      assert.equal(codeOf(await r.call("sip:nobody@radio.example")), "session/timeout")
    })

    it("without keys: key/none", async () => {
      assert.equal(codeOf(await radio(await enrolled(kms)).call(BOB)), "key/none")
    })
  })

  describe("on the wire", () => {
    it("a replayed request: the last gets its stored answer, an older one an error, and the record stays", async () => {
      const fill = await enrolled(kms)
      const sent: [string, Uint8Array][][] = [[]]
      const r = radio(fill, { onSent: (topic, octets) => sent.at(-1)!.push([topic, new Uint8Array(octets)]) })
      got(await r.fetch())
      sent.push([])
      got(await r.fetch(3))
      r.close()
      const record = await recordOf(fill)
      const [older, last] = sent.map((frames) => frames.filter(([, octets]) => octets[0] === 0x10))
      const count = (answer: string): number => running.events.filter((e) => "device" in e && e.device === fill.device && "answer" in e && e.answer === answer).length
      assert.deepEqual(["issued", "repeated", "refused"].map(count), [2, 0, 0])
      const stranger = await client()
      const replay = async (frames: readonly [string, Uint8Array][]): Promise<void> => {
        for (const [topic, octets] of frames) await stranger.publishAsync(topic, Buffer.from(octets))
      }
      // a KMS that was restarted remembers neither request on the channel: only the record tells them apart
      await running.close()
      running = await service(kms, broker.url)
      await running.ready
      await replay(older!)
      await until(() => count("refused") > 0, "the error")
      assert.deepEqual(await recordOf(fill), record)
      await replay(last!)
      await until(() => count("repeated") > 0, "the stored answer")
      assert.equal(count("issued"), 0)
      assert.deepEqual(await recordOf(fill), record)
      await othersAreServed()
    })

    it("a thousand identities in one request: no answer and wire/size, or a short error if they fit, while others are served", async () => {
      const fill = await enrolled(kms, { mtu: 1400, transferOctets: 65535 })
      const many = Array.from({ length: 1000 }, (_, i) => ({ type: 1, data: new TextEncoder().encode(`sip:${i}@radio.example`) }))
      const dropped = (): number => running.counts().dropped["wire/size"] ?? 0
      const before = dropped()
      const endless = await asking(fill, broker.url)
      void endless.fetch(request({ ...fill, identities: many }, now())).catch(() => undefined)
      await othersAreServed()
      await until(() => dropped() > before, "wire/size")
      await endless.close()
      const r = await asking(fill, broker.url)
      closing.push(() => r.close())
      const sent = request({ ...fill, identities: many.slice(0, 400) }, now())
      const answer = await r.fetch(sent)
      const out = read(fill, sent, answer)
      assert(out.kind === "error" && out.fault.fault === "kms/identity" && answer.length < 200)
      assert.equal(await recordOf(fill), undefined)
    })

    it("a device of a thousand identities: its request does not fit the channel, and it says so before anything is sent", async () => {
      const fill = await enrolled(kms)
      const many = Array.from({ length: 1000 }, (_, i) => ({ type: 1, data: new TextEncoder().encode(`sip:unit${i}@radio.example`) }))
      let frames = 0
      assert.equal(codeOf(await radio({ ...fill, identities: many }, { onSent: () => frames++ }).fetch()), "wire/size")
      assert.equal(frames, 0)
    })

    it("oversized and empty frames, noise and transfers without end at a radio: all ignored, and it fetches and answers", async () => {
      const [alice, bob] = [radio(await enrolled(kms)), radio(await enrolled(kms, { uri: BOB }))]
      const own = deviceId(nobleSym, alice.fill.identities[0]!.data)
      const stranger = await client()
      const noise = [Buffer.alloc(60_000, 0x10), Buffer.alloc(0), Buffer.from([0x10, 1, 2, 0, 254, 7]), Buffer.from("GET / HTTP/1.1\r\n\r\n"), Buffer.alloc(129, 0x10), Buffer.alloc(128, 0x20)]
      const topics = [downTopic("north", alice.fill.device), callTopic(own, "AAAAAAAAAAAA"), callTopic(own, deviceId(nobleSym, bob.fill.identities[0]!.data)), "ibake/1/call/x/y"]
      const pour = async (): Promise<void> => {
        for (const topic of topics) for (const octets of noise) await stranger.publishAsync(topic, octets)
      }
      const fetches = [alice.fetch(), bob.fetch()]
      await pour()
      for (const f of fetches) got(await f)
      await pour()
      const incoming = alice.answered()
      const calling = bob.call("sip:alice@radio.example")
      await pour()
      const out = got(await calling)
      assert.equal(contextsOf(out), contextsOf(await incoming))
      assert(alice.ignored.some((f) => f.fault === "channel/frame"))
    })
  })

  describe("in a radio's folder", () => {
    /** A folder of a radio that holds its keys, and one of a radio that was cut off in the middle of a fetch. */
    async function folders(): Promise<{ fill: KeyFill; full: string; cut: string }> {
      const fill = await enrolled(kms)
      const full = radio(fill)
      got(await full.fetch())
      full.close()
      const cutFill = { ...fill }
      const cut = await new Promise<FieldRadio>((done) => {
        const r: FieldRadio = radio(cutFill, { passes: () => (r.seen.size < 2 ? true : (done(r), false)) })
        void r.fetch()
      })
      cut.close()
      return { fill, full: full.folder, cut: cut.folder }
    }
    const flip = (path: string): void => {
      const octets = readFileSync(path)
      octets[octets.length >> 1]! ^= 0x40
      writeFileSync(path, octets)
    }

    it("damaged keys or sets: store/broken, and nothing is written over them", async () => {
      const { fill, full } = await folders()
      for (const name of ["keys", "sets"]) {
        const path = valueFile(full, name)
        const good = readFileSync(path)
        truncateSync(path, good.length - 7)
        assert.deepEqual(await radio(fill, { folder: full }).fault, { fault: "store/broken", at: name })
        assert.equal(readFileSync(path).length, good.length - 7)
        writeFileSync(path, good)
        assert.equal(await radio(fill, { folder: full }).fault, undefined)
      }
    })

    it("a damaged request, block or last time: the radio fetches all the same", async () => {
      const names = readdirSync((await folders()).cut)
      assert(names.includes("v-request.bin") && names.some((n) => n.startsWith("v-rx.")) && names.includes("v-t.ntp.bin"), names.join())
      for (const name of ["request", "rx.0", "t.ntp"]) {
        const { fill, cut } = await folders()
        flip(valueFile(cut, name))
        const r = radio(fill, { folder: cut, limits: { transferSeconds: 2 } })
        let result = await r.fetch()
        // what was asked may be what was damaged: it is dropped, and the next fetch asks anew
        if ("fault" in result) result = await r.fetch()
        assert.deepEqual(got(result).periods, [currentPeriod(fill), currentPeriod(fill) + 1], name)
      }
    })

    it("a full disk at any write of a fetch: store/refused or no harm, nothing half-written, and it goes on when there is room", async () => {
      const failing = (nth: number): { disk: Disk; writes: () => number } => {
        let n = 0
        const enospc = (): never => {
          throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" })
        }
        const writeSync = ((...all: Parameters<typeof realDisk.writeSync>) => (++n >= nth && n < nth + 400 ? enospc() : realDisk.writeSync(...all))) as typeof realDisk.writeSync
        return { disk: { ...realDisk, writeSync }, writes: () => n }
      }
      const whole = failing(1e9)
      const full = radio(await enrolled(kms), { board: (b) => ({ ...b, store: fileStore(radioFolder(), false, whole.disk) }) })
      got(await full.fetch())
      assert(whole.writes() > 5, `${whole.writes()} writes`)
      for (let nth = 1; nth <= whole.writes(); nth++) {
        const fill = await enrolled(kms)
        const home = radioFolder()
        const { disk } = failing(nth)
        const r = radio(fill, { folder: home, limits: { transferSeconds: 1 }, board: (b) => ({ ...b, store: fileStore(home, false, disk) }) })
        const result = await r.fetch()
        r.close()
        if ("fault" in result) assert(["store/refused", "channel/gave-up"].includes(result.fault), result.fault)
        assert(!readdirSync(home).some((n) => n.endsWith("~")), "a half-written file")
        const again = radio(fill, { folder: home })
        assert.equal(await again.fault, undefined)
        assert.deepEqual(got(await again.fetch()).periods, [currentPeriod(fill), currentPeriod(fill) + 1], `write ${nth}`)
      }
    })
  })

  describe("at the broker", () => {
    it("away when a radio starts, and away in the middle: the radio says why, and fetches when it is back", async () => {
      const port = await freePort()
      const said: string[] = []
      const url = `mqtt://127.0.0.1:${port}`
      const s = await service(kms, url)
      closing.push(() => s.close())
      let middle: Promise<void> | undefined
      let own: Broker | undefined
      const again = async (): Promise<void> => {
        await own!.close()
        own = await startBroker({ port })
      }
      const r: FieldRadio = radio(await enrolled(kms, { url }), {
        url,
        onTrouble: (why) => void said.push(why),
        passes: () => (r.seen.size === 2 && middle === undefined && (middle = again()), true),
      })
      const waiting = r.fetch()
      await until(() => said.length > 0, "a word")
      assert.match(said[0]!, /ECONNREFUSED/)
      own = await startBroker({ port })
      assert.equal(got(await waiting).keys, 2)
      assert(middle !== undefined)
      await middle
      closing.push(() => own!.close())
    })

    it("that drops, doubles and swaps topics: keys come, calls agree or give up, and no wrong key is ever held", async () => {
      const fills = [await enrolled(kms), await enrolled(kms, { uri: BOB })]
      const ids = fills.map((f) => deviceId(nobleSym, f.identities[0]!.data))
      const hears = (topic: string): number | undefined => {
        const radios = fills.findIndex((f, i) => topic === downTopic("north", f.device) || topic.startsWith(callTopic(ids[i]!, "")))
        if (radios >= 0) return radios
        return fills.some((f) => topic === upTopic("north", f.device)) ? 2 : undefined
      }
      const liar = await startLiar(3, hears, { drop: 0.1, double: 0.1, swap: 0.05 }, "a broker that lies")
      closing.push(() => liar.close())
      const s = await service(kms, liar.urls[2]!)
      closing.push(() => s.close())
      await s.ready
      const [alice, bob] = fills.map((f, i) => radio(f, { url: liar.urls[i]! })) as [FieldRadio, FieldRadio]
      for (const f of [alice.fetch(), bob.fetch()]) assert.equal(got(await f).keys, 2)
      const calls: string[] = []
      for (let i = 0; i < 3; i++) calls.push(contextsOf(got(await alice.call(BOB))))
      const held = bob.secured.map(contextsOf)
      for (const call of calls) assert(held.includes(call), "alice holds what bob does not")
      assert.equal(new Set(calls).size, 3)
      for (const [name, n] of Object.entries(liar.told)) assert(n > 0, `nothing was ${name}`)
      await othersAreServed()
    })
  })
})
