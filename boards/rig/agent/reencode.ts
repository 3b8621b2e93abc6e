/** A parsed message put together again from its fields: what decoders dropped would be missing. */
import { chainOf } from "../../../sdk/mikey/grammar.ts"
import { type Message, type Part } from "../../../sdk/mikey/message.ts"
import { payloadType } from "../../../sdk/mikey/numbers.ts"
import * as payload from "../../../sdk/mikey/payload.ts"

/** Parts of a message, encoded from what the parser found, in the order of the grammar. The dialect is the device's. */
export function partsOf(m: Message): Part[] {
  const parts: Part[] = []
  const slots = chainOf(m.header.dataType)!.slots
  for (let k = 0; k < slots.length; k++) {
    const slot = slots[k]!
    const found = slot.type === payloadType.IDR ? idrs(m, slot.name).map((id) => payload.part(payload.idrPayload, id)) : others(m, slot.type)
    for (let i = 0; i < found.length; i++) parts.push(found[i]!)
  }
  return parts
}

/** Properties by their names in code, for a script of a small board calls them otherwise. */
function idrs(m: Message, name: string): payload.Idr[] {
  if (name === "IDRi") return m.identities.concat([])
  const one = name === "IDRr" ? m.IDRr : name === "IDRkms" ? m.IDRkms : name === "IDRpsk" ? m.IDRpsk : name === "IDRkmsi" ? m.IDRkmsi : m.IDRkmsr
  return one === undefined ? [] : [one]
}

function others(m: Message, type: number): Part[] {
  switch (type) {
    case payloadType.T: return [payload.part(payload.timestampPayload, m.T)]
    case payloadType.RAND: return some(payload.randPayload, m.RAND)
    case payloadType.SP: return m.SP.map((sp) => payload.part(payload.spPayload, sp))
    case payloadType.GeneralExt: return some(payload.extensionPayload, m.extension)
    case payloadType.IBAKE: return m.IBAKE === undefined ? [] : some(payload.ibakePayload, { encrData: m.IBAKE })
    case payloadType.ESK: return m.ESK === undefined ? [] : some(payload.eskPayload, { encrData: m.ESK.encrData })
    case payloadType.V: return some(payload.verificationPayload, m.V)
    case payloadType.KEMAC: return some(payload.kemacPayload, m.KEMAC)
    case payloadType.ERR: return some(payload.errPayload, m.ERR)
    case payloadType.CERT: return m.CERT.map((cert) => payload.part(payload.certPayload, cert))
    case payloadType.CHASH: return some(payload.chashPayload, m.CHASH)
    case payloadType.PKE: return some(payload.pkePayload, m.PKE)
    case payloadType.SIGN: return some(payload.signPayload, m.SIGN)
    default: throw new Error(`payload type ${type} has no place in Message`)
  }
}

function some<P>(codec: payload.Codec<P>, value: P | undefined): Part[] {
  return value === undefined ? [] : [payload.part(codec, value)]
}
