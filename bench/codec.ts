/**
 * Messages per second of MIKEY codecs: ours beside GStreamer's gst_mikey and tshark's dissector, both in C, in rounds that take turns. No message is known
 * to both GStreamer and us: it reads neither data types 19 to 25 nor IDR or V, and hangs on payloads that it does not know; we read neither types 0 to 5
 * nor PRF func 0. So it gets a message of RFC 3830's own, of as many octets as ours. tshark reads ours up to IBAKE, with IP and UDP before it, and writes
 * nothing. On npm we know of no package that reads MIKEY.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { concat, u16, u8, unhex } from "../sdk/base/bytes.ts"
import { MIKEY_PORT, writeCapture } from "../sdk/cli/decode-pcap.ts"
import type { CsMap } from "../sdk/mikey/csmap.ts"
import { build, parse, type Message } from "../sdk/mikey/message.ts"
import { macAlg, mapType, payloadType, tsType } from "../sdk/mikey/numbers.ts"
import { kemacPayload, part, randPayload, spPayload, timestampPayload } from "../sdk/mikey/payload.ts"
import { policyParam } from "../sdk/srtp/policy.ts"
import { good } from "../test/fixture.ts"
import { partsOf } from "../boards/rig/agent/reencode.ts"
import { median } from "./measure.ts"

/** One codec on one message; undefined where it is not installed, or does not write. */
export interface CodecRow {
  readonly what: string
  readonly octets: number
  readonly read?: number
  readonly write?: number
}

/** Nanoseconds of a reading and of a writing, once measured. */
type Measure = () => readonly number[]

/** The rows: medians over `rounds`, in messages per second. */
export function codecs(rounds: number): CodecRow[] {
  const { call } = JSON.parse(readFileSync(new URL("../test/cases/ibake-run.json", import.meta.url), "utf8")) as { call: Record<string, string> }
  const I_MESSAGE_1 = withSrtpId(unhex(call["I_MESSAGE_1"]!)!)
  const known = pskInit(I_MESSAGE_1.length)
  const folder = mkdtempSync(join(tmpdir(), "ibake-bench-"))
  try {
    const contestants: readonly (readonly [string, Uint8Array, Measure | undefined])[] = [
      ["ours, I_MESSAGE_1 of suite 0x01", I_MESSAGE_1, ours(I_MESSAGE_1)],
      ["tshark, the same in a capture", I_MESSAGE_1, tshark(folder, I_MESSAGE_1)],
      ["GStreamer, a PSK message of RFC 3830", known, gstreamer(folder, known)],
    ]
    const all = contestants.map((): (readonly number[])[] => [])
    // the first round warms what is measured, and does not count
    for (let i = -1; i < rounds; i++)
      contestants.forEach(([, , measure], k) => {
        const took = measure?.()
        if (i >= 0 && took !== undefined) all[k]!.push(took)
      })
    return contestants.map(([what, message], k) => {
      const perSecond = (column: number): number | undefined => (all[k]![0]?.[column] === undefined ? undefined : Math.round(1e9 / median(all[k]!.map((each) => each[column]!))))
      return { what, octets: message.length, read: perSecond(0), write: perSecond(1) }
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The rows as a table has them. */
export function codecTable(rows: readonly CodecRow[]): string[][] {
  const cell = (n: number | undefined, without: string): string => (n === undefined ? without : String(n))
  return rows.map(({ what, octets, read, write }) => [what, String(octets), cell(read, "not installed"), cell(write, read === undefined ? "not installed" : "-")])
}

const REPEATS = 2000

/** Two streams; tshark has no word for a GENERIC-ID map but Malformed, and reads on elsewhere. */
const srtpId: CsMap = { type: mapType.SRTP_ID, sessions: [1, 2].map((csId) => ({ csId, policies: [0], ssrc: csId, roc: 0, withRoc: false, spi: new Uint8Array(0) })) }

/** The same message with the other map: its box would no longer open, but a codec opens none. */
function withSrtpId(octets: Uint8Array): Uint8Array {
  const message = good(parse(octets, octets.length))
  return build({ ...message.header, map: srtpId }, partsOf(message)).octets
}

function ours(octets: Uint8Array): Measure {
  const message = good(parse(octets, octets.length))
  if (Buffer.compare(written(message), octets) !== 0) throw new Error("bench: the message is written otherwise than it was")
  return () => [perTurn(() => void parse(octets, octets.length)), perTurn(() => void written(message))]
}

/** All of the message anew from its fields: header, payloads, chain. */
function written(message: Message): Uint8Array {
  return build(message.header, partsOf(message)).octets
}

function perTurn(turn: () => void): number {
  const from = performance.now()
  for (let i = 0; i < REPEATS; i++) turn()
  return ((performance.now() - from) * 1e6) / REPEATS
}

/** HDR T RAND SP KEMAC of pre-shared key mode (RFC 3830 section 3.1 less its IDs), the TGK in the clear and so long that the whole has these octets. */
function pskInit(octets: number): Uint8Array {
  const header = { dataType: 0, vFlag: 0, prfFunc: 0, csbId: 0x01020304, map: srtpId }
  const of = (TGK: Uint8Array): Uint8Array =>
    build(header, [
      part(timestampPayload, { type: tsType.NTP_UTC, value: new Uint8Array(8).fill(0x33) }),
      part(randPayload, new Uint8Array(16).fill(0x44)),
      part(spPayload, { no: 0, protType: 0, param: policyParam("AES_CM_128_HMAC_SHA1_80") }),
      // Encr alg NULL; one Key data sub-payload: last, TGK and KV null, length
      part(kemacPayload, { encrAlg: 0, encrData: concat([u8(payloadType.last), u8(0), u16(TGK.length), TGK]), macAlg: macAlg.NULL }),
    ]).octets
  return of(new Uint8Array(octets - of(new Uint8Array(0)).length))
}

/** Compiled here, where its headers are; under a time limit, for it can hang on what it does not know. */
function gstreamer(folder: string, message: Uint8Array): Measure | undefined {
  const flags = spawnSync("pkg-config", ["--cflags", "--libs", "gstreamer-sdp-1.0"], { encoding: "utf8" })
  if (flags.status !== 0) return undefined
  const program = join(folder, "gstreamer")
  const made = spawnSync("gcc", ["-O2", "-o", program, fileURLToPath(new URL("codec-gstreamer.c", import.meta.url)), ...flags.stdout.trim().split(/\s+/)])
  if (made.status !== 0) return undefined
  return () => {
    const done = spawnSync(program, [String(10 * REPEATS)], { input: message, encoding: "utf8", timeout: 20000 })
    if (done.status !== 0) throw new Error("bench: GStreamer does not take the message, or writes it otherwise")
    return done.stdout.trim().split(" ").map(Number)
  }
}

/** What a capture of many takes longer than one of a single message; only reading. */
function tshark(folder: string, message: Uint8Array): Measure | undefined {
  if (spawnSync("tshark", ["--version"]).status !== 0) return undefined
  const capture = (name: string, count: number): string => {
    const path = join(folder, name)
    writeFileSync(path, writeCapture(Array.from({ length: count }, () => ({ from: 1 as const, port: MIKEY_PORT, payload: message, utc: 0 }))))
    return path
  }
  const [few, many] = [capture("few.pcap", 1), capture("many.pcap", 10 * REPEATS + 1)]
  const took = (path: string): number => {
    const from = performance.now()
    // to count a field of MIKEY it must dissect; the count is all that it prints
    const done = spawnSync("tshark", ["-n", "-q", "-z", "io,stat,0,mikey.csb_id", "-r", path], { encoding: "utf8", timeout: 60000 })
    if (done.status !== 0) throw new Error(`bench: ${done.stderr}`)
    return performance.now() - from
  }
  return () => [((took(many) - took(few)) * 1e6) / (10 * REPEATS)]
}
