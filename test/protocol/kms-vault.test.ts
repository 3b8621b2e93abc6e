/** The vault, key fills and the founding of a KMS: what lies on disk opens for its owner, in its place, and for nobody else. */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { hex } from "../../sdk/base/bytes.ts"
import { defaultMaster, foundKms, openKms, openStore, parseKeyFill, pgliteDriver, readKeyFile, vouch, writeKeyFill, type Driver, type KeyFill, type Store } from "../../sdk/kms/index.ts"
import { newHeader, openVault, parseHeader, type Vault } from "../../sdk/kms/vault.ts"
import { folder } from "../processes.ts"
import { AT, device, founding, keyUnlock, kmsInMemory, passphrase, ramFolder, remove } from "./kms-parts.ts"

const code = (expected: string) => (error: unknown): boolean => {
  assert.equal((error as { code?: unknown }).code, expected, String(error))
  return true
}

const octets = (text: string): Uint8Array => new TextEncoder().encode(text)

describe("the KMS's vault", function () {
  let vault: Vault
  const secret = new Uint8Array(randomBytes(32))
  before(async () => {
    vault = await openVault(newHeader("key"), keyUnlock())
  })

  it("opens with its passphrase at the strong cost, and with no other", async () => {
    const header = newHeader("passphrase")
    assert.equal(header.log2N, 17)
    const sealed = (await openVault(header, passphrase())).seal("master", secret, octets("here"))
    const again = await openVault(parseHeader(JSON.stringify(header)), passphrase())
    assert.deepEqual(again.open("master", sealed, octets("here")), secret)
    const wrong = await openVault(header, { kind: "passphrase", octets: octets("correct horse battery stapl") })
    assert.throws(() => wrong.open("master", sealed, octets("here")), code("vault/closed"))
    await assert.rejects(openVault(header, keyUnlock()), code("vault/closed"))
  })

  it("refuses every flipped bit, every truncation, another purpose and another place with one and the same line", () => {
    const sealed = vault.seal("psk", secret, octets("row 1"))
    assert.deepEqual(vault.open("psk", sealed, octets("row 1")), secret)
    const lines = new Set<string>()
    const refused = (open: () => unknown): void => assert.throws(open, (error: Error) => code("vault/closed")(error) && lines.add(error.message).size > 0)
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = new Uint8Array(sealed)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      refused(() => vault.open("psk", flipped, octets("row 1")))
    }
    refused(() => vault.open("psk", sealed, octets("row 2")))
    refused(() => vault.open("master", sealed, octets("row 1")))
    assert.equal(lines.size, 1)
    for (let n = 0; n < sealed.length; n++) assert.throws(() => vault.open("psk", sealed.subarray(0, n), octets("row 1")), code("vault/closed"))
  })

  it("seals one secret never alike, and of no use once closed", async () => {
    const other = await openVault(newHeader("key"), keyUnlock())
    const sealed = other.seal("psk", secret, octets("x"))
    assert.notEqual(hex(sealed), hex(other.seal("psk", secret, octets("x"))))
    other.close()
    assert.throws(() => other.open("psk", sealed, octets("x")), code("vault/closed"))
    // the same key file under another salt is another key
    assert.throws(() => vault.open("psk", sealed, octets("x")), code("vault/closed"))
  })

  it("refuses a header that is none, or asks for a cost out of bounds", () => {
    const good = newHeader("passphrase")
    for (const bad of ["", "{}", "null", JSON.stringify({ ...good, log2N: 40 }), JSON.stringify({ ...good, log2N: 1 }), JSON.stringify({ ...good, salt: "00" }), JSON.stringify({ ...good, vault: 2 })])
      assert.throws(() => parseHeader(bad), code("vault/closed"), bad)
  })

  it("takes a key file of 32 octets that only its owner can read", async () => {
    const path = folder("kms-key")
    const file = join(path, "key")
    writeFileSync(file, secret, { mode: 0o600 })
    assert.deepEqual(await readKeyFile(file), secret)
    chmodSync(file, 0o640)
    await assert.rejects(readKeyFile(file), code("vault/keyfile"))
    writeFileSync(file, secret.subarray(1))
    chmodSync(file, 0o600)
    await assert.rejects(readKeyFile(file), code("vault/keyfile"))
    await assert.rejects(readKeyFile(join(path, "none")), code("vault/keyfile"))
    await assert.rejects(readKeyFile(path), code("vault/keyfile"))
    remove(path)
  })
})

describe("a KMS in its store", function () {
  let path: string
  let driver: Driver
  let store: Store
  before(async () => {
    path = ramFolder("kms-vault")
    driver = await pgliteDriver(path)
    store = await openStore(driver)
    await assert.rejects(openKms(store, [defaultMaster()], passphrase()), code("store/empty"))
    await foundKms(store, defaultMaster(), { ...founding, uri: "KMS.Example", log2N: 14 }, passphrase(), AT)
  })
  after(async () => (await store.close(), remove(path)))

  it("opens with its passphrase, as it was founded, in normal form", async () => {
    const open = await openKms(store, [defaultMaster()], passphrase())
    const { own } = open.kms
    assert.deepEqual([open.name, new TextDecoder().decode(own.kmsUri), own.suite, own.periodLength, own.publicParameter.length, open.kms.master.length], ["north", "kms.example", 1, 86400, 48, 32])
    const master = open.kms.master
    open.close()
    assert(master.every((o) => o === 0), "closing wipes the master secret")
  })

  it("has its master secret nowhere in its files in clear", async () => {
    const open = await openKms(store, [defaultMaster()], passphrase())
    const master = Buffer.from(open.kms.master)
    await driver.query("CHECKPOINT")
    const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).map((f) => readFileSync(join(f.parentPath, f.name)))
    const sealed = Buffer.from((await store.meta("master"))!)
    assert(files.some((f) => f.includes(sealed)), "the search finds what is there")
    assert(!files.some((f) => f.includes(master) || f.includes(master.toString("hex"))))
    open.close()
  })

  it("does not open with another passphrase, nor with any value swapped or changed", async () => {
    await assert.rejects(openKms(store, [defaultMaster()], { kind: "passphrase", octets: octets("wrong") }), code("vault/closed"))
    for (const name of ["master", "own", "vouched", "uri"]) {
      const good = (await store.meta(name))!
      const bad = new Uint8Array(good)
      bad[bad.length - 1]! ^= 1
      await driver.query(`UPDATE ibake_meta SET value = $1 WHERE name = $2`, [bad, name])
      await assert.rejects(openKms(store, [defaultMaster()], passphrase()), code("vault/closed"), name)
      await driver.query(`UPDATE ibake_meta SET value = $1 WHERE name = $2`, [good, name])
    }
  })

  it("vouches for another KMS, whose later set takes the earlier one's place", async () => {
    const open = await openKms(store, [defaultMaster()], passphrase())
    const south = { ...open.kms.own, kmsUri: octets("south.example"), hosts: [octets("south.example")] }
    await vouch(store, open, south, AT)
    await vouch(store, await openKms(store, [defaultMaster()], passphrase()), { ...south, version: 2 }, AT)
    const again = await openKms(store, [defaultMaster()], passphrase())
    assert.deepEqual(again.kms.vouched, [{ ...south, version: 2 }])
    for (const bad of [{ ...south, kmsUri: octets("kms.example") }, { ...south, kmsUri: octets("east.example"), hosts: [octets("sip:a@radio.example")] }])
      await assert.rejects(vouch(store, again, bad, AT), /speaks for hosts of kms.example/)
    await store.verifyAudit()
  })

  it("enrols only whom it speaks for, within bounds", async () => {
    const open = await openKms(store, [defaultMaster()], passphrase())
    assert.throws(() => device(open, { uri: "sip:alice@elsewhere.example" }), /does not speak for sip:alice@elsewhere.example/)
    assert.throws(() => device(open, { mtu: 31 }), /mtu of 32 to/)
    assert.throws(() => device(open, { transferOctets: 1 }), /transferOctets of 512/)
    assert.equal(new TextDecoder().decode(device(open, { uri: "SIP:Alice@RADIO.example" }).fill.identities[0]!.data), "sip:Alice@radio.example")
  })

  it("refuses a founding that cannot work, in words, and writes nothing", async () => {
    const head = await store.auditHead()
    const bad = [{ name: "call" }, { name: "a/b" }, { uri: "" }, { hosts: [] }, { periodLength: 0 }, { periodOffset: -1 }, { skewSeconds: 0 }, { horizonPeriods: 0 }]
    for (const wrong of bad) await assert.rejects(foundKms(store, defaultMaster(), { ...founding, ...wrong }, passphrase(), AT), /^Error: init: /, JSON.stringify(wrong))
    assert.deepEqual(await store.auditHead(), head)
  })
})

describe("a key fill", function () {
  let path: string
  let fill: KeyFill
  before(async () => {
    path = folder("kms-fill")
    const kms = await kmsInMemory()
    fill = { ...device(kms.open, { uri: "sip:Zoë@radio.example" }).fill, broker: { url: "mqtts://broker.example:8883", protocol: 5, password: "p" }, vouched: [kms.open.kms.own] }
    await kms.close()
  })
  after(() => remove(path))

  it("is written once, for its owner only, and reads back as it was", async () => {
    const file = join(path, "alice.json")
    await writeKeyFill(file, fill)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.deepEqual(parseKeyFill(readFileSync(file, "utf8")), fill)
    const before = readFileSync(file, "utf8")
    await assert.rejects(writeKeyFill(file, fill), code("keyfill/exists"))
    assert.equal(readFileSync(file, "utf8"), before)
    assert.deepEqual(readdirSync(path), ["alice.json"], "nothing is left beside it")
    await assert.rejects(writeKeyFill(join(file, "x"), fill), code("file/failed"))
  })

  it("says what is wrong with every field that is missing or false", async () => {
    const fields = JSON.parse(readFileSync(join(path, "alice.json"), "utf8")) as Record<string, unknown>
    for (const name of Object.keys(fields)) {
      for (const value of [undefined, null, 7, "", [], {}, "x".repeat(300)]) {
        // the one value of these that is right
        if (name === "vouched" && JSON.stringify(value) === "[]") continue
        const out = parseKeyFill(JSON.stringify({ ...fields, [name]: value }))
        assert.equal(typeof out, "string", `${name} = ${JSON.stringify(value)}`)
        assert.match(out as string, /key fill.*\./)
      }
    }
    for (const text of ["", "{", "null", "[]", "7", `{"ibake":"key fill","version":2}`]) assert.equal(typeof parseKeyFill(text), "string", text)
  })

  it("refuses identities and hosts that are not in normal form", () => {
    const fields = JSON.parse(readFileSync(join(path, "alice.json"), "utf8")) as { identity: object[]; kms: { parameterSet: object } }
    assert.match(parseKeyFill(JSON.stringify({ ...fields, identity: [{ type: 1, uri: "SIP:a@B" }] })) as string, /normal form/)
    const kms = { ...fields.kms, parameterSet: { ...fields.kms.parameterSet, hosts: ["Radio.Example"] } }
    assert.match(parseKeyFill(JSON.stringify({ ...fields, kms })) as string, /hosts/)
  })
})
