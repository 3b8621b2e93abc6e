/** Points of small order of Curve25519 and its twist, as they may come from strangers. */
import { copy, hex, unhex } from "../../sdk/base/bytes.ts"
import type { Refused } from "./bls-points.ts"

/** 2^255 - 19. */
export const P25519: bigint = 2n ** 255n - 19n

/** A number in 32 octets, the lowest first. */
export function little(value: bigint): Uint8Array {
  return unhex(value.toString(16).padStart(64, "0"))!.reverse()
}

/** Every encoding of a point of small order: u of order 1, 2, 4 and 8 on curve and twist, not reduced where that fits, with and without the top bit. */
export function smallOrder(): Refused[] {
  const eights = ["e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"]
  const reduced = [little(0n), little(1n), little(P25519 - 1n), little(P25519), little(P25519 + 1n), ...eights.map((each) => unhex(each)!)]
  return reduced.flatMap((u): Refused[] => {
    const top = copy(u)
    top[31]! |= 128
    return [[`small order: ${hex(u)}`, u], [`small order: ${hex(top)}`, top]]
  })
}
