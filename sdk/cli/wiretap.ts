/** What the operator of the network sees: every message of KMS and calls, put together from the frames that pass the broker. */
import { MqttLink } from "../../boards/node/link.ts"
import { copy } from "../base/bytes.ts"
import { Receiver } from "../keys/receiver.ts"
import { decodeFrame } from "../keys/frames.ts"


/** A message as it passed. */
export interface Tapped {
  readonly topic: string
  readonly octets: Uint8Array
  /** Its number on the channel. */
  readonly transfer: number
  /** When its first block passed, and its last, in milliseconds of this process. */
  readonly from: number
  readonly at: number
}

/** A running wiretap. */
export interface Wiretap {
  readonly messages: readonly Tapped[]
  /** DATA frames that passed, by topic and transfer. */
  frames(topic: string, transfer: number): number
  close(): void
}

/** Listens to all of `ibake/1/` on a broker; `told` is called for each message that passes whole. */
export async function wiretap(url: string, told: (message: Tapped) => void): Promise<Wiretap> {
  const messages: Tapped[] = []
  const counts = new Map<string, number>()
  const receivers = new Map<string, { readonly receiver: Receiver; since: number; transfer: number }>()
  const take = (topic: string, payload: Uint8Array): void => {
    const frame = decodeFrame(payload)
    if (!("kind" in frame) || frame.kind !== "data") return
    const key = `${topic} ${frame.transfer}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
    const now = performance.now()
    const of = receivers.get(topic) ?? { receiver: new Receiver(65535, { admits: () => true, fits: () => true }, undefined), since: now, transfer: -1 }
    receivers.set(topic, of)
    if (of.transfer !== frame.transfer) Object.assign(of, { since: now, transfer: frame.transfer })
    if (of.receiver.take(frame, now) !== "complete") return
    const octets = copy(of.receiver.message()!)
    of.receiver.accept(frame.transfer, now)
    const message = { topic, octets, transfer: frame.transfer, from: of.since, at: now }
    messages.push(message)
    told(message)
  }
  const link = new MqttLink({ url })
  await new Promise<void>((resolve) => {
    const onReady = (): void => (link.subscribe("ibake/1/#"), resolve())
    link.open({ onReady, onMessage: take, onWritable: () => undefined, onClosed: () => undefined })
  })
  return { messages, frames: (topic, transfer) => counts.get(`${topic} ${transfer}`) ?? 0, close: () => link.close() }
}

