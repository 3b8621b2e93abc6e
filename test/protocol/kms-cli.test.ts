/** `ibake kms` as an operator runs it: exit codes, one line of trouble; and enrolment while the KMS serves from an embedded database. */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Command } from "commander"
import { kmsCommand } from "../../sdk/cli/kms.ts"
import { parseKeyFill, type KeyFill } from "../../sdk/kms/index.ts"
import { borrow, lend } from "../../sdk/kms/share.ts"
import { AT, device, kmsInMemory, radio, ramFolder, read, remove, request } from "./kms-parts.ts"

interface Ended {
  readonly code: number
  readonly lines: Record<string, unknown>[]
}

/** Runs a subcommand in this process; what it says goes to `said`, line by line. */
async function run(words: readonly string[], said: (line: string) => void): Promise<number> {
  const write = process.stdout.write
  const code = process.exitCode
  process.exitCode = 0
  process.stdout.write = ((text: string) => (text.split("\n").filter((l) => l !== "").forEach(said), true)) as typeof write
  try {
    await quiet().parseAsync(words, { from: "user" })
    return Number(process.exitCode)
  } finally {
    process.stdout.write = write
    process.exitCode = code
  }
}

/** The command with its complaints thrown and not written. */
function quiet(): Command {
  const command = kmsCommand()
  for (const c of [command, ...command.commands]) c.exitOverride().configureOutput({ writeErr: () => undefined })
  return command
}

describe("ibake kms", function () {
  let path: string
  const ibake = async (...words: string[]): Promise<Ended> => {
    const lines: Record<string, unknown>[] = []
    const code = await run([...words, "--json"], (l) => lines.push(JSON.parse(l) as Record<string, unknown>))
    return { code, lines }
  }
  const store = (): string[] => ["--dir", join(path, "kms")]
  const key = (): string[] => ["--key-file", join(path, "key")]

  before(() => {
    path = ramFolder("kms-cli")
    writeFileSync(join(path, "key"), randomBytes(32), { mode: 0o600 })
  })
  after(() => remove(path))

  it("founds a KMS once, and says in one line why not twice", async () => {
    const words = ["init", ...store(), ...key(), "--name", "north", "--uri", "kms.example", "--host", "radio.example", "--host", "fire.example"]
    const first = await ibake(...words)
    assert.equal(first.code, 0)
    assert.deepEqual((first.lines[0]!.parameterSet as { hosts: string[] }).hosts, ["radio.example", "fire.example"])
    const second = await ibake(...words)
    assert.deepEqual([second.code, second.lines[0]!.code], [1, "store/exists"])
  })

  it("serves radios that are enrolled while it serves, lists and revokes them, and ends in good order", async () => {
    const said: Record<string, unknown>[] = []
    let serving: (url: string) => void
    const up = new Promise<string>((resolve) => (serving = resolve))
    const ended = run(["serve", ...store(), ...key(), "--embedded-broker", "--port", "0", "--json"], (l) => {
      const event = JSON.parse(l) as Record<string, unknown>
      // other subcommands of this process speak into the same output
      if ("at" in event || event.event === "started" || event.event === "ended") said.push(event)
      if (event.event === "serving") serving(event.broker as string)
    })
    const url = await up
    const file = join(path, "alice.json")
    const enrolled = await ibake("enrol", "sip:Alice@RADIO.example", ...store(), ...key(), "--broker", url, "--out", file)
    assert.deepEqual([enrolled.code, enrolled.lines.at(-1)!.event], [0, "enrolled"])
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const fill = parseKeyFill(readFileSync(file, "utf8")) as KeyFill
    const r = await radio(fill, url)
    const sent = request(fill, Date.now() / 1000)
    assert.equal(read(fill, sent, await r.fetch(sent)).kind, "keys")
    await r.close()
    const listed = await ibake("list", ...store(), "--verify", "--audit", "5")
    assert.deepEqual(listed.lines.filter((l) => l.event === "device").map((l) => [l.device, l.identities, l.revoked]), [[fill.device, ["sip:Alice@radio.example"], false]])
    assert.deepEqual(listed.lines.filter((l) => l.event === "audit").map((l) => l.what), ["founded", "enrolled", "issued"])
    const { seq, hash } = listed.lines.at(-1)!
    assert.equal((await ibake("revoke", fill.device, ...store())).code, 0)
    assert.equal((await ibake("list", ...store(), "--verify", "--head", `${String(seq)}:${String(hash)}`)).code, 0)
    const wrong = await ibake("list", ...store(), "--verify", "--head", `${String(seq)}:${"0".repeat(64)}`)
    assert.deepEqual([wrong.code, wrong.lines.at(-1)!.code], [1, "audit/broken"])
    const keys = await ibake("list", ...store(), "--device", fill.device)
    assert.deepEqual(keys.lines.filter((l) => l.event === "key").map((l) => [l.identity, l.times]), [["sip:Alice@radio.example", 1], ["sip:Alice@radio.example", 1]])
    process.emit("SIGTERM")
    assert.equal(await ended, 0)
    assert.deepEqual(said.filter((e) => e.event !== "delivered").map((e) => e.event), ["started", "connected", "serving", "answered", "ended"])
    assert(!existsSync(join(path, "kms", "socket")) && !existsSync(join(path, "kms", "lock")))
  })

  it("refuses a command line that cannot be before it opens anything", async () => {
    const wrong: [RegExp, string[]][] = [
      [/name a store/, ["list"]],
      [/two stores/, ["list", ...store(), "--database", "postgres://x"]],
      [/--name/, ["init", ...store(), "--name", "a/b", "--uri", "k", "--host", "h"]],
      [/name a broker/, ["serve", ...store()]],
      [/--parts/, ["serve", ...store(), "--embedded-broker", "--parts", "!"]],
      [/--mtu/, ["enrol", "sip:a@radio.example", ...store(), "--broker", "mqtt://h", "--out", "x", "--mtu", "31"]],
      [/--broker/, ["enrol", "sip:a@radio.example", ...store(), "--broker", "http://h", "--out", "x"]],
      [/--head/, ["list", ...store(), "--head", "1"]],
    ]
    for (const [why, words] of wrong) {
      await assert.rejects(quiet().parseAsync(words, { from: "user" }), why, words.join(" "))
    }
  })

  it("tells what the operator got wrong from trouble: 2 and 1, in words", async () => {
    const bob = ["--broker", "mqtt://127.0.0.1", "--out", join(path, "bob.json")]
    const said = async (...words: string[]): Promise<unknown[]> => {
      const { code, lines } = await ibake(...words)
      return [code, lines.at(-1)!.code]
    }
    assert.deepEqual(await said("enrol", "sip:bob@elsewhere.example", ...store(), ...key(), ...bob), [2, "usage"])
    assert.deepEqual(await said("list", "--dir", join(path, "nowhere")), [1, "store/empty"])
    assert.deepEqual(await said("list", ...store(), "--device", "AAAAAAAAAAAA"), [1, "store/unknown"])
    assert.deepEqual(await said("revoke", "AAAAAAAAAAAA", ...store()), [1, "store/unknown"])
    assert.deepEqual(await said("serve", ...store(), ...key(), "--broker", "mqtts://127.0.0.1:1", "--ca", join(path, "none")), [1, "file/failed"])
    // a new key fill does not take the place of one that is there
    assert.deepEqual(await said("enrol", "sip:bob@radio.example", ...store(), ...key(), "--broker", "mqtt://127.0.0.1", "--out", join(path, "key")), [1, "keyfill/exists"])
    assert.deepEqual([existsSync(join(path, "bob.json")), existsSync(join(path, "nowhere"))], [false, false])
  })

  it("takes the passphrase from a file of its owner's or the environment, and asks for a long one", async () => {
    const dir = ["--dir", join(path, "second")]
    const file = join(path, "passphrase")
    const init = ["init", ...dir, "--name", "south", "--uri", "south.example", "--host", "south.example"]
    const enrol = ["enrol", "sip:a@south.example", ...dir, "--broker", "mqtt://127.0.0.1", "--out", join(path, "a.json")]
    writeFileSync(file, "short\n", { mode: 0o600 })
    assert.equal((await ibake(...init, "--passphrase-file", file)).code, 2)
    writeFileSync(file, "correct horse battery staple\nnot this\n")
    chmodSync(file, 0o644)
    assert.equal((await ibake(...init, "--passphrase-file", file)).lines[0]!.code, "file/failed")
    chmodSync(file, 0o600)
    const founded = await ibake(...init, "--passphrase-file", file)
    assert.equal(founded.code, 0)
    process.env["IBAKE_PASSPHRASE"] = "correct horse battery stapler"
    try {
      assert.equal((await ibake(...enrol)).lines[0]!.code, "vault/closed")
      process.env["IBAKE_PASSPHRASE"] = "correct horse battery staple"
      assert.equal((await ibake(...enrol)).code, 0)
    } finally {
      delete process.env["IBAKE_PASSPHRASE"]
    }
    assert.equal((await ibake(...enrol)).lines[0]!.code, "vault/closed")
    // and north vouches for south
    const set = join(path, "south.json")
    writeFileSync(set, JSON.stringify(founded.lines[0]))
    assert.deepEqual((await ibake("vouch", set, ...store(), ...key())).lines.at(-1), { event: "vouched", uri: "south.example" })
    writeFileSync(set, "{}")
    assert.equal((await ibake("vouch", set, ...store(), ...key())).code, 2)
    writeFileSync(set, "no JSON")
    assert.equal((await ibake("vouch", set, ...store(), ...key())).code, 2)
  })

  it("speaks to people too", async () => {
    const lines: string[] = []
    assert.equal(await run(["list", ...store(), "--audit", "3"], (l) => lines.push(l)), 0)
    assert.match(lines[0]!, /^KMS kms\.example: 1 devices$/)
    assert.match(lines[1]!, /revoked .* mtu 128 {2}sip:Alice@radio\.example$/)
    assert.match(lines.at(-1)!, /^Audit trail ends at \d+:[0-9a-f]{64}$/)
  })
})

describe("a lent database", function () {
  it("is the lender's own: rows, octets, troubles, and whole transactions or nothing", async () => {
    const path = ramFolder("kms-lent")
    const kms = await kmsInMemory()
    const end = await lend(kms.driver, join(path, "socket"))
    assert.equal(statSync(join(path, "socket")).mode & 0o777, 0o600)
    const lent = borrow(join(path, "socket"))
    const octets = new Uint8Array(randomBytes(40))
    assert.deepEqual(await lent.query(`SELECT $1::bytea AS a, $2::text AS b, 7::bigint AS c, true AS d`, [octets, "ü\n"]), [{ a: octets, b: "ü\n", c: 7, d: true }])
    await assert.rejects(lent.query(`SELECT * FROM nothing`), (e: { code?: unknown; cause?: { code?: unknown } }) => e.code === "store/failed" && e.cause!.code === "42P01")
    const broken = lent.transaction(async (query) => {
      await query(`INSERT INTO ibake_meta (name, value) VALUES ('half', '')`)
      throw new Error("halfway")
    })
    await assert.rejects(broken, /halfway/)
    assert.equal(await kms.store.meta("half"), undefined)
    await lent.transaction((query) => query(`INSERT INTO ibake_meta (name, value) VALUES ('whole', $1)`, [octets]))
    assert.deepEqual(await kms.store.meta("whole"), octets)
    const { row } = device(kms.open)
    await kms.store.enrol(row)
    await kms.store.note(AT, "noted", "", {})
    await end()
    await assert.rejects(lent.query(`SELECT 1`), (e: { code?: unknown }) => e.code === "store/connect")
    await kms.close()
    remove(path)
  })
})
