/** `ibake session` as a harness in another language sees it: processes that read and write lines. */
import assert from "node:assert/strict"
import { spawn, type ChildProcess } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { examples } from "../../sdk/cli/session-help.ts"
import { machines } from "../../sdk/cli/session-machine.ts"

type Role = keyof typeof examples
type Line = Record<string, unknown>
type File = Record<string, unknown>

interface Request {
  readonly identity: string
  readonly pskId: string
  readonly psk: string
  readonly REQUEST_KEY_INIT: string
  readonly REQUEST_KEY_RESP: string
  readonly periods?: object
  readonly keys: readonly { readonly period: number; readonly S_id: string }[]
}

const house = fileURLToPath(new URL("../../", import.meta.url))
const vectors = JSON.parse(readFileSync(join(house, "test/cases/ibake-run.json"), "utf8")) as {
  readonly T: string
  readonly utc: number
  readonly masterSecret: string
  readonly parameters: object
  readonly draws: Record<string, readonly { readonly octets: string }[]>
  readonly requests: { readonly alice: Request; readonly bob: Request }
  readonly call: Record<"I_MESSAGE_1" | "R_MESSAGE_1" | "I_MESSAGE_2" | "R_MESSAGE_2" | "TGK" | "csbId" | "RAND" | "MKI", string> & {
    readonly contexts: readonly { readonly csId: number; readonly from: string; readonly ssrc: string; readonly TEK: string; readonly salt: string }[]
  }
}

/** A running `ibake`: its lines in the order they come. */
interface Talk {
  say(line: string | object): void
  line(): Promise<Line>
  /** Ends its input and answers the exit code. */
  end(): Promise<number | null>
  readonly errors: () => string
}

describe("ibake session", () => {
  const { alice, bob } = vectors.requests
  const { call } = vectors
  const folder = mkdtempSync(join(tmpdir(), "ibake-session-"))
  const children: ChildProcess[] = []
  after(() => {
    for (const child of children) child.kill("SIGKILL")
    rmSync(folder, { recursive: true, force: true })
  })

  function ibake(...words: readonly string[]): Talk {
    const child = spawn(process.execPath, ["--import", "tsx", "sdk/cli/main.ts", ...words], { cwd: house, stdio: ["pipe", "pipe", "pipe"] })
    children.push(child)
    let errors = ""
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()))
    child.stdin.on("error", () => undefined)
    const ended = new Promise<number | null>((done) => child.once("close", done))
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    return {
      say: (line) => void child.stdin.write((typeof line === "string" ? line : JSON.stringify(line)) + "\n"),
      async line(): Promise<Line> {
        const next = await lines.next()
        assert(next.done !== true, `no line came: ${errors}`)
        return JSON.parse(next.value) as Line
      },
      end: () => (child.stdin.end(), ended),
      errors: () => errors,
    }
  }

  function begin(role: Role, file: unknown): Talk {
    const path = join(folder, `${children.length}.json`)
    writeFileSync(path, typeof file === "string" ? file : JSON.stringify(file))
    return ibake("session", role, path)
  }

  async function sent(talk: Talk, line: object): Promise<string> {
    talk.say(line)
    const answer = await talk.line()
    assert.equal(typeof answer["send"], "string", JSON.stringify(answer))
    return answer["send"] as string
  }

  const done = async (talk: Talk): Promise<Record<string, unknown> & { contexts: readonly Record<string, unknown>[] }> => (await talk.line())["done"] as never

  it("answers the recorded draws with the recorded call, octet for octet, and both ends with its keys", async () => {
    const I = begin("initiator", examples.initiator)
    const R = begin("responder", examples.responder)
    assert.equal(await sent(I, {}), call.I_MESSAGE_1)
    assert.equal(await sent(R, { recv: call.I_MESSAGE_1 }), call.R_MESSAGE_1)
    assert.equal(await sent(I, { recv: call.R_MESSAGE_1 }), call.I_MESSAGE_2)
    assert.equal(await sent(R, { recv: call.I_MESSAGE_2 }), call.R_MESSAGE_2)
    I.say({ recv: call.R_MESSAGE_2.toUpperCase() })
    for (const [end, role, peer] of [[await done(I), "initiator", bob], [await done(R), "responder", alice]] as const) {
      assert.deepEqual([end["role"], end["peer"], end["peerKms"], end["TGK"], end["csbId"], end["RAND"]], [role, peer.identity, "kms.example", call.TGK, call.csbId, call.RAND])
      const wanted = call.contexts.map((of) => [of.csId, of.from, parseInt(of.ssrc, 16), 0, call.MKI, "AEAD_AES_128_GCM", of.TEK, of.salt])
      assert.deepEqual(end.contexts.map((c) => [c["csId"], c["from"], c["ssrc"], c["roc"], c["mki"], c["cipher"], c["masterKey"], c["masterSalt"]]), wanted)
    }
    assert.equal(await sent(R, { recv: call.I_MESSAGE_2 }), call.R_MESSAGE_2)
    assert.deepEqual([await I.end(), await R.end(), I.errors(), R.errors()], [0, 0, "", ""])
  })

  for (const [name, of] of [["alice", alice], ["bob", bob]] as const)
    it(`answers the recorded draws with the recorded key request of ${name}, and proves the keys`, async () => {
      const common = { pskId: of.pskId, psk: of.psk, identities: [of.identity] }
      const device = begin("request", { ...common, T: vectors.T, periods: of.periods, parameters: [vectors.parameters], randomness: vectors.draws[`request ${name}`]!.map((draw) => draw.octets) })
      const kms = begin("issue", { now: vectors.utc, master: vectors.masterSecret, parameters: [vectors.parameters], subscribers: [common] })
      assert.equal(await sent(device, {}), of.REQUEST_KEY_INIT)
      assert.equal(await sent(kms, { recv: of.REQUEST_KEY_INIT }), of.REQUEST_KEY_RESP)
      assert.equal(await sent(kms, { recv: of.REQUEST_KEY_INIT }), of.REQUEST_KEY_RESP)
      device.say({ recv: of.REQUEST_KEY_RESP })
      const { keys, notice } = await done(device) as unknown as { keys: Line[]; notice: { time: string; sets: object[] } }
      assert.deepEqual(keys, of.keys.map((key) => ({ identity: of.identity, period: key.period, key: key.S_id })))
      assert.deepEqual(notice, { time: vectors.T, sets: [vectors.parameters] })
    })

  it("leaves content with a mailbox for one whose call it does not read, and opens what was left there", async () => {
    // carol's own key is in modes.json only: who holds another's opens nothing
    const I = begin("initiator", { ...examples.initiator, randomness: undefined, peer: "sip:carol@fire.example.org", retarget: [bob.identity], deferred: ["sip:carol@fire.example.org"] })
    const M = begin("responder", { ...examples.responder, randomness: undefined, unread: ["sip:carol@fire.example.org"], mailbox: true })
    const I_MESSAGE_2 = await sent(I, { recv: await sent(M, { recv: await sent(I, {}) }) })
    I.say({ recv: await sent(M, { recv: I_MESSAGE_2 }) })
    const [one, other] = [await done(I), await done(M)]
    assert.deepEqual([one["called"], other["called"], other["passOn"], one["TGK"]], ["sip:carol@fire.example.org", "sip:carol@fire.example.org", I_MESSAGE_2, other["TGK"]])
    assert.match(one["SK"] as string, /^[0-9a-f]{64}$/)
    const D = begin("deferred", examples.deferred)
    D.say({})
    assert.deepEqual(Object.keys(await D.line()), ["error"])
    for (const [recv, fault, at] of [[I_MESSAGE_2, "auth/failed", "I_MESSAGE_2.ESK"], [call.I_MESSAGE_1, "wire/type", "ESK"], [call.I_MESSAGE_2, "wire/chain", "I_MESSAGE_2.ESK"]] as const) {
      D.say({ recv })
      assert.deepEqual(await D.line(), { ignored: fault, at })
    }
  })

  it("draws for itself without randomness, and agrees by SRTP-ID, named KMSs and another cipher", async () => {
    const more = { randomness: undefined, T: undefined, offers: ["AES_256_CM_HMAC_SHA1_80", "AEAD_AES_128_GCM"] }
    const period = Math.floor((Date.now() / 1000 + 2208988800 - 3600) / 86400)
    const keys = async (of: Request): Promise<object[]> => {
      const common = { pskId: of.pskId, psk: of.psk, identities: [of.identity] }
      const device = begin("request", { ...common, periods: { first: period, count: 2 }, parameters: [vectors.parameters] })
      const kms = begin("issue", { master: vectors.masterSecret, parameters: [vectors.parameters], subscribers: [common] })
      device.say({ recv: await sent(kms, { recv: await sent(device, {}) }) })
      return (await done(device))["keys"] as object[]
    }
    const I = begin("initiator", { ...examples.initiator, ...more, privateKeys: await keys(alice), map: "SRTP-ID", kms: "named", streams: undefined })
    const R = begin("responder", { ...examples.responder, ...more, privateKeys: await keys(bob) })
    const I_MESSAGE_2 = await sent(I, { recv: await sent(R, { recv: await sent(I, {}) }) })
    I.say({ recv: await sent(R, { recv: I_MESSAGE_2 }) })
    const [one, other] = [await done(I), await done(R)]
    assert.deepEqual(one.contexts, other.contexts)
    assert.deepEqual(one.contexts.map((c) => [c["cipher"], (c["masterKey"] as string).length, (c["masterSalt"] as string).length]), Array(2).fill(["AES_256_CM_HMAC_SHA1_80", 64, 28]))
    assert.notEqual(one["RAND"], call.RAND)
  })

  it("answers a malformed line with one error and goes on", async () => {
    const R = begin("responder", examples.responder)
    for (const line of ["", "recv", "[]", "null", "7", '{"recv":"0"}', '{"recv":"0g"}', '{"recv":7}', '{"recv":"00","T":"00"}', '{"send":"00"}', '{"recv":"00"', "{}"]) {
      R.say(line)
      assert.deepEqual(Object.keys(await R.line()), ["error"], line)
    }
    assert.equal(await sent(R, { recv: call.I_MESSAGE_1 }), call.R_MESSAGE_1)
    assert.equal(await R.end(), 0)
  })

  it("says which fault a message is ignored for, and where, and goes on", async () => {
    const I = begin("initiator", examples.initiator)
    await sent(I, {})
    const ignored = async (recv: string): Promise<Line> => (I.say({ recv }), I.line())
    assert.deepEqual(await ignored(""), { ignored: "wire/short", at: "HDR.version" })
    assert.deepEqual(await ignored("00".repeat(5000)), { ignored: "wire/size", at: "message" })
    assert.deepEqual(await ignored(call.R_MESSAGE_2), { ignored: "session/state", at: "session.R_MESSAGE_1" })
    assert.deepEqual(await ignored(call.R_MESSAGE_1.replace(/..$/, (last) => (last === "00" ? "01" : "00"))), { ignored: "auth/failed", at: "R_MESSAGE_1.IBAKE" })
    I.say("{}")
    assert.deepEqual(await I.line(), { ignored: "session/state", at: "I_MESSAGE_1" })
    assert.equal(await sent(I, { recv: call.R_MESSAGE_1 }), call.I_MESSAGE_2)
  })

  it("keeps a KMS's record: an older T gets lastT, a stranger's request no answer", async () => {
    const kms = begin("issue", examples.issue)
    const late = begin("request", { ...examples.request, randomness: undefined, T: vectors.T.replace(/^(.*)40(0{8})$/, "$13f$2") })
    await sent(kms, { recv: alice.REQUEST_KEY_INIT })
    late.say({ recv: await sent(kms, { recv: await sent(late, {}) }) })
    assert.deepEqual(await late.line(), { ignored: "kms/time", at: "Error.ERR", lastT: vectors.T })
    kms.say({ recv: bob.REQUEST_KEY_INIT })
    assert.deepEqual(await kms.line(), { ignored: "identity/unknown", at: "REQUEST_KEY_PSK.IDRpsk" })
  })

  it("names the draw that FILE has in another length, and where the draws end", async () => {
    const spoilt = { ...examples.initiator, randomness: [call.csbId, "0011"] }
    const I = begin("initiator", spoilt)
    I.say({})
    assert.deepEqual(await I.line(), { error: "randomness[1]: a draw of 16 octets, FILE has 2" })
    const R = begin("responder", { ...examples.responder, randomness: [] })
    R.say({ recv: call.I_MESSAGE_1 })
    assert.deepEqual(await R.line(), { error: "randomness[0]: a draw of 4 octets, FILE has no more" })
  })

  const bad: readonly (readonly [Role, string, (file: File) => unknown])[] = [
    ["initiator", "FILE: expected an object", () => []],
    ["initiator", "me: this field is missing", (file) => ({ ...file, me: undefined })],
    ["initiator", "peer: expected an identity", (file) => ({ ...file, peer: "" })],
    ["initiator", "parameters[0]: hosts is not", (file) => ({ ...file, parameters: [{ ...(file["parameters"] as object[])[0], hosts: [] }] })],
    ["initiator", "parameters[0]: parameters/invalid", (file) => ({ ...file, parameters: [{ ...(file["parameters"] as object[])[0], publicParameter: "c0" + "00".repeat(47) }] })],
    ["initiator", "privateKeys[0].period", (file) => ({ ...file, privateKeys: [{ ...(file["privateKeys"] as object[])[0], period: -1 }] })],
    ["initiator", "privateKeys: key/invalid", (file) => ({ ...file, privateKeys: [{ ...(file["privateKeys"] as object[])[0], period: 7 }] })],
    ["initiator", "T: expected 8 octets in hex", (file) => ({ ...file, T: "00" })],
    ["initiator", "offers[0]: expected AEAD_AES_128_GCM", (file) => ({ ...file, offers: ["NULL"] })],
    ["initiator", "streams[1].csId", (file) => ({ ...file, streams: [{ csId: 1, from: "initiator" }, { csId: 1, from: "responder" }] })],
    ["initiator", "peers: this field is not known", (file) => ({ ...file, peers: 1 })],
    ["initiator", "curves[0]: expected P-256, P-384 or X25519", (file) => ({ ...file, curves: ["P-192"] })],
    ["initiator", "suites[1]: expected 1, 2 or 3", (file) => ({ ...file, suites: [1, 4] })],
    ["initiator", "parameters[0]: suite/refused", (file) => ({ ...file, suites: [2, 3] })],
    ["initiator", "deferred[0]: expected an identity", (file) => ({ ...file, deferred: [""] })],
    ["initiator", "protocols: expected ASCII text", (file) => ({ ...file, protocols: "mikey\n" })],
    ["initiator", "rekeys: expected 1 to 255 octets in hex", (file) => ({ ...file, rekeys: "" })],
    ["responder", "shared: expected a list", (file) => ({ ...file, shared: alice.identity })],
    ["responder", "unread: expected a list", (file) => ({ ...file, unread: true })],
    ["responder", "mailbox: expected true or false", (file) => ({ ...file, mailbox: 1 })],
    ["responder", "fill[0].ssrc: expected a whole number from 1", (file) => ({ ...file, fill: [{ ssrc: 0 }] })],
    ["responder", "curves: expected a list of at least 1", (file) => ({ ...file, curves: [] })],
    ["deferred", "me: this field is missing", (file) => ({ ...file, me: undefined })],
    ["responder", "me: expected a list", (file) => ({ ...file, me: bob.identity })],
    ["responder", "randomness[0]: expected octets in hex", (file) => ({ ...file, randomness: ["x"] })],
    ["request", "psk: expected 32 octets in hex", (file) => ({ ...file, psk: "00" })],
    ["request", "periods.count: expected a whole number from 1 to 16", (file) => ({ ...file, periods: { first: 1, count: 17 } })],
    ["issue", "master: this is not the master secret", (file) => ({ ...file, master: "11".repeat(32) })],
    ["issue", "subscribers[0].psk", (file) => ({ ...file, subscribers: [{ pskId: "00", psk: "", identities: [alice.identity] }] })],
  ]
  it("names the field of a FILE that is wrong", () => {
    for (const [role, words, spoil] of bad) assert.throws(() => machines[role](spoil(examples[role] as File)), (error: Error) => error.message.includes(words) && !error.message.includes("\n"), words)
  })

  it("ends with code 2 and one line when FILE is wrong, is not JSON or is not there", async () => {
    for (const [talk, words] of [[begin("issue", { ...examples.issue, now: -1 }), "now: expected UTC seconds"], [begin("issue", "{"), "this is not JSON"], [ibake("session", "issue", join(folder, "none.json")), "ENOENT"]] as const) {
      assert.equal(await talk.end(), 2, words)
      assert.match(talk.errors(), /^ibake session issue: [^\n]*\.json: [^\n]* See ibake session issue --help\.\n$/)
      assert(talk.errors().includes(words), talk.errors())
    }
  })

  it("prints in a role's help the FILE that runs, and in its own the draws", async () => {
    assert((await printed("session", "initiator", "--help")).includes(JSON.stringify(examples.initiator, undefined, 2)))
    assert.match(await printed("session", "--help"), /CSB ID 4, RAND 16, MKI 4, SSRC 4 .* 48, box 32; R_MESSAGE_1: box 32/)
  })

  it("ends with code 2 for a role, a command or an option that is not there", async () => {
    const all = [["session", "sleep"], ["sessions"], ["session", "initiator"], ["session", "initiator", "a", "b"], ["--loud"]]
    for (const [i, code] of (await Promise.all(all.map((words) => ibake(...words).end()))).entries()) assert.equal(code, 2, all[i]!.join(" "))
  })

  async function printed(...words: readonly string[]): Promise<string> {
    const child = spawn(process.execPath, ["--import", "tsx", "sdk/cli/main.ts", ...words], { cwd: house, stdio: ["ignore", "pipe", "inherit"] })
    children.push(child)
    let out = ""
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()))
    assert.equal(await new Promise((done) => child.once("close", done)), 0)
    return out
  }

  it("loads neither a database nor a broker", () => {
    const reached = loads("sdk/cli/session.ts")
    assert(reached.has("sdk/kms/issue.ts") && reached.has("commander"), "the search sees what is loaded")
    assert(loads("sdk/kms/store.ts").size > 1 && loads("sdk/kms/pglite.ts").has("@electric-sql/pglite"), "and would see a database")
    for (const heavy of ["@electric-sql/pglite", "pg", "aedes", "mqtt"]) assert(!reached.has(heavy), heavy)
  })
})

/** What a file loads, by path or package: static imports and import() alike, but not types. */
function loads(from: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(from)) return seen
  seen.add(from)
  if (!from.endsWith(".ts")) return seen
  for (const found of readFileSync(join(house, from), "utf8").matchAll(/^(?:import|export) (?!type )[^"]*? from "([^"]+)"|\bimport\("([^"]+)"\)/gm)) {
    const to = (found[1] ?? found[2])!
    loads(to.startsWith(".") ? join(dirname(from), to) : to, seen)
  }
  return seen
}
