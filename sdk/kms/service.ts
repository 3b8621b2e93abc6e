/**
 * The KMS on MQTT, PROTOCOL section 7: it subscribes the `up` topics of its parts and answers on the `down` topic of the device that asked.
 * The broker is trusted for delivery only. What the service holds in memory may go at any moment: after a restart a device repeats its request and gets
 * the octets that the store holds.
 */
import { randomBytes } from "node:crypto"
import type { IClientOptions, MqttClient } from "mqtt"
import { deviceOf, downTopic, partTopics, PARTS } from "../keys/topics.ts"
import type { Sym } from "../suite.ts"
import { answerer } from "./answer.ts"
import { devices, type Devices, type ServerLimits } from "./devices.ts"
import type { Log } from "./events.ts"
import type { OpenKms } from "./kms.ts"
import type { Store } from "./store.ts"
import { trouble, words } from "./trouble.ts"
import type { Issuer } from "./types.ts"

/** How the broker is reached. */
export interface ServiceBroker {
  /** mqtt://, mqtts://, ws:// or wss:// */
  readonly url: string
  /** 4 is MQTT 3.1.1, 5 is MQTT 5. */
  readonly protocol: 4 | 5
  readonly username?: string
  readonly password?: string
  /** PEM: the broker's authority, and our certificate and key where it asks for them. */
  readonly tls?: { readonly ca?: string | Buffer; readonly cert?: string | Buffer; readonly key?: string | Buffer }
}

/** What a service is made of. Whoever opened `store` and `open` closes them after it. */
export interface ServiceOptions {
  readonly store: Store
  readonly open: OpenKms
  readonly issuer: Issuer
  readonly sym: Sym
  readonly broker: ServiceBroker
  /** Parts that this server serves, out of the 64; each part is one server's at a time. Default: all. */
  readonly parts?: string
  /** Default 0: the channel repeats what is lost. */
  readonly qos?: 0 | 1
  readonly limits?: Partial<ServerLimits>
  readonly log?: Log
  /** Seconds since 1970-01-01 UTC; default: this machine's clock. */
  readonly utc?: () => number
}

/** A running service. */
export interface Service {
  /** Resolves when the broker has taken the subscriptions for the first time. */
  readonly ready: Promise<void>
  /** Devices held in memory, and what was dropped by reason. */
  counts(): { readonly devices: number; readonly dropped: Record<string, number> }
  /** Ends the answers in work, then the connection. */
  close(): Promise<void>
}

/** A server of one region: some thousand radios, each of which asks a few times a day. */
export const serverLimits: ServerLimits = {
  devices: 4096,
  framesPerDevice: { perSecond: 100, burst: 600 },
  frames: { perSecond: 20000, burst: 40000 },
  requestsPerDevice: { perSecond: 0.5, burst: 10 },
  lookups: { perSecond: 500, burst: 1000 },
  waiting: 4096,
  atOnce: 4,
  transferSeconds: 300,
  retryMs: 1000,
  retryMaxMs: 60000,
}

const RECONNECT_MS = 1000
const CONNECT_MS = 10000

/** Starts the service. It keeps trying while the broker is away, and says so to `log`. */
export async function serve(o: ServiceOptions): Promise<Service> {
  const log = o.log ?? (() => undefined)
  const { connect } = await import("mqtt")
  const client = connect(o.broker.url, connection(o))
  const publish = (device: string, frame: Uint8Array): boolean => {
    if (!client.connected) return false
    client.publish(downTopic(o.open.name, device), Buffer.from(frame), { qos: o.qos ?? 0 }, () => undefined)
    return true
  }
  const utc = o.utc ?? (() => Date.now() / 1000)
  const answer = answerer({ store: o.store, vault: o.open.vault, kms: o.open.kms, issuer: o.issuer, utc })
  const limits = { ...serverLimits, ...o.limits }
  const all = devices({ store: o.store, answer, sym: o.sym, limits, log, publish, now: () => performance.now() })
  let ending = false
  const ready = attend(client, all, o, (event) => ending || log(event))
  const close = async (): Promise<void> => {
    await all.stop()
    ending = true
    await client.endAsync(!client.connected)
  }
  return { ready, counts: () => all.counts(), close }
}

function connection(o: ServiceOptions): IClientOptions {
  const { protocol, username, password, tls } = o.broker
  const options: IClientOptions = {
    protocolVersion: protocol,
    clientId: `kms-${randomBytes(8).toString("hex")}`,
    // after a restart nothing of an old session is of use: devices repeat
    clean: true,
    resubscribe: false,
    reconnectPeriod: RECONNECT_MS,
    connectTimeout: CONNECT_MS,
    queueQoSZero: false,
    username,
    password,
  }
  return { ...options, ...tls }
}

/** Joins the client's events to the devices; resolves at the first subscription. */
function attend(client: MqttClient, all: Devices, o: ServiceOptions, log: Log): Promise<void> {
  const broker = withoutCredentials(o.broker.url)
  const topics = [...(o.parts ?? PARTS)].map((part) => partTopics(o.open.name, part))
  let up = false
  client.on("message", (topic, payload, packet) => {
    const device = deviceOf(topic, o.open.name)
    if (device !== undefined && !packet.retain) all.frame(device, new Uint8Array(payload))
  })
  client.on("error", (error) => log({ event: "trouble", code: "broker/connect", line: trouble("broker/connect", `The broker ${broker}: ${words(error)}`).message }))
  client.on("close", () => {
    if (up) log({ event: "disconnected", broker, line: trouble("broker/connect", `The broker ${broker} has gone; the service tries again every second`).message })
    up = false
  })
  return new Promise((resolve) => {
    client.on("connect", () => {
      up = true
      log({ event: "connected", broker })
      client.subscribe(topics, { qos: o.qos ?? 0 }, (error, granted) => {
        const refused = error ?? granted?.find((g) => g.qos > 2)
        if (refused) return log({ event: "trouble", code: "broker/connect", line: trouble("broker/connect", `The broker ${broker} refuses the subscription of ${topics[0]}`).message })
        log({ event: "serving", broker })
        all.writable()
        resolve()
      })
    })
  })
}

function withoutCredentials(url: string): string {
  try {
    const u = new URL(url)
    return `${u.protocol}//${u.host}`
  } catch {
    return "broker"
  }
}
