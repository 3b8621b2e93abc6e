/** From a TGK to what a media stack takes: one SRTP context for each crypto session, RFC 3830 section 4.1.3, RFC 3711, RFC 7714. */
import { copy, wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import type { CryptoSession, CsMap } from "../mikey/csmap.ts"
import { mapType, prfConstant, protType } from "../mikey/numbers.ts"
import type { SecurityPolicy } from "../mikey/payload.ts"
import { prfLabel } from "../mikey/prf.ts"
import type { Prf } from "../suite.ts"
import { policyOf, shortTagOf, srtpSizes, type SrtpCipher, type SrtpTransform } from "./policy.ts"

/** One direction of SRTP and SRTCP. `masterKey` and `masterSalt` are secret and wiped by whoever asked for them. */
export interface SrtpContext {
  readonly csId: number
  /** Who sends under this context. */
  readonly from: "initiator" | "responder"
  readonly ssrc: number
  /** Rollover counter to begin with. */
  readonly roc: number
  /** Sequence number to begin with, where the sender said one. */
  readonly seq?: number
  /** Master Key Identifier, 1 to 255 octets; empty where content of a deferred delivery has none. */
  readonly mki: Uint8Array
  /** As the call agreed on it; a short tag only where `shortTag` put it. */
  readonly cipher: SrtpTransform
  /** 16 or 32 octets. */
  readonly masterKey: Uint8Array
  /** 12 octets for GCM, 14 for AES-CM. */
  readonly masterSalt: Uint8Array
  /** Octets of authentication tag on an SRTP packet: 16 for GCM, 10 for HMAC-SHA1-80, 4 for HMAC-SHA1-32. */
  readonly tagOctets: number
  /** SRTP packets that the key may protect: 2^48. */
  readonly lifetime: number
}

/** What contexts are made from; TGK stays its owner's. */
export interface Keying {
  readonly prf: Prf
  readonly TGK: Uint8Array
  readonly csbId: number
  readonly RAND: Uint8Array
  /** The map of R_MESSAGE_1, filled in. */
  readonly map: CsMap
  /** The map of I_MESSAGE_1: what it left empty the Responder sends. */
  readonly offered: CsMap
  /** SP payloads of R_MESSAGE_1. */
  readonly policies: readonly SecurityPolicy[]
  /** KV SPI of ECCPTi: the MKI where the map is SRTP-ID; "none" for the content of a deferred delivery, which has no MKI then. */
  readonly spi?: Uint8Array | "none"
}

/** RFC 3711 section 9.2 and RFC 7714 section 12. */
const LIFETIME = 281474976710656

/**
 * One context for each crypto session, in the order of the map; each has its own TEK and salt by its CS ID.
 * Faults: wire/value (the map does not answer the offered one, or lacks an SSRC or MKI), policy/none (a policy is not one of ours). On a Fault no key is left.
 */
export function contexts(k: Keying): SrtpContext[] | Fault {
  if (k.map.type !== k.offered.type || k.map.sessions.length !== k.offered.sessions.length) return refuse("wire/value", "contexts.#CS")
  const out: SrtpContext[] = []
  for (let i = 0; i < k.map.sessions.length; i++) {
    const made = context(k, k.map.sessions[i]!, k.offered.sessions[i]!)
    if (isFault(made)) {
      wipeContexts(out)
      return made
    }
    out.push(made)
  }
  return out
}

/** Overwrites every master key and salt. */
export function wipeContexts(list: readonly SrtpContext[]): void {
  for (let i = 0; i < list.length; i++) {
    wipe(list[i]!.masterKey)
    wipe(list[i]!.masterSalt)
  }
}

/**
 * The context as a media stack takes it whose SRTP packets carry 4 octets of tag, or undefined for GCM. MIKEY does not negotiate this (see ShortTagCipher):
 * the stacks of both ends must be set up for it. Key and salt are those of `of`, not copies, and wiped with it.
 */
export function shortTag(of: SrtpContext): SrtpContext | undefined {
  const cipher = shortTagOf(of.cipher)
  if (cipher === undefined) return undefined
  return {
    csId: of.csId,
    from: of.from,
    ssrc: of.ssrc,
    roc: of.roc,
    seq: of.seq,
    mki: of.mki,
    cipher,
    masterKey: of.masterKey,
    masterSalt: of.masterSalt,
    tagOctets: 4,
    lifetime: of.lifetime,
  }
}

function context(k: Keying, session: CryptoSession, offered: CryptoSession): SrtpContext | Fault {
  if (session.csId !== offered.csId) return refuse("wire/value", "contexts.CS ID")
  if (session.ssrc === undefined) return refuse("wire/value", "contexts.SSRC")
  const mki = mkiOf(k, session)
  if (mki === undefined) return refuse("wire/value", "contexts.MKI")
  const cipher = cipherOf(session, k.policies)
  if (cipher === undefined) return refuse("policy/none", "contexts.SP")
  const sizes = srtpSizes(cipher)
  return {
    csId: session.csId,
    from: offered.ssrc === undefined ? "responder" : "initiator",
    ssrc: session.ssrc,
    roc: session.roc === undefined ? 0 : session.roc,
    seq: session.seq,
    mki: copy(mki),
    cipher,
    masterKey: k.prf.derive(k.TGK, prfLabel(prfConstant.TEK, session.csId, k.csbId, k.RAND), sizes.keyOctets),
    masterSalt: k.prf.derive(k.TGK, prfLabel(prfConstant.salt, session.csId, k.csbId, k.RAND), sizes.saltOctets),
    tagOctets: sizes.tagOctets,
    lifetime: LIFETIME,
  }
}

function mkiOf(k: Keying, session: CryptoSession): Uint8Array | undefined {
  const mki = k.map.type === mapType.SRTP_ID ? k.spi : session.spi
  if (mki === "none") return new Uint8Array(0)
  return mki === undefined || mki.length === 0 ? undefined : mki
}

/** The cipher of a session's one policy, by its number. */
function cipherOf(session: CryptoSession, policies: readonly SecurityPolicy[]): SrtpCipher | undefined {
  if (session.policies.length !== 1) return undefined
  for (let i = 0; i < policies.length; i++) {
    const policy = policies[i]!
    if (policy.no === session.policies[0]) return policy.protType === protType.SRTP ? policyOf(policy.param) : undefined
  }
  return undefined
}
