/** A board by its name or by its vendor's file. Needs no compiler. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { isManifestError, parseManifest, type Manifest } from "./manifest.ts"

/** A board with its manifest. */
export interface NamedBoard {
  /** `espruino/puckjs`, or the name of a vendor's file. */
  readonly name: string
  /** Path of its manifest. */
  readonly file: string
  readonly manifest: Manifest
}

/** Folder of sdk/ and boards/ that scripts are made of: of a checkout, TypeScript; of an installed package's dist/, JavaScript. */
export const code: string = dirname(dirname(fileURLToPath(import.meta.url)))

/** Folder of the package. */
export const house: string = existsSync(join(code, "package.json")) ? code : dirname(code)

/** Folder of boards/<engine>/<board>.json. */
const manifests = join(house, "boards")

/** Names of the boards of this package, `<engine>/<board>`, sorted. An engine is a folder with a port. */
export function boardNames(): string[] {
  const engines = readdirSync(manifests).filter((each) => ["ts", "js"].some((type) => existsSync(join(code, "boards", each, `port.${type}`))))
  return engines.flatMap((engine) => readdirSync(join(manifests, engine)).filter((file) => file.endsWith(".json")).map((file) => `${engine}/${basename(file, ".json")}`)).sort()
}

/** The board of that name, with its engine or, where no other engine has one of the name, without; throws in words that name what there is. */
export function boardNamed(name: string): NamedBoard {
  const all = boardNames()
  const found = all.filter((each) => each === name || each.endsWith(`/${name}`))
  if (found.length === 1) return boardAt(join(manifests, `${found[0]!}.json`), found[0]!)
  throw new Error(found.length === 0 ? `there is no board ${name}. Boards are ${all.join(", ")}; a file of your own goes with --board-file` : `there are several boards ${name}. Say ${found.join(" or ")}`)
}

/** The board of a manifest file; throws in words that name the file and the field. */
export function boardAt(file: string, name: string = basename(file, ".json")): NamedBoard {
  let text: string
  try {
    text = readFileSync(file, "utf8")
  } catch (error) {
    throw new Error(`the manifest ${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, { cause: error })
  }
  const manifest = parseManifest(text)
  if (isManifestError(manifest)) throw new Error(`the manifest ${file} is wrong at ${manifest.field}: ${manifest.problem}`)
  return { name, file: resolve(file), manifest }
}
