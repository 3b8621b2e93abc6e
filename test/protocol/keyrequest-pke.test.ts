/** REQUEST_KEY_INIT by certificate, RFC 6267 section 4.2.1 (PKE variant): what a KMS answers, what it does not, and who learns what. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { signerOf } from "../../boards/node/port.ts"
import { concat, copy, hex, u32, wipe, xorInto } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { run } from "../../sdk/base/job.ts"
import { certified, certifiedRequest, signedOctets } from "../../sdk/ibake/certified.ts"
import type { Asked } from "../../sdk/ibake/credential.ts"
import { ntp, period, type Identity } from "../../sdk/ibake/identity.ts"
import { readResponse, type KeyResponse, type RequestFields } from "../../sdk/ibake/keyrequest.ts"
import { kemacCipher, requestKeys } from "../../sdk/ibake/keys.ts"
import type { Signer } from "../../sdk/ibake/signer.ts"
import { certifier, deviceSubject } from "../../sdk/kms/certifier.ts"
import { issuer } from "../../sdk/kms/issue.ts"
import type { Decision, EnvelopeUse, Issuer, Record_, Subscriber } from "../../sdk/kms/types.ts"
import { parse } from "../../sdk/mikey/message.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { authority, device as usual, hasOpenssl, house, openssl as opensslOutput, type House } from "../certificates.ts"
import { enrolled, fastKit, good, keyRequest, named, octetsOf, testKms } from "../fixture.ts"
import { tool } from "../tools.ts"

const kit = fastKit()
const kms = testKms(kit)
/** Later than any certificate that this process makes, and a month before one ends. */
const UTC = Math.floor(Date.now() / 1000) + 43200
const alice = named("sip:alice@police.example")
const duty = named("sip:duty@police.example")

describe("a key request by certificate", function () {
  let h: House
  let core: Issuer
  let subscriber: Subscriber
  let draws = 0

  before(tool("openssl", hasOpenssl))
  before(async () => {
    h = house()
    core = issuer(kit.profile, [kit.master], await certifier([{ certificate: h.kms.der, key: h.kms.key }], [h.root.der]))
    subscriber = { pskId: await deviceSubject(h.device.der), psk: new Uint8Array(0), certified: true, identities: [alice, duty], revoked: false, transferOctets: 16384, mtu: 128, deviceId: "" }
  })
  after(() => h?.pki.end())

  const fields = (change: Partial<RequestFields> = {}): RequestFields => ({ identities: [alice, duty], kmsUri: kms.state.own.kmsUri, T: { type: 0, value: ntp(UTC) }, csbId: 7, RAND: octetsOf(`RAND ${++draws}`, 16), ...change })
  const ask = (change: Partial<RequestFields> = {}, signer: Signer = h.signer): Asked => good(certified(subscriber.pskId, signer).request(kit.profile, (n) => octetsOf(`envelope ${++draws}`, n), fields(change)))
  const decide = (octets: Uint8Array, record?: Record_, use: EnvelopeUse | undefined = "fresh", of: Subscriber = subscriber, utc = UTC): Decision => good(run(core.decide(octets, of, record, utc, kms.state, use)))
  const ignored = (octets: Uint8Array, of: Subscriber = subscriber, utc = UTC): string => {
    const out = run(core.decide(octets, of, undefined, utc, kms.state, "fresh"))
    assert(isFault(out), "it was answered")
    return `${out.fault} at ${out.at}`
  }
  const read = (asked: Asked, answer: Uint8Array): KeyResponse => good(readResponse(kit.profile, asked.secret, asked.octets, answer, kms.state.own, 16384))
  const told = (asked: Asked, decision: Decision): string => {
    const out = read(asked, decision.answer)
    return out.kind === "keys" ? `${out.keys.length} keys` : out.fault.fault
  }
  /** A request of one who puts something else into the message than our builder would, and signs it. */
  const forged = (change: (octets: Uint8Array) => void, key = h.signer): Uint8Array => {
    const { octets } = ask()
    change(octets)
    const m = good(parse(octets, 16384))
    octets.set(key.sign(signedOctets(octets, m.macAt, m.identities[0]!.data, m.IDRkms!.data))!, m.macAt)
    return octets
  }
  const placeOf = (octets: Uint8Array, field: Uint8Array): number => field.byteOffset - octets.byteOffset

  it("is HDR T RAND IDRi... CERT... IDRkms [General Extension] CHASH PKE SIGN, and is answered as a PSK's is", () => {
    const asked = ask({ periods: { first: period(UTC + 2208988800, kms.state.own)!, count: 3 } })
    const m = good(parse(asked.octets, 16384))
    assert.deepEqual([m.header.dataType, m.header.vFlag, m.header.map.type, m.CERT.length, m.PKE!.cache, m.SIGN!.length, m.PKE!.data.length], [20, 1, 1, 2, 0, 256, 384])
    assert.equal(hex(m.CHASH!), createHash("sha256").update(h.kms.der).digest("hex"))
    assert.deepEqual(m.CERT.map((c) => hex(c.data)), h.chain.map((c) => hex(c.der)))
    const { answer, audit } = decide(asked.octets)
    const response = good(parse(answer, 16384))
    assert.deepEqual([response.header.dataType, response.header.vFlag, response.header.csbId, audit.keys.length], [21, 0, 7, 6])
    assert.equal(told(asked, decide(asked.octets)), "6 keys")
  })

  it("has an envelope key of its own each time, and T alone does not make two alike", () => {
    const [one, two] = [ask(), ask()]
    assert.notEqual(hex(one.secret), hex(two.secret))
    const out = readResponse(kit.profile, two.secret, one.octets, decide(one.octets).answer, kms.state.own, 16384)
    assert(isFault(out) && out.fault === "auth/failed")
  })

  it("says whose it would be by the subject of its first certificate", () => {
    const peeked = good(core.peek(ask().octets))
    assert.deepEqual([hex(peeked.pskId), peeked.tsType], [hex(subscriber.pskId), 0])
    assert(Buffer.from(peeked.pskId).includes("radio 7"))
  })

  it("that comes again gets the stored octets; another of its T does not, and is told the last T", () => {
    const asked = ask()
    const first = decide(asked.octets)
    assert.equal(hex(decide(asked.octets, first.record, "spent", subscriber, UTC + 1e4).answer), hex(first.answer))
    const other = ask()
    const refused = read(other, decide(other.octets, first.record).answer)
    assert(refused.kind === "error" && refused.fault.fault === "kms/time")
    assert.equal(hex(refused.lastT!), hex(ntp(UTC)))
    const later = ask({ T: { type: 0, value: ntp(UTC + 1) } })
    assert.equal(told(later, decide(later.octets, first.record)), "4 keys")
  })

  it("gets an Error under its envelope key: for T, for another's identity, when revoked, beyond what there is", () => {
    const error = (change: Partial<RequestFields>, of = subscriber, record?: Record_): string => {
      const asked = ask(change)
      return told(asked, decide(asked.octets, record, "fresh", of))
    }
    assert.equal(error({ T: { type: 0, value: ntp(UTC - 400) } }), "kms/time")
    assert.equal(error({ T: { type: 2, value: u32(3) } }), "4 keys")
    assert.equal(error({ identities: [named("sip:mallory@police.example")] }), "kms/identity")
    assert.equal(error({}, { ...subscriber, revoked: true }), "kms/identity")
    assert.equal(error({ periods: { first: 1, count: 1 } }), "kms/refused")
    assert.equal(error({}, subscriber, decide(ask().octets).record), "kms/time")
  })

  it("is taken under a renewed certificate of the same subject, and under a KMS's old certificate while that is kept", async () => {
    const renewed = h.pki.issue({ subject: "/O=Police/CN=radio 7", key: "rsa3072-kms", extensions: usual, by: h.middle })
    const asked = ask({}, signerOf([renewed.x509, h.middle.x509], renewed.key, h.kms.x509))
    assert.equal(told(asked, decide(asked.octets)), "4 keys")
    const next = h.pki.issue({ subject: "/O=Police/CN=KMS 2", key: "rsa3072-kms", extensions: usual })
    core = issuer(kit.profile, [kit.master], await certifier([next, h.kms].map((c) => ({ certificate: c.der, key: c.key })), [h.root.der]))
    for (const one of [next, h.kms]) {
      const again = ask({}, signerOf([h.device.x509, h.middle.x509], h.device.key, one.x509))
      assert.equal(told(again, decide(again.octets)), "4 keys")
    }
  })

  describe("is not answered", () => {
    const withChain = (...chain: readonly { readonly der: Uint8Array }[]): Uint8Array => good(certifiedRequest(kit.profile, { ...h.signer, chain: chain.map((c) => c.der) }, octetsOf("key", 32), fields()))
    const as = (extensions: readonly string[], key = "rsa2048-device"): Uint8Array => withChain(h.pki.issue({ subject: "/O=Police/CN=radio 7", key, extensions, by: h.root }))

    it("by a KMS that takes none of this kind", () => {
      const out = run(kms.core.decide(ask().octets, subscriber, undefined, UTC, kms.state, "fresh"))
      assert(isFault(out) && out.fault === "wire/type")
    })
    it("with a certificate of a stranger's authority, or one that only has our authority's name", () => {
      const stranger = h.pki.issue({ subject: "/O=Police/CN=Root", key: "ec-stranger", extensions: authority })
      const his = h.pki.issue({ subject: "/O=Police/CN=radio 7", key: "rsa2048-device", extensions: usual, by: stranger })
      const own = h.pki.issue({ subject: "/O=Police/CN=radio 7", key: "rsa2048-device", extensions: usual })
      for (const chain of [[his], [his, stranger], [own], [h.device], [h.device, h.root], [h.root]]) assert.match(ignored(withChain(...chain), chain[0] === h.root ? { ...subscriber, pskId: good(core.peek(withChain(h.root))).pskId } : subscriber), /^cert\/untrusted at REQUEST_KEY_PKE\.CERT$/)
    })
    it("with a certificate that is expired or not yet valid", () => {
      for (const utc of [UTC - 86400, UTC + 31 * 86400]) assert.equal(ignored(ask({ T: { type: 0, value: ntp(utc) } }).octets, subscriber, utc), "cert/time at REQUEST_KEY_PKE.CERT")
    })
    it("with a certificate of a wrong usage", () => {
      for (const extensions of [["keyUsage=keyEncipherment"], ["basicConstraints=CA:FALSE"], authority, ["keyUsage=digitalSignature", "extendedKeyUsage=codeSigning"], ["keyUsage=digitalSignature", "1.2.3.4=critical,ASN1:NULL"]]) assert.equal(ignored(as(extensions)), "cert/usage at REQUEST_KEY_PKE.CERT")
    })
    it("with an RSA key that is too short, with one for PSS only, and with an ECDSA certificate", () => {
      for (const key of ["rsa1024-short", "rsapss-bound", "ec-device"]) assert.equal(ignored(as(usual, key)), "cert/key at REQUEST_KEY_PKE.CERT")
    })
    it("with a chain that is too long, or a certificate that is too large or none", () => {
      assert.equal(ignored(withChain(h.device, h.middle, h.root, h.root, h.root)), "wire/size at REQUEST_KEY_PKE.CERT")
      for (const der of [concat([h.device.der, new Uint8Array(1)]), Uint8Array.of(0x30, 0x80), new Uint8Array(0)]) assert.equal(ignored(withChain({ der })), "wire/value at REQUEST_KEY_PKE.CERT")
      assert.equal(ignored(withChain(h.device, { der: new Uint8Array(4097) })), "wire/size at REQUEST_KEY_PKE.CERT")
    })
    it("with a certificate of another subject, and in the name of one who has a PSK", () => {
      const other = h.pki.issue({ subject: "/O=Police/CN=radio 8", key: "rsa2048-device", extensions: usual, by: h.middle })
      assert.equal(ignored(withChain(other, h.middle)), "identity/mismatch at REQUEST_KEY_PKE.CERT")
      assert.equal(ignored(ask().octets, { ...subscriber, certified: undefined, psk: new Uint8Array(32) }), "identity/mismatch at REQUEST_KEY_PKE.CERT")
      const psk = enrolled(kms, "sip:alice@police.example")
      const request = keyRequest({ ...psk, subscriber: { ...psk.subscriber, pskId: subscriber.pskId.subarray(0, 200) } })
      assert.equal(ignored(request), "identity/mismatch at REQUEST_KEY_PSK.IDRpsk")
    })
    it("under the CHASH of another certificate", () => {
      assert.equal(ignored(forged((o) => void (o[placeOf(o, good(parse(o, 16384)).CHASH!)]! ^= 1))), "identity/mismatch at REQUEST_KEY_PKE.CHASH")
    })
    it("with a SIGN that is broken, or by another key, or of S type 0", () => {
      const { octets } = ask()
      const at = good(parse(octets, 16384)).macAt
      for (const place of [at, octets.length - 1, 30]) assert.equal(ignored(octets.map((o, i) => (i === place ? o ^ 1 : o))), "auth/failed at REQUEST_KEY_PKE.SIGN")
      assert.equal(ignored(octets.map((o, i) => (i === at - 2 ? o & 0x0f : o))), "wire/value at REQUEST_KEY_PKE.SIGN.S type")
      const key = h.pki.issue({ subject: "/CN=x", key: "rsa2048-other", extensions: usual })
      assert.equal(ignored(forged(() => undefined, { ...h.signer, sign: signerOf([key.x509], key.key, h.kms.x509).sign })), "auth/failed at REQUEST_KEY_PKE.SIGN")
    })
    it("with a PKE to another key, of other octets than 32, or changed: outwardly as with a broken SIGN", () => {
      const other = h.pki.issue({ subject: "/CN=other KMS", key: "rsa3072-other", extensions: usual })
      const elsewhere = signerOf([h.device.x509], h.device.key, other.x509).encrypt(new Uint8Array(32))!
      const pke = (data: Uint8Array): Uint8Array => forged((o) => o.set(data, placeOf(o, good(parse(o, 16384)).PKE!.data)))
      const sealed = [elsewhere, new Uint8Array(384), new Uint8Array(384).fill(255)]
      for (const length of [0, 16, 31, 33, 64]) sealed.push(h.signer.encrypt(new Uint8Array(length))!)
      for (const data of sealed) assert.equal(ignored(pke(data)), "auth/failed at REQUEST_KEY_PKE.PKE")
    })
    it("with an envelope key that is to be cached, or a certificate of another Cert Type", () => {
      assert.equal(ignored(forged((o) => void (o[placeOf(o, good(parse(o, 16384)).PKE!.data) - 2]! |= 0x40))), "wire/value at REQUEST_KEY_PKE.PKE.C")
      for (const type of [1, 2, 3]) assert.equal(ignored(forged((o) => void (o[placeOf(o, good(parse(o, 16384)).CERT[0]!.data) - 3] = type))), "wire/value at REQUEST_KEY_PKE.CERT.Cert Type")
    })
    it("to another KMS, or with identities that are not in normal form", () => {
      assert.equal(ignored(ask({ kmsUri: new TextEncoder().encode("kms.other.example") }).octets), "identity/mismatch at REQUEST_KEY_PKE.IDRkms")
      const id: Identity = { type: 1, data: new TextEncoder().encode("sip:alice@POLICE.example") }
      assert.equal(ignored(ask({ identities: [id] }).octets), "identity/form at REQUEST_KEY_PKE.IDRi")
    })
    it("when it is cut anywhere, and no flip of a bit is answered", () => {
      const { octets, secret } = ask()
      for (let n = 0; n < octets.length; n++) assert(isFault(core.peek(octets.subarray(0, n))), `${n} octets`)
      const m = good(parse(octets, 16384))
      const [from, to] = [placeOf(octets, m.CERT[0]!.data), placeOf(octets, m.CERT[1]!.data) + m.CERT[1]!.data.length]
      // every octet of the message is under SIGN; within certificates, which cost most, every fourth is flipped
      for (let i = 0; i < octets.length; i += i >= from && i < to ? 4 : 1) ignored(octets.map((o, k) => (k === i ? o ^ (1 << i % 8) : o)))
      assert.equal(told({ octets, secret }, decide(octets)), "4 keys")
    })
  })

  describe("and who learns what", () => {
    it("whoever recorded all, and has every other secret of the KMS, reads nothing; whoever has its RSA key reads it all", () => {
      const asked = ask()
      const { answer } = decide(asked.octets)
      const m = good(parse(asked.octets, 16384))
      const opens = (key: Uint8Array): boolean => !isFault(readResponse(kit.profile, key, asked.octets, answer, kms.state.own, 16384))
      const signingKey = new Uint8Array(h.device.key.export({ type: "pkcs1", format: "der" }))
      const others = [kms.state.master, signingKey.subarray(0, 32), m.CHASH!, nobleSym.sha256(m.PKE!.data), new Uint8Array(32)]
      for (const key of others) assert(!opens(key))
      const opened = h.pki.write("pke.bin", m.PKE!.data)
      assert(opens(opensslDecrypt(h, opened)))
    })

    // RFC 3830 puts IDi beside the key into its envelope; RFC 6267 does not, and the keys of an answer follow from envelope key, RAND, CSB ID and T alone.
    // An enrolled Mallory takes these from Alice's request and signs them as her own: the KMS's answer to her is under Alice's pad. She knows the keys
    // that come to her, for she gets them from an honest request too, and has the pad; then Alice's recorded response is open.
    it("an insider who sends Alice's envelope as her own would have the pad of Alice's response", async () => {
      const his = h.pki.issue({ subject: "/O=Police/CN=radio 9", key: "rsa2048-other", extensions: usual, by: h.middle })
      const mallory: Subscriber = { ...subscriber, pskId: await deviceSubject(his.der), identities: [named("sip:mall@police.example"), duty] }
      const signer = signerOf([his.x509, h.middle.x509], his.key, h.kms.x509)
      const asked = ask()
      const alices = decide(asked.octets)
      const m = good(parse(asked.octets, 16384))
      const stolen = good(certifiedRequest(kit.profile, { ...signer, encrypt: () => copy(m.PKE!.data) }, new Uint8Array(32), fields({ identities: mallory.identities, RAND: m.RAND!, T: m.T })))
      // a KMS that does not remember envelopes
      const careless = run(core.decide(stolen, mallory, undefined, UTC, kms.state, "fresh"))
      assert(!isFault(careless) && careless.audit.event === "issued")
      const pad = concat([good(parse(careless.answer, 16384)).KEMAC!.encrData])
      const keys = requestKeys(kit.profile.prf, asked.secret, m.header.csbId, m.RAND!)
      const known = kemacCipher(kit.profile.sym, keys, m.header.csbId, m.T.value, pad)
      xorInto(pad, known)
      const read = concat([good(parse(alices.answer, 16384)).KEMAC!.encrData])
      xorInto(read, pad)
      assert(Buffer.from(read).includes("sip:alice@police.example"))
      // ours
      for (const use of ["spent", undefined] as const) {
        const refused = run(core.decide(stolen, mallory, undefined, UTC, kms.state, use))
        assert(!isFault(refused) && refused.record === undefined)
        assert.equal(refused.audit.fault, "kms/refused")
        assert.equal(good(parse(refused.answer, 16384)).KEMAC, undefined)
      }
      assert.equal(hex(alices.record!.envelope!), hex(good(core.peek(stolen)).envelope!))
      wipe(pad)
    })
  })
})

function opensslDecrypt(h: House, file: string): Uint8Array {
  return new Uint8Array(opensslOutput("pkeyutl", "-decrypt", "-inkey", h.kms.keyFile, "-in", file, "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256"))
}
