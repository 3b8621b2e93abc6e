/** Every trap of Espruino's language is found where it is, and the scripts of its boards step into none. */
import assert from "node:assert/strict"
import { runInNewContext } from "node:vm"
import { buildScript, type Script } from "../../boards/build.ts"
import { traps, trapsIn, type TrapName } from "../../boards/espruino/language.ts"
import { boardNamed } from "../../boards/find.ts"
import { recipeOf, refusals } from "../../boards/script.ts"
import { settled } from "../../boards/settle.ts"
import type { espruinoBoard } from "../../boards/espruino/port.ts"
import type { limbs } from "../../boards/profiles/limbs.ts"
import { boardContract } from "../contract/board-laws.ts"
import { espruinoApi, MqttDevice, SerialDevice, StorageDevice } from "../devices/espruino.ts"
import { DeviceWorld } from "../devices/world.ts"

/** A script that steps into each trap, and one beside it that does not. */
const samples: readonly (readonly [trap: TrapName, bad: string, good: string])[] = [
  ["syntax", "var a = ;", "var a = 1;"],
  ["bigint", "var a = 10n;", "var a = 10;"],
  ["bigint", "var a = BigInt(1);", "var a = { BigInt: 1 }.BigInt;"],
  ["destructuring", "var { a } = b;", "var a = b.a;"],
  ["destructuring", "function f() { var [a] = b; return a }", "function f() { var a = b[0]; return a }"],
  ["destructuring", "[a, b] = [b, a];", "c = [b, a];"],
  ["spread", "f(...a);", "f.apply(null, a);"],
  ["spread", "function f(...a) { return a }", "function f() { return arguments }"],
  ["spread", "var a = { ...b };", "var a = { b: b };"],
  ["defaults", "function f(a = 1) { return a }", "function f(a) { return a === undefined ? 1 : a }"],
  ["generator", "function* f() { return 1 }", "function f() { return 1 }"],
  ["async", "async function f() { return 1 }", "function f() { return 1 }"],
  ["async", "var f = async () => 1;", "var f = () => 1;"],
  ["label", "a: for (;;) break a;", "for (;;) break;"],
  ["extends", "class A extends Error {}", "class A { b() { return `x` } }"],
  ["missing", "var a = new Map();", "var a = { Map: 1 };"],
  ["missing", "var a = new Set();", "let a = {};"],
  ["missing", "var a = Symbol.iterator;", "var a = b.Symbol;"],
  ["missing", "var a = Math.imul(1, 2);", "var a = Math.floor(1 * 2);"],
  ["missing", "var a = Math.trunc(1.5);", "var a = 1.5 | 0;"],
  ["missing", "var a = Math.clz32(1);", "var a = Math.abs(1);"],
  ["missing", "var a = Uint8Array.from([1]);", "var a = new Uint8Array([1]);"],
  ["freeze", "Object.freeze(a);", "Object.keys(a);"],
  ["pow", "var a = Math.pow(2, 53);", "var a = 9007199254740992;"],
  ["hoisting", "function g() { return f(); function f() { return 1 } }", "function g() { function f() { return 1 } return f() }"],
  ["hoisting", "var a = f(); function f() { return 1 }", "function g() { return f() } function f() { return 1 } var a = g();"],
  ["vars", "function f() { return a = 1, a + a; var a }", "function f() { var a; return a = 1, a + a }"],
  ["vars", "function f(b) { if (b) { var i = 0; return i } for (i = 1; i < 3; i++) g(i) }", "function f(b) { if (b) { var i = 0; return i } for (var i = 1; i < 3; i++) g(i) }"],
  ["vars", "function f(b) { switch (b) { case 1: var c = 2; break; default: c = 3 } return c }", "function f(b) { var c; switch (b) { case 1: c = 2; break; default: c = 3 } return c }"],
]

describe("the reader of Espruino's language", () => {
  for (const [trap, bad, good] of samples) {
    it(`finds "${traps[trap]}" in ${bad}`, () => assert(trapsIn(bad).some((each) => each.trap === trap), JSON.stringify(trapsIn(bad))))
    it(`finds nothing in ${good}`, () => assert.deepEqual(trapsIn(good), []))
  }
  it("has a sample for each trap", () => assert.deepEqual([...new Set(samples.map(([trap]) => trap))].sort(), Object.keys(traps).sort()))
  it("says where", () => {
    const [found] = trapsIn("var a = 1;\nObject.freeze(a);")
    assert.deepEqual(found, { trap: "freeze", at: 11, text: "Object.freeze(a);" })
  })
})

describe("a minified script", () => {
  it("has its last declarations moved up, and does the same", () => {
    const text = "var out=function(){function f(n){return r=n*2,r+r;var r}function g(n){return n}function h(){var e=1;return e}return f(2)+g(1)+h()}();\n"
    const { text: after, before } = settled(text)
    assert.equal(trapsIn(text).length > 0 && trapsIn(after).length === 0, true, after)
    assert.equal(after.length, text.length)
    assert.equal(runInNewContext(`${after}; out`), 10)
    for (const word of ["r+r", "function g", "function h", "return f"]) assert.equal(before(after.indexOf(word)), text.indexOf(word), word)
    assert.equal(before(after.indexOf("var r;")), -1)
  })
})

describe("the script of Espruino's boards", function () {
  this.timeout(240000)
  const board = boardNamed("bangle2")
  let script: Script
  before(async () => void (script = await buildScript(recipeOf(board))))

  it("parses, and steps into none of the traps", () => {
    assert(script.octets > 50000)
    assert.deepEqual(trapsIn(script.text), [])
    assert.deepEqual(refusals(board, script), [])
  })

  it("with a trap in it would be refused by name, with the place", () => {
    const text = `${script.text}Object.freeze(ibake);\n`
    const [line] = refusals(board, { ...script, text })
    assert.equal(line, `not Espruino's language: Object.freeze throws, at column ${script.text.length + 1}: "Object.freeze(ibake);\\n"`)
    assert.deepEqual(refusals(boardNamed("quickjs/radio"), { ...script, text }), [], "other engines have another language")
  })

  it("makes no global but its own, and leaves none behind when it is used", () => {
    const scope: Record<string, unknown> = {}
    const made = runInNewContext(`"use strict";${script.text}; ibake.profile(); ibake.hex(new Uint8Array(3))`, scope)
    assert.equal(made, "000000")
    assert.deepEqual(Object.keys(scope), ["ibake"])
  })

  /** What the script's one global holds, in this realm: with the short names that it has for all but what others say. */
  const made = (): { espruinoBoard: typeof espruinoBoard; profile: typeof limbs } => new Function(`${script.text}; return ibake`)() as ReturnType<typeof made>

  for (const way of ["serial", "mqtt"] as const)
    boardContract(`the port in that script, over ${way}`, async () => {
      const world = new DeviceWorld(5)
      const link = way === "serial" ? { serial: new SerialDevice(world) } : { mqtt: new MqttDevice(world) }
      const peer = way === "serial" ? { serial: new SerialDevice(world) } : { mqtt: new MqttDevice(world) }
      const [a, b] = [link, peer].map((each) => made().espruinoBoard(espruinoApi(world, "BANGLEJS2", new StorageDevice()), { name: "a", entropy: "hwRand", mtu: 128, ...each }))
      return { board: a!, peer: b!, until: async (done) => world.until(done), close: async () => undefined }
    })

  it("hands the firmware's crypto to its profile by the firmware's own names", () => {
    const asked: string[] = []
    const digest = (): ArrayBuffer => {
      asked.push("SHA256")
      return new ArrayBuffer(32)
    }
    const encrypt = (_message: Uint8Array, _key: Uint8Array, options: { mode: string }): ArrayBuffer => {
      asked.push(options.mode)
      return new ArrayBuffer(16)
    }
    assert.equal(made().profile({ SHA256: digest, AES: { encrypt } }).name, "limbs")
    assert.deepEqual(asked, ["SHA256", "ECB", "ECB"])
  })
})
