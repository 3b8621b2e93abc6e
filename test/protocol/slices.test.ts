/**
 * Long work in slices: whatever group work a device does, it does in steps, with the board's rest between slices, so that a radio keeps its session. Work is
 * counted, not timed: a step of a machine is so many simulated milliseconds, and bench/slices.ts has the true ones.
 */
import assert from "node:assert/strict"
import { limbMachine, limbs } from "../../boards/profiles/limbs.ts"
import type { VirtualBoard } from "../../boards/virtual/port.ts"
import { done, run } from "../../sdk/base/job.ts"
import { bls12381 as blsOfNoble } from "../../sdk/group/bls12381-noble.ts"
import { bls12381Text } from "../../sdk/group/bls12381-program.ts"
import { bls12381, type Bls12381 } from "../../sdk/group/bls12381.ts"
import { p256Text } from "../../sdk/group/p256-program.ts"
import { p256 } from "../../sdk/group/p256.ts"
import { bfMaster } from "../../sdk/ibe/bf-master.ts"
import { bf } from "../../sdk/ibe/bf.ts"
import { gidCache } from "../../sdk/ibe/gid-cache.ts"
import { seal } from "../../sdk/ibe/seal.ts"
import type { Machine } from "../../sdk/machine/program.ts"
import type { Board } from "../../sdk/port.ts"
import type { Profile } from "../../sdk/suite.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { BusyBoard, type Slice } from "../busy.ts"
import type { Kit } from "../fixture.ts"
import { held, keysOf, Town, type Radio } from "../world.ts"

/** Steps that machines did. */
class Steps {
  count = 0
  /** The machine, its steps counted. */
  of(machine: Machine): Machine {
    return {
      octets: machine.octets,
      run: (entry, input, digits) => {
        const job = machine.run(entry, input, digits)
        return { step: () => (this.count++, job.step()), drop: () => job.drop() }
      },
    }
  }
}

/** The limbs profile, its steps counted. */
function counting(steps: Steps, change: (group: Bls12381) => Bls12381 = (group) => group): Profile {
  const profile = limbs()
  const ibe = bf(change(bls12381(steps.of(limbMachine(bls12381Text)))), profile.sym, gidCache<Uint8Array>(4))
  return { ...profile, suites: [{ id: ibe.suiteId, ibe, box: seal(ibe, profile.sym) }], groups: [p256(steps.of(limbMachine(p256Text)))] }
}

/** The KMS of these tests is as fast as Node. */
const kit: Kit = { profile: limbs(), master: bfMaster(blsOfNoble, nobleSym) }

describe("work in slices", () => {
  /** Two radios that are enrolled, fetch, call as strangers and as friends, begin a new life and call again, a step of either's machine one millisecond. */
  function lives(change?: (group: Bls12381) => Bls12381): readonly Slice[] {
    const boards: BusyBoard[] = []
    const town = new Town({ seed: 1, kit })
    const radio = (name: string): Radio => {
      const steps = new Steps()
      const through = (board: Board): Board => {
        boards.push(new BusyBoard(board, () => steps.count))
        return boards.at(-1)!.board
      }
      return town.radio(name, { profile: counting(steps, change), through })
    }
    const both = [radio("alice"), radio("bob")] as const
    for (const each of both) assert.equal(each.fetched().keys, 2)
    const call = (from: Radio, to: Radio): void => assert.equal(keysOf(from.called(to.uri)), keysOf(to.secured.at(-1)!))
    call(both[0], both[1])
    call(both[0], both[1])
    both[1].board.powerOff()
    both[1].powerOn()
    assert.equal(both[1].opened(), undefined)
    call(both[1], both[0])
    assert.equal(boards.length, 3)
    return boards.flatMap((board) => board.slices)
  }
  /** What breaks the law of slices of five milliseconds: work that is longer, or after which the board had no rest. */
  const breaches = (slices: readonly Slice[]): readonly Slice[] => slices.filter((slice) => slice.ms > 5 || !slice.rested)

  it("enrolment, fetches, calls of both sides and a new life do all group work in slices of 5 ms, and the board rests after each", () => {
    const slices = lives()
    assert.deepEqual(breaches(slices), [])
    const work = slices.reduce((sum, slice) => sum + slice.ms, 0)
    assert(work > 5000 && slices.length >= work / 5, `${work} steps in ${slices.length} slices`)
  })
  it("a decoding that works in one go is found by that check", () => {
    const slices = lives((group) => ({ ...group, decodeG1: (octets) => done(run(group.decodeG1(octets))) }))
    assert(breaches(slices).length >= 3, "at enrolment, in the calls and after the boot")
  })
})

/** Seconds of a keep-alive, and of the pairing. */
const KEEP_ALIVE = 10
const PAIRING = 60

/**
 * An MQTT session: a client on the board's one thread that sends PINGREQ at every keep-alive, and a broker that closes a connection which it has not heard
 * for one and a half of them (MQTT 3.1.1 section 3.1.2.10).
 */
class Session {
  lost = 0
  pings = 0
  private heardAt: number
  private readonly town: Town
  private readonly board: VirtualBoard
  constructor(town: Town, board: VirtualBoard, client: Board) {
    this.town = town
    this.board = board
    this.heardAt = town.world.now()
    const ping = (): void => {
      this.pings++
      this.heardAt = town.world.now()
      client.clock.after(1000 * KEEP_ALIVE, ping)
    }
    ping()
    this.watch()
  }
  private watch(): void {
    this.town.world.at(this.heardAt + 1500 * KEEP_ALIVE, () => {
      if (this.town.world.now() - this.heardAt >= 1500 * KEEP_ALIVE) {
        this.lost++
        this.board.outage(1000)
        this.heardAt = this.town.world.now()
      }
      this.watch()
    })
  }
}

describe(`a radio whose pairing takes ${PAIRING} s`, () => {
  const pairingSteps = (): number => {
    const steps = new Steps()
    const group = bls12381(steps.of(limbMachine(bls12381Text)))
    const P = run(group.mulG1(Uint8Array.from({ length: 32 }, (_, i) => (i === 31 ? 1 : 0))))
    const Q = run(group.mapToG2(new Uint8Array(256)))
    steps.count = 0
    run(group.pair(P, Q))
    return steps.count
  }

  /** It calls a fast one; its session, and how its links were. */
  function slowCall(sliceMs: number): { readonly session: Session; readonly links: readonly string[]; readonly seconds: number; readonly secured: boolean } {
    const limits = { callSeconds: 900, skewSeconds: 900 }
    const town = new Town({ seed: 2, kit, limits })
    const steps = new Steps()
    const msPerStep = (1000 * PAIRING) / pairingSteps()
    const boards: BusyBoard[] = []
    const through = (board: Board): Board => {
      boards.push(new BusyBoard(board, () => steps.count * msPerStep))
      return boards.at(-1)!.board
    }
    const profile = counting(steps)
    const slow = town.radio("alice", { profile: { ...profile, limits: { ...profile.limits, ...limits, sliceMs } }, through })
    const fast = town.radio("bob")
    for (const each of [slow, fast]) assert.equal(each.fetched(undefined, 3_000_000).keys, 2)
    slow.links.splice(0)
    const session = new Session(town, slow.board, boards[0]!.board)
    const began = town.world.now()
    const call = slow.call(fast.uri)
    town.until(() => call.value !== undefined, 1_000_000, "the end of the call")
    const seconds = (town.world.now() - began) / 1000
    return { session, links: slow.links, seconds, secured: sliceMs > 5 || keysOf(held(call)) === keysOf(fast.secured[0]!) }
  }

  it("misses no keep-alive of its MQTT session in a call, for it rests between slices", () => {
    const { session, links, seconds, secured } = slowCall(5)
    assert.deepEqual({ lost: session.lost, links, secured }, { lost: 0, links: [], secured: true })
    assert(seconds > 3 * PAIRING && session.pings >= Math.floor(seconds / (KEEP_ALIVE + 1)), `${session.pings} pings in ${seconds} s`)
  })
  it("loses the session where it works without rest", () => {
    const { session, links } = slowCall(1e9)
    assert(session.lost >= 2 && links.includes("closed"), JSON.stringify({ lost: session.lost, links }))
  })
})
