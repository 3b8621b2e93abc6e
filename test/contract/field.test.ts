import { unhex } from "../../sdk/base/bytes.ts"
import { limbField } from "../../sdk/field/limb-field.ts"
import { nobleField } from "../../sdk/field/noble.ts"
import { fieldLaws } from "./field-laws.ts"

const primes: readonly [string, string][] = [
  ["p of BLS12-381", "0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab"],
  ["r of BLS12-381", "0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001"],
  ["p of P-256", "0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff"],
]

for (const [name, p] of primes) {
  fieldLaws(`noble, ${name}`, nobleField(BigInt(p)), BigInt(p))
  fieldLaws(`limbs, ${name}`, limbField(unhex(p.substring(2))!), BigInt(p))
}
