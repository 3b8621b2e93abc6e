/** How long a board of the limbs profile works between two rests, in true milliseconds: whole calls, both sides, enrolment, fetches and boots among them. */
import { limbs } from "../boards/profiles/limbs.ts"
import { bls12381 } from "../sdk/group/bls12381-noble.ts"
import { bfMaster } from "../sdk/ibe/bf-master.ts"
import type { Board } from "../sdk/port.ts"
import { nobleSym } from "../sdk/sym/noble.ts"
import { BusyBoard } from "../test/busy.ts"
import { Town } from "../test/world.ts"

/** Milliseconds of slices. */
export interface Slices {
  readonly slices: number
  readonly p50: number
  readonly p99: number
  readonly longest: number
}

/** The 99th percentile of a slice stays below so many milliseconds. */
export const SLICE_GOAL = 10

/**
 * Slices of 5 ms of `calls` calls between two radios, of which one begins a new life before every fourth; the first call, before the engine has warmed up,
 * is among them. What other processes of the machine take falls on slices too.
 */
export function slices(calls: number): Slices {
  const boards: BusyBoard[] = []
  const through = (board: Board): Board => {
    boards.push(new BusyBoard(board, () => performance.now()))
    return boards.at(-1)!.board
  }
  const town = new Town({ seed: 1, kit: { profile: limbs(), master: bfMaster(bls12381, nobleSym) } })
  const [alice, bob] = ["alice", "bob"].map((name) => town.radio(name, { profile: limbs(), through }))
  for (const each of [alice!, bob!]) each.fetched()
  for (let i = 0; i < calls; i++) {
    if (i % 4 === 3) bob!.powerOn()
    if (i % 2 === 0) alice!.called(bob!.uri)
    else bob!.called(alice!.uri)
    // the rate limit is not what is measured
    town.pass(10000)
  }
  const all = boards.flatMap((board) => board.slices.map((slice) => slice.ms)).filter((ms) => ms >= 1).sort((a, b) => a - b)
  const at = (share: number): number => all[Math.min(all.length - 1, Math.floor(share * all.length))]!
  return { slices: all.length, p50: at(0.5), p99: at(0.99), longest: at(1) }
}
