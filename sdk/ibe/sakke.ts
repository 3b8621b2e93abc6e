/** Suite 0x03: SAKKE of RFC 6508 under RFC 6509's parameter set 1 as a KEM, the Identifier b being the UID (PROTOCOL section 2). */
import { ascii, concat, copy, equal, equalCt, u8, wipe, xorInto } from "../base/bytes.ts"
import { chain, done, map, workOn, type Job } from "../base/job.ts"
import type { SakkeGroup } from "../group/group.ts"
import type { Sym } from "../sym/sym.ts"
import { hashBytes } from "./hash-bytes.ts"
import type { Encapsulation, Ibe, Params, PrivateKey } from "./ibe.ts"
import { hashAndWipe } from "./xmd.ts"

/** Suite octet of SAKKE. */
export const SAKKE_SUITE = 0x03

/** n = 128 bits. */
const SSV = 16
const HASH = 32

interface SakkeParams<P> extends Params {
  readonly Z: P
}

interface SakkeKey<P> extends PrivateKey {
  point: P | undefined
}

/** The KEM: R || H on the wire (257 + 16 octets), seeds are the SSV of 16, parameters Z and keys RSK of 257. */
export function sakke<P, GT>(group: SakkeGroup<P, GT>, sym: Sym): Ibe {
  const pointOctets = 1 + 2 * group.coordinateOctets
  const encOctets = pointOctets + SSV
  return {
    suiteId: SAKKE_SUITE,
    seedOctets: SSV,
    parameters: (octets) => decoded(group, octets, (Z, own): SakkeParams<P> => ({ octets: own, Z })),
    privateKey: (octets) => decoded(group, octets, (point, own): SakkeKey<P> => ({ octets: own, point })),
    /** RFC 6508 section 6.1.2: <[a]P + Z, K> = g. */
    verify(key: PrivateKey, uid: Uint8Array, par: Params): Job<boolean> {
      const K = secretPoint<P>(key)
      const paired = chain(identityPoint(group, uid, publicPoint<P>(par)), (I) => group.pair(I, K))
      return map(paired, (g) => equal(group.encodeGT(g), group.encodeGT(group.basePair)))
    },
    encapsulate(uid: Uint8Array, par: Params, seed: Uint8Array): Job<Encapsulation> {
      if (seed.length !== SSV) throw new Error(`sakke.encapsulate: expected a seed of ${SSV} octets, got ${seed.length}`)
      return encapsulate(group, sym, copy(uid), publicPoint<P>(par), copy(seed))
    },
    encOctets: (data) => (data.length >= encOctets && data[0] === 0x04 ? encOctets : 0),
    decapsulate(enc: Uint8Array, key: PrivateKey, uid: Uint8Array, par: Params): Job<Uint8Array | undefined> {
      const K = secretPoint<P>(key)
      if (enc.length !== encOctets || enc[0] !== 0x04) return done(undefined)
      const own = copy(enc)
      const name = copy(uid)
      const Z = publicPoint<P>(par)
      return chain(group.pairStranger(own.subarray(1, pointOctets), K), (w) => (w === undefined ? done(undefined) : reopen(group, sym, own, name, Z, w)))
    },
    wipe(key: PrivateKey): void {
      wipe(key.octets)
      ;(key as SakkeKey<P>).point = undefined
    },
  }
}

/** What `make` makes of the point in octets, and of a copy of them. */
function decoded<P, GT, T>(group: SakkeGroup<P, GT>, octets: Uint8Array, make: (point: P, own: Uint8Array) => T): Job<T | undefined> {
  return workOn(octets, (own) => {
    const point = decodePoint(group, own)
    return point === undefined ? undefined : make(point, copy(own))
  })
}

/** A point as RFC 6508 section 4 writes it: 04 || x || y. */
export function encodePoint<P, GT>(group: SakkeGroup<P, GT>, point: P): Uint8Array {
  const xy = group.encode(point)
  const out = concat([u8(4), xy])
  wipe(xy)
  return out
}

function decodePoint<P, GT>(group: SakkeGroup<P, GT>, octets: Uint8Array): P | undefined {
  return octets.length > 0 && octets[0] === 0x04 ? group.decode(octets.subarray(1)) : undefined
}

/** [b]P + Z: public. Infinity only for the one b that is -z. */
function identityPoint<P, GT>(group: SakkeGroup<P, GT>, b: Uint8Array, Z: P): Job<P> {
  return map(group.mul(b, group.base), (bP) => group.add(bP, Z))
}

/** RFC 6508 section 6.2.1; owns and wipes ssv. */
function encapsulate<P, GT>(group: SakkeGroup<P, GT>, sym: Sym, b: Uint8Array, Z: P, ssv: Uint8Array): Job<Encapsulation> {
  const r = scalar(group, sym, ssv, b)
  const clean = (): void => {
    wipe(ssv)
    wipe(r)
  }
  const R = chain(identityPoint(group, b, Z), (I) => group.mul(r, I))
  const both = chain(R, (of) => map(group.powGT(group.basePair, r), (w) => ({ R: of, w })))
  return map(
    both,
    (of) => {
      const H = mask(group, sym, of.w)
      xorInto(H, ssv)
      const enc = concat([encodePoint(group, of.R), H])
      const secret = sharedSecret(sym, ssv, b, enc)
      clean()
      return { secret, enc }
    },
    clean,
  )
}

/** RFC 6508 section 6.2.2 from its step 3: the secret only if [r]([b]P + Z) is R. */
function reopen<P, GT>(group: SakkeGroup<P, GT>, sym: Sym, enc: Uint8Array, b: Uint8Array, Z: P, w: GT): Job<Uint8Array | undefined> {
  const point = enc.length - SSV
  const ssv = mask(group, sym, w)
  xorInto(ssv, enc.subarray(point))
  const r = scalar(group, sym, ssv, b)
  const clean = (): void => {
    wipe(ssv)
    wipe(r)
  }
  const test = chain(identityPoint(group, b, Z), (I) => group.mul(r, I))
  return map(
    test,
    (R) => {
      const again = encodePoint(group, R)
      const secret = equalCt(again, enc.subarray(0, point)) ? sharedSecret(sym, ssv, b, enc) : undefined
      clean()
      wipe(again)
      return secret
    },
    clean,
  )
}

/** r = HashToIntegerRange(SSV || b, q). */
function scalar<P, GT>(group: SakkeGroup<P, GT>, sym: Sym, ssv: Uint8Array, b: Uint8Array): Uint8Array {
  const input = concat([ssv, b])
  const wide = hashBytes((data) => sym.sha256(data), Math.ceil(group.scalarOctets / HASH) * HASH, input)
  const r = group.reduce(wide)
  wipe(input)
  wipe(wide)
  return r
}

/** HashToIntegerRange(w, 2^n): the last 16 octets of the one block. */
function mask<P, GT>(group: SakkeGroup<P, GT>, sym: Sym, w: GT): Uint8Array {
  const octets = group.encodeGT(w)
  const block = hashBytes((data) => sym.sha256(data), HASH, octets)
  const out = copy(block.subarray(HASH - SSV))
  wipe(octets)
  wipe(block)
  return out
}

/** H("IBAKE-V03-K" || SSV || UID || enc). */
function sharedSecret(sym: Sym, ssv: Uint8Array, uid: Uint8Array, enc: Uint8Array): Uint8Array {
  return hashAndWipe(sym, concat([ascii("IBAKE-V03-K"), ssv, uid, enc]))
}

function publicPoint<P>(par: Params): P {
  return (par as SakkeParams<P>).Z
}

function secretPoint<P>(key: PrivateKey): P {
  const point = (key as SakkeKey<P>).point
  if (point === undefined) throw new Error("sakke: this private key was wiped")
  return point
}
