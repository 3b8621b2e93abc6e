/**
 * Health tests of a noise source, NIST SP 800-90B section 4.4: a source that sticks or leans is found before its octets are used, and is not used again until
 * the board restarts. Cutoffs are those of 4 bits of entropy an octet, half of what a good source has, and a false alarm in 2^30 octets of such a source.
 */
import type { Entropy } from "../../sdk/port.ts"
import { wipe } from "./octets.ts"

/** Section 4.4.1: 1 + ceil(30 / 4). */
const REPEATS = 9
/** Section 4.4.2, of a source that is not binary: 1 + critbinom(512, 2^-4, 1 - 2^-30). */
const WINDOW = 512
const PROPORTION = 71
/** Section 4.3: so many octets are tested, and thrown away, before the first is used. */
const STARTUP = 1024

/** A raw source: its next octet, or undefined when it has none. */
export type Noise = () => number | undefined

/** Octets of a raw source for as long as they pass. `trouble` is told once, in words, when they do not; `fill` answers false from then on. */
export function tested(noise: Noise, trouble: (why: string) => void): Entropy {
  let failed = false
  let startup = STARTUP
  let last = -1
  let repeats = 0
  let first = -1
  let seen = 0
  let equal = 0
  const fail = (why: string): undefined => {
    failed = true
    trouble("entropy: " + why)
    return undefined
  }
  const next = (): number | undefined => {
    const octet = noise()
    if (octet === undefined) return undefined
    repeats = octet === last ? repeats + 1 : 1
    last = octet
    if (repeats >= REPEATS) return fail("the source repeats itself, " + REPEATS + " equal octets in a row (SP 800-90B 4.4.1)")
    if (seen === 0) {
      first = octet
      equal = 0
    }
    seen = seen + 1 === WINDOW ? 0 : seen + 1
    if (octet === first) equal++
    if (equal >= PROPORTION) return fail("the source leans, " + PROPORTION + " of " + WINDOW + " octets are equal (SP 800-90B 4.4.2)")
    return octet
  }
  return {
    fill(out): boolean {
      for (; startup > 0 && !failed; startup--) if (next() === undefined) return false
      const fresh = new Uint8Array(out.length)
      let whole = !failed
      for (let i = 0; i < fresh.length && whole; i++) {
        const octet = next()
        if (octet === undefined) whole = false
        else fresh[i] = octet
      }
      if (whole) out.set(fresh)
      wipe(fresh)
      return whole
    },
  }
}
