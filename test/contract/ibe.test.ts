/** Suite 0x01 over noble against the contract, and against PROTOCOL sections 2 and 3 computed by noble's ready-made curve and Node's crypto alone. */
import assert from "node:assert/strict"
import { createHash, createHmac, hkdfSync } from "node:crypto"
import { bls12_381 } from "@noble/curves/bls12-381.js"
import { expand_message_xmd } from "@noble/curves/abstract/hash-to-curve.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { ascii, concat, copy, hex, unhex, wipe, xorInto } from "../../sdk/base/bytes.ts"
import { run, type Job } from "../../sdk/base/job.ts"
import { bls12381, type Fp12 } from "../../sdk/group/bls12381-noble.ts"
import type { PairingGroup } from "../../sdk/group/group.ts"
import { bfMaster } from "../../sdk/ibe/bf-master.ts"
import { bf } from "../../sdk/ibe/bf.ts"
import { gidCache } from "../../sdk/ibe/gid-cache.ts"
import { seal } from "../../sdk/ibe/seal.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { arraysMadeBy, found } from "./arrays.ts"
import { refused1, refused2 } from "./bls-points.ts"
import { boxLaws, ibeLaws, realm } from "./ibe-laws.ts"
import { octets } from "./octets.ts"

const master = bfMaster(bls12381, nobleSym)
const plainBf = bf(bls12381, nobleSym)

/** All bits of U, with its flags, and one bit of each third octet of V. */
const flips = Array.from({ length: 384 }, (_, i) => i).concat(Array.from({ length: 11 }, (_, i) => 384 + i * 24 + (i % 8)))

ibeLaws("BF over BLS12-381 of noble", plainBf, master, flips, refused1, refused2)
ibeLaws("the same with a memory of g_ID", bf(bls12381, nobleSym, gidCache<Fp12>(2)), master, [0, 2, 383, 384], () => [], () => [])
boxLaws("over BF", seal(plainBf, nobleSym), plainBf, master)

/** PROTOCOL section 2 with big integers and nothing of ours but octet strings. */
interface Computed {
  readonly Ppub: Uint8Array
  readonly Sid: Uint8Array
  readonly l: Uint8Array
  readonly gt: Uint8Array
  readonly enc: Uint8Array
  readonly secret: Uint8Array
}

function computed(master: Uint8Array, uid: Uint8Array, rho: Uint8Array): Computed {
  const r = bls12_381.fields.Fr.ORDER
  const H = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(createHash("sha256").update(concat(parts)).digest())
  const s = BigInt(`0x${hex(master)}`)
  const Q = bls12_381.G2.hashToCurve(uid, { DST: "IBAKE-V01-BLS12381G2_XMD:SHA-256_SSWU_RO_" })
  const Ppub = bls12_381.G1.Point.BASE.multiply(s)
  const l = BigInt(`0x${hex(expand_message_xmd(concat([rho, uid]), "IBAKE-V01-L", 48, sha256))}`) % r
  const Fp12 = bls12_381.fields.Fp12
  const gt = Fp12.toBytes(Fp12.pow(bls12_381.pairing(Ppub, Q), l))
  const V = H(ascii("IBAKE-V01-V"), gt)
  xorInto(V, rho)
  const enc = concat([bls12_381.G1.Point.BASE.multiply(l).toBytes(), V])
  const secret = H(ascii("IBAKE-V01-K"), rho, uid, enc)
  return { Ppub: Ppub.toBytes(), Sid: Q.multiply(s).toBytes(), l: unhex(l.toString(16).padStart(64, "0"))!, gt, enc, secret }
}

describe("suite 0x01 beside an independent computation", () => {
  it("P_pub, S_id, enc and secret are those of PROTOCOL section 2", () => {
    for (let i = 0; i < 4; i++) {
      const s = master.setup(octets(`ms ${i}`, 48))
      const uid = octets(`uid ${i}`, 32)
      const rho = i === 0 ? new Uint8Array(32) : octets(`rho ${i}`, 32)
      const want = computed(s, uid, rho)
      assert.equal(hex(run(master.publicParameter(s))!), hex(want.Ppub))
      assert.equal(hex(run(master.extract(s, uid))), hex(want.Sid))
      const par = run(plainBf.parameters(want.Ppub))!
      const made = run(plainBf.encapsulate(uid, par, rho))
      assert.deepEqual([hex(made.enc), hex(made.secret)], [hex(want.enc), hex(want.secret)])
      assert.equal(hex(run(plainBf.decapsulate(want.enc, run(plainBf.privateKey(want.Sid, par))!, uid, par))!), hex(want.secret))
    }
  })
  it("U that was not made from rho is refused, though V opens: [l]P must be U", () => {
    const at = realm(plainBf, master, "kms")
    const s = BigInt(`0x${hex(master.setup(octets("kms", 48)))}`)
    const Q = bls12_381.G2.hashToCurve(at.alice, { DST: "IBAKE-V01-BLS12381G2_XMD:SHA-256_SSWU_RO_" })
    const U = bls12_381.G1.Point.BASE.multiply(12345n)
    const V = new Uint8Array(createHash("sha256").update(concat([ascii("IBAKE-V01-V"), bls12_381.fields.Fp12.toBytes(bls12_381.pairing(U, Q.multiply(s)))])).digest())
    xorInto(V, octets("chosen rho", 32))
    assert.equal(run(plainBf.decapsulate(concat([U.toBytes(), V]), at.aliceKey, at.alice, at.par)), undefined)
  })
  it("setup is the seed modulo r, and a multiple of r is our caller's mistake", () => {
    const r = bls12_381.fields.Fr.ORDER
    const seed = octets("setup", 48)
    assert.equal(BigInt(`0x${hex(master.setup(seed))}`), BigInt(`0x${hex(seed)}`) % r)
    for (const n of [0n, r, r * 7n]) assert.throws(() => master.setup(unhex(n.toString(16).padStart(96, "0"))!), /random/)
  })
})

/** The group, counting what costs time. */
function counted(): { group: PairingGroup<Parameters<typeof bls12381.encodeG1>[0], Parameters<typeof bls12381.encodeG2>[0], Fp12>; pairings: number; hashes: number } {
  const count = {
    pairings: 0,
    hashes: 0,
    group: {
      ...bls12381,
      mapToG2: (uniform: Uint8Array) => (count.hashes++, bls12381.mapToG2(uniform)),
      pair: (p: Parameters<typeof bls12381.pair>[0], q: Parameters<typeof bls12381.pair>[1]) => (count.pairings++, bls12381.pair(p, q)),
    },
  }
  return count
}

describe("the memory of g_ID", () => {
  it("spares hash and pairing for a peer called again, and changes no octet", () => {
    const count = counted()
    const at = realm(plainBf, master, "kms")
    const ibe = bf(count.group, nobleSym, gidCache<Fp12>(2))
    const seen: string[] = []
    for (const uid of [at.alice, at.alice, at.bob, at.alice]) {
      const made = run(ibe.encapsulate(uid, at.par, octets("gid", 32)))
      assert.deepEqual(made, run(plainBf.encapsulate(uid, at.par, octets("gid", 32))))
      seen.push(`${count.hashes} ${count.pairings}`)
    }
    assert.deepEqual(seen, ["1 1", "1 1", "2 2", "2 2"])
  })
  it("holds no more than it may, forgets the one used longest ago, and tells parameters apart", () => {
    const count = counted()
    const at = realm(plainBf, master, "kms")
    const other = realm(plainBf, master, "other kms")
    const ibe = bf(count.group, nobleSym, gidCache<Fp12>(2))
    const calls = [[at.alice, at.par], [at.bob, at.par], [at.alice, at.par], [at.alice, other.par], [at.alice, at.par], [at.bob, at.par]] as const
    const seen = calls.map(([uid, par]) => {
      run(ibe.encapsulate(uid, par, octets("gid", 32)))
      return count.pairings
    })
    assert.deepEqual(seen, [1, 2, 2, 3, 3, 4])
  })
  it("of capacity 0 remembers nothing", () => {
    const cache = gidCache<string>(0)
    cache.put(new Uint8Array(1), new Uint8Array(1), "g")
    assert.equal(cache.get(new Uint8Array(1), new Uint8Array(1)), undefined)
  })
})

describe("what suite 0x01 leaves in memory", () => {
  const s = master.setup(octets("kms", 48))
  const rho = octets("secret rho", 32)
  const at = realm(plainBf, master, "kms")
  const want = computed(s, at.alice, rho)
  const okm = new Uint8Array(hkdfSync("sha256", want.secret, new Uint8Array(0), concat([ascii("IBAKE-V01-seal"), new Uint8Array([1])]), 96))
  const box = seal(plainBf, nobleSym)
  const wide = expand_message_xmd(concat([rho, at.alice]), "IBAKE-V01-L", 48, sha256)
  const prk = new Uint8Array(createHmac("sha256", new Uint8Array(32)).update(want.secret).digest())
  const secrets = { rho, wide, wideEnd: wide.subarray(32), prk, l: want.l, gt: want.gt.subarray(0, 48), gtLast: want.gt.subarray(528), secret: want.secret, ke: okm.subarray(0, 32), ka: okm.subarray(32, 64), kc: okm.subarray(64) }

  it("the finder finds a copy that nobody wiped, and not one that was", () => {
    assert.deepEqual(found(arraysMadeBy(() => void copy(rho)), secrets, []), ["rho"])
    assert.deepEqual(found(arraysMadeBy(() => void concat([ascii("IBAKE-V01-V"), want.gt])), secrets, []), ["gt", "gtLast"])
    assert.deepEqual(found(arraysMadeBy(() => void nobleSym.sha256(concat([ascii("IBAKE-V01-K"), rho, at.alice, want.enc]))), secrets, []), ["rho", "secret"])
    assert.deepEqual(found(arraysMadeBy(() => wipe(copy(rho))), secrets, []), [])
  })
  it("an encapsulation leaves nothing but its keys, and wipe takes those", () => {
    let keys: ReturnType<typeof run<{ ke: Uint8Array; ka: Uint8Array; kc: Uint8Array; enc: Uint8Array }>> | undefined
    const arrays = arraysMadeBy(() => {
      keys = run(box.encapsulate(at.alice, at.par, rho))
    })
    assert.equal(hex(keys!.enc), hex(want.enc))
    assert.deepEqual(found(arrays, secrets, []), ["ke", "ka", "kc"], "the finder sees the keys themselves")
    assert.deepEqual(found(arrays, secrets, [keys!.ke, keys!.ka, keys!.kc]), [])
    box.wipe(keys!)
    assert.deepEqual(found(arrays, secrets, []), [])
  })
  it("a decapsulation leaves nothing but its keys, whether it succeeds or not", () => {
    const sealed = concat([new Uint8Array([1]), want.enc, new Uint8Array(16)])
    for (const uid of [at.alice, at.bob]) {
      let keys: { ke: Uint8Array; ka: Uint8Array; kc: Uint8Array } | undefined
      const arrays = arraysMadeBy(() => {
        keys = run(box.decapsulate(sealed, at.aliceKey, uid, at.par))
      })
      assert.equal(keys === undefined, uid === at.bob)
      assert.deepEqual(found(arrays, secrets, keys === undefined ? [] : [keys.ke, keys.ka, keys.kc]), [])
    }
  })
  it("a Job dropped at any step leaves nothing", () => {
    const sealed = concat([new Uint8Array([1]), want.enc, new Uint8Array(16)])
    const makers: (() => Job<unknown>)[] = [() => box.encapsulate(at.alice, at.par, rho), () => box.decapsulate(sealed, at.aliceKey, at.alice, at.par)]
    for (const make of makers)
      for (let steps = 0, over = false; !over; steps++) {
        const arrays = arraysMadeBy(() => {
          const job = make()
          for (let i = 0; i < steps && !over; i++) over = job.step() !== undefined
          if (!over) job.drop()
        })
        if (!over) assert.deepEqual(found(arrays, secrets, []), [], `dropped after ${steps} steps`)
        else assert.ok(steps >= 5, `the Job has ${steps} steps`)
      }
  })
  it("extracting a private key leaves no master secret", () => {
    const arrays = arraysMadeBy(() => void run(master.extract(s, at.alice)))
    assert.deepEqual(found(arrays, { s }, []), [])
    assert.deepEqual(found(arraysMadeBy(() => void copy(s)), { s }, []), ["s"])
  })
})

describe("the sealed box and its cipher", () => {
  it("decrypts nothing before the tag has held", () => {
    let ciphers = 0
    const sym = { ...nobleSym, aesCtr: (...args: Parameters<typeof nobleSym.aesCtr>) => (ciphers++, nobleSym.aesCtr(...args)) }
    const box = seal(plainBf, sym)
    const at = realm(plainBf, master, "kms")
    const keys = run(box.encapsulate(at.alice, at.par, octets("order", 32)))
    const sealed = box.seal(keys, ascii("aad"), ascii("plain"))
    assert.equal(ciphers, 1)
    assert.equal(box.open(keys, ascii("other aad"), sealed), undefined)
    assert.equal(ciphers, 1)
    assert.equal(hex(box.open(keys, ascii("aad"), sealed)!), hex(ascii("plain")))
    assert.equal(ciphers, 2)
  })
})
