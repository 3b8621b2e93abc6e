/**
 * Makes ibe-01.json and uid.json from PROTOCOL by `by-hand.ts`: what an operation must answer, and each way in which it must refuse.
 * `npx tsx test/cases/make-cases.ts` writes the files anew. Nothing of sdk/ is imported.
 */
import { writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { agreeMask, boxKeys, encapsulate, groupOrder, hex, integer, join, offG1, offG2, publicParameter, published, S_id, seal, strayG1, strayG2, u32, uid, wrapped, xor } from "./by-hand.ts"

type Octets = Uint8Array

interface Made {
  readonly op: string
  readonly suite?: number
  readonly why: string
  readonly in: Record<string, string | number>
  readonly out?: unknown
  readonly fault?: string
}

const draw = (label: string, octets: number): Octets => published(`cases/${label}`, octets)
const secret = (label: string): bigint => (integer(draw(label, 48)) % (groupOrder - 1n)) + 1n
const idOf = (name: string, period: number = 46342): Octets => uid(name, "kms.example", 86400, 3600, period).uid

/** A copy with one octet changed by XOR; negative places count from the end. */
function changed(octets: Octets, at: number, by: number): Octets {
  const out = Uint8Array.from(octets)
  const place = at < 0 ? out.length + at : at
  out[place]! ^= by
  return out
}

const flagged = (octets: Octets, flags: number): Octets => join(octets[0]! | flags, octets.slice(1))
const infinity = (octets: number): Octets => join(0xc0, new Uint8Array(octets - 1))

/** Encodings that are no point of the right group, for elements of 48 (G1) or 96 octets (G2). */
function badPoints(good: Octets): readonly (readonly [string, Octets])[] {
  const one = good.length === 48
  const points: [string, Octets][] = [
    ["at infinity", infinity(good.length)],
    ["at infinity with a sign", flagged(infinity(good.length), 0x20)],
    ["on the curve but outside the subgroup of order r", one ? strayG1() : strayG2()],
    ["whose x is on no point of the curve", one ? offG1() : offG2()],
    ["whose x is not below p", wrapped(one ? 48 : 96, 0)],
    ["without the flag of compression", changed(good, 0, 0x80)],
    ["of one octet less", good.slice(0, -1)],
    ["of one octet more", join(good, 0)],
    ["of no octets", new Uint8Array(0)],
  ]
  if (!one) points.push(["whose second coordinate is not below p", wrapped(96, 48)])
  return points
}

/** Suite 0x01: the KEM and the box. */
export function ibe01(): readonly Made[] {
  const s = secret("master")
  const P = publicParameter(s)
  const par = { parameters: hex(P) }
  const anna = idOf("sip:anna@fire.example.org")
  const key = S_id(s, anna)
  const other = S_id(s, idOf("sip:ben@fire.example.org"))
  const next = S_id(s, idOf("sip:anna@fire.example.org", 46343))
  const foreign = S_id(secret("another master"), anna)
  const minus = changed(key, 0, 0x20)
  const cases: Made[] = []
  const add = (op: string, why: string, input: Record<string, string>, result: { out: unknown } | { fault: string }): void => {
    cases.push({ op, suite: 1, why, in: input, ...result })
  }
  add("ibe.parameters", "P_pub in its subgroup", { octets: hex(P) }, { out: hex(P) })
  for (const [what, octets] of badPoints(P)) add("ibe.parameters", `P_pub ${what}`, { octets: hex(octets) }, { fault: "parameters/invalid" })
  add("ibe.privateKey", "S_id in its subgroup", { octets: hex(key), ...par }, { out: hex(key) })
  for (const [what, octets] of badPoints(key)) add("ibe.privateKey", `S_id ${what}`, { octets: hex(octets), ...par }, { fault: "key/invalid" })
  add("ibe.verify", "the key of this UID", { key: hex(key), uid: hex(anna), ...par }, { out: true })
  for (const [what, bad] of [["of another identity", other], ["of the next period", next], ["of another KMS", foreign], ["with the wrong sign", minus]] as const)
    add("ibe.verify", `a key ${what}`, { key: hex(bad), uid: hex(anna), ...par }, { fault: "key/invalid" })
  kem(add, { P, s, uid: anna, key, other, next })
  box(add, { P, s, uid: anna, key, other, next })
  return cases
}

type Add = (op: string, why: string, input: Record<string, string>, result: { out: unknown } | { fault: string }) => void

interface World {
  readonly P: Octets
  readonly s: bigint
  readonly uid: Octets
  readonly key: Octets
  readonly other: Octets
  readonly next: Octets
}

function kem(add: Add, w: World): void {
  const par = { parameters: hex(w.P) }
  const seeds = [["drawn", draw("rho", 32)], ["of zeros", new Uint8Array(32)], ["of ones", new Uint8Array(32).fill(255)]] as const
  for (const [what, rho] of seeds) {
    const made = encapsulate(w.uid, w.P, rho)
    add("ibe.encapsulate", `rho ${what}`, { uid: hex(w.uid), seed: hex(rho), ...par }, { out: { secret: hex(made.secret), enc: hex(made.enc) } })
    add("ibe.decapsulate", `rho ${what}`, { enc: hex(made.enc), key: hex(w.key), uid: hex(w.uid), ...par }, { out: hex(made.secret) })
  }
  const { U, V, enc, rho, l } = encapsulate(w.uid, w.P, draw("rho", 32))
  const forged = publicParameter(integer(l) + 1n)
  const bad: [string, Octets][] = [
    ["V with one bit turned", join(U, changed(V, 31, 1))],
    ["-U in place of U", join(changed(U, 0, 0x20), V)],
    ["a U that is not [l]P, with V masked for it: only the comparison with [l]P finds it", join(forged, xor(rho, agreeMask(forged, w.key)))],
    ["one octet less", enc.slice(0, -1)],
    ["one octet more", join(enc, 0)],
    ["nothing", new Uint8Array(0)],
    ...badPoints(U).filter(([, octets]) => octets.length === 48).map(([what, octets]): [string, Octets] => [`U ${what}`, join(octets, V)]),
  ]
  for (const [why, octets] of bad) add("ibe.decapsulate", why, { enc: hex(octets), key: hex(w.key), uid: hex(w.uid), ...par }, { fault: "auth/failed" })
  add("ibe.decapsulate", "the key of another identity", { enc: hex(enc), key: hex(w.other), uid: hex(w.uid), ...par }, { fault: "auth/failed" })
  add("ibe.decapsulate", "the key of the next period", { enc: hex(enc), key: hex(w.next), uid: hex(w.uid), ...par }, { fault: "auth/failed" })
  add("ibe.decapsulate", "the right key under another UID", { enc: hex(enc), key: hex(w.key), uid: hex(changed(w.uid, 0, 1)), ...par }, { fault: "auth/failed" })
}

function box(add: Add, w: World): void {
  const aad = draw("aad", 57)
  const rho = draw("rho of a box", 32)
  const kem = encapsulate(w.uid, w.P, rho)
  const base = { uid: hex(w.uid), parameters: hex(w.P) }
  const open = { ...base, key: hex(w.key), aad: hex(aad) }
  const { kc } = boxKeys(kem.secret)
  for (const [what, plain, a] of [["some octets", draw("plain", 45), aad], ["nothing in it", new Uint8Array(0), aad], ["no AAD", draw("plain", 45), new Uint8Array(0)], ["many blocks", draw("plain", 4111), aad]] as const) {
    const { encrData } = seal(kem.enc, kem.secret, a, plain)
    add("box.seal", what, { ...base, seed: hex(rho), aad: hex(a), plain: hex(plain) }, { out: { encrData: hex(encrData), kc: hex(kc) } })
    add("box.open", what, { ...open, aad: hex(a), encrData: hex(encrData) }, { out: hex(plain) })
  }
  const { encrData } = seal(kem.enc, kem.secret, aad, draw("plain", 45))
  const second = encapsulate(w.uid, w.P, draw("rho of a second box", 32))
  const bad: [string, Octets][] = [
    ["a tag with its last bit turned", changed(encrData, -1, 1)],
    ["a tag with its first bit turned", changed(encrData, -16, 0x80)],
    ["a ciphertext with one bit turned", changed(encrData, 81, 1)],
    ["one octet of ciphertext gone", join(encrData.slice(0, -17), encrData.slice(-16))],
    ["the octet of another suite", changed(encrData, 0, 3)],
    ["the encapsulation of another box to the same UID", join(1, second.enc, encrData.slice(81))],
    ["no room for a tag", encrData.slice(0, 81 + 15)],
    ["a suite octet and nothing else", encrData.slice(0, 1)],
    ["nothing", new Uint8Array(0)],
  ]
  for (const [why, octets] of bad) add("box.open", why, { ...open, encrData: hex(octets) }, { fault: "auth/failed" })
  add("box.open", "AAD with one bit turned", { ...open, aad: hex(changed(aad, 0, 1)), encrData: hex(encrData) }, { fault: "auth/failed" })
  add("box.open", "an octet moved from the ciphertext into the AAD: len32 finds it", { ...open, aad: hex(join(aad, encrData[81]!)), encrData: hex(join(encrData.slice(0, 81), encrData.slice(82))) }, { fault: "auth/failed" })
  add("box.open", "the key of another identity", { ...open, key: hex(w.other), encrData: hex(encrData) }, { fault: "auth/failed" })
}

/** Section 1: normal forms, who covers whom, periods, UIDs. The expected texts are written by hand. */
export function section1(): readonly Made[] {
  const URI = 1
  const NAI = 0
  const normal: readonly (readonly [string, number, string, string])[] = [
    ["scheme and host", URI, "SIP:Anna@Police.EXAMPLE", "sip:Anna@police.example"],
    ["port and parameters stay", URI, "sip:anna@POLICE.example:5060;Transport=TCP", "sip:anna@police.example:5060;Transport=TCP"],
    ["the last @ before ; or ?", URI, "sip:a@B@HOST?x=Y@Z", "sip:a@B@host?x=Y@Z"],
    ["an @ after ; is none: sip's host follows the scheme", URI, "sip:X;p=Y@Host", "sip:x;p=Y@Host"],
    ["sip without a user", URI, "SIPS:Police.Example:5061", "sips:police.example:5061"],
    ["// right after the scheme", URI, "HTTPS://KMS.example/Path?Q=A", "https://kms.example/Path?Q=A"],
    ["mailto has an @", URI, "mailto:Anna@Host.Example", "mailto:Anna@host.example"],
    ["another scheme without @ or // has no host", URI, "URN:service:SOS", "urn:service:SOS"],
    ["tel has no host", URI, "TEL:+49-30-ABC", "tel:+49-30-ABC"],
    ["a bare name is a host", URI, "KMS.Police.Example", "kms.police.example"],
    ["only ASCII letters", URI, "sip:a@\u00c4B.example", "sip:a@\u00c4b.example"],
    ["an IPv6 host runs to its bracket", URI, "sip:anna@[2001:DB8::A]:5060", "sip:anna@[2001:db8::a]:5060"],
    ["a NAI's realm", NAI, "Anna@Realm.EXAMPLE", "Anna@realm.example"],
    ["a NAI's realm is after its last @, to the end", NAI, "a@B@Realm;X", "a@B@realm;x"],
    ["a NAI has no scheme", NAI, "SIP:Anna", "SIP:Anna"],
    ["255 octets", URI, "a".repeat(255), "a".repeat(255)],
  ]
  const cases: Made[] = normal.map(([why, type, text, out]) => ({ op: "identity", why, in: { text, type }, out }))
  for (const [why, text, type] of [["empty", "", URI], ["256 octets", "a".repeat(256), URI], ["256 octets in 128 characters", "\u00e4".repeat(128), NAI], ["half of a surrogate pair", "sip:\ud800@a.example", URI], ["ID type 2", "a", 2]] as const)
    cases.push({ op: "identity", why, in: { text, type }, fault: "identity/form" })
  for (const [why, type, text, , wanted] of normal.map((row) => [...row, row[2] === row[3]] as const))
    cases.push({ op: "identity.wire", why: `${why}: only the normal form is taken`, in: { data: hex(Buffer.from(text)), type }, ...(wanted ? { out: true } : { fault: "identity/form" }) })
  for (const [why, data] of [["no octets", ""], ["a lone continuation octet", "80"], ["a form longer than it must be", "c0af"], ["a surrogate", "eda080"], ["above U+10FFFF", "f4908080"], ["cut short", "e282"]] as const)
    cases.push({ op: "identity.wire", why, in: { data, type: URI }, fault: "identity/form" })
  return [...cases, ...covered(), ...periods(), ...uids()]
}

function covered(): Made[] {
  const rows: readonly (readonly [string, string, string, number, boolean])[] = [
    ["the host", "police.example", "sip:anna@police.example", 1, true],
    ["the host, whatever the port", "police.example", "sip:anna@police.example:5060", 1, true],
    ["a whole identity", "sip:anna@fire.example", "sip:anna@fire.example", 1, true],
    ["a host below it is another host", "example", "sip:anna@police.example", 1, false],
    ["a host that ends like it", "police.example", "sip:anna@xpolice.example", 1, false],
    ["the user is no host", "anna", "sip:anna@police.example", 1, false],
    ["a realm", "police.example", "anna@police.example", 0, true],
    ["a tel number has no host", "+4930", "tel:+4930", 1, false],
    ["a tel number as a whole identity", "tel:+4930", "tel:+4930", 1, true],
  ]
  return rows.map(([why, entry, text, type, out]) => ({ op: "covers", why, in: { entry, text, type }, out }))
}

function periods(): Made[] {
  const start = 3600 + 46342 * 86400
  const rows: readonly (readonly [string, string, number, number, number | undefined])[] = [
    ["a day of 2026", "eea8054000000000", 86400, 3600, Math.floor((0xeea80540 - 3600) / 86400)],
    ["first second of a period", hex(u32(start)) + "00000000", 86400, 3600, 46342],
    ["last second of the one before, fraction and all", hex(u32(start - 1)) + "ffffffff", 86400, 3600, 46341],
    ["top bit clear: the era that begins in 2036", "0000000000000000", 86400, 0, Math.floor(2 ** 32 / 86400)],
    ["last second with the top bit clear", "7fffffff00000000", 1, 0, 2 ** 32 + 2 ** 31 - 1],
    ["first second with the top bit set", "8000000000000000", 1, 0, 2 ** 31],
    ["at the offset", "f000000000000000", 86400, 0xf0000000, 0],
    ["before the offset", "efffffff00000000", 86400, 0xf0000000, undefined],
  ]
  return rows.map(([why, T, length, offset, out]) => ({ op: "period", why, in: { T, length, offset }, ...(out === undefined ? { fault: "time/skew" } : { out }) }))
}

function uids(): Made[] {
  const rows: readonly (readonly [string, string, string, number, number, number, string?])[] = [
    ["the values of ibake-run.json", "sip:unit-1001@fire.example.org", "kms.example", 86400, 3600, 46342],
    ["offset and period 0: one 00 octet each", "sip:anna@police.example", "kms.example", 86400, 0, 0],
    ["period 255: one octet", "sip:anna@police.example", "kms.example", 86400, 0, 255],
    ["period 256: two octets", "sip:anna@police.example", "kms.example", 86400, 0, 256],
    ["period 65536: three octets", "sip:anna@police.example", "kms.example", 86400, 0, 65536],
    ["length and offset at their greatest", "sip:anna@police.example", "kms.example", 0xffffffff, 0xffffffff, 1],
    ["a period beyond 32 bits, after 2036 with a length of 1", "sip:anna@police.example", "kms.example", 1, 0, 4294967296],
    ["an identity in UTF-8", "sip:j\u00f6rg@police.example", "kms.example", 86400, 0, 46342],
    ["255 octets", "a".repeat(255), "kms.example", 86400, 0, 46342],
    ["a letter moved from the identity to the KMS URI changes all", "sip:anna@police.exampl", "ekms.example", 86400, 0, 46342],
    ["a TS 33.180 server's first parameter", "sip:unit-1001@fire.example.org", "kms.example", 86400, 3600, 46342, "MIKEY-SAKKE-UID"],
  ]
  return rows.map(([why, identity, kms, length, offset, period, first = "MIKEY-IBAKE-UID"]) => ({
    op: "uid", why, in: { first, identity, kms, length, offset, period }, out: hex(uid(identity, kms, length, offset, period, first).uid),
  }))
}

/** The texts of the committed files, by name. */
export function caseFiles(): Readonly<Record<string, string>> {
  const file = (cases: readonly Made[]): string =>
    JSON.stringify({ source: "test/cases/make-cases.ts, straight from PROTOCOL with @noble/curves, @noble/hashes, @noble/ciphers", cases: "@" }, undefined, 1)
      .replace('"@"', `[\n${cases.map((one) => `  ${JSON.stringify(one)}`).join(",\n")}\n ]`) + "\n"
  return { "ibe-01.json": file(ibe01()), "uid.json": file(section1()) }
}

if (process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === import.meta.url)
  for (const [name, text] of Object.entries(caseFiles())) writeFileSync(new URL(name, import.meta.url), text)
