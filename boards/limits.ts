/** The caps and times of a device that has no reason for others, PROTOCOL sections 4, 6 and 7. */
import type { Limits } from "../sdk/suite.ts"

/** Fresh each time: a profile may change its own. */
export function limits(): Limits {
  return {
    messageOctets: 2048,
    transferOctets: 16384,
    skewSeconds: 300,
    halfOpenSeconds: 30,
    halfOpen: 8,
    remembered: 1024,
    boxesPerMinute: 60,
    callSeconds: 60,
    transferSeconds: 600,
    retryMs: 1000,
    retryMaxMs: 60000,
    sliceMs: 5,
  }
}
