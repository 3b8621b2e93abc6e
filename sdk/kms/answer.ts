/** One request, from octets to the octets that may leave: peek, load, decide, commit. PROTOCOL section 6. */
import { setImmediate } from "node:timers/promises"
import { wipe } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import type { Job } from "../base/job.ts"
import { longest } from "../keys/channel.ts"
import { openSubscriber } from "./kms.ts"
import type { Loaded, Store } from "./store.ts"
import { trouble } from "./trouble.ts"
import type { Decision, Issuer, Kms, Subscriber } from "./types.ts"
import type { Vault } from "./vault.ts"

/** What answers are made of. */
export interface AnswerOptions {
  readonly store: Store
  readonly vault: Vault
  readonly kms: Kms
  readonly issuer: Issuer
  /** Seconds since 1970-01-01 UTC, with their fraction. */
  readonly utc: () => number
}

/** Computes, or fetches, the answer to a request that came from the topics of `device`; a Fault is not answered. Rejects with a Trouble. */
export type Answerer = (request: Uint8Array, device: string) => Promise<Decision | Fault>

/** A decision that lost to another server is made anew so often; each loss means that somebody else's answer was committed. */
const ATTEMPTS = 5

/** An Answerer: what it answers is durable in the store, and the only answer to that T there will ever be. */
export function answerer(o: AnswerOptions): Answerer {
  return async (request, device) => {
    const peeked = o.issuer.peek(request)
    if (isFault(peeked)) return peeked
    for (let i = 0; i < ATTEMPTS; i++) {
      const loaded = await o.store.load(peeked.pskId, peeked.tsType, peeked.envelope)
      if (loaded === undefined) return refuse("kms/identity", peeked.envelope === undefined ? "request.IDRpsk" : "request.CERT")
      if (loaded.row.deviceId !== device) return refuse("identity/mismatch", "request.topic")
      const decision = await decide(o, request, loaded)
      if (isFault(decision) || (await settled(o, loaded, decision))) return decision
    }
    throw trouble("store/failed", `Device ${device} is answered by several servers at once`)
  }
}

async function decide(o: AnswerOptions, request: Uint8Array, loaded: Loaded): Promise<Decision | Fault> {
  const subscriber = withinChannel(openSubscriber(o.vault, loaded.row))
  try {
    return await slices(o.issuer.decide(request, subscriber, loaded.record, o.utc(), o.kms, loaded.envelope))
  } finally {
    wipe(subscriber.psk)
  }
}

/** A response longer than the channel of this device could carry must not be made. */
function withinChannel(s: Subscriber): Subscriber {
  const limits = { transferOctets: s.transferOctets, transferSeconds: 0, retryMs: 0, retryMaxMs: 0 }
  return { ...s, transferOctets: longest(s.mtu, limits) }
}

async function settled(o: AnswerOptions, loaded: Loaded, decision: Decision): Promise<boolean> {
  const at = Math.floor(o.utc() * 1000)
  if (decision.record === undefined) {
    if (decision.audit.event === "refused") await o.store.note(at, "refused", loaded.row.deviceId, { fault: decision.audit.fault ?? "" })
    return true
  }
  // should the database break in the very commit, nothing leaves: the device repeats, and gets whatever was committed
  const how = await o.store.commit(loaded, decision, at).catch((error: unknown) => {
    wipe(decision.answer)
    throw error
  })
  // two answers under one T would share key and IV: the one that lost must never leave
  if (how !== "done") wipe(decision.answer)
  return how === "done"
}

async function slices<T>(job: Job<T>): Promise<T> {
  for (;;) {
    const out = job.step()
    if (out !== undefined) return out.value
    await setImmediate()
  }
}
