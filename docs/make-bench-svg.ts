/** Makes docs/bench.svg out of bench/results.json (`npm run bench -- --out bench/results.json`): octets of the messages beside their goal, and ms per side, for every suite. */
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

interface Results {
  readonly machine: string
  readonly goal: number
  readonly suites: Readonly<Record<string, { readonly known: Sides; readonly stranger: Sides; readonly octets: Readonly<Record<string, number>> }>>
}

interface Sides {
  readonly initiator: number
  readonly responder: number
}

const results = new URL("../bench/results.json", import.meta.url)
const WIDTH = 860
const LEFT = 250
const SPAN = 500
const BAR = 16
const STEP = 18
const GAP = 10
const COLOURS = ["#2f6f9f", "#0b6b45", "#8a6414"]
const LEGEND: Readonly<Record<string, string>> = { "0x01": "0x01 BF over BLS12-381", "0x02": "0x02 RFC 5091", "0x03": "0x03 SAKKE" }

/** One bar with its value. */
function bar(y: number, value: number, most: number, text: string, colour: string): string {
  const width = Math.max(1, Math.round((value / most) * SPAN))
  return [
    `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR}" rx="2" fill="${colour}"/>`,
    `<text x="${LEFT + width - 8}" y="${y + 12}" fill="#fff" font-size="12" text-anchor="end">${text}</text>`,
  ].join("\n")
}

/** What is named once: a bar for each suite, or one for all where they are equal. */
function group(y: number, name: string, values: readonly number[], most: number, unit: string): { readonly lines: string[]; readonly end: number } {
  const one = values.every((value) => value === values[0])
  const bars = (one ? values.slice(0, 1) : values).map((value, i) => bar(y + i * STEP, value, most, `${value.toFixed(0)}${unit}`, one ? "#556" : COLOURS[i]!))
  const height = bars.length * STEP
  const label = `<text x="${LEFT - 10}" y="${y + height / 2 + 4}" text-anchor="end">${name}</text>`
  return { lines: [label, ...bars], end: y + height + GAP }
}

function title(y: number, text: string): string {
  return `<text x="30" y="${y}" font-weight="600" fill="#1b3a5c">${text}</text>`
}

function legend(y: number, names: readonly string[]): string[] {
  return names.map((name, i) => `<rect x="${LEFT + i * 190}" y="${y - 11}" width="12" height="12" rx="2" fill="${COLOURS[i]!}"/><text x="${LEFT + 18 + i * 190}" y="${y}" font-size="12">${LEGEND[name] ?? name}</text>`)
}

/** The picture of committed results. */
export function benchSvg(): string {
  const r = JSON.parse(readFileSync(results, "utf8")) as Results
  const suites = Object.values(r.suites)
  const lines: string[] = [title(36, "Octets of a message, identities of 30 octets, P-256"), ...legend(60, Object.keys(r.suites))]
  const names = Object.keys(suites[0]!.octets).filter((name) => name !== "REQUEST_KEY_RESP")
  const longest = Math.max(...suites.flatMap((of) => names.map((name) => of.octets[name]!))) * 1.05
  let y = 74
  const add = (name: string, values: readonly number[], most: number, unit: string): void => {
    const made = group(y, name, values, most, unit)
    lines.push(...made.lines)
    y = made.end
  }
  for (const name of names) add(name, suites.map((of) => of.octets[name]!), longest, "")
  const goal = LEFT + Math.round((r.goal / longest) * SPAN)
  lines.push(`<path d="M${goal} 68V${y}" stroke="#7a1f1f" stroke-dasharray="4 3"/>`, `<text x="${goal + 6}" y="${y - 4}" fill="#7a1f1f">goal of suite 0x01: ${r.goal}</text>`)
  y += 40
  lines.push(title(y, "Milliseconds of work for a whole call, all four messages"))
  y += 16
  const slowest = Math.max(...suites.flatMap((of) => [of.known, of.stranger].flatMap((sides) => [sides.initiator, sides.responder]))) * 1.05
  add("Initiator, peer called before", suites.map((of) => of.known.initiator), slowest, " ms")
  add("Responder, peer called before", suites.map((of) => of.known.responder), slowest, " ms")
  add("Initiator, new peer", suites.map((of) => of.stranger.initiator), slowest, " ms")
  add("Responder, new peer", suites.map((of) => of.stranger.responder), slowest, " ms")
  const height = y + 30
  const foot = `<text x="30" y="${height - 14}" fill="#667" font-size="12">${r.machine}; npm run bench</text>`
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="14" role="img" aria-labelledby="title">`
  return [head, `<title id="title">Octets of the messages and work of a call, for each suite</title>`, `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`, ...lines, foot, "</svg>", ""].join("\n")
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(new URL("bench.svg", import.meta.url), benchSvg())
