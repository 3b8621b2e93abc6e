/** libsrtp2 opens what is protected under the keys of our calls, and protects what we open, octet for octet, for each cipher, with MKI and without. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { hex } from "../../sdk/base/bytes.ts"
import type { SrtpContext } from "../../sdk/srtp/contexts.ts"
import type { SrtpTransform } from "../../sdk/srtp/policy.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { folder, program } from "../processes.ts"
import { guards, openRtcp, openRtp, protectRtcp, protectRtp } from "../srtp-packets.ts"
import { tool } from "../tools.ts"
import { called, flipped } from "./calls.ts"
import { goodbye, packets } from "./melody.ts"

const transforms: readonly SrtpTransform[] = ["AEAD_AES_128_GCM", "AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", "AES_256_CM_HMAC_SHA1_32"]
const ROC = 3
const headers = "/usr/include/srtp2/srtp.h"
let home = ""

interface Work {
  readonly to: "protect" | "open"
  readonly kind: "rtp" | "rtcp"
  readonly context: SrtpContext
  readonly mki: "with MKI" | "no MKI"
}

/** What libsrtp makes of packets, "" of one that it refuses. */
function judged(work: Work, list: readonly Uint8Array[]): string[] {
  const { context } = work
  const how = [context.cipher, work.to, work.kind, String(context.ssrc), String(context.roc), hex(context.masterKey) + hex(context.masterSalt), ...(work.mki === "no MKI" ? [] : [hex(context.mki)])]
  const input = Buffer.concat(list.flatMap((each) => [Uint8Array.of(each.length >> 8, each.length), each]))
  const done = spawnSync(join(home, "libsrtp"), how, { input, timeout: 20000, maxBuffer: 1 << 24 })
  assert.equal(done.status, 0, done.stderr.toString())
  const out: string[] = []
  for (let at = 0; at < done.stdout.length; ) {
    const length = done.stdout.readUInt16BE(at)
    out.push(done.stdout.toString("hex", at + 2, at + 2 + length))
    at += 2 + length
  }
  assert.equal(out.length, list.length)
  return out
}

describe("libsrtp2", () => {
  before(tool("gcc", () => program("gcc")))
  before(tool("libsrtp2-dev", () => existsSync(headers)))
  before(() => {
    home = folder("libsrtp")
    const made = spawnSync(program("gcc")!, ["-O1", "-Wall", "-Werror", "-o", join(home, "libsrtp"), fileURLToPath(new URL("libsrtp.c", import.meta.url)), "-lsrtp2"], { timeout: 60000 })
    assert.equal(made.status, 0, made.stderr?.toString())
  })
  after(() => { if (home !== "") rmSync(home, { recursive: true, force: true }) })

  for (const cipher of transforms) {
    describe(cipher, () => {
      let context: SrtpContext
      before(() => { context = called(cipher, ROC)[0] })
      const plain = () => packets("pcmu", context.ssrc, context.seq!, context.roc)

      for (const mki of ["with MKI", "no MKI"] as const) {
        it(`opens a stream of ours over the wrap of the sequence number, ${mki}`, () => {
          const { rtp } = guards(nobleSym, context, mki)
          const sealed = plain().map(({ octets, roc }) => protectRtp(rtp, octets, roc))
          assert.deepEqual(judged({ to: "open", kind: "rtp", context, mki }, sealed), plain().map(({ octets }) => hex(octets)))
        })
        it(`protects a stream to the very octets of ours, ${mki}`, () => {
          const { rtp } = guards(nobleSym, context, mki)
          const theirs = judged({ to: "protect", kind: "rtp", context, mki }, plain().map(({ octets }) => octets))
          assert.deepEqual(theirs, plain().map(({ octets, roc }) => hex(protectRtp(rtp, octets, roc))))
          for (const [i, { octets, roc }] of plain().entries()) assert.equal(hex(openRtp(rtp, Buffer.from(theirs[i]!, "hex"), roc)!), hex(octets))
        })
        it(`protects and opens SRTCP as we do, ${mki}`, () => {
          const { rtcp } = guards(nobleSym, context, mki)
          const reports = [goodbye(context.ssrc), goodbye(context.ssrc)]
          const theirs = judged({ to: "protect", kind: "rtcp", context, mki }, reports)
          assert.deepEqual(theirs, reports.map((each, i) => hex(protectRtcp(rtcp, each, i + 1))))
          for (const each of theirs) assert.equal(hex(openRtcp(rtcp, Buffer.from(each, "hex"))!), hex(reports[0]!))
          const opened = judged({ to: "open", kind: "rtcp", context, mki }, theirs.map((each) => Buffer.from(each, "hex")))
          // libsrtp 2.5 looks for the MKI of SRTCP where the shorter tag of SRTP would put it, and so does not open what it protected itself
          if (mki === "no MKI" || context.tagOctets !== 4) assert.deepEqual(opened, reports.map(hex))
        })
        it(`hears nothing under one flipped key bit, ${mki}`, () => {
          const { rtp } = guards(nobleSym, context, mki)
          const sealed = plain().map(({ octets, roc }) => protectRtp(rtp, octets, roc))
          assert.deepEqual([...new Set(judged({ to: "open", kind: "rtp", context: flipped(context), mki }, sealed))], [""])
        })
      }
      it("hears nothing under another MKI, another rollover counter or the other direction's key", () => {
        const sealed = (of: SrtpContext): Uint8Array[] => plain().map(({ octets, roc }) => protectRtp(guards(nobleSym, of, "with MKI").rtp, octets, roc))
        const other = { ...called(cipher, ROC)[1], ssrc: context.ssrc, roc: ROC }
        for (const each of [{ ...context, mki: Uint8Array.of(1, 2, 3, 4) }, { ...context, roc: ROC + 1 }, other])
          assert.deepEqual([...new Set(judged({ to: "open", kind: "rtp", context: each, mki: "with MKI" }, sealed(context).slice(0, 20)))], [""])
      })
    })
  }
})
