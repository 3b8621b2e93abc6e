/** A script onto simulated Espruino boards, each behind a real pseudo-terminal, through EspruinoTools in a process of its own. */
import assert from "node:assert/strict"
import { closeSync, copyFileSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { flash, flashTroubles, type FlashCode, type FlashEvent, type FlashJob, type FlashTrouble } from "../../boards/espruino/flash.ts"
import { starter, startFiles } from "../../boards/espruino/flash-questions.ts"
import { folder, freePort } from "../processes.ts"
import { tool } from "../tools.ts"
import type { Board, Wiring } from "./console.ts"
import { online, plug, scriptProgram, type Plugged } from "./pty.ts"

/** Octets of all values but none that ends a statement: 4 packets. */
const script = `/*${Array.from({ length: 3500 }, (_, i) => String.fromCharCode(0x80 + (i % 128))).join("")}*/`
const old: Readonly<Record<string, string>> = { ".bootcde": "1", "ibake.js": "2", "logbook": "not ours" }
/** How many boards are flashed at once. */
const AT_ONCE = 6

interface Scene {
  readonly wiring?: Wiring
  readonly job?: Partial<FlashJob>
  readonly line?: (wiring: Wiring) => Promise<Plugged>
  /** When the board is on its line, before it is flashed. */
  readonly before?: (plugged: Plugged) => void
}

interface Played {
  readonly trouble: FlashTrouble | undefined
  readonly events: readonly FlashEvent[]
  readonly board: Board
}

/** Whether a start file was there while a packet came: a board that was reset then would run a part of a script. */
const startable: string[] = []

async function play(name: string, { wiring = {}, job = {}, line = plug, before }: Scene): Promise<Played> {
  const watched: Wiring = {
    files: old,
    ...wiring,
    packet: (number, board) => {
      if (startFiles(wiring.board ?? "").some((file) => board.files.has(file))) startable.push(`${name}, packet ${number}`)
      return wiring.packet?.(number, board)
    },
  }
  const plugged = await line(watched)
  const events: FlashEvent[] = []
  before?.(plugged)
  const trouble = await flash({ port: plugged.port, baud: 9600, board: "PICO_R1_3", versions: ["2v26"], script, patience: 20, dry: false, ...job }, (event) => events.push(event))
  await plugged.unplug()
  return { trouble, events, board: plugged.board }
}

let nowhere = 0
const cut: { plugged?: Plugged; held?: number } = {}
/** Every octet is answered: 4 kB for each, which is past all patience after a line. */
const flood = "\x00\x07garbage\xff\x1b[2J".repeat(256)

const scenes = {
  whole: {},
  network: { line: online },
  dry: { job: { dry: true } },
  lines: { wiring: { version: "2v20", console: "Serial1", sha256: false }, job: { versions: ["2v20"], script: script.slice(0, 500) } },
  bangle: { wiring: { board: "BANGLEJS2", files: { ".bootcde": "its own", ".boot1": "ours of old" } }, job: { board: "BANGLEJS2" } },
  tidied: { wiring: { storage: 8000, files: { "ibake.js": "x".repeat(6000) } } },
  unknown: { wiring: { version: "2v99.1" } },
  throwing: { job: { script: "nothing.there()" } },
  slow: { wiring: { packet: (number, board) => (number > 0 ? void board.pause(100) : undefined) } },
  slowOnNetwork: { line: online, wiring: { packet: (number, board) => (number > 0 ? void board.pause(100) : undefined) } },
  refusedOnce: { wiring: { packet: (number) => (number === 2 ? "refuse" : undefined) } },
  resetOnce: { wiring: { packet: (number, board) => (number === 2 ? (board.boot(), "swallow") : undefined) }, job: { patience: 5 } },
  refused: { wiring: { packet: (number) => (number % 5 === 3 ? "refuse" : undefined) } },
  stalled: { wiring: { packet: (number) => (number > 1 ? "swallow" : undefined) }, job: { patience: 5 } },
  reset: { wiring: { packet: (number, board) => (number % 3 === 2 ? (board.boot(), "refuse") : undefined) } },
  damaged: { wiring: { packet: (number) => (number === 1 ? "damage" : undefined) } },
  damagedCrc: { wiring: { sha256: false, packet: (number) => (number === 4 ? "damage" : undefined) } },
  unplugged: { wiring: { packet: (number) => (number === 2 ? (void cut.plugged!.unplug(), "swallow") : undefined) }, before: (plugged) => (cut.plugged = plugged) },
  noStarter: { wiring: { write: (name) => (name === ".bootcde" ? false : undefined) } },
  linesRefused: { wiring: { version: "2v20", write: (name) => (name === "ibake.js" ? false : undefined) } },
  full: { wiring: { storage: 3000, files: old } },
  wrong: { job: { board: "PUCKJS" } },
  ancient: { wiring: { version: "1v99" } },
  dead: { wiring: { dead: true }, job: { patience: 3 } },
  flood: { wiring: { chatter: flood }, job: { patience: 30 } },
  garbage: { wiring: { chatter: "< <<{]>> >" } },
  hostile: { wiring: { board: "PICO\x1b[2J" } },
  missing: { job: { port: "/dev/no-such-port" } },
  noPort: { job: { port: "/etc/hostname" } },
  held: { before: ({ port }) => (cut.held = openSync(port, "r+")) },
  offline: { job: { get port() { return `tcp://127.0.0.1:${nowhere}` } } },
  bluetooth: { job: { port: "aa:bb:cc:dd:ee:ff" } },
} satisfies Record<string, Scene>

const played = {} as Record<keyof typeof scenes, Played>

describe("flashing an Espruino board", function () {
  this.timeout(180000)
  before(tool("script of util-linux", scriptProgram))
  before(async () => {
    nowhere = await freePort()
    const waiting = Object.keys(scenes) as (keyof typeof scenes)[]
    const worker = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) played[name] = await play(name, scenes[name])
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  })
  after(() => cut.held === undefined || closeSync(cut.held))

  const holds = (name: keyof typeof scenes, by: "SHA-256" | "CRC-32", text: string = script): void => {
    const { trouble, events, board } = played[name]
    assert.equal(trouble, undefined, trouble?.message)
    assert.equal(board.files.get("ibake.js"), text)
    const verified = events.find((each) => each.event === "verified")
    assert.equal(verified?.event === "verified" && verified.by, by)
    board.started.length = 0
    board.boot()
    assert.equal(board.started.length, 1)
    assert.equal(board.files.get(board.started[0]!), starter)
  }
  const warnings = (name: keyof typeof scenes): string[] => played[name].events.flatMap((each) => (each.event === "warning" ? [each.words] : []))

  it("stores the script octet for octet, reads its hash back and starts it", () => {
    assert.deepEqual(played.whole.board.started, [".bootcde"])
    holds("whole", "SHA-256")
    assert.equal(played.whole.board.files.get("logbook"), "not ours")
    assert.deepEqual(warnings("whole"), [])
    const progress = played.whole.events.flatMap((each) => (each.event === "progress" ? [each.sent] : []))
    assert.deepEqual(progress, [0, 1024, 2048, 3072, script.length])
  })
  it("goes over TCP too", () => holds("network", "SHA-256"))
  it("goes line by line where the firmware has no packets, and by CRC-32 where it has no SHA-256", () => {
    holds("lines", "CRC-32", script.slice(0, 500))
    assert.equal(played.lines.board.packets, 0)
  })
  it("leaves a Bangle.js its own boot code", () => {
    holds("bangle", "SHA-256")
    assert.equal(played.bangle.board.files.get(".bootcde"), "its own")
  })
  it("tidies the Storage up when that makes room", () => holds("tidied", "SHA-256"))
  it("changes nothing in a dry run, and says what it would do", () => {
    const { trouble, events, board } = played.dry
    assert.equal(trouble, undefined)
    assert.deepEqual(Object.fromEntries(board.files), old)
    assert.deepEqual([board.packets, board.started], [0, []])
    const plan = events.find((each) => each.event === "plan")
    assert.deepEqual(plan?.event === "plan" && plan.steps, ["remove .bootcde, ibake.js (2 octets)", `store ${script.length} octets as ibake.js`, "read back their hash", "store .bootcde, which starts it at boot", "start it"])
  })
  it("warns of firmware that the manifest does not know, and goes on", () => {
    holds("unknown", "SHA-256")
    assert.match(warnings("unknown").join(), /^firmware 2v99\.1 is not among .*2v26/)
  })
  it("tells when the script fails as it starts", () => assert.match(warnings("throwing").join(), /the script started and failed: Uncaught ReferenceError/))
  it("keeps silent on a serial line when the board says XOFF, which a network has other means for", () => {
    holds("slow", "SHA-256")
    assert.equal(played.slow.board.overrun, 0)
    assert(played.slowOnNetwork.board.overrun > 0)
  })
  it("sends once more from the first octet after a NAK", () => {
    holds("refusedOnce", "SHA-256")
    assert.match(warnings("refusedOnce").join(), /NAK.*sending it again/)
  })
  it("sends once more after a reset in the middle", () => {
    holds("resetOnce", "SHA-256")
    assert.match(warnings("resetOnce").join(), /nothing for 5 s.*sending it again/)
  })

  const fails = (name: keyof typeof scenes, code: FlashCode, words: RegExp): FlashTrouble => {
    const { trouble, events } = played[name]
    assert.equal(trouble?.code, code, trouble?.message ?? "no trouble")
    assert.match(trouble.message, words)
    assert(!events.some((each) => each.event === "done"))
    return trouble
  }
  const untouched: readonly (readonly [what: string, name: keyof typeof scenes, code: FlashCode, words: RegExp])[] = [
    ["without the room for it", "full", "store/full", /takes 3\d\d\d octets of Storage, the board has room for 28\d\d/],
    ["that is another board", "wrong", "board/wrong", /is PICO_R1_3, the script is for PUCKJS/],
    ["of firmware before Storage", "ancient", "board/firmware", /1v99 is too old/],
    ["that says nothing", "dead", "board/silent", /Nothing at \/dev\/pts\/\d+ answers/],
    ["that floods", "flood", "board/noise", /does not stop talking/],
    ["that answers garbage", "garbage", "board/noise", /what is no JSON/],
    ["that says control characters of itself", "hostile", "board/noise", /not as Espruino does/],
    ["that is not there", "missing", "port/missing", /no port \/dev\/no-such-port/],
    ["that is a file", "noPort", "port/missing", /no serial port/],
    ["whose port is in use", "held", "port/busy", /in use by \w+ \(process \d+\)/],
    ["that is not on the network", "offline", "port/missing", /Nothing answers at tcp.*ECONNREFUSED/],
    ["on a line of EspruinoTools' own that fails", "bluetooth", "tools/failed", /noble/],
  ]
  for (const [what, name, code, words] of untouched)
    it(`names a board ${what}, and leaves it as it was`, () => {
      assert.equal(fails(name, code, words).emptied, false)
      const { board } = played[name]
      assert.deepEqual(Object.fromEntries(board.files), scenesFiles(name))
      assert.deepEqual([board.packets, board.started], [0, []])
    })

  const emptied: readonly (readonly [what: string, name: keyof typeof scenes, code: FlashCode])[] = [
    ["that refuses a packet twice", "refused", "transfer/refused"],
    ["that stalls", "stalled", "transfer/stalled"],
    ["that is reset again and again", "reset", "transfer/refused"],
    ["that is unplugged in the middle", "unplugged", "transfer/gone"],
    ["that stored a wrong bit", "damaged", "verify/differs"],
    ["that stored a wrong bit and has no SHA-256", "damagedCrc", "verify/differs"],
    ["that cannot store what starts the script", "noStarter", "verify/differs"],
    ["that refuses a line twice", "linesRefused", "transfer/refused"],
  ]
  for (const [what, name, code] of emptied)
    it(`never calls a board done ${what}, and it boots to its console`, () => {
      assert.equal(fails(name, code, /The board holds no script that starts now: flash it again$/).emptied, true)
      const { board } = played[name]
      board.started.length = 0
      board.boot()
      assert.deepEqual(board.started, [])
      assert.equal(board.files.get("logbook"), "not ours")
    })

  it("leaves no start file on a board while a packet is under way", () => {
    assert.deepEqual(startable, [])
    assert(played.whole.board.packets === 5 && played.refused.board.packets > 5)
  })
  it("says what to install where EspruinoTools is not", async () => {
    const alone = folder("flash")
    const files = readdirSync("boards/espruino").filter((file) => /^flash.*\.ts$/.test(file))
    for (const file of files) copyFileSync(`boards/espruino/${file}`, `${alone}/${file}`)
    writeFileSync(`${alone}/package.json`, '{"type":"module"}')
    const there = (await import(`${alone}/flash.ts`)) as { flash: typeof flash }
    const trouble = await there.flash({ port: "tcp://127.0.0.1:1", baud: 9600, board: "X", versions: [], script: "1", patience: 5, dry: true }, () => undefined)
    rmSync(alone, { recursive: true })
    assert.deepEqual([trouble?.code, trouble?.message], ["tools/missing", "EspruinoTools is not installed: npm install espruino"])
  })
  it("has met every trouble but those of a machine without EspruinoTools or the right to a port", () => {
    const met = new Set(Object.values(played).map(({ trouble }) => trouble?.code))
    assert.deepEqual((Object.keys(flashTroubles) as FlashCode[]).filter((code) => !met.has(code)), ["tools/missing", "port/denied"])
  })
})

function scenesFiles(name: keyof typeof scenes): Readonly<Record<string, string>> {
  return (scenes[name] as Scene).wiring?.files ?? old
}
