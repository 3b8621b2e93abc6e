/** tshark reads our messages as we do: octet by octet, out of UDP port 2269 and out of an SDP. */
import assert from "node:assert/strict"
import { hex } from "../../sdk/base/bytes.ts"
import { decodeMessage, type Decoded } from "../../sdk/cli/decode-message.ts"
import { messagesOf } from "../../sdk/cli/decode-input.ts"
import { MIKEY_PORT, writeCapture } from "../../sdk/cli/decode-pcap.ts"
import { leaves, type Field } from "../../sdk/cli/decode-walk.ts"
import { tool } from "../tools.ts"
import { sample } from "../wire/samples.ts"
import { messages, type Named } from "./messages.ts"
import { asPcapng, read, tshark, type Packet, type Seen } from "./tshark.ts"

/** tshark's names and ours for fields of whole octets. */
const alike: Readonly<Record<string, string>> = {
  "mikey.version": "version", "mikey.type": "data type", "mikey.next_payload": "Next payload", "mikey.v.set": "V, PRF func", "mikey.prf_func": "V, PRF func", "mikey.csb_id": "CSB ID",
  "mikey.cs_count": "#CS", "mikey.cs_id_map_type": "CS ID map type", "mikey.srtp_id.policy_no": "Policy_no", "mikey.srtp_id.ssrc": "SSRC", "mikey.srtp_id.roc": "ROC",
  "mikey.t.ts_type": "TS type", "mikey.t.ntp": "TS value", "mikey.rand.len": "len", "mikey.rand.data": "RAND",
  "mikey.id.role": "ID Role", "mikey.id.type": "ID Type", "mikey.id.len": "ID len", "mikey.id.data": "ID Data",
  "mikey.sp.no": "Policy no", "mikey.sp.proto_type": "Prot type", "mikey.sp.param_len": "Policy param length",
  "mikey.kemac.encr_alg": "Encr alg", "mikey.kemac.key_data_len": "Encr data len", "mikey.kemac.key_data": "Encr data", "mikey.kemac.mac_alg": "Mac alg",
  "mikey.v.auth_alg": "Auth alg", "mikey.ext.type": "Type", "mikey.ext.len": "Length", "mikey.ext.data": "Data", "mikey.ext.value": "Data", "mikey.err.no": "Error no", "mikey.err.reserved": "Reserved",
}

/** Payloads by tshark's names, as groups of ours. */
const groups: Readonly<Record<string, RegExp>> = {
  "mikey.hdr": /^HDR$/, "mikey.t": /^T$/, "mikey.rand": /^RAND$/, "mikey.idr": /^IDR/, "mikey.sp": /^SP$/, "mikey.kemac": /^KEMAC$/, "mikey.v": /^V$/, "mikey.ext": /^General Extension$/, "mikey.err": /^ERR$/,
}

const all = (fields: readonly Field[]): Field[] => fields.flatMap((f) => [f, ...all(f.fields ?? [])])

/** Where tshark 4.0 stops: a payload that it does not know, a MAC or a hash whose length it does not, a certificate, whose length it reads one octet early. */
const unknown = ["IBAKE", "Ver data", "Hash func", "Cert Type"]
const beyond = (m: Decoded): number => Math.min(...all(m.fields).filter((f) => unknown.includes(f.field)).map((f) => f.at))

/** What tshark and our decoder see differently in one message, in words. */
function differences(m: Decoded, seen: readonly Seen[], base: number): string[] {
  const out: string[] = []
  const ours = all(m.fields)
  const told = new Set<number>()
  for (const s of seen) {
    const at = s.at - base
    const name = alike[s.name]
    const group = groups[s.name]
    if (name !== undefined) {
      const same = ours.find((f) => f.at === at && f.field === name && f.length === s.length)
      if (same === undefined || hex(m.octets.subarray(at, at + s.length)) !== s.value) out.push(`${s.words}: ${s.value} at ${at}`)
      else leaves([same]).forEach((f) => told.add(f.at))
    } else if (group !== undefined && !ours.some((f) => f.at === at && group.test(f.field))) out.push(`${s.words} at ${at}`)
    else if (s.name.startsWith("mikey.sp.") && !/param\.(type|len)$|patam/.test(s.name)) {
      // an SRTP parameter: ours is one leaf with its type and length
      const leaf = ours.find((f) => f.at === at - 2 && f.length === 2 + s.length)
      const [words, value] = s.words.split(": ")
      const named = leaf !== undefined && (words === leaf.field || s.name === "mikey.sp.param")
      if (!named || hex(m.octets.subarray(at, at + s.length)) !== s.value || value === undefined) out.push(`${s.words} at ${at}`)
      else told.add(leaf.at)
    }
  }
  const untold = leaves(m.fields).filter((f) => f.length > 0 && f.at < beyond(m) && !told.has(f.at))
  return [...out, ...untold.map((f) => `ours only: ${f.field} at ${f.at}`)]
}

/** A SIP INVITE with the message in its SDP, RFC 4567 section 3.1. */
function invite(message: Uint8Array): Uint8Array {
  const body = ["v=0", "o=alice 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0", `a=key-mgmt:mikey ${Buffer.from(message).toString("base64")}`, "m=audio 49000 RTP/SAVP 0", ""].join("\r\n")
  const head = ["INVITE sip:bob@example.org SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.1", "From: <sip:alice@example.org>;tag=1", "To: <sip:bob@example.org>", "Call-ID: 1@192.0.2.1", "CSeq: 1 INVITE", "Content-Type: application/sdp", `Content-Length: ${body.length}`]
  return new TextEncoder().encode([...head, "", body].join("\r\n"))
}

describe("tshark", function () {
  this.timeout(120000)
  before(tool("tshark", tshark))
  let them: readonly Named[] = []
  before(() => void (them = messages()))

  const paths = [
    { of: "UDP port 2269", base: 28, protocols: /^raw:ip:udp:mikey$/, capture: (them: readonly Named[]) => writeCapture(them.map(({ octets }) => ({ from: 1, port: MIKEY_PORT, payload: octets, utc: 1795000000 }))) },
    { of: "a=key-mgmt in SDP", base: 0, protocols: /^raw:ip:udp:sip:.*sdp:mikey$/, capture: (them: readonly Named[]) => writeCapture(them.map(({ octets }) => ({ from: 1, port: 5060, payload: invite(octets), utc: 1795000000 }))) },
  ] as const

  for (const path of paths)
    describe(`reading ${path.of}`, () => {
      let packets: readonly Packet[] = []
      before(() => void (packets = read(path.capture(them))))

      it("sees one message a packet, each checksum good and none malformed", () => {
        assert.deepEqual(packets.map((p) => [path.protocols.test(p.protocols), p.malformed, p.badChecksum]), them.map(() => [true, false, false]), packets[0]!.protocols)
      })

      it("sees the fields that we see, from the same octets, up to the payloads it does not know", () => {
        for (const [i, { name, octets }] of them.entries()) assert.deepEqual(differences(decodeMessage(octets), packets[i]!.mikey, path.base), [], name)
      })

      it("calls roles, times, names and lengths of keys what we call them", () => {
        const roles = new Set<string>()
        for (const [i, { name, octets }] of them.entries()) {
          const m = decodeMessage(octets)
          const ours = all(m.fields)
          const words = (of: string): string[] => packets[i]!.mikey.filter((s) => s.name === of).map((s) => s.words)
          const role = words("mikey.id.role").map((w) => /\((IDR\w+)\)/.exec(w)?.[1] ?? w)
          assert.deepEqual(role, m.fields.map((f) => f.field).filter((f) => f.startsWith("IDR")), name)
          role.forEach((r) => roles.add(r))
          assert.deepEqual(words("mikey.id.data").map((w) => w.replace("ID: ", "")), ours.filter((f) => f.field === "ID Data").map((f) => f.value), name)
          assert.deepEqual(words("mikey.t.ntp").map((w) => new Date(w.replace(/^.*?: /, "").replace(/(\.\d{3})\d*/, "$1")).toISOString()), ours.filter((f) => f.field === "TS value").map((f) => f.meaning), name)
        }
        assert.deepEqual([...roles].sort(), ["IDRi", "IDRkms", "IDRkmsi", "IDRkmsr", "IDRpsk", "IDRr"])
      })
    })

  it("is shown every data type of ours, and T, RAND, IDR, SP, KEMAC, ERR, V and extensions among their payloads", () => {
    const packets = read(paths[0].capture(them))
    assert.deepEqual([...new Set(packets.map((p) => Number.parseInt(p.mikey.find((s) => s.name === "mikey.type")!.value, 16)))].sort((a, b) => a - b), [6, 19, 20, 21, 22, 23, 24, 25])
    const names = new Set(packets.flatMap((p) => p.mikey.map((s) => s.name)))
    for (const name of [...Object.keys(groups), "mikey.chash", "mikey.srtp_id", "mikey.sp.encr_alg", "mikey.sp.salt_len"]) assert(names.has(name), name)
  })

  it("sees in a request with certificates what we see, up to the first", () => {
    const octets = sample("REQUEST_KEY_PKE")
    const m = decodeMessage(octets)
    const first = m.fields.find((f) => f.field === "CERT")!
    const { mikey } = read(paths[0].capture([{ name: "REQUEST_KEY_PKE", octets }]))[0]!
    assert.deepEqual(differences(m, mikey.filter((s) => s.at - 28 < first.at + first.fields![0]!.length), 28), [])
  })

  it("is told apart from us when a message is spoiled: what differs is found, and what is broken is malformed", () => {
    const { octets } = them[0]!
    const m = decodeMessage(octets)
    const find = (name: string): number => leaves(m.fields).find((f) => f.field === name)!.at
    const spoiled = (at: number, value: number): Packet => {
      const copy = octets.slice()
      copy[at] = value
      return read(paths[0].capture([{ name: "spoiled", octets: copy }]))[0]!
    }
    for (const name of ["CSB ID", "ID Role", "TS value", "RAND", "ID Data", "Encryption algorithm"]) {
      const at = find(name) + (name === "Encryption algorithm" ? 2 : 0)
      assert.notDeepEqual(differences(m, spoiled(at, octets[at]! ^ 1).mikey, 28), [], name)
    }
    assert(spoiled(find("ID len"), 0xff).malformed, "an identity longer than the message")
    assert(spoiled(find("#CS"), 0xff).malformed, "more crypto sessions than follow")
  })

  it("takes the messages through pcapng, as Wireshark saves them, and we read them back", () => {
    const found = messagesOf(asPcapng(paths[0].capture(them)), "x")
    assert.deepEqual([found.troubles, found.found.map((f) => hex(f.octets))], [[], them.map((t) => hex(t.octets))])
    assert.deepEqual(messagesOf(paths[1].capture(them), "x").found.map((f) => hex(f.octets)), them.map((t) => hex(t.octets)))
  })
})
