/**
 * What formulas are written over, and how blocks of them are put together to a Routine. One text, three readers: direct.ts computes it over a Field,
 * record.ts makes a Program of it, a person reads it.
 * A Block is straight-line: it branches on no value, and secrets meet only `select`. A Routine moves whole operands on numbered slots and loops over
 * public counts only; a secret digit does nothing but choose in `pick`, which reads every entry.
 */

/** A prime field Fp, or Fp2 = Fp[u]/(u^2 + 1): a G1 formula and its twin on the twist are one text. */
export interface Arithmetic<T> {
  add(a: T, b: T): T
  sub(a: T, b: T): T
  mul(a: T, b: T): T
  sqr(a: T): T
  neg(a: T): T
  /** a0 - a1 u; in Fp the element itself. */
  conj(a: T): T
  /** (1 + u)a, by the non-residue of the towers over Fp2; in Fp the element itself. */
  xi(a: T): T
  /** a times the first coefficient of b. */
  scaleRe(a: T, b: T): T
  /** a times the second coefficient of b; not in Fp. */
  scaleIm(a: T, b: T): T
  constant(c: Constant): T
  times(a: T, c: Constant): T
  isZero(a: T): Flag
  /** Whether the integer below p is odd; only in Fp. */
  isOdd(a: T): Flag
  /** Whether the digit picked last was negative. */
  isNegative(): Flag
  /** `yes` when the flag is set. Only the flag that was made last may be asked. */
  select(flag: Flag, yes: T, no: T): T
}

/** One bit that nothing but `select` may look at: 0 or 1 where formulas are computed, a mark where they are recorded. */
export type Flag = number

/** Both coefficients in hexadecimal, `-` before a negative one. In Fp the second is "0". */
export interface Constant {
  readonly re: string
  readonly im: string
}

/** A public exponent as digits of `bits` bits, most significant first, without the leading ones that a Routine has dealt with. */
export interface Exponent {
  readonly bits: number
  readonly digits: readonly number[]
}

/** A straight-line formula. Its results replace the first operands, in order; the others are left as they are. */
export interface Block {
  readonly name: string
  /** Elements of each operand. */
  readonly operands: readonly number[]
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][]
}

/** Fields over which a Block is called: 1 is Fp, 2 is Fp2, whose element s lies in slots 2s and 2s + 1 of Fp. */
export type Degree = 1 | 2

/** A step of a Routine. Slots are those of Fp, but in a call over Fp2, where they are pairs. */
export type Step =
  | { readonly do: "call"; readonly over: Degree; readonly block: Block; readonly at: readonly number[] }
  | { readonly do: "copy"; readonly to: number; readonly from: number; readonly count: number }
  | { readonly do: "routine"; readonly routine: Routine }
  | { readonly do: "repeat"; readonly times: number; readonly steps: readonly Step[] }
  | { readonly do: "walk"; readonly exponent: Exponent; readonly each: readonly Step[]; readonly nonzero: readonly Step[] }
  | { readonly do: "take"; readonly to: number; readonly table: number; readonly count: number }
  | { readonly do: "pick"; readonly to: number; readonly table: number; readonly count: number; readonly entries: number }
  | { readonly do: "read"; readonly to: number; readonly count: number }
  | { readonly do: "write"; readonly from: number; readonly count: number }

/** Steps on slots below `temporaries`, from which on the Blocks that it calls have theirs: a slot of Fp, even. */
export interface Routine {
  readonly name: string
  readonly temporaries: number
  readonly steps: readonly Step[]
}

/** Everything that is computed over one prime: what a caller may start, by its place. */
export interface Plan {
  /** Big-endian, no leading zero octet, 3 mod 4. */
  readonly modulus: Uint8Array
  readonly entries: readonly Routine[]
}

/** A call over Fp. */
export function over1(block: Block, at: readonly number[]): Step {
  return { do: "call", over: 1, block, at }
}

/** A call over Fp2; `at` are pairs of slots. */
export function over2(block: Block, at: readonly number[]): Step {
  return { do: "call", over: 2, block, at }
}

/** Slots from `from` on, `count` of them, to `to` on. */
export function copyTo(to: number, from: number, count: number): Step {
  return { do: "copy", to, from, count }
}

/** The steps of another Routine, on the same slots. */
export function go(routine: Routine): Step {
  return { do: "routine", routine }
}

/** The same steps a public number of times, 1 to 255. */
export function repeat(times: number, steps: readonly Step[]): Step {
  return { do: "repeat", times, steps }
}

/** `each` for every digit of a public exponent, then `nonzero` where the digit is not 0. */
export function walk(exponent: Exponent, each: readonly Step[], nonzero: readonly Step[]): Step {
  return { do: "walk", exponent, each, nonzero }
}

/** Within a walk: entry number `digit` of a table, by address, for the digit is public. */
export function take(to: number, table: number, count: number): Step {
  return { do: "take", to, table, count }
}

/** The next secret digit chooses one of the entries, `count` slots each, and all are read; its sign stands for `isNegative`. */
export function pick(to: number, table: number, count: number, entries: number): Step {
  return { do: "pick", to, table, count, entries }
}

/** The next elements of the input. */
export function read(to: number, count: number): Step {
  return { do: "read", to, count }
}

/** Elements for the output. */
export function write(from: number, count: number): Step {
  return { do: "write", from, count }
}

/** Digits of a public hexadecimal number in base 2^bits, without the first `skip`, most significant first. */
export function exponentOf(number: string, bits: number, skip: number): Exponent {
  let binary = ""
  for (let i = 0; i < number.length; i++) {
    const four = parseInt(number.charAt(i), 16).toString(2)
    binary += "0000".substring(four.length) + four
  }
  while (binary.charAt(0) === "0") binary = binary.substring(1)
  while (binary.length % bits !== 0) binary = "0" + binary
  const digits: number[] = []
  for (let at = skip * bits; at < binary.length; at += bits) digits.push(parseInt(binary.substring(at, at + bits), 2))
  return { bits, digits }
}
