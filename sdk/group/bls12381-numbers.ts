/** The numbers of BLS12-381 in hexadecimal: draft-irtf-cfrg-pairing-friendly-curves section 4.2.1. */

/** The prime of the coordinates, 381 bits. */
export const P_HEX = "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab"

/** The order r of the groups, 255 bits. */
export const R_HEX = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001"

/** |x|; the curve's parameter x is -|x|. */
export const X_HEX = "d201000000010000"

/** x^2. */
export const X2_HEX = "ac45a4010001a4020000000100000000"
