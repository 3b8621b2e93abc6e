/** Three readers of DER that are not ours: openssl, dumpasn1 and asn1js. Each says what is wrong with octets, or the integers that it found. */
import { spawnSync } from "node:child_process"
import { Integer, ObjectIdentifier, OctetString, Sequence, fromBER } from "asn1js"
import { hex } from "../../sdk/base/bytes.ts"

/** What a judge found: whole numbers in order, or why it refuses. dumpasn1 does not tell numbers in one line, and its list is empty. */
export type Verdict = { readonly integers: readonly bigint[] } | { readonly refused: string }

/** `openssl asn1parse`: one structure from the first octet to the last, no INTEGER that is bad or negative, no indefinite length. */
export function openssl(der: Uint8Array): Verdict {
  const done = spawnSync("openssl", ["asn1parse", "-inform", "DER"], { input: der, encoding: "utf8", timeout: 20000 })
  if (done.status !== 0) return { refused: done.stderr.split("\n")[0]! || `exit ${done.status}` }
  const lines = done.stdout.trim().split("\n")
  const outer = lines.filter((line) => /:d=0 /.test(line)).map((line) => /hl= *(\d+) +l= *(\d+)/.exec(line))
  if (outer.length !== 1 || outer[0] === undefined || outer[0] === null || Number(outer[0][1]) + Number(outer[0][2]) !== der.length) return { refused: "not one structure that is all" }
  const bad = lines.find((line) => /BAD |Error|EOC|INTEGER +:-/.test(line))
  if (bad !== undefined) return { refused: bad }
  return { integers: lines.flatMap((line) => /INTEGER +:([0-9A-F]+) *$/.exec(line)?.slice(1) ?? []).map((digits) => BigInt(`0x${digits}`)) }
}

/** `dumpasn1`: 0 warnings, 0 errors. V and W are random octets: -e keeps it from looking for structures in them. */
export function dumpasn1(der: Uint8Array): Verdict {
  const done = spawnSync("dumpasn1", ["-e", "-"], { input: der, encoding: "utf8", timeout: 20000 })
  const said = done.stderr.trim().split("\n").at(-1)!
  return done.status === 0 && said === "0 warnings, 0 errors." ? { integers: [] } : { refused: [said, ...done.stdout.split("\n").filter((line) => line.includes("Error:"))].join(" ") }
}

type Node = Integer | ObjectIdentifier | OctetString | Sequence

/** `asn1js`: what it reads, made anew from the numbers, octets and identifiers that it found, is encoded to the same octets. */
export function asn1js(der: Uint8Array): Verdict {
  const { offset, result } = fromBER(Uint8Array.from(der).buffer)
  if (offset === -1) return { refused: result.error }
  const integers: bigint[] = []
  const again = (node: unknown): Node => {
    if (node instanceof Sequence) return new Sequence({ value: node.valueBlock.value.map(again) })
    if (node instanceof OctetString) return new OctetString({ valueHex: node.valueBlock.valueHexView.slice().buffer })
    if (node instanceof ObjectIdentifier) return new ObjectIdentifier({ value: node.valueBlock.toString() })
    if (!(node instanceof Integer)) throw new Error("another element than those of RFC 5091 section 8")
    integers.push(node.toBigInt())
    return Integer.fromBigInt(node.toBigInt())
  }
  try {
    const encoded = hex(new Uint8Array(again(result).toBER()))
    return encoded === hex(der) ? { integers } : { refused: `encoded again it is ${encoded}` }
  } catch (error) {
    return { refused: String(error) }
  }
}
