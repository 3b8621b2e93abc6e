/**
 * A whole seeded world on one simulated clock: boards, their narrow links, a broker, power cuts. Equal seeds give equal runs, octet for octet.
 * Its randomness is for simulation only. `createWorld({ seed })`, then `world.board("alice", { mtu: 128, air: { loss: 0.05 } })`, then `world.run()`.
 */
import type { Board, Clock, Entropy } from "../../sdk/port.ts"
import { Way, clearAir, type Air, type Lies, type Traffic } from "./air.ts"
import { Broker } from "./broker.ts"
import { flash, type Flash } from "./flash.ts"
import { Life, type CutPoint, type CutSide } from "./life.ts"
import { VirtualLink } from "./link.ts"
import { dice, simulatedEntropy, type Dice } from "./random.ts"
import { Timeline, type RunEnd, type RunLimits } from "./timeline.ts"

export type { Air, Lies, Traffic } from "./air.ts"
export type { Flash } from "./flash.ts"
export type { CutPoint, CutSide } from "./life.ts"
export type { RunEnd, RunLimits } from "./timeline.ts"

/** What a world starts from. */
export interface WorldOptions {
  /** An integer from 0 to 2^53 - 1; print it with every failure. */
  readonly seed: number
  /** True UTC seconds at world time 0; default 2026-01-01. */
  readonly utc?: number
  /** What links are like unless a board says otherwise; default a good link. */
  readonly air?: Partial<Air>
}

/** What a board is like. */
export interface BoardOptions {
  /** 32 to 65535 octets; default 65535. */
  readonly mtu?: number
  readonly air?: Partial<Air>
  /** Error of its clock in seconds at each boot; absent: it has no UTC until `setUtc`. */
  readonly utcError?: number
  readonly sealed?: true
  /** Store octets; default 1 MB. */
  readonly capacity?: number
}

/** A board of the world: what it lends, and what a test does to it. Powered on when made. */
export interface VirtualBoard extends Board {
  readonly store: Flash
  /** How its link behaves from now on, both ways. */
  readonly air: Air
  /** Frames that came down but were longer than its mtu, and were lost. */
  readonly tooLong: number
  alive(): boolean
  /** RAM is lost: nothing that was set in this life happens any more. The store stays. */
  powerOff(): void
  /** A new life: ticks begin at 0, the link is closed; `boot` runs in it. */
  powerOn(boot?: () => void): void
  /** Runs the board's code now, up to its end or a power cut. */
  do(act: () => void): void
  /** Cuts the power before or after (default: as the dice fall) the nth operation of this kind from now. `then` happens next. */
  cutAt(point: CutPoint, nth: number, then?: () => void, side?: CutSide): void
  /** Frames are lost both ways for so long, and nobody is told. */
  silence(ms: number): void
  /** The link goes down, says so, and comes back after so long. */
  outage(ms: number): void
  /** Entropy comes, or fails. */
  entropyIs(state: "there" | "gone"): void
  /** Sets this life's clock to UTC seconds. */
  setUtc(seconds: number): void
}

/** A seeded world. */
export interface World {
  readonly seed: number
  /** Milliseconds since it began. */
  now(): number
  /** True UTC seconds. */
  utc(): number
  board(name: string, options?: BoardOptions): VirtualBoard
  /** Lets something happen so many milliseconds from now. */
  after(ms: number, act: () => void): void
  /** Lets something happen at world time `ms`. */
  at(ms: number, act: () => void): void
  /** Lets time pass until nothing is left to happen, or as `limits` say. */
  run(limits?: RunLimits): RunEnd
  readonly lies: Lies
  /** The broker is down for so long; every link closes and comes back. */
  brokerDown(ms: number): void
  /** What went over the air so far, by topic. */
  traffic(): ReadonlyMap<string, Traffic>
  /** Frames and octets over all topics. */
  total(): Traffic
  /** The line that replays this run. */
  toString(): string
}

interface Shared {
  readonly options: WorldOptions
  readonly time: Timeline
  readonly broker: Broker
  readonly utc: () => number
}

/** A new world; nothing happens before `run`. */
export function createWorld(options: WorldOptions): World {
  const time = new Timeline()
  const broker = new Broker(dice(options.seed, "broker"))
  const utc = (): number => (options.utc ?? 1767225600) + time.now / 1000
  const boards: VirtualBoardImpl[] = []
  const links = (): VirtualLink[] => boards.map((board) => board.link)
  return {
    seed: options.seed, lies: broker.lies, utc,
    now: () => time.now,
    board(name, boardOptions): VirtualBoard {
      const board = new VirtualBoardImpl(name, boardOptions ?? {}, { options, time, broker, utc })
      boards.push(board)
      return board
    },
    after: (ms, act) => time.at(time.now + ms, act),
    at: (ms, act) => time.at(ms, act),
    run: (limits) => time.run(limits ?? {}, `seed ${options.seed}`),
    brokerDown(ms): void {
      broker.turn("down", links())
      time.at(time.now + ms, () => broker.turn("up", links()))
    },
    traffic: () => broker.traffic,
    total: () => total(broker.traffic),
    toString: () => `seed ${options.seed}, ${Math.round(time.now)} ms`,
  }
}

class VirtualBoardImpl implements VirtualBoard {
  readonly name: string
  readonly store: Flash
  readonly air: Air
  tooLong: number
  clock!: Clock
  entropy!: Entropy
  link!: VirtualLink
  private readonly options: BoardOptions
  private readonly shared: Shared
  private readonly source: Dice
  private readonly fill: (out: Uint8Array) => void
  private readonly up: Way
  private readonly down: Way
  private life!: Life
  private downUntil: number
  private hasEntropy: boolean
  private utcOffset: number | undefined

  constructor(name: string, options: BoardOptions, shared: Shared) {
    const { seed } = shared.options
    this.name = name
    this.options = options
    this.shared = shared
    this.air = { ...clearAir, ...shared.options.air, ...options.air }
    this.source = dice(seed, "board " + name)
    this.fill = simulatedEntropy(seed, name)
    this.up = new Way(this.air, dice(seed, "up " + name), shared.time)
    this.down = new Way(this.air, dice(seed, "down " + name), shared.time)
    this.tooLong = 0
    this.downUntil = 0
    this.hasEntropy = true
    this.store = this.cuttable(flash(options.sealed === true, options.capacity ?? 1_000_000, dice(seed, "flash " + name)))
    this.begin()
  }

  rest(): void {}

  alive(): boolean {
    return this.life.alive
  }

  powerOff(): void {
    this.life.alive = false
    this.link.close()
  }

  powerOn(boot?: () => void): void {
    if (this.life.alive) this.powerOff()
    this.begin()
    if (boot !== undefined) this.life.guard(boot)
  }

  do(act: () => void): void {
    if (this.life.alive) this.life.guard(act)
  }

  cutAt(point: CutPoint, nth: number, then?: () => void, side?: CutSide): void {
    this.life.arm(point, nth, then, side)
  }

  silence(ms: number): void {
    this.up.silentUntil = this.shared.time.now + ms
    this.down.silentUntil = this.shared.time.now + ms
  }

  outage(ms: number): void {
    this.downUntil = this.shared.time.now + ms
    this.link.changed()
  }

  entropyIs(state: "there" | "gone"): void {
    this.hasEntropy = state === "there"
  }

  setUtc(seconds: number): void {
    this.utcOffset = seconds - this.shared.utc()
  }

  private begin(): void {
    const { time, broker, utc } = this.shared
    const life = new Life(time, this.source, () => this.powerOff())
    this.life = life
    this.utcOffset = this.options.utcError
    this.clock = {
      ticks: () => Math.floor(time.now - life.bootAt),
      utc: () => (this.utcOffset === undefined ? undefined : utc() + this.utcOffset),
      // ticks are whole: a wake may not come before the tick that it waits for
      after: (ms, wake) => life.at(time.now + Math.ceil(Math.max(ms, 0)) + 1, () => life.through("wake", wake)),
    }
    this.entropy = { fill: (out) => life.alive && this.hasEntropy && (this.fill(out), true) }
    const { up, down } = this
    const tooLong = (): number => this.tooLong++
    this.link = new VirtualLink({ mtu: this.options.mtu ?? 65535, up, down, broker, time, life, downUntil: () => this.downUntil, tooLong })
  }

  /** The store outlives a life, but is reached only in one, and a cut strikes before or after an operation. */
  private cuttable(inner: Flash): Flash {
    const put = inner.put.bind(inner)
    const remove = inner.remove.bind(inner)
    inner.put = (name, value) => this.life.alive && this.life.through("put", () => put(name, value))
    inner.remove = (name) => (this.life.alive ? this.life.through("remove", () => remove(name)) : undefined)
    return inner
  }
}

function total(traffic: ReadonlyMap<string, Traffic>): Traffic {
  const sum = { frames: 0, octets: 0, delivered: 0 }
  for (const one of traffic.values()) {
    sum.frames += one.frames
    sum.octets += one.octets
    sum.delivered += one.delivered
  }
  return sum
}
