/** Order and slots for the operations of one block: few temporaries, few moves. Deterministic; at build time only. */
import { operation } from "./program.ts"

/** An operation on numbered values; -1 stands for none. `flag`: it makes or asks the flag, and keeps its place among those that do. */
export interface Recorded {
  readonly op: number
  readonly d: number
  readonly a: number
  readonly b: number
  readonly k: number
  readonly flag: boolean
}

/** An operation on numbered locals. */
export interface Local {
  readonly op: number
  readonly d: number
  readonly a: number
  readonly b: number
}

/** What a block becomes. */
export interface Allotted {
  readonly operations: readonly Local[]
  readonly locals: number
}

/** Orders that are tried; more find little. */
const TRIES = 400

/** Values 0 to `inputs` - 1 are the operands, in locals of the same numbers; `outputs` are wanted in locals from 0 on. */
export function allot(list: readonly Recorded[], inputs: number, outputs: readonly number[]): Allotted {
  const needed = live(list, outputs)
  let best: Allotted | undefined
  let state = 12345
  for (let i = 0; i < TRIES; i++) {
    const jitter = (): number => {
      state = (state * 16807) % 2147483647
      return i < 2 ? 0 : state / 2147483647
    }
    const tried = slotsFor(ordered(needed, inputs, outputs, i === 0 ? 0 : 1, jitter), inputs, outputs)
    if (best === undefined || tried.locals < best.locals || (tried.locals === best.locals && tried.operations.length < best.operations.length)) best = tried
  }
  return best!
}

/** Without operations that nothing comes of. */
function live(list: readonly Recorded[], outputs: readonly number[]): Recorded[] {
  const wanted: boolean[] = []
  for (let i = 0; i < outputs.length; i++) wanted[outputs[i]!] = true
  const out: Recorded[] = []
  for (let i = list.length - 1; i >= 0; i--) {
    const o = list[i]!
    if (o.d >= 0 && wanted[o.d] !== true) continue
    if (o.a >= 0) wanted[o.a] = true
    if (o.b >= 0) wanted[o.b] = true
    out.push(o)
  }
  return out.reverse()
}

/** How often each value is read; outputs never die. */
function usesOf(list: readonly Recorded[], outputs: readonly number[]): number[] {
  const uses: number[] = []
  const add = (value: number, by: number): void => {
    if (value >= 0) uses[value] = (uses[value] === undefined ? 0 : uses[value]!) + by
  }
  for (let i = 0; i < list.length; i++) {
    add(list[i]!.a, 1)
    if (list[i]!.b !== list[i]!.a) add(list[i]!.b, 1)
  }
  for (let i = 0; i < outputs.length; i++) add(outputs[i]!, 1000)
  return uses
}

/** Of the operations that are ready, the one that frees most operands; with greed 0 the order they were recorded in. */
function ordered(list: readonly Recorded[], inputs: number, outputs: readonly number[], greed: number, jitter: () => number): Recorded[] {
  const uses = usesOf(list, outputs)
  const there: boolean[] = []
  for (let i = 0; i < inputs; i++) there[i] = true
  const left = list.slice()
  const out: Recorded[] = []
  const ready = (value: number): boolean => value < 0 || there[value] === true
  while (left.length > 0) {
    let best = -1
    let most = -1e9
    let flagSeen = false
    for (let i = 0; i < left.length; i++) {
      const o = left[i]!
      const mayGo = ready(o.a) && ready(o.b) && !(o.flag && flagSeen)
      flagSeen = flagSeen || o.flag
      if (!mayGo) continue
      const frees = (o.a >= 0 && uses[o.a] === 1 ? 1 : 0) + (o.b >= 0 && o.b !== o.a && uses[o.b] === 1 ? 1 : 0)
      const score = greed * (frees + jitter() * 0.9) * 1000 - i
      if (score > most) {
        most = score
        best = i
      }
    }
    const o = left.splice(best, 1)[0]!
    if (o.a >= 0) uses[o.a]!--
    if (o.b >= 0 && o.b !== o.a) uses[o.b]!--
    if (o.d >= 0) there[o.d] = true
    out.push(o)
  }
  return out
}

/** Slots while they are given out. */
class Table {
  /** Value in each local, -1 for none. */
  readonly held: number[]
  /** Local of each value. */
  readonly where: number[]
  readonly operations: Local[]
  constructor(inputs: number) {
    this.held = []
    this.where = []
    this.operations = []
    for (let i = 0; i < inputs; i++) {
      this.held.push(i)
      this.where.push(i)
    }
  }
  free(local: number): boolean {
    return this.held[local] === undefined || this.held[local]! < 0
  }
  put(value: number, local: number): void {
    while (this.held.length <= local) this.held.push(-1)
    this.held[local] = value
    this.where[value] = local
  }
}

function slotsFor(list: readonly Recorded[], inputs: number, outputs: readonly number[]): Allotted {
  const last: number[] = []
  for (let i = 0; i < list.length; i++) {
    if (list[i]!.a >= 0) last[list[i]!.a] = i
    if (list[i]!.b >= 0) last[list[i]!.b] = i
  }
  const target: number[] = []
  for (let i = outputs.length - 1; i >= 0; i--) {
    last[outputs[i]!] = list.length
    target[outputs[i]!] = i
  }
  const table = new Table(inputs)
  // an operand that is not a result may not be overwritten: it holds its local to the end
  const release = (value: number, at: number): void => {
    const local = value < 0 ? -1 : table.where[value]!
    if (local >= 0 && last[value] === at && (local >= inputs || local < outputs.length)) table.held[local] = -1
  }
  for (let i = 0; i < outputs.length && i < inputs; i++) if (last[i] === undefined) table.held[i] = -1
  for (let i = 0; i < list.length; i++) {
    const o = list[i]!
    const a = o.a < 0 ? 0 : table.where[o.a]!
    const b = o.k >= 0 ? o.k : o.b < 0 ? 0 : table.where[o.b]!
    release(o.a, i)
    release(o.b, i)
    const d = o.d < 0 ? 0 : chosen(table, o.d, target, outputs.length, inputs)
    if (o.d >= 0) table.put(o.d, d)
    table.operations.push({ op: o.op, d, a, b })
  }
  settle(table, outputs)
  return { operations: table.operations, locals: table.held.length }
}

/** The local where the value is wanted in the end if it is free, another of the results', or a temporary. */
function chosen(table: Table, value: number, target: readonly number[], results: number, inputs: number): number {
  const wanted = target[value]
  if (wanted !== undefined && table.free(wanted)) return wanted
  for (let i = results - 1; i >= 0; i--) if (table.free(i)) return i
  let d = inputs
  while (!table.free(d)) d++
  return d
}

/** Moves results to their places: one whose place nobody needs first, a circle through one more local. */
function settle(table: Table, outputs: readonly number[]): void {
  const from: number[] = []
  for (let i = 0; i < outputs.length; i++) from.push(table.where[outputs[i]!]!)
  const move = (d: number, a: number): void => {
    table.operations.push({ op: operation.MOVE, d, a, b: 0 })
  }
  for (;;) {
    let open = -1
    let waiting = -1
    for (let i = 0; i < from.length; i++) {
      if (from[i] === i) continue
      waiting = i
      let needed = false
      for (let k = 0; k < from.length; k++) if (k !== i && from[k] === i) needed = true
      if (!needed) open = i
    }
    if (waiting < 0) return
    if (open >= 0) {
      move(open, from[open]!)
      from[open] = open
    } else {
      const spare = table.held.length
      table.held.push(0)
      move(spare, waiting)
      for (let k = 0; k < from.length; k++) if (from[k] === waiting) from[k] = spare
    }
  }
}
