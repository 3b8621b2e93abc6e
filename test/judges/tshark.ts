/** tshark as a judge: what it reads in a capture, field by field with the octets it read them from. Always under a time limit. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A field of tshark's MIKEY tree. */
export interface Seen {
  /** As in a display filter: `mikey.id.role`. */
  readonly name: string
  /** In words, as people see it. */
  readonly words: string
  /** Offset in the packet, or in what tshark decoded from base64. */
  readonly at: number
  readonly length: number
  /** In hex; of a part of an octet, its value. */
  readonly value: string
}

/** One packet. */
export interface Packet {
  readonly protocols: string
  readonly malformed: boolean
  readonly badChecksum: boolean
  readonly mikey: readonly Seen[]
}

const SECONDS = 60

/** Version of tshark, or nothing where it is not installed. */
export function tshark(): string | undefined {
  const found = spawnSync("tshark", ["--version"], { encoding: "utf8", timeout: SECONDS * 1000 })
  return found.status === 0 ? found.stdout.split("\n")[0] : undefined
}

/** What tshark reads in a capture, checksums verified. */
export function read(capture: Uint8Array): Packet[] {
  return inFolder(capture, (path) => packets(ran("-r", path, "-T", "pdml", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE")))
}

/** The same capture as pcapng, as Wireshark saves it. */
export function asPcapng(capture: Uint8Array): Uint8Array {
  return inFolder(capture, (path) => {
    ran("-r", path, "-F", "pcapng", "-w", `${path}ng`)
    return new Uint8Array(readFileSync(`${path}ng`))
  })
}

function inFolder<T>(capture: Uint8Array, work: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "ibake-tshark-"))
  try {
    const path = join(folder, "x.pcap")
    writeFileSync(path, capture)
    return work(path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function ran(...words: readonly string[]): string {
  const ended = spawnSync("tshark", ["-n", ...words], { encoding: "utf8", timeout: SECONDS * 1000, maxBuffer: 1 << 26, env: { ...process.env, TZ: "UTC", LC_ALL: "C" } })
  if (ended.status !== 0) throw new Error(`tshark ended with ${ended.status ?? ended.signal}: ${ended.stderr}`)
  return ended.stdout
}

function packets(pdml: string): Packet[] {
  return pdml.split("<packet>").slice(1).map((packet) => {
    const protocols = /name="frame.protocols"[^>]* show="([^"]*)"/.exec(packet)?.[1] ?? ""
    const malformed = /<proto name="_ws.malformed"|_ws\.expert\.group" [^>]*Malformed/.test(packet)
    const badChecksum = /name="(ip|udp)\.checksum\.status" [^>]* show="0"/.test(packet)
    return { protocols, malformed, badChecksum, mikey: [...packet.matchAll(/<field name="(mikey\.[^"]*)"([^>]*)>/g)].map(([, name, rest]) => seen(name!, rest!)) }
  })
}

function seen(name: string, rest: string): Seen {
  const of = (key: string): string => plain(new RegExp(` ${key}="([^"]*)"`).exec(rest)?.[1] ?? "")
  return { name, words: of("showname"), at: Number(of("pos")), length: Number(of("size")), value: of("unmaskedvalue") || of("value") }
}

function plain(xml: string): string {
  return xml.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&apos;/g, "'").replace(/&amp;/g, "&")
}
