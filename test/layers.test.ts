/** The import table of the house: who may import whom. No arrow up, no circle, no file of 350 lines. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { posix, sep } from "node:path"
import ts from "typescript"

interface Row {
  /** What the row is about, most particular row first: a folder ends in `/`, `*` stands for part of a name. */
  readonly of: string
  /** What it may import, besides its own folder. A name without `/` or ending in `:*` is a package. */
  readonly may: readonly string[]
  /** What it may import as types only. */
  readonly types?: readonly string[]
}

const contracts = ["sdk/field/field.ts", "sdk/machine/program.ts", "sdk/group/group.ts", "sdk/ibe/ibe.ts", "sdk/sym/sym.ts"]
const noble = ["@noble/curves", "@noble/hashes", "@noble/ciphers"]
const session = ["sdk/base/", "sdk/mikey/", "sdk/ibake/", "sdk/keys/", "sdk/srtp/", "sdk/suite.ts", "sdk/port.ts"]
/** What a board lends. */
const lent = ["sdk/port.ts", "sdk/ibake/signer.ts"]
const implementations = ["sdk/field/", "sdk/machine/", "sdk/sym/", "sdk/group/", "sdk/ibe/"]

/** DESIGN section 2, row by row. */
const table: readonly Row[] = [
  { of: "sdk/base/", may: [] },
  { of: "sdk/port.ts", may: [] },
  { of: "sdk/field/*noble.ts", may: ["sdk/base/", ...noble] },
  { of: "sdk/field/", may: ["sdk/base/"] },
  { of: "sdk/machine/*noble.ts", may: ["sdk/base/", "sdk/field/field.ts", ...noble] },
  { of: "sdk/machine/", may: ["sdk/base/", "sdk/field/field.ts"] },
  { of: "sdk/sym/*noble.ts", may: ["sdk/base/", "@noble/hashes", "@noble/ciphers"] },
  { of: "sdk/sym/", may: ["sdk/base/"] },
  { of: "sdk/group/*noble.ts", may: ["sdk/base/", "sdk/field/field.ts", "sdk/machine/program.ts", ...noble] },
  { of: "sdk/group/", may: ["sdk/base/", "sdk/field/field.ts", "sdk/machine/program.ts", "sdk/machine/formula.ts"] },
  { of: "sdk/ibe/", may: ["sdk/base/", "sdk/group/group.ts", "sdk/sym/sym.ts"] },
  { of: "sdk/suite.ts", may: [], types: contracts },
  { of: "sdk/mikey/", may: ["sdk/base/", "sdk/sym/sym.ts"], types: ["sdk/suite.ts"] },
  { of: "sdk/ibake/", may: ["sdk/base/", "sdk/mikey/", "sdk/suite.ts"] },
  { of: "sdk/srtp/", may: ["sdk/base/", "sdk/mikey/", "sdk/suite.ts"] },
  { of: "sdk/keys/", may: ["sdk/base/", "sdk/mikey/", "sdk/suite.ts", "sdk/ibake/identity.ts"], types: ["sdk/port.ts"] },
  { of: "sdk/device/", may: session, types: contracts },
  { of: "sdk/device.ts", may: [...session, "sdk/device/"], types: contracts },
  { of: "sdk/index.ts", may: [...session, "sdk/device/", "sdk/device.ts"], types: contracts },
  { of: "sdk/kms/", may: [...session, ...implementations, "boards/profiles/", "aedes", "asn1js", "mqtt", "pg", "@electric-sql/pglite", "node:*"] },
  { of: "sdk/cli/*noble.ts", may: ["sdk/base/", "@noble/curves"] },
  { of: "sdk/cli/", may: ["sdk/", "boards/", "commander", "node:*"] },
  { of: "boards/profiles/", may: [...implementations, "sdk/base/", "sdk/mikey/prf.ts", "sdk/srtp/policy.ts", "boards/limits.ts"], types: ["sdk/suite.ts"] },
  { of: "boards/node/", may: ["mqtt", "node:*"], types: lent },
  { of: "boards/espruino/flash*.ts", may: ["espruino", "node:*"] },
  { of: "boards/espruino/language.ts", may: ["typescript"] },
  { of: "boards/parts/", may: [], types: lent },
  { of: "boards/espruino/native/", may: ["sdk/base/", "sdk/machine/", "sdk/group/*-program.ts", "node:*"] },
  { of: "boards/rig/agent/", may: ["sdk/base/", "sdk/mikey/", "sdk/ibake/", "sdk/srtp/", "sdk/ibe/xmd.ts", "sdk/suite.ts"] },
  { of: "boards/rig/", may: ["boards/build.ts", "boards/find.ts", "boards/manifest.ts", "boards/espruino/flash.ts", "boards/espruino/flash-line.ts", "boards/profiles/noble.ts", "node:*"] },
  { of: "boards/*/", may: ["boards/parts/"], types: lent },
  { of: "boards/build.ts", may: ["boards/manifest.ts", "boards/origins.ts", "boards/settle.ts", "boards/shrink.ts", "esbuild", "typescript", "terser", "node:*"] },
  { of: "boards/find.ts", may: ["boards/manifest.ts", "node:*"] },
  { of: "boards/script.ts", may: ["boards/build.ts", "boards/find.ts", "boards/names.ts", "boards/espruino/language.ts", "node:*"] },
  { of: "boards/settle.ts", may: ["boards/shrink.ts", "typescript"] },
  { of: "boards/origins.ts", may: ["boards/shrink.ts", "node:*"] },
  { of: "boards/shrink.ts", may: ["typescript"] },
  { of: "boards/names.ts", may: ["typescript", "node:*"] },
  { of: "boards/limits.ts", may: [], types: ["sdk/suite.ts"] },
  { of: "boards/manifest.ts", may: [] },
  { of: "examples/", may: ["ibake", "node:*"] },
]

/** The master side of an IBE scheme: a KMS and tests hold it, a device never. */
const master = "sdk/ibe/*-master.ts"
const masterFor = ["sdk/kms/"]
/** What a device bundle begins with. */
const doors = ["sdk/index.ts", "sdk/device.ts", "boards/profiles/*.ts"]

interface Import {
  readonly from: string
  /** A file of the tree, or a package. */
  readonly to: string
  readonly typesOnly: boolean
}

/** Path to text. */
type Tree = ReadonlyMap<string, string>

/** Each import, export-from, import() and import type of a file. */
function importsOf(from: string, text: string): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, typesOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return
    const to = specifier.text.startsWith(".") ? posix.join(posix.dirname(from), specifier.text) : specifier.text
    found.push({ from, to, typesOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, onlyTypes(node.importClause))
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isImportTypeNode(node)) add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(from, text, ts.ScriptTarget.ES2022))
  return found
}

function onlyTypes(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false
  if (clause.isTypeOnly) return true
  const bindings = clause.namedBindings
  return clause.name === undefined && bindings !== undefined && ts.isNamedImports(bindings) && bindings.elements.length > 0 && bindings.elements.every((each) => each.isTypeOnly)
}

/** `sdk/base/` takes what is below it, `node:*` and `sdk/group/*noble.ts` what fits, `pg` the package and its subpaths. */
function fits(pattern: string, name: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, pattern.endsWith(":*") ? ".*" : "[^/]*")
  const open = pattern.endsWith("/") ? "" : pattern.endsWith(".ts") || pattern.endsWith(":*") ? "$" : "(/|$)"
  return new RegExp(`^${escaped}${open}`).test(name)
}

/** The folder that a row speaks of, whose files may always import each other; a row of one file has none. */
function home(of: string): string | undefined {
  if (of.endsWith("/")) return of
  return of.includes("*") ? posix.dirname(of) + "/" : undefined
}

function judge(one: Import): string | undefined {
  const row = table.find((each) => fits(each.of, one.from))
  if (row === undefined) return `${one.from}: no row of the table speaks of this file`
  const own = home(row.of)
  // `boards/*/` is one row for many engines, and no engine imports another
  const sameFolder = own !== undefined && fits(own, one.to) && (!own.includes("*") || posix.dirname(one.from) === posix.dirname(one.to))
  if (fits(master, one.to) && !masterFor.some((each) => fits(each, one.from))) return `${one.from} imports ${one.to}: the master side is for ${masterFor.join(", ")} only`
  if (sameFolder || row.may.some((each) => fits(each, one.to))) return undefined
  const types = row.types ?? []
  if (types.some((each) => fits(each, one.to))) return one.typesOnly ? undefined : `${one.from} imports ${one.to}: ${row.of} may import its types only`
  return `${one.from} imports ${one.to}: ${row.of} may import ${[...row.may, ...types].join(", ") || "nothing"}`
}

function violations(tree: Tree): string[] {
  const found = [...tree].flatMap(([from, text]) => importsOf(from, text)).flatMap((one) => judge(one) ?? [])
  return [...new Set(found)]
}

/** The first circle of imports, as `a -> b -> a`, or undefined. */
function circle(tree: Tree): string | undefined {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): string | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(" -> ")
    if (done.has(file) || !tree.has(file)) return undefined
    path.push(file)
    for (const one of importsOf(file, tree.get(file)!)) {
      const found = visit(one.to)
      if (found !== undefined) return found
    }
    path.pop()
    done.add(file)
    return undefined
  }
  for (const file of tree.keys()) {
    const found = visit(file)
    if (found !== undefined) return found
  }
  return undefined
}

/** The way from a device's door to the master side of a scheme, or undefined. */
function wayToMaster(tree: Tree): string | undefined {
  const seen = new Set<string>()
  const visit = (file: string, way: string): string | undefined => {
    if (fits(master, file)) return way
    if (seen.has(file) || !tree.has(file)) return undefined
    seen.add(file)
    for (const one of importsOf(file, tree.get(file)!)) {
      const found = one.typesOnly ? undefined : visit(one.to, `${way} -> ${one.to}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  for (const file of tree.keys()) {
    const found = doors.some((door) => fits(door, file)) ? visit(file, file) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** An example stands for a vendor: one port and one profile, by their public names. */
function crowded(tree: Tree): string[] {
  const count = (from: string, text: string, prefix: string): number => new Set(importsOf(from, text).map((each) => each.to).filter((to) => to.startsWith(prefix))).size
  return [...tree].filter(([from, text]) => from.startsWith("examples/") && (count(from, text, "ibake/boards/") > 1 || count(from, text, "ibake/profiles/") > 1)).map(([from]) => `${from}: more than one port or profile`)
}

function long(tree: Tree): string[] {
  return [...tree].filter(([, text]) => text.split("\n").length > 350).map(([file]) => `${file}: 350 lines or more`)
}

function read(folders: readonly string[]): Tree {
  const paths = folders.flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name.split(sep).join("/")}`))
  return new Map(paths.filter((path) => path.endsWith(".ts")).sort().map((path) => [path, readFileSync(path, "utf8")]))
}

/** One violation, one line. */
function none(found: readonly string[]): void {
  assert(found.length === 0, "\n" + found.join("\n"))
}

function planted(files: Record<string, string>): Tree {
  return new Map(Object.entries(files))
}

describe("the house", () => {
  const tree = read(["sdk", "boards", "examples"])

  it("has no import that the table does not name", () => none(violations(tree)))
  it("has no circle of imports, types included", () => assert.equal(circle(tree), undefined))
  it("keeps the master side of IBE out of whatever a device loads", () => assert.equal(wayToMaster(tree), undefined))
  it("shows one port and one profile in an example", () => none(crowded(tree)))
  it("has no file of 350 lines or more", () => none(long(read(["sdk", "boards", "examples", "test", "bench"]))))
  it("finds every import that its files name", () => {
    for (const [from, text] of tree)
      for (const { fileName } of ts.preProcessFile(text).importedFiles)
        assert(importsOf(from, text).some((each) => fileName.startsWith(".") ? each.to === posix.join(posix.dirname(from), fileName) : each.to === fileName), `${from}: ${fileName}`)
  })
  it("imports only files that are there", () => {
    const local = [...tree].flatMap(([from, text]) => importsOf(from, text)).filter((one) => /^(sdk|boards|examples)\//.test(one.to))
    none(local.filter((one) => !tree.has(one.to)).map((one) => `${one.from} imports ${one.to}: no such file`))
  })
})

describe("the watchman of the house", () => {
  const smuggled: readonly (readonly [string, string, string])[] = [
    ["an arrow up", "sdk/base/x.ts", 'import { a } from "../mikey/numbers.ts"'],
    ["a type from above", "sdk/sym/x.ts", 'import type { Suite } from "../suite.ts"'],
    ["an export from above", "sdk/mikey/x.ts", 'export { bf } from "../ibe/bf.ts"'],
    ["an import() of a scheme", "sdk/ibake/x.ts", 'export const f = () => import("../ibe/bf.ts")'],
    ["an import type of a group", "sdk/ibake/x.ts", 'export type T = import("../group/group.ts").DhGroup'],
    ["a concrete group in a scheme", "sdk/ibe/x.ts", 'import { p256 } from "../group/p256-noble.ts"'],
    ["the port in a session", "sdk/ibake/x.ts", 'import type { Board } from "../port.ts"'],
    ["values of a port", "sdk/keys/x.ts", 'import { open } from "../port.ts"'],
    ["noble outside of its wrapper", "sdk/group/p256.ts", 'import { p256 } from "@noble/curves/nist.js"'],
    ["a curve in sym", "sdk/sym/noble.ts", 'import { p256 } from "@noble/curves/nist.js"'],
    ["a socket in the key channel", "sdk/keys/x.ts", 'import { connect } from "node:net"'],
    ["mqtt in device.ts", "sdk/device.ts", 'import mqtt from "mqtt"'],
    ["a scheme in device.ts", "sdk/device.ts", 'import { bf } from "./ibe/bf.ts"'],
    ["the server in index.ts", "sdk/index.ts", 'export { serve } from "./kms/index.ts"'],
    ["a device's port in the server", "sdk/kms/x.ts", 'import { port } from "../../boards/node/port.ts"'],
    ["another engine", "boards/virtual/x.ts", 'import { port } from "../node/port.ts"'],
    ["another engine of the same row", "boards/quickjs/x.ts", 'import { port } from "../hermes/port.ts"'],
    ["the session in a port", "boards/node/x.ts", 'import { Initiator } from "../../sdk/ibake/initiator.ts"'],
    ["a port in a profile", "boards/profiles/x.ts", 'import { port } from "../node/port.ts"'],
    ["the master side in a profile", "boards/profiles/x.ts", 'import { bfMaster } from "../../sdk/ibe/bf-master.ts"'],
    ["the master side in the command", "sdk/cli/x.ts", 'import { bfMaster } from "../ibe/bf-master.ts"'],
    ["a deep file in an example", "examples/x.ts", 'import { run } from "../sdk/base/job.ts"'],
    ["a file without a row", "boards/other.ts", 'import { run } from "../sdk/base/job.ts"'],
    ["a package of nearly the name", "sdk/kms/x.ts", 'import x from "pgx"'],
  ]
  for (const [what, file, text] of smuggled)
    it(`finds ${what}`, () => {
      const found = violations(planted({ [file]: text }))
      assert.equal(found.length, 1)
      assert(found[0]!.startsWith(file), found[0])
    })

  it("lets pass what the table names", () => {
    const good = {
      "sdk/mikey/x.ts": 'import type { Prf } from "../suite.ts"\nimport { concat } from "../base/bytes.ts"',
      "sdk/keys/x.ts": 'import { type Store } from "../port.ts"\nimport { host } from "../ibake/identity.ts"',
      "sdk/kms/x.ts": 'import pg from "pg"\nimport { readFile } from "node:fs/promises"\nimport { bfMaster } from "../ibe/bf-master.ts"',
      "sdk/group/p256-noble.ts": 'import { p256 } from "@noble/curves/nist.js"\nimport type { DhGroup } from "./group.ts"',
      "boards/virtual/x.ts": 'import type { Board } from "../../sdk/port.ts"\nimport { y } from "./y.ts"',
      "examples/01/x.ts": 'import { identity } from "ibake"\nimport { virtual } from "ibake/boards/virtual"',
    }
    assert.deepEqual(violations(planted(good)), [])
  })
  it("finds a circle and prints it", () => {
    const ring = planted({ "sdk/base/a.ts": 'import { b } from "./b.ts"', "sdk/base/b.ts": 'import type { C } from "./c.ts"', "sdk/base/c.ts": 'export * from "./b.ts"' })
    assert.equal(circle(ring), "sdk/base/b.ts -> sdk/base/c.ts -> sdk/base/b.ts")
  })
  it("finds a roundabout way to the master side", () => {
    const way = planted({ "boards/profiles/p.ts": 'import { a } from "../../sdk/ibe/a.ts"', "sdk/ibe/a.ts": 'import { m } from "./bf-master.ts"' })
    assert.equal(wayToMaster(way), "boards/profiles/p.ts -> sdk/ibe/a.ts -> sdk/ibe/bf-master.ts")
  })
  it("finds a second port in an example", () => {
    assert.equal(crowded(planted({ "examples/x.ts": 'import "ibake/boards/node"\nimport "ibake/boards/virtual"' })).length, 1)
  })
  it("finds a file of 350 lines", () => {
    assert.deepEqual(long(planted({ "a.ts": "\n".repeat(349) })), [])
    assert.deepEqual(long(planted({ "a.ts": "\n".repeat(350) })), ["a.ts: 350 lines or more"])
  })
})
