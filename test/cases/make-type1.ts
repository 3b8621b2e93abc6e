/**
 * Makes ibe-02.json and ibe-03.json from PROTOCOL section 2, RFC 5091 and RFC 6508 by `type1-by-hand.ts`: what an operation must answer, and each way in
 * which it must refuse. `npx tsx test/cases/make-type1.ts` writes the files anew. Nothing of sdk/ is imported.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { hex, integer, join, number, published, uid, unhex, xor } from "./by-hand.ts"
import {
  ciphertextBlock, der, derInteger, derPoint, encapsulate5091, encapsulate6508, extract6508, hashToPoint, identity6508, keyBlock, mask5091, mask6508, pairing5091, pairing6508, plus, power, publicBlock,
  sec1, times, type Curve,
} from "./type1-by-hand.ts"

type Octets = Uint8Array
type Pt = readonly [bigint, bigint]
type Bad = readonly (readonly [string, Octets])[]

interface Made {
  readonly op: string
  readonly suite: number
  readonly why: string
  readonly in: Record<string, string>
  readonly out?: unknown
  readonly fault?: string
}

const read = (name: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8")) as Record<string, unknown>
const draw = (label: string, octets: number): Octets => published(`cases/${label}`, octets)
const anna = uid("sip:anna@fire.example.org", "kms.example", 86400, 3600, 46342).uid
const ben = uid("sip:ben@fire.example.org", "kms.example", 86400, 3600, 46342).uid
const flipped = (octets: Octets, at: number, by: number): Octets => octets.map((o, i) => (i === (at < 0 ? octets.length + at : at) ? o ^ by : o))

/** The curve of rfc5091_curve.json. */
export function curve5091(): Curve {
  const of = read("rfc5091_curve.json") as Record<"p" | "q" | "P", string>
  const P = unhex(of.P)
  return { p: integer(unhex(of.p)), q: integer(unhex(of.q)), P: [integer(P.slice(0, 192)), integer(P.slice(192))] }
}

/** Parameter set 1, from rfc6508_sakke.json. */
export function set1(): Curve & { readonly g: bigint } {
  const { p, q, P, g } = (read("rfc6508_sakke.json") as { params: { p: string; q: string; P: [string, string]; g: string } }).params
  return { p: BigInt(p), q: BigInt(q), P: [BigInt(P[0]), BigInt(P[1])], g: BigInt(g) }
}

/** Points that are none of the subgroup: each with its reason. `right` is x^3 + ax + b. */
function badPoints(c: Curve, a: bigint, right: (x: bigint) => bigint, order2: Pt): readonly (readonly [string, Pt])[] {
  const { p, q, P } = c
  const root = (x: bigint): bigint | undefined => {
    const y = power(right(x) % p, (p + 1n) / 4n, p)
    return (y * y - right(x)) % p === 0n ? y : undefined
  }
  let x = 5n
  while (root(x) === undefined) x++
  const stray: Pt = [x, root(x)!]
  return [
    ["of order two", order2],
    ["of the whole curve's order or near it", stray],
    ["of a small order times q: P and the point of order two", plus(P, order2, a, p)!],
    ["that the subgroup's order leaves over", times(q, stray, a, p)!],
    ["off the curve", [P[0], (P[1] + 1n) % p]],
    ["of zeros", [0n, 0n]],
    ["with x = p", [p, P[1]]],
    ["with y not below p, the same element were it not for its encoding", [P[0], P[1] + p]],
  ]
}

type Add = (op: string, why: string, input: Record<string, string>, result: { out: unknown } | { fault: string }) => void

function collector(suite: number): { cases: Made[]; add: Add } {
  const cases: Made[] = []
  return { cases, add: (op, why, input, result) => void cases.push({ op, suite, why, in: input, ...result }) }
}

/** Suite 0x02. */
export function ibe02(): readonly Made[] {
  const { cases, add } = collector(2)
  const c = curve5091()
  const s = (integer(draw("master of 02", 48)) % (c.q - 2n)) + 2n
  const Ppub = times(s, c.P, 0n, c.p)!
  const parameters = publicBlock(c, Ppub)
  const [S, other] = [anna, ben].map((id) => times(s, hashToPoint(c, id), 0n, c.p)!) as [Pt, Pt]
  const key = keyBlock(S)
  const par = { parameters: hex(parameters) }
  const points = badPoints(c, 0n, (x) => x * x * x + 1n, [c.p - 1n, 0n]).filter(([, A]) => A[1] < 1n << 1536n)
  add("ibe.parameters", "BFPublicParameters", { octets: hex(parameters) }, { out: hex(parameters) })
  for (const [why, octets] of badBlocks(parameters)) add("ibe.parameters", why, { octets: hex(octets) }, { fault: "parameters/invalid" })
  for (const [why, octets] of badNumbers(c, Ppub)) add("ibe.parameters", why, { octets: hex(octets) }, { fault: "parameters/invalid" })
  for (const [why, A] of [...points, ["of order three", [0n, 1n]] as const]) {
    add("ibe.parameters", `P_pub ${why}`, { octets: hex(publicBlock(c, A)) }, { fault: "parameters/invalid" })
    add("ibe.privateKey", `S_id ${why}`, { octets: hex(keyBlock(A)), ...par }, { fault: "key/invalid" })
  }
  add("ibe.privateKey", "BFPrivateKeyBlock", { octets: hex(key), ...par }, { out: hex(key) })
  for (const [why, octets] of badBlocks(key)) add("ibe.privateKey", why, { octets: hex(octets), ...par }, { fault: "key/invalid" })
  add("ibe.verify", "the key of this UID", { key: hex(key), uid: hex(anna), ...par }, { out: true })
  for (const [why, A] of [["of another identity", other], ["with the wrong sign", [S[0], c.p - S[1]]], ["of another master secret", times(2n, S, 0n, c.p)!]] as const)
    add("ibe.verify", `a key ${why}`, { key: hex(keyBlock(A)), uid: hex(anna), ...par }, { fault: "key/invalid" })
  kem02(add, c, Ppub, S, other, [...points, ["of order three", [0n, 1n]]])
  return cases
}

function kem02(add: Add, c: Curve, Ppub: Pt, S: Pt, other: Pt, points: readonly (readonly [string, Pt])[]): void {
  const m = draw("m of 02", 32)
  const rho = draw("rho of 02", 32)
  const base = { uid: hex(anna), parameters: hex(publicBlock(c, Ppub)) }
  const { U, V, W, enc, secret } = encapsulate5091(c, Ppub, anna, m, rho)
  add("ibe.encapsulate", "m and rho drawn", { ...base, seed: hex(join(m, rho)) }, { out: { secret: hex(secret), enc: hex(enc) } })
  const open = { ...base, key: hex(keyBlock(S)) }
  add("ibe.decapsulate", "m and rho drawn", { ...open, enc: hex(enc) }, { out: hex(secret) })
  // V masked for another U: rho and m open as they were, and only the comparison with [l]P finds it
  const forged = plus(U, c.P, 0n, c.p)!
  const masked = xor(rho, mask5091(pairing5091(c, forged, S)))
  const bad: Bad = [
    ["V with one bit turned", ciphertextBlock(U, flipped(V, 31, 1), W)],
    ["W with one bit turned", ciphertextBlock(U, V, flipped(W, 0, 0x80))],
    ["-U in place of U", ciphertextBlock([U[0], c.p - U[1]], V, W)],
    ["a U that is not [l]P, with V masked for it", ciphertextBlock(forged, masked, W)],
    ["V of one octet less", ciphertextBlock(U, V.slice(1), W)],
    ["W of one octet more", ciphertextBlock(U, V, join(W, 0))],
    ...points.map(([why, A]): [string, Octets] => [`U ${why}`, ciphertextBlock(A, V, W)]),
    ...badBlocks(enc),
  ]
  for (const [why, octets] of bad) add("ibe.decapsulate", why, { ...open, enc: hex(octets) }, { fault: "auth/failed" })
  add("ibe.decapsulate", "the key of another identity", { ...open, key: hex(keyBlock(other)), enc: hex(enc) }, { fault: "auth/failed" })
}

/** A SEQUENCE whose first elements are INTEGER 2 and something, in every form that is not its strict DER. */
function badBlocks(good: Octets): Bad {
  const content = good.slice(4)
  const length = [content.length >> 8, content.length & 255] as const
  const reheaded = (of: Octets): Octets => der(0x30, of)
  const integerAt = content.findIndex((o, i) => i > 2 && o === 2 && content[i + 1]! >= 0x80)
  const long = content[integerAt + 2]!
  const firstPad = reheaded(join(content.slice(0, integerAt), 2, 0x81, long + 1, 0, content.slice(integerAt + 3)))
  const inner = content[3] === 0x30 ? reheaded(join(content.slice(0, 3), 0x30, 0x82, (content[5]! << 8 | content[6]!) + 1 >> 8, (content[6]! + 1) & 255, 2, 0x81, long + 1, 0, content.slice(integerAt + 3))) : firstPad
  return [
    ["an octet after the block", join(good, 0)],
    ["an element after the last", reheaded(join(content, 5, 0))],
    ["one octet less", good.slice(0, -1)],
    ["nothing", new Uint8Array(0)],
    ["a length in three octets", join(0x30, 0x83, 0, ...length.map((o) => Uint8Array.of(o)), content)],
    ["a length that is indefinite", join(0x30, 0x80, content, 0, 0)],
    ["a SET in place of the SEQUENCE", flipped(good, 0, 1)],
    ["version 3", reheaded(join(content.slice(0, 2), 3, content.slice(3)))],
    ["version 2 in two octets", reheaded(join(2, 2, 0, 2, content.slice(3)))],
    ["version 2 with a length in two octets", reheaded(join(2, 0x81, 1, 2, content.slice(3)))],
    ["a first coordinate or p with a zero octet too many", inner],
    ["a negative first coordinate or p", negative(good)],
  ]
}

/** The first long INTEGER of 193 octets without its zero octet, lengths mended. */
function negative(good: Octets): Octets {
  const content = good.slice(4)
  const at = content.findIndex((o, i) => i > 2 && o === 2 && content[i + 1]! >= 0x80)
  const spoilt = Uint8Array.from(content)
  // its sign octet becomes ff: as long as before, and below zero
  spoilt[at + 3] = 0xff
  return der(0x30, spoilt)
}

/** Numbers that are no parameters of n = 3072. */
function badNumbers(c: Curve, Ppub: Pt): Bad {
  const { p, q } = c
  const oid = (from: Octets, at: number): Octets => flipped(from, at, 1)
  const good = publicBlock(c, Ppub)
  const vectors = (read("rfc5091.json") as { vectors: Record<string, string & string[]>[] }).vectors
  const small = vectors.find((v) => v["id"] === "7.4") as unknown as { p: string; q: string; P: [string, string]; Ppub: [string, string] }
  const point = (of: readonly [string, string]): Pt => [BigInt(of[0]), BigInt(of[1])]
  return [
    ["another curve's OID", oid(good, 4 + 3 + 12)],
    ["SHA-512 in place of SHA-256", flipped(good, -1, 2)],
    ["the curve of RFC 5091 7.4: another n", publicBlock({ p: BigInt(small.p), q: BigInt(small.q), P: point(small.P) }, point(small.Ppub))],
    ["p + 12q, which is no prime or has another cofactor", publicBlock({ ...c, p: p + 12n * q }, Ppub)],
    ["p + 2, where q does not divide p + 1", publicBlock({ ...c, p: p + 2n }, Ppub)],
    ["p - 1, which is even", publicBlock({ ...c, p: p - 1n }, Ppub)],
    ["q = p + 1's other factor 2^255, no prime", publicBlock({ ...c, q: 1n << 255n }, Ppub)],
    ["q + 2", publicBlock({ ...c, q: q + 2n }, Ppub)],
    ["p of 1537 bits", publicBlock({ ...c, p: p + (1n << 1536n) }, Ppub)],
    ["P of order two", publicBlock({ ...c, P: [p - 1n, 0n] }, Ppub)],
    ["P off the curve", publicBlock({ ...c, P: [c.P[0], c.P[1] + 1n] }, Ppub)],
    ["P_pub with three coordinates", der(0x30, derInteger(2n), good.slice(7, 20), derInteger(p), derInteger(q), derPoint(c.P), der(0x30, derInteger(Ppub[0]), derInteger(Ppub[1]), derInteger(1n)), good.slice(-11))],
  ]
}

/** Suite 0x03. */
export function ibe03(): readonly Made[] {
  const { cases, add } = collector(3)
  const c = set1()
  const z = (integer(draw("master of 03", 144)) % (c.q - 2n)) + 2n
  const Z = times(z, c.P, -3n, c.p)!
  const par = { parameters: hex(sec1(Z)) }
  const [K, other] = [extract6508(c, z, anna), extract6508(c, z, ben)]
  const points = badPoints(c, -3n, (x) => x * x * x - 3n * x + 3n * c.p, [0n, 0n]).filter(([why, A]) => why !== "of zeros" && A[1] < 1n << 1024n)
  const encodings = (good: Pt): Bad => [
    ...points.map(([why, A]): [string, Octets] => [why, sec1(A)]),
    ["compressed", join(2 + Number(good[1] & 1n), number(good[0], 128))],
    ["of a hybrid form", join(6 + Number(good[1] & 1n), sec1(good).slice(1))],
    ["at infinity", Uint8Array.of(0)],
    ["of one octet less", sec1(good).slice(0, -1)],
    ["of one octet more", join(sec1(good), 0)],
    ["of no octets", new Uint8Array(0)],
  ]
  add("ibe.parameters", "Z in its subgroup", { octets: hex(sec1(Z)) }, { out: hex(sec1(Z)) })
  for (const [why, octets] of encodings(Z)) add("ibe.parameters", `Z ${why}`, { octets: hex(octets) }, { fault: "parameters/invalid" })
  add("ibe.privateKey", "RSK in its subgroup", { octets: hex(sec1(K)), ...par }, { out: hex(sec1(K)) })
  for (const [why, octets] of encodings(K)) add("ibe.privateKey", `RSK ${why}`, { octets: hex(octets), ...par }, { fault: "key/invalid" })
  add("ibe.verify", "the RSK of this UID", { key: hex(sec1(K)), uid: hex(anna), ...par }, { out: true })
  for (const [why, A] of [["of another identity", other], ["with the wrong sign", [K[0], c.p - K[1]]], ["of another master secret", times(2n, K, -3n, c.p)!]] as const)
    add("ibe.verify", `an RSK ${why}`, { key: hex(sec1(A)), uid: hex(anna), ...par }, { fault: "key/invalid" })
  const ssv = draw("SSV", 16)
  const base = { uid: hex(anna), ...par }
  const { R, enc, secret } = encapsulate6508(c, c.g, Z, anna, ssv)
  add("ibe.encapsulate", "SSV drawn", { ...base, seed: hex(ssv) }, { out: { secret: hex(secret), enc: hex(enc) } })
  const open = { ...base, key: hex(sec1(K)) }
  add("ibe.decapsulate", "SSV drawn", { ...open, enc: hex(enc) }, { out: hex(secret) })
  // a hint masked for another R: the SSV opens as it was, and only TEST finds it
  const forged = plus(R, identity6508(c, Z, anna), -3n, c.p)!
  const hint = enc.slice(257)
  const bad: Bad = [
    ["a hint with one bit turned", flipped(enc, -1, 1)],
    ["-R in place of R", join(sec1([R[0], c.p - R[1]]), hint)],
    ["an R that is not [r]([b]P + Z), with the hint masked for it", join(sec1(forged), xor(ssv, mask6508(pairing6508(c, forged, K))))],
    ["one octet less", enc.slice(0, -1)],
    ["one octet more", join(enc, 0)],
    ["nothing", new Uint8Array(0)],
    ...encodings(R).filter(([, octets]) => octets.length === 257).map(([why, octets]): [string, Octets] => [`R ${why}`, join(octets, hint)]),
  ]
  for (const [why, octets] of bad) add("ibe.decapsulate", why, { ...open, enc: hex(octets) }, { fault: "auth/failed" })
  add("ibe.decapsulate", "the RSK of another identity", { ...open, key: hex(sec1(other)), enc: hex(enc) }, { fault: "auth/failed" })
  return cases
}

/** The texts of the committed files, by name; takes some ten seconds. */
export function type1Files(): Readonly<Record<string, string>> {
  const file = (cases: readonly Made[]): string =>
    JSON.stringify({ source: "test/cases/make-type1.ts, straight from RFC 5091, RFC 6508 and PROTOCOL in plain BigInt", cases: "@" }, undefined, 1)
      .replace('"@"', `[\n${cases.map((one) => `  ${JSON.stringify(one)}`).join(",\n")}\n ]`) + "\n"
  return { "ibe-02.json": file(ibe02()), "ibe-03.json": file(ibe03()) }
}

if (process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === import.meta.url)
  for (const [name, text] of Object.entries(type1Files())) writeFileSync(new URL(name, import.meta.url), text)
