/** A simulated client of MQTT.js for engines that cannot run the real one in a test, as its README documents it: events `connect`, `close`, `message`, a callback a publish. */
import type { HermesMqtt, HermesPacket } from "../../boards/hermes/port.ts"
import type { Client } from "../../boards/virtual/broker.ts"
import type { DeviceWorld } from "./world.ts"

type Heard = (topic: string, payload: Uint8Array, packet: HermesPacket) => void

export class MqttJsDevice implements HermesMqtt {
  private readonly world: DeviceWorld
  private readonly listeners: { event: string; heard: Heard }[] = []
  private client: Client | undefined

  constructor(world: DeviceWorld) {
    this.world = world
    world.after(10, () => {
      this.client = world.client((topic, payload) => this.emit("message", topic, payload))
      this.emit("connect", "", new Uint8Array(0))
    })
  }

  on(event: string, heard: Heard): void {
    this.listeners.push({ event, heard })
  }

  publish(topic: string, payload: Uint8Array, _options: { qos: 0 }, gone: () => void): void {
    this.world.publish(topic, payload)
    this.world.after(5, gone)
  }

  subscribe(topic: string): void {
    this.client?.filters.push(topic)
  }

  end(): void {
    if (this.client !== undefined) this.world.broker.disconnect(this.client)
    this.client = undefined
  }

  private emit(event: string, topic: string, payload: Uint8Array): void {
    for (const each of this.listeners) if (each.event === event) each.heard(topic, payload, { retain: false })
  }
}
