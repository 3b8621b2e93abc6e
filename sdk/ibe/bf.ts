/** Suite 0x01: Boneh-Franklin's FullIdent as a KEM over a type-3 pairing, identities in G2 (PROTOCOL section 2). */
import { ascii, concat, copy, equalCt, wipe, xorInto } from "../base/bytes.ts"
import { chain, done, map, type Job } from "../base/job.ts"
import type { PairingGroup } from "../group/group.ts"
import type { Sym } from "../sym/sym.ts"
import type { GidCache } from "./gid-cache.ts"
import type { Encapsulation, Ibe, Params, PrivateKey } from "./ibe.ts"
import { expandMessageXmd, hashAndWipe } from "./xmd.ts"

/** Suite octet of BF over BLS12-381. */
export const BF_SUITE = 0x01

const RHO = 32

interface BfParams<G1> extends Params {
  readonly point: G1
}

interface BfKey<G2> extends PrivateKey {
  point: G2 | undefined
}

/** The KEM: U || V on the wire (48 + 32 octets over BLS12-381), seeds of 32 octets. `cache` remembers g_ID per parameters and UID. */
export function bf<G1, G2, GT>(group: PairingGroup<G1, G2, GT>, sym: Sym, cache?: GidCache<GT>): Ibe {
  const encOctets = group.g1Octets + RHO
  return {
    suiteId: BF_SUITE,
    seedOctets: RHO,
    parameters(octets: Uint8Array): Job<BfParams<G1> | undefined> {
      const own = copy(octets)
      return map(group.decodeG1(own), (point) => (point === undefined ? undefined : { octets: own, point }))
    },
    privateKey(octets: Uint8Array): Job<BfKey<G2> | undefined> {
      const own = copy(octets)
      const clean = (): void => wipe(own)
      return map(
        group.decodeG2(own),
        (point) => {
          if (point !== undefined) return { octets: own, point }
          clean()
          return undefined
        },
        clean,
      )
    },
    verify: (key, uid, par) => {
      const S = secretPoint<G2>(key)
      return chain(identityPoint(group, sym, uid), (Q) => group.sameSecret(S, publicPoint<G1>(par), Q))
    },
    encapsulate(uid: Uint8Array, par: Params, seed: Uint8Array): Job<Encapsulation> {
      if (seed.length !== RHO) throw new Error(`bf.encapsulate: expected a seed of ${RHO} octets, got ${seed.length}`)
      const rho = copy(seed)
      const name = copy(uid)
      const gid = identityPairing(group, sym, name, publicPoint<G1>(par), par.octets, cache)
      return chain(gid, (g) => encapsulate(group, sym, name, rho, g), () => wipe(rho))
    },
    encOctets: (data) => (data.length >= encOctets ? encOctets : 0),
    decapsulate(enc: Uint8Array, key: PrivateKey, uid: Uint8Array): Job<Uint8Array | undefined> {
      if (enc.length !== encOctets) return done(undefined)
      const own = copy(enc)
      const name = copy(uid)
      const S = secretPoint<G2>(key)
      const opened = chain(
        group.decodeG1(own.subarray(0, group.g1Octets)),
        (U) => (U === undefined ? done(undefined) : group.pair(U, S)),
      )
      return chain(opened, (x) => (x === undefined ? done(undefined) : reopen(group, sym, name, own, x)))
    },
    wipe(key: PrivateKey): void {
      const own = key as BfKey<G2>
      wipe(own.octets)
      if (own.point !== undefined) group.wipe(own.point)
      own.point = undefined
    },
  }
}

/** Q_id = hash_to_curve(UID) in G2, RFC 9380 `BLS12381G2_XMD:SHA-256_SSWU_RO_` under our own tag. */
export function identityPoint<G1, G2, GT>(group: PairingGroup<G1, G2, GT>, sym: Sym, uid: Uint8Array): Job<G2> {
  return group.mapToG2(expandMessageXmd(sym, uid, ascii("IBAKE-V01-BLS12381G2_XMD:SHA-256_SSWU_RO_"), 256))
}

/** g_ID = e(P_pub, Q_id), from the cache where it stands there. */
function identityPairing<G1, G2, GT>(
  group: PairingGroup<G1, G2, GT>, sym: Sym, uid: Uint8Array, Ppub: G1, parameters: Uint8Array, cache: GidCache<GT> | undefined,
): Job<GT> {
  const known = cache === undefined ? undefined : cache.get(parameters, uid)
  if (known !== undefined) return done(known)
  const pairing = chain(identityPoint(group, sym, uid), (Q) => group.pair(Ppub, Q))
  return map(pairing, (g) => {
    if (cache !== undefined) cache.put(parameters, uid, g)
    return g
  })
}

/** U = [l]P, V = rho XOR H(g_ID^l); owns and wipes rho. l = 0 has a chance of 2^-255, and no rho that gives it can be found. */
function encapsulate<G1, G2, GT>(group: PairingGroup<G1, G2, GT>, sym: Sym, uid: Uint8Array, rho: Uint8Array, g: GT): Job<Encapsulation> {
  const l = scalar(group, sym, rho, uid)
  const clean = (): void => {
    wipe(rho)
    wipe(l)
  }
  const powered = chain(group.powGT(g, l), (x) => map(group.mulG1(l), (U) => ({ x, U }), () => group.wipe(x)))
  return map(
    powered,
    (of) => {
      const V = mask(group, sym, of.x)
      xorInto(V, rho)
      const enc = concat([group.encodeG1(of.U), V])
      const secret = sharedSecret(sym, rho, uid, enc)
      clean()
      return { secret, enc }
    },
    clean,
  )
}

/** rho from V, and the secret only if [l]P is U octet for octet: whoever made `enc` knew rho. */
function reopen<G1, G2, GT>(group: PairingGroup<G1, G2, GT>, sym: Sym, uid: Uint8Array, enc: Uint8Array, x: GT): Job<Uint8Array | undefined> {
  const rho = mask(group, sym, x)
  xorInto(rho, enc.subarray(group.g1Octets))
  const l = scalar(group, sym, rho, uid)
  const clean = (): void => {
    wipe(rho)
    wipe(l)
  }
  if (!group.validScalar(l)) {
    clean()
    return done(undefined)
  }
  return map(
    group.mulG1(l),
    (U) => {
      const again = group.encodeG1(U)
      const secret = equalCt(again, enc.subarray(0, group.g1Octets)) ? sharedSecret(sym, rho, uid, enc) : undefined
      clean()
      wipe(again)
      return secret
    },
    clean,
  )
}

/** l = OS2IP(expand_message_xmd(rho || UID, "IBAKE-V01-L", 48)) mod r. */
function scalar<G1, G2, GT>(group: PairingGroup<G1, G2, GT>, sym: Sym, rho: Uint8Array, uid: Uint8Array): Uint8Array {
  const input = concat([rho, uid])
  const wide = expandMessageXmd(sym, input, ascii("IBAKE-V01-L"), 48)
  wipe(input)
  const l = group.reduce(wide)
  wipe(wide)
  return l
}

/** H("IBAKE-V01-V" || GT(x)); wipes x. */
function mask<G1, G2, GT>(group: PairingGroup<G1, G2, GT>, sym: Sym, x: GT): Uint8Array {
  const octets = group.encodeGT(x)
  group.wipe(x)
  const input = concat([ascii("IBAKE-V01-V"), octets])
  wipe(octets)
  return hashAndWipe(sym, input)
}

/** H("IBAKE-V01-K" || rho || UID || enc). */
function sharedSecret(sym: Sym, rho: Uint8Array, uid: Uint8Array, enc: Uint8Array): Uint8Array {
  return hashAndWipe(sym, concat([ascii("IBAKE-V01-K"), rho, uid, enc]))
}

function publicPoint<G1>(par: Params): G1 {
  return (par as BfParams<G1>).point
}

function secretPoint<G2>(key: PrivateKey): G2 {
  const point = (key as BfKey<G2>).point
  if (point === undefined) throw new Error("bf: this private key was wiped")
  return point
}
