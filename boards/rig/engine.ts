/** What a rig asks of a simulator: an engine of this machine that stands for a board. Whoever has one lends it (`simulators` of a rig's file). */
import type { Lines } from "./lines.ts"

/** An engine of this machine. */
export interface Engine {
  readonly name: string
  /** The manifest of the board that it stands for, from the folder of the package. */
  readonly board: string
  /** What has to be installed, for the words of a skip. */
  readonly wants: string
  /** Whether it is. */
  present(): boolean
  /** Makes what has to be made once, in a folder of the run. */
  prepare(home: string): void
  /** A fresh one with the script of a file loaded; `heapOctets` caps its heap where the engine can do that, 0 is no cap. */
  start(home: string, script: string, heapOctets: number): Lines
}
