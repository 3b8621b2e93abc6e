/** The native machine under qemu-arm: what it computes is what noble and the other machines compute, wherever it lies and however it is cut. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { bls12_381 } from "@noble/curves/bls12-381.js"
import { nativeBlob, nativeCode } from "../../boards/espruino/native/blob.ts"
import { unbase64 } from "../../sdk/base/base64.ts"
import { ascii, concat, hex, unhex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { bls12381 as blsOfNoble } from "../../sdk/group/bls12381-noble.ts"
import { bls12381, entry } from "../../sdk/group/bls12381.ts"
import type { PairingGroup } from "../../sdk/group/group.ts"
import { p256 as p256OfNoble } from "../../sdk/group/p256-noble.ts"
import { p256 } from "../../sdk/group/p256.ts"
import { expandMessageXmd } from "../../sdk/ibe/xmd.ts"
import { NATIVE_STATE, nativeMachines, type NativeMachines } from "../../sdk/machine/native.ts"
import type { Machine } from "../../sdk/machine/program.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { outside1, outside2, refused1, refused2, zcash1, zcash2 } from "../contract/bls-points.ts"
import { dhLaws, pairingLaws } from "../contract/group-laws.ts"
import { octets } from "../contract/octets.ts"
import { machines, programs } from "../machine/machines.ts"
import { given } from "./given.ts"
import { arm, type Arm } from "./host.ts"
import { PLACES, portOf, type WatchedPort } from "./port.ts"
import { linuxArm } from "./tools.ts"

const WHOLE = 1e9
const reference = machines.find((each) => each.name === "its Program in WebAssembly")!
const names = ["bls12381", "p256"] as const

let one: Arm
let here: NativeMachines
let elsewhere: NativeMachines
let port: WatchedPort

/** For tests that are described before there is a machine. */
const later = (of: (typeof names)[number]): Machine => ({ octets: programs[of].octets, run: (what, input, digits) => here[of].run(what, input, digits) })
const bls = bls12381(later("bls12381"))
const dh = p256(later("p256"))

describe("the native machine", () => {
  before(linuxArm)
  before(() => {
    one = arm("user")
    port = portOf(one, PLACES.blob)
    here = nativeMachines(nativeBlob, port, WHOLE)!
    elsewhere = nativeMachines(nativeBlob, portOf(one, PLACES.elsewhere), WHOLE)!
  })
  after(() => one?.close())

  dhLaws("P-256, native", dh, [])
  pairingLaws("BLS12-381, native", bls, bls12_381.fields.Fr.ORDER, refused1, refused2)
  describe("beside noble", () => besideNoble())
  describe("by entries", () => byEntries())
  describe("in memory", () => inMemory())
})

function besideNoble(): void {
  const cases = (name: string): unknown => JSON.parse(readFileSync(new URL(`../cases/${name}.json`, import.meta.url), "utf8"))
  /** Octets of everything that a group computes of a seed. */
  const all = <G1, G2, GT>(group: PairingGroup<G1, G2, GT>, seed: string): string[] => {
    const k = group.reduce(octets(seed, 48))
    const P = run(group.mulG1(k))
    const Q = run(group.mapToG2(octets(seed, 256)))
    const R = run(group.mulG2(k, Q))
    const e = run(group.pair(P, R))
    const same = [run(group.sameSecret(R, P, Q)), run(group.sameSecret(Q, P, Q))].map(String)
    return [hex(group.encodeG1(P)), hex(group.encodeG2(Q)), hex(group.encodeG2(R)), hex(group.encodeGT(e)), hex(group.encodeGT(run(group.powGT(e, k)))), ...same]
  }
  it("multiplies, hashes, pairs and raises to the same octets", () => {
    for (const seed of ["a", "b"]) assert.deepEqual(all(bls, seed), all(blsOfNoble, seed))
  })
  it("hashes to the points of RFC 9380 J.10.1, and where the map has no inverse", () => {
    const v = cases("rfc9380_g2") as { dst: string; tests: { message: string; x: [string, string]; y: [string, string] }[] }
    for (const t of v.tests) {
      const Q = run(bls.mapToG2(expandMessageXmd(nobleSym, ascii(t.message), ascii(v.dst), 256)))
      const fp2 = (c: [string, string]): { c0: bigint; c1: bigint } => ({ c0: BigInt(`0x${c[0]}`), c1: BigInt(`0x${c[1]}`) })
      assert.equal(hex(bls.encodeG2(Q)), hex(zcash2({ x: fp2(t.x), y: fp2(t.y) })))
    }
    const half = octets("half", 128)
    for (const uniform of [new Uint8Array(256), concat([half, half]), concat([half, new Uint8Array(128)])])
      assert.equal(hex(bls.encodeG2(run(bls.mapToG2(uniform)))), hex(blsOfNoble.encodeG2(run(blsOfNoble.mapToG2(uniform)))))
  })
  it("takes no point outside the subgroups, and noble's within", () => {
    for (const p of outside1()) assert.equal(run(bls.decodeG1(zcash1(p.toAffine()))) !== undefined, p.isTorsionFree())
    for (const q of outside2()) assert.equal(run(bls.decodeG2(zcash2(q.toAffine()))) !== undefined, q.isTorsionFree())
    const P = bls12_381.G1.Point.BASE.multiply(7n)
    assert.equal(hex(bls.encodeG1(run(bls.decodeG1(P.toBytes()))!)), P.toHex())
  })
  it("agrees on what noble agrees on with every point of wycheproof, and refuses the same", () => {
    const list = (cases("wycheproof_ecdh_p256") as { tests: { tcId: number; public: string; private: string }[] }).tests
    for (const t of list) {
      const secret = unhex(BigInt(`0x${t.private}`).toString(16).padStart(64, "0"))!
      const [K, want] = [run(dh.agree(secret, unhex(t.public)!)), run(p256OfNoble.agree(secret, unhex(t.public)!))]
      assert.equal(K === undefined ? K : hex(K), want === undefined ? want : hex(want), `tcId ${t.tcId}`)
    }
    for (const seed of [new Uint8Array(48), octets("seed", 48)]) assert.equal(hex(run(dh.keygen(seed)).point), hex(run(p256OfNoble.keygen(seed)).point))
  })
}

function byEntries(): void {
  for (const of of names)
    it(`${of}: every entry gives what WebAssembly gives, at two addresses, on random elements and on 0, p - 1 and p - 2`, () => {
      programs[of].entries.forEach((_, at) => {
        for (const which of ["random", "edges"] as const) {
          const [input, digits] = given(programs[of], at, which)
          const want = hex(run(reference[of].run(at, input, digits)))
          for (const place of [here, elsewhere]) assert.equal(hex(run(place[of].run(at, input, digits))), want, `entry ${at}, ${which}`)
        }
      })
    })
  it("is cut anywhere, and its memory may move between the cuts", () => {
    const address = port.address
    // 4757 operations in 447 calls of blocks
    for (const [slice, least] of [[1, 447], [77, 61], [1000, 4]] as const) {
      const moving = nativeMachines(nativeBlob, port, slice)!
      const [input, digits] = given(programs.bls12381, entry.mulGenerator, "random")
      let steps = 0
      port.address = (memory) => port.moved(memory)
      const job = moving.bls12381.run(entry.mulGenerator, input, digits)
      let out = job.step()
      for (; out === undefined; steps++) out = job.step()
      port.address = address
      assert.equal(hex(out.value), hex(run(reference.bls12381.run(entry.mulGenerator, input, digits))))
      assert(steps >= least && steps < 1.5 * least + 447 / slice + 20, `${steps} steps of ${slice}`)
    }
  })
  it("takes no element of p or more, nor input of another length", () => {
    for (const of of names) {
      const at = of === "p256" ? 2 : entry.decodeG2
      const two = concat([new Uint8Array(programs[of].octets), programs[of].modulus])
      assert.throws(() => run(here[of].run(at, two, new Uint8Array(0))), /p or more/)
      assert.throws(() => run(here[of].run(at, two.subarray(1), new Uint8Array(0))), /entry/)
      assert.throws(() => here[of].run(99, two, new Uint8Array(0)), /entry/)
    }
  })
  it("is not made of code of which an octet has flipped", () => {
    const code = unbase64(nativeCode)!
    for (let at = 5; at < code.length; at += 1301) {
      // not the sum itself, which would then do anything
      if (at > 0x380 && at < 0x420) continue
      const changed = Uint8Array.from(code)
      changed[at]! ^= 1
      assert.equal(nativeMachines(nativeBlob, portOf(one, 0x20280000, changed), WHOLE), undefined, `octet ${at}`)
    }
    assert.notEqual(nativeMachines(nativeBlob, portOf(one, 0x20280000), WHOLE), undefined)
  })
}

function inMemory(): void {
  it("8 kB hold each entry with its input and output, but for the lines of a fixed point", () => {
    for (const of of names)
      nativeBlob[of].forEach(([slots, reads, writes, picks], at) => {
        const width = programs[of].octets
        const octets = NATIVE_STATE + slots! * width + Math.max(reads!, writes!) * width + picks! + 3
        if (of === "bls12381" && (at === entry.lines || at === entry.pairLines)) assert(octets > 8192)
        else assert(octets <= 8192, `${of} ${at}: ${octets}`)
      })
  })
  it("1.5 kB of stack are enough, and are wiped when a step returns", () => {
    const deepest = { stack: 0, dirty: 0 }
    port.watch = (door, called) => {
      if (door !== 4) return
      deepest.stack = Math.max(deepest.stack, called.stack)
      deepest.dirty = Math.max(deepest.dirty, called.dirty)
    }
    for (const of of names) programs[of].entries.forEach((_, at) => void run(here[of].run(at, ...given(programs[of], at, "random"))))
    port.watch = () => undefined
    // all that was touched is what the door wipes, and r4 and lr that it put by
    assert.deepEqual([deepest.stack, deepest.dirty <= 8], [1448, true])
  })
}
