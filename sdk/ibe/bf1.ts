/** Suite 0x02: Boneh-Franklin of RFC 5091 with n = 3072 as a KEM; the identity string is the UID (PROTOCOL section 2). */
import { ascii, concat, copy, equal, wipe } from "../base/bytes.ts"
import { chain, done, map, work, workOn, type Job } from "../base/job.ts"
import type { HashedGroupMaker } from "../group/group.ts"
import type { Sym } from "../sym/sym.ts"
import { ciphertextOctets, readCiphertextBlock, readKeyBlock, readPublicBlock, writeCiphertextBlock } from "./bf1-blocks.ts"
import type { GidCache } from "./gid-cache.ts"
import { hashToRange } from "./hash-bytes.ts"
import type { Encapsulation, Ibe, Params, PrivateKey } from "./ibe.ts"
import { bfDecrypt, bfEncrypt, type Scheme } from "./rfc5091.ts"
import { hashAndWipe } from "./xmd.ts"

/** Suite octet of RFC 5091. */
export const BF1_SUITE = 0x02

const M = 32
const RHO = 32

/** BFPublicParameters that were checked. */
export interface Bf1Params<P, GT> extends Params {
  readonly scheme: Scheme<P, GT>
  readonly Ppub: P
  /** p || q: a key is of use under no others. */
  readonly curve: Uint8Array
}

interface Bf1Key<P> extends PrivateKey {
  point: P | undefined
  readonly curve: Uint8Array
}

/** The KEM over the groups that `makeGroup` makes of received p and q; seeds are m(32) || rho(32). `cache` remembers Pairing(P_pub, Q_id) per parameters and UID. */
export function bf1<P, GT>(makeGroup: HashedGroupMaker<P, GT>, sym: Sym, cache?: GidCache<GT>): Ibe {
  return {
    suiteId: BF1_SUITE,
    seedOctets: M + RHO,
    parameters: (octets) => work(() => bf1Parameters(makeGroup, sym, octets)),
    privateKey: (octets, par) => workOn(octets, (own) => privateKey(own, par as Bf1Params<P, GT>)),
    verify(key: PrivateKey, uid: Uint8Array, par: Params): Job<boolean> {
      const of = par as Bf1Params<P, GT>
      const S = secretPoint<P>(key)
      return sameCurve(key, of) ? of.scheme.group.sameSecret(S, of.scheme.P, of.Ppub, hashToRange((data) => sym.sha256(data), uid)) : done(false)
    },
    encapsulate(uid: Uint8Array, par: Params, seed: Uint8Array): Job<Encapsulation> {
      if (seed.length !== M + RHO) throw new Error(`bf1.encapsulate: expected a seed of ${M + RHO} octets, got ${seed.length}`)
      const of = par as Bf1Params<P, GT>
      const name = copy(uid)
      const m = copy(seed.subarray(0, M))
      return map(
        bfEncrypt(of.scheme, identityPairing(of, sym, name, cache), m, seed.subarray(M)),
        (triple) => {
          const enc = writeCiphertextBlock(triple)
          const secret = sharedSecret(sym, m, name, enc)
          wipe(m)
          return { secret, enc }
        },
        () => wipe(m),
      )
    },
    encOctets: ciphertextOctets,
    decapsulate(enc: Uint8Array, key: PrivateKey, uid: Uint8Array, par: Params): Job<Uint8Array | undefined> {
      const of = par as Bf1Params<P, GT>
      const S = secretPoint<P>(key)
      const triple = readCiphertextBlock(enc)
      if (triple === undefined || !sameCurve(key, of)) return done(undefined)
      const own = copy(enc)
      const name = copy(uid)
      return map(bfDecrypt(of.scheme, S, triple), (m) => {
        if (m === undefined) return undefined
        const secret = sharedSecret(sym, m, name, own)
        wipe(m)
        return secret
      })
    },
    wipe(key: PrivateKey): void {
      wipe(key.octets)
      ;(key as Bf1Key<P>).point = undefined
    },
  }
}

/** BFPublicParameters, or undefined: no strict DER, another n, p and q that make no curve, P or P_pub not of order q. */
export function bf1Parameters<P, GT>(makeGroup: HashedGroupMaker<P, GT>, sym: Sym, octets: Uint8Array): Bf1Params<P, GT> | undefined {
  const block = readPublicBlock(octets)
  const group = block === undefined ? undefined : makeGroup(block.p, block.q)
  if (block === undefined || group === undefined) return undefined
  const P = group.decode(block.P)
  const Ppub = group.decode(block.Ppub)
  if (P === undefined || Ppub === undefined) return undefined
  return { octets: copy(octets), scheme: { group, hash: (data) => sym.sha256(data), P }, Ppub, curve: concat([block.p, block.q]) }
}

function privateKey<P, GT>(octets: Uint8Array, of: Bf1Params<P, GT>): Bf1Key<P> | undefined {
  const xy = readKeyBlock(octets)
  const point = xy === undefined ? undefined : of.scheme.group.decode(xy)
  wipe(xy)
  return point === undefined ? undefined : { octets: copy(octets), point, curve: of.curve }
}

/** theta = Pairing(P_pub, Q_id), from the cache where it stands there. */
function identityPairing<P, GT>(of: Bf1Params<P, GT>, sym: Sym, uid: Uint8Array, cache: GidCache<GT> | undefined): Job<GT> {
  const known = cache === undefined ? undefined : cache.get(of.octets, uid)
  if (known !== undefined) return done(known)
  const pairing = chain(done(uid), (id) => of.scheme.group.pairHashed(of.Ppub, hashToRange((data) => sym.sha256(data), id)))
  return map(pairing, (theta) => {
    if (cache !== undefined) cache.put(of.octets, uid, theta)
    return theta
  })
}

/** H("IBAKE-V02-K" || m || UID || enc). */
function sharedSecret(sym: Sym, m: Uint8Array, uid: Uint8Array, enc: Uint8Array): Uint8Array {
  return hashAndWipe(sym, concat([ascii("IBAKE-V02-K"), m, uid, enc]))
}

function secretPoint<P>(key: PrivateKey): P {
  const point = (key as Bf1Key<P>).point
  if (point === undefined) throw new Error("bf1: this private key was wiped")
  return point
}

function sameCurve<P, GT>(key: PrivateKey, of: Bf1Params<P, GT>): boolean {
  return equal((key as Bf1Key<P>).curve, of.curve)
}
