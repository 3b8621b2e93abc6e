/** SRTP session keys: the values of RFC 3711 appendix B, RFC 6188 section 7 and RFC 7714 section 16, and packets under them. */
import assert from "node:assert/strict"
import { createCipheriv, createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { hex } from "../../sdk/base/bytes.ts"
import { shortTag, type SrtpContext } from "../../sdk/srtp/contexts.ts"
import { longTagOf, policyOf, policyParam, shortTagOf, srtpRules, srtpSizes, transformSizes, type SrtpCipher, type SrtpTransform } from "../../sdk/srtp/policy.ts"
import { sessionKeys, srtpKdf, wipeSessionKeys, type SessionKeys, type SrtpSessionKeys } from "../../sdk/srtp/session-keys.ts"
import type { Sym } from "../../sdk/suite.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { octetsOf } from "../fixture.ts"
import { gcmIv, gcmSeal, guards, openRtcp, openRtp, protectRtcp, protectRtp } from "../srtp-packets.ts"
import { nodeSym } from "../test-kem.ts"
import { octets } from "./samples.ts"

const load = <T>(name: string): T => JSON.parse(readFileSync(new URL(`../cases/${name}.json`, import.meta.url), "utf8")) as T
interface Keystream { key: string; iv: string; first48: string; length?: number; last48?: string; sha256?: string }
interface Kdf { master_key: string; master_salt: string; cipher_key: string; cipher_salt: string; auth_key?: string; auth_key_94?: string }
const rfc3711 = load<{ keystream: Keystream; kdf: Kdf }>("rfc3711_b")
const rfc6188 = load<{ keystream: Keystream[]; kdf: Kdf[] }>("rfc6188")
const rfc7714 = load<{ cases: { case: string; key: string; salt: string; iv: string; aad: string; plaintext?: string; packet: string }[] }>("rfc7714_srtp")

/** AES-CTR of any key length: RFC 6188 has values for 192 bits too, which no contract and no policy of ours takes. */
const anyLength: Sym = {
  sha256: nodeSym.sha256,
  hmacSha256: nodeSym.hmacSha256,
  aesCtr: (key, counter, data) => Uint8Array.from(createCipheriv(`aes-${key.length * 8}-ctr`, key, counter).update(data)),
}
const backends: readonly (readonly [string, Sym])[] = [["noble", nobleSym], ["OpenSSL", nodeSym]]
const transforms: readonly SrtpTransform[] = ["AEAD_AES_128_GCM", "AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", "AES_256_CM_HMAC_SHA1_32"]

/** A context of a transform, from octets of its name. */
function contextOf(cipher: SrtpTransform): SrtpContext {
  const { keyOctets, saltOctets, tagOctets } = transformSizes(cipher)
  const key = octetsOf(`${cipher} key`, keyOctets)
  return { csId: 1, from: "initiator", ssrc: 0x11223344, roc: 0, mki: octets("0a0b0c0d"), cipher, masterKey: key, masterSalt: octetsOf(`${cipher} salt`, saltOctets), tagOctets, lifetime: 2 ** 48 }
}

function each(keys: SrtpSessionKeys): Uint8Array[] {
  const three = (of: SessionKeys): Uint8Array[] => [of.encryption, of.authentication, of.salting]
  return three(keys.srtp).concat(three(keys.srtcp))
}

function keystreamOf(sym: Sym, v: Keystream): void {
  const length = v.length ?? 48
  const stream = sym.aesCtr(octets(v.key), octets(v.iv), new Uint8Array(length))
  assert.equal(hex(stream.subarray(0, 48)), v.first48)
  if (v.last48 !== undefined) assert.equal(hex(stream.subarray(length - 48)), v.last48)
  if (v.sha256 !== undefined) assert.equal(createHash("sha256").update(stream).digest("hex"), v.sha256)
}

/** The longest value that a vector has for the authentication key. */
function kdfOf(sym: Sym, v: Kdf): void {
  const derive = (label: number, expected: string): void => assert.equal(hex(srtpKdf(sym, octets(v.master_key), octets(v.master_salt), label, expected.length / 2)), expected)
  derive(0, v.cipher_key)
  derive(1, (v.auth_key_94 ?? v.auth_key)!)
  derive(2, v.cipher_salt)
}

describe("SRTP session keys", () => {
  for (const [name, sym] of backends) {
    it(`AES counter mode of ${name} is that of RFC 3711 B.2, to the end of its 1044512 octets`, () => keystreamOf(sym, rfc3711.keystream))
    it(`AES counter mode of ${name} is that of RFC 6188 7.1 for 256 bits`, () => keystreamOf(sym, rfc6188.keystream[0]!))
    it(`are derived over ${name} as in RFC 3711 B.3 and RFC 6188 7.2`, () => {
      kdfOf(sym, rfc3711.kdf)
      kdfOf(sym, rfc6188.kdf[0]!)
    })
  }

  it("the derivation gives RFC 6188's values for 192 bits, which the contract refuses", () => {
    keystreamOf(anyLength, rfc6188.keystream[1]!)
    kdfOf(anyLength, rfc6188.kdf[1]!)
    assert.throws(() => kdfOf(nobleSym, rfc6188.kdf[1]!), /16 or 32 octets/)
  })

  it("of a context are RFC 3711's and RFC 6188's, under one name each", () => {
    for (const [cipher, v] of [["AES_CM_128_HMAC_SHA1_80", rfc3711.kdf], ["AES_256_CM_HMAC_SHA1_80", rfc6188.kdf[0]!]] as const) {
      const { srtp } = sessionKeys(nobleSym, { ...contextOf(cipher), masterKey: octets(v.master_key), masterSalt: octets(v.master_salt) })
      const auth = (v.auth_key_94 ?? v.auth_key)!.substring(0, 40)
      assert.deepEqual([hex(srtp.encryption), hex(srtp.authentication), hex(srtp.salting)], [v.cipher_key, auth, v.cipher_salt])
    }
  })

  for (const cipher of transforms)
    it(`${cipher}: six keys of the right sizes, all different, and none left when wiped`, () => {
      const context = contextOf(cipher)
      const sizes = transformSizes(cipher)
      const auth = cipher.startsWith("AEAD") ? 0 : 20
      const keys = sessionKeys(nobleSym, context)
      assert.deepEqual(each(keys).map((key) => key.length), [sizes.keyOctets, auth, sizes.saltOctets, sizes.keyOctets, auth, sizes.saltOctets])
      assert.equal(keys.srtcpTagOctets, auth === 0 ? 16 : 10)
      const full = each(keys).filter((key) => key.length > 0)
      assert.equal(new Set(full.map((key) => hex(key.subarray(0, 12)))).size, full.length)
      assert.deepEqual(each(sessionKeys(nodeSym, context)).map(hex), each(keys).map(hex))
      wipeSessionKeys(keys)
      assert(full.every((key) => key.every((octet) => octet === 0)))
      assert(context.masterKey.some((octet) => octet !== 0), "the master key stays its owner's")
    })

  it("a salt of 12 octets is followed by zeros", () => {
    const salt = octetsOf("salt", 12)
    const longer = Uint8Array.from([...salt, 0, 0])
    for (const label of [0, 2, 5]) assert.equal(hex(srtpKdf(nobleSym, new Uint8Array(16), salt, label, 32)), hex(srtpKdf(nobleSym, new Uint8Array(16), longer, label, 32)))
    assert.throws(() => srtpKdf(nobleSym, new Uint8Array(16), new Uint8Array(15), 0, 16), /at most 14 octets/)
  })
})

describe("a short tag", () => {
  it("is no policy that a call can agree on", () => {
    for (const cipher of ["AES_CM_128_HMAC_SHA1_32", "AES_256_CM_HMAC_SHA1_32"] as const) {
      const param = Uint8Array.from(policyParam(longTagOf(cipher)!))
      param[param.length - 1] = 4
      assert.equal(policyOf(param), undefined)
      for (const known of [policyParam, srtpSizes]) assert.throws(() => known(cipher as unknown as SrtpCipher), /expected one of/)
      assert.throws(() => srtpRules([cipher as unknown as SrtpCipher]), /expected one of/)
    }
  })
  it("is put on a context of AES-CM only, keys and all else unchanged", () => {
    const long = contextOf("AES_CM_128_HMAC_SHA1_80")
    const short = shortTag(long)!
    assert.deepEqual(short, { ...long, cipher: "AES_CM_128_HMAC_SHA1_32", tagOctets: 4, seq: undefined })
    assert.equal(short.masterKey, long.masterKey)
    assert.deepEqual(each(sessionKeys(nobleSym, short)), each(sessionKeys(nobleSym, long)))
    for (const cipher of ["AEAD_AES_128_GCM", "AEAD_AES_256_GCM"] as const) assert.equal(shortTag(contextOf(cipher)), undefined)
    assert.equal(shortTag(short), undefined)
    for (const cipher of transforms) assert.equal(longTagOf(cipher) === undefined ? cipher : shortTagOf(longTagOf(cipher)!), cipher)
  })
})

describe("a packet", () => {
  for (const v of rfc7714.cases)
    it(`is that of RFC 7714 ${v.case}`, () => {
      const keys: SessionKeys = { encryption: octets(v.key), authentication: new Uint8Array(0), salting: octets(v.salt) }
      const aad = octets(v.aad)
      const iv = gcmIv(keys.salting, 0x5501a0b2, 0, 0xf17b)
      assert.equal(hex(iv), v.iv)
      assert.equal(v.aad + hex(gcmSeal(keys, iv, aad, octets(v.plaintext ?? ""))), v.packet)
      if (v.plaintext === undefined) return
      const guard = { keys, tagOctets: 16, mki: new Uint8Array(0) }
      const plain = octets(v.aad + v.plaintext)
      assert.equal(hex(protectRtp(guard, plain, 0)), v.packet)
      assert.equal(hex(openRtp(guard, octets(v.packet), 0)!), hex(plain))
    })

  for (const cipher of transforms)
    it(`under ${cipher} opens again, with MKI and without, and not when an octet or a key bit has changed`, () => {
      const rtp = octets("9012ffff 00000000 11223344 bede0001 10ff0000 00112233445566778899")
      const rtcp = octets("80c90001 11223344 81ca0002 11223344 01036162 63000000")
      for (const mki of ["with MKI", "no MKI"] as const) {
        const g = guards(nobleSym, contextOf(cipher), mki)
        const sealed = protectRtp(g.rtp, rtp, 70000)
        assert.equal(sealed.length, rtp.length + g.rtp.tagOctets + (mki === "no MKI" ? 0 : 4))
        assert.equal(hex(openRtp(g.rtp, sealed, 70000)!), hex(rtp))
        assert.equal(openRtp(g.rtp, sealed, 70001), undefined)
        const control = protectRtcp(g.rtcp, rtcp, 0x12345678)
        assert.equal(hex(openRtcp(g.rtcp, control)!), hex(rtcp))
        for (let at = 20; at < sealed.length; at++) assert.equal(openRtp(g.rtp, sealed.map((octet, i) => (i === at ? octet ^ 1 : octet)), 70000), undefined, `octet ${at}`)
        for (let at = 8; at < control.length; at++) assert.equal(openRtcp(g.rtcp, control.map((octet, i) => (i === at ? octet ^ 1 : octet))), undefined, `octet ${at}`)
        const other = { ...contextOf(cipher), masterKey: contextOf(cipher).masterKey.map((octet, i) => (i === 0 ? octet ^ 1 : octet)) }
        assert.equal(openRtp(guards(nobleSym, other, mki).rtp, sealed, 70000), undefined)
      }
    })
})
