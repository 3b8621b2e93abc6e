/** What the demo shows at its end: the messages, both ends' SRTP contexts, and what the KMS could read. */
import { hex } from "../base/bytes.ts"
import { isFault } from "../base/fault.ts"
import { run } from "../base/job.ts"
import { text } from "../base/utf8.ts"
import type { IbeMaster } from "../ibe/ibe.ts"
import type { Kms as Held } from "../ibake/identity.ts"
import { DATA_HEADER } from "../keys/frames.ts"
import { parse } from "../mikey/message.ts"
import { dataType } from "../mikey/numbers.ts"
import type { Kms } from "../kms/types.ts"
import type { Profile } from "../suite.ts"
import type { RadioEvent, RadioProcess } from "./child.ts"
import { controlCall } from "./control.ts"
import { finds, watch, type CallMessages } from "./escrow.ts"
import type { Screen } from "./screen.ts"
import type { Tapped, Wiretap } from "./wiretap.ts"

/** Everything that was seen. */
export interface Scene {
  readonly out: Screen
  readonly profile: Profile
  readonly master: IbeMaster
  readonly kms: Kms
  readonly host: string
  readonly mtu: number
  readonly tap: Wiretap
  readonly radios: readonly RadioProcess[]
  /** `secured` of both ends. */
  readonly alice: RadioEvent
  readonly bob: RadioEvent
}

interface Context {
  readonly csId: number
  readonly from: string
  readonly ssrc: number
  readonly cipher: string
  readonly mki: string
  readonly fingerprint: string
}

/** Shows all of it; true when both ends hold the same contexts and the KMS holds none of them. */
export function report(s: Scene): boolean {
  const rows = s.tap.messages.map((m) => row(s, m))
  s.out.say(table(rows), { event: "messages", rows })
  const same = agreement(s)
  const escrowed = escrow(s)
  const good = same && !escrowed
  s.out.say(good ? "\nDone: the radios share keys that nobody else can compute." : "\nFAILED: see above.", { event: "done", good })
  return good
}

interface Row {
  readonly message: string
  readonly octets: number
  readonly ms: number
  readonly frames: number
  readonly retransmissions: number
}

function row(s: Scene, m: Tapped): Row {
  const parsed = parse(m.octets, m.octets.length)
  const type = isFault(parsed) ? undefined : parsed.header.dataType
  const names = Object.entries(dataType).find(([, value]) => value === type)
  const blocks = Math.ceil(m.octets.length / (s.mtu - DATA_HEADER))
  // what a radio sent it counts itself, for frames that were lost before the broker did not pass here
  const sent = Math.max(s.tap.frames(m.topic, m.transfer), ...(m.topic.endsWith("/down") ? [] : s.radios.map((r) => r.sent(m.transfer))))
  const message = type === dataType.REQUEST_KEY_PSK ? "REQUEST_KEY_INIT" : (names?.[0] ?? "?")
  return { message, octets: m.octets.length, ms: Math.round(m.at - began(s, m)), frames: blocks, retransmissions: sent - blocks }
}

/** When a message began: when the one that it answers had passed whole, or with its own first block. */
function began(s: Scene, m: Tapped): number {
  const earlier = s.tap.messages.filter((other) => other.at < m.at && conversation(other.topic) === conversation(m.topic))
  return earlier.at(-1)?.at ?? m.from
}

/** Calls are one conversation here, and so is what a device and its KMS say to each other. */
function conversation(topic: string): string {
  return topic.includes("/call/") ? "call" : topic.split("/").slice(0, 5).join("/")
}

function table(rows: readonly Row[]): string {
  const head = ["message", "octets", "frames", "resent", "ms"]
  const cells = rows.map((r) => [r.message, r.octets, r.frames, r.retransmissions, r.ms].map(String))
  const widths = head.map((h, i) => Math.max(h.length, ...cells.map((c) => c[i]!.length)))
  const line = (c: readonly string[]): string => "  " + c.map((t, i) => (i === 0 ? t.padEnd(widths[i]!) : t.padStart(widths[i]!))).join("  ")
  const foot = "  ms: from the message that it answers, work and air together; of a first message, air alone"
  return ["", line(head), line(widths.map((w) => "-".repeat(w))), ...cells.map(line), foot].join("\n")
}

function contextsOf(event: RadioEvent): readonly Context[] {
  return event["contexts"] as readonly Context[]
}

function agreement(s: Scene): boolean {
  const [a, b] = [contextsOf(s.alice), contextsOf(s.bob)]
  const lines = a.map((c, i) => {
    const same = JSON.stringify(c) === JSON.stringify(b[i])
    return `  CS ${c.csId}, ${c.from} sends, SSRC ${c.ssrc}, ${c.cipher}, MKI ${c.mki}\n    alice ${c.fingerprint}   bob ${b[i]?.fingerprint}   ${same ? "equal" : "DIFFERENT"}`
  })
  const same = a.length > 0 && JSON.stringify(a) === JSON.stringify(b)
  const who = `  alice talks to ${s.alice["peer"]}, bob to ${s.bob["peer"]}; ${s.alice["kms"]} vouches for both`
  s.out.say(["\nSRTP contexts (fingerprint: SHA-256 of master key and salt, 8 octets)", who, ...lines].join("\n"), { event: "agreement", same, alice: a, bob: b })
  return same
}

/** The messages of the call, out of all that passed. */
function callOf(tap: Wiretap): CallMessages {
  const of = (type: number): Uint8Array => tap.messages.find((m) => m.octets[1] === type)!.octets
  return { I_MESSAGE_1: of(dataType.I_MESSAGE_1), R_MESSAGE_1: of(dataType.R_MESSAGE_1), I_MESSAGE_2: of(dataType.I_MESSAGE_2) }
}

/** True when the KMS could read the call. */
function escrow(s: Scene): boolean {
  const held = heldBy(s)
  const watched = watch(s.profile, s.master, s.kms.master, held, callOf(s.tap), [])
  const prints = [...contextsOf(s.alice), ...contextsOf(s.bob)].map((c) => c.fingerprint)
  const found = finds(watched, prints)
  const control = controlCall(s.profile, s.master, s.kms.master, held, s.host, Date.now() / 1000)
  const known = watch(s.profile, s.master, s.kms.master, held, control.messages, [control.x])
  const controlFound = finds(known, control.fingerprints)
  const lines = watched.boxes.flatMap((b) => [`  ${b.message}, sealed to ${text(b.to.data)}: opened`, ...b.points.map((p) => `    ${p.name} = ${hex(p.octets).slice(0, 42)}...`)])
  const tried = `  tried as session key: ${watched.tried.map((t) => t.name).join(", ")}`
  const result = found === undefined ? `  none of these ${watched.tried.length} gives a key of the call` : `  ${found} GIVES A KEY OF THE CALL`
  const shown = controlFound === undefined ? "  CONTROL FAILED: the search does not find a key that it was handed" : `  control: handed x of another call, the same search finds its key at once, as ${controlFound}`
  const title = "\nWhat the KMS could read, watching: it opens every box with its master secret s"
  s.out.say([title, ...lines, tried, result, shown].join("\n"), { event: "escrow", boxes: watched.boxes.length, tried: watched.tried.length, found: found ?? null, control: controlFound ?? null })
  return found !== undefined || controlFound === undefined
}

function heldBy(s: Scene): Held {
  const suite = s.profile.suites.find((x) => x.id === s.kms.own.suite)!
  return { set: s.kms.own, suite, par: run(suite.ibe.parameters(s.kms.own.publicParameter))! }
}
