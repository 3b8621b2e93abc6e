/** The native machine and secrets: where it goes depends on none, and it leaves none in memory. Each finder first finds something. */
import assert from "node:assert/strict"
import { builtBlob } from "../../boards/espruino/native/make-native.ts"
import { nativeBlob, nativeCode } from "../../boards/espruino/native/blob.ts"
import { unbase64 } from "../../sdk/base/base64.ts"
import { run } from "../../sdk/base/job.ts"
import { bls12381, entry } from "../../sdk/group/bls12381.ts"
import { nativeMachines, type NativeMachines } from "../../sdk/machine/native.ts"
import { adler32 } from "../../sdk/machine/program.ts"
import { octets } from "../contract/octets.ts"
import { programs } from "../machine/machines.ts"
import { given } from "./given.ts"
import { arm, type Arm } from "./host.ts"
import { PLACES, portOf, type WatchedPort } from "./port.ts"
import { linuxArm } from "./tools.ts"
import { traced } from "./trace.ts"

const bls = programs.bls12381

/** A machine of other code, with the sum that it has. */
const machinesOf = (port: WatchedPort, code: Uint8Array, slice: number): NativeMachines => nativeMachines({ ...nativeBlob, octets: code.length, sum: adler32(code, code.length) }, port, slice)!

describe("the native machine's course", () => {
  before(linuxArm)
  /** Everything that is done with secrets, on some of them. */
  const onSecrets = ({ bls12381: m, p256: dh }: NativeMachines, secret: string): void => {
    for (const [machine, of, at] of [[m, bls, entry.pair], [m, bls, entry.mulGenerator], [m, bls, entry.mulG2], [m, bls, entry.powGT], [m, bls, entry.decodeG1], [dh, programs.p256, 1]] as const)
      run(machine.run(at, ...given(of, at, secret)))
  }
  const places = (code: Uint8Array, work: (machines: NativeMachines) => void): string => traced(code, (port) => work(machinesOf(port, code, 1e9))).places

  it("of a pairing, of multiples, powers, roots and agreements is one and the same for every secret", () => {
    const code = unbase64(nativeCode)!
    const seen = new Set(["first", "second"].map((secret) => places(code, (machines) => onSecrets(machines, secret))))
    assert.equal(seen.size, 1)
  })
  it("is another where a choice branches: the search finds it", () => {
    const built = builtBlob((source, name) => (name === "blocks.c" ? source.replace("*d++ = *b ^ ((*a++ ^ *b) & mask);\n    b++;", "if (mask) *d++ = *a++, b++, *(volatile u32 *)d;\n    else *d++ = *b++, a++;") : source))
    built.clean()
    const seen = new Set(["first", "second"].map((secret) => places(built.octets, ({ bls12381: m }) => void run(m.run(entry.mulGenerator, ...given(bls, entry.mulGenerator, secret))))))
    assert.equal(seen.size, 2)
  })
})

describe("the native machine's memory", () => {
  let one: Arm
  before(linuxArm)
  before(() => void (one = arm("user")))
  after(() => one?.close())

  it("holds nothing of a Job that is done, dropped or refused; while it runs, the search finds it", () => {
    const port = portOf(one, PLACES.blob)
    const lent: Uint8Array[] = []
    const memory = port.memory
    port.memory = (length) => {
      lent.push(memory(length))
      return lent.at(-1)!
    }
    const group = bls12381(nativeMachines(nativeBlob, port, 200)!.bls12381)
    const dirty = (): boolean => lent.some((each) => each.some((octet) => octet !== 0))
    const k = octets("k", 32).map((octet, i) => (i === 0 ? 1 : octet))
    run(group.mulG1(k))
    assert.equal(dirty(), false)
    for (const steps of [0, 1, 7]) {
      const job = group.mulG1(k)
      for (let i = 0; i < steps; i++) assert.equal(job.step(), undefined)
      assert.equal(dirty(), true)
      job.drop()
      job.drop()
      assert.equal(dirty(), false)
    }
    assert.throws(() => run(group.pair(new Uint8Array(96).fill(0xff), new Uint8Array(192))), /p or more/)
    assert.equal(dirty(), false)
  })
  it("on the stack is found where the door does not wipe", () => {
    const built = builtBlob((source, name) => (name === "start.s" ? source.replace("STACK, 1440", "STACK, 4") : source))
    built.clean()
    const port = portOf(one, PLACES.elsewhere, built.octets)
    let dirty = 0
    port.watch = (_door, called) => void (dirty = Math.max(dirty, called.dirty))
    run(bls12381(machinesOf(port, built.octets, 1e9).bls12381).mulG1(octets("k", 32).map((octet, i) => (i === 0 ? 1 : octet))))
    assert(dirty > 400, `${dirty} octets`)
  })
})
