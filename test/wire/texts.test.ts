/** The laws of codecs on what stands below and beside the MIKEY wire: hex, base64, UTF-8, NTP time, identities, topics, frames, SDP, captures. */
import assert from "node:assert/strict"
import fc from "fast-check"
import { base64, unbase64 } from "../../sdk/base/base64.ts"
import { base64url, concat, hex, u16, u8, unhex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { text, utf8 } from "../../sdk/base/utf8.ts"
import { readCapture, writeCapture, type Sent } from "../../sdk/cli/decode-pcap.ts"
import { host, identity, isNormal, ntp, ntpSeconds, utcOf } from "../../sdk/ibake/identity.ts"
import { ackFrame, dataFrame, decodeFrame, saysOf, type AckFrame, type DataFrame } from "../../sdk/keys/frames.ts"
import { callerOf, callTopic, deviceOf, upTopic } from "../../sdk/keys/topics.ts"
import { mikeyOf, protocolList, readKeyMgmt, writeMikey } from "../../sdk/srtp/sdp.ts"
import { data, exactly, octet } from "./arbitraries.ts"
import { codecLaws, plain } from "./laws.ts"

const latin1 = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1")
const octetsOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"))
const runs = 600

describe("hex, base64 and UTF-8", () => {
  codecLaws("hex", { values: data(60), encode: (o) => octetsOf(hex(o)), decode: (o) => unhex(latin1(o)), written: (o) => octetsOf(latin1(o).toLowerCase()), form: "one", runs }, "open")
  codecLaws("base64", { values: data(60), encode: (o) => octetsOf(base64(o)), decode: (o) => unbase64(latin1(o)), form: "one", runs }, "open")
  codecLaws("UTF-8", { values: fc.string({ unit: "binary", maxLength: 40 }), encode: (s) => utf8(s)!, decode: text, form: "one", runs }, "open")
  it("agree with Node's, also on what they refuse", () => {
    const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
    const decoded = (octets: Uint8Array): string | undefined => {
      try {
        return strict.decode(octets)
      } catch {
        return undefined
      }
    }
    fc.assert(fc.property(fc.oneof(fc.array(fc.constantFrom(0x24, 0x80, 0xbf, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xff), { maxLength: 6 }).map((list) => Uint8Array.from(list)), data(20)), (octets) => {
      assert.equal(text(octets), decoded(octets))
      assert.equal(base64url(octets), Buffer.from(octets).toString("base64url"))
    }), { numRuns: 3000 })
    fc.assert(fc.property(fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)), maxLength: 6 }), (s) => {
      assert.deepEqual(plain(utf8(s)), plain(decoded(new TextEncoder().encode(s)) === s ? new TextEncoder().encode(s) : undefined))
    }), { numRuns: 3000 })
  })
})

describe("time, names and topics", () => {
  it("NTP time comes back within a millisecond, in both eras", () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 2 ** 32 + 2 ** 31 - 2208988800 - 1, noNaN: true }), (utc) => {
      const stamp = ntp(utc)
      assert.equal(stamp.length, 8)
      assert.equal(hex(ntp(ntpSeconds(stamp) - 2208988800)), `${hex(stamp.subarray(0, 4))}00000000`)
      const late = utc - utcOf(stamp)
      assert.ok(late >= -1e-6 && late < 0.0010001, `${late}`)
    }), { numRuns: runs })
  })
  it("an identity has one normal form, which every other form comes to and which alone is taken from the wire", () => {
    const unit = fc.constantFrom(..."sipSIPtel:@/;?[]aB.1é\u{1f600} %")
    fc.assert(fc.property(fc.oneof(fc.string({ unit, minLength: 1, maxLength: 24 }), fc.webUrl(), fc.emailAddress()), fc.nat(1), (value, type) => {
      const id = identity(value, type)
      assert.ok(!isFault(id))
      assert.ok(isNormal(type, id.data))
      assert.equal(hex((identity(text(id.data)!, type) as typeof id).data), hex(id.data))
      assert.equal(isNormal(type, utf8(value)!), text(id.data) === value)
      assert.equal(text(host(id))!.toLowerCase().replace(/[^\0-\x7f]/g, ""), text(host(id))!.replace(/[^\0-\x7f]/g, ""))
    }), { numRuns: 2000 })
    fc.assert(fc.property(data(30), fc.nat(3), (octets, type) => {
      if (isNormal(type, octets)) assert.equal(hex((identity(text(octets)!, type) as { data: Uint8Array }).data), hex(octets))
    }), { numRuns: runs })
  })
  it("a topic names the one device that it is of", () => {
    const ids = exactly(9).map(base64url)
    fc.assert(fc.property(ids, ids, fc.string({ unit: fc.constantFrom(..."+/#ab-_A"), maxLength: 40 }), (own, from, noise) => {
      assert.equal(deviceOf(upTopic("kms", own), "kms"), own)
      assert.equal(callerOf(callTopic(own, from), own), from)
      for (const topic of [noise, `ibake/1/kms/${noise}`, `${upTopic("kms", own)}${noise}`]) {
        const device = deviceOf(topic, "kms")
        if (device !== undefined) assert.equal(upTopic("kms", device), topic)
        const caller = callerOf(topic, own)
        if (caller !== undefined) assert.equal(callTopic(own, caller), topic)
      }
    }), { numRuns: runs })
  })
})

/** A frame laid out again from its fields. */
function laid(frame: DataFrame | AckFrame): Uint8Array {
  if (frame.kind === "data") return dataFrame(frame.transfer, frame.index, frame.last, frame.octets)
  return concat([u8(0x20), u16(frame.transfer), u8(frame.next), frame.bitmap])
}

describe("frames of the channel", () => {
  const transfer = fc.nat(65535)
  const dataFrames: fc.Arbitrary<DataFrame> = fc.record({ kind: fc.constant("data"), transfer, index: fc.nat(254), last: fc.nat(254), octets: fc.uint8Array({ minLength: 1, maxLength: 80 }) })
    .map((frame) => ({ ...frame, index: Math.min(frame.index, frame.last), last: Math.max(frame.index, frame.last) }))
  const ackFrames: fc.Arbitrary<AckFrame> = fc.record({ kind: fc.constant("ack"), transfer, next: octet, bitmap: data(8) })
  const decode = (octets: Uint8Array): DataFrame | AckFrame | undefined => {
    const frame = decodeFrame(octets)
    return isFault(frame) ? undefined : frame
  }
  codecLaws("a frame", { values: fc.oneof(dataFrames, ackFrames), encode: laid, decode, form: "one", runs: 1500 }, "open")
  it("an ACK says of each block what is held, for any set of blocks", () => {
    fc.assert(fc.property(transfer, fc.nat(254), fc.uniqueArray(fc.nat(254)), fc.nat(254), (number, last, list, all) => {
      const held = new Set(list.concat(Array.from({ length: all }, (_, i) => i)))
      const ack = decode(ackFrame(number, last, (i) => held.has(i))) as AckFrame
      assert.equal(ack.transfer, number)
      for (let i = 0; i <= last; i++) assert.equal(saysOf(ack, i), i > ack.next + 64 ? "nothing" : held.has(i) ? "held" : "missing")
    }), { numRuns: runs })
  })
})

describe("SDP and captures", () => {
  const line = fc.tuple(fc.constantFrom("a=", "b=", "i=", "a=key-mgmtx:", "a=key-mgmt: keyp1 "), fc.string({ unit: fc.constantFrom(..."abc =:-/é"), minLength: 1, maxLength: 12 })).map((pair) => pair.join("").trimEnd())
  const part = fc.uniqueArray(line, { maxLength: 4, selector: (each) => each.startsWith("a=key-mgmt: ") })
  const sdps = fc.tuple(part, fc.array(part, { maxLength: 3 }), fc.constantFrom("\r\n", "\n")).map(([session, media, end]) => [["v=0", ...session], ...media.map((lines) => ["m=audio 9 RTP/SAVP 0", ...lines])].flat().concat("").join(end))
  it("a MIKEY message comes back from the level it was written at, and the rest of the SDP is as it was", () => {
    fc.assert(fc.property(sdps, fc.nat(3), fc.uint8Array({ minLength: 1, maxLength: 80 }), (sdp, at, message) => {
      const before = readKeyMgmt(sdp)
      if (isFault(before)) return assert.match(before.at, /key|prtcl/)
      const level = at === 0 || at > before.media.length ? "session" : at - 1
      const written = writeMikey(sdp, level, message)
      const after = readKeyMgmt(written)
      assert.ok(!isFault(after))
      assert.equal(hex(mikeyOf(after, level) as Uint8Array), hex(message))
      assert.equal(written.replace(/a=key-mgmt:mikey .*\r?\n/, ""), sdp)
      assert.equal(protocolList(after).split(";").filter((name) => name !== "mikey").join(";"), protocolList(before))
    }), { numRuns: 1000 })
  })
  const sent: fc.Arbitrary<Sent> = fc.record({ from: fc.constantFrom(1, 2), port: fc.nat(65535), payload: fc.uint8Array({ minLength: 1, maxLength: 80 }), utc: fc.nat(0x7fffffff) })
  it("a capture gives the datagrams that were written, in order", () => {
    fc.assert(fc.property(fc.array(sent, { maxLength: 5 }), (list) => {
      const read = readCapture(writeCapture(list))!
      assert.deepEqual(read.troubles, [])
      assert.deepEqual(plain(read.datagrams), plain(list.map(({ port, payload }, i) => ({ packet: i + 1, sourcePort: port, port, payload }))))
    }), { numRuns: 300 })
  })
})
