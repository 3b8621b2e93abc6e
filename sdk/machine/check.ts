/**
 * The check of a Program's routines: every slot that code names lies below the routine's temporaries, nothing is read before it is written, what a call
 * writes overlaps none of its operands, no routine calls itself. It follows the code once and counts, for the course of a Program depends on nothing.
 */
import { code, local, operation, type ProgramBlock, type ProgramEntry, type ProgramRoutine } from "./program.ts"

/** What routines refer to. */
export interface Routines {
  readonly exponents: readonly Uint8Array[]
  readonly blocks: readonly ProgramBlock[]
  readonly routines: readonly ProgramRoutine[]
}

/** Loops and routines within each other. */
const DEPTH = 12
/** Instructions that a check may look at, all entries together: a routine is looked at from every place that calls it. */
const EFFORT = 20000

/** The entries with their counts, or undefined where the code of any is not right. Routines that no entry reaches are refused. */
export function entriesOf(parts: Routines, entries: readonly number[]): ProgramEntry[] | undefined {
  const out: ProgramEntry[] = []
  const seen = new Uint8Array(parts.routines.length)
  const effects: Effect[] = []
  for (let i = 0; i < parts.blocks.length; i++) effects.push(effectOf(parts.blocks[i]!))
  let effort = EFFORT
  for (let i = 0; i < entries.length; i++) {
    if (entries[i]! >= parts.routines.length) return undefined
    const tour = new Tour(parts, effects, seen, effort)
    if (!tour.routine(entries[i]!, 1, 0)) return undefined
    effort = tour.effort
    out.push({ routine: entries[i]!, slots: tour.slots, reads: tour.reads, writes: tour.writes, picks: tour.picks })
  }
  for (let i = 0; i < seen.length; i++) if (seen[i] === 0) return undefined
  return out
}

/** What a block asks of its operands, and does to them. */
interface Effect {
  /** For each element: read before the block writes it; written. */
  readonly needs: Uint8Array
  readonly writes: Uint8Array
  readonly onlyFp: boolean
  readonly onlyFp2: boolean
}

function effectOf(block: ProgramBlock): Effect {
  const needs = new Uint8Array(64)
  const writes = new Uint8Array(64)
  let onlyFp = false
  let onlyFp2 = false
  for (let i = 0; i < block.operations.length; i += 3) {
    const op = block.operations[i]! >> 2
    const a = local(block.operations, i, 1)
    const b = local(block.operations, i, 2)
    if (op === operation.SCALE_IM) onlyFp2 = true
    if (op === operation.IS_ODD) onlyFp = true
    if (op !== operation.LOAD && writes[a] === 0) needs[a] = 1
    const binary = op === operation.ADD || op === operation.SUB || op === operation.MUL || op === operation.SCALE_RE || op === operation.SCALE_IM || op === operation.SELECT
    if (binary && writes[b] === 0) needs[b] = 1
    if (op !== operation.IS_ZERO && op !== operation.IS_ODD) writes[local(block.operations, i, 0)] = 1
  }
  return { needs, writes, onlyFp, onlyFp2 }
}

/** One entry followed from its start. */
class Tour {
  readonly parts: Routines
  readonly effects: readonly Effect[]
  readonly seen: Uint8Array
  effort: number
  /** Slots that hold something. */
  readonly full: Uint8Array
  /** Elements that the call at hand names: 1 for an operand, 2 for a result. */
  readonly named: Uint8Array
  slots: number
  reads: number
  writes: number
  picks: number
  constructor(parts: Routines, effects: readonly Effect[], seen: Uint8Array, effort: number) {
    this.parts = parts
    this.effects = effects
    this.seen = seen
    this.effort = effort
    this.full = new Uint8Array(256)
    this.named = new Uint8Array(256)
    this.slots = 0
    this.reads = 0
    this.writes = 0
    this.picks = 0
  }
  /** `times` is how often the routine runs; `depth` how deep it lies. */
  routine(number: number, times: number, depth: number): boolean {
    const routine = this.parts.routines[number]!
    this.seen[number] = 1
    return this.code(new Cursor(routine, number, 0, routine.code.length), times, depth, 0)
  }
  /** `digit` is the greatest of the walk around this code, 0 outside. */
  code(at: Cursor, times: number, depth: number, digit: number): boolean {
    if (depth > DEPTH) return false
    while (at.at < at.end) {
      if (--this.effort < 0 || !this.instruction(at, times, depth, digit) || at.at > at.end) return false
    }
    return true
  }
  instruction(at: Cursor, times: number, depth: number, digit: number): boolean {
    const op = at.next()
    if (op === code.CALL1 || op === code.CALL2) return this.call(at, op)
    if (op === code.COPY) return this.move(at, 0)
    if (op === code.TAKE) return digit > 0 && this.move(at, digit)
    if (op === code.ROUTINE) {
      const number = at.next()
      return number < at.number && this.routine(number, times, depth + 1)
    }
    if (op === code.REPEAT) {
      const count = at.next()
      const body = at.inner(at.next())
      return count > 0 && body !== undefined && this.code(body, times * count, depth + 1, digit)
    }
    if (op === code.WALK) return this.walk(at, times, depth)
    if (op === code.PICK) return this.pick(at, times)
    const from = at.next()
    const count = at.next()
    if (count === 0 || from + count > at.top) return false
    if (op === code.READ) {
      this.fill(from, count)
      this.reads += times * count
      return true
    }
    this.writes += times * count
    return op === code.WRITE && this.isFull(from, count)
  }
  move(at: Cursor, digit: number): boolean {
    const to = at.next()
    const table = at.next()
    const count = at.next()
    const end = table + (digit + 1) * count
    if (count === 0 || to + count > at.top || end > at.top || (to < end && table < to + count)) return false
    if (!this.isFull(table, end - table)) return false
    this.fill(to, count)
    return true
  }
  walk(at: Cursor, times: number, depth: number): boolean {
    const number = at.next()
    const lengths = [at.next(), at.next()]
    const each = at.inner(lengths[0]!)
    const nonzero = each === undefined ? undefined : at.inner(lengths[1]!)
    if (number >= this.parts.exponents.length || each === undefined || nonzero === undefined) return false
    const digits = this.parts.exponents[number]!
    let hits = 0
    let greatest = 0
    for (let i = 0; i < digits.length; i++) {
      if (digits[i] !== 0) hits++
      if (digits[i]! > greatest) greatest = digits[i]!
    }
    return this.code(each, times * digits.length, depth + 1, greatest) && this.code(nonzero, times * hits, depth + 1, greatest)
  }
  pick(at: Cursor, times: number): boolean {
    const to = at.next()
    const table = at.next()
    const count = at.next()
    const entries = at.next()
    const end = table + count * entries
    if (count === 0 || entries === 0 || entries > 16 || to + count > at.top || end > at.top || (to < end && table < to + count)) return false
    this.picks += times
    if (!this.isFull(table, count * entries)) return false
    this.fill(to, count)
    return true
  }
  call(at: Cursor, degree: number): boolean {
    const number = at.next()
    if (number >= this.parts.blocks.length) return false
    const block = this.parts.blocks[number]!
    const effect = this.effects[number]!
    if (degree === 1 ? effect.onlyFp2 : effect.onlyFp) return false
    const places: number[] = []
    let clear = true
    for (let i = 0; i < block.operands.length; i++) {
      const from = at.next()
      for (let k = from; k < from + block.operands[i]!; k++) {
        if (degree * (k + 1) > at.top) clear = false
        else if (this.named[k] === 2 || (this.named[k] === 1 && i < block.results)) clear = false
        else this.named[k] = i < block.results ? 2 : 1
        places.push(k)
      }
    }
    for (let i = 0; i < places.length; i++) if (places[i]! < 256) this.named[places[i]!] = 0
    if (!clear) return false
    const slots = at.top + degree * (block.locals - places.length)
    if (slots > this.slots) this.slots = slots
    for (let i = 0; i < places.length; i++) if (effect.needs[i] === 1 && !this.isFull(degree * places[i]!, degree)) return false
    for (let i = 0; i < places.length; i++) if (effect.writes[i] === 1) this.fill(degree * places[i]!, degree)
    return true
  }
  isFull(from: number, count: number): boolean {
    for (let i = from; i < from + count; i++) if (this.full[i] !== 1) return false
    return true
  }
  fill(from: number, count: number): void {
    for (let i = from; i < from + count; i++) this.full[i] = 1
    if (from + count > this.slots) this.slots = from + count
  }
}

/** A stretch of a routine's code; what is read beyond it is found by `at` being past `end`. */
class Cursor {
  readonly routine: ProgramRoutine
  readonly number: number
  /** Slots below the routine's temporaries. */
  readonly top: number
  readonly end: number
  at: number
  constructor(routine: ProgramRoutine, number: number, at: number, end: number) {
    this.routine = routine
    this.number = number
    this.top = routine.temporaries
    this.end = end
    this.at = at
  }
  next(): number {
    return this.at < this.end ? this.routine.code[this.at++]! : this.past()
  }
  past(): number {
    this.at = this.end + 1
    return 0
  }
  /** The next `length` octets as a stretch of their own. */
  inner(length: number): Cursor | undefined {
    if (this.at + length > this.end) return undefined
    this.at += length
    return new Cursor(this.routine, this.number, this.at - length, this.at)
  }
}
