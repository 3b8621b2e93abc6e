/** The paths to other radios: one constrained channel for each, PROTOCOL section 7, so many at once. */
import { copy } from "../base/bytes.ts"
import { isFault, refuse, type Fault } from "../base/fault.ts"
import { byHash, Channel, longest, transferOf, type ChannelLimits, type Jitter } from "../keys/channel.ts"
import { decodeFrame } from "../keys/frames.ts"
import type { Sym } from "../suite.ts"
import type { Air } from "./air.ts"

/** What the paths are made of. A path is named by the topic that its peer hears us on. */
export interface PeersParts {
  readonly sym: Sym
  readonly mtu: number
  readonly limits: ChannelLimits
  readonly jitter: Jitter
  readonly air: Air
  /** A whole message of a peer. */
  onMessage(from: string, octets: Uint8Array): void
  onIgnored(fault: Fault): void
}

/** A message on its way, named by the exchange it belongs to: a later one of the same exchange takes its place. */
interface Outgoing {
  readonly exchange: unknown
  readonly octets: Uint8Array
}

interface Peer {
  /** Topic that it hears us on: it names both ends. */
  readonly topic: string
  readonly channel: Channel
  sending: unknown
  waiting: Outgoing[]
  /** Tick of the last frame in or message out. */
  used: number
}

/** Radios that a device exchanges frames with at once; the one silent for longest goes. */
const PEERS = 8

/** Messages that wait for one peer's path. */
const WAITING = 4

export class Peers {
  private readonly parts: PeersParts
  private peers: Peer[]

  constructor(parts: PeersParts) {
    this.parts = parts
    this.peers = []
  }

  /** Sends a message, after what other exchanges have on their way to the same peer; Fault wire/size or rate/limited. */
  send(to: string, exchange: unknown, octets: Uint8Array, now: number): Fault | undefined {
    if (octets.length > longest(this.parts.mtu, this.parts.limits)) return refuse("wire/size", "transfer")
    const peer = this.peer(to, now)
    peer.waiting = others(peer.waiting, exchange)
    if (peer.waiting.length >= WAITING) return refuse("rate/limited", "path")
    if (peer.sending === exchange) peer.sending = undefined
    peer.waiting.push({ exchange, octets })
    this.next(peer, now)
    return undefined
  }

  /** Takes an exchange's messages off every path: it is over. */
  cancel(exchange: unknown, now: number): void {
    for (let i = 0; i < this.peers.length; i++) {
      const peer = this.peers[i]!
      peer.waiting = others(peer.waiting, exchange)
      if (peer.sending !== exchange) continue
      peer.channel.sender.stop()
      peer.sending = undefined
      this.next(peer, now)
    }
  }

  /** Frames of a peer. */
  onFrame(from: string, octets: Uint8Array, now: number): void {
    const frame = decodeFrame(octets)
    // only a block can be the first of a peer's frames; noise takes nobody's place
    const peer = isFault(frame) ? undefined : frame.kind === "data" ? this.peer(from, now) : this.known(from)
    if (peer === undefined) return this.parts.onIgnored(isFault(frame) ? frame : refuse("channel/frame", "ACK.transfer"))
    peer.used = now
    const event = peer.channel.receive(octets, now)
    if (event === undefined) return
    if (isFault(event)) return this.parts.onIgnored(event)
    if (event.kind === "received") {
      const message = copy(event.octets)
      peer.channel.accept(event.transfer, now)
      this.parts.onMessage(from, message)
    }
    if (event.kind === "delivered") {
      peer.sending = undefined
      this.next(peer, now)
    }
  }

  private next(peer: Peer, now: number): void {
    if (peer.sending !== undefined) return
    const message = peer.waiting.shift()
    if (message === undefined) return
    peer.sending = message.exchange
    peer.channel.send(message.octets, transferOf(this.parts.sym, message.octets), now)
  }

  private known(topic: string): Peer | undefined {
    for (let i = 0; i < this.peers.length; i++) if (this.peers[i]!.topic === topic) return this.peers[i]
    return undefined
  }

  private peer(topic: string, now: number): Peer {
    const known = this.known(topic)
    if (known !== undefined) {
      known.used = now
      return known
    }
    if (this.peers.length >= PEERS) this.peers.splice(this.oldest(), 1)
    const options = { mtu: this.parts.mtu, limits: this.parts.limits, jitter: this.parts.jitter, admission: byHash(this.parts.sym) }
    const peer: Peer = { topic, channel: new Channel(options), sending: undefined, waiting: [], used: now }
    this.peers.push(peer)
    return peer
  }

  /** The path to give up: one that nothing is on its way on, then the one with the fewest blocks, then the one silent for longest. */
  private oldest(): number {
    let at = 0
    for (let i = 1; i < this.peers.length; i++) {
      const difference = worth(this.peers[i]!) - worth(this.peers[at]!)
      if (difference < 0 || (difference === 0 && this.peers[i]!.used < this.peers[at]!.used)) at = i
    }
    return at
  }

  /** Whether a message is on its way to anybody. */
  sending(): boolean {
    for (let i = 0; i < this.peers.length; i++) if (this.peers[i]!.channel.sender.active) return true
    return false
  }

  /** The link is open again: what waited out a silence goes soon. */
  hurry(now: number): void {
    for (let i = 0; i < this.peers.length; i++) this.peers[i]!.channel.sender.hurry(now)
  }

  turn(now: number): void {
    for (let i = 0; i < this.peers.length; i++) {
      const peer = this.peers[i]!
      while (this.parts.air.free()) {
        const output = peer.channel.poll(now)
        if (output === undefined) break
        if (output.kind === "publish") this.parts.air.publish(peer.topic, output.frame)
        else {
          peer.sending = undefined
          this.parts.onIgnored(refuse("channel/gave-up", "call"))
          this.next(peer, now)
        }
      }
    }
  }

  wakeAt(): number | undefined {
    if (!this.parts.air.free()) return undefined
    let next: number | undefined
    for (let i = 0; i < this.peers.length; i++) {
      const at = this.peers[i]!.channel.wakeAt()
      if (at !== undefined && (next === undefined || at < next)) next = at
    }
    return next
  }
}

/** More than any number of blocks received. */
const SENDING = 256

function worth(peer: Peer): number {
  return (peer.sending === undefined ? 0 : SENDING) + peer.channel.receiver.heldBlocks()
}

function others(messages: readonly Outgoing[], exchange: unknown): Outgoing[] {
  const out: Outgoing[] = []
  for (let i = 0; i < messages.length; i++) if (messages[i]!.exchange !== exchange) out.push(messages[i]!)
  return out
}
