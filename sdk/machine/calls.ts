/** What a Program's routines call: the pairs of block and degree, each once, in the order of the code. For machines that compile blocks, and self-tests. */
import { code, type Program } from "./program.ts"

/** A block over Fp (1) or Fp2 (2). */
export interface Call {
  readonly block: number
  readonly degree: number
}

/** All calls of a Program. */
export function callsOf(program: Program): Call[] {
  const out: Call[] = []
  for (let r = 0; r < program.routines.length; r++) {
    const text = program.routines[r]!.code
    for (let at = 0; at < text.length; ) {
      const op = text[at]!
      if (op === code.CALL1 || op === code.CALL2) {
        note(out, text[at + 1]!, op)
        at += 2 + program.blocks[text[at + 1]!]!.operands.length
      } else at += LENGTHS[op]!
    }
  }
  return out
}

/** Octets of an instruction; bodies of loops are gone through as they come. */
const LENGTHS = [0, 0, 0, 4, 2, 3, 4, 4, 5, 3, 3]

function note(out: Call[], block: number, degree: number): void {
  for (let i = 0; i < out.length; i++) if (out[i]!.block === block && out[i]!.degree === degree) return
  out.push({ block, degree })
}
