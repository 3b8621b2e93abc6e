/** The DER of RFC 5091 section 8: written as an ASN.1 library reads it (openssl and dumpasn1: test/judges/asn1.test.ts), read as strictly as it is written. */
import assert from "node:assert/strict"
import { Integer, ObjectIdentifier, OctetString, Sequence, fromBER } from "asn1js"
import { concat, hex, unhex } from "../../sdk/base/bytes.ts"
import { ciphertextOctets, readCiphertextBlock, readKeyBlock, readPublicBlock, writeCiphertextBlock, writeKeyBlock, writePublicBlock } from "../../sdk/ibe/bf1-blocks.ts"
import { DerReader, derInteger, derOctetString, derSequence } from "../../sdk/ibe/der.ts"
import { flip, octets } from "../contract/octets.ts"
import { madeCurve } from "../type1.ts"
import { structures } from "./der-values.ts"
import { codecLaws } from "./laws.ts"

const whole = (of: Uint8Array): bigint => BigInt(`0x0${hex(of)}`)
const curve = madeCurve()
const P = (name: string): Uint8Array => {
  const out = octets(name, 384)
  out[0]! &= 0x7f
  return out
}
/** Coordinates of every length: top bit set and clear, a few leading zeros, zero. */
const short = concat([new Uint8Array(190), octets("s", 194)])
const points = [P("a"), octets("b", 384), curve.P, short, new Uint8Array(384)]

interface Sample {
  readonly name: string
  readonly written: Uint8Array
  readonly asn1: Sequence
}

const int = (of: Uint8Array): Integer => Integer.fromBigInt(whole(of))
const sequence = (...value: (Integer | Sequence | OctetString | ObjectIdentifier)[]): Sequence => new Sequence({ value })
const point = (xy: Uint8Array): Sequence => sequence(int(xy.subarray(0, 192)), int(xy.subarray(192)))
const octetString = (of: Uint8Array): OctetString => new OctetString({ valueHex: Uint8Array.from(of).buffer })
const two = (): Integer => new Integer({ value: 2 })

function samples(): Sample[] {
  const [V, W] = [octets("V", 32), octets("W", 32)]
  return points.flatMap((xy, i) => [
    { name: `BFPrivateKeyBlock ${i}`, written: writeKeyBlock(xy), asn1: sequence(two(), point(xy)) },
    { name: `BFCiphertextBlock ${i}`, written: writeCiphertextBlock({ U: xy, V, W }), asn1: sequence(two(), point(xy), octetString(V), octetString(W)) },
    {
      name: `BFPublicParameters ${i}`,
      written: writePublicBlock({ ...curve, Ppub: xy }),
      asn1: sequence(two(), new ObjectIdentifier({ value: "2.16.840.1.114334.1.1.1.1" }), int(curve.p), int(curve.q), point(curve.P), point(xy), new ObjectIdentifier({ value: "2.16.840.1.101.3.4.2.1" })),
    },
  ])
}

/** Reads by the sample's name, and writes what was read. */
function again(name: string, of: Uint8Array): Uint8Array | undefined {
  if (name.startsWith("BFPrivateKeyBlock")) {
    const xy = readKeyBlock(of)
    return xy === undefined ? undefined : writeKeyBlock(xy)
  }
  if (name.startsWith("BFCiphertextBlock")) {
    const block = readCiphertextBlock(of)
    return block === undefined ? undefined : writeCiphertextBlock(block)
  }
  const block = readPublicBlock(of)
  return block === undefined ? undefined : writePublicBlock(block)
}

describe("DER of RFC 5091 section 8", () => {
  it("is what an ASN.1 library writes, and it reads all of it", () => {
    for (const { name, written, asn1 } of samples()) {
      assert.equal(hex(written), hex(new Uint8Array(asn1.toBER())), name)
      const read = fromBER(Uint8Array.from(written).buffer)
      assert.equal(read.offset, written.length, name)
      assert.equal(read.result.error, "", name)
    }
  })
  it("comes back as it went", () => {
    for (const { name, written } of samples()) assert.equal(hex(again(name, written)!), hex(written), name)
  })
  it("is the one reading of its octets: whatever a turned bit or a changed octet leaves readable is written back as it was", () => {
    let readable = 0
    for (const { name, written } of samples().slice(0, 6))
      for (let bit = 0; bit < 8 * written.length; bit++) {
        // headers and edges whole, a sample of the rest
        if (bit > 240 && bit < 8 * written.length - 640 && bit % 37 !== 0) continue
        const bad = flip(written, bit)
        const back = again(name, bad)
        if (back === undefined) continue
        readable++
        assert.equal(hex(back), hex(bad), `${name}, bit ${bit}`)
      }
    assert.ok(readable > 100, "bits of numbers were turned too")
  })
  for (const { name, values, write, read } of structures) codecLaws(name, { values, encode: write, decode: read, form: "one", runs: 300 })
  it("is refused at every truncation, with anything after it, and as anything else", () => {
    for (const { name, written } of samples().slice(0, 3)) {
      for (let cut = 0; cut < written.length; cut++) assert.equal(again(name, written.subarray(0, cut)), undefined)
      assert.equal(again(name, concat([written, new Uint8Array(1)])), undefined)
      for (const other of ["BFPrivateKeyBlock", "BFCiphertextBlock", "BFPublicParameters"]) if (!name.startsWith(other)) assert.equal(again(other, written), undefined)
    }
  })
  it("is found at the start of other octets, whole or not at all", () => {
    const block = writeCiphertextBlock({ U: points[0]!, V: octets("V", 32), W: octets("W", 32) })
    assert.equal(ciphertextOctets(concat([block, octets("more", 100)])), block.length)
    for (const bad of [block.subarray(0, block.length - 1), block.subarray(1), new Uint8Array(0), new Uint8Array([0x30]), new Uint8Array([0x30, 0x82]), new Uint8Array([0x30, 0x82, 1]), derSequence([octets("too long", 600)])])
      assert.equal(ciphertextOctets(bad), 0)
  })
  it("random octets are never read, and never throw", () => {
    for (let i = 0; i < 3000; i++) {
      const noise = octets(`noise ${i}`, i % 500)
      if (i % 2 === 0 && noise.length > 3) noise.set([0x30, 0x82, (noise.length - 4) >> 8])
      for (const name of ["BFPrivateKeyBlock", "BFCiphertextBlock", "BFPublicParameters"]) assert.equal(again(name, noise), undefined)
    }
  })
})

describe("the DER reader", () => {
  const integer = (text: string, width: number): string | undefined => {
    const r = new DerReader(unhex(text)!)
    const out = r.integer(width)
    return r.ended() ? hex(out) : undefined
  }
  it("takes minimal INTEGERs of 0 or more that fit", () => {
    for (const [text, value] of [["020100", "0000"], ["02017f", "007f"], ["02020080", "0080"], ["02027fff", "7fff"], ["020300ffff", "ffff"]] as const) assert.equal(integer(text, 2), value)
  })
  it("refuses every other", () => {
    for (const [text, why] of [["0200", "empty"], ["020180", "negative"], ["0202ff00", "negative"], ["02020001", "a zero too many"], ["0203000080", "two zeros"], ["0203010000", "too wide"], ["02810100", "a long length"], ["0282000100", "a longer one"], ["0280", "indefinite"], ["0283000001", "three octets of length"], ["02", "cut"], ["0201", "cut"], ["030100", "another tag"], ["02010000", "trailing"]] as const)
      assert.equal(integer(text, 2), undefined, why)
  })
  it("takes an OCTET STRING of the one length", () => {
    const r = new DerReader(derOctetString(octets("o", 32)))
    assert.equal(hex(r.octetString(32)), hex(octets("o", 32)))
    assert.ok(r.ended())
    const other = new DerReader(derOctetString(octets("o", 31)))
    other.octetString(32)
    assert.equal(other.ended(), false)
  })
  it("goes on answering nothing after a fault", () => {
    const r = new DerReader(derSequence([derInteger(new Uint8Array([5]))]))
    r.octetString(1)
    assert.equal(hex(r.sequence().integer(1)), "00")
    assert.equal(r.ended(), false)
  })
})
