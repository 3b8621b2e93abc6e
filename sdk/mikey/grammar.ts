/** Which payloads a message holds, and in which order: PROTOCOL sections 4 and 6, RFC 6267 section 4.2. Data only; `chain.ts` walks it. */
import { dataType, idRole, payloadType } from "./numbers.ts"

/** How often a payload stands in its place; `paired`: exactly when the one before it does. */
export type Occurs = "one" | "optional" | "many" | "paired"

/** One place in a chain; `role` is the ID Role where the payload is an IDR. */
export interface Slot {
  readonly name: string
  readonly type: number
  readonly occurs: Occurs
  readonly role?: number
}

/** The chain of a message or of a sealed list of sub-payloads, with the name that Faults give it. */
export interface Chain {
  readonly name: string
  readonly slots: readonly Slot[]
  /** The whole chain comes once or more. */
  readonly repeats?: true
}

const T: Slot = { name: "T", type: payloadType.T, occurs: "one" }
const RAND: Slot = { name: "RAND", type: payloadType.RAND, occurs: "one" }
const IDRi: Slot = { name: "IDRi", type: payloadType.IDR, occurs: "one", role: idRole.IDRi }
const IDRis: Slot = { name: "IDRi", type: payloadType.IDR, occurs: "many", role: idRole.IDRi }
const IDRr: Slot = { name: "IDRr", type: payloadType.IDR, occurs: "one", role: idRole.IDRr }
const IDRkms: Slot = { name: "IDRkms", type: payloadType.IDR, occurs: "one", role: idRole.IDRkms }
const IDRpsk: Slot = { name: "IDRpsk", type: payloadType.IDR, occurs: "one", role: idRole.IDRpsk }
const IDRkmsi: Slot = { name: "IDRkmsi", type: payloadType.IDR, occurs: "optional", role: idRole.IDRkmsi }
const IDRkmsr: Slot = { name: "IDRkmsr", type: payloadType.IDR, occurs: "paired", role: idRole.IDRkmsr }
const SPs: Slot = { name: "SP", type: payloadType.SP, occurs: "many" }
const extension: Slot = { name: "General Extension", type: payloadType.GeneralExt, occurs: "optional" }
const IBAKE: Slot = { name: "IBAKE", type: payloadType.IBAKE, occurs: "one" }
const maybeIBAKE: Slot = { name: "IBAKE", type: payloadType.IBAKE, occurs: "optional" }
const maybeESK: Slot = { name: "ESK", type: payloadType.ESK, occurs: "optional" }
const V: Slot = { name: "V", type: payloadType.V, occurs: "one" }
const ERR: Slot = { name: "ERR", type: payloadType.ERR, occurs: "one" }
const KEMAC: Slot = { name: "KEMAC", type: payloadType.KEMAC, occurs: "one" }
const CERTs: Slot = { name: "CERT", type: payloadType.CERT, occurs: "many" }
const CHASH: Slot = { name: "CHASH", type: payloadType.CHASH, occurs: "one" }
const PKE: Slot = { name: "PKE", type: payloadType.PKE, occurs: "one" }
const SIGN: Slot = { name: "SIGN", type: payloadType.SIGN, occurs: "one" }
const ECCPTi: Slot = { name: "ECCPTi", type: payloadType.ECCPT, occurs: "one" }
const maybeECCPTi: Slot = { name: "ECCPTi", type: payloadType.ECCPT, occurs: "optional" }
const ECCPTr: Slot = { name: "ECCPTr", type: payloadType.ECCPT, occurs: "one" }
const SK: Slot = { name: "SK", type: payloadType.SK, occurs: "one" }
const KeyData: Slot = { name: "Key data", type: payloadType.KeyData, occurs: "one" }

const messages: { readonly [type: number]: Chain } = {
  [dataType.Error]: { name: "Error", slots: [T, ERR, extension, V] },
  [dataType.REQUEST_KEY_PSK]: { name: "REQUEST_KEY_PSK", slots: [T, RAND, IDRis, IDRkms, IDRpsk, extension, V] },
  // CERT before IDRkms as in RFC 6267 section 4.2.1, the extension where the PSK variant has it
  [dataType.REQUEST_KEY_PKE]: { name: "REQUEST_KEY_PKE", slots: [T, RAND, IDRis, CERTs, IDRkms, extension, CHASH, PKE, SIGN] },
  [dataType.REQUEST_KEY_RESP]: { name: "REQUEST_KEY_RESP", slots: [T, IDRis, IDRkms, extension, KEMAC, V] },
  [dataType.I_MESSAGE_1]: { name: "I_MESSAGE_1", slots: [T, RAND, IDRi, IDRr, IDRkmsi, IDRkmsr, SPs, extension, IBAKE] },
  [dataType.R_MESSAGE_1]: { name: "R_MESSAGE_1", slots: [T, IDRi, IDRr, IDRkmsi, IDRkmsr, SPs, IBAKE] },
  [dataType.I_MESSAGE_2]: { name: "I_MESSAGE_2", slots: [T, RAND, IDRi, IDRr, IDRkmsi, IDRkmsr, SPs, extension, IBAKE, maybeESK] },
  [dataType.R_MESSAGE_2]: { name: "R_MESSAGE_2", slots: [T, IDRi, IDRr, maybeIBAKE, V] },
}

/** The chain after the header of a message, or undefined for a data type that is not ours. */
export function chainOf(type: number): Chain | undefined {
  return messages[type]
}

const boxes: { readonly [type: number]: Chain } = {
  [dataType.REQUEST_KEY_RESP]: { name: "REQUEST_KEY_RESP.KEMAC", slots: [IDRi, KeyData], repeats: true },
  [dataType.I_MESSAGE_1]: { name: "I_MESSAGE_1.IBAKE", slots: [IDRi, ECCPTi, IDRr] },
  [dataType.R_MESSAGE_1]: { name: "R_MESSAGE_1.IBAKE", slots: [IDRi, maybeECCPTi, IDRr, ECCPTr] },
  [dataType.I_MESSAGE_2]: { name: "I_MESSAGE_2.IBAKE", slots: [IDRi, maybeECCPTi, IDRr, ECCPTr] },
  [dataType.R_MESSAGE_2]: { name: "R_MESSAGE_2.IBAKE", slots: [IDRi, ECCPTi, IDRr] },
}

/** What the IBAKE box of a call message holds, PROTOCOL section 4, or KEMAC of REQUEST_KEY_RESP, section 6, whose pair comes once for each key. */
export function innerChainOf(type: number): Chain | undefined {
  return boxes[type]
}

/** What the ESK box of I_MESSAGE_2 holds, PROTOCOL section 4. */
export const eskChain: Chain = { name: "I_MESSAGE_2.ESK", slots: [IDRi, SK] }
