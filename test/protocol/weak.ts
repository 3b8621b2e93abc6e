/** Peers that lack one check, made by wrapping what a profile names: no switch in the SDK turns a check off. */
import { concat, equal } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { clearParts, encodeInner, header, type Clear } from "../../sdk/ibake/exchange.ts"
import type { Draw } from "../../sdk/ibake/session.ts"
import { build, parse, parseChain, type Message } from "../../sdk/mikey/message.ts"
import { dataType, prfConstant } from "../../sdk/mikey/numbers.ts"
import { ibakePayload, part, verificationPayload } from "../../sdk/mikey/payload.ts"
import type { Box, Profile } from "../../sdk/suite.ts"
import { changed, good, type Kit } from "../fixture.ts"
import { clearOf } from "./by-hand.ts"

const NOTHING = new Uint8Array(0)

function boxed(kit: Kit, weaken: (box: Box) => Box): Kit {
  return changed(kit, (p) => ({ suites: p.suites.map((suite) => ({ ...suite, box: weaken(suite.box) })) }))
}

/** Boxes that bind no transcript: their AAD is empty. */
export function withoutAad(kit: Kit): Kit {
  return boxed(kit, (box) => ({
    ...box,
    seal: (keys, _, plain) => box.seal(keys, NOTHING, plain),
    open: (keys, _, encrData) => box.open(keys, NOTHING, encrData),
  }))
}

/** Boxes without AAD, at a peer that believes the identities in clear: those in the box are replaced by them before it compares. */
export function believingClear(kit: Kit): Kit {
  return boxed(kit, (box) => ({
    ...box,
    seal: (keys, _, plain) => box.seal(keys, NOTHING, plain),
    open(keys, aad, encrData): Uint8Array | undefined {
      const plain = box.open(keys, NOTHING, encrData)
      if (plain === undefined) return undefined
      const m = around(aad, encrData)
      const inside = good(parseChain(plain, m.header.dataType))
      const clear = clearOf(m, NOTHING)
      return encodeInner(clear.IDRi, inside.ECCPTi?.raw, clear.IDRr, inside.ECCPTr?.raw)
    },
  }))
}

/** A peer that takes any echo of its ECCPTi: the one it sent is put in its place before it compares. */
export function withoutEcho(kit: Kit): Kit {
  let sent: Uint8Array | undefined
  return boxed(kit, (box) => ({
    ...box,
    seal(keys, aad, plain): Uint8Array {
      const inside = parseChain(plain, dataType.I_MESSAGE_1)
      if (!isFault(inside)) sent = inside.ECCPTi!.raw.slice()
      return box.seal(keys, aad, plain)
    },
    open(keys, aad, encrData): Uint8Array | undefined {
      const plain = box.open(keys, aad, encrData)
      const inside = plain === undefined ? undefined : parseChain(plain, dataType.R_MESSAGE_1)
      if (inside === undefined || isFault(inside) || inside.ECCPTi === undefined) return plain
      return encodeInner(inside.IDRi, sent, inside.IDRr!, inside.ECCPTr!.raw)
    },
  }))
}

/** The message whose AAD this is: what stands before the box, or that after 32 octets of hash. */
function around(aad: Uint8Array, encrData: Uint8Array): Message {
  const m = parse(concat([aad, encrData]), 65535)
  return isFault(m) ? good(parse(concat([aad.subarray(32), encrData]), 65535)) : m
}

/** Labels of MPK and TGK as RFC 6267 section 5.1 prints them, with neither transcript nor kc. `TGKs` gets every TGK that is derived. */
export function rfcLabels(kit: Kit, TGKs: Uint8Array[] = []): Kit {
  return labelled(kit, (label, RAND) => label.subarray(0, 9 + RAND), TGKs)
}

/** Labels as they are; `TGKs` gets every TGK that is derived. */
export function watched(kit: Kit, TGKs: Uint8Array[]): Kit {
  return labelled(kit, (label) => label, TGKs)
}

/** Labels with the transcript and without kc. */
export function withoutKc(kit: Kit): Kit {
  return labelled(kit, (label) => label.subarray(0, label.length - 32), [])
}

const RAND_OCTETS = 16

function labelled(kit: Kit, cut: (label: Uint8Array, RAND: number) => Uint8Array, TGKs: Uint8Array[]): Kit {
  const constants = [prfConstant.MPK, prfConstant.TGK].map((n) => new Uint8Array([n >>> 24, n >>> 16, n >>> 8, n]))
  const derive = (p: Profile): Profile["prf"]["derive"] => (inkey, label, octets) => {
    const which = constants.findIndex((constant) => equal(constant, label.subarray(0, 4)))
    const out = p.prf.derive(inkey, which < 0 ? label : cut(label, RAND_OCTETS), octets)
    if (which === 1) TGKs.push(out.slice())
    return out
  }
  return changed(kit, (p) => ({ prf: { func: p.prf.func, derive: derive(p) } }))
}

/** Draws that repeat from the start each time that `again` is called: a board without entropy. */
export function repeating(make: () => Draw): { draw: Draw; again: () => void } {
  let now = make()
  return { draw: (octets) => now(octets), again: () => void (now = make()) }
}

/** A message on the way, its clear fields changed by whoever carries it; box and V stay as they are. */
export function rewritten(octets: Uint8Array, change: Partial<Clear>): Uint8Array {
  const m = good(parse(octets, 65535))
  const clear: Clear = { ...clearOf(m, m.RAND ?? NOTHING), ...change }
  const parts = clearParts(m.header.dataType, clear)
  if (m.IBAKE !== undefined) parts.push(part(ibakePayload, { encrData: m.IBAKE }))
  if (m.V !== undefined) parts.push(part(verificationPayload, m.V))
  return build(header(m.header.dataType, clear), parts).octets
}
