/** Ports in their own engines: QuickJS, Hermes and XS walk a board from boot to a message and tell what Node tells. */
import assert from "node:assert/strict"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { buildScript } from "../../boards/build.ts"
import { code } from "../../boards/find.ts"
import { folder } from "../processes.ts"
import { tool } from "../tools.ts"
import { engines } from "./engines.ts"
import { walk, type Walked } from "./walk.ts"

const walked: readonly (readonly [engine: string, port: Walked])[] = [["QuickJS", "quickjs"], ["Hermes", "hermes"], ["XS", "moddable"]]

describe("a port in its own engine", function () {
  this.timeout(120000)
  let home = ""
  before(async () => {
    home = folder("ports")
    const entry = 'import { walk } from "./test/engines/walk.ts"\nexport const answer = (port) => walk(port.trim()).join("|")'
    // devices are tests' own, with names that nobody else says
    const { text } = await buildScript({ entry, root: code, global: "ibake", language: "es5", keep: "all", forbidden: [] })
    writeFileSync(join(home, "walk.js"), text)
  })
  after(() => { if (home !== "") rmSync(home, { recursive: true, force: true }) })

  for (const [name, port] of walked)
    describe(name, () => {
      const engine = engines.find((each) => each.name === name)!
      before(tool(engine.wants, () => engine.present()))
      it("goes from boot to a message as it does on Node", async () => {
        engine.prepare(home)
        const lines = engine.start(home, join(home, "walk.js"), 0)
        try {
          const told = (await lines.ask(port)).split("|")
          assert.deepEqual(told, walk(port))
          assert(told.some((line) => / ms a\/b 7\.192\.219$/.test(line)), told.join("\n"))
          assert(told.some((line) => line === "0 ms got 4.5"))
        } finally {
          await lines.end()
        }
      })
    })
})
