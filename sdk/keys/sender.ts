/**
 * The sending half of the constrained channel, PROTOCOL section 7: one message in blocks, selective repeat, retry times that double with jitter.
 * A block waits for its ACK `retryMs` or longer before it is resent, and ever longer, up to `retryMaxMs`, once the other end has been silent for a while;
 * one that several sent after it have overtaken is lost and waits no longer.
 * ACKs are believed, also one that goes back: a block it takes away falls due when its last sending does, so an ACK that was only late costs nothing.
 */
import type { Limits } from "../suite.ts"
import { RoundTrip } from "./roundtrip.ts"
import { BITMAP_BLOCKS, DATA_HEADER, MOST_BLOCKS, dataFrame, saysOf, type AckFrame } from "./frames.ts"

/** Caps and times of a channel, out of a profile's. */
export type ChannelLimits = Pick<Limits, "transferOctets" | "transferSeconds" | "retryMs" | "retryMaxMs">

/** One octet of randomness for jitter; it need not be cryptographic. */
export type Jitter = () => number

/** Blocks on the air at once: at first, and at most and at least, however long the message is and however bad the path. */
const FIRST_WINDOW = 4
const WIDEST_WINDOW = 16
const LEAST_WINDOW = 2

/** Resends without an ACK in between: whether blocks or only their ACK were lost, the answer to these will tell. */
const BLIND = 4

/** Blocks that must have overtaken one before it counts as lost: paths reorder. */
const OVERTAKERS = 3

/** For so many retry times without a word of the other end it is loss and not absence: the same wait again. */
const LOSS = 8

/** What became of a block's last sending. */
const NEW = 0
const FLYING = 1
const LOST = 2

/** What an ACK did: not ours, nothing new, more blocks held, or all of them for the first time. */
export type Heard = "stray" | "nothing" | "progress" | "delivered"

/** Octets of a block at this mtu under this cap. */
export function blockOctets(mtu: number, limits: ChannelLimits): number {
  const room = mtu - DATA_HEADER
  return room < limits.transferOctets ? room : limits.transferOctets
}

/** The longest message in octets that a channel of this mtu carries: at most 255 whole blocks, together within the cap. */
export function longest(mtu: number, limits: ChannelLimits): number {
  const block = blockOctets(mtu, limits)
  const blocks = Math.floor(limits.transferOctets / block)
  return block * (blocks < MOST_BLOCKS ? blocks : MOST_BLOCKS)
}

/** Milliseconds to wait: `first` doubled so often and up to half as much again, within `retryMs` and `retryMaxMs`. */
export function retryWait(limits: ChannelLimits, first: number, doublings: number, jitter: Jitter): number {
  let wait = first
  const top = (limits.retryMaxMs * 2) / 3
  for (let i = 0; i < doublings && wait < top; i++) wait *= 2
  if (wait > top) wait = top
  const out = wait + (wait * jitter()) / 510
  return out < limits.retryMs ? limits.retryMs : out
}

export class Sender {
  /** Number of the message that is held, or undefined. */
  transfer: number | undefined
  /** Blocks are on their way or wait for it. */
  active: boolean
  /** All blocks were held by the other end when it was last heard. */
  delivered: boolean
  private readonly limits: ChannelLimits
  private readonly block: number
  private readonly jitter: Jitter
  private octets: Uint8Array
  private last: number
  /** What is known of each block: held by the other end; sent in this life; when it falls due again. */
  private held: Uint8Array
  private sent: Uint8Array
  private due: Float64Array
  private best: number
  private backs: number
  private window: number
  private doublings: number
  private roundEnds: number
  private blind: number
  private readonly roundTrip: RoundTrip
  /** Blocks that were sent, ever: the order of the last sending of each. */
  private order: Float64Array
  private orders: number
  private heardAt: number | undefined

  constructor(mtu: number, limits: ChannelLimits, jitter: Jitter) {
    this.limits = limits
    this.block = blockOctets(mtu, limits)
    this.jitter = jitter
    this.transfer = undefined
    this.active = false
    this.delivered = false
    this.octets = new Uint8Array(0)
    this.last = 0
    this.held = new Uint8Array(0)
    this.sent = new Uint8Array(0)
    this.due = new Float64Array(0)
    this.best = 0
    this.backs = 0
    this.window = FIRST_WINDOW
    this.doublings = 0
    this.roundEnds = 0
    this.blind = 0
    this.roundTrip = new RoundTrip()
    this.order = new Float64Array(0)
    this.orders = 0
    this.heardAt = undefined
  }

  /** Starts a message of 1 to `longest` octets; what was being sent before ends. The octets are not copied: leave them be. */
  start(octets: Uint8Array, transfer: number): void {
    this.transfer = transfer
    this.octets = octets
    this.last = Math.ceil(octets.length / this.block) - 1
    this.held = new Uint8Array(this.last + 1)
    this.sent = new Uint8Array(this.last + 1)
    this.due = new Float64Array(this.last + 1)
    this.best = 0
    this.backs = 0
    this.order = new Float64Array(this.last + 1)
    this.roundTrip.start(this.last + 1)
    this.refresh(FIRST_WINDOW)
  }

  /** Sends the last block alone, to learn from its ACK what the other end holds: for a message that may have arrived, in part or wholly. */
  probe(): void {
    for (let i = 0; i < this.last; i++) this.held[i] = 1
    this.held[this.last] = 0
    this.sent[this.last] = 0
    this.best = this.last + 1
    this.backs = 0
    this.refresh(FIRST_WINDOW)
  }

  /** Ends the sending; the message stays for `probe`. */
  stop(): void {
    this.active = false
  }

  /** Whether these octets are the message that is held. */
  holds(octets: Uint8Array, transfer: number): boolean {
    if (this.transfer !== transfer || this.octets.length !== octets.length) return false
    for (let i = 0; i < octets.length; i++) if (this.octets[i] !== octets[i]) return false
    return true
  }

  /** Takes an ACK of this message; one that speaks of more blocks than there are is not ours. */
  hear(ack: AckFrame, now: number): Heard {
    if (ack.transfer !== this.transfer || ack.next > this.last + 1) return "stray"
    if (!this.active && !this.delivered) return "nothing"
    this.blind = 0
    const wentBack = this.believe(ack, now)
    const count = this.heldBlocks()
    if (wentBack) this.goBack(count)
    if (count === this.last + 1) {
      const first = this.active
      this.active = false
      this.delivered = true
      return first ? "delivered" : "nothing"
    }
    this.findLost()
    if (count <= this.best) return "nothing"
    this.best = count
    if (this.window < WIDEST_WINDOW) this.window++
    return "progress"
  }

  /** Blocks of the message. */
  blocks(): number {
    return this.last + 1
  }

  /** Blocks that the other end is known to hold. */
  heldBlocks(): number {
    let count = 0
    for (let i = 0; i <= this.last; i++) count += this.held[i]!
    return count
  }

  /** The other end is heard: blocks that wait out a long silence come sooner. */
  hurry(now: number): void {
    this.heardAt = now
    if (this.doublings === 0) return
    this.doublings = 0
    this.roundEnds = 0
    for (let i = 0; i <= this.last; i++) {
      if (this.held[i] === 1 || this.sent[i] !== FLYING) continue
      const soon = now + this.wait()
      if (soon < this.due[i]!) this.due[i] = soon
    }
  }

  /** The next frame to publish, if one is due: the first block that may be resent or was never sent. */
  poll(now: number): Uint8Array | undefined {
    if (!this.active) return undefined
    let flying = 0
    let index = -1
    const blind = this.isBlind(now)
    // no block beyond what the bitmap of the next ACK can tell of
    const end = this.horizon()
    for (let i = 0; i <= end; i++) {
      if (this.held[i] === 1) continue
      if (this.sent[i] === FLYING && (blind || this.due[i]! > now)) flying++
      else if (index < 0) index = i
    }
    if (index < 0 || flying >= this.window) return undefined
    if (this.sent[index] === FLYING) this.repeats(now)
    this.roundTrip.sent(index, this.sent[index] === NEW ? "first" : "again", now)
    this.sent[index] = FLYING
    this.order[index] = ++this.orders
    this.due[index] = now + this.wait()
    const from = index * this.block
    const to = from + this.block < this.octets.length ? from + this.block : this.octets.length
    return dataFrame(this.transfer!, index, this.last, this.octets.subarray(from, to))
  }

  /** When `poll` has something next: 0 is at once. */
  wakeAt(): number | undefined {
    if (!this.active) return undefined
    let flying = 0
    let fresh = false
    let first: number | undefined
    const end = this.horizon()
    for (let i = 0; i <= end; i++) {
      if (this.held[i] === 1) continue
      if (this.sent[i] !== FLYING) fresh = true
      else {
        flying++
        if (first === undefined || this.due[i]! < first) first = this.due[i]!
      }
    }
    if (fresh && flying < this.window) return 0
    return first !== undefined && this.isBlind(first) ? this.roundEnds : first
  }

  /** The last block that may be sent now. */
  private horizon(): number {
    let next = 0
    while (next < this.last && this.held[next] === 1) next++
    return next + BITMAP_BLOCKS < this.last ? next + BITMAP_BLOCKS : this.last
  }

  /** The wait before the next resend: on a path slower than `retryMs` no block is sent twice before its ACK can be here. */
  private wait(): number {
    const wait = retryWait(this.limits, this.limits.retryMs, this.doublings, this.jitter)
    const least = retryWait(this.limits, this.roundTrip.least * 1.25, 0, this.jitter)
    return wait > least ? wait : least
  }

  /** Enough was resent into the silence: the rest waits for an ACK or the end of the round. */
  private isBlind(now: number): boolean {
    return this.blind >= BLIND && now < this.roundEnds
  }

  /** A block that several sent after it have overtaken is lost: it goes again at once, and no wait doubles for it. */
  private findLost(): void {
    for (let i = 0; i <= this.last; i++) {
      if (this.held[i] === 1 || this.sent[i] !== FLYING) continue
      let overtakers = 0
      for (let k = 0; k <= this.last && overtakers < OVERTAKERS; k++) {
        if (this.held[k] === 1 && this.order[k]! > this.order[i]!) overtakers++
      }
      if (overtakers >= OVERTAKERS) this.sent[i] = LOST
    }
  }

  private believe(ack: AckFrame, now: number): boolean {
    let wentBack = false
    for (let i = 0; i <= this.last; i++) {
      const says = saysOf(ack, i)
      if (says === "nothing") break
      if (says === "missing" && this.held[i] === 1) wentBack = true
      if (says === "held" && this.held[i] === 0 && this.sent[i] !== NEW) this.roundTrip.heard(i, now, this.limits.retryMs)
      this.held[i] = says === "held" ? 1 : 0
    }
    if (wentBack) for (let i = ack.next + BITMAP_BLOCKS + 1; i <= this.last; i++) this.held[i] = 0
    return wentBack
  }

  /** The other end lost blocks, or an ACK was late. What it gains from here on is progress again, but only so often, or a liar could keep us up. */
  private goBack(count: number): void {
    if (!this.active) this.refresh(1)
    if (this.backs >= 8) return
    this.backs++
    if (count < this.best) this.best = count
  }

  private refresh(window: number): void {
    this.active = true
    this.delivered = false
    this.window = window
    this.doublings = 0
    this.roundEnds = 0
    this.blind = 0
  }

  /** A block timed out: once a round the wait doubles, unless the other end was heard of late, and from the second round without progress on fewer blocks fly. */
  private repeats(now: number): void {
    this.blind++
    if (now < this.roundEnds) return
    this.blind = 1
    if (this.doublings > 0 && this.window > LEAST_WINDOW) this.window = this.window >> 1
    if (this.heardAt === undefined || now - this.heardAt > LOSS * this.limits.retryMs) this.doublings++
    this.roundEnds = now + this.wait()
  }
}
