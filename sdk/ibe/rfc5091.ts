/** BFencrypt and BFdecrypt of RFC 5091 sections 5.4 and 5.5, over any type-1 group and hash. */
import { concat, copy, equalCt, wipe, xorInto } from "../base/bytes.ts"
import { chain, done, map, type Job } from "../base/job.ts"
import type { HashedGroup } from "../group/group.ts"
import { hashBytes, hashToRange, type Hash } from "./hash-bytes.ts"

/** The ciphertext triple; U is x || y. */
export interface Triple {
  readonly U: Uint8Array
  readonly V: Uint8Array
  readonly W: Uint8Array
}

/** What both algorithms work under: the group of (p, q), hashfcn, and P. */
export interface Scheme<P, GT> {
  readonly group: HashedGroup<P, GT>
  readonly hash: Hash
  readonly P: P
}

/**
 * BFencrypt of `m`, whose theta = Pairing(P_pub, Q_id) is the Job `theta`, with `rho` of hashlen octets; works on copies of both and wipes them.
 * l = 0 has a chance of 1/q, and no rho that gives it can be found.
 */
export function bfEncrypt<P, GT>(s: Scheme<P, GT>, theta: Job<GT>, m: Uint8Array, rho: Uint8Array): Job<Triple> {
  const ownM = copy(m)
  const ownRho = copy(rho)
  const l = scalar(s, ownRho, ownM)
  const clean = (): void => {
    wipe(ownM)
    wipe(ownRho)
    wipe(l)
  }
  const powered = chain(chain(theta, (g) => s.group.powGT(g, l)), (x) => map(s.group.mul(l, s.P), (U) => ({ x, U })))
  return map(
    powered,
    (of) => {
      const V = mask(s, of.x)
      xorInto(V, ownRho)
      const W = hashBytes(s.hash, ownM.length, ownRho)
      xorInto(W, ownM)
      clean()
      return { U: s.group.encode(of.U), V, W }
    },
    clean,
  )
}

/** BFdecrypt: m, which the asker wipes, or undefined when U is no point of order q, or not [l]P. */
export function bfDecrypt<P, GT>(s: Scheme<P, GT>, S: P, of: Triple): Job<Uint8Array | undefined> {
  const own: Triple = { U: copy(of.U), V: copy(of.V), W: copy(of.W) }
  return chain(s.group.pairStranger(own.U, S), (theta) => (theta === undefined ? done(undefined) : reopen(s, own, theta)))
}

function reopen<P, GT>(s: Scheme<P, GT>, of: Triple, theta: GT): Job<Uint8Array | undefined> {
  const rho = mask(s, theta)
  xorInto(rho, of.V)
  const m = hashBytes(s.hash, of.W.length, rho)
  xorInto(m, of.W)
  const l = scalar(s, rho, m)
  wipe(rho)
  const clean = (): void => {
    wipe(m)
    wipe(l)
  }
  return map(
    s.group.mul(l, s.P),
    (U) => {
      const again = s.group.encode(U)
      const out = equalCt(again, of.U) ? copy(m) : undefined
      clean()
      wipe(again)
      return out
    },
    clean,
  )
}

/** l = HashToRange(rho || hash(m), q). */
function scalar<P, GT>(s: Scheme<P, GT>, rho: Uint8Array, m: Uint8Array): Uint8Array {
  const t = s.hash(m)
  const input = concat([rho, t])
  const wide = hashToRange(s.hash, input)
  const l = s.group.reduce(wide)
  wipe(t)
  wipe(input)
  wipe(wide)
  return l
}

/** w = hash(Canonical(theta')), order 0. */
function mask<P, GT>(s: Scheme<P, GT>, x: GT): Uint8Array {
  const z = s.group.encodeGT(x)
  const w = s.hash(z)
  wipe(z)
  return w
}
