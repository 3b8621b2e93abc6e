/** `ibake radio`: a radio as a process, over a real broker. It fetches its keys, calls and answers; it shows fingerprints of SRTP keys, never keys. */
import { readFile } from "node:fs/promises"
import { Command, InvalidArgumentError } from "commander"
import { nodeBoard, readSigner } from "../../boards/node/port.ts"
import { concat, hex, wipe } from "../base/bytes.ts"
import { isFault, type Fault } from "../base/fault.ts"
import { text } from "../base/utf8.ts"
import { Device, type CertifiedEnrolment, type Enrolment, type Fetched, type Secured } from "../device.ts"
import { certified } from "../ibake/certified.ts"
import { ntp, ntpSeconds, period } from "../ibake/identity.ts"
import { parseKeyFill, type KeyFill } from "../kms/keyfill.ts"
import type { Profile } from "../suite.ts"
import { wipeContexts } from "../srtp/contexts.ts"
import { narrowed, type CountedLink } from "./narrow.ts"
import { profileNamed, profileOption, type ProfileName } from "./profiles.ts"
import { exit, faultWords, screen, type Screen } from "./screen.ts"
import { suite } from "./suites.ts"

interface RadioOptions {
  readonly store?: string
  readonly mtu?: number
  readonly loss: number
  readonly seconds?: number
  readonly suites?: readonly number[]
  readonly profile: ProfileName
  readonly certificate?: string
  readonly certificateKey?: string
  readonly json?: true
}

interface Radio {
  readonly device: Device
  readonly link: CountedLink
  readonly fill: KeyFill
  readonly profile: Profile
  readonly out: Screen
  close(): void
}

const EXAMPLES = `
Examples:
  $ ibake radio fetch alice.fill.json --periods 7        a week of daily keys
  $ ibake radio answer bob.fill.json --calls 1           waits for one call
  $ ibake radio call alice.fill.json sip:bob@police.example
  $ ibake radio fetch van7.fill.json --certificate van7.pem --certificate-key van7.key

It takes KMSs of every suite, for its own may vouch for others tomorrow; --suites narrows that. Suite 0x01 and P-256 run on WebAssembly, which is faster
and wipes what it has computed with; --profile noble takes the audited BigInt code instead. The octets are the same.
The store is a folder beside the key fill unless --store says otherwise. It holds private keys in the open, mode 0600.
Exit codes: 0 done, 1 a fault that is named with what to do next, 2 wrong usage or a broken key fill.`

/** The `radio` subcommand. */
export function radioCommand(): Command {
  const radio = new Command("radio").description("a radio as a process: fetch keys, call, answer").addHelpText("after", EXAMPLES)
  common(radio.command("fetch").argument("<fill>", "key fill file").description("fetch private keys from the KMS"))
    .option("--seconds <n>", "give up after so many seconds without progress", whole(1, 1e6))
    .option("--periods <n>", "key periods from the current one on", whole(1, 400))
    .addHelpText("after", "\nExamples:\n  $ ibake radio fetch alice.fill.json\n  $ ibake radio fetch alice.fill.json --periods 7 --seconds 30")
    .action((fill: string, o: RadioOptions & { periods?: number }) => withRadio(fill, o, (r) => fetch(r, o.periods)))
  common(radio.command("call").argument("<fill>", "key fill file").argument("<peer>", "identity to call").description("call another radio"))
    .option("--seconds <n>", "give up after so many seconds", whole(1, 1e6))
    .addHelpText("after", "\nExample:\n  $ ibake radio call alice.fill.json sip:bob@police.example")
    .action((fill: string, peer: string, o: RadioOptions) => withRadio(fill, o, (r) => call(r, peer)))
  common(radio.command("answer").argument("<fill>", "key fill file").description("wait for calls and answer them"))
    .option("--calls <n>", "end after so many calls", whole(1, 1e9))
    .option("--seconds <n>", "end after so many seconds", whole(1, 1e6))
    .addHelpText("after", "\nExample:\n  $ ibake radio answer bob.fill.json --calls 1 --seconds 60 --json")
    .action((fill: string, o: RadioOptions & { calls?: number }) => withRadio(fill, { ...o, seconds: undefined }, (r, secured) => answer(r, secured, o)))
  return radio
}

function common(command: Command): Command {
  return command
    .option("--store <folder>", "folder of the radio's store")
    .option("--mtu <octets>", "longest frame; at most the enrolled one", whole(32, 65535))
    .option("--loss <share>", "lose this share of frames each way, 0 to 0.9, for trials", share, 0)
    .option("--suites <suites>", "take KMSs of these IBE suites only, as 1,3; a name does too", (words: string) => words.split(",").map(suite))
    .addOption(profileOption())
    .option("--certificate <file>", "for a fill that was enrolled by certificate: PEM of that and of the authorities below the KMS's anchor")
    .option("--certificate-key <file>", "PEM of its private key")
    .option("--json", "one JSON object a line")
}

function whole(from: number, to: number): (value: string) => number {
  return (value) => {
    const n = Number(value)
    if (!Number.isInteger(n) || n < from || n > to) throw new InvalidArgumentError(`Expected ${from} to ${to}.`)
    return n
  }
}

function share(value: string): number {
  const n = Number(value)
  if (!(n >= 0 && n <= 0.9)) throw new InvalidArgumentError("Expected 0 to 0.9.")
  return n
}

type Incoming = (listener: (call: Secured) => void) => void

async function withRadio(path: string, o: RadioOptions, work: (radio: Radio, secured: Incoming) => Promise<number>): Promise<void> {
  const out = screen(o.json === true)
  const text = await readFile(path, "utf8").catch((error: Error) => error)
  const fill = typeof text === "string" ? parseKeyFill(text) : `${path} cannot be read: ${text.message}. Name the key fill that \`ibake kms enrol\` wrote.`
  if (typeof fill === "string") {
    out.trouble(`ibake radio: ${fill}`, { event: "usage", line: fill })
    process.exitCode = exit.usage
    return
  }
  const listeners: ((call: Secured) => void)[] = []
  const radio = opened(() => openRadio(path, fill, o, out, listeners), out)
  if (radio === undefined) return
  const fault = await new Promise<Fault | undefined>((done) => radio.device.open(done))
  process.exitCode = fault === undefined ? await work(radio, (listener) => listeners.push(listener)) : failed(radio, fault)
  out.say(`lost on the way: ${radio.link.lost()} frames`, { event: "frames", sent: Object.fromEntries(radio.link.sent), lost: radio.link.lost() })
  radio.close()
}

/** A radio, or one line of why its folder or broker cannot be used. */
function opened(open: () => Radio, out: Screen): Radio | undefined {
  try {
    return open()
  } catch (error) {
    const line = `${(error as Error).message}. Check the path and its permissions, or name another folder with --store.`
    out.trouble(`ibake radio: ${line}`, { event: "trouble", line })
    process.exitCode = exit.fault
    return undefined
  }
}

function openRadio(path: string, fill: KeyFill, o: RadioOptions, out: Screen, listeners: readonly ((call: Secured) => void)[]): Radio {
  const mqtt = { url: fill.broker.url, version: fill.broker.protocol, mtu: fill.mtu, username: fill.device, password: fill.broker.password }
  const shown = fill.broker.url.replace(/\/\/[^@/]*@/, "//")
  // one line for each trouble, not one for each attempt
  let said = ""
  const onTrouble = (why: string): void => {
    if (why !== said) out.trouble(`ibake radio: the broker ${shown}: ${why}. Start it or mend the key fill's URL; trying on.`, { event: "trouble", line: why })
    said = why
  }
  const board = nodeBoard({ name: fill.device, folder: o.store ?? `${path}.store`, mqtt: { ...mqtt, onTrouble } })
  const link = narrowed(board.link, { mtu: o.mtu ?? fill.mtu, loss: o.loss }, Math.random)
  // a process of the user's own files: mode 0600 is all the seal there is, and the help says so
  const profile: Profile = { ...patient(suitesOf(profileNamed(o.profile), o.suites), o.seconds), keysInTheOpen: true }
  const enrolment = enrolmentOf(fill, o)
  const device = new Device({ ...board, link }, profile, enrolment, {
    onSecured: (call) => listeners.forEach((listener) => listener(call)),
    onLink: (state) => out.say(`link ${state}`, { event: "link", state }),
    onProgress: (p) => out.progress(`${p.way === "in" ? "receiving keys" : "sending the request"}: ${p.held} of ${p.of} blocks`),
    onIgnored: (fault) => out.progress(`ignored: ${fault.fault} at ${fault.at}`),
  })
  wipe(fill.psk)
  return { device, link, fill, profile, out, close: () => (device.close(), board.close()) }
}

/** By PSK or by certificate, as the fill says. */
function enrolmentOf(fill: KeyFill, o: RadioOptions): Enrolment | CertifiedEnrolment {
  const { identities, pskId, psk, kmsCertificate } = fill
  const kms = { identities, kmsName: fill.kms.name, set: fill.kms.own, vouched: fill.vouched }
  if (kmsCertificate === undefined) return { ...kms, pskId, psk }
  if (o.certificate === undefined || o.certificateKey === undefined) throw new Error("this key fill is of a radio that asks by certificate: name --certificate and --certificate-key")
  return { ...kms, credential: certified(pskId, readSigner({ chain: o.certificate, key: o.certificateKey, kmsCertificate })) }
}

/** The profile with those of its suites that the user allows. */
function suitesOf(profile: Profile, allowed: readonly number[] | undefined): Profile {
  return allowed === undefined ? profile : { ...profile, suites: profile.suites.filter((one) => allowed.includes(one.id)) }
}

/** The profile with the user's patience in place of its own. */
function patient(profile: Profile, seconds: number | undefined): Profile {
  return seconds === undefined ? profile : { ...profile, limits: { ...profile.limits, transferSeconds: seconds, callSeconds: seconds } }
}

function failed(radio: Radio, fault: Fault): number {
  radio.out.trouble(`ibake radio: ${faultWords(fault)}`, { event: "fault", ...fault })
  return exit.fault
}

function fetched(radio: Radio, periods: number | undefined): Promise<Fetched | Fault> {
  const utc = radio.device.utc()
  const first = utc === undefined ? undefined : period(ntpSeconds(ntp(utc)), radio.fill.kms.own)
  const wish = periods === undefined || first === undefined ? undefined : { first, count: periods }
  return new Promise((resolve) => radio.device.fetchKeys(wish, resolve))
}

async function fetch(radio: Radio, periods: number | undefined): Promise<number> {
  const began = performance.now()
  const result = await fetched(radio, periods)
  if (isFault(result)) return failed(radio, result)
  const ms = Math.round(performance.now() - began)
  radio.out.say(`${result.keys} new keys in ${ms} ms; ${result.periods.length} periods are held`, { event: "fetched", keys: result.keys, periods: result.periods, ms })
  return exit.ok
}

/** Keys for now, fetched where there are none. */
async function ready(radio: Radio): Promise<number> {
  const utc = radio.device.utc()
  const now = utc === undefined ? undefined : period(ntpSeconds(ntp(utc)), radio.fill.kms.own)
  const held = radio.device.periods(radio.fill.identities[0]!)
  return now !== undefined && held.includes(now) ? exit.ok : fetch(radio, undefined)
}

async function call(radio: Radio, peer: string): Promise<number> {
  const keys = await ready(radio)
  if (keys !== exit.ok) return keys
  const began = performance.now()
  const result = await new Promise<Secured | Fault>((resolve) => void radio.device.call(peer, resolve))
  if (isFault(result)) return failed(radio, result)
  told(radio, result, Math.round(performance.now() - began))
  // the acknowledgement of R_MESSAGE_2 is still to go, and may be lost: a radio that left at once would be called after for a minute
  await pause(LINGER_MS)
  return exit.ok
}

async function answer(radio: Radio, incoming: Incoming, o: { calls?: number; seconds?: number }): Promise<number> {
  let calls = 0
  const enough = new Promise<number>((resolve) => {
    incoming((secured) => {
      told(radio, secured, undefined)
      if (++calls === o.calls) void delivered(radio).then(() => resolve(exit.ok))
    })
    const over = (): void => {
      const short = o.calls !== undefined && calls < o.calls
      if (short) radio.out.trouble(`ibake radio: ${calls} of ${o.calls} calls came in ${o.seconds} seconds. Check that the callers have keys and reach this broker.`, { event: "trouble", calls })
      resolve(short ? exit.fault : exit.ok)
    }
    if (o.seconds !== undefined) setTimeout(over, o.seconds * 1000).unref()
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(exit.ok))
  })
  const keys = await ready(radio)
  if (keys !== exit.ok) return keys
  radio.out.say(`waiting for calls to ${text(radio.fill.identities[0]!.data)}`, { event: "waiting" })
  return enough
}

/** A caller stays so long after it is secured, and a called one at most twice as long: the time of two resends. */
const LINGER_MS = 3000

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** R_MESSAGE_2 is on its way when the Responder is done: the call is over when the Initiator has it, or is gone. */
async function delivered(radio: Radio): Promise<void> {
  for (let waited = 0; waited < 2 * LINGER_MS && radio.device.sending(); waited += 100) await pause(100)
}

function told(radio: Radio, call: Secured, ms: number | undefined): void {
  const peer = text(call.peer.data)
  const kms = text(call.peerKms)
  const contexts = call.contexts.map((c) => {
    const { csId, from, ssrc, cipher } = c
    return { csId, from, ssrc, cipher, mki: hex(c.mki), fingerprint: fingerprint(radio.profile, c.masterKey, c.masterSalt) }
  })
  wipeContexts(call.contexts)
  const lines = contexts.map((c) => `  CS ${c.csId} ${c.from} sends, SSRC ${c.ssrc}, ${c.cipher}, MKI ${c.mki}: ${c.fingerprint}`)
  radio.out.say([`secured with ${peer}, vouched for by ${kms}`, ...lines].join("\n"), { event: "secured", role: call.role, peer, kms, csbId: call.csbId, contexts, ...(ms === undefined ? {} : { ms }) })
}

/** First 8 octets of SHA-256 of key and salt, in hex: tells two keys apart and nothing of either. */
export function fingerprint(profile: Profile, masterKey: Uint8Array, masterSalt: Uint8Array): string {
  const both = concat([masterKey, masterSalt])
  const print = hex(profile.sym.sha256(both).subarray(0, 8))
  wipe(both)
  return print
}
