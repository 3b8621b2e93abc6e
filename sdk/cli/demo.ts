/** `ibake demo`, the main job in one command: a broker, a KMS with its store, two radios as processes behind a narrow lossy channel; they enrol, fetch, call, agree. */
import { randomBytes } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Command } from "commander"
import { nobleAll } from "../../boards/profiles/noble-all.ts"
import { startBroker } from "../kms/broker.ts"
import { writeKeyFill } from "../kms/keyfill.ts"
import { foundKms, newDevice, openKms, type OpenKms } from "../kms/kms.ts"
import { defaultIssuer, masterOf } from "../kms/masters.ts"
import { pgliteDriver } from "../kms/pglite.ts"
import { serve } from "../kms/service.ts"
import { openStore, type Store } from "../kms/store.ts"
import { nobleSym } from "../sym/noble.ts"
import { child, type RadioProcess } from "./child.ts"
import { profileOption, type ProfileName } from "./profiles.ts"
import { report } from "./report.ts"
import { exit, screen, type Screen } from "./screen.ts"
import { suite, suiteName, suiteWords } from "./suites.ts"
import { wiretap, type Wiretap } from "./wiretap.ts"

const MTU = 128
const LOSS = 0.05
const HOST = "police.example"
const PERIODS = 7

const HELP = `
It needs nothing installed and leaves nothing behind: the broker (aedes) listens on a free port of loopback, the KMS keeps its store (PGlite) in a
temporary folder. Frames of at most ${MTU} octets, ${LOSS * 100} % of them lost each way.

Examples:
  $ ibake demo
  $ ibake demo --suite sakke           the same under a SAKKE key server
  $ ibake demo --profile noble         the radios compute on BigInt
  $ ibake demo --json | tail -1        the results for a machine`

/** The `demo` subcommand. */
export function demoCommand(): Command {
  return new Command("demo")
    .description("two radios, one KMS, one narrow channel: SRTP keys at both ends, in one go")
    .option("--suite <suite>", `IBE suite of the KMS: ${suiteWords}`, suite, 1)
    .addOption(profileOption())
    .option("--json", "one JSON object a line")
    .addHelpText("after", HELP)
    .action((o: { suite: number; profile: ProfileName; json?: true }) => demo(screen(o.json === true), o.suite, o.profile))
}

/** Closes what was opened, last first. */
class Closing {
  private readonly steps: (() => Promise<unknown>)[] = []
  add(step: () => Promise<unknown>): void {
    this.steps.push(step)
  }
  async close(): Promise<void> {
    for (const step of this.steps.reverse()) await step().catch(() => undefined)
  }
}

async function demo(out: Screen, id: number, profile: ProfileName): Promise<void> {
  const closing = new Closing()
  try {
    process.exitCode = (await scene(out, closing, id, profile)) ? exit.ok : exit.fault
  } catch (error) {
    out.trouble(`ibake demo: ${error instanceof Error ? error.message : String(error)}`, { event: "failed" })
    process.exitCode = exit.fault
  } finally {
    await closing.close()
  }
}

async function scene(out: Screen, closing: Closing, id: number, profile: ProfileName): Promise<boolean> {
  const began = performance.now()
  const step = (words: string, fields: Record<string, unknown> = {}): void => {
    const ms = Math.round(performance.now() - began)
    out.say(`${(ms / 1000).toFixed(1).padStart(5)} s  ${words}`, { event: "step", ms, words, ...fields })
  }
  const folder = await mkdtemp(join(tmpdir(), "ibake-demo-"))
  closing.add(() => rm(folder, { recursive: true, force: true }))
  const broker = await startBroker()
  closing.add(() => broker.close())
  step(`broker on ${broker.url} (aedes, in this process)`)
  out.progress("founding the KMS: database and master secret")
  const { store, open } = await found(folder, closing, id)
  step(`KMS kms.${HOST} founded under suite ${suiteName(id)}: master secret sealed in its store (PGlite, ${folder}), key period one day`)
  const tap = await wiretap(broker.url, (m) => out.progress(`on the wire: ${m.octets.length} octets on ${m.topic}`))
  closing.add(async () => tap.close())
  const service = await serve({ store, open, issuer: defaultIssuer([open.ibe]), sym: nobleSym, broker: { url: broker.url, protocol: 4 } })
  closing.add(() => service.close())
  await service.ready
  step("KMS serves its 64 parts over MQTT")
  const alice = await enrol(folder, broker.url, store, open, "alice")
  const bob = await enrol(folder, broker.url, store, open, "bob")
  step("two radios enrolled: a key fill each (identity, PSK, KMS parameters, broker; mode 0600)")
  return calls(out, step, tap, open, alice, bob, profile)
}

async function found(folder: string, closing: Closing, id: number): Promise<{ store: Store; open: OpenKms }> {
  const driver = await pgliteDriver(join(folder, "kms"))
  const store = await openStore(driver)
  closing.add(() => driver.close())
  const unlock = { kind: "key" as const, octets: new Uint8Array(randomBytes(32)) }
  const founding = { name: "demo", uri: `kms.${HOST}`, hosts: [HOST], periodLength: 86400, periodOffset: 0, skewSeconds: 300, horizonPeriods: 31 }
  const ibe = masterOf(id)!
  await foundKms(store, ibe, founding, unlock, Date.now())
  const open = await openKms(store, [ibe], unlock)
  closing.add(async () => open.close())
  return { store, open }
}

/** Enrols a radio; answers the path of its key fill. */
async function enrol(folder: string, url: string, store: Store, open: OpenKms, name: string): Promise<string> {
  const wish = { identities: [{ type: 1, uri: `sip:${name}@${HOST}` }], mtu: MTU, transferOctets: 16384, broker: { url, protocol: 4 as const } }
  const { row, fill } = newDevice(nobleSym, open, wish, Date.now())
  const path = join(folder, `${name}.fill.json`)
  await writeKeyFill(path, fill)
  await store.enrol(row)
  return path
}

type Step = (words: string, fields?: Record<string, unknown>) => void

async function calls(out: Screen, step: Step, tap: Wiretap, open: OpenKms, alice: string, bob: string, profile: ProfileName): Promise<boolean> {
  const narrow = ["--mtu", String(MTU), "--loss", String(LOSS), "--profile", profile]
  const fetches = [alice, bob].map((fill) => child(["radio", "fetch", fill, "--periods", String(PERIODS), ...narrow], out))
  for (const [i, radio] of fetches.entries()) {
    const fetched = await radio.until("fetched")
    step(`${i === 0 ? "alice" : "bob"} fetched a week of keys: ${fetched["keys"]} in ${fetched["ms"]} ms, each proved by a pairing`, { fetched })
  }
  const responder = child(["radio", "answer", bob, "--calls", "1", "--seconds", "50", ...narrow], out)
  await responder.until("waiting")
  step("bob waits for calls")
  const initiator = child(["radio", "call", alice, `sip:bob@${HOST}`, ...narrow], out)
  const [a, b] = [await initiator.until("secured"), await responder.until("secured")]
  step(`alice and bob have agreed, ${a["ms"]} ms after the call began`)
  const all: RadioProcess[] = [...fetches, initiator, responder]
  for (const radio of all) await radio.ended
  return report({ out, profile: nobleAll(), master: open.ibe, kms: open.kms, host: HOST, mtu: MTU, tap, radios: all, alice: a, bob: b })
}
