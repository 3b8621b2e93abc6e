/**
 * Power cuts of a radio and kills of its KMS at every step of a key transfer: before and after each write, removal, frame and wake-up. PROTOCOL sections 6
 * and 7: no key is lost, no T is used twice, and under one T there is one answer, octet for octet, whoever lost his memory in between.
 */
import assert from "node:assert/strict"
import { dice } from "../../boards/virtual/random.ts"
import type { CutPoint, CutSide } from "../../boards/virtual/port.ts"
import { hex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { run } from "../../sdk/base/job.ts"
import type { Fetched } from "../../sdk/device.ts"
import { uid } from "../../sdk/ibake/identity.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { held, keysOf, sizedKit, Town, type Later, type Radio } from "../world.ts"

type Who = "radio" | "kms"

/** Where a life ends. */
interface Cut {
  readonly who: Who
  readonly point: CutPoint
  readonly nth: number
  readonly side: CutSide
}

interface Transfer {
  readonly town: Town
  readonly radio: Radio
  /** Cuts that struck. */
  readonly struck: number
  readonly fetches: readonly Later<Fetched>[]
}

const DAYS = 7
const kit = sizedKit()

/** One transfer of a week of keys; cuts strike one after the other. `boot` does what else happens when an end starts again. */
function transfer(seed: number, T: "NTP-UTC" | "COUNTER", cuts: readonly Cut[], loss = 0, boot: (town: Town, who: Who) => void = () => undefined): Transfer {
  const town = new Town({ seed, mtu: 64, air: { loss }, kit })
  const radio = town.radio("alice", T === "COUNTER" ? { clock: "none" } : {})
  const wish = { first: town.period(), count: DAYS }
  const fetches: Later<Fetched>[] = []
  let struck = 0
  const arm = (index: number): void => {
    const cut = cuts[index]
    if (cut === undefined) return
    const board = cut.who === "radio" ? radio.board : town.kmsBoard
    board.cutAt(cut.point, cut.nth, () => {
      struck++
      town.world.after(1500, () => restart(cut.who, index))
    }, cut.side)
  }
  const restart = (who: Who, index: number): void => {
    boot(town, who)
    if (who === "kms") town.bootKms()
    else radio.powerOn()
    arm(index + 1)
    // now the application asks again at once, now the device is left to go on by itself
    if (who === "radio") town.world.after(index % 2 === 0 ? 0 : 20_000, () => fetches.push(radio.fetch(wish)))
  }
  arm(0)
  fetches.push(radio.fetch(wish))
  town.until(() => radio.board.alive() && fetches.at(-1)!.value !== undefined, 3_600_000, "the end of the fetch")
  town.pass(5000)
  if (!radio.board.alive()) town.until(() => radio.board.alive() && fetches.at(-1)!.value !== undefined, 3_600_000, "the end of the last fetch")
  town.pass(30_000)
  return { town, radio, struck, fetches }
}

/** What is wrong with a transfer, in words. */
function complaints(t: Transfer): string[] {
  const { town, radio } = t
  const out = [...town.tap.changedBlocks().map((b) => `two contents of ${b}`), ...town.tap.reusedTimes().map((T) => `T twice: ${T}`)]
  const last = t.fetches.at(-1)!
  if (isFault(last.value)) out.push(`the last fetch: ${last.value.fault}`)
  for (const later of t.fetches) if (later.times > 1) out.push(`told ${later.times} times`)
  const now = town.period()
  for (let n = now; n < now + DAYS; n++) {
    const key = radio.device["keyring"].privateKey(radio.me, n)
    const issued = run(town.kit.master.extract(town.kms.master, uid(nobleSym, radio.me, town.kms.own, n)))
    if (key === undefined) out.push(`the key of ${n} is lost`)
    else if (hex(key.octets) !== hex(issued)) out.push(`the key of ${n} is another`)
  }
  const left = radio.board.store.names().filter((name) => name.startsWith("rx.") || name === "request")
  if (left.length > 0) out.push(`left in the store: ${left}`)
  return out
}

const label = (cuts: readonly Cut[]): string => cuts.map((c) => `${c.who} ${c.side} ${c.point} ${c.nth}`).join(", then ")

const POINTS: readonly (readonly [Who, CutPoint])[] = [
  ["radio", "put"], ["radio", "remove"], ["radio", "publish"], ["radio", "message"], ["radio", "wake"],
  ["kms", "put"], ["kms", "publish"], ["kms", "message"], ["kms", "wake"],
]

describe("power cuts in a transfer of a week of keys", () => {
  let total = 0
  for (const T of ["NTP-UTC", "COUNTER"] as const)
    for (const [who, point] of POINTS) {
      it(`${T}: the ${who} loses power before and after each ${point}, and the transfer resumes and completes`, () => {
        const ends = { before: 0, after: 0 }
        for (const side of ["before", "after"] as const)
          for (let nth = 1; ; nth++) {
            const cuts = [{ who, point, nth, side }]
            const t = transfer(nth, T, cuts)
            assert.deepEqual(complaints(t), [], label(cuts))
            total++
            if (t.struck === 0) break
            ends[side] = nth
          }
        assert(ends.before > 0 && Math.abs(ends.before - ends.after) <= 1, `${ends.before} and ${ends.after} cuts`)
      })
    }

  it("two cuts in one run, of either end, with 10 % loss on each link: 200 seeds", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const source = dice(seed, "two cuts")
      const one = (): Cut => {
        const [who, point] = POINTS[Math.floor(source.roll() * POINTS.length)]!
        return { who, point, nth: 1 + Math.floor(source.roll() * (point === "put" && who === "kms" ? 1 : 20)), side: source.chance(0.5) ? "before" : "after" }
      }
      const cuts = [one(), one()]
      const t = transfer(seed, seed % 2 === 0 ? "COUNTER" : "NTP-UTC", cuts, 0.1)
      assert.deepEqual(complaints(t), [], `seed ${seed}: ${label(cuts)}`)
      total++
    }
  })

  it("goes through enough blocks: 700 cuts and more", () => assert(total > 700, `${total}`))

  it("the judge finds a KMS that forgets what it answered", () => {
    const forget = (town: Town): void => town.kmsBoard.store.names().forEach((name) => town.kmsBoard.store.remove(name))
    const cuts = [{ who: "kms", point: "publish", nth: 8, side: "after" }] as const
    const t = transfer(1, "NTP-UTC", cuts, 0, (town) => {
      town.kmsBoard.powerOn()
      forget(town)
    })
    assert.equal(t.struck, 1)
    assert(complaints(t).some((c) => c.startsWith("two contents of")), complaints(t).join())
  })

  it("the judge finds a radio that forgets its counter", () => {
    const cuts = [{ who: "radio", point: "publish", nth: 5, side: "after" }] as const
    const t = transfer(1, "COUNTER", cuts, 0, (town) => {
      const { board } = town.radios[0]!
      board.powerOn()
      for (const name of ["t.counter", "request"]) board.store.remove(name)
    })
    assert.equal(t.struck, 1)
    assert(complaints(t).some((c) => c.startsWith("T twice")), complaints(t).join())
  })
})

describe("power cuts in a call", () => {
  /** Two radios with keys; one loses power at the nth operation of a kind while the first calls the second. */
  function call(who: "caller" | "called", point: CutPoint, nth: number): { struck: boolean; first: string } {
    const town = new Town({ seed: nth, mtu: 64, kit })
    const [alice, bob] = [town.radio("alice"), town.radio("bob")]
    alice.fetched()
    bob.fetched()
    const victim = who === "caller" ? alice : bob
    let struck = false
    victim.board.cutAt(point, nth, () => {
      struck = true
      town.world.after(2000, () => victim.powerOn())
    })
    const first = alice.call(bob.uri)
    town.pass(70_000)
    const value = first.value
    // what a caller that lost its power is told, it was told before
    if (struck && who === "caller") assert(value === undefined || !isFault(value), "a call came back from the dead")
    else assert.equal(first.times, 1)
    if (isFault(value)) assert.equal(value.fault, "session/timeout")
    if (value !== undefined && !isFault(value)) assert(bob.secured.some((s) => keysOf(s) === keysOf(value)), "the ends hold different keys")
    const state = value === undefined ? "gone" : isFault(value) ? value.fault : "secured"
    if (!struck) return { struck, first: state }
    const before = bob.secured.length
    const second = alice.called(bob.uri)
    assert.equal(bob.secured.length, before + 1)
    assert.equal(keysOf(bob.secured.at(-1)!), keysOf(second))
    town.pass(alice.profile.limits.skewSeconds * 1000)
    assert.equal(bob.device["calls"]["responder"].pending(), 0, "a half-open exchange is held for ever")
    return { struck, first: state }
  }

  for (const who of ["caller", "called"] as const)
    for (const point of ["publish", "message", "wake"] as const)
      it(`the ${who} loses power at each ${point}: the other end gives up cleanly, and the next call succeeds`, () => {
        const ends = new Map<string, number>()
        for (let nth = 1; ; nth++) {
          const { struck, first } = call(who, point, nth)
          if (!struck) break
          ends.set(first, (ends.get(first) ?? 0) + 1)
        }
        assert(ends.size > 0)
        assert.equal(who === "caller", ends.has("gone"))
      })

  it("a radio that has lost its time with its power neither calls nor answers until it has asked for keys again", () => {
    const town = new Town({ seed: 1, kit })
    const [alice, bob] = [town.radio("alice", { clock: "none" }), town.radio("bob")]
    alice.fetched()
    bob.fetched()
    assert.equal(held({ value: alice.called(bob.uri), times: 1 }).role, "initiator")
    alice.board.powerOff()
    alice.powerOn()
    const later = alice.call(bob.uri)
    town.until(() => later.value !== undefined, 1000)
    assert(isFault(later.value) && later.value.fault === "time/none")
    alice.fetched()
    alice.called(bob.uri)
  })
})
