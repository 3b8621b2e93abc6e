/** A KMS process that is killed at every block of an answer: real SIGKILL, a real data folder, a real broker, and the radio goes on each time. */
import assert from "node:assert/strict"
import { spawn, type ChildProcess } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { startBroker, type Broker } from "../../sdk/kms/index.ts"
import { currentPeriod, fieldRadio, got } from "./field.ts"
import { enrolled, kmsFolder, kmsIn, remove } from "./kms-parts.ts"

const script = fileURLToPath(new URL("./kms-serve-child.ts", import.meta.url))
const WEEK = 7

/** Starts the KMS of a folder and waits until it serves. */
async function kmsProcess(path: string, url: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", script, path, url], { stdio: ["ignore", "pipe", "pipe"] })
  let errors = ""
  child.stderr!.on("data", (chunk: Buffer) => (errors += chunk.toString()))
  const lines = createInterface({ input: child.stdout! })
  await Promise.race([once(lines, "line"), once(child, "close").then(() => assert.fail(errors))])
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
  before(async () => {
    broker = await startBroker()
    path = await kmsFolder()
  })
  after(async () => {
    if (child !== undefined) await killed(child)
    await broker.close()
    remove(path)
  })

  it("once at each block of a week's keys, and before the first: the transfer resumes each time, one T has one answer, and no key is lost", async () => {
    const before = await kmsIn(path)
    const fill = await enrolled(before, { mtu: 256, url: broker.url })
    await before.close()

    /** Blocks that the present KMS may still bring before it is killed. */
    let left = 0
    let kills = 0
    let restarting: Promise<void> | undefined
    const restart = async (): Promise<void> => {
      await killed(child!)
      kills++
      child = await kmsProcess(path, broker.url)
      left = 1
      restarting = undefined
    }
    const passes = (topic: string, octets: Uint8Array): boolean => {
      if (!topic.endsWith("/down") || octets[0] !== 0x10) return restarting === undefined
      if (restarting !== undefined) return false
      if (left > 0) return left--, true
      // the block that comes now was never sent: the KMS died before it
      restarting = restart()
      return false
    }
    child = await kmsProcess(path, broker.url)
    const r = fieldRadio(fill, { passes })
    const result = got(await r.fetch(WEEK))
    await restarting
    r.close()
    await killed(child)
    child = undefined

    const answers = r.seen.messages()
    assert.equal(answers.length, 1)
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
})
