/** Devices that ask by certificate, whole: over lossy air with power cuts, and over a real broker to the service, its store and the command. */
import assert from "node:assert/strict"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { nodeBoard, readSigner } from "../../boards/node/port.ts"
import { noble } from "../../boards/profiles/noble.ts"
import { createWorld, type VirtualBoard, type World } from "../../boards/virtual/port.ts"
import { isFault, type Fault } from "../../sdk/base/fault.ts"
import { kmsCommand } from "../../sdk/cli/kms.ts"
import { radioCommand } from "../../sdk/cli/radio.ts"
import { Device, type CertifiedEnrolment, type Fetched } from "../../sdk/device.ts"
import { certified } from "../../sdk/ibake/certified.ts"
import type { Signer } from "../../sdk/ibake/signer.ts"
import { answerer } from "../../sdk/kms/answer.ts"
import { certifier, defaultIssuer, defaultMaster, deviceSubject, Desk, deskKms, issuer, keyFillOctets, newDevice, openStore, openSubscriber, parseKeyFill, startBroker, type Certifier, type KeyFill } from "../../sdk/kms/index.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import type { Limits, Profile } from "../../sdk/suite.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { device as usual, hasOpenssl, house, type House } from "../certificates.ts"
import { good, named, octetsOf, seeded } from "../fixture.ts"
import { Tap } from "../tap.ts"
import { tool } from "../tools.ts"
import { sizedKit } from "../world.ts"
import { enrolled, kmsInMemory, ramFolder, remove, service, type TestKms } from "./kms-parts.ts"

const kit = sizedKit()
const alice = named("sip:alice@police.example")
const state = deskKms(kit.master, octetsOf("town", kit.master.seedOctets), { uri: "kms.police.example", hosts: ["police.example"] })

let h: House
let subject: Uint8Array
let takes: Certifier

before(tool("openssl", hasOpenssl))
before(async () => {
  h = house()
  subject = await deviceSubject(h.device.der)
  takes = await certifier([{ certificate: h.kms.der, key: h.kms.key }], [h.root.der])
})
after(() => h?.pki.end())

/** A world with a KMS at its desk and one radio that asks by certificate. */
class Pair {
  readonly world: World
  readonly tap = new Tap(nobleSym)
  readonly board: VirtualBoard
  readonly ignored: string[] = []
  readonly desk: Desk
  readonly profile: Profile
  readonly enrolment: CertifiedEnrolment
  device!: Device
  constructor(seed: number, store: "sealed" | "open", change: { readonly signer?: Signer; readonly limits?: Partial<Limits> } = {}) {
    this.world = createWorld({ seed, utc: Math.floor(Date.now() / 1000) + 60, air: { loss: 0.1, duplicate: 0.05 } })
    this.profile = { ...kit.profile, limits: { ...kit.profile.limits, ...change.limits } }
    const kms = this.world.board("kms", { mtu: 128, utcError: 0, capacity: 1_000_000 })
    this.desk = new Desk({ board: this.tap.on(kms), name: "k", kms: state, issuer: issuer(this.profile, [kit.master], takes), sym: nobleSym, limits: this.profile.limits })
    this.desk.onIgnored = (fault) => this.ignored.push(`${fault.fault} at ${fault.at}`)
    this.desk.admit({ pskId: subject, psk: new Uint8Array(0), certified: true, identities: [alice] })
    kms.do(() => this.desk.open())
    this.board = this.world.board("alice", { mtu: 128, utcError: 0, capacity: 1_000_000, ...(store === "sealed" ? { sealed: true as const } : {}) })
    this.enrolment = { identities: [alice], kmsName: "k", set: state.own, vouched: [], credential: certified(subject, change.signer ?? h.signer) }
    this.board.do(() => this.boot())
  }
  boot(enrolment: CertifiedEnrolment = this.enrolment): void {
    this.device = new Device(this.tap.on(this.board), this.profile, enrolment, {})
    this.device.open()
  }
  fetch(): Fetched | Fault {
    let out: Fetched | Fault | undefined
    this.board.do(() => this.device.fetchKeys(undefined, (result) => (out = result)))
    this.world.run({ until: this.world.now() + 3_000_000, stop: () => out !== undefined })
    assert(out !== undefined, this.world.toString())
    return out
  }
  requests(): number {
    return new Set(this.tap.messages("/up").map((m) => Buffer.from(m.octets).toString("hex"))).size
  }
}

describe("a device that asks by certificate", () => {
  it("fetches over lossy air, and blocks of one transfer never change", () => {
    const p = new Pair(1, "sealed")
    const fetched = good(p.fetch())
    assert.deepEqual([fetched.keys, p.requests()], [2, 1])
    assert.equal(p.tap.messages("/up")[0]!.header.dataType, dataType.REQUEST_KEY_PKE)
    assert.deepEqual(p.tap.changedBlocks(), [])
  })

  it("goes on after a power cut with the same octets where its store is sealed: the envelope key lay beside the request", () => {
    for (const [nth, point] of [[9, "publish"], [24, "publish"], [2, "message"], [30, "message"]] as const) {
      const p = new Pair(2, "sealed")
      p.board.cutAt(point, nth, () => p.world.after(2000, () => p.board.powerOn(() => p.boot())))
      p.board.do(() => p.device.fetchKeys(undefined, () => undefined))
      p.world.run({ until: p.world.now() + 600_000, stop: () => p.board.alive() && p.device.periods(alice).length === 2 })
      assert.deepEqual([p.device.periods(alice).length, p.requests()], [2, 1], `${point} ${nth}`)
      assert.deepEqual(p.tap.changedBlocks(), [])
      assert.equal(p.board.store.get("request"), undefined)
    }
  })

  it("makes a new request under a new T where its store is open, which never sees an envelope key", () => {
    const p = new Pair(3, "open")
    p.board.do(() => p.device.fetchKeys(undefined, () => undefined))
    p.world.run({ until: p.world.now() + 2000 })
    assert.deepEqual(p.board.store.names().filter((n) => n === "request"), [])
    p.board.powerOff()
    p.board.powerOn(() => p.boot())
    assert.equal(good(p.fetch()).keys, 2)
    assert.equal(p.requests(), 2)
  })

  it("wipes the envelope key when the fetch is over, and when it is closed in the middle", () => {
    for (const end of ["done", "closed"] as const) {
      const p = new Pair(4, "sealed")
      const drawn: Uint8Array[] = []
      const { request } = p.enrolment.credential
      const watched: typeof request = (tools, draw, fields) => {
        const asked = request(tools, draw, fields)
        if (!isFault(asked)) drawn.push(asked.secret)
        return asked
      }
      p.board.powerOff()
      p.board.powerOn(() => p.boot({ ...p.enrolment, credential: { ...p.enrolment.credential, request: watched } }))
      if (end === "done") good(p.fetch())
      else p.board.do(() => p.device.fetchKeys(undefined, () => undefined))
      p.world.run({ until: p.world.now() + 300 })
      assert.equal(drawn.length, 1)
      if (end === "closed") {
        assert(drawn[0]!.some((o) => o !== 0), "nothing was there to be wiped")
        p.board.do(() => p.device.close())
      }
      assert(drawn[0]!.every((o) => o === 0), end)
    }
  })

  it("gets no answer with another's key, and says so after its time; a key that cannot sign is cert/key at once", () => {
    const other = h.pki.issue({ subject: "/CN=other", key: "rsa2048-other", extensions: usual })
    const p = new Pair(5, "sealed", { signer: { ...h.signer, sign: readSigner({ chain: other.file, key: other.keyFile, kmsCertificate: h.kms.file }).sign }, limits: { transferSeconds: 60 } })
    const out = p.fetch()
    assert(isFault(out) && out.fault === "channel/gave-up")
    assert.deepEqual([...new Set(p.ignored)], ["auth/failed at REQUEST_KEY_PKE.SIGN"])
    assert.deepEqual(p.tap.messages("/down"), [])
    const q = new Pair(6, "sealed", { signer: { ...h.signer, sign: () => undefined } })
    const none = q.fetch()
    assert(isFault(none) && none.fault === "cert/key")
  })

  it("that is enrolled by PSK afterwards drops the request that it had under way", () => {
    const p = new Pair(7, "sealed")
    p.board.do(() => p.device.fetchKeys(undefined, () => undefined))
    p.world.run({ until: p.world.now() + 300 })
    assert(p.board.store.get("request") !== undefined)
    p.board.powerOff()
    const draw = seeded("psk")
    const psk = p.desk.enrol(["sip:alice@police.example"], (n) => draw(n)!)
    p.board.powerOn(() => {
      p.device = new Device(p.tap.on(p.board), p.profile, psk, {})
      p.device.open()
    })
    const asked = p.tap.messages("/up").length
    p.world.run({ until: p.world.now() + 5000 })
    assert.equal(p.tap.messages("/up").length, asked)
  })
})

describe("a Signer of files", () => {
  it("says in words which file is wrong", () => {
    const files = { chain: h.pki.chain("own.pem", h.chain), key: h.device.keyFile, kmsCertificate: h.kms.file }
    assert.equal(readSigner(files).chain.length, 2)
    const none = h.pki.write("none.pem", "nothing")
    const ec = h.pki.issue({ subject: "/CN=ec", key: "ec-own", extensions: usual })
    const wrong: readonly (readonly [Partial<typeof files>, RegExp])[] = [
      [{ chain: h.pki.path("missing") }, /missing cannot be read/],
      [{ chain: none }, /none\.pem holds no certificate/],
      [{ key: none }, /none\.pem cannot be read/],
      [{ key: h.kms.keyFile }, /private key is not that of the first certificate/],
      [{ chain: h.pki.chain("odd.pem", [h.device, h.root]) }, /certificate 2 of the chain does not certify/],
      [{ kmsCertificate: h.device.file }, /the KMS's key to be RSA of 3072 to 8192 bits, got rsa of 2048 bits/],
      [{ chain: ec.file, key: ec.keyFile }, /the own key to be RSA of 2048 to 4096 bits, got ec/],
    ]
    for (const [change, words] of wrong) assert.throws(() => readSigner({ ...files, ...change }), words)
  })
})

describe("a KMS in its store, and certificates", () => {
  let kms: TestKms
  before(async () => (kms = await kmsInMemory()))
  after(() => kms?.close())

  const broker = { url: "mqtt://127.0.0.1:1", protocol: 4 as const }
  const wish = (name: Uint8Array, uri: string): Parameters<typeof newDevice>[2] => ({ identities: [{ type: 1, uri }], mtu: 512, transferOctets: 16384, broker, certified: { subject: name, kmsCertificate: h.kms.der } })
  const T = (): { type: number; value: Uint8Array } => ({ type: 2, value: Uint8Array.of(0, 0, 0, 9) })
  const ask = (fill: KeyFill, signer: Signer, RAND = new Uint8Array(16)): Uint8Array =>
    good(certified(fill.pskId, signer).request(kit.profile, (n) => octetsOf(`envelope ${Math.random()}`, n), { identities: fill.identities, kmsUri: fill.kms.own.kmsUri, T: T(), csbId: 1, RAND })).octets

  it("a store of the release before gets the new tables, and keeps its devices", async () => {
    const before = await enrolled(kms)
    await kms.driver.query(`DROP TABLE ibake_envelope`)
    await kms.driver.query(`ALTER TABLE ibake_subscriber DROP COLUMN certified`)
    await kms.driver.query(`UPDATE ibake_meta SET value = '1' WHERE name = 'schema'`)
    const again = await openStore(kms.driver)
    assert.deepEqual(openSubscriber(kms.open.vault, (await again.load(before.pskId, 0))!.row).psk, before.psk)
    assert.equal((await again.load(before.pskId, 0, new Uint8Array(32)))!.envelope, "fresh")
  })

  it("a row without a PSK is bound to its subject and identities all the same", async () => {
    const { row, fill } = newDevice(nobleSym, kms.open, wish(subject, "sip:alice@radio.example"), 1)
    await kms.store.enrol(row)
    const loaded = (await kms.store.load(subject, 0))!
    assert.deepEqual({ ...openSubscriber(kms.open.vault, loaded.row) }, { pskId: subject, certified: true, psk: new Uint8Array(0), identities: fill.identities, revoked: false, transferOctets: 16384, mtu: 512, deviceId: fill.device })
    const { certified: _, ...asPsk } = loaded.row
    for (const changed of [asPsk, { ...loaded.row, pskId: Uint8Array.of(1) }, { ...loaded.row, identities: [alice] }]) assert.throws(() => openSubscriber(kms.open.vault, changed), /does not open/)
    assert.match((await kms.store.audit(1))[0]!.detail, /"subject":"30/)
  })

  it("the key fill has subject and certificate, nothing secret, and is read back", () => {
    const { fill } = newDevice(nobleSym, kms.open, wish(subject, "sip:alice@radio.example"), 1)
    const text = Buffer.from(keyFillOctets(fill)).toString()
    assert(!text.includes("psk"))
    assert.deepEqual(parseKeyFill(text), fill)
    assert.match(String(parseKeyFill(text.replace(/"subject": "30../, '"subject": "3000'))), /device is not that of subject/)
  })

  it("an envelope is answered once for ever, whoever brings it, and by one of two servers that race", async () => {
    const his = h.pki.issue({ subject: "/O=Police/CN=radio 9", key: "rsa2048-other", extensions: usual, by: h.middle })
    const mallory = newDevice(nobleSym, kms.open, wish(await deviceSubject(his.der), "sip:mallory@radio.example"), 1)
    await kms.store.enrol(mallory.row)
    const own = newDevice(nobleSym, kms.open, wish(subject, "sip:alice@radio.example"), 1)
    const signer = readSigner({ chain: h.pki.chain("his.pem", [his, h.middle]), key: his.keyFile, kmsCertificate: h.kms.file })
    const answer = answerer({ store: kms.store, vault: kms.open.vault, kms: kms.open.kms, issuer: defaultIssuer([defaultMaster()], takes), utc: () => Date.now() / 1000 + 60 })
    const sealed = h.signer.encrypt(new Uint8Array(32))!
    const requests = [[own.fill, h.signer], [mallory.fill, signer]].map(([fill, s]) => ask(fill as KeyFill, { ...(s as Signer), encrypt: () => sealed }))
    const first = await Promise.all(requests.map((r, i) => answer(r, [own, mallory][i]!.fill.device)))
    const events = first.map((d) => (good(d).audit.event === "issued" ? "issued" : `${good(d).audit.event} ${good(d).audit.fault}`)).sort()
    assert.deepEqual(events, ["issued", "refused kms/refused"])
    const again = await Promise.all(requests.map((r, i) => answer(r, [own, mallory][i]!.fill.device)))
    assert.deepEqual(again.map((d) => good(d).audit.event).sort(), ["refused", "repeated"])
  })
})

describe("certificates over a real broker", () => {
  it("a Node board fetches by certificate from the service, and is told when it is revoked", async () => {
    const kms = await kmsInMemory()
    const broker = await startBroker()
    const { row, fill } = newDevice(nobleSym, kms.open, { identities: [{ type: 1, uri: "sip:van7@radio.example" }], mtu: 512, transferOctets: 16384, broker: { url: broker.url, protocol: 4 }, certified: { subject, kmsCertificate: h.kms.der } }, 1)
    await kms.store.enrol(row)
    const serving = await service(kms, broker.url, { issuer: defaultIssuer([defaultMaster()], takes), utc: () => Date.now() / 1000 + 1 })
    const folder = ramFolder("pke")
    const board = nodeBoard({ name: "van7", folder, mqtt: { url: broker.url, mtu: 512 } })
    const device = new Device(board, { ...noble(), keysInTheOpen: true }, { identities: fill.identities, kmsName: fill.kms.name, set: fill.kms.own, vouched: [], credential: certified(fill.pskId, h.signer) }, {})
    const fetch = (): Promise<Fetched | Fault> => new Promise((resolve) => device.fetchKeys(undefined, resolve))
    try {
      device.open()
      assert.equal(good(await fetch()).keys, 2)
      await kms.store.revoke(fill.device, 1)
      const out = await fetch()
      assert(isFault(out) && out.fault === "kms/identity")
      assert.deepEqual(serving.events.filter((e) => e.event === "answered").map((e) => e.answer), ["issued", "refused"])
    } finally {
      device.close()
      board.close()
      await serving.close()
      await broker.close()
      await kms.close()
      remove(folder)
    }
  })

  it("the command founds, serves, enrols and fetches; a file that is wrong is one line", async () => {
    const path = ramFolder("pke-cli")
    const lines: Record<string, unknown>[] = []
    let serving: (url: string) => void = () => undefined
    const up = new Promise<string>((resolve) => (serving = resolve))
    const write = process.stdout.write
    process.stdout.write = ((text: string) => {
      for (const line of text.split("\n").filter((l) => l !== "")) {
        const event = JSON.parse(line) as Record<string, unknown>
        lines.push(event)
        if (event.event === "serving") serving(event.broker as string)
      }
      return true
    }) as typeof write
    const code = process.exitCode
    const kms = async (...words: string[]): Promise<unknown> => (await kmsCommand().parseAsync([...words, "--dir", join(path, "kms"), "--key-file", join(path, "key"), "--json"], { from: "user" }), lines.at(-1)!.code)
    const radio = (...words: string[]): Promise<unknown> => radioCommand().parseAsync([...words, "--json"], { from: "user" })
    const pke = ["--kms-cert", h.kms.file, "--kms-key", h.kms.keyFile, "--device-ca", h.root.file]
    try {
      writeFileSync(join(path, "key"), new Uint8Array(32).fill(5), { mode: 0o600 })
      await kms("init", "--name", "north", "--uri", "kms.example", "--host", "radio.example")
      for (const [file, by] of [[h.device.keyFile, "--kms-key"], [h.device.file, "--kms-cert"], [h.device.file, "--device-ca"], [h.pki.write("empty", ""), "--device-ca"]] as const)
        assert.equal(await kms("serve", "--embedded-broker", "--port", "0", ...pke.map((word, i) => (pke[i - 1] === by ? file : word))), "certificate/unfit", by)
      const ended = kms("serve", "--embedded-broker", "--port", "0", ...pke)
      const fill = join(path, "van7.json")
      const enrol = (file: string): Promise<unknown> => up.then((url) => kms("enrol", "sip:van7@radio.example", "--broker", url, "--mtu", "512", "--out", fill, "--certificate", file, "--kms-cert", h.kms.file))
      assert.equal(await enrol(h.root.file), "certificate/unfit")
      assert(!existsSync(fill))
      await enrol(h.device.file)
      assert.equal(lines.at(-1)!.event, "enrolled")
      assert(!readFileSync(fill, "utf8").includes("psk"))
      await radio("fetch", fill)
      assert.match(String(lines.at(-1)!.line), /asks by certificate: name --certificate/)
      const signing = ["--certificate", h.pki.chain("van7.pem", h.chain), "--certificate-key", h.device.keyFile]
      await radio("fetch", fill, ...signing)
      assert.equal(lines.filter((l) => l.event === "fetched").at(-1)!.keys, 2)
      process.emit("SIGTERM")
      await ended
    } finally {
      process.stdout.write = write
      process.exitCode = code
      remove(path)
    }
  })
})
