/**
 * The receiving half of the constrained channel, PROTOCOL section 7: gathers the blocks of one transfer at a time and says in ACKs what it holds.
 * A whole message is handed over once and acknowledged as complete only when its user has taken it (`accept`); `reject` drops it with ACK next = 0.
 */
import { concat, copy } from "../base/bytes.ts"
import { refuse, type Fault } from "../base/fault.ts"
import { ackFrame, dataFrame, decodeFrame, type DataFrame } from "./frames.ts"

/** The last so many finished transfers do not come back. */
export const REMEMBERED = 4

/** DATA within so many milliseconds is answered by one ACK. */
export const ACK_WAIT_MS = 50

/**
 * Where blocks outlive a power cut. Laws: `keep` answers true once the frame is durable; a block that it refuses is held in memory only;
 * `read` answers what was kept under that index last, or undefined.
 */
export interface BlockKeeper {
  keep(index: number, frame: Uint8Array): boolean
  read(index: number): Uint8Array | undefined
  drop(index: number): void
}

/** Which transfers a receiver takes, and whether a complete message belongs to its number. */
export interface Admission {
  admits(transfer: number): boolean
  fits(transfer: number, octets: Uint8Array): boolean
}

/** What a DATA frame did: a new block, one that was held, the last that was missing, one of a finished transfer; or why it was not taken. */
export type Taken = "block" | "held" | "complete" | "again" | Fault

/** The blocks of one unfinished transfer; `block` is the length of all but the last, 0 until one is seen. */
interface Partial {
  readonly transfer: number
  readonly last: number
  block: number
  readonly blocks: (Uint8Array | undefined)[]
  count: number
}

/** A complete message that its user has not judged yet. */
interface Whole {
  readonly transfer: number
  readonly last: number
  readonly octets: Uint8Array
}

/** An ACK, and when it falls due. */
interface Owed {
  readonly transfer: number
  readonly last: number
  readonly due: number
}

export class Receiver {
  private readonly cap: number
  private readonly admission: Admission
  private readonly keeper: BlockKeeper | undefined
  private partial: Partial | undefined
  private whole: Whole | undefined
  private finished: number[]
  private owed: Owed[]

  constructor(cap: number, admission: Admission, keeper: BlockKeeper | undefined) {
    this.cap = cap
    this.admission = admission
    this.keeper = keeper
    this.partial = undefined
    this.whole = undefined
    this.finished = []
    this.owed = []
  }

  /** Takes a DATA frame; "complete" leaves the message in `message` until it is accepted or rejected, and until then nothing else is taken. */
  take(frame: DataFrame, now: number): Taken {
    if (this.finished.indexOf(frame.transfer) >= 0) {
      this.owe(frame.transfer, frame.last, now + ACK_WAIT_MS)
      return "again"
    }
    if (!this.admission.admits(frame.transfer)) return refuse("channel/frame", "DATA.transfer")
    if (this.whole !== undefined) return this.whole.transfer === frame.transfer ? "held" : refuse("session/state", "DATA")
    if ((frame.last + 1) * frame.octets.length > this.cap) return refuse("wire/size", "DATA.last")
    const p = this.partialFor(frame)
    const fresh = this.hold(p, frame)
    if (p.count <= p.last) {
      this.owe(frame.transfer, frame.last, now + ACK_WAIT_MS)
      return fresh ? "block" : "held"
    }
    this.gather(p)
    if (this.admission.fits(frame.transfer, this.message()!)) return "complete"
    this.reject(frame.transfer, now)
    return refuse("channel/frame", "DATA.message")
  }

  /** The message that is complete and not yet judged. */
  message(): Uint8Array | undefined {
    return this.whole === undefined ? undefined : this.whole.octets
  }

  /** The message was taken for good: its transfer is finished, its blocks go, and the other end is told. */
  accept(transfer: number, now: number): void {
    const whole = this.whole
    if (whole === undefined || whole.transfer !== transfer) return
    this.remember(transfer)
    this.forget()
    this.owe(transfer, whole.last, now)
  }

  /** The message is not what it should be: it is dropped, with ACK next = 0. */
  reject(transfer: number, now: number): void {
    const whole = this.whole
    if (whole === undefined || whole.transfer !== transfer) return
    this.forget()
    this.owe(transfer, whole.last, now + ACK_WAIT_MS)
  }

  /** After a power cut: takes the kept blocks of a transfer; true when they are the whole message. What is held is told to the other end. */
  restore(transfer: number, now: number): boolean {
    if (this.keeper === undefined || this.partial !== undefined || this.whole !== undefined) return this.whole !== undefined
    for (let i = 0; i < 255; i++) {
      const octets = this.keeper.read(i)
      const frame = octets === undefined ? undefined : decodeFrame(octets)
      if (frame === undefined) continue
      if ("fault" in frame || frame.kind !== "data" || frame.transfer !== transfer || frame.index !== i) this.keeper.drop(i)
      else this.takeKept(frame)
    }
    const p = this.partial as Partial | undefined
    if (p === undefined) return false
    if (p.count > p.last) this.gather(p)
    else this.owe(transfer, p.last, now)
    return this.whole !== undefined
  }

  /** Drops what is held of a transfer, finished or not, and what is kept of it. */
  forget(): void {
    const p = this.partial
    const whole = this.whole
    this.partial = undefined
    this.whole = undefined
    if (this.keeper === undefined) return
    if (whole !== undefined) for (let i = 0; i <= whole.last; i++) this.keeper.drop(i)
    if (p !== undefined) for (let i = 0; i <= p.last; i++) if (p.blocks[i] !== undefined) this.keeper.drop(i)
  }

  /** A transfer that was finished in an earlier life. */
  finish(transfer: number): void {
    this.remember(transfer)
    this.clean()
  }

  /** Drops whatever the store keeps of earlier transfers. */
  clean(): void {
    this.forget()
    if (this.keeper !== undefined) for (let i = 0; i < 255; i++) if (this.keeper.read(i) !== undefined) this.keeper.drop(i)
  }

  /** Nothing is held or owed. */
  idle(): boolean {
    return this.partial === undefined && this.whole === undefined && this.owed.length === 0
  }

  /** Blocks held of an unfinished transfer. */
  heldBlocks(): number {
    return this.partial === undefined ? 0 : this.partial.count
  }

  /** An ACK that is due, if any. */
  poll(now: number): Uint8Array | undefined {
    for (let i = 0; i < this.owed.length; i++) {
      const owed = this.owed[i]!
      if (owed.due > now) continue
      this.owed.splice(i, 1)
      const p = this.partial
      if (this.finished.indexOf(owed.transfer) >= 0) return ackFrame(owed.transfer, owed.last, () => true)
      if (p !== undefined && p.transfer === owed.transfer) return ackFrame(owed.transfer, p.last, (index) => p.blocks[index] !== undefined)
      return ackFrame(owed.transfer, owed.last, () => false)
    }
    return undefined
  }

  /** When the next ACK is due. */
  wakeAt(): number | undefined {
    let first: number | undefined
    for (let i = 0; i < this.owed.length; i++) if (first === undefined || this.owed[i]!.due < first) first = this.owed[i]!.due
    return first
  }

  private remember(transfer: number): void {
    this.finished.push(transfer)
    if (this.finished.length > REMEMBERED) this.finished.shift()
  }

  /** The unfinished transfer that a block belongs to; a block of another one, or one that contradicts, starts anew. */
  private partialFor(frame: DataFrame): Partial {
    const p = this.partial
    if (p !== undefined && p.transfer === frame.transfer && !contradicts(p, frame)) return p
    this.forget()
    return this.begin(frame)
  }

  private begin(frame: DataFrame): Partial {
    const p = { transfer: frame.transfer, last: frame.last, block: 0, blocks: [], count: 0 }
    this.partial = p
    return p
  }

  private gather(p: Partial): void {
    this.whole = { transfer: p.transfer, last: p.last, octets: concat(p.blocks as Uint8Array[]) }
    this.partial = undefined
  }

  /** First octets of a block stay; each is kept once, before its ACK. */
  private hold(p: Partial, frame: DataFrame): boolean {
    if (frame.index < p.last) p.block = frame.octets.length
    if (p.blocks[frame.index] !== undefined) return false
    p.blocks[frame.index] = copy(frame.octets)
    p.count++
    if (this.keeper !== undefined) this.keeper.keep(frame.index, dataFrame(frame.transfer, frame.index, frame.last, frame.octets))
    return true
  }

  /** A kept block needs no keeping; one that contradicts those before it goes. */
  private takeKept(frame: DataFrame): void {
    const fits = (frame.last + 1) * frame.octets.length <= this.cap
    const p = this.partial === undefined && fits ? this.begin(frame) : this.partial
    if (!fits || contradicts(p!, frame)) {
      this.keeper!.drop(frame.index)
      return
    }
    if (frame.index < p!.last) p!.block = frame.octets.length
    p!.blocks[frame.index] = copy(frame.octets)
    p!.count++
  }

  private owe(transfer: number, last: number, due: number): void {
    for (let i = 0; i < this.owed.length; i++) {
      if (this.owed[i]!.transfer !== transfer) continue
      this.owed[i] = { transfer, last, due: this.owed[i]!.due < due ? this.owed[i]!.due : due }
      return
    }
    // one for the transfer that runs and one for each that is finished; a flood of other numbers is no reason to hold more
    if (this.owed.length > REMEMBERED) this.owed.shift()
    this.owed.push({ transfer, last, due })
  }
}

/** All but the last block have one length, the last is not longer, and `last` stays. */
function contradicts(p: Partial, frame: DataFrame): boolean {
  if (frame.last !== p.last) return true
  const length = frame.octets.length
  const tail = p.blocks[p.last]
  if (frame.index < p.last) return (p.block !== 0 && length !== p.block) || (tail !== undefined && tail.length > length)
  return (p.block !== 0 && length > p.block) || (tail !== undefined && tail.length !== length)
}
