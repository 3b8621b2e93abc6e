/** `ibake flash` as its users run it. The ways of a flash itself are in test/flash. */
import assert from "node:assert/strict"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { plug, scriptProgram } from "../flash/pty.ts"
import { endAll, ibake, lines, oneLine, start, type Ended } from "../ibake.ts"
import { folder } from "../processes.ts"
import { tool } from "../tools.ts"

describe("ibake flash", () => {
  let path: string
  const at = (name: string): string => join(path, name)
  before(() => {
    path = folder("flash")
    writeFileSync(at("radio.js"), "var radio = 1;\n".repeat(500))
  })
  after(() => {
    endAll()
    rmSync(path, { recursive: true })
  })
  const script = (): string[] => ["--script", at("radio.js")]

  const wrong: readonly (readonly [what: string, words: readonly string[], said: RegExp])[] = [
    ["no board", [], /say one of --board and --board-file/],
    ["a board that is none", ["--board", "toaster"], /there is no board toaster/],
    ["no port", ["--board", "espruino/pico"], /say --port/],
    ["a script that is not there", ["--board", "espruino/pico", "--port", "/dev/x", "--script", "/nowhere/x.js"], /ENOENT.*nowhere/],
    ["a board that Moddable flashes", ["--board", "moddable/esp32"], /flashed by Moddable's own tool.* mcconfig -d -m -p esp32/],
    ["a board that takes a bundle", ["--board", "hermes/handset"], /in the bundle of your application.*react-native run-android/],
    ["a board that runs from the package", ["--board", "node/gateway"], /nothing to flash: npm install ibake/],
  ]
  for (const [what, words, said] of wrong)
    it(`(${what}) says in one line what to do, and ends with 2`, async () => oneLine(await ibake("flash", ...words), 2, said))

  it("says that a script does not fit before it looks for the board, and ends with 7", async () => {
    writeFileSync(at("large.js"), "x".repeat(48 * 1024 + 1))
    oneLine(await ibake("flash", "--board", "espruino/pico", "--port", "/dev/no-such-port", "--script", at("large.js")), 7, /the script has 49153 octets, espruino\/pico has 49152 for code/)
  })
  it("ends with 3 when there is no port", async () => oneLine(await ibake("flash", "--board", "espruino/pico", "--port", "/dev/no-such-port", ...script()), 3, /There is no port \/dev\/no-such-port/))

  describe("to a board that has files", () => {
    const copy = (to: string, ...more: readonly string[]): Promise<Ended> => ibake("flash", "--board", "quickjs/radio", "--port", to, ...script(), ...more)
    it("moves the script into place when it was read back", async () => {
      writeFileSync(at("app.js"), "old")
      const dry = await copy(at("app.js"), "--dry-run")
      assert.deepEqual([dry.code, readFileSync(at("app.js"), "utf8")], [0, "old"])
      assert.match(dry.out, /would\n {2}1\. write 7500 octets/)
      const done = await copy(at("app.js"), "--json")
      assert.deepEqual(lines(done).map((line) => line.event), ["verified", "done"])
      assert.deepEqual(readFileSync(at("app.js")), readFileSync(at("radio.js")))
      assert(!existsSync(at("app.js.part")))
    })
    it("builds the script where none is given", async () => {
      const ended = await ibake("flash", "--board", "quickjs/radio", "--port", at("built.js"))
      assert.equal(ended.code, 0, ended.errors.join("\n"))
      assert.match(readFileSync(at("built.js"), "utf8"), /^"use strict";var ibake=|^var ibake=/)
    })
    it("names a folder that is not there, and what is there and no file, and ends with 3", async () => {
      mkdirSync(at("folder"))
      oneLine(await copy(at("none/app.js")), 3, /folder is not there: is the board mounted/)
      oneLine(await copy(at("folder")), 3, /is no file: name the file/)
      if (existsSync("/dev/full")) oneLine(await copy("/dev/full"), 3, /\/dev\/full is no file/)
    })
  })

  describe("over a pseudo-terminal", () => {
    before(tool("script of util-linux", scriptProgram))
    const words = (port: string, ...more: readonly string[]): string[] => ["flash", "--board", "espruino/pico", "--port", port, ...script(), ...more]
    it("tells the board, what was read back and that it is done, and ends with 0", async () => {
      const { port, board, unplug } = await plug({})
      const ended = await ibake(...words(port, "--json"))
      await unplug()
      assert.equal(ended.code, 0, ended.out)
      const events = lines(ended).filter((line) => line.event !== "progress")
      assert.deepEqual(events.map((line) => line.event), ["board", "emptying", "verified", "done"])
      assert.deepEqual(events.at(-1), { event: "done", board: "espruino/pico", port, octets: 7500 })
      assert.equal(board.files.get("ibake.js"), readFileSync(at("radio.js"), "latin1"))
    })
    it("ends with 6 for another board and 8 for one that refuses, in one line each, and says whether the board is as it was", async () => {
      const [other, refusing] = [await plug({ board: "PUCKJS" }), await plug({ packet: () => "refuse" })]
      const ended = await Promise.all([other, refusing].map(({ port }) => ibake(...words(port, "--json"))))
      await Promise.all([other.unplug(), refusing.unplug()])
      const last = ended.map((each) => ({ ...lines(each).at(-1), line: undefined, status: each.code }))
      assert.deepEqual(last, [{ event: "trouble", code: "board/wrong", line: undefined, emptied: false, status: 6 }, { event: "trouble", code: "transfer/refused", line: undefined, emptied: true, status: 8 }])
    })
    it("leaves a board that boots to its console when it is ended in the middle, and no process", async () => {
      let halfway = (): void => undefined
      const half = new Promise<void>((done) => (halfway = done))
      const { port, board, unplug } = await plug({ files: { ".bootcde": "1" }, packet: (number) => (number === 3 ? (halfway(), "swallow") : undefined) })
      const running = start(...words(port, "--json"))
      await half
      running.stop()
      const ended = await running.ended
      assert.notEqual(ended.code, 0)
      assert(!lines(ended).some((line) => line.event === "done" || line.event === "verified"))
      board.boot()
      assert.deepEqual(board.started, [])
      // the port is free when both processes have gone, and the second goes when it sees the first gone
      let dry = await ibake(...words(port, "--dry-run"))
      for (let again = 0; dry.code === 4 && again < 5; again++) dry = await ibake(...words(port, "--dry-run"))
      await unplug()
      assert.equal(dry.code, 0, dry.errors.join("\n"))
    })
  })
})
