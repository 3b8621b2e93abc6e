/**
 * A device's side of a key transfer, PROTOCOL section 7: one request goes up, its answer comes down under the same number and is the only one taken.
 * When all falls silent one block of the request asks again, for a KMS that was restarted or gave up starts its stored answer on DATA of the request.
 */
import type { Fault } from "../base/fault.ts"
import { Channel, earlier, type BlockKeeper, type ChannelEvent, type ChannelLimits, type ChannelOutput, type Jitter } from "./channel.ts"
import { retryWait } from "./sender.ts"

/** What an asking channel is made of. */
export interface AskOptions {
  /** Longest frame in octets of the path; 32 or more. */
  readonly mtu: number
  readonly limits: ChannelLimits
  readonly jitter: Jitter
  /** Where the answer's blocks outlive a power cut. */
  readonly keeper: BlockKeeper
}

/** Silence after which the request is repeated: 8 retry times, then twice that, and so on to the longest. */
const FIRST_SILENCE = 3

export class AskChannel {
  private readonly channel: Channel
  private readonly options: AskOptions
  private asked: number | undefined
  private silences: number
  private quietAt: number

  constructor(options: AskOptions) {
    const admission = { admits: (transfer: number) => transfer === this.asked, fits: () => true }
    this.options = options
    this.channel = new Channel({ mtu: options.mtu, limits: options.limits, jitter: options.jitter, admission, keeper: options.keeper })
    this.asked = undefined
    this.silences = FIRST_SILENCE
    this.quietAt = 0
  }

  /** Whether a new request may have this number; if not, draw its RAND anew. */
  free(transfer: number): boolean {
    return this.channel.free(transfer)
  }

  /** Sends a new request, or answers Fault wire/size; `transfer` is the first two octets of its hash. An earlier one and what came of its answer go. */
  ask(request: Uint8Array, transfer: number, now: number): Fault | undefined {
    this.channel.receiver.clean()
    return this.start(request, transfer, now)
  }

  /** Goes on with a request after a power cut or a give-up, from the blocks that the store keeps; answers `received` when they are all there. */
  resume(request: Uint8Array, transfer: number, now: number): ChannelEvent | Fault | undefined {
    const fault = this.start(request, transfer, now)
    if (fault !== undefined) return fault
    if (this.channel.receiver.restore(transfer, now)) {
      this.channel.sender.stop()
      return { kind: "received", transfer, octets: this.channel.receiver.message()! }
    }
    this.channel.sender.probe()
    return undefined
  }

  /** The answer of this number was taken in an earlier life, and its KMS may not know: it is acknowledged again, and its blocks go. */
  taken(transfer: number): void {
    this.channel.receiver.finish(transfer)
  }

  /** Takes what the link brought: strangers' octets. */
  receive(octets: Uint8Array, now: number): ChannelEvent | Fault | undefined {
    const event = this.channel.receive(octets, now)
    if (event === undefined || "fault" in event) return event
    // the other end repeats an answer that is finished: it gets its ACK, and nothing is asked
    if (event.kind === "again") return undefined
    if (event.kind === "progress" && event.way === "in") this.channel.progressed(now)
    this.heard(now)
    return event
  }

  /** The keys of the answer are held durably: the KMS is told, and this request is over. */
  accept(now: number): void {
    if (this.asked === undefined) return
    this.channel.accept(this.asked, now)
    this.end()
  }

  /** The answer does not verify: its blocks go and the KMS sends it anew. */
  reject(now: number): void {
    if (this.asked === undefined) return
    this.channel.reject(this.asked, now)
    this.heard(now)
  }

  /** Ends the request, wherever it stands; what the store keeps of its answer stays for `resume`. */
  end(): void {
    this.asked = undefined
    this.channel.sender.stop()
  }

  /** What is due at `now`; call it until it answers undefined. After `gaveUp` the request goes on with `resume`. */
  poll(now: number): ChannelOutput | undefined {
    const output = this.channel.poll(now)
    if (output !== undefined && output.kind === "gaveUp") this.asked = undefined
    if (output !== undefined || !this.waits()) return output
    if (now >= this.channel.givesUpAt()) {
      const transfer = this.asked!
      this.asked = undefined
      return { kind: "gaveUp", transfer }
    }
    if (now < this.quietAt) return undefined
    this.silences++
    this.quietAt = now + this.silence()
    this.channel.sender.probe()
    return this.channel.poll(now)
  }

  /** The request is given up at this time unless there is progress; undefined when there is none. */
  givesUpAt(): number | undefined {
    return this.asked === undefined ? undefined : this.channel.givesUpAt()
  }

  /** The path is there again: what waited for it begins to wait anew. */
  pathOpened(now: number): void {
    this.channel.progressed(now)
    this.channel.sender.hurry(now)
    this.heard(now)
  }

  /** When `poll` has something next. */
  wakeAt(): number | undefined {
    return earlier(this.channel.wakeAt(), this.waits() ? earlier(this.quietAt, this.channel.givesUpAt()) : undefined)
  }

  /** The request is there, its answer not yet here. */
  private waits(): boolean {
    return this.asked !== undefined && !this.channel.sender.active && this.channel.receiver.message() === undefined
  }

  private start(request: Uint8Array, transfer: number, now: number): Fault | undefined {
    this.asked = undefined
    const fault = this.channel.send(request, transfer, now)
    if (fault !== undefined) return fault
    this.asked = transfer
    this.heard(now)
    return undefined
  }

  private heard(now: number): void {
    this.silences = FIRST_SILENCE
    this.quietAt = now + this.silence()
  }

  private silence(): number {
    return retryWait(this.options.limits, this.options.limits.retryMs, this.silences, this.options.jitter)
  }
}
