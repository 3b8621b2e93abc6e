/**
 * The constrained channel, PROTOCOL section 7: both directions with one peer, over datagrams of `mtu` octets that are lost, doubled and reordered at
 * will. No clock, no socket: time comes in as `now` (milliseconds that never go backwards), frames go out of `poll`, what happened comes back as values.
 * `Channel` carries messages whose number is the first two octets of their hash: calls, and a KMS's side of a key transfer. A device's side of a key
 * transfer is `AskChannel` of ask.ts. The user publishes what `poll` answers until it answers undefined, and comes back at `wakeAt`; a frame that the
 * link refuses is kept and published first when the link is writable again.
 */
import { isFault, refuse, type Fault } from "../base/fault.ts"
import type { Sym } from "../suite.ts"
import { decodeFrame, type AckFrame, type DataFrame } from "./frames.ts"
import { Receiver, type Admission, type BlockKeeper } from "./receiver.ts"
import { Sender, longest, type ChannelLimits, type Jitter } from "./sender.ts"

export type { Admission, BlockKeeper } from "./receiver.ts"
export type { ChannelLimits, Jitter } from "./sender.ts"
export { longest } from "./sender.ts"

/** What a frame brought about; each names its transfer. */
export type ChannelEvent =
  /** A whole message: answer it with `accept` or `reject`. */
  | { readonly kind: "received"; readonly transfer: number; readonly octets: Uint8Array }
  /** The other end has taken the whole message: told once. */
  | { readonly kind: "delivered"; readonly transfer: number }
  /** DATA of a finished message came again: who answers under its number calls `repeat`, and sends the stored answer if that was not at hand. */
  | { readonly kind: "again"; readonly transfer: number }
  /** More blocks arrived here ("in") or there ("out"). */
  | { readonly kind: "progress"; readonly transfer: number; readonly way: "in" | "out"; readonly held: number; readonly of: number }

/** What falls due. */
export type ChannelOutput =
  | { readonly kind: "publish"; readonly frame: Uint8Array }
  /** No progress for `transferSeconds`: the sending has ended, and is resumed by sending the same message again. */
  | { readonly kind: "gaveUp"; readonly transfer: number }

/** What a channel is made of. */
export interface ChannelOptions {
  /** Longest frame in octets that the peer and the path take; 32 or more. */
  readonly mtu: number
  readonly limits: ChannelLimits
  readonly jitter: Jitter
  readonly admission: Admission
  /** Where received blocks outlive a power cut; without it they are held in memory. */
  readonly keeper?: BlockKeeper
}

/** Numbers of the last so many messages are not drawn again. */
const LAST_NUMBERS = 4

/** The number of a message: the first two octets of its SHA-256. */
export function transferOf(sym: Sym, octets: Uint8Array): number {
  return transferOfHash(sym.sha256(octets))
}

/** The number of a message whose hash is at hand. */
export function transferOfHash(hash: Uint8Array): number {
  return hash[0]! * 256 + hash[1]!
}

/** Admission of requests and call messages: any number, which must be that of the message. */
export function byHash(sym: Sym): Admission {
  return { admits: () => true, fits: (transfer, octets) => transferOf(sym, octets) === transfer }
}

export class Channel {
  readonly sender: Sender
  readonly receiver: Receiver
  private readonly options: ChannelOptions
  private progressAt: number
  private numbers: number[]
  private told: boolean

  constructor(options: ChannelOptions) {
    if (options.mtu < 32) throw new Error("Channel: expected an mtu of 32 octets or more, got " + options.mtu)
    this.options = options
    this.sender = new Sender(options.mtu, options.limits, options.jitter)
    this.receiver = new Receiver(options.limits.transferOctets, options.admission, options.keeper)
    this.progressAt = 0
    this.numbers = []
    this.told = false
  }

  /** Whether a new message may have this number; if not, its sender draws its RAND anew. */
  free(transfer: number): boolean {
    return this.numbers.indexOf(transfer) < 0
  }

  /**
   * Sends a message of 1 to `longest(mtu, limits)` octets, or answers Fault wire/size. What was being sent before ends. The same message once more does
   * not begin anew: while it is on its way nothing happens, after that one block asks what the other end holds.
   */
  send(octets: Uint8Array, transfer: number, now: number): Fault | undefined {
    if (octets.length === 0) throw new Error("Channel.send: expected 1 octet or more, got none")
    if (octets.length > longest(this.options.mtu, this.options.limits)) return refuse("wire/size", "transfer")
    if (this.sender.holds(octets, transfer)) {
      this.repeat(transfer, now)
      return undefined
    }
    this.sender.start(octets, transfer)
    this.told = false
    this.progressAt = now
    if (this.free(transfer)) this.numbers.push(transfer)
    if (this.numbers.length > LAST_NUMBERS) this.numbers.shift()
    return undefined
  }

  /** Sends the last message again if it has this number, from one block that asks what the other end holds; nothing if it is on its way. */
  repeat(transfer: number, now: number): boolean {
    if (this.sender.transfer !== transfer) return false
    if (this.sender.active) return true
    this.sender.probe()
    this.progressAt = now
    return true
  }

  /** Takes what the link brought: strangers' octets. A Fault says why it was ignored. */
  receive(octets: Uint8Array, now: number): ChannelEvent | Fault | undefined {
    const frame = decodeFrame(octets)
    if (isFault(frame)) return frame
    return frame.kind === "data" ? this.data(frame, now) : this.ack(frame, now)
  }

  /** The received message is taken for good, durably where that matters: its sender is told. */
  accept(transfer: number, now: number): void {
    this.receiver.accept(transfer, now)
  }

  /** The received message is not what it should be (its V failed): its sender begins anew. */
  reject(transfer: number, now: number): void {
    this.receiver.reject(transfer, now)
  }

  /** What is due at `now`; call it until it answers undefined. */
  poll(now: number): ChannelOutput | undefined {
    const ack = this.receiver.poll(now)
    if (ack !== undefined) return { kind: "publish", frame: ack }
    if (!this.sender.active) return undefined
    if (now >= this.givesUpAt()) {
      this.sender.stop()
      return { kind: "gaveUp", transfer: this.sender.transfer! }
    }
    const data = this.sender.poll(now)
    return data === undefined ? undefined : { kind: "publish", frame: data }
  }

  /** When `poll` has something next; a time that has passed means at once, undefined not before something is sent or received. */
  wakeAt(): number | undefined {
    const ack = this.receiver.wakeAt()
    const data = this.sender.wakeAt()
    const end = this.sender.active ? this.givesUpAt() : undefined
    return earlier(ack, earlier(data, end))
  }

  /** The transfer is given up at this time unless there is progress. */
  givesUpAt(): number {
    return this.progressAt + this.options.limits.transferSeconds * 1000
  }

  /** Notes progress: the limit counts from now. */
  progressed(now: number): void {
    this.progressAt = now
  }

  /** Nothing is sent, owed or half received: a server may forget this channel. */
  idle(): boolean {
    return !this.sender.active && this.receiver.idle()
  }

  private data(frame: DataFrame, now: number): ChannelEvent | Fault | undefined {
    const taken = this.receiver.take(frame, now)
    const transfer = frame.transfer
    if (isFault(taken)) return taken
    this.sender.hurry(now)
    if (taken === "held") return undefined
    if (taken === "block") return { kind: "progress", transfer, way: "in", held: this.receiver.heldBlocks(), of: frame.last + 1 }
    if (taken === "complete") return { kind: "received", transfer, octets: this.receiver.message()! }
    return { kind: "again", transfer }
  }

  private ack(frame: AckFrame, now: number): ChannelEvent | Fault | undefined {
    const transfer = frame.transfer
    const active = this.sender.active
    const heard = this.sender.hear(frame, now)
    if (heard === "stray") return refuse("channel/frame", "ACK.transfer")
    this.sender.hurry(now)
    const arrived = heard === "delivered" && !this.told
    if (heard === "progress" || arrived || (!active && this.sender.active)) this.progressAt = now
    if (arrived) {
      this.told = true
      return { kind: "delivered", transfer }
    }
    if (heard !== "progress") return undefined
    return { kind: "progress", transfer, way: "out", held: this.sender.heldBlocks(), of: this.sender.blocks() }
  }
}

/** The earlier of two times, of which either may be absent. */
export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b
  return b === undefined || a < b ? a : b
}
