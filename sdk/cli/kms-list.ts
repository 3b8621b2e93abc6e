/** `ibake kms list`: who is enrolled, which keys have left, the audit trail. */
import { hex, unhex } from "../base/bytes.ts"
import { text } from "../base/utf8.ts"
import type { Store } from "../kms/store.ts"
import { trouble } from "../kms/trouble.ts"
import type { StoreOptions } from "./kms-options.ts"
import type { Screen } from "./screen.ts"

/** What to list. */
export interface ListOptions extends StoreOptions {
  readonly device?: string
  readonly audit?: number
  readonly verify?: true
  readonly head?: string
}

/** Every device, the audit trail where it is asked for, and the trail's head. */
export async function listAll(o: ListOptions, out: Screen, store: Store): Promise<void> {
  const uri = await store.meta("uri")
  if (uri === undefined) throw trouble("store/empty", `The store ${store.name} is empty`)
  const devices = await store.subscribers()
  out.say(`KMS ${text(uri)}: ${devices.length} devices`, { event: "kms", uri: text(uri), devices: devices.length })
  for (const d of devices) {
    const identities = d.identities.map((i) => text(i.data)!)
    const fields = { device: d.deviceId, identities, revoked: d.revoked, mtu: d.mtu, transferOctets: d.transferOctets, enrolledAt: d.enrolledAt }
    out.say(`${d.deviceId}  ${d.revoked ? "revoked " : "enrolled"}  ${day(d.enrolledAt)}  mtu ${d.mtu}  ${identities.join(", ")}`, { event: "device", ...fields })
  }
  if (o.audit !== undefined) {
    for (const e of await store.audit(o.audit)) out.say(`${e.seq}  ${day(e.at)}  ${e.event}  ${e.device}  ${e.detail}`, { event: "audit", seq: e.seq, at: e.at, what: e.event, device: e.device, detail: JSON.parse(e.detail) as unknown })
  }
  if (o.verify === true) out.progress("walking the audit trail")
  const head = o.verify === true ? await store.verifyAudit(headOf(o.head)) : await store.auditHead()
  out.say(`Audit trail ${o.verify === true ? "is whole" : "ends"} at ${head.seq}:${hex(head.hash)}`, { event: "head", seq: head.seq, hash: hex(head.hash), verified: o.verify === true })
}

/** The keys that left for one device. */
export async function listDevice(device: string, out: Screen, store: Store): Promise<void> {
  if ((await store.device(device)) === undefined) throw trouble("store/unknown", `Device ${device}`)
  const keys = await store.issued(device)
  out.say(`Device ${device}: ${keys.length} keys issued`, { event: "device", device, keys: keys.length })
  for (const k of keys) {
    const fields = { identity: text(k.identity.data)!, period: k.period, firstAt: k.firstAt, lastAt: k.lastAt, times: k.times }
    out.say(`period ${k.period}  ${day(k.firstAt)}  in ${k.times} answers  ${fields.identity}`, { event: "key", ...fields })
  }
}

function headOf(noted: string | undefined): { seq: number; hash: Uint8Array } | undefined {
  if (noted === undefined) return undefined
  const [seq, hash] = noted.split(":")
  return { seq: Number(seq), hash: unhex(hash!)! }
}

function day(at: number): string {
  return new Date(at).toISOString().substring(0, 19) + "Z"
}
