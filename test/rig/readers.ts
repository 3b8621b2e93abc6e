/** Programs that read what a rig writes: Perl's TAP parser, a schema's, a browser. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { escaped } from "../../boards/rig/junit.ts"
import { program } from "../processes.ts"

/** What Perl's parser says of a TAP file: whether all is well, and its words. */
export function proved(file: string): { readonly well: boolean; readonly words: string } {
  const { status, stdout, stderr } = spawnSync(program("prove")!, ["--exec", "cat", file], { encoding: "utf8", timeout: 30000 })
  return { well: status === 0, words: stdout + stderr }
}

/** What is wrong with a JUnit file by our schema, or undefined. */
export function invalid(file: string): string | undefined {
  const schema = fileURLToPath(new URL("junit.xsd", import.meta.url))
  const { status, stderr } = spawnSync(program("xmllint")!, ["--noout", "--nonet", "--schema", schema, file], { encoding: "utf8", timeout: 30000 })
  return status === 0 ? undefined : stderr
}

/** Chromium, or undefined. */
export function browser(): string | undefined {
  return program("chromium") ?? program("chromium-browser")
}

/** What a browser makes of a page. */
export interface Seen {
  /** Console lines: a script's error, a resource that was refused. */
  readonly trouble: readonly string[]
  /** How wide the page is when the window has 390 CSS pixels, folded parts open. */
  readonly width: number
  /** Text of the matrix, row by row. */
  readonly matrix: readonly (readonly string[])[]
  /** Plots, and pixels of the smallest letters. */
  readonly plots: number
  readonly letters: number
  readonly resources: number
}

/** A frame as wide as a telephone, for a headless window is never so narrow; it shows the page's own octets. */
const probe = (page: string): string => `<!doctype html><iframe id="f" style="width:390px;height:844px;border:0" srcdoc="${escaped(page)}"></iframe><script>
addEventListener("load", () => {
  const d = document.getElementById("f").contentDocument
  d.querySelectorAll("details").forEach((each) => { each.open = true })
  const letters = [...d.querySelectorAll("td, th, p")].map((each) => parseFloat(d.defaultView.getComputedStyle(each).fontSize))
  const seen = {
    width: d.documentElement.scrollWidth, plots: d.querySelectorAll("svg rect").length, letters: Math.min(...letters), resources: d.defaultView.performance.getEntriesByType("resource").length,
    matrix: [...d.querySelectorAll(".matrix tr")].map((row) => [...row.cells].map((each) => each.textContent)),
  }
  document.body.textContent = "SEEN" + btoa(unescape(encodeURIComponent(JSON.stringify(seen)))) + "SEEN"
})
</script>`

/** Opens a page in a browser of its own profile in a folder. */
export function looked(file: string, folder: string): Seen {
  const wrapped = join(folder, "probe.html")
  writeFileSync(wrapped, probe(readFileSync(file, "utf8")))
  const words = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run", "--enable-logging=stderr", `--user-data-dir=${join(folder, "profile")}`, "--window-size=500,844", "--virtual-time-budget=5000", "--dump-dom", `file://${wrapped}`]
  const { stdout, stderr, status } = spawnSync(browser()!, words, { encoding: "utf8", timeout: 50000, maxBuffer: 1 << 26 })
  const found = /SEEN([^<]*)SEEN/.exec(stdout)
  assert(found !== null, `the browser ended with ${status}: ${stderr}`)
  const trouble = stderr.split("\n").filter((line) => line.includes(":CONSOLE"))
  return { ...(JSON.parse(Buffer.from(found[1]!, "base64").toString()) as Omit<Seen, "trouble">), trouble }
}
