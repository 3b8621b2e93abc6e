/** BFsetup1 of RFC 5091 section 5.1.2, steps 2 to 4, for n = 3072: a fresh curve. A KMS does this once; nothing in it is secret. */
import { hkdfSync } from "node:crypto"
import { ascii, hex, unhex } from "../base/bytes.ts"
import { run } from "../base/job.ts"
import type { HashedGroupMaker } from "../group/group.ts"
import { P_OCTETS, Q_OCTETS, type CurveBlock } from "../ibe/bf1-blocks.ts"

/** How far it is: `q` once, `p` after each candidate that small primes let pass (about 60 of them), `P` once. */
export type SetupProgress = (found: "q" | "p" | "P", candidates: number) => void

/** Rounds of Miller and Rabin; for random candidates of these sizes three would do. */
const ROUNDS = 32

type Stream = (octets: number) => bigint

/** The curve that a seed of 48 random octets gives: the same for the same seed. */
export function newCurve<P, GT>(makeGroup: HashedGroupMaker<P, GT>, seed: Uint8Array, progress: SetupProgress = () => undefined): CurveBlock {
  if (seed.length !== 48) throw new Error(`newCurve: expected a seed of 48 octets, got ${seed.length}`)
  const draw = streamOf(seed)
  const q = pickSolinas(draw)
  progress("q", 1)
  const p = pickP(q, draw, progress)
  const group = makeGroup(octets(p, P_OCTETS), octets(q, Q_OCTETS))
  if (group === undefined) throw new Error("newCurve: the primes that were found make no curve; this is a defect")
  for (;;) {
    // step 4: [12r]P' of a random P', unless it is 0
    const P = group.encode(run(group.hashed(octets(draw(P_OCTETS + 16), P_OCTETS + 16))))
    if (group.decode(P) === undefined) continue
    progress("P", 1)
    return { p: octets(p, P_OCTETS), q: octets(q, Q_OCTETS), P }
  }
}

/** Every prime of 256 bits of the form 2^a +- 2^b +- 1, smallest first. */
export function solinasPrimes(): bigint[] {
  const found = new Set<bigint>()
  for (const a of [255n, 256n])
    for (let b = 1n; b < a; b++)
      for (const q of [1n, -1n].flatMap((s) => [1n, -1n].map((c) => (1n << a) + s * (1n << b) + c))) if (q >> 255n === 1n && isPrime(q, streamOf(ascii(`base ${q}`)))) found.add(q)
  return [...found].sort((x, y) => (x < y ? -1 : 1))
}

function pickSolinas(draw: Stream): bigint {
  const primes = solinasPrimes()
  return primes[Number(draw(16) % BigInt(primes.length))]!
}

/** p = 12rq - 1 of 1536 bits, r random. */
function pickP(q: bigint, draw: Stream, progress: SetupProgress): bigint {
  const small = smallPrimes()
  const low = (1n << 1535n) / (12n * q) + 1n
  const high = (1n << 1536n) / (12n * q)
  for (let candidates = 0; ; ) {
    const p = 12n * (low + (draw(P_OCTETS + 16) % (high - low))) * q - 1n
    if (small.some((s) => p % s === 0n)) continue
    progress("p", ++candidates)
    if (isPrime(p, draw)) return p
  }
}

function smallPrimes(): bigint[] {
  const found: number[] = []
  for (let n = 5; n < 2000; n += 2) if (n % 3 !== 0 && found.every((f) => n % f !== 0)) found.push(n)
  return found.map(BigInt)
}

/** Miller and Rabin, random bases. */
function isPrime(n: bigint, draw: Stream): boolean {
  let odd = n - 1n
  let twos = 0
  for (; odd % 2n === 0n; odd /= 2n) twos++
  for (let round = 0; round < ROUNDS; round++) if (!passes(n, 2n + (draw(208) % (n - 3n)), odd, twos)) return false
  return true
}

function passes(n: bigint, base: bigint, odd: bigint, twos: number): boolean {
  let x = power(base, odd, n)
  if (x === 1n) return true
  for (let i = 0; i < twos; i++) {
    if (x === n - 1n) return true
    x = (x * x) % n
  }
  return false
}

function power(base: bigint, exponent: bigint, n: bigint): bigint {
  let out = 1n
  for (const bit of exponent.toString(2)) {
    out = (out * out) % n
    if (bit === "1") out = (out * base) % n
  }
  return out
}

/** Numbers of so many random octets: HKDF-SHA-256 of the seed with a counter. */
function streamOf(seed: Uint8Array): Stream {
  let count = 0
  return (length) => BigInt(`0x${hex(new Uint8Array(hkdfSync("sha256", seed, new Uint8Array(0), `ibake BFsetup1 ${count++}`, length)))}`)
}

function octets(n: bigint, length: number): Uint8Array {
  return unhex(n.toString(16).padStart(2 * length, "0"))!
}
