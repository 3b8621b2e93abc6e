/** Makes docs/bench.svg out of bench/results.json (`npm run bench -- --out bench/results.json`): octets of the messages beside their goal, and ms per side. */
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

interface Results {
  readonly machine: string
  readonly goal: number
  readonly warm: { readonly known: Sides; readonly stranger: Sides; readonly octets: Readonly<Record<string, number>> }
  readonly units: readonly { readonly operation: string; readonly ours: number }[]
}

interface Sides {
  readonly initiator: number
  readonly responder: number
}

const results = new URL("../bench/results.json", import.meta.url)
const WIDTH = 860
const LEFT = 250
const SPAN = 500
const BAR = 20
const STEP = 30

/** One bar with its name and value. */
function bar(y: number, name: string, value: number, most: number, text: string, colour: string): string {
  const width = Math.max(1, Math.round((value / most) * SPAN))
  return [
    `<text x="${LEFT - 10}" y="${y + 15}" text-anchor="end">${name}</text>`,
    `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR}" rx="2" fill="${colour}"/>`,
    `<text x="${LEFT + width - 8}" y="${y + 15}" fill="#fff" text-anchor="end">${text}</text>`,
  ].join("\n")
}

function title(y: number, text: string): string {
  return `<text x="30" y="${y}" font-weight="600" fill="#1b3a5c">${text}</text>`
}

/** The picture of committed results. */
export function benchSvg(): string {
  const r = JSON.parse(readFileSync(results, "utf8")) as Results
  const lines: string[] = []
  const messages = Object.entries(r.warm.octets).filter(([name]) => name !== "REQUEST_KEY_RESP")
  const most = r.goal * 1.1
  lines.push(title(36, "Octets of a message, identities of 30 octets"))
  messages.forEach(([name, octets], i) => lines.push(bar(52 + i * STEP, name, octets, most, String(octets), "#2f6f9f")))
  const end = 52 + messages.length * STEP
  const goal = LEFT + Math.round((r.goal / most) * SPAN)
  lines.push(`<path d="M${goal} 46V${end}" stroke="#7a1f1f" stroke-dasharray="4 3"/>`, `<text x="${goal + 6}" y="${end - 4}" fill="#7a1f1f">goal ${r.goal}</text>`)
  const { known, stranger } = r.warm
  const sides = [
    ["Initiator, peer called before", known.initiator],
    ["Responder, peer called before", known.responder],
    ["Initiator, new peer", stranger.initiator],
    ["Responder, new peer", stranger.responder],
  ] as const
  const slowest = Math.max(...sides.map(([, ms]) => ms)) * 1.1
  lines.push(title(end + 40, "Milliseconds of work for a whole call, all four messages"))
  sides.forEach(([name, ms], i) => lines.push(bar(end + 56 + i * STEP, name, ms, slowest, `${ms.toFixed(0)} ms`, "#0b6b45")))
  const height = end + 56 + sides.length * STEP + 34
  const foot = `<text x="30" y="${height - 14}" fill="#667" font-size="12">${r.machine}; npm run bench</text>`
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="14" role="img" aria-labelledby="title">`
  return [head, `<title id="title">Octets of the messages and work of a call</title>`, `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`, ...lines, foot, "</svg>", ""].join("\n")
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(new URL("bench.svg", import.meta.url), benchSvg())
