/** ffmpeg plays a live stream that is protected under the keys of our calls, and sends one that we open, over UDP on loopback; it knows AES_CM_128 and no MKI. */
import assert from "node:assert/strict"
import { spawn, type ChildProcess } from "node:child_process"
import { createSocket, type Socket } from "node:dgram"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { base64 } from "../../sdk/base/base64.ts"
import { concat, hex } from "../../sdk/base/bytes.ts"
import type { SrtpContext } from "../../sdk/srtp/contexts.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { folder, program } from "../processes.ts"
import { guards, openRtcp, openRtp, protectRtcp, protectRtp } from "../srtp-packets.ts"
import { tool } from "../tools.ts"
import { called, flipped } from "./calls.ts"
import { codecs, goodbye, melody, packets, type Codec } from "./melody.ts"

const ciphers = ["AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"] as const
/** Names of RFC 5764: under RFC 4568's name of the short tag ffmpeg cuts the tag of SRTCP too, against RFC 3711 section 5.2 and RFC 4568's own table. */
const suites: Readonly<Record<string, string>> = { AES_CM_128_HMAC_SHA1_80: "SRTP_AES128_CM_HMAC_SHA1_80", AES_CM_128_HMAC_SHA1_32: "SRTP_AES128_CM_HMAC_SHA1_32" }
const TIMEOUT = 30000

/** The inline parameter of RFC 4568 and of ffmpeg's options: master key and salt. */
const inline = (context: SrtpContext): string => base64(concat([context.masterKey, context.masterSalt]))

async function bound(port: number): Promise<Socket> {
  // a test that fails must not keep the process alive by it
  const socket = createSocket("udp4").unref()
  await new Promise<void>((done, fail) => socket.once("error", fail).bind(port, "127.0.0.1", done))
  return socket
}

/** Two sockets on neighbouring ports of loopback: RTP and RTCP. */
async function twoSockets(): Promise<readonly [Socket, Socket, number]> {
  for (let tries = 0; tries < 50; tries++) {
    const rtp = await bound(0)
    const { port } = rtp.address() as AddressInfo
    try {
      if (port % 2 === 0) return [rtp, await bound(port + 1), port]
    } catch {
      // the neighbour is taken
    }
    rtp.close()
  }
  throw new Error("no two free ports")
}

/** A running ffmpeg that ends after TIMEOUT at the latest, and its log. */
class Ffmpeg {
  log = ""
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  private wake: () => void = () => undefined
  constructor(how: readonly string[]) {
    this.child = spawn(program("ffmpeg")!, ["-hide_banner", "-nostdin", "-y", ...how], { stdio: ["ignore", "ignore", "pipe"], timeout: TIMEOUT, killSignal: "SIGKILL" })
    this.child.stderr!.on("data", (chunk: Buffer) => {
      this.log += chunk.toString()
      this.wake()
    })
    this.ended = new Promise((done) => this.child.once("close", (code) => {
      done(code)
      this.wake()
    }))
  }
  /** Waits until the log has `times` of a word. */
  async says(word: string, times: number): Promise<void> {
    while (this.log.split(word).length <= times) {
      assert(this.child.exitCode === null && this.child.signalCode === null, `ffmpeg ended without ${times} times "${word}":\n${this.log.slice(-2000)}`)
      await new Promise<void>((done) => { this.wake = done })
    }
  }
}

/** What ffmpeg writes of a stream that it is sent under `protection`, when it believes in `belief`. */
async function heard(home: string, codec: Codec, protection: SrtpContext, belief: SrtpContext, until: (f: Ffmpeg, sent: number) => Promise<void>): Promise<Uint8Array> {
  const [rtp, rtcp, port] = await twoSockets()
  rtp.close()
  rtcp.close()
  const { payloadType, name, format } = codecs[codec]
  const sdp = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", `m=audio ${port} RTP/SAVP ${payloadType}`, `a=rtpmap:${payloadType} ${name}/8000`, `a=crypto:1 ${suites[belief.cipher]} inline:${inline(belief)}`, ""]
  writeFileSync(join(home, "call.sdp"), sdp.join("\r\n"))
  const out = join(home, "heard")
  const ffmpeg = new Ffmpeg(["-loglevel", "repeat+debug", "-protocol_whitelist", "file,udp,rtp,srtp", "-localaddr", "127.0.0.1", "-listen_timeout", String(TIMEOUT / 500), "-i", join(home, "call.sdp"), "-c", "copy", "-f", format, out])
  // it says so of each of its two sockets when they are bound
  await ffmpeg.says("end receive buffer size reported", 2)
  const sender = createSocket("udp4")
  const { rtp: guard, rtcp: control } = guards(nobleSym, protection, "no MKI")
  const stream = packets(codec, protection.ssrc, protection.seq!, 0).map(({ octets, roc }) => protectRtp(guard, octets, roc))
  for (const each of [...stream, protectRtcp(control, goodbye(protection.ssrc), 1)]) await new Promise((done) => sender.send(each, port, "127.0.0.1", done))
  sender.close()
  await until(ffmpeg, stream.length + 1)
  return readFileSync(out)
}

describe("ffmpeg", () => {
  before(tool("ffmpeg", () => program("ffmpeg")))
  let home = ""
  before(() => { home = folder("ffmpeg") })
  after(() => { if (home !== "") rmSync(home, { recursive: true, force: true }) })

  for (const cipher of ciphers)
    for (const codec of ["pcmu", "pcma"] as const) {
      it(`plays a stream of ours, ${codecs[codec].name} under ${cipher}, to the BYE in its SRTCP`, async () => {
        const context = called(cipher, 0)[0]
        // it waits longer for packets than it may live: only a BYE that it believes ends it well
        const got = await heard(home, codec, context, context, async (ffmpeg) => assert.equal(await ffmpeg.ended, 0, ffmpeg.log.slice(-2000)))
        assert.equal(hex(got), hex(melody(codec)))
      })
    }

  for (const cipher of ciphers)
    it(`plays nothing under ${cipher} with one flipped key bit`, async () => {
      const context = called(cipher, 0)[0]
      const got = await heard(home, "pcmu", context, flipped(context), async (ffmpeg, sent) => {
        await ffmpeg.says("HMAC mismatch", sent)
        ffmpeg.child.kill("SIGTERM")
        await ffmpeg.ended
      })
      assert.equal(got.length, 0)
    })

  for (const cipher of ciphers)
    it(`sends a stream under ${cipher} that we open, and make to the same octets`, async () => {
      const context = called(cipher, 0)[0]
      const [rtp, rtcp, port] = await twoSockets()
      const [sealed, reports]: [Uint8Array[], Uint8Array[]] = [[], []]
      const all = new Promise<void>((done) => {
        // every sample, the report at the start, and the last with its BYE; more reports when five seconds have passed between
        const whole = (): void => {
          const octets = sealed.reduce((sum, each) => sum + each.length - 12 - context.tagOctets, 0)
          if (octets === melody("pcmu").length && reports.length >= 2) done()
        }
        rtp.on("message", (octets) => {
          sealed.push(octets)
          whole()
        })
        rtcp.on("message", (octets) => {
          reports.push(octets)
          whole()
        })
      })
      writeFileSync(join(home, "melody"), melody("pcmu"))
      const how = ["-f", "mulaw", "-ar", "8000", "-ac", "1", "-i", join(home, "melody"), "-c", "copy", "-f", "rtp", "-rtpflags", "send_bye", "-ssrc", String(context.ssrc), "-seq", "65530"]
      const ffmpeg = new Ffmpeg([...how, "-srtp_out_suite", suites[cipher]!, "-srtp_out_params", inline(context), `srtp://127.0.0.1:${port}?localaddr=127.0.0.1&pkt_size=200`])
      const code = await ffmpeg.ended
      if (code === 0) await all
      rtp.close()
      rtcp.close()
      assert.equal(code, 0, ffmpeg.log)
      const g = guards(nobleSym, context, "no MKI")
      const audio = sealed.map((each) => {
        const roc = Buffer.from(each).readUInt16BE(2) < 65530 ? 1 : 0
        const plain = openRtp(g.rtp, each, roc)
        assert(plain !== undefined, "does not open")
        assert.equal(hex(protectRtp(g.rtp, plain, roc)), hex(each))
        assert.equal(openRtp(guards(nobleSym, flipped(context), "no MKI").rtp, each, roc), undefined)
        return plain.subarray(12)
      })
      assert.equal(hex(concat(audio)), hex(melody("pcmu")))
      for (const [i, each] of reports.entries()) assert.equal(openRtcp(g.rtcp, each)![1], 200, `report ${i}`)
    })
})
