/** `ibake` as its users run it: processes, what they say on which stream, and how they end. */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { endAll, ibake, lines, main, oneLine, start, type Ended, type Line, type Running } from "./ibake.ts"
import { folder, freePort } from "./processes.ts"
import { remove } from "./protocol/kms-parts.ts"

after(endAll)

describe("ibake --help", () => {
  const commands = [
    "", "build", "demo", "flash", "kms", "kms init", "kms serve", "kms enrol", "kms list", "kms revoke", "kms vouch",
    "decode", "radio", "radio fetch", "radio call", "radio answer", "rig", "session", "session initiator", "session responder", "session request", "session issue",
  ]
  it("of every subcommand has examples, goes to standard output and ends with 0", async () => {
    for (let i = 0; i < commands.length; i += 3) {
      const some = commands.slice(i, i + 3)
      const all = await Promise.all(some.map((command) => ibake(...command.split(" ").filter((w) => w !== ""), "--help")))
      for (const [k, ended] of all.entries()) {
        assert.deepEqual([ended.code, ended.errors], [0, []], some[k])
        assert.match(ended.out, /^Usage: ibake/, some[k])
        assert.match(ended.out, /example/i, some[k])
      }
    }
  })

  it("names every subcommand, and the exit codes", async () => {
    const { out } = await ibake("--help")
    for (const name of ["build", "decode", "demo", "flash", "kms", "radio", "rig", "session"]) assert.match(out, new RegExp(`^ {2}${name}\\b`, "m"))
    assert.match(out, /Exit codes: 0 .* 1 .* 2 /)
  })
})

describe("ibake with wrong usage", () => {
  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["no subcommand", [], /Usage: ibake/],
    ["one that is none", ["nope"], /unknown command 'nope'/],
    ["an option that is none", ["demo", "--fast"], /unknown option '--fast'/],
    ["a profile that is none", ["demo", "--profile", "limbs"], /Allowed choices are wasm, noble/],
    ["no key fill", ["radio", "fetch"], /missing required argument 'fill'/],
    ["an mtu that is too small", ["radio", "fetch", "x", "--mtu", "31"], /Expected 32 to 65535/],
    ["a key fill that is not there", ["radio", "fetch", "/nowhere/x.json"], /cannot be read.*ibake kms enrol/],
    ["a key fill that is none", ["radio", "fetch", main], /This is no key fill: it is not JSON\./],
  ]
  for (const [what, words, said] of wrong)
    it(`(${what}) says so on standard error and ends with 2`, async () => {
      const ended = await ibake(...words)
      assert.deepEqual([ended.code, ended.out], [2, ""])
      assert.match(ended.errors.join("\n"), said)
    })
})

describe("ibake demo --json", () => {
  it("ends with both ends in agreement and the KMS without a key, in less than a minute", async () => {
    const ended = await ibake("demo", "--json")
    assert.equal(ended.code, 0, ended.errors.join("\n"))
    const all = lines(ended)
    assert(all.every((l) => typeof l.event === "string"))
    const of = (event: string): Line => all.find((l) => l.event === event)!
    assert.deepEqual((of("messages").rows as Line[]).map((r) => r.message).sort(), ["I_MESSAGE_1", "I_MESSAGE_2", "REQUEST_KEY_INIT", "REQUEST_KEY_INIT", "REQUEST_KEY_RESP", "REQUEST_KEY_RESP", "R_MESSAGE_1", "R_MESSAGE_2"])
    assert.equal(of("agreement").same, true)
    assert.equal((of("agreement").alice as Line[]).length, 2)
    assert.equal(of("escrow").found, null)
    assert.notEqual(of("escrow").control, null)
    assert.deepEqual(all.at(-1), { event: "done", good: true })
  })
})

describe("a KMS and radios as processes", function () {
  let path: string
  let url: string
  let serving: Running
  const at = (name: string): string => join(path, name)
  const store = (): string[] => ["--dir", at("kms")]
  const key = (): string[] => ["--key-file", at("key")]
  const serve = async (port: number): Promise<void> => {
    serving = start("kms", "serve", ...store(), ...key(), "--embedded-broker", "--port", `${port}`, "--json")
    url = (await serving.until("serving")).broker as string
  }
  const enrol = async (name: string): Promise<string> => {
    const ended = await ibake("kms", "enrol", `sip:${name}@radio.example`, ...store(), ...key(), "--broker", url, "--out", at(`${name}.json`))
    assert.equal(ended.code, 0, ended.errors.join("\n"))
    return at(`${name}.json`)
  }

  before(async () => {
    path = folder("cli")
    writeFileSync(at("key"), randomBytes(32), { mode: 0o600 })
    const ended = await ibake("kms", "init", ...store(), ...key(), "--name", "north", "--uri", "kms.example", "--host", "radio.example")
    assert.equal(ended.code, 0, ended.errors.join("\n"))
    await serve(await freePort())
  })
  after(async () => {
    serving?.stop()
    await serving?.ended
    remove(path)
  })

  it("fetch, call and answer; both ends print the same fingerprints and neither prints a key", async () => {
    const [alice, bob] = [await enrol("alice"), await enrol("bob")]
    const fetched = lines(await ibake("radio", "fetch", alice, "--periods", "3", "--json")).find((l) => l.event === "fetched")!
    assert.deepEqual([fetched.keys, (fetched.periods as number[]).length], [3, 3])
    assert.equal(statSync(`${alice}.store`).mode & 0o777, 0o700)
    const answering = start("radio", "answer", bob, "--calls", "1", "--seconds", "50", "--json")
    await answering.until("waiting")
    const calling = await ibake("radio", "call", alice, "sip:bob@radio.example", "--loss", "0.05", "--json")
    assert.equal(calling.code, 0, calling.errors.join("\n") + calling.out)
    const ours = lines(calling).find((l) => l.event === "secured")!
    const theirs = await answering.until("secured")
    assert.deepEqual(ours.contexts, theirs.contexts)
    assert.deepEqual((ours.contexts as Line[]).map((c) => Object.keys(c).sort()), [0, 1].map(() => ["cipher", "csId", "fingerprint", "from", "mki", "ssrc"]))
    assert.equal(ours.peer, "sip:bob@radio.example")
    assert.equal((await answering.ended).code, 0)
  })

  it("revoked: one line that says so, exit code 1, and the others are served", async () => {
    const [eve, frank] = [await enrol("eve"), await enrol("frank")]
    const { device } = JSON.parse(readFileSync(eve, "utf8")) as { device: string }
    assert.equal((await ibake("kms", "revoke", device, ...store())).code, 0)
    oneLine(await ibake("radio", "fetch", eve), 1, /^ibake radio: kms\/identity at .*revoked/)
    assert.equal((await ibake("radio", "fetch", frank)).code, 0)
    const listed = lines(await ibake("kms", "list", ...store(), "--json"))
    assert.deepEqual(listed.filter((l) => l.event === "device" && l.revoked === true).map((l) => l.device), [device])
  })

  it("with a wrong PSK: gives up when told to, in one line", async () => {
    const fill = await enrol("grace")
    writeFileSync(fill, readFileSync(fill, "utf8").replace(/"psk": "[0-9a-f]{64}"/, `"psk": "${"5a".repeat(32)}"`))
    oneLine(await ibake("radio", "fetch", fill, "--seconds", "2"), 1, /^ibake radio: channel\/gave-up at key transfer: /)
  })

  it("with a damaged key fill: exit code 2 and which field", async () => {
    const fill = await enrol("heidi")
    writeFileSync(fill, readFileSync(fill, "utf8").replace(/"device": "./, `"device": "*`))
    oneLine(await ibake("radio", "fetch", fill), 2, /damaged: device is not that of pskId/)
  })

  it("with a damaged store: store/broken and what to do; with a folder that is none: its path", async () => {
    const fill = await enrol("ivan")
    assert.equal((await ibake("radio", "fetch", fill)).code, 0)
    writeFileSync(join(`${fill}.store`, "v-keys.bin"), "no keys")
    oneLine(await ibake("radio", "fetch", fill), 1, /^ibake radio: store\/broken at keys: .*enrol/)
    oneLine(await ibake("radio", "fetch", fill, "--store", main), 1, /cannot use the folder .*main\.js.*--store/)
  })

  it("calling whom nobody speaks for: identity/unknown; whom nobody answers for: session/timeout", async () => {
    const fill = await enrol("judy")
    oneLine(await ibake("radio", "call", fill, "sip:x@elsewhere.example"), 1, /^ibake radio: identity\/unknown/)
    oneLine(await ibake("radio", "call", fill, "sip:nobody@radio.example", "--seconds", "1"), 1, /^ibake radio: session\/timeout/)
    oneLine(await ibake("radio", "answer", fill, "--calls", "1", "--seconds", "1"), 1, /0 of 1 calls came in 1 seconds/)
  })

  it("without a broker: the radio says why, once and without the password, and gives up when told to", async () => {
    const fill = await enrol("mallory")
    const port = await freePort()
    writeFileSync(fill, readFileSync(fill, "utf8").replace(/"url": "[^"]*"/, `"url": "mqtt://user:verysecret@127.0.0.1:${port}"`))
    const ended = await ibake("radio", "fetch", fill, "--seconds", "3")
    assert.equal(ended.code, 1)
    assert.equal(ended.errors.length, 2, ended.errors.join("\n"))
    assert.match(ended.errors[0]!, new RegExp(`^ibake radio: the broker mqtt://127.0.0.1:${port}: .*ECONNREFUSED.*Start it`))
    assert.match(ended.errors[1]!, /^ibake radio: link\/closed at key transfer: /)
  })

  it("with another key file: vault/closed; without one that it may read: vault/keyfile; on a port that is taken: broker/connect", async () => {
    const again = (file: string, port: string): Promise<Ended> => ibake("kms", "serve", "--dir", at("other"), "--key-file", at(file), "--embedded-broker", "--port", port)
    assert.equal((await ibake("kms", "init", "--dir", at("other"), ...key(), "--name", "south", "--uri", "kms2.example", "--host", "b.example")).code, 0)
    writeFileSync(at("wrong"), randomBytes(32), { mode: 0o600 })
    writeFileSync(at("open"), randomBytes(32), { mode: 0o644 })
    oneLine(await again("wrong", "0"), 1, /^ibake kms: .*does not open/)
    oneLine(await again("open", "0"), 1, /^ibake kms: Key file .* can be read by others/)
    oneLine(await again("key", new URL(url).port), 1, /^ibake kms: The broker cannot listen .*EADDRINUSE/)
  })

  it("of that folder, damaged: store/corrupt in one line, and the folder is left as it is", async () => {
    const control = join(at("other"), "db", "global", "pg_control")
    writeFileSync(control, Buffer.alloc(8192, 0xff))
    oneLine(await ibake("kms", "serve", "--dir", at("other"), ...key(), "--embedded-broker", "--port", "0"), 1, /^ibake kms: .*damaged/)
    assert(readFileSync(control).every((o) => o === 0xff))
  })
})
