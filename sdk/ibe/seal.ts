/** The sealed box of IBAKE and ESK payloads over any KEM: HKDF, AES-256-CTR, HMAC (PROTOCOL section 3). */
import { ascii, concat, copy, equal, equalCt, u32, u8, wipe } from "../base/bytes.ts"
import { done, map, type Job } from "../base/job.ts"
import type { Sym } from "../sym/sym.ts"
import type { Box, BoxKeys, Ibe, Params, PrivateKey } from "./ibe.ts"

const TAG = 16

/** `suite || enc || ciphertext || tag(16)`. The counter starts at 0, so keys seal once; a repeat sends the same octets. */
export function seal(ibe: Ibe, sym: Sym): Box {
  return {
    suiteId: ibe.suiteId,
    seedOctets: ibe.seedOctets,
    encapsulate(uid: Uint8Array, par: Params, seed: Uint8Array): Job<BoxKeys> {
      return map(ibe.encapsulate(uid, par, seed), (made) => boxKeys(sym, ibe.suiteId, made.secret, made.enc))
    },
    decapsulate(encrData: Uint8Array, key: PrivateKey, uid: Uint8Array, par: Params): Job<BoxKeys | undefined> {
      const octets = encrData.length > 0 && encrData[0] === ibe.suiteId ? ibe.encOctets(encrData.subarray(1)) : 0
      if (octets === 0 || encrData.length < 1 + octets + TAG) return done(undefined)
      const enc = copy(encrData.subarray(1, 1 + octets))
      return map(ibe.decapsulate(enc, key, uid, par), (secret) => (secret === undefined ? undefined : boxKeys(sym, ibe.suiteId, secret, enc)))
    },
    octets: (keys, plain) => 1 + keys.enc.length + plain + TAG,
    seal(keys: BoxKeys, aad: Uint8Array, plain: Uint8Array): Uint8Array {
      const ciphertext = sym.aesCtr(keys.ke, new Uint8Array(16), plain)
      return concat([u8(ibe.suiteId), keys.enc, ciphertext, tag(sym, keys.ka, aad, ciphertext)])
    },
    open(keys: BoxKeys, aad: Uint8Array, encrData: Uint8Array): Uint8Array | undefined {
      const from = 1 + keys.enc.length
      const to = encrData.length - TAG
      if (to < from || encrData[0] !== ibe.suiteId || !equal(encrData.subarray(1, from), keys.enc)) return undefined
      const ciphertext = encrData.subarray(from, to)
      // what the tag of a forged box should have been is nobody's to know
      const expected = tag(sym, keys.ka, aad, ciphertext)
      const good = equalCt(expected, encrData.subarray(to))
      wipe(expected)
      if (!good) return undefined
      return sym.aesCtr(keys.ke, new Uint8Array(16), ciphertext)
    },
    wipe(keys: BoxKeys): void {
      wipe(keys.ke)
      wipe(keys.ka)
      wipe(keys.kc)
    },
  }
}

/** ke || ka || kc = HKDF-SHA-256 (RFC 5869) of the secret, which is wiped; three blocks of 32, so each key is one block. */
function boxKeys(sym: Sym, suiteId: number, secret: Uint8Array, enc: Uint8Array): BoxKeys {
  const info = concat([ascii("IBAKE-V01-seal"), u8(suiteId)])
  const prk = sym.hmacSha256(new Uint8Array(32), secret)
  wipe(secret)
  const ke = sym.hmacSha256(prk, concat([info, u8(1)]))
  const ka = expand(sym, prk, ke, info, 2)
  const kc = expand(sym, prk, ka, info, 3)
  wipe(prk)
  return { enc, ke, ka, kc }
}

function expand(sym: Sym, prk: Uint8Array, previous: Uint8Array, info: Uint8Array, index: number): Uint8Array {
  const input = concat([previous, info, u8(index)])
  const out = sym.hmacSha256(prk, input)
  wipe(input)
  return out
}

/** First 16 octets of HMAC-SHA-256(ka, len32(aad) || ciphertext). */
function tag(sym: Sym, ka: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const whole = sym.hmacSha256(ka, concat([u32(aad.length), aad, ciphertext]))
  const out = copy(whole.subarray(0, TAG))
  wipe(whole)
  return out
}
