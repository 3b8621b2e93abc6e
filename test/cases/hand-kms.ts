/** KMSs and those who have keys of them a second time, for vectors only: PROTOCOL sections 1 and 2 for each suite. Nothing of sdk/ is imported. */
import { boxKeys, decapsulate, encapsulate, groupOrder, hex, integer, join, number, publicParameter, S_id, seal, u16, u32, uid, type Json } from "./by-hand.ts"
import { text } from "./hand-messages.ts"
import { curve5091, set1 } from "./make-type1.ts"
import { encapsulate5091, encapsulate6508, extract6508, hashToPoint, keyBlock, publicBlock, sec1, times } from "./type1-by-hand.ts"

type Octets = Uint8Array
type Between = Readonly<Record<string, Octets>> & { readonly enc: Octets; readonly secret: Octets }

/** What a parameter set says besides the public parameter. */
export interface HandSet {
  readonly suite: number
  readonly version: number
  readonly periodLength: number
  readonly periodOffset: number
  readonly uri: string
  readonly hosts: readonly string[]
}

/** A KMS with its master secret. */
export interface HandKms {
  readonly set: HandSet
  readonly masterSecret: Octets
  readonly publicParameter: Octets
  /** What the sender of a box draws for it. */
  readonly seed: { readonly name: string; readonly octets: number }
  extract(id: Octets): Octets
  encapsulate(id: Octets, seed: Octets): Between
  /** The secret by the other way, where that is quick. */
  decapsulate?(enc: Octets, id: Octets): Octets | undefined
}

/** Somebody: an identity of type 1, and the KMS that speaks for it. */
export interface Member {
  readonly identity: string
  readonly kms: HandKms
}

/** A function of octets that remembers: a point is hashed to, and a key extracted, once. */
function once<T>(of: (octets: Octets) => T): (octets: Octets) => T {
  const known = new Map<string, T>()
  return (octets) => {
    const name = hex(octets)
    if (!known.has(name)) known.set(name, of(octets))
    return known.get(name)!
  }
}

/** Suite 0x01 from a seed of 48 octets. */
export function kms01(set: HandSet, seed: Octets): HandKms {
  const s = (integer(seed) % (groupOrder - 1n)) + 1n
  const P_pub = publicParameter(s)
  const extract = once((id) => S_id(s, id))
  return {
    set, masterSecret: number(s, 32), publicParameter: P_pub, seed: { name: "rho", octets: 32 },
    extract,
    encapsulate: (id, rho) => encapsulate(id, P_pub, rho),
    decapsulate: (enc, id) => decapsulate(enc, extract(id), id),
  }
}

/** Suite 0x02 on the curve of rfc5091_curve.json; the master secret is s of 32 octets, then BFPublicParameters. */
export function kms02(set: HandSet, seed: Octets): HandKms {
  const c = curve5091()
  const s = (integer(seed) % (c.q - 1n)) + 1n
  const Ppub = times(s, c.P, 0n, c.p)!
  const parameters = publicBlock(c, Ppub)
  const hashed = once((id) => hashToPoint(c, id))
  const octets = (A: readonly [bigint, bigint]): Octets => join(number(A[0], 192), number(A[1], 192))
  return {
    set, masterSecret: join(number(s, 32), parameters), publicParameter: parameters, seed: { name: "m and rho", octets: 64 },
    extract: once((id) => keyBlock(times(s, hashed(id), 0n, c.p)!)),
    encapsulate(id, drawn) {
      const [m, rho] = [drawn.slice(0, 32), drawn.slice(32)]
      const of = encapsulate5091(c, Ppub, id, m, rho, hashed(id))
      return { uid: id, Q_id: octets(of.Q_id), m, rho, l: number(of.l, 32), U: octets(of.U), w: of.w, V: of.V, W: of.W, enc: of.enc, secret: of.secret }
    },
  }
}

/** Suite 0x03 over parameter set 1. */
export function kms03(set: HandSet, seed: Octets): HandKms {
  const c = set1()
  const z = (integer(seed) % (c.q - 1n)) + 1n
  const Z = times(z, c.P, -3n, c.p)!
  return {
    set, masterSecret: number(z, 128), publicParameter: sec1(Z), seed: { name: "SSV", octets: 16 },
    extract: once((id) => sec1(extract6508(c, z, id))),
    encapsulate(id, SSV) {
      const { r, R, mask, enc, secret } = encapsulate6508(c, c.g, Z, id, SSV)
      return { uid: id, SSV, r: number(r, 128), R: sec1(R), mask, enc, secret }
    },
  }
}

/** The key period of an NTP-UTC timestamp. */
export function periodOf({ set }: HandKms, T: Octets): number {
  const seconds = integer(T.slice(0, 4))
  return Math.floor((Number(seconds < 2n ** 31n ? seconds + 2n ** 32n : seconds) - set.periodOffset) / set.periodLength)
}

/** The UID of a member in a period, with what it is the hash of. */
export function uidOf(of: Member, period: number): { S: Octets; uid: Octets } {
  return uid(of.identity, of.kms.set.uri, of.kms.set.periodLength, of.kms.set.periodOffset, period)
}

/** A private key: its period, the NTP seconds from and to which it is good, and what it is made of. */
export interface HandKey {
  readonly period: number
  readonly from: number
  readonly to: number
  readonly S: Octets
  readonly uid: Octets
  readonly key: Octets
}

/** The private key of a member for a period. */
export function privateKey(of: Member, period: number): HandKey {
  const { periodLength, periodOffset } = of.kms.set
  const id = uidOf(of, period)
  const from = periodOffset + period * periodLength
  return { period, from, to: from + periodLength, ...id, key: of.kms.extract(id.uid) }
}

/** A parameter set as a notice has it. */
export function encodedSet({ set, publicParameter: octets }: HandKms): Octets {
  const len8 = (value: string): Octets => join(text(value).length, text(value))
  return join(set.suite, u32(set.version), u32(set.periodLength), u32(set.periodOffset), len8(set.uri), set.hosts.length, ...set.hosts.map(len8), u16(octets.length), octets)
}

/** The parameter set with the fields of a key fill. */
export const setFields = (kms: HandKms): Json => ({ ...kms.set, publicParameter: kms.publicParameter })

/** A box to be: the KEM is done, and how long Encr data will be is known. */
export interface Sealing {
  readonly octets: number
  readonly kc: Octets
  /** Encr data under an AAD, with every value between. */
  seal(aad: Octets): { readonly encrData: Octets; readonly values: Json }
}

/** A box for a member in the period of T. */
export function sealing(to: Member, T: Octets, seed: Octets, plaintext: Octets, hash: (octets: Octets) => Octets): Sealing {
  const { suite } = to.kms.set
  const id = uidOf(to, periodOf(to.kms, T)).uid
  const kem = to.kms.encapsulate(id, seed)
  const opened = to.kms.decapsulate === undefined ? kem.secret : to.kms.decapsulate(kem.enc, id)
  if (opened === undefined || hex(opened) !== hex(kem.secret)) throw new Error("a box does not open")
  const keys = boxKeys(kem.secret, suite)
  return {
    octets: 1 + kem.enc.length + plaintext.length + 16,
    kc: keys.kc,
    seal(aad) {
      const box = seal(kem.enc, kem.secret, aad, plaintext, suite)
      return { encrData: box.encrData, values: { to: to.identity, ...kem, ...keys, aad_sha256: hash(aad), plaintext, ...box } }
    },
  }
}
