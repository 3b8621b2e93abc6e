/** The bodies of INVITE, 183, PRACK and its 200 for modes.json: RFC 4567 sections 3.1 and 7 by hand. */
import type { Json } from "./by-hand.ts"

/** Another protocol that the Initiator offers beside MIKEY, with data of RFC 4567 section 3.1.1's kind. */
const other = "a=key-mgmt:keyp1 727gkdOshsuiSDF9sdhsdKnD/dhsoSJokdo7eWD5ADkVHl1r"

/** Offers name both protocols, in the order of the General Extension; answers have the one that was taken. */
export function sipOf(messages: readonly Uint8Array[]): Json {
  const steps = [["INVITE", "offer"], ["183 to INVITE", "answer"], ["PRACK", "offer"], ["200 to PRACK", "answer"]] as const
  return steps.map(([sip, sdp], i) => ({ sip, sdp, body: body(sdp === "offer" ? "192.0.2.1" : "192.0.2.2", 1 + (i >> 1), messages[i]!, sdp === "offer" ? [other] : []) }))
}

function body(host: string, version: number, message: Uint8Array, more: readonly string[]): string {
  const session = ["v=0", `o=- 3795000000 ${version} IN IP4 ${host}`, "s=-", `c=IN IP4 ${host}`, "t=0 0", `a=key-mgmt:mikey ${Buffer.from(message).toString("base64")}`, ...more]
  return [...session, "m=audio 49170 RTP/SAVP 98", "a=rtpmap:98 AMR/8000", ""].join("\r\n")
}
