/**
 * What of a key request is durable before it is sent, PROTOCOL section 6: its T, NTP-UTC or on a board without a clock COUNTER, raised and never used
 * twice; and the request itself, which a power cut must not change.
 */
import { concat, copy, number32, u32, wipe } from "../base/bytes.ts"
import { isFault } from "../base/fault.ts"
import type { Asked } from "../ibake/credential.ts"
import { ntp, utcOf } from "../ibake/identity.ts"
import { keep, kept } from "../keys/kept.ts"
import { parse } from "../mikey/message.ts"
import { tsType } from "../mikey/numbers.ts"
import type { Timestamp } from "../mikey/payload.ts"
import type { Store } from "../port.ts"
import type { Sym } from "../suite.ts"

/** Names of the last T in the store: 8 octets of NTP-UTC, 4 of COUNTER. */
const STAMP = { ntp: "t.ntp", counter: "t.counter" } as const

const REQUEST = "request"

/**
 * Keeps the request that is under way, and the secret of its own in the same value, for one without the other is of no use; false when the store does not
 * take it. A store that must not hold keys gets neither: a reboot then costs a new request under a new T.
 */
export function keepRequest(store: Store, sym: Sym, asked: Asked, holdsKeys: boolean): boolean {
  if (asked.secret.length > 0 && !holdsKeys) {
    store.remove(REQUEST)
    return true
  }
  const both = concat([asked.secret, asked.octets])
  const stored = keep(store, sym, REQUEST, both)
  wipe(both.subarray(0, asked.secret.length))
  return stored
}

/** The request that a power cut or a give-up left, if it is of a credential like this; one that was damaged would be sent in vain for ever. */
export function keptRequest(store: Store, sym: Sym, secretOctets: number): Asked | undefined {
  const both = kept(store, sym, REQUEST)
  if (both === undefined || both === "damaged") return undefined
  const octets = copy(both.subarray(secretOctets))
  const secret = copy(both.subarray(0, secretOctets))
  wipe(both)
  if (!isFault(parse(octets, octets.length))) return { octets, secret }
  wipe(secret)
  return undefined
}

/** The request is over. */
export function dropRequest(store: Store): void {
  store.remove(REQUEST)
}

/** The next T, stored; undefined when the store does not take it. `skewSeconds`: a last T further ahead than this was of a wrong clock, and no KMS took it. */
export function nextStamp(store: Store, utc: number | undefined, skewSeconds: number): Timestamp | undefined {
  return utc === undefined ? nextCounter(store) : nextNtp(store, utc, skewSeconds)
}

function nextCounter(store: Store): Timestamp | undefined {
  const last = store.get(STAMP.counter)
  const value = u32((last === undefined || last.length !== 4 ? 0 : number32(last)) + 1)
  return store.put(STAMP.counter, value) ? { type: tsType.COUNTER, value } : undefined
}

function nextNtp(store: Store, utc: number, skewSeconds: number): Timestamp | undefined {
  const last = store.get(STAMP.ntp)
  let value = ntp(utc)
  if (last !== undefined && last.length === 8) {
    const ahead = utcOf(last) - utcOf(value)
    if (ahead >= 0 && ahead <= skewSeconds) value = after(last)
  }
  return store.put(STAMP.ntp, value) ? { type: tsType.NTP_UTC, value } : undefined
}

/** The KMS holds a greater counter than this board, which lost its own: go on after that. False when the store does not take it. */
export function raiseCounter(store: Store, lastT: Uint8Array): boolean {
  const held = store.get(STAMP.counter)
  const told = copy(lastT.subarray(4))
  if (held !== undefined && held.length === 4 && number32(held) >= number32(told)) return true
  return store.put(STAMP.counter, told)
}

/** The timestamp one 2^-32 second later. */
function after(stamp: Uint8Array): Uint8Array {
  const out = copy(stamp)
  for (let i = out.length - 1; i >= 0; i--) {
    out[i]!++
    if (out[i] !== 0) break
  }
  return out
}
