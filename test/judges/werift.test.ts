/** werift-rtp, the SRTP of a WebRTC stack in JavaScript, opens what is protected under the keys of our calls, and protects what we open; it knows two ciphers and no MKI. */
import assert from "node:assert/strict"
import { RtpPacket, SrtcpSession, SrtpSession } from "werift-rtp"
import { hex } from "../../sdk/base/bytes.ts"
import type { SrtpContext } from "../../sdk/srtp/contexts.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { guards, openRtcp, openRtp, protectRtcp, protectRtp } from "../srtp-packets.ts"
import { called, flipped } from "./calls.ts"
import { goodbye, packets } from "./melody.ts"

/** Protection profile numbers of RFC 5764 and RFC 7714. */
const profiles = [["AES_CM_128_HMAC_SHA1_80", 1], ["AEAD_AES_128_GCM", 7]] as const

function config(context: SrtpContext, profile: number): ConstructorParameters<typeof SrtpSession>[0] {
  const [key, salt] = [Buffer.from(context.masterKey), Buffer.from(context.masterSalt)]
  return { keys: { localMasterKey: key, localMasterSalt: salt, remoteMasterKey: key, remoteMasterSalt: salt }, profile }
}

describe("werift-rtp", () => {
  for (const [cipher, profile] of profiles) {
    describe(cipher, () => {
      let context: SrtpContext
      before(() => { context = called(cipher, 0)[0] })
      const plain = () => packets("pcma", context.ssrc, context.seq!, 0)
      const sealed = () => plain().map(({ octets, roc }) => protectRtp(guards(nobleSym, context, "no MKI").rtp, octets, roc))
      const heard = (of: SrtpContext): string[] => {
        const session = new SrtpSession(config(of, profile))
        return sealed().map((each) => {
          try {
            return hex(session.decrypt(Buffer.from(each)))
          } catch {
            return ""
          }
        })
      }

      it("opens a stream of ours over the wrap of the sequence number", () => assert.deepEqual(heard(context), plain().map(({ octets }) => hex(octets))))
      it("protects a stream to the very octets of ours", () => {
        const session = new SrtpSession(config(context, profile))
        for (const [i, { octets, roc }] of plain().entries()) {
          const { header, payload } = RtpPacket.deSerialize(Buffer.from(octets))
          const theirs = session.encrypt(payload, header)
          assert.equal(hex(theirs), hex(sealed()[i]!))
          assert.equal(hex(openRtp(guards(nobleSym, context, "no MKI").rtp, theirs, roc)!), hex(octets))
        }
      })
      it("protects and opens SRTCP as we do", () => {
        const { rtcp } = guards(nobleSym, context, "no MKI")
        const session = new SrtcpSession(config(context, profile))
        const report = Buffer.from(goodbye(context.ssrc))
        const theirs = session.encrypt(report)
        assert.equal(hex(openRtcp(rtcp, theirs)!), hex(report))
        assert.equal(hex(session.decrypt(Buffer.from(protectRtcp(rtcp, report, 77)))), hex(report))
      })
      it("hears nothing under one flipped key bit", () => assert.deepEqual([...new Set(heard(flipped(context)))], [""]))
    })
  }
})
