/** `ibake decode`: MIKEY messages as annotated trees, with what a key fill opens in them; and captures that Wireshark opens. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { Command } from "commander"
import { wipe } from "../base/bytes.ts"
import { isFault } from "../base/fault.ts"
import { utcOf } from "../ibake/identity.ts"
import { parseKeyFill } from "../kms/keyfill.ts"
import { parse } from "../mikey/message.ts"
import { dataType, tsType } from "../mikey/numbers.ts"
import { reassemble } from "./decode-frames.ts"
import { readInput, type Found } from "./decode-input.ts"
import { decodeMessage, type Decoded } from "./decode-message.ts"
import { openKeys } from "./decode-open.ts"
import { MIKEY_PORT, writeCapture, type Sent } from "./decode-pcap.ts"
import { lines, object } from "./decode-show.ts"
import { exit, faultWords, screen, type Screen } from "./screen.ts"

interface DecodeOptions {
  readonly json?: true
  readonly fill?: string
  readonly store?: string
  readonly request?: readonly string[]
  readonly frames?: true
  readonly pcap?: string
}

const HELP = `
An INPUT is the name of a file, - for standard input, or the text itself. It holds hex, base64, octets, an SDP (a=key-mgmt:mikey ...), or a capture
(pcap, pcapng: UDP and TCP port ${MIKEY_PORT}, and SDP on any port). Lines that each begin like a message are one each; otherwise blank lines part messages.
A line of a tree has offset, length, octets, field = value (meaning) and the section that specifies it; --json has all octets and sections.

With --fill, V and KEMAC of key requests are verified and opened, and with the private keys found there or in --store also the boxes of a call, which need
the messages before them: give them all. Private keys are not shown. A radio's store is only read.

Examples:
  $ ibake decode 0113058130d3072e00010b00eea8054000000000
  $ ibake decode invite.sdp
  $ ibake decode call.pcap --fill bob.fill.json
  $ ibake decode response.hex --fill alice.fill.json --request request.hex
  $ ibake decode --pcap out.pcap request.hex response.hex

Exit codes: 0 the strict parser accepts every message, 1 something is wrong and the rest is shown, 2 wrong usage or nothing to decode.`

/** The `decode` subcommand. */
export function decodeCommand(): Command {
  return new Command("decode")
    .description("MIKEY messages as annotated trees; captures for Wireshark")
    .argument("[INPUT...]", "file, - or text; standard input if there is none")
    .option("--json", "one JSON object a line, a message each")
    .option("--fill <file>", "key fill of a radio: open what its keys open")
    .option("--store <folder>", "that radio's store, for its private keys; the folder beside the fill if there is one")
    .option("--request <INPUT>", "a message that others need and that is not shown, such as the request of a response; may be repeated", (value: string, before: readonly string[] | undefined) => [...(before ?? []), value])
    .option("--frames", "the messages are DATA and ACK frames of the key channel")
    .option("--pcap <file>", `write the messages as UDP datagrams of port ${MIKEY_PORT} and show no trees`)
    .addHelpText("after", HELP)
    .action((inputs: string[], o: DecodeOptions) => {
      process.exitCode = decode(inputs.length === 0 ? ["-"] : inputs, o, screen(o.json === true))
    })
}

/** Decodes and shows; answers the exit code. */
function decode(inputs: readonly string[], o: DecodeOptions, out: Screen): number {
  try {
    const read = reads(inputs, out)
    const found = o.frames === true ? reassemble(read.found, out) : read.found
    if (found.length === 0) return told(out, "there is no message to decode. Give hex, base64, an SDP or a capture", exit.usage)
    if (o.pcap !== undefined) return capture(o.pcap, found, out)
    const decoded = found.map((one) => decodeMessage(one.octets))
    const messages = o.fill === undefined ? decoded : opened(decoded, o.fill, o, out)
    if (typeof messages === "number") return messages
    messages.forEach((m, i) => out.say((i === 0 ? "" : "\n") + lines(found[i]!.from, m), object(found[i]!.from, m)))
    const good = read.good && messages.every((m) => m.strict === "accepted" && m.troubles.length === 0)
    return good ? exit.ok : exit.fault
  } catch (error) {
    // a file that cannot be read or written
    return told(out, error instanceof Error ? error.message : String(error), exit.usage)
  }
}

function reads(inputs: readonly string[], out: Screen): { found: Found[]; good: boolean } {
  const all = inputs.map(readInput)
  const wrong = all.flatMap((input) => input.troubles)
  for (const line of wrong) told(out, line, exit.fault)
  return { found: all.flatMap((input) => input.found), good: wrong.length === 0 }
}

function told(out: Screen, line: string, code: number): number {
  out.trouble(`ibake decode: ${line}.`, { event: "trouble", line })
  return code
}

function opened(messages: readonly Decoded[], path: string, o: DecodeOptions, out: Screen): readonly Decoded[] | number {
  const fill = parseKeyFill(readFileSync(path, "utf8"))
  if (typeof fill === "string") return told(out, fill.replace(/\.$/, ""), exit.usage)
  const beside = `${path}.store`
  if (o.store !== undefined && !existsSync(o.store)) return told(out, `${o.store} is not there. Name the folder that the radio keeps its store in`, exit.usage)
  const keys = openKeys(fill, o.store ?? (existsSync(beside) ? beside : undefined))
  if (isFault(keys)) {
    wipe(fill.psk)
    return told(out, faultWords(keys).replace(/\.$/, ""), exit.fault)
  }
  try {
    return keys.look(messages, (o.request ?? []).flatMap((input) => reads([input], out).found.map((one) => one.octets)))
  } finally {
    keys.close()
  }
}

const fromResponder: readonly number[] = [dataType.Error, dataType.REQUEST_KEY_RESP, dataType.R_MESSAGE_1, dataType.R_MESSAGE_2]

function capture(path: string, found: readonly Found[], out: Screen): number {
  const sent = found.map(({ octets }): Sent => {
    const m = parse(octets, octets.length)
    const utc = isFault(m) || m.T.type !== tsType.NTP_UTC ? 0 : utcOf(m.T.value)
    return { from: fromResponder.includes(octets[1] ?? 0) ? 2 : 1, port: MIKEY_PORT, payload: octets, utc }
  })
  writeFileSync(path, writeCapture(sent))
  out.say(`${path}: ${sent.length} datagrams of UDP port ${MIKEY_PORT}`, { event: "capture", path, datagrams: sent.length })
  return exit.ok
}
