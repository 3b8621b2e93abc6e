/** Modules of WebAssembly with one bit turned and their sum made right again, in every section: refused, as good as before, or caught by those who check. */
import assert from "node:assert/strict"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import { unbase64 } from "../../sdk/base/base64.ts"
import { adler32 } from "../../sdk/machine/program.ts"
import { bls12381Wasm } from "../../sdk/group/bls12381-wasm.ts"
import { p256Wasm } from "../../sdk/group/p256-wasm.ts"
import { wasmMachine } from "../../sdk/machine/wasm.ts"
import { octets } from "../contract/octets.ts"
import { scriptOf, type Script } from "../script.ts"

/** One bit of a module. */
export interface Flip {
  readonly of: "BLS12-381" | "P-256"
  readonly at: number
  readonly bit: number
}

/**
 * Refused by the engine or the self-test; all values the same; values differ, and U = [l]P, the curve or a decoder catches it; a trap or Misuse; no end, which
 * is a watchdog's matter; or a value that nothing catches.
 */
export type Outcome = "refused" | "the same" | "caught" | "stopped" | "no end" | "a wrong key"

const modules = { "BLS12-381": unbase64(bls12381Wasm.module)!, "P-256": unbase64(p256Wasm.module)! } as const

/** Octets of each section of a module, by its id; what comes before is section 0. */
function sections(module: Uint8Array): { readonly id: number; readonly from: number; readonly to: number }[] {
  const out = [{ id: 0, from: 0, to: 8 }]
  for (let at = 8; at < module.length; ) {
    let length = 0
    let next = at + 1
    for (let scale = 1; ; scale *= 128) {
      const octet = module[next++]!
      length += (octet & 127) * scale
      if (octet < 128) break
    }
    out.push({ id: module[at]!, from: at, to: next + length })
    at = next + length
  }
  return out
}

/** A sample that is the same each time: so many bits of each section, more of the code. */
function sample(of: Flip["of"], each: number): Flip[] {
  return sections(modules[of]).flatMap(({ id, from, to }) => {
    const count = id === 10 ? 6 * each : each
    return Array.from({ length: count }, (_, i): Flip => {
      const noise = octets(`flip ${of} ${id} ${i}`, 4)
      return { of, at: from + (((noise[0]! << 16) | (noise[1]! << 8) | noise[2]!) % (to - from)), bit: noise[3]! & 7 }
    })
  })
}

/** Milliseconds in which a thread that runs at all has said something; only modules that never end take so long. */
const SILENCE = 8000

/** How each went. A thread that falls silent is ended, and another goes on behind the flip that it fell silent at. */
async function outcomes(script: string, flips: readonly Flip[]): Promise<Outcome[]> {
  const out: Outcome[] = []
  while (out.length < flips.length) {
    const worker = new Worker(script, { workerData: { flips, from: out.length }, execArgv: [] })
    await new Promise<void>((done, fail) => {
      let silence: NodeJS.Timeout | undefined
      const over = (): void => {
        out.push("no end")
        void worker.terminate()
      }
      worker.on("message", (outcome: Outcome) => {
        out.push(outcome)
        clearTimeout(silence)
        silence = setTimeout(over, SILENCE)
      })
      worker.once("error", fail)
      worker.once("exit", () => {
        clearTimeout(silence)
        done()
      })
    })
  }
  return out
}

describe("a module with one bit turned", function () {
  this.timeout(240000)
  let script: Script
  before(async () => {
    script = await scriptOf(fileURLToPath(new URL("damage-worker.ts", import.meta.url)), [])
  })
  after(() => script.remove())
  it("anywhere has another sum, and is refused", () => {
    // one octet's change is below 65521, so the first of Adler-32's two sums differs: these show it
    for (const module of Object.values(modules)) {
      const right = adler32(module, module.length)
      for (let at = 0; at < module.length; at += 97) {
        module[at]! ^= 1 << (at & 7)
        assert.notEqual(adler32(module, module.length), right)
        module[at]! ^= 1 << (at & 7)
      }
    }
    assert.equal(wasmMachine({ ...p256Wasm, sum: p256Wasm.sum ^ 1 }, 1), undefined)
  })
  const tried = async (of: Flip["of"]): Promise<{ readonly count: (what: Outcome) => number; readonly told: string; readonly all: number }> => {
    const flips = sample(of, 10)
    const went = await outcomes(script.path, flips)
    const told = flips.map(({ at, bit }, i) => `octet ${at}, bit ${bit}: ${went[i]!}`).join("\n")
    return { count: (what) => went.filter((each) => each === what).length, told, all: flips.length }
  }
  it("BLS12-381, and its sum made right, is mostly refused by the engine and the self-test, and never gives a wrong key: boxes check themselves", async () => {
    const { count, told, all } = await tried("BLS12-381")
    assert.equal(count("a wrong key"), 0, told)
    assert(count("refused") > 0.75 * all && count("caught") > 0, told)
  })
  it("P-256, and its sum made right, is mostly refused too; points that are no multiples of what they should be are why the sum is there", async () => {
    const { count, told, all } = await tried("P-256")
    assert(count("refused") > 0.75 * all && count("caught") > 0, told)
    assert(count("a wrong key") <= 0.03 * all, told)
  })
})
