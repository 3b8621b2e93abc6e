/**
 * PROTOCOL sections 2, 3 and 5 a second time, for vectors only: straight from the page, in noble's ready-made functions and joined octets.
 * Nothing of sdk/ is imported here: what the two disagree on, one of them has wrong.
 */
import { ctr } from "@noble/ciphers/aes.js"
import { expand_message_xmd } from "@noble/curves/abstract/hash-to-curve.js"
import { bls12_381 } from "@noble/curves/bls12-381.js"
import { x25519 } from "@noble/curves/ed25519.js"
import { p256, p384 } from "@noble/curves/nist.js"
import { hkdf } from "@noble/hashes/hkdf.js"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"

type Octets = Uint8Array

/** What a file of vectors is made of. */
export type Json = { readonly [name: string]: Json } | readonly Json[] | Octets | string | number | boolean | undefined

/** The value of a file, octets in hex. */
export function inHex(value: Json): unknown {
  return JSON.parse(JSON.stringify(value, (_, each: unknown) => (each instanceof Uint8Array ? hex(each) : each)))
}

/** Joined octets of text (ASCII), octets, and single numbers. */
export function join(...parts: readonly (Octets | string | number)[]): Octets {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === "number" ? [part] : [...(typeof part === "string" ? Buffer.from(part, "ascii") : part)])))
}

/** An integer in two, four or eight octets. */
export const u16 = (n: number): Octets => number(BigInt(n), 2)
export const u32 = (n: number): Octets => number(BigInt(n), 4)
export const number = (n: bigint, octets: number): Octets => Uint8Array.from(Buffer.from(n.toString(16).padStart(2 * octets, "0"), "hex"))
export const integer = (octets: Octets): bigint => BigInt("0x" + hex(octets))
export const hex = (octets: Octets): string => Buffer.from(octets).toString("hex")
export const unhex = (text: string): Octets => Uint8Array.from(Buffer.from(text, "hex"))
export const H = (...parts: readonly (Octets | string)[]): Octets => sha256(join(...parts))
export const HMAC = (key: Octets, ...parts: readonly Octets[]): Octets => hmac(sha256, key, join(...parts))
export const xor = (a: Octets, b: Octets): Octets => a.map((octet, i) => octet ^ b[i]!)

/** `octets` published octets that stand for randomness: SHA-256(label || counter in four octets), counters from 0. */
export function published(label: string, octets: number): Octets {
  const blocks = Array.from({ length: Math.ceil(octets / 32) }, (_, i) => H(label, u32(i)))
  return join(...blocks).slice(0, octets)
}

/** What a role draws, noted as it is drawn. */
export interface Drawn {
  readonly draws: readonly { readonly label: string; readonly octets: Octets }[]
  draw(name: string, octets: number): Octets
}

/** Published draws under `prefix`, each named by `label` of its name. */
export function drawing(prefix: string, label: (name: string) => string): Drawn {
  const draws: { label: string; octets: Octets }[] = []
  const draw = (name: string, octets: number): Octets => {
    draws.push({ label: label(name), octets: published(`${prefix}/${label(name)}`, octets) })
    return draws[draws.length - 1]!.octets
  }
  return { draws, draw }
}

// section 1

/** An integer in the fewest octets; 0 is one 00 octet. */
function fewest(n: number): Octets {
  const digits = n.toString(16)
  return unhex(digits.length % 2 === 0 ? digits : "0" + digits)
}

/** The UID: H(00 || P0 || L0 || ... || P5 || L5). */
export function uid(identity: string, kmsUri: string, length: number, offset: number, period: number, first: string = "MIKEY-IBAKE-UID"): { S: Octets; uid: Octets } {
  const P = [...[first, identity, kmsUri].map((text) => Uint8Array.from(Buffer.from(text, "utf8"))), ...[length, offset, period].map(fewest)]
  const S = join(0, ...P.flatMap((p) => [p, u16(p.length)]))
  return { S, uid: H(S) }
}

// section 2, suite 0x01

const r = bls12_381.fields.Fr.ORDER
const P1 = bls12_381.G1.Point
const P2 = bls12_381.G2.Point

export const groupOrder: bigint = r
export const publicParameter = (s: bigint): Octets => P1.BASE.multiply(s).toBytes(true)
const identityPoint = (id: Octets) => P2.fromAffine(bls12_381.G2.hashToCurve(id, { DST: "IBAKE-V01-BLS12381G2_XMD:SHA-256_SSWU_RO_" }).toAffine())
export const Q_id = (id: Octets): Octets => identityPoint(id).toBytes(true)
export const S_id = (s: bigint, id: Octets): Octets => identityPoint(id).multiply(s).toBytes(true)

type Fp12 = ReturnType<typeof bls12_381.pairing>

/** w^0 then w^1, in each v^0, v^1, v^2, in each the real part then u; 48 octets each. */
function GT(x: Fp12): Octets {
  return join(...[x.c0, x.c1].flatMap((w) => [w.c0, w.c1, w.c2]).flatMap((v) => [number(v.c0, 48), number(v.c1, 48)]))
}

if (hex(H(GT(bls12_381.pairing(P1.BASE, P2.BASE)))) !== "06fa588b89fdfb034dbc1c163ecb3dfac228f552b643c7294cc5f2c4dc170b84") throw new Error("this pairing is not PROTOCOL's")

const scalar = (rho: Octets, id: Octets): bigint => integer(expand_message_xmd(join(rho, id), Uint8Array.from(Buffer.from("IBAKE-V01-L")), 48, sha256)) % r

/** An encapsulation with all that comes between. */
export function encapsulate(id: Octets, P_pub: Octets, rho: Octets): Record<"uid" | "Q_id" | "rho" | "l" | "U" | "GT_sha256" | "mask" | "V" | "enc" | "secret", Octets> {
  const l = scalar(rho, id)
  const U = P1.BASE.multiply(l).toBytes(true)
  const gt = GT(bls12_381.fields.Fp12.pow(bls12_381.pairing(P1.fromBytes(P_pub), identityPoint(id)), l))
  const mask = H("IBAKE-V01-V", gt)
  const V = xor(rho, mask)
  const enc = join(U, V)
  return { uid: id, Q_id: Q_id(id), rho, l: number(l, 32), U, GT_sha256: H(gt), mask, V, enc, secret: H("IBAKE-V01-K", rho, id, enc) }
}

/** What V hides rho behind, for whoever holds S_id. */
export const agreeMask = (U: Octets, S: Octets): Octets => H("IBAKE-V01-V", GT(bls12_381.pairing(P1.fromBytes(U), P2.fromBytes(S))))

/** The secret of an encapsulation, or undefined. */
export function decapsulate(enc: Octets, S: Octets, id: Octets): Octets | undefined {
  const U = enc.slice(0, 48)
  const rho = xor(enc.slice(48), agreeMask(U, S))
  const again = P1.BASE.multiply(scalar(rho, id)).toBytes(true)
  return hex(again) === hex(U) ? H("IBAKE-V01-K", rho, id, enc) : undefined
}

/** The first x of 1, 2, ... for which `wanted` finds y^2 as it likes it. */
function firstX(wanted: (x: bigint) => boolean): bigint {
  let x = 1n
  while (!wanted(x)) x++
  return x
}

const { Fp, Fp2 } = bls12_381.fields
const rhs1 = (x: bigint): bigint => Fp.add(Fp.pow(x, 3n), 4n)
const rhs2 = (x: bigint) => Fp2.add(Fp2.pow({ c0: x, c1: 0n }, 3n), { c0: 4n, c1: 4n })
// Euler's criterion; in Fp2 through the norm
const square1 = (a: bigint): boolean => Fp.eql(Fp.pow(a, (Fp.ORDER - 1n) / 2n), 1n)
const square2 = (a: { c0: bigint; c1: bigint }): boolean => square1(Fp.add(Fp.sqr(a.c0), Fp.sqr(a.c1)))
const compressed = (x: bigint, octets: number): Octets => {
  const out = number(x, octets)
  out[0]! |= 0x80
  return out
}

/** A point of the curve that is outside the subgroup of order r: among small x the chance to be inside is 2^-126 (G1), 2^-381 (G2). */
export const strayG1 = (): Octets => compressed(firstX((x) => square1(rhs1(x))), 48)
export const strayG2 = (): Octets => compressed(firstX((x) => square2(rhs2(x))), 96)
/** An x with no y. */
export const offG1 = (): Octets => compressed(firstX((x) => !square1(rhs1(x))), 48)
export const offG2 = (): Octets => compressed(firstX((x) => !square2(rhs2(x))), 96)

/** A good point with p added to the coordinate in these octets: the same element, were it not for its encoding. Above its 381 bits stand the flags. */
export function wrapped(octets: 48 | 96, from: 0 | 48): Octets {
  const top = 1n << 381n
  for (let k = 1n; ; k++) {
    const good = octets === 48 ? publicParameter(k) : P2.BASE.multiply(k).toBytes(true)
    const coordinate = integer(good.slice(from, from + 48))
    if ((coordinate % top) + Fp.ORDER < top) return join(good.slice(0, from), number(coordinate + Fp.ORDER, 48), good.slice(from + 48))
  }
}

// section 3

/** Keys of a box of a suite. */
export function boxKeys(secret: Octets, suite: number = 1): Record<"ke" | "ka" | "kc", Octets> {
  const okm = hkdf(sha256, secret, new Uint8Array(0), join("IBAKE-V01-seal", suite), 96)
  return { ke: okm.slice(0, 32), ka: okm.slice(32, 64), kc: okm.slice(64) }
}

export const aesCtr = (key: Octets, counter: Octets, data: Octets): Octets => ctr(key, counter).encrypt(data)

/** A box: Encr data and its parts. */
export function seal(enc: Octets, secret: Octets, aad: Octets, plaintext: Octets, suite: number = 1): Record<"ciphertext" | "tag" | "encrData", Octets> {
  const { ke, ka } = boxKeys(secret, suite)
  const ciphertext = aesCtr(ke, new Uint8Array(16), plaintext)
  const tag = HMAC(ka, u32(aad.length), aad, ciphertext).slice(0, 16)
  return { ciphertext, tag, encrData: join(suite, enc, ciphertext, tag) }
}

// section 4: ECC curves 8, 11 and 240

/** A curve of ECCPT as the page has it. */
export interface HandCurve {
  readonly name: string
  readonly number: number
  readonly seedOctets: number
  pair(seed: Octets): { readonly x: Octets; readonly point: Octets }
  agree(x: Octets, point: Octets): Octets
}

/** x = OS2IP(seed) mod (n - 1) + 1, the seed half as long again as n; [x]P uncompressed. */
function nist(name: string, number_: number, curve: typeof p256, octets: number): HandCurve {
  return {
    name,
    number: number_,
    seedOctets: octets + octets / 2,
    pair(seed) {
      const x = (integer(seed) % (curve.Point.Fn.ORDER - 1n)) + 1n
      return { x: number(x, octets), point: curve.Point.BASE.multiply(x).toBytes(false) }
    },
    agree: (x, point) => curve.Point.fromBytes(point).multiply(integer(x)).toBytes(false),
  }
}

export const P256: HandCurve = nist("P-256", 8, p256, 32)
export const P384: HandCurve = nist("P-384", 11, p384, 48)
/** RFC 7748: the seed is the secret, clamped where it is used. */
export const X25519: HandCurve = {
  name: "X25519",
  number: 240,
  seedOctets: 32,
  pair: (seed) => ({ x: seed, point: x25519.getPublicKey(seed) }),
  agree: (x, point) => x25519.getSharedSecret(x, point),
}

// section 5

/** PRF-HMAC-SHA-256 of RFC 3830 4.1.2 with blocks of 256 bits. */
export function prf(inkey: Octets, label: Octets, octets: number): Octets {
  const m = Math.ceil(octets / 32)
  let out: Octets = new Uint8Array(32 * m)
  for (let at = 0; at < inkey.length; at += 32) {
    const s = inkey.slice(at, at + 32)
    let A = label
    const blocks = Array.from({ length: m }, () => {
      A = HMAC(s, A)
      return HMAC(s, A, label)
    })
    out = xor(out, join(...blocks))
  }
  return out.slice(0, octets)
}
