/** What `ibake decode` is given: hex, base64, an SDP or a capture, from a file, standard input or the command line; and the messages in it. */
import { existsSync, readFileSync, statSync } from "node:fs"
import { basename } from "node:path"
import { unhex } from "../base/bytes.ts"
import { MIKEY_PORT, readCapture } from "./decode-pcap.ts"

/** A message as it was found. */
export interface Found {
  /** Where, in words. */
  readonly from: string
  readonly octets: Uint8Array
}

/** Messages, and what is wrong with what they were in. */
export interface Input {
  readonly found: readonly Found[]
  readonly troubles: readonly string[]
}

/** Reads a file, standard input (`-`), or literal text that names no file. */
export function readInput(input: string): Input {
  if (input === "-") return messagesOf(new Uint8Array(readFileSync(0)), "standard input")
  if (existsSync(input)) return statSync(input).isDirectory() ? { found: [], troubles: [`${input}: expected a file, this is a folder`] } : messagesOf(new Uint8Array(readFileSync(input)), basename(input))
  const literal = messagesOf(new TextEncoder().encode(input), "command line")
  if (literal.troubles.length === 0 || literal.found.some((one) => one.octets[0] === 1)) return literal
  return { found: [], troubles: [`${quoted(input)} is no file, and as text it is no message: ${literal.troubles.join("; ")}`] }
}

/** The messages in octets of any of the forms. */
export function messagesOf(octets: Uint8Array, name: string): Input {
  const capture = readCapture(octets)
  if (capture !== undefined) return captured(octets, name)
  // a message begins with version 1, which is no text
  if (octets[0] === 1) return { found: [{ from: name, octets }], troubles: [] }
  const words = Buffer.from(octets).toString("latin1")
  if (SDP.test(words)) return sdp(words, name)
  return texts(words, name)
}

function captured(octets: Uint8Array, name: string): Input {
  const { datagrams, troubles } = readCapture(octets)!
  const parts = datagrams.map((d): Input => {
    const from = `${name}, packet ${d.packet}`
    if (d.port === MIKEY_PORT || d.sourcePort === MIKEY_PORT) return { found: [{ from, octets: d.payload }], troubles: [] }
    const words = Buffer.from(d.payload).toString("latin1")
    return SDP.test(words) ? sdp(words, from) : { found: [], troubles: [] }
  })
  const found = parts.flatMap((part) => part.found)
  const none = found.length === 0 ? [`${name}: expected datagrams of port ${MIKEY_PORT} or with a=key-mgmt:mikey, ${datagrams.length} others came`] : []
  return { found, troubles: [...troubles.map((t) => `${name}, ${t}`), ...parts.flatMap((part) => part.troubles), ...none] }
}

const SDP = /\bkey-mgmt:/i

/** `a=key-mgmt:mikey <base64>` of each line, RFC 4567 section 3.1. */
function sdp(words: string, name: string): Input {
  const found: Found[] = []
  const troubles: string[] = []
  for (const [i, line] of words.split(/\r\n|\n|\r/).entries()) {
    if (!SDP.test(line)) continue
    const from = `${name}, line ${i + 1}`
    const [, protocol, data] = /key-mgmt:\s*(\S+)[ \t]+"?([^\s"]*)/i.exec(line) ?? []
    if (protocol?.toLowerCase() !== "mikey") troubles.push(`${from}: expected key-mgmt:mikey and base64, came ${quoted(protocol ?? line)}`)
    else {
      const read = base64(data!)
      if (read.octets.length > 0) found.push({ from, octets: read.octets })
      troubles.push(...read.troubles.map((t) => `${from}: ${t}`))
    }
  }
  return { found, troubles }
}

/** Hex or base64: lines that each begin like a message are one each, otherwise a blank line parts messages. */
function texts(words: string, name: string): Input {
  const lines = words.split(/\r\n|\n|\r/).map((line) => line.replace(/#.*$/, "").trim())
  const full = lines.filter((line) => line !== "")
  const each = full.length > 1 && full.every((line) => /^(0x)?01|^A[Q-Za-f]/.test(line))
  const blocks = each ? full : lines.join("\n").split(/\n\n+/).map((block) => block.replace(/\s/g, "")).filter((block) => block !== "")
  const parts = blocks.map((block, i): Input => {
    const from = blocks.length === 1 ? name : `${name}, message ${i + 1}`
    const read = octetsOf(block.replace(/\s/g, ""))
    return { found: read.octets.length > 0 ? [{ from, octets: read.octets }] : [], troubles: read.troubles.map((t) => `${from}: ${t}`) }
  })
  return { found: parts.flatMap((p) => p.found), troubles: parts.length === 0 ? [`${name}: expected hex, base64, an SDP or a capture, nothing came`] : parts.flatMap((p) => p.troubles) }
}

interface Read {
  readonly octets: Uint8Array
  readonly troubles: readonly string[]
}

/** A message begins with 01, which is `AQ` or `AR` in base64: what begins with 0 was meant as hex. */
function octetsOf(block: string): Read {
  const digits = block.replace(/^0x/i, "").replace(/:/g, "")
  const good = /^[0-9a-f]*/i.exec(digits)![0].length
  return good === digits.length || digits.startsWith("0") ? hexOf(digits, good) : base64(block)
}

function hexOf(digits: string, good: number): Read {
  const troubles = good < digits.length ? [`at character ${good + 1}: expected a hex digit, came ${quoted(digits.slice(good))}`] : []
  if (troubles.length === 0 && good % 2 === 1) troubles.push(`at character ${good}: expected two hex digits for an octet, one came`)
  return { octets: unhex(digits.slice(0, good - (good % 2)))!, troubles }
}

function base64(block: string): Read {
  const good = /^[A-Za-z0-9+/_-]*/.exec(block)![0]
  const rest = block.slice(good.length)
  const troubles = /^=*$/.test(rest) ? [] : [`at character ${good.length + 1}: expected base64, came ${quoted(rest)}`]
  if (troubles.length === 0 && good.length % 4 === 1) troubles.push(`at character ${good.length}: expected base64 of whole octets, came ${good.length} characters`)
  return { octets: new Uint8Array(Buffer.from(good, "base64")), troubles }
}

function quoted(words: string): string {
  return JSON.stringify(words.length > 12 ? `${words.slice(0, 12)}...` : words)
}
