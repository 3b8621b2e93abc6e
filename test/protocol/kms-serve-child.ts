/** A KMS as a process, for tests that kill it: `FOLDER BROKER-URL`; says `{"serving":true}` when the broker has its subscriptions. */
import { pgliteDriver } from "../../sdk/kms/index.ts"
import { kmsOf, service } from "./kms-parts.ts"

const [path, url] = process.argv.slice(2) as [string, string]
const running = await service(await kmsOf(await pgliteDriver(path)), url)
await running.ready
process.stdout.write(`${JSON.stringify({ serving: true })}\n`)
