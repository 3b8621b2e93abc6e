/**
 * A process of its own around a store, for tests that end it: `commit FOLDER` answers request after request and says each T once it is committed;
 * `fill FOLDER` does so on a disk of a few megabytes until it is full, makes room and goes on. Lines of JSON on standard output.
 */
import { createHash } from "node:crypto"
import { cpSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pgliteDriver, type Decision } from "../../sdk/kms/index.ts"
import { enrolled, kmsOf, type TestKms } from "./kms-parts.ts"

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

async function commit(kms: TestKms, pskId: Uint8Array, t: number, octets: number): Promise<void> {
  const loaded = (await kms.store.load(pskId, 2))!
  const lastT = new Uint8Array(8)
  new DataView(lastT.buffer).setUint32(4, t)
  // nothing that compresses: the disk is to fill
  const response = new Uint8Array(octets).map(() => Math.random() * 256)
  const record = { tsType: 2, lastT, requestHash: new Uint8Array(createHash("sha256").update(lastT).digest()), response }
  const decision: Decision = { answer: response, record, audit: { event: "issued", keys: [] } }
  const how = await kms.store.commit(loaded, decision, t)
  if (how !== "done") throw new Error(`the commit ended with ${how}`)
}

async function main(): Promise<void> {
  const [what, folder, template] = process.argv.slice(2) as [string, string, string]
  if (what === "fill") cpSync(template, folder, { recursive: true })
  const kms = await kmsOf(await pgliteDriver(folder))
  const { pskId, device } = await enrolled(kms)
  say({ device, pskId: Buffer.from(pskId).toString("hex") })
  if (what === "commit") for (let t = 1; ; t++) await commit(kms, pskId, t, 2000).then(() => say({ t }))
  const ballast = join(folder, "ballast")
  const free = statfsSync(folder)
  writeFileSync(ballast, Buffer.alloc(Math.max(0, free.bavail * free.bsize - 6_000_000)))
  let t = 0
  const failed = async (): Promise<unknown> => {
    for (;;) {
      const error = await commit(kms, pskId, ++t, 60000).catch((e: unknown) => e)
      if (error !== undefined) return error
    }
  }
  const first = (await failed()) as { code?: string; message: string }
  say({ failed: first.code, line: first.message, at: t })
  const second = (await kms.store.auditHead().catch((e: unknown) => e)) as { code?: string }
  say({ again: second.code ?? "works" })
  rmSync(ballast)
  const record = (await kms.store.load(pskId, 2))!.record!
  say({ held: new DataView(record.lastT.buffer).getUint32(4), octets: record.response.length })
  await commit(kms, pskId, t, 60000)
  say({ seq: (await kms.store.verifyAudit()).seq })
  await kms.close()
}

await main()
