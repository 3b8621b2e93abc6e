/** Results as TAP version 13 (testanything.org), which every parser reads: one line a check; what was left out is a SKIP with its reason, words of a failure are a YAML block. */
import type { Check } from "./result.ts"

/** The whole document. */
export function tap(all: readonly Check[]): string {
  return ["TAP version 13", `1..${all.length}`, ...all.map(line)].join("\n") + "\n"
}

function line({ of, group, name, outcome, words, ms }: Check, i: number): string {
  const head = `${outcome === "failed" ? "not ok" : "ok"} ${i + 1} - ${described(`${of}: ${group}: ${name}`)}`
  if (outcome === "left") return `${head} # SKIP ${described(words!)}`
  const yaml = [...(words === undefined ? [] : [`  message: ${JSON.stringify(words)}`]), ...(outcome === "failed" && ms !== undefined ? [`  duration_ms: ${ms}`] : [])]
  return yaml.length === 0 ? head : [head, "  ---", ...yaml, "  ..."].join("\n")
}

/** A `#` would begin a directive. */
function described(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("#", "\\#").replaceAll(/\s+/g, " ")
}
