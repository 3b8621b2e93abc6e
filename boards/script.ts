/** What stands in a board's script, as `ibake build` makes it, and whether the script may go onto the board. */
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { recipeFor, type Recipe, type Script } from "./build.ts"
import { traps, trapsIn } from "./espruino/language.ts"
import { code, type NamedBoard } from "./find.ts"
import { publicNames } from "./names.ts"

/** Engines whose ports are modules of Node's: their boards load them from the package, and a script of theirs holds none. */
const hosted: readonly string[] = ["node", "virtual"]

/** A file of TypeScript or JavaScript without its extension, or undefined where there is none. */
function module_(path: string): string | undefined {
  return existsSync(`${path}.ts`) || existsSync(`${path}.js`) ? path : undefined
}

/** What a board's script is made of: the door of the SDK, `profile`, and what its port exports. A profile or port beside a vendor's manifest goes before the package's. */
export function recipeOf({ file, manifest }: NamedBoard): Recipe {
  const own = dirname(file)
  const profileAt = module_(join(own, manifest.profile)) ?? module_(join(code, "boards/profiles", manifest.profile))
  if (profileAt === undefined) throw new Error(`the manifest ${file} is wrong at profile: neither the package nor the manifest's folder has ${manifest.profile}`)
  const port = hosted.includes(manifest.engine) ? undefined : (module_(join(own, "port")) ?? module_(join(code, "boards", manifest.engine, "port")))
  if (port === undefined && !hosted.includes(manifest.engine)) throw new Error(`the manifest ${file} is wrong at engine: neither the package nor the manifest's folder has a port for ${manifest.engine}`)
  const doors = [join(code, "sdk/index"), ...(port === undefined ? [] : [port])]
  const exports = doors.map((door) => `export * from ${JSON.stringify(specifier(door))}`)
  const names = manifest.language === "es5" ? publicNamesOnce([...doors, profileAt]) : []
  return recipeFor(manifest, { entry: `${exports.join("\n")}\nexport { profile }\n`, profileAt: specifier(profileAt), root: code, names })
}

/** Below our folder relative to it, so that scripts and their maps are the same wherever the package lies. */
function specifier(path: string): string {
  return path.startsWith(code + "/") || path.startsWith(code + "\\") ? `.${path.slice(code.length).replaceAll("\\", "/")}` : path
}

const seen = new Map<string, string[]>()

function publicNamesOnce(doors: readonly string[]): string[] {
  const key = doors.join("\n")
  const names = seen.get(key) ?? publicNames(doors)
  seen.set(key, names)
  return names
}

const KB = 1024
const kb = (octets: number): string => `${(octets / KB).toFixed(1)} kB`

/** Why a script may not go onto its board, each in a line; none if it may. */
export function refusals({ name, manifest }: NamedBoard, { text, octets, found }: Script): string[] {
  const { bundleKb } = manifest.budgets
  const { codeKb } = manifest.memory
  const out: string[] = []
  if (octets > codeKb * KB) out.push(`does not fit: the script of ${manifest.title} needs ${kb(octets)}, flash for code is ${codeKb} kB (memory.codeKb of ${name})`)
  if (octets > bundleKb * KB) out.push(`over budget: the script has ${kb(octets)}, budgets.bundleKb of ${name} is ${bundleKb}`)
  if (found.length > 0) out.push(`forbidden: the script holds ${found.map((word) => JSON.stringify(word)).join(", ")}, which no script of ${name} may hold`)
  if (manifest.engine === "espruino") for (const each of trapsIn(text).slice(0, 5)) out.push(`not Espruino's language: ${traps[each.trap]}, at column ${each.at + 1}: ${JSON.stringify(each.text)}`)
  return out
}
