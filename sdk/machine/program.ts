/**
 * A Program: the blocks and routines of formula.ts as octets, the same on every engine. Parsing is validating: what parse.ts answers can be run without
 * asking again. All numbers are big-endian, a length or count is one octet unless it says two.
 *
 *   "IP" 01                 magic, version
 *   W, modulus              octets of an element, 1 to 63; the prime p, first octet not 0, 3 mod 4
 *   n, n constants          two parts each, the coefficients of 1 and of u. A part: 00 zero; 01..W that many octets of a number below p, the first not 0;
 *                           40+k the negative of k octets; for the second part also 80: the same as the first, 81: its negative
 *   n, n exponents          bits of a digit (1 to 4), digits (two octets, not 0), the digits packed from the top of the first octet; unused bits are 0
 *   n, n blocks             operands, elements of each, results (so many of the first operands are overwritten), locals (elements of operands and
 *                           temporaries, at most 64), operations, three octets an operation: opcode(6) d(6) a(6) b(6)
 *   n, n routines           temporaries (a slot of Fp, even), octets of code (two), code
 *   n, n entries            the number of a routine
 *   sum                     Adler-32 (RFC 1950) of all before, four octets
 *
 * A machine has slots of Fp, counted from 0, and one flag, 0 at the start. A call over Fp (degree 1) or Fp2 = Fp[u]/(u^2 + 1) (degree 2) runs a block:
 * element e over Fp2 is the pair of slots 2e, 2e + 1. The locals of a block are the elements of its operands in order, from where the call puts each on,
 * then temporaries: over Fp from slot `temporaries` of the calling routine on, over Fp2 from element `temporaries`/2 on. What a block does:
 *
 *   00 d = a                08 d = a Re(b), the first coefficient of b
 *   01 d = a + b            09 d = a Im(b), degree 2 only
 *   02 d = a - b            0a d = a k_b, constant number b (its first part over Fp)
 *   03 d = a b              0b d = k_b; a is 0
 *   04 d = a^2; b is 0      0c flag = a is zero; d and b are 0
 *   05 d = -a; b is 0       0d flag = a, below p, is odd; degree 1 only; d and b are 0
 *   06 d = conj(a); b is 0  0e d = a if the flag is set, else b
 *   07 d = (1+u) a; b is 0          (06 and 07 over Fp: d = a)
 *
 * Code of a routine; t, f, c: to, from, count in slots of Fp:
 *
 *   01 block at...          call over Fp, a slot for each operand      02 block at...          call over Fp2, an element for each operand
 *   03 t f c                c slots from f on to t on, which do not overlap
 *   04 r                    routine r, a lower number than the own
 *   05 n len code           the code n times (1 to 255)
 *   06 e la lb A B          for each digit of exponent e: code A, then B if the digit is not 0
 *   07 t f c                in a walk (06): c slots from f + digit c on to t on; the digit is public
 *   08 t f c n              the next octet of the digits picks: c slots from f + (octet & 7f) c on to t on, reading all n <= 16 entries; flag = octet >> 7
 *   09 t c                  the next c elements of the input, W octets each, below p
 *   0a f c                  c elements to the output
 *
 * Held by the checker, so that a machine need not ask: d of an operation is a result or a temporary, never another operand, and may be a or b; results of a
 * call overlap nothing else that it names; slots that code names, calls included, lie below the routine's `temporaries`, and all of a run within its entry's
 * `slots` (380 at most); nothing is read before it is written; loops and routines lie at most 13 deep; 07 stands in a walk of its own routine;
 * every block, constant and exponent that is named is there. The values of `reads`, `writes` and `picks` are exact.
 * Constant time: addresses depend on no data but in 07, whose digit is public. A machine must not branch on, nor address by, values, digits or the flag.
 */
import type { Job } from "../base/job.ts"

/** Runs the entries of one Program (or Plan). */
export interface Machine {
  /** Octets of an element. */
  readonly octets: number
  /**
   * The output of an entry: canonical elements. `input` are elements below p, `digits` what its picks take: both as long as the entry says, anything else is
   * Misuse and throws. The Job works on copies and wipes them and all it computed with, when done or dropped; its value belongs to the asker.
   */
  run(entry: number, input: Uint8Array, digits: Uint8Array): Job<Uint8Array>
}

/** Operations of a block, by opcode. */
export const operation = {
  MOVE: 0, ADD: 1, SUB: 2, MUL: 3, SQUARE: 4, NEGATE: 5, CONJUGATE: 6, XI: 7, SCALE_RE: 8, SCALE_IM: 9, TIMES: 10, LOAD: 11, IS_ZERO: 12, IS_ODD: 13, SELECT: 14,
} as const

/** Codes of a routine. */
export const code = { CALL1: 1, CALL2: 2, COPY: 3, ROUTINE: 4, REPEAT: 5, WALK: 6, TAKE: 7, PICK: 8, READ: 9, WRITE: 10 } as const

/** Both parts as W octets below p. */
export interface ProgramConstant {
  readonly re: Uint8Array
  readonly im: Uint8Array
}

/** A straight-line block. */
export interface ProgramBlock {
  readonly operands: Uint8Array
  readonly results: number
  readonly locals: number
  /** Three octets an operation, as in the Program. */
  readonly operations: Uint8Array
}

/** A routine. */
export interface ProgramRoutine {
  readonly temporaries: number
  readonly code: Uint8Array
}

/** What can be started. The counts hold for every run: a Program's course depends on nothing. */
export interface ProgramEntry {
  readonly routine: number
  /** Slots of Fp that a run needs. */
  readonly slots: number
  /** Elements of input and output, and secret digits. */
  readonly reads: number
  readonly writes: number
  readonly picks: number
}

/** A Program that has passed every check. */
export interface Program {
  readonly octets: number
  readonly modulus: Uint8Array
  readonly constants: readonly ProgramConstant[]
  /** Digits of each, one an octet. */
  readonly exponents: readonly Uint8Array[]
  readonly blocks: readonly ProgramBlock[]
  readonly routines: readonly ProgramRoutine[]
  readonly entries: readonly ProgramEntry[]
}

/** d (0), a (1) or b (2) of the operation at `at`. */
export function local(operations: Uint8Array, at: number, which: 0 | 1 | 2): number {
  if (which === 0) return ((operations[at]! & 3) << 4) | (operations[at + 1]! >> 4)
  if (which === 1) return ((operations[at + 1]! & 15) << 2) | (operations[at + 2]! >> 6)
  return operations[at + 2]! & 63
}

const SUMMED = 2048

/** Adler-32, RFC 1950 section 8.2, of the octets before `end`. */
export function adler32(octets: Uint8Array, end: number): number {
  let a = 1
  let b = 0
  for (let i = 0; i < end; ) {
    // so many that b stays below 2^30, which is small for every engine
    const stop = end - i < SUMMED ? end : i + SUMMED
    for (; i + 3 < stop; i += 4) {
      const x = a + octets[i]!
      const y = x + octets[i + 1]!
      const z = y + octets[i + 2]!
      a = z + octets[i + 3]!
      b += x + y + z + a
    }
    for (; i < stop; i++) {
      a += octets[i]!
      b += a
    }
    a = a % 65521
    b = b % 65521
  }
  return b * 65536 + a
}
