/** The optimal ate pairing of BLS12-381 as Routines (PROTOCOL section 2): Miller's loop over |x| with the points of G2 in homogeneous coordinates. */
import { exponentOf, go, over1, over2, read, walk, write, type Arithmetic, type Block, type Exponent, type Routine, type Step } from "../machine/formula.ts"
import { blockGenerator } from "./bls12381-curve.ts"
import { blockConj12, blockLine, blockSqr12, finalExponentiation } from "./bls12381-gt.ts"
import { X_HEX } from "./bls12381-numbers.ts"

/**
 * T = 2T and the line of the tangent but for P, as l0 + l1 v + l2 vw: Aranha, Karabina, Longa, Gebotys, Lopez, eprint 2010/526 section 4, b' = 4 xi,
 * the whole scaled by 4. Needs y(T) != 0 only.
 */
const blockTangent: Block = {
  name: "tangent",
  operands: [3, 3],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const X = x[0]![0]!
    const Y = x[0]![1]!
    const Z = x[0]![2]!
    const YY = K.sqr(Y)
    const ZZ = K.sqr(Z)
    const twice = (t: T): T => K.add(t, t)
    const E = K.xi(twice(twice(K.add(twice(ZZ), ZZ))))
    const EEE = K.add(twice(E), E)
    const YZ = K.sub(K.sub(K.sqr(K.add(Y, Z)), ZZ), YY)
    const XX = K.sqr(X)
    const line = [K.sub(E, YY), K.add(twice(XX), XX), K.neg(YZ)]
    const outX = twice(K.mul(K.mul(K.sub(YY, EEE), X), Y))
    const EE = twice(K.sqr(E))
    const outY = K.sub(K.sub(K.sqr(K.add(YY, EEE)), K.add(twice(twice(EE)), EE)), EE)
    return [[outX, outY, twice(twice(K.mul(YY, YZ)))], line]
  },
}

/** T = T + Q and the line of the chord but for P; T and Q differ and are not opposite, which holds for every point of order r. Same source. */
const blockChord: Block = {
  name: "chord",
  operands: [3, 3, 2],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const X = x[0]![0]!
    const Y = x[0]![1]!
    const Z = x[0]![2]!
    const xQ = x[2]![0]!
    const yQ = x[2]![1]!
    const theta = K.sub(Y, K.mul(yQ, Z))
    const lambda = K.sub(X, K.mul(xQ, Z))
    const line = [K.sub(K.mul(theta, xQ), K.mul(lambda, yQ)), K.neg(theta), lambda]
    const LL = K.sqr(lambda)
    const LLL = K.mul(LL, lambda)
    const LLX = K.mul(LL, X)
    const H = K.add(K.sub(LLL, K.add(LLX, LLX)), K.mul(K.sqr(theta), Z))
    return [[K.mul(lambda, H), K.sub(K.mul(K.sub(LLX, H), theta), K.mul(LLL, Y)), K.mul(Z, LLL)], line]
  },
}

/** The line at P = (x, y), which lies in one pair of slots. */
const blockAtP: Block = {
  name: "at P",
  operands: [3, 1],
  formula: (K, x) => [[x[0]![0]!, K.scaleRe(x[0]![1]!, x[1]![0]!), K.scaleIm(x[0]![2]!, x[1]![0]!)]],
}

/** (x, -y) in one pair of slots. */
const blockMinusP: Block = {
  name: "minus P",
  operands: [1],
  formula: (K, x) => [[K.conj(x[0]![0]!)]],
}

/** (Q, 1), to begin with. */
const blockLift: Block = {
  name: "lift",
  operands: [3, 2],
  formula: (K, x) => [[x[1]![0]!, x[1]![1]!, K.constant({ re: "1", im: "0" })]],
}

/** A line as an element of Fp12. */
const blockSpread: Block = {
  name: "spread",
  operands: [6, 3],
  formula<T>(K: Arithmetic<T>, x: readonly (readonly T[])[]): T[][] {
    const zero = K.constant({ re: "0", im: "0" })
    const l = x[1]!
    return [[l[0]!, l[1]!, zero, zero, l[2]!, zero]]
  },
}

/** Pairs of slots: f, a line, and for each pair of points T (3), Q (2) and P (1). */
const F = 0
const L = 6
const POINTS = 9

/** One pair of points from slot `at` on: T is set to Q. */
function begin(at: number): Step {
  return over2(blockLift, [at, at + 3])
}

function tangentAt(at: number): Step[] {
  return [over2(blockTangent, [at, L]), over2(blockAtP, [L, at + 5])]
}

function chordAt(at: number): Step[] {
  return [over2(blockChord, [at, L, at + 3]), over2(blockAtP, [L, at + 5])]
}

const timesLine: Step = { do: "call", over: 2, block: blockLine, at: [F, L] }

/** |x| without its two leading ones: those are done while f is still a line. */
function loopBits(): Exponent {
  return exponentOf(X_HEX, 1, 2)
}

/** e(P, Q) from x(P), y(P), x(Q), y(Q), all affine: 12 elements. */
export function pairing(): Routine {
  const at = POINTS
  const first: Step[] = [read(2 * (at + 5), 2), read(2 * (at + 3), 4), begin(at)]
  const steps = first.concat(
    tangentAt(at),
    [over2(blockSpread, [F, L])],
    chordAt(at),
    [timesLine],
    [walk(loopBits(), [over2(blockSqr12, [F])].concat(tangentAt(at), [timesLine]), chordAt(at).concat([timesLine]))],
    [over2(blockConj12, [F]), go(finalExponentiation()), write(0, 12)],
  )
  return { name: "pairing", temporaries: 30, steps }
}

/** e(P, Q) / e(P', Q') of the generator P of G1 from Q, P' and Q': the loops share their squarings and the final exponentiation. */
export function pairingQuotient(): Routine {
  const one = POINTS
  const two = POINTS + 6
  const both = (line: (at: number) => Step[]): Step[] => line(one).concat([timesLine], line(two), [timesLine])
  const first: Step[] = [
    over1(blockGenerator, [2 * (one + 5)]),
    read(2 * (one + 3), 4),
    read(2 * (two + 5), 2),
    read(2 * (two + 3), 4),
    over2(blockMinusP, [two + 5]),
    begin(one),
    begin(two),
  ]
  const steps = first.concat(
    tangentAt(one),
    [over2(blockSpread, [F, L])],
    tangentAt(two),
    [timesLine],
    both(chordAt),
    [walk(loopBits(), [over2(blockSqr12, [F])].concat(both(tangentAt)), both(chordAt))],
    [over2(blockConj12, [F]), go(finalExponentiation()), write(0, 12)],
  )
  return { name: "pairing quotient", temporaries: 42, steps }
}

/** Lines of the loop, 6 elements each, 68 in all: what a second argument that stays is turned into once. */
export function linesOf(): Routine {
  const at = POINTS
  const out = write(2 * L, 6)
  const tangent: Step[] = [over2(blockTangent, [at, L]), out]
  const chord: Step[] = [over2(blockChord, [at, L, at + 3]), out]
  const first: Step[] = [read(2 * (at + 3), 4), begin(at)]
  return { name: "lines", temporaries: 30, steps: first.concat(tangent, chord, [walk(loopBits(), tangent, chord)]) }
}

/** e(P, Q) from x(P), y(P) and the lines of Q. */
export function pairingWithLines(): Routine {
  const at = POINTS
  const next: Step[] = [read(2 * L, 6), over2(blockAtP, [L, at])]
  const first: Step[] = [read(2 * at, 2)]
  const steps = first.concat(
    next,
    [over2(blockSpread, [F, L])],
    next,
    [timesLine],
    [walk(loopBits(), [over2(blockSqr12, [F])].concat(next, [timesLine]), next.concat([timesLine]))],
    [over2(blockConj12, [F]), go(finalExponentiation()), write(0, 12)],
  )
  return { name: "pairing with lines", temporaries: 20, steps }
}
