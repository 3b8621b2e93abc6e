/** A KMS process that is killed at every block of an answer: real SIGKILL, a real data folder, a real broker, and the radio goes on each time. */
import assert from "node:assert/strict"
import { spawn, type ChildProcess } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { startBroker, type Broker } from "../../sdk/kms/index.ts"
import { decodeFrame } from "../../sdk/keys/frames.ts"
import { currentPeriod, fieldRadio, got, Seen, type FieldRadio } from "./field.ts"
import { enrolled, keyUnlock, kmsFolder, kmsIn, remove } from "./kms-parts.ts"

const main = fileURLToPath(new URL("../../sdk/cli/main.ts", import.meta.url))
const WEEK = 7
/** A week has 5 or 6 blocks: more kills than this and nothing goes on. */
const MOST_KILLS = 12

/** Starts `ibake kms serve` on a folder and waits until the broker has its subscriptions. */
async function kmsProcess(path: string, url: string): Promise<ChildProcess> {
  const words = ["kms", "serve", "--dir", path, "--key-file", join(path, "key"), "--broker", url, "--json"]
  const child = spawn(process.execPath, ["--import", "tsx", main, ...words], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NODE_V8_COVERAGE: "" } })
  let said = ""
  child.stderr!.on("data", (chunk: Buffer) => (said += chunk.toString()))
  const serving = new Promise<void>((done) => createInterface({ input: child.stdout! }).on("line", (line) => ((said += line), line.includes(`"event":"serving"`) && done())))
  await Promise.race([serving, once(child, "close").then(() => assert.fail(said))])
  return child
}

async function killed(child: ChildProcess): Promise<void> {
  const closed = once(child, "close")
  child.kill("SIGKILL")
  await closed
}

describe("a KMS process that is killed with SIGKILL", () => {
  let broker: Broker
  let path: string
  let child: ChildProcess | undefined
  let radio: FieldRadio | undefined
  before(async () => {
    broker = await startBroker()
    path = await kmsFolder()
    writeFileSync(join(path, "key"), keyUnlock().octets, { mode: 0o600 })
  })
  after(async () => {
    radio?.close()
    if (child !== undefined) await killed(child)
    await broker.close()
    remove(path)
  })

  it("once at each block of a week's keys, and before the first: the transfer resumes each time, one T has one answer, and no key is lost", async () => {
    const before = await kmsIn(path)
    const fill = await enrolled(before, { mtu: 256, url: broker.url })
    await before.close()

    /** New blocks that may have come when the present KMS is killed. */
    let most = 0
    let kills = 0
    let restarting: Promise<void> | undefined
    const restart = async (): Promise<void> => {
      await killed(child!)
      child = undefined
      if (++kills > MOST_KILLS) return
      child = await kmsProcess(path, broker.url)
      most = r.seen.size + 1
      restarting = undefined
    }
    const passes = (topic: string, octets: Uint8Array): boolean => {
      if (!topic.endsWith("/down") || octets[0] !== 0x10) return restarting === undefined
      if (restarting !== undefined) return false
      const frame = decodeFrame(octets)
      if ("fault" in frame || frame.kind !== "data" || r.seen.has(frame) || r.seen.size < most) return true
      // the block that comes now was never sent: the KMS died before it
      restarting = restart()
      return false
    }
    child = await kmsProcess(path, broker.url)
    const r = fieldRadio(fill, { passes, limits: { transferSeconds: 20 } })
    radio = r
    const result = got(await r.fetch(WEEK))
    await restarting
    r.close()
    await killed(child)
    child = undefined

    const answers = r.seen.messages()
    assert.equal(answers.length, 1)
    assert.deepEqual(r.seen.changed, [])
    const blocks = Math.ceil(answers[0]!.length / (256 - 5))
    assert(blocks >= 5, `${blocks} blocks`)
    assert(kills >= blocks, `${kills} kills at ${blocks} blocks`)
    const first = currentPeriod(fill)
    assert.deepEqual(result, { keys: WEEK, periods: Array.from({ length: WEEK }, (_, i) => first + i) })

    const kms = await kmsIn(path)
    const { record } = (await kms.store.load(fill.pskId, 0))!
    const H = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex")
    assert.equal(H(record!.response), H(answers[0]!))
    assert.deepEqual((await kms.store.issued(fill.device)).map((i) => i.times), Array(WEEK).fill(1))
    const issued = (await kms.store.audit(100)).filter((e) => e.event === "issued")
    assert.deepEqual(issued.map((e) => (JSON.parse(e.detail) as { response: string }).response), [H(answers[0]!)])
    await kms.store.verifyAudit()
    await kms.close()
  })

  it("is watched by a listener that finds a block with two contents", () => {
    const seen = new Seen()
    for (const octet of [1, 1, 2]) seen.take({ kind: "data", transfer: 7, index: 0, last: 1, octets: new Uint8Array([octet]) })
    assert.deepEqual(seen.changed, ["7.0"])
  })
})
