/** KMSs of suites 0x02 and 0x03 and their radios as processes, over a real broker: two agencies with key servers of their own, each vouching for the other. */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { hex, unhex } from "../../sdk/base/bytes.ts"
import { machines } from "../../sdk/cli/session-machine.ts"
import { ntp } from "../../sdk/ibake/identity.ts"
import { setFields } from "../../sdk/kms/sets.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { realKit, testKms, UTC } from "../fixture.ts"
import { endAll, ibake, lines, oneLine, start, type Line, type Running } from "../ibake.ts"
import { folder } from "../processes.ts"
import { remove } from "../protocol/kms-parts.ts"
import { master02, master03 } from "../type1.ts"

interface Agency {
  readonly name: string
  readonly suite: string
  readonly id: number
  readonly host: string
}

const police: Agency = { name: "north", suite: "rfc5091", id: 2, host: "police.example" }
const fire: Agency = { name: "south", suite: "3", id: 3, host: "fire.example" }
const agencies = [police, fire]

describe("KMSs of suites 0x02 and 0x03 and radios as processes", function () {
  let path: string
  let url: string
  const serving: Running[] = []
  const at = (name: string): string => join(path, name)
  const unlocked = (of: Agency): string[] => ["--dir", at(of.name), "--key-file", at("key")]
  const set = (of: Agency): string => at(`${of.name}.set.json`)
  const good = async (...words: readonly string[]): Promise<Line[]> => {
    const ended = await ibake(...words)
    assert.equal(ended.code, 0, ended.errors.join("\n") + ended.out)
    return lines(ended)
  }
  const found = async (of: Agency): Promise<void> => {
    const [founded] = await good("kms", "init", ...unlocked(of), "--name", of.name, "--uri", `kms.${of.host}`, "--host", of.host, "--suite", of.suite, "--json")
    assert.equal((founded!.parameterSet as Line).suite, of.id)
    writeFileSync(set(of), JSON.stringify(founded))
  }
  const enrol = async (of: Agency, name: string): Promise<string> => {
    await good("kms", "enrol", `sip:${name}@${of.host}`, ...unlocked(of), "--broker", url, "--out", at(`${name}.json`), "--json")
    return at(`${name}.json`)
  }
  /** Both ends of a call, each fetching its keys first where it has none. */
  const call = async (from: string, to: string, peer: string): Promise<readonly [Line, Line]> => {
    const answering = start("radio", "answer", to, "--calls", "1", "--seconds", "50", "--json")
    await answering.until("waiting")
    const ours = (await good("radio", "call", from, peer, "--json")).find((l) => l.event === "secured")!
    const theirs = await answering.until("secured")
    assert.equal((await answering.ended).code, 0)
    assert.deepEqual(ours.contexts, theirs.contexts)
    assert.equal((ours.contexts as Line[]).length, 2)
    return [ours, theirs]
  }

  before(async () => {
    path = folder("suites")
    writeFileSync(at("key"), randomBytes(32), { mode: 0o600 })
    await Promise.all(agencies.map(found))
    await Promise.all([good("kms", "vouch", set(fire), ...unlocked(police), "--json"), good("kms", "vouch", set(police), ...unlocked(fire), "--json")])
    serving.push(start("kms", "serve", ...unlocked(police), "--embedded-broker", "--port", "0", "--json"))
    url = (await serving[0]!.until("serving")).broker as string
    serving.push(start("kms", "serve", ...unlocked(fire), "--broker", url, "--json"))
    await serving[1]!.until("serving")
  })
  after(async () => {
    for (const each of serving) each.stop()
    await Promise.all(serving.map((each) => each.ended))
    endAll()
    remove(path)
  })

  it("each serves the suite that it was founded under", async () => {
    for (const [i, of] of agencies.entries()) assert.equal((await serving[i]!.until("started")).suite, of.id)
  })

  it("give their radios keys, and these call each other under one KMS and across the two", async () => {
    const enrolled = (of: Agency, ...names: readonly string[]): Promise<string[]> => Promise.all(names.map((name) => enrol(of, name)))
    const [[alice, carol], [bob, dave]] = await Promise.all([enrolled(police, "alice", "carol"), enrolled(fire, "bob", "dave")]) as [[string, string], [string, string]]
    const fetched = (await good("radio", "fetch", alice, "--periods", "3", "--json")).find((l) => l.event === "fetched")!
    assert.deepEqual([fetched.keys, (fetched.periods as number[]).length], [3, 3])
    const kmsOf = async (from: string, to: string, peer: string): Promise<unknown[]> => (await call(from, to, peer)).map((end) => [end.peer, end.kms])
    const [north, south] = await Promise.all([kmsOf(alice, carol, "sip:carol@police.example"), kmsOf(dave, bob, "sip:bob@fire.example")])
    assert.deepEqual(north, [["sip:carol@police.example", "kms.police.example"], ["sip:alice@police.example", "kms.police.example"]])
    assert.deepEqual(south, [["sip:bob@fire.example", "kms.fire.example"], ["sip:dave@fire.example", "kms.fire.example"]])
    assert.deepEqual(await kmsOf(bob, alice, "sip:alice@police.example"), [["sip:alice@police.example", "kms.police.example"], ["sip:bob@fire.example", "kms.fire.example"]])
  })

  it("a radio that is told to take other suites only: suite/refused; one that takes its own KMS's alone knows nobody of the other's", async () => {
    const erin = await enrol(police, "erin")
    oneLine(await ibake("radio", "fetch", erin, "--suites", "1,sakke"), 1, /^ibake radio: suite\/refused at set\.suite: /)
    oneLine(await ibake("radio", "call", erin, "sip:bob@fire.example", "--suites", "rfc5091"), 1, /^ibake radio: identity\/unknown/)
    const wrong = await ibake("radio", "fetch", erin, "--suites", "1,4")
    assert.deepEqual([wrong.code, wrong.out], [2, ""])
    assert.match(wrong.errors.join("\n"), /--suites.*Expected 1 \(bf\), 2 \(rfc5091\) or 3 \(sakke\)\./)
  })

  it("a key fill whose parameters are damaged, or of another suite: parameters/invalid; of a suite that is none: suite/refused", async () => {
    const fill = JSON.parse(readFileSync(await enrol(police, "frank"), "utf8")) as { kms: { parameterSet: Line } }
    const fetching = async (change: Line): Promise<Awaited<ReturnType<typeof ibake>>> => {
      writeFileSync(at("damaged.json"), JSON.stringify({ ...fill, kms: { ...fill.kms, parameterSet: { ...fill.kms.parameterSet, ...change } } }))
      return ibake("radio", "fetch", at("damaged.json"))
    }
    const parameter = fill.kms.parameterSet.publicParameter as string
    const flipped = parameter.slice(0, -2) + (parameter.endsWith("00") ? "01" : "00")
    oneLine(await fetching({ publicParameter: flipped }), 1, /^ibake radio: parameters\/invalid at set\.public-parameter: /)
    oneLine(await fetching({ suite: 3 }), 1, /^ibake radio: parameters\/invalid at set\.public-parameter: /)
    oneLine(await fetching({ suite: 9 }), 1, /^ibake radio: suite\/refused at set\.suite: /)
  })
})

describe("ibake demo --suite 2 --json", () => {
  it("ends with both ends in agreement and the KMS without a key", async function () {
    this.timeout(120_000)
    const ended = await ibake("demo", "--suite", "2", "--json")
    assert.equal(ended.code, 0, ended.errors.join("\n"))
    const of = (event: string): Line => lines(ended).find((l) => l.event === event)!
    assert.deepEqual([of("agreement").same, of("escrow").found, of("done").good], [true, null, true])
    assert.notEqual(of("escrow").control, null)
  })
})

describe("ibake session under every suite", () => {
  const alice = "sip:alice@police.example"
  const bob = "sip:bob@police.example"
  const T = hex(ntp(UTC))
  const only = (answers: readonly object[], what: string): Line => {
    const found = (answers as Line[]).find((answer) => what in answer)
    assert(found !== undefined, JSON.stringify(answers))
    return found
  }
  const sent = (answers: readonly object[]): Uint8Array => unhex(only(answers, "send").send as string)!

  for (const master of [master02(nobleSym), master03()])
    it(`0x0${master.suiteId}: request and issue, then initiator and responder`, () => {
      const kms = testKms({ ...realKit(), master })
      const parameters = [setFields(kms.state.own)]
      const keysOf = (uri: string): unknown => {
        const common = { pskId: "70736b", psk: "5a".repeat(32), identities: [uri] }
        const device = machines.request({ ...common, T, parameters })
        const issue = machines.issue({ now: UTC, master: hex(kms.state.master), parameters, subscribers: [common] })
        return (only(device.receive(sent(issue.receive(sent(device.start())))), "done").done as Line).keys
      }
      const I = machines.initiator({ me: alice, peer: bob, T, parameters, privateKeys: keysOf(alice) })
      const R = machines.responder({ me: [bob], T, parameters, privateKeys: keysOf(bob) })
      const last = R.receive(sent(I.receive(sent(R.receive(sent(I.start()))))))
      const [ours, theirs] = [I.receive(sent(last)), last].map((answers) => only(answers, "done").done as Line)
      assert.deepEqual(ours!.contexts, theirs!.contexts)
      assert.deepEqual([ours!.peerKms, theirs!.peerKms], ["kms.police.example", "kms.police.example"])
      assert.throws(() => machines.issue({ master: "11".repeat(32), parameters, subscribers: [{ pskId: "70", psk: "5a".repeat(32), identities: [bob] }] }), /^Error: master: this is not the master secret/)
    })
})

describe("ibake kms with a suite that cannot be", function () {
  let path: string
  before(() => (path = folder("no-suite")))
  after(() => remove(path))

  for (const word of ["0", "4", "02", "sm9", "2,3"])
    it(`init --suite ${word} says which there are, ends with 2 and makes nothing`, async () => {
      const ended = await ibake("kms", "init", "--dir", join(path, "kms"), "--name", "n", "--uri", "k.example", "--host", "h.example", "--suite", word)
      assert.deepEqual([ended.code, ended.out], [2, ""])
      assert.match(ended.errors.join("\n"), /--suite.*Expected 1 \(bf\), 2 \(rfc5091\) or 3 \(sakke\)\./)
    })

  it("vouch takes no set of a suite that radios do not know, nor one whose parameter is no group element", async () => {
    const set = { suite: 3, version: 1, periodLength: 86400, periodOffset: 0, uri: "kms.fire.example", hosts: ["fire.example"], publicParameter: "04" + "11".repeat(256) }
    const vouching = async (change: object): Promise<Awaited<ReturnType<typeof ibake>>> => {
      writeFileSync(join(path, "set.json"), JSON.stringify({ ...set, ...change }))
      return ibake("kms", "vouch", join(path, "set.json"), "--dir", join(path, "kms"))
    }
    oneLine(await vouching({}), 2, /^ibake kms: vouch: .*set\.json: parameters\/invalid at set\.public-parameter: /)
    oneLine(await vouching({ suite: 4 }), 2, /^ibake kms: vouch: .*set\.json: suite\/refused at set\.suite: /)
  })
})
