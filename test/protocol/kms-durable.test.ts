/** What a KMS has committed outlives its process and a full disk: real processes, really killed, on a disk that is really full. */
import assert from "node:assert/strict"
import { spawn, spawnSync, type ChildProcess } from "node:child_process"
import { createInterface } from "node:readline"
import { folder } from "../processes.ts"
import { missing } from "../tools.ts"
import { kmsFolder, kmsIn, remove } from "./kms-parts.ts"

/** A killed process leaves half a coverage report. */
const env = { ...process.env, NODE_V8_COVERAGE: "" }

type Line = Record<string, unknown>

const script = new URL("./kms-child.ts", import.meta.url).pathname

/** Runs the child to its end, its lines as they come. */
async function lines(child: ChildProcess, heard: (line: Line, all: Line[]) => void = () => undefined): Promise<Line[]> {
  const all: Line[] = []
  const errors: string[] = []
  child.stderr!.on("data", (d: Buffer) => errors.push(d.toString()))
  const ended = new Promise((resolve) => child.once("close", resolve))
  for await (const text of createInterface({ input: child.stdout! })) {
    const line = JSON.parse(text) as Line
    all.push(line)
    heard(line, all)
  }
  await ended
  assert(all.length > 0, errors.join(""))
  return all
}

describe("a KMS that ends without notice", function () {
  it("holds every answer that was committed, and only whole ones, when it is killed", async () => {
    const path = await kmsFolder()
    const child = spawn(process.execPath, ["--import", "tsx", script, "commit", path], { stdio: ["ignore", "pipe", "pipe"], env })
    const said = await lines(child, (_, all) => {
      if (all.length === 25) child.kill("SIGKILL")
    })
    const last = said.at(-1)!.t as number
    const kms = await kmsIn(path)
    const { record } = (await kms.store.load(Buffer.from(said[0]!.pskId as string, "hex"), 2))!
    const held = new DataView(record!.lastT.buffer).getUint32(4)
    // one may have been committed and not yet said
    assert(held === last || held === last + 1, `held ${held}, said ${last}`)
    assert.equal(record!.response.length, 2000)
    await kms.store.verifyAudit()
    assert.equal((await kms.store.audit(1000)).filter((e) => e.event === "issued" && e.device === said[0]!.device).length, held)
    await kms.close()
    remove(path)
  })
})

describe("a KMS on a full disk", function () {
  // a mount of its own needs root, or a user namespace; a machine that grants neither has no tool that it lacks
  const sandbox = [["unshare", "-m"], ["unshare", "-rm"]].map((each) => [...each, "sh", "-c"]).find(([command, ...rest]) => spawnSync(command!, [...rest, "mount -t tmpfs tmpfs /mnt"]).status === 0)
  before(function () {
    if (sandbox !== undefined) return
    missing.add("a mount of one's own")
    this.skip()
  })

  it("says so in one line, loses nothing that was committed, and goes on by itself when there is room", async () => {
    const template = await kmsFolder()
    const mounted = folder("kms-full")
    const node = `'${process.execPath}' --import tsx '${script}' fill '${mounted}/kms' '${template}'`
    const child = spawn(sandbox![0]!, [...sandbox!.slice(1), `mount -t tmpfs -o size=160m tmpfs '${mounted}' && exec ${node}`], { stdio: ["ignore", "pipe", "pipe"], env })
    const said = await lines(child)
    const find = (name: string): Line => said.find((l) => name in l) ?? assert.fail(`no ${name} in ${JSON.stringify(said)}`)
    assert.equal(find("failed").failed, "store/full")
    assert.match(find("failed").line as string, /make room/)
    const at = find("failed").at as number
    assert(at > 1, "there was room at first")
    assert.equal(find("held").held, at - 1)
    assert.equal(find("held").octets, 60000)
    // founded, enrolled, and every T up to the one that failed and was done again
    assert.equal(find("seq").seq, 2 + at)
    remove(mounted)
    remove(template)
  })
})
