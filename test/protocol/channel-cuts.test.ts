/** Key transfers through power cuts and kills, and a device's side of them. `SEED=7 npx mocha test/protocol/channel-cuts.test.ts` replays one run. */
import assert from "node:assert/strict"
import { createWorld, type CutPoint, type VirtualBoard } from "../../boards/virtual/port.ts"
import { dice, type Dice } from "../../boards/virtual/random.ts"
import { hex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { AskChannel } from "../../sdk/keys/ask.ts"
import { blocksIn } from "../../sdk/keys/blocks.ts"
import { transferOf } from "../../sdk/keys/channel.ts"
import { dataFrame } from "../../sdk/keys/frames.ts"
import { join, limits, messages, octetOf, octets, seeds, sym, type End } from "./channel-world.ts"

/** What a KMS keeps over a kill: its answers, by request. */
type Answers = Map<string, Uint8Array>

/** A KMS for one device: answers each request once, and again as often as asked. */
function kms(board: VirtualBoard, mtu: number, source: Dice, answers: Answers, size: number): void {
  const byNumber = new Map<number, Uint8Array>()
  join(board, messages(mtu, source), "down", "up", (event, end) => {
    const now = board.clock.ticks()
    if (event.kind === "again" && !end.channel.repeat(event.transfer, now)) end.channel.send(byNumber.get(event.transfer)!, event.transfer, now)
    if (event.kind !== "received") return
    const id = hex(event.octets)
    const answer = answers.get(id) ?? octets(source, size)
    answers.set(id, answer)
    byNumber.set(event.transfer, answer)
    end.channel.accept(event.transfer, now)
    end.channel.send(answer, event.transfer, now)
  })
}

/** A device that wants its keys: what it must not lose is in its store. */
function device(board: VirtualBoard, mtu: number, source: Dice, request: Uint8Array, verifies: (answer: Uint8Array) => boolean): void {
  const channel = new AskChannel({ mtu, limits, jitter: octetOf(source), keeper: blocksIn(board.store, "a.") })
  const transfer = transferOf(sym, request)
  const take = (octets: Uint8Array): void => {
    if (!verifies(octets)) return channel.reject(board.clock.ticks())
    assert.equal(board.store.put("keys", octets), true)
    channel.accept(board.clock.ticks())
    board.store.remove("asked")
  }
  const end: End<AskChannel> = join(board, channel, "up", "down", (event) => {
    if (event.kind === "received") take(event.octets)
    if (event.kind === "gaveUp") channel.resume(request, transfer, board.clock.ticks())
  })
  if (board.store.get("keys") !== undefined) {
    channel.taken(transfer)
    board.store.remove("asked")
  } else if (board.store.get("asked") === undefined) {
    board.store.put("asked", request)
    channel.ask(request, transfer, board.clock.ticks())
  } else {
    const event = channel.resume(request, transfer, board.clock.ticks())
    if (event !== undefined && !isFault(event) && event.kind === "received") take(event.octets)
  }
  end.pump()
}

/** What a run with one cut showed. */
interface Cut {
  readonly struck: boolean
  readonly answers: Answers
  readonly got: Uint8Array[]
  readonly board: VirtualBoard
  readonly ms: number
  /** Of the answer's blocks, those that went over the air after the power came back and lay in the store already. */
  readonly needless: number
}

const MTU = 64
const ANSWER = 12 * 59 - 20
const BLOCKS = 12

/** One key transfer in which an end loses power at its nth operation of a kind; `loss` on the device's link. */
function cutRun(who: "device" | "kms", point: CutPoint, nth: number, loss: number): Cut {
  const world = createWorld({ seed: nth * 100 + point.length })
  const source = dice(nth, "cut")
  const radio = world.board("radio", { mtu: MTU, air: { loss } })
  const server = world.board("kms", { air: { latencyMs: [1, 2] } })
  const request = octets(source, 150)
  const answers: Answers = new Map()
  const got: Uint8Array[] = []
  const keptAtBoot: string[] = []
  let struck = false
  const boots = { device: () => device(radio, MTU, source, request, (answer) => got.push(answer) > 0), kms: () => kms(server, MTU, source, answers, ANSWER) }
  const board = who === "device" ? radio : server
  board.cutAt(point, nth, () => {
    struck = true
    keptAtBoot.push(...radio.store.names().filter((name) => name.startsWith("a.")))
    world.after(700, () => board.powerOn(boots[who]))
  })
  let needless = 0
  const spy = world.board("spy", { air: { latencyMs: [0, 0] } })
  spy.link.open({
    onReady: () => void spy.link.subscribe("down"),
    onMessage: (_, frame) => void (struck && frame[0] === 0x10 && keptAtBoot.includes(`a.${frame[3]}`) && needless++),
    onWritable: () => undefined, onClosed: () => undefined,
  })
  server.do(boots.kms)
  radio.do(boots.device)
  let at = 0
  world.run({ stop: () => (at === 0 && radio.store.get("keys") !== undefined && (at = world.now()), false) })
  return { struck, answers, got, board: radio, ms: at, needless }
}

describe("a power cut or kill at every step of a key transfer", () => {
  const cases: ["device" | "kms", CutPoint][] = [["device", "put"], ["device", "remove"], ["device", "message"], ["device", "publish"], ["device", "wake"], ["kms", "message"], ["kms", "publish"], ["kms", "wake"]]
  for (const [who, point] of cases)
    for (const loss of [0, 0.2]) {
      it(`${who}, at each ${point}, ${loss * 100} % loss: the transfer resumes and completes, each block is stored once, no second answer is made`, () => {
        let nth = 1
        for (; ; nth++) {
          const run = cutRun(who, point, nth, loss)
          const label = `${who} ${point} ${nth} loss ${loss}`
          assert.equal(run.answers.size, 1, label)
          const answer = [...run.answers.values()][0]!
          assert.deepEqual(run.board.store.get("keys"), answer, label)
          for (const got of run.got) assert.deepEqual(got, answer, label)
          // "asked", "keys" and each block once; in the store nothing else is left but blocks whose removal was cut off
          assert(run.board.store.puts <= BLOCKS + 2, `${label}: ${run.board.store.puts} writes`)
          if (who === "kms") assert.equal(run.board.store.puts, BLOCKS + 2, label)
          if (who === "device") assert(run.needless <= 8, `${label}: ${run.needless} blocks that were held came again`)
          assert(run.ms > 0 && run.ms < 120000, `${label}: took ${run.ms} ms`)
          if (!run.struck) break
        }
        assert(nth > 3, `only ${nth - 1} cuts`)
      })
    }

  it("goes on through ten cuts of either end, as they come, in 100 seeded runs of 20 % loss", () => {
    for (const seed of seeds(1, 100)) {
      const source = dice(seed, "cuts")
      const world = createWorld({ seed })
      const radio = world.board("radio", { mtu: MTU, air: { loss: 0.2, duplicate: 0.1, reorder: 0.1 } })
      const server = world.board("kms")
      const request = octets(source, 150)
      const answers: Answers = new Map()
      const startRadio = (): void => device(radio, MTU, source, request, () => true)
      const startServer = (): void => kms(server, MTU, source, answers, ANSWER)
      server.do(startServer)
      radio.do(startRadio)
      for (let i = 0; i < 10; i++) {
        const [board, boot] = source.chance(0.5) ? [radio, startRadio] : [server, startServer]
        const at = source.between(0, 8000)
        world.at(at, () => board.powerOff())
        world.at(at + source.between(1, 3000), () => board.powerOn(boot))
      }
      world.run()
      assert.deepEqual(radio.store.get("keys"), [...answers.values()][0], `SEED=${seed}`)
      assert.equal(answers.size, 1, `SEED=${seed}`)
    }
  })
})

describe("a device's side of a key transfer", () => {
  it("takes only the number of its request, and acknowledges a finished answer again without asking", () => {
    const source = dice(1, "ask")
    const world = createWorld({ seed: 1 })
    const { store } = world.board("radio")
    const ask = new AskChannel({ mtu: 64, limits, jitter: () => 0, keeper: blocksIn(store, "a.") })
    const request = octets(source, 50)
    ask.ask(request, 0x1234, 0)
    assert.equal((ask.receive(dataFrame(0x1235, 0, 0, request), 0) as { fault: string }).fault, "channel/frame")
    assert.deepEqual(ask.receive(dataFrame(0x1234, 0, 0, request), 0), { kind: "received", transfer: 0x1234, octets: request })
    ask.accept(0)
    assert.deepEqual(store.names(), [])
    assert.equal(hex((ask.poll(0) as { frame: Uint8Array }).frame), "20123401")
    assert.equal(ask.receive(dataFrame(0x1234, 0, 0, request), 100), undefined)
    const frames: string[] = []
    for (let now = 0; now < 100000; now += 50) for (let out = ask.poll(now); out !== undefined; out = ask.poll(now)) frames.push(out.kind === "publish" ? hex(out.frame) : out.kind)
    assert.deepEqual(frames, ["20123401"])
  })

  it("asks again with one block when all is silent, ever more seldom, and gives up after the limit without progress", () => {
    const world = createWorld({ seed: 1 })
    const ask = new AskChannel({ mtu: 64, limits, jitter: () => 0, keeper: blocksIn(world.board("radio").store, "a.") })
    const request = octets(dice(1, "ask"), 150)
    ask.ask(request, 0x1234, 0)
    const times: number[] = []
    let end = 0
    for (let now = 0; end === 0; now = Math.max(now, ask.wakeAt()!)) {
      const out = ask.poll(now)
      if (out === undefined) continue
      if (out.kind === "gaveUp") end = now
      else times.push(now)
      // the KMS has the request, and no answer
      if (out.kind === "publish") ask.receive(new Uint8Array([0x20, 0x12, 0x34, 3]), now)
    }
    assert.deepEqual(times, [0, 8000, 24000, 56000, 96000, 136000, 176000, 216000, 256000, 296000, 336000, 376000, 416000, 456000, 496000, 536000, 576000])
    assert.equal(end, 600000)
    assert.equal(ask.wakeAt(), undefined)
  })

  it("drops an answer that does not verify and gets it anew", () => {
    const source = dice(4, "bad")
    const world = createWorld({ seed: 4 })
    const radio = world.board("radio", { mtu: MTU, air: { loss: 0.1 } })
    const server = world.board("kms")
    const answers: Answers = new Map()
    server.do(() => kms(server, MTU, source, answers, ANSWER))
    const channel = new AskChannel({ mtu: MTU, limits, jitter: () => 0, keeper: blocksIn(radio.store, "a.") })
    const request = octets(source, 100)
    let received = 0
    const end = join(radio, channel, "up", "down", (event) => {
      if (event.kind !== "received") return
      received++
      if (received < 3) channel.reject(radio.clock.ticks())
      else channel.accept(radio.clock.ticks())
    })
    channel.ask(request, transferOf(sym, request), 0)
    end.pump()
    world.run()
    assert.equal(received, 3)
    assert.deepEqual(radio.store.names(), [])
  })

  it("completes while the store takes no block, and while the broker lies", () => {
    const source = dice(5, "full")
    const world = createWorld({ seed: 5 })
    const radio = world.board("radio", { mtu: MTU, air: { loss: 0.1 } })
    const server = world.board("kms")
    Object.assign(world.lies, { drop: 0.1, double: 0.2, swap: 0.1 })
    const answers: Answers = new Map()
    server.do(() => kms(server, MTU, source, answers, ANSWER))
    radio.store.full = true
    const channel = new AskChannel({ mtu: MTU, limits, jitter: () => 0, keeper: blocksIn(radio.store, "a.") })
    const request = octets(source, 100)
    let got: Uint8Array | undefined
    join(radio, channel, "up", "down", (event) => {
      if (event.kind !== "received") return
      got = event.octets
      channel.accept(radio.clock.ticks())
    })
    channel.ask(request, transferOf(sym, request), 0)
    world.run()
    assert.deepEqual(got, [...answers.values()][0])
  })

  it("starts afresh from what a damaged store kept", () => {
    let rejected = 0
    for (let seed = 1; seed <= 50; seed++) {
      const source = dice(seed, "damage")
      const world = createWorld({ seed })
      const radio = world.board("radio", { mtu: MTU })
      const server = world.board("kms")
      const request = octets(source, 100)
      const answers: Answers = new Map()
      server.do(() => kms(server, MTU, source, answers, ANSWER))
      // what V does: a flipped bit within a block is for it to find
      const verifies = (answer: Uint8Array): boolean => hex(answer) === hex([...answers.values()][0]!) || ++rejected < 0
      const boot = (): void => device(radio, MTU, source, request, verifies)
      radio.cutAt("put", 8, () => {
        for (const name of radio.store.names()) if (name.startsWith("a.") && source.chance(0.5)) radio.store.damage(name)
        radio.powerOn(boot)
      })
      radio.do(boot)
      world.run()
      assert.deepEqual(radio.store.get("keys"), [...answers.values()][0], `seed ${seed}`)
    }
    assert(rejected > 0, "no damage was ever for V to find")
  })
})
