/** MIKEY in SDP, RFC 4567: the attribute, its levels, base64, the list of offered protocols, and a whole call laid over SIP. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import fc from "fast-check"
import { base64, unbase64 } from "../../sdk/base/base64.ts"
import { hex, unhex } from "../../sdk/base/bytes.ts"
import { isFault, type Fault } from "../../sdk/base/fault.ts"
import { run } from "../../sdk/base/job.ts"
import { clearParts, header, uidAt } from "../../sdk/ibake/exchange.ts"
import { build, parse } from "../../sdk/mikey/message.ts"
import { dataType } from "../../sdk/mikey/numbers.ts"
import { extensionPayload, ibakePayload, part } from "../../sdk/mikey/payload.ts"
import { boundProtocols, mikeyIn, mikeyLine, mikeyOf, protocolList, readKeyMgmt, SDP_LENGTH, sdpIds, sipSteps, writeMikey, type KeyMgmtLines } from "../../sdk/srtp/sdp.ts"
import { agreed, answerer, caller, fastKit, good, NOW, octetsOf, radio, refused, sent, testKms } from "../fixture.ts"
import { clearOf, openByHand } from "../protocol/by-hand.ts"

const call = (JSON.parse(readFileSync(new URL("../cases/ibake-run.json", import.meta.url), "utf8")) as { call: Record<string, string> }).call
const names = ["I_MESSAGE_1", "R_MESSAGE_1", "I_MESSAGE_2", "R_MESSAGE_2"] as const
const recorded = names.map((name) => unhex(call[name]!)!)

/** The body of an offer or answer without keys: two streams. */
const bare = (who: string): string =>
  ["v=0", `o=${who} 2891092738 2891092738 IN IP4 192.0.2.1`, "s=-", "c=IN IP4 192.0.2.1", "t=0 0", "m=audio 49000 RTP/SAVP 0", "a=rtpmap:0 PCMU/8000", "m=video 52230 RTP/SAVP 31", ""].join("\r\n")

const withLines = (session: readonly string[], ...media: readonly (readonly string[])[]): string =>
  ["v=0", ...session, ...media.flatMap((lines) => ["m=audio 49000 RTP/SAVP 0", ...lines]), ""].join("\r\n")

const read = (sdp: string): KeyMgmtLines => good(readKeyMgmt(sdp))
const fault = (value: unknown): string => {
  assert(isFault(value), JSON.stringify(value))
  return `${value.fault} at ${value.at}`
}

describe("base64", () => {
  it("is RFC 4648's, both ways, for every length", () => {
    for (const [plain, coded] of [["", ""], ["f", "Zg=="], ["fo", "Zm8="], ["foo", "Zm9v"], ["foob", "Zm9vYg=="], ["fooba", "Zm9vYmE="], ["foobar", "Zm9vYmFy"]] as const) {
      assert.equal(base64(Buffer.from(plain)), coded)
      assert.deepEqual(unbase64(coded), new Uint8Array(Buffer.from(plain)))
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
      assert.equal(base64(octets), Buffer.from(octets).toString("base64"))
      assert.equal(hex(unbase64(base64(octets))!), hex(octets))
    }))
  })
  it("has one text for each octet string, and no other is read", () => {
    for (const bad of ["Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zm8=Zm8=", "Zg==\n", " Zg=", "Zm-v", "Zm_v", "====", "Z===", "=Zg=", "Zm9é", "Zm\u013fv", "Zm9v Zm9"]) assert.equal(unbase64(bad), undefined, bad)
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."AZaz09+/=gw -_") }), (text) => {
      const octets = unbase64(text)
      if (octets !== undefined) assert.equal(base64(octets), text)
      else assert.notEqual(Buffer.from(text, "base64").toString("base64"), text)
    }), { numRuns: 2000 })
  })
})

describe("a=key-mgmt", () => {
  const message = octetsOf("message", 50)
  const other = octetsOf("other", 20)

  it("is written at session level before the first m=, and at media level as that description's last line", () => {
    const line = mikeyLine(message)
    assert.equal(line, `a=key-mgmt:mikey ${Buffer.from(message).toString("base64")}`)
    const lines = bare("alice").split("\r\n")
    assert.equal(writeMikey(bare("alice"), "session", message), [...lines.slice(0, 5), line, ...lines.slice(5)].join("\r\n"))
    assert.equal(writeMikey(bare("alice"), 0, message), [...lines.slice(0, 7), line, ...lines.slice(7)].join("\r\n"))
    assert.equal(writeMikey(bare("alice"), 1, message), [...lines.slice(0, 8), line, ...lines.slice(8)].join("\r\n"))
    const newlines = bare("alice").replaceAll("\r\n", "\n")
    assert.equal(writeMikey(newlines, 1, message), `${newlines}${line}\n`)
  })
  it("comes back from any level, and what else the SDP says stays", () => {
    for (const level of ["session", 0, 1] as const) {
      const sdp = writeMikey(bare("alice"), level, message)
      assert.equal(hex(good(mikeyOf(read(sdp), level)) as Uint8Array), hex(message))
      assert.equal(sdp.replace(`${mikeyLine(message)}\r\n`, ""), bare("alice"))
    }
  })
  it("of a media description stands for that of the session, even when it names no MIKEY", () => {
    const both = writeMikey(writeMikey(bare("alice"), "session", message), 1, other)
    assert.deepEqual([0, 1, "session" as const].map((level) => hex(mikeyOf(read(both), level) as Uint8Array)), [message, other, message].map(hex))
    const foreign = withLines([mikeyLine(message)], ["a=key-mgmt:keyp1 727gkdOs"], [])
    assert.equal(mikeyOf(read(foreign), 0), undefined)
    assert.equal(hex(mikeyOf(read(foreign), 1) as Uint8Array), hex(message))
    assert.equal(mikeyOf(read(bare("alice")), 0), undefined)
    assert.equal(fault(mikeyOf(read(foreign), 2)), "wire/value at SDP.m")
  })
  it("may have one space after the colon; the protocol identifier is compared by case", () => {
    const data = base64(message)
    assert.equal(hex(mikeyOf(read(withLines([`a=key-mgmt: mikey ${data}`])), "session") as Uint8Array), hex(message))
    for (const another of ["MIKEY", "Mikey", "mikey2"]) assert.equal(mikeyOf(read(withLines([`a=key-mgmt:${another} ${data}`])), "session"), undefined)
    assert.deepEqual(read(withLines([`a=key-mgmtx:mikey ${data}`, `a=key-mgmt-x:mikey ${data}`, `b=key-mgmt:mikey ${data}`])).session, [])
  })
  it("reads the two examples of RFC 4567 section 5.1", () => {
    const example = ["AQAFgM0XflABAAAAAAAAAAAAAAsAyONQ6gAAAAAGEEoo2pee4hp2UaDX8ZE22YwKAAAPZG9uYWxkQGR1Y2suY29tAQAAAAAAAQAk0JKpgaVkDaawi9whVBtBt0KZ14ymNuu62+Nv3ozPLygwK/GbAV9iemnGUIZ19fWQUOSrzKTAv9zV", "AQEFgM0XflABAAAAAAAAAAAAAAYAyONQ6gAAAAAJAAAQbWlja2V5QG1vdXNlLmNvbQABn8HdGE5BMDXFIuGEga+62AgY5cc="]
    for (const data of example) assert.equal(Buffer.from(mikeyOf(read(withLines([`a=key-mgmt:mikey ${data}`])), "session") as Uint8Array).toString("base64"), data)
  })

  const data = base64(message)
  const bad: readonly (readonly [why: string, sdp: string, fault: string])[] = [
    ["empty", "", "wire/value at SDP.v"],
    ["another version", "v=1\r\n", "wire/value at SDP.v"],
    ["cut in the last line", withLines([mikeyLine(message)]).slice(0, -3), "wire/short at SDP"],
    ["a line without =", "v=0\r\nhello\r\n", "wire/value at SDP.line"],
    ["an empty line", "v=0\r\n\r\na=x\r\n", "wire/value at SDP.line"],
    ["a type in upper case", "v=0\r\nA=x\r\n", "wire/value at SDP.line"],
    ["a CR in a line", "v=0\r\na=x\ry\r\n", "wire/value at SDP.line"],
    ["a NUL", "v=0\r\na=x\0\r\n", "wire/value at SDP.line"],
    ["too long", withLines(["a=" + "x".repeat(SDP_LENGTH)]), "wire/size at SDP"],
    ["an attribute without value", withLines(["a=key-mgmt"]), "wire/value at SDP.key-mgmt"],
    ["an empty value", withLines(["a=key-mgmt:"]), "wire/value at SDP.prtcl-id"],
    ["no data", withLines(["a=key-mgmt:mikey"]), "wire/value at SDP.prtcl-id"],
    ["empty data", withLines(["a=key-mgmt:mikey "]), "wire/value at SDP.keymgmt-data"],
    ["two spaces before the identifier", withLines([`a=key-mgmt:  mikey ${data}`]), "wire/value at SDP.prtcl-id"],
    ["an identifier that is none", withLines([`a=key-mgmt:mi-key ${data}`]), "wire/value at SDP.prtcl-id"],
    ["an identifier with the list's separator", withLines([`a=key-mgmt:mikey;keyp1 ${data}`]), "wire/value at SDP.prtcl-id"],
    ["two MIKEY messages at one level", withLines([mikeyLine(message), mikeyLine(other)]), "wire/chain at SDP.key-mgmt"],
    ["two spaces before the data", withLines([`a=key-mgmt:mikey  ${data}`]), "wire/value at SDP.keymgmt-data"],
    ["a space after the data", withLines([`a=key-mgmt:mikey ${data} `]), "wire/value at SDP.keymgmt-data"],
    ["data that is no base64", withLines(["a=key-mgmt:mikey AQ*="]), "wire/value at SDP.keymgmt-data"],
    ["base64 in a second form", withLines(["a=key-mgmt:mikey AR=="]), "wire/value at SDP.keymgmt-data"],
  ]
  for (const [why, sdp, expected] of bad)
    it(`${why} is a Fault`, () => {
      const lines = readKeyMgmt(sdp)
      assert.equal(fault(isFault(lines) ? lines : mikeyOf(lines, "session")), expected)
    })

  it("strangers' text never throws", () => {
    const sdp = writeMikey(writeMikey(bare("alice"), "session", message), 1, other)
    const probe = (text: string): void => {
      const lines = readKeyMgmt(text)
      if (isFault(lines)) return
      for (const level of ["session", 0, 1, 2] as const) mikeyOf(lines, level)
      boundProtocols(sdpIds("mikey"), lines)
    }
    fc.assert(fc.property(fc.string({ unit: "binary" }), probe))
    fc.assert(fc.property(fc.nat(sdp.length), fc.nat(8), fc.string({ unit: "binary", maxLength: 4 }), (at, cut, put) => probe(sdp.slice(0, at) + put + sdp.slice(at + cut))), { numRuns: 2000 })
  })
  it("is written into an SDP of one's own only, once per level", () => {
    assert.throws(() => writeMikey("hello", "session", message), /expected an SDP/)
    assert.throws(() => writeMikey(bare("alice"), 2, message), /one of 2 media descriptions, got 2/)
    assert.throws(() => writeMikey(writeMikey(bare("alice"), 0, message), 0, other), /no MIKEY message at this level/)
  })
})

describe("the list of offered protocols", () => {
  const offer = withLines([mikeyLine(recorded[0]!), "a=key-mgmt:keyp1 727gkdOs", "a=key-mgmt:keyp2 DFsnuiSD"], [])
  const peeled = withLines(["a=key-mgmt:keyp2 DFsnuiSD", mikeyLine(recorded[0]!)], [])

  it("has every identifier in the order of the SDP, as in RFC 4567 section 4.1.4", () => {
    assert.equal(protocolList(read(offer)), "mikey;keyp1;keyp2")
    assert.equal(protocolList(read(withLines([], [mikeyLine(recorded[0]!)], ["a=key-mgmt:keyp1 x", mikeyLine(recorded[0]!)]))), "mikey;keyp1;mikey")
    assert.equal(protocolList(read(bare("alice"))), "")
  })
  it("is bound when the message names the same, and an offer with one peeled off, added or moved is not", () => {
    assert.equal(boundProtocols(sdpIds("mikey;keyp1;keyp2"), read(offer)), undefined)
    for (const list of ["mikey", "mikey;keyp2;keyp1", "mikey;keyp1;keyp2;", "mikey;keyp1;keyp2;keyp3", ""]) assert.equal(fault(boundProtocols(sdpIds(list), read(offer))), "auth/failed at General Extension.SDP IDs")
    assert.equal(fault(boundProtocols(sdpIds("mikey;keyp1;keyp2"), read(peeled))), "auth/failed at General Extension.SDP IDs")
    assert.equal(fault(boundProtocols(undefined, read(offer))), "wire/chain at General Extension.SDP IDs")
    assert.equal(fault(boundProtocols({ type: 0, data: sdpIds("mikey;keyp1;keyp2").data }, read(offer))), "wire/chain at General Extension.SDP IDs")
  })
  it("stands in I_MESSAGE_1 under its box: a changed list does not open", () => {
    const kms = testKms(fastKit())
    const [alice, bob] = [radio(kms, "sip:alice@police.example"), radio(kms, "sip:bob@police.example")]
    const opened = openByHand(bob, bob.me, sent(caller(alice, bob.me).start(NOW)))!
    const plain = openedPlain(opened)
    const clear = clearOf(opened.m, opened.m.RAND!)
    const box = bob.profile.suites[0]!.box
    const keys = run(box.encapsulate(uidAt(bob.profile, bob.me, bob.ring.kmsOf(bob.me)!, clear.T)!, bob.ring.kmsOf(bob.me)!.par, octetsOf("seed", box.seedOctets)))
    const room = new Uint8Array(box.octets(keys, plain.length))
    const parts = [...clearParts(dataType.I_MESSAGE_1, clear), part(extensionPayload, sdpIds("mikey;keyp1;keyp2")), part(ibakePayload, { encrData: room })]
    const message = build(header(dataType.I_MESSAGE_1, clear), parts).octets
    const at = message.length - room.length
    message.set(box.seal(keys, message.subarray(0, at), plain), at)

    assert.equal(boundProtocols(good(parse(message, 65535)).extension, read(offer)), undefined)
    const place = Buffer.from(message).indexOf("keyp1")
    const changed = message.map((octet, i) => (i === place + 4 ? 0x33 : octet))
    assert.equal(refused(answerer(bob).receive(changed, NOW, "")), "auth/failed at I_MESSAGE_1.IBAKE")
    sent(answerer(bob).receive(message, NOW, ""))
  })

  /** The plaintext of a box, from what was read of it. */
  function openedPlain(opened: ReturnType<typeof openByHand> & object): Uint8Array {
    const { keys, m } = opened
    const box = fastKit().profile.suites[0]!.box
    const at = m.octets.length - m.IBAKE!.length
    const plain = box.open(keys, m.octets.subarray(0, at), m.IBAKE!)
    assert(plain !== undefined)
    return plain
  }
})

describe("a call over SIP", () => {
  for (const [name, steps] of [["INVITE, 183, PRACK, 200", sipSteps.prack], ["INVITE, 183, UPDATE, 200", sipSteps.update]] as const) {
    it(`the recorded call goes through the bodies of ${name} and back, at session and at media level`, () => {
      assert.deepEqual(steps.map((step) => step.sdp), ["offer", "answer", "offer", "answer"])
      assert.deepEqual(steps.map((step) => step.sip.replace(/ to .*/, "")).join(", "), name)
      for (const level of ["session", 0] as const)
        for (const [i, step] of steps.entries()) {
          const body = writeMikey(bare(step.sdp === "offer" ? "alice" : "bob"), level, recorded[i]!)
          const came = good(mikeyIn(body, level, step))
          assert.equal(hex(came), call[names[i]!])
          assert.equal(good(parse(came, 65535)).header.dataType, step.dataType)
        }
    })
    it(`a message in the body of another step of ${name} is refused`, () => {
      for (const [i, step] of steps.entries())
        for (const [k, message] of recorded.entries()) if (k !== i) assert.equal(fault(mikeyIn(writeMikey(bare("x"), "session", message), "session", step)), "wire/type at SDP.key-mgmt")
      assert.equal(fault(mikeyIn(bare("x"), "session", steps[0]!)), "wire/chain at SDP.key-mgmt")
      assert.equal(fault(mikeyIn("x", "session", steps[0]!)), "wire/short at SDP")
      assert.equal(fault(mikeyIn(withLines(["a=key-mgmt:mikey A"]), "session", steps[0]!)), "wire/value at SDP.keymgmt-data")
    })
  }

  it("ends with one TGK at both ends when each message travels in its body", () => {
    const kms = testKms(fastKit())
    const [alice, bob] = [radio(kms, "sip:alice@police.example"), radio(kms, "sip:bob@police.example")]
    const [I, R] = [caller(alice, bob.me), answerer(bob)]
    const over = (i: number, message: Uint8Array): Uint8Array => good(mikeyIn(writeMikey(bare(i % 2 === 0 ? "alice" : "bob"), "session", message), "session", sipSteps.prack[i]!) as Uint8Array | Fault)
    const R_MESSAGE_1 = sent(R.receive(over(0, sent(I.start(NOW))), NOW, "sip"))
    const responder = agreed(R.receive(over(2, sent(I.receive(over(1, R_MESSAGE_1), NOW, "sip"))), NOW, "sip"))
    const initiator = agreed(I.receive(over(3, responder.octets!), NOW, "sip"))
    assert.equal(hex(initiator.agreement.TGK), hex(responder.agreement.TGK))
  })
})
