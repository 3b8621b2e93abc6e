/** What P-256 computes over its prime, FIPS 186-5, in the order that weierstrass-dh.ts names. */
import { unhex } from "../base/bytes.ts"
import type { Plan } from "../machine/formula.ts"
import { weierstrassPlan } from "./weierstrass.ts"

const P = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"

/** The plan that p256.ts runs. */
export function p256Plan(): Plan {
  return weierstrassPlan(
    {
      p: P,
      b: "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
      bits: 256,
      generators: [
        ["6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"],
        ["0fa822bc2811aaa58492592e326e25de29493baaad651f7e90e75cb48e14db63", "bff44ae8f5dba80d6f4ad4bcb3df188b34b1a65050fe82f5e41124545f462ee7"],
        ["447d739beedb5e67fb982fd588c6766efc35ff7dc297eac357c84fc9d789bd85", "2d4825ab834131eee12e9d953a4aaff73d349b95a7fae5000c7e33c972e25b32"],
        ["a6d39677a78492762736ff8344315fc596439591a3c6b94a6cf20ffb313728be", "674f84749b0b881666b8babd2d27ecdf824a920c2284059bf2bab833c357f5f4"],
      ],
    },
    unhex(P)!,
  )
}
