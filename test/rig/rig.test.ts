/** `ibake rig` as its users run it: six simulated boards at once among devices that misbehave; and what it writes, as its readers read it. */
import assert from "node:assert/strict"
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { runInNewContext } from "node:vm"
import { trapsIn } from "../../boards/espruino/language.ts"
import { boardNamed } from "../../boards/find.ts"
import { provided, type Answer } from "../../boards/rig/agent/agent.ts"
import type { Heard } from "../../boards/rig/agent/live.ts"
import { called, host, links, type Link, type Party } from "../../boards/rig/calls.ts"
import { limbs } from "../../boards/profiles/limbs.ts"
import { groups } from "../../boards/rig/case-files.ts"
import { junit } from "../../boards/rig/junit.ts"
import { page } from "../../boards/rig/page.ts"
import { checks, type RigResult } from "../../boards/rig/result.ts"
import { agentScript } from "../../boards/rig/script.ts"
import { tap } from "../../boards/rig/tap.ts"
import { engines } from "../engines/engines.ts"
import { endAll, ibake, lines, oneLine, start, type Ended, type Line } from "../ibake.ts"
import { folder, program } from "../processes.ts"
import { tool } from "../tools.ts"
import { browser, invalid, looked, proved } from "./readers.ts"
import { espruino, garbage, unruly, type Networked } from "./unruly.ts"

const simulators = fileURLToPath(new URL("simulators.js", import.meta.url))
const simulated = ["Duktape", "XS", "QuickJS", "Hermes", "Node", "Node with WebAssembly"]
const light = ["symmetric", "PRF", "identities", "messages", "key request"]
const gateway = { board: "node/gateway", simulated: "Node" }

describe("ibake rig", function () {
  this.timeout(240000)
  let home: string
  const at = (...names: readonly string[]): string => join(home, ...names)
  const map = (name: string, rig: object): string => {
    writeFileSync(at(name), JSON.stringify({ simulators, ...rig }))
    return at(name)
  }
  const result = (): RigResult => JSON.parse(readFileSync(at("out", "results.json"), "utf8")) as RigResult
  before(() => {
    home = folder("rig")
  })
  after(() => {
    endAll()
    rmSync(home, { recursive: true, force: true })
  })

  describe("with six simulated boards, and devices that are killed, flood, stall, and talk nonsense", () => {
    let ended: Ended
    let said: Line[]
    const network: Networked[] = []
    for (const engine of engines) before(tool(engine.wants, () => engine.present()))
    before(async () => {
      network.push(await garbage(), await espruino(limbs()))
      const bad = Object.entries(unruly).map(([name, command]) => ({ name, board: "node/gateway", command, patienceS: name === "stalls" ? 1 : 60 }))
      const devices = [
        ...simulated.map((name) => ({ name, simulated: name, ...(name === "Node" ? gateway : {}) })),
        { name: "killed", simulated: "Duktape" },
        ...bad,
        { name: "noise", board: "node/gateway", port: network[0]!.port, patienceS: 5 },
        { name: "bangle", board: "espruino/bangle2", port: network[1]!.port },
        { name: "absent", board: "espruino/pico", port: "/dev/no-such-port" },
        { name: "other", board: "node/radio", command: unruly.stalls },
      ]
      const run = start("rig", "--rig", map("many.json", { cases: [...light, "suite 0x02", "call"], devices }), "--out", at("out"), "--json")
      const { pid } = await run.until("connected", ({ device }) => device === "killed")
      // the sides of a call, which are still before it, take it seconds
      await run.until("group", ({ device }) => device === "killed")
      process.kill(pid as number, "SIGKILL")
      ended = await run.ended
      said = lines(ended)
    })
    after(() => Promise.all(network.map((each) => each.stop())))

    const device = (name: string): RigResult["devices"][number] => result().devices.find((each) => each.name === name)!

    it("asks each of the six every case that its profile provides for, and names what it left out", () => {
      for (const name of simulated) {
        const { lost, over, groups: asked } = device(name)
        assert.deepEqual([lost, over], [undefined, []], name)
        for (const each of asked) {
          assert.deepEqual(each.cases.flatMap(({ problem }) => problem ?? []), [])
          assert.equal(each.cases.length, each.left === undefined ? each.of : 0)
          assert.equal(each.of, groups().find((group) => group.name === each.group)!.cases.length)
        }
        assert.deepEqual(asked.flatMap(({ group, left }) => (left === undefined ? [] : [`${group}: ${left}`])), [`suite 0x02: profile ${device(name).profile} has no suite 0x02`])
      }
    })
    it("lets the host call each device, each device the host, and each device the next one, with new draws", () => {
      const { calls } = result()
      const well = calls.filter(({ problem, left }) => problem === undefined && left === undefined)
      const ends = [...simulated, "bangle"]
      for (const name of ends) for (const [I, R] of [["host", name], [name, "host"], [name, ends[(ends.indexOf(name) + 1) % ends.length]]]) assert(well.some(({ initiator, responder, ms }) => initiator === I && responder === R && ms.initiator > 0 && ms.responder > 0), `${I} to ${R}: ${JSON.stringify(calls)}`)
      assert.equal(well.length, calls.length)
    })
    it("reports a device that was killed in the middle, with what it had answered by then", () => {
      const { lost, groups: asked } = device("killed")
      assert.match(lost!, /ended with SIGKILL/)
      assert.equal(asked[0]!.cases.length, asked[0]!.of)
      assert.equal(asked.at(-1)!.left, "the device was lost")
    })
    const troubles: readonly (readonly [name: string, words: RegExp])[] = [
      ["floods", /more than 1048576 characters without an answer: .*boot 0\.1 ok/], ["rambles", /a line of more than 65536 characters/], ["stalls", /no answer within 1 s/], ["lies", /said what is no answer: \{"yes":1\}/],
      ["noise", /no answer within 5 s, but \d+ characters that are none/], ["absent", /There is no port \/dev\/no-such-port/], ["other", /another script is on it: its profile is noble, that of node\/radio is wasm/],
    ]
    for (const [name, words] of troubles) it(`gives up the device that is named ${name}, in words`, () => assert.match(device(name).lost!, words))
    it("passes over the prompt and the echo of Espruino's console", () => {
      assert.equal(device("bangle").lost, undefined)
      assert(device("bangle").noise > 0)
    })
    it("ends with 1, a line on standard output for each event, and each failure among them", () => {
      assert.deepEqual([ended.code, ended.errors], [1, []])
      const lost = ["killed", ...troubles.map(([name]) => name)].sort()
      assert.deepEqual([...(said.at(-1)!.lost as string[])].sort(), lost)
      assert.deepEqual(said.flatMap((line) => (line.event === "failed" ? [line.of as string] : [])).sort(), lost)
      assert.deepEqual(said.flatMap((line) => (line.event === "lost" ? [line.device as string] : [])).sort(), lost)
    })

    describe("writes TAP that Perl's parser", () => {
      before(tool("prove of perl", () => program("prove")))
      it("takes for a run with just these failures", () => {
        const { well, words } = proved(at("out", "results.tap"))
        assert(!well && !words.includes("Parse errors"), words)
        assert.equal(/Failed (\d+)\/\d+ subtests/.exec(words)?.[1], String(said.at(-1)!.failed))
        assert.match(words, new RegExp(`less ${said.at(-1)!.left as number} skipped subtests`))
      })
      it("would refuse, were a line missing", () => {
        writeFileSync(at("short.tap"), readFileSync(at("out", "results.tap"), "utf8").replace(/^ok 2 .*\n/m, ""))
        assert.match(proved(at("short.tap")).words, /Parse errors/)
      })
    })
    describe("writes JUnit XML that a schema", () => {
      before(tool("xmllint of libxml2-utils", () => program("xmllint")))
      it("takes", () => assert.equal(invalid(at("out", "junit.xml")), undefined))
      it("would refuse with a wrong count or a mark of its own", () => {
        const good = readFileSync(at("out", "junit.xml"), "utf8")
        for (const [what, by] of [[/skipped="\d+"/, 'skipped="some"'], ["<testcase ", "<case/><testcase "], ["&quot;", "<"]] as const) {
          writeFileSync(at("bad.xml"), good.replace(what, by))
          assert.notEqual(invalid(at("bad.xml")), undefined)
        }
      })
    })
    describe("writes a page that a browser", () => {
      before(tool("chromium", browser))
      it("shows at the width of a telephone, with no script of its own and nothing from a network", () => {
        const { trouble, width, matrix, letters, plots, resources } = looked(at("out", "report.html"), home)
        assert.deepEqual([trouble, resources], [[], 0])
        assert(width <= 390 && letters >= 12 && plots > 6, JSON.stringify({ width, letters, plots }))
        assert.deepEqual(matrix[0], ["", ...result().devices.map(({ name }) => name)])
        assert.deepEqual(matrix.find(([group]) => group === "symmetric")!.slice(1), result().devices.map(({ groups: [first] }) => (first!.cases.length === first!.of ? "\u2713" : "\u2020")))
        assert.equal(matrix.find(([group]) => group === "suite 0x02")![1], "\u2013")
        assert(!/<script|https?:|src=|url\(/.test(readFileSync(at("out", "report.html"), "utf8")))
      })
      it("would be found too wide, and in error, if it were", () => {
        writeFileSync(at("wide.html"), readFileSync(at("out", "report.html"), "utf8").replace("<h1>", '<script>boom()</script><div style="width:500px">.</div><h1>'))
        const { trouble, width } = looked(at("wide.html"), home)
        assert(width >= 500)
        assert.match(trouble.join("\n"), /boom is not defined/)
      })
    })
  })

  it("ends with 0 when all is well, without compilers or simulators where devices are there already, and holds times against the last run", async () => {
    const lent = await espruino(limbs())
    try {
      const rig = map("good.json", { cases: ["symmetric"], calls: false, devices: [{ name: "bangle", board: "espruino/bangle2", port: lent.port }] })
      mkdirSync(at("good"))
      for (const last of [false, true]) {
        const { code, out, errors } = await ibake("rig", "--rig", rig, "--out", at("good"))
        assert.equal(code, 0, errors.join("\n"))
        assert.match(out, /bangle: symmetric: 12 passed, 0 failed\n14 passed, 0 failed, 0 left out\n$/)
        assert.equal(readFileSync(at("good", "report.html"), "utf8").includes('class="old"'), last)
      }
    } finally {
      await lent.stop()
    }
  })
  it("finds a device that answers otherwise than its case, in cases of another folder, and ends with 1", async () => {
    cpSync(fileURLToPath(new URL("../cases", import.meta.url)), at("cases"), { recursive: true })
    const spoilt = readFileSync(at("cases", "sym.json"), "utf8").replace(/("digest": ?")(..)/, "$100")
    writeFileSync(at("cases", "sym.json"), spoilt)
    const lent = await espruino(limbs())
    try {
      const rig = map("spoilt.json", { cases: ["symmetric"], calls: false, devices: [{ name: "bangle", board: "espruino/bangle2", port: lent.port }] })
      const { code, errors } = await ibake("rig", "--rig", rig, "--cases", at("cases"))
      assert.equal(code, 1)
      assert.match(errors.join("\n"), /^ibake rig: bangle: symmetric: sha256, .*got .*, expected .*00/)
    } finally {
      await lent.stop()
    }
  })

  it("finds keys on both ends after links that spoil, double and cut what they carry", async () => {
    const { code, out, errors } = await ibake("rig", "--rig", map("faults.json", { cases: [], faults: true, devices: [{ name: "wasm", simulated: "Node with WebAssembly" }] }), "--json")
    assert.deepEqual([code, errors], [0, []], out)
    const calls = lines({ code, out, errors }).filter(({ event }) => event === "call")
    const named = (link: string | undefined): number => calls.filter((call) => call.link === link && call.problem === undefined && call.left === undefined).length
    assert.deepEqual([named(undefined), ...Object.values(links).slice(1).map(named)], [2, 2, 2])
  })
  it("finds an end that takes a spoilt message, one that answers a repeat anew, and one with other keys", async () => {
    const call = groups().find(({ name }) => name === "call")!
    const bent = (bend: (answer: Answer, line: string) => Answer): Party => {
      const { device, name } = host()
      return { name, device: { ...device, ask: async (line) => bend(await device.ask(line), JSON.stringify(line)) } }
    }
    const I = host()
    const problem = async (R: Party, link: Link): Promise<string | undefined> => (await called(I, R, call, link)).problem
    assert.equal(await problem(host(), "spoils"), undefined)
    assert.match((await problem(bent((answer) => ("fault" in answer ? { out: {} } : answer)), "spoils"))!, /took a spoilt message/)
    const seen = new Set<string>()
    const anew = bent((answer, line) => (seen.has(line) ? { out: { message: "00" } } : (seen.add(line), answer)))
    assert.match((await problem(anew, "spoils"))!, /gave a repeat another answer/)
    assert.equal(await problem(bent((answer) => ("out" in answer ? { ...answer, out: { ...(answer.out as Heard), TGK: "00" } } : answer)), "good"), "the ends have different keys")
  })

  it("puts a script onto Espruino boards that is in Espruino's language and brings its own instruments", async () => {
    const script = await agentScript(boardNamed("espruino/bangle2").manifest)
    assert.deepEqual(trapsIn(script.text), [])
    assert(script.octets < boardNamed("espruino/bangle2").manifest.memory.codeKb * 1024)
    const told = runInNewContext(`${script.text};ibake.answer('{"op":"profile"}')`, { getTime: () => 1, process: { memory: () => ({ usage: 2, blocksize: 16 }) } }) as string
    assert.deepEqual(JSON.parse(told), { out: provided(limbs()), ms: 0, heap: 32 })
  })

  describe("given words that are marks elsewhere", () => {
    const nasty = "a # b \\ \u0007 \ud800 </testcase><script>boom()</script> ]]> \"q\" & \n1..9\nBail out!"
    const group = { group: "symmetric", of: 2, cases: [{ name: nasty, problem: nasty, ms: 1, heap: 2048 }, { name: "well", ms: 2 }] }
    const rig: RigResult = {
      format: 1, calls: [{ initiator: "a", responder: "b", problem: nasty, ms: { initiator: 1, responder: 2 } }],
      devices: [{ name: "a", board: nasty, title: nasty, by: nasty, budgets: { heapKb: 1, callSetupS: 1 }, lost: undefined, over: ["heap: 2 kB, budget 1 kB"], noise: 0, groups: [group] }],
    }
    before(tool("prove of perl", () => program("prove")))
    before(tool("xmllint of libxml2-utils", () => program("xmllint")))
    before(tool("chromium", browser))
    it("writes TAP, XML and a page that are still such, and counts the budget that was broken", () => {
      writeFileSync(at("nasty.tap"), tap(checks(rig)))
      const { words } = proved(at("nasty.tap"))
      assert.match(words, /Failed 3\/5 subtests/)
      assert(!words.includes("Parse errors"), words)
      writeFileSync(at("nasty.xml"), junit(checks(rig)))
      assert.equal(invalid(at("nasty.xml")), undefined)
      writeFileSync(at("nasty.html"), page(rig, rig))
      const { trouble, width, matrix } = looked(at("nasty.html"), home)
      assert.deepEqual([trouble, width <= 390, matrix], [[], true, [["", "a"], ["symmetric", "1"]]])
    })
  })

  const device = { name: "a", board: "node/gateway", port: "/dev/x" }
  const wrong: readonly (readonly [what: string, rig: object, words: RegExp])[] = [
    ["no device", { devices: [] }, /devices: expected a list of at least 1/],
    ["a field that is none", { devices: [{ ...device, speed: 1 }] }, /devices\[0\]\.speed: this field is not known/],
    ["two ways to a device", { devices: [{ ...device, simulated: "XS" }] }, /devices\[0\]: expected one of port, command and simulated/],
    ["a simulator that is none", { devices: [{ name: "a", simulated: "Abacus" }] }, /simulated: expected one of Duktape/],
    ["a group that is none", { cases: ["guesses"], devices: [device] }, /cases\[0\]: expected one of symmetric/],
    ["a board that is none", { devices: [{ ...device, board: "toaster" }] }, /there is no board toaster/],
    ["no board", { devices: [{ name: "a", port: "/dev/x" }] }, /devices\[0\]: expected board or boardFile/],
    ["one name for two", { devices: [device, device] }, /two of the name a/],
    ["a port of no kind", { devices: [{ ...device, port: "COM1" }] }, /expected \/dev\/\.\.\. or tcp/],
    ["the host's name", { devices: [{ ...device, name: "host" }] }, /not host or calls/],
  ]
  for (const [what, rig, words] of wrong) it(`(${what}) names the field of its file, and ends with 2`, async () => oneLine(await ibake("rig", "--rig", map("wrong.json", rig)), 2, words))
})
