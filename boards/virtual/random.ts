/** Seeded randomness for simulation only: whoever knows the seed knows every octet. No radio may ever use it. */

/** A stream of numbers that its seed and name fix. */
export interface Dice {
  /** A number from 0 to below 1. */
  roll(): number
  /** A number from `low` to below `high`. */
  between(low: number, high: number): number
  /** True with this probability; draws even when it is 0 or 1, so that runs stay comparable. */
  chance(probability: number): boolean
}

/** Dice for one purpose: streams of different names do not disturb each other (sfc32, seeded by FNV-1a). */
export function dice(seed: number, name: string): Dice {
  let a = seed >>> 0
  let b = Math.floor(seed / 4294967296) >>> 0
  let c = 0x811c9dc5
  let counter = 1
  for (let i = 0; i < name.length; i++) c = Math.imul(c ^ name.charCodeAt(i), 0x01000193) >>> 0
  function next(): number {
    const out = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + out
    return out >>> 0
  }
  for (let i = 0; i < 15; i++) next()
  const roll = (): number => next() / 4294967296
  return { roll, between: (low, high) => low + (high - low) * roll(), chance: (probability) => roll() < probability }
}

/** Octets for a simulated board's Entropy: not cryptographic, replayable from the seed. */
export function simulatedEntropy(seed: number, name: string): (out: Uint8Array) => void {
  const source = dice(seed, "entropy of " + name)
  return (out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.floor(source.roll() * 256)
  }
}
