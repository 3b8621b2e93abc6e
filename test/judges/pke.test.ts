/** REQUEST_KEY_INIT by certificate before openssl: what we sign, encrypt and hash is what it verifies and decrypts, and a message that we had no hand in is answered. */
import assert from "node:assert/strict"
import { createHmac, randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { certified } from "../../sdk/ibake/certified.ts"
import { decodeMessage } from "../../sdk/cli/decode-message.ts"
import { leaves } from "../../sdk/cli/decode-walk.ts"
import { ntp } from "../../sdk/ibake/identity.ts"
import { certifier, deviceSubject } from "../../sdk/kms/certifier.ts"
import { issuer } from "../../sdk/kms/issue.ts"
import { judgePath, readCertificate } from "../../sdk/kms/path.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { run } from "../../sdk/base/job.ts"
import { parse } from "../../sdk/mikey/message.ts"
import { authority, device, hasOpenssl, house, openssl, type House, type Issued } from "../certificates.ts"
import { fastKit, good, named as identity, seeded, testKms } from "../fixture.ts"
import { tool } from "../tools.ts"

const kit = fastKit()
const kms = testKms(kit)
/** Later than any certificate that this process makes, and a month before one ends. */
const UTC = Math.floor(Date.now() / 1000) + 43200
const PSS = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32", "-sigopt", "rsa_mgf1_md:sha256"]
const OAEP = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256"]

/** Octets of hexadecimal with spaces. */
function octets(hex: string): Buffer {
  return Buffer.from(hex.replace(/\s/g, ""), "hex")
}

function u16(n: number): Buffer {
  return octets(n.toString(16).padStart(4, "0"))
}

/** RFC 3830 section 4.1.2 with HMAC-SHA-256 for an inkey and an output of one block, by hand. */
function prf(key: Buffer, constant: string, csbId: Buffer, RAND: Buffer): Buffer {
  const label = Buffer.concat([octets(constant), octets("ff"), csbId, RAND])
  const mac = (data: Buffer): Buffer => createHmac("sha256", key).update(data).digest()
  return mac(Buffer.concat([mac(label), label]))
}

describe("openssl and the PKE variant", function () {
  let h: House

  before(tool("openssl", hasOpenssl))
  before(() => (h = house()))
  after(() => h?.pki.end())

  const publicKey = (of: Issued): string => h.pki.write(`${of.name}.pub`, openssl("x509", "-in", of.file, "-noout", "-pubkey"))

  it("verifies our SIGN, decrypts our PKE, and has our CHASH", () => {
    const { octets: message, secret } = good(certified(new Uint8Array(1), h.signer).request(kit.profile, seeded("openssl"), { identities: [identity("sip:alice@police.example")], kmsUri: kms.state.own.kmsUri, T: { type: 0, value: ntp(UTC) }, csbId: 1, RAND: new Uint8Array(16) }))
    const m = good(parse(message, 16384))
    const covered = h.pki.write("covered", Buffer.concat([message.subarray(0, m.macAt), m.identities[0]!.data, m.IDRkms!.data]))
    const signature = h.pki.write("signature", m.SIGN!)
    assert.match(openssl("dgst", "-sha256", ...PSS, "-verify", publicKey(h.device), "-signature", signature, covered).toString(), /Verified OK/)
    h.pki.write("covered", message.subarray(0, m.macAt))
    assert.throws(() => openssl("dgst", "-sha256", ...PSS, "-verify", publicKey(h.device), "-signature", signature, covered), "a verification that cannot fail says nothing")
    const pke = h.pki.write("pke", m.PKE!.data)
    assert.equal(openssl("pkeyutl", "-decrypt", "-inkey", h.kms.keyFile, "-in", pke, ...OAEP).toString("hex"), Buffer.from(secret).toString("hex"))
    assert.equal(openssl("x509", "-in", h.kms.file, "-noout", "-fingerprint", "-sha256").toString().trim().split("=")[1]!.replaceAll(":", "").toLowerCase(), Buffer.from(m.CHASH!).toString("hex"))
  })

  it("reads the same names in a certificate as `ibake decode` shows", () => {
    const { octets: message } = good(certified(new Uint8Array(1), h.signer).request(kit.profile, seeded("decode"), { identities: [identity("sip:alice@police.example")], kmsUri: kms.state.own.kmsUri, T: { type: 0, value: ntp(UTC) }, csbId: 1, RAND: new Uint8Array(16) }))
    const shown = decodeMessage(message)
    assert.deepEqual([shown.name, shown.strict, shown.troubles], ["REQUEST_KEY_PKE", "accepted", []])
    const certificates = leaves(shown.fields).filter((f) => f.field === "Certificate Data")
    for (const [i, c] of h.chain.entries()) {
      const names = openssl("x509", "-in", c.file, "-noout", "-subject", "-issuer", "-nameopt", "RFC2253,sep_comma_plus_space").toString()
      assert.match(names, new RegExp(`subject=${certificates[i]!.value}`))
      assert.match(names, new RegExp(`issuer=${/issued by (.*), until/.exec(certificates[i]!.meaning!)![1]}`))
    }
    const broken = leaves(decodeMessage(message.map((o, at) => (at === certificates[0]!.at ? 0 : o))).fields)
    assert.equal(broken.find((f) => f.field === "Certificate Data")!.meaning, "no X.509 certificate")
  })

  it("makes a message by hand that our KMS answers, with a V and a KEMAC that are right by hand too", async () => {
    const [envelope, csbId, RAND, T] = [randomBytes(32), octets("0badcafe"), randomBytes(16), Buffer.from(ntp(UTC))]
    const [id, kmsUri] = [Buffer.from("sip:alice@police.example"), Buffer.from("kms.police.example")]
    openssl("pkeyutl", "-encrypt", "-pubin", "-inkey", publicKey(h.kms), "-in", h.pki.write("envelope", envelope), "-out", h.pki.path("sealed"), ...OAEP)
    const certificates = [h.device, h.middle].map((c) => openssl("x509", "-in", c.file, "-outform", "DER"))
    const chash = openssl("dgst", "-sha256", "-binary", h.pki.write("kms.der", openssl("x509", "-in", h.kms.file, "-outform", "DER")))
    // HDR: version, type 20, next T, V and PRF func 1, CSB ID, #CS 0, Empty map; then each payload, led by the type of the next
    const before = Buffer.concat([
      octets("01 14 05 81"), csbId, octets("00 01"),
      octets("0b 00"), T,
      octets("0e 10"), RAND,
      octets("07 01 01"), u16(id.length), id,
      octets("07 00"), u16(certificates[0]!.length), certificates[0]!,
      octets("0e 00"), u16(certificates[1]!.length), certificates[1]!,
      octets("08 03 01"), u16(kmsUri.length), kmsUri,
      octets("02 02"), chash,
      octets("04 0180"), readFileSync(h.pki.path("sealed")),
      octets("1100"),
    ])
    openssl("dgst", "-sha256", ...PSS, "-sign", h.device.keyFile, "-out", h.pki.path("sign"), h.pki.write("signed", Buffer.concat([before, id, kmsUri])))
    const request = Buffer.concat([before, readFileSync(h.pki.path("sign"))])
    const core = issuer(kit.profile, [kit.master], await certifier([{ certificate: h.kms.der, key: h.kms.key }], [h.root.der]))
    const subscriber = { pskId: await deviceSubject(h.device.der), psk: new Uint8Array(0), certified: true as const, identities: [identity("sip:alice@police.example")], revoked: false, transferOctets: 16384, mtu: 128, deviceId: "" }
    const { answer, audit } = good(run(core.decide(new Uint8Array(request), subscriber, undefined, UTC, kms.state, "fresh")))
    assert.deepEqual([audit.event, audit.keys.length], ["issued", 2])
    const covered = Buffer.concat([answer.subarray(0, answer.length - 32), id, kmsUri])
    const V = createHmac("sha256", prf(envelope, "2d22ac75", csbId, RAND)).update(covered).digest("hex")
    assert.equal(Buffer.from(answer.subarray(answer.length - 32)).toString("hex"), V)
    const salt = prf(envelope, "29b88916", csbId, RAND)
    const iv = Buffer.concat([octets("0000"), csbId, T, octets("0000")])
    for (let i = 0; i < 14; i++) iv[i]! ^= salt[i]!
    const sealed = h.pki.write("kemac", good(parse(answer, 16384)).KEMAC!.encrData)
    const plain = openssl("enc", "-d", "-aes-256-ctr", "-nopad", "-K", prf(envelope, "150533e1", csbId, RAND).toString("hex"), "-iv", iv.toString("hex"), "-in", sealed)
    assert(plain.includes(id))
    assert(!readFileSync(sealed).includes(id))
  })

  it("agrees with us on every path but where we are stricter", () => {
    const { pki, root, middle } = h
    const issue = (extensions: readonly string[], by: Issued, more: Partial<Parameters<typeof pki.issue>[0]> = {}): Issued => pki.issue({ subject: "/CN=leaf", key: "rsa2048-device", extensions, by, ...more })
    const ca = (extensions: readonly string[], by: Issued, key = "ec-more"): Issued => pki.issue({ subject: `/CN=authority ${extensions.length} ${key}`, key, extensions, by })
    const tight = ca(["basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=critical,keyCertSign"], root)
    const noCa = ca(["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature"], root)
    const noSign = ca(["basicConstraints=critical,CA:TRUE", "keyUsage=critical,cRLSign"], root)
    const below = ca(authority, tight, "ec-below")
    const stranger = pki.issue({ subject: "/O=Police/CN=Root", key: "ec-stranger", extensions: authority })
    const named = ca([...authority, "nameConstraints=permitted;dirName:names\n[names]\nO=Police"], root, "ec-names")
    const rsaRoot = ca(authority, root, "rsa2048-authority")
    // a chain, and what openssl (verify at security level 1, for TLS clients) and we say of it
    const cases: readonly (readonly [what: string, chain: readonly Issued[], openssl: "takes" | "refuses", ours: string])[] = [
      ["a device of the root", [issue(device, root)], "takes", "good"],
      ["a device of an authority", [issue(device, middle), middle], "takes", "good"],
      ["a device of an RSA authority", [issue(device, rsaRoot), rsaRoot], "takes", "good"],
      ["the root at the end of the chain", [issue(device, middle), middle, root], "takes", "good"],
      ["a path length that is kept", [issue(device, tight), tight], "takes", "good"],
      ["a path length that is exceeded", [issue(device, below), below, tight], "refuses", "cert/usage"],
      ["an authority left out", [issue(device, middle)], "refuses", "cert/untrusted"],
      ["an issuer that is no authority", [issue(device, noCa), noCa], "refuses", "cert/untrusted"],
      ["an authority that may not sign certificates", [issue(device, noSign), noSign], "refuses", "cert/untrusted"],
      ["a stranger of the root's name", [issue(device, stranger)], "refuses", "cert/untrusted"],
      ["an unknown critical extension", [issue([...device, "1.2.3.4=critical,ASN1:NULL"], root)], "refuses", "cert/usage"],
      ["another purpose", [issue(["keyUsage=digitalSignature", "extendedKeyUsage=serverAuth"], root)], "refuses", "cert/usage"],
      ["a signature with SHA-1", [issue(device, rsaRoot, { more: ["-sha1"] }), rsaRoot], "refuses", "cert/untrusted"],
      ["no keyUsage at all", [issue(["basicConstraints=CA:FALSE"], root)], "takes", "cert/usage"],
      ["names that are constrained", [issue(device, named), named], "refuses", "cert/usage"],
    ]
    const anchors = [readCertificate(root.der)!]
    for (const [what, chain, theirs, ours] of cases) {
      const untrusted = pki.chain("untrusted.pem", chain)
      const verdict = ((): string => {
        try {
          return (openssl("verify", "-x509_strict", "-auth_level", "1", "-purpose", "sslclient", "-CAfile", root.file, "-untrusted", untrusted, chain[0]!.file), "takes")
        } catch {
          return "refuses"
        }
      })()
      const judged = judgePath(chain.map((c) => c.der), anchors, UTC, "CERT")
      assert.deepEqual([what, isFault(judged) ? judged.fault : "good"], [what, ours])
      assert.deepEqual([what, verdict], [what, theirs])
    }
  })
})
