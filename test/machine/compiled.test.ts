/** Compiled machines: what is shipped is what the Programs give; damaged it is refused; nothing branches on a secret; nothing stays in memory. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { base64, unbase64 } from "../../sdk/base/base64.ts"
import { hex, unhex } from "../../sdk/base/bytes.ts"
import { run, type Job } from "../../sdk/base/job.ts"
import { bls12381Blocks } from "../../sdk/group/bls12381-bigint.ts"
import { bls12381Wasm } from "../../sdk/group/bls12381-wasm.ts"
import { bls12381 } from "../../sdk/group/bls12381.ts"
import { p256Wasm } from "../../sdk/group/p256-wasm.ts"
import { p256 } from "../../sdk/group/p256.ts"
import { bfMaster } from "../../sdk/ibe/bf-master.ts"
import { bf } from "../../sdk/ibe/bf.ts"
import { bigintMachine } from "../../sdk/machine/bigint.ts"
import { coursing, type Slate } from "../../sdk/machine/course.ts"
import { adler32, type Machine, type Program } from "../../sdk/machine/program.ts"
import { selfTest, testedOf } from "../../sdk/machine/self-test.ts"
import { Assembly, memory, moduleOf, op, type } from "../../sdk/machine/wasm-emit.ts"
import { wasmModule } from "../../sdk/machine/wasm-module.ts"
import { wasmMachine, type CompiledText, type WasmMachine } from "../../sdk/machine/wasm.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { octets } from "../contract/octets.ts"
import { programs } from "./machines.ts"
import { compiled } from "./make-compiled.ts"
import { referenceSlate } from "./reference.ts"
import { leaks } from "./taint.ts"

const modules: readonly (readonly [string, Program, CompiledText])[] = [["BLS12-381", programs.bls12381, bls12381Wasm], ["P-256", programs.p256, p256Wasm]]
const scalar = unhex(`1${"23456789abcdef0".repeat(4)}77`.padStart(64, "0"))!

describe("what is shipped compiled", () => {
  for (const { path, text } of compiled)
    it(`${path.split("/").at(-1)} is what its Program gives now`, () => assert.equal(readFileSync(new URL(path, import.meta.url), "utf8"), text(), "run: npx tsx test/machine/make-compiled.ts"))
  it("is at most 48 kB of WebAssembly, P-256 included", () => {
    const total = modules.reduce((sum, [, , text]) => sum + unbase64(text.module)!.length, 0)
    assert(total <= 48 * 1024, `${total} octets`)
  })
  it("has the self-test's sum that plain arithmetic gives, on every block", () => {
    for (const [, program, text] of modules) assert.equal(selfTest(testedOf(program), referenceSlate(program)()), text.selfTest)
  })
})

/** The text of a module with other octets, and their right sum. */
function resummed(text: CompiledText, change: (octets: Uint8Array) => void): CompiledText {
  const octets = unbase64(text.module)!
  change(octets)
  return { ...text, module: base64(octets), sum: adler32(octets, octets.length) }
}

describe("a damaged module", () => {
  const octets = unbase64(bls12381Wasm.module)!
  const right = hex(run(bls12381(wasmMachine(bls12381Wasm, 1e9)!).mulG1(scalar)))
  it("is refused by its sum, whichever octet was flipped", () => {
    for (let at = 0; at < octets.length; at += 151) {
      const changed = Uint8Array.from(octets)
      changed[at]! ^= 1 << (at & 7)
      assert.equal(wasmMachine({ ...bls12381Wasm, module: base64(changed) }, 1e9), undefined, `octet ${at}`)
    }
  })
  it("is refused by the engine or the self-test where the sum is made right: constants, the prime, a sum for a difference", () => {
    const clean = wasmMachine(bls12381Wasm, 1e9)!.memories()[0]!
    // from address 128 on: the prime, R^2 and the constants
    const data = Buffer.from(octets).indexOf(clean.subarray(128, 192)) - 128
    const places = [128, 150, 330, 400, 901, 2002, 2960].map((address) => data + address)
    for (const at of places) assert.equal(wasmMachine(resummed(bls12381Wasm, (own) => (own[at]! ^= 4)), 1e9), undefined, `octet ${at}`)
    // i32x4.add becomes i32x4.sub: where limbs are rounded the other way the value is the same, everywhere else it is not
    const sums = Array.from(octets.keys()).filter((at) => octets[at] === 0xfd && octets[at + 1] === 0xae && octets[at + 2] === 1)
    const taken = sums.filter((at) => wasmMachine(resummed(bls12381Wasm, (own) => (own[at + 1] = 0xb1)), 1e9) !== undefined)
    assert(sums.length > 20 && taken.length <= 12, `${taken.length} of ${sums.length} taken`)
    for (const at of taken) assert.equal(hex(run(bls12381(wasmMachine(resummed(bls12381Wasm, (own) => (own[at + 1] = 0xb1)), 1e9)!).mulG1(scalar))), right)
  })
  it("of no WebAssembly, of another Program or cut short is refused too, and the whole one is taken", () => {
    assert.equal(wasmMachine(resummed(bls12381Wasm, (own) => own.fill(0)), 1e9), undefined)
    assert.equal(wasmMachine({ ...p256Wasm, module: bls12381Wasm.module, sum: bls12381Wasm.sum }, 1e9), undefined)
    assert.equal(wasmMachine({ ...bls12381Wasm, modulus: p256Wasm.modulus }, 1e9), undefined)
    assert.equal(wasmMachine({ ...bls12381Wasm, module: bls12381Wasm.module.substring(0, 4000) }, 1e9), undefined)
    assert.equal(wasmMachine({ ...bls12381Wasm, module: "no base64" }, 1e9), undefined)
    assert(wasmMachine(resummed(bls12381Wasm, () => undefined), 1e9) !== undefined)
  })
})

describe("a machine that computes something else", () => {
  it("has another self-test's sum when every product, one in thirty, or no select is wrong", () => {
    for (const program of [programs.bls12381, programs.p256]) {
      const right = selfTest(testedOf(program), referenceSlate(program)())
      let count = 0
      assert.notEqual(selfTest(testedOf(program), referenceSlate(program, (product) => product + 1n)()), right)
      assert.notEqual(selfTest(testedOf(program), referenceSlate(program, (product) => (++count % 30 === 0 ? product + 1n : product))()), right)
      const blind = referenceSlate(program)()
      const pick = blind.pick.bind(blind)
      assert.notEqual(selfTest(testedOf(program), { ...blind, pick: (to, table, each, entries, digit) => pick(to, table, each, entries, digit & 127) }), right)
      assert.notEqual(selfTest(testedOf(program), { ...blind, read: (to, from) => (blind.read(to, from), true) }), right)
    }
  })
  it("is refused over BigInt", () => {
    const blocks = bls12381Blocks.blocks.slice()
    blocks[0] = (g, r) => bls12381Blocks.blocks[0]!(g, (wide) => r(wide) + 1n)
    assert.equal(bigintMachine(programs.bls12381, { ...bls12381Blocks, blocks }, 1e9), undefined)
    assert(bigintMachine(programs.bls12381, bls12381Blocks, 1e9) !== undefined)
  })
  it("once in a while opens a box rightly or not at all, and seals none that opens wrongly", () => {
    const good = bls12381(wasmMachine(bls12381Wasm, 1e9)!)
    let products = 0
    let next = Number.POSITIVE_INFINITY
    const spoil = (product: bigint): bigint => (products++ === next ? product + 1n : product)
    const faulty = bls12381(coursing(programs.bls12381, referenceSlate(programs.bls12381, spoil), 1e9))
    const master = bfMaster(good, nobleSym)
    const s = master.setup(octets("s", 48))
    const uid = octets("uid", 32)
    const parameter = run(master.publicParameter(s))!
    const keyOctets = run(master.extract(s, uid))!
    const [onGood, onFaulty] = [good, faulty].map((group) => {
      const ibe = bf(group, nobleSym)
      const par = run(ibe.parameters(parameter))!
      return { ibe, par, key: run(ibe.privateKey(keyOctets, par))! }
    }) as [Side, Side]
    let spoilt = 0
    for (let i = 0; i < 10; i++) {
      const rho = octets(`rho ${i}`, 32)
      const sealer = i % 2 === 0 ? onFaulty : onGood
      const opener = i % 2 === 0 ? onGood : onFaulty
      products = 0
      next = 1 + i * 1709
      const { secret, enc } = run(sealer.ibe.encapsulate(uid, sealer.par, rho))
      const opened = run(opener.ibe.decapsulate(enc, opener.key, uid, opener.par))
      if (opened === undefined) spoilt++
      else assert.equal(hex(opened), hex(secret))
      next = Number.POSITIVE_INFINITY
    }
    assert(spoilt > 4, `${spoilt} of 10 were spoilt`)
  })
})

interface Side {
  readonly ibe: ReturnType<typeof bf<Uint8Array, Uint8Array, Uint8Array>>
  readonly par: object & Parameters<ReturnType<typeof bf<Uint8Array, Uint8Array, Uint8Array>>["encapsulate"]>[1]
  readonly key: Parameters<ReturnType<typeof bf<Uint8Array, Uint8Array, Uint8Array>>["decapsulate"]>[1]
}

describe("constant time in WebAssembly", () => {
  for (const [name, program] of modules)
    it(`${name}: no function addresses memory or branches by what it has loaded, nor by a digit`, () => {
      // whether an element of the input is below p is told: that is Misuse
      assert.deepEqual(leaks(wasmModule(program), ["e", "s"]).map((leak) => leak.what), ["branch"])
    })
  it("is not what a function has that branches on, or addresses by, what it loads: this test finds it", () => {
    const leaky = (body: (f: Assembly) => void): string[] => {
      const f = new Assembly(1, 0)
      body(f)
      return leaks(moduleOf([{ of: f, name: "f" }], 1, [0], 1), []).map((leak) => leak.what)
    }
    const loaded = (f: Assembly): void => {
      f.get(0)
      f.at(memory.I32_LOAD, 0)
    }
    assert.deepEqual(leaky((f) => {
      loaded(f)
      f.code.push(0x04, 0x40, op.END)
    }), ["branch"])
    assert.deepEqual(leaky((f) => {
      loaded(f)
      f.at(memory.I32_LOAD, 0)
      f.do(op.DROP)
    }), ["address"])
    assert.deepEqual(leaky((f) => {
      const counter = f.local(type.I32)
      const end = f.local(type.I32)
      loaded(f)
      f.set(end)
      f.upTo(counter, end, 1, () => undefined)
    }), ["branch"])
  })
})

/** Whether any memory of a machine holds more than that of a fresh one. */
function dirty(machine: WasmMachine, text: CompiledText): boolean {
  const clean = wasmMachine(text, 1)!.memories()[0]!
  return machine.memories().some((each) => !Buffer.from(each.buffer).equals(Buffer.from(clean.buffer)))
}

describe("the memory of a WebAssembly machine", () => {
  const jobs: readonly (readonly [string, CompiledText, (machine: Machine) => Job<unknown>])[] = [
    ["a multiple in G1", bls12381Wasm, (m) => bls12381(m).mulG1(scalar)],
    ["a hash to G2", bls12381Wasm, (m) => bls12381(m).mapToG2(octets("Q", 256))],
    ["a P-256 agreement", p256Wasm, (m) => p256(m).agree(scalar, run(p256(m).keygen(octets("k", 48))).point)],
  ]
  for (const [what, text, start] of jobs)
    it(`holds nothing of ${what} that is done, or dropped at any step; while it runs, the search finds it`, () => {
      const machine = wasmMachine(text, 100)!
      run(start(machine))
      assert.equal(dirty(machine, text), false)
      for (const steps of [0, 1, 7]) {
        const job = start(machine)
        for (let i = 0; i < steps; i++) assert.equal(job.step(), undefined)
        if (steps > 0) assert.equal(dirty(machine, text), true)
        job.drop()
        assert.equal(dirty(machine, text), false)
      }
    })
  it("is one for each Job that is under way, and is used again after", () => {
    const machine = wasmMachine(bls12381Wasm, 50)!
    const group = bls12381(machine)
    const scalars = [scalar, unhex("05".padStart(64, "0"))!]
    const want = scalars.map((k) => hex(run(bls12381(wasmMachine(bls12381Wasm, 1e9)!).mulG1(k))))
    const jobs = scalars.map((k) => group.mulG1(k))
    const out: string[] = []
    while (out[0] === undefined || out[1] === undefined)
      jobs.forEach((job, i) => {
        const done = out[i] === undefined ? job.step() : undefined
        if (done !== undefined) out[i] = hex(done.value)
      })
    assert.deepEqual(out, want)
    run(group.mulG1(scalar))
    assert.equal(machine.memories().length, 2)
    // a Job that is dropped after its end gives nothing back twice
    const job = group.mulG1(scalar)
    run(job)
    job.drop()
    const [c, d] = [group.mulG1(scalar), group.mulG1(scalar)]
    assert.deepEqual([hex(run(c)), hex(run(d))], [want[0], want[0]])
  })
  it("is given back by a Job whose input is p or more", () => {
    const machine = wasmMachine(bls12381Wasm, 1e9)!
    assert.throws(() => run(machine.run(7, programs.bls12381.modulus, new Uint8Array(0))), /p or more/)
    assert.equal(dirty(machine, bls12381Wasm), false)
  })
})

describe("a step of a compiled machine", () => {
  const SLICE = 200
  const job = (machine: Machine, program: Program, at: number): Job<Uint8Array> => machine.run(at, new Uint8Array(program.entries[at]!.reads * program.octets), new Uint8Array(program.entries[at]!.picks))
  const cost = (program: Program, block: number, degree: number): number => program.blocks[block]!.operations.length >> (degree === 1 ? 3 : 2)
  const stepsOf = (one: Job<Uint8Array>, each: () => void): number => {
    let steps = 1
    for (; one.step() === undefined; steps++) each()
    return steps
  }
  for (const [name, program, text] of modules)
    it(`${name}: is at most as many products as it was told and one block's, in WebAssembly as elsewhere`, () => {
      const largest = Math.max(...program.blocks.map((_, block) => cost(program, block, 2)))
      let spent = 0
      const none: Slate = { call: (block, degree) => void (spent += cost(program, block, degree)), copy: () => undefined, pick: () => undefined, read: () => true, write: () => undefined, close: () => undefined }
      const counting = coursing(program, () => none, SLICE)
      const machine = wasmMachine(text, SLICE)!
      program.entries.forEach((_, at) => {
        spent = 0
        const steps = stepsOf(job(counting, program, at), () => {
          assert(spent < SLICE + largest, `${spent} in a step of entry ${at}`)
          spent = 0
        })
        assert.equal(stepsOf(job(machine, program, at), () => undefined), steps)
      })
    })
})
