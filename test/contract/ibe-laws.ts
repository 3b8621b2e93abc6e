/** The laws of sdk/ibe/ibe.ts: a KEM and its sealed box, for any implementation. */
import assert from "node:assert/strict"
import { createCipheriv, createHmac, hkdfSync } from "node:crypto"
import { concat, hex, u32 } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import type { Box, BoxKeys, Ibe, IbeMaster, Params, PrivateKey } from "../../sdk/ibe/ibe.ts"
import type { Refused } from "./bls-points.ts"
import { flip, octets } from "./octets.ts"

/** One KMS and two identities of it. */
export interface Realm {
  readonly par: Params
  readonly alice: Uint8Array
  readonly bob: Uint8Array
  readonly aliceKey: PrivateKey
  readonly bobKey: PrivateKey
}

/** Sets a realm up from a name. */
export function realm(ibe: Ibe, master: IbeMaster, name: string): Realm {
  const s = master.setup(octets(name, master.seedOctets))
  const par = run(ibe.parameters(run(master.publicParameter(s))!))!
  const alice = octets("alice", 32)
  const bob = octets("bob", 32)
  const key = (uid: Uint8Array): PrivateKey => run(ibe.privateKey(run(master.extract(s, uid)), par))!
  return { par, alice, bob, aliceKey: key(alice), bobKey: key(bob) }
}

/**
 * A KEM with its master side; `flips` are the bits of `enc` to turn, the refused encodings those of P_pub and S_id. `uidIn` says what the UID enters: with
 * "enc" the right key under another UID opens nothing, with "secret" (RFC 5091, whose l does not hash it) it gives another secret.
 */
export function ibeLaws(
  name: string, ibe: Ibe, master: IbeMaster, flips: readonly number[], refusedPublic: () => readonly Refused[], refusedPrivate: () => readonly Refused[],
  uidIn: "enc" | "secret" = "enc",
): void {
  const seed = (n: string): Uint8Array => octets(`seed ${n}`, ibe.seedOctets)
  describe(`KEM: ${name}`, () => {
    let at: Realm
    let other: Realm
    before(() => {
      at = realm(ibe, master, "kms")
      other = realm(ibe, master, "other kms")
    })
    it("who holds the key of the UID gets the secret, from exactly these octets", () => {
      const made = run(ibe.encapsulate(at.alice, at.par, seed("1")))
      assert.equal(made.secret.length, 32)
      assert.equal(ibe.encOctets(made.enc), made.enc.length)
      assert.equal(ibe.encOctets(concat([made.enc, octets("more", 40)])), made.enc.length)
      assert.equal(ibe.encOctets(made.enc.subarray(1)), 0)
      assert.equal(hex(run(ibe.decapsulate(made.enc, at.aliceKey, at.alice, at.par))!), hex(made.secret))
    })
    it("equal seeds give equal encapsulations, other seeds, UIDs or KMSs others", () => {
      const all = [run(ibe.encapsulate(at.alice, at.par, seed("1"))), run(ibe.encapsulate(at.alice, at.par, seed("2"))), run(ibe.encapsulate(at.bob, at.par, seed("1"))), run(ibe.encapsulate(at.alice, other.par, seed("1")))]
      assert.deepEqual(run(ibe.encapsulate(at.alice, at.par, seed("1"))), all[0])
      assert.equal(new Set(all.map((each) => hex(each.enc))).size, 4)
      assert.equal(new Set(all.map((each) => hex(each.secret))).size, 4)
    })
    it("another key, another UID or another KMS opens nothing", () => {
      const made = run(ibe.encapsulate(at.alice, at.par, seed("3")))
      assert.equal(run(ibe.decapsulate(made.enc, at.bobKey, at.alice, at.par)), undefined)
      const underOther = run(ibe.decapsulate(made.enc, at.aliceKey, at.bob, at.par))
      if (uidIn === "enc") assert.equal(underOther, undefined)
      else assert.notEqual(hex(underOther!), hex(made.secret))
      assert.equal(run(ibe.decapsulate(made.enc, other.aliceKey, at.alice, at.par)), undefined)
    })
    it("a flipped bit, a cut or a longer encapsulation opens nothing", () => {
      const made = run(ibe.encapsulate(at.alice, at.par, seed("4")))
      for (const bit of flips) assert.equal(run(ibe.decapsulate(flip(made.enc, bit), at.aliceKey, at.alice, at.par)), undefined, `bit ${bit}`)
      for (const bad of [made.enc.subarray(1), made.enc.subarray(0, made.enc.length - 1), concat([made.enc, new Uint8Array(1)]), new Uint8Array(0), new Uint8Array(made.enc.length)])
        assert.equal(run(ibe.decapsulate(bad, at.aliceKey, at.alice, at.par)), undefined)
    })
    it("a public parameter or private key that is no valid group element is refused", () => {
      for (const [why, encoded] of refusedPublic()) assert.equal(run(ibe.parameters(encoded)), undefined, why)
      for (const [why, encoded] of refusedPrivate()) assert.equal(run(ibe.privateKey(encoded, at.par)), undefined, why)
    })
    it("verify holds for the key of this UID under these parameters only", () => {
      assert.equal(run(ibe.verify(at.aliceKey, at.alice, at.par)), true)
      for (const [key, uid, par] of [[at.bobKey, at.alice, at.par], [at.aliceKey, at.bob, at.par], [at.aliceKey, at.alice, other.par], [other.aliceKey, at.alice, at.par]] as const)
        assert.equal(run(ibe.verify(key, uid, par)), false)
    })
    ownershipLaws(ibe, master, () => at, seed)
  })
}

function ownershipLaws(ibe: Ibe, master: IbeMaster, at: () => Realm, seed: (n: string) => Uint8Array): void {
  it("parsed keys and parameters keep their own octets, and wipe zeroes a key for good", () => {
    const given = Uint8Array.from(at().aliceKey.octets)
    const key = run(ibe.privateKey(given, at().par))!
    given.fill(0)
    assert.deepEqual(key.octets, at().aliceKey.octets)
    ibe.wipe(key)
    assert.ok(key.octets.every((o) => o === 0))
    const made = run(ibe.encapsulate(at().alice, at().par, seed("5")))
    assert.throws(() => run(ibe.decapsulate(made.enc, key, at().alice, at().par)), /wiped/)
    assert.ok(run(ibe.decapsulate(made.enc, at().aliceKey, at().alice, at().par)) !== undefined)
  })
  it("a Job works on its own copies: seed, UID and encapsulation may be wiped at once", () => {
    const mine = seed("6")
    const uid = Uint8Array.from(at().alice)
    const want = run(ibe.encapsulate(uid, at().par, mine))
    const job = ibe.encapsulate(uid, at().par, mine)
    const enc = Uint8Array.from(want.enc)
    const back = ibe.decapsulate(enc, at().aliceKey, uid, at().par)
    for (const each of [mine, uid, enc]) each.fill(0)
    assert.deepEqual(run(job), want)
    assert.deepEqual(run(back), want.secret)
  })
  it("a seed of another length, or a master secret that is none, is our caller's mistake", () => {
    assert.throws(() => run(ibe.encapsulate(at().alice, at().par, new Uint8Array(ibe.seedOctets - 1))), /seed/)
    assert.throws(() => master.setup(new Uint8Array(master.seedOctets - 1)), /seed/)
    assert.throws(() => run(master.extract(new Uint8Array(32), at().alice)), /master/)
    assert.equal(run(master.publicParameter(new Uint8Array(32))), undefined)
    assert.equal(run(master.publicParameter(new Uint8Array(32).fill(0xff))), undefined)
  })
}

/** The sealed box over a KEM. */
export function boxLaws(name: string, box: Box, ibe: Ibe, master: IbeMaster): void {
  const aad = octets("aad", 57)
  const plain = octets("plain", 200)
  describe(`sealed box: ${name}`, () => {
    let at: Realm
    let keys: BoxKeys
    before(() => {
      at = realm(ibe, master, "kms")
      keys = run(box.encapsulate(at.alice, at.par, octets("box", box.seedOctets)))
    })
    it("is suite || enc || AES-256-CTR || HMAC under keys of HKDF, as Node's crypto computes it", () => {
      const made = run(ibe.encapsulate(at.alice, at.par, octets("box", ibe.seedOctets)))
      const info = concat([new TextEncoder().encode("IBAKE-V01-seal"), new Uint8Array([ibe.suiteId])])
      const okm = new Uint8Array(hkdfSync("sha256", made.secret, new Uint8Array(0), info, 96))
      assert.deepEqual([keys.ke, keys.ka, keys.kc].map(hex), [0, 32, 64].map((from) => hex(okm.subarray(from, from + 32))))
      const cipher = createCipheriv("aes-256-ctr", okm.subarray(0, 32), new Uint8Array(16)).update(plain)
      const tag = createHmac("sha256", okm.subarray(32, 64)).update(concat([u32(aad.length), aad, cipher])).digest().subarray(0, 16)
      assert.equal(hex(box.seal(keys, aad, plain)), hex(concat([new Uint8Array([ibe.suiteId]), made.enc, cipher, tag])))
    })
    it("opens to what was sealed, for every length, and is as long as it said", () => {
      for (const n of [0, 1, 15, 16, 17, 31, 32, 33, 200]) {
        const sealed = box.seal(keys, aad, plain.subarray(0, n))
        assert.equal(sealed.length, box.octets(keys, n))
        const theirs = run(box.decapsulate(sealed, at.aliceKey, at.alice, at.par))!
        assert.deepEqual([theirs.kc, theirs.enc].map(hex), [keys.kc, keys.enc].map(hex))
        assert.equal(hex(box.open(theirs, aad, sealed)!), hex(plain.subarray(0, n)))
      }
    })
    it("a flipped bit of any octet opens nothing", () => {
      const sealed = box.seal(keys, aad, plain.subarray(0, 40))
      for (let bit = 0; bit < sealed.length * 8; bit++) assert.equal(box.open(keys, aad, flip(sealed, bit)), undefined, `bit ${bit}`)
      for (let cut = 0; cut < sealed.length; cut++) assert.equal(box.open(keys, aad, sealed.subarray(0, cut)), undefined, `cut ${cut}`)
      assert.equal(box.open(keys, aad, concat([sealed, new Uint8Array(1)])), undefined)
    })
    it("another aad opens nothing, also where aad and ciphertext only share a border", () => {
      const sealed = box.seal(keys, aad, plain)
      for (const bad of [flip(aad, 3), aad.subarray(1), aad.subarray(0, 56), concat([aad, new Uint8Array(1)]), new Uint8Array(0)]) assert.equal(box.open(keys, bad, sealed), undefined)
      const from = 1 + keys.enc.length
      const moved = concat([sealed.subarray(0, from), sealed.subarray(from + 1)])
      assert.equal(box.open(keys, concat([aad, sealed.subarray(from, from + 1)]), moved), undefined)
    })
    boxRefusals(box, () => ({ at, keys }), aad, plain)
  })
}

function boxRefusals(box: Box, of: () => { at: Realm; keys: BoxKeys }, aad: Uint8Array, plain: Uint8Array): void {
  it("another suite octet, or too few octets, is not decapsulated", () => {
    const { at, keys } = of()
    const sealed = box.seal(keys, aad, plain)
    for (const suite of [0, box.suiteId ^ 3, 0xff]) {
      const other = Uint8Array.from(sealed)
      other[0] = suite
      assert.equal(run(box.decapsulate(other, at.aliceKey, at.alice, at.par)), undefined)
    }
    for (const n of [0, 1, keys.enc.length, keys.enc.length + 16]) assert.equal(run(box.decapsulate(sealed.subarray(0, n), at.aliceKey, at.alice, at.par)), undefined)
    assert.equal(run(box.decapsulate(sealed, at.bobKey, at.alice, at.par)), undefined)
  })
  it("keys of another box, even to the same UID, open nothing", () => {
    const { at, keys } = of()
    const others = run(box.encapsulate(at.alice, at.par, octets("another box", box.seedOctets)))
    assert.equal(box.open(others, aad, box.seal(keys, aad, plain)), undefined)
  })
  it("wipe zeroes ke, ka and kc", () => {
    const { at } = of()
    const keys = run(box.encapsulate(at.alice, at.par, octets("wipe", box.seedOctets)))
    for (const key of [keys.ke, keys.ka, keys.kc]) assert.ok(key.some((o) => o !== 0))
    box.wipe(keys)
    for (const key of [keys.ke, keys.ka, keys.kc]) assert.ok(key.every((o) => o === 0))
  })
}
