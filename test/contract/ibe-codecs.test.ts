/** The laws of codecs on what the three suites publish, issue and send: public parameters, private keys, encapsulations. */
import assert from "node:assert/strict"
import fc from "fast-check"
import { concat } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { bls12381 } from "../../sdk/group/bls12381-noble.ts"
import { bf } from "../../sdk/ibe/bf.ts"
import { bfMaster } from "../../sdk/ibe/bf-master.ts"
import { bf1 } from "../../sdk/ibe/bf1.ts"
import type { Ibe, IbeMaster } from "../../sdk/ibe/ibe.ts"
import { sakke, encodePoint } from "../../sdk/ibe/sakke.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { makeCurve, master02, master03, set1Group } from "../type1.ts"
import { comesBack, edited, edits, standsOrFalls, type Codec } from "../wire/laws.ts"
import { realm, type Realm } from "./ibe-laws.ts"
import { octets } from "./octets.ts"

type Decode = (of: Uint8Array, at: Realm) => Uint8Array | undefined

/** A suite; what it read of octets, encoded anew from the group elements where the suite has them. */
interface Suite {
  readonly name: string
  readonly ibe: Ibe
  readonly master: IbeMaster
  readonly parameter: Decode
  readonly key: Decode
}

const set1 = set1Group()
const again = <X>(read: X | undefined, write: (value: X) => Uint8Array): Uint8Array | undefined => (read === undefined ? undefined : write(read))
const point = (of: Uint8Array): Uint8Array | undefined => (of[0] === 4 ? again(set1.decode(of.subarray(1)), (P) => encodePoint(set1, P)) : undefined)
const suite02 = bf1(makeCurve, nobleSym)
const suites: readonly Suite[] = [
  { name: "0x01", ibe: bf(bls12381, nobleSym), master: bfMaster(bls12381, nobleSym), parameter: (of) => again(run(bls12381.decodeG1(of)), bls12381.encodeG1), key: (of) => again(run(bls12381.decodeG2(of)), bls12381.encodeG2) },
  // its blocks are written anew in der.test.ts
  { name: "0x02", ibe: suite02, master: master02(nobleSym), parameter: (of) => run(suite02.parameters(of))?.octets, key: (of, at) => run(suite02.privateKey(of, at.par))?.octets },
  { name: "0x03", ibe: sakke(set1, nobleSym), master: master03(), parameter: point, key: point },
]

for (const { name, ibe, master, parameter, key } of suites)
  describe(`what suite ${name} puts on the wire`, () => {
    let at: Realm
    let enc: readonly Uint8Array[]
    before(() => {
      at = realm(ibe, master, "codecs")
      enc = ["1", "2"].map((seed) => run(ibe.encapsulate(at.alice, at.par, octets(seed, ibe.seedOctets))).enc)
    })
    const codec = (values: () => readonly Uint8Array[], decode: Decode, refused: (of: Uint8Array) => boolean): Codec<Uint8Array> => ({
      values: fc.constantFrom(0, 1).map((i) => Uint8Array.from(values()[i % values().length]!)),
      encode: (value) => value,
      decode: (of) => {
        const back = decode(of, at)
        assert.equal(back === undefined, refused(of))
        return back
      },
      form: "sealed",
      runs: 120,
    })
    it("a public parameter is refused or is encoded to the same octets", () => {
      const of = codec(() => [at.par.octets], parameter, (octets) => run(ibe.parameters(octets)) === undefined)
      comesBack({ ...of, runs: 2 })
      standsOrFalls(of)
    })
    it("a private key is refused or is encoded to the same octets", () => {
      const of = codec(() => [at.aliceKey.octets, at.bobKey.octets], key, (octets) => run(ibe.privateKey(octets, at.par)) === undefined)
      comesBack({ ...of, runs: 4 })
      standsOrFalls(of)
    })
    it("an encapsulation ends where it says, whatever follows; changed, it opens nothing and never throws", () => {
      fc.assert(fc.property(fc.nat(1), edits, fc.uint8Array({ maxLength: 500 }), (i, changes, more) => {
        const changed = edited(enc[i]!, changes)
        for (const data of [concat([enc[i]!, more]), concat([changed, more]), more]) {
          const n = ibe.encOctets(data)
          assert.ok(n >= 0 && n <= data.length)
          if (n > 0) assert.equal(ibe.encOctets(data.subarray(0, n)), n)
        }
        assert.equal(ibe.encOctets(concat([enc[i]!, more])), enc[i]!.length)
        if (Buffer.compare(changed, enc[i]!) !== 0) assert.equal(run(ibe.decapsulate(changed, at.aliceKey, at.alice, at.par)), undefined)
      }), { numRuns: 40 })
    })
  })
