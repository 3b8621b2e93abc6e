/** The KMS's store: one contract, run on the embedded database and on a PostgreSQL server. */
import assert from "node:assert/strict"
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { isFault } from "../../sdk/base/fault.ts"
import { answerer } from "../../sdk/kms/answer.ts"
import { defaultMaster, foundKms, newDevice, openStore, openSubscriber, pgliteDriver, postgresDriver, type Decision, type Driver, type Store } from "../../sdk/kms/index.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { freePort, folder } from "../processes.ts"
import { postgres, startPostgres, type Postgres } from "../postgres.ts"
import { tool } from "../tools.ts"
import { AT, device, enrolled, founding, keyUnlock, kmsFolder, kmsIn, kmsOf, ramFolder, remove, tinyIssuer, tinyRequest, type TestKms } from "./kms-parts.ts"

const code = (expected: string) => (error: unknown): boolean => {
  assert.equal((error as { code?: unknown }).code, expected, String(error))
  return true
}

/** What a test stands on: a driver over a fresh founded KMS, and a second one over the same database where there can be one. */
interface Ground {
  readonly kms: TestKms
  readonly other: TestKms
  end(): Promise<void>
}

/** Each test has a schema of its own in one embedded database: opening one takes longer than most tests. */
async function embedded(driver: Driver, name: string): Promise<Ground> {
  await driver.query(`CREATE SCHEMA ${name}`)
  await driver.query(`SET search_path TO ${name}`)
  const shared = { ...driver, close: () => Promise.resolve() }
  await foundKms(await openStore(shared), defaultMaster(), founding, keyUnlock(), AT)
  const kms = await kmsOf(shared)
  return { kms, other: kms, end: () => kms.close() }
}

async function onServer(server: Postgres, name: string): Promise<Ground> {
  const admin = await postgresDriver(server.url)
  await admin.query(`CREATE DATABASE ${name}`)
  await admin.close()
  const url = server.url.replace(/postgres$/, name)
  const first = await postgresDriver(url)
  await foundKms(await openStore(first), defaultMaster(), founding, keyUnlock(), AT)
  const kms = await kmsOf(first)
  const other = await kmsOf(await postgresDriver(url))
  return { kms, other, end: async () => (await kms.close(), await other.close()) }
}

function answering(kms: TestKms, made: Uint8Array[] = []): (request: Uint8Array, device: string) => Promise<Decision> {
  const answer = answerer({ store: kms.store, vault: kms.open.vault, kms: kms.open.kms, issuer: tinyIssuer(made), utc: () => AT / 1000 })
  return async (request, id) => {
    const out = await answer(request, id)
    assert(!isFault(out), JSON.stringify(out))
    return out
  }
}

function contract(ground: () => Promise<Ground>): void {
  let g: Ground
  beforeEach(async () => {
    g = await ground()
  })
  afterEach(() => g.end())

  it("gives a subscriber back as it was enrolled, its PSK open to the vault only", async () => {
    const fill = await enrolled(g.kms, { uri: "sip:Älice@radio.example", mtu: 64, transferOctets: 4096 })
    const { row, record } = (await g.kms.store.load(fill.pskId, 0))!
    assert.equal(record, undefined)
    assert.deepEqual({ ...openSubscriber(g.kms.open.vault, row) }, { pskId: fill.pskId, psk: fill.psk, identities: fill.identities, revoked: false, transferOctets: 4096, mtu: 64, deviceId: fill.device })
    const everything = JSON.stringify((await g.kms.driver.query(`SELECT encode(sealed_psk, 'hex') AS s FROM ibake_subscriber`))[0])
    assert(!everything.includes(Buffer.from(fill.psk).toString("hex")))
    assert.deepEqual(await g.kms.store.device(fill.device), { mtu: 64, transferOctets: 4096 })
    assert.equal(await g.kms.store.device("AAAAAAAAAAAA"), undefined)
    assert.equal(await g.kms.store.load(new Uint8Array(12), 0), undefined)
  })

  it("does not open a PSK whose row was given another identity, size or PSK", async () => {
    const fill = await enrolled(g.kms)
    const other = await enrolled(g.kms, { uri: "sip:bob@radio.example" })
    const opened = async (): Promise<unknown> => openSubscriber(g.kms.open.vault, (await g.kms.store.load(fill.pskId, 0))!.row)
    await opened()
    const sql = g.kms.driver.query
    await sql(`UPDATE ibake_identity SET data = $1 WHERE psk_id = $2`, [other.identities[0]!.data, fill.pskId])
    await assert.rejects(opened, code("vault/closed"))
    await sql(`UPDATE ibake_identity SET data = $1 WHERE psk_id = $2`, [fill.identities[0]!.data, fill.pskId])
    await opened()
    await sql(`UPDATE ibake_subscriber SET transfer_octets = 60000 WHERE psk_id = $1`, [fill.pskId])
    await assert.rejects(opened, code("vault/closed"))
    await sql(`UPDATE ibake_subscriber SET transfer_octets = 16384, sealed_psk = (SELECT sealed_psk FROM ibake_subscriber WHERE psk_id = $1) WHERE psk_id = $2`, [other.pskId, fill.pskId])
    await assert.rejects(opened, code("vault/closed"))
  })

  it("refuses a second device of one id, a second KMS, and a device that it does not know, and writes nothing then", async () => {
    const { row } = device(g.kms.open)
    await g.kms.store.enrol(row)
    const head = await g.kms.store.auditHead()
    await assert.rejects(g.kms.store.enrol(row), code("store/exists"))
    await assert.rejects(foundKms(g.kms.store, defaultMaster(), founding, keyUnlock(), AT), code("store/exists"))
    await assert.rejects(g.kms.store.revoke("AAAAAAAAAAAA", AT), code("store/unknown"))
    assert.deepEqual(await g.kms.store.auditHead(), head)
  })

  it("answers a request once: the same octets get the stored response, another request of that T gets none", async () => {
    const fill = await enrolled(g.kms)
    const made: Uint8Array[] = []
    const answer = answering(g.kms, made)
    const first = await answer(tinyRequest(fill.pskId, 5, 1), fill.device)
    const again = await answer(tinyRequest(fill.pskId, 5, 1), fill.device)
    assert.deepEqual([first.audit.event, again.audit.event, made.length], ["issued", "repeated", 1])
    assert.deepEqual(again.answer, first.answer)
    assert.equal((await answer(tinyRequest(fill.pskId, 5, 2), fill.device)).audit.fault, "kms/time")
    assert.equal((await answer(tinyRequest(fill.pskId, 4, 1), fill.device)).audit.fault, "kms/time")
    assert.equal((await answer(tinyRequest(fill.pskId, 6, 1), fill.device)).audit.event, "issued")
    const issued = await g.kms.store.issued(fill.device)
    assert.deepEqual(issued.map((i) => [i.identity, i.period, i.times]), [[fill.identities[0], 7, 2]])
    assert.deepEqual((await g.kms.store.audit(100)).map((e) => e.event), ["founded", "enrolled", "issued", "refused", "refused", "issued"])
    await g.kms.store.verifyAudit()
  })

  it("lets exactly one of many racing requests of one T win, and never sends what lost", async () => {
    const fill = await enrolled(g.kms)
    const made: Uint8Array[] = []
    const servers = [answering(g.kms, made), answering(g.other, made)]
    for (let t = 1; t <= 5; t++) {
      const racing = Array.from({ length: 8 }, (_, i) => servers[i % 2]!(tinyRequest(fill.pskId, t, i >> 1), fill.device))
      const out = await Promise.all(racing)
      const sent = new Set(out.filter((d) => d.audit.event !== "refused").map((d) => Buffer.from(d.answer).toString("hex")))
      assert.equal(sent.size, 1, `one answer to T ${t}`)
      assert.equal(out.filter((d) => d.audit.event === "issued").length, 1)
      // of the four different requests three are refused, in both copies
      assert.equal(out.filter((d) => d.audit.event === "refused").length, 6)
    }
    const kept = (await g.kms.store.load(fill.pskId, 2))!.record!.response
    const live = made.filter((m) => m.some((o) => o !== 0))
    assert(live.length >= 5 && live.some((m) => Buffer.compare(m, kept) === 0))
    assert.equal(live.length, 5, "every computed answer that lost was wiped")
    assert(made.length > live.length, "there was a race to lose")
    await g.kms.store.verifyAudit()
  })

  it("commits nothing for a device that was revoked while its answer was made", async () => {
    const { row, fill } = device(g.kms.open)
    await g.kms.store.enrol(row)
    const loaded = (await g.kms.store.load(fill.pskId, 2))!
    await g.kms.store.revoke(fill.device, AT)
    await g.kms.store.revoke(fill.device, AT)
    const record = { tsType: 2, lastT: new Uint8Array(8), requestHash: new Uint8Array(32), response: new Uint8Array(4) }
    const decision: Decision = { answer: record.response, record, audit: { event: "issued", keys: [] } }
    assert.equal(await g.kms.store.commit(loaded, decision, AT), "gone")
    const later = (await g.kms.store.load(fill.pskId, 2))!
    assert.deepEqual([later.row.revoked, later.record], [true, undefined])
    assert.deepEqual((await g.kms.store.audit(1)).map((e) => e.event), ["revoked"])
  })

  it("keeps what a restart finds: records, PSKs, and the stored answer by its number", async () => {
    const fill = await enrolled(g.kms)
    const first = await answering(g.kms)(tinyRequest(fill.pskId, 9, 1), fill.device)
    const hash = (await g.kms.store.load(fill.pskId, 2))!.record!.requestHash
    const transfer = hash[0]! * 256 + hash[1]!
    assert.deepEqual(await g.other.store.responseOf(fill.device, transfer), first.answer)
    assert.equal(await g.other.store.responseOf(fill.device, transfer ^ 1), undefined)
    assert.equal((await answering(g.other)(tinyRequest(fill.pskId, 9, 1), fill.device)).audit.event, "repeated")
  })

  it("holds a thousand identities in one device, and hundreds of devices", async () => {
    const uris = Array.from({ length: 1000 }, (_, i) => `sip:unit${i}@radio.example`)
    const wish = { identities: uris.map((uri) => ({ type: 1, uri })), mtu: 128, transferOctets: 16384, broker: { url: "mqtt://127.0.0.1", protocol: 4 as const } }
    const { row, fill } = newDevice(nobleSym, g.kms.open, wish, AT)
    await g.kms.store.enrol(row)
    for (const uri of uris.slice(0, 200)) await g.kms.store.enrol(device(g.kms.open, { uri }).row)
    const held = await g.kms.store.subscribers()
    assert.deepEqual([held.length, held.find((h) => h.deviceId === fill.device)!.identities], [201, fill.identities])
    assert.equal(openSubscriber(g.kms.open.vault, (await g.kms.store.load(fill.pskId, 0))!.row).identities.length, 1000)
    assert.equal((await g.kms.store.verifyAudit()).seq, 202)
  })

  it("has an audit trail that the database refuses to change", async () => {
    await enrolled(g.kms)
    for (const change of [`UPDATE ibake_audit SET event = 'nothing'`, `DELETE FROM ibake_audit`, `TRUNCATE ibake_audit`])
      await assert.rejects(g.kms.driver.query(change), /append-only/, change)
    assert.equal((await g.kms.store.verifyAudit()).seq, 2)
  })

  it("finds each way of tampering with the audit trail that goes around the database's refusal", async () => {
    for (let i = 0; i < 3; i++) await g.kms.store.note(AT + i, "noted", "AAAAAAAAAAAA", { i })
    const kept = await g.kms.store.verifyAudit()
    await g.kms.driver.query(`ALTER TABLE ibake_audit DISABLE TRIGGER ALL`)
    const tampered: [string, string][] = [
      [`UPDATE ibake_audit SET event = 'nothing' WHERE seq = 2`, `UPDATE ibake_audit SET event = 'noted' WHERE seq = 2`],
      [`UPDATE ibake_audit SET at = at + 1 WHERE seq = 3`, `UPDATE ibake_audit SET at = at - 1 WHERE seq = 3`],
      [`UPDATE ibake_audit SET device = 'B' WHERE seq = 2`, `UPDATE ibake_audit SET device = 'AAAAAAAAAAAA' WHERE seq = 2`],
      [`UPDATE ibake_audit SET seq = seq + 10 WHERE seq = 3`, `UPDATE ibake_audit SET seq = seq - 10 WHERE seq = 13`],
    ]
    for (const [change, back] of tampered) {
      await g.kms.driver.query(change)
      await assert.rejects(g.kms.store.verifyAudit(), code("audit/broken"), change)
      await g.kms.driver.query(back)
      await g.kms.store.verifyAudit(kept)
    }
    // a cut end hangs together: only a head noted elsewhere shows it
    await g.kms.driver.query(`DELETE FROM ibake_audit WHERE seq = 4`)
    await g.kms.store.verifyAudit()
    await assert.rejects(g.kms.store.verifyAudit(kept), code("audit/broken"))
    await g.kms.store.note(AT, "another", "", {})
    await assert.rejects(g.kms.store.verifyAudit(kept), code("audit/broken"))
  })

  it("makes its tables once, and refuses those of a newer release", async () => {
    await (await openStoreAgain(g.kms.driver)).auditHead()
    await g.kms.driver.query(`UPDATE ibake_meta SET value = '999' WHERE name = 'schema'`)
    await assert.rejects(openStoreAgain(g.kms.driver), code("store/newer"))
  })

  it("leaves nothing of a transaction that throws, and goes on", async () => {
    const broken = g.kms.driver.transaction(async (query) => {
      await query(`INSERT INTO ibake_meta (name, value) VALUES ('half', '')`)
      await query(`SELECT * FROM no_such_table`)
    })
    await assert.rejects(broken, code("store/failed"))
    assert.equal(await g.kms.store.meta("half"), undefined)
  })
}

function openStoreAgain(driver: Driver): Promise<Store> {
  return openStore({ ...driver, close: () => Promise.resolve() })
}

describe("the KMS's store, embedded", function () {
  let path: string
  let driver: Driver
  let schemas = 0
  before(async function () {
    path = ramFolder("kms-schemas")
    driver = await pgliteDriver(path)
  })
  after(async () => (await driver.close(), remove(path)))
  contract(() => embedded(driver, `kms${++schemas}`))

  it("is one process's at a time, and a holder that died holds nothing", async () => {
    const path = await kmsFolder()
    const kms = await kmsIn(path)
    await assert.rejects(pgliteDriver(path), code("store/busy"))
    await kms.close()
    writeFileSync(join(path, "lock"), "999999999 gone")
    const again = await kmsIn(path)
    await again.close()
    assert(!readdirSync(path).some((name) => name.startsWith("lock")))
    remove(path)
  })

  it("says of a folder that is no database what to do", async () => {
    const path = folder("kms-broken")
    mkdirSync(join(path, "db"))
    writeFileSync(join(path, "db", "PG_VERSION"), "18\n")
    await assert.rejects(pgliteDriver(path), code("store/corrupt"))
    remove(path)
    const file = join(folder("kms-file"), "file")
    writeFileSync(file, "")
    await assert.rejects(pgliteDriver(file), code("file/failed"))
    rmSync(join(file, ".."), { recursive: true })
  })

  it("says of a damaged database that it is damaged, and does not touch it", async () => {
    const path = await kmsFolder()
    writeFileSync(join(path, "db", "global", "pg_control"), Buffer.alloc(8192, 0xff))
    await assert.rejects(pgliteDriver(path), code("store/corrupt"))
    remove(path)
  })
})

describe("the KMS's store, on a PostgreSQL server", function () {
  let server: Postgres
  let databases = 0
  before(tool("initdb", postgres))
  before(async function () {
    this.timeout(60000)
    server = await startPostgres()
  })
  after(() => server?.stop())
  contract(() => onServer(server, `kms${++databases}`))

  it("goes on after the server has dropped every connection", async () => {
    const g = await onServer(server, `kms${++databases}`)
    const admin = await postgresDriver(server.url)
    const drop = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'kms${databases}'`
    await g.kms.store.auditHead()
    await admin.query(drop)
    assert.equal((await g.kms.store.auditHead()).seq, 1)
    await admin.query(drop)
    await g.kms.store.note(AT, "noted", "", {})
    assert.equal((await g.kms.store.verifyAudit()).seq, 2)
    await admin.close()
    await g.end()
  })

  it("names a server that is not there, and does not print its password", async () => {
    const driver = await postgresDriver(`postgres://kms:verysecret@127.0.0.1:${await freePort()}/kms`)
    await assert.rejects(openStore(driver), (error: Error) => code("store/connect")(error) && !error.message.includes("verysecret") && error.message.includes("127.0.0.1"))
    await driver.close()
  })
})
