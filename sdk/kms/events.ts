/** What a KMS at work says of itself: structured events without secrets. */
import { isTrouble, words } from "./trouble.ts"
import type { Audit } from "./types.ts"

/** One event; `device` is a device id. */
export type KmsEvent =
  | { readonly event: "connected" | "serving"; readonly broker: string }
  | { readonly event: "disconnected"; readonly broker: string; readonly line: string }
  /** Frames or requests that were ignored for one reason: told at the first, the second, the fourth, the eighth ... */
  | { readonly event: "dropped"; readonly why: string; readonly device: string; readonly count: number }
  | { readonly event: "answered"; readonly device: string; readonly answer: Audit["event"]; readonly keys: number; readonly octets: number; readonly ms: number; readonly fault?: string }
  | { readonly event: "delivered" | "gaveUp"; readonly device: string }
  /** `line` says what happened and what to do next. */
  | { readonly event: "trouble"; readonly code: string; readonly line: string }

/** Takes events. */
export type Log = (event: KmsEvent) => void

/** Counts of what was dropped, by reason. */
export interface DropCounter {
  drop(why: string, device: string): void
  counts(): Record<string, number>
}

/** Counts what was dropped by reason, and tells the log ever more seldom: a flood must not fill a disk with its own description. */
export function dropCounter(log: Log): DropCounter {
  const counts = new Map<string, number>()
  return {
    drop(why: string, device: string): void {
      const count = (counts.get(why) ?? 0) + 1
      counts.set(why, count)
      if (Number.isInteger(Math.log2(count))) log({ event: "dropped", why, device, count })
    },
    counts: () => Object.fromEntries(counts),
  }
}

/** A code is not told again for so long. */
const AGAIN_MS = 1000

/** Tells the log of whatever was thrown, but seldom: a store that is down fails at every frame. */
export function troubleTeller(log: Log, now: () => number): (error: unknown) => void {
  const last = new Map<string, number>()
  return (error) => {
    const code = isTrouble(error) ? error.code : "unexpected"
    const at = now()
    if (at - (last.get(code) ?? -Infinity) < AGAIN_MS) return
    last.set(code, at)
    log({ event: "trouble", code, line: words(error) })
  }
}
