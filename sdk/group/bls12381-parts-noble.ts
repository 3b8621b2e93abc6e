/**
 * BLS12-381 put together from noble's tower, curves, hash-to-curve and pairing, with nothing in it that IBE does not use (no signatures, no hash to
 * G1): half of the script of noble's ready-made curve. Constants: RFC 9380 sections 8.8.2 and E.3, draft-irtf-cfrg-pairing-friendly-curves.
 */
import { blsBasic, type BlsCurvePair } from "@noble/curves/abstract/bls.js"
import { isogenyMap, mapToCurveSimpleSWU } from "@noble/curves/abstract/hash-to-curve.js"
import { Field } from "@noble/curves/abstract/modular.js"
import { psiFrobenius, tower12, type Fp12, type Fp12Bls, type Fp2, type Fp2Bls } from "@noble/curves/abstract/tower.js"
import { weierstrass, type WeierstrassPoint, type WeierstrassPointCons } from "@noble/curves/abstract/weierstrass.js"

export type { Fp12, Fp2 } from "@noble/curves/abstract/tower.js"

/** A point of E(Fp) and of the twist E'(Fp2). */
export type P1 = WeierstrassPoint<bigint>
export type P2 = WeierstrassPoint<Fp2>

/** |x|; the curve's parameter is -|x|. */
const X = "0xd201000000010000"
const R = "0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001"
const P = "0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab"

type Tower = ReturnType<typeof tower12>

/** The prime of the coordinates. */
export function fieldOrder(): bigint {
  return BigInt(P)
}

/** The prime order r of the groups. */
export function groupOrder(): bigint {
  return BigInt(R)
}

/** Everything that is made once: the pairing with its curves and fields, and the map of RFC 9380 section 6.6.3 to E'(Fp2). */
export interface Parts {
  readonly pairing: BlsCurvePair
  readonly map: (u: Fp2) => P2
}

/** Makes the parts; costs about 10 ms. */
export function makeParts(): Parts {
  const tower: Tower = tower12({
    ORDER: BigInt(P),
    X_LEN: 64,
    FP2_NONRESIDUE: [BigInt(1), BigInt(1)],
    Fp2mulByB: (a: Fp2) => tower.Fp2.mulByNonresidue(tower.Fp2.mul(a, BigInt(4))),
    Fp12finalExponentiate: (f: Fp12) => finalExponentiation(tower.Fp12, f),
  })
  const Fr = Field(BigInt(R))
  const G1 = curve1(tower, Fr)
  const G2 = curve2(tower, Fr)
  const fields = { Fp: tower.Fp, Fp2: tower.Fp2, Fp6: tower.Fp6, Fp12: tower.Fp12, Fr }
  const pairing = blsBasic(fields, G1, G2, { ateLoopSize: BigInt(X), xNegative: true, twistType: "multiplicative" })
  return { pairing, map: mapG2(tower.Fp2, G2) }
}

/** y^2 = x^3 + 4 over Fp. */
function curve1(tower: Tower, Fn: ReturnType<typeof Field>): WeierstrassPointCons<bigint> {
  const beta = BigInt("0x5f19672fdf76ce51ba69c6076a0f77eaddb3a93be6f89688de17d813620a00022e01fffffffefffe")
  const x = BigInt(X)
  return weierstrass<bigint>(
    {
      p: BigInt(P),
      n: BigInt(R),
      h: BigInt("0x396c8c005555e1568c00aaab0000aaab"),
      a: BigInt(0),
      b: BigInt(4),
      Gx: BigInt("0x17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"),
      Gy: BigInt("0x08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1"),
    },
    {
      Fp: tower.Fp,
      Fn,
      // phi(Q) = -[x^2]Q exactly in the subgroup of order r: eprint 2021/1130 section 6
      isTorsionFree: (c, Q) => Q.multiplyUnsafe(x).multiplyUnsafe(x).negate().equals(new c(tower.Fp.mul(Q.X, beta), Q.Y, Q.Z)),
    },
  )
}

/** y^2 = x^3 + 4(u + 1) over Fp2. */
function curve2(tower: Tower, Fn: ReturnType<typeof Field>): WeierstrassPointCons<Fp2> {
  const Fp2 = tower.Fp2
  const x = BigInt(X)
  const psi = psiFrobenius(tower.Fp, Fp2, Fp2.inv(Fp2.NONRESIDUE))
  return weierstrass<Fp2>(
    {
      p: Fp2.ORDER,
      n: BigInt(R),
      h: BigInt("0x5d543a95414e7f1091d50792876a202cd91de4547085abaa68a205b2e5a7ddfa628f1cb4d9e82ef21537e293a6691ae1616ec6e786f0c70cf1c38e31c7238e5"),
      a: Fp2.ZERO,
      b: fp2(Fp2, "4", "4"),
      Gx: fp2(
        Fp2,
        "0x024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8",
        "0x13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e",
      ),
      Gy: fp2(
        Fp2,
        "0x0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801",
        "0x0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be",
      ),
    },
    {
      Fp: Fp2,
      Fn,
      // psi(Q) = [x]Q exactly in the subgroup of order r: eprint 2021/1130 section 4
      isTorsionFree: (c, Q) => Q.multiplyUnsafe(x).negate().equals(psi.G2psi(c, Q)),
      // [x^2 - x - 1]Q + [x - 1]psi(Q) + psi^2(2Q): RFC 9380 appendix G.3, with xQ = [|x|]Q = -[x]Q
      clearCofactor(c: WeierstrassPointCons<Fp2>, Q: P2): P2 {
        const xQ = Q.multiplyUnsafe(x)
        const psiQ = psi.G2psi(c, Q)
        const inner = xQ.subtract(psiQ).multiplyUnsafe(x)
        return psi.G2psi2(c, Q.double()).subtract(psiQ).add(inner).add(xQ).subtract(Q)
      },
    },
  )
}

/** f^(3(p^12-1)/r), as noble has it: easy part, then the x-chain of eprint 2020/875 with the cube. */
function finalExponentiation(F: Fp12Bls, f: Fp12): Fp12 {
  const x = BigInt(X)
  const powX = (a: Fp12): Fp12 => F.conjugate(F._cyclotomicExp(a, x))
  const easy = F.mul(F.conjugate(f), F.inv(f))
  const t1 = F.mul(F.frobeniusMap(easy, 2), easy)
  const t2 = powX(t1)
  const t3 = F.mul(F.conjugate(F._cyclotomicSquare(t1)), t2)
  const t4 = powX(t3)
  const t5 = powX(t4)
  const t6 = F.mul(powX(t5), F._cyclotomicSquare(t2))
  const t7 = powX(t6)
  const q2 = F.frobeniusMap(F.mul(t2, t5), 2)
  const q3 = F.frobeniusMap(F.mul(t4, t1), 3)
  const q1 = F.frobeniusMap(F.mul(t6, F.conjugate(t1)), 1)
  return F.mul(F.mul(F.mul(q2, q3), q1), F.mul(F.mul(t7, F.conjugate(t3)), t1))
}

/** Simplified SWU to y^2 = x^3 + 240u x + 1012(1 + u), then the 3-isogeny of RFC 9380 appendix E.3 (coefficients ascending). */
function mapG2(Fp2: Fp2Bls, G2: WeierstrassPointCons<Fp2>): (u: Fp2) => P2 {
  const swu = mapToCurveSimpleSWU(Fp2, { A: fp2(Fp2, "0", "240"), B: fp2(Fp2, "1012", "1012"), Z: fp2(Fp2, "-2", "-1") })
  const a = "0x5c759507e8e333ebb5b7a9a47d7ed8532c52d39fd3a042a88b58423c50ae15d5c2638e343d9c71c6238aaaaaaaa97"
  const b = "0x11560bf17baa99bc32126fced787c88f984f87adf7ae0c7f9a208c6b4f20a4181472aaa9cb8d555526a9ffffffffc71"
  const c = "0x8ab05f8bdd54cde190937e76bc3e447cc27c3d6fbd7063fcd104635a790520c0a395554e5c6aaaa9354ffffffffe38"
  const d = "0x171d6541fa38ccfaed6dea691f5fb614cb14b4e7f4e810aa22d6108f142b85757098e38d0f671c7188e2aaaaaaaa5ed1"
  const e = "0x1530477c7ab4113b59a4c18b076d11930f7da5d4a07f649bf54439d87d27e500fc8c25ebf8c92f6812cfc71c71c6d706"
  const f = "0x124c9ad43b6cf79bfbf7043de3811ad0761b0f37a1e26286b0e977c69aa274524e79097a56dc4bd9e1b371c71c718b10"
  const of = (list: readonly string[]): Fp2[] => {
    const out: Fp2[] = []
    for (let i = 0; i < list.length; i += 2) out.push(fp2(Fp2, list[i]!, list[i + 1]!))
    return out
  }
  const isogeny = isogenyMap(Fp2, [
    of([`${a}d6`, `${a}d6`, "0", `${b}a`, `${b}e`, `${c}d`, d, "0"]),
    of(["0", "-72", "12", "-12", "1", "0"]),
    of([e, e, "0", `${a}be`, `${b}c`, `${c}f`, f, "0"]),
    of(["-432", "-432", "0", "-216", "18", "-18", "1", "0"]),
  ])
  return (u) => {
    const on = swu(u)
    return G2.fromAffine(isogeny(on.x, on.y))
  }
}

function fp2(Fp2: Fp2Bls, c0: string, c1: string): Fp2 {
  return Fp2.fromBigTuple([BigInt(c0), BigInt(c1)])
}
