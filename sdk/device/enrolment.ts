/** What enrolment gives a device, and the state that its parts share. */
import type { Identity, ParameterSet } from "../ibake/identity.ts"
import type { Draw, Now } from "../ibake/session.ts"
import type { Board } from "../port.ts"

/** A key fill as the SDK takes it: who the device is, what it shares with its KMS, and where that KMS is. */
export interface Enrolment {
  /** Own identities in normal form; the first one calls. */
  readonly identities: readonly Identity[]
  /** IDRpsk data, 1 to 255 octets. */
  readonly pskId: Uint8Array
  /** 32 octets; the device keeps and wipes its own copy. */
  readonly psk: Uint8Array
  /** The KMS's name in topics. */
  readonly kmsName: string
  /** The KMS's parameter set. */
  readonly set: ParameterSet
  /** Sets of other KMSs that it vouches for. */
  readonly vouched: readonly ParameterSet[]
}

/** Random octets of a board. */
export function drawFrom(board: Board): Draw {
  return (octets: number): Uint8Array | undefined => {
    const out = new Uint8Array(octets)
    return board.entropy.fill(out) ? out : undefined
  }
}

/** The device's time: the board's if it has one, or that of a notice, counted on in ticks until the next boot. */
export class Time {
  private readonly board: Board
  private noticed: number | undefined
  private at: number
  /** Half of the round trip that the noticed time came with, seconds; 0 for the board's own. */
  error: number

  constructor(board: Board) {
    this.board = board
    this.noticed = undefined
    this.at = 0
    this.error = 0
  }

  now(): Now {
    return { utc: this.utc(), ticks: this.board.clock.ticks() }
  }

  utc(): number | undefined {
    const own = this.board.clock.utc()
    if (own !== undefined || this.noticed === undefined) return own
    return this.noticed + (this.board.clock.ticks() - this.at) / 1000
  }

  /** Takes the time of a notice whose request was sent at tick `sent` of this boot and whose response was complete at tick `complete`. */
  take(notice: number, sent: number, complete: number): void {
    this.error = (complete - sent) / 2000
    this.noticed = notice + this.error
    this.at = complete
  }
}
