/**
 * Makes the one script of a board, DESIGN section 9: everything bundled, in the language of the engine, minified. Data in, data out; the same input gives the
 * same octets. esbuild alone cannot lower `class` and `const`, so ES5 goes esbuild -> TypeScript -> terser, which knows the traps of old engines (`ie8`).
 */
import type { SourceMapPayload } from "node:module"
import { build as bundle, type Metafile } from "esbuild"
import { minify, type MinifyOptions } from "terser"
import ts from "typescript"
import type { Language, Manifest } from "./manifest.ts"
import { origins } from "./origins.ts"
import { settled } from "./settle.ts"
import { shrink } from "./shrink.ts"

/** What a script is made of. */
export interface Recipe {
  /** TypeScript of its first module; what it exports is the global's. */
  readonly entry: string
  /** The folder that the entry's imports start from: that of the package. */
  readonly root: string
  /** The name of the script's one global. */
  readonly global: string
  readonly language: Language
  /**
   * Names of properties that others than the script write or read, or "all". Every other property of an ES5 script gets a short name: it has to name here
   * what comes from JSON, from an engine's own objects, and what an application that is not in the script says. With noble all keep theirs.
   */
  readonly keep: readonly string[] | "all"
  /** Words that the script may not hold, in its text or in the names of its files. */
  readonly forbidden: readonly string[]
}

/** A script, and what it weighs. */
export interface Script {
  readonly text: string
  readonly octets: number
  /** Octets that each file came to, the largest first; `(frame)` is what belongs to none. */
  readonly modules: readonly { readonly file: string; readonly octets: number }[]
  /** Which of the forbidden words it holds. */
  readonly found: readonly string[]
  /** A source map, version 3, as JSON: where each place of the text comes from. */
  readonly map: string
}

/** Words that no device's script may hold: server libraries, a host's modules, the command, the master side of IBE. */
export const never: readonly string[] = ["pglite", "aedes", "node:", "commander", "mqtt-packet", "IbeMaster", "bf-master", "bf1-master", "sakke-master", "ibake/certified", "node/signer"]

/** What stands in a board's script beside its profile. */
export interface Contents {
  /** TypeScript that may use `profile`, the maker of the board's profile, and exports something. */
  readonly entry: string
  /** Where the profile is, if not in the package: its path without extension. */
  readonly profileAt?: string
  readonly root: string
  /** Property names that others than the script write or read. */
  readonly names: readonly string[]
}

/** The recipe of a board's script, in a global named `ibake`; a board that does not provide BigInt may not hold the word. */
export function recipeFor(manifest: Manifest, { entry, profileAt, root, names }: Contents): Recipe {
  // no extension: a checkout has TypeScript there, an installed package JavaScript
  const profile = `import { ${makerOf(manifest.profile)} as profile } from ${JSON.stringify(profileAt ?? `./boards/profiles/${manifest.profile}`)}`
  const forbidden = manifest.provides.includes("bigint") ? never : [...never, "BigInt"]
  return { entry: `${profile}\n${entry}`, root, global: "ibake", language: manifest.language, keep: names, forbidden }
}

/** The function that a profile's file is there for. */
export function makerOf(profile: string): string {
  return profile.replace(/-[a-z0-9]/g, (each) => each.charAt(1).toUpperCase())
}

/** Makes a script; rejects in esbuild's, TypeScript's or terser's words when the recipe's code is wrong. */
export async function buildScript(recipe: Recipe): Promise<Script> {
  const whole = await bundled(recipe)
  const made = recipe.language === "es5" ? await lowered(whole, recipe) : { text: whole.text, sizes: whole.sizes, map: JSON.stringify(whole.map) }
  const modules = [...made.sizes].filter(([, octets]) => octets > 0).map(([file, octets]) => ({ file, octets }))
  modules.sort((a, b) => b.octets - a.octets || (a.file < b.file ? -1 : 1))
  const found = recipe.forbidden.filter((word) => made.text.includes(word) || whole.files.some((file) => file.includes(word)))
  return { text: made.text, octets: Buffer.byteLength(made.text), modules, found, map: made.map }
}

interface Bundle {
  readonly text: string
  readonly map: SourceMapPayload
  readonly sizes: ReadonlyMap<string, number>
  readonly files: readonly string[]
}

async function bundled({ entry, root, global, language }: Recipe): Promise<Bundle> {
  const made = await bundle({
    stdin: { contents: entry, resolveDir: root, loader: "ts", sourcefile: "entry" },
    absWorkingDir: root, bundle: true, write: false, metafile: true, sourcemap: "external", outfile: "script.js",
    format: language === "es5" ? "esm" : "iife", globalName: language === "es5" ? undefined : global, platform: "neutral", target: "es2020", mainFields: ["module", "main"],
    minify: language === "es2020", legalComments: "none", logLevel: "silent", external: ["node:*"], charset: "ascii",
  })
  const [map, script] = ["script.js.map", "script.js"].map((name) => made.outputFiles.find((file) => file.path.endsWith(name))!.text)
  const sizes = sizesOf(made.metafile, Buffer.byteLength(script!))
  return { text: script!, map: JSON.parse(map!) as SourceMapPayload, sizes, files: [...sizes.keys()] }
}

function sizesOf(meta: Metafile, octets: number): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const each of Object.values(meta.outputs)) for (const [file, input] of Object.entries(each.inputs)) if (input.bytesInOutput > 0) sizes.set(file, input.bytesInOutput)
  sizes.set("(frame)", octets - [...sizes.values()].reduce((sum, one) => sum + one, 0))
  return sizes
}

async function lowered(whole: Bundle, recipe: Recipe): Promise<{ text: string; sizes: ReadonlyMap<string, number>; map: string }> {
  const low = ts.transpileModule(returning(whole.text), {
    compilerOptions: { target: ts.ScriptTarget.ES5, module: ts.ModuleKind.None, sourceMap: true, downlevelIteration: true, alwaysStrict: false },
    transformers: { before: [powers] },
  })
  const body = low.outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n") + (low.outputText.includes(POWER) ? power : "")
  const shrunk = shrink(body, recipe.global)
  // noble calls some properties by strings
  const keep = whole.files.some((file) => file.includes("@noble/")) ? "all" : recipe.keep
  const made = await minify({ "script.js": shrunk.text }, terserOptions(keep))
  const last = settled(made.code! + "\n")
  const maps = [made.map as unknown as SourceMapPayload, JSON.parse(low.sourceMapText!) as SourceMapPayload, whole.map] as const
  return { text: last.text, ...origins(last, shrunk, body, maps) }
}

/** A bundle's closing `export { a as b }` as `return { "b": a }`: what is quoted keeps its name. */
function returning(bundle: string): string {
  const close = /export \{([^}]*)\};\s*$/.exec(bundle)
  if (close === null) throw new Error("build: expected an entry that exports something")
  const names = close[1]!.split(",").map((each) => each.trim().split(" as ")).filter(([from]) => from !== "")
  return `${bundle.slice(0, close.index)}return { ${names.map(([from, to]) => `"${to ?? from}": ${from}`).join(", ")} };\n`
}

const POWER = "power$"
/**
 * `**` as a function: lowered to Math.pow it would refuse BigInts, and be wrong for large numbers on some engines. Exponents are whole and not below 0; 0 to
 * the power of 0 throws.
 */
const power = `function ${POWER}(base, exponent) {
  if (exponent < 1) return base / base;
  var out = base;
  for (var i = exponent; i > 1; i--) out *= base;
  return out;
}
`

/** Makes `a ** b` a call of that function, or a number where both are. */
function powers(context: ts.TransformationContext): ts.Transformer<ts.SourceFile> {
  const visit = (node: ts.Node): ts.Node => {
    const inner = ts.visitEachChild(node, visit, context)
    if (!ts.isBinaryExpression(inner) || inner.operatorToken.kind !== ts.SyntaxKind.AsteriskAsteriskToken) return inner
    if (ts.isNumericLiteral(inner.left) && ts.isNumericLiteral(inner.right)) return context.factory.createNumericLiteral(Number(inner.left.text) ** Number(inner.right.text))
    return context.factory.createCallExpression(context.factory.createIdentifier(POWER), undefined, [inner.left, inner.right])
  }
  return (file) => ts.visitNode(file, visit, ts.isSourceFile)
}

/** `ie8` is what MicroQuickJS wants of catch variables and names of functions. */
function terserOptions(keep: Recipe["keep"]): MinifyOptions {
  const properties = keep === "all" ? false : { builtins: true, keep_quoted: true, reserved: [...builtins(), ...keep] }
  return {
    ecma: 5, ie8: true,
    compress: { passes: 3, pure_getters: true, keep_fargs: false, hoist_funs: true, hoist_vars: true },
    mangle: { properties },
    format: { comments: false, ascii_only: true },
    sourceMap: { asObject: true },
  }
}

/** Property names of the language itself, as far as ES5, typed arrays and what walks through an iterable go. */
function builtins(): string[] {
  const typed = Object.getPrototypeOf(Uint8Array) as { prototype: object }
  const walk = ["iterator", "asyncIterator", "next", "done", "value", "return", "throw"]
  const all = [Object, Function, Array, String, Number, Boolean, Error, Math, JSON, Date, ArrayBuffer, DataView, Uint8Array, typed]
  const names = all.flatMap((each) => [each, (each as { prototype?: object }).prototype ?? {}]).flatMap((each) => Object.getOwnPropertyNames(each))
  return [...new Set([...names, ...walk])]
}
