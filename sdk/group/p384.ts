/** P-384 (FIPS 186-5, ECC curve 11 of RFC 6267 table 5) over whatever Machine runs its Program. */
import { unhex } from "../base/bytes.ts"
import type { Machine } from "../machine/program.ts"
import type { DhGroup } from "./group.ts"
import { weierstrassDh } from "./weierstrass-dh.ts"

const P = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff"
const N = "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"

/** P-384 for ECCPT: points of 97 octets, seeds of 72. Nothing branches on a secret. */
export function p384(machine: Machine): DhGroup {
  return weierstrassDh({ name: "p384", curve: 11, seedOctets: 72, prime: unhex(P)!, order: unhex(N)! }, machine)
}
