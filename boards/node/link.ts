/**
 * A link over MQTT 3.1.1 or 5. It reconnects by itself and then says `onReady` again; subscriptions end with a connection, so that they are made anew in
 * every `onReady`, as on boards whose broker forgets them. Retained messages are dropped: PROTOCOL section 7 has none.
 */
import { connect, type IClientOptions, type MqttClient } from "mqtt"
import type { Link, LinkEvents } from "../../sdk/port.ts"

/** Where and how a node board reaches its broker. */
export interface MqttOptions {
  /** `mqtt://host:1883`, `mqtts://host:8883`, `ws://...` or `wss://...`. */
  readonly url: string
  /** MQTT version: 4 is 3.1.1 (default), 5 is 5. */
  readonly version?: 4 | 5
  /** Default 0. */
  readonly qos?: 0 | 1
  /** Longest payload in octets, 32 to 65535; default 65535. */
  readonly mtu?: number
  /** Publishes that wait for the socket or the broker before one is refused; default 64. */
  readonly queue?: number
  readonly clientId?: string
  readonly username?: string
  readonly password?: string
  /** Seconds between keep-alives; default 60. */
  readonly keepaliveSeconds?: number
  /** Milliseconds between attempts to connect; default 1000. */
  readonly reconnectMs?: number
  /** Passed on to the TLS layer: ca, cert, key, servername, rejectUnauthorized, ... */
  readonly tls?: Pick<IClientOptions, "ca" | "cert" | "key" | "servername" | "rejectUnauthorized" | "ALPNProtocols">
  /** Told in words why there is no connection or no subscription. */
  readonly onTrouble?: (why: string) => void
}

export class MqttLink implements Link {
  readonly mtu: number
  private readonly options: MqttOptions
  private client: MqttClient | undefined
  private events: LinkEvents | undefined
  private ready: boolean
  private waiting: number
  private starved: boolean

  constructor(options: MqttOptions) {
    const mtu = options.mtu ?? 65535
    if (mtu < 32 || mtu > 65535) throw new Error(`mtu: expected 32 to 65535 octets, got ${mtu}`)
    this.mtu = mtu
    this.options = options
    this.client = undefined
    this.events = undefined
    this.ready = false
    this.waiting = 0
    this.starved = false
  }

  open(events: LinkEvents): void {
    if (this.client !== undefined) return
    this.events = events
    const client = connect(this.options.url, clientOptions(this.options))
    this.client = client
    // a client that was closed may still have something to say
    const ours = (act: () => void) => (): void => (client === this.client ? act() : undefined)
    client.on("connect", ours(() => this.connected()))
    client.on("close", ours(() => this.closed()))
    client.on("error", (error) => this.trouble(error.message))
    client.on("message", (topic, payload, packet) => {
      // a copy: the payload is a view of what came in one read
      if (client === this.client && this.ready && !packet.retain) events.onMessage(topic, new Uint8Array(payload))
    })
  }

  publish(topic: string, payload: Uint8Array): boolean {
    const client = this.client
    if (client === undefined || !this.ready || !client.connected || payload.length > this.mtu || topic.includes("+") || topic.includes("#")) return false
    if (this.waiting >= (this.options.queue ?? 64)) {
      this.starved = true
      return false
    }
    this.waiting++
    client.publish(topic, Buffer.from(payload), { qos: this.options.qos ?? 0 }, () => this.written(client))
    return true
  }

  subscribe(topic: string): boolean {
    const client = this.client
    if (client === undefined || !this.ready || !client.connected) return false
    client.subscribe(topic, { qos: this.options.qos ?? 0 }, (error, granted) => {
      const refused = (granted ?? []).some((grant) => grant.qos >= 128)
      if (client === this.client && client.connected && (error !== null || refused)) this.trouble(`the broker refused the subscription to ${topic}: check its access rules`)
    })
    return true
  }

  close(): void {
    const client = this.client
    this.client = undefined
    this.events = undefined
    this.ready = false
    this.waiting = 0
    this.starved = false
    if (client !== undefined) client.end(true)
  }

  private connected(): void {
    this.ready = true
    this.waiting = 0
    this.starved = false
    this.events!.onReady()
  }

  private closed(): void {
    const was = this.ready
    this.ready = false
    if (was) this.events!.onClosed()
  }

  private written(client: MqttClient): void {
    if (client !== this.client || this.waiting === 0) return
    this.waiting--
    if (!this.starved) return
    this.starved = false
    // this may run within `publish`, and nobody is called back before that has returned
    setImmediate(() => (client === this.client && this.ready ? this.events!.onWritable() : undefined))
  }

  private trouble(why: string): void {
    if (this.options.onTrouble !== undefined) this.options.onTrouble(why)
  }
}

function clientOptions(options: MqttOptions): IClientOptions {
  return {
    ...options.tls,
    protocolVersion: options.version ?? 4,
    clean: true,
    resubscribe: false,
    queueQoSZero: false,
    clientId: options.clientId,
    username: options.username,
    password: options.password,
    keepalive: options.keepaliveSeconds ?? 60,
    reconnectPeriod: options.reconnectMs ?? 1000,
    reconnectOnConnackError: true,
  }
}
