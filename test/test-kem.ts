/**
 * A KEM for tests only: hashes in place of pairings, so that every flip of every bit runs through the code around it in seconds.
 * It keeps the laws of `Ibe` and no secret: the public parameter IS the master secret. Its suite octet is of no standard and in no profile.
 * And the symmetric contract through OpenSSL, which hashes short messages ten times faster than noble.
 */
import { createCipheriv, createHash, createHmac } from "node:crypto"
import { ascii, concat, copy, equal, equalCt, u8, wipe, xorInto } from "../sdk/base/bytes.ts"
import { done, type Job } from "../sdk/base/job.ts"
import type { Encapsulation, Ibe, IbeMaster, Params, PrivateKey } from "../sdk/ibe/ibe.ts"
import type { Sym } from "../sdk/sym/sym.ts"

/** SHA-256, HMAC and AES-CTR of Node. */
export const nodeSym: Sym = {
  sha256: (data) => owned(createHash("sha256").update(data).digest()),
  hmacSha256: (key, data) => owned(createHmac("sha256", key).update(data).digest()),
  aesCtr: (key, counter, data) => owned(createCipheriv(key.length === 16 ? "aes-128-ctr" : "aes-256-ctr", key, counter).update(data)),
}

/** A typed array of its own: a Buffer may be a view of a pool. */
function owned(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer)
}

/** Suite octet of the test KEM. */
export const TEST_SUITE = 0x7e

const OCTETS = 32

/** U || V of 32 octets each; seeds, keys and parameters of 32. */
export function testKem(sym: Sym): Ibe {
  return {
    suiteId: TEST_SUITE,
    seedOctets: OCTETS,
    parameters: (octets) => done(parsed(octets)),
    privateKey: (octets) => done(parsed(octets)),
    verify: (key, uid, par) => done(equal(key.octets, sym.hmacSha256(par.octets, uid))),
    encapsulate(uid: Uint8Array, par: Params, seed: Uint8Array): Job<Encapsulation> {
      const U = first(sym, seed, uid)
      const enc = concat([U, masked(sym, sym.hmacSha256(par.octets, uid), U, seed)])
      return done({ secret: shared(sym, seed, uid, enc), enc })
    },
    encOctets: (data) => (data.length >= 2 * OCTETS ? 2 * OCTETS : 0),
    decapsulate(enc: Uint8Array, key: PrivateKey, uid: Uint8Array): Job<Uint8Array | undefined> {
      const U = enc.subarray(0, OCTETS)
      const seed = masked(sym, key.octets, U, enc.subarray(OCTETS))
      const secret = equalCt(first(sym, seed, uid), U) ? shared(sym, seed, uid, enc) : undefined
      wipe(seed)
      return done(secret)
    },
    wipe: (key) => wipe(key.octets),
  }
}

/** The master side of the test KEM. */
export function testKemMaster(sym: Sym): IbeMaster {
  return {
    suiteId: TEST_SUITE,
    seedOctets: OCTETS,
    keyOctets: OCTETS,
    setup: (seed) => copy(seed),
    publicParameter: (master) => done<Uint8Array | undefined>(copy(master)),
    extract: (master, uid) => done(sym.hmacSha256(master, uid)),
  }
}

function parsed(octets: Uint8Array): Params & PrivateKey | undefined {
  return octets.length === OCTETS && octets.some((o) => o !== 0) ? { octets: copy(octets) } : undefined
}

function first(sym: Sym, seed: Uint8Array, uid: Uint8Array): Uint8Array {
  return sym.hmacSha256(seed, concat([u8(0), uid]))
}

function masked(sym: Sym, key: Uint8Array, U: Uint8Array, data: Uint8Array): Uint8Array {
  const out = sym.hmacSha256(key, U)
  xorInto(out, data)
  return out
}

function shared(sym: Sym, seed: Uint8Array, uid: Uint8Array, enc: Uint8Array): Uint8Array {
  return sym.hmacSha256(seed, concat([ascii("secret"), uid, enc]))
}
