/** Octets on air of a key transfer: what a radio's link carries, both ways, for so many daily keys, through the real device, channel and KMS. */
import { isFault } from "../sdk/base/fault.ts"
import { kits, type SuiteName } from "../test/suites.ts"
import { Town } from "../test/world.ts"

/** One transfer. */
export interface Transfer {
  readonly days: number
  readonly loss: number
  /** Octets of all frames that passed the broker. */
  readonly onAir: number
  /** Octets of the private keys themselves, at most. */
  readonly keys: number
  readonly requests: number
}

const MTU = 128

/** Fetches `days` daily keys of a suite at mtu 128 where this share of frames is lost end to end. */
export function transfer(suite: SuiteName, days: number, loss: number, seed: number): Transfer {
  const kit = kits()[suite]
  const town = new Town({ seed, mtu: MTU, kit })
  const radio = town.radio("alice-radio", { air: { loss } })
  let done = false
  radio.board.do(() =>
    radio.device.fetchKeys({ first: town.period(), count: days }, (result) => {
      if (isFault(result) || result.keys !== days) throw new Error(`bench: ${JSON.stringify(result)}`)
      done = true
    }),
  )
  town.until(() => done, 3600000, "the transfer")
  town.pass(60000)
  return { days, loss, onAir: town.world.total().octets, keys: days * kit.master.keyOctets, requests: Math.ceil(days / 16) }
}
