/**
 * A broker that lies: every party has a broker of its own, and what passes between them goes through one pair of hands, which drop it, double it, hold it
 * back or bring it under a topic of somebody else. Real MQTT on all sides.
 */
import { connectAsync, type MqttClient } from "mqtt"
import { startBroker } from "../../sdk/kms/index.ts"
import { seeded } from "../fixture.ts"

/** Shares of frames, 0 to 1. */
export interface Lies {
  readonly drop: number
  readonly double: number
  readonly swap: number
}

/** What was done so far. */
export interface Told {
  passed: number
  dropped: number
  doubled: number
  swapped: number
}

/** A running liar; `urls` in the order of the parties. */
export interface Liar {
  readonly urls: readonly string[]
  readonly told: Told
  close(): Promise<void>
}

/** Starts a broker for each party; `hears` tells the party that a topic is meant for. The dice fall as `seed` says. */
export async function startLiar(parties: number, hears: (topic: string) => number | undefined, lies: Lies, seed: string): Promise<Liar> {
  const draw = seeded(seed)
  const chance = (share: number): boolean => draw(1)![0]! < share * 256
  const brokers = await Promise.all(Array.from({ length: parties }, () => startBroker()))
  const hands: MqttClient[] = await Promise.all(brokers.map((b) => connectAsync(b.url)))
  const told: Told = { passed: 0, dropped: 0, doubled: 0, swapped: 0 }
  const topics: string[] = []
  const pass = (topic: string, payload: Buffer): void => {
    const to = hears(topic)
    if (to !== undefined) hands[to]!.publish(topic, payload)
  }
  const lie = (topic: string, payload: Buffer): void => {
    if (!topics.includes(topic)) topics.push(topic)
    if (chance(lies.drop)) return void told.dropped++
    if (chance(lies.swap)) {
      told.swapped++
      return pass(topics[draw(1)![0]! % topics.length]!, payload)
    }
    told.passed++
    pass(topic, payload)
    if (!chance(lies.double)) return
    told.doubled++
    pass(topic, payload)
  }
  for (const [i, hand] of hands.entries()) {
    await hand.subscribeAsync("ibake/1/#")
    // what a hand publishes at a party's broker comes back to it: that is no new frame
    hand.on("message", (topic, payload) => (hears(topic) === i ? undefined : lie(topic, payload)))
  }
  const close = async (): Promise<void> => {
    for (const hand of hands) await hand.endAsync(true)
    for (const broker of brokers) await broker.close()
  }
  return { urls: brokers.map((b) => b.url), told, close }
}
