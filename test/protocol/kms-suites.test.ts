/** A KMS of each suite, in its store: founded once, opened under what it was founded with and under nothing else. */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { ascii, hex, unhex } from "../../sdk/base/bytes.ts"
import { isFault } from "../../sdk/base/fault.ts"
import { run } from "../../sdk/base/job.ts"
import { readPublicBlock } from "../../sdk/ibe/bf1-blocks.ts"
import type { IbeMaster } from "../../sdk/ibe/ibe.ts"
import { everyMaster, foundKms, isTrouble, judgeSet, masterOf, newDevice, openKms, openStore, pgliteDriver, servedSuites, vouch, type OpenKms, type Store, type TroubleCode } from "../../sdk/kms/index.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import { AT, founding, keyUnlock } from "./kms-parts.ts"

const code = (expected: TroubleCode) => (error: unknown): boolean => isTrouble(error) && error.code === expected

interface Founded {
  readonly store: Store
  readonly open: OpenKms
  /** What its setup told. */
  readonly told: readonly string[]
}

/** A KMS of a suite, in a database in memory. */
async function founded(id: number): Promise<Founded> {
  const store = await openStore(await pgliteDriver())
  const told: string[] = []
  await foundKms(store, masterOf(id, (found, candidates) => told.push(`${found}${candidates}`))!, founding, keyUnlock(), AT)
  return { store, open: await openKms(store, everyMaster(), keyUnlock()), told }
}

/** One of each suite. */
const all = new Map<number, Founded>()

describe("KMSs of every suite", () => {
  before(async () => {
    for (const { id } of servedSuites) all.set(id, await founded(id))
  })
  after(async () => {
    for (const { open, store } of all.values()) {
      open.close()
      await store.close()
    }
  })

  /** Octets of master secret and of public parameter. */
  const sizes: Readonly<Record<number, readonly [number, RegExp]>> = { 1: [32, /^48$/], 2: [0, /^1\d{3}$/], 3: [128, /^257$/] }

  for (const { id, name } of servedSuites)
    describe(`a KMS of suite 0x0${id} (${name}) in its store`, () => {
      const kms = (): Founded => all.get(id)!

      it("opens with the master side of its suite, whatever others are at hand", () => {
        const { own, master } = kms().open.kms
        assert.deepEqual([own.suite, kms().open.ibe.suiteId, judgeSet(own)], [id, id, undefined])
        const [secret, parameter] = sizes[id]!
        assert.match(String(own.publicParameter.length), parameter)
        // of suite 0x02 the curve goes with s
        assert.equal(master.length, id === 2 ? 32 + own.publicParameter.length : secret)
      })

      it("tells how far its setup is, where there is something to wait for", () => {
        const { told } = kms()
        if (id !== 2) return assert.deepEqual(told, [])
        assert.deepEqual([told[0], told[1], told.at(-1)], ["q1", "p1", "P1"])
        assert.deepEqual(told.slice(1, -1), told.slice(1, -1).map((_, i) => `p${i + 1}`))
      })

      it("is store/suite to a server that knows other suites only", async () => {
        const others = everyMaster().filter((m) => m.suiteId !== id)
        await assert.rejects(openKms(kms().store, others, keyUnlock()), code("store/suite"))
        await assert.rejects(openKms(kms().store, [], keyUnlock()), code("store/suite"))
        ;(await openKms(kms().store, others.concat(masterOf(id)!), keyUnlock())).close()
      })

      it("is not founded again under any suite, and no setup is begun for that", async () => {
        for (const other of everyMaster()) {
          const lazy: IbeMaster = { ...other, setup: () => assert.fail("a setup was begun") }
          await assert.rejects(foundKms(kms().store, lazy, founding, keyUnlock(), AT), code("store/exists"))
        }
      })

      it("enrols only devices that one of its keys fits into", () => {
        const wish = { identities: [{ type: 1, uri: "sip:alice@radio.example" }], mtu: 128, broker: { url: "mqtt://127.0.0.1", protocol: 4 as const } }
        const enrol = (transferOctets: number): unknown => newDevice(nobleSym, kms().open, { ...wish, transferOctets }, AT)
        enrol(2048)
        if (id === 1) enrol(512)
        else assert.throws(() => enrol(512), new RegExp(`^Error: enrol: expected transferOctets above \\d+: no response with a key of suite ${id}`))
      })
    })

  describe("side by side", () => {
    it("of suite 0x02 have a curve each", () => {
      const { ibe, kms } = all.get(2)!.open
      const other = run(ibe.publicParameter(ibe.setup(new Uint8Array(randomBytes(ibe.seedOctets)))))!
      const p = (octets: Uint8Array): string => hex(readPublicBlock(octets)!.p)
      assert.notEqual(p(kms.own.publicParameter), p(other))
    })

    it("vouch for each other, and keep the other's suite and parameters as they were given", async () => {
      const [north, south] = [all.get(1)!, all.get(3)!]
      const set = { ...south.open.kms.own, kmsUri: ascii("kms.fire.example"), hosts: [ascii("fire.example")] }
      await vouch(north.store, north.open, set, AT)
      const again = await openKms(north.store, everyMaster(), keyUnlock())
      assert.deepEqual([again.ibe.suiteId, again.kms.vouched], [1, [set]])
      again.close()
    })

    it("are judged as devices judge them: a suite that nobody knows, a damaged parameter, another suite's parameter", () => {
      const { own } = all.get(1)!.open.kms
      const said = (change: object): string => {
        const fault = judgeSet({ ...own, ...change })
        return isFault(fault) ? `${fault.fault} at ${fault.at}` : "taken"
      }
      assert.equal(said({}), "taken")
      for (const suite of [0, 4, 255]) assert.equal(said({ suite }), "suite/refused at set.suite")
      for (const suite of [2, 3]) assert.equal(said({ suite }), "parameters/invalid at set.public-parameter")
      assert.equal(said({ publicParameter: unhex("00") }), "parameters/invalid at set.public-parameter")
      assert.equal(masterOf(4), undefined)
    })
  })
})
