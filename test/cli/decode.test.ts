/** `ibake decode`: what its trees say, that they leave nothing out, what broken input gets, and what keys open. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import fc from "fast-check"
import { concat, hex, u16, u32, unhex } from "../../sdk/base/bytes.ts"
import { decodeMessage, type Decoded } from "../../sdk/cli/decode-message.ts"
import { messagesOf } from "../../sdk/cli/decode-input.ts"
import { MIKEY_PORT, readCapture, writeCapture, type Sent } from "../../sdk/cli/decode-pcap.ts"
import { lines, object } from "../../sdk/cli/decode-show.ts"
import { leaves, type Field } from "../../sdk/cli/decode-walk.ts"
import { dataFrame } from "../../sdk/keys/frames.ts"
import { sample, sampleNames } from "../wire/samples.ts"
import { recorded, recordedNames } from "./recorded.ts"

const octetsOf = (text: string): Uint8Array => unhex(text)!

/** Leaves one after another from the first octet to the last, and groups around theirs. */
function covers(fields: readonly Field[], from: number, octets: Uint8Array): number {
  let at = from
  for (const f of fields) {
    assert.equal(f.at, at, f.field)
    // keys are not shown, even where a broken message has them in the clear
    if (f.fields === undefined && f.octets === undefined) assert.match(f.field, /^(Key|Salt) data$/)
    else if (f.fields === undefined) assert.equal(f.octets, hex(octets.subarray(at, at + f.length)), f.field)
    else assert.equal(covers(f.fields, at, octets), at + f.length, f.field)
    at += f.length
  }
  return at
}

/** A tree that covers all, agrees with the strict parser as far as it goes, and can be shown. */
function looked(octets: Uint8Array): Decoded {
  const m = decodeMessage(octets)
  assert.equal(covers(m.fields, 0, octets), octets.length)
  for (const t of m.troubles) assert(t.at >= 0 && t.at <= octets.length && t.wrong !== "", `${t.at} ${t.wrong}`)
  assert(lines("test", m).includes("strict parser: "))
  JSON.stringify(object("test", m))
  return m
}

const leaf = (m: Decoded, group: string, field: string): Field => m.fields.find((f) => f.field === group)!.fields!.find((f) => f.field === field)!

describe("the tree of a message", () => {
  for (const name of recordedNames)
    it(`covers every octet of the recorded ${name} once, and the strict parser accepts it`, () => {
      const m = looked(octetsOf(recorded.messages[name]!))
      assert.deepEqual([m.troubles, m.strict], [[], "accepted"])
    })

  for (const name of sampleNames)
    it(`covers every octet of a ${name} with every payload`, () => {
      const m = looked(sample(name))
      assert.equal(m.name, name)
      // these samples hold boxes of no suite
      assert.deepEqual([m.strict, m.troubles.filter((t) => !t.field.endsWith("Encr data.suite"))], ["accepted", []])
    })

  it("says what the recorded I_MESSAGE_1 holds", () => {
    const m = looked(octetsOf(recorded.messages["I_MESSAGE_1"]!))
    assert.deepEqual(m.fields.map((f) => f.field), ["HDR", "T", "RAND", "IDRi", "IDRr", "SP", "IBAKE"])
    assert.deepEqual([leaf(m, "HDR", "CSB ID").octets, leaf(m, "HDR", "data type").meaning, leaf(m, "HDR", "V, PRF func").meaning], [recorded.call.csbId, "I_MESSAGE_1", "V 1, PRF func 1 PRF-HMAC-SHA-256"])
    assert.deepEqual([leaf(m, "T", "TS value").octets, leaf(m, "T", "TS value").meaning], [recorded.T, "2026-11-18T11:06:40.000Z"])
    assert.deepEqual([leaf(m, "RAND", "RAND").octets, leaf(m, "IDRi", "ID Data").value, leaf(m, "IDRr", "ID Data").value], [recorded.call.RAND, recorded.call.initiator, recorded.call.responder])
    assert.deepEqual(leaf(m, "SP", "Policy param").fields!.map((f) => [f.field, f.value]), [["Encryption algorithm", 6], ["Session Encr. key length", 16], ["Session Salt key length", 12], ["SRTP encryption", 1], ["SRTCP encryption", 1], ["AEAD authentication tag length", 16]])
    const box = leaves([leaf(m, "IBAKE", "Encr data")]).map((f) => f.octets)
    const { U, V, ciphertext, tag } = recorded.call.I_MESSAGE_1_box
    assert.deepEqual(box, ["01", U, V, ciphertext, tag])
    assert(leaves(m.fields).every((f) => /^(RFC|PROTOCOL) /.test(f.section ?? "")), "each leaf names its section")
  })

  it("shows each leaf on a line with offset, length, octets, value and meaning", () => {
    const text = lines("here", decodeMessage(octetsOf(recorded.messages["I_MESSAGE_1"]!)))
    assert.match(text, /^here: I_MESSAGE_1, 399 octets\n/)
    assert.match(text, /^0x0042 {5}1 {2}01 +ID Type = 1 \(URI\)$/m)
    assert.match(text, /^0x009d {3}242 +IBAKE {2}\[RFC 6267 6\.1\.1\]$/m)
  })
})

describe("broken input", () => {
  for (const name of [...recordedNames, ...sampleNames])
    it(`cut anywhere in ${name} gives a tree, and the place where the octets end`, () => {
      const octets = sampleNames.includes(name) ? sample(name) : octetsOf(recorded.messages[name]!)
      for (let n = 0; n < octets.length; n++) {
        const m = looked(octets.subarray(0, n))
        assert.notEqual(m.strict, "accepted", `${n}`)
        assert(m.troubles.length > 0, `${n}: nothing is wrong`)
        const last = m.troubles.at(-1)!
        assert(/came$|came \d+$|came [a-z0-9 ]+$/.test(last.wrong), last.wrong)
      }
    })

  it("never throws, whatever the octets, and covers them all", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (octets) => void looked(octets)), { numRuns: 300 })
  })

  it("never throws when octets of a real message change", () => {
    const message = fc.constantFrom(...recordedNames.map((name) => octetsOf(recorded.messages[name]!)), ...sampleNames.map(sample))
    const change = fc.tuple(fc.nat(2000), fc.nat(255))
    fc.assert(
      fc.property(message, fc.array(change, { minLength: 1, maxLength: 4 }), (octets, changes) => {
        const broken = octets.slice()
        for (const [at, value] of changes) broken[at % broken.length] = value
        looked(broken)
      }),
      { numRuns: 400 },
    )
  })

  it("is told where, what was expected and what came, and the rest is still shown", () => {
    const octets = octetsOf(recorded.messages["REQUEST_KEY_RESP"]!)
    const at = decodeMessage(octets).fields.find((f) => f.field === "General Extension")!.at
    // the length of the KMS URI in the notice: what it claims is more than the notice holds
    const broken = octets.slice()
    broken[at + 0x20] = 0xff
    const m = looked(broken)
    assert.deepEqual(m.troubles, [{ at: at + 0x21, field: "REQUEST_KEY_RESP.General Extension.Data.parameter set.KMS-URI", wrong: "expected 255 octets, 79 came" }])
    assert.deepEqual(m.fields.map((f) => f.field), ["HDR", "T", "IDRi", "IDRkms", "General Extension", "KEMAC", "V"])
  })

  const ruined: readonly (readonly [string, number, number, RegExp, string])[] = [
    ["another version", 0, 2, /expected 1, came 2/, "wire/type"],
    ["a data type that is none", 1, 99, /expected 0 to 26, came 99/, "wire/type"],
    ["a payload that is none", 0x24, 99, /expected a payload that is known, payload 99 is not, 353 octets came/, "wire/chain"],
    ["a RAND too short", 0x2f, 8, /expected 16 to 64, came 8/, "wire/value"],
    ["more crypto sessions than follow", 8, 200, /./, "wire/"],
    ["a Session Data of another length", 0x0f, 5, /expected 0 or 4, came 5/, "wire/value"],
    ["an identity longer than the message", 0x43, 2, /expected at most 330, the octets that follow, came 542/, "wire/short"],
    ["a box of no suite", 0xa0, 9, /expected 1 to 3, came 9/, "accepted"],
  ]
  for (const [what, at, value, words, fault] of ruined)
    it(`(${what}) is named`, () => {
      const octets = octetsOf(recorded.messages["I_MESSAGE_1"]!)
      octets[at] = value
      const m = looked(octets)
      assert(m.troubles.some((t) => words.test(t.wrong)), JSON.stringify(m.troubles))
      assert((m.strict === "accepted" ? m.strict : m.strict.fault).startsWith(fault), JSON.stringify(m.strict))
    })

  it("gets the offset of what the strict parser refuses, where the tree has that field", () => {
    const octets = octetsOf(recorded.messages["I_MESSAGE_1"]!)
    octets[0x25] = 1
    const m = looked(octets)
    assert.deepEqual(m.troubles, [])
    assert.deepEqual(m.strict, { fault: "wire/value", at: "I_MESSAGE_1.T.TS type", offset: 0x25 })
    octets[0x25] = 0
    assert.deepEqual(looked(concat([octets, new Uint8Array([1, 2])])).troubles.map((t) => [t.at, t.wrong]), [[399, "expected the end after the last payload, 2 octets came"]])
  })
})

describe("the input of ibake decode", () => {
  const message = recorded.messages["R_MESSAGE_2"]!
  const base64 = Buffer.from(message, "hex").toString("base64")
  const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
  const found = (text: string): string[] => messagesOf(utf8(text), "x").found.map((f) => hex(f.octets))
  const good: readonly (readonly [string, string])[] = [
    ["hex", message],
    ["hex in upper case, with 0x, colons and lines", "0x" + message.toUpperCase().replace(/../g, "$&:").slice(0, -1).replace(/.{48}/g, "$&\n")],
    ["hex with comments", message.replace(/.{40}/g, "$& # a comment\n")],
    ["base64", base64],
    ["base64 in lines", base64.replace(/.{64}/g, "$&\r\n")],
    ["an SDP", `v=0\r\na=key-mgmt:mikey ${base64}\r\nm=audio 9 RTP/SAVP 0\r\n`],
    ["an RTSP header", `KeyMgmt: x\r\nkey-mgmt:mikey "${base64}"\r\n`],
  ]
  for (const [what, text] of good) it(`may be ${what}`, () => assert.deepEqual([found(text), messagesOf(utf8(text), "x").troubles], [[message], []]))

  it("may be octets", () => assert.deepEqual(messagesOf(octetsOf(message), "x").found.map((f) => hex(f.octets)), [message]))
  it("may hold several messages, one a line or one a block", () => {
    assert.deepEqual(found(`${message}\n${base64}\n`), [message, message])
    assert.deepEqual(found(`${message.replace(/.{64}/g, "$&\n")}\n\n${message}`), [message, message])
    assert.deepEqual(found(`a=key-mgmt:mikey ${base64}\na=key-mgmt:mikey ${base64}\n`), [message, message])
  })

  const bad: readonly (readonly [string, string, string, number])[] = [
    ["a hex digit that is none", message.slice(0, 20) + "x" + message.slice(20), 'x: at character 21: expected a hex digit, came "x' + message.slice(20, 31) + '..."', 1],
    ["base64 that is none", "a=key-mgmt:mikey " + base64.slice(0, 8) + "!" + base64.slice(8), `x, line 1: at character 9: expected base64, came ${JSON.stringify("!" + base64.slice(8, 19) + "...")}`, 1],
    ["half an octet", message + "a", "x: at character 309: expected two hex digits for an octet, one came", 1],
    ["nothing", " \n", "x: expected hex, base64, an SDP or a capture, nothing came", 0],
    ["another key management", "a=key-mgmt:other AQ==", 'x, line 1: expected key-mgmt:mikey and base64, came "other"', 0],
  ]
  for (const [what, text, words, messages] of bad)
    it(`(${what}) is told where, what was expected and what came`, () => {
      const input = messagesOf(utf8(text), "x")
      assert.deepEqual([input.troubles, input.found.length], [[words], messages])
    })
})

describe("a capture", () => {
  const sent: Sent[] = recordedNames.map((name, i) => ({ from: i % 2 === 0 ? 1 : 2, port: MIKEY_PORT, payload: octetsOf(recorded.messages[name]!), utc: 1795000000 + i }))
  const file = writeCapture(sent)

  it("gives back the messages that were written", () => {
    assert.deepEqual(messagesOf(file, "x"), { found: sent.map((s, i) => ({ from: `x, packet ${i + 1}`, octets: s.payload })), troubles: [] })
  })

  it("has the checksums of RFC 791 and RFC 768", () => {
    const sum = (octets: Uint8Array): number => {
      let total = 0
      for (let i = 0; i < octets.length; i += 2) total += octets[i]! * 256 + (octets[i + 1] ?? 0)
      while (total > 0xffff) total = (total & 0xffff) + (total >>> 16)
      return total
    }
    let at = 24
    for (const { payload } of sent) {
      const packet = file.subarray(at + 16, at + 16 + 28 + payload.length)
      assert.equal(sum(packet.subarray(0, 20)), 0xffff)
      const udp = packet.subarray(20)
      assert.equal(sum(concat([packet.subarray(12, 20), u16(17), u16(udp.length), udp])), 0xffff)
      at += 16 + packet.length
    }
    assert.equal(at, file.length)
    // a sum of zero would mean none: this payload makes it so
    const zero = writeCapture([{ from: 1, port: MIKEY_PORT, payload: new Uint8Array([0, 0]), utc: 0 }])
    const wanted = new DataView(zero.buffer).getUint16(24 + 16 + 26)
    const none = writeCapture([{ from: 1, port: MIKEY_PORT, payload: u16(wanted), utc: 0 }])
    assert.equal(new DataView(none.buffer).getUint16(24 + 16 + 26), 0xffff)
  })

  it("may be of either byte order and of Ethernet with VLAN tags, Linux cooked or loopback frames", () => {
    const packet = file.subarray(24 + 16, 24 + 16 + 28 + sent[0]!.payload.length)
    const little = (value: number): Uint8Array => u32(value).reverse()
    const one = (linkType: number, frame: Uint8Array): Uint8Array => concat([little(0xa1b2c3d4), new Uint8Array(16), little(linkType), new Uint8Array(8), little(frame.length), little(frame.length), frame])
    const ethernet = new Uint8Array(12)
    const frames: readonly (readonly [number, Uint8Array])[] = [
      [1, concat([ethernet, u16(0x0800), packet])],
      [1, concat([ethernet, u16(0x8100), u16(7), u16(0x0800), packet])],
      [113, concat([new Uint8Array(16), packet])],
      [276, concat([new Uint8Array(20), packet])],
      [0, concat([u32(2), packet])],
    ]
    for (const [linkType, frame] of frames) assert.deepEqual(readCapture(one(linkType, frame))!.datagrams.map((d) => hex(d.payload)), [hex(sent[0]!.payload)], `${linkType}`)
    assert.deepEqual(readCapture(one(9999, packet))!.troubles, ["packet 1: link type 9999 is not known here"])
  })

  it("cut anywhere gives what is whole, and says where it ends", () => {
    for (let n = 4; n < file.length; n += 7) {
      const read = readCapture(file.subarray(0, n))!
      for (const [i, d] of read.datagrams.entries()) assert.deepEqual(d.payload, sent[i]!.payload)
      assert(read.troubles.length > 0 || writeCapture(sent.slice(0, read.datagrams.length)).length === n, `${n}`)
    }
  })

  it("of any octets is read or refused, never thrown at", () => {
    const magic = fc.constantFrom("a1b2c3d4", "d4c3b2a1", "a1b23c4d", "0a0d0d0a")
    fc.assert(fc.property(magic, fc.uint8Array({ maxLength: 200 }), (begin, rest) => void messagesOf(concat([octetsOf(begin), rest]), "x")), { numRuns: 300 })
    fc.assert(fc.property(fc.nat(file.length - 5), fc.nat(255), (at, value) => {
      const broken = file.slice()
      broken[at + 4] = value
      for (const { octets } of messagesOf(broken, "x").found) looked(octets)
    }), { numRuns: 200 })
  })
})

describe("ibake decode as a process", () => {
  const house = fileURLToPath(new URL("../../", import.meta.url))
  const folder = mkdtempSync(join(tmpdir(), "ibake-decode-"))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const ibake = (input: string, ...words: readonly string[]): { code: number | null; out: string; errors: string } => {
    const ended = spawnSync(process.execPath, ["--import", "tsx", "sdk/cli/main.ts", "decode", ...words], { cwd: house, input, timeout: 50000, encoding: "utf8" })
    return { code: ended.status, out: ended.stdout, errors: ended.stderr }
  }

  it("shows a message of standard input and ends with 0, a broken one with 1, none with 2", () => {
    const good = ibake(recorded.messages["I_MESSAGE_1"]!)
    assert.deepEqual([good.code, good.errors], [0, ""])
    assert.match(good.out, /^standard input: I_MESSAGE_1, 399 octets\n0x0000 .*HDR.*\n/)
    const cut = ibake("", recorded.messages["I_MESSAGE_1"]!.slice(0, 100))
    assert.equal(cut.code, 1)
    assert.match(cut.out, /wrong at 0x0032, I_MESSAGE_1\.RAND\.RAND: expected 16 octets, 2 came|wrong at 0x0030/)
    const none = ibake("", "no-such-file.hex")
    assert.deepEqual([none.code, none.out], [2, ""])
    assert.match(none.errors, /"no-such-file.*" is no file, and as text it is no message/)
  })

  it("writes a capture that it reads again, and with --json and a key fill opens it, one object a line", () => {
    const fill = join(folder, "alice.fill.json")
    writeFileSync(fill, recorded.fill("alice"))
    const hexFile = join(folder, "all.hex")
    writeFileSync(hexFile, recordedNames.map((name) => recorded.messages[name]).join("\n"))
    const pcap = join(folder, "all.pcap")
    const wrote = ibake("", "--pcap", pcap, hexFile)
    assert.deepEqual([wrote.code, wrote.out], [0, `${pcap}: ${recordedNames.length} datagrams of UDP port 2269\n`])
    const read = ibake("", "--json", "--fill", fill, pcap)
    assert.equal(read.code, 0, read.errors)
    const all = read.out.trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.deepEqual(all.map((m) => [m["event"], m["octets"], m["strict"], m["troubles"]]), recordedNames.map((name) => ["message", recorded.messages[name], "accepted", []]))
    for (const m of all) assert.deepEqual(Object.keys(m), ["event", "from", "name", "length", "octets", "strict", "troubles", "fields"])
    assert.match(read.out, /opened with the private key of sip:unit-1001@fire\.example\.org for period 46342/)
    assert.deepEqual(readdirSync(folder).sort(), ["alice.fill.json", "all.hex", "all.pcap"])
  })

  it("puts frames of the key channel together, and names what is missing", () => {
    const octets = octetsOf(recorded.messages["REQUEST_KEY_RESP"]!)
    const last = Math.ceil(octets.length / 59) - 1
    const frames = Array.from({ length: last + 1 }, (_, i) => hex(dataFrame(0xabcd, i, last, octets.subarray(59 * i, 59 * (i + 1)))))
    const file = join(folder, "frames.txt")
    writeFileSync(file, [...frames.reverse(), "20abcd05c0", "7700"].join("\n\n"))
    const whole = ibake("", "--frames", file)
    assert.equal(whole.code, 0, whole.errors)
    assert.match(whole.out, /DATA of transfer 0xabcd, block 8 of 0 to 8, 40 octets\n[^]*ACK of transfer 0xabcd, next 5, bitmap c0\n[^]*expected a DATA or ACK frame, came 7700 [^]*transfer 0xabcd: REQUEST_KEY_RESP, 512 octets/)
    writeFileSync(file, frames.slice(1).join("\n\n"))
    const part = ibake("", "--frames", file)
    assert.equal(part.code, 2)
    assert.match(part.out, /transfer 0xabcd: expected blocks 0 to 8, missing are 8\n/)
  })

  it("ends with 2 for a key fill that is none, and for a folder", () => {
    writeFileSync(join(folder, "none.json"), "{}")
    assert.match(ibake(recorded.messages["I_MESSAGE_1"]!, "--fill", join(folder, "none.json")).errors, /^ibake decode: This is no key fill/)
    assert.equal(ibake("", folder).code, 2)
    const lost = ibake(recorded.messages["I_MESSAGE_1"]!, "--fill", join(folder, "alice.fill.json"), "--store", join(folder, "lost"))
    assert.equal(lost.code, 2)
    assert.match(lost.errors, /lost is not there\. Name the folder/)
    rmSync(join(folder, "none.json"))
  })

  it("ends with 2 where the capture cannot be written, and with 1 for a store that is damaged", () => {
    const I_MESSAGE_1 = recorded.messages["I_MESSAGE_1"]!
    const lost = ibake(I_MESSAGE_1, "--pcap", join(folder, "nowhere", "x.pcap"))
    assert.equal(lost.code, 2)
    assert.match(lost.errors, /^ibake decode: ENOENT.*nowhere/)
    const store = join(folder, "store")
    mkdirSync(store)
    writeFileSync(join(store, "v-keys.bin"), "no keys")
    const damaged = ibake(I_MESSAGE_1, "--fill", join(folder, "alice.fill.json"), "--store", store)
    assert.equal(damaged.code, 1)
    assert.match(damaged.errors, /^ibake decode: .*keys.*enrol the device again/i)
  })
})
