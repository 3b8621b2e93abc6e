/** All DER that we write, RFC 5091 section 8, before openssl, dumpasn1 and asn1js: none has a word against it, and all find our numbers. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import fc from "fast-check"
import { concat, hex, unhex } from "../../sdk/base/bytes.ts"
import { run } from "../../sdk/base/job.ts"
import { bf1 } from "../../sdk/ibe/bf1.ts"
import { derInteger, derSequence } from "../../sdk/ibe/der.ts"
import { nobleSym } from "../../sdk/sym/noble.ts"
import type { CaseFile } from "../../boards/rig/agent/cases.ts"
import { octets } from "../contract/octets.ts"
import { program } from "../processes.ts"
import { makeCurve, master02 } from "../type1.ts"
import { tool } from "../tools.ts"
import { structures } from "../wire/der-values.ts"
import { asn1js, dumpasn1, openssl, type Verdict } from "./asn1.ts"

type Judge = "openssl" | "dumpasn1" | "asn1js"
const judges: Readonly<Record<Judge, (der: Uint8Array) => Verdict>> = { openssl, dumpasn1, asn1js }
const number = (of: Uint8Array): bigint => BigInt(`0x0${hex(of)}`)

/** Every judge takes it and, where it tells numbers, finds these. */
function accepted(der: Uint8Array, integers: readonly Uint8Array[]): void {
  for (const [name, judge] of Object.entries(judges)) assert.deepEqual(judge(der), { integers: name === "dumpasn1" ? [] : integers.map(number) }, `${name}: ${hex(der)}`)
}

/** The structure that these octets are, read by us. */
function known(der: Uint8Array): { readonly name: string; readonly integers: readonly Uint8Array[] } {
  const found = structures.flatMap(({ name, read, integers }) => {
    const value = read(der)
    return value === undefined ? [] : [{ name, integers: integers(value) }]
  })
  assert.equal(found.length, 1)
  return found[0]!
}

describe("openssl, dumpasn1 and asn1js", () => {
  before(tool("openssl", () => program("openssl")))
  before(tool("dumpasn1", () => program("dumpasn1")))

  for (const { name, values, write, integers } of structures)
    it(`take every ${name}, whatever its numbers`, () => {
      fc.assert(fc.property(values, (value) => accepted(write(value), integers(value))), { numRuns: 40 })
    })
  it("take what a KMS and a caller of suite 0x02 write", () => {
    const master = master02(nobleSym)
    const ibe = bf1(makeCurve, nobleSym)
    const secret = master.setup(octets("setup", master.seedOctets))
    const parameter = run(master.publicParameter(secret))!
    const par = run(ibe.parameters(parameter))!
    const uid = octets("uid", 32)
    // of the master secret too all but s is DER
    for (const [name, der] of [
      ["BFPublicParameters", parameter],
      ["BFPublicParameters", secret.subarray(32)],
      ["BFPrivateKeyBlock", run(master.extract(secret, uid))],
      ["BFCiphertextBlock", run(ibe.encapsulate(uid, par, octets("seed", ibe.seedOctets))).enc],
    ] as const) {
      assert.equal(known(der).name, name)
      accepted(der, known(der).integers)
    }
  })
  it("take the structures of the committed cases; openssl names their identifiers", () => {
    const { cases } = JSON.parse(readFileSync(new URL("../cases/ibe-02.json", import.meta.url), "utf8")) as CaseFile
    const good = cases.filter((one) => one.fault === undefined && ["ibe.parameters", "ibe.privateKey", "ibe.decapsulate"].includes(one.op))
    assert.equal(good.length, 3)
    for (const one of good) {
      const der = unhex(String(one.in["enc"] ?? one.in["octets"]))!
      accepted(der, known(der).integers)
      const { stdout } = spawnSync("openssl", ["asn1parse", "-inform", "DER"], { input: der, encoding: "utf8" })
      if (one.op === "ibe.parameters") assert.match(stdout, /OBJECT\s+:2\.16\.840\.1\.114334\.1\.1\.1\.1[\s\S]*OBJECT\s+:sha256/)
    }
  })

  const block = structures[0]!
  const good = block.write(octets("damaged", 384))
  const inside = good.subarray(4)
  const two = [0x02, 0x01, 0x02]
  /** What is wrong, the octets, and who sees it: openssl takes BER, and dumpasn1 ends with the first structure. */
  const damaged: readonly (readonly [string, Uint8Array, readonly Judge[]])[] = [
    ["a length in an octet too many", concat([Uint8Array.of(0x30, 0x83, 0, good[2]!, good[3]!), inside]), ["dumpasn1", "asn1js"]],
    ["a length in the long form that has a short one", Uint8Array.of(0x30, 0x81, 0x03, ...two), ["dumpasn1", "asn1js"]],
    ["an INTEGER whose length is in the long form", Uint8Array.of(0x30, 0x04, 0x02, 0x81, 0x01, 0x02), ["dumpasn1", "asn1js"]],
    ["a zero octet after the end", concat([good, new Uint8Array(1)]), ["openssl", "asn1js"]],
    ["an INTEGER after the end", concat([good, Uint8Array.from(two)]), ["openssl", "asn1js"]],
    ["its last octet cut", good.subarray(0, good.length - 1), ["openssl", "asn1js"]],
    ["a zero octet too many before an INTEGER", Uint8Array.of(0x30, 0x04, 0x02, 0x02, 0x00, 0x02), ["openssl", "dumpasn1", "asn1js"]],
    ["an INTEGER of no octets", Uint8Array.of(0x30, 0x02, 0x02, 0x00), ["openssl", "dumpasn1"]],
    ["an INTEGER whose top bit makes it negative", Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x80), ["openssl", "dumpasn1"]],
    ["the indefinite length", Uint8Array.of(0x30, 0x80, ...two, 0, 0), ["openssl", "asn1js"]],
  ]
  for (const [what, der, by] of damaged)
    it(`${by.join(", ")} and we refuse ${what}`, () => {
      for (const name of by) assert.ok("refused" in judges[name](der), `${name} takes ${hex(der)}`)
      for (const { read } of structures) assert.equal(read(der), undefined)
    })
  it("take the undamaged ones: it is the damage that they see", () => {
    accepted(good, block.integers(octets("damaged", 384)))
    accepted(derSequence([derInteger(Uint8Array.of(2))]), [Uint8Array.of(2)])
  })
})
