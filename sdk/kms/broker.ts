/** An MQTT 3.1.1 broker inside this process (aedes), on loopback unless told otherwise. For demos, tests and single sites; any other broker will do too. */
import { randomBytes, timingSafeEqual } from "node:crypto"
import { createServer, type AddressInfo, type Server, type Socket } from "node:net"
import { createServer as createTlsServer, type TlsOptions } from "node:tls"
import type { Aedes, AedesOptions } from "aedes"
import { downTopic, isDeviceId, upTopic } from "../keys/topics.ts"
import { trouble, words } from "./trouble.ts"

/** How a broker is run. */
export interface BrokerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: a free one. */
  readonly port?: number
  /** Certificate and key: MQTT over TLS. */
  readonly tls?: TlsOptions
  /** Keeps each client to the topics of its own device: its user name is its device id. Absent: everybody may everything. */
  readonly accounts?: {
    /** KMS whose topics are served, by its topic name. */
    readonly kms: string
    /** Whether this device may connect with this password. */
    readonly admits: (device: string, password: Uint8Array | undefined) => boolean
  }
}

/** A running broker. */
export interface Broker {
  /** mqtt:// or mqtts:// with host and port. */
  readonly url: string
  readonly port: number
  /** What the KMS itself connects with where there are accounts. */
  readonly server: { readonly username: string; readonly password: string }
  /** Ends every connection and frees the port. */
  close(): Promise<void>
}

const SERVER = "kms"

/** Starts a broker; Trouble broker/connect when the port is taken. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { Aedes } = await quietly(() => import("aedes"))
  const password = randomBytes(24).toString("base64url")
  const aedes = await Aedes.createBroker(options.accounts === undefined ? {} : rules(options.accounts, password))
  const sockets = new Set<Socket>()
  const take = (socket: Socket): void => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
    // a client that breaks off is no news
    socket.on("error", () => undefined)
    aedes.handle(socket)
  }
  const net = options.tls === undefined ? createServer(take) : createTlsServer(options.tls, take)
  const host = options.host ?? "127.0.0.1"
  try {
    await listening(net, options.port ?? 0, host)
  } catch (error) {
    aedes.close()
    throw error
  }
  const port = (net.address() as AddressInfo).port
  const url = `${options.tls === undefined ? "mqtt" : "mqtts"}://${host.includes(":") ? `[${host}]` : host}:${port}`
  return { url, port, server: { username: SERVER, password }, close: () => closed(aedes, net, sockets) }
}

function listening(net: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    net.once("error", (error) => reject(trouble("broker/connect", `The broker cannot listen on ${host}:${port}: ${words(error)}`, error)))
    net.listen(port, host, resolve)
  })
}

async function closed(aedes: Aedes, net: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const done = new Promise<void>((resolve) => net.close(() => resolve()))
  for (const socket of sockets) socket.destroy()
  await new Promise<void>((resolve) => aedes.close(() => resolve()))
  await done
}

function rules(accounts: NonNullable<BrokerOptions["accounts"]>, server: string): AedesOptions {
  const names = new WeakMap<object, string>()
  const may = (client: object | null, allowed: (device: string) => boolean): boolean => {
    const name = client === null ? SERVER : names.get(client)
    return name === SERVER || (name !== undefined && allowed(name))
  }
  return {
    authenticate(client, username, password, done): void {
      const admitted = username === SERVER ? sameSecret(password, server) : isDeviceId(username ?? "") && accounts.admits(username!, password)
      if (admitted) names.set(client, username!)
      if (admitted) done(null, true)
      else done(Object.assign(new Error("not admitted"), { returnCode: 4 }), false)
    },
    authorizePublish(client, packet, done): void {
      const ok = may(client, (device) => !packet.retain && (packet.topic === upTopic(accounts.kms, device) || isCall(packet.topic)))
      done(ok ? null : new Error("not a topic of this device"))
    },
    authorizeSubscribe(client, subscription, done): void {
      const ok = may(client, (device) => subscription.topic === downTopic(accounts.kms, device) || isCalled(subscription.topic))
      // null is MQTT's failure code for this subscription; an error would end the connection
      done(null, ok ? subscription : null)
    },
  }
}

function sameSecret(given: Uint8Array | undefined, expected: string): boolean {
  const right = Buffer.from(expected)
  return given !== undefined && given.length === right.length && timingSafeEqual(given, right)
}

/** Call ids are made of identities, which this broker does not know: any device may call any. */
function isCall(topic: string): boolean {
  const parts = topic.split("/")
  return parts.length === 5 && topic.startsWith("ibake/1/call/") && isDeviceId(parts[3]!) && isDeviceId(parts[4]!)
}

function isCalled(topic: string): boolean {
  const parts = topic.split("/")
  return parts.length === 5 && topic.startsWith("ibake/1/call/") && isDeviceId(parts[3]!) && parts[4] === "+"
}

/** Node 20 warns of the JSON import inside aedes; an operator can do nothing about it. */
async function quietly<T>(load: () => Promise<T>): Promise<T> {
  const warn = process.emitWarning
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!/Importing JSON modules/.test(words(warning))) (warn as (...all: unknown[]) => void)(warning, ...rest)
  }) as typeof process.emitWarning
  try {
    return await load()
  } finally {
    process.emitWarning = warn
  }
}
