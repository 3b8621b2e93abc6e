/** `ibake kms`: founding a KMS, serving radios, enrolling, listing and revoking them. */
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Command, Option } from "commander"
import { wipe } from "../base/bytes.ts"
import { text } from "../base/utf8.ts"
import type { SetupProgress } from "../kms/bf1-setup.ts"
import { startBroker } from "../kms/broker.ts"
import type { Certifier } from "../kms/certifier.ts"
import type { Driver } from "../kms/driver.ts"
import type { KmsEvent } from "../kms/events.ts"
import { writeKeyFill } from "../kms/keyfill.ts"
import { foundKms, newDevice, vouch, type OpenKms } from "../kms/kms.ts"
import { defaultIssuer, judgeSet, masterOf } from "../kms/masters.ts"
import { serve, type ServiceBroker } from "../kms/service.ts"
import { setFields, setOf } from "../kms/sets.ts"
import { lend } from "../kms/share.ts"
import type { Store } from "../kms/store.ts"
import { trouble } from "../kms/trouble.ts"
import type { Unlock } from "../kms/vault.ts"
import { nobleSym } from "../sym/noble.ts"
import { certifiedOf, certifiedOptions, certifierOf, certifierOptions, type CertifiedOptions, type CertifierOptions } from "./kms-certificates.ts"
import { listDevice, listAll, type ListOptions } from "./kms-list.ts"
import { attempt, kmsName, more, number, SOCKET, storeOptions, textFile, unlockOf, unlockOptions, withKms, withStore, type StoreOptions, type UnlockOptions } from "./kms-options.ts"
import { faultWords, screen, type Screen } from "./screen.ts"
import { suite, suiteName, suiteWords } from "./suites.ts"

const HELP = `
Examples:
  $ ibake kms init --dir kms --name north --uri kms.police.example --host police.example
  $ ibake kms init --dir south --name south --uri kms.fire.example --host fire.example --suite sakke
  $ ibake kms serve --dir kms --embedded-broker --port 1883
  $ ibake kms enrol sip:alice@police.example --dir kms --broker mqtt://10.0.0.1:1883 --out alice.fill.json
  $ ibake kms list --dir kms
  $ ibake kms revoke DEVICE --dir kms

The passphrase comes from --passphrase-file, from IBAKE_PASSPHRASE or from the terminal, never from an argument.
Enrol, list and revoke also while the KMS serves. Several servers share one PostgreSQL database; each part is served by one of them.`

/** The `kms` subcommand with its own. */
export function kmsCommand(): Command {
  const kms = new Command("kms").description("run a key management service").addHelpText("after", HELP)
  for (const sub of [initCommand(), serveCommand(), enrolCommand(), listCommand(), revokeCommand(), vouchCommand()]) kms.addCommand(sub)
  return kms
}

interface InitOptions extends StoreOptions, UnlockOptions {
  readonly name: string
  readonly uri: string
  readonly host: readonly string[]
  readonly suite: number
  readonly period: number
  readonly offset: number
  readonly skew: number
  readonly horizon: number
}

function initCommand(): Command {
  const command = new Command("init").description("found a KMS with a fresh master secret")
  unlockOptions(storeOptions(command))
    .requiredOption("--name <name>", "its name in MQTT topics: 1 to 64 of A-Z a-z 0-9 . _ -", kmsName)
    .requiredOption("--uri <uri>", "its KMS URI for ever; a host name is usual")
    .requiredOption("--host <host>", "a host, or a whole identity, that it speaks for; may be repeated", more)
    .option("--suite <suite>", `IBE suite of all its keys, for ever: ${suiteWords}`, suite, 1)
    .option("--period <seconds>", "length of a key period", number(1, 0xffffffff), 86400)
    .option("--offset <seconds>", "offset of the key periods from 1900-01-01", number(0, 0xffffffff), 0)
    .option("--skew <seconds>", "how far a request's clock may be off", number(1, 86400), 300)
    .option("--horizon <periods>", "periods after the current one that keys are issued for", number(1, 100000), 40)
    .addHelpText("after", "\nExample:\n  $ ibake kms init --dir kms --name north --uri kms.police.example --host police.example --host fire.example\n\nSuite 1 is BF over BLS12-381, the fastest and the shortest. Suite 2 is RFC 5091, on a curve of its own: looking for one takes seconds, and may take a minute.\nSuite 3 is SAKKE (RFC 6508, RFC 6509 parameter set 1).")
  return command.action(async (o: InitOptions) => {
    const out = screen(o.json === true)
    await attempt(out, async () => {
      const unlock = await unlockOf(o, "twice")
      await withStore(o, command, out, "may be made", (store) => init(o, out, store, unlock)).finally(() => wipe(unlock.octets))
    })
  })
}

async function init(o: InitOptions, out: Screen, store: Store, unlock: Unlock): Promise<void> {
  out.progress("making the master secret")
  const founding = { name: o.name, uri: o.uri, hosts: o.host, periodLength: o.period, periodOffset: o.offset, skewSeconds: o.skew, horizonPeriods: o.horizon }
  const fields = setFields(await foundKms(store, masterOf(o.suite, curveProgress(out))!, founding, unlock, Date.now()))
  out.say(`KMS ${fields.uri} founded in ${store.name} under suite ${suiteName(o.suite)}; it speaks for ${fields.hosts.join(", ")}.`, { event: "founded", name: o.name, parameterSet: fields })
  out.say("Without its passphrase or key file nobody opens it again: keep that elsewhere too.", { event: "note" })
}

/** Candidates for p are tried until one is prime: one in about 80 is. */
function curveProgress(out: Screen): SetupProgress {
  return (found, candidates) => out.progress(found === "P" ? "found a curve; making the master secret" : `looking for a curve of RFC 5091: ${found === "q" ? "q found" : `p, candidate ${candidates}, of about 80`}`)
}

interface ServeOptions extends StoreOptions, UnlockOptions, CertifierOptions {
  readonly broker?: string
  readonly embeddedBroker?: true
  readonly listen: string
  readonly port: number
  readonly mqtt: "3.1.1" | "5"
  readonly qos: "0" | "1"
  readonly parts?: string
  readonly username?: string
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

const mqttOption = (): Option => new Option("--mqtt <version>", "MQTT version").choices(["3.1.1", "5"]).default("3.1.1")

function serveCommand(): Command {
  const command = new Command("serve").description("answer radios over MQTT until it is ended")
  certifierOptions(unlockOptions(storeOptions(command)))
    .option("--broker <url>", "an MQTT broker: mqtt://, mqtts://, ws:// or wss://")
    .option("--embedded-broker", "a broker in this process instead (MQTT 3.1.1)")
    .option("--listen <address>", "where the embedded broker listens", "127.0.0.1")
    .option("--port <port>", "its port; 0 is a free one", number(0, 65535), 1883)
    .addOption(mqttOption())
    .addOption(new Option("--qos <qos>", "QoS of subscriptions and answers").choices(["0", "1"]).default("0"))
    .option("--parts <characters>", "serve only these of the 64 parts, each a character of base64url")
    .option("--username <name>", "user name at the broker; its password is IBAKE_BROKER_PASSWORD")
    .option("--ca <file>", "PEM of the broker's authority")
    .option("--cert <file>", "PEM of our certificate, for brokers that ask for one")
    .option("--key <file>", "PEM of its key")
    .addHelpText("after", "\nExamples:\n  $ ibake kms serve --dir kms --embedded-broker\n  $ ibake kms serve --database postgres://kms@db/kms --broker mqtts://broker.example:8883 --ca ca.pem --mqtt 5 --qos 1\n  $ ibake kms serve --dir kms --embedded-broker --kms-cert kms.pem --kms-key kms.key --device-ca radios.pem")
  return command.action(async (o: ServeOptions) => {
    if ((o.broker === undefined) === (o.embeddedBroker === undefined)) command.error("error: name a broker: --broker URL or --embedded-broker")
    if (o.parts !== undefined && !/^[\w-]{1,64}$/.test(o.parts)) command.error("error: --parts: expected characters of A-Z a-z 0-9 - _")
    const out = screen(o.json === true)
    await attempt(out, async () => {
      const certifier = await certifierOf(o)
      await withKms(o, command, out, (store, open, driver) => serving(o, out, { store, driver, open, certifier }))
    })
  })
}

interface Serving {
  readonly store: Store
  readonly driver: Driver
  readonly open: OpenKms
  readonly certifier: Certifier | undefined
}

async function serving(o: ServeOptions, out: Screen, { store, driver, open, certifier }: Serving): Promise<void> {
  const closing: (() => Promise<void>)[] = []
  try {
    if (o.dir !== undefined && process.platform !== "win32") closing.push(await lend(driver, join(o.dir, SOCKET)))
    const broker = o.embeddedBroker === true ? await startBroker({ host: o.listen, port: o.port }) : undefined
    if (broker !== undefined) closing.push(broker.close)
    const at: ServiceBroker = broker === undefined ? brokerOf(o) : { url: broker.url, protocol: 4 }
    const log = (event: KmsEvent): void => (event.event === "trouble" ? out.trouble : out.say)(eventWords(event), { at: Date.now(), ...event })
    const service = await serve({ store, open, issuer: defaultIssuer([open.ibe], certifier), sym: nobleSym, broker: at, parts: o.parts, qos: o.qos === "1" ? 1 : 0, log })
    closing.push(service.close)
    const shown = at.url.replace(/\/\/[^@/]*@/, "//")
    out.say(`KMS ${text(open.kms.own.kmsUri)} at ${shown}; end it with Ctrl-C.`, { event: "started", name: open.name, suite: open.ibe.suiteId, broker: shown })
    await new Promise<void>((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve))
    out.progress("ending what is in work")
  } finally {
    for (const close of closing.reverse()) await close()
  }
  out.say("The KMS has ended; what it answered is in its store.", { event: "ended" })
}

function brokerOf(o: ServeOptions): ServiceBroker {
  const pem = (path: string | undefined): Buffer | undefined => {
    try {
      return path === undefined ? undefined : readFileSync(path)
    } catch (error) {
      throw trouble("file/failed", `${path} cannot be read: ${(error as Error).message}`)
    }
  }
  return { url: o.broker!, protocol: o.mqtt === "5" ? 5 : 4, username: o.username, password: process.env["IBAKE_BROKER_PASSWORD"], tls: { ca: pem(o.ca), cert: pem(o.cert), key: pem(o.key) } }
}

function eventWords(e: KmsEvent): string {
  if (e.event === "answered") return `${e.device}: ${e.answer}${e.fault === undefined ? "" : ` (${e.fault})`}, ${e.keys} keys, ${e.octets} octets, ${e.ms} ms`
  if (e.event === "dropped") return `${e.device}: dropped for ${e.why} (${e.count} so far)`
  if (e.event === "trouble" || e.event === "disconnected") return e.line
  if ("broker" in e) return `${e.event}: ${e.broker}`
  return `${e.device}: ${e.event === "gaveUp" ? "does not answer; it will be answered when it asks again" : "has its answer"}`
}

interface EnrolOptions extends StoreOptions, UnlockOptions, CertifiedOptions {
  readonly out: string
  readonly broker: string
  readonly mqtt: "3.1.1" | "5"
  readonly mtu: number
  readonly transferOctets: number
  readonly nai?: true
}

function enrolCommand(): Command {
  const command = new Command("enrol").description("enrol one radio and write its key fill").argument("<identity...>", "URIs of its user: sip:..., tel:...; the first one asks")
  certifiedOptions(unlockOptions(storeOptions(command)))
    .requiredOption("--broker <url>", "the broker as the radio reaches it")
    .requiredOption("--out <file>", "its key fill; mode 0600, never overwritten")
    .addOption(mqttOption())
    .option("--mtu <octets>", "longest frame of its path", number(32, 65535), 128)
    .option("--transfer-octets <octets>", "longest response that it takes", number(512, 65535), 16384)
    .option("--nai", "the identities are NAIs (user@realm), not URIs")
    .addHelpText("after", "\nExample:\n  $ ibake kms enrol sip:alice@police.example --dir kms --broker mqtt://10.0.0.1:1883 --mtu 128 --out alice.fill.json\n\nThe key fill holds the radio's PSK: carry it like a key, and destroy it once it is in the radio.\nA radio that asks by certificate is enrolled by its subject:\n  $ ibake kms enrol sip:van7@police.example --dir kms --broker mqtt://10.0.0.1:1883 --certificate van7.pem --kms-cert kms.pem --out van7.fill.json")
  return command.action(async (uris: string[], o: EnrolOptions) => {
    const out = screen(o.json === true)
    if (!/^(mqtts?|wss?):\/\/\S+$/.test(o.broker)) command.error("error: --broker: expected an mqtt:// or mqtts:// URL")
    if ((o.certificate === undefined) !== (o.kmsCert === undefined)) command.error("error: --certificate and --kms-cert go together")
    await attempt(out, () => withKms(o, command, out, (store, open) => enrol(o, out, store, open, uris)))
  })
}

async function enrol(o: EnrolOptions, out: Screen, store: Store, open: OpenKms, uris: readonly string[]): Promise<void> {
  const identities = uris.map((uri) => ({ type: o.nai === true ? 0 : 1, uri }))
  const broker = { url: o.broker, protocol: o.mqtt === "5" ? 5 : 4 } as const
  const { row, fill } = newDevice(nobleSym, open, { identities, mtu: o.mtu, transferOctets: o.transferOctets, broker, certified: await certifiedOf(o) }, Date.now())
  try {
    await writeKeyFill(o.out, fill)
    // a key fill whose device is not enrolled is of no use to anybody
    await store.enrol(row).catch((error: unknown) => {
      rmSync(o.out, { force: true })
      throw error
    })
  } finally {
    wipe(fill.psk)
  }
  const names = fill.identities.map((i) => text(i.data)!)
  out.say(`${names.join(", ")} enrolled as device ${fill.device}; key fill in ${o.out}.`, { event: "enrolled", device: fill.device, identities: names, file: o.out })
}

function listCommand(): Command {
  const command = new Command("list").description("who is enrolled, which keys have left, and the audit trail")
  storeOptions(command)
    .option("--device <id>", "the keys issued to one device")
    .option("--audit <entries>", "the last entries of the audit trail", number(1, 1000000))
    .option("--verify", "walk the whole audit trail")
    .option("--head <seq:hash>", "with --verify: a head noted earlier, which must be on the way")
    .addHelpText("after", "\nExamples:\n  $ ibake kms list --dir kms\n  $ ibake kms list --dir kms --device 3Mzq0v7Yt_xA\n  $ ibake kms list --dir kms --verify --head 1204:9f86...\n\nNote the head somewhere else now and then: whoever owns the database could rewrite the trail, but not your note.")
  return command.action(async (o: ListOptions) => {
    const out = screen(o.json === true)
    if (o.head !== undefined && !/^\d+:[0-9a-f]{64}$/.test(o.head)) command.error("error: --head: expected SEQ:HASH as `list --verify` prints it")
    const work = (store: Store): Promise<void> => (o.device === undefined ? listAll(o, out, store) : listDevice(o.device, out, store))
    await attempt(out, () => withStore(o, command, out, "must be there", work))
  })
}

function revokeCommand(): Command {
  const command = new Command("revoke").description("issue no more keys to a device; those that it has last to the end of their periods").argument("<device>", "device id, as `list` shows it")
  storeOptions(command).addHelpText("after", "\nExample:\n  $ ibake kms revoke 3Mzq0v7Yt_xA --dir kms")
  return command.action(async (device: string, o: StoreOptions) => {
    const out = screen(o.json === true)
    const work = async (store: Store): Promise<void> => {
      await store.revoke(device, Date.now())
      out.say(`Device ${device} is revoked: it gets no more keys.`, { event: "revoked", device })
    }
    await attempt(out, () => withStore(o, command, out, "must be there", work))
  })
}

function vouchCommand(): Command {
  const command = new Command("vouch").description("name another KMS to this one's radios").argument("<file>", "JSON of its parameter set, as its `init --json` printed it")
  unlockOptions(storeOptions(command)).addHelpText("after", "\nExample:\n  $ ibake kms vouch south.json --dir kms\n\nA serving KMS tells its radios from its next start on.")
  return command.action(async (file: string, o: StoreOptions & UnlockOptions) => {
    const out = screen(o.json === true)
    await attempt(out, async () => {
      const set = setOf(parsed(await textFile(file)))
      if (typeof set === "string") throw new Error(`vouch: ${file}: the set ${set}`)
      // radios would refuse it, one by one and without a word to the operator
      const fault = judgeSet(set)
      if (fault !== undefined) throw new Error(`vouch: ${file}: ${faultWords(fault)}`)
      await withKms(o, command, out, (store, open) => vouch(store, open, set, Date.now()))
      out.say(`This KMS vouches for ${text(set.kmsUri)}.`, { event: "vouched", uri: text(set.kmsUri) })
    })
  })
}

function parsed(file: string): unknown {
  try {
    const value = JSON.parse(file) as { parameterSet?: unknown }
    return value?.parameterSet ?? value
  } catch {
    throw new Error("vouch: expected a file of JSON")
  }
}
