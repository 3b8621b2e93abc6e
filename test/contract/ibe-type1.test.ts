/** Suites 0x02 and 0x03 against the contract, RFC 6508's own example, and what they leave in memory. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { concat, copy, hex, unhex, wipe, xorInto } from "../../sdk/base/bytes.ts"
import { run, type Job } from "../../sdk/base/job.ts"
import { limbField } from "../../sdk/field/limb-field.ts"
import type { Fp2 } from "../../sdk/group/fp2.ts"
import type { SakkeGroup } from "../../sdk/group/group.ts"
import { rfc6508Group } from "../../sdk/group/rfc6508-curve.ts"
import { parameterSet1 } from "../../sdk/group/rfc6509-set1.ts"
import type { Point } from "../../sdk/group/supersingular.ts"
import { bf1 } from "../../sdk/ibe/bf1.ts"
import { gidCache } from "../../sdk/ibe/gid-cache.ts"
import { hashBytes } from "../../sdk/ibe/hash-bytes.ts"
import type { Ibe } from "../../sdk/ibe/ibe.ts"
import { sakkeMaster } from "../../sdk/ibe/sakke-master.ts"
import { sakke } from "../../sdk/ibe/sakke.ts"
import { seal } from "../../sdk/ibe/seal.ts"
import { newCurve, solinasPrimes } from "../../sdk/kms/bf1-setup.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { curve5091, set1 } from "../cases/make-type1.ts"
import { encapsulate5091, encapsulate6508, hashToPoint, pairing5091, power, powerPF, scalar5091, times } from "../cases/type1-by-hand.ts"
import { madeCurve, makeCurve, master02, master03, set1Group } from "../type1.ts"
import { arraysMadeBy, found } from "./arrays.ts"
import { boxLaws, ibeLaws, realm } from "./ibe-laws.ts"
import { octets } from "./octets.ts"

const plainBf1 = bf1(makeCurve, nobleSym)
const plainSakke = sakke(set1Group(), nobleSym)

/** A bit of each part: header, version, each length, coordinates, V and W. A block is shorter than 469 octets when a coordinate is: this one has 468. */
const flips02 = [2, 15, 30, 38, 55, 60, 70, 100, 1700, 3200, 8 * 403 + 5, 8 * 406, 8 * 460 + 7]
const flips03 = [0, 5, 7, 8, 1000, 1032, 2055, 2056, 2183]

ibeLaws("RFC 5091", plainBf1, master02(nobleSym), flips02, () => [], () => [], "secret")
ibeLaws("SAKKE", plainSakke, master03(), flips03, () => [], () => [])
boxLaws("over RFC 5091 with a memory of g_ID", seal(bf1(makeCurve, nobleSym, gidCache<Fp2<bigint>>(4)), nobleSym), plainBf1, master02(nobleSym))
boxLaws("over SAKKE", seal(plainSakke, nobleSym), plainSakke, master03())

describe("suite 0x02", () => {
  it("has no key of one curve open anything under another, though its point may lie on both", () => {
    const master = master02(nobleSym)
    const at = realm(plainBf1, master, "kms")
    const curve = madeCurve()
    const swapped = { ...at.par, curve: concat([curve.q, curve.p]) }
    const made = run(plainBf1.encapsulate(at.alice, at.par, octets("swap", 64)))
    assert.equal(run(plainBf1.decapsulate(made.enc, at.aliceKey, at.alice, swapped)), undefined)
    assert.equal(run(plainBf1.verify(at.aliceKey, at.alice, swapped)), false)
  })
  it("has a fresh curve of n = 3072 from each seed: Solinas q, p = 12rq - 1, P of order q, with progress", function () {
    const seen: string[] = []
    const curve = newCurve(makeCurve, octets("setup seed", 48), (of, candidates) => seen.push(`${of} ${candidates}`))
    assert.ok(makeCurve(curve.p, curve.q)!.decode(curve.P) !== undefined)
    assert.deepEqual([seen[0], seen[seen.length - 1]], ["q 1", "P 1"])
    assert.equal(seen[1], "p 1")
    assert.deepEqual([curve.p.length, curve.q.length, curve.p[0]! >> 7, curve.q[0]! >> 7], [192, 32, 1, 1])
    assert.notEqual(hex(curve.p), hex(madeCurve().p))
  })
  it("knows every Solinas prime of 256 bits", () => {
    const primes = solinasPrimes()
    assert.ok(primes.length > 10)
    assert.ok(primes.includes(BigInt(`0x${hex(madeCurve().q)}`)))
    for (const q of primes) assert.equal(q.toString(2).length, 256)
  })
  it("has the secret of RFC 5091's m, UID and enc, and theta by the RFC's own algorithm", () => {
    const c = curve5091()
    const s = 0x1234567890abcdefn
    const uid = octets("uid", 32)
    const Ppub = times(s, c.P, 0n, c.p)!
    const group = makeCurve(madeCurve().p, madeCurve().q)!
    const theta = pairing5091(c, Ppub, hashToPoint(c, uid))
    const wide = concat([createHash("sha256").update(concat([new Uint8Array(32), uid])).digest()])
    const wide2 = createHash("sha256").update(concat([wide, uid])).digest()
    const ours = run(group.pairHashed(group.decode(unhex(Ppub.map((n) => n.toString(16).padStart(384, "0")).join(""))!)!, concat([wide, new Uint8Array(wide2)])))
    assert.deepEqual([ours.a, ours.b], [...theta])
    assert.equal(power(2n, c.p - 1n, c.p), 1n)
  })
})

appendixA("noble's BigInt", set1Group())
appendixA("limbs in doubles", rfc6508Group(limbField, parameterSet1))

/** Every value, with all arithmetic in one kind of field. */
function appendixA<E>(name: string, group: SakkeGroup<Point<E>, Fp2<E>>): void {
  const [kem, master] = [sakke(group, nobleSym), sakkeMaster(group)]
  describe(`suite 0x03 beside RFC 6508, appendix A, over ${name}`, () => {
    interface Example { z: string; Z: string[]; b_hex: string; SSV: string; r: string; Rb: string[]; g_r: string; mask: string; H: string; Kb: string[]; SED: string }
    const v = JSON.parse(readFileSync(new URL("../cases/rfc6508_sakke.json", import.meta.url), "utf8")) as Example
    const number = (text: string): Uint8Array => unhex(text.replace("0x", "").padStart(256, "0"))!
    const point = (of: string[]): Uint8Array => concat([new Uint8Array([4]), ...of.map(number)])
    const b = unhex(v.b_hex)!
    it("the KMS has Z and the RSK K_b", () => {
      assert.equal(hex(run(master.publicParameter(number(v.z)))!), hex(point(v.Z)))
      assert.equal(hex(run(master.extract(number(v.z), b))), hex(point(v.Kb)))
    })
    it("the sender has r, R_b, g^r, the mask, H and the Encapsulated Data", () => {
      const sha256 = (data: Uint8Array): Uint8Array => nobleSym.sha256(data)
      const r = group.reduce(hashBytes(sha256, 128, concat([unhex(v.SSV)!, b])))
      const w = group.encodeGT(run(group.powGT(group.basePair, r)))
      const H = hashBytes(sha256, 32, w).subarray(16)
      assert.deepEqual([r, w, H].map(hex), [hex(number(v.r)), hex(number(v.g_r)), v.mask])
      const hint = copy(H)
      xorInto(hint, unhex(v.SSV)!)
      assert.equal(hex(hint), v.H)
      const made = run(kem.encapsulate(b, run(kem.parameters(point(v.Z)))!, unhex(v.SSV)!))
      assert.equal(hex(made.enc), v.SED)
      assert.equal(hex(made.enc), hex(point(v.Rb)) + v.H)
    })
    it("the receiver verifies its RSK and opens them", () => {
      const par = run(kem.parameters(point(v.Z)))!
      const key = run(kem.privateKey(point(v.Kb), par))!
      assert.equal(run(kem.verify(key, b, par)), true)
      assert.equal(run(kem.verify(key, b.subarray(1), par)), false)
      const secret = run(kem.decapsulate(unhex(v.SED)!, key, b, par))!
      const wanted = createHash("sha256").update(concat([new TextEncoder().encode("IBAKE-V03-K"), unhex(v.SSV)!, b, unhex(v.SED)!])).digest("hex")
      assert.equal(hex(secret), wanted)
    })
  })
}

/** What a KEM must not leave: named octets, computed by hand. */
function leftovers(name: string, ibe: Ibe, at: () => { seed: Uint8Array; secrets: Record<string, Uint8Array>; uid: Uint8Array; enc: Uint8Array; par: Uint8Array; key: Uint8Array }): void {
  describe(`what suite ${name} leaves in memory`, () => {
    it("is nothing but the secret it gives, from encapsulation and decapsulation, and nothing at all when dropped at any step", () => {
      const { seed, secrets, uid, enc, par: parOctets, key: keyOctets } = at()
      const par = run(ibe.parameters(parOctets))!
      const key = run(ibe.privateKey(keyOctets, par))!
      assert.deepEqual(found(arraysMadeBy(() => void copy(secrets["secret"]!)), secrets, []), ["secret"], "the finder finds")
      assert.deepEqual(found(arraysMadeBy(() => wipe(copy(seed))), secrets, []), [])
      const makers: (() => Job<{ secret: Uint8Array } | Uint8Array | undefined>)[] = [() => ibe.encapsulate(uid, par, seed), () => ibe.decapsulate(enc, key, uid, par)]
      for (const make of makers) {
        let steps = 0
        let secret: Uint8Array | undefined
        const arrays = arraysMadeBy(() => {
          const job = make()
          for (; secret === undefined; steps++) {
            const out = job.step()
            if (out !== undefined) secret = out.value instanceof Uint8Array ? out.value : out.value!.secret
          }
        })
        assert.equal(hex(secret!), hex(secrets["secret"]!))
        assert.deepEqual(found(arrays, secrets, [secret!]), [])
        // here and there, and each of the last steps: where most secrets are
        for (let stop = 0; stop < steps; stop += stop < steps - 4 ? Math.max(1, Math.floor((steps - 4) / 3)) : 1) {
          const left = arraysMadeBy(() => {
            const job = make()
            for (let i = 0; i < stop; i++) job.step()
            job.drop()
          })
          assert.deepEqual(found(left, secrets, []), [], `dropped after ${stop} of ${steps} steps`)
        }
      }
    })
  })
}

const encode = (n: bigint, length: number): Uint8Array => unhex(n.toString(16).padStart(2 * length, "0"))!

leftovers("0x02", plainBf1, () => {
  const master = master02(nobleSym)
  const s = master.setup(octets("left", master.seedOctets))
  const [m, rho, uid] = [octets("m", 32), octets("rho", 32), octets("uid", 32)]
  const par = run(master.publicParameter(s))!
  const c = curve5091()
  const made = encapsulate5091(c, times(BigInt(`0x${hex(s.subarray(0, 32))}`), c.P, 0n, c.p)!, uid, m, rho)
  const w = copy(made.V)
  xorInto(w, rho)
  const t = new Uint8Array(createHash("sha256").update(m).digest())
  return { seed: concat([m, rho]), uid, enc: made.enc, par, key: run(master.extract(s, uid)), secrets: { m, rho, t, w, l: encode(scalar5091(c, m, rho), 32), secret: made.secret } }
})
leftovers("0x03", plainSakke, () => {
  const master = master03()
  const z = master.setup(octets("left", master.seedOctets))
  const [ssv, uid] = [octets("ssv", 16), octets("uid", 32)]
  const c = set1()
  const made = encapsulate6508(c, c.g, times(BigInt(`0x${hex(z)}`), c.P, -3n, c.p)!, uid, ssv)
  const w = encode(powerPF(c.g, made.r, c.p), 128)
  return { seed: ssv, uid, enc: made.enc, par: run(master.publicParameter(z))!, key: run(master.extract(z, uid)), secrets: { ssv, w, r: encode(made.r, 128), secret: made.secret } }
})

describe("the master sides of suites 0x02 and 0x03", () => {
  for (const [name, master] of [["0x02", master02(nobleSym)], ["0x03", master03()]] as const)
    it(`${name} leaves neither its secret nor the key's coordinates from an extraction`, () => {
      const s = master.setup(octets("extract", master.seedOctets))
      const own = s.subarray(0, name === "0x02" ? 32 : 128)
      run(master.extract(s, octets("uid", 32)))
      let key: Uint8Array | undefined
      const arrays = arraysMadeBy(() => void (key = run(master.extract(s, octets("uid", 32)))))
      const x = name === "0x02" ? key!.subarray(20, 100) : key!.subarray(1, 129)
      assert.deepEqual(found(arrays, { s: own, x }, [key!]), [])
      assert.deepEqual(found(arrays, { x }, []), ["x"], "the finder sees the key itself")
    })
  it("refuse seeds that give no master secret", () => {
    const q = madeCurve().q
    assert.throws(() => master02(nobleSym).setup(concat([new Uint8Array(16), q, new Uint8Array(48)])), /random/)
    assert.throws(() => master03().setup(new Uint8Array(144)), /random/)
  })
  it("know octets that are no master secret", () => {
    const master = master02(nobleSym)
    const s = master.setup(octets("extract", master.seedOctets))
    const spoilt = copy(s)
    spoilt[31]! ^= 1
    assert.equal(run(master.publicParameter(spoilt)), undefined, "P_pub is of another s")
    assert.equal(run(master.publicParameter(s.subarray(1))), undefined)
  })
})
