/** MQTT topics of PROTOCOL section 7: key transfers under `ibake/1/<kms>/...`, calls under `ibake/1/call/...`. */
import { base64url } from "../base/bytes.ts"
import type { Sym } from "../suite.ts"

/** Device id: base64url of the first 9 octets of H(identity data), 12 characters. For key transfers the identity is IDRpsk. */
export function deviceId(sym: Sym, identityData: Uint8Array): string {
  return base64url(sym.sha256(identityData).subarray(0, 9))
}

/** Whether a segment of a topic can be a device id: 12 characters of base64url. */
export function isDeviceId(segment: string): boolean {
  if (segment.length !== 12) return false
  for (let i = 0; i < 12; i++) if (!isBase64url(segment.charCodeAt(i))) return false
  return true
}

/** Whether a KMS's name from enrolment can be a topic segment: 1 to 64 characters of [A-Za-z0-9._-]; `call` is taken. */
export function isKmsName(name: string): boolean {
  if (name.length < 1 || name.length > 64 || name === "call") return false
  for (let i = 0; i < name.length; i++) if (!isBase64url(name.charCodeAt(i)) && name.charAt(i) !== ".") return false
  return true
}

/** Where a device publishes its requests. */
export function upTopic(kms: string, device: string): string {
  return "ibake/1/" + kms + "/" + device.charAt(0) + "/" + device + "/up"
}

/** Where a device hears its answers. */
export function downTopic(kms: string, device: string): string {
  return "ibake/1/" + kms + "/" + device.charAt(0) + "/" + device + "/down"
}

/** What a server of a part subscribes; a part is one character of base64url. */
export function partTopics(kms: string, part: string): string {
  return "ibake/1/" + kms + "/" + part + "/+/up"
}

/** The 64 parts. */
export const PARTS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

/** The device that a topic `.../<part>/<device>/up` of this KMS belongs to, or undefined. */
export function deviceOf(topic: string, kms: string): string | undefined {
  const start = "ibake/1/" + kms + "/"
  const device = topic.substring(start.length + 2, topic.length - 3)
  return isDeviceId(device) && topic === upTopic(kms, device) ? device : undefined
}

/** Where `from` publishes to `to`: both are device ids of the identities. */
export function callTopic(to: string, from: string): string {
  return "ibake/1/call/" + to + "/" + from
}

/** What a device subscribes to be called. */
export function callTopics(own: string): string {
  return callTopic(own, "+")
}

/** Who published to a call topic of ours, or undefined. */
export function callerOf(topic: string, own: string): string | undefined {
  const from = topic.substring(callTopic(own, "").length)
  return isDeviceId(from) && topic === callTopic(own, from) ? from : undefined
}

/** Whom a call topic reaches that `own` publishes on, or undefined. */
export function reachedBy(topic: string, own: string): string | undefined {
  const start = callTopic("", "").length - 1
  const to = topic.substring(start, start + 12)
  return isDeviceId(to) && topic === callTopic(to, own) ? to : undefined
}

function isBase64url(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x2d || c === 0x5f
}
