/** P-256 (FIPS 186-5, ECC curve 8 of RFC 6267 table 5) over whatever Machine runs its Program. */
import { unhex } from "../base/bytes.ts"
import type { Machine } from "../machine/program.ts"
import type { DhGroup } from "./group.ts"
import { weierstrassDh } from "./weierstrass-dh.ts"

const P = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
const N = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"

/** P-256 for ECCPT: points of 65 octets, seeds of 48. Nothing branches on a secret. */
export function p256(machine: Machine): DhGroup {
  return weierstrassDh({ name: "p256", curve: 8, seedOctets: 48, prime: unhex(P)!, order: unhex(N)! }, machine)
}
