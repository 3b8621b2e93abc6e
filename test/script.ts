/** One script for Node of a test's source and all that it imports, for processes and threads that know no TypeScript; with changes, where a control needs them. */
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { build, type Plugin } from "esbuild"
import { folder } from "./processes.ts"

/** Text of a source file that is changed on its way into a script: the path's end, what stands there, and what is put in its place. */
export interface Change {
  readonly file: string
  readonly from: string
  readonly to: string
}

/** A script in a folder of its own. */
export interface Script {
  readonly path: string
  remove(): void
}

/** The script of one source file and all that it imports. */
export async function scriptOf(source: string, changes: readonly Change[]): Promise<Script> {
  const home = folder("script")
  const path = join(home, "script.mjs")
  let changed = 0
  const plugin: Plugin = {
    name: "changes",
    setup: (own) =>
      own.onLoad({ filter: /\.ts$/ }, ({ path: from }) => {
        const mine = changes.filter(({ file }) => from.endsWith(file))
        if (mine.length === 0) return undefined
        let contents = readFileSync(from, "utf8")
        for (const change of mine) {
          if (!contents.includes(change.from)) throw new Error(`${change.file} has no "${change.from}"`)
          contents = contents.replace(change.from, change.to)
          changed++
        }
        return { contents, loader: "ts" as const }
      }),
  }
  const banner = { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' }
  await build({ entryPoints: [source], outfile: path, bundle: true, platform: "node", format: "esm", target: "node20", banner, plugins: [plugin], logLevel: "error" })
  if (changed !== changes.length) throw new Error(`${changed} of ${changes.length} changes were made`)
  return { path, remove: () => rmSync(home, { recursive: true, force: true }) }
}
