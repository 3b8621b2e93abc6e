/** Boxes of suites 0x02 and 0x03 in calls: cut anywhere, with bits turned in U, V, W or R, H, and with points that are none. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { concat, copy, hex, u8, unhex } from "../../sdk/base/bytes.ts"
import { done, map } from "../../sdk/base/job.ts"
import { clearParts, header } from "../../sdk/ibake/exchange.ts"
import { ntp, ntpSeconds, period } from "../../sdk/ibake/identity.ts"
import { seal } from "../../sdk/ibe/seal.ts"
import { build, parse } from "../../sdk/mikey/message.ts"
import { ibakePayload, part } from "../../sdk/mikey/payload.ts"
import type { Ibe } from "../../sdk/suite.ts"
import { changed, enrolled, fetchKeys, good, testKms, UTC, type Kit, type Radio } from "../fixture.ts"
import { kits } from "../suites.ts"
import { clearOf } from "./by-hand.ts"
import { randomOf } from "./mutate.ts"
import { callStage, wide, type Stage } from "./stages.ts"

/** The scheme with an answer book: an encapsulation that comes again gives what it gave, for only what stands around it is changed then. */
function remembering(ibe: Ibe): Ibe {
  const book = new Map<string, Uint8Array | undefined>()
  return {
    ...ibe,
    decapsulate(enc, key, uid, par) {
      const name = `${hex(enc)} ${hex(uid)}`
      if (book.has(name)) return done(book.get(name) && copy(book.get(name)!))
      return map(ibe.decapsulate(enc, key, uid, par), (secret) => (book.set(name, secret && copy(secret)), secret))
    },
  }
}

function remembered(kit: Kit): Kit {
  const suites = kit.profile.suites.map((suite) => {
    const ibe = remembering(suite.ibe)
    return { id: suite.id, ibe, box: seal(ibe, kit.profile.sym) }
  })
  return changed(kit, () => ({ suites }))
}

/** A radio with the key of the one period that is asked for. */
function withKey(of: Radio): Radio {
  fetchKeys(of, { periods: { first: period(ntpSeconds(ntp(UTC)), of.kms.state.own)!, count: 1 } })
  return of
}

/** A message with another box in its place, its lengths set right. */
function boxed(octets: Uint8Array, encrData: Uint8Array): Uint8Array {
  const m = good(parse(octets, 65535))
  const clear = clearOf(m, m.RAND ?? new Uint8Array(0))
  return build(header(m.header.dataType, clear), clearParts(m.header.dataType, clear).concat([part(ibakePayload, { encrData })])).octets
}

/** A stretch of an encapsulation, in octets; one below zero counts from its end. */
interface Stretch {
  readonly what: string
  readonly from: number
  readonly to: number
  /** How many of its bits are turned: one that is found only by the pairing costs it. */
  readonly bits: number
}

const suites: readonly (readonly ["0x02" | "0x03", string, readonly Stretch[]])[] = [
  ["0x02", "ibe-02.json", [{ what: "DER and U", from: 0, to: -68, bits: 150 }, { what: "V", from: -66, to: -34, bits: 5 }, { what: "W", from: -32, to: 0, bits: 5 }]],
  ["0x03", "ibe-03.json", [{ what: "R", from: 0, to: -16, bits: 150 }, { what: "H", from: -16, to: 0, bits: 6 }]],
]

for (const [suite, cases, stretches] of suites)
  describe(`a box of suite ${suite} in a call`, () => {
    let open: { readonly I_MESSAGE_1: Stage; readonly R_MESSAGE_1: Stage }
    before(() => {
      const kms = testKms(wide(remembered(kits()[suite])))
      const [alice, bob] = ["alice", "bob"].map((name) => withKey(enrolled(kms, `sip:${name}@police.example`))) as [Radio, Radio]
      open = { I_MESSAGE_1: callStage("I_MESSAGE_1", alice, bob), R_MESSAGE_1: callStage("R_MESSAGE_1", alice, bob) }
    })
    const encrData = (stage: Stage): Uint8Array => good(parse(stage.good, 65535)).IBAKE!
    const encOctets = (data: Uint8Array): number => kits()[suite].profile.suites.find((one) => one.id === data[0])!.ibe.encOctets(data.subarray(1))

    for (const name of ["I_MESSAGE_1", "R_MESSAGE_1"] as const) {
      it(`is refused when it is cut at any octet: ${name}`, () => {
        const data = encrData(open[name])
        for (let length = 0; length < data.length; length++) assert.equal(open[name].give(boxed(open[name].good, data.subarray(0, length))), "auth/failed", `cut to ${length}`)
      })

      it(`is refused when a bit is turned: ${name}, a sample of ${stretches.map(({ what }) => what).join(", ")} and the tag`, () => {
        const data = encrData(open[name])
        const end = 1 + encOctets(data)
        const random = randomOf(`${suite} ${name}`)
        for (const { what, from, to, bits } of stretches.concat({ what: "ciphertext and tag", from: 0, to: 0, bits: 40 })) {
          const [first, last] = what === "ciphertext and tag" ? [end, data.length] : [from < 0 ? end + from : 1, end + to]
          for (let i = 0; i < bits; i++) {
            const at = first + random(last - first)
            assert.equal(open[name].give(boxed(open[name].good, data.map((o, k) => (k === at ? o ^ (1 << random(8)) : o)))), "auth/failed", `${what}, octet ${at}`)
          }
        }
      })
    }

    it("is refused whatever its suite octet says, and of no length does it make a suite", () => {
      const data = encrData(open.I_MESSAGE_1)
      for (let octet = 0; octet < 256; octet++) if (octet !== data[0]) assert.equal(open.I_MESSAGE_1.give(boxed(open.I_MESSAGE_1.good, concat([u8(octet), data.subarray(1)]))), "auth/failed", String(octet))
    })

    it("is refused with a point of small order, off the curve, not reduced, or in another form", () => {
      const all = (JSON.parse(readFileSync(new URL(`../cases/${cases}`, import.meta.url), "utf8")) as { cases: { op: string; why: string; fault?: string; in: { enc: string } }[] }).cases
      const bad = all.filter((one) => one.op === "ibe.decapsulate" && one.fault !== undefined && /^[UR] /.test(one.why))
      assert(bad.length >= 7, String(bad.length))
      const data = encrData(open.I_MESSAGE_1)
      const rest = data.subarray(1 + encOctets(data))
      for (const { why, in: { enc } } of bad) assert.equal(open.I_MESSAGE_1.give(boxed(open.I_MESSAGE_1.good, concat([data.subarray(0, 1), unhex(enc)!, rest]))), "auth/failed", why)
    })

    it("is taken as it was, and the call completes", () => {
      assert.equal(hex(boxed(open.I_MESSAGE_1.good, encrData(open.I_MESSAGE_1))), hex(open.I_MESSAGE_1.good), "the changes change nothing else")
      for (const stage of Object.values(open)) stage.finish()
    })
  })
