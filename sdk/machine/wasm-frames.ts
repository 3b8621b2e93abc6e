/** Where a course within WebAssembly stands: frames of stretches of code, one for each routine and loop that is under way, and how a routine is entered. */
import { Assembly, memory, op, type } from "./wasm-emit.ts"

/** Words of a stretch of code that is under way, as in course.ts; DIGITS is 0 outside of walks. */
export const frame = { AT: 0, STOP: 4, FROM: 8, MIDDLE: 12, TO: 16, DIGITS: 20, TIMES: 24, ROUND: 28, TOP: 32 } as const
/** Octets of a frame. */
export const FRAME = 36

/** Addresses of what a run has and goes by, and numbers of functions. */
export interface CoursePlaces {
  /** Words: the frame under way, input, output and secret digits that come next. */
  readonly state: number
  /** Frames, the first of which stands for none. */
  readonly frames: number
  /** Eight octets a block: operands, cost over Fp and over Fp2, and its places in the table of functions for both. */
  readonly blocks: number
  /** Three words a routine: address and octets of its code, slot of temporaries. */
  readonly routines: number
  /** Two words an exponent: address and number of its digits. */
  readonly exponents: number
  readonly operands: number
  readonly octets: number
  readonly slots: number
  readonly width: number
  /** Octets of an element. */
  readonly element: number
}

/** Octets of the frames that may be open at once: check.ts allows twelve within each other. */
export const FRAMES: number = 16 * FRAME

/** A routine's frame on top of those that are open. */
export function enter(p: CoursePlaces): Assembly {
  const f = new Assembly(1, 0)
  const at = f.local(type.I32)
  const fp = f.local(type.I32)
  const from = f.local(type.I32)
  const field = (place: number, value: () => void): void => {
    f.get(fp)
    value()
    f.at(memory.I32_STORE, place)
  }
  const word = (offset: number): void => {
    f.get(at)
    f.at(memory.I32_LOAD, p.routines + offset)
  }
  f.get(0)
  f.i32(12)
  f.do(op.I32_MUL)
  f.set(at)
  pushed(f, p, fp)
  word(0)
  f.set(from)
  const end = (): void => {
    f.get(from)
    word(4)
    f.do(op.I32_ADD)
  }
  field(frame.AT, () => f.get(from))
  field(frame.FROM, () => f.get(from))
  field(frame.STOP, end)
  field(frame.MIDDLE, end)
  field(frame.TO, end)
  field(frame.DIGITS, () => f.i32(0))
  field(frame.TIMES, () => f.i32(1))
  field(frame.ROUND, () => f.i32(0))
  field(frame.TOP, () => word(8))
  return f
}

/** The frame pointer goes up by one frame; it is in `fp` too. */
export function pushed(f: Assembly, p: CoursePlaces, fp: number): void {
  f.i32(p.state)
  f.i32(p.state)
  f.at(memory.I32_LOAD, 0)
  f.i32(FRAME)
  f.do(op.I32_ADD)
  f.tee(fp)
  f.at(memory.I32_STORE, 0)
}
