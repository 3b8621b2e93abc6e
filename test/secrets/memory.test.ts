/**
 * No secret survives: two radios in a process of their own play calls that end well and badly, on each machine that promises to wipe, and then all of that
 * process's memory is searched for every secret, in every form. Linux only, for /proc.
 */
import assert from "node:assert/strict"
import { fileURLToPath } from "node:url"
import { hex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { bls12381Wasm } from "../../sdk/group/bls12381-wasm.ts"
import { bls12381 } from "../../sdk/group/bls12381.ts"
import { p256Wasm } from "../../sdk/group/p256-wasm.ts"
import { p256 } from "../../sdk/group/p256.ts"
import type { Machine } from "../../sdk/machine/program.ts"
import { wasmMachine } from "../../sdk/machine/wasm.ts"
import { converse, enrolled, fetchKeys, good, readAnswer, testKms, type Radio } from "../fixture.ts"
import { programs } from "../machine/machines.ts"
import { scriptOf, type Change } from "../script.ts"
import { missing } from "../tools.ts"
import { digitForms, elementForms, Finder, octetForms, scalarForms, type Pattern } from "./forms.ts"
import { readable, searched, standing } from "./process-memory.ts"
import { Recorder, recordedDraw, recordedOn } from "./recorder.ts"
import { Cast, plainDraw, scenes } from "./scenes.ts"

const URIS = ["sip:alice@police.example", "sip:bob@police.example"]

const W = { bls12381: 48, p256: 32 } as const

/** Elements one after another. */
function elements(name: string, octets: Uint8Array, of: keyof typeof W): Pattern[] {
  const out: Pattern[] = []
  for (let at = 0; at < octets.length; at += W[of]) out.push(...elementForms(name, octets.subarray(at, at + W[of]), programs[of].modulus))
  return out
}

/** What the Recorder calls by how it came, in the words of the protocol. */
const NAMES: Readonly<Record<string, string>> = { "draw of 32": "rho", "draw of 48": "seed of x or y" }

/** Forms of one thing that the Recorder saw; what is not random by itself has none. */
function forms(seen: string, octets: Uint8Array): Pattern[] {
  const what = NAMES[seen] ?? seen
  if (/^(input of|plaintext|data of)/.test(what)) return []
  if (what === "digits") return digitForms(what, octets)
  const out = octetForms(what, octets)
  if (/^(x or y|l|wide l|seed of x or y)$/.test(what)) out.push(...scalarForms(what, octets))
  if (what === "K_SESSION") out.push(...elements(what, octets.subarray(1), "p256"))
  // two of twelve
  if (what === "GT") out.push(...elements(what, octets.subarray(0, 96), "bls12381"))
  return out
}

/** Notes what is seen with a Recorder for each scene: finding what came of what grows with the square. */
class Relay extends Recorder {
  own: Recorder = new Recorder()
  override keep(what: string, array: Uint8Array | undefined): void {
    this.own.keep(what, array)
  }
  override call(what: string, inputs: readonly Uint8Array[], output: Uint8Array): Uint8Array {
    return this.own.call(what, inputs, output)
  }
}

/** All that must not be found, and what the searched process is told: we play every scene as a whole call, with the same draws. */
function secrets(): { readonly patterns: Pattern[]; readonly told: object } {
  const relay = new Relay()
  const noted = (machine: Machine): Machine => ({
    octets: machine.octets,
    run(entry, input, digits) {
      relay.keep("digits", digits)
      return machine.run(entry, input, digits)
    },
  })
  const pairing = bls12381(noted(wasmMachine(bls12381Wasm, 1e9)!))
  const kms = testKms(recordedOn(relay, pairing, p256(noted(wasmMachine(p256Wasm, 1e9)!))))
  const patterns: Pattern[] = []
  const air: Uint8Array[] = []
  const [alice, bob] = URIS.map((uri) => {
    const of = enrolled(kms, uri, { draw: plainDraw(uri) })
    const { request, response } = fetchKeys(of)
    const read = good(readAnswer(of, request, response))
    assert(read.kind === "keys")
    for (const { key } of read.keys) patterns.push(...octetForms("S_id", key), ...elements("S_id", run(pairing.decodeG2(key))!, "bls12381"))
    air.push(response)
    return of
  }) as [Radio, Radio]
  const responses = air.map(hex)
  for (const scene of scenes) {
    relay.own = new Recorder()
    const cast = new Cast(alice, bob, scene.name, (draw) => recordedDraw(relay, draw))
    const call = converse(cast.initiator(), cast.responder())
    const sent = [call.I_MESSAGE_1, call.R_MESSAGE_1, call.I_MESSAGE_2, call.R_MESSAGE_2]
    air.push(...sent)
    const seen = new Set<string>()
    for (const { what, was } of relay.own.secrets(sent)) {
      const text = was.toString("hex")
      if (!seen.has(text)) patterns.push(...forms(what, was))
      seen.add(text)
    }
  }
  const all = Buffer.concat(air)
  const isPublic = ({ name, octets }: Pattern): boolean => name.endsWith(", octets") && all.includes(Buffer.from(octets))
  const set = Object.fromEntries(Object.entries(kms.state.own).map(([key, value]) => [key, inHex(value)]))
  return { patterns: patterns.filter((each) => !isPublic(each)), told: { uris: URIS, responses, set } }
}

function inHex(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inHex)
  return value instanceof Uint8Array ? hex(value) : value
}

/** What makes the same process forget to wipe: arrays, limbs, and WebAssembly's memories. */
const forgetful: readonly Change[] = [
  { file: "sdk/base/bytes.ts", from: "if (secret !== undefined) for (", to: "if (secret === null) for (" },
  // a hash wipes its block to fill it anew
  { file: "sdk/sym/plain.ts", from: "    wipe(block)\n", to: "    for (let i = 0; i < BLOCK; i++) block[i] = 0\n" },
  { file: "sdk/field/limbs.ts", from: "  wipe(): void {", to: "  wipe(): void {\n    if (this.count > 0) return" },
  { file: "sdk/machine/wasm.ts", from: "one.functions.w()", to: "" },
]

/** What makes it keep secrets in short arrays that V8 moves. */
const restless: Change = { file: "sdk/base/bytes.ts", from: "new Uint8Array(new ArrayBuffer(length))", to: "new Uint8Array(length)" }

let made: ReturnType<typeof secrets> | undefined

/** What is found where the process stands; `only` at its end, or everywhere. */
async function foundIn(machine: "limbs" | "wasm", changes: readonly Change[], only?: "end"): Promise<Map<string, readonly string[]>> {
  made ??= secrets()
  const finder = new Finder(made.patterns)
  const out = new Map<string, readonly string[]>()
  const script = await scriptOf(fileURLToPath(new URL("searched.ts", import.meta.url)), changes)
  try {
    await standing(script.path, JSON.stringify({ machine, ...made.told }), (line, pid) => {
      if (only === "end" && line !== "all is over") return
      const { found, octets } = searched(pid, finder)
      assert(octets > 10e6, `only ${octets} octets were read`)
      out.set(line, found)
    })
  } finally {
    script.remove()
  }
  return out
}

function includes(found: readonly string[] | undefined, names: readonly string[]): void {
  assert.deepEqual(names.filter((name) => found?.includes(name) !== true), [], String(found))
}

const marks = {
  limbs: ["K_SESSION, Montgomery's limbs of 23 bits in doubles", "GT, Montgomery's limbs of 23 bits in doubles"],
  wasm: ["K_SESSION, Montgomery's limbs of 28 bits in words", "GT, Montgomery's limbs of 28 bits in words"],
}

describe("all memory of a process, its engine's heap and stack among it", function () {
  this.timeout(240000)
  before(function () {
    if (readable()) return
    missing.add("leave to read a child's memory")
    this.skip()
  })

  for (const machine of ["limbs", "wasm"] as const) {
    it(`on ${machine} holds secrets while they are needed, and none after calls that end well, that end badly at any step, or that are dropped`, async () => {
      const found = await foundIn(machine, [])
      assert.deepEqual(found.get("keys are held"), ["S_id, octets"])
      includes(found.get("I_MESSAGE_1 is being made"), ["S_id, octets", "seed of x or y, octets", "rho, octets", "x or y, octets"])
      includes(found.get("R_MESSAGE_1 is on its way"), ["S_id, octets", "x or y, octets", "K_SESSION, octets"])
      assert.deepEqual(found.get("all is over"), [])
    })
    it(`on ${machine} is full of them in every form where nobody wipes: this search finds them`, async () => {
      const found = (await foundIn(machine, forgetful, "end")).get("all is over")
      includes(found, ["S_id, octets", "x or y, octets", "rho, octets", "K_SESSION, octets", "GT, octets", "l, octets", "l, words of 14 bits", "digits, octets", ...marks[machine]])
    })
  }
  it("holds what V8 left behind where secrets lie in short arrays of its own, wiped or not", async () => {
    const found = (await foundIn("limbs", [restless], "end")).get("all is over")!
    assert(found.some((name) => name.endsWith(", octets")), String(found))
  })
})
